"""Laboratory: haematology and chemistry in the EDC, markers and kinetics from vendors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mappings.cea_cart.generator.clinical import clock, record
from mappings.cea_cart.generator.person import SCHEDULE, Person, Visit, draw
from mappings.cea_cart.generator.rave import Record
from mappings.cea_cart.generator.tumour import ratio_at

_NAMES = {"CEA": "癌胚抗原", "IL6": "白细胞介素-6", "CRP": "C反应蛋白"}
_UNITS = {
    "01": {"CEA": ("ng/mL", "0", "5.0"), "IL6": ("pg/mL", "0", "7.0"), "CRP": ("mg/L", "0", "8.0")},
    "02": {"CEA": ("ug/L", "0", "5.0"), "IL6": ("ng/L", "0", "7.0"), "CRP": ("mg/dL", "0", "0.80")},
}
_RANGES = {
    "01": {
        "WBC": ("3.5", "9.5"), "NEUT": ("1.8", "6.3"), "LYM": ("1.1", "3.2"),
        "HGB_M": ("130", "175"), "HGB_F": ("115", "150"), "PLT": ("125", "350"),
        "ALT": ("7", "45"), "AST": ("13", "40"), "BILI": ("3.4", "20.5"),
        "CREAT_M": ("57", "97"), "CREAT_F": ("41", "73"), "ALB": ("40", "55"),
    },
    "02": {
        "WBC": ("4.0", "10.0"), "NEUT": ("2.0", "7.0"), "LYM": ("0.8", "4.0"),
        "HGB_M": ("120", "165"), "HGB_F": ("110", "150"), "PLT": ("100", "300"),
        "ALT": ("5", "40"), "AST": ("8", "40"), "BILI": ("5.1", "19.0"),
        "CREAT_M": ("54", "106"), "CREAT_F": ("44", "97"), "ALB": ("35", "55"),
    },
}  # fmt: skip
# share of the starting value on study days, straight lines between
_FALL = {
    "NEUT": ((-5, 1.0), (1, 0.7), (4, 0.2), (7, 0.11), (10, 0.22), (14, 0.55), (28, 0.9)),
    "LYM": ((-5, 1.0), (1, 0.15), (4, 0.08), (7, 0.2), (10, 0.45), (14, 0.6), (28, 0.8)),
    "HGB": ((-5, 1.0), (1, 0.97), (7, 0.88), (14, 0.86), (28, 0.93), (90, 0.98)),
    "PLT": ((-5, 1.0), (1, 0.9), (4, 0.75), (7, 0.6), (10, 0.52), (14, 0.62), (28, 0.9)),
}
# hundredths of the peak; day 2 h is 1.1
_QPCR = (
    (1.0, 0.0), (1.1, 2.0), (4, 8.0), (7, 60.0), (10, 100.0), (14, 72.0), (21, 34.0), (28, 16.0),
    (56, 4.0), (84, 1.4), (183, 0.25), (274, 0.06), (365, 0.02), (548, 0.0), (730, 0.0),
)  # fmt: skip


def _line(points: tuple[tuple[float, float], ...], day: float) -> float:
    """Straight lines between points, flat outside."""
    if day <= points[0][0]:
        return points[0][1]
    for (d0, v0), (d1, v1) in pairwise(points):
        if day <= d1:
            return v0 + (v1 - v0) * (day - d0) / (d1 - d0)
    return points[-1][1]


def _blood(visit: Visit) -> bool:
    return not visit.missed and visit.oid not in ("LD", "UNS")


def safety_labs(person: Person, hurt: float) -> Iterator[Record]:
    """Lbh and lbc; `hurt` raises liver values after the infusion (0 none, 1 moderate)."""
    rng = draw(person.subject, "labs")
    ranges = _RANGES[person.subject[:2]]
    start = {
        "NEUT": 2.6 + 3 * rng.random(), "LYM": 0.95 + rng.random(), "HGB": 102 + 34 * rng.random(),
        "PLT": 150 + 150 * rng.random(),
        "ALT": 12 + 26 * rng.random(), "AST": 15 + 22 * rng.random(),
        "BILI": 6 + 9 * rng.random(), "CREAT": 50 + 28 * rng.random(), "ALB": 36 + 8 * rng.random(),
    }  # fmt: skip
    if person.plan.criterion == "INCL09":
        start |= {"NEUT": 0.9, "PLT": 68.0}
    for visit in person.visits:
        if not _blood(visit):
            continue
        day = visit.day if person.infused else -20
        ill = _line(((1, 0.0), (4, 0.6), (7, 1.0), (14, 0.4), (28, 0.0)), day) * hurt
        grown = max(0.0, ratio_at(person, day) - 1.1) if person.infused else 0.0
        wobble = {k: 0.93 + 0.14 * rng.random() for k in start}
        now = {k: v * _line(_FALL.get(k, ((0, 1.0),)), day) * wobble[k] for k, v in start.items()}
        now["ALT"] *= 1 + 2.2 * ill + grown
        now["AST"] *= 1 + 2.6 * ill + 1.2 * grown
        now["BILI"] *= 1 + 0.5 * ill + grown
        now["ALB"] *= 1 - 0.12 * ill - 0.1 * grown
        now["WBC"] = now["NEUT"] + now["LYM"] + 0.4
        time = clock(440 + 5 * rng.randint(0, 16))
        for form, tests, digits in (
            ("lbh", ("WBC", "NEUT", "LYM", "HGB", "PLT"), {"HGB": 0, "PLT": 0}),
            ("lbc", ("ALT", "AST", "BILI", "CREAT", "ALB"), {"ALT": 0, "AST": 0, "CREAT": 0}),
        ):
            page = record(form, person, visit).put(LBDAT=visit.when, LBTIM=time)
            default = 2 if form == "lbh" else 1
            for test in tests:
                page.put(**{test: f"{now[test]:.{digits.get(test, default)}f}"})
                low, high = ranges.get(test) or ranges[f"{test}_{person.plan.sex}"]
                page.values[f"{test}_LO"], page.values[f"{test}_HI"] = low, high
            yield page


def _base(person: Person, visit: Visit, number: int) -> dict[str, str]:
    titles = {"SCR": "SCREENING", "BL": "BASELINE", "LD": "LYMPHODEPLETION"}
    name = titles.get(visit.oid) or _title(visit.oid)
    return {
        "STUDYID": "CEACART01",
        "SITE": person.subject[:2],
        "SUBJECT": person.subject,
        "SAMPLEID": f"{number:06d}",
        "VISIT": name,
        "COLLDATE": visit.when.isoformat(),
    }


def _title(oid: str) -> str:
    kinds = {"D": "DAY", "W": "WEEK", "M": "MONTH", "R": "REINFUSION DAY"}
    return f"{kinds[oid[0]]} {oid[1:]}"


def markers(person: Person, crs: int, number: int) -> Iterator[dict[str, str]]:
    """Rows of markers.csv, CEA, IL-6 and CRP, in site units."""
    rng = draw(person.subject, "markers")
    base = 25 + 240 * rng.random() * (1 + 2 * rng.random())
    if person.plan.criterion == "INCL03":
        base = 2.1
    il6, crp = 2.5 + 8 * rng.random(), 3 + 16 * rng.random()
    peaks = (1.5, 14, 70, 260, 900)[min(crs, 4)], (1.2, 3, 6, 9, 12)[min(crs, 4)]
    for visit in person.visits:
        if not _blood(visit) and visit.oid != "LD":
            continue
        time = clock(440 + 5 * rng.randint(0, 16))
        wave = _line(((1, 0.0), (4, 0.7), (7, 1.0), (10, 0.5), (14, 0.2), (21, 0.0)), visit.day)
        if visit.oid.startswith("R") and visit.oid != "R1":
            after = int(visit.oid[1:])
            wave = 0.4 * _line(((1, 0.0), (4, 0.8), (7, 1.0), (10, 0.5), (21, 0.0)), after)
        ratio = ratio_at(person, visit.day) if person.infused else 1.0
        now = {
            "CEA": (base * ratio * (0.35 + 0.65 * ratio) + 1.1) * (0.94 + 0.12 * rng.random()),
            "IL6": il6 * (1 + (peaks[0] - 1) * wave) * (0.8 + 0.4 * rng.random()),
            "CRP": crp * (1 + (peaks[1] - 1) * wave) * (0.8 + 0.4 * rng.random()),
        }
        late = visit.oid in SCHEDULE[SCHEDULE.index("M6") :]
        for test in ("CEA", "IL6", "CRP"):
            if test == "CEA" and visit.oid in ("BL", "LD"):
                continue
            if test != "CEA" and (late or visit.oid == "SCR"):
                continue
            number += 1
            unit, low, high = _UNITS[person.subject[:2]][test]
            value = now[test] / 10 if unit == "mg/dL" else now[test]
            digits = 2 if unit == "mg/dL" or value < 10 else 1
            yield _base(person, visit, number) | {
                "COLLTIME": time,
                "TESTCODE": test,
                "TESTNAME": _NAMES[test],
                "RESULT": f"{value:.{digits}f}",
                "UNIT": unit,
                "LOW": low,
                "HIGH": high,
                "STATUS": "",
                "REASON": "",
            }


def kinetics(person: Person, start: str, again: str, number: int) -> Iterator[dict[str, str]]:
    """Rows of car_kinetics.csv; `start` and `again` are the infusion times HH:MM."""
    rng = draw(person.subject, "kinetics")
    level = {"DL1": 0.5, "DL2": 1.0, "DL3": 1.8}[person.plan.dose]
    best = min((s.size for s in person.plan.scans if isinstance(s.size, float)), default=0.6)
    peak = (9000 + 52000 * rng.random()) * level * (1.6 if best < 0.7 else 1.0)
    cells = (2 + 9 * rng.random()) * level
    second = person.plan.again
    for visit in person.visits:
        if visit.missed or visit.oid in ("SCR", "BL", "LD", "UNS"):
            continue
        points = [("", visit.day, 0.0, clock(440 + 5 * rng.randint(0, 16)))]
        if visit.oid in ("D1", "R1"):
            hour, minute = (start if visit.oid == "D1" else again).split(":")
            later = int(hour) * 60 + int(minute) + 145
            points = [
                ("PRE-DOSE", visit.day, 0.0, clock(int(hour) * 60 + int(minute) - 95)),
                ("2 H POST-DOSE", visit.day, 0.1, clock(later)),
            ]
        for name, day, extra, time in points:
            share = _line(_QPCR, day + extra)
            if second and day + extra > second:
                share += 0.3 * _line(_QPCR, day + extra - second + 1)
            wobble = 0.85 + 0.3 * rng.random()
            for method, analyte, value, unit, lloq in (
                ("qPCR", "CEA-CAR transgene", peak * share / 100 * wobble, "copies/ug DNA", 50.0),
                ("FLOW", "CD3+CAR+ T cells", cells * share / 100 * wobble, "%", 0.01),
            ):
                number += 1
                shown = f"{value:.0f}" if method == "qPCR" else f"{value:.2f}"
                yield _base(person, visit, number) | {
                    "TIMEPOINT": name,
                    "COLLTIME": time,
                    "METHOD": method,
                    "ANALYTE": analyte,
                    "SPECIMEN": "Whole blood",
                    "RESULT": "BLQ" if value < lloq else shown,
                    "UNIT": unit,
                    "LLOQ": f"{lloq:g}",
                    "STATUS": "",
                    "REASON": "",
                }
