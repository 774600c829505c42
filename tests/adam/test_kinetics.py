"""Areas worked out by hand, and what an area may not depend on."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adam.kinetics import area_under_curve


def samples(points: Sequence[tuple[float, float]], subject: str = "S1") -> pd.DataFrame:
    """A subject's samples as (time, value)."""
    return pd.DataFrame(
        {
            "USUBJID": pd.Series([subject] * len(points), dtype="str"),
            "T": pd.Series([t for t, _ in points], dtype="float64"),
            "V": pd.Series([v for _, v in points], dtype="float64"),
        }
    )


def area(points: Sequence[tuple[float, float]], to: float, method: str = "linear") -> float:
    """The area of one subject, NaN for none."""
    made = area_under_curve(samples(points), "V", "T", to, method=method)
    return float(made["AVAL"].iloc[0]) if len(made) else math.nan


def test_a_triangle() -> None:
    """0 at 0, 10 at 2, 0 at 4: 20."""
    assert area([(0, 0), (2, 10), (4, 0)], 4) == 20


def test_the_end_is_interpolated() -> None:
    """Up to 3 the second half is a trapezoid from 10 to 5 over 1: 10 + 7.5."""
    assert area([(0, 0), (2, 10), (4, 0)], 3) == 17.5


def test_a_curve_that_ends_early_is_not_known() -> None:
    """No sample at or after the end: nothing is extrapolated."""
    assert math.isnan(area([(0, 0), (2, 10)], 3))


def test_the_last_sample_before_the_dose_stands_at_the_dose() -> None:
    """-24 and -1 before the dose: the value at -1 counts, from 0 on."""
    assert area([(-24, 99), (-1, 4), (2, 4)], 2) == 8


def test_without_a_sample_before_the_dose_the_area_is_not_known() -> None:
    """The value at 0 is not guessed."""
    assert math.isnan(area([(2, 10), (4, 0)], 4))


def test_missing_values_take_no_part_and_repeats_count_by_their_mean() -> None:
    """A sample that was not analysed is no zero."""
    assert area([(0, 0), (1, math.nan), (2, 8), (2, 12), (4, 0)], 4) == 20


def test_an_exponential_fall() -> None:
    """From 8 to 2 over 2: (8 - 2) * 2 / ln 4; halfway to 1 it is at 4: (8 - 4) / ln 2."""
    assert area([(0, 8), (2, 2)], 2, "linear-log") == pytest.approx(12 / math.log(4))
    assert area([(0, 8), (2, 2)], 1, "linear-log") == pytest.approx(4 / math.log(2))


def test_a_fall_to_zero_and_a_rise_are_lines() -> None:
    """An exponential never reaches 0."""
    assert area([(0, 0), (2, 10), (4, 0)], 4, "linear-log") == 20


def test_an_unknown_method_is_refused() -> None:
    """The name is checked."""
    with pytest.raises(ValueError, match="no method 'log'"):
        area([(0, 1), (1, 1)], 1, "log")


curves = st.lists(
    st.tuples(st.integers(1, 100), st.floats(0, 1e6)),
    min_size=1,
    max_size=8,
    unique_by=lambda p: p[0],
)


@settings(deadline=None)
@given(curves)
def test_order_and_neighbours_change_nothing(points: list[tuple[float, float]]) -> None:
    """Rows may come in any order and other subjects' rows between them."""
    points = [(0, 1.0), *points]
    end = max(t for t, _ in points)
    other = samples([(0, 5.0), (200, 5.0)], "S0")
    both = pd.concat([samples(points), other]).sample(frac=1, random_state=1)
    made = area_under_curve(both, "V", "T", end).set_index("USUBJID")["AVAL"]
    assert made["S1"] == pytest.approx(area(points, end))
    assert made["S0"] == pytest.approx(5.0 * end)


@settings(deadline=None)
@given(curves)
def test_a_point_on_the_line_changes_nothing(points: list[tuple[float, float]]) -> None:
    """The area is additive: cutting a piece in two keeps the sum."""
    points = sorted([(0, 1.0), *points])
    (t0, v0), (t1, v1) = points[0], points[1]
    middle = ((t0 + t1) / 2, (v0 + v1) / 2)
    end = points[-1][0]
    assert area([*points, middle], end) == pytest.approx(area(points, end))
