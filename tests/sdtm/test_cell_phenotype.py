"""CP: flow cytometry by a module alone, against a golden result.

After an intended change look at what changed, then write the file anew:

    CROSSWALK_WRITE_GOLDEN=1 pytest tests/sdtm/test_cell_phenotype.py
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from define.describe import describe_sdtm
from validation.rules import RULES, run_rules

GOLDEN = Path(__file__).parents[1] / "golden" / "cp.csv"
FORM = "    rs: {file: raw/rs.csv}\n"
CP = """
target: CP
from: flow
keys: [USUBJID, CPTESTCD, CPSBMRKS, CPSPEC, CPDTC]
timing:
  visit: true
  epoch: CPDTC
  baseline: {flag: CPLOBXFL, date: CPDTC, result: CPORRES, by: [CPTESTCD, CPSBMRKS]}
standard:
  result: CPORRES
  unit: CPORRESU
  units: {TLYLY: "%", TLSTLY: "%", TLYCE: 10^6/L}
rows:
  tests:
    - {CPTESTCD: TLYLY, CPMRKSTR: CD45+CD3+, column: CD3}
    - {CPTESTCD: TLSTLY, CPSBMRKS: CAR+, CPMRKSTR: CD45+CD3+CAR+, column: CAR}
    - {CPTESTCD: TLSTLY, CPSBMRKS: CD8+, CPMRKSTR: CD45+CD3+CD8+, column: CD8}
  keep: {CPORRES: {is: present}}
vars:
  CPREFID: {copy: SAMPLE}
  CPCAT: {const: IMMUNOPHENOTYPING}
  CPTSTPNL: {const: T-cell panel}
  CPGATE: {const: Live single lymphocytes}
  CPORRES: {copy: "{column}"}
  CPORRESU: {const: "%", when: {CP.CPORRES: {is: present}}}
  CPRESSCL: {const: QUANTITATIVE}
  CPRESTYP: {map: CP.CPTESTCD, ct: C179588, to: {TLYLY: NUMBER FRACTION, TLSTLY: NUMBER FRACTION}}
  CPSPEC: {map: SPECIMEN, ct: C78734}
  CPMETHOD: {const: FLOW CYTOMETRY}
  CPDTC: {date: DATE, format: YYYY-MM-DD, time: TIME}
  CPDY: {day: CPDTC}
"""
FLOW = """
SUBJECT,EVENT,REPEAT,RECID,SAMPLE,SPECIMEN,DATE,TIME,CD3,CAR,CD8
01-001,SCR,1,61,F-1,Blood,2024-01-03,08:00,71.5,<0.01,24
01-001,D1,1,62,F-2,Blood,2024-01-10,08:30,68,0.00,22.5
01-001,D14,1,63,F-3,Blood,2024-01-23,09:10,55.25,12.4,
01-002,D1,1,64,F-4,BONE MARROW,2024-01-20,,40,3.0,18
"""


@pytest.fixture(scope="module")
def built(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    files = {n: t for n, t in tiny.FILES.items() if not n.startswith("adam/")}
    files["study.yaml"] = files["study.yaml"].replace(
        FORM, FORM + "    flow: {file: raw/flow.csv}\n"
    )
    files |= {"sdtm/cp.yaml": CP, "raw/flow.csv": FLOW}
    return tiny.build(tmp_path_factory.mktemp("cp"), files)


def test_the_records_are_those_of_the_golden_file(built: Any) -> None:
    text = built["CP"].to_csv(index=False, lineterminator="\n")
    if os.environ.get("CROSSWALK_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_what_the_golden_file_says(built: Any) -> None:
    """The points that a reader of the file should not have to find."""
    frame = built["CP"]
    names = dict(frame[["CPTESTCD", "CPTEST"]].to_numpy())
    assert names == {"TLYLY": "TLym/Lym", "TLSTLY": "TLym Sub/TLym"}
    first = frame[(frame["USUBJID"] == "TINY-01-001") & (frame["CPSBMRKS"] == "CAR+")]
    assert first["CPSTRESC"].tolist() == ["<0.01", "0.00", "12.4"]
    assert first["CPSTRESN"].isna().tolist() == [True, False, False]
    assert first["CPLOBXFL"].tolist() == ["", "Y", ""]
    assert first["CPDY"].tolist() == [-7, 1, 14]
    assert first["EPOCH"].tolist() == ["SCREENING", "SCREENING", "TREATMENT"]
    assert len(frame) == 11
    # Without a time nothing is known to be before the infusion of the same day.
    assert set(frame.loc[frame["USUBJID"] == "TINY-01-002", "CPLOBXFL"]) == {""}


def test_nothing_is_wrong_with_it(built: Any) -> None:
    assert [f for f in built.findings if f.dataset == "CP" and f.severity != "notice"] == []
    document, found = describe_sdtm(built.plan.sdtm, built.sdtm, "0")
    assert [f for f in found if f.dataset == "CP"] == []
    about = next(d for d in document.datasets if d.name == "CP")
    assert (about.label, about.class_name) == ("Cell Phenotype Findings", "FINDINGS")
    frames = {d.name: d.frame[list(d.variables)] for d in built.sdtm.datasets}
    rules = [r for r in RULES if r.id.startswith("sdtm.")]
    assert [str(f) for f in run_rules(frames, rules).findings if f.dataset == "CP"] == []


Build = Callable[..., Any]


def test_a_test_that_the_codelist_lacks_is_said(build: Build) -> None:
    made = build(
        {
            "study.yaml": [(FORM, FORM + "    flow: {file: raw/flow.csv}\n")],
            "sdtm/cp.yaml": CP.replace("TLYLY", "CARPOS"),
            "raw/flow.csv": FLOW,
        }
    )
    [found] = {f.message for f in made.of("codelist.decode")}
    assert found == "the test code CARPOS has no published name"
