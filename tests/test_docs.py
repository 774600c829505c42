"""The documentation is true: its commands exist, its Python runs, its YAML is the language.

What holds for each kind of block is said in docs/development.md. The checks are functions of a
page's text, so that tests can also prove that they find faults.
"""

from __future__ import annotations

import configparser
import csv
import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from mappings.findings import SpecificationFault
from mappings.load import load_yaml

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LANGUAGES = {"console", "python", "yaml", "json", "text"}
OTHER_PROGRAMS = {".", "pip", "pytest", "python3 -m venv", "ruff format", "ruff check"}
"""Programs of others that a page may tell the reader to run."""

Known = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Block:
    """A fenced block: the line of its fence, its language and its text."""

    line: int
    language: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """Every fenced block of the page, also one that is never closed."""
    lines = iter(enumerate(page.splitlines(), start=1))
    for number, line in lines:
        fence = re.match(r"\s*(`{3,}|~{3,})\s*(\S*)", line)
        if fence is None:
            continue
        body = []
        for _, inner in lines:
            if inner.strip() == fence[1]:
                break
            body.append(inner)
        yield Block(number, fence[2], "\n".join(body) + "\n")


def simple_commands(text: str) -> Iterator[list[str]]:
    """The commands after `$ `, continued lines joined, `&&`, `;` and pipes taken apart."""
    for line in text.replace("\\\n", " ").splitlines():
        if not line.startswith("$ "):
            continue
        words = shlex.split(line[2:], comments=True)
        command: list[str] = []
        for word in [*words, "&&"]:
            if word in {"&&", "||", ";", "|"}:
                yield command
                command = []
            else:
                command.append(word)


def commands_of(app: typer.Typer) -> dict[str, Any]:
    """The commands of an application by name; those of a group by both words."""
    found: dict[str, Any] = {}
    for name, command in vars(typer.main.get_command(app))["commands"].items():
        below = vars(command).get("commands", {})
        found |= {f"{name} {n}": c for n, c in below.items()} if below else {name: command}
    return found


@cache
def commands() -> dict[str, Any]:
    """The commands of `crosswalk` by name."""
    return commands_of(pytest.importorskip("crosswalk.cli").app)


def crosswalk_faults(words: list[str], known: Known) -> Iterator[str]:
    """What is wrong with the words after `crosswalk`."""
    if not words or words[0] in {"--help", "--version"}:
        return
    both = " ".join(words[:2])
    if both in known():
        words = [both, *words[2:]]
    command = known().get(words[0])
    if command is None:
        yield f"there is no command 'crosswalk {words[0]}'"
        return
    options = {
        spelling: parameter
        for parameter in command.params
        if parameter.param_type_name == "option"
        for spelling in (*parameter.opts, *parameter.secondary_opts)
    }
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    given = 0
    rest = iter(words[1:])
    for word in rest:
        if not word.startswith("-") or word == "-":
            given += 1
            continue
        name, equals, _ = word.partition("=")
        if name == "--help":
            return
        if name not in options:
            yield f"'crosswalk {words[0]}' has no option {name}"
        elif not (options[name].is_flag or equals) and next(rest, None) is None:
            yield f"'crosswalk {words[0]} {name}' lacks its value"
    least = sum(p.required for p in arguments)
    most = len(arguments) if all(p.nargs == 1 for p in arguments) else given
    if not least <= given <= most:
        yield f"'crosswalk {words[0]}' takes {least} to {most} arguments, not {given}"


def tox_faults(words: list[str]) -> Iterator[str]:
    """Environments named after `tox` or `tox run -e` that tox.ini does not have."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "tox.ini")
    known = set(re.split(r"[,\s]+", settings["tox"]["env_list"].strip()))
    known |= {n.removeprefix("testenv:") for n in settings.sections() if n.startswith("testenv:")}
    if words and (words[:2] != ["run", "-e"] or len(words) != 3):
        yield f"write 'tox' or 'tox run -e NAME', not 'tox {' '.join(words)}'"
    elif words:
        yield from (
            f"tox.ini has no environment {n}" for n in words[2].split(",") if n not in known
        )


def console_faults(text: str, known: Known = commands) -> Iterator[str]:
    """What is wrong with the commands of a console block."""
    found = list(simple_commands(text))
    if not found:
        yield "no command: a line to be typed begins with '$ '"
    for words in found:
        line = " ".join(words)
        if words[:1] == ["crosswalk"]:
            yield from crosswalk_faults(words[1:], known)
        elif words[:1] == ["tox"]:
            yield from tox_faults(words[1:])
        elif not any(line == p or line.startswith(f"{p} ") for p in OTHER_PROGRAMS):
            yield f"'{line}' is not checked by this test: add its program, or its check"


def raw_columns(form: str) -> set[str] | None:
    """The header of a raw form of the reference study; None when it is not one of them."""
    file = ROOT / "mappings" / "cea_cart" / "raw" / "edc" / f"{form}.csv"
    if not file.is_file():
        return None
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return set(next(csv.reader(stream)))


def yaml_faults(text: str, folder: Path) -> Iterator[str]:
    """What is wrong with a YAML block: language, schema, columns of the reference study."""
    file = folder / "example.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        document = load_yaml(file)
    except SpecificationFault as fault:
        yield str(fault)
        return
    data = document.data
    if not isinstance(data, dict) or "target" not in data:
        return
    schemas = pytest.importorskip("mappings.schemas")
    name = "adam" if data["target"].startswith("AD") else "sdtm"
    yield from map(str, schemas.check_schema(document, name))
    columns = raw_columns(str(data.get("from")))
    if columns is None:
        return
    for part in ("vars", "supp"):
        for variable, rule in data.get(part, {}).items():
            for verb in ("copy", "map", "num", "date"):
                named = rule.get(verb, [])
                for column in [named] if isinstance(named, str) else named:
                    if column not in columns:
                        yield f"{variable}: form {data['from']} has no column {column}"


def python_faults(page: str, where: str) -> Iterator[str]:
    """The first fault of the page's Python blocks, run in order in one namespace."""
    namespace: dict[str, object] = {"__name__": "documentation"}
    for block in blocks(page):
        if block.language == "python":
            try:
                exec(compile("\n" * block.line + block.text, where, "exec"), namespace)
            except Exception as error:
                yield f"{where}:{block.line}: {type(error).__name__}: {error}"
                return


