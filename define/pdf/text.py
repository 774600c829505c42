"""Texts as ReportLab paragraphs: everything escaped, in faces that can draw it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from define.pdf.fonts import BOLD, ITALIC, REGULAR, Fonts

INK = "#1b1f24"
FAINT = "#5b6470"
LINK = "#1a4f9c"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text: bold or italic, in a colour (``#rrggbb``), or a link.

    `link` is ``#key`` for a heading or mark of the same PDF, else a relative or web address.
    """

    text: str
    bold: bool = False
    italic: bool = False
    colour: str = ""
    link: str = ""


Text = str | Span | Sequence[str | Span]
"""What the PDFs take wherever they take text; nothing in it is markup."""

_SIZES = {"title": 19.0, "1": 14.0, "2": 11.5, "3": 9.5, "body": 9.0, "small": 7.5}
_SPACE = {"title": (0, 6), "1": (16, 6), "2": (11, 4), "3": (8, 3), "body": (0, 5), "small": (0, 3)}


def style(name: str, colour: str = "", *, wide: bool = False) -> ParagraphStyle:
    """The style called title, 1, 2, 3 (headings), body, small or cell; `wide` breaks Chinese."""
    bold = name in ("title", "1", "2", "3")
    size = _SIZES.get(name, 8.0)
    before, after = _SPACE.get(name, (0, 0))
    return ParagraphStyle(
        name,
        fontName=BOLD if bold else REGULAR,
        bulletFontName=REGULAR,
        fontSize=size,
        leading=size * 1.32,
        spaceBefore=before,
        spaceAfter=after,
        keepWithNext=name in ("1", "2", "3"),
        textColor=HexColor(colour or INK),
        wordWrap="CJK" if wide else None,
        splitLongWords=1,
        allowWidows=0,
        allowOrphans=0,
    )


def paragraph(
    text: Text, fonts: Fonts, name: str = "body", where: str = "", colour: str = ""
) -> Paragraph:
    """A paragraph in the style called `name`; `where` is said of what no font can draw."""
    spans = spans_of(text)
    base = style(name, colour, wide=any(_wide(s.text) for s in spans))
    return Paragraph(markup(text, fonts, base.fontName, where) or "&nbsp;", base)


def markup(text: Text, fonts: Fonts, face: str, where: str = "") -> str:
    """The text in ReportLab's markup, for a paragraph that is set in `face`."""
    return "".join(_marked(s, fonts, face, where) for s in spans_of(text))


def spans_of(text: Text) -> list[Span]:
    """The text as spans."""
    parts = [text] if isinstance(text, str | Span) else text
    return [Span(p) if isinstance(p, str) else p for p in parts]


def plain(text: Text) -> str:
    """The text without its looks."""
    return "".join(s.text for s in spans_of(text))


def _wide(text: str) -> bool:
    return any(unicodedata.east_asian_width(c) in "WF" for c in text)


def _marked(span: Span, fonts: Fonts, base: str, where: str) -> str:
    face = BOLD if span.bold else ITALIC if span.italic else base
    clean = re.sub(r"\r\n?", "\n", span.text)
    parts = []
    for name, part in fonts.runs(clean, face, where):
        said = escape(part).replace("\n", "<br/>")
        parts.append(said if name == base else f"<font name={quoteattr(name)}>{said}</font>")
    made = "".join(parts)
    colour = span.colour or (LINK if span.link else "")
    if colour:
        made = f"<font color={quoteattr(colour)}>{made}</font>"
    if span.link:
        made = f"<a href={quoteattr(span.link)}>{made}</a>"
    return made
