"""The modules of docs/bds.md, built on a small made-up SDTM; answers worked out by hand.

Two subjects are treated on 1 January 2024 at 10:00 (day 1).
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from adam.ctcae import criteria
from adam.datasets import AdamPlan
from adam.plan import plan_adam
from adam.run import run_adam
from mappings.frames import text_series
from mappings.scope import Report
from mappings.study import read_study

PAGE = Path(__file__).parents[2] / "docs" / "bds.md"

STUDY = """
study: {id: ONC, name: Onc, description: Made up, protocol: ONC}
created: 2024-09-01T00:00:00
cutoff: 2024-08-31
standards: {sdtmig: "3.4", adamig: "1.3", terminology: 2025-03-28}
sdtm: {folder: sdtm}
response: {criteria: recist-1.1}
"""
ADSL = """
target: ADSL
structure: ADSL
from: DM
keys: [USUBJID]
vars:
  SUBJID: {copy: USUBJID}
  SITEID: {const: "01"}
  AGE: {copy: AGE}
  AGEU: {const: YEARS}
  SEX: {const: F}
  RACE: {const: ASIAN}
  ARM: {const: A}
  TRT01P: {const: A}
  TRT01A: {const: A}
  TRTSDT: {date: RFXSTDTC}
  TRTSDTM: {date: RFXSTDTC}
"""
NUMBERS = {"AGE", "VISITNUM", "PCLLOQ"}
START = pd.Timestamp("2024-01-01")


def day(number: int, time: str = "") -> str:
    """The date of a study day."""
    after = number - 1 if number > 0 else number
    return str((START + pd.Timedelta(days=after)).date()) + (f"T{time}" if time else "")


def frame(name: str, columns: str, rows: list[Any]) -> pd.DataFrame:
    """A dataset of SDTM with its sequence numbers and lineage."""
    names = columns.split()
    made = pd.DataFrame(rows, columns=names)
    for column in names:
        numeric = column in NUMBERS or column.endswith(("STRESN", "STNRLO", "STNRHI"))
        made[column] = made[column].astype("float64" if numeric else "str")
    made[f"{name}SEQ"] = [float(n) for n in range(1, len(made) + 1)]
    made["_form"] = text_series([name] * len(made))
    made["_row"] = range(1, len(made) + 1)
    return made


def sdtm() -> dict[str, pd.DataFrame]:
    """Laboratory, kinetics and tumour results of two subjects."""
    dm = [(s, 61, day(1, "10:00")) for s in ("S1", "S2")]
    lab = [
        ("S1", "ALT", "30", 30, "U/L", 5, 40, "NORMAL", "SCREENING", day(-7)),
        ("S1", "ALT", "130", 130, "U/L", 5, 40, "HIGH", "DAY 8", day(8)),
        ("S1", "ALT", "<5", math.nan, "U/L", 5, 40, "LOW", "DAY 15", day(15)),
        ("S1", "HGB", "9.5", 9.5, "g/dL", 12, 16, "LOW", "DAY 8", day(8)),
        ("S2", "ALT", "80", 80, "U/L", 5, 40, "HIGH", "SCREENING", day(-7)),
        ("S2", "ALT", "130", 130, "U/L", 5, 40, "HIGH", "DAY 8", day(8)),
    ]
    pc = [
        ("S1", "CARQPCR", "BLQ", math.nan, 50, day(1, "09:00")),
        ("S1", "CARQPCR", "1000", 1000, 50, day(8, "10:00")),
        ("S1", "CARQPCR", "400", 400, 50, day(15, "10:00")),
        # Under the limit of 50 without the word for it.
        ("S1", "CARQPCR", "28", 28, 50, day(36, "10:00")),
        ("S2", "CARQPCR", "50", 50, 50, day(8, "10:00")),
    ]
    tu = [
        ("S1", "L1", "TUMIDENT", "TARGET", "INVESTIGATOR", day(-7)),
        ("S1", "L2", "TUMIDENT", "TARGET", "INVESTIGATOR", day(-7)),
        ("S1", "N1", "TUMIDENT", "NON-TARGET", "INVESTIGATOR", day(-7)),
        ("S1", "X1", "TUMIDENT", "TARGET", "INDEPENDENT ASSESSOR", day(-7)),
    ]
    visits = {-7: (1, "SCREENING"), 43: (2, "WEEK 6"), 85: (3, "WEEK 12"), 127: (4, "WEEK 18")}
    sizes = {-7: ("40", "20"), 43: ("30", "12"), 85: ("28", "NE"), 127: ("36", "14")}
    tr: list[Any] = []
    for at, pair in sizes.items():
        number, visit = visits[at]
        for lesion, size in zip(("L1", "L2"), pair, strict=True):
            value = math.nan if size == "NE" else float(size)
            unit = "LDIAM", size, value, "INVESTIGATOR", day(at), number, visit
            tr.append(("S1", lesion, *unit))
        tr.append(
            ("S1", "N1", "TUMSTATE", "PRESENT", math.nan, "INVESTIGATOR", day(at), number, visit)
        )
        tr.append(("S1", "X1", "LDIAM", "99", 99, "INDEPENDENT ASSESSOR", day(at), number, visit))
    return {
        "DM": frame("DM", "USUBJID AGE RFXSTDTC", dm),
        "LB": frame(
            "LB",
            "USUBJID LBTESTCD LBSTRESC LBSTRESN LBSTRESU LBSTNRLO LBSTNRHI LBNRIND VISIT LBDTC",
            lab,
        ),
        "PC": frame("PC", "USUBJID PCTESTCD PCSTRESC PCSTRESN PCLLOQ PCDTC", pc),
        "TU": frame("TU", "USUBJID TULNKID TUTESTCD TUSTRESC TUEVAL TUDTC", tu),
        "TR": frame(
            "TR",
            "USUBJID TRLNKID TRTESTCD TRORRES TRSTRESN TREVAL TRDTC VISITNUM VISIT",
            tr,
        ),
    }


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> AdamPlan:
    """The modules of the page as compiled."""
    folder = tmp_path_factory.mktemp("bds")
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    files = {"study.yaml": STUDY, "adam/adsl.yaml": ADSL}
    for block in blocks:
        files[block.split("\n", 1)[0].removeprefix("# ")] = block
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "sdtm").mkdir()
    study, faults = read_study(folder)
    assert study is not None
    assert faults == []
    return plan_adam(study, {n: tuple(f.columns) for n, f in sdtm().items()})


@pytest.fixture(scope="module")
def built(plan: AdamPlan) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The datasets of the page and the findings."""
    report = Report({})
    result = run_adam(plan, sdtm(), report)
    found = [f"{f.rule} {f.dataset}" for f in report.findings]
    return {d.name: d.frame for d in result.datasets}, found


