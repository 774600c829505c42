"""The base of PDFs: the same bytes everywhere, embedded fonts, nothing lost without a word."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from define.pdf import FontRefusal, Fonts, Pdf, Span, font_findings, load_fonts, study_fonts
from mappings.findings import Severity, SpecPlace

ROOT = Path(__file__).parents[3]
EVIL = "<b>a</b> &amp; <para> \u202edcba\u202c \x00\x1b[31m </font><a href='x'>"
CHINESE = "\u80c3\u764c"


def sample(fonts: Fonts, text: str = "Plain text") -> Pdf:
    pdf = Pdf("Guide", "2024-09-02T08:00:00", fonts, subject="A study", footer="Study")
    pdf.text("Guide", "title")
    pdf.contents()
    pdf.page_break()
    pdf.heading("First", 1, key="first")
    pdf.text([text, Span(" bold", bold=True), Span(" there", link="#second")])
    pdf.bullets(["one", text])
    pdf.table(["Row", "Words"], [[f"row {n}", "some words " * 20] for n in range(60)], [1, 4])
    pdf.heading("Second", 2, key="second")
    pdf.table(["Long"], [["unbreakable" * 800]])
    return pdf


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data), strict=True)


def words(data: bytes, page: int | None = None) -> str:
    pages = read(data).pages
    chosen = pages if page is None else [pages[page - 1]]
    return " ".join(" ".join(p.extract_text().split()) for p in chosen)


def fonts_of(data: bytes) -> Iterator[Any]:
    for page in read(data).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            yield font.get_object()


def test_the_same_calls_give_the_same_bytes() -> None:
    assert sample(load_fonts()).render().data == sample(load_fonts()).render().data


SCRIPT = """
import runpy, sys
sys.path.insert(0, {root!r})
made = runpy.run_path({file!r})
sys.stdout.buffer.write(made["sample"](made["load_fonts"]()).render().data)
"""


def test_no_locale_time_zone_hash_seed_or_folder_is_in_it(tmp_path: Path) -> None:
    # A font of the same name in the current folder is not taken for ours.
    (tmp_path / "Vera.ttf").write_bytes(b"no font")
    code = SCRIPT.format(root=str(ROOT), file=__file__)
    if os.environ.get("CROSSWALK_TEST_INSTALLED"):
        code = code.replace("sys.path.insert(0,", "(")
    other = {
        **os.environ,
        "TZ": "Asia/Shanghai",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "SOURCE_DATE_EPOCH": "not a number",
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=other, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert ran.stdout == sample(load_fonts()).render().data


def test_the_date_is_the_one_that_was_given() -> None:
    about = read(sample(load_fonts()).render().data).metadata
    assert about is not None
    dates = {str(about["/CreationDate"]), str(about["/ModDate"])}
    assert dates == {"D:20240902080000+00'00'"}
    assert about.title == "Guide"


def test_every_font_is_embedded() -> None:
    found = list(fonts_of(sample(load_fonts()).render().data))
    assert len(found) > 2
    for font in found:
        assert "/FontFile2" in font["/FontDescriptor"].get_object(), font["/BaseFont"]
        assert font["/BaseFont"][7:8] == "+"  # a subset: ABCDEF+Name


def test_pages_headings_and_keys_are_where_they_say() -> None:
    made = sample(load_fonts()).render()
    reader = read(made.data)
    assert made.count == len(reader.pages) > 3
    (first,), (second,) = made.pages["first"], made.pages["second"]
    assert "First Plain text bold there" in words(made.data, first)
    assert "Second" in words(made.data, second)
    assert f"{first} First {second} Second" in words(made.data, 1)
    (link,) = [a.get_object() for a in reader.pages[first - 1]["/Annots"]]  # type: ignore[attr-defined]
    assert link["/Dest"][0].get_object() == reader.pages[second - 1]
    title, inner = reader.outline
    assert isinstance(inner, list)
    assert not isinstance(title, list)
    assert [str(t["/Title"]) for t in (title, *inner)] == ["First", "Second"]  # type: ignore[call-overload]


def test_the_header_of_a_table_comes_again_and_no_row_is_lost() -> None:
    made = sample(load_fonts()).render()
    texts = [words(made.data, n) for n in range(1, made.count + 1)]
    assert [("row " in t, "Row Words" in t) for t in texts[1:3]] == [(True, True), (True, True)]
    assert all(f"row {n} some" in " ".join(texts) for n in range(60))
    assert " ".join(texts).replace(" ", "").count("unbreakable") >= 795  # page breaks cut some


def test_nothing_is_drawn_beyond_the_margins() -> None:
    places: list[float] = []

    def seen(text: str, outer: Any, inner: Any, *_: Any) -> None:
        # The number of pages is drawn in a form, whose own place is not told here.
        if text.strip() and not text.strip().isdigit():
            places.append(inner[4] * outer[0] + inner[5] * outer[2] + outer[4])

    for page in read(sample(load_fonts(), "x" * 4000).render().data).pages:
        page.extract_text(visitor_text=seen)
    assert places
    assert min(places) >= 40
    assert max(places) < 560


def test_markup_and_invisible_characters_are_text_and_told() -> None:
    fonts = load_fonts()
    data = sample(fonts, EVIL).render().data
    assert "<b>a</b> &amp; <para> [U+202E]dcba[U+202C] [U+0000 U+001B][31m </font>" in words(data)
    (found,) = font_findings("guide.pdf", fonts)
    assert (found.rule, found.severity, found.scope) == ("pdf.font", Severity.WARNING, "guide.pdf")
    assert found.value == "U+0000, U+001B, U+202C, U+202E"


def test_chinese_without_a_font_is_codes_and_a_finding() -> None:
    fonts = load_fonts()
    assert "[U+80C3 U+764C]" in words(sample(fonts, CHINESE).render().data)
    (found,) = font_findings("guide.pdf", fonts)
    assert "2 characters" in found.message
    assert "fonts" in found.advice


def test_chinese_with_a_font_is_drawn(hand_font: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "hand.ttf").write_bytes(hand_font(CHINESE))
    fonts = load_fonts([tmp_path / "hand.ttf"])
    data = sample(fonts, f"Gastric cancer {CHINESE}, \u809d").render().data
    assert f"Gastric cancer {CHINESE}, [U+809D]" in words(data)
    assert any("Hand" in f["/BaseFont"] for f in fonts_of(data))
    assert [f.value for f in font_findings("guide.pdf", fonts)] == ["U+809D"]


def test_the_footer_is_drawn_in_the_same_fonts_and_cut_where_it_is_too_long(
    hand_font: Callable[..., bytes], tmp_path: Path
) -> None:
    (tmp_path / "hand.ttf").write_bytes(hand_font(CHINESE))
    fonts = load_fonts([tmp_path / "hand.ttf"])
    data = Pdf("T", "2024-09-02T08:00:00", fonts, footer=f"{CHINESE} study").render().data
    assert words(data, 1) == f"{CHINESE} study Page 1 of 1"
    assert fonts.undrawn == {}
    data = Pdf("T", "2024-09-02T08:00:00", fonts, footer="study " * 90).render().data
    assert re.fullmatch(r"(study )+\w* ?\u2026 Page 1 of 1", words(data, 1))


def test_two_fonts_that_call_themselves_alike_are_two(
    hand_font: Callable[..., bytes], tmp_path: Path
) -> None:
    for name, character in (("a.ttf", CHINESE[0]), ("b.ttf", CHINESE[1])):
        (tmp_path / name).write_bytes(hand_font(character))
    fonts = load_fonts([tmp_path / "a.ttf", tmp_path / "b.ttf"])
    data = sample(fonts, CHINESE).render().data
    assert CHINESE in words(data)
    assert fonts.undrawn == {}
    assert len({f["/BaseFont"] for f in fonts_of(data) if "Hand" in f["/BaseFont"]}) == 2


def test_writing_from_right_to_left_is_never_drawn_backwards(
    hand_font: Callable[..., bytes], tmp_path: Path
) -> None:
    (tmp_path / "hand.ttf").write_bytes(hand_font("\u05d0\u05d1"))
    fonts = load_fonts([tmp_path / "hand.ttf"])
    assert "[U+05D0 U+05D1]" in words(sample(fonts, "\u05d0\u05d1").render().data)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda _: b"not a font", "x.ttf is not a TrueType font"),
        (lambda _: b"", "x.ttf is not a TrueType font"),
        (lambda font: font[: len(font) // 2], "x.ttf is not a TrueType font"),
        (lambda font: b"OTTO" + font[4:], "PostScript outlines; only TrueType"),
    ],
)
def test_a_file_that_is_no_font_is_refused(
    change: Callable[[bytes], bytes],
    why: str,
    hand_font: Callable[..., bytes],
    tmp_path: Path,
) -> None:
    (tmp_path / "x.ttf").write_bytes(change(hand_font("ab")))
    with pytest.raises(FontRefusal, match=r"x\.ttf") as refused:
        load_fonts([tmp_path / "x.ttf"])
    assert why in str(refused.value)


def test_a_font_that_may_not_be_embedded_is_refused(
    hand_font: Callable[..., bytes], tmp_path: Path
) -> None:
    (tmp_path / "x.ttf").write_bytes(hand_font(CHINESE, restricted=True))
    with pytest.raises(FontRefusal, match="licence"):
        load_fonts([tmp_path / "x.ttf"])


def test_a_font_that_is_not_there_is_a_fault_with_its_place(tmp_path: Path) -> None:
    fonts, (fault,) = study_fonts(tmp_path, [("fonts/no.ttf", SpecPlace("study.yaml", 4, 8))])
    assert str(fault).startswith("study.yaml:4:8: there is no file 'fonts/no.ttf'")
    assert fonts.added == ()


def test_an_empty_document_has_a_page() -> None:
    made = Pdf("Empty", "2024-09-02T08:00:00", load_fonts()).render()
    assert made.count == len(read(made.data).pages) == 1
