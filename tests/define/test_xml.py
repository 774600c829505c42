"""define.xml: valid, whole, the same bytes every time, and accepted by an independent judge."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from define.collect import DefineRefusal
from define.definexml import to_xml
from define.model import Codelist, Comment, Metadata, Term
from define.schema_check import schema_check
from define.xpt import write_dataset

if TYPE_CHECKING:
    from tests.define.conftest import Package

NS = {
    "o": "http://www.cdisc.org/ns/odm/v1.3",
    "d": "http://www.cdisc.org/ns/def/v2.1",
    "x": "http://www.w3.org/1999/xlink",
}
CREATED = datetime(2025, 1, 1, tzinfo=UTC)
JUDGE = Path(__file__).parents[2].parent / "shared" / "bin" / "check-define"


@pytest.fixture(params=["sdtm", "adam"])
def package(request: pytest.FixtureRequest) -> Package:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def find(metadata: Metadata, path: str) -> list[Any]:
    found = etree.fromstring(to_xml(metadata)).xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return found


def change(metadata: Metadata, dataset: str, variable: str, **facts: object) -> Metadata:
    """The metadata with some facts of one variable changed."""

    def changed(d: Any) -> Any:
        if d.name != dataset:
            return d
        return replace(
            d,
            variables=tuple(replace(v, **facts) if v.name == variable else v for v in d.variables),
        )

    return replace(metadata, datasets=tuple(changed(d) for d in metadata.datasets))


def test_is_valid_and_nothing_dangles(package: Package) -> None:
    assert schema_check(to_xml(package.metadata)) == []


def test_same_metadata_same_bytes_whatever_the_order_given(package: Package) -> None:
    first = to_xml(package.metadata)
    turned = replace(package.metadata, datasets=package.metadata.datasets[::-1])
    assert to_xml(turned) == first


@pytest.mark.skipif(not JUDGE.exists(), reason="the independent judge is not on this machine")
def test_independent_judge_finds_no_error_and_no_warning(package: Package, tmp_path: Path) -> None:
    for dataset in package.metadata.datasets:
        write_dataset(tmp_path / dataset.file, package.frames[dataset.name], dataset, CREATED)
    for _, href, _ in package.metadata.documents:
        (tmp_path / href).write_bytes(b"")
    document = tmp_path / "define.xml"
    document.write_bytes(to_xml(package.metadata))
    command = [sys.executable, str(JUDGE), str(document), "--data", str(tmp_path), "--files"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "errors 0 warnings 0" in run.stdout, run.stdout + run.stderr
    assert "compared=3" in run.stdout


def test_head_names_the_stylesheet_and_the_tool(sdtm: Package) -> None:
    lines = to_xml(sdtm.metadata).decode("ascii").splitlines()
    assert lines[:2] == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>',
    ]
    root = etree.fromstring(to_xml(sdtm.metadata))
    assert root.get("CreationDateTime") == "2025-01-01T00:00:00"
    assert root.get("SourceSystem") == "Crosswalk"
    assert root.get(f"{{{NS['d']}}}Context") == "Submission"


def test_datasets_stand_in_class_order(sdtm: Package, adam: Package) -> None:
    assert find(sdtm.metadata, "//o:ItemGroupDef/@Name") == ["DM", "AE", "SUPPAE"]
    assert find(adam.metadata, "//o:ItemGroupDef/@Name") == ["ADSL", "ADAE", "ADTTE"]


def test_supplemental_dataset_names_its_parent(sdtm: Package) -> None:
    (supp,) = find(sdtm.metadata, "//o:ItemGroupDef[@Name='SUPPAE']")
    assert supp.get("Domain") == "AE"
    (alias,) = supp.findall("o:Alias", NS)
    assert (alias.get("Context"), alias.get("Name")) == ("DomainDescription", "Adverse Events")


def test_analysis_dataset_has_class_and_subclass_but_no_domain_and_no_role(adam: Package) -> None:
    (adtte,) = find(adam.metadata, "//o:ItemGroupDef[@Name='ADTTE']")
    assert adtte.get("Domain") is None
    assert adtte.find("d:Class", NS).get("Name") == "BASIC DATA STRUCTURE"
    assert adtte.find("d:Class/d:SubClass", NS).get("Name") == "TIME-TO-EVENT"
    assert not find(adam.metadata, "//@Role")


def test_length_is_for_text_and_numbers_only(sdtm: Package, adam: Package) -> None:
    lengths = {
        i.get("OID"): (i.get("Length"), i.get("SignificantDigits"))
        for p in (sdtm, adam)
        for i in find(p.metadata, "//o:ItemDef")
    }
    assert lengths["IT.AE.AETERM"] == ("24", None)
    assert lengths["IT.AE.AESEQ"] == ("1", None)
    assert lengths["IT.AE.AESTDTC"] == (None, None)
    assert lengths["IT.ADTTE.AVAL"] == ("5", "1")


def test_published_extended_sponsor_and_external_codelists(sdtm: Package) -> None:
    (out,) = find(sdtm.metadata, "//o:CodeList[@OID='CL.OUT']")
    coded = [
        (i.get("CodedValue"), i.get(f"{{{NS['d']}}}ExtendedValue"), i.find("o:Alias", NS) is None)
        for i in out.findall("o:EnumeratedItem", NS)
    ]
    assert coded == [
        ("RECOVERED/RESOLVED", None, False),
        ("RESOLVED <UNDER & OVER>", "Yes", True),
    ]
    assert out.find("o:Alias", NS).get("Name") == "C66768"
    (rel,) = find(sdtm.metadata, "//o:CodeList[@OID='CL.AEREL']")
    assert rel.get(f"{{{NS['d']}}}IsNonStandard") == "Yes"
    (sex,) = find(sdtm.metadata, "//o:CodeList[@OID='CL.SEX']")
    assert [t.text for t in sex.iterfind("o:CodeListItem/o:Decode/o:TranslatedText", NS)] == [
        "Female",
        "Male",
    ]
    (meddra,) = find(sdtm.metadata, "//o:ExternalCodeList")
    assert (meddra.get("Dictionary"), meddra.get("Version")) == ("MedDRA", "27.1")


def test_half_decoded_list_repeats_the_value(sdtm: Package) -> None:
    half = Codelist("HALF", "Half", terms=(Term("A", "First"), Term("B")))
    changed = change(sdtm.metadata, "AE", "AEREL", codelist=half)
    path = "//o:CodeList[@OID='CL.HALF']/o:CodeListItem/o:Decode/o:TranslatedText/text()"
    assert find(changed, path) == ["First", "B"]


def test_origin_pages_are_sorted_and_predecessors_have_no_source(
    sdtm: Package, adam: Package
) -> None:
    pages = find(sdtm.metadata, "//o:ItemDef[@OID='IT.AE.AETERM']/d:Origin//d:PDFPageRef")
    assert [(p.get("PageRefs"), p.get("Type")) for p in pages] == [("5 7", "PhysicalRef")]
    (origin,) = find(adam.metadata, "//o:ItemDef[@OID='IT.ADSL.SEX']/d:Origin")
    assert dict(origin.attrib) == {"Type": "Predecessor"}
    assert "".join(origin.itertext()).strip() == "DM.SEX"


def test_several_comments_on_the_document_become_one(adam: Package) -> None:
    (version,) = find(adam.metadata, "//o:MetaDataVersion")
    assert version.get(f"{{{NS['d']}}}CommentOID") == "COM.DOCUMENT"
    (text,) = find(adam.metadata, "//d:CommentDef//o:TranslatedText/text()")
    assert text == "Cut-off 2024-12-31.\nSee the guide."


def test_empty_dataset_has_no_file_and_says_why(sdtm: Package) -> None:
    empty = replace(sdtm.metadata.dataset("AE"), records=0)
    document = replace(sdtm.metadata, datasets=(sdtm.metadata.dataset("DM"), empty))
    (group,) = find(document, "//o:ItemGroupDef[@Name='AE']")
    assert group.get(f"{{{NS['d']}}}HasNoData") == "Yes"
    assert group.find("d:leaf", NS) is None
    assert schema_check(to_xml(document)) == []


def test_non_standard_analysis_dataset_has_no_class(adam: Package) -> None:
    own = replace(adam.metadata.dataset("ADTTE"), standard=None)
    (group,) = find(replace(adam.metadata, datasets=(own,)), "//o:ItemGroupDef")
    assert group.get(f"{{{NS['d']}}}IsNonStandard") == "Yes"
    assert group.find("d:Class", NS) is None


def test_text_beyond_ascii_and_markup_survive(sdtm: Package) -> None:
    hostile = 'A < B & "C" \u809d \U0001d538'
    changed = replace(sdtm.metadata, study_description=hostile)
    xml = to_xml(changed)
    assert xml.isascii()
    assert find(changed, "//o:StudyDescription/text()") == [hostile]
    assert schema_check(xml) == []


def test_what_xml_cannot_carry_is_refused(sdtm: Package) -> None:
    with pytest.raises(DefineRefusal, match=r"\\x0b"):
        to_xml(change(sdtm.metadata, "AE", "AETERM", label="bad\x0blabel"))
    with pytest.raises(DefineRefusal, match="document key"):
        to_xml(replace(sdtm.metadata, documents=(("my crf", "a.pdf", "A"),)))


def test_two_things_under_one_key_are_refused(sdtm: Package) -> None:
    other = Codelist("SEX", "Another", terms=(Term("X"),))
    with pytest.raises(DefineRefusal, match="codelists have the key SEX"):
        to_xml(change(sdtm.metadata, "AE", "AEREL", codelist=other))


def test_standards_may_carry_a_comment(sdtm: Package) -> None:
    standard = replace(sdtm.metadata.standards[1], comment=Comment("CT", "One package only."))
    first = sdtm.metadata.standards[0]
    plain = replace(sdtm.metadata, standards=(first, standard), datasets=())
    (found,) = find(plain, "//d:Standard[@Type='CT']")
    assert found.get(f"{{{NS['d']}}}CommentOID") == "COM.CT"
