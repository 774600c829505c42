"""Bad input by reader: a clear message that names the file, and no traceback."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crosswalk.cli import app
from mappings.raw import FormSettings
from mappings.readers import columns_of, read_tables

DATA = Path(__file__).parents[1] / "data"
STUDIES = Path(__file__).parents[1] / "studies"
FORMS = {
    "viedoc": FormSettings(
        name="dm",
        file="dm.csv",
        reader="viedoc",
        dictionary="items.csv",
        codelists="codelists.csv",
        id=("SubjectId", "EventId", "FormSeq"),
    ),
    "redcap": FormSettings(
        name="dm",
        file="data.csv",
        reader="redcap",
        dictionary="dictionary.csv",
        form=("demographics",),
        values="raw",
    ),
    "odm": FormSettings(name="dm", file="export.xml", reader="odm", form=("DM",)),
    "rave_view": FormSettings(name="dm", file="vital.csv", reader="rave", id=("RecordId",)),
    "sas": FormSettings(name="dm", file="dm.sas7bdat", reader="sas", id=("SUBJECT",)),
    "xpt": FormSettings(name="dm", file="dm.xpt", reader="xpt", id=("SUBJECT",)),
    "parquet": FormSettings(name="dm", file="dm.parquet", reader="parquet", id=("SUBJECT",)),
    "excel": FormSettings(name="dm", file="dm.xlsx", reader="excel", id=("SUBJECT",)),
}
FOLDERS = {"sas": "typed", "xpt": "typed"}


@pytest.fixture
def lay(tmp_path: Path) -> Callable[[str], Path]:
    """The sample's files in a folder where they may be spoilt; the file of the form comes back."""

    def copy(reader: str) -> Path:
        if reader in ("parquet", "excel"):
            _typed(tmp_path, reader)
        else:
            shutil.copytree(DATA / FOLDERS.get(reader, reader), tmp_path, dirs_exist_ok=True)
        return tmp_path / FORMS[reader].file

    return copy


def _typed(folder: Path, reader: str) -> None:
    table = read_tables(DATA / "typed", [FORMS["sas"]])[0]["dm"].cells
    if reader == "parquet":
        table.to_parquet(folder / "dm.parquet")
    else:
        pytest.importorskip("openpyxl")
        table.to_excel(folder / "dm.xlsx", index=False)


def faults(file: Path, settings: FormSettings) -> list[str]:
    """The messages of reading; looking at the head alone may say less, but never something else."""
    said = [str(f) for f in read_tables(file.parent, [settings])[1]]
    head = [str(f) for f in columns_of(file.parent, [settings])[1]]
    assert not head or said
    return said


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("reader", FORMS)
def test_the_samples_have_no_fault(lay: Callable[[str], Path], reader: str) -> None:
    assert faults(lay(reader), FORMS[reader]) == []


@pytest.mark.parametrize("reader", FORMS)
@pytest.mark.parametrize("part", [0.35, 0.7, 0.97])
def test_a_truncated_file_is_refused(lay: Callable[[str], Path], reader: str, part: float) -> None:
    file = lay(reader)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * part)].rstrip(b"\n"))
    said = faults(file, FORMS[reader])
    assert len(said) == 1
    assert said[0].startswith(file.name)


@pytest.mark.parametrize("reader", FORMS)
def test_a_zip_is_refused(lay: Callable[[str], Path], reader: str) -> None:
    file = lay(reader)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("dm.csv", "a,b\n1,2\n")
    (said,) = faults(file, FORMS[reader])
    assert "zip archive" in said or "not well-formed XML" in said


@pytest.mark.parametrize("reader", FORMS)
def test_an_empty_file_is_refused(lay: Callable[[str], Path], reader: str) -> None:
    file = lay(reader)
    file.write_bytes(b"")
    assert faults(file, FORMS[reader])[0].startswith(f"{file.name}: the file is empty")


@pytest.mark.parametrize("reader", FORMS)
def test_a_missing_file_is_named(lay: Callable[[str], Path], reader: str) -> None:
    file = lay(reader)
    file.unlink()
    assert faults(file, FORMS[reader])[0].startswith(f"{file.name}: the file does not exist")


