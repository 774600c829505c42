"""The CDISC pilot study mapped from its raw export, cell by cell against its published SDTM.

The study folder is `tests/studies/pilot`: mapping modules only. The raw files are not in this
project; they and the SDTM stand in ``../shared/pilot``, without which these tests are skipped.
Every difference that remains is written down below with its cause, and no other is allowed.
"""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from crosswalk.build import make_package, publish
from crosswalk.plan import make_plan
from mappings.built import BuiltDataset
from mappings.export import read_export
from mappings.findings import Finding, Severity
from mappings.scope import Report
from sdtm.domains import run_sdtm

STUDY = Path(__file__).parents[1] / "studies" / "pilot"
SHARED = Path(__file__).parents[2].parent / "shared" / "pilot"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/pilot")

# Column of DM: records that differ, why, and what the record has here and there.
DM_DIFFERS: dict[str, tuple[int, str]] = {
    "RFENDTC": (133, "the pilot dates it by disposition, which the export lacks: here last dose"),
    "RFPENDTC": (306, "needs disposition and contacts, which the export lacks"),
    "RFICDTC": (254, "the pilot left it empty although the consent is in the export"),
    "DTHDTC": (1, "the pilot dates the death by disposition: a day after the fatal event's end"),
    "ARMCD": (52, "the pilot fills it for screen failures; SDTMIG 3.4 wants it empty"),
    "ARM": (52, "the pilot fills it for screen failures; SDTMIG 3.4 wants it empty"),
    "ACTARMCD": (52, "the pilot fills it for screen failures; SDTMIG 3.4 wants it empty"),
    "ACTARM": (52, "the pilot fills it for screen failures; SDTMIG 3.4 wants it empty"),
}
DM_LACKS = {"BRTHDTC": "the export has the age only"}

AE_DIFFERS: dict[str, tuple[int, str]] = {
    "AESEQ": (931, "the order behind the pilot's numbers is not in the export"),
    "AELLTCD": (1182, "the export has invented codes, the pilot none"),
    "AESOCCD": (1182, "the export has invented codes, the pilot none"),
    "AESTDTC": (15, "dates of year and month are missing in the export"),
    "AESTDY": (1, "the pilot's is wrong: 366 for a start on the first day of treatment"),
}
AE_LACKS = {"AESPID": "not in the export"}


@dataclass(frozen=True)
class Built:
    """The datasets as text by name (missing is ""), and the findings of the data."""

    datasets: dict[str, BuiltDataset]
    findings: list[Finding]

    def __getitem__(self, name: str) -> pd.DataFrame:
        built = self.datasets[name]
        return pd.DataFrame({v: _text(built.frame[v]) for v in built.variables}, dtype="str")

    def by_raw_row(self, name: str) -> pd.DataFrame:
        """The records in the order of the raw file."""
        rows = self.datasets[name].frame["_row"].to_numpy()
        return self[name].iloc[rows.argsort(kind="stable")].reset_index(drop=True)


def _text(values: pd.Series) -> list[str]:
    if not pd.api.types.is_numeric_dtype(values):
        return [str(v) for v in values]
    return ["" if pd.isna(v) else f"{v:.15g}" for v in values]


def published(name: str) -> pd.DataFrame:
    """A dataset of the pilot's published SDTM, as text."""
    path = SHARED / "sdtm" / f"{name.lower()}.csv"
    path = path if path.exists() else path.with_suffix(".csv.gz")
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def lay_out(folder: Path) -> Path:
    """The study folder with the raw files, unpacked, where its study.yaml looks for them."""
    shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns("raw"))
    (folder / "raw").mkdir()
    for path in sorted((SHARED / "raw").glob("*.csv*")):
        data = path.read_bytes()
        unpacked = gzip.decompress(data) if path.suffix == ".gz" else data
        (folder / "raw" / path.name.removesuffix(".gz")).write_bytes(unpacked)
    return folder


