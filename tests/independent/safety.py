"""Exposure, baseline disease and adverse events of CEACART01, a second time, from the raw files.

As `endpoints.py`, whose readers of dates and records it uses: plain Python, written from the study
description and the data dictionary, sharing nothing with the engine. `e` is that module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any


@dataclass
class Event:
    """One adverse event: what ADAE says of it beyond its being treatment-emergent."""

    start: date | None  # imputed
    end: date | None
    period: str  # 1, 2 or "" (before the first infusion)
    onset: int | None  # day counted from the infusion before it
    resolved: int | None
    duration: int | None
    related: bool
    dlt: bool
    grade: int
    astct: int | None


@dataclass
class Subject:
    """Exposure and baseline of one person."""

    infusions: int = 0
    doses: list[Fraction] = field(default_factory=list)
    last: date | None = None
    targets: int = 0
    diameters: Fraction | None = None
    ecog: str = ""
    prior: int = 0
    bridged: bool = False
    events: dict[tuple[str, int], Event] = field(default_factory=dict)


def day_of(day: date | None, reference: date | None) -> int | None:
    """Day 1 is the reference; there is no Day 0."""
    if day is None or reference is None:
        return None
    return (day - reference).days + (1 if day >= reference else 0)


def compute(e: Any, raw: Any, people: dict[str, Any]) -> dict[str, Subject]:
    """Everything for everybody, by USUBJID."""
    return {usubjid: _subject(e, raw, person) for usubjid, person in people.items()}


def _subject(e: Any, raw: Any, person: Any) -> Subject:
    records = e.Records(person.subjects, raw)
    made = Subject()
    infusions = [
        (e.complete(row, "INFDAT"), row["INFSTTIM"].strip().zfill(5), row)
        for row in records.form("inf")
        if e.complete(row, "INFDAT") <= e.CUTOFF
    ]
    infusions.sort(key=lambda item: item[:2])
    made.infusions = len(infusions)
    made.doses = [Fraction(row["INFDOSE"]) for _, _, row in infusions]
    made.last = infusions[-1][0] if infusions else None
    start = infusions[0][0] if infusions else None

    # PROTOCOL: lesions as in RECIST 1.1; the baseline is the assessment at SCREENING.
    first = [row for row in records.last_screening("tl") if row["Folder"] == "SCR"]
    made.targets = len({row["TLNO"] for row in records.form("tl") if row["Folder"] == "SCR"})
    sizes = [e.number(row, "TLDIAM") for row in first]
    if start is not None and sizes and None not in sizes:
        made.diameters = sum(sizes, Fraction(0))

    pages = [
        (day, e.code(row, "ECOG"))
        for row in records.form("ecog")
        if (day := e.complete(row, "ECOGDAT")) is not None
    ]
    before = [item for item in pages if start is not None and item[0] <= start]
    made.ecog = max(before)[1] if before else ""
    therapies = [e.code(row, "ACTYPE") for row in records.form("act")]
    made.prior = therapies.count("PRIOR")
    made.bridged = any(e.code(row, "CMCAT") == "BRIDGE" for row in records.form("cm"))

    for row in records.form("ae"):
        key = (row["Subject"], int(row["recordposition"]))
        if key not in person.ae_after_cutoff:
            emergent = person.trtemfl[key] == "Y"
            death = date.fromisoformat(person.dthdt) if person.dthdt else None
            made.events[key] = _event(e, row, infusions, death, emergent=emergent)
    return made


def _event(e: Any, row: Any, infusions: list[Any], death: date | None, *, emergent: bool) -> Event:
    begin, finish = e.partial(row, "AESTDAT"), e.partial(row, "AEENDAT")
    first = infusions[0][0] if infusions else None
    end = finish.last
    if end is not None and finish.complete is None:
        # READING: an imputed end is not after the death, nor after the cut-off.
        end = min(d for d in (end, death, e.CUTOFF) if d is not None)
    if finish.complete is not None and finish.complete > e.CUTOFF:
        end = None
    # READING: a partial start is the first day it can be, but not before the first infusion and
    # not after the end, as far as it leaves that open.
    start = begin.complete or begin.first
    if begin.known == "M" and row["AESTDAT_DD"].strip().isdigit():
        # READING: a day that the calendar does not have leaves the start missing; it is a finding
        # that the study explains.
        start = None
    if begin.complete is None and start is not None:
        if first is not None and start < first <= begin.last:
            start = first
        if end is not None and start > end >= begin.first:
            start = end
    clock = row["AESTTIM"].strip()
    clock = clock.zfill(5) if clock and begin.complete is not None else ""

    # PROTOCOL: onset and duration from infusion; of two infusions the latest on or before it, by
    # date and time when both are known.
    behind = [
        (number, day)
        for number, (day, time, _) in enumerate(infusions, 1)
        if start is not None and (start > day or (start == day and (not clock or clock >= time)))
    ]
    if not behind and emergent and infusions:
        behind = [(1, infusions[0][0])]
    number, infused = behind[-1] if behind else ("", None)
    lasted = None
    if start is not None and end is not None and end >= start:
        lasted = (end - start).days + 1
    day = day_of(start, first)
    window = day is None or 1 <= day <= e.DLT_DAYS
    return Event(
        start=start,
        end=end,
        period=str(number),
        onset=day_of(start, infused),
        resolved=day_of(end, infused),
        duration=lasted,
        # READING: whatever the investigator does not call not related is related.
        related=e.code(row, "AEREL") != "1",
        dlt=e.code(row, "AEDLT") == "Y" and window,
        grade=int(e.code(row, "AETOXGR")),
        astct=int(e.code(row, "ASTCTGR")) if e.code(row, "ASTCTGR") else None,
    )