@pytest.mark.parametrize("reader", FORMS)
def test_a_cell_over_the_limit_is_refused(lay: Callable[[str], Path], reader: str) -> None:
    file = lay(reader)
    small = {**vars(FORMS[reader]), "cell_limit": 3}
    said = faults(file, FormSettings(**small))
    assert said[0].endswith("or set 'cell_limit' in study.yaml.")
    for each in said:
        assert "the limit is 3" in each or "more rows are at fault" in each
        assert ", row " in each


@pytest.mark.parametrize("reader", ["viedoc", "redcap", "rave_view"])
def test_text_in_another_encoding_is_refused(lay: Callable[[str], Path], reader: str) -> None:
    file = lay(reader)
    file.write_bytes(file.read_text(encoding="utf-8-sig").encode("utf-16"))
    assert "is not utf-8 text" in faults(file, FORMS[reader])[0]


def test_gb18030_is_read_where_it_is_declared(lay: Callable[[str], Path]) -> None:
    file = lay("viedoc")
    for name in ("dm.csv", "items.csv", "codelists.csv"):
        text = (file.parent / name).read_text(encoding="utf-8-sig")
        changed = text.replace("North Clinic", "北方诊所")
        (file.parent / name).write_bytes(changed.encode("gb18030"))
    declared = FormSettings(**{**vars(FORMS["viedoc"]), "encoding": "gb18030"})
    table = read_tables(file.parent, [declared])[0]["dm"]
    assert table.cells["SiteName"].tolist() == ["北方诊所", "北方诊所", "South Clinic"]
    assert "is not utf-8 text" in faults(file, FORMS["viedoc"])[0]


def test_odm_in_another_encoding_than_it_says(lay: Callable[[str], Path]) -> None:
    file = lay("odm")
    text = file.read_text(encoding="utf-8")
    file.write_bytes(text.encode("gb18030"))
    assert "not in the encoding that it says" in faults(file, FORMS["odm"])[0]
    named = text.replace('encoding="UTF-8"', 'encoding="GB18030"')
    file.write_bytes(named.encode("gb18030"))
    form = {**vars(FORMS["odm"]), "form": ("AE",), "group": ("IG.AE.AE_ARRAY1",)}
    table = read_tables(file.parent, [FormSettings(**form)])[0]["dm"]
    assert table.cells["IT.AETERM"].tolist() == ["Constipation & pain", "腹泻"]


ROWS = {
    "viedoc": "2,South Clinic,SYD,3,SYD-01,",
    "rave_view": '"7","5","EXAMPLE","9","PROD","32",',
}


@pytest.mark.parametrize("reader", ROWS)
def test_a_row_that_stands_twice(lay: Callable[[str], Path], reader: str) -> None:
    file = lay(reader)
    lines = file.read_text(encoding="utf-8-sig").split("\n")
    row = next(line for line in lines if line.startswith(ROWS[reader]))
    lines.insert(lines.index(row), row)
    file.write_text("\n".join(lines), encoding="utf-8")
    assert "and again here" in faults(file, FORMS[reader])[0]


def test_a_redcap_line_that_stands_twice(lay: Callable[[str], Path]) -> None:
    file = lay("redcap")
    change(file, "1,bp,2,", "1,bp,1,")
    (said,) = faults(file, FORMS["redcap"])
    assert said == (
        "data.csv, row 4: the row id record_id '1', redcap_repeat_instrument 'bp', "
        "redcap_repeat_instance '1' stands in row 3 and again here. Export it again, or mend the "
        "'id' of the form in study.yaml."
    )


def test_an_odm_row_that_stands_twice(lay: Callable[[str], Path]) -> None:
    file = lay("odm")
    change(file, 'SubjectKey="SS_0002"', 'SubjectKey="SS_0001"')
    change(file, '<SiteRef LocationOID="LOC.01"/>', "")
    assert "SubjectKey 'SS_0001'" in faults(file, FORMS["odm"])[0]
    change(file, 'SubjectKey="SS_0001"', 'SubjectKey="SS_0003"')
    change(file, 'ItemGroupRepeatKey="2"', 'ItemGroupRepeatKey="1"')
    form = {**vars(FORMS["odm"]), "form": ("AE",), "group": ("IG.AE.AE_ARRAY1",)}
    assert "IG.AE.AE_ARRAY1 '1' of form AE" in faults(file, FormSettings(**form))[0]


def test_an_odm_row_id_that_stands_twice_names_its_form(lay: Callable[[str], Path]) -> None:
    """A row of ODM is counted in its form, so the number alone says nothing."""
    settings = replace(FORMS["odm"], name="effects", id=("StudyOID",))
    assert faults(lay("odm"), settings)[0].startswith("export.xml, row 2: the row id StudyOID ")
    assert "of the form effects stands in row 1" in faults(lay("odm"), settings)[0]


