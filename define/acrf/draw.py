"""How a field of the annotated CRF is drawn: what is asked on the left, annotations beside it.

Every text is a paragraph that wraps in its own column, so nothing can lie over anything else.
Heights are known before anything is drawn; `define.acrf.document` fills pages by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Paragraph

from define.acrf.model import Annotation, CrfForm, Item
from define.pdf import BOLD, Fonts, Span, Text, note, paragraph
from sdtm.standard import domain

COLOURS = ("#bfffff", "#ffff96", "#96ff96", "#ffbe9b", "#e3d0ff", "#ffd0e4")
"""The colours of the first, second, ... domain of a form, as annotators are used to."""
_BORDER, _RULE, _FAINT = "#4a5560", "#d3d8de", "#5b6470"
_GAP, _PAD = 3.0, 3.0
_SHARES = (0.30, 0.28, 0.42)
_BETWEEN, _APART = 9.0, 5.0
_TITLE = 200
"""How many letters of a form's title head its pages."""


@dataclass(frozen=True)
class _Cell:
    """A paragraph of known size; `fill` draws a box around it, `dot` an option's circle."""

    paragraph: Paragraph
    width: float
    height: float
    fill: str = ""
    dot: bool = False
    key: str = ""

    @property
    def pad(self) -> float:
        return _PAD if self.fill else 0.0

    @property
    def whole(self) -> float:
        return self.height + 2 * self.pad + _GAP

    def draw(self, canvas: Any, x: float, top: float) -> None:
        bottom = top - self.height - 2 * self.pad
        if self.fill:
            canvas.setFillColor(HexColor(self.fill))
            canvas.setStrokeColor(HexColor(_BORDER))
            canvas.setLineWidth(0.4)
            canvas.rect(x, bottom, self.width, top - bottom, stroke=1, fill=1)
        shift = self.pad
        if self.dot:
            canvas.setStrokeColor(HexColor(_BORDER))
            canvas.setLineWidth(0.5)
            canvas.circle(x + 3, top - 5.2, 2.1, stroke=1, fill=0)
            shift = 9
        self.paragraph.drawOn(canvas, x + shift, bottom + self.pad)
        if self.key:
            note(canvas, self.key)


class Row(Flowable):  # type: ignore[misc]
    """Three columns of cells, and a line under them."""

    def __init__(self, columns: Sequence[Sequence[_Cell]], width: float, *, last: bool) -> None:
        super().__init__()
        self.columns, self.width, self.last = columns, width, last
        self.height = max(sum(c.whole for c in column) for column in columns) + 5

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        for x, column in zip(_starts(self.width), self.columns, strict=True):
            top = self.height - 3
            for cell in column:
                cell.draw(self.canv, x, top)
                top -= cell.whole
        if self.last:
            self.canv.setStrokeColor(HexColor(_RULE))
            self.canv.setLineWidth(0.4)
            self.canv.line(0, 0, self.width, 0)


class Line(Flowable):  # type: ignore[misc]
    """Boxes beside each other."""

    def __init__(self, chips: Sequence[_Cell], width: float) -> None:
        super().__init__()
        self.chips, self.width = chips, width
        self.height = max(c.whole for c in chips) + 1

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.draw_at(self.canv, self.height)

    def draw_at(self, canvas: Any, top: float) -> None:
        x = 0.0
        for chip in self.chips:
            chip.draw(canvas, x, top)
            x += chip.width + _APART