def test_nothing_of_the_page_is_a_finding(built: Any) -> None:
    """Every unit of the example has bounds: the modules run without a finding."""
    assert built[1] == []


def test_laboratory(built: Any) -> None:
    """S1: baseline 30, normal; 130 is 3.25 times the limit: grade 2. S2: baseline 80, high; 130
    is 1.625 times the baseline: grade 1. `<5` has no number, and so no grade."""
    frame = built[0]["ADLB"]
    alt = frame[frame["PARAMCD"] == "ALT"]
    assert alt["ATOXGRH"].tolist() == ["0", "2", "", "0", "1"]
    assert alt["BASE"].tolist() == [30.0] * 3 + [80.0] * 2
    assert alt["ABLFL"].tolist() == ["Y", "", "", "Y", ""]
    assert alt["CHG"].fillna(-1).tolist() == [-1, 100.0, -1, -1, 50.0]
    assert alt["PCHG"].round(1).fillna(-1).tolist() == [-1, 333.3, -1, -1, 62.5]
    assert alt["AVALC"].tolist() == ["", "", "<5", "", ""]
    assert alt["ANL01FL"].tolist() == ["", "Y", "", "", "Y"]
    [hgb] = frame[frame["PARAMCD"] == "HGB"].to_dict("records")
    # 9.5 g/dL: below 10, not below 8.
    assert (hgb["ATOXGRL"], hgb["ATOXDSCL"], hgb["ATOXGRH"]) == ("2", "Anemia", "0")


