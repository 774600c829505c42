"""A define.xml as metadata, and what these have no place for."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from define.collect import collect
from define.definexml.document import to_xml
from define.model import Metadata, Origin, PageRef, Term
from define.read import Other, read_define


def as_read(metadata: Metadata) -> Metadata:
    """What a define.xml can tell of built metadata: no number of records, no bytes of numbers."""

    def told(dataset: Any) -> Any:
        records = -1 if dataset.records else 0
        return replace(dataset, records=records, variables=tuple(map(item, dataset.variables)))

    def item(variable: Any) -> Any:
        return replace(
            variable,
            length=variable.length if variable.numeric or variable.datatype == "text" else 0,
            digits=(variable.digits or variable.length) if variable.numeric else 0,
            values=tuple(replace(v, item=item(v.item)) for v in variable.values),
        )

    return replace(metadata, datasets=tuple(map(told, metadata.datasets)))


def differences(a: Any, b: Any, path: str = "") -> list[str]:
    """Where two metadata differ."""
    if isinstance(a, PageRef) and isinstance(b, PageRef):
        # The writer sorts pages.
        a, b = (replace(r, pages=tuple(sorted(set(r.pages)))) for r in (a, b))
    if is_dataclass(a) and type(a) is type(b):
        every = [(f.name, getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
        return [d for n, x, y in every for d in differences(x, y, f"{path}.{n}")]
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        pairs = enumerate(zip(a, b, strict=True))
        return [d for i, (x, y) in pairs for d in differences(x, y, f"{path}[{i}]")]
    return [] if a == b else [f"{path}: {a!r} {b!r}"]


@pytest.mark.parametrize("kind", ["sdtm", "adam"])
def test_what_was_written_is_read_as_it_was(kind: str, request: pytest.FixtureRequest) -> None:
    built: Metadata = request.getfixturevalue(kind).metadata
    told = read_define(to_xml(built))
    parts = collect(built)
    # The writer completes comments and domains, and sorts: so does `collect`.
    about = (parts.document_comment,) if parts.document_comment else ()
    whole = replace(built, datasets=parts.datasets, standards=parts.standards, comments=about)
    assert differences(told.metadata, as_read(whole)) == []
    assert {(o.place, o.part) for o in told.others} == {
        ("the document", ""),
        ("the document", "Study/MetaDataVersion"),
    }


def test_analysis_results_of_the_example(example: bytes) -> None:
    metadata = read_define(example).metadata
    if metadata.purpose == "Tabulation":
        assert metadata.displays == ()
        return
    display, other = metadata.displays
    assert (display.name, other.name) == ("Table 14-3.01", "Table 14-5.02")
    assert display.documents == (PageRef("CSR", (2,), (), "Table 14-3.01"),)
    result = display.results[0]
    assert (result.parameter, result.datasets[0].variables) == ("ADQSADAS", ("CHG",))
    assert result.context == "SAS version 9.2"
    assert result.code.startswith("proc glm")
    assert other.results[0].programs == (PageRef("at14-5-02.sas"),)
    assert other.results[0].join is not None


def test_version_2_0(old: bytes) -> None:
    told = read_define(old)
    assert told.version == "2.0"
    metadata = told.metadata
    assert metadata.documents == (("acrf", "blankcrf.pdf", "Annotated CRF"),)
    dm, vs = metadata.datasets
    assert (dm.class_name, dm.label, dm.repeating) == ("SPECIAL PURPOSE", "Demographics", False)
    assert dm.standard is not None
    assert (dm.standard.name, dm.standard.version) == ("SDTMIG", "3.1.2")
    assert [v.name for v in dm.variables] == ["STUDYID", "USUBJID", "BRTHDTC", "SEX"]
    assert dm.keys == ("STUDYID", "USUBJID")
    _, subject, birth, sex = dm.variables
    assert subject.method is not None
    assert (subject.method.context, subject.method.code[:7]) == ("SAS", "usubjid")
    assert birth.origin == Origin("Collected", "Vendor")
    assert birth.label == "Date/Time of Birth"
    assert sex.origin == Origin("Collected", "", "", (PageRef("acrf", (6, 7, 8)),))
    assert sex.codelist is not None
    assert sex.codelist.terms == (Term("F", "Female", "C16576"), Term("M", "Male", "C20197"))
    assert vs.label == "Vital Signs"
    assert vs.comment is not None
    (value,) = vs.variables[2].values
    assert (value.item.label, value.item.significant_digits) == ("Height", 1)
    (check,) = value.where.checks
    assert (check.dataset, check.variable, check.values) == ("VS", "VSTESTCD", ("HEIGHT",))


def test_what_has_no_place_is_told(old: bytes) -> None:
    others = read_define(old).others
    french = 'lang=fr; "Date de naissance"'
    assert Other("DM.BRTHDTC", "Description/TranslatedText", french) in others
    assert Other("DM", "ItemRef", "ItemOID=IT.GONE; Mandatory=No; OrderNumber=5") in others


@pytest.mark.parametrize(
    ("old_text", "new_text", "place", "part", "value"),
    [
        (b'Length="12"', b'Length="twelve"', "DM.USUBJID", "", "Length=twelve"),
        (
            b'CodeListOID="CL.SEX"',
            b'CodeListOID="CL.X"',
            "DM.SEX",
            "CodeListRef",
            "CodeListOID=CL.X",
        ),
        (
            b"</MetaDataVersion>",
            b'<v:Own xmlns:v="urn:v" A="1"><v:B>two</v:B></v:Own></MetaDataVersion>',
            "the document",
            "Study/MetaDataVersion/Own/B",
            '"two"',
        ),
        (
            b'<MethodDef OID="MT.USUBJID"',
            b'<MethodDef OID="MT.X" Name="Unused" Type="Imputation"/><MethodDef OID="MT.USUBJID"',
            "the document",
            "Study/MetaDataVersion/MethodDef",
            "Name=Unused; Type=Imputation",
        ),
        (
            b'<ItemDef OID="IT.DM.SEX"',
            b'<ItemDef OID="IT.DM.USUBJID" Name="AGAIN"/><ItemDef OID="IT.DM.SEX"',
            "the document",
            "Study/MetaDataVersion/ItemDef",
            "Name=AGAIN",
        ),
        (b'FirstPage="6"', b'FirstPage="9"', "DM.SEX", "Origin/DocumentRef/PDFPageRef", "F"),
    ],
)
def test_what_cannot_be_understood_is_told_and_no_fault(
    old: bytes, old_text: bytes, new_text: bytes, place: str, part: str, value: str
) -> None:
    assert old.count(old_text) == 1
    others = read_define(old.replace(old_text, new_text)).others
    assert [o for o in others if (o.place, o.part) == (place, part) and o.value.startswith(value)]
