"""A PDF from headings, texts and tables: no clock, embedded fonts, bookmarks, page numbers.

The same calls give the same bytes. Streams are not compressed, because the bytes of zlib are
those of its version.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    LongTable,
    PageBreak,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from define.pdf.fonts import REGULAR, Fonts
from define.pdf.text import FAINT, Text, markup, paragraph, style

MARGIN = 48.0
"""Points on every side; what is written stands within it, but for header and footer."""
_TOTAL = "number-of-pages"
_SMALL = 7


@dataclass(frozen=True, slots=True)
class Rendered:
    """The file, how many pages it has, and on which pages (from 1) each key was drawn."""

    data: bytes
    count: int
    pages: Mapping[str, tuple[int, ...]]


@dataclass
class Pdf:
    """A PDF to be: add its parts in their order, then `render` it once.

    `created` is ISO 8601 and comes from the study or SOURCE_DATE_EPOCH. `footer` stands on the
    left of each page, with the page number on its right.
    """

    title: str
    created: str
    fonts: Fonts
    subject: str = ""
    footer: str = ""
    language: str = "en"
    wide: bool = False
    _story: list[Flowable] = field(default_factory=list)
    _headings: int = 0
    _contents: bool = False

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page in points."""
        width, height = landscape(A4) if self.wide else A4
        return float(width), float(height)

    @property
    def room(self) -> float:
        """The width between the margins, in points."""
        return self.size[0] - 2 * MARGIN

    def add(self, flowable: Flowable) -> None:
        """A flowable of one's own."""
        self._story.append(flowable)

    def heading(self, text: str, level: int = 1, key: str = "", bookmark: str = "") -> None:
        """A heading with a bookmark (its text, or `bookmark`) and the destination `key`.

        Levels are 1 to 3. Without a key it gets one that counts up.
        """
        self._headings += 1
        head = paragraph(text, self.fonts, str(level), where=f"the heading '{text}'")
        head.mark = Mark(key or f"heading-{self._headings}", bookmark or text, level - 1)
        head.listed = markup(text, self.fonts, REGULAR, text)
        self.add(CondPageBreak(70))
        self.add(head)

    def mark(self, key: str, bookmark: str = "", level: int = 0) -> None:
        """A destination at this place; with a bookmark if that is given."""
        self.add(Mark(key, bookmark, level))

    def outline(self, entries: Sequence[tuple[str, str, int]]) -> None:
        """Bookmarks (text, key, level) to destinations that stand elsewhere, each key once."""
        self.add(_Outline(entries))

    def text(self, text: Text, style: str = "body", where: str = "") -> None:
        """A paragraph; `style` is title, body or small."""
        self.add(paragraph(text, self.fonts, style, where or self.title))

    def bullets(self, texts: Sequence[Text]) -> None:
        """A list."""
        for each in texts:
            made = paragraph(each, self.fonts, "body", self.title)
            made.style.leftIndent, made.style.bulletIndent = 12, 2
            made.bulletText = "\u2022"
            self.add(made)

    def table(
        self, header: Sequence[Text], rows: Sequence[Sequence[Text]], widths: Sequence[float] = ()
    ) -> None:
        """A table over the whole width whose header comes again on each page.

        `widths` are shares of the width, equal ones when not given. Cells wrap, and a row that
        is higher than a page goes on on the next.
        """
        shares = list(widths) or [1.0] * len(header)
        columns = [self.room * share / sum(shares) for share in shares]
        head = [paragraph(t, self.fonts, "cell", self.title, FAINT) for t in header]
        cells = [[paragraph(t, self.fonts, "cell", self.title) for t in row] for row in rows]
        made = LongTable([head, *cells], columns, repeatRows=1, splitInRow=1)
        made.setStyle(_TABLE)
        self.add(made)
        self.space(8)

    def drawing(self, drawing: Flowable) -> None:
        """A drawing of `reportlab.graphics`; its texts must be in `fonts.REGULAR` or `BOLD`."""
        drawing.initialFontName = REGULAR
        self.add(drawing)
        self.space(8)

    def contents(self) -> None:
        """A table of contents of the headings, with page numbers."""
        self._contents = True
        made = TableOfContents(dotsMinLevel=-1, tableStyle=_CONTENTS)
        made.levelStyles = [style("body"), style("body"), style("small")]
        for level, each in enumerate(made.levelStyles):
            each.leftIndent = 14 * level
            each.spaceAfter = 1
        self.add(made)

    def space(self, points: float) -> None:
        self.add(Spacer(1, points))

    def page_break(self) -> None:
        self.add(PageBreak())

    def render(self) -> Rendered:
        """The bytes; the story is used up by it."""
        out = BytesIO()
        template = _Template(self, out)
        maker = _canvas_maker(self)
        # An empty document has no page, and a PDF needs one.
        story = self._story or [Spacer(1, 1)]
        if self._contents:
            template.multiBuild(story, canvasmaker=maker)
        else:
            template.build(story, canvasmaker=maker)
        pages = {k: tuple(sorted(v)) for k, v in template.canv.marks.items()}
        return Rendered(out.getvalue(), template.page, pages)


