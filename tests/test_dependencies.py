"""Dependencies: each declared, each with one reason, and nothing imported beyond them."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGES = ("mappings", "sdtm", "adam", "define", "validation", "crosswalk")
MODULES = {
    "ruamel": "ruamel-yaml",
    "great_expectations": "great-expectations",
    "markupsafe": "jinja2",  # jinja2's own companion: texts that are escaped already
    "referencing": "jsonschema",  # jsonschema's own companion: its `registry` argument needs it
}
"""Import name -> distribution, where the two differ."""


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    about = project()["project"]
    extras = [d for group in about["optional-dependencies"].values() for d in group]
    return {normal(re.split(r"[<>=!~ \[;]", d)[0]) for d in (*about["dependencies"], *extras)}


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_every_dependency_has_one_reason() -> None:
    page = (ROOT / "docs" / "adr" / "0007-dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w.-]+) \| (?!the one reason)(.+) \|$", page, flags=re.MULTILINE)
    assert sorted(normal(name) for name, _ in rows) == sorted(declared())
    assert len({reason for _, reason in rows}) == len(rows)


def test_nothing_undeclared_is_imported() -> None:
    known = {*sys.stdlib_module_names, *PACKAGES}
    wrong = [
        f"{file.relative_to(ROOT).as_posix()}: {name}"
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
        for name in sorted(imports(file) - known)
        if normal(MODULES.get(name, name)) not in declared()
        and not (file.parent / f"{name}.py").is_file()  # a script's neighbour
    ]
    assert wrong == []


def test_pre_commit_uses_the_ruff_of_the_gate() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (wanted,) = project()["dependency-groups"]["lint"]
    assert set(re.findall(r'"(ruff[^"]*)"', hooks)) == {wanted}
