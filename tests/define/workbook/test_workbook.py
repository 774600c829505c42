"""The specification workbook: written, read again, and every fault of it with its place."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswalk.defines import DefineRefused
from crosswalk.workbooks import define_workbook, read_workbook
from define.definexml.document import to_xml
from define.diff import diff
from define.diff.text import as_lines
from define.read import ReadDefine, read_define
from define.workbook import SHEETS, Sheet, load_workbook, tables_of
from define.workbook.book import Faults, Row
from define.workbook.form import columns_of
from define.workbook.tables import listed
from mappings.findings import SpecificationFault

openpyxl = pytest.importorskip("openpyxl")
ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT.parent / "shared" / "define-examples"


def document(kind: str, request: pytest.FixtureRequest) -> bytes:
    if kind == "old":
        return (ROOT / "tests" / "data" / "define20.xml").read_bytes()
    if kind in ("sdtm", "adam"):
        return to_xml(request.getfixturevalue(kind).metadata)
    path = EXAMPLES / f"defineV21-{kind}.xml"
    if not path.is_file():
        pytest.skip("CDISC's examples are not at hand")
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["old", "sdtm", "adam", "SDTM", "ADaM"])
def test_a_workbook_says_the_same_as_its_define(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = tmp_path / "define.xml"
    place.write_bytes(document(kind, request))
    written = define_workbook(place)
    (tmp_path / "spec.xlsx").write_bytes(written.content)
    again = read_workbook(tmp_path / "spec.xlsx")
    told = read_define(place.read_bytes())
    one = ReadDefine(told.metadata, (), told.version)
    found = diff(one, ReadDefine(again.metadata, (), told.version))
    assert as_lines(found)[3:] == []
    assert again.unread == ()
    # What the form has no place for is what the metadata have no place for.
    assert not [line for line in written.left if line.startswith(("changed", "added", "removed"))]
    if kind == "old":
        assert define_workbook(place).content == written.content


def test_the_form_is_that_of_pinnacle_21(sdtm: Any, tmp_path: Path) -> None:
    place = tmp_path / "define.xml"
    place.write_bytes(to_xml(sdtm.metadata))
    content = define_workbook(place).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == list(SHEETS)
    for name, columns in SHEETS.items():
        assert [c.value for c in book[name][1]][: len(columns)] == list(columns)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


HOSTILE = {
    "A FICTITIOUS study": "=1+1",
    "Demographics": "@SUM(A1)",
    "Vital Signs": "-2+3",
    "One record per test": "'quoted",
    "Measured by the site": "line one\nline two",
    "STUDYID and SUBJID, joined by -": "=HYPERLINK(1)\nmore",
    "Annotated CRF": "-5",
}


def test_no_cell_is_a_formula_and_every_text_survives(tmp_path: Path) -> None:
    text = (ROOT / "tests" / "data" / "define20.xml").read_text(encoding="utf-8")
    for plain, hostile in HOSTILE.items():
        assert plain in text
        text = text.replace(f">{plain}<", f">{hostile}<").replace(f'"{plain}"', f'"{hostile}"')
    place = tmp_path / "define.xml"
    place.write_text(text, encoding="utf-8")
    content = define_workbook(place).content
    (tmp_path / "spec.xlsx").write_bytes(content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [c for s in book.worksheets for row in s.rows for c in row if c.value is not None]
    assert "f" not in {c.data_type for c in cells}
    assert not [c.value for c in cells if str(c.value).lstrip().startswith(("=", "@", "-2"))]
    metadata = read_workbook(tmp_path / "spec.xlsx").metadata
    dm, vs = metadata.datasets
    method = dm.variables[1].method
    assert method is not None
    assert vs.comment is not None
    found = (metadata.study_description, dm.label, vs.label, vs.structure, vs.comment.text)
    assert (*found, method.text, metadata.documents[0][2]) == tuple(HOSTILE.values())


def base() -> dict[str, Sheet]:
    told = read_define((ROOT / "tests" / "data" / "define20.xml").read_bytes())
    return {s.name: s for s in tables_of(told.metadata)}


def changed(sheet: Sheet, row: int, column: str, text: str) -> Sheet:
    at = sheet.columns.index(column)
    rows = [
        (n, tuple(text if n == row and i == at else c for i, c in enumerate(cells)))
        for n, cells in sheet.rows
    ]
    return replace(sheet, rows=tuple(rows))


FAULTS = [
    ("Variables", 2, "Dataset", "DMM", "there is no dataset 'DMM'. Did you mean 'DM'?"),
    ("Variables", 5, "Codelist", "CL.SEXX", "there is no codelist 'CL.SEXX'. Did you mean"),
    ("Variables", 3, "Method", "MT.X", "there is no method 'MT.X'. There are: MT.USUBJID."),
    ("Variables", 3, "Comment", "X", "there is no comment 'X'. There are: COM.VS."),
    ("Variables", 3, "Variable", "STUDYID", "'DM.STUDYID' stands in row 2 too"),
    ("Variables", 3, "Variable", "", "the row has no variable"),
    ("Variables", 3, "Data Type", "string", "there is no data type 'string'"),
    ("Variables", 3, "Length", "12 bytes", "'12 bytes' is no whole number"),
    ("Variables", 3, "Order", "second", "'second' is no whole number"),
    ("Variables", 3, "Mandatory", "Req", "'Req' is neither Yes nor No"),
    ("Datasets", 3, "Dataset", "DM", "'DM' stands in row 2 too"),
    ("Datasets", 2, "Key Variables", "STUDYID, USUBJD", "there is no variable of DM 'USUBJD'"),
    ("Datasets", 2, "Standard", "SDTMIG 9", "there is no standard 'SDTMIG 9'"),
    ("Datasets", 3, "Comment", "COM.V", "there is no comment 'COM.V'"),
    ("ValueLevel", 2, "Where Clause", "WC.X", "there is no where clause 'WC.X'"),
    ("ValueLevel", 2, "Variable", "VSORESS", "there is no variable of VS 'VSORESS'"),
    ("WhereClauses", 2, "Comparator", "LIKE", "there is no comparator 'LIKE'"),
    ("WhereClauses", 2, "Variable", "VSTEST", "there is no variable of VS 'VSTEST'"),
    ("WhereClauses", 2, "ID", "", "the row has no ID"),
    ("Codelists", 3, "Term", "F", "'F' stands in row 2 too"),
    ("Codelists", 2, "Data Type", "char", "'char' is no type of a codelist"),
]


@pytest.mark.parametrize(("sheet", "row", "column", "text", "says"), FAULTS)
def test_a_fault_is_said_with_sheet_row_and_column(
    sheet: str, row: int, column: str, text: str, says: str
) -> None:
    sheets = base()
    sheets[sheet] = changed(sheets[sheet], row, column, text)
    with pytest.raises(SpecificationFault) as caught:
        load_workbook([*sheets.values()], "spec.xlsx")
    told = [str(f) for f in caught.value.findings]
    place = f"spec.xlsx, sheet {sheet}, row {row}, column {column}: {says}"
    assert [t for t in told if t.startswith(place)], told


def test_sheets_and_columns_that_lack() -> None:
    sheets = base()
    del sheets["Variables"]
    sheets["Datasets"] = replace(
        sheets["Datasets"],
        columns=tuple("Data set" if c == "Dataset" else c for c in sheets["Datasets"].columns),
    )
    with pytest.raises(SpecificationFault) as caught:
        load_workbook([*sheets.values()], "spec.xlsx")
    first, second = (str(f) for f in caught.value.findings)
    place = "spec.xlsx, sheet Datasets, row 1, column Dataset"
    assert first == f"{place}: there is no such column. Did you mean 'Data set'?"
    assert second.startswith("spec.xlsx: there is no sheet 'Variables'. There are: Define, Stand")


def test_pages_belong_to_the_origin_that_was_collected() -> None:
    old = (ROOT / "tests" / "data" / "define20.xml").read_bytes()
    crf = b'<def:Origin Type="CRF">'
    two = old.replace(crf, b'<def:Origin Type="Assigned"/>' + crf)
    told = read_define(two).metadata
    again = load_workbook(tables_of(told), "spec.xlsx").metadata
    sex = again.datasets[0].variables[3]
    assert [(o.type, len(o.documents)) for o in sex.origins] == [("Assigned", 0), ("Collected", 1)]
    assert sex.origins == told.datasets[0].variables[3].origins
    sheets = base()
    sheets["Variables"] = changed(sheets["Variables"], 5, "Origin", "")
    with pytest.raises(SpecificationFault, match="row 5, column Pages: there are pages without an"):
        load_workbook([*sheets.values()], "spec.xlsx")


def test_a_sheet_that_others_refer_to_is_missed_once() -> None:
    sheets = base()
    del sheets["Comments"], sheets["Methods"]
    with pytest.raises(SpecificationFault) as caught:
        load_workbook([*sheets.values()], "spec.xlsx")
    assert sorted(str(f) for f in caught.value.findings) == [
        (
            "spec.xlsx, sheet Datasets, row 3, column Comment: "
            "there is no sheet 'Comments' that has the comment 'COM.VS'"
        ),
        (
            "spec.xlsx, sheet Variables, row 3, column Method: "
            "there is no sheet 'Methods' that has the method 'MT.USUBJID'"
        ),
    ]
    empty = base()
    empty["Methods"] = replace(empty["Methods"], rows=())
    with pytest.raises(SpecificationFault, match=r"there is no method 'MT\.USUBJID'"):
        load_workbook([*empty.values()], "spec.xlsx")


def test_a_workbook_of_an_older_edition_and_what_it_has_beside_the_form() -> None:
    """No columns of ours, Study for Define, Description for Label, a sheet of the sponsor."""
    sheets = base()
    plain = {
        name: Sheet(name, SHEETS[name], tuple((n, c[: len(SHEETS[name])]) for n, c in s.rows))
        for name, s in sheets.items()
    }
    columns = tuple("Description" if c == "Label" else c for c in plain["Datasets"].columns)
    plain["Datasets"] = replace(plain["Datasets"], columns=columns)
    plain["Define"] = replace(plain["Define"], name="Study")
    own = Sheet("Tracking", ("Who",), ((2, ("me",)),))
    columns = (*plain["Variables"].columns, "Programmer")
    plain["Variables"] = replace(plain["Variables"], columns=columns)
    told = load_workbook([*plain.values(), own], "spec.xlsx")
    assert told.unread == ("the column Programmer of Variables", "the sheet Tracking")
    assert [d.label for d in told.metadata.datasets] == ["Demographics", "Vital Signs"]
    sex = told.metadata.datasets[0].variables[3]
    assert sex.codelist is not None
    assert [t.extended for t in sex.codelist.terms] == [False, False]


def test_the_language_is_that_of_the_texts(tmp_path: Path) -> None:
    old = (ROOT / "tests" / "data" / "define20.xml").read_text(encoding="utf-8")
    place = tmp_path / "define.xml"
    place.write_text(old.replace('xml:lang="en"', 'xml:lang="zh"'), encoding="utf-8")
    written = define_workbook(place)
    book = openpyxl.load_workbook(io.BytesIO(written.content))
    told = {row[0].value: row[1].value for row in book["Define"].rows}
    assert told["Language"] == "zh"
    assert not [line for line in written.left if line.endswith("lang=zh")]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"])), max_size=4))
def test_values_of_one_cell_come_apart_as_they_were(values: list[str]) -> None:
    cell = Row("Variables", 2, {"X": listed(values)}, Faults("spec.xlsx"))
    assert list(cell.values("X")) == values or values == [""]


def test_columns_are_named_once() -> None:
    for name in SHEETS:
        assert len(set(columns_of(name))) == len(columns_of(name))


def test_a_define_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    old = (ROOT / "tests" / "data" / "define20.xml").read_bytes()
    place = tmp_path / "define.xml"
    place.write_bytes(old.replace(b'Name="BRTHDTC"', b'Name="SEX"'))
    with pytest.raises(DefineRefused, match=r"contradicts itself.*'DM.SEX' stands in row 4 too"):
        define_workbook(place)


def test_what_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "spec.xlsx"
    path.write_bytes(b"Dataset,Label\n")
    with pytest.raises(SpecificationFault, match="Excel"):
        read_workbook(path)
    path.write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(SpecificationFault, match="cut off or damaged"):
        read_workbook(path)
