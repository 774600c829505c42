"""Namespaces, element makers and the few constructs that every part of the document uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast

from lxml.etree import Element, _Element

from define.collect import DefineRefusal
from define.model import PageRef

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
ARM = "http://www.cdisc.org/ns/arm/v1.0"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
# lxml takes None for the default namespace, its type hints do not know it.
NAMESPACES = cast("dict[str, str]", {None: ODM, "def": DEF, "arm": ARM, "xlink": XLINK})


class Maker:
    """Makes elements of one namespace: ``E.ItemDef(attributes, *children)``.

    It is lxml's ElementMaker, but with types, and text and attributes are looked at first.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def __getattr__(self, tag: str) -> Callable[..., _Element]:
        return partial(self._element, tag)

    def _element(self, tag: str, *content: str | dict[str, str] | _Element) -> _Element:
        element = Element(f"{{{self._namespace}}}{tag}", nsmap=NAMESPACES)
        for part in content:
            if isinstance(part, str):
                element.text = plain(part)
            elif isinstance(part, dict):
                for name, value in part.items():
                    element.set(name, plain(value))
            else:
                element.append(part)
        return element


E = Maker(ODM)
D = Maker(DEF)

_LANGUAGE = "en"
# XML 1.0 knows no other control characters than tab, line feed and carriage return.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")


def d(name: str) -> str:
    """The attribute def:`name` in the form lxml wants."""
    return f"{{{DEF}}}{name}"


def plain(text: str) -> str:
    """`text`, or DefineRefusal when it holds characters that XML cannot carry."""
    bad = _NOT_XML.search(text)
    if bad:
        raise DefineRefusal(f"{text!r} holds the character {bad.group()!r}, unknown to XML")
    return text


def given(attributes: Mapping[str, str | int | None]) -> dict[str, str]:
    """The attributes that have a value, as text, in the order given."""
    return {k: str(v) for k, v in attributes.items() if v is not None and v != ""}


def yes(flag: bool) -> str:
    """Yes or nothing, for attributes that exist only with the value Yes."""
    return "Yes" if flag else ""


def yes_no(flag: bool) -> str:
    """Yes or No."""
    return "Yes" if flag else "No"


def translated(text: str) -> _Element:
    """TranslatedText."""
    return E.TranslatedText({f"{{{XML}}}lang": _LANGUAGE}, text)


def description(text: str) -> list[_Element]:
    """Description, or nothing when there is no text."""
    return [E.Description(translated(text))] if text else []


def leaf_id(key: str) -> str:
    """The ID of a def:leaf; it must be an XML name, because the schema declares it as one."""
    oid = f"LF.{key}"
    if not _XML_ID.fullmatch(oid):
        raise DefineRefusal(f"the document key {key!r} may hold only letters, digits and . _ -")
    return oid


def leaf(key: str, href: str, title: str) -> _Element:
    """def:leaf: where a file stands, seen from the define.xml."""
    where = {"ID": leaf_id(key), f"{{{XLINK}}}href": href}
    return D.leaf(where, D.title(title))


def document_refs(references: Iterable[PageRef]) -> list[_Element]:
    """def:DocumentRef with its def:PDFPageRef."""
    return [_document_ref(r) for r in references]


def _document_ref(reference: PageRef) -> _Element:
    kinds = (
        ("PhysicalRef", [str(p) for p in sorted(set(reference.pages))]),
        ("NamedDestination", list(reference.destinations)),
    )
    pages = [
        D.PDFPageRef(
            given({"PageRefs": " ".join(refs), "Type": kind, "Title": reference.title}),
        )
        for kind, refs in kinds
        if refs
    ]
    return D.DocumentRef({"leafID": leaf_id(reference.document)}, *pages)
