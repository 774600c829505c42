"""The tutorial is run as it stands: its commands, its edits, and the lines it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crosswalk.cli import app

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
EDIT = re.compile(r"<!-- edit (?P<file>\S+): (?P<old>.*) -> (?P<new>.*) -->")
APPEND = re.compile(r"<!-- append (?P<file>\S+): the yaml block above -->")


def edit(line: str) -> bool:
    match = EDIT.fullmatch(line)
    if match is None:
        return False
    file = Path(match["file"])
    text = file.read_bytes().decode("utf-8")
    assert match["old"] in text, f"the tutorial edits what is not there: {match['old']}"
    file.write_bytes(text.replace(match["old"], match["new"], 1).encode("utf-8"))
    return True


def shown_lines_follow(output: str, shown: list[str]) -> None:
    place = 0
    for line in shown:
        found = output.find(line, place)
        assert found >= 0, f"not printed (in this order): {line}\n{output}"
        place = found


def test_tutorial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    command: list[str] = []
    shown: list[str] = []
    block: list[str] = []
    inside = ""
    ran = 0
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if inside and line == "```":
            if inside == "console":
                result = runner.invoke(app, command)
                shown_lines_follow(result.output, shown)
                ran += 1
            inside = ""
        elif inside == "console" and line.startswith("$ crosswalk "):
            command, shown = line.split()[2:], []
        elif inside == "console":
            shown.append(line)
        elif inside:
            block.append(line)
        elif line.startswith("```"):
            inside, block = line[3:], []
        elif match := APPEND.fullmatch(line):
            with Path(match["file"]).open("a", encoding="utf-8") as stream:
                stream.write("\n".join(block) + "\n")
        elif line.startswith("<!--"):
            assert edit(line), line
    assert ran == 5


def test_a_line_that_is_not_printed_is_noticed() -> None:
    with pytest.raises(AssertionError, match="not printed"):
        shown_lines_follow("a\nb\n", ["b", "a"])
