"""Comparison of built records with records computed a second time, cell by cell."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

Cells = Mapping[tuple[str, ...], Any]


def table(frame: pd.DataFrame, keys: list[str], value: str) -> dict[tuple[str, ...], str]:
    """Values by key; no key may repeat."""
    names = list(zip(*(frame[key] for key in keys), strict=True))
    twice = [name for name, n in Counter[Hashable](names).items() if n > 1]
    assert twice == [], f"{value} repeats within {keys}"
    return dict(zip(names, frame[value], strict=True))


def plain(value: object) -> str:
    """Text as it is, a missing value as "", anything else by its own text."""
    return "" if value is None else str(value)


def same(built: str | None, expected: object) -> bool:
    """Whether a built cell says what is expected; numbers agree to 1 in 10^9."""
    if built is None:
        return False
    if expected is None or isinstance(expected, str):
        return built == (expected or "")
    if not built:
        return False
    return math.isclose(float(built), float(expected), rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]


def differences(built: Mapping[Any, str], expected: Cells) -> list[str]:
    """Where built and expected cells differ, and records that only one side has."""
    return [
        f"{' '.join(key)}: built {built.get(key, 'nothing')!r}, "
        f"expected {_shown(expected.get(key, 'nothing'))!r}"
        for key in sorted({*built, *expected})
        if key not in expected or not same(built.get(key), expected[key])
    ]


def _shown(value: object) -> object:
    return value if value is None or isinstance(value, str) else float(value)  # type: ignore[arg-type]
