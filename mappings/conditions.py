"""Conditions are data: columns, comparators and values, as in define.xml's RangeCheck.

A condition is a block of tests that all hold, or a list of such blocks of which one holds.
With a missing value `ne` and `notin` hold and the orderings (`lt le gt ge`) do not: that is
said here once and nowhere else decided. `$NAME` stands for another column.

Text is compared as the verbs give it, without blanks at its ends and with full-width characters
narrowed. Two texts are ordered as numbers when both show one, otherwise as text (which is the
order of ISO 8601); but text that is neither a number nor a date is never before or after a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from operator import ge, gt, le, lt
from typing import Any, Protocol

import numpy as np
import pandas as pd

from mappings.findings import SpecificationFault, SpecPlace
from mappings.frames import Mask, distinct_rows, is_numeric, map_distinct_numbers
from mappings.iso8601 import parse
from mappings.load import spec_fault
from mappings.text import number, plain


class Columns(Protocol):
    """What a condition is asked on: anything that gives columns by name."""

    def __getitem__(self, name: str) -> pd.Series[Any]: ...

    def __len__(self) -> int: ...


ORDERINGS: dict[str, str] = {
    "lt": "is before or below",
    "le": "is at most",
    "gt": "is after or above",
    "ge": "is at least",
}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {"lt": lt, "le": le, "gt": gt, "ge": ge}


def _answers(series: pd.Series[str], test: Callable[[str], bool]) -> Mask:
    """A test of text, asked once per distinct value."""
    codes, uniques = pd.factorize(series, sort=False)
    held = np.asarray([test(plain(str(u))) for u in uniques], dtype=bool)
    return held[codes]


def _there(series: pd.Series[Any]) -> Mask:
    if is_numeric(series):
        return series.notna().to_numpy(dtype=bool)
    return _answers(series, bool)


def _holds(comparator: str, left: str, right: str) -> bool:
    """Whether two texts that are there stand in the order."""
    a, b = number(left), number(right)
    numbers = (not np.isnan(a), not np.isnan(b))
    if all(numbers):
        return _OPERATORS[comparator](a, b)
    if any(numbers) and (parse(left) is None or parse(right) is None):
        return False
    return _OPERATORS[comparator](left, right)


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: column, comparator (eq ne in notin lt le gt ge present missing), values.

    A value that starts with ``$`` names a column.
    """

    __test__ = False
    column: str
    comparator: str
    values: tuple[str, ...] = ()
    place: SpecPlace = field(default=SpecPlace(""), compare=False)

    @property
    def reads(self) -> tuple[str, ...]:
        others = tuple(v[1:] for v in self.values if v.startswith("$"))
        return (self.column, *others)

    def mask(self, data: Columns) -> Mask:
        """True where the comparison holds.

        Raises SpecificationFault when a numeric column is compared with a text that is no number.
        """
        left = data[self.column]
        if self.comparator in ("present", "missing"):
            there = _there(left)
            return there if self.comparator == "present" else ~there
        if self.comparator in ("eq", "in", "ne", "notin"):
            equal = self._equal(left, data)
            return equal if self.comparator in ("eq", "in") else ~equal
        return self._ordered(left, data)

    def _number(self, value: str) -> float:
        shown = number(value)
        if np.isnan(shown):
            message = f"{self.column} is a number, but '{value}' is not"
            raise SpecificationFault([spec_fault("condition.number", message, self.place)])
        return shown

    def _equal(self, left: pd.Series[Any], data: Columns) -> Mask:
        constants = [plain(v) for v in self.values if not v.startswith("$")]
        if is_numeric(left):
            equal = left.isin([self._number(v) for v in constants if v]).to_numpy(dtype=bool)
            if "" in constants:
                equal = equal | ~_there(left)
        else:
            equal = _answers(left, lambda text: text in constants)
        for value in self.values:
            if value.startswith("$"):
                equal = equal | _compared(left, data[value[1:]], lambda a, b: bool(a == b))
        return equal

    def _ordered(self, left: pd.Series[Any], data: Columns) -> Mask:
        value = self.values[0]
        if value.startswith("$"):
            return _compared(left, data[value[1:]], partial(_holds, self.comparator))
        if not is_numeric(left):
            right = plain(value)
            return _answers(left, lambda text: bool(text) and _holds(self.comparator, text, right))
        operations: dict[str, Callable[[float], pd.Series[bool]]] = {
            "lt": left.lt,
            "le": left.le,
            "gt": left.gt,
            "ge": left.ge,
        }
        return operations[self.comparator](self._number(value)).to_numpy(dtype=bool)

    def sentence(self) -> str:
        """The test in words, for a method text."""
        shown = [v[1:] if v.startswith("$") else f'"{v}"' for v in self.values]
        if self.comparator in ("present", "missing"):
            return f"{self.column} is {self.comparator}"
        if self.comparator in ORDERINGS:
            return f"{self.column} {ORDERINGS[self.comparator]} {shown[0]}"
        negated = "not " if self.comparator in ("ne", "notin") else ""
        if len(shown) == 1:
            return f"{self.column} is {negated}{shown[0]}"
        return f"{self.column} is {negated}one of {', '.join(shown)}"


