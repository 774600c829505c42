"""What a parameter of a module is once compiled, and what it is made on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pandas as pd

from adam.criteria import Criteria
from mappings.conditions import Condition
from mappings.findings import SpecPlace
from mappings.load import Document, spec_fault
from mappings.names import Names
from mappings.scope import Report


@dataclass(frozen=True)
class Ground:
    """What parameters are made on.

    `data` are the datasets so far, `base` the records of this dataset so far (those of its rules
    and of the parameters before this one), `cutoff` a SAS day.
    """

    data: Mapping[str, pd.DataFrame]
    adsl: pd.DataFrame
    base: pd.DataFrame
    criteria: Criteria
    cutoff: float
    report: Report
    target: str


class Kind(Protocol):
    """One way to make the records of a parameter: a response, a time to event."""

    @property
    def uses(self) -> tuple[str, ...]:
        """The datasets that it reads, ADSL and the module's own apart."""
        ...

    def rows(self, ground: Ground) -> pd.DataFrame:
        """The records: USUBJID, ADT, AVAL or AVALC, SRCDOM, SRCVAR, SRCSEQ and the lineage."""
        ...

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        ...


@dataclass(frozen=True)
class Parameter:
    """A parameter of a module as compiled."""

    code: str
    label: str
    number: float
    place: SpecPlace
    kind: Kind
    method: str = ""
    comment: str = ""


@dataclass(frozen=True)
class EventSource:
    """Records with a date: an event or censor source, or a start of its own."""

    dataset: str
    date: str
    desc: str
    where: Condition

    def sentence(self) -> str:
        """The description and where the date stands."""
        text = f"{self.desc} ({self.dataset}.{self.date}"
        if self.where.clauses:
            text += f" where {self.where.sentence()}"
        return text + ")"


@dataclass(frozen=True)
class Making:
    """What the compiling of one parameter may use.

    `names` are those of the finished records of the module, at the parameter's place; `adsl`
    those of ADSL at the same place; `start` and `stop` the module's ADSL dates, `subjects` its
    condition on ADSL; `fixed` the PARAMCDs that its rules give, None when they are not constants.
    """

    document: Document
    names: Names
    adsl: Names
    code: str
    start: str
    stop: str
    subjects: Condition
    sources: Sequence[str]
    fixed: tuple[str, ...] | None

    @property
    def place(self) -> SpecPlace:
        """Where the parameter's code stands."""
        return self.document.place(self.names.steps, key=True)

    def fault(self, rule: str, message: str, advice: str = "", *steps: str) -> None:
        """A fault of the parameter: at its key, or at the value of one of its own keys."""
        message = f"the parameter {self.code} {message}"
        if steps:
            self.names.fault(rule, message, advice, *steps)
            return
        self.names.faults.append(spec_fault(rule, message, self.place, advice))

    def source(self, part: Mapping[str, Any], *steps: str | int) -> EventSource:
        """An event, censor or start source with its names resolved."""
        at = self.names.at(*steps)
        other = at.other(part["from"], "from")
        if not other.columns:
            return EventSource(other.name, "", "", Condition())
        over = replace(at.over(other), target=other.name)
        return EventSource(
            other.name,
            over.column(part["date"], "date"),
            str(part.get("desc", "")),
            over.condition(part.get("where"), "where"),
        )