WRONG: list[tuple[str, str, str, str, str]] = [
    ("viedoc", "dm.csv", "SubjectId,", "Subject,", "no row of column names with 'SubjectId'"),
    (
        "viedoc",
        "dm.csv",
        "ICDAT,",
        "ICDATX,",
        "'ICDATX' is not in items.csv. Did you mean 'ICDAT'?",
    ),
    (
        "viedoc",
        "items.csv",
        '"DataType"',
        '"Kind"',
        "items.csv, row 2: there is no column 'DataType'",
    ),
    ("redcap", "data.csv", "date_enrolled", "Date of consent", "is not in dictionary.csv"),
    ("redcap", "data.csv", "record_id,", "record,", "no column 'record_id', the record id"),
    ("redcap", "data.csv", "record_id,", "Record ID,", "Set 'header: label' in study.yaml"),
    ("redcap", "data.csv", "1,bp,1", "1,pb,1", "names the form 'pb'"),
    (
        "redcap",
        "data.csv",
        "1,4,0,2",
        "1,White,0,2",
        "'White' in column race is the text of a choice",
    ),
    ("redcap", "dictionary.csv", "Form Name", "Form", "there is no column 'Form Name'"),
    ("odm", "export.xml", "odm/v1.3", "odm/v2.0", "ODM of another version"),
    ("odm", "export.xml", '"Snapshot"', '"Transactional"', "tells changes"),
    ("odm", "export.xml", "<FormData ", '<FormData TransactionType="Remove" ', "tells changes"),
    ("odm", "export.xml", 'ItemData ItemOID="IT.AGE"', 'ItemData ItemOID="IT.OLD"', "'IT.OLD'"),
    (
        "odm",
        "export.xml",
        'FormDef OID="DM"',
        'FormDef OID="DEM"',
        "no form 'DM'. Did you mean 'DEM'?",
    ),
    ("odm", "export.xml", "<ItemGroupData ", "<ItemGroupDat ", "not well-formed"),
    ("rave_view", "vital.csv", "EOF", "", "the last line is not EOF"),
]


@pytest.mark.parametrize(("reader", "name", "old", "new", "said"), WRONG)
def test_what_is_wrong_is_said(
    lay: Callable[[str], Path], reader: str, name: str, old: str, new: str, said: str
) -> None:
    file = lay(reader)
    change(file.parent / name, old, new)
    (message,) = faults(file, FORMS[reader])
    assert said in message


def test_viedoc_with_one_header_row(lay: Callable[[str], Path]) -> None:
    file = lay("viedoc")
    for path in file.parent.glob("*.csv"):
        lines = path.read_text(encoding="utf-8-sig").split("\n")
        path.write_text("\n".join(lines[1:]), encoding="utf-8")
    assert "set 'header: name'" in faults(file, FORMS["viedoc"])[0]
    one = FormSettings(**{**vars(FORMS["viedoc"]), "header": "name"})
    table = read_tables(file.parent, [one])[0]["dm"]
    assert table.lines.tolist() == [2, 3, 4]
    assert table.codelists["SEX"] == {"F": "Female", "M": "Male"}


def test_a_label_export_that_is_declared_raw(tmp_path: Path) -> None:
    shutil.copytree(DATA / "redcap_events", tmp_path, dirs_exist_ok=True)
    form = FormSettings(
        name="dm",
        file="data.csv",
        reader="redcap",
        dictionary="dictionary.csv",
        form=("enrolment",),
        values="raw",
    )
    assert "Set 'values: label'" in faults(tmp_path / "data.csv", form)[0]


