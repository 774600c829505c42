"""The account of a build: what became of every raw row, column, value and subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mappings.findings import Finding
from mappings.raw import Unread


class State(StrEnum):
    """What became of a column."""

    MAPPED = "mapped"
    TWIN = "same field"
    DECIDES = "decides"
    KEY = "identifies"
    SYSTEM = "system"
    NOT_SUBMITTED = "not submitted"
    EMPTY = "empty"
    UNACCOUNTED = "unaccounted"


@dataclass(frozen=True, slots=True)
class Column:
    """A raw column: `targets` are the variables (or datasets) it goes to, `values` the active
    rows in which it has one."""

    name: str
    field: str
    state: State
    values: int
    targets: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The rows and columns of one raw form.

    `aside` are (reason, rows); `lost` are rows that are neither mapped nor set aside; `datasets`
    are (dataset, rows of the form in it).
    """

    name: str
    file: str
    read: int
    mapped: int
    aside: tuple[tuple[str, int], ...]
    lost: int
    columns: tuple[Column, ...]
    datasets: tuple[tuple[str, int], ...] = ()

    @property
    def set_aside(self) -> int:
        return sum(rows for _, rows in self.aside)

    @property
    def balanced(self) -> bool:
        """Whether rows read = rows mapped + rows set aside."""
        return self.read == self.mapped + self.set_aside

    @property
    def equation(self) -> str:
        """The balance in one line, with what is missing when it does not hold."""
        text = f"{self.read:,} read = {self.mapped:,} mapped + {self.set_aside:,} set aside"
        return text if self.balanced else f"{text} + {self.lost:,} unaccounted"

    def count(self, state: State) -> int:
        """How many columns are in this state."""
        return sum(c.state is state for c in self.columns)


@dataclass(frozen=True, slots=True)
class Pair:
    """A collected text and what was submitted for it, in how many records."""

    dataset: str
    variable: str
    form: str
    column: str
    collected: str
    submitted: str
    records: int


@dataclass(frozen=True, slots=True)
class Account:
    """The whole account; `subjects` has the records of each subject in each of `domains`.

    `unread` are the forms of the files that study.yaml does not read.
    """

    forms: tuple[Form, ...]
    pairs: tuple[Pair, ...]
    domains: tuple[str, ...]
    subjects: Mapping[str, tuple[int, ...]]
    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def balanced(self) -> bool:
        """Whether every row, every column and every form of the files is accounted for."""
        columns = sum(f.count(State.UNACCOUNTED) for f in self.forms)
        lost = columns or self.lost_by_datasets or self.unread
        return all(f.balanced for f in self.forms) and not lost

    @property
    def lost_by_datasets(self) -> int:
        """Rows that a module took and its dataset does not have, wherever else they went."""
        return sum(f.rule == "account.row" and f.dataset != "" for f in self.findings)