def build(folder: Path) -> Built:
    """Compile the study and map it, as `crosswalk build` does."""
    plan = make_plan(folder)
    forms = read_export(plan.study)
    report = Report({n: f.settings.file for n, f in forms.items()}, plan.study.encoding)
    for form in forms.values():
        report.findings.extend(form.findings)
    result = run_sdtm(plan.sdtm, forms, report)
    return Built({d.name: d for d in result.datasets}, report.findings)


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(lay_out(tmp_path_factory.mktemp("pilot") / "study"))


def differing(ours: pd.DataFrame, theirs: pd.DataFrame) -> dict[str, int]:
    """The columns of both that are not equal in every record, and in how many they are not."""
    assert len(ours) == len(theirs)
    counts = {
        c: int((ours[c].to_numpy() != theirs[c].to_numpy()).sum())
        for c in theirs.columns
        if c in ours.columns
    }
    return {c: n for c, n in counts.items() if n}


def test_exposure_is_equal_in_every_cell(pilot: Built) -> None:
    ours, theirs = pilot["EX"], published("EX")
    order = ["USUBJID", "EXSEQ"]
    pd.testing.assert_frame_equal(
        ours.sort_values(order, ignore_index=True),
        theirs.astype("str").sort_values(order, ignore_index=True),
    )
    assert ours.shape == (591, 17)


def test_demography_is_equal_but_for_what_is_listed(pilot: Built) -> None:
    ours, theirs = pilot["DM"], published("DM").sort_values("USUBJID", ignore_index=True)
    assert [c for c in theirs.columns if c not in ours.columns] == list(DM_LACKS)
    assert [c for c in ours.columns if c not in theirs.columns] == []
    assert differing(ours, theirs) == {c: n for c, (n, _) in DM_DIFFERS.items()}
    equal = [c for c in theirs.columns if c not in DM_LACKS and c not in DM_DIFFERS]
    pd.testing.assert_frame_equal(ours[equal], theirs[equal].astype("str"))
    assert len(equal) == 19


def test_each_difference_of_demography_has_the_cause_that_is_named(pilot: Built) -> None:
    ours, theirs = pilot["DM"], published("DM").sort_values("USUBJID", ignore_index=True)
    failures = (ours["ARMNRS"] == "SCREEN FAILURE").to_numpy()
    assert failures.sum() == 52
    for name, filled in (
        *(("ARMCD", "Scrnfail"), ("ACTARMCD", "Scrnfail")),
        *(("ARM", "Screen Failure"), ("ACTARM", "Screen Failure")),
    ):
        assert set(ours.loc[failures, name]) == {""}
        assert set(theirs.loc[failures, name]) == {filled}
        pd.testing.assert_series_equal(
            ours.loc[~failures, name], theirs.loc[~failures, name].astype("str")
        )
    assert set(theirs["RFICDTC"]) == {""}
    assert (ours["RFICDTC"] != "").sum() == 254
    assert set(ours["RFPENDTC"]) == {""}
    assert ours["RFENDTC"].tolist() == ours["RFXENDTC"].tolist()
    dead = ours["DTHFL"] == "Y"
    pairs = zip(ours.loc[dead, "DTHDTC"], theirs.loc[dead, "DTHDTC"], strict=True)
    assert [p for p in pairs if p[0] != p[1]] == [("2014-10-31", "2014-11-01")]


def test_adverse_events_are_equal_but_for_what_is_listed(pilot: Built) -> None:
    ours, theirs = pilot.by_raw_row("AE"), published("AE")
    assert [c for c in theirs.columns if c not in ours.columns] == list(AE_LACKS)
    assert [c for c in ours.columns if c not in theirs.columns] == []
    assert differing(ours, theirs) == {c: n for c, (n, _) in AE_DIFFERS.items()}
    equal = [c for c in theirs.columns if c not in AE_LACKS and c not in AE_DIFFERS]
    pd.testing.assert_frame_equal(ours[equal], theirs[equal].astype("str"))
    assert len(equal) == 29


