"""Copied codes of the export's own dictionary, and sheets that no form reads."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mappings.export import read_export
from mappings.findings import Severity
from mappings.study import read_study

DICTIONARY = """
    field_name,form_name,field_type,field_label,select_choices_or_calculations,FORMAT
    subject,ae,text,Subject,,
    term,ae,text,Term,,
    serious,ae,radio,Serious,"1, Yes | 2, No",
    grade,ae,radio,Grade,"1, Grade 1 | 2, Grade 2",
    letter,ae,radio,Related,"Y, Yes | N, No",
    """.replace("FORMAT", "text_validation_type_or_show_slider_number")
RAW = """
    subject,term,serious,grade,letter
    01-001,fever,1,2,Y
    01-002,cough,2,1,N
    """
MODULE = """
    target: AE
    from: ae
    keys: [USUBJID, AETERM]
    vars:
      AETERM: {copy: term}
      AEDECOD: {const: ""}
      AESER: RULE
      AETOXGR: {copy: grade}
      AEREL: {copy: letter}
    """


def study(tiny: ModuleType, rule: str) -> dict[str, str]:
    text = tiny.text(tiny.STUDY)
    form = (
        "    ae: {file: raw/ae.csv, reader: redcap, values: raw, dictionary: raw/dict.csv, "
        "form: ae, subject: subject, event: null, repeat: null, id: null}\n"
    )
    text = text.replace("    ae: {file: raw/ae.csv}\n", form)
    files = {n: f for n, f in tiny.FILES.items() if not n.startswith("adam/")}
    more = {"raw/ae.csv": RAW, "raw/dict.csv": DICTIONARY}
    return {**files, **more, "study.yaml": text, "sdtm/ae.yaml": MODULE.replace("RULE", rule)}


@pytest.mark.parametrize(
    ("rule", "variables"),
    [
        ("{copy: serious}", ["AESER"]),
        ("{first: [{copy: serious}, {const: N}]}", ["AESER"]),
        ('{map: serious, to: {"1": "Y", "2": "N"}}', []),
    ],
)
def test_a_copied_code_is_a_notice(
    tiny: ModuleType, tmp_path: Path, rule: str, variables: list[str]
) -> None:
    found = tiny.build(tmp_path, study(tiny, rule)).of("copy.code")
    assert [f.variable for f in found] == variables
    if found:
        assert found[0].message == "AESER has the codes of ae.serious, such as 1 for 'Yes'"
        assert found[0].severity == Severity.NOTICE
        assert str(found[0].spec).startswith("sdtm/ae.yaml:7:")


def workbook(path: Path) -> None:
    openpyxl: Any = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheets: dict[str, list[list[Any]]] = {
        "AE": [["SUBJECT", "TERM"], ["01-001", "fever"]],
        "EX": [["SUBJECT", "DOSE"], ["01-001", 1], ["01-002", 2]],
        "VS": [["SUBJECT", "PULSE"], ["01-001", 70], [None, None], ["01-002", 71]],
        "Empty": [],
        "Header": [["SUBJECT"]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.remove(book["Sheet"])
    book.save(path)


def test_a_sheet_that_no_form_reads_is_told_once(tiny: ModuleType, tmp_path: Path) -> None:
    text = tiny.text(tiny.STUDY)
    shape = "reader: excel, file: raw/all.xlsx, event: null, repeat: null, id: null"
    start = text.index("    dm: {file")
    end = text.index("visits:")
    forms = f"    ae: {{{shape}, sheet: AE}}\n    ex: {{{shape}, sheet: EX}}\n"
    files = {
        "study.yaml": text[:start] + forms + text[end:],
        "sdtm/ae.yaml": "target: AE\nfrom: ae\nkeys: [USUBJID]\nvars: {AETERM: {copy: TERM}}\n",
    }
    tiny.write(tmp_path, files)
    (tmp_path / "raw").mkdir()
    workbook(tmp_path / "raw/all.xlsx")
    read, faults = read_study(tmp_path)
    assert faults == []
    assert read is not None
    forms_read = read_export(read)
    found = [f for form in forms_read.values() for f in form.findings]
    assert [f"{f.rule} {f.message}" for f in found] == [
        "form.unread the sheet 'VS' has 2 rows in this file, and study.yaml does not read them"
    ]
