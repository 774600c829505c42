"""Arithmetic gives the decimal numbers that it would give on paper."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.digits import as_collected, decimals, exact

NAN = float("nan")
collected = st.decimals(-(10**6), 10**6, places=4, allow_nan=False).map(
    lambda d: float(d.normalize())
)


def series(*values: float) -> pd.Series[float]:
    return pd.Series(values, dtype="float64")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.1 + 0.2, 0.3),
        (-(0.1 + 0.2), -0.3),
        (2 / 3, 0.666666666666667),
        (0.0, 0.0),
        (1e300, 1e300),
        (1.1e-300 * 3, 3.3e-300),
        (123456789012345678.0, 123456789012346000.0),
        (5e-324, 5e-324),
        (float("inf"), float("inf")),
        (1000.0, 1000.0),
    ],
)
def test_fifteen_digits(value: float, told: float) -> None:
    assert exact(series(value)).tolist() == [told]


def test_missing_stays_missing() -> None:
    assert exact(series(NAN, 1.5)).isna().tolist() == [True, False]
    assert as_collected(series(NAN), series(NAN), series(1.5)).isna().all()


def test_decimals() -> None:
    values = series(0.1, 12, 1.25, 1e-7, 1e20, NAN, 0.1 + 0.2, 1 / 3, -0.5, 1e15 + 0.5)
    assert decimals(values).tolist() == [1, 0, 2, 7, 0, 0, 1, 15, 1, 0]


@given(st.lists(st.tuples(collected, collected), min_size=1, max_size=20))
def test_a_difference_is_the_one_of_the_decimal_texts(pairs: list[tuple[float, float]]) -> None:
    left, right = (series(*side) for side in zip(*pairs, strict=True))
    on_paper = [float(Decimal(repr(a)) - Decimal(repr(b))) for a, b in pairs]
    assert as_collected(left - right, left, right).tolist() == on_paper


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20))
def test_rounding_again_changes_nothing(values: list[float]) -> None:
    once = exact(series(*values))
    assert exact(once).tolist() == once.tolist()
    assert np.allclose(once, values, rtol=1e-14, atol=0)
