"""A document as metadata: what the model holds, and beside it everything that it does not."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import _Element

from define.model import Metadata
from define.read.account import Node, Other
from define.read.datasets import read_dataset
from define.read.document import Document, read_document, version_of
from define.read.items import Items
from define.read.results import read_displays
from define.read.source import Source, source_of

_WRITING = ("FileOID", "AsOfDateTime", "SourceSystem", "ArchivalID", "PriorFileOID", "Id")
"""Who wrote the file: nothing of the study, and another one in every file."""


@dataclass(frozen=True, slots=True)
class ReadDefine:
    """A define.xml: its metadata, what these have no place for, and its version."""

    metadata: Metadata
    others: tuple[Other, ...]
    version: str


def read_define(xml: bytes) -> ReadDefine:
    """Read a define.xml of version 2.0 or 2.1, with analysis results where it has them.

    Broken references, doubled definitions and values of no meaning are no faults here: the
    reader leaves them out, and they stand among `others`. Raises DefineUnreadable.
    """
    return read(read_document(xml))


def read_metadata(xml: bytes) -> Metadata:
    """The metadata alone. Raises DefineUnreadable."""
    return read(read_document(xml)).metadata


def metadata_of(root: _Element) -> Metadata:
    """The metadata of a parsed document."""
    return read(Document(root, version_of(root))).metadata


def read(document: Document) -> ReadDefine:
    """Read a parsed document."""
    source = source_of(document)
    odm = Node(document.root, source.account)
    for name in _WRITING:
        odm.get(name)
    study = odm.child("Study")
    told = study.child("GlobalVariables") if study else None
    nodes = source.top.children("ItemGroupDef")
    purpose = next((p for n in nodes if (p := n.peek("Purpose"))), "")
    items = Items(source)
    about = source.comment(source.top, "the document")
    metadata = Metadata(
        study_id=study.peek("OID").removeprefix("STDY.") if study else "",
        study_name=_text(told, "StudyName"),
        study_description=_text(told, "StudyDescription"),
        protocol_name=_text(told, "ProtocolName"),
        purpose=purpose,
        created=odm.get("CreationDateTime"),
        standards=tuple(source.standards.values()),
        datasets=tuple(read_dataset(source, items, n, purpose) for n in nodes),
        comments=(about,) if about else (),
        tool_version=odm.get("SourceSystemVersion"),
        documents=_documents(source),
        displays=read_displays(source, items),
    )
    return ReadDefine(metadata, source.account.others(), document.version)


def _text(node: Node | None, name: str) -> str:
    found = node.child(name) if node else None
    return found.text() if found else ""


def _documents(source: Source) -> tuple[tuple[str, str, str], ...]:
    found = []
    for oid, leaf in source.tables["leaf"].items():
        title = leaf.child("title")
        found.append((source.documents[oid], leaf.get("href"), title.text() if title else ""))
    return tuple(found)
