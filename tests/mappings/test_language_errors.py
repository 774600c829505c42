"""Every fault of a rule or a module that the manual names, with its exact message.

The page docs/faults.md is the table of cases: each row of a table is one rule, each pair of blocks
one module, and beside it stands what the user reads.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from mappings.findings import SpecificationFault
from mappings.schemas import check_schema

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
ROW = re.compile(r"\| `(?P<rule>.*?)` \| (?P<told>`.*`) \|")
PAIR = re.compile(r"```text\n(?P<module>target:.*?)```\n+```text\n(?P<told>.*?)```", re.DOTALL)
FORMS = {"ae": ("A", "B", "C"), "ex": ("USUBJID", "EXID", "DAT")}


def nearest(frame: pd.DataFrame) -> pd.Series[str]:
    """A function that a study registers."""
    return frame.iloc[:, 0]


def rules() -> list[tuple[str, list[str]]]:
    page = PAGE.read_text(encoding="utf-8")
    return [(m["rule"], re.findall(r"`(.*?)`(?:<br>|$)", m["told"])) for m in ROW.finditer(page)]


def modules() -> list[tuple[str, list[str]]]:
    page = PAGE.read_text(encoding="utf-8")
    return [(m["module"], m["told"].splitlines()) for m in PAIR.finditer(page)]


def told(bench: Bench, text: str) -> list[str]:
    bench.functions["nearest"] = nearest
    data = {name: bench.form({c: [] for c in columns}, name) for name, columns in FORMS.items()}
    try:
        # What breaks the schema is not compiled, as in a study.
        broken = check_schema(bench.document(text), "sdtm")
        return [str(f) for f in broken or bench.compile(text, data)[1]]
    except SpecificationFault as fault:
        return [str(f) for f in fault.findings]


@pytest.mark.parametrize(("rule", "expected"), rules(), ids=[r for r, _ in rules()])
def test_a_rule(bench: Bench, rule: str, expected: list[str]) -> None:
    text = f"target: AE\nfrom: ae\nkeys: [USUBJID]\nvars:\n  {rule}\n"
    assert told(bench, text) == expected


@pytest.mark.parametrize(("text", "expected"), modules())
def test_a_module(bench: Bench, text: str, expected: list[str]) -> None:
    assert told(bench, text) == expected


def test_the_page_has_cases() -> None:
    assert len(rules()) > 60
    assert len(modules()) > 12
