"""The base of every PDF: embedded fonts, no clock, bookmarks, tables that break over pages."""

from __future__ import annotations

from define.pdf.document import MARGIN, Mark, Pdf, Rendered, note
from define.pdf.fonts import (
    BOLD,
    ITALIC,
    REGULAR,
    FontRefusal,
    Fonts,
    font_findings,
    load_fonts,
    study_fonts,
)
from define.pdf.text import Span, Text, paragraph, plain

__all__ = [
    "BOLD",
    "ITALIC",
    "MARGIN",
    "REGULAR",
    "FontRefusal",
    "Fonts",
    "Mark",
    "Pdf",
    "Rendered",
    "Span",
    "Text",
    "font_findings",
    "load_fonts",
    "note",
    "paragraph",
    "plain",
    "study_fonts",
]
