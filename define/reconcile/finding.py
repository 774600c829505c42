"""The short ways to say what these checks find."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

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
