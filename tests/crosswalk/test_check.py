"""`crosswalk check` judges a package as it lies there; `--core` asks CDISC's engine as well."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Command = Callable[..., Result]
Content = Callable[[Path], dict[str, bytes]]
HOME = "m5/datasets/tiny01/tabulations/sdtm"
RULE = "CORE-000777"

ENGINE = """\
import pathlib, sys
given = sys.argv[1:]
home = pathlib.Path(__file__).parent
data = pathlib.Path(given[given.index("-d") + 1])
assert sorted(p.name for p in data.glob("*.xpt")) == ["dm.xpt"], data
assert pathlib.Path(given[given.index("-dxp") + 1]).is_file()
out = pathlib.Path(given[given.index("-o") + 1] + ".json")
out.write_bytes((home / "answer.json").read_bytes())
"""


def answer(*issues: dict[str, Any], status: str = "") -> dict[str, Any]:
    """A report of the engine on the tiny study, with one rule."""
    fate = status or ("ISSUE REPORTED" if issues else "SUCCESS")
    return {
        "Conformance_Details": {
            "CORE_Engine_Version": "0.17.1",
            "Standard": "SDTMIG",
            "Version": "V3.4",
            "CT_Version": "sdtmct-2025-03-28",
        },
        "Dataset_Details": [{"filename": "dm.xpt"}],
        "Issue_Summary": [{"dataset": "DM", "core_id": RULE, "message": "m", "issues": 1}]
        if issues
        else [],
        "Issue_Details": [*issues],
        "Rules_Report": [
            {"core_id": RULE, "cdisc_rule_id": "CG0777", "message": "Too old", "status": fate}
        ],
    }


ISSUE = {
    "core_id": RULE,
    "message": "AGE is more than 60",
    "dataset": "DM",
    "USUBJID": "TINY01-01-002",
    "row": 2,
    "SEQ": "",
    "variables": ["AGE"],
    "values": ["61.0"],
}


@pytest.fixture
def engine(tmp_path: Path) -> Callable[[dict[str, Any]], str]:
    """The command line of an engine that gives this answer."""

    def make(given: dict[str, Any]) -> str:
        home = tmp_path / "engine"
        home.mkdir(exist_ok=True)
        (home / "core.py").write_text(ENGINE, encoding="utf-8")
        (home / "answer.json").write_text(json.dumps(given), encoding="utf-8")
        return f"{shlex.quote(sys.executable)} {shlex.quote(str(home / 'core.py'))}"

    return make


@pytest.fixture
def package(command: Command, tiny_study: Path, tmp_path: Path) -> Path:
    out = tmp_path / "out"
    assert command("build", tiny_study, "-o", out).exit_code == 0
    return out


def explain(study: Path, *entries: str) -> None:
    """Write findings.yaml with an entry for each rule (and further keys)."""
    tail = "\n  reason: Seen.\n  author: A. Author\n  date: 2024-09-01\n"
    text = "".join(f"- rule: {entry}{tail}" for entry in entries)
    (study / "findings.yaml").write_text(text, encoding="utf-8")


def test_a_package_as_published(command: Command, package: Path, content: Content) -> None:
    before = content(package)
    result = command("check", package)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].endswith("files are those of the manifest: passed")
    assert f"{HOME}: 1 file of datasets can be read: passed" in lines
    assert f"{HOME}: define.xml follows its schema: passed" in lines
    assert "CDISC CORE: not run (--core runs it)" in lines
    assert lines[-1] == "0 findings to mend or explain, 0 explained, 0 notices."
    assert content(package) == before


@pytest.mark.parametrize(
    ("rule", "file"),
    [
        ("package.changed", "reports/findings.json"),
        ("package.missing", "reports/account.html"),
        ("package.extra", "reports/notes.txt"),
    ],
)
def test_files_that_are_not_those_of_the_build(
    command: Command, package: Path, rule: str, file: str
) -> None:
    if rule == "package.missing":
        (package / file).unlink()
    else:
        with (package / file).open("a", encoding="utf-8") as stream:
            stream.write("more\n")
    result = command("check", package, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert [(f["rule"], f["scope"]) for f in report["findings"]] == [(rule, file)]
    assert report["core"] is None


def test_a_dataset_that_cannot_be_read(command: Command, package: Path) -> None:
    path = package / HOME / "dm.xpt"
    path.write_bytes(path.read_bytes()[:-7])
    result = command("check", package)
    assert result.exit_code == 1
    assert "error: package.dataset: DM" in result.stdout
    assert "dm.xpt cannot be read: it is cut short" in result.stdout


def test_a_define_that_is_none(command: Command, package: Path) -> None:
    (package / HOME / "define.xml").write_text("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    result = command("check", package)
    assert result.exit_code == 1
    assert "define.xml cannot be read: it has a DOCTYPE" in result.stdout


def test_a_folder_of_datasets_without_a_manifest(
    command: Command, package: Path, tmp_path: Path
) -> None:
    out = tmp_path / "checked"
    result = command("check", package / HOME, "-o", out)
    assert result.exit_code == 0, result.output
    assert ".: 1 file of datasets can be read: passed" in result.stdout
    assert "Expectations of 1 dataset:" in result.stdout
    report = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    assert report["status"] == "final"
    assert (out / "index.html").is_file()
    assert (out / "suites" / "dm.json").is_file()


def test_a_folder_without_a_define_is_no_clean_package(command: Command, package: Path) -> None:
    (package / HOME / "define.xml").unlink()
    result = command("check", package / HOME, "--json")
    assert result.exit_code == 1, result.output
    report = json.loads(result.stdout)
    assert [f["rule"] for f in report["findings"]] == ["package.define"]
    left = {o["check"] for o in report["rules"] if o["status"] == "not run"}
    assert {"define.xsd", "define.reference", "define.document", "define.data"} <= left


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--standard", "send"), "there is no standard 'send'; there are sdtm, adam"),
        (("--encoding", "latin-99"), "--encoding: "),
        (("-o", "inside"), "lies in the package"),
    ],
)
def test_options_that_mean_nothing_are_exit_2(
    command: Command, tmp_path: Path, options: tuple[str, str], words: str
) -> None:
    given = (options[0], tmp_path / "reports") if options[1] == "inside" else options
    result = command("check", tmp_path, *given)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["nothing", "empty", "broken"])
def test_what_is_no_package_is_refused(command: Command, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    if name != "nothing":
        folder.mkdir()
    if name == "broken":
        (folder / "manifest.json").write_text('{"study": 1}')
    result = command("check", folder)
    assert result.exit_code == 2
    assert "package" in result.stderr
    assert "Traceback" not in result.output


def test_a_package_of_another_study_is_refused(
    command: Command, package: Path, tiny_study: Path
) -> None:
    path = tiny_study / "study.yaml"
    path.write_text(path.read_text().replace("id: TINY01", "id: OTHER"))
    result = command("check", package, "--study", tiny_study)
    assert result.exit_code == 2
    assert "is a package of the study TINY01, not of OTHER" in result.stderr


def test_the_engine_finds_nothing(
    command: Command, package: Path, engine: Callable[..., str]
) -> None:
    result = command("check", package, "--core", "--core-command", engine(answer()))
    assert result.exit_code == 0, result.output
    assert "CDISC CORE 0.17.1, sdtmig 3.4: 1 rule passed, 0 failed, 0 not run." in result.stdout


def test_the_study_gives_the_raw_row_and_the_explanation(
    command: Command, package: Path, tiny_study: Path, engine: Callable[..., str]
) -> None:
    started = engine(answer(ISSUE))
    alone = command("check", package, "--core", "--core-command", started)
    assert alone.exit_code == 1
    assert f"error: {RULE}: DM.AGE" in alone.stdout
    assert "AGE is more than 60" in alone.stdout
    told = ("check", package, "--study", tiny_study, "--core", "--core-command", started)
    result = command(*told)
    assert result.exit_code == 1
    assert "raw/dm.csv, row 3, column YEARS: AGE is more than 60" in result.stdout
    explain(tiny_study, f"{RULE}\n  dataset: DM\n  scope: TINY01-01-002", "date.impossible")
    result = command(*told)
    assert result.exit_code == 0, result.output
    assert "0 findings to mend or explain, 1 explained" in result.stdout


def test_the_expectations_of_the_study_are_asked_too(
    command: Command, package: Path, tiny_study: Path
) -> None:
    text = "- {dataset: DM, says: Nobody is of age, variable: AGE, lt: 18}\n"
    (tiny_study / "expectations.yaml").write_text(text, encoding="utf-8")
    result = command("check", package, "--study", tiny_study)
    assert result.exit_code == 1
    assert "Nobody is of age" in result.output
    assert "Nobody is of age" not in command("check", package).output


def test_a_study_that_changed_since_gives_no_raw_row(
    command: Command, package: Path, tiny_study: Path, engine: Callable[..., str]
) -> None:
    raw = tiny_study / "raw" / "dm.csv"
    raw.write_text(raw.read_text().replace("01-001,F", "01-003,F"))
    told = ("--study", tiny_study, "--core", "--core-command", engine(answer(ISSUE)))
    result = command("check", package, *told)
    assert result.exit_code == 1
    assert "AGE is more than 60" in result.stdout
    assert "row 3" not in result.stdout


def build(command: Command, study: Path, *more: object) -> tuple[Result, dict[str, Any]]:
    out = study.parent / "built"
    result = command("build", study, "-o", out, *more)
    return result, json.loads((out / "reports" / "findings.json").read_text(encoding="utf-8"))


def test_a_build_with_the_engine(
    command: Command, tiny_study: Path, engine: Callable[..., str]
) -> None:
    """Its findings stand in the one report; explained there, the build is final."""
    core = ("--core", "--core-command", engine(answer(ISSUE)))
    result, report = build(command, tiny_study, *core)
    assert (result.exit_code, report["status"]) == (1, "draft")
    (found,) = (f for f in report["findings"] if f["rule"] == RULE)
    assert found["raw"] == {"file": "raw/dm.csv", "row": 3, "column": "YEARS"}
    assert found["spec"]["file"] == "sdtm/dm.yaml"
    explain(tiny_study, f"{RULE}\n  dataset: DM\n  count: 1")
    result, report = build(command, tiny_study, *core)
    assert (result.exit_code, report["status"]) == (0, "final")
    assert report["core"]["failed"] == 1
    page = (tiny_study.parent / "built" / "reports" / "index.html").read_text(encoding="utf-8")
    assert "Engine 0.17.1" in page


def test_an_explanation_is_unused_only_when_the_engine_was_asked(
    command: Command, tiny_study: Path, engine: Callable[..., str]
) -> None:
    explain(tiny_study, RULE)
    assert build(command, tiny_study)[0].exit_code == 0
    started = engine(answer())
    result, report = build(command, tiny_study, "--core", "--core-command", started)
    assert result.exit_code == 1
    left = [(f["rule"], f["value"]) for f in report["findings"] if f["state"] == "unexplained"]
    assert left == [("explain.unused", RULE)]


def test_a_rule_that_stopped_makes_a_draft(
    command: Command, tiny_study: Path, engine: Callable[..., str]
) -> None:
    started = engine(answer(status="EXECUTION ERROR"))
    result, report = build(command, tiny_study, "--core", "--core-command", started)
    assert result.exit_code == 1
    assert [o["status"] for o in report["core"]["not_passed"]] == ["not run"]
    assert "core.stopped" in result.stdout


def test_an_absent_engine_is_not_run_and_no_clean_build(command: Command, tiny_study: Path) -> None:
    core = ("--core", "--core-command", "/nowhere/no-such-engine")
    result, report = build(command, tiny_study, *core)
    assert result.exit_code == 1
    assert "CDISC CORE: not run (there is no program 'no-such-engine')" in result.stdout
    assert report["counts"]["not_run"] >= 1
    assert report["core"]["passed"] == 0
    assert [f["rule"] for f in report["findings"] if f["state"] == "unexplained"] == [
        "core.not_run"
    ]


def test_the_command_may_come_from_the_environment(
    command: Command,
    tiny_study: Path,
    engine: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CROSSWALK_CORE", engine(answer()))
    assert build(command, tiny_study)[1]["core"] is None
    result, report = build(command, tiny_study, "--core", "--json")
    assert result.exit_code == 0
    assert report["core"]["engine"] == "0.17.1"
    assert json.loads(result.stdout)["core"].startswith("CDISC CORE 0.17.1")


@pytest.mark.parametrize("wrong", [("--core-command", "'core"), ("--core-minutes", "0")])
def test_a_command_of_no_engine_is_exit_2(
    command: Command, tiny_study: Path, tmp_path: Path, wrong: tuple[str, str]
) -> None:
    result = command("build", tiny_study, "-o", tmp_path / "built", "--core", *wrong)
    assert result.exit_code == 2
    assert "of CDISC CORE is unusable" in result.stderr
    assert not (tmp_path / "built").exists()


def test_the_same_answers_give_the_same_bytes(
    command: Command, tiny_study: Path, engine: Callable[..., str], content: Content
) -> None:
    core = ("--core", "--core-command", engine(answer(ISSUE)))
    build(command, tiny_study, *core)
    first = content(tiny_study.parent / "built")
    build(command, tiny_study, *core)
    assert content(tiny_study.parent / "built") == first