BOMB = """<?xml version="1.0"?>
<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" Description="&d;"/>"""
LOCAL = """<?xml version="1.0"?>
<!DOCTYPE ODM [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study OID="s">&secret;</Study></ODM>"""
REMOTE = """<?xml version="1.0"?>
<!DOCTYPE ODM SYSTEM "http://127.0.0.1:9/odm.dtd">
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"/>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("text", [BOMB, LOCAL, REMOTE])
def test_declarations_and_entities_are_refused(tmp_path: Path, text: str, encoding: str) -> None:
    file = tmp_path / "export.xml"
    named = text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    file.write_bytes(named.encode(encoding))
    (said,) = faults(file, FORMS["odm"])
    assert "document type declaration" in said
    assert "Traceback" not in said


def test_other_xml_is_not_odm(tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_text("<html><body/></html>", encoding="utf-8")
    assert faults(tmp_path / "export.xml", FORMS["odm"])[0].startswith(
        "export.xml: this is not ODM: the root element is <html>"
    )


def test_excel_without_openpyxl(
    lay: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = lay("excel")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (said,) = faults(file, FORMS["excel"])
    assert said == (
        "dm.xlsx: an Excel file needs the package openpyxl, which is not installed. "
        "Install it with: pip install 'cdisc-crosswalk[excel]'"
    )


def test_excel_sheets_and_errors(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "DM"
    book.active.append(["SUBJECT", "AGE"])
    book.active.append(["0012", 61])
    book.create_sheet("AE").append(["SUBJECT", "AETERM"])
    file = tmp_path / "dm.xlsx"
    book.save(file)
    settings = vars(FORMS["excel"])
    assert "2 sheets: DM, AE" in faults(file, FORMS["excel"])[0]
    named = FormSettings(**{**settings, "sheet": "D M"})
    assert "Did you mean 'DM'?" in faults(file, named)[0]
    named = FormSettings(**{**settings, "sheet": "DM"})
    assert read_tables(tmp_path, [named])[0]["dm"].cells.iloc[0].tolist() == ["0012", "61"]
    book["DM"]["C2"] = "stray"
    book.save(file)
    assert "right of the last column" in faults(file, named)[0]
    book["DM"]["C1"] = "X"
    book["DM"]["C2"] = "#N/A"
    book["DM"]["C2"].data_type = "e"
    book.save(file)
    book["DM"].append(["0013", "#DIV/0!", None, "stray"])
    book["DM"]["B3"].data_type = "e"
    book.save(file)
    beyond = "a cell to the right of the last column that has a name"
    assert faults(file, named) == [
        "dm.xlsx, row 2: the cell C2 holds the error #N/A. Mend it.",
        "dm.xlsx, row 3: the cell B3 holds the error #DIV/0!",
        f"dm.xlsx, row 3: {beyond}. Name the column, or empty the cell.",
    ]


def test_excel_that_unpacks_to_too_much_or_declares_entities(
    lay: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = lay("excel")
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + parts[sheet]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert f"a document type declaration in {sheet}" in faults(file, FORMS["excel"])[0]
    monkeypatch.setattr("mappings.readers.excel.LARGEST", 100)
    assert "unpacks to more than" in faults(file, FORMS["excel"])[0]


def test_a_transport_file_of_several_data_sets(lay: Callable[[str], Path]) -> None:
    file = lay("xpt")
    data = file.read_bytes()
    file.write_bytes(data + data[240:])
    assert "several data sets" in faults(file, FORMS["xpt"])[0]


def test_the_command_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    study = tmp_path / "odm"
    shutil.copytree(STUDIES / "odm", study)
    (study / "raw").mkdir()
    (study / "raw" / "export.xml").write_text(LOCAL, encoding="utf-8")
    result = CliRunner().invoke(app, ["build", str(study), "-o", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "document type declaration" in " ".join(result.output.split())
    assert not (tmp_path / "out").exists()


SETTINGS = [
    ("odm", "form: DM}", "form: DM, values: raw}", "'values' means nothing to the reader 'odm'"),
    ("odm", "dm: {form: DM}", "dm: {items: oid}", "has no 'form', which the reader 'odm' needs"),
    ("redcap", "    values: raw\n", "", "has no 'values', which the reader 'redcap' needs"),
    ("redcap", "raw/dictionary.csv", "/data/dictionary.csv", "is an absolute path"),
    ("viedoc", "reader: viedoc", "reader: viedok", "'viedok' is not one of rave, csv, viedoc"),
    ("odm", '", $SUBJID]', '", $SITEID, $SUBJID]', "or a form the setting 'site'"),
]


@pytest.mark.parametrize(("study", "old", "new", "said"), SETTINGS)
def test_settings_that_cannot_be(tmp_path: Path, study: str, old: str, new: str, said: str) -> None:
    place = tmp_path / study
    shutil.copytree(STUDIES / study, place)
    shutil.copytree(DATA / study, place / "raw")
    change(place / "study.yaml", old, new)
    result = CliRunner().invoke(app, ["lint", str(place)])
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
