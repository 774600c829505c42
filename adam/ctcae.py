"""Laboratory grades by CTCAE 5.0, both directions, from a table of criteria.

The table (data/ctcae-5.0-laboratory.csv) has the terms that a value alone can grade. A cell is
a bound: a number of the unit, or a multiple of the upper or lower limit of normal (ULN, LLN)
or of the baseline (BASE), or an amount above the ULN (+ULN). A row for a normal and one for an
abnormal baseline are the two branches of a term. Where signs or symptoms decide between two
grades of one value, the worse stands in the table: hypokalemia under the LLN is grade 2,
hyponatremia under 130 mmol/L grade 3.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.frames import text_series

GRADES = (1, 2, 3, 4)
DIRECTIONS = ("high", "low")
VERSION = "CTCAE 5.0"

_BOUND = re.compile(r"(>=|<=|>|<)([0-9.]+)(?: (ULN|LLN|BASE|\+ULN))?")
#: Relative room for a bound that is a product: 1.5 x 0.6 must not pass 0.9 by its last bit.
_ROOM = 1e-12


@dataclass(frozen=True, slots=True)
class Bound:
    """One grade's bound: `sign` is >, >=, < or <=; `basis` ULN, LLN, BASE, +ULN or blank."""

    sign: str
    amount: float
    basis: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """A row of the table: a term, its tests, and a bound for each grade that has one."""

    term: str
    direction: str
    tests: tuple[str, ...]
    unit: str
    baseline: str
    bounds: tuple[Bound | None, ...]

    @property
    def additional(self) -> bool:
        """Whether it can only raise a grade that another row of the term has given."""
        return not self.baseline and any(b is not None and b.basis == "BASE" for b in self.bounds)


@cache
def criteria() -> tuple[Criterion, ...]:
    """The laboratory criteria that are shipped."""
    text = files("adam").joinpath("data/ctcae-5.0-laboratory.csv").read_text("utf-8")
    return tuple(
        Criterion(
            row["term"],
            row["direction"],
            tuple(row["tests"].split()),
            row["unit"],
            row["baseline"],
            tuple(_bound(row[f"grade{grade}"]) for grade in GRADES),
        )
        for row in csv.DictReader(text.splitlines())
    )


def _bound(text: str) -> Bound | None:
    if not text:
        return None
    found = _BOUND.fullmatch(text)
    if found is None:
        raise ValueError(f"no bound of a grade: {text!r}")
    return Bound(found[1], float(found[2]), found[3] or "")


@dataclass(frozen=True, slots=True)
class Results:
    """Laboratory results by record, aligned: numbers float64 (NaN missing), text missing ""."""

    test: pd.Series[str]
    value: pd.Series[float]
    unit: pd.Series[str]
    low: pd.Series[float]
    high: pd.Series[float]
    base: pd.Series[float]
    base_indicator: pd.Series[str]


@dataclass(frozen=True, slots=True)
class Grades:
    """Per record the grade ("0" to "4"), the term it was graded for, and where no bound fits.

    A grade is missing where the value, a limit or the baseline that the criteria ask for is
    missing. `unit` is True where the value stands in a unit for which the table has no bounds.
    """

    grade: pd.Series[str]
    term: pd.Series[str]
    unit: pd.Series[bool]


def graded(results: Results, direction: str) -> Grades:
    """The grade of each result in one direction (``high`` or ``low``).

    The grade is the highest whose bound the value passes, 0 when it passes none. A branch by
    baseline needs BNRIND: ABNORMAL is everything but NORMAL; without it there is no grade. An
    additional criterion of a multiple of the baseline (creatinine) takes part where there is
    a baseline.
    """
    index = results.value.index
    value = np.asarray(results.value, dtype="float64")
    grade = np.full(len(index), np.nan)
    term = np.full(len(index), "", dtype=object)
    fits = np.zeros(len(index), dtype=bool)
    named = np.zeros(len(index), dtype=bool)
    for criterion in criteria():
        if criterion.direction != direction:
            continue
        rows = results.test.isin(criterion.tests).to_numpy(dtype=bool)
        named |= rows
        if criterion.unit:
            rows = rows & results.unit.eq(criterion.unit).to_numpy(dtype=bool)
        fits |= rows
        term[rows] = criterion.term
        rows = rows & _branch(results.base_indicator, criterion.baseline)
        made = _grade(value, results, criterion)[rows]
        if criterion.additional:
            made = np.where(np.isnan(grade[rows]), np.nan, np.fmax(grade[rows], made))
        grade[rows] = made
    text = np.where(np.isnan(grade), "", np.nan_to_num(grade).astype(int).astype(str))
    return Grades(
        text_series(text, index),
        text_series(term, index),
        pd.Series(named & ~fits & ~np.isnan(value), index=index),
    )


def _branch(indicator: pd.Series[str], baseline: str) -> npt.NDArray[np.bool_]:
    if not baseline:
        return np.ones(len(indicator), dtype=bool)
    normal = indicator.eq("NORMAL")
    found = normal if baseline == "normal" else ~normal & indicator.ne("")
    return found.to_numpy(dtype=bool)


def _grade(
    value: npt.NDArray[np.float64], results: Results, criterion: Criterion
) -> npt.NDArray[np.float64]:
    """The highest grade whose bound is passed; NaN where a bound cannot be known."""
    grade = np.where(np.isnan(value), np.nan, 0.0)
    for number, bound in zip(GRADES, criterion.bounds, strict=True):
        if bound is None:
            continue
        limit = _limit(bound, results)
        grade = np.where(np.isnan(limit), np.nan, grade)
        grade = np.where(_passes(value, bound.sign, limit), float(number), grade)
    return grade


def _limit(bound: Bound, results: Results) -> npt.NDArray[np.float64]:
    if not bound.basis:
        return np.full(len(results.value), bound.amount)
    if bound.basis == "+ULN":
        return np.asarray(results.high + bound.amount, dtype="float64")
    columns = {"ULN": results.high, "LLN": results.low, "BASE": results.base}
    return np.asarray(columns[bound.basis] * bound.amount, dtype="float64")


def _passes(
    value: npt.NDArray[np.float64], sign: str, limit: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    room = np.abs(limit) * _ROOM
    if sign == ">":
        return np.asarray(value > limit + room)
    if sign == ">=":
        return np.asarray(value >= limit - room)
    if sign == "<":
        return np.asarray(value < limit - room)
    return np.asarray(value <= limit + room)


def units_of(tests: Sequence[str]) -> tuple[str, ...]:
    """The units for which the table has bounds of these tests."""
    wanted = set(tests)
    units = (c.unit for c in criteria() if c.unit and wanted & set(c.tests))
    return tuple(dict.fromkeys(units))
