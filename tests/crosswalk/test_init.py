"""`crosswalk init`: what it proposes lints and builds, says why, and guesses nothing silently."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from crosswalk.build import run_plan
from crosswalk.init.dates import formats, most_of, times
from crosswalk.init.first import CannotBegin, First, first_study
from crosswalk.init.text import flow, remark
from crosswalk.plan import make_plan

Command = Callable[..., Result]
DATA = Path(__file__).parents[1] / "data"
SAMPLES = {
    "viedoc": ("viedoc", {"DM", "AE"}),
    "rave_view": ("rave", {"VS"}),
    "redcap": ("redcap", {"DM", "VS"}),
    "redcap_events": ("redcap", {"DM", "AE", "VS"}),
    "odm": ("odm", {"DM", "AE"}),
    "openclinica": ("odm", {"DM", "AE"}),
    "redcap_odm": ("odm", {"DM", "VS"}),
    "typed": ("xpt", {"DM"}),
}


def builds(folder: Path) -> None:
    """It lints, and a build in memory ends as a package."""
    assert run_plan(make_plan(folder)).status in ("draft", "final")


def marked(folder: Path) -> None:
    """Every rule says that it is a proposal, or that it is missing."""
    for path in sorted((folder / "sdtm").glob("*.yaml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.match(r"\s*(- )?\w+: [{\[]", line) and "keep: {" not in line:
                assert re.search("# (proposed|missing): .", line), f"{path.name}: {line}"


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_of_each_system(sample: str, tmp_path: Path) -> None:
    reader, domains = SAMPLES[sample]
    first = first_study(DATA / sample, tmp_path / "study")
    assert set(first.domains) == domains
    assert not first.unread
    assert f"reader: {reader}" in (tmp_path / "study" / "study.yaml").read_text(encoding="utf-8")
    marked(tmp_path / "study")
    builds(tmp_path / "study")


@pytest.fixture(scope="module")
def reference(
    tmp_path_factory: pytest.TempPathFactory, reference_study: Path
) -> tuple[Path, First]:
    folder = tmp_path_factory.mktemp("init") / "study"
    return folder, first_study(reference_study / "raw" / "edc", folder)


def test_the_reference_export(reference: tuple[Path, First]) -> None:
    folder, first = reference
    assert set(first.domains) == {"DM", "EX", "CM", "AE", "DS", "MH", "VS", "LB"}
    marked(folder)
    builds(folder)


def test_what_is_proposed_for_the_reference_export(reference: tuple[Path, First]) -> None:
    folder, _ = reference
    study = (folder / "study.yaml").read_text(encoding="utf-8")
    assert r"pattern: '(?P<site>\d{2})-(?P<subject>\d{3})'" in study
    assert "- {event: BL, visit: BASELINE, number: 2, day: -6}" in study
    assert "tl 'Target Lesions': TLNO, TLFRAG" in study
    dm = (folder / "sdtm" / "dm.yaml").read_text(encoding="utf-8")
    assert "to: {NHL: NOT HISPANIC OR LATINO, NR: NOT REPORTED}" in dm
    assert 'COUNTRY: {const: ""}  # missing:' in dm
    assert "RFICDTC: {lookup: ic, get: {date: [ICDAT_YYYY, ICDAT_MM, ICDAT_DD]}" in dm
    lb = (folder / "sdtm" / "lb.yaml").read_text(encoding="utf-8")
    assert "{LBTESTCD: PLAT, result: PLT_RAW, unit: PLT_UN, low: PLT_LO, high: PLT_HI}" in lb
    ds = (folder / "sdtm" / "ds.yaml").read_text(encoding="utf-8")
    assert "not recognised: 'OTH'" in ds


def write(folder: Path, **texts: str) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_plain_text_with_a_tall_form(tmp_path: Path) -> None:
    raw = write(
        tmp_path / "raw",
        demog="SUBJID;SEX;DOB;SITE\n1001;M;03/04/1970;A\n1002;F;05/06/1980;B\n",
        labs="SUBJID;VISIT;LBTESTCD;LBORRES;LBORRESU;LBDAT\n1001;V1;ALB;40;g/L;13/02/2024\n",
    )
    first = first_study(raw, tmp_path / "study")
    assert first.domains == ("DM", "LB")
    builds(tmp_path / "study")
    dm = (tmp_path / "study" / "sdtm" / "dm.yaml").read_text(encoding="utf-8")
    assert "# not proposed: BRTHDTC from DOB" in dm
    assert "DD/MM/YYYY or MM/DD/YYYY" in dm
    lb = (tmp_path / "study" / "sdtm" / "lb.yaml").read_text(encoding="utf-8")
    assert "LBDTC: {date: LBDAT, format: DD/MM/YYYY}" in lb
    assert "LBTESTCD: {map: LBTESTCD, ct: C65047}" in lb


def test_results_with_unit_and_limits_before_the_test(tmp_path: Path) -> None:
    columns = "SUBJID,ORRES_HGB,ORRESU_HGB,ORNR_HGB_Lower,ORNR_HGB_Upper,ORRES_HCT,ORRESU_HCT"
    raw = write(tmp_path / "raw", X_20240101_080000_LBHM=f"{columns}\n1,16.1,g/dL,14,18,42.5,%\n")
    first = first_study(raw, tmp_path / "study")
    assert first.forms == ("lbhm",)
    lb = (tmp_path / "study" / "sdtm" / "lb.yaml").read_text(encoding="utf-8")
    limits = "low: ORNR_HGB_Lower, high: ORNR_HGB_Upper"
    assert f"{{LBTESTCD: HGB, result: ORRES_HGB, unit: ORRESU_HGB, {limits}}}" in lb
    assert "{LBTESTCD: HCT, result: ORRES_HCT, unit: ORRESU_HCT}" in lb
    builds(tmp_path / "study")


def test_files_that_are_not_recognised_are_listed(tmp_path: Path) -> None:
    raw = write(
        tmp_path / "raw",
        dm="SUBJID,SEX,AGE\n1,M,40\n",
        stock="LOT,COUNT\n7,3\n",
        cut="userid,projectid,project,Subject\n1,2,3,4\n",
    )
    (raw / "notes.txt").write_text("Read me\n", encoding="utf-8")
    (raw / "ae.csv.gz").write_bytes(b"\x1f\x8b\x08")
    first = first_study(raw, tmp_path / "study")
    assert set(first.unread) == {"stock.csv", "cut.csv", "notes.txt", "ae.csv.gz"}
    study = (tmp_path / "study" / "study.yaml").read_text(encoding="utf-8")
    assert "stock.csv: is text with a header row; no column of the subject recognised" in study
    assert "the last line is not EOF: cut off" in study
    builds(tmp_path / "study")


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["2024-01-02", "2024-03", ""], ["YYYY-MM-DD"]),
        (["13/02/2024", "UN/02/2024"], ["DD/MM/YYYY"]),
        (["02/13/2024"], ["MM/DD/YYYY"]),
        (["05/05/2024"], ["DD/MM/YYYY", "MM/DD/YYYY"]),
        (["02 JAN 2024", "UN UNK 2011"], ["DD MON YYYY"]),
        (["2024-02-30"], []),
        (["next week"], []),
        (["UNK", ""], []),
    ],
)
def test_a_format_only_when_the_values_decide(texts: list[str], found: list[str]) -> None:
    assert formats(texts) == found


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        # An impossible date and a word among others do not hide the format.
        (
            ["2024-01-02", "2024-01-03", "2024-01-04", "2024-02-30", "2024-05-06"],
            ("YYYY-MM-DD", ["2024-02-30"]),
        ),
        (["13/02/2024", *(f"0{n}/01/2024" for n in range(1, 9)), "x"], ("DD/MM/YYYY", ["x"])),
        # Too few of them, or two orders: nothing is proposed.
        (["2024-01-02", "next week"], ("", [])),
        ([*(f"0{n}/01/2024" for n in range(1, 9)), "x"], ("", [])),
        (["x"], ("", [])),
        ([], ("", [])),
    ],
)
def test_a_format_of_most_values(texts: list[str], found: tuple[str, list[str]]) -> None:
    assert most_of(texts) == found


def test_times() -> None:
    assert times(["08:15", ""])
    assert not times(["", "UNK"])
    assert not times(["08:15", "noon"])


@pytest.mark.parametrize(
    "text", ["no", "Y", "null", "a: b", "# x", "- x", "", "a\x07b", "{x}", '"']
)
def test_text_that_yaml_would_read_otherwise_is_quoted(text: str) -> None:
    assert json.loads(flow(text)) == text


def test_a_remark_is_one_line() -> None:
    assert remark("a\nb\x07 c") == "# a b c"


def test_a_study_folder_that_is_there_is_refused(tmp_path: Path, command: Command) -> None:
    study = tmp_path / "study"
    study.mkdir()
    result = command("init", DATA / "redcap", study)
    assert result.exit_code == 2
    assert "is there already" in " ".join(result.output.split())
    assert not list(study.iterdir())


def test_what_cannot_begin_leaves_nothing(tmp_path: Path) -> None:
    raw = write(tmp_path / "raw", stock="LOT,COUNT\n7,3\n")
    with pytest.raises(CannotBegin, match="No domain is recognised"):
        first_study(raw, tmp_path / "study")
    with pytest.raises(CannotBegin, match="is no folder"):
        first_study(tmp_path / "nowhere", tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_the_command(tmp_path: Path, command: Command) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(DATA / "viedoc", raw)
    told = json.loads(command("init", raw, tmp_path / "a", "--json").stdout)
    assert told["domains"] == ["DM", "AE"]
    result = command("init", raw, tmp_path / "b")
    assert result.exit_code == 0
    assert "Proposed in" in result.stdout
    texts = [
        {p.name: p.read_bytes() for p in sorted((tmp_path / n / "sdtm").iterdir())} for n in "ab"
    ]
    assert texts[0] == texts[1]
    assert command("lint", tmp_path / "a").exit_code == 0
    assert command("build", tmp_path / "a", "-o", tmp_path / "out").exit_code in (0, 1)


NASTY = {
    "a name that rules cannot say": {"ae": "SUBJECT,AE.AETERM,AETERM\n1,x,y\n"},
    "signs of YAML": {"ae": 'SUBJECT,AETERM,{a: b},$x,# y,"c,d",é\n1,x,y,z,w,v,u\n'},
    "no rows": {"ae": "SUBJECT,AETERM,AESTDAT,AESER\n", "dm": "SUBJECT,SEX,AGE\n"},
    "an empty file": {"ae": "", "dm": "SUBJECT,SEX,AGE\n,,\n1,M,3\n"},
    "values with quotes": {
        "ae": 'SUBJECT,AETERM,AESER\n1,a,"it\'s ""x"" # y"\n2,b,Y\n',
        "dm": "SUBJECT,SITE,SEX,AGE\n1,o'b,M,3\n2,a b,F,3\n",
    },
    "no published test": {"lb": "SUBJECT,LBTESTCD,LBORRES\n1,FOO,1\n"},
    "a document type": {"dm": "SUBJECT,SEX,AGE\n1,M,3\n", "x": "<!DOCTYPE a><ODM/>"},
}


@pytest.mark.parametrize("case", NASTY)
def test_whatever_stands_there_it_lints_and_builds(case: str, tmp_path: Path) -> None:
    raw = write(tmp_path / "raw", **NASTY[case])
    first_study(raw, tmp_path / "study")
    builds(tmp_path / "study")


def text_of(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def test_a_compressed_export_whose_files_end_in_raw(tmp_path: Path) -> None:
    raw, study = tmp_path / "export", tmp_path / "study"
    raw.mkdir()
    (raw / "dm_raw.csv").write_text("PATNUM,IT.SEX,IC_DT\n1-01,F,2024-01-02\n", encoding="utf-8")
    ae = "PATNUM,IT.AETERM,IT.AESER\n1-01,Fever,N\n"
    (raw / "ae_raw.csv.gz").write_bytes(gzip.compress(ae.encode()))
    (raw / "bad.csv.gz").write_bytes(gzip.compress(ae.encode())[:-9])
    ec = "PATNUM,VISITNAME,FOLDER,DRUGAD,IT.ECSTDAT,IT.ECDSTXT\n1-01,Week 1,EC,Cells,2024-01-09,3\n"
    (raw / "ec_raw.csv").write_text(ec, encoding="utf-8")
    first = first_study(raw, study)
    assert (set(first.domains), first.unread) == ({"DM", "AE", "EX"}, ("bad.csv.gz",))
    page = text_of(study, "study.yaml")
    assert "ae: {file: raw/ae_raw.csv.gz" in page
    assert "the compressed file is cut off or damaged" in page
    assert "event: VISITNAME" in page
    assert "EXDOSE: {num: IT.ECDSTXT}" in text_of(study, "sdtm/ex.yaml")
    assert "RFICDTC: {date: IC_DT, format: YYYY-MM-DD}" in text_of(study, "sdtm/dm.yaml")
    marked(study)
    builds(study)


def test_check_boxes_are_listed_and_a_unit_that_is_collected_is_not_called_missing(
    tmp_path: Path,
) -> None:
    first_study(DATA / "redcap_events", tmp_path / "boxes")
    assert "race___1 (Race: Asian)" in text_of(tmp_path / "boxes", "sdtm/dm.yaml")
    first_study(DATA / "odm", tmp_path / "odm")
    module = text_of(tmp_path / "odm", "sdtm/dm.yaml")
    units = "AGEU: {map: IT.AGE.unit, ct: C66781, to: {MU.YEARS: YEARS, MU.MONTHS: MONTHS}}"
    assert f"{units}  # proposed: the unit beside IT.AGE" in module


def test_a_redcap_export_with_labels_in_its_header(tmp_path: Path) -> None:
    raw = tmp_path / "export"
    shutil.copytree(DATA / "redcap", raw)
    lines = (raw / "data.csv").read_text(encoding="utf-8").splitlines()
    labels = (
        "Record ID,Repeat Instrument,Repeat Instance,Date of consent,Date of birth,Ethnicity,Race,"
        "Sex,Complete?,Date of measurement,Systolic,Diastolic,Complete?"
    )
    assert len(labels.split(",")) == len(lines[0].split(","))
    (raw / "data.csv").write_text("\n".join([labels, *lines[1:]]) + "\n", encoding="utf-8")
    first = first_study(raw, tmp_path / "study")
    assert set(first.domains) == {"DM", "VS"}
    page = text_of(tmp_path / "study", "study.yaml")
    assert "header: label" in page
    assert "values: raw" in page
    builds(tmp_path / "study")


def test_a_single_form_of_redcap_without_a_dictionary(tmp_path: Path) -> None:
    raw = tmp_path / "export"
    raw.mkdir()
    text = "record_id,ae_term,aeser,ae_complete\n1,Fever,N,2\n2,Cough,N,2\n"
    (raw / "data.csv").write_text(text, encoding="utf-8")
    first_study(raw, tmp_path / "study")
    assert "AETERM: {copy: ae_term}" in text_of(tmp_path / "study", "sdtm/ae.yaml")
    builds(tmp_path / "study")
