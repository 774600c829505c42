"""Every kind of damage to a define.xml is named by the rule that is made for it.

One attribute, reference, value or element of a sound document is changed; the datasets beside it
are as they were.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from lxml import etree
from lxml.etree import _Element

from mappings.findings import Finding

if TYPE_CHECKING:
    from crosswalk.homes import Home
    from tests.define.damage.conftest import Sound

Change = Callable[[_Element], object]
NS = {
    "o": "http://www.cdisc.org/ns/odm/v1.3",
    "def": "http://www.cdisc.org/ns/def/v2.1",
    "arm": "http://www.cdisc.org/ns/arm/v1.0",
    "xlink": "http://www.w3.org/1999/xlink",
}
# One change may well show in several places, but never all over the document.
MOST = 12


@dataclass(frozen=True)
class Damage:
    """A change of the elements at `path` that must be found under `rule`."""

    level: str
    rule: str
    path: str
    change: Change

    def __str__(self) -> str:
        what = getattr(self.change, "what", "")
        return f"{self.level} {self.path} {what}"


def _named(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{NS[prefix]}}}{local}" if prefix else local


def _said(change: Change, what: str) -> Change:
    change.what = what  # type: ignore[attr-defined]
    return change


def put(attribute: str, value: str) -> Change:
    return _said(lambda e: e.set(_named(attribute), value), f"{attribute}={value}")


def drop(attribute: str) -> Change:
    def change(e: _Element) -> None:
        assert _named(attribute) in e.attrib
        del e.attrib[_named(attribute)]

    return _said(change, f"without {attribute}")


def write(text: str) -> Change:
    return _said(lambda e: setattr(e, "text", text), f"text {text!r}")


def _remove(e: _Element) -> None:
    parent = e.getparent()
    assert parent is not None
    parent.remove(e)


def _double(e: _Element) -> None:
    e.addnext(copy.deepcopy(e))


remove = _said(_remove, "removed")
double = _said(_double, "doubled")


def group(name: str) -> str:
    return f"//o:ItemGroupDef[@Name='{name}']"


def ref(name: str) -> str:
    dataset = name.partition(".")[0]
    return f"{group(dataset)}/o:ItemRef[@ItemOID='IT.{name}']"


def item(name: str) -> str:
    return f"//o:ItemDef[@OID='IT.{name}']"


def codelist(key: str) -> str:
    return f"//o:CodeList[@OID='CL.{key}']"


SEX = codelist("SEX.DM.SEX")
LBTESTCD = codelist("LBTESTCD.LB.LBTESTCD")
ALB = "//def:WhereClauseDef[@OID='WC.LB.LBTESTCD.EQ.ALB']"
VALUES = "//def:ValueListDef[@OID='VL.LB.LBSTRESC']"
CT = "//def:Standard[@Type='CT']"
IG = "//def:Standard[@Name='SDTMIG']"
RESULT = "//arm:AnalysisResult[@OID='AR.1.Table_1.R.1']"
PARAM = "//def:WhereClauseDef[@OID='WC.ADRS.PARAMCD.EQ.PD']"
NOWHERE = "XX.NOWHERE"

DAMAGES = [
    # The document.
    Damage("sdtm", "define.version", "/o:ODM", put("ODMVersion", "1.3.1")),
    Damage("sdtm", "define.version", "/o:ODM", put("FileType", "Transactional")),
    Damage("sdtm", "define.version", "/o:ODM", put("def:Context", "Other")),
    Damage("sdtm", "define.version", "//o:MetaDataVersion", put("def:DefineVersion", "2.2.0")),
    Damage("sdtm", "define.xsd", "/o:ODM", put("CreationDateTime", "yesterday")),
    Damage("sdtm", "define.xsd", "//o:MetaDataVersion", drop("Name")),
    Damage("sdtm", "define.study", "//o:StudyName", write("Another study")),
    # Standards.
    Damage("sdtm", "define.standard", IG, put("Version", "3.9")),
    Damage("sdtm", "define.standard", IG, put("Type", "CT")),
    Damage("sdtm", "define.reference", IG, put("OID", NOWHERE)),
    Damage("sdtm", "define.standard", CT, put("Version", "latest")),
    Damage("sdtm", "define.codelist", CT, put("Version", "2019-03-29")),
    Damage("sdtm", "define.standard", CT, drop("PublishingSet")),
    # Datasets.
    Damage("sdtm", "define.dataset", group("AE"), put("Name", "CM")),
    Damage("sdtm", "define.name", group("AE"), put("SASDatasetName", "CM")),
    Damage("sdtm", "define.domain", group("AE"), put("Domain", "CM")),
    Damage("sdtm", "define.attribute", group("AE"), drop("Domain")),
    Damage("sdtm", "define.purpose", group("AE"), put("Purpose", "Analysis")),
    Damage("sdtm", "define.repeating", group("DM"), put("Repeating", "Yes")),
    Damage("sdtm", "define.repeating", group("AE"), put("Repeating", "No")),
    Damage("sdtm", "define.attribute", group("AE"), put("IsReferenceData", "Yes")),
    Damage("sdtm", "define.attribute", group("TS"), put("IsReferenceData", "No")),
    Damage("sdtm", "define.structure", group("AE"), drop("def:Structure")),
    Damage("sdtm", "define.reference", group("AE"), put("def:StandardOID", NOWHERE)),
    Damage("sdtm", "define.standard", group("AE"), drop("def:StandardOID")),
    Damage("sdtm", "define.standard", group("AE"), put("def:IsNonStandard", "Yes")),
    Damage("sdtm", "define.file", group("AE"), put("def:ArchiveLocationID", "LF.LB")),
    Damage("sdtm", "define.reference", group("AE"), put("def:ArchiveLocationID", "LF.NO")),
    Damage("sdtm", "define.file", group("AE"), drop("def:ArchiveLocationID")),
    Damage("sdtm", "define.records", group("AE"), put("def:HasNoData", "Yes")),
    Damage("sdtm", "define.file", f"{group('AE')}/def:leaf", put("xlink:href", "ax.xpt")),
    Damage("sdtm", "define.file", f"{group('AE')}/def:leaf/def:title", write("ax.xpt")),
    Damage("sdtm", "define.class", f"{group('AE')}/def:Class", put("Name", "FINDINGS")),
    Damage("sdtm", "define.class", f"{group('AE')}/def:Class", remove),
    Damage("sdtm", "define.label", f"{group('AE')}/o:Description//o:TranslatedText", write("Ill")),
    Damage("sdtm", "define.label", f"{group('AE')}/o:Description", remove),
    Damage("sdtm", "define.domain", f"{group('SUPPAE')}/o:Alias", put("Name", "Exposure")),
    Damage("sdtm", "define.domain", f"{group('SUPPAE')}/o:Alias", remove),
    Damage("sdtm", "define.duplicate", group("AE"), double),
    Damage("sdtm", "define.dataset", group("AE"), remove),
    # Variables in their dataset.
    Damage("sdtm", "define.reference", ref("AE.AETERM"), put("ItemOID", NOWHERE)),
    Damage("sdtm", "define.variable", ref("AE.AETERM"), remove),
    Damage("sdtm", "define.duplicate", ref("AE.AETERM"), double),
    Damage("sdtm", "define.order", ref("AE.AETERM"), put("OrderNumber", "1")),
    Damage("sdtm", "define.order", ref("AE.AETERM"), put("OrderNumber", "99")),
    Damage("sdtm", "define.order", ref("AE.AETERM"), drop("OrderNumber")),
    Damage("sdtm", "define.core", ref("AE.AETERM"), put("Mandatory", "No")),
    Damage("sdtm", "define.mandatory", ref("AE.AEENDTC"), put("Mandatory", "Yes")),
    Damage("sdtm", "define.key", ref("LB.LBDTC"), drop("KeySequence")),
    Damage("sdtm", "define.key", ref("LB.USUBJID"), drop("KeySequence")),
    Damage("sdtm", "define.key", ref("LB.LBDTC"), put("KeySequence", "2")),
    Damage("sdtm", "define.method", ref("AE.AESEQ"), drop("MethodOID")),
    Damage("sdtm", "define.reference", ref("AE.AESEQ"), put("MethodOID", NOWHERE)),
    Damage("sdtm", "define.role", ref("AE.AETERM"), put("Role", "Identifier")),
    Damage("sdtm", "define.role", ref("AE.AETERM"), drop("Role")),
    Damage("sdtm", "define.nodata", ref("TS.TSGRPID"), drop("def:HasNoData")),
    Damage("sdtm", "define.nodata", ref("AE.AETERM"), put("def:HasNoData", "Yes")),
    # Variables by themselves.
    Damage("sdtm", "define.reference", item("AE.AETERM"), put("OID", NOWHERE)),
    Damage("sdtm", "define.duplicate", item("AE.AETERM"), double),
    Damage("sdtm", "define.reference", item("AE.AETERM"), remove),
    Damage("sdtm", "define.variable", item("AE.AETERM"), put("Name", "AEWORD")),
    Damage("sdtm", "define.name", item("AE.AETERM"), put("SASFieldName", "AEWORD")),
    Damage("sdtm", "define.type", item("AE.AETERM"), put("DataType", "integer")),
    Damage("sdtm", "define.type", item("AE.AESEQ"), put("DataType", "text")),
    Damage("sdtm", "define.type", item("AE.AESTDTC"), put("DataType", "datetime")),
    Damage("sdtm", "define.xsd", item("AE.AETERM"), put("DataType", "words")),
    Damage("sdtm", "define.length", item("AE.AETERM"), put("Length", "3")),
    Damage("sdtm", "define.length", item("AE.AETERM"), put("Length", "150")),
    Damage("sdtm", "define.length", item("AE.AETERM"), drop("Length")),
    Damage("sdtm", "define.length", item("AE.AESTDTC"), put("Length", "10")),
    Damage("sdtm", "define.length", item("DM.AGE"), put("Length", "1")),
    Damage("sdtm", "define.digits", item("EX.EXDOSE"), put("SignificantDigits", "0")),
    Damage("sdtm", "define.digits", item("EX.EXDOSE"), put("SignificantDigits", "7")),
    Damage("sdtm", "define.digits", item("EX.EXDOSE"), drop("SignificantDigits")),
    Damage("sdtm", "define.digits", item("AE.AETERM"), put("SignificantDigits", "2")),
    Damage("sdtm", "define.format", item("AE.AETERM"), put("def:DisplayFormat", "DATE9.")),
    Damage("sdtm", "define.reference", item("AE.AETERM"), put("def:CommentOID", NOWHERE)),
    Damage("sdtm", "define.nodata", item("TS.TSGRPID"), drop("def:CommentOID")),
    Damage(
        "sdtm", "define.label", f"{item('AE.AETERM')}//o:TranslatedText", write("Reported Word")
    ),
    Damage("sdtm", "define.codelist", f"{item('DM.SEX')}/o:CodeListRef", remove),
    Damage(
        "sdtm",
        "define.reference",
        f"{item('DM.SEX')}/o:CodeListRef",
        put("CodeListOID", NOWHERE),
    ),
    Damage(
        "sdtm",
        "define.codelist",
        f"{item('DM.SEX')}/o:CodeListRef",
        put("CodeListOID", "CL.RACE.DM.RACE"),
    ),
    # Origins and pages.
    Damage("sdtm", "define.origin", f"{item('AE.AETERM')}/def:Origin", remove),
    Damage("sdtm", "define.method", f"{item('AE.AETERM')}/def:Origin", put("Type", "Derived")),
    Damage("sdtm", "define.origin", f"{item('AE.AETERM')}/def:Origin", put("Source", "Sponsor")),
    Damage("sdtm", "define.origin", f"{item('AE.AETERM')}/def:Origin", drop("Source")),
    Damage("sdtm", "define.crf", f"{item('AE.AETERM')}//def:PDFPageRef", put("PageRefs", "99")),
    Damage("sdtm", "define.crf", f"{item('AE.AETERM')}//def:PDFPageRef", put("PageRefs", "0")),
    Damage("sdtm", "define.crf", f"{item('AE.AETERM')}//def:PDFPageRef", remove),
    Damage(
        "sdtm",
        "define.reference",
        f"{item('AE.AETERM')}//def:DocumentRef",
        put("leafID", "LF.NO"),
    ),
    Damage("sdtm", "define.crf", "//def:AnnotatedCRF", remove),
    Damage("sdtm", "define.file", "//def:leaf[@ID='LF.acrf']", put("xlink:href", "crf.pdf")),
    # Value level.
    Damage("sdtm", "define.unused", f"{item('LB.LBSTRESC')}/def:ValueListRef", remove),
    Damage(
        "sdtm",
        "define.reference",
        f"{item('LB.LBSTRESC')}/def:ValueListRef",
        put("ValueListOID", NOWHERE),
    ),
    Damage("sdtm", "define.where", f"{VALUES}/o:ItemRef[1]", remove),
    Damage("sdtm", "define.value", f"{VALUES}/o:ItemRef[1]/def:WhereClauseRef", remove),
    Damage(
        "sdtm",
        "define.reference",
        f"{VALUES}/o:ItemRef[1]/def:WhereClauseRef",
        put("WhereClauseOID", NOWHERE),
    ),
    Damage(
        "sdtm",
        "define.where",
        f"{VALUES}/o:ItemRef[1]/def:WhereClauseRef",
        put("WhereClauseOID", "WC.LB.LBTESTCD.EQ.GLUC"),
    ),
    Damage("sdtm", "define.order", f"{VALUES}/o:ItemRef[1]", put("OrderNumber", "2")),
    Damage("sdtm", "define.length", item("LB.LBSTRESC.ALB"), put("Length", "1")),
    Damage("sdtm", "define.type", item("LB.LBSTRESC.GLUC"), put("DataType", "integer")),
    Damage("sdtm", "define.digits", item("LB.LBSTRESC.GLUC"), put("SignificantDigits", "0")),
    Damage("sdtm", "define.where", f"{ALB}//o:CheckValue", write("ALBUMIN")),
    Damage("sdtm", "define.where", f"{ALB}/o:RangeCheck", put("Comparator", "NE")),
    Damage("sdtm", "define.where", f"{ALB}/o:RangeCheck", put("SoftHard", "Hard")),
    Damage("sdtm", "define.where", f"{ALB}/o:RangeCheck", put("def:ItemOID", "IT.RS.RSTESTCD")),
    Damage("sdtm", "define.where", f"{ALB}/o:RangeCheck", put("def:ItemOID", "IT.AE.AESEQ")),
    Damage("sdtm", "define.reference", f"{ALB}/o:RangeCheck", put("def:ItemOID", NOWHERE)),
    Damage("sdtm", "define.where", f"{ALB}/o:RangeCheck", remove),
    Damage("sdtm", "define.where", f"{ALB}//o:CheckValue", double),
    Damage("sdtm", "define.duplicate", ALB, double),
    # Codelists.
    Damage("sdtm", "define.codelist", f"{SEX}/*[@CodedValue='F']", remove),
    Damage("sdtm", "define.codelist", f"{SEX}/*[@CodedValue='F']", put("CodedValue", "W")),
    Damage("sdtm", "define.codelist", f"{SEX}/*[@CodedValue='F']", double),
    Damage("sdtm", "define.order", f"{SEX}/*[@CodedValue='F']", put("OrderNumber", "2")),
    Damage("sdtm", "define.codelist", f"{SEX}/*[@CodedValue='F']", put("def:ExtendedValue", "Yes")),
    Damage("sdtm", "define.codelist", f"{SEX}/*[@CodedValue='F']/o:Alias", put("Name", "C16577")),
    Damage("sdtm", "define.codelist", f"{SEX}/*[@CodedValue='F']/o:Alias", put("Name", "16576")),
    Damage("sdtm", "define.codelist", f"{SEX}/*[@CodedValue='F']/o:Alias", remove),
    Damage("sdtm", "define.codelist", f"{SEX}/o:Alias", put("Name", "C74457")),
    Damage("sdtm", "define.codelist", f"{SEX}/o:Alias", put("Name", "C99999999")),
    Damage("sdtm", "define.codelist", f"{SEX}/o:Alias", remove),
    Damage("sdtm", "define.codelist", SEX, put("DataType", "integer")),
    Damage("sdtm", "define.codelist", SEX, put("Name", "Race (DM.RACE)")),
    Damage("sdtm", "define.standard", SEX, drop("def:StandardOID")),
    Damage("sdtm", "define.reference", SEX, put("OID", NOWHERE)),
    Damage("sdtm", "define.duplicate", SEX, double),
    Damage("sdtm", "define.decode", f"{LBTESTCD}/o:CodeListItem[1]//o:TranslatedText", write("X")),
    Damage("sdtm", "define.decode", f"{LBTESTCD}/o:CodeListItem[1]//o:TranslatedText", write("")),
    # Methods and comments.
    Damage(
        "sdtm", "define.text", "//o:MethodDef[@OID='MT.AE.AESEQ']//o:TranslatedText", write("TBD")
    ),
    Damage("sdtm", "define.text", "//o:MethodDef[@OID='MT.AE.AESEQ']", put("Name", "")),
    Damage("sdtm", "define.xsd", "//o:MethodDef[@OID='MT.AE.AESEQ']", put("Type", "Guess")),
    Damage("sdtm", "define.reference", "//o:MethodDef[@OID='MT.AE.AESEQ']", remove),
    Damage("sdtm", "define.duplicate", "//o:MethodDef[@OID='MT.AE.AESEQ']", double),
    Damage("sdtm", "define.text", "//def:CommentDef//o:TranslatedText", write("")),
    Damage("sdtm", "define.reference", "//def:CommentDef", put("OID", NOWHERE)),
    # Analysis data.
    Damage("adam", "define.class", f"{group('ADSL')}/def:Class", put("Name", "ADAM OTHER")),
    Damage(
        "adam",
        "define.class",
        f"{group('ADRS')}/def:Class",
        put("Name", "OCCURRENCE DATA STRUCTURE"),
    ),
    Damage("adam", "define.class", f"{group('ADTTE')}//def:SubClass", remove),
    Damage("adam", "define.class", f"{group('ADAE')}//def:SubClass", put("Name", "TIME-TO-EVENT")),
    Damage("adam", "define.standard", "//def:Standard[@Name='ADaMIG']", put("Version", "9")),
    Damage("adam", "define.repeating", group("ADRS"), put("Repeating", "No")),
    Damage("adam", "define.role", ref("ADSL.SEX"), put("Role", "Topic")),
    Damage("adam", "define.format", item("ADSL.TRTSDT"), put("def:DisplayFormat", "DATETIME20.")),
    Damage("adam", "define.format", item("ADSL.TRTSDT"), drop("def:DisplayFormat")),
    Damage(
        "adam",
        "define.origin",
        f"{item('ADSL.SEX')}/def:Origin//o:TranslatedText",
        write("Demographics"),
    ),
    Damage("adam", "define.origin", f"{item('ADSL.SEX')}/def:Origin", put("Type", "Collected")),
    Damage("adam", "define.origin", f"{item('ADSL.SAFFL')}/def:Origin", put("Source", "Vendor")),
    Damage("adam", "define.codelist", f"{codelist('ADTTE.CNSR')}/*[1]", put("CodedValue", "7")),
    Damage(
        "adam",
        "define.decode",
        f"{codelist('ADRS.PARAMCD')}/*[@CodedValue='PD']//o:TranslatedText",
        write("Partial Disease"),
    ),
    Damage(
        "adam",
        "define.decode",
        f"{codelist('ADRS.PARAMN')}/*[@CodedValue='2']//o:TranslatedText",
        write("Partial Disease"),
    ),
    Damage("adam", "define.where", f"{PARAM}//o:CheckValue", write("PROG")),
    # Analysis results.
    Damage("adam", "define.result", RESULT, put("ParameterOID", "IT.ADTTE.PARAMCD")),
    Damage("adam", "define.result", RESULT, put("ParameterOID", "IT.ADRS.AVALC")),
    Damage("adam", "define.reference", RESULT, put("ParameterOID", NOWHERE)),
    Damage(
        "adam",
        "define.result",
        f"{RESULT}//arm:AnalysisVariable",
        put("ItemOID", "IT.ADAE.AETERM"),
    ),
    Damage("adam", "define.reference", f"{RESULT}//arm:AnalysisVariable", put("ItemOID", NOWHERE)),
    Damage(
        "adam",
        "define.reference",
        f"{RESULT}//arm:AnalysisDataset[1]",
        put("ItemGroupOID", NOWHERE),
    ),
    Damage(
        "adam",
        "define.where",
        f"{RESULT}//arm:AnalysisDataset[1]/def:WhereClauseRef",
        put("WhereClauseOID", "WC.ADSL.SAFFL.EQ.Y"),
    ),
    Damage(
        "adam",
        "define.where",
        "//def:WhereClauseDef[@OID='WC.ADRS.PARAMCD.IN.PD+BOR.ADY.GE.1']/o:RangeCheck[2]/*",
        write("9999"),
    ),
    Damage(
        "adam",
        "define.where",
        "//def:WhereClauseDef[@OID='WC.ADRS.PARAMCD.IN.PD+BOR.ADY.GE.1']/o:RangeCheck[2]/*",
        write("soon"),
    ),
    Damage("adam", "define.result", f"{RESULT}/arm:AnalysisDatasets", drop("def:CommentOID")),
    Damage("adam", "define.xsd", RESULT, drop("AnalysisReason")),
    Damage("adam", "define.result", "//arm:ResultDisplay", put("Name", "")),
    Damage("adam", "define.duplicate", RESULT, double),
]


@pytest.mark.parametrize("level", ["sdtm", "adam"])
def test_the_sound_package_has_no_finding(
    sound: Sound, found_in: Callable[[Path], list[Finding]], tmp_path: Path, level: str
) -> None:
    assert found_in(sound.copy(level, tmp_path / level)) == []


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_damage_of_a_define_is_named(
    read: dict[str, Home],
    found_by: Callable[..., list[Finding]],
    tmp_path: Path,
    damage: Damage,
) -> None:
    root = etree.fromstring(read[damage.level].xml)
    elements = cast("list[_Element]", root.xpath(damage.path, namespaces=NS))
    assert elements
    damage.change(elements[0])
    xml = etree.tostring(root)
    found = found_by(damage.level, xml, tmp_path, alone=True)
    if damage.rule not in {f.rule for f in found}:
        found = found_by(damage.level, xml, tmp_path, alone=False)
    assert damage.rule in {f.rule for f in found}
    assert all(f.advice for f in found)
    # What a removed part alone referred to is unused, all of it.
    others = [f for f in found if f.rule not in (damage.rule, "define.unused")]
    assert len(others) <= MOST, [str(f) for f in others]
