"""A define.xml of anybody as a document: read safely, kept whole, written again without loss."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from lxml import etree
from lxml.etree import _Element

from define.schema_check import safe_parser

_NAMESPACE = re.compile(r"http://www\.cdisc\.org/ns/def/v(\d+\.\d+)")
VERSIONS = ("2.0", "2.1")


class DefineUnreadable(ValueError):
    """It is no define.xml that can be read; the text says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """The parsed file. `version` is 2.0 or 2.1, or "" where nothing in it tells."""

    root: _Element
    version: str

    def to_bytes(self) -> bytes:
        """The document again: every element, attribute, text, comment and instruction of it."""
        head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
        tree = self.root.getroottree()
        body: bytes = etree.tostring(tree, encoding="utf-8", xml_declaration=False)
        return head + body + b"\n"


def read_document(xml: bytes) -> Document:
    """Parse without entities, DTD and network.

    Raises DefineUnreadable: not well-formed, a DOCTYPE (where entities and bombs live), another
    document than ODM, another version than 2.0 and 2.1, or no dataset described.
    """
    try:
        root = etree.fromstring(xml, safe_parser())
    except etree.XMLSyntaxError as fault:
        where = f" (line {fault.lineno})" if fault.lineno else ""
        raise DefineUnreadable(f"it is not well-formed XML: {fault.msg}{where}") from None
    except ValueError as fault:
        raise DefineUnreadable(f"it is not XML: {fault}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DefineUnreadable("it has a DOCTYPE; a define.xml has none")
    name = etree.QName(root).localname
    if name != "ODM":
        raise DefineUnreadable(f"its root element is <{name}>, that of a define.xml is <ODM>")
    version = version_of(root)
    if version and version not in VERSIONS:
        known = " and ".join(VERSIONS)
        raise DefineUnreadable(f"it is Define-XML {version}; {known} are read")
    if root.find(".//{*}ItemGroupDef") is None:
        raise DefineUnreadable("it describes no dataset")
    return Document(root, version)


def version_of(root: _Element) -> str:
    """The version by the namespace in use; MetaDataVersion may declare it, not only the root."""
    for element in (root, *root.iterfind(".//{*}MetaDataVersion")):
        spaces = cast("Iterable[Any]", element.nsmap.values())
        for space in sorted(str(s) for s in spaces):
            if found := _NAMESPACE.fullmatch(space):
                return found.group(1)
    return ""
