from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation.reports import EVIL, finding, report
from validation import xlsx
from validation.exports import COLUMNS, findings_xlsx
from validation.hostile import csv_cell, shortened
from validation.xlsx import Cell, Sheet, workbook


def read(data: bytes, sheet: str = "T") -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def table(*rows: list[Cell]) -> bytes:
    return workbook([Sheet("T", ["A", "B"], list(rows), [10, 20])])


def test_texts_numbers_and_nothing_are_read_back() -> None:
    data = table(["x", 1], ["", 2.5], [None, "007"])
    assert read(data) == [["A", "B"], ["x", 1], [None, 2.5], [None, "007"]]


def test_the_same_content_has_the_same_bytes_and_no_clock() -> None:
    data = table(["x", 1])
    assert data == table(["x", 1])
    for part in zipfile.ZipFile(io.BytesIO(data)).infolist():
        assert part.date_time == (1980, 1, 1, 0, 0, 0)
        assert (part.compress_type, part.create_system) == (zipfile.ZIP_STORED, 0)


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\uff1d1", EVIL])
def test_no_text_is_a_formula(text: str) -> None:
    (_, (cell, _)) = read(table([text, 1]))
    assert cell == csv_cell(text)
    book = openpyxl.load_workbook(io.BytesIO(table([text, 1])))
    assert book["T"]["A2"].data_type == "s"
    assert book["T"]["A2"].quotePrefix


def test_what_excel_would_decode_stays_as_it_is() -> None:
    # openpyxl reads the escape as Excel does: _x005F_ is an underscore.
    assert read(table(["_x0041_ & <b>", 1]))[1][0] == "_x0041_ & <b>"


@settings(max_examples=60, deadline=None)
@given(st.text(), st.floats(allow_nan=False, allow_infinity=False))
def test_every_text_and_number_comes_back(text: str, number: float) -> None:
    (_, (cell, other)) = read(table([text, number]))
    assert (cell or "") == csv_cell(text)
    assert other == number


def test_too_many_rows_go_on_in_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS", 2)
    data = table(["a", 1], ["b", 2], ["c", 3])
    assert read(data)[1:] == [["a", 1], ["b", 2]]
    assert read(data, "T 2") == [["A", "B"], ["c", 3]]


def test_a_text_too_long_for_a_cell_says_so() -> None:
    assert read(table(["x" * 40_000, 1]))[1][0] == shortened("x" * 40_000, xlsx.LONGEST)


def test_columns_beyond_z_have_two_letters() -> None:
    header = [f"C{i}" for i in range(60)]
    (names, values) = read(workbook([Sheet("T", header, [list(range(60))])]))
    assert names == header
    assert values == list(range(60))


def test_the_findings_and_the_checks_are_sheets() -> None:
    data = findings_xlsx(report(findings=[finding(value=EVIL)], explanations=[]))
    (header, row) = read(data, "Findings")
    assert tuple(header) == COLUMNS
    assert row[COLUMNS.index("value")] == csv_cell(EVIL)
    assert row[COLUMNS.index("raw_row")] == 12
    checks = read(data, "Checks")
    assert [r[0] for r in checks] == ["status", "passed", "passed", "not run"]
    assert checks[-1][5] == "there is no dataset DM"
