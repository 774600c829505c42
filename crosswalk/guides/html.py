"""A guide as one self-contained page: no script, no network, printable."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crosswalk.guides.document import Bullets, Document, Figure, Link, Paragraph, Table
from crosswalk.guides.flow import Line
from crosswalk.guides.pdf import bend
from validation.hostile import visible
from validation.render import policy

_TEMPLATES = Path(__file__).parent / "templates"
_KINDS = {Paragraph: "paragraph", Bullets: "bullets", Table: "table", Figure: "figure"}


def to_html(document: Document) -> bytes:
    """The page as UTF-8; everything in it is escaped."""
    style = (_TEMPLATES / "guide.css").read_text(encoding="utf-8")
    page = _environment().get_template("guide.html.j2")
    text = page.render(document=document, style=style, policy=policy(style))
    return text.encode("utf-8")


def _path(line: Line) -> str:
    a, b = bend(line)
    return f"M{line.x1:g} {line.y1:g}C{a:g} {line.y1:g} {b:g} {line.y2:g} {line.x2:g} {line.y2:g}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["safe_text"] = lambda text: visible(str(text))
    made.filters["path"] = _path
    made.tests["link"] = lambda part: isinstance(part, Link)
    made.globals["kind_of"] = lambda block: _KINDS[type(block)]
    return made
