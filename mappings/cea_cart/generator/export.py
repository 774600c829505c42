"""The whole export in memory, with the look-ups that planting needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from mappings.cea_cart.generator import clinical, events, labs, tumour
from mappings.cea_cart.generator.person import Person, person_of
from mappings.cea_cart.generator.plans import PLANS
from mappings.cea_cart.generator.rave import Record

Rows = list[dict[str, str]]


@dataclass(slots=True)
class Export:
    """All records of the EDC, the rows of both vendors, and the persons behind them."""

    persons: dict[str, Person] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    markers: Rows = field(default_factory=list)
    kinetics: Rows = field(default_factory=list)

    def find(self, form: str, subject: str, folder: str = "", position: int = 0) -> Record:
        """The one active record of a form at that place."""
        found = [
            r
            for r in self.records
            if r.active
            and (r.form, r.subject, r.folder, r.position) == (form, subject, folder, position)
        ]
        if len(found) != 1:
            raise LookupError(f"{form} {subject} {folder} {position}: {len(found)} records")
        return found[0]

    def append(self, line: Record) -> Record:
        """Add a log line after the last one of its page."""
        place = (line.form, line.subject, line.folder)
        others = [r.position for r in self.records if (r.form, r.subject, r.folder) == place]
        line.position = max(others, default=0) + 1
        self.records.append(line)
        return line

    def marker(self, subject: str, visit: str, test: str) -> dict[str, str]:
        """The one row of markers.csv of a subject, visit and test."""
        wanted = {"SUBJECT": subject, "VISIT": visit, "TESTCODE": test}
        return _one(self.markers, wanted)

    def kinetic(self, subject: str, visit: str, method: str, point: str = "") -> dict[str, str]:
        """The one row of car_kinetics.csv of a subject, visit, method and time point."""
        wanted = {"SUBJECT": subject, "VISIT": visit, "METHOD": method, "TIMEPOINT": point}
        return _one(self.kinetics, wanted)


def _one(rows: Rows, wanted: dict[str, str]) -> dict[str, str]:
    found = [row for row in rows if wanted.items() <= row.items()]
    if len(found) != 1:
        raise LookupError(f"{wanted}: {len(found)} rows")
    return found[0]


def build() -> Export:
    """The export before anything is planted by hand."""
    out = Export()
    for plan in PLANS:
        person = out.persons[plan.subject] = person_of(plan)
        reaction = events.reaction_of(person)
        begun = list(clinical.screening(person))
        treated = list(clinical.treatment(person))
        tests = list(labs.safety_labs(person, 0.5 * reaction.crs))
        lines = events.events(person, events.grades_of(tests, person))
        history = {r.values["MHTERM"] for r in begun if r.form == "mh"}
        out.records += begun
        for line in treated:
            if line.form == "act":
                out.append(line)
            else:
                out.records.append(line)
        out.records += clinical.bedside(person, _storms(lines))
        out.records += clinical.follow_up(person)
        out.records += tumour.assessments(person)
        out.records += tests
        out.records += lines
        out.records += events.medication(person, lines, history)
        out.markers += labs.markers(person, reaction.crs, 100000 + len(out.markers))
        times = [r.values["INFSTTIM"] for r in treated if r.form == "inf"]
        if times:
            number = 500000 + len(out.kinetics)
            out.kinetics += labs.kinetics(person, times[0], times[-1], number)
    return out


def _storms(lines: list[Record]) -> list[clinical.Storm]:
    """Start, end and grade of every CRS."""
    return [
        (r.when, date.fromisoformat(r.values["AEENDAT"][:10]), int(r.values["AETOXGR_STD"]))
        for r in lines
        if r.values["AECRS_STD"] == "Y"
    ]
