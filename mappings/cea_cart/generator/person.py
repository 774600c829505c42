"""One person's calendar: visit dates, the last day seen, draws that never depend on others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from mappings.cea_cart.generator.plans import Plan

SEED = "CEACART01"
CUTOFF = date(2024, 6, 30)
_SCHEDULE = ("D1", "D4", "D7", "D10", "D14", "D21", "D28", "W8", "W12", "M6", "M9", "M12", "M18")
SCHEDULE = (*_SCHEDULE, "M24")
TARGET = {
    "D1": 1, "D4": 4, "D7": 7, "D10": 10, "D14": 14, "D21": 21, "D28": 28, "W8": 56, "W12": 84,
    "M6": 183, "M9": 274, "M12": 365, "M18": 548, "M24": 730,
}  # fmt: skip
MISSED = {
    "01-004": {"D21": "Subject did not come and could not be reached", "D28": "Lost to follow-up"},
    "02-020": {"D10": "Subject did not come", "W8": "Roads closed by a flood"},
}


def draw(subject: str, topic: str) -> Random:
    """A stream of its own for each subject and topic, so a change here moves nothing there."""
    return Random(f"{SEED}/{subject}/{topic}")


@dataclass(slots=True)
class Visit:
    """One visit that took place, or that was missed when `reason` says why."""

    oid: str
    when: date
    day: int
    repeat: int = 0
    reason: str = ""
    missed: bool = False


@dataclass(slots=True)
class Person:
    """A plan with its dates."""

    plan: Plan
    consent: date
    visits: list[Visit] = field(default_factory=list)
    weight: float = 60.0
    height: int = 165

    @property
    def subject(self) -> str:
        """The subject number, SS-NNN."""
        return self.plan.subject

    @property
    def infused(self) -> bool:
        """Whether CAR-T cells were given."""
        return self.plan.fate not in ("sf", "nomake")

    def on(self, day: int) -> date:
        """The date of a study day (there is no Day 0)."""
        return self.plan.start + timedelta(days=day - 1 if day > 0 else day)

    def day(self, when: date) -> int:
        """The study day of a date."""
        n = (when - self.plan.start).days
        return n + 1 if n >= 0 else n

    def visit(self, oid: str, repeat: int = 0) -> Visit:
        """The visit of that folder."""
        return next(v for v in self.visits if v.oid == oid and v.repeat == repeat)

    @property
    def last_seen(self) -> date:
        """The last visit that took place."""
        return max(v.when for v in self.visits if not v.missed)

    @property
    def end(self) -> date:
        """The last day anything can be known of the person in this export."""
        if self.plan.fate in ("death", "complete", "wbs") and self.plan.fate_day:
            return self.on(self.plan.fate_day)
        if self.plan.fate == "ltfu":
            return self.last_seen
        if self.subject == "02-002":
            return date(2021, 3, 12)
        return date(2024, 7, 10) if self.infused else self.last_seen


def person_of(plan: Plan) -> Person:
    """The person of a plan, with every visit dated."""
    rng = draw(plan.identity, "body")
    height = rng.randint(164, 180) if plan.sex == "M" else rng.randint(152, 168)
    bmi = 19.5 + 6.5 * rng.random()
    weight = round(bmi * height * height / 10000, 1)
    rng = draw(plan.subject, "calendar")
    if plan.fate in ("sf", "nomake"):
        one = Person(plan, plan.start, weight=weight, height=height)
        one.visits.append(Visit("SCR", plan.start + timedelta(days=rng.randint(1, 4)), 0))
        return one
    screening = -rng.randint(17, 25)
    one = Person(plan, plan.start, weight=weight, height=height)
    one.consent = one.on(screening - rng.randint(0, 2))
    one.visits = [
        Visit("SCR", one.on(screening), screening),
        Visit("BL", one.on(-(bl := rng.choice((6, 7)))), -bl),
        Visit("LD", one.on(-5), -5),
    ]
    scans = {s.visit: s.day for s in plan.scans}
    last = plan.last_visit or next(s.visit for s in reversed(plan.scans) if s.visit != "UNS")
    for oid in SCHEDULE[: SCHEDULE.index(last) + 1]:
        target = TARGET[oid]
        slack = 0 if target == 1 else 1 if target < 21 else 2
        day = scans.get(oid, target + rng.randint(-slack, slack))
        one.visits.append(Visit(oid, one.on(day), day))
    unscheduled = [s for s in plan.scans if s.visit == "UNS"]
    for n, scan in enumerate(unscheduled, 1):
        one.visits.append(
            Visit("UNS", one.on(scan.day), scan.day, n, "Scan because of new symptoms")
        )
    if plan.again:
        for oid, after in zip(
            ("R1", "R4", "R7", "R10", "R14", "R21", "R28"), (0, 3, 6, 9, 13, 20, 27), strict=True
        ):
            day = plan.again + after
            one.visits.append(Visit(oid, one.on(day), day))
    for oid, reason in MISSED.get(plan.subject, {}).items():
        day = TARGET[oid]
        one.visits = [v for v in one.visits if v.oid != oid]
        one.visits.append(Visit(oid, one.on(day), day, reason=reason, missed=True))
    one.visits.sort(key=lambda v: (v.when, v.oid))
    return one
