"""The reference manual is up to date, says every key, and its examples are what happens."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from adam.verbs import Tables, adam_verbs
from adam.verbs.shared import holds_numbers
from define.languages.sentences import in_chinese
from mappings.compile import compile_module
from mappings.findings import SpecPlace
from mappings.load import load_yaml
from mappings.modules import Workshop
from mappings.names import Source
from mappings.reference import keys, page, verbs
from mappings.reference_examples import CALLED, EXAMPLES, Example
from mappings.registry import study_functions
from mappings.run import run_late, run_module
from mappings.schemas import SCHEMAS, check_schema, schema
from mappings.scope import Report
from mappings.verbs import verbs as all_verbs
from sdtm.terminology import sdtm_terminology
from tests.mappings.conftest import FakeTarget

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"
REFERENCE_DAY = pd.Timestamp(2024, 3, 15).toordinal() - pd.Timestamp(1960, 1, 1).toordinal()


def test_the_page_is_what_the_schemas_say() -> None:
    remedy = "run: python -m mappings.reference > docs/reference.md"
    assert PAGE.read_text(encoding="utf-8") == page(), remedy


def described(part: Any, path: str = "") -> list[str]:
    """Keys without a description, in all of a schema."""
    found: list[str] = []
    if isinstance(part, dict):
        for key, value in part.get("properties", {}).items():
            if "description" not in value:
                found.append(f"{path}.{key}")
        for key, value in part.items():
            found += described(value, f"{path}.{key}")
    return found


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_has_a_description(name: str) -> None:
    assert described(schema(name)) == []


def test_every_key_stands_on_the_page() -> None:
    shown = page()
    for name in ("sdtm", "adam", "study", "findings"):
        for path, _, text, _ in keys(schema(name)):
            if not path.startswith("raw.defaults."):
                assert f"`{path}`" in shown
            assert text.replace("|", "\\|") in shown


def test_defaults_have_no_key_that_forms_lack() -> None:
    rows = [r[0] for r in keys(schema("study"))]
    default = {r.removeprefix("raw.defaults.") for r in rows if r.startswith("raw.defaults.")}
    assert default <= {r.removeprefix("raw.forms.NAME.") for r in rows}


def test_every_verb_has_an_example() -> None:
    assert {e.verb for e in EXAMPLES} == set(verbs())


def shown(value: Any) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.15g}"
    return str(value)


class Target(FakeTarget):
    """Knows the variables of ADaM too."""

    def known(self, variable: str) -> bool:
        return super().known(variable) or holds_numbers(variable) is not None


def cells(texts: list[str], column: str, example: Example) -> list[Any]:
    """Cells as the rules meet them: what ADaM has as numbers are numbers."""
    if not example.adam or not holds_numbers(column):
        return texts
    return [float(t) if t else math.nan for t in texts]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.verb}-{e.title[:20]}")
def test_an_example_gives_what_the_page_shows(bench: Bench, example: Example) -> None:
    (bench.folder / "derive.py").write_text(CALLED, encoding="utf-8")
    rules = "".join(f"  {line}\n" for line in example.rules.splitlines())
    name = "adam/adae.yaml" if example.adam else "sdtm/ae.yaml"
    head = "structure: OCCDS\n" if example.adam else ""
    text = f"target: {'ADAE' if example.adam else 'AE'}\n{head}from: ae\nkeys: [USUBJID]\n"
    path = bench.folder / name
    path.parent.mkdir()
    path.write_text(f"{text}vars:\n{rules}", encoding="utf-8")
    document = load_yaml(path, name)
    assert check_schema(document, path.parent.name) == []
    tables: Mapping[str, tuple[Mapping[str, str], ...]] = {"ae": example.rows, **example.others}
    data = {
        form: bench.form({c: cells([row[c] for row in rows], c, example) for c in rows[0]}, form)
        for form, rows in tables.items()
    }
    sources = {n: Source(n, tuple(str(c) for c in f)) for n, f in data.items()}
    windows = Tables(example.tables, SpecPlace)
    known = all_verbs(adam_verbs(REFERENCE_DAY + 365.0, windows) if example.adam else None)
    functions = study_functions(bench.folder)
    workshop = Workshop(sources, sdtm_terminology(), functions, known, bench.folder)
    module, faults = compile_module(document, Target("AE", extensible=True), workshop)
    assert [str(f) for f in faults] == []
    rules_made = [rule for block in module.blocks for rule in (*block.rules, *block.after)]
    said = [rule.sentence() for rule in rules_made if not rule.method]
    assert [s for s in said if in_chinese(s, {}) is None] == []
    report = Report({form: f"raw/{form}.csv" for form in data})

    def numeric(variable: str) -> bool | None:
        if example.adam:
            return holds_numbers(variable)
        return variable.endswith(("DY", "DT")) or variable == "AEPTCD"

    frame = run_module(module, data, report, numeric, ("USUBJID",)).frame
    frame = frame.assign(_reference=float(REFERENCE_DAY))
    frame = run_late(module, frame, data, report, numeric)
    for variable, values in example.gives.items():
        assert [shown(v) for v in frame[variable].tolist()] == list(values), variable
    assert tuple(dict.fromkeys(f.rule for f in report.findings)) == example.finds
