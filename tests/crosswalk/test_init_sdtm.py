"""`crosswalk init` on finished SDTM: a first ADSL, ADAE, ADRS and ADTTE, every line marked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from typer.testing import Result

from crosswalk.build import Package, make_package, publish, run_plan
from crosswalk.init.analysis import Given, criteria, propose, render
from crosswalk.init.first import CannotBegin, first_study
from crosswalk.plan import make_plan
from define.xpt_read import read_xpt

Command = Callable[..., Result]
PILOT = Path(__file__).parents[2].parent / "shared" / "pilot" / "sdtm"
TABULATIONS = "m5/datasets/{}/tabulations/sdtm"


@pytest.fixture(scope="module")
def sdtm(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tabulations of the tiny study as a build publishes them."""
    folder = tmp_path_factory.mktemp("begin")
    publish(make_package(tiny.write(folder / "study", tiny.FILES)), folder / "out")
    return folder / "out" / TABULATIONS.format("tiny")


def marked(folder: Path) -> None:
    """Every rule says that it is a proposal, or that it is missing."""
    for path in sorted((folder / "adam").glob("*.yaml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.match(r"  \w+: ", line):
                assert re.search("# (proposed|missing): .", line), f"{path.name}: {line}"


def test_from_a_built_package(sdtm: Path, command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    result = command("init", sdtm, folder)
    assert result.exit_code == 0, result.output
    count = len(list(sdtm.glob("*.xpt")))
    said = f"ADSL, ADAE, ADRS, ADTTE from {count} datasets of finished SDTM."
    assert said in " ".join(result.output.split())
    marked(folder)
    package = run_plan(make_plan(folder))
    assert set(package.datasets) == {"ADSL", "ADAE", "ADRS", "ADTTE"}
    study = (folder / "study.yaml").read_text(encoding="utf-8")
    assert "id: TINY  # proposed: STUDYID of DM" in study
    assert "sdtm: {folder: sdtm, format: xpt}" in study
    assert "response: {criteria: irrecist}  # proposed" in study
    # There is no disposition, so nothing is said of how the study ended.
    adsl = (folder / "adam/adsl.yaml").read_text(encoding="utf-8")
    assert "# not proposed: EOSSTT: there is no ADSL.DISP" in adsl
    frame = package.datasets["ADSL"].frame
    assert frame["SAFFL"].tolist() == ["Y", "Y", "N"]
    flags = package.datasets["ADAE"].frame
    assert set(flags["TRTEMFL"]) <= {"Y", ""}


def test_the_reference_study(reference: Package, tmp_path: Path) -> None:
    publish(reference, tmp_path / "out")
    source = tmp_path / "out" / TABULATIONS.format(reference.study.id.lower())
    first = first_study(source, tmp_path / "study")
    assert first.domains == ("ADSL", "ADAE", "ADRS", "ADTTE")
    marked(tmp_path / "study")
    package = run_plan(make_plan(tmp_path / "study"))
    subjects = reference.datasets["ADSL"].frame
    assert package.datasets["ADSL"].frame["USUBJID"].tolist() == subjects["USUBJID"].tolist()
    for name in ("SAFFL", "TRTSDT", "TRTEDT"):
        pd.testing.assert_series_equal(package.datasets["ADSL"].frame[name], subjects[name])


@pytest.mark.skipif(not PILOT.is_dir(), reason="no ../shared/pilot")
def test_the_pilot(tmp_path: Path) -> None:
    first = first_study(PILOT, tmp_path / "study")
    assert first.domains == ("ADSL", "ADAE", "ADTTE")
    marked(tmp_path / "study")
    package = run_plan(make_plan(tmp_path / "study"))
    assert package.status == "draft"
    assert [len(package.datasets[n].frame) for n in first.domains] == [306, 1191, 254]


def given(**datasets: dict[str, list[str]]) -> Given:
    frames = {n: pd.DataFrame(columns, dtype="str") for n, columns in datasets.items()}
    return Given({n: tuple(map(str, f.columns)) for n, f in frames.items()}, frames)


def test_what_is_not_there_is_left_empty_and_said() -> None:
    sparse = given(DM={"STUDYID": ["S"], "USUBJID": ["1"], "SEX": ["F"]})
    proposed = propose(sparse)
    assert [a.name for a in proposed] == ["ADSL"]
    text = render(proposed[0], sparse)
    assert 'AGE: {const: ""}  # missing: required, and the SDTM has nothing' in text
    assert "# not proposed: TRTSDT: there is no DM.RFXSTDTC" in text


def test_the_second_way_is_taken_where_the_first_has_no_source() -> None:
    dosed = given(DM={"USUBJID": ["1"]}, EX={"USUBJID": ["1"], "EXSTDTC": ["2024-01-01"]})
    text = render(propose(dosed)[0], dosed)
    assert "TRTSDT: {lookup: EX, get: {date: EXSTDTC}, pick: first}" in text


@pytest.mark.parametrize(
    ("responses", "preset"),
    [(["CR", "PD"], "recist-1.1"), (["iSD", "NE"], "irecist"), (["irPR"], "irrecist"), (["X"], "")],
)
def test_the_criteria_are_those_of_the_responses(responses: list[str], preset: str) -> None:
    codes = ["OVRLRESP"] * len(responses)
    assert criteria(given(RS={"RSTESTCD": codes, "RSSTRESC": responses}))[0] == preset


def test_a_response_that_the_criteria_do_not_know_is_said() -> None:
    name, why = criteria(given(RS={"RSTESTCD": ["OVRLRESP"] * 2, "RSSTRESC": ["PR", "MR"]}))
    assert name == "recist-1.1"
    assert "it does not know MR" in why


def test_a_file_that_is_cut_short_is_refused(sdtm: Path, tmp_path: Path) -> None:
    shutil.copytree(sdtm, tmp_path / "sdtm")
    path = tmp_path / "sdtm/ae.xpt"
    path.write_bytes(path.read_bytes()[:-81])
    with pytest.raises(CannotBegin, match="cut short"):
        first_study(tmp_path / "sdtm", tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_a_raw_export_with_a_file_called_dm_is_no_sdtm(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "dm.csv").write_text("SUBJID,SEX,BRTHDAT\n01-001,F,1950-01-02\n", encoding="utf-8")
    first = first_study(raw, tmp_path / "study")
    assert first.source == "forms"
    assert (tmp_path / "study/sdtm/dm.yaml").is_file()


def test_the_copies_are_the_files(sdtm: Path, tmp_path: Path) -> None:
    first_study(sdtm, tmp_path / "study")
    copied = read_xpt(tmp_path / "study/sdtm/dm.xpt")[0]
    pd.testing.assert_frame_equal(copied, read_xpt(sdtm / "dm.xpt")[0])
