"""Two FICTITIOUS exports mapped from the documentation alone: an ODM file and a REDCap CSV."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosswalk.build import Package, make_package
from crosswalk.init.first import first_study
from crosswalk.plan import make_plan

STUDIES = Path(__file__).parents[1] / "studies"


@pytest.fixture(scope="module")
def breathe() -> Package:
    return make_package(STUDIES / "breathe")


@pytest.fixture(scope="module")
def glow() -> Package:
    return make_package(STUDIES / "glow")


def column(package: Package, name: str) -> list[str]:
    dataset, variable = name.split(".")
    return [str(v) for v in package.frames()[dataset][variable]]


def test_the_odm_study_is_final(breathe: Package) -> None:
    assert breathe.report.unexplained == ()
    assert {n: len(f) for n, f in breathe.frames().items()} == {"DM": 4, "AE": 4, "DS": 4, "VS": 22}
    assert column(breathe, "DM.BRTHDTC") == ["1961-03-04", "1958", "1970-11-30", "1949"]
    assert column(breathe, "DS.DSTERM")[1] == "Moved abroad"
    assert column(breathe, "AE.AESTDTC")[1] == "2025-02"


def test_fahrenheit_of_the_odm_study_is_converted(breathe: Package) -> None:
    vitals = breathe.frames()["VS"]
    (row,) = vitals.index[vitals["VSORRES"] == "98.1"]
    cells = vitals.loc[row, ["VSORRESU", "VSSTRESU", "USUBJID"]].tolist()
    assert cells == ["F", "C", "BREATHE-1-02"]
    assert float(vitals.loc[row, "VSSTRESN"]) == pytest.approx((98.1 - 32) * 5 / 9, abs=0.05)


def test_the_redcap_study_is_final(glow: Package) -> None:
    assert glow.report.unexplained == ()
    assert column(glow, "DM.USUBJID") == [
        "GLOW-01-001",
        "GLOW-01-003",
        "GLOW-02-002",
        "GLOW-02-004",
    ]
    assert column(glow, "DM.RACE") == ["WHITE", "MULTIPLE", "ASIAN", "UNKNOWN"]
    assert column(glow, "DM.COUNTRY") == ["NLD", "NLD", "BEL", "BEL"]
    assert column(glow, "AE.AETERM") == ["Fatigue", "Fever, recurrent", "Pneumonia", "Itching"]


@pytest.mark.parametrize(
    ("study", "domains"), [("breathe", ("DM", "AE", "VS")), ("glow", ("DM", "AE"))]
)
def test_init_recognises_forms_by_their_titles_and_topics(
    tmp_path: Path, study: str, domains: tuple[str, ...]
) -> None:
    first = first_study(STUDIES / study / "raw", tmp_path / "new")
    assert first.domains == domains
    assert make_plan(tmp_path / "new").study.id == "NEW"
