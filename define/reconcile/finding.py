"""The short ways to say what these checks find."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import pandas as pd

from mappings.findings import Finding, RawPlace, Severity

Where: TypeAlias = tuple[str, str]
"""Dataset and variable."""


def _finding(
    severity: Severity,
    rule: str,
    message: str,
    dataset: str = "",
    variable: str = "",
    *,
    scope: str = "",
    value: str = "",
    advice: str = "",
    raw: RawPlace | None = None,
) -> Finding:
    return Finding(rule, severity, message, advice, dataset, variable, scope, value, raw)


error = partial(_finding, Severity.ERROR)
warning = partial(_finding, Severity.WARNING)
notice = partial(_finding, Severity.NOTICE)


def listed(values: list[str], most: int = 5) -> str:
    """The first few of some values, quoted."""
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return ", ".join(repr(v) for v in values[:most]) + more


def first_place(frame: pd.DataFrame, at: pd.Series) -> RawPlace | None:
    """Where the first of the records marked in `at` came from, when the frame knows."""
    return place_of(frame, int(at.to_numpy().argmax())) if at.any() else None


def place_of(frame: pd.DataFrame, position: int) -> RawPlace | None:
    """Where the record at a position came from, by its lineage columns."""
    if "_form" not in frame.columns or "_row" not in frame.columns:
        return None
    return RawPlace(str(frame["_form"].iloc[position]), int(frame["_row"].iloc[position]))