class Head(Flowable):  # type: ignore[misc]
    """The top of a form's page: its title, and the box of each domain.

    `keys` are destinations that its first page gets; without them it is that of a page after.
    """

    def __init__(
        self, form: CrfForm, fonts: Fonts, width: float, *, keys: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.width, self.keys = width, keys
        where = f"the form {form.name}"
        title = form.title if len(form.title) <= _TITLE else f"{form.title[:_TITLE]}\u2026"
        self.title = paragraph(title if keys else f"{title} (continued)", fonts, "1", where)
        self.title_height = self.title.wrap(width, 1e6)[1]
        colours = colours_of(form)
        chips = [
            _chip(f"{d} = {domain(d).label}", fonts, width, colours[d], where, bold=True)
            for d in form.domains
        ]
        if not chips:
            chips = [_chip("[NOT SUBMITTED]", fonts, width, "#ffffff", where, bold=True)]
        self.lines = _lines(chips, width)
        self.height = self.title_height + 6 + sum(line.height for line in self.lines) + 8

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        for key in self.keys:
            note(self.canv, key)
            self.canv.bookmarkHorizontal(key, 0, self.height)
        self.title.drawOn(self.canv, 0, self.height - self.title_height)
        top = self.height - self.title_height - 6
        for line in self.lines:
            line.draw_at(self.canv, top)
            top -= line.height
        self.canv.setStrokeColor(HexColor(_BORDER))
        self.canv.setLineWidth(0.8)
        self.canv.line(0, 2, self.width, 2)


def fixed_lines(form: CrfForm, fonts: Fonts, width: float, most: float) -> Iterator[Line]:
    """What all records of a form get, each in a box, none higher than `most` points."""
    colours, where = colours_of(form), f"the form {form.name}"
    chips: list[_Cell] = []
    for dataset, variable, value in form.fixed:
        text, fill = f'{dataset}.{variable} = "{value}"', colours[dataset]
        chip = _chip(text, fonts, width, fill, where)
        if chip.whole > most:
            made = paragraph(text, fonts, "small", where)
            chips.extend(_cells(made, width, most, fill=fill))
        else:
            chips.append(chip)
    yield from _lines(chips, width)


def colours_of(form: CrfForm) -> dict[str, str]:
    """The colour of each domain on a form."""
    return {d: COLOURS[n % len(COLOURS)] for n, d in enumerate(form.domains)}


def rows_of(
    form: CrfForm,
    item: Item,
    fonts: Fonts,
    width: float,
    most: float,
    key: Callable[[Annotation], str],
) -> Iterator[Row]:
    """The rows of one field, none higher than `most` points; `key` marks each annotation."""
    where = f"the form {form.name}, field {item.name}"
    widths = [width * share - _BETWEEN for share in _SHARES]
    colours = colours_of(form)

    def cells(text: Text, n: int, style: str, **facts: Any) -> Iterator[_Cell]:
        yield from _cells(paragraph(text, fonts, style, where), widths[n], most, **facts)

    asked = [*cells([Span(item.label or item.name, bold=True)], 0, "small")]
    if item.label and item.label != item.name:
        asked += cells([Span(item.name, colour=_FAINT)], 0, "small")
    about = ", ".join(filter(None, (item.type, f"unit {item.unit}" if item.unit else "")))
    answers = [*cells([Span(about, colour=_FAINT)], 1, "small")] if about else []
    for code, text in item.options:
        shown = text if not code or code == text else f"{code} = {text}"
        answers += cells(shown, 1, "small", dot=True)
    said: list[_Cell] = []
    for each in item.annotations:
        said += cells(each.text, 2, "small", fill=colours[each.domain], key=key(each))
    for remark, used in item.remarks:
        words = remark if used else f"[NOT SUBMITTED] {remark}"
        said += cells([Span(words, colour=_FAINT)], 2, "small", fill="" if used else "#ffffff")
    columns = [asked, answers, said]
    while any(columns):
        taken = [_taken(column, most) for column in columns]
        columns = [column[len(part) :] for column, part in zip(columns, taken, strict=True)]
        yield Row(taken, width, last=not any(columns))


def _taken(column: list[_Cell], most: float) -> list[_Cell]:
    part: list[_Cell] = []
    for cell in column:
        if part and sum(c.whole for c in part) + cell.whole > most - 5:
            break
        part.append(cell)
    return part


def _cells(
    text: Paragraph, width: float, most: float, *, fill: str = "", dot: bool = False, key: str = ""
) -> Iterator[_Cell]:
    """The paragraph as a cell, or as several when it alone is higher than `most`."""
    inner = width - (2 * _PAD if fill else 9.0 if dot else 0.0)
    height = text.wrap(inner, 1e6)[1]
    room = most - 20
    parts = [text] if height <= room else text.split(inner, room)
    for number, part in enumerate(parts):
        high = part.wrap(inner, 1e6)[1]
        if high > room and len(parts) > 1:
            yield from _cells(part, width, most, fill=fill, key=key)
        else:
            yield _Cell(part, width, high, fill, dot and not number, key)


def _starts(width: float) -> tuple[float, float, float]:
    return 0.0, width * _SHARES[0], width * (_SHARES[0] + _SHARES[1])


def _chip(
    text: str, fonts: Fonts, width: float, fill: str, where: str, *, bold: bool = False
) -> _Cell:
    made = paragraph([Span(text, bold=bold)], fonts, "small", where)
    size = made.style.fontSize
    face = BOLD if bold else made.style.fontName
    needed = sum(stringWidth(part, name, size) for name, part in fonts.runs(text, face, where))
    # One point more than is needed, because breaking lines rounds.
    wide = min(needed + 2 * _PAD + 1, width)
    return _Cell(made, wide, made.wrap(wide - 2 * _PAD, 1e6)[1], fill)


def _lines(chips: Sequence[_Cell], width: float) -> list[Line]:
    groups: list[list[_Cell]] = []
    for chip in chips:
        if not groups or sum(c.width + _APART for c in groups[-1]) + chip.width > width:
            groups.append([])
        groups[-1].append(chip)
    return [Line(group, width) for group in groups]
