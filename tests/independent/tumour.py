"""Tumour burden and dated responses of CEACART01, a second time, straight from the raw CSV files.

As `endpoints.py`, whose readers of dates and assessments it uses: plain Python, written from the
study description and the data dictionary, sharing nothing with the engine. `e` is that module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

CODES = {"CR": 1, "PR": 2, "SD": 3, "PD": 5, "NE": 6}


@dataclass
class Burden:
    """A sum of diameters, in mm, at one assessment."""

    usubjid: str
    code: str  # BURDEN: targets and new measurable lesions; SUMTGT: targets only
    visit: str
    day: date
    ady: int
    value: Fraction | None
    base: Fraction | None
    lowest: Fraction | None = None  # before this assessment
    baseline: bool = False
    used: bool = False
    best: bool = False

    @property
    def change(self) -> Fraction | None:
        return self._from(self.base)

    @property
    def percent(self) -> Fraction | None:
        return self._percent_from(self.base)

    @property
    def change_from_lowest(self) -> Fraction | None:
        return self._from(self.lowest)

    @property
    def percent_from_lowest(self) -> Fraction | None:
        return self._percent_from(self.lowest)

    def _from(self, reference: Fraction | None) -> Fraction | None:
        if self.baseline or self.value is None or reference is None:
            return None
        return self.value - reference

    def _percent_from(self, reference: Fraction | None) -> Fraction | None:
        change = self._from(reference)
        # READING: there is no percentage of nothing (a lowest burden of 0 mm).
        return 100 * change / reference if change is not None and reference else None


@dataclass
class Dated:
    """A response of a subject as a parameter: its text, and when it was seen."""

    text: str
    day: str | None


# ------------------------------------------------------------------------------------------ burden


def _total(rows: Sequence[tuple[str, dict[str, str]]], e: Any) -> Fraction | None:
    """Sum of lesions; None when there is none, or one of them was not measured.

    PROTOCOL: too small to measure = 5 mm. FORMS: Absent 0 mm; a split lesion's fragments add up.
    """
    total = Fraction(0)
    for prefix, row in rows:
        state = e.code(row, f"{prefix}STATE")
        size = e.number(row, f"{prefix}DIAM") if state == "MEAS" else None
        size = {"SMALL": e.TOO_SMALL, "ABS": Fraction(0)}.get(state, size)
        if size is None:
            return None
        total += size
    return total if rows else None


def _at(rows: Sequence[dict[str, str]], folder: str, instance: int) -> list[dict[str, str]]:
    return [
        row
        for row in rows
        if row["Folder"] == folder and int(row["InstanceRepeatNumber"] or 0) == instance
    ]


def burdens(e: Any, raw: Any, people: dict[str, Any]) -> list[Burden]:
    """Both sums at screening and at every assessment up to the cut-off, of everybody infused."""
    made: list[Burden] = []
    for usubjid, person in people.items():
        if not person.trtsdt:
            continue
        records = e.Records(person.subjects, raw)
        targets, new = records.last_screening("tl"), records.last_screening("nl")
        first = _at(targets, "SCR", 0)
        numbers = {row["TLNO"] for row in first}
        (screened,) = {e.complete(row, "TLSCDAT") for row in first}
        base = _total([("TL", row) for row in first], e)
        start = date.fromisoformat(person.trtsdt)
        for code in ("BURDEN", "SUMTGT"):
            ady = e.study_day(screened, start)
            own = [Burden(usubjid, code, "SCREENING", screened, ady, base, base, baseline=True)]
            for item in person.assessments:
                if item.date > e.CUTOFF:
                    continue
                lines = [("TL", row) for row in _at(targets, item.folder, item.instance)]
                assert {row["TLNO"] for _, row in lines} <= numbers
                # READING: a target lesion without a line was not measured.
                whole = {row["TLNO"] for _, row in lines} == numbers
                if code == "BURDEN":
                    lines += [
                        ("NL", row)
                        for row in _at(new, item.folder, item.instance)
                        if e.code(row, "NLMEAS") == "Y"
                    ]
                value = _total(lines, e) if whole else None
                own.append(Burden(usubjid, code, item.visit, item.date, item.ady, value, base))
            _follow(own, date.fromisoformat(person.newtrtdt) if person.newtrtdt else None)
            made += own
    return made


def _follow(own: list[Burden], new_therapy: date | None) -> None:
    """Lowest before, and the best change.

    READING: the lowest is that of the baseline and every earlier assessment that was measured
    whole, those after new therapy included, as in the computed response.
    READING: best is the largest decrease (or smallest increase), the first of equals; a scan on the
    first day of new therapy counts, a later one does not. An irPD does not end it.
    """
    own.sort(key=lambda x: x.day)
    lowest = own[0].value
    for item in own[1:]:
        item.lowest = lowest
        if item.value is not None:
            lowest = item.value if lowest is None else min(lowest, item.value)
        item.used = item.value is not None and (new_therapy is None or item.day <= new_therapy)
    changed = [x for x in own if x.used and x.percent is not None]
    if changed:
        min(changed, key=lambda x: x.percent or Fraction(0)).best = True


# ------------------------------------------------------------------------------------------ dates


def ir(code: str) -> str:
    """The submission value of a response code."""
    return code if code == "NE" else f"ir{code}"


def first_response(person: Any) -> Dated:
    """Y on the day of the first irCR or irPR before the first irPD that counts, else N."""
    day = next(
        (x.day for x in person.assessments if _counts(x) and x.investigator in ("CR", "PR")), None
    )
    return Dated("Y" if day else "N", day)


def progression(person: Any) -> Dated:
    """Y on the day of the first irPD that counts, else N."""
    return Dated("Y" if person.pddt else "N", person.pddt)


def best_response(e: Any, person: Any, *, confirmed: bool) -> Dated:
    """Best overall response, and the day it was first seen.

    READING: the day of irCR, irPR is that of the (first confirmed) response, of irSD the first
    assessment that is at least irSD on Day 28 or later, of irPD the first irPD that counts, of NE
    the first assessment that is NE or irSD before Day 28.
    """
    best = person.cbor if confirmed else person.bor
    counted = [x for x in person.assessments if _counts(x)]
    window = [(n, x) for n, x in enumerate(counted) if x.ady <= e.RESPONSE_WINDOW]
    if best in ("CR", "PR"):
        level = ("CR",) if best == "CR" else ("CR", "PR")
        for index, item in window:
            if item.investigator in level and (
                not confirmed or again(counted, index, level, e.CONFIRM_DAYS, e.CONFIRM_MAX_NE)
            ):
                return Dated(ir(best), item.day)
    days = {
        "SD": [
            x.day
            for _, x in window
            if x.investigator in ("CR", "PR", "SD") and x.ady >= e.SD_MINIMUM
        ],
        "PD": [x.day for _, x in window if x.investigator == "PD" and not x.void],
        "NE": [x.day for _, x in window],
    }
    return Dated(ir(best), next(iter(days.get(best, [])), None))


def again(
    counted: Sequence[Any], index: int, level: Sequence[str], days: int, missing: int
) -> bool:
    """Whether the response comes again `days` later, with at most `missing` NE between."""
    for item in counted[index + 1 :]:
        if item.investigator == "NE":
            missing -= 1
            if missing < 0:
                return False
        elif item.investigator not in level:
            return False
        elif (item.date - counted[index].date).days >= days:
            return True
    return False


def _counts(item: Any) -> bool:
    return bool(item.used and not item.after_progression)
