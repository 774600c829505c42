"""Hostile text in the raw data reaches every report and export, and does nothing in any of them."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crosswalk.build import make_package, publish

MARK = "alert(1)"
EVIL = f"<script>{MARK}</script>\u202e\u200b=1+1"
FORMULA = '=HYPERLINK(""http://x"")'
SHOWN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]"


@pytest.fixture(scope="module")
def reports(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of a study in which a site entered such texts everywhere."""
    folder = tmp_path_factory.mktemp("hostile")
    files = {n: t for n, t in tiny.FILES.items() if not n.startswith("adam/")}
    ae = files["raw/ae.csv"]
    ae = ae.replace("fever,Pyrexia,Y", f'"{EVIL}","{FORMULA}",@SUM(A1)')
    ae = ae.replace("2024-01-11,2024-01-13", f'"{EVIL}",{MARK}')
    ae = ae.replace("given fluids,Y", f'"{EVIL}","{FORMULA}"')
    files["raw/ae.csv"] = ae
    files["raw/lb.csv"] = files["raw/lb.csv"].replace("ALB,4.1,g/dL", f'ALB,"{EVIL}",-cmd|x')
    files["raw/rs.csv"] = files["raw/rs.csv"].replace("D14,1,51", f'"{EVIL}",1,"{FORMULA}"')
    files["study.yaml"] = files["study.yaml"].replace(
        "description: A tiny study", "description: '<b>=1+1</b>'"
    )
    files["findings.yaml"] = (
        "- {rule: date.unreadable, dataset: AE, reason: '=cmd <script>alert(1)</script>',"
        " author: '@x', date: 2024-05-31}\n"
    )
    package = make_package(tiny.write(folder / "study", files))
    publish(package, folder / "out")
    return folder / "out" / "reports"


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_the_texts_reached_the_reports(reports: Path) -> None:
    told = json.loads((reports / "findings.json").read_text(encoding="ascii"))
    assert EVIL in {f["value"] for f in told["findings"]}
    assert {"date.unreadable", "map.unmapped"} <= {f["rule"] for f in told["findings"]}
    queries = (reports / "queries.csv").read_text(encoding="utf-8")
    assert MARK in queries


@pytest.mark.parametrize("name", ["index.html", "account.html"])
def test_pages_run_nothing(reports: Path, name: str) -> None:
    text = (reports / name).read_text(encoding="utf-8")
    assert not re.search(SHOWN, text)
    assert f"<script>{MARK}" not in text
    page = Page(text)
    assert page.tags.count("script") <= 1
    assert "b" not in page.tags or "<b>=1+1" not in text
    assert not [a for a, _ in page.attributes if a.startswith("on")]
    assert not [v for a, v in page.attributes if a in ("href", "src") and ":" in (v or "")]


def test_no_cell_of_a_table_is_a_formula(reports: Path) -> None:
    names = sorted(p.name for p in reports.glob("*.csv"))
    assert names == ["account.csv", "findings.csv", "queries.csv"]
    for name in names:
        text = (reports / name).read_text(encoding="utf-8").removeprefix("\ufeff")
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert len(cells) > 20
        _harmless(cells)
    for path in sorted(reports.glob("*.xlsx")):
        book = openpyxl.load_workbook(path)
        _harmless([str(c.value or "") for s in book for row in s.iter_rows() for c in row])


def _harmless(cells: list[str]) -> None:
    numbers = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
    for cell in cells:
        assert not re.search(SHOWN, cell), ascii(cell)
        formula = cell.lstrip().startswith(("=", "+", "-", "@"))
        assert not formula or numbers.fullmatch(cell), ascii(cell)


def test_files_for_programs_are_ascii(reports: Path) -> None:
    for path in (*reports.glob("*.json"), *reports.glob("suites/*.json")):
        assert path.read_bytes().isascii(), path.name
    sarif = (reports / "findings.sarif").read_text(encoding="ascii")
    assert not re.search(r"\\u(?:00[01]|202|206|200b)", sarif)
