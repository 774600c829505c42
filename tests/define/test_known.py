"""What a define.xml of anybody says: standards and keys, read without entities."""

from __future__ import annotations

import pytest

from define.known import DefineUnreadable, read_define

NEW = b"""<?xml version="1.0"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1">
<Study OID="S"><MetaDataVersion OID="M" Name="S">
<def:Standards>
  <def:Standard OID="A" Name="SDTMIG" Type="IG" Version="3.4"/>
  <def:Standard OID="B" Name="CDISC/NCI" Type="CT" PublishingSet="SDTM" Version="2025-03-28"/>
</def:Standards>
<ItemGroupDef OID="IG.SV" Name="SV" Purpose="Tabulation">
  <ItemRef ItemOID="IT.2" KeySequence="10"/><ItemRef ItemOID="IT.1" KeySequence="2"/>
  <ItemRef ItemOID="IT.3"/>
</ItemGroupDef>
<ItemDef OID="IT.1" Name="USUBJID"/><ItemDef OID="IT.2" Name="VISITNUM"/>
<ItemDef OID="IT.3" Name="VISIT"/>
</MetaDataVersion></Study></ODM>"""

OLD = b"""<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.0">
<Study OID="S"><MetaDataVersion OID="M" def:StandardName="SDTM-IG" def:StandardVersion="3.2">
<ItemGroupDef OID="IG.DM" Name="DM" Purpose="Tabulation"/>
</MetaDataVersion></Study></ODM>"""


def test_version_2_1() -> None:
    known = read_define(NEW)
    assert known.purpose == "Tabulation"
    assert known.guides == {"SDTMIG": "3.4"}
    assert known.terminology == {"SDTM": "2025-03-28"}
    assert known.keys == {"SV": ("USUBJID", "VISITNUM")}


def test_version_2_0() -> None:
    known = read_define(OLD)
    assert (known.guides, known.terminology) == ({"SDTMIG": "3.2"}, {})


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        (b"", "not well-formed"),
        (NEW[:200], "not well-formed"),
        (b"<ODM/>", "describes no dataset"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><ODM>&b;</ODM>', "DOCTYPE"),
    ],
)
def test_what_is_none_is_refused(xml: bytes, says: str) -> None:
    with pytest.raises(DefineUnreadable, match=says):
        read_define(xml)