def test_each_difference_of_adverse_events_has_the_cause_that_is_named(pilot: Built) -> None:
    ours, theirs = pilot.by_raw_row("AE"), published("AE")
    assert set(theirs["AELLTCD"]) == set(theirs["AESOCCD"]) == {""}
    absent = (ours["AESTDTC"] != theirs["AESTDTC"].astype("str")).to_numpy()
    assert set(ours.loc[absent, "AESTDTC"]) == {""}
    assert theirs.loc[absent, "AESTDTC"].str.fullmatch(r"\d{4}-\d{2}").all()
    (wrong,) = theirs.index[(ours["AESTDY"] != theirs["AESTDY"].astype("str")).to_numpy()]
    subject, start = theirs.loc[wrong, ["USUBJID", "AESTDTC"]]
    first = published("DM").set_index("USUBJID").loc[subject, "RFSTDTC"]
    assert (start, ours.loc[wrong, "AESTDY"], theirs.loc[wrong, "AESTDY"]) == (first, "1", "366")
    for _, numbers in ours.groupby("USUBJID")["AESEQ"]:
        assert sorted(map(int, numbers)) == list(range(1, len(numbers) + 1))
    assert (ours["AESTDTC"].str.len() == 4).sum() == 11  # years alone stay years


def test_the_data_have_no_faults_but_one_event_entered_twice(pilot: Built) -> None:
    faults = [f for f in pilot.findings if f.severity is not Severity.NOTICE]
    assert [f.rule for f in faults] == ["record.duplicate"]
    raw = pd.read_csv(SHARED / "raw" / "ae_raw.csv.gz", dtype="str", keep_default_na=False)
    (twice,) = raw.index[raw.duplicated()]
    assert faults[0].raw is not None
    assert (faults[0].raw.file, faults[0].raw.row) == ("raw/ae_raw.csv", twice + 2)
    notices = {f.rule for f in pilot.findings if f.severity is Severity.NOTICE}
    assert notices == {"map.synonym"}