def _compared(
    left: pd.Series[Any], right: pd.Series[Any], test: Callable[[Any, Any], bool]
) -> Mask:
    """A test of two columns on the rows where both are there; `test` gets plain texts.

    A text beside a numeric column counts as the number that it shows.
    """
    if is_numeric(left) != is_numeric(right):
        left, right = (
            c
            if is_numeric(c)
            else map_distinct_numbers(c, lambda texts: [number(t) for t in texts])
            for c in (left, right)
        )
    codes, rows = distinct_rows([left, right])
    there = _there(left) & _there(right)
    if is_numeric(left):
        shown = [(f"{a!r}", f"{b!r}") for a, b in rows]
    else:
        shown = [(plain(str(a)), plain(str(b))) for a, b in rows]
    held = np.asarray([test(a, b) for a, b in shown], dtype=bool)
    return held[codes] & there if len(rows) else there


@dataclass(frozen=True, slots=True)
class Condition:
    """A disjunction of conjunctions of tests; without any test it always holds."""

    clauses: tuple[tuple[Test, ...], ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that the condition reads, each once, in order of appearance."""
        names = (n for clause in self.clauses for test in clause for n in test.reads)
        return tuple(dict.fromkeys(names))

    def mask(self, data: Columns) -> Mask:
        """True where the condition holds; one entry per row."""
        if not self.clauses:
            return np.ones(len(data), dtype=bool)
        result = np.zeros(len(data), dtype=bool)
        for clause in self.clauses:
            part = np.ones(len(data), dtype=bool)
            for test in clause:
                part &= test.mask(data)
            result |= part
        return result

    def sentence(self) -> str:
        """The condition in words; empty when it always holds."""
        return ", or ".join(
            " and ".join(test.sentence() for test in clause) for clause in self.clauses
        )

    def renamed(self, resolve: Callable[[str], str]) -> Condition:
        """The same condition with every column name passed through `resolve`."""

        def value(v: str) -> str:
            return f"${resolve(v[1:])}" if v.startswith("$") else v

        clauses = tuple(
            tuple(
                replace(t, column=resolve(t.column), values=tuple(value(v) for v in t.values))
                for t in clause
            )
            for clause in self.clauses
        )
        return Condition(clauses)


def parse_condition(data: Any) -> Condition:
    """A Condition from loaded YAML that has passed the schema."""
    if data is None:
        return Condition()
    blocks = data if isinstance(data, list) else [data]
    return Condition(tuple(_clause(block) for block in blocks))


def _clause(block: Mapping[str, Any]) -> tuple[Test, ...]:
    tests: list[Test] = []
    for column, wanted in block.items():
        if isinstance(wanted, Mapping):
            for comparator, value in wanted.items():
                if comparator == "is":
                    tests.append(Test(column, str(value)))
                else:
                    values = value if isinstance(value, list) else [value]
                    tests.append(Test(column, comparator, tuple(str(v) for v in values)))
        elif isinstance(wanted, list):
            tests.append(Test(column, "in", tuple(str(v) for v in wanted)))
        else:
            tests.append(Test(column, "eq", (str(wanted) if wanted is not None else "",)))
    return tuple(tests)