class Mark(Flowable):  # type: ignore[misc]
    """A destination without size; its page is in `Rendered.pages`."""

    def __init__(self, key: str, bookmark: str = "", level: int = 0) -> None:
        super().__init__()
        self.key, self.bookmark, self.level = key, bookmark, level

    def wrap(self, *_: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        note(self.canv, self.key)
        self.canv.bookmarkHorizontal(self.key, 0, 12)
        if self.bookmark:
            _entry(self.canv, self.bookmark, self.key, self.level)


class _Outline(Flowable):  # type: ignore[misc]
    def __init__(self, entries: Sequence[tuple[str, str, int]]) -> None:
        super().__init__()
        self.entries = entries

    def wrap(self, *_: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        for text, key, level in self.entries:
            _entry(self.canv, text, key, level)


def _entry(canvas: Any, text: str, key: str, level: int) -> None:
    # A viewer draws bookmarks in fonts of its own, but not what cannot be seen.
    shown = "".join(c if c.isprintable() else " " for c in text)
    canvas.addOutlineEntry(shown, key, level, closed=level > 0)


def note(canvas: Any, key: str) -> None:
    """Remember that `key` stands on the page that is being drawn."""
    canvas.marks.setdefault(key, set()).add(canvas.getPageNumber())


_TABLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor("#8a94a0")),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, HexColor("#d3d8de")),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor("#f2f4f6")),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
)

_CONTENTS = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ]
)


class _Template(BaseDocTemplate):  # type: ignore[misc]
    """Pages with header and footer; headings become bookmarks and lines of the contents."""

    def __init__(self, pdf: Pdf, out: BytesIO) -> None:
        super().__init__(
            out,
            pagesize=pdf.size,
            title=pdf.title,
            subject=pdf.subject,
            author="",
            creator="Crosswalk",
            invariant=1,
            pageCompression=0,
            displayDocTitle=True,
            lang=pdf.language,
            initialFontName=REGULAR,
            _pageBreakQuick=0,
        )
        width, height = pdf.size
        frame = Frame(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate("page", [frame], onPage=_furniture(pdf)))

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802
        mark: Mark | None = getattr(flowable, "mark", None)
        if mark is None:
            return
        note(self.canv, mark.key)
        self.canv.bookmarkHorizontal(mark.key, 0, self.frame._y + flowable.height + 12)
        _entry(self.canv, mark.bookmark, mark.key, mark.level)
        self.notify("TOCEntry", (mark.level, flowable.listed, self.page, mark.key))


def _furniture(pdf: Pdf) -> Callable[[Any, Any], None]:
    runs = _fitted(pdf.fonts.runs(pdf.footer or pdf.title, where="the footer"), pdf.room - 90)

    def draw(canvas: Any, _: Any) -> None:
        width = pdf.size[0]
        canvas.saveState()
        canvas.setFillColor(HexColor(FAINT))
        x = MARGIN
        for face, part in runs:
            canvas.setFont(face, _SMALL)
            canvas.drawString(x, MARGIN - 20, part)
            x += stringWidth(part, face, _SMALL)
        canvas.setFont(REGULAR, _SMALL)
        canvas.drawRightString(
            width - MARGIN - 16, MARGIN - 20, f"Page {canvas.getPageNumber()} of"
        )
        canvas.translate(width - MARGIN - 14, MARGIN - 20)
        canvas.doForm(_TOTAL)
        canvas.restoreState()

    return draw


def _fitted(runs: Sequence[tuple[str, str]], width: float) -> list[tuple[str, str]]:
    """The runs as far as they fit into `width` points, with an ellipsis where they are cut."""
    fitting: list[tuple[str, str]] = []
    for face, part in runs:
        text = " ".join(part.split("\n"))
        room = width - sum(stringWidth(p, f, _SMALL) for f, p in fitting)
        if stringWidth(text, face, _SMALL) <= room:
            fitting.append((face, text))
            continue
        while text and stringWidth(f"{text}\u2026", face, _SMALL) > room:
            text = text[:-1]
        return [*fitting, (face, text), (REGULAR, "\u2026")]
    return fitting


@dataclass(frozen=True)
class _Stamp:
    """The time of creation, as ReportLab asks for it."""

    YMDhms: tuple[int, ...]
    dhh: int = 0
    dmm: int = 0
    t: float = 0.0


def _canvas_maker(pdf: Pdf) -> Callable[..., Canvas]:
    moment = datetime.fromisoformat(pdf.created)
    stamp = _Stamp(moment.timetuple()[:6])

    class Made(Canvas):  # type: ignore[misc]
        def __init__(self, *given: Any, **named: Any) -> None:
            with _without_epoch():
                super().__init__(*given, **named)
            self._doc._timeStamp = stamp
            self.marks: dict[str, set[int]] = {}
            self.setFont(REGULAR, 9)

        def save(self) -> None:
            self.beginForm(_TOTAL)
            self.setFont(REGULAR, _SMALL)
            self.setFillColor(HexColor(FAINT))
            self.drawString(0, 0, str(self.getPageNumber() - 1))
            self.endForm()
            self.showOutline()
            super().save()

    return Made


@contextmanager
def _without_epoch() -> Iterator[None]:
    """ReportLab reads SOURCE_DATE_EPOCH itself and fails where it is no number."""
    kept = os.environ.pop("SOURCE_DATE_EPOCH", None)
    try:
        yield
    finally:
        if kept is not None:
            os.environ["SOURCE_DATE_EPOCH"] = kept
