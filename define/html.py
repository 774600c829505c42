"""define.html: the define for people, one file that needs no stylesheet, network or script.

Anchors are the OIDs of define.xml, so a link into the page can be made from an OID. A document in
English and Chinese is one page with a switch of plain radio buttons.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from define.collect import codelist_comment, collect
from define.definexml.items import define_length, item_oid, value_list_oid, value_oid
from define.languages import Wording
from define.model import Dataset, Metadata, PageRef, Value, Variable, WhereClause
from define.uses import Use, uses

_WHITESPACE = re.compile(r"\s")
_ISO_TYPES = ("date", "time", "partial", "incomplete", "duration", "interval")


def to_html(metadata: Metadata) -> bytes:
    """The page as UTF-8: the same metadata give the same bytes.

    Everything from the metadata is escaped, and the page's content policy lets run nothing
    but its own script and load nothing at all. Raises DefineRefusal as `to_xml` does.
    """
    parts = collect(metadata)
    page = _environment()
    style = _source("define.css")
    script = _source("define.js")
    # A predecessor that stands on this very page gets a link.
    here = {f"{d.name}.{v.name}": item_oid(d, v) for d in parts.datasets for v in d.variables}
    words = _Words(Wording.of(metadata), here)
    text = page.get_template("define.html.j2").render(
        metadata=metadata,
        parts=parts,
        kind="SDTM" if metadata.purpose == "Tabulation" else "ADaM",
        used=uses(parts),
        here=here,
        labels={f"{d.name}.{v.name}": v.label for d in parts.datasets for v in d.variables},
        main_lists={v.codelist.oid for d in parts.datasets for v in d.variables if v.codelist},
        documents={key: (href, title) for key, href, title in metadata.documents},
        say=words.say,
        w=words.word,
        plain=words.plain,
        column=words.column,
        where_text=words.where,
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}",
    )
    return text.encode("utf-8")


class _Words:
    """The texts and the words of one page, marked by language where it has two."""

    def __init__(self, wording: Wording, here: Mapping[str, str]) -> None:
        self._wording = wording
        self._here = here

    def say(self, text: str) -> Markup:
        """A text of the metadata."""
        return _marked(self._wording.each(text), escape)

    def word(self, word: str) -> Markup:
        """A word of the page's frame."""
        return _marked(self._wording.frame(word), escape)

    def plain(self, word: str) -> str:
        """A word of the frame for an attribute, which cannot be switched."""
        return " / ".join(dict.fromkeys(text for _, text in self._wording.frame(word)))

    def column(self, word: str) -> Markup:
        """The attributes that name a cell where the table is stacked."""
        told = self._wording.frame(word)
        return Markup(" ").join(
            Markup('data-{}="{}"').format("label" if i == 0 else language, text)
            for i, (language, text) in enumerate(told)
        )

    def where(self, clause: WhereClause) -> Markup:
        """A where clause in words, such as ``LBTESTCD is CEA and LBSPEC is SERUM``."""
        tests = [
            Markup("{} {} {}").format(
                self._variable(c.dataset, c.variable),
                self._comparator(c.comparator),
                Markup(", ").join(escape(v) if v else self.word("missing") for v in c.values),
            )
            for c in clause.checks
        ]
        return Markup(" {} ").format(self.word("and")).join(tests)

    def _variable(self, dataset: str, name: str) -> Markup:
        there = self._here.get(f"{dataset}.{name}")
        if there is None:
            return escape(name)
        return Markup('<a href="{}">{}</a>').format(_link(there), name)

    def _comparator(self, comparator: str) -> Markup:
        sign = _SIGNS.get(comparator)
        return escape(sign) if sign else self.word(_COMPARATORS[comparator])


def _marked(told: Sequence[tuple[str, str]], shown: Callable[[str], Markup]) -> Markup:
    """Texts in their languages; one that is the same in all needs no mark."""
    if len({text for _, text in told}) == 1:
        return shown(told[0][1])
    return Markup("").join(
        Markup('<span class="{}" lang="{}">{}</span>').format(language, language, shown(text))
        for language, text in told
    )


def _type_text(variable: Variable) -> str:
    """Type and size as one short text, such as ``text 200`` or ``float 8.2``."""
    length = define_length(variable)
    if length is None:
        return variable.datatype
    if variable.datatype == "float":
        return f"float {length}.{variable.significant_digits}"
    return f"{variable.datatype} {length}"


def _is_iso(variable: Variable) -> bool:
    """Whether the type is one of ISO 8601."""
    return variable.datatype.startswith(_ISO_TYPES)


_COMPARATORS = {"EQ": "is", "NE": "is not", "IN": "is one of", "NOTIN": "is none of"}
_SIGNS = {"LT": "<", "LE": "\u2264", "GT": ">", "GE": "\u2265"}


def _sliced_by(values: Sequence[Value]) -> str:
    """The variables that the where clauses of a value list ask for."""
    return ", ".join(dict.fromkeys(c.variable for v in values for c in v.where.checks))


def _users(found: Iterable[Use]) -> str:
    """The datasets that use something, for the filter."""
    return " ".join(dict.fromkeys(u.name.partition(".")[0] for u in found if "." in u.name))


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
        is_iso=_is_iso,
        sliced_by=_sliced_by,
        users=_users,
    )
    made.globals.update(
        item_oid=item_oid,
        value_oid=value_oid,
        value_list_oid=value_list_oid,
        codelist_comment=codelist_comment,
    )
    return made
