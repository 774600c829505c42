"""define.html: the define for people, one file that needs no stylesheet, network or script.

Anchors are the OIDs of define.xml, so a link into the page can be made from an OID.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from define.collect import Parts, codelist_comment, collect
from define.definexml.items import define_length, item_oid
from define.model import Dataset, Metadata, PageRef, Variable

_WHITESPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Use:
    """A place that uses a codelist, method or comment: its anchor and its name."""

    anchor: str
    name: str


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
        used=_uses(parts),
        # A predecessor that stands on this very page gets a link.
        here={f"{d.name}.{v.name}": item_oid(d, v) for d in parts.datasets for v in d.variables},
        documents={key: (href, title) for key, href, title in metadata.documents},
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}",
    )
    return text.encode("utf-8")


def _uses(parts: Parts) -> dict[str, list[Use]]:
    """OID of a codelist, method, comment or document -> where it is used, in page order."""
    uses: dict[str, list[Use]] = defaultdict(list)
    if parts.document_comment:
        uses[parts.document_comment.oid].append(Use("top", "the whole document"))
    for standard in parts.standards:
        if standard.comment:
            uses[standard.comment.oid].append(
                Use("standards", f"{standard.name} {standard.version}")
            )
    for dataset in parts.datasets:
        if dataset.comment:
            uses[dataset.comment.oid].append(Use(f"IG.{dataset.name}", dataset.name))
        for variable in dataset.variables:
            here = Use(item_oid(dataset, variable), f"{dataset.name}.{variable.name}")
            for part in (variable.codelist, variable.method, variable.comment):
                if part is not None:
                    uses[part.oid].append(here)
    for codelist in parts.codelists:
        remark = codelist_comment(codelist)
        if remark:
            uses[remark.oid].append(Use(codelist.oid, codelist.name))
    return uses


def _type_text(variable: Variable) -> str:
    """Type and size as one short text, such as ``text 200`` or ``float 8.2``."""
    length = define_length(variable)
    if length is None:
        return variable.datatype
    if variable.datatype == "float":
        return f"float {length}.{variable.significant_digits}"
    return f"{variable.datatype} {length}"


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
        anchor=_anchor, link=_link, web=_web, type_text=_type_text, pages=_pages, keys=_key_text
    )
    made.globals.update(item_oid=item_oid, codelist_comment=codelist_comment)
    return made
