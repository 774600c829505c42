"""What the summary counts is what the files hold, and an independent judge finds no error."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from lxml import etree

SHARED = Path(__file__).parents[3] / "shared"
CHECK = SHARED / "bin" / "check-define"
ODM = "{http://www.cdisc.org/ns/odm/v1.3}"


def table(stdout: str) -> dict[str, tuple[int, int | None, int]]:
    """Dataset -> records, subjects, variables, as the summary table of the command shows them."""
    found = {}
    for line in stdout.splitlines():
        cells = [cell.strip() for cell in re.split("[│|]", line)[1:-1]]
        if len(cells) == 5 and cells[2].isdigit():
            subjects = int(cells[3]) if cells[3] else None
            found[cells[0]] = (int(cells[2]), subjects, int(cells[4]))
    return found


def read_back(homes: tuple[Path, Path]) -> dict[str, tuple[int, int | None, int]]:
    found: dict[str, tuple[int, int | None, int]] = {}
    for home in homes:
        for path in sorted(home.glob("*.xpt")):
            frame, meta = pyreadstat.read_xport(path)
            assert meta.table_name == path.stem.upper()
            people = frame.get("USUBJID")
            subjects = None if people is None else people[people != ""].nunique()
            found[path.stem.upper()] = (len(frame), subjects, len(frame.columns))
    return found


def test_the_summary_counts_what_the_files_hold(two_builds: tuple[Any, Any]) -> None:
    for build in two_builds:
        said, held = table(build.stdout), read_back(build.homes)
        # A dataset without records has no file.
        assert {name: n for name, n in said.items() if n[0]} == held
        assert {"DM", "AE", "RS", "LB", "SUPPAE", "ADSL", "ADAE", "ADRS", "ADTTE"} <= set(held)


def test_the_reports_count_the_same(two_builds: tuple[Any, Any]) -> None:
    build = two_builds[0]
    page = (build.folder / "reports" / "index.html").read_text(encoding="utf-8")
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for name, (records, _, _) in read_back(build.homes).items():
        assert re.search(rf"\b{name}\b.{{0,120}}?\b({records}|{records:,})\b", words), (
            name,
            records,
        )
    manifest = json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))
    for name in read_back(build.homes):
        assert [n for n in manifest["outputs"] if n.endswith(f"/{name.lower()}.xpt")]


def test_define_lists_the_files_beside_it(two_builds: tuple[Any, Any]) -> None:
    for home in two_builds[0].homes:
        root = etree.parse(home / "define.xml", etree.XMLParser(resolve_entities=False)).getroot()
        named = [
            (str(g.get("Name")), str(g.get("{http://www.cdisc.org/ns/def/v2.1}HasNoData") or "No"))
            for g in root.iter(f"{ODM}ItemGroupDef")
        ]
        files = {p.stem.upper() for p in home.glob("*.xpt")}
        assert {name for name, empty in named if empty == "No"} == files


@pytest.mark.skipif(not CHECK.exists(), reason="the independent checker is not here")
@pytest.mark.parametrize("number", [0, 1], ids=["sdtm", "adam"])
def test_the_independent_judge(two_builds: tuple[Any, Any], number: int) -> None:
    home = two_builds[0].homes[number]
    files = [str(CHECK), str(home / "define.xml"), "--data", str(home), "--files"]
    done = subprocess.run(
        [sys.executable, *files, "--level", "W"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "errors 0 warnings 0" in done.stdout, done.stdout + done.stderr
