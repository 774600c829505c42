"""Laboratory values of CEACART01, computed a second time, straight from the raw CSV files.

As `endpoints.py`, whose readers of dates and records it uses: plain Python, written from the study
description, the data dictionary and CTCAE 5.0, sharing nothing with the engine. `e` is that module.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

HAEMATOLOGY = {"WBC": "WBC", "NEUT": "NEUT", "LYM": "LYM", "HGB": "HGB", "PLT": "PLAT"}
CHEMISTRY = {"ALT": "ALT", "AST": "AST", "BILI": "BILI", "CREAT": "CREAT", "ALB": "ALB"}
MARKERS = {"CEA": "CEA", "IL6": "INTLK6", "CRP": "CRP"}
# Factor to ug/L, ng/L and mg/L; a marker in another unit, or in none, has no value.
UNITS = {
    ("CEA", "ng/mL"): 1,
    ("CEA", "ug/L"): 1,
    ("INTLK6", "pg/mL"): 1,
    ("INTLK6", "ng/L"): 1,
    ("CRP", "mg/L"): 1,
    ("CRP", "mg/dL"): 10,
}
BEST = "CEA"  # PROTOCOL: best % change for CEA

# CTCAE 5.0. A step is (grade, bound): the first step whose bound is passed gives the grade.
# Low: below the bound, in the unit of the parameter. WBC, NEUT, LYM, PLAT in 10^9/L, HGB, ALB g/L.
# "LLN" is the lower limit of the record's own range. Grade 4 of anaemia and of hypoalbuminaemia is
# what a physician says, no number.
LOW: dict[str, tuple[tuple[int, str], ...]] = {
    "WBC": ((4, "1"), (3, "2"), (2, "3"), (1, "LLN")),
    "NEUT": ((4, "0.5"), (3, "1"), (2, "1.5"), (1, "LLN")),
    "LYM": ((4, "0.2"), (3, "0.5"), (2, "0.8"), (1, "LLN")),
    "PLAT": ((4, "25"), (3, "50"), (2, "75"), (1, "LLN")),
    "HGB": ((3, "80"), (2, "100"), (1, "LLN")),
    "ALB": ((3, "20"), (2, "30"), (1, "LLN")),
}
# High: above the bound. Lymphocyte count increased has no grade 1, leukocytosis only grade 3.
HIGH: dict[str, tuple[tuple[int, str], ...]] = {
    "WBC": ((3, "100"),),
    "LYM": ((3, "20"), (2, "4")),
}
# High, in multiples of the upper limit when the baseline is normal, of the baseline when it is
# abnormal. Grade 1 of an abnormal baseline: ALT, AST from 1.5 x baseline on (the bound itself
# counts), bilirubin above 1.0 x baseline.
MULTIPLES: dict[str, tuple[tuple[int, str], ...]] = {
    "ALT": ((4, "20"), (3, "5"), (2, "3"), (1, "1")),
    "AST": ((4, "20"), (3, "5"), (2, "3"), (1, "1")),
    "BILI": ((4, "10"), (3, "3"), (2, "1.5"), (1, "1")),
}
FROM_ABNORMAL = Fraction(3, 2)


@dataclass
class Value:
    """One record: a test of a subject at a visit."""

    usubjid: str
    code: str
    visit: str
    day: date
    clock: str  # HH:MM, or "" when no sample was taken
    value: Fraction | None
    text: str = ""  # the result, when it is no number
    low: Fraction | None = None
    high: Fraction | None = None
    base: Fraction | None = None
    change: Fraction | None = None
    percent: Fraction | None = None
    baseline: bool = False
    grade_low: int | None = None
    grade_high: int | None = None
    worst_low: bool = False
    worst_high: bool = False
    best: bool = False
    used: bool = False

    @property
    def moment(self) -> tuple[date, str]:
        return self.day, self.clock

    @property
    def indicator(self) -> str:
        if self.value is None:
            return self._indicator_of_text()
        if self.low is not None and self.value < self.low:
            return "LOW"
        return "HIGH" if self.high is not None and self.value > self.high else "NORMAL"

    def _indicator_of_text(self) -> str:
        """``<0.50`` of 0 to 5.0 can only be normal, ``>10000`` can only be high."""
        bound = _number(self.text[1:])
        if bound is None or self.low is None or self.high is None:
            return ""
        if self.text[0] == ">":
            return "HIGH" if bound >= self.high else ""
        if bound <= self.low:
            return "LOW"
        return "NORMAL" if self.low == 0 and bound <= self.high else ""


def _number(typed: str) -> Fraction | None:
    """Full-width digits become ASCII; a decimal comma is no value until it is corrected."""
    ascii_text = unicodedata.normalize("NFKC", typed).strip()
    return Fraction(ascii_text) if re.fullmatch(r"\d+(\.\d+)?", ascii_text) else None


def _panels(e: Any, records: Any, usubjid: str) -> list[Value]:
    made = []
    for form, tests in (("lbh", HAEMATOLOGY), ("lbc", CHEMISTRY)):
        for row in records.form(form):
            day = e.complete(row, "LBDAT")
            if day is None or day > e.CUTOFF:
                continue
            for name, code in tests.items():
                made.append(
                    Value(
                        usubjid,
                        code,
                        row["FolderName"],
                        day,
                        row["LBTIM"].strip(),
                        _number(row[f"{name}_RAW"]),
                        low=_number(row[f"{name}_LO"]),
                        high=_number(row[f"{name}_HI"]),
                    )
                )
    return made


def _markers(e: Any, records: Any, usubjid: str) -> list[Value]:
    made = []
    for row in records.raw.markers:
        day = date.fromisoformat(row["COLLDATE"])
        if row["SUBJECT"] not in records.subjects or day > e.CUTOFF:
            continue
        code = MARKERS[row["TESTCODE"]]
        factor = UNITS.get((code, row["UNIT"].strip()))
        result = _number(row["RESULT"])
        value = None if factor is None or result is None else result * factor
        outside = row["RESULT"][:1] in ("<", ">")
        # READING: the range is given in the unit of the analysis value, so a result that cannot be
        # read, or has no unit, or was not done, has none.
        known = factor if value is not None or outside else None
        made.append(
            Value(
                usubjid,
                code,
                row["VISIT"],
                day,
                row["COLLTIME"],
                value,
                # READING: a result that is only known to lie outside the range that was measured
                # has no analysis value; the text stays.
                text=row["RESULT"] if outside else "",
                low=_scaled(row["LOW"], known),
                high=_scaled(row["HIGH"], known),
            )
        )
    return made


def _scaled(limit: str, factor: int | None) -> Fraction | None:
    value = _number(limit)
    return None if value is None or factor is None else value * factor


def grade_low(item: Value) -> int | None:
    """CTCAE 5.0 grade of a value that is too low, 0 when it is not; None: not graded."""
    if item.value is None or item.code not in LOW:
        return None
    for grade, bound in LOW[item.code]:
        limit = item.low if bound == "LLN" else Fraction(bound)
        if limit is not None and item.value < limit:
            # READING: a bound lower than the range's own limit does not make a normal value
            # abnormal, and none of the bounds here is above a lower limit of the study.
            return grade
    return 0


def grade_high(item: Value, base: Value | None) -> int | None:
    """CTCAE 5.0 grade of a value that is too high, 0 when it is not; None: not graded.

    READING: abnormal at baseline is above the upper limit of the baseline record's own range.
    READING: without a baseline neither branch can be chosen, so there is no grade.
    """
    if item.value is None:
        return None
    if item.code in HIGH:
        return next((g for g, bound in HIGH[item.code] if item.value > Fraction(bound)), 0)
    if item.code == "HGB":
        return _haemoglobin_increased(item)
    if item.code == "CREAT":
        return _creatinine(item, base)
    if item.code not in MULTIPLES or base is None:
        return None
    assert base.value is not None
    assert base.high is not None
    assert item.high is not None
    abnormal = base.value > base.high
    unit = base.value if abnormal else item.high
    for grade, multiple in MULTIPLES[item.code]:
        if grade == 1 and abnormal and item.code != "BILI":
            return 1 if item.value >= FROM_ABNORMAL * unit else 0
        if item.value > Fraction(multiple) * unit:
            return grade
    return 0


def _haemoglobin_increased(item: Value) -> int:
    """Increase by more than 0, 20, 40 g/L.

    READING: CTCAE 5.0 defines the term as haemoglobin above normal and names no baseline (version
    4 did), so the increase is that above the upper limit.
    """
    assert item.value is not None
    assert item.high is not None
    above = item.high
    return next((g for g, more in ((3, 40), (2, 20), (1, 0)) if item.value > above + more), 0)


def _creatinine(item: Value, base: Value | None) -> int:
    """Grade 2 and 3 by the multiple of the baseline or of the limit, whichever is worse."""
    assert item.value is not None
    assert item.high is not None
    by_limit = ((4, "6"), (3, "3"), (2, "1.5"), (1, "1"))
    found = next((g for g, m in by_limit if item.value > Fraction(m) * item.high), 0)
    if base is not None and base.value is not None:
        by_base = ((3, "3"), (2, "1.5"))
        found = max(
            found, next((g for g, m in by_base if item.value > Fraction(m) * base.value), 0)
        )
    return found


def compute(e: Any, raw: Any, people: dict[str, Any]) -> list[Value]:
    """Every laboratory record up to the cut-off, of everybody."""
    made: list[Value] = []
    for usubjid, person in people.items():
        records = e.Records(person.subjects, raw)
        values = [*_panels(e, records, usubjid), *_markers(e, records, usubjid)]
        start = None
        if person.trtsdt:
            start = date.fromisoformat(person.trtsdt), person.trtstm.zfill(5)
        for code in {item.code: None for item in values}:
            _subject_and_test([item for item in values if item.code == code], start)
        made += values
    return made


def _subject_and_test(values: list[Value], start: tuple[date, str] | None) -> None:
    values.sort(key=lambda item: item.moment)
    # READING: a visit has one record that is used, the last with a value: of two screenings the
    # second, of two samples of one minute the one reported later.
    visits: dict[str, Value] = {}
    for item in values:
        if item.value is not None:
            visits[item.visit] = item
    for item in visits.values():
        item.used = True
    # PROTOCOL: baseline (last value before the first infusion), by date and time.
    before = [x for x in values if start is not None and x.value is not None and x.moment < start]
    base = before[-1] if before else None
    for item in values:
        item.grade_low = grade_low(item)
        item.grade_high = grade_high(item, base)
    if base is None:
        return
    base.baseline = True
    after = [item for item in values if start is not None and item.moment > start]
    for item in values:
        item.base = base.value
    for item in after:
        if item.value is not None and base.value is not None:
            item.change = item.value - base.value
            item.percent = 100 * item.change / base.value if base.value else None
    # READING: worst is the highest grade after the first infusion, a second infusion included; of
    # several the first.
    for name in ("low", "high"):
        graded = [x for x in after if x.used and getattr(x, f"grade_{name}") is not None]
        if graded:
            worst = max(graded, key=lambda x: getattr(x, f"grade_{name}"))
            setattr(worst, f"worst_{name}", True)
    # READING: best is the largest decrease (or smallest increase) after the first infusion.
    changed = [x for x in after if x.used and x.code == BEST and x.percent is not None]
    if changed:
        min(changed, key=lambda x: x.percent or Fraction(0)).best = True
