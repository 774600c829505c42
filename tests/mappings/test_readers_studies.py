"""Every shape of export mapped to DM: hand-written samples, and real ones where they are there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from textwrap import indent

import pandas as pd
import pytest

from crosswalk.plan import make_plan
from mappings.export import read_export
from mappings.findings import Finding
from mappings.raw import FormSettings
from mappings.readers import read_tables
from mappings.scope import Report
from sdtm.domains import run_sdtm

TESTS = Path(__file__).parents[1]
SHARED = TESTS.parents[1] / "shared" / "edc-examples"
VIEDOC = "viedoc-csv/DEMO_GDISC_20240903_072908_"
REDCAP = "redcap-flat/"
REAL = {
    "viedoc": {
        "dm.csv": f"{VIEDOC}DM.csv",
        "ae.csv": f"{VIEDOC}AE.csv",
        "items.csv": f"{VIEDOC}Items.csv",
        "codelists.csv": f"{VIEDOC}CodeLists.csv",
    },
    "redcap": {
        "data.csv": f"{REDCAP}repeating-instruments-sparse/data.csv",
        "dictionary.csv": f"{REDCAP}repeating-instruments-sparse/dictionary.csv",
    },
    "redcap_vignette": {
        "data.csv": f"{REDCAP}vignette-repeating/data.csv",
        "dictionary.csv": f"{REDCAP}vignette-repeating/dictionary.csv",
    },
    "redcap_arm": {"data.csv": f"{REDCAP}arm-single-longitudinal/data.csv"},
    "odm": {"export.xml": "odm-1.3.2/odm-data-snapshot.xml"},
    "rave_view": {"vital.csv": "rave-clinical-view/VITAL.csv"},
}
"""Study; file as study.yaml calls it; file of the real export."""


def lay(folder: Path, study: str, *, real: bool) -> Path:
    """The study's folder with the raw files of the sample or of the real export."""
    place = folder / study
    shutil.copytree(TESTS / "studies" / study, place)
    if not real:
        shutil.copytree(TESTS / "data" / study, place / "raw")
        return place
    (place / "raw").mkdir()
    for name, source in REAL[study].items():
        if not (SHARED / source).exists():
            pytest.skip("the real exports are not there")
        (place / "raw" / name).write_bytes((SHARED / source).read_bytes())
    return place


def build(place: Path) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """The domains, and the findings but for notices."""
    plan = make_plan(place)
    forms = read_export(plan.study)
    report = Report({n: f.settings.file for n, f in forms.items()}, plan.study.encoding)
    for form in forms.values():
        report.findings.extend(form.findings)
    datasets = run_sdtm(plan.sdtm, forms, report).datasets
    frames = {d.name: d.frame for d in datasets}
    return frames, [f for f in report.findings if f.severity != "notice"]