def test_the_mapping_knows_no_subject(pilot: Built, tmp_path: Path) -> None:
    """With other numbers for sites and subjects, everything else comes out the same."""
    folder = lay_out(tmp_path / "study")
    other = str.maketrans("0123456789", "5790618243")
    back = str.maketrans("5790618243", "0123456789")
    number = re.compile(r'(?<=",")\d{3}-\d{4}(?=",)')
    for path in sorted((folder / "raw").glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        renamed, count = number.subn(lambda m: m[0].translate(other), text)
        assert count == text.count("\n") - 1
        path.write_text(renamed, encoding="utf-8")
    renamed_study = build(folder)
    for name in ("DM", "AE", "EX"):
        ours, theirs = renamed_study.by_raw_row(name), pilot.by_raw_row(name)
        for column in ("SUBJID", "SITEID"):
            if column in ours:
                ours[column] = [v.translate(back) for v in ours[column]]
        ours["USUBJID"] = ["01-" + v[3:].translate(back) for v in ours["USUBJID"]]
        pd.testing.assert_frame_equal(ours, theirs)


def test_the_package_is_final_with_every_finding_explained(tmp_path: Path) -> None:
    """Also no row and no column of the export is left unaccounted for: that would be a finding."""
    package = make_package(lay_out(tmp_path / "study"))
    assert package.status == "final"
    assert sorted(package.datasets) == ["AE", "DM", "EX"]
    publish(package, tmp_path / "out")
    home = tmp_path / "out" / "m5" / "datasets" / "cdiscpilot01" / "tabulations" / "sdtm"
    judge = SHARED.parent / "bin" / "check-define"
    told = [sys.executable, str(judge), str(home / "define.xml"), "--data", str(home), "--files"]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    assert "errors 0 warnings 0" in done.stdout, done.stdout + done.stderr


DS = """
target: DS
from: ds
keys: [USUBJID, DSSTDTC, DSCAT, DSDECOD]
timing: {visit: true}
vars:
  DSTERM:
    first:
      - {copy: OTHERSP, case: upper}
      - {copy: IT.DSTERM, case: upper}
  DSDECOD:
    first:
      - {copy: OTHERSP, case: upper}
      - {map: IT.DSDECOD, ct: C114118, when: {IT.DSDECOD: Randomized}}
      - {map: IT.DSDECOD, ct: C66727}
  DSCAT:
    first:
      - {const: OTHER EVENT, when: {OTHERSP: {is: present}}}
      - {const: PROTOCOL MILESTONE, when: {IT.DSDECOD: Randomized}}
      - {const: DISPOSITION EVENT}
  DSDTC: {date: DSDTCOL, format: MM-DD-YYYY, time: DSTMCOL}
  DSSTDTC: {date: IT.DSSTDAT, format: MM-DD-YYYY}
  DSSTDY: {day: DSSTDTC}
"""

VS = """
target: VS
from: vs
keys: [USUBJID, VSTESTCD, VISITNUM, VSTPTNUM]
timing:
  visit: true
  baseline: {flag: VSLOBXFL, date: VSDTC, result: VSORRES}
standard:
  result: VSORRES
  unit: VSORRESU
  units: {SYSBP: mmHg, DIABP: mmHg, PULSE: beats/min, TEMP: C, HEIGHT: cm, WEIGHT: kg}
rows:
  tests:
    - {VSTESTCD: SYSBP, column: SYS_BP, unit: mmHg}
    - {VSTESTCD: DIABP, column: DIA_BP, unit: mmHg}
    - {VSTESTCD: PULSE, column: PULSE, unit: beats/min}
    - {VSTESTCD: TEMP, column: IT.TEMP, unit: F}
    - {VSTESTCD: HEIGHT, column: IT.HEIGHT_VSORRES, unit: in}
    - {VSTESTCD: WEIGHT, column: IT.WEIGHT, unit: LB}
  keep: {VSORRES: {is: present}}
vars:
  VSORRES: {copy: "{column}"}
  VSORRESU: {const: "{unit}"}
  VSPOS: {map: SUBPOS, ct: C71148, when: {VS.VSTESTCD: [SYSBP, DIABP, PULSE]}}
  VSLOC: {map: IT.TEMP_LOC, ct: C74456, when: {VS.VSTESTCD: TEMP}}
  VSTPT: {copy: TMPTC, case: upper}
  VSTPTNUM:
    map: TMPTC
    to: {After Lying Down For 5 Minutes: 815, After Standing For 1 Minute: 816}
  VSDTC: {date: VTLD, format: DD-MON-YYYY}
  VSDY: {day: VSDTC}
"""


def disposition_form(theirs: pd.DataFrame) -> pd.DataFrame:
    """The pilot's disposition as its export spells it: one row a record."""
    other = theirs["DSCAT"] == "OTHER EVENT"
    collected = theirs["DSDTC"].str
    return pd.DataFrame(
        {
            "PATNUM": theirs["USUBJID"].str.slice(3),
            "INSTANCE": theirs["VISIT"].str.title(),
            "IT.DSTERM": theirs["DSTERM"].str.title().where(~other, ""),
            "IT.DSDECOD": theirs["DSDECOD"].str.title().where(~other, ""),
            "OTHERSP": theirs["DSTERM"].str.title().where(other, ""),
            "DSDTCOL": _us(theirs["DSDTC"]),
            "DSTMCOL": collected.slice(11),
            "IT.DSSTDAT": _us(theirs["DSSTDTC"]),
        }
    )


def _us(dates: pd.Series) -> pd.Series:
    return dates.str.replace(r"(\d{4})-(\d\d)-(\d\d).*", r"\2-\3-\1", regex=True)


@pytest.fixture
def more(tmp_path: Path) -> Callable[[str, str, str], Built]:
    """The study with one form and one module more; nothing else of it is changed."""

    def add(name: str, module: str, raw: str) -> Built:
        folder = lay_out(tmp_path / "study")
        settings = folder / "study.yaml"
        text = settings.read_text(encoding="utf-8")
        form = f"    {name}: {{file: raw/{name}_raw.csv, event: INSTANCE}}\n"
        text = text.replace("  forms:\n", f"  forms:\n{form}")
        settings.write_text(text, encoding="utf-8")
        (folder / "sdtm" / f"{name}.yaml").write_text(module, encoding="utf-8")
        (folder / "raw" / f"{name}_raw.csv").write_text(raw, encoding="utf-8")
        return build(folder)

    return add


def test_disposition_comes_the_same_way(more: Callable[[str, str, str], Built]) -> None:
    theirs = published("DS")
    built = more("ds", DS, disposition_form(theirs).to_csv(index=False))
    found = [f for f in built.findings if f.severity is not Severity.NOTICE and f.dataset == "DS"]
    # 710-1083 was seen at screening on 9 July 2013, six days before the consent of 15 July.
    assert [(f.rule, f.scope) for f in found] == [("date.swapped", "01-710-1083 ds")] * 2
    ours = built.by_raw_row("DS")
    assert [c for c in theirs.columns if c not in ours.columns] == ["DSSPID"]
    assert set(differing(ours, theirs)) <= {"DSSEQ"}
    assert len(ours) == 850


VITALS = """\
PATNUM,INSTANCE,VTLD,IT.HEIGHT_VSORRES,IT.WEIGHT,IT.TEMP,IT.TEMP_LOC,TMPTC,SYS_BP,DIA_BP,PULSE,SUBPOS
701-1015,Screening 1,26-Dec-2013,58,119,,,,,,,
701-1015,Baseline,02-Jan-2014,,,96.9,Oral Cavity,After Lying Down For 5 Minutes,131,56,56,Supine
701-1015,Baseline,02-Jan-2014,,,,,After Standing For 1 Minute,130,60,60,Standing
701-1015,Unscheduled 3.1,09-Jan-2014,,,,,After Standing For 1 Minute,124,,,Standing
"""


def test_vital_signs_come_the_same_way(more: Callable[[str, str, str], Built]) -> None:
    built = more("vs", VS, VITALS)
    assert not [
        f for f in built.findings if f.severity is not Severity.NOTICE and f.dataset == "VS"
    ]
    shown = ["VSTESTCD", "VSPOS", "VSORRES", "VSORRESU", "VSSTRESC", "VSSTRESU"]
    shown += ["VSLOC", "VISITNUM", "VISIT", "VISITDY", "VSDTC", "VSDY", "VSTPTNUM"]
    lines = [" ".join(v or "-" for v in row) for row in built["VS"][shown].to_numpy().tolist()]
    assert lines == [
        "DIABP SUPINE 56 mmHg 56 mmHg - 3 BASELINE 1 2014-01-02 1 815",
        "DIABP STANDING 60 mmHg 60 mmHg - 3 BASELINE 1 2014-01-02 1 816",
        "HEIGHT - 58 in 147 cm - 1 SCREENING 1 -7 2013-12-26 -7 -",
        "PULSE SUPINE 56 beats/min 56 beats/min - 3 BASELINE 1 2014-01-02 1 815",
        "PULSE STANDING 60 beats/min 60 beats/min - 3 BASELINE 1 2014-01-02 1 816",
        "SYSBP SUPINE 131 mmHg 131 mmHg - 3 BASELINE 1 2014-01-02 1 815",
        "SYSBP STANDING 130 mmHg 130 mmHg - 3 BASELINE 1 2014-01-02 1 816",
        "SYSBP STANDING 124 mmHg 124 mmHg - 3.1 UNSCHEDULED 3.1 - 2014-01-09 8 816",
        "TEMP - 96.9 F 36.1 C ORAL CAVITY 3 BASELINE 1 2014-01-02 1 815",
        "WEIGHT - 119 LB 54.0 kg - 1 SCREENING 1 -7 2013-12-26 -7 -",
    ]