def test_kinetics(built: Any) -> None:
    """S1: 0 at the dose, 1000 after 168 h, 400 after 336 h, 0 after 840 h; at 672 h the line is
    at 400 * (840 - 672) / 504 = 133.33. Area: 84,000 + 117,600 + (400 + 133.33) / 2 * 336."""
    frame = built[0]["ADPP"]
    made = dict(zip(frame["USUBJID"] + " " + frame["PARAMCD"], frame["AVAL"], strict=True))
    assert made["S1 CMAX"] == 1000
    assert made["S1 TMAX"] == 168
    assert made["S1 TLST"] == 336
    assert made["S1 AUCINT"] == pytest.approx(84_000 + 117_600 + (400 + 400 / 3) / 2 * 336)
    # S2 has no sample before the dose and none after day 28: no area.
    assert sorted(k for k in made if k.startswith("S2")) == ["S2 CMAX", "S2 TLST", "S2 TMAX"]
    tmax = frame[(frame["PARAMCD"] == "TMAX") & (frame["USUBJID"] == "S1")].iloc[0]
    assert (tmax["SRCDOM"], tmax["SRCVAR"], tmax["SRCSEQ"]) == ("ADPC", "AFRLT", 2.0)


def test_tumour_burden(built: Any) -> None:
    """60 at baseline, 42 (-30 %), not known where L2 was not evaluable, then 50: 8 over 42."""
    frame = built[0]["ADTR"]
    assert frame["AVAL"].fillna(-1).tolist() == [60.0, 42.0, -1.0, 50.0]
    assert frame["ADY"].tolist() == [-7.0, 43.0, 85.0, 127.0]
    assert frame["AVISIT"].tolist() == ["SCREENING", "WEEK 6", "WEEK 12", "WEEK 18"]
    assert frame["ABLFL"].tolist() == ["Y", "", "", ""]
    assert frame["PCHG"].round(2).fillna(-1).tolist() == [-1, -30.0, -1, -16.67]
    assert frame["NADIR"].fillna(-1).tolist() == [-1, 60.0, 42.0, 42.0]
    assert frame["CHGNAD"].fillna(-1).tolist() == [-1, -18.0, -1, 8.0]
    assert frame["ANL01FL"].tolist() == ["", "Y", "", ""]


def test_a_collected_sum_is_compared_with_its_lesions(plan: AdamPlan) -> None:
    """Right at screening and week 6, not known at week 12, one mm too much at week 18."""
    data = sdtm()
    sums = [
        ("S1", "", "SUMDIAM", str(mm), mm, "INVESTIGATOR", day(at), number, visit)
        for at, mm, number, visit in (
            (-7, 60, 1, "SCREENING"),
            (43, 42.04, 2, "WEEK 6"),
            (85, 28, 3, "WEEK 12"),
            (127, 51, 4, "WEEK 18"),
        )
    ]
    names = "USUBJID TRLNKID TRTESTCD TRORRES TRSTRESN TREVAL TRDTC VISITNUM VISIT"
    more = frame("TR", names, sums)
    more["_row"] += len(data["TR"])
    data["TR"] = pd.concat([data["TR"], more], ignore_index=True)
    report = Report({})
    run_adam(plan, data, report)
    # A second parameter of the same lesions says nothing more.
    run_adam(plan, data, report)
    assert [(f.rule, f.message, f.scope) for f in report.findings] == [
        (
            "lesion.sum",
            ("the sum of diameters at WEEK 18 is 51 mm, and the target lesions add up to 50 mm"),
            f"S1 TR row {len(data['TR'])}",
        )
    ]


@pytest.mark.parametrize("direction", ["low", "high"])
def test_the_tests_that_the_page_lists(direction: str) -> None:
    """The list of LBTESTCD is that of the criteria."""
    known = sorted({t for c in criteria() if c.direction == direction for t in c.tests})
    line = re.search(rf"^\| {direction} \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert line is not None
    assert line[1].split() == known
