"""The rules in docs/adam.md compile, and its first ADSL and its query come out as told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

PAGE = Path(__file__).parents[2] / "docs" / "adam.md"
BLOCKS = re.findall(r"(?ms)^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"))
RULES = [b for b in BLOCKS if "target:" not in b and "tables:" not in b]
COLUMNS = (
    *("AESTDTC", "AEENDTC", "AEDECOD", "AESOC", "AESEQ", "AEDLT", "ATOXGRN", "RFXSTDTC", "DTHDTC"),
    *("TRTSDT", "TRTSDTM", "TRTEDT", "NACTDT", "AP02SDT", "LSTALVDT"),
    *("TRTEMFL", "ADT", "AVAL", "ABLFL", "PARAMCD", "AVISITN"),
)
TABLES = {
    "hemorrhage": [{"term": "Epistaxis", "query": "HEMORRHAGE"}],
    "smq": [{"code": "1", "term": "Epistaxis", "query": "HEMORRHAGE", "scope": "NARROW"}],
}
HEAD = "target: ADAE\nfrom: AE\nkeys: [USUBJID]\n"


def names(block: str) -> list[str]:
    loaded: dict[str, Any] = YAML(typ="safe").load(block)
    return list(loaded)


@pytest.mark.parametrize("block", RULES, ids=lambda b: names(b)[0])
def test_rules_of_the_page_compile(rules: Any, bds: Any, block: str) -> None:
    bench = bds if "BASE" in block else rules
    made = names(block)
    # What an earlier block made is there as a column, unless this one makes it itself.
    earlier = [n for b in RULES[: RULES.index(block)] for n in names(b)]
    columns = [n for n in (*COLUMNS, *earlier) if n not in made]
    block = re.sub(r"ADAE\.(\w+)", lambda m: m[0] if m[1] in made else m[1], block)
    assert bench.faults(block, sorted(set(columns)), TABLES, HEAD) == []


def test_there_are_examples_of_every_verb() -> None:
    text = "".join(BLOCKS) + PAGE.read_text(encoding="utf-8")
    for verb in ("flag", "group", "calc", "span", "window", "emergent", "day", "date", "lookup"):
        assert f"{{{verb}: " in text or f"\n  {verb}: " in text, verb


def test_the_first_adsl_is_built(build: Any) -> None:
    """In the tiny study, which has no lesions: a table stands for TU."""
    module = next(b for b in BLOCKS if "target: ADSL" in b)
    tables = "  lesions:\n    - {USUBJID: TINY-01-001, TULNKID: T1, TUSTRESC: TARGET}\n"
    changes = {
        "study.yaml": [("tables:\n", "tables:\n" + tables)],
        "adam/adsl.yaml": module.replace("lookup: TU", "lookup: lesions"),
        **dict.fromkeys(("adam/adae.yaml", "adam/adrs.yaml", "adam/adtte.yaml")),
    }
    made = build(changes, adam=True)
    adsl = made["ADSL"]
    assert adsl["FASFL"].tolist() == ["Y", "N", "N"]
    assert adsl["AGEGR1"].tolist() == ["<65", "<65", "<65"]
    assert adsl["TRTDURD"].fillna(0).tolist() == [1, 1, 0]
    assert [f.rule for f in made.findings if f.dataset == "ADSL"] == []


def test_a_customised_query(build: Any) -> None:
    terms = "".join(f"    - {{term: {t}, query: FEVER}}\n" for t in ("Pyrexia", "Chills"))
    rule = "  CQ01NAM: {lookup: feverish, by: {AEDECOD: term}, get: query}\n"
    changes = {
        "study.yaml": [("tables:\n", "tables:\n  feverish:\n" + terms)],
        "adam/adae.yaml": [("  TRTEMFL:", rule + "  TRTEMFL:")],
    }
    adae = build(changes, adam=True)["ADAE"]
    assert dict(zip(adae["AEDECOD"], adae["CQ01NAM"], strict=True)) == {
        "Headache": "",
        "Fatigue": "",
        "Pyrexia": "FEVER",
        "Cough": "",
    }
