"""The command line: help, version, JSON, lint, example, and the four exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

import crosswalk.build
from crosswalk.version import version

Command = Callable[..., Result]
Content = Callable[[Path], dict[str, bytes]]


def test_version(command: Command) -> None:
    result = command("--version")
    assert (result.exit_code, result.output) == (0, f"crosswalk {version()}\n")


def test_help(command: Command) -> None:
    result = command("--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage: crosswalk [OPTIONS] COMMAND [ARGS]...")
    for name in ("build", "lint", "example"):
        assert f"\n  {name} " in result.output


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("build", ["--out", "-o", "--json", "--debug", "Exit code 0", "draft"]),
        ("lint", ["--json", "--debug", "No data are read"]),
        ("example", ["New folder to lay it out in", "cea_cart"]),
    ],
)
def test_help_of_a_command(command: Command, name: str, words: list[str]) -> None:
    result = command(name, "--help")
    assert result.exit_code == 0
    for word in words:
        assert word in result.output


@pytest.mark.parametrize(
    "arguments", [["buid"], ["build"], ["build", ".", "--ot", "x"], ["lint", ".", "more"]]
)
def test_a_wrong_command_line_is_exit_2(command: Command, arguments: list[str]) -> None:
    result = command(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_no_arguments_show_the_help(command: Command) -> None:
    assert "Usage: crosswalk" in command().output


def test_lint(command: Command, tiny_study: Path, content: Content) -> None:
    before = content(tiny_study)
    result = command("lint", tiny_study)
    assert (result.exit_code, result.stdout) == (0, "TINY01: 1 module without a fault (DM)\n")
    assert content(tiny_study) == before


def test_lint_reads_no_data(command: Command, tiny_study: Path) -> None:
    """A row that cannot be read is the build's fault to tell, not lint's."""
    with (tiny_study / "raw" / "dm.csv").open("a") as stream:
        stream.write("01-003\n")
    assert command("lint", tiny_study).exit_code == 0
    assert command("build", tiny_study, "-o", tiny_study.parent / "out").exit_code == 2


def test_lint_as_json(command: Command, tiny_study: Path) -> None:
    result = command("lint", tiny_study, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"faults": [], "warnings": []})


def test_created_that_nobody_has_set(command: Command, tiny_study: Path, tmp_path: Path) -> None:
    """What 'crosswalk init' had to leave open is told until it is set, and keeps a draft."""
    page = tiny_study / "study.yaml"
    text = re.sub(r"created: .*", "created: 2000-01-01T00:00:00", page.read_text())
    page.write_text(text)
    said = (
        "'created' is still 2000-01-01T00:00:00, which 'crosswalk init' writes because it reads no "
        "clock. Set the date and time that the package carries."
    )
    line = text.splitlines().index("created: 2000-01-01T00:00:00") + 1
    place = f"study.yaml:{line}:10: "
    result = command("lint", tiny_study)
    assert result.exit_code == 0
    told = result.stdout.splitlines()
    assert told[0] == f"warning: {tiny_study.as_posix()}/{place}{said}"
    (warning,) = json.loads(command("lint", tiny_study, "--json").stdout)["warnings"]
    assert (warning["rule"], warning["line"]) == ("study.created", line)
    built = command("build", tiny_study, "-o", tmp_path / "out")
    assert built.exit_code == 1
    assert f"warning: study.created: {place}{said}" in built.stdout.splitlines()


def test_build_final_and_draft(command: Command, tiny_study: Path, tmp_path: Path) -> None:
    """Exit 0 and final; with one value that no term covers exit 1, draft, and a finding."""
    out = tmp_path / "[1] :100: out"
    result = command("build", tiny_study, "-o", out)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == f"Status final: {out.as_posix()}"
    assert "0 findings to mend or explain" in result.stdout
    assert json.loads((out / "manifest.json").read_text())["status"] == "final"
    raw = tiny_study / "raw" / "dm.csv"
    raw.write_text(raw.read_text().replace(",F,", ",X,"))
    result = command("build", tiny_study, "-o", out)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == f"Status draft: {out.as_posix()}"
    assert (
        "error: map.unmapped: DM.SEX: raw/dm.csv, row 2, column SEX: the value 'X'" in result.stdout
    )
    assert json.loads((out / "manifest.json").read_text())["status"] == "draft"
    kept = out.with_name(out.name + ".previous")
    assert json.loads((kept / "manifest.json").read_text())["status"] == "final"


def test_build_as_json(command: Command, tiny_study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = command("build", tiny_study, "-o", out, "--json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["study"] == "TINY01"
    assert (said["status"], said["out"]) == ("final", out.as_posix())
    assert said["datasets"] == [{"name": "DM", "records": 2, "subjects": 2}]
    assert set(said["findings"]) == {"unexplained", "explained", "notices"}
    assert said["findings"]["unexplained"] == 0


def test_the_default_output_folder(
    command: Command, tiny_study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("build", tiny_study).exit_code == 0
    assert (tmp_path / "out" / "tiny01" / "manifest.json").is_file()


def test_a_fault_of_ours_is_exit_3(
    command: Command,
    tiny_study: Path,
    last_good: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("[bold] a :bug:")

    monkeypatch.setattr(crosswalk.build, "run_sdtm", broken)
    before = content(last_good.parent)
    result = command("build", tiny_study, "-o", last_good)
    assert result.exit_code == 3
    assert result.stderr.splitlines()[-2:] == [
        "A fault of Crosswalk itself, not of your study: RuntimeError: [bold] a :bug:",
        "Nothing was written. Run it again with --debug and report what it prints.",
    ]
    assert "Traceback" not in result.stderr
    assert content(last_good.parent) == before
    assert "Traceback" in command("build", tiny_study, "-o", last_good, "--debug").stderr


def test_stopped_by_the_user(
    command: Command,
    tiny_study: Path,
    last_good: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(crosswalk.build, "run_rules", stopped)
    before = content(last_good.parent)
    result = command("build", tiny_study, "-o", last_good)
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "Stopped; nothing was written."
    assert content(last_good.parent) == before


def test_example(command: Command, tmp_path: Path, reference_study: Path) -> None:
    folder = tmp_path / "deep" / "study"
    result = command("example", "cea_cart", folder)
    assert (result.exit_code, result.stdout) == (
        0,
        f"Laid out in {folder.as_posix()}. Next: crosswalk build {folder.as_posix()}\n",
    )
    laid = {p.relative_to(folder) for p in folder.rglob("*") if p.is_file()}
    there = {
        p.relative_to(reference_study)
        for p in reference_study.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert laid == there
    assert command("lint", folder).exit_code == 0


def test_example_refuses(command: Command, tmp_path: Path) -> None:
    result = command("example", "cea_card", tmp_path / "study")
    assert result.exit_code == 2
    assert result.stderr == "There is no example 'cea_card'; there is cea_cart.\n"
    result = command("example", "cea_cart", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path} is there already; name a new folder.\n"
    (tmp_path / "file").touch()
    result = command("example", "cea_cart", tmp_path / "file" / "study")
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path / 'file' / 'study'} cannot be written: Not a directory\n"


def test_example_leaves_no_half(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, folder: Path, **__: object) -> None:
        folder.mkdir()
        (folder / "study.yaml").touch()
        raise shutil.Error([("a", "b", "No space left on device")])

    monkeypatch.setattr(shutil, "copytree", full)
    folder = tmp_path / "study"
    result = command("example", "cea_cart", folder)
    assert result.exit_code == 2
    assert result.stderr == f"{folder} cannot be written: No space left on device\n"
    assert not folder.exists()


def test_a_terminal_without_our_letters(tiny_study: Path, tmp_path: Path) -> None:
    """A name that the terminal cannot show never fails a build that is done."""
    study = tiny_study / "study.yaml"
    text = study.read_text(encoding="utf-8").replace("Two subjects", "Deux sujets traités")
    study.write_text(text, encoding="utf-8")
    paths = os.pathsep.join(str(Path(p or ".").resolve()) for p in sys.path)
    done = subprocess.run(
        [sys.executable, "-m", "crosswalk", "build", str(tiny_study), "-o", "out"],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"Status final: out" in done.stdout
