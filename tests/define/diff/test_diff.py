"""Two defines: whatever one says differently is told, and what says nothing is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from typer.testing import CliRunner

from crosswalk.cli import app
from define.definexml.document import to_xml
from define.diff import Difference, diff
from define.diff.text import as_lines
from define.read import read_define

EXAMPLES = Path(__file__).parents[3].parent / "shared" / "define-examples"
# Who wrote the file and when, names of things that nothing in a define refers to, and numbers
# that leave the order as it is (the order has a test of its own).
SILENT = {
    "ODM@FileOID",
    "ODM@CreationDateTime",
    "ODM@SourceSystem",
    "ODM@SourceSystemVersion",
    "Study@OID",
    "MetaDataVersion@OID",
    "ItemGroupDef@OID",
    "ResultDisplay@OID",
    "AnalysisResult@OID",
    "ItemRef@OrderNumber",
    "CodeListItem@OrderNumber",
    "EnumeratedItem@OrderNumber",
}


def local(name: object) -> str:
    return str(name).rpartition("}")[2]


def compared(a: bytes, b: bytes) -> Difference:
    return diff(read_define(a), read_define(b))


def damaged(xml: bytes, known: set[str]) -> Iterator[tuple[str, bytes]]:
    """The document with one attribute or text changed, one for each kind; `known` are left."""
    root: Any = etree.fromstring(xml)
    for element in root.iter("*"):
        for key, was in element.attrib.items():
            kind = f"{local(element.tag)}@{local(key)}"
            if kind not in known:
                known.add(kind)
                number = str(int(was) + 1) if was.isdecimal() else f"{was}X"
                element.set(key, {"Yes": "No", "No": "Yes", "en": "fr"}.get(was, number))
                yield kind, etree.tostring(root)
                element.set(key, was)
        was = element.text
        kind = f"{local(element.tag)} text"
        if was and was.strip() and kind not in known:
            known.add(kind)
            element.text = f"{was} and more"
            yield kind, etree.tostring(root)
            element.text = was


def removed(xml: bytes, known: set[str]) -> Iterator[tuple[str, bytes]]:
    """The document without one element, one for each kind of element and of its parent."""
    whole: Any = etree.fromstring(xml)
    places = [(e.tag, e.getparent()) for e in whole.iter("*")]
    kinds = [f"{local(t)} in {local(p.tag)}" if p is not None else "" for t, p in places]
    for number, kind in enumerate(kinds):
        if kind and kind not in known:
            known.add(kind)
            root: Any = etree.fromstring(xml)
            element = list(root.iter("*"))[number]
            element.getparent().remove(element)
            if root.find(".//{*}ItemGroupDef") is not None:
                yield kind, etree.tostring(root)


def documents(old: bytes, sdtm: Any, adam: Any) -> list[bytes]:
    """Small ones first: of each kind of damage, the first document that allows it is taken."""
    found = [old, to_xml(sdtm.metadata), to_xml(adam.metadata)]
    return found + [p.read_bytes() for p in sorted(EXAMPLES.glob("defineV21-ADaM.xml"))]


@pytest.fixture
def old() -> bytes:
    return (Path(__file__).parents[2] / "data" / "define20.xml").read_bytes()


@pytest.mark.parametrize("way", [damaged, removed])
def test_every_change_of_any_kind_is_seen(way: Any, old: bytes, sdtm: Any, adam: Any) -> None:
    known = set(SILENT)
    unseen = []
    for xml in documents(old, sdtm, adam):
        whole = read_define(xml)
        unseen += [kind for kind, other in way(xml, known) if diff(whole, read_define(other)).equal]
    assert unseen == []
    assert len(known) > 60


def test_what_says_nothing_is_no_difference(old: bytes, sdtm: Any, adam: Any) -> None:
    for xml in documents(old, sdtm, adam):
        root: Any = etree.fromstring(xml)
        oids = {e.get(a) for e in root.iter("*") for a in ("OID", "ID") if e.get(a)}
        new = {oid: f"X{i}" for i, oid in enumerate(sorted(oids))}
        for element in root.iter("*"):
            for key, value in element.attrib.items():
                if value in new and local(key) not in ("Name", "SASFieldName", "PageRefs"):
                    element.set(key, new[value])
        odm = root.attrib
        odm["CreationDateTime"] = "2001-01-01T00:00:00"
        top = root.find(".//{*}MetaDataVersion")
        assert top is not None
        definitions = [e for e in top if local(e.tag) in ("ItemDef", "CodeList", "MethodDef")]
        for element in reversed(definitions):
            top.append(element)
        again = compared(xml, etree.tostring(root))
        assert as_lines(again)[3:] == []


def test_a_codelist_of_another_name_is_the_same(old: bytes) -> None:
    other = old.replace(b'Name="Sex"', b'Name="Sex of the Subject"')
    assert as_lines(compared(old, other))[2:] == [
        "1 difference between the defines.",
        "changed: codelist Sex",
        "  name: Sex -> Sex of the Subject",
    ]


def test_order_and_what_belongs_to_a_thing(old: bytes) -> None:
    moved = old.replace(b'"IT.DM.BRTHDTC" OrderNumber="3"', b'"IT.DM.BRTHDTC" OrderNumber="9"')
    assert as_lines(compared(old, moved))[3:] == [
        "changed: dataset DM",
        "  order of variables: SEX after BRTHDTC -> SEX after USUBJID",
    ]
    terms = old.replace(b'"F" OrderNumber="1"', b'"F" OrderNumber="3"')
    assert "changed: codelist Sex" in as_lines(compared(old, terms))
    twice = old.replace(b'"F" OrderNumber="1"', b'"F" OrderNumber="2"')
    assert "changed: other codelist Sex" in as_lines(compared(old, twice))
    without = re.sub(rb'<ItemGroupDef OID="IG.VS".*?</ItemGroupDef>', b"", old, flags=re.DOTALL)
    lines = as_lines(compared(old, without))
    assert "removed: dataset VS" in lines
    assert not [line for line in lines if "variable VS." in line]


def test_2_0_and_2_1_are_compared_by_what_both_tell(sdtm: Any) -> None:
    new = to_xml(sdtm.metadata)
    text = (
        new.decode().replace("def/v2.1", "def/v2.0").replace('Version="2.1.0"', 'Version="2.0.0"')
    )
    text = text.replace('Type="Collected" Source="Investigator"', 'Type="CRF"')
    text = text.replace('Type="Collected" Source="Vendor"', 'Type="eDT"')
    text = re.sub(r' (Source|def:IsNonStandard|def:HasNoData|def:StandardOID)="[^"]*"', "", text)
    text = re.sub(r'(PDFPageRef[^>]*) Title="[^"]*"', r"\1", text)
    version = re.search(r'Name="SDTMIG" Type="IG" Version="([^"]*)"', text)
    assert version is not None
    named = f'def:StandardName="SDTM-IG" def:StandardVersion="{version.group(1)}" def:DefineVersion'
    text = text.replace("def:DefineVersion", named)
    text = re.sub(r"<def:Standards>.*?</def:Standards>", "", text, flags=re.DOTALL)
    classes = re.findall(r'(<ItemGroupDef .*?<def:Class Name="([^"]*)")', text, flags=re.DOTALL)
    for group, name in classes:
        text = text.replace(
            group, group.replace("<ItemGroupDef ", f'<ItemGroupDef def:Class="{name}" ', 1)
        )
    text = re.sub(r"<def:Class.*?(/>|</def:Class>)", "", text, flags=re.DOTALL)
    found = compared(text.encode(), new)
    assert [(c.thing.area, c.attribute) for c in found.changes if c.attribute == "Define-XML"]
    # The comment of the CT package and the number of the version are all that is left.
    assert {str(c.thing) for c in found.changes} <= {"document", "other the document"} | {
        str(c.thing) for c in found.changes if c.thing.area == "other"
    }
    assert found.untold


def test_the_commands_answer(old: bytes, tmp_path: Path) -> None:
    one, two, page = tmp_path / "one.xml", tmp_path / "two.xml", tmp_path / "page.html"
    one.write_bytes(old)
    two.write_bytes(old.replace(b">Demographics<", b">&lt;script&gt;&#x202e;Demographics<"))

    def run(*arguments: object) -> Any:
        return CliRunner().invoke(app, ["define", "diff", *map(str, arguments)])

    assert run(one, one).exit_code == 0
    told = run(one, two, "--html", page)
    assert told.exit_code == 1
    assert "label:" in told.output
    html = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "\u202e" not in html
    assert '"attribute": "label"' in run(one, two, "--json").output
    for wrong, says in ((tmp_path / "none.xml", "no such file"), (tmp_path, "no define.xml")):
        failed = run(one, wrong)
        assert failed.exit_code == 2
        assert says in " ".join(failed.output.split())
    two.write_bytes(old[:300])
    assert run(one, two).exit_code == 2
    unwritable = run(one, one, "--html", tmp_path / "no" / "page.html")
    assert unwritable.exit_code == 2
