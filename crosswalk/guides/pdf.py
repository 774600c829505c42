"""A guide as PDF, and the figure as a drawing in it."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.graphics.shapes import Drawing, Group, Path, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from crosswalk.guides.document import Block, Bullets, Document, Figure, Link, Paragraph, Table
from crosswalk.guides.flow import Flow, Line
from define.pdf import BOLD, REGULAR, Fonts, Pdf, Span, Text

_DEEPEST = 3
_HIGHEST = 640.0
_FILLS = ("#eef2f6", "#e3eef6", "#e6f2e6")
_LINE, _EDGE, _INK, _WARN = "#a9b6c2", "#8a97a3", "#1b1f24", "#8a4b00"
_SIZE = 7.0


def to_pdf(document: Document, fonts: Fonts) -> bytes:
    """The file; the same guide and fonts give the same bytes."""
    pdf = Pdf(document.title, document.created, fonts, footer=document.footer)
    pdf.text(document.title, "title")
    for line in document.about:
        pdf.text(line)
    pdf.space(12)
    pdf.contents()
    pdf.page_break()
    for level, section in document.every():
        title = f"{section.number} {section.title}"
        pdf.heading(title, min(level, _DEEPEST), key=section.anchor)
        for block in section.blocks:
            _block(pdf, block)
    return pdf.render().data


def _block(pdf: Pdf, block: Block) -> None:
    if isinstance(block, Paragraph):
        pdf.text(_text(block))
    elif isinstance(block, Bullets):
        pdf.bullets(block.items)
    elif isinstance(block, Table):
        pdf.table(block.columns, block.rows, block.widths or _shares(block))
    else:
        _figure(pdf, block)


def _text(block: Paragraph) -> Text:
    colour = _WARN if block.kind == "missing" else ""
    return [
        Span(p.text, link=p.href) if isinstance(p, Link) else Span(p, colour=colour)
        for p in block.parts
    ]


def _shares(table: Table) -> Sequence[float]:
    """Widths by the longest text of each column, within bounds."""
    every = zip(table.columns, *table.rows, strict=True)
    return [min(40.0, max(11.0, *(float(len(cell)) for cell in column))) for column in every]


def _figure(pdf: Pdf, figure: Figure) -> None:
    flow = figure.flow
    scale = min(pdf.room / flow.width, _HIGHEST / flow.height, 1.0)
    drawing = Drawing(flow.width * scale, flow.height * scale)
    group = Group(*_shapes(flow, pdf.fonts))
    group.scale(scale, scale)
    drawing.add(group)
    pdf.drawing(drawing)
    pdf.text(figure.caption, "small")


def _shapes(flow: Flow, fonts: Fonts) -> list[object]:
    shapes: list[object] = []
    top = flow.height
    for line in flow.lines:
        path = Path(strokeColor=HexColor(_LINE), strokeWidth=0.5, fillColor=None)
        a, b = bend(line)
        path.moveTo(line.x1, top - line.y1)
        path.curveTo(a, top - line.y1, b, top - line.y2, line.x2, top - line.y2)
        shapes.append(path)
    for x, text in flow.heads:
        shapes.append(_string(x, top - 9, text, BOLD, fonts))
    for box in flow.boxes:
        fill = HexColor(_FILLS[box.kind % len(_FILLS)])
        shapes.append(
            Rect(
                box.x,
                top - box.y - box.height,
                box.width,
                box.height,
                rx=2,
                ry=2,
                fillColor=fill,
                strokeColor=HexColor(_EDGE),
                strokeWidth=0.5,
            )
        )
        shown = _fitted(fonts.plain(box.text), box.width - 8)
        shapes.append(_string(box.x + 4, top - box.y - box.height / 2 - 2.5, shown, REGULAR, fonts))
    return shapes


def _string(x: float, y: float, text: str, face: str, fonts: Fonts) -> String:
    shown = fonts.plain(text, face)
    return String(x, y, shown, fontName=face, fontSize=_SIZE, fillColor=HexColor(_INK))


def _fitted(text: str, width: float) -> str:
    while len(text) > 1 and stringWidth(text, REGULAR, _SIZE) > width:
        text = text[:-2].rstrip() + "\u2026"
    return text


def bend(line: Line) -> tuple[float, float]:
    """The two bends of a line: between columns, or to the left where both boxes are in one."""
    if line.x1 >= line.x2:
        return line.x1 - 22, line.x2 - 22
    middle = (line.x1 + line.x2) / 2
    return middle, middle
