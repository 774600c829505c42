"""The pilot's ADSL and ADAE by modules from its published SDTM, cell by cell.

The study folder is `tests/studies/pilot_adam`: modules only, no Python. The published SDTM and
ADaM stand in ``../shared/pilot``, without which these tests are skipped. Every difference that
remains is written down below with its cause and its exact number; no other is allowed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from crosswalk.build import Package, make_package, publish
from define.xpt_read import read_xpt

STUDY = Path(__file__).parents[1] / "studies" / "pilot_adam"
SHARED = Path(__file__).parents[2].parent / "shared" / "pilot"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/pilot")

NO_LAB = "the published date may be one of LB, which is not in the SDTM at hand"
STALE = "the published file does not know the dose of 81 mg: it shows the dose before, or none"

ADSL_DIFFERS = {"LSTALVDT": (83, NO_LAB)}
ADAE_DIFFERS = {
    "LSTALVDT": (367, NO_LAB),
    "LDOSEDTM": (299, STALE),
    "DOSEON": (290, STALE),
    "DOSEU": (290, STALE),
}
ADAE_LACKS = {"DOMAIN": "a variable of SDTM that says nothing of an analysis record"}
EQUAL_ADAE = (
    *("ASTDT", "ASTDTM", "ASTDTF", "ASTTMF", "AENDT", "AENDTM", "AENDTF", "AENTMF"),
    *("ASTDY", "AENDY", "ADURN", "ADURU", "TRTEMFL", "AOCCIFL", "ASEV", "ASEVN", "AREL"),
)


def lay_out(folder: Path) -> Path:
    """The study folder with the SDTM where its study.yaml looks for it."""
    shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns("sdtm"))
    shutil.copytree(SHARED / "sdtm", folder / "sdtm", copy_function=shutil.copyfile)
    return folder


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("pilot") / "study")


@pytest.fixture(scope="module")
def pilot(study: Path) -> Package:
    return make_package(study)


@pytest.fixture(scope="module")
def published(pilot: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package") / "out"
    publish(pilot, folder)
    return folder


def ours(package: Path, name: str) -> pd.DataFrame:
    """A dataset of the package, read back from its transport file, as text."""
    path = package / f"m5/datasets/cdiscpilot01/analysis/adam/datasets/{name.lower()}.xpt"
    frame = read_xpt(path)[0]
    return _sorted(pd.DataFrame({c: _text(frame[c], str(c)) for c in frame}, dtype="str"))


def theirs(name: str, folder: str = "adam") -> pd.DataFrame:
    """A published dataset, as text."""
    path = SHARED / folder / f"{name.lower()}.csv"
    path = path if path.exists() else path.with_name(path.name + ".gz")
    return _sorted(pd.read_csv(path, dtype="str", keep_default_na=False))


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    keys = [k for k in ("USUBJID", "AESEQ", "EXSEQ") if k in frame.columns]
    order = frame[keys].assign(**{k: frame[k].astype(float) for k in keys[1:]}).sort_values(keys)
    return frame.loc[order.index].reset_index(drop=True)


_START = datetime(1960, 1, 1, tzinfo=UTC)


def _text(values: pd.Series, name: str) -> list[str]:
    if not pd.api.types.is_numeric_dtype(values):
        return [str(v) for v in values]
    if name.endswith("DTM"):
        moments = [_START + timedelta(seconds=v) if pd.notna(v) else None for v in values]
        return ["" if m is None else m.strftime("%Y-%m-%dT%H:%M:%S") for m in moments]
    if name.endswith("DT"):
        days = [_START + timedelta(days=v) if pd.notna(v) else None for v in values]
        return ["" if d is None else d.date().isoformat() for d in days]
    return ["" if pd.isna(v) else f"{v:.15g}" for v in values]


def differing(left: pd.DataFrame, right: pd.DataFrame) -> dict[str, int]:
    """The columns of both that are not equal in every record, and in how many they are not."""
    assert left["USUBJID"].tolist() == right["USUBJID"].tolist()
    counts = {str(c): int((left[c] != right[c]).sum()) for c in right if c in left}
    return {c: n for c, n in counts.items() if n}


def test_the_independent_judge_of_its_define(published: Path) -> None:
    home = published / "m5" / "datasets" / "cdiscpilot01" / "analysis" / "adam" / "datasets"
    judge = SHARED.parent / "bin" / "check-define"
    told = [sys.executable, str(judge), str(home / "define.xml"), "--data", str(home), "--files"]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    assert "errors 0 warnings 0" in done.stdout, done.stdout + done.stderr


def test_every_subject_of_adsl(published: Path) -> None:
    here, there = ours(published, "ADSL"), theirs("ADSL")
    assert len(here) == 306
    assert set(here) == set(there)
    assert differing(here, there) == {c: n for c, (n, _) in ADSL_DIFFERS.items()}


def test_every_record_of_adae(published: Path) -> None:
    here, there = ours(published, "ADAE"), theirs("ADAE")
    assert here["AESEQ"].tolist() == there["AESEQ"].tolist()
    assert set(there) - set(here) == set(ADAE_LACKS)
    assert set(here) <= set(there)
    assert differing(here, there) == {c: n for c, (n, _) in ADAE_DIFFERS.items()}
    assert not set(EQUAL_ADAE) & set(ADAE_DIFFERS)
    assert set(EQUAL_ADAE) <= set(here)


def test_laboratory_dates_can_only_make_the_last_known_alive_date_later(published: Path) -> None:
    here, there = ours(published, "ADSL"), theirs("ADSL")
    differ = here["LSTALVDT"] != there["LSTALVDT"]
    assert (here["LSTALVDT"][differ] < there["LSTALVDT"][differ]).all()
    # Which they are: those whose published date is in none of the datasets at hand.
    events, exposure = theirs("AE", "sdtm"), theirs("EX", "sdtm")
    known = {
        *zip(events["USUBJID"], events["AESTDTC"], strict=True),
        *zip(events["USUBJID"], events["AEENDTC"], strict=True),
        *zip(exposure["USUBJID"], exposure["EXENDTC"], strict=True),
    }
    pairs = zip(there["USUBJID"], there["LSTALVDT"], strict=True)
    assert differ.tolist() == [bool(day) and (who, day) not in known for who, day in pairs]


def test_region_na_is_north_america(published: Path) -> None:
    assert set(ours(published, "ADSL")["REGION1"]) == {"NA"}


def _dosing(subject: str, day: str, exposure: pd.DataFrame) -> tuple[str, str, str]:
    """Last dosing day, dose and unit on a day, looked for record by record."""
    last, dose, unit = "", "", ""
    for start, end, amount, measure in exposure.loc[
        exposure["USUBJID"] == subject, ["EXSTDTC", "EXENDTC", "EXDOSE", "EXDOSU"]
    ].to_numpy():
        # Of a dosing without an end nobody knows on which days there was a dose.
        if end and start <= day:
            last = min(end, day)
            dose, unit = (amount, measure) if day <= end else ("", "")
    return (f"{last}T00:00:00" if last else ""), dose, unit


def test_doses_are_those_of_exposure(published: Path) -> None:
    """The columns in which the published file is wrong, computed here in another way."""
    here, there = ours(published, "ADAE"), theirs("ADAE")
    exposure = theirs("EX", "sdtm").sort_values(["USUBJID", "EXSTDTC"])
    pairs = zip(here["USUBJID"], here["ASTDT"], strict=True)
    expected = [_dosing(subject, day, exposure) for subject, day in pairs]
    columns = ["LDOSEDTM", "DOSEON", "DOSEU"]
    assert [tuple(row) for row in here[columns].to_numpy()] == expected
    # The published file differs only where the subject ever took 81 mg.
    high = set(exposure.loc[exposure["EXDOSE"] == "81", "USUBJID"])
    differ = (here[columns] != there[columns]).any(axis=1)
    assert set(here["USUBJID"][differ]) <= high
    assert "81" in set(here["DOSEON"])
    assert "81" not in set(there["DOSEON"])


def test_the_package_is_final_and_holds_adam_only(pilot: Package, published: Path) -> None:
    assert pilot.status == "final"
    assert [d.purpose for d in pilot.documents] == ["Analysis"]
    assert not (published / "m5/datasets/cdiscpilot01/tabulations").exists()
    assert not (published / "reports/account.html").exists()
    assert "holds ADaM only" in (published / "reports/index.html").read_text(encoding="utf-8")


def test_what_the_published_sdtm_has_wrong_is_found(pilot: Package) -> None:
    found = [f for f, _ in pilot.report.explained if f.rule == "sdtm.study_day"]
    assert [str(f.raw) for f in found] == ["sdtm/ae.csv.gz, row 972"]


def test_predecessors_and_inputs_name_the_sdtm(published: Path) -> None:
    adam = published / "m5/datasets/cdiscpilot01/analysis/adam/datasets"
    define = (adam / "define.xml").read_text(encoding="utf-8")
    assert "DM.BRTHDTC" in define
    assert "AE.AETERM" in define
    inputs = json.loads((published / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert {"sdtm/ae.csv.gz", "sdtm/ae.labels.json", "sdtm/suppdm.csv"} <= set(inputs)


def test_a_record_names_its_file_and_row(pilot: Package) -> None:
    adae = pilot.frames()["ADAE"]
    assert set(adae["_form"]) == {"AE"}
    lines = dict(zip(adae["_row"], adae["USUBJID"], strict=True))
    raw = pd.read_csv(SHARED / "sdtm/ae.csv.gz", dtype="str", keep_default_na=False)
    assert lines == {i + 2: subject for i, subject in enumerate(raw["USUBJID"])}
