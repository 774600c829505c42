"""What ADSL says of a subject, and which events are first or worst, a second time, from raw files.

As `endpoints.py`, whose readers of dates and records it uses: plain Python, written from the study
description and the data dictionary, sharing nothing with the engine. `e` is that module, `safety`
the one beside it that computes the events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

DAYS_OF_MONTH = Fraction("30.4375")  # PROTOCOL: months = days / 30.4375
PLANNED = {"DL1": 1, "DL2": 3, "DL3": 10}  # PROTOCOL: 1, 3 and 10 x 10^6 CAR-T cells/kg
REASONS = {
    "DTH": "DEATH",
    "LTFU": "LOST TO FOLLOW-UP",
    "WBS": "WITHDRAWAL BY SUBJECT",
    "SF": "SCREEN FAILURE",
    # READING: the specification of the one subject is that the product could not be made.
    "OTH": "TECHNICAL PROBLEMS",
}

Cell = str | int | Fraction | None


def study(usubjid: str, e: Any, raw: Any, person: Any) -> dict[str, Cell]:
    """Variables of ADSL of one person, by name; dates in ISO 8601."""
    records = e.Records(person.subjects, raw)
    made: dict[str, Cell] = {"SUBJID": person.subjects[-1], "SITEID": usubjid.split("-")[1]}
    made |= _consent(e, records)
    made |= _treatment(e, records, person)
    made |= _end(e, records, person)
    made |= _disease(e, records, made["RFICDT"])
    made["BWEIGHT"] = _weight(e, records, person)
    return made


def _consent(e: Any, records: Any) -> dict[str, Cell]:
    (demographics,) = records.last_screening("dm")
    # READING: the consent is the first one, also of a rescreened person, and the age is that on it.
    consent = min(e.complete(row, "ICDAT") for row in records.form("ic"))
    born = e.complete(demographics, "BRTHDAT")
    age = consent.year - born.year - ((consent.month, consent.day) < (born.month, born.day))
    (page,) = records.last_screening("ic")
    # PROTOCOL: ENRLFL (eligible and assigned a dose level): enrolled when both are true.
    enrolled = None
    level = e.code(page, "DOSELVL")
    if e.code(page, "ELIGYN") == "Y" and level:
        enrolled = str(max(e.complete(page, "ELIGDAT"), e.complete(page, "ASGNDAT")))
    dose = PLANNED.get(level)
    return {
        "RFICDT": str(consent),
        "AGE": age,
        "AGEGR1": "<65" if age < 65 else ">=65",
        "SEX": e.code(demographics, "SEX"),
        "RACE": e.code(demographics, "RACE"),
        "ENRLDT": enrolled,
        "DOSE01P": dose,
        "TRT01P": f"CEA CAR-T Cells {dose} x 10^6/kg" if dose else "",
    }


def _treatment(e: Any, records: Any, person: Any) -> dict[str, Cell]:
    pages = sorted(
        (
            (e.complete(row, "INFDAT"), row["INFSTTIM"].strip(), row["INFENTIM"].strip())
            for row in records.form("inf")
        ),
    )
    pages = [page for page in pages if page[0] <= e.CUTOFF]
    # fmt: off
    names = (
        "TRTSDT", "TRTSDTM", "TRTEDT", "TRTEDTM", "TR01SDT", "TR01SDTM", "TR01EDT",
        "TR02SDT", "TR02SDTM", "TR02EDT", "AP01SDT", "AP01EDT", "AP02SDT",
    )
    # fmt: on
    made: dict[str, Cell] = dict.fromkeys(names)
    if not pages:
        return made | {"NINFUS": 0}
    # PROTOCOL: TRTSDTM is the first infusion, RFXENDTC the end of the last.
    first, last = pages[0], pages[-1]
    made |= {
        "NINFUS": len(pages),
        "TRTSDT": str(first[0]),
        "TRTSDTM": f"{first[0]}T{first[1].zfill(5)}:00",
        "TRTEDT": str(last[0]),
        "TRTEDTM": f"{last[0]}T{last[2].zfill(5)}:00",
    }
    for number, (day, start, _) in enumerate(pages, 1):
        made[f"TR{number:02}SDT"] = made[f"TR{number:02}EDT"] = str(day)
        made[f"TR{number:02}SDTM"] = f"{day}T{start.zfill(5)}:00"
        # READING: a period lasts from an infusion to the day before the next one; the last one has
        # no end.
        made[f"AP{number:02}SDT"] = str(day)
    if len(pages) > 1:
        made["AP01EDT"] = str(pages[1][0] - timedelta(days=1))
    return made


def _end(e: Any, records: Any, person: Any) -> dict[str, Cell]:
    """Death and end of study, nothing of it after the cut-off.

    READING: only who ended as planned (reason Completed) completed the study; a death is a
    discontinuation although the page's own question counts who was followed to death as completed.
    READING: a partial date of the end stays without a date.
    """
    made: dict[str, Cell] = {"EOSSTT": "ONGOING", "EOSDT": None, "DCSREAS": ""}
    for page in records.last_screening("eos"):
        possible = e.partial(page, "EOSDAT").first
        if possible is not None and possible > e.CUTOFF:
            continue
        reason = e.code(page, "EOSREAS")
        made["EOSDT"] = e.iso(e.complete(page, "EOSDAT"))
        made["EOSSTT"] = "COMPLETED" if reason == "COMP" else "DISCONTINUED"
        made["DCSREAS"] = "" if reason == "COMP" else REASONS[reason]
    died = date.fromisoformat(person.dthdt) if person.dthdt else None
    causes = [row["DTHCAUS"].upper() for row in records.form("dth")]
    start = date.fromisoformat(person.trtsdt) if person.trtsdt else None
    return made | {
        "DTHFL": "Y" if died else "",
        "DTHDT": person.dthdt,
        "DTHDTF": person.dthdtf or "",
        "DTHCAUS": causes[0] if died else "",
        "DTHADY": e.study_day(died, start) if died and start else None,
        "LSTALVDT": min(person.lstalvdt_all, str(e.CUTOFF)),
    }


def _disease(e: Any, records: Any, consent: Cell) -> dict[str, Cell]:
    (page,) = records.last_screening("ch")
    found = e.partial(page, "DIAGDAT")
    # READING: a diagnosis known to the month is put on its 15th.
    day = found.complete or found.first.replace(day=15)
    months = (date.fromisoformat(str(consent)) - day).days / DAYS_OF_MONTH
    return {
        "PRIMDX": f"{page['PRIMSITE']} cancer",
        "DIAGSTG": page["STAGE"],
        "DIAGDT": str(day),
        "DIAGDTF": "" if found.complete else "D",
        "DIAGDURM": months,
    }


def _weight(e: Any, records: Any, person: Any) -> Cell:
    """The last weight before the first infusion, by date and time."""
    if not person.trtsdt:
        return None
    start = person.trtsdt, person.trtstm.zfill(5)
    found = [
        (str(e.complete(row, "VSDAT")), row["VSTIM"].strip().zfill(5), row["WEIGHT"])
        for row in records.form("vs")
        if not row["VSND"] and row["WEIGHT"]
    ]
    before = sorted(item for item in found if item[:2] < start)
    return Fraction(before[-1][2]) if before else None


# ------------------------------------------------------------------------- first and worst events

Event = tuple[int, date | None, str]  # grade, first possible day, HH:MM or ""


def candidates(
    events: dict[tuple[str, int], dict[str, Any]],
    among: Callable[[dict[str, Any]], bool],
    per: Sequence[str],
    grade: str | None,
) -> list[set[tuple[str, int]]]:
    """For every group the events of which one is the first, or the first of the worst.

    An event comes first when no other is worse, or as bad and certainly earlier; events of one day
    without a time cannot be put in order, so a group may have several.
    """
    groups: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for key, event in events.items():
        if event["emergent"] and among(event):
            groups.setdefault((event["usubjid"], *(event[n] for n in per)), []).append(key)
    found = []
    for keys in groups.values():
        worst = max(events[k][grade] or 0 for k in keys) if grade else 0
        left = [k for k in keys if not grade or (events[k][grade] or 0) == worst]
        first = min(events[k]["start"] or date.max for k in left)
        left = [k for k in left if (events[k]["start"] or date.max) == first]
        clocks = [events[k]["clock"] for k in left if events[k]["clock"]]
        earliest = min(clocks, default="")
        found.append({k for k in left if not events[k]["clock"] or events[k]["clock"] == earliest})
    return found


def emergent_events(e: Any, safety: Any, raw: Any, people: dict[str, Any]) -> dict[Any, Any]:
    """What first and worst are decided by, of every event, by (USUBJID, recordposition)."""
    made: dict[Any, Any] = {}
    computed = safety.compute(e, raw, people)
    for usubjid, person in people.items():
        for row in e.Records(person.subjects, raw).form("ae"):
            key = row["Subject"], int(row["recordposition"])
            if key in person.ae_after_cutoff:
                continue
            event = computed[usubjid].events[key]
            made[usubjid, key[1]] = {
                "usubjid": usubjid,
                "emergent": person.trtemfl[key] == "Y",
                "soc": row["AETERM_SOC"],
                "term": row["AETERM_PT"],
                "crs": e.code(row, "AECRS") == "Y",
                "icans": e.code(row, "AEICANS") == "Y",
                "grade": event.grade,
                "astct": event.astct,
                "start": event.start,
                "clock": row["AESTTIM"].strip().zfill(5) if row["AESTTIM"].strip() else "",
            }
    return made
