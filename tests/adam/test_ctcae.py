"""Laboratory grades: every bound from both sides, the branches, and what cannot be known."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from adam.ctcae import DIRECTIONS, Results, criteria, graded, units_of

NAN = math.nan


def grade(
    test: str,
    value: float,
    direction: str,
    *,
    unit: str = "",
    low: float = NAN,
    high: float = NAN,
    base: float = NAN,
    base_indicator: str = "",
) -> str:
    """The grade of one result."""
    results = Results(
        pd.Series([test], dtype="str"),
        pd.Series([value], dtype="float64"),
        pd.Series([unit], dtype="str"),
        pd.Series([low], dtype="float64"),
        pd.Series([high], dtype="float64"),
        pd.Series([base], dtype="float64"),
        pd.Series([base_indicator], dtype="str"),
    )
    return str(graded(results, direction).grade[0])


# The bounds as CTCAE 5.0 prints them: limits of normal, then values with their grade.
BOUNDS: list[tuple[str, str, str, float, str]] = [
    ("NEUT", "low", "10^9/L", 2.0, "2.0:0 1.9:1 1.5:1 1.4:2 1.0:2 0.9:3 0.5:3 0.4:4"),
    ("PLAT", "low", "10^9/L", 100, "100:0 99:1 75:1 74:2 50:2 49:3 25:3 24:4"),
    ("LYM", "low", "10^9/L", 1.1, "1.1:0 1.0:1 0.8:1 0.7:2 0.5:2 0.4:3 0.2:3 0.1:4"),
    ("LYM", "high", "10^9/L", 3.2, "4.0:0 4.1:2 20:2 20.1:3"),
    ("WBC", "low", "10^9/L", 4, "4:0 3.9:1 3:1 2.9:2 2:2 1.9:3 1:3 0.9:4"),
    ("WBC", "high", "10^9/L", 10, "100:0 101:3"),
    ("HGB", "low", "g/L", 120, "120:0 119:1 100:1 99:2 80:2 79:3"),
    ("HGB", "low", "g/dL", 12, "12:0 11.9:1 10:1 9.9:2 8:2 7.9:3"),
    ("HGB", "high", "g/L", 160, "160:0 161:1 180:1 181:2 200:2 201:3"),
    ("ALB", "low", "g/L", 35, "35:0 34:1 30:1 29:2 20:2 19:3"),
    ("K", "high", "mmol/L", 5.0, "5.0:0 5.1:1 5.5:1 5.6:2 6:2 6.1:3 7:3 7.1:4"),
    ("K", "low", "mmol/L", 3.5, "3.5:0 3.4:2 3.0:2 2.9:3 2.5:3 2.4:4"),
    ("SODIUM", "low", "mmol/L", 135, "135:0 134:1 130:1 129:3 120:3 119:4"),
    ("GLUC", "low", "mmol/L", 3.9, "3.9:0 3.8:1 3.0:1 2.9:2 2.2:2 2.1:3 1.7:3 1.6:4"),
]
CASES = [
    (test, direction, unit, limit, *pair.split(":"))
    for test, direction, unit, limit, pairs in BOUNDS
    for pair in pairs.split()
]


@pytest.mark.parametrize(("test", "direction", "unit", "limit", "value", "expected"), CASES)
def test_bounds(
    test: str, direction: str, unit: str, limit: float, value: str, expected: str
) -> None:
    """Each bound from both sides."""
    low, high = (limit, NAN) if direction == "low" else (NAN, limit)
    assert grade(test, float(value), direction, unit=unit, low=low, high=high) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(40, 0), (41, 1), (120, 1), (121, 2), (200, 2), (201, 3), (801, 4)]
)
def test_a_normal_baseline_grades_by_the_upper_limit(value: float, expected: int) -> None:
    """ALT with a normal baseline: 1, 3, 5 and 20 times the upper limit of 40."""
    assert grade("ALT", value, "high", high=40, base=20, base_indicator="NORMAL") == str(expected)


@pytest.mark.parametrize(
    ("value", "expected"), [(149, 0), (150, 1), (300, 1), (301, 2), (501, 3), (2001, 4)]
)
def test_an_abnormal_baseline_grades_by_the_baseline(value: float, expected: int) -> None:
    """ALT with a baseline of 100 (limit 40): 1.5, 3, 5 and 20 times the baseline."""
    assert grade("ALT", value, "high", high=40, base=100, base_indicator="HIGH") == str(expected)


def test_a_branch_without_baseline_is_not_guessed() -> None:
    """ALT needs to know whether the baseline was normal."""
    assert grade("ALT", 500, "high", high=40) == ""


@pytest.mark.parametrize(
    ("value", "base", "expected"),
    [(110, 50, 2), (100, 50, 2), (75, 50, 0), (151, 50, 3), (110, NAN, 1), (601, 500, 4)],
)
def test_creatinine_takes_the_worse_of_limit_and_baseline(
    value: float, base: float, expected: int
) -> None:
    """Limit 100: 110 is grade 1 by the limit, 2 by a baseline of 50."""
    assert grade("CREAT", value, "high", high=100, base=base) == str(expected)


def test_creatinine_without_a_limit_has_no_grade() -> None:
    """What the baseline says alone is only a lower bound."""
    assert grade("CREAT", 80, "high", base=70) == ""
    assert grade("CREAT", 160, "high", base=70) == ""


def test_an_absolute_bound_does_not_need_the_limit() -> None:
    """Potassium 6.5 is grade 3 whatever the limit; 5.2 cannot be told without it."""
    assert grade("K", 6.5, "high", unit="mmol/L") == "3"
    assert grade("K", 5.2, "high", unit="mmol/L") == ""


def test_a_product_at_the_bound_is_not_passed_by_its_last_bit() -> None:
    """3 x 0.1 is 0.30000000000000004 in floating point: 0.3 is not below it."""
    assert grade("CREAT", 0.3, "high", high=0.1, base=1) == "2"
    assert grade("CREAT", 0.9, "high", high=0.6, base=1) == "1"


def test_a_missing_value_has_no_grade() -> None:
    """Missing is not normal."""
    assert grade("NEUT", NAN, "low", unit="10^9/L", low=2) == ""


def test_a_unit_without_bounds_is_told() -> None:
    """g/mL is no unit of the table: no grade, and the caller is told."""
    results = Results(
        pd.Series(["HGB", "HGB", "XYZ"], dtype="str"),
        pd.Series([1.0, 100.0, 1.0]),
        pd.Series(["g/mL", "g/L", ""], dtype="str"),
        pd.Series([NAN] * 3),
        pd.Series([NAN] * 3),
        pd.Series([NAN] * 3),
        pd.Series([""] * 3, dtype="str"),
    )
    made = graded(results, "low")
    assert made.unit.tolist() == [True, False, False]
    assert made.grade.tolist() == ["", "", ""]
    assert made.term.tolist() == ["", "Anemia", ""]


def test_the_table_is_sound() -> None:
    """Bounds get worse from grade to grade, in the direction of the term."""
    for criterion in criteria():
        assert criterion.direction in DIRECTIONS
        signs = {b.sign[0] for b in criterion.bounds if b is not None}
        assert signs == {">" if criterion.direction == "high" else "<"}
        for basis in ("", "ULN", "LLN", "BASE", "+ULN"):
            amounts = [b.amount for b in criterion.bounds if b is not None and b.basis == basis]
            worse = amounts if criterion.direction == "high" else [-a for a in amounts]
            assert worse == sorted(worse), criterion
    assert units_of(["HGB"]) == ("g/L", "g/dL")
