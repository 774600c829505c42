"""The page on ADaM from finished SDTM is run as it stands: its commands and what they print."""

from __future__ import annotations

import shlex
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from crosswalk.build import make_package, publish
from crosswalk.cli import app
from define import finished
from mappings import sdtm_folder

PAGE = Path(__file__).parents[1] / "docs" / "howto-adam-only.md"


def console(page: str) -> list[tuple[list[str], list[str]]]:
    """Each command of the page's console blocks with the lines shown below it."""
    found: list[tuple[list[str], list[str]]] = []
    inside = False
    for line in page.splitlines():
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ crosswalk "):
            found.append((shlex.split(line)[2:], []))
        elif inside:
            found[-1][1].append(line)
    return found


def test_the_commands_of_the_page(
    tiny: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(make_package(tiny.write(tmp_path / "raw", tiny.FILES)), tmp_path / "package")
    (tmp_path / "package/m5/datasets/tiny/tabulations/sdtm").rename(tmp_path / "sdtm")
    monkeypatch.chdir(tmp_path)
    commands = console(PAGE.read_text(encoding="utf-8"))
    assert [command[0] for command, _ in commands] == ["init", "lint", "build"]
    for command, shown in commands:
        result = CliRunner().invoke(app, command)
        assert result.exit_code in (0, 1), result.output
        printed = " ".join(result.output.split())
        for line in shown:
            assert line in printed, result.output
    # The lines of the page that show what is proposed stand in the file.
    text = (tmp_path / "ab01/adam/adsl.yaml").read_text(encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    block = page[page.index("```text\n") + len("```text\n") :]
    for line in block[: block.index("```")].splitlines():
        assert line in text, line


def test_what_the_page_lists_exists() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in sdtm_folder.FORMATS:
        assert f"`{name}`" in page
    rules = ("sdtm.folder", "sdtm.dm", "sdtm.type", "sdtm.special", "supp.merge")
    files = sorted(Path(finished.__file__).parent.glob("*.py"))
    source = "".join(f.read_text(encoding="utf-8") for f in files)
    for rule in rules:
        assert f"`{rule}`" in page
        assert f'"{rule}"' in source
    for rule in ("sdtm.key", "sdtm.module"):
        assert f"`{rule}`" in page
        assert f'"{rule}"' in Path(sdtm_folder.__file__).read_text(encoding="utf-8")
