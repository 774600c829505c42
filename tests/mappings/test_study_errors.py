"""Every fault of study.yaml and findings.yaml that docs/faults-study.md shows, with its words."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from mappings.findings import SpecificationFault

PAGE = (Path(__file__).parents[2] / "docs" / "faults-study.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(?P<old>[^`]+)` \| `(?P<new>[^`]*)` \| (?P<told>`.*`) \|$", re.MULTILINE)
ENTRY = re.compile(r"^\| `(?P<file>- \{[^`]+)` \| (?P<told>`.*`) \|$", re.MULTILINE)
CHANGES = [(m["old"], m["new"], m["told"]) for m in ROW.finditer(PAGE)]
ENTRIES = [(m["file"], m["told"]) for m in ENTRY.finditer(PAGE)]


def said(tiny: ModuleType, folder: Path, files: dict[str, str]) -> list[str]:
    with pytest.raises(SpecificationFault) as caught:
        tiny.plan(folder, {**tiny.FILES, **files})
    return [str(f) for f in caught.value.findings]


def words(told: str) -> list[str]:
    return re.findall(r"`(.*?)`(?:<br>|$)", told)


@pytest.mark.parametrize(("old", "new", "told"), CHANGES, ids=[f"{o}>{n}" for o, n, _ in CHANGES])
def test_a_change_of_study_yaml(
    tiny: ModuleType, tmp_path: Path, old: str, new: str, told: str
) -> None:
    (page,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert old in page
    assert said(tiny, tmp_path, {"study.yaml": page.replace(old, new, 1)}) == words(told)


@pytest.mark.parametrize(("file", "told"), ENTRIES)
def test_an_entry_of_findings_yaml(tiny: ModuleType, tmp_path: Path, file: str, told: str) -> None:
    assert said(tiny, tmp_path, {"findings.yaml": f"{file}\n"}) == words(told)


def test_the_page_has_cases() -> None:
    assert len(CHANGES) > 40
    assert len(ENTRIES) > 4
