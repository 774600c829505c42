"""Every reader against every fault: exit 2, one clear message for the file, nothing written."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from crosswalk.cli import app
from mappings.raw import FormSettings
from mappings.readers import READERS, read_tables

TESTS = Path(__file__).parents[1]
STUDY = """
study: {{id: M, name: M, description: M, protocol: M}}
created: 2025-01-01T00:00:00
standards: {{sdtmig: "3.4", adamig: "1.3", terminology: 2025-03-28}}
raw:
  subject: {{pattern: '(?P<subject>.+)', usubjid: [$STUDYID, "-", $SUBJID]}}
  forms:
    dm: {form}
"""
DM = """
target: DM
from: dm
keys: [USUBJID]
vars:
  SUBJID: {copy: SUBJID}
  SITEID: {const: ""}
  SEX: {const: ""}
  COUNTRY: {const: ""}
"""


@dataclass(frozen=True)
class Sample:
    """A sample's folder in tests/data ("" when it is written here), its file and settings."""

    data: str
    file: str
    settings: str
    name: tuple[str, str] = ("", "")

    @property
    def form(self) -> str:
        return f"{{file: raw/{self.file}, {self.settings}}}"


# `name` is a column of the header and what spoils it.
SAMPLES = {
    "rave": Sample("rave_view", "vital.csv", "reader: rave, subject: Subject, id: [RecordId]",
                   ("RecordId", "RecordID2")),
    "csv": Sample("", "dm.csv", "reader: csv, subject: SUBJECT, id: [SUBJECT]",
                  ("SUBJECT", "PATIENT")),
    "viedoc": Sample("viedoc", "dm.csv", "reader: viedoc, subject: SubjectId, dictionary: "
                     "raw/items.csv, id: [SubjectId, EventId, FormSeq]", ("SubjectId", "Subject")),
    "redcap": Sample("redcap", "data.csv", "reader: redcap, subject: record_id, dictionary: "
                     "raw/dictionary.csv, form: demographics, values: raw, id: [record_id]",
                     ("date_enrolled", "date_of_enrolment")),
    "odm": Sample("odm", "export.xml", "reader: odm, subject: SubjectKey, form: DM",
                  ("<ODM ", "<ODN ")),
    "excel": Sample("", "dm.xlsx", "reader: excel, subject: SUBJECT, id: [SUBJECT]"),
    "sas": Sample("typed", "dm.sas7bdat", "reader: sas, subject: SUBJECT, id: [SUBJECT]"),
    "xpt": Sample("typed", "dm.xpt", "reader: xpt, subject: SUBJECT, id: [SUBJECT]"),
    "parquet": Sample("", "dm.parquet", "reader: parquet, subject: SUBJECT, id: [SUBJECT]"),
}  # fmt: skip
TEXT = ("rave", "csv", "viedoc", "redcap", "odm")
TYPED = ("excel", "sas", "xpt", "parquet")
Lay = Callable[[str], Path]


def typed_cells() -> pd.DataFrame:
    form = FormSettings("dm", "dm.sas7bdat", "sas", subject="SUBJECT")
    return read_tables(TESTS / "data" / "typed", [form])[0]["dm"].cells


def write(cells: pd.DataFrame, file: Path) -> None:
    """Cells as the file that its ending says."""
    if file.suffix == ".csv":
        cells.to_csv(file, index=False)
    elif file.suffix == ".parquet":
        cells.to_parquet(file)
    else:
        pytest.importorskip("openpyxl")
        cells.to_excel(file, index=False)


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """A study of one form of the reader; the raw file comes back."""

    def made(reader: str) -> Path:
        sample = SAMPLES[reader]
        study = tmp_path / "study"
        (study / "sdtm").mkdir(parents=True)
        (study / "study.yaml").write_text(STUDY.format(form=sample.form), encoding="utf-8")
        (study / "sdtm" / "dm.yaml").write_text(DM, encoding="utf-8")
        file = study / "raw" / sample.file
        if sample.data:
            shutil.copytree(TESTS / "data" / sample.data, study / "raw")
        else:
            file.parent.mkdir()
            write(typed_cells(), file)
        return file

    return made


def study_of(file: Path) -> Path:
    return file.parents[1]


def refused(file: Path, *words: str, out: str = "out") -> str:
    """Build: exit 2, a message that names the file, no traceback, and nothing written."""
    study = study_of(file)
    before = sorted(study.rglob("*"))
    result = CliRunner().invoke(app, ["build", str(study), "-o", str(study.parent / out)])
    said = result.output + (result.stderr if result.stderr_bytes else "")
    assert result.exit_code == 2, said
    assert "raw/" in said or "study.yaml:" in said
    assert "Traceback" not in said
    flat = " ".join(said.split())
    for word in words:
        assert word in flat
    assert not (study.parent / out).exists()
    assert sorted(study.rglob("*")) == before
    return flat


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_reader_is_in_the_matrix() -> None:
    assert set(SAMPLES) == set(READERS) == {*TEXT, *TYPED}


@pytest.mark.parametrize("reader", SAMPLES)
def test_the_sample_itself_builds(lay: Lay, reader: str, tmp_path: Path) -> None:
    study = study_of(lay(reader))
    result = CliRunner().invoke(app, ["lint", str(study)])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("reader", SAMPLES)
def test_truncated(lay: Lay, reader: str) -> None:
    file = lay(reader)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * 0.7)].rstrip(b"\n"))
    refused(file)


