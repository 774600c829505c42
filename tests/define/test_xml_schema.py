"""The schema check: a damaged define.xml is named, and what could not be checked says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from define import schema_check as module
from define.definexml import to_xml
from define.schema_check import StylesheetMissing, schema_check, stylesheet
from mappings.findings import Severity

if TYPE_CHECKING:
    from tests.define.conftest import Package

# What to replace, by what, and the rule that must name it.
DAMAGE = [
    ('def:Context="Submission"', 'def:Context="Draft"', "define.xsd"),
    ('def:Context="Submission"', "", "define.xsd"),
    ('DataType="integer"', 'DataType="number"', "define.xsd"),
    ('Length="24"', 'Length="0"', "define.xsd"),
    ('Length="24"', 'Length="long"', "define.xsd"),
    ('Mandatory="Yes"', 'Mandatory="Maybe"', "define.xsd"),
    ('OrderNumber="2"', 'OrderNumber="1"', "define.xsd"),
    ('KeySequence="2"', 'KeySequence="1"', "define.xsd"),
    ('Type="Collected"', 'Type="CRF"', "define.xsd"),
    ('Source="Investigator"', 'Source="Nurse"', "define.xsd"),
    ('Name="EVENTS"', 'Name="Events"', "define.xsd"),
    ('Name="SDTMIG"', 'Name="STDTMIG"', "define.xsd"),
    ('SASDatasetName="DM"', 'SASDatasetName="DEMOGRAPHY"', "define.xsd"),
    ('def:Structure="One record per subject"', "", "define.xsd"),
    ("<ProtocolName>CEACART01</ProtocolName>", "", "define.xsd"),
    ("</def:Standards>", "</def:Standards><Extra/>", "define.xsd"),
    ('leafID="LF.acrf"', 'leafID="LF.other"', "define.reference"),
    ('ItemOID="IT.AE.AETERM"', 'ItemOID="IT.AE.GONE"', "define.reference"),
    ('CodeListOID="CL.SEX"', 'CodeListOID="CL.GONE"', "define.reference"),
    ('MethodOID="MT.AESEQ"', 'MethodOID="MT.GONE"', "define.reference"),
    ('def:StandardOID="STD.SDTMIG.3.4"', 'def:StandardOID="STD.GONE"', "define.reference"),
    ('def:CommentOID="COM.DM"', 'def:CommentOID="COM.GONE"', "define.reference"),
    ('def:ArchiveLocationID="LF.AE"', 'def:ArchiveLocationID="LF.GONE"', "define.reference"),
    ('MethodOID="MT.AESEQ"', "", "define.unused"),
    ('CodeListOID="CL.SEX"', 'CodeListOID="CL.OUT"', "define.unused"),
    ('<CodeList OID="CL.SEX"', '<CodeList OID="CL.OUT"', "define.duplicate"),
    ("</ODM>", "", "define.xsd"),
    ("<ODM", "<!DOCTYPE ODM><ODM", "define.xsd"),
]


@pytest.mark.parametrize(("old", "new", "rule"), DAMAGE)
def test_damage_is_named(sdtm: Package, old: str, new: str, rule: str) -> None:
    sound = to_xml(sdtm.metadata)
    assert old.encode() in sound
    rules = {f.rule for f in schema_check(sound.replace(old.encode(), new.encode(), 1))}
    assert rule in rules


def test_entity_to_a_local_file_is_not_read(sdtm: Package) -> None:
    bomb = b'<!DOCTYPE ODM [<!ENTITY e SYSTEM "file:///etc/passwd">]><ODM'
    found = schema_check(to_xml(sdtm.metadata).replace(b"<ODM", bomb, 1))
    assert [f.severity for f in found] == [Severity.ERROR]
    assert "root:" not in found[0].message


def test_missing_schema_is_said_and_never_passed(
    sdtm: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    (finding,) = schema_check(to_xml(sdtm.metadata))
    assert (finding.rule, finding.severity) == ("define.xsd", Severity.WARNING)
    assert "NOT CHECKED" in finding.message
    with pytest.raises(StylesheetMissing):
        stylesheet()


def test_stylesheet_is_the_published_one() -> None:
    assert b"<xsl:stylesheet" in stylesheet()
