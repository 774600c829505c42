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
from mappings.scope import Report, Scope


@dataclass(frozen=True)
class Ground:
    """What parameters are made on.

    `data` are the datasets so far, `base` the records of this dataset so far (those of its rules
    and of the parameters before this one), `cutoff` a SAS day.
    """

    data: Mapping[str, pd.DataFrame]
    adsl: pd.DataFrame
    base: pd.DataFrame
    cutoff: float
    report: Report
    target: str

    def subjects(self, chosen: Condition, start: str = "") -> pd.Series[str]:
        """The USUBJIDs of ADSL that the condition chooses and that have the ADSL date `start`."""
        scope = Scope("ADSL", self.adsl, self.data, self.report)
        rows = self.adsl[chosen.mask(scope)]
        rows = rows[rows[start].notna()] if start else rows
        return rows["USUBJID"].drop_duplicates()


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
    cnsr: int = 1
    reason: str = ""
    cut: str = ""

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
    condition on ADSL; `sources` the datasets that there are; `criteria` the response criteria of
    the module, None when nothing names them; `made` the variables of its records before `then`;
    `fixed` the PARAMCDs of its rules and of earlier parameters, None when not all are constants.
    """

    document: Document
    names: Names
    adsl: Names
    code: str
    start: str
    stop: str | Mapping[str, Any]
    subjects: Condition
    sources: Sequence[str]
    criteria: Criteria | None
    made: tuple[str, ...]
    fixed: tuple[str, ...] | None

    @property
    def stop_date(self) -> str:
        """The name of the module's stop, "" without one."""
        return self.stop if isinstance(self.stop, str) else str(self.stop["date"])

    @property
    def place(self) -> SpecPlace:
        """Where the parameter's code stands."""
        return self.document.place(self.names.steps, key=True)

    def fault(self, rule: str, message: str, advice: str = "", *steps: str | int) -> None:
        """A fault of the parameter: at its key, or at the value of one of its own keys."""
        message = f"the parameter {self.code} {message}"
        if steps:
            self.names.fault(rule, message, advice, *steps)
            return
        self.names.faults.append(spec_fault(rule, message, self.place, advice))

    def cnsr(self, part: Mapping[str, Any], *steps: str | int) -> int | None:
        """CNSR of a censoring, None when it is not given; 0 and less are a fault."""
        if "cnsr" not in part:
            return None
        value = int(part["cnsr"])
        if value < 1:
            message = f"has CNSR {value} for a censoring; 0 is that of events"
            message = f"the parameter {self.code} {message}"
            self.names.fault("param.cnsr", message, "Give 1 or more.", *steps, "cnsr")
        return value

    def fault_at(self, place: SpecPlace, rule: str, message: str, advice: str) -> None:
        """A fault of the module rather than of this parameter; said once however many find it."""
        found = spec_fault(rule, message, place, advice)
        if found not in self.names.faults:
            self.names.faults.append(found)

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
            self.cnsr(part, *steps) or 1,
            str(part.get("reason", "")),
            str(part.get("cut", "")),
        )
