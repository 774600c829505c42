"""A define.xml as a document: written again without loss; what is none is refused in words."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from lxml import etree

from define.model import Metadata
from define.read import DefineUnreadable, read_document

from define.definexml.document import to_xml  # isort: skip

HEAD = b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v%s">'
GROUP = b'<Study OID="S"><MetaDataVersion OID="M"><ItemGroupDef OID="G" Name="DM"/>'
END = b"</MetaDataVersion></Study></ODM>"
BOMB = (
    b'<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


def content(xml: bytes) -> Counter[tuple[Any, ...]]:
    """Every element, comment and instruction: path, attributes, text and the text after it."""
    tree = etree.fromstring(xml).getroottree()
    found: Counter[tuple[Any, ...]] = Counter()
    before = tree.getroot().getprevious()
    while before is not None:
        found["before", str(before.tag), str(before.text)] += 1
        before = before.getprevious()
    for element in tree.iter():
        path = [str(e.tag) for e in element.iterancestors()]
        attributes = tuple(sorted(element.attrib.items())) if isinstance(element.tag, str) else ()
        found[(*path, str(element.tag), attributes, element.text, element.tail)] += 1
    return found


def test_an_official_example_written_again_loses_nothing(example: bytes) -> None:
    again = read_document(example).to_bytes()
    assert content(again) == content(example)
    assert read_document(again).to_bytes() == again


def test_version_2_0_written_again_loses_nothing(old: bytes) -> None:
    document = read_document(old)
    assert document.version == "2.0"
    assert content(document.to_bytes()) == content(old)


def test_our_own_is_of_version_2_1(sdtm: Any) -> None:
    metadata: Metadata = sdtm.metadata
    xml = to_xml(metadata)
    assert read_document(xml).version == "2.1"
    assert content(read_document(xml).to_bytes()) == content(xml)


def test_characters_beyond_ascii_survive() -> None:
    xml = HEAD % b"2.1" + GROUP + "<!-- \u4e2d\u6587 &amp; \U00020000 -->".encode() + END
    assert content(read_document(xml).to_bytes()) == content(xml)


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        (b"", "not well-formed XML"),
        (b"\x00\x01\x02", "not well-formed XML"),
        (b"PK\x03\x04 a workbook", "not well-formed XML"),
        (HEAD % b"2.1" + GROUP, r"not well-formed XML: .* \(line 1\)"),
        (b"<html><body/></html>", "its root element is <html>, that of a define.xml is <ODM>"),
        (HEAD % b"1.0" + GROUP + END, "it is Define-XML 1.0; 2.0 and 2.1 are read"),
        (HEAD % b"2.1" + END.replace(b"</MetaDataVersion></Study>", b""), "describes no dataset"),
        (b'<!DOCTYPE ODM SYSTEM "http://127.0.0.1:9/x.dtd">' + HEAD % b"2.1" + GROUP + END, "DOC"),
        (
            b'<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            + HEAD % b"2.1"
            + GROUP.replace(b'"DM"/>', b'"DM">&x;</ItemGroupDef>')
            + END,
            "it has a DOCTYPE; a define.xml has none",
        ),
        (BOMB + HEAD % b"2.1" + GROUP.replace(b'"DM"', b'"&c;"') + END, "DOCTYPE|entit"),
        (b'<?xml version="1.0" encoding="utf-16"?><ODM/>', "not well-formed|not XML"),
    ],
)
def test_what_is_none_is_refused(xml: bytes, says: str) -> None:
    with pytest.raises(DefineUnreadable, match=says):
        read_document(xml)
