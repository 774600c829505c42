"""The page on comparing is run as it stands: its files, its commands and what they print."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from crosswalk.build import build
from crosswalk.cli import app
from validation.compare.model import ATTRIBUTES
from validation.compare.table import ENDINGS

PAGE = Path(__file__).parents[1] / "docs" / "howto-compare.md"


def test_the_commands_of_the_page(
    tiny: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = re.findall(r"`((?:main|qc)/adsl\.csv)`", page)
    tables = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    for name, text in zip(names, tables, strict=True):
        Path(name).parent.mkdir()
        Path(name).write_text(text, encoding="utf-8")
    study = tiny.write(tmp_path / "study", tiny.FILES)
    for _ in range(2):
        build(study, tmp_path / "out" / "tiny")
    codes = []
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for command in block.split("$ ")[1:]:
            line, _, shown = command.partition("\n")
            result = CliRunner().invoke(app, shlex.split(line)[1:])
            codes.append(result.exit_code)
            if shown:
                assert result.output == shown
            if "--json" in line:
                assert json.loads(result.stdout)["equal"] is False
            if "tiny" in line:
                assert "EQUAL: all" in result.output
    assert codes == [1, 0, 1, 1]
    assert Path("difference.html").is_file()


def test_what_the_page_lists_exists() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for word in (*ENDINGS, *ATTRIBUTES):
        assert f"`{word}`" in page or f"`--ignore {word}`" in page
