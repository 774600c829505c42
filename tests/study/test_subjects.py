"""DM worked out again from the pages of the export, with nothing of the package but its result.

And the planted table seen against the study description: each kind of oddity that the description
asks for has its cases, and no case stands beside it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Texts = Callable[[str], pd.DataFrame]
Page = dict[str, str]

ARMS = {
    "DL1": "CEA CAR-T Cells 1 x 10^6/kg",
    "DL2": "CEA CAR-T Cells 3 x 10^6/kg",
    "DL3": "CEA CAR-T Cells 10 x 10^6/kg",
}

KINDS = {
    "partial and unknown dates": "P01 P02 P03 P04",
    "an impossible date, ongoing events, end before start": "P02 P04 P05 P06",
    "onset before and on the infusion day, after new therapy": "P07 P08 P09 P10 P11",
    "soft-deleted rows": "P12 P13 P14",
    "an empty form": "P15",
    "Chinese verbatim with an English coded term": "P16",
    "a term over 200 bytes": "P17",
    "results that are no plain number": "P18 P19 P20 P21 P22",
    "units, and none": "P23 P24 P25 P26 P27 P28 P29",
    "duplicates on one day": "P30",
    "not done with a reason": "P31 P32 P33",
    "kinetics below the limit before the infusion": "P34 P35",
    "unscheduled and missed visits": "P36 P37",
    "a rescreened person": "P38",
    "screen failures, and a product that could not be made": "P39 P40 P41 P42 P43 P44",
    "a second infusion": "P45 P46 P47 P48",
    "CRS and ICANS": "P49 P50",
    "deaths: before a scan, without and after progression, partly dated": "P51 P52 P53 P54",
    "stable disease that is too early": "P55",
    "lost, withdrawn, ongoing": "P56 P57 P58 P61",
    "new therapy before progression and on the day of a scan": "P59 P60",
    "new lesion without irPD": "P62",
    "irPD: void, confirmed, last, repeated too soon": "P53 P63 P64 P65 P66 P67 P68",
    "NE between two irPR": "P69",
    "node under 10 mm, lesion too small, lesion that splits": "P70 P71 P72",
    "investigator disagrees, unequivocal progression": "P73 P74",
    "responses and durations": "P75 P76",
    "after the cut-off": "P77 P78 P79",
}


def test_every_kind_of_the_description_is_planted_and_nothing_else(reference_study: Path) -> None:
    table = reference_study / "generator" / "planted.csv"
    with table.open(encoding="utf-8", newline="") as handle:
        planted = {line["case"] for line in csv.DictReader(handle)}
    told = {case for cases in KINDS.values() for case in cases.split()}
    assert told == planted
    assert len(KINDS) == len({kind for kind, cases in KINDS.items() if cases})


@pytest.fixture(scope="module")
def pages(reference_study: Path) -> Callable[[str], list[tuple[str, Page]]]:
    """The active pages of a form, each with the USUBJID of its person."""

    def read(form: str) -> list[Page]:
        path = reference_study / "raw" / "edc" / f"{form}.csv"
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return [p for p in csv.DictReader(handle) if p.get("RecordActive") == "1"]

    first = {p["Subject"]: p["PRVSUBJ"] for p in read("ic") if p["PRVSUBJ"]}
    return lambda form: [
        (f"CEACART01-{first.get(p['Subject'], p['Subject'])}", p) for p in read(form)
    ]


def date(page: Page, name: str) -> str:
    """The collected date as far as its parts are known."""
    year, month, day = (page[f"{name}_{part}"] for part in ("YYYY", "MM", "DD"))
    known = [year, *([month.zfill(2)] if month else []), *([day.zfill(2)] if month and day else [])]
    return "-".join(known) if year else ""


def test_dm_is_what_the_pages_say(
    pages: Callable[[str], list[tuple[str, Page]]], texts: Texts
) -> None:
    expected: dict[str, dict[str, str]] = {}
    for person, page in sorted(pages("ic"), key=lambda each: date(each[1], "ICDAT")):
        # The later screening decides; the consent is the first.
        consent = expected.get(person, {}).get("RFICDTC", date(page, "ICDAT"))
        met = page["ELIGYN_STD"] == "Y"
        level = page["DOSELVL_STD"] if met else ""
        expected[person] = {
            "RFICDTC": consent,
            "ARMCD": level,
            "ARM": ARMS.get(level, ""),
            "ARMNRS": "" if met else "SCREEN FAILURE",
            "_subject": page["Subject"],
        }
    infusions: dict[str, list[tuple[str, str]]] = {}
    for person, page in pages("inf"):
        day = date(page, "INFDAT")
        times = (f"{day}T{page['INFSTTIM']}", f"{day}T{page['INFENTIM']}")
        infusions.setdefault(person, []).append(times)
    ends = {
        person: date(page, "EOSDAT")
        for person, page in pages("eos")
        if page["Subject"] == expected[person]["_subject"]
    }
    deaths = {person: date(page, "DTHDAT") for person, page in pages("dth")}
    seen: dict[str, list[str]] = {}
    for person, page in pages("sv"):
        seen.setdefault(person, []).append(date(page, "VISDAT"))
    for person, page in pages("sfu"):
        if page["SFUSTAT_STD"] == "ALIVE":
            seen.setdefault(person, []).append(date(page, "SFUDAT"))
    for person, facts in expected.items():
        given = sorted(infusions.get(person, []))
        treated = bool(given)
        facts["RFXSTDTC"] = facts["RFSTDTC"] = given[0][0] if treated else ""
        facts["RFXENDTC"] = given[-1][1] if treated else ""
        facts["RFENDTC"] = ends.get(person, "") if treated else ""
        facts["RFPENDTC"] = ends.get(person) or max(seen[person])
        facts["DTHDTC"] = deaths.get(person, "")
        facts["DTHFL"] = "Y" if person in deaths else ""
        facts["ACTARMCD"] = facts["ARMCD"] if treated else ""
        facts["ACTARM"] = facts["ARM"] if treated else ""
        if facts["ARMCD"] and not treated:
            facts["ARMNRS"] = "ASSIGNED, NOT TREATED"
    found = texts("DM").set_index("USUBJID")
    names = [n for n in next(iter(expected.values())) if not n.startswith("_")]
    assert len(names) == 13
    assert found[names].to_dict("index") == {
        person: {n: facts[n] for n in names} for person, facts in expected.items()
    }
    kinds = found["ARMNRS"].value_counts().to_dict()
    assert kinds == {"": 40, "SCREEN FAILURE": 5, "ASSIGNED, NOT TREATED": 1}
    assert sum(len(times) > 1 for times in infusions.values()) == 4
