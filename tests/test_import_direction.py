"""Nothing imports to its right: mappings <- sdtm <- adam <- define <- validation <- crosswalk.

Read from the source text, so imports inside functions and for type checking count too.
The standard library and pytest suffice to run it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ORDER = ("mappings", "sdtm", "adam", "define", "validation", "crosswalk")
ROOT = Path(__file__).parents[1]


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and top-level name of every absolute import, dynamic ones with a literal name too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and node.args:
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            argument = node.args[0]
            if (
                name in {"import_module", "__import__"}
                and isinstance(argument, ast.Constant)
                and isinstance(argument.value, str)
            ):
                yield node.lineno, argument.value.partition(".")[0]


def wrong_imports(root: Path) -> list[str]:
    """Every import to the right, or of the tests, as file:line: sentence."""
    faults = []
    for position, package in enumerate(ORDER):
        forbidden = {*ORDER[position + 1 :], "tests"}
        for file in sorted((root / package).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            faults += [
                f"{file.relative_to(root).as_posix()}:{line}: {package} imports {name}"
                for line, name in imported(tree)
                if name in forbidden
            ]
    return faults


def test_nothing_imports_to_its_right() -> None:
    assert wrong_imports(ROOT) == []


def test_every_package_is_looked_at() -> None:
    for package in ORDER:
        assert (ROOT / package / "__init__.py").is_file()


@pytest.mark.parametrize(
    "line",
    [
        "import adam",
        "import adam.response as response",
        "from adam import response",
        "from define.model import Dataset",
        "def late() -> None:\n    from validation import run",
        "if TYPE_CHECKING:\n    from crosswalk import cli",
        "import importlib\nimportlib.import_module('adam.tte')",
        "from importlib import import_module\nimport_module('adam')",
        "__import__('adam')",
        "from tests import helpers",
    ],
)
def test_an_import_to_the_right_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "sdtm" / "deep").mkdir(parents=True)
    (tmp_path / "sdtm" / "deep" / "module.py").write_text(line + "\n")
    faults = wrong_imports(tmp_path)
    assert len(faults) == 1
    assert faults[0].startswith("sdtm/deep/module.py:")


@pytest.mark.parametrize(
    "line",
    ["import mappings", "from mappings.findings import Finding", "from . import terminology"],
)
def test_an_import_to_the_left_or_within_is_fine(tmp_path: Path, line: str) -> None:
    (tmp_path / "sdtm").mkdir()
    (tmp_path / "sdtm" / "module.py").write_text(line + "\n")
    assert wrong_imports(tmp_path) == []
