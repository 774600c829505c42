"""CAR-T kinetics of CEACART01, computed a second time, straight from the raw vendor file.

As `endpoints.py`, whose readers of dates and records it uses: plain Python, written from the study
description and the data dictionary, sharing nothing with the engine. `e` is that module.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any

METHODS = {"qPCR": "CARQPCR", "FLOW": "CARFLOW"}
WINDOW = Fraction(28 * 24)  # PROTOCOL: AUC(0-28 d), in hours


@dataclass
class Sample:
    """One sample; hours count from the start of the first infusion."""

    usubjid: str
    code: str
    visit: str
    timepoint: str
    moment: datetime
    value: Fraction | None
    text: str
    limit: Fraction
    hours: Fraction
    day: int
    baseline: bool = False
    first: bool = False  # belongs to the first infusion

    @property
    def used(self) -> bool:
        """READING: what is analysed are the samples with a value of the first infusion."""
        return self.first and self.value is not None

    @property
    def measurable(self) -> bool:
        return self.value is not None and self.value >= self.limit


@dataclass
class Profile:
    """Parameters of one subject, of the qPCR samples of the first infusion."""

    cmax: Fraction | None = None
    tmax: Fraction | None = None
    auc: Fraction | None = None
    last: Fraction | None = None
    cmax_day: date | None = None
    last_day: date | None = None


def _value(row: dict[str, str]) -> Fraction | None:
    """Below the limit of quantification is 0; a sample that was not measured has no value.

    READING: a number under the limit is below it, too.
    """
    if row["STATUS"].strip():
        return None
    if row["RESULT"] == "BLQ" or Fraction(row["RESULT"]) < Fraction(row["LLOQ"]):
        return Fraction(0)
    return Fraction(row["RESULT"])


def _moment(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock.zfill(5)}")


def samples(e: Any, raw: Any, people: dict[str, Any]) -> list[Sample]:
    """Every kinetics record up to the cut-off, of everybody."""
    made: list[Sample] = []
    for usubjid, person in people.items():
        records = e.Records(person.subjects, raw)
        rows = [row for row in raw.kinetics if row["SUBJECT"] in person.subjects]
        rows = [row for row in rows if date.fromisoformat(row["COLLDATE"]) <= e.CUTOFF]
        if not rows:
            continue
        infusions = sorted(
            _moment(str(e.complete(row, "INFDAT")), row["INFSTTIM"].strip())
            for row in records.form("inf")
        )
        # READING: time counts from the start of the first infusion.
        start = infusions[0]
        # PROTOCOL: first infusion only (cut at re-infusion). READING: the sample before the second
        # infusion is still of the first.
        end = infusions[1] if len(infusions) > 1 else None
        own = []
        for row in rows:
            moment = _moment(row["COLLDATE"], row["COLLTIME"])
            own.append(
                Sample(
                    usubjid=usubjid,
                    code=METHODS[row["METHOD"]],
                    visit=row["VISIT"],
                    timepoint=row["TIMEPOINT"],
                    moment=moment,
                    value=_value(row),
                    text="BLQ" if row["RESULT"] == "BLQ" else "",
                    limit=Fraction(row["LLOQ"]),
                    hours=Fraction(int((moment - start).total_seconds()), 3600),
                    day=e.study_day(moment.date(), start.date()),
                    first=end is None or moment < end,
                )
            )
        for code in METHODS.values():
            before = [x for x in own if x.code == code and x.moment < start and x.value is not None]
            if before:
                max(before, key=lambda x: x.moment).baseline = True
        made += own
    return made


def profiles(found: list[Sample]) -> dict[str, Profile]:
    """Parameters by USUBJID."""
    return {
        usubjid: _profile([x for x in found if x.usubjid == usubjid and x.code == "CARQPCR"])
        for usubjid in {x.usubjid: None for x in found}
    }


def _profile(own: list[Sample]) -> Profile:
    own = sorted((x for x in own if x.used), key=lambda x: x.moment)
    after = [x for x in own if x.hours > 0]
    made = Profile()
    if not after:
        return made
    # READING: Tmax is the first time the maximum is seen.
    highest = max(after, key=lambda x: x.value or Fraction(0))
    made.cmax, made.tmax, made.cmax_day = highest.value, highest.hours, highest.moment.date()
    # PROTOCOL: last measurable time. READING: the last sample at the limit or above it.
    measurable = [x for x in after if x.measurable]
    if measurable:
        made.last, made.last_day = measurable[-1].hours, measurable[-1].moment.date()
    before = [x for x in own if x.hours <= 0]
    # READING: the sample before the infusion stands for time 0.
    points = [(Fraction(0), before[-1].value or Fraction(0))] if before else []
    points += [(x.hours, x.value or Fraction(0)) for x in after]
    made.auc = area(points, WINDOW)
    return made


def area(points: list[tuple[Fraction, Fraction]], end: Fraction) -> Fraction | None:
    """Linear trapezoid from 0 to `end` hours; points in order of time.

    READING: the value at the end is that on the straight line between the samples on both sides of
    it; who has no sample at the end or later has no area, nothing is extrapolated. The same goes
    for a profile that does not begin at 0.
    """
    if not points or points[0][0] != 0 or points[-1][0] < end:
        return None
    total = Fraction(0)
    for (t1, v1), (t2, v2) in pairwise(points):
        if t1 >= end:
            break
        if t2 > end:
            v2 = v1 + (v2 - v1) * (end - t1) / (t2 - t1)  # noqa: PLW2901
            t2 = end  # noqa: PLW2901
        total += (t2 - t1) * (v1 + v2) / 2
    return total
