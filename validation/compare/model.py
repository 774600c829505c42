"""What a comparison of two datasets found. A is the first of the two, B the second."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

ATTRIBUTES = ("type", "length", "label", "format", "order")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two numbers may be apart and still count as equal.

    `absolute` is in the variable's own unit, `relative` a fraction of the larger of the two.
    One of them is enough; both 0 ask for the very same number.
    """

    absolute: float = 0.0
    relative: float = 0.0

    def __post_init__(self) -> None:
        for value in (self.absolute, self.relative):
            if not math.isfinite(value) or value < 0:
                raise ValueError(f"{value} is no tolerance: it is a number from 0")


@dataclass(frozen=True, slots=True)
class Options:
    """`by` are the keys that are asked for; `ignore` attributes that may differ.

    `first` is how many records of each kind of difference are listed.
    """

    by: tuple[str, ...] = ()
    tolerance: Tolerance = Tolerance()
    ignore: frozenset[str] = frozenset()
    first: int = 10


@dataclass(frozen=True, slots=True)
class AttributeDifference:
    """An attribute of a variable that differs; `attribute` is one of ATTRIBUTES."""

    variable: str
    attribute: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Row:
    """A record: its number in its file, counted from 1, and the values of its keys."""

    row: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One value that differs; `row_a` and `row_b` count the records of each file from 1."""

    row_a: int
    row_b: int
    keys: tuple[str, ...]
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class VariableDifference:
    """Values of one variable that differ in `count` of the records that both files have.

    `largest` is the largest distance of two numbers, nan where there is none to tell.
    """

    variable: str
    count: int
    largest: float
    first: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two datasets side by side.

    `keys` are the variables that told which records belong together, empty where the number of
    the row did; `told_by` says in words where the keys come from. `only_in_a` and `only_in_b`
    count records, `first_in_a` and `first_in_b` list some of them. `repeated_a` counts the records
    whose keys an earlier one of the same file has; these are matched in the order they stand.
    `unequal` counts the matched records with any difference of value.
    """

    name: str
    file_a: str
    file_b: str
    rows_a: int
    rows_b: int
    label_a: str
    label_b: str
    label_differs: bool
    keys: tuple[str, ...]
    told_by: str
    variables_a: tuple[str, ...]
    variables_b: tuple[str, ...]
    attributes: tuple[AttributeDifference, ...]
    matched: int
    only_in_a: int
    only_in_b: int
    first_in_a: tuple[Row, ...]
    first_in_b: tuple[Row, ...]
    repeated_a: int
    repeated_b: int
    compared: int
    unequal: int
    values: tuple[VariableDifference, ...]
    not_compared: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether nothing at all differs."""
        found = (self.variables_a, self.variables_b, self.attributes, self.values)
        counts = (self.only_in_a, self.only_in_b, len(self.not_compared))
        return not (any(found) or any(counts) or self.label_differs)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two files, or two folders of datasets; `only_in_a` and `only_in_b` are datasets."""

    a: str
    b: str
    datasets: tuple[Comparison, ...]
    only_in_a: tuple[str, ...] = ()
    only_in_b: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)

    @property
    def equal(self) -> bool:
        return not (self.only_in_a or self.only_in_b) and all(d.equal for d in self.datasets)
