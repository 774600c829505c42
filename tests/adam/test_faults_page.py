"""Every fault of an analysis module that docs/faults-adam.md shows, with its words."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from adam.plan import plan_adam
from mappings.findings import SpecificationFault
from mappings.study import read_study

PAGE = (Path(__file__).parents[2] / "docs" / "faults-adam.md").read_text(encoding="utf-8")
VERBS, PARAMETERS = PAGE.split("\n## Parameters", 1)
SECTION = re.compile(r"^### (?P<verb>\w+)\n(?P<rows>.*?)(?=^###|\Z)", re.MULTILINE | re.DOTALL)
RULE = re.compile(r"^\| `(?P<rule>[^`]+)` \| (?P<told>`.*`) \|$", re.MULTILINE)
CHANGE = re.compile(r"^\| `(?P<old>[^`]+)` \| `(?P<new>[^`]*)` \| (?P<told>`.*`) \|$", re.MULTILINE)
FILE = re.compile(r"```yaml\n# (?P<name>\S+)\n(?P<text>.*?)```", re.DOTALL)

RULES = [
    (section["verb"], row["rule"], row["told"])
    for section in SECTION.finditer(VERBS)
    for row in RULE.finditer(section["rows"])
]
CHANGES = [(m["old"], m["new"], m["told"]) for m in CHANGE.finditer(PARAMETERS)]
FILES = {m["name"]: m["text"] for m in FILE.finditer(PARAMETERS)}

SOURCE = (
    *("AESEQ", "AEDECOD", "AESTDTC", "AEENDTC", "ASTDT", "AENDT", "ASTDTM", "ATOXGRN", "ASTDY"),
    *("RFXSTDTC", "TRTSDT", "TRTSTM", "OWN"),
)
RESULTS = ("PARAMCD", "AVAL", "ANRLO", "ANRHI", "BASE", "BNRIND")
WINDOWS = [
    {"AVISIT": "Baseline", "AVISITN": "0", "from": "", "to": "1", "target": "1"},
    {"AVISIT": "Week 2", "AVISITN": "2", "from": "2", "to": "", "target": "14"},
]
BOTH = ("STUDYID", "USUBJID")
SUBJECT = ("SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ARM", "RFXSTDTC", "RFENDTC", "DTHDTC")
SDTM = {
    "DM": (*BOTH, *SUBJECT),
    "RS": (*BOTH, "RSSEQ", "RSTESTCD", "RSSTRESC", "RSDTC", "VISITNUM"),
    "TU": (*BOTH, "TULNKID", "TUTESTCD", "TUSTRESC"),
    "TR": (*BOTH, "TRLNKID", "TRTESTCD", "TRSTRESN", "TRDTC", "VISITNUM"),
    "PC": (*BOTH, "PCSEQ", "PCTESTCD", "PCSTRESN", "PCLLOQ"),
}


def words(told: str) -> list[str]:
    return re.findall(r"`(.*?)`(?:<br>|$)", told)


@pytest.mark.parametrize(("verb", "rule", "told"), RULES, ids=[r for _, r, _ in RULES])
def test_a_rule(rules: Any, bds: Any, verb: str, rule: str, told: str) -> None:
    of_results = verb in ("window", "grade")
    columns = (*SOURCE, *RESULTS) if of_results else SOURCE
    bench = bds if of_results else rules
    assert bench.faults(rule, columns, {"windows": WINDOWS}) == words(told)


def said(tiny: ModuleType, folder: Path, files: dict[str, str]) -> list[str]:
    more = {"sdtm/dm.yaml": tiny.DM, "raw/dm.csv": tiny.FILES["raw/dm.csv"]}
    study, faults = read_study(tiny.write(folder, {**more, **files}))
    if faults or study is None:
        return [str(f) for f in faults]
    try:
        plan_adam(study, SDTM)
    except SpecificationFault as fault:
        return [str(f) for f in fault.findings]
    return []


@pytest.mark.parametrize(("old", "new", "told"), CHANGES, ids=[f"{o}>{n}" for o, n, _ in CHANGES])
def test_a_change(tiny: ModuleType, tmp_path: Path, old: str, new: str, told: str) -> None:
    name = next(n for n, text in FILES.items() if old in text)
    found = said(tiny, tmp_path, {**FILES, name: FILES[name].replace(old, new, 1)})
    assert found == words(told)


def test_the_files_are_without_fault(tiny: ModuleType, tmp_path: Path) -> None:
    assert said(tiny, tmp_path, FILES) == []


def test_the_page_has_cases() -> None:
    assert len(RULES) > 60
    assert len(CHANGES) > 75
