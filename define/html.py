"""define.html: the define for people, one file that needs no stylesheet, network or script.

Anchors are the OIDs of define.xml, so a link into the page can be made from an OID.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from define.collect import codelist_comment, collect
from define.definexml.items import define_length, item_oid, value_list_oid, value_oid
from define.model import Dataset, Metadata, PageRef, Value, Variable, WhereClause
from define.uses import uses

_WHITESPACE = re.compile(r"\s")


def to_html(metadata: Metadata) -> bytes:
    """The page as UTF-8: the same metadata give the same bytes.

    Everything from the metadata is escaped, and the page's content policy lets run nothing
    but its own script and load nothing at all. Raises DefineRefusal as `to_xml` does.
    """
    parts = collect(metadata)
    page = _environment()
    style = _source("define.css")
    script = _source("define.js")
    text = page.get_template("define.html.j2").render(
        metadata=metadata,
        parts=parts,
        kind="SDTM" if metadata.purpose == "Tabulation" else "ADaM",
        used=uses(parts),
        # A predecessor that stands on this very page gets a link.
        here={f"{d.name}.{v.name}": item_oid(d, v) for d in parts.datasets for v in d.variables},
        main_lists={v.codelist.oid for d in parts.datasets for v in d.variables if v.codelist},
        documents={key: (href, title) for key, href, title in metadata.documents},
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}",
    )
    return text.encode("utf-8")


def _type_text(variable: Variable) -> str:
    """Type and size as one short text, such as ``text 200`` or ``float 8.2``."""
    length = define_length(variable)
    if length is None:
        return variable.datatype
    if variable.datatype == "float":
        return f"float {length}.{variable.significant_digits}"
    return f"{variable.datatype} {length}"


_COMPARATORS = {
    "EQ": "is",
    "NE": "is not",
    "IN": "is one of",
    "NOTIN": "is none of",
    "LT": "<",
    "LE": "\u2264",
    "GT": ">",
    "GE": "\u2265",
}


def _where_text(clause: WhereClause) -> str:
    """A where clause in words, such as ``LBTESTCD is CEA and LBSPEC is SERUM``."""
    return " and ".join(
        f"{c.variable} {_COMPARATORS[c.comparator]} {', '.join(v or 'missing' for v in c.values)}"
        for c in clause.checks
    )


def _sliced_by(values: Sequence[Value]) -> str:
    """The variables that the where clauses of a value list ask for."""
    return ", ".join(dict.fromkeys(c.variable for v in values for c in v.where.checks))


def _key_text(dataset: Dataset) -> str:
    return ", ".join(dataset.keys)


def _pages(reference: PageRef) -> list[tuple[str, str]]:
    """The fragment and the text of each page referred to."""
    numbers = sorted(set(reference.pages))
    return [
        *((f"page={n}", f"page {n}" if n == numbers[0] else str(n)) for n in numbers),
        *((quote(name), name) for name in reference.destinations),
    ]


def _web(href: str) -> str:
    """`href` when it is relative or of the web, else nothing (never ``javascript:``)."""
    try:
        scheme = urlsplit(href.strip()).scheme
    except ValueError:
        return ""
    return href.strip() if scheme in ("", "http", "https") else ""


def _anchor(oid: str) -> str:
    """`oid` as an HTML id, which may not hold white space."""
    return _WHITESPACE.sub("_", oid)


def _link(oid: str) -> str:
    return "#" + quote(_anchor(oid))


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _source(name: str) -> str:
    loader = _environment().loader
    assert loader is not None
    return loader.get_source(_environment(), name)[0]


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("define"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        anchor=_anchor,
        link=_link,
        web=_web,
        type_text=_type_text,
        pages=_pages,
        keys=_key_text,
        where_text=_where_text,
        sliced_by=_sliced_by,
    )
    made.globals.update(
        item_oid=item_oid,
        value_oid=value_oid,
        value_list_oid=value_list_oid,
        codelist_comment=codelist_comment,
    )
    return made
