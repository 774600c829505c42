"""Vectorised only: no row-wise apply and no loop over the rows of a frame, by the source text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGES = ("mappings", "sdtm", "adam", "define", "validation", "crosswalk")
ROOT = Path(__file__).parents[1]
LOOPS = ("iterrows", "itertuples", "applymap")


def is_rowwise(call: ast.Call) -> str:
    """What the call does row by row, "" when it does not."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in LOOPS:
        return name
    if name not in ("apply", "agg", "aggregate", "transform"):
        return ""
    axis = [k.value for k in call.keywords if k.arg == "axis"]
    axis += call.args[1:2] if name == "apply" else []
    rows = [a for a in axis if isinstance(a, ast.Constant) and a.value in (1, "columns")]
    return f"{name} over rows" if rows else ""


def faults(root: Path, packages: tuple[str, ...] = PACKAGES) -> list[str]:
    """Every row-wise call below the packages, as file:line: what."""
    found = []
    for package in packages:
        for file in sorted((root / package).rglob("*.py")):
            if "generator" in file.parts:
                continue
            name = file.relative_to(root).as_posix()
            found += [
                f"{name}:{node.lineno}: {what}"
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.Call) and (what := is_rowwise(node))
            ]
    return found


def test_no_step_goes_row_by_row() -> None:
    assert faults(ROOT) == []


def test_every_package_is_looked_at() -> None:
    for package in PACKAGES:
        assert (ROOT / package / "__init__.py").is_file()


@pytest.mark.parametrize(
    "line",
    [
        "frame.apply(f, axis=1)",
        "frame.apply(f, axis='columns')",
        "frame.apply(f, 1)",
        "frame[['A', 'B']].agg('-'.join, axis=1)",
        "for _, row in frame.iterrows(): pass",
        "rows = [r.A for r in frame.itertuples()]",
        "frame.applymap(str)",
    ],
)
def test_a_row_wise_line_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "sdtm").mkdir()
    (tmp_path / "sdtm" / "slow.py").write_text(line + "\n")
    (fault,) = faults(tmp_path, ("sdtm",))
    assert fault.startswith("sdtm/slow.py:1: ")


@pytest.mark.parametrize("line", ["frame.apply(f)", "frame.apply(f, axis=0)", "column.map(table)"])
def test_other_lines_are_fine(tmp_path: Path, line: str) -> None:
    (tmp_path / "sdtm").mkdir()
    (tmp_path / "sdtm" / "fast.py").write_text(line + "\n")
    assert faults(tmp_path, ("sdtm",)) == []
