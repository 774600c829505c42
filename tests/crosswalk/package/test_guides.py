"""Reviewer's guides: what they say is what the build is, and nothing in them runs."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pypdf import PdfReader

from crosswalk.guides.adrg import adrg
from crosswalk.guides.csdrg import csdrg
from crosswalk.guides.document import Document, Figure, Section, Table
from crosswalk.guides.facts import Facts, FactsUnreadable, facts_json, read_facts
from crosswalk.guides.flow import data_flow
from crosswalk.guides.html import to_html
from crosswalk.guides.make import Shared, guides_of, missing
from crosswalk.guides.pdf import to_pdf
from crosswalk.guides.sponsor import SECTIONS
from crosswalk.plan import make_plan
from define.pdf import load_fonts
from define.xpt_parts import plan_parts
from mappings.findings import SpecificationFault
from mappings.schemas import schema

SDTM = "m5/datasets/tiny/tabulations/sdtm"
HOSTILE = "<script>alert(1)</script> & {{ 7 * 7 }}"


@pytest.fixture(scope="module")
def shared(built: Path) -> Shared:
    facts = read_facts((built / "reports" / "guides.json").read_bytes())
    report = json.loads((built / "reports" / "findings.json").read_bytes())
    return Shared(facts, report, "FDA", (), (f"{SDTM}/acrf.pdf",), True)


@pytest.fixture(scope="module")
def pages(shared: Shared) -> dict[str, str]:
    return {"csdrg": page(csdrg(shared)), "adrg": page(adrg(shared))}


def page(document: Document) -> str:
    return to_html(document).decode("utf-8")


def section(document: Document, title: str) -> Section:
    return next(s for _, s in document.every() if s.title.startswith(title))


def tables(part: Section) -> list[Table]:
    return [b for b in part.blocks if isinstance(b, Table)]


def test_facts_come_back_as_they_were(shared: Shared) -> None:
    text = facts_json(shared.facts)
    assert read_facts(text.encode()) == shared.facts
    for wrong in (b"{}", b"[", text.replace('"format_version": 1', '"format_version": 9').encode()):
        with pytest.raises(FactsUnreadable):
            read_facts(wrong)
    with pytest.raises(FactsUnreadable):
        read_facts(text.replace('"records": 3', '"records": "3"', 1).encode())


def test_every_section_is_known_to_the_schema() -> None:
    told = schema("study")["properties"]["guide"]["properties"]
    assert {g: tuple(s["properties"]) for g, s in told.items()} == SECTIONS


def test_every_section_of_the_schema_stands_in_its_guide(shared: Shared) -> None:
    """A text that the schema lets a sponsor write is never lost."""
    for guide, make in (("csdrg", csdrg), ("adrg", adrg)):
        keys = {s.key for _, s in make(shared).every()} - {""}
        assert keys == set(SECTIONS[guide]) - {"datasets"}


def test_the_chapters_are_those_of_the_template(shared: Shared) -> None:
    first = [s.title for s in csdrg(shared).sections]
    assert first == [
        "Introduction",
        "Protocol Description",
        "Subject Data Description",
        "Data Conformance Summary",
    ]
    second = [s.title for s in adrg(shared).sections]
    assert second == [
        "Introduction",
        "Protocol Description",
        "Analysis Considerations Related to Multiple Analysis Datasets",
        "Analysis Data Creation and Processing Issues",
        "Analysis Dataset Descriptions",
        "Data Conformance Summary",
        "Submission of Programs",
    ]


def test_datasets_with_their_counts(shared: Shared) -> None:
    (table,) = tables(section(csdrg(shared), "SDTM Subject Domains"))
    rows = {row[0]: row for row in table.rows}
    assert rows["AE"][1:] == ("Adverse Events", "Events", "4", "2", "ae")
    assert rows["DM"][3:5] == ("3", "3")
    assert rows["SUPPAE"][5] == "AE"
    (table,) = tables(section(adrg(shared), "Overview"))
    assert {r[0]: r[3:5] for r in table.rows}["ADAE"] == ("4", "2")


def test_findings_and_their_explanations(shared: Shared, pages: dict[str, str]) -> None:
    explained = [f for f in shared.report["findings"] if f["state"] == "explained"]
    counts: dict[tuple[str, str, str], int] = {}
    for f in explained:
        key = (f["dataset"] or "(package)", f["rule"], f["severity"])
        counts[key] = counts.get(key, 0) + 1
    told: dict[tuple[str, str, str], int] = {}
    for make in (csdrg, adrg):
        (table,) = tables(section(make(shared), "Issues Summary"))
        for dataset, rule, severity, count, reason in table.rows:
            told[dataset, rule, severity] = int(count)
            assert reason == f"Kept: {rule} (A. Author, 2024-09-01)"
    assert told == counts
    assert "Kept: ts.required (A. Author, 2024-09-01)" in pages["csdrg"]


def test_populations_parameters_and_imputation(shared: Shared) -> None:
    document = adrg(shared)
    flags = tables(section(document, "Comparison of SDTM and ADaM Content"))[-1]
    assert ("SAFFL", "2") in {(r[0], r[2]) for r in flags.rows}
    parameters = tables(section(document, "ADTTE: "))[0]
    assert parameters.rows == (("OS", "Overall Survival (days)", "2", "2"),)
    imputed = tables(section(document, "Imputation and Derivation Methods"))[0]
    assert [r[:3] for r in imputed.rows] == [
        ("ADAE", "ASTDT", "ASTDTF"),
        ("ADAE", "AENDT", "AENDTF"),
    ]
    assert [r[4] for r in imputed.rows] == ["D: 1", "D: 1"]


def test_hostile_text_is_text(pages: dict[str, str], shared: Shared) -> None:
    assert "<script" not in pages["csdrg"]
    assert html.escape(f"Told of AE {HOSTILE}", quote=True) in pages["csdrg"]
    text = words(to_pdf(csdrg(shared), load_fonts()))
    assert f"Told of AE {HOSTILE}" in text


def test_a_page_loads_nothing(pages: dict[str, str]) -> None:
    for text in pages.values():
        assert "default-src 'none'" in html.unescape(text)
        assert not re.search(r"<(script|link|img|iframe|object)\b|\bon\w+=|@import|url\(", text)
        anchors = set(re.findall(r'id="([^"]+)"', text))
        inside = re.findall(r'href="#([^"]+)"', text)
        assert inside
        assert set(inside) <= anchors


def words(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(p.extract_text().split()) for p in pages)


def test_the_pdf_says_what_the_page_says(shared: Shared) -> None:
    document = adrg(shared)
    data = to_pdf(document, load_fonts())
    text = words(data)
    for _, part in document.every():
        assert f"{part.number} {part.title}" in text
    assert "First said. Then said." in text
    reader = PdfReader(io.BytesIO(data))
    assert reader.metadata is not None
    assert str(reader.metadata.get("/CreationDate", "")).startswith("D:20240901000000")
    assert len(reader.outline) > 0
    for pdf_page in reader.pages:
        fonts: Any = pdf_page["/Resources"]["/Font"]  # type: ignore[index]
        for font in fonts.values():
            described = font.get_object()
            inner = described.get("/DescendantFonts", [described])[0].get_object()
            assert "/FontFile2" in inner["/FontDescriptor"].get_object()


def test_what_only_the_sponsor_can_say(shared: Shared) -> None:
    lacking = [f.scope for make in (csdrg, adrg) for f in missing(make(shared))]
    assert lacking == ["csdrg 2.2", "adrg 2.2", "adrg 7.2"]
    without = csdrg(replace(shared, files=(), facts=replace(shared.facts, documents=())))
    assert "csdrg 3.3" in [f.scope for f in missing(without)]
    assert "TODO" not in page(csdrg(shared)) + page(adrg(shared))


def test_a_character_that_no_font_draws_is_told(shared: Shared) -> None:
    said = replace(shared.facts.said[0], paragraphs=("\u764c",))
    facts = replace(shared.facts, said=(said,), encoding="utf-8")
    _, guide = guides_of(replace(shared, facts=facts), [load_fonts(), load_fonts()])
    (found,) = [f for f in guide.findings if f.severity != "notice"]
    assert (found.rule, found.scope) == ("pdf.font", "adrg.pdf")
    assert "--font" in found.advice


def test_quoted_data_that_no_font_draws_stop_nothing(shared: Shared) -> None:
    """A sponsor may not change them, so the guide shows their codes."""
    found = {**shared.report["findings"][0], "message": "\U0001f600", "dataset": "AE"}
    quoted = replace(
        shared,
        report={**shared.report, "findings": [found]},
        facts=replace(shared.facts, encoding="utf-8"),
    )
    guide, _ = guides_of(quoted, [load_fonts(), load_fonts()])
    assert [f.severity for f in guide.findings if f.rule == "pdf.font"] == ["notice"]
    assert "[U+1F600]" in words(guide.files["pdf"])


def test_quoted_data_that_an_ascii_package_cannot_hold(shared: Shared) -> None:
    found = {**shared.report["findings"][0], "message": "was \uff11\uff12", "dataset": "AE"}
    report = {**shared.report, "findings": [found]}
    document = csdrg(replace(shared, report=report))
    (table,) = tables(section(document, "Conformance Issue Details"))
    assert table.rows[0][3] == "was [U+FF11 U+FF12]"


def test_split_datasets_are_told(shared: Shared, built: Path) -> None:
    path = built / SDTM / "sv.xpt"
    parts = plan_parts(path, path.stat().st_size - 80)
    split = replace(shared, parts=[(f"{SDTM}/split", parts)])
    told = tables(section(csdrg(split), "Overview"))[-1]
    assert [row[0] for row in told.rows] == ["sv01.xpt", "sv02.xpt"]
    assert sum(int(row[2]) for row in told.rows) == 8
    assert "No dataset is split." in page(adrg(split))


def test_the_flow_is_that_of_the_rules(shared: Shared) -> None:
    facts = shared.facts
    flow = data_flow(facts, "SDTM")
    left = {(b.x + b.width, b.y + b.height / 2): b.text for b in flow.boxes}
    right = {(b.x, b.y + b.height / 2): b.text for b in flow.boxes}
    lines = {(left.get((n.x1, n.y1)) or right[n.x1, n.y1], right[n.x2, n.y2]) for n in flow.lines}
    assert {("ae", "AE"), ("dm", "DM"), ("ex", "EX"), ("AE", "ADAE"), ("ADSL", "ADAE")} <= lines
    assert ("lb", "ADAE") not in lines
    assert {b.text for b in flow.boxes} >= {f.name for f in facts.forms}
    for box in flow.boxes:
        assert 0 <= box.x <= box.x + box.width <= flow.width + 0.1
        assert 0 <= box.y <= box.y + box.height <= flow.height
    places = [(b.x, b.y) for b in flow.boxes]
    assert len(set(places)) == len(places)


def test_the_figure_stands_in_both_guides(shared: Shared, pages: dict[str, str]) -> None:
    for document in (csdrg(shared), adrg(shared)):
        figures = [b for _, s in document.every() for b in s.blocks if isinstance(b, Figure)]
        assert len(figures) == 1
        assert pages[document.key].count("<rect ") == len(figures[0].flow.boxes)


@pytest.mark.usefixtures("no_pdf")
def test_analysis_only(shared: Shared) -> None:
    """SDTM that was finished elsewhere has no guide here, and the other one says so."""
    own = tuple(d for d in shared.facts.datasets if d.level == "ADaM")
    given = tuple(d.name for d in shared.facts.of("SDTM"))
    facts: Facts = replace(
        shared.facts, levels=("ADaM",), datasets=own, forms=(), trial=(), given_sdtm=given
    )
    (guide,) = guides_of(replace(shared, facts=facts), [load_fonts()])
    assert guide.key == "adrg"
    assert b"were finished before this build and are not part of it" in guide.files["html"]


@pytest.mark.parametrize(
    ("text", "words_"),
    [
        (
            "guide: {csdrg: {overvew: x}}",
            "study.yaml:{line}:17: guide.csdrg: unknown key 'overvew'. Did you mean 'overview'?",
        ),
        (
            "guide: {csdrg: {datasets: {EA: x}}}",
            "study.yaml:{line}:28: guide: there is no dataset 'EA' in the csdrg",
        ),
        (
            "guide: {adrg: {split: ' '}}",
            "study.yaml:{line}:16: guide: the text for 'split' of the adrg is empty. Write it, or",
        ),
        ("guide: {sdrg: {overview: x}}", "study.yaml:{line}:9: guide: unknown key 'sdrg'"),
    ],
)
def test_texts_that_would_go_nowhere(
    tiny: ModuleType, tmp_path: Path, text: str, words_: str
) -> None:
    files = {**tiny.FILES, "study.yaml": tiny.text(tiny.FILES["study.yaml"]) + text + "\n"}
    folder = tiny.write(tmp_path / "study", files)
    lines = (folder / "study.yaml").read_text(encoding="utf-8").splitlines()
    with pytest.raises(SpecificationFault) as fault:
        make_plan(folder)
    expected = words_.format(line=lines.index(text) + 1)
    assert any(str(f).startswith(expected) for f in fault.value.findings), fault.value


def test_a_guide_of_datasets_that_are_not_there(
    tiny: ModuleType, tmp_path: Path, build_sdtm: Callable[[Path], Path]
) -> None:
    with pytest.raises(SpecificationFault) as fault:
        make_plan(build_sdtm(tmp_path))
    assert "guide: there is no adrg, because the study has no modules of ADaM" in str(fault.value)


@pytest.fixture
def build_sdtm(tiny: ModuleType) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        files = {n: t for n, t in tiny.FILES.items() if not n.startswith("adam/")}
        files["study.yaml"] = tiny.text(files["study.yaml"]) + "guide: {adrg: {macros: x}}\n"
        return Path(tiny.write(folder / "study", files))

    return made
