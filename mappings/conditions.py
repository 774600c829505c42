"""Conditions are data: columns, comparators and values, as in define.xml's RangeCheck.

A condition is a block of tests that all hold, or a list of such blocks of which one holds.
With a missing value `ne` and `notin` hold and the orderings (`lt le gt ge`) do not: that is
said here once and nowhere else decided. `$NAME` stands for another column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from mappings.frames import Mask, is_numeric, present


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


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: column, comparator (eq ne in notin lt le gt ge present missing), values.

    A value that starts with ``$`` names a column.
    """

    __test__ = False
    column: str
    comparator: str
    values: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        others = tuple(v[1:] for v in self.values if v.startswith("$"))
        return (self.column, *others)

    def mask(self, data: Columns) -> Mask:
        """True where the comparison holds."""
        left = data[self.column]
        if self.comparator in ("present", "missing"):
            there = present(left)
            return there if self.comparator == "present" else ~there
        if self.comparator in ("eq", "in", "ne", "notin"):
            equal = self._equal(left, data)
            return equal if self.comparator in ("eq", "in") else ~equal
        return self._ordered(left, data)

    def _equal(self, left: pd.Series[Any], data: Columns) -> Mask:
        equal = np.zeros(len(left), dtype=bool)
        for value in self.values:
            if value.startswith("$"):
                right = data[value[1:]]
                equal |= (left == right).to_numpy(dtype=bool) & present(left)
            elif is_numeric(left):
                equal |= (left == float(value)).to_numpy(dtype=bool)
            else:
                equal |= (left == value).to_numpy(dtype=bool)
        return equal

    def _ordered(self, left: pd.Series[Any], data: Columns) -> Mask:
        value = self.values[0]
        there = present(left)
        right: Any = value
        if value.startswith("$"):
            right = data[value[1:]]
            there = there & present(right)
        elif is_numeric(left):
            right = float(value)
        elif _number(value) is not None:
            left = pd.to_numeric(left, errors="coerce")
            there = left.notna().to_numpy(dtype=bool)
            right = float(value)
        operations: dict[str, Callable[[Any], Any]] = {
            "lt": left.lt,
            "le": left.le,
            "gt": left.gt,
            "ge": left.ge,
        }
        result: Mask = operations[self.comparator](right).to_numpy(dtype=bool, na_value=False)
        return result & there

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


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


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
                Test(resolve(t.column), t.comparator, tuple(value(v) for v in t.values))
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