def block_faults(page: str, where: str, folder: Path) -> Iterator[str]:
    """Faults of all blocks but the Python ones."""
    for block in blocks(page):
        found: list[str] = []
        if block.language not in LANGUAGES:
            found = [f"a block of kind '{block.language}'; there are {sorted(LANGUAGES)}"]
        elif block.language == "console":
            found = list(console_faults(block.text))
        elif block.language == "yaml":
            found = list(yaml_faults(block.text, folder))
        elif block.language == "json":
            try:
                json.loads(block.text)
            except ValueError as error:
                found = [str(error)]
        yield from (f"{where}:{block.line}: {fault}" for fault in found)


def link_faults(page: Path) -> Iterator[str]:
    """Links of the page to files that are not there."""
    text = re.sub(r"(`{3,}).*?\1|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        if not (page.parent / target.partition("#")[0]).exists():
            yield f"{page.name}: the link to {target} hits nothing"


def identify(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=identify)
def test_blocks_are_true(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert list(block_faults(text, identify(page), tmp_path)) == []


@pytest.mark.parametrize("page", PAGES, ids=identify)
def test_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(python_faults(page.read_text(encoding="utf-8"), identify(page))) == []


@pytest.mark.parametrize("page", PAGES, ids=identify)
def test_links_hit_a_file(page: Path) -> None:
    assert list(link_faults(page)) == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {p.relative_to(ROOT / "docs").as_posix() for p in (ROOT / "docs").rglob("*.md")}
    assert [page for page in sorted(pages - {"index.md"}) if f"]({page})" not in index] == []


def test_every_command_is_documented_and_has_help() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name, command in commands().items():
        assert command.help, f"'crosswalk {name}' has no help"
        assert f"crosswalk {name}" in text, f"no page mentions 'crosswalk {name}'"
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, f"'crosswalk {name} {parameter.opts[0]}' has no help"


def test_exit_codes_stand_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d) \|", readme, flags=re.MULTILINE) == ["0", "1", "2", "3"]


def test_the_study_is_called_fictitious() -> None:
    assert "FICTITIOUS" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("```console\n$ tox run -e nonesuch\n```\n", "no environment nonesuch"),
        ("```console\n$ tox -q\n```\n", "write 'tox'"),
        ("```console\n$ curl x\n```\n", "not checked by this test"),
        ("```console\ncrosswalk build\n```\n", "begins with '$ '"),
        ("```sh\nls\n```\n", "a block of kind 'sh'"),
        ("```\nls\n```\n", "a block of kind ''"),
        ("```json\n{,}\n```\n", "double quotes"),
        ("```yaml\na: 1\na: 2\n```\n", "twice"),
        ("```yaml\na: [1\n```\n", "not valid YAML"),
    ],
)
def test_a_wrong_block_is_found(page: str, fault: str, tmp_path: Path) -> None:
    found = list(block_faults(page, "page.md", tmp_path))
    assert len(found) == 1
    assert found[0].startswith("page.md:1: ")
    assert fault in found[0]


def small_app() -> dict[str, Any]:
    app = typer.Typer()

    @app.command()
    def build(study: str, out: str = typer.Option("", "-o", "--out"), quiet: bool = False) -> None:
        """Build."""

    @app.command()
    def lint(study: str = "") -> None:
        """Lint."""

    return commands_of(app)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("crosswalk biuld study", "no command"),
        ("crosswalk build", "arguments"),
        ("crosswalk build one two", "arguments"),
        ("crosswalk build study --nonesuch", "no option --nonesuch"),
        ("crosswalk build study -o", "lacks its value"),
        ("pip install . && crosswalk biuld", "no command"),
    ],
)
def test_a_wrong_command_is_found(line: str, fault: str) -> None:
    found = list(console_faults(f"$ {line}\n", small_app))
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    "line",
    [
        "crosswalk --help",
        "crosswalk build study",
        "crosswalk build -o out study --quiet",
        "crosswalk build study --out=out --no-quiet",
        "crosswalk build --help",
        "pip install . && crosswalk build study  # a comment",
    ],
)
def test_a_right_command_passes(line: str) -> None:
    assert list(console_faults(f"$ {line}\n", small_app)) == []


def test_python_that_fails_is_found_with_its_line() -> None:
    page = "text\n\n```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n"
    assert list(python_faults(page, "page.md")) == ["page.md:7: AssertionError: "]


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](page.md) [b](gone.md) [c](https://example.org) `[d](code.md)`\n")
    assert list(link_faults(page)) == ["page.md: the link to gone.md hits nothing"]