def values(frame: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return list(zip(*(frame[c].tolist() for c in columns), strict=True))


SAMPLES = {
    "viedoc": [
        ("VIEDOC-NORD-01", "NORD", "M", "2024-02-01"),
        ("VIEDOC-NORD-02", "NORD", "F", "2024-02-06"),
        ("VIEDOC-SYD-01", "SYD", "F", "2024-03-11"),
    ],
    "redcap": [
        ("REDCAP-1", "01", "F", "2023-10-14"),
        ("REDCAP-2", "01", "M", "2023-11-02"),
        ("REDCAP-3", "01", "U", ""),
    ],
    "redcap_events": [
        ("REDCAPEVENTS-01-1", "01", "M", "2024-01-03"),
        ("REDCAPEVENTS-02-2", "02", "F", "2024-01-09"),
        ("REDCAPEVENTS-02-3", "02", "", ""),
    ],
    "odm": [("ODM-0001", "01", "M", ""), ("ODM-0002", "01", "F", "")],
    "openclinica": [
        ("OPENCLINICA-01-101", "01", "M", "2024-01-08"),
        ("OPENCLINICA-02-201", "02", "F", "2024-02-20"),
    ],
    "redcap_odm": [("REDCAPODM-1", "01", "M", ""), ("REDCAPODM-2", "01", "F", "")],
    "rave_view": [
        ("RAVEVIEW-10-1", "10", "U", "2024-02-01"),
        ("RAVEVIEW-10-2", "10", "U", "2024-02"),
    ],
    "typed": [
        ("TYPED-01-001", "01", "M", "2024-01-03T08:30:00"),
        ("TYPED-01-002", "01", "F", "2024-01-04T23:59:59"),
        ("TYPED-02-001", "02", "M", ""),
    ],
}


@pytest.mark.parametrize("study", SAMPLES)
def test_a_sample_of_each_shape_becomes_dm(tmp_path: Path, study: str) -> None:
    frames, _ = build(lay(tmp_path, study, real=False))
    dm = frames["DM"].assign(RFICDTC=frames["DM"].get("RFICDTC", ""))
    assert values(dm, "USUBJID", "SITEID", "SEX", "RFICDTC") == SAMPLES[study]


SUBJECTS = {
    "viedoc": ["VIEDOC-KIEM-01", "VIEDOC-KIEM-02", "VIEDOC-KIEM-03"],
    "redcap": [f"REDCAP-{n}" for n in range(1, 6)],
    "redcap_vignette": ["REDCAPVIGNETTE-1", "REDCAPVIGNETTE-2"],
    "redcap_arm": ["REDCAPARM-1", "REDCAPARM-2", "REDCAPARM-3"],
    "odm": ["ODM-0001", "ODM-0002"],
    "rave_view": [f"RAVEVIEW-TESTSITE-{n}" for n in sorted(map(str, range(1, 11)))],
}


@pytest.mark.parametrize("study", REAL)
def test_every_real_export_becomes_dm(tmp_path: Path, study: str) -> None:
    frames, _ = build(lay(tmp_path, study, real=True))
    assert frames["DM"]["USUBJID"].tolist() == SUBJECTS[study]


def test_no_real_export_is_left_out() -> None:
    """Each folder of them stands in the table, with every file that holds forms or their names."""
    if not SHARED.exists():
        pytest.skip("the real exports are not there")
    files = {p for p in SHARED.rglob("*") if p.is_file() and p.parent != SHARED}
    used = {SHARED / name for names in REAL.values() for name in names.values()}
    assert {p.parent for p in files} == {p.parent for p in used}
    left = {p.relative_to(SHARED).as_posix() for p in files - used}
    # Two more forms of Viedoc (below), a text about the export, and the arms of a REDCap project.
    assert left == {
        f"{VIEDOC}EX.csv",
        f"{VIEDOC}LBHM.csv",
        f"{VIEDOC}README.txt",
        f"{REDCAP}arm-single-longitudinal/arm.csv",
    }


@pytest.mark.parametrize(("form", "rows"), [("DM", 3), ("AE", 4), ("EX", 1), ("LBHM", 9)])
def test_every_form_of_the_real_viedoc_export_reads(form: str, rows: int) -> None:
    if not SHARED.exists():
        pytest.skip("the real exports are not there")
    start = VIEDOC.rpartition("/")[2]
    settings = FormSettings(
        form,
        f"{start}{form}.csv",
        "viedoc",
        dictionary=f"{start}Items.csv",
        codelists=f"{start}CodeLists.csv",
    )
    tables, faults = read_tables(SHARED / "viedoc-csv", [settings])
    assert faults == []
    assert len(tables[form].cells) == rows


def test_values_of_the_real_viedoc_export(tmp_path: Path) -> None:
    frames, findings = build(lay(tmp_path, "viedoc", real=True))
    assert values(frames["DM"], "RFICDTC", "SEX", "RACE", "ETHNIC", "AGE") == [
        ("2023-08-01", "M", "WHITE", "HISPANIC OR LATINO", 55.0),
        ("2023-10-02", "F", "ASIAN", "NOT HISPANIC OR LATINO", 58.0),
        ("2023-11-20", "F", "WHITE", "HISPANIC OR LATINO", 40.0),
    ]
    assert "2023-10" in frames["AE"]["AEENDTC"].tolist()
    assert [f.rule for f in findings if f.rule.startswith(("raw.", "subject."))] == []


def test_values_of_the_real_redcap_export(tmp_path: Path) -> None:
    frames, _ = build(lay(tmp_path, "redcap", real=True))
    assert values(frames["DM"], "RFICDTC", "BRTHDTC", "SEX", "RACE")[:2] == [
        ("2019-10-14", "2010-10-14", "F", "WHITE"),
        ("2019-02-02", "2010-02-02", "M", "UNKNOWN"),
    ]


def test_values_of_the_real_odm_export(tmp_path: Path) -> None:
    frames, _ = build(lay(tmp_path, "odm", real=True))
    dm = values(frames["DM"], "SUBJID", "BRTHDTC", "DMDTC", "AGE", "SEX", "RACE")
    assert dm[0] == ("0001", "1966-02-10", "2022-02-19", 56.0, "M", "WHITE")


def test_viedoc_and_openclinica_give_adverse_events(tmp_path: Path) -> None:
    frames, _ = build(lay(tmp_path, "viedoc", real=False))
    assert values(frames["AE"], "USUBJID", "AETERM", "AESTDTC", "AEENDTC", "AESER") == [
        ("VIEDOC-NORD-01", "Headache", "2024-02-03", "2024-02", "N"),
        ("VIEDOC-NORD-01", "Sun stroke", "2024-05-11", "2024-05-12", "Y"),
        ("VIEDOC-SYD-01", "Nausea", "2024-03", "", "N"),
    ]
    frames, _ = build(lay(tmp_path, "openclinica", real=False))
    assert values(frames["AE"], "USUBJID", "AETERM", "AESTDTC", "AESER") == [
        ("OPENCLINICA-01-101", "Fever", "2024-01-12", "N"),
        ("OPENCLINICA-01-101", "Sepsis", "2024-01-14", "Y"),
    ]


def test_one_mapping_serves_every_typed_file(tmp_path: Path) -> None:
    """The same form as SAS data set, transport file, Parquet and Excel gives the same DM."""
    pytest.importorskip("openpyxl")
    expected, _ = build(lay(tmp_path, "typed", real=False))
    place = tmp_path / "typed"
    plan = make_plan(place)
    cells = read_export(plan.study)["dm"].frame
    columns = [c for c in cells.columns if c in ("SUBJECT", "AGE", "BRTHDAT", "VISDTM", "SEX")]
    cells[columns].to_parquet(place / "raw" / "dm.parquet")
    cells[columns].to_excel(place / "raw" / "dm.xlsx", index=False, sheet_name="DM")
    page = (place / "study.yaml").read_text(encoding="utf-8")
    for reader, file in (("xpt", "dm.xpt"), ("parquet", "dm.parquet"), ("excel", "dm.xlsx")):
        other = page.replace(
            "reader: sas, file: raw/dm.sas7bdat", f"reader: {reader}, file: raw/{file}"
        )
        assert other != page
        (place / "study.yaml").write_text(other, encoding="utf-8")
        frames, _ = build(place)
        wanted = ["USUBJID", "RFICDTC", "BRTHDTC", "AGE", "SEX"]
        pd.testing.assert_frame_equal(frames["DM"][wanted], expected["DM"][wanted])


ENDED = """
study: {id: DOC, name: DOC, description: DOC, protocol: DOC}
created: 2025-01-01T00:00:00
standards: {sdtmig: "3.4", adamig: "1.3", terminology: 2025-03-28}
visits: [{event: S, visit: SCREENING, number: 1}]
raw:
  subject: {pattern: '(?P<subject>.+)', usubjid: [$STUDYID, "-", $SUBJID]}
"""


def test_vital_signs_and_disposition_of_the_page(tmp_path: Path) -> None:
    """The modules of docs/readers.md, as they stand there, on a CSV export."""
    page = (TESTS.parent / "docs" / "readers.md").read_text(encoding="utf-8")
    part = page.partition("## Vital signs and disposition")[2].partition("\n## ")[0]
    forms, vs, ds = re.findall(r"```text\n(.*?)```", part, flags=re.DOTALL)
    (tmp_path / "raw").mkdir()
    (tmp_path / "sdtm").mkdir()
    (tmp_path / "study.yaml").write_text(ENDED + indent(forms, "  "), encoding="utf-8")
    (tmp_path / "sdtm" / "vs.yaml").write_text(vs, encoding="utf-8")
    (tmp_path / "sdtm" / "ds.yaml").write_text(ds, encoding="utf-8")
    measured = "PATIENT,VISIT,DATE,PULSE,TEMP\n1,S,2024-02-01,71,36.6\n2,S,2024-02-05,,37.1\n"
    (tmp_path / "raw" / "vs.csv").write_text(measured, encoding="utf-8")
    ended = "PATIENT,REASON,DATE\n1,Completed,2024-06-01\n"
    (tmp_path / "raw" / "ds.csv").write_text(ended, encoding="utf-8")
    frames, findings = build(tmp_path)
    assert findings == []
    assert values(frames["VS"], "USUBJID", "VSTESTCD", "VSSTRESC", "VSSTRESU", "VISIT") == [
        ("DOC-1", "PULSE", "71", "beats/min", "SCREENING"),
        ("DOC-1", "TEMP", "36.6", "C", "SCREENING"),
        ("DOC-2", "TEMP", "37.1", "C", "SCREENING"),
    ]
    assert values(frames["DS"], "USUBJID", "DSDECOD") == [("DOC-1", "COMPLETED")]