@pytest.mark.parametrize("reader", SAMPLES)
def test_empty(lay: Lay, reader: str) -> None:
    file = lay(reader)
    file.write_bytes(b"")
    refused(file, "the file is empty")


@pytest.mark.parametrize("reader", SAMPLES)
def test_zip(lay: Lay, reader: str) -> None:
    file = lay(reader)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("dm.csv", "a,b\n1,2\n")
    refused(file)


@pytest.mark.parametrize("reader", SAMPLES)
def test_another_kind_of_file(lay: Lay, reader: str) -> None:
    file = lay(reader)
    file.write_bytes(b"%PDF-1.7\nnothing of this is data\n")
    refused(file)


@pytest.mark.parametrize("reader", TEXT)
def test_wrong_encoding(lay: Lay, reader: str) -> None:
    file = lay(reader)
    text = file.read_text(encoding="utf-8-sig")
    file.write_bytes(text.encode("utf-16") if reader != "odm" else text.encode("gb18030"))
    refused(file, "is not utf-8 text" if reader != "odm" else "not in the encoding that it says")


@pytest.mark.parametrize("reader", ["sas", "xpt"])
def test_wrong_encoding_of_a_typed_file(lay: Lay, reader: str) -> None:
    """Bytes that are no text in the file's encoding; Excel and Parquet are always UTF-8."""
    file = lay(reader)
    data = bytearray(file.read_bytes())
    at = data.rindex(b"01-001")
    data[at : at + 6] = b"\xff\xfe\xfd\xfc\xfb\xfa"
    file.write_bytes(bytes(data))
    refused(file, "text in another encoding")


@pytest.mark.parametrize("reader", TEXT)
def test_wrong_header(lay: Lay, reader: str) -> None:
    file = lay(reader)
    edit(file, *SAMPLES[reader].name)
    refused(file)


@pytest.mark.parametrize("reader", TYPED)
def test_wrong_header_of_a_typed_file(lay: Lay, reader: str) -> None:
    """The subject's column is called otherwise than study.yaml says."""
    file = lay(reader)
    page = study_of(file) / "study.yaml"
    edit(page, "subject: SUBJECT", "subject: SUBJEKT")
    refused(file, "there is no column 'SUBJEKT'", "Did you mean 'SUBJECT'?")


@pytest.mark.parametrize(
    ("reader", "old", "new"),
    [
        ("redcap", "form: demographics", "form: demographic"),
        ("odm", "form: DM", "form: DN"),
        ("excel", "reader: excel", "reader: excel, sheet: Sheet2"),
    ],
)
def test_unknown_form(lay: Lay, reader: str, old: str, new: str) -> None:
    file = lay(reader)
    edit(study_of(file) / "study.yaml", old, new)
    refused(file, "there is no", "Did you mean" if reader != "odm" else "There are: DM, AE")


@pytest.mark.parametrize("reader", ["csv", "excel", "parquet"])
def test_a_row_id_that_stands_twice(lay: Lay, reader: str) -> None:
    file = lay(reader)
    cells = typed_cells()
    write(pd.concat([cells, cells.iloc[:1]], ignore_index=True), file)
    refused(file, "and again here")


@pytest.mark.parametrize("reader", ["sas", "xpt"])
def test_a_row_id_that_stands_twice_in_sas(lay: Lay, reader: str) -> None:
    """SEX is no row id: two subjects have the same."""
    file = lay(reader)
    edit(study_of(file) / "study.yaml", "id: [SUBJECT]", "id: [SEX]")
    refused(file, "the row id SEX", "and again here")


@pytest.mark.parametrize("reader", ["rave", "viedoc", "redcap"])
def test_a_line_that_stands_twice(lay: Lay, reader: str) -> None:
    file = lay(reader)
    lines = file.read_text(encoding="utf-8-sig").split("\n")
    at = 2 if reader == "viedoc" else 1
    file.write_text("\n".join([*lines[: at + 1], *lines[at:]]), encoding="utf-8")
    refused(file, "and again here")


def test_an_odm_row_that_stands_twice(lay: Lay) -> None:
    file = lay("odm")
    text = file.read_text(encoding="utf-8")
    start, end = text.index("<FormData"), text.index("</FormData>") + len("</FormData>")
    file.write_text(text[:end] + text[start:end] + text[end:], encoding="utf-8")
    refused(file, "and again here")


@pytest.mark.parametrize("reader", SAMPLES)
def test_a_cell_over_the_limit(lay: Lay, reader: str) -> None:
    file = lay(reader)
    edit(study_of(file) / "study.yaml", "{file:", "{cell_limit: 2, file:")
    refused(file, "the limit is 2")


XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
ODM = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" Description="{}"/>'
BOMB = "<!DOCTYPE ODM [{}]>\n" + ODM.format("&d;")
ENTITIES = '<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{of};" * 10}">' for name, of in ("ba", "cb", "dc")
)


@pytest.mark.parametrize(
    "text",
    [
        XML + BOMB.format(ENTITIES),
        XML + BOMB.format('<!ENTITY d SYSTEM "file:///etc/hostname">'),
        XML + '<!DOCTYPE ODM SYSTEM "http://127.0.0.1:9/odm.dtd">' + ODM.format(""),
    ],
)
def test_bombs_and_entities_in_xml(lay: Lay, text: str) -> None:
    file = lay("odm")
    file.write_text(text, encoding="utf-8")
    refused(file, "document type declaration")


def test_entities_in_a_workbook(lay: Lay) -> None:
    file = lay("excel")
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + parts[sheet]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused(file, "a document type declaration in")
