"""A first study from a specification: everything it tells stands there, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crosswalk.build import make_package
from crosswalk.cli import app
from crosswalk.init.first import CannotBegin
from crosswalk.init.from_spec import study_from_spec
from crosswalk.plan import make_plan
from define.definexml.document import to_xml
from define.model import (
    Codelist,
    Comment,
    Dataset,
    Metadata,
    Method,
    Origin,
    Standard,
    Term,
    Variable,
)

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "data" / "define20.xml"
EXAMPLES = ROOT.parent / "shared" / "define-examples"


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def text(name: str, origin: str, *, label: str = "", **more: Any) -> Variable:
    kind, _, place = origin.partition(" ")
    told = Origin(kind, "" if place else "Sponsor", place)
    return Variable(name, label or name, "text", False, 8, 0, origin=told, **more)


def adam() -> Metadata:
    guide = Standard("ADaMIG", "IG", "1.1")
    method = Method("AGEGR1", "Age group", "If AGE < 65 then '<65', else '>=65'")
    group = Codelist("AGEGR1", "Age Group", terms=(Term("<65"), Term(">=65")))
    adsl = (
        text("STUDYID", "Predecessor DM.STUDYID"),
        text("USUBJID", "Predecessor DM.USUBJID", key_sequence=1),
        text("SEX", "Predecessor DM.SEX"),
        text("AGEGR1", "Derived", method=method, codelist=group),
        text("OWN", "Predecessor SUPPDM.QVAL where QNAM is OWN", label="A variable of our own"),
        text("TRT01P", "Assigned", comment=Comment("TRT01P", "As randomised")),
    )
    adae = (
        text("USUBJID", "Predecessor ADSL.USUBJID", key_sequence=1),
        text("AESEQ", "Predecessor AE.AESEQ", key_sequence=2),
        text("AETERM", "Predecessor AE.AETERM"),
        text("SEX", "Predecessor ADSL.SEX"),
        text("TRTP", "Predecessor ADSL.TRT01P"),
        text("FASFL", "Predecessor ADSL.FASFL"),
    )
    datasets = (
        ("ADSL", "SUBJECT LEVEL ANALYSIS DATASET", adsl),
        ("ADAE", "OCCURRENCE DATA STRUCTURE", adae),
        ("ADX", "ADAM OTHER", adsl),
    )
    made = tuple(
        Dataset(n, f"{n} of a test", c, "One record", v, 1, standard=guide) for n, c, v in datasets
    )
    return Metadata("T", "T 1", "A test", "T", "Analysis", "2024-01-01T00:00:00", (guide,), made)


@pytest.fixture(scope="module")
def sdtm_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sdtm") / "study"
    study_from_spec(OLD, place)
    return place


@pytest.fixture(scope="module")
def adam_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("adam")
    (place / "define.xml").write_bytes(to_xml(adam()))
    study_from_spec(place / "define.xml", place / "study")
    return place / "study"


def test_variables_origins_and_methods_stand_in_the_modules(sdtm_study: Path) -> None:
    dm = (sdtm_study / "sdtm" / "dm.yaml").read_text(encoding="utf-8")
    line = next(part for part in dm.splitlines() if part.startswith("  SEX:"))
    assert line.startswith('  SEX: {const: "", origin: Collected}  # missing: the rule; text 1; ')
    assert "codelist Sex (C66731): F, M; Collected on page 6, 7, 8" in line
    birth = next(part for part in dm.splitlines() if part.startswith("  BRTHDTC:"))
    assert birth.startswith('  BRTHDTC: {const: "", origin: Collected, source: Vendor}')
    assert not re.search(r"^  (STUDYID|USUBJID):", dm, flags=re.MULTILINE)
    vs = (sdtm_study / "sdtm" / "vs.yaml").read_text(encoding="utf-8")
    assert "comment: Measured by the site" in vs
    assert "# value level of VS.VSORRES where VSTESTCD EQ HEIGHT: float 5; label 'Height'" in vs
    study = (sdtm_study / "study.yaml").read_text(encoding="utf-8")
    assert "id: OLD01" in study
    assert "the specification names SDTMIG 3.1.2" in study


def test_predecessors_become_rules_and_nothing_else_does(adam_study: Path) -> None:
    adsl = (adam_study / "adam" / "adsl.yaml").read_text(encoding="utf-8")
    assert "  SEX: {copy: SEX}  # proposed: its predecessor DM.SEX" in adsl
    method = "method: \"If AGE < 65 then '<65', else '>=65'\""
    assert f'  AGEGR1: {{const: "", origin: Derived, source: Sponsor, {method}}}' in adsl
    assert '  OWN: {const: "", label: A variable of our own}  # missing: the rule;' in adsl
    assert "origin: Assigned, source: Sponsor, comment: As randomised}  # missing" in adsl
    adae = (adam_study / "adam" / "adae.yaml").read_text(encoding="utf-8")
    assert "from: AE  # proposed: most predecessors" in adae
    assert "adsl: [SEX]  # proposed" in adae
    rule = "  TRTP: {lookup: ADSL, get: TRT01P, label: TRTP}"
    assert f"{rule}  # proposed: its predecessor ADSL.TRT01P" in adae
    # ADSL of the specification has no FASFL, so nothing can be copied.
    assert re.search(r"^  FASFL: \{const: \"\".*# missing: the rule", adae, flags=re.MULTILINE)
    header = (adam_study / "sdtm" / "ae.csv").read_text(encoding="utf-8")
    assert header == "STUDYID,DOMAIN,USUBJID,AESEQ,AETERM\n"
    study = (adam_study / "study.yaml").read_text(encoding="utf-8")
    assert "no module: ADX is of the class ADAM OTHER" in study


@pytest.mark.parametrize("name", ["sdtm_study", "adam_study"])
def test_it_lints_and_builds_a_draft(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(name)
    package = make_package(folder)
    assert package.report.status == "draft"
    assert [m.purpose for m in package.documents]


@pytest.mark.parametrize("name", ["SDTM", "ADaM"])
def test_an_official_example_lints(name: str, tmp_path: Path) -> None:
    file = EXAMPLES / f"defineV21-{name}.xml"
    if not file.is_file():
        pytest.skip("CDISC's examples are not at hand")
    first = study_from_spec(file, tmp_path / "study")
    assert first.proposed
    make_plan(tmp_path / "study")


def test_a_workbook_and_its_define_give_the_same_study(sdtm_study: Path, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    book, folder = tmp_path / "spec.xlsx", tmp_path / "study"
    assert run("define", "workbook", OLD, "-o", book).exit_code == 0
    result = run("init", "--from-spec", book, folder)
    assert result.exit_code == 0, result.output
    assert "8 are to be written" in result.output
    for file in ("sdtm/dm.yaml", "sdtm/vs.yaml"):
        assert (folder / file).read_text() == (sdtm_study / file).read_text()


def test_faults_are_words_and_nothing_is_left_behind(tmp_path: Path) -> None:
    new = tmp_path / "study"
    (tmp_path / "bad.xml").write_bytes(OLD.read_bytes()[:500])
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04")
    cases = {
        "none.xml": "none.xml cannot be read",
        "bad.xml": "not well-formed XML",
        "bad.xlsx": "cut off or damaged",
    }
    for name, says in cases.items():
        result = run("init", "--from-spec", tmp_path / name, new)
        assert result.exit_code == 2
        assert says in " ".join(result.output.split()), result.output
        assert not new.exists()
    assert run("init", "--from-spec", OLD, tmp_path, new).exit_code == 2
    assert run("init", tmp_path).exit_code == 2
    with pytest.raises(CannotBegin, match="is there already"):
        study_from_spec(OLD, tmp_path)


def test_hostile_texts_stay_text(tmp_path: Path) -> None:
    hostile = OLD.read_text(encoding="utf-8")
    hostile = hostile.replace("Measured by the site", "# &#10;  vars: {X: [&quot;}")
    hostile = hostile.replace(">OLD01<", ">../../&#10;up: 1 &quot;<")
    file = tmp_path / "define.xml"
    file.write_text(hostile, encoding="utf-8")
    study_from_spec(file, tmp_path / "study")
    plan = make_plan(tmp_path / "study")
    assert plan.study.id == "UP-1"
    assert [m.data["comment"] for m in plan.sdtm.modules if m.target == "VS"] == ['# vars: {X: ["}']
    shutil.rmtree(tmp_path / "study")
