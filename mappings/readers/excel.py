"""Excel workbooks (.xlsx), by the optional package openpyxl, every value as text.

What Excel made a number or a date before us is what it is: `00123` typed into a general cell
has lost its zeros already. Text cells stay as they are.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pandas as pd

from mappings.findings import Finding, SpecificationFault
from mappings.load import did_you_mean
from mappings.raw import FormSettings, RawTable, Unread, file_fault, row_faults
from mappings.readers.delimited import check_header
from mappings.readers.files import check_begins
from mappings.readers.typed import iso, number

LARGEST = 1 << 30
"""Most bytes that a workbook may unpack to."""


def read_excel(path: Path, settings: FormSettings) -> RawTable:
    """One sheet whose first row is the header; empty rows at the end are no rows.

    Raises SpecificationFault when openpyxl is not installed; when the file is missing, damaged, no
    workbook, or unpacks to too much; when the sheet is not there or not named though there are
    several; for a header as `read_delimited` does; and, all at once, for cells beyond it and cells
    with an error.
    """
    errors: list[tuple[int, str]] = []
    unread: list[Unread] = []
    rows = list(_rows(path, settings, errors, unread))
    header = _header(rows[0][1] if rows else [], settings)
    body = [(n, cells) for n, cells in rows[1:] if any(cells)]
    beyond = "a cell to the right of the last column that has a name"
    outside = [(row, beyond) for row, cells in body if any(cells[len(header) :])]
    found: list[Finding] = []
    for told, advice in ((errors, "Mend it."), (outside, "Name the column, or empty the cell.")):
        found += row_faults(settings.file, told, advice).findings if told else []
    if found:
        raise SpecificationFault(found)
    frame = {
        name: pd.Series([c[i] if i < len(c) else "" for _, c in body], dtype="str")
        for i, name in enumerate(header)
    }
    lines = pd.Series([n for n, _ in body], dtype="int64")
    cells = pd.DataFrame(frame, columns=header)
    return RawTable(tuple(header), cells, lines, unread=tuple(unread))


def excel_sheets(path: Path, file: str) -> tuple[str, ...]:
    """The names of the sheets. Raises SpecificationFault as `read_excel` does."""
    openpyxl = _package(file)
    check_begins(path, file, b"PK\x03\x04", "an Excel workbook (.xlsx)")
    _check_archive(path, file)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise _damaged(file, error) from None
    try:
        return tuple(str(s.title) for s in book.worksheets)
    finally:
        book.close()


def excel_columns(path: Path, settings: FormSettings) -> tuple[str, ...]:
    """The names in the first row of the sheet."""
    errors: list[tuple[int, str]] = []
    head = next(_rows(path, settings, errors), (1, []))[1]
    if errors:
        raise row_faults(settings.file, errors, "Mend it.")
    return tuple(_header(head, settings))


def _header(cells: list[str], settings: FormSettings) -> list[str]:
    width = len(cells) - len(list(takewhile(lambda c: not c, reversed(cells))))
    check_header(cells[:width], settings.file)
    return cells[:width]


def _rows(
    path: Path,
    settings: FormSettings,
    errors: list[tuple[int, str]],
    unread: list[Unread] | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Number and texts of each row of the sheet; cells with an error are added to `errors`.

    The other sheets with rows are added to `unread`, when it is given.
    """
    file = settings.file
    openpyxl = _package(file)
    check_begins(path, file, b"PK\x03\x04", "an Excel workbook (.xlsx)")
    _check_archive(path, file)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise _damaged(file, error) from None
    try:
        sheet = _sheet(book, settings)
        for row, cells in enumerate(sheet.iter_rows(), start=1):
            errors += [
                (row, f"the cell {cell.coordinate} holds the error {cell.value}")
                for cell in cells
                if cell.data_type == "e"
            ]
            yield row, [_text(cell) for cell in cells]
        if unread is not None:
            unread += _others(book, sheet, file)
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        raise _damaged(file, error) from None
    finally:
        book.close()


def _package(file: str) -> Any:
    try:
        import openpyxl  # noqa: PLC0415 - optional
    except ImportError:
        message = "an Excel file needs the package openpyxl, which is not installed"
        advice = "Install it with: pip install 'cdisc-crosswalk[excel]'"
        raise file_fault(file, message, advice) from None
    return openpyxl


def _check_archive(path: Path, file: str) -> None:
    """Refuse what unpacks to too much, and XML with declarations of types or entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(m.file_size for m in members) > LARGEST:
                raise file_fault(file, "the workbook unpacks to more than 1 GiB", "Split it.")
            if "[Content_Types].xml" not in archive.namelist():
                message = "this is a zip archive, not an Excel workbook"
                raise file_fault(file, message, "Unpack it first.")
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        if b"<!DOCTYPE" in part.read(4096).replace(b"\x00", b""):
                            message = f"a document type declaration in {member.filename}"
                            raise file_fault(file, message, "Ask where the file comes from.")
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise _damaged(file, error) from None


def _damaged(file: str, error: Exception) -> Exception:
    said = (str(error).splitlines() or [type(error).__name__])[0]
    return file_fault(file, f"the workbook is cut off or damaged ({said})", "Save it again.")


def _sheet(book: Any, settings: FormSettings) -> Any:
    names = [str(s.title) for s in book.worksheets]
    wanted = settings.sheet
    if not wanted and len(names) != 1:
        message = f"the workbook has {len(names)} sheets: {', '.join(names)}"
        raise file_fault(settings.file, message, "Say which one in 'sheet'.")
    if wanted and wanted not in names:
        hint = did_you_mean(wanted, names)
        raise file_fault(settings.file, f"there is no sheet '{wanted}'", hint)
    return book.worksheets[names.index(wanted) if wanted else 0]


def _others(book: Any, read: Any, file: str) -> list[Unread]:
    """The sheets beside the one that is read, with their rows below the header."""
    counts = {
        str(other.title): sum(
            any(value is not None for value in row) for row in other.iter_rows(values_only=True)
        )
        for other in book.worksheets
        if other.title != read.title
    }
    return [
        Unread(file, name, "", count - 1, "sheet") for name, count in counts.items() if count > 1
    ]


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, dt.datetime):
        timed = any(mark in str(cell.number_format).lower() for mark in ("h", "ss"))
        return iso(value) if timed or value.time() != dt.time() else iso(value.date())
    if isinstance(value, dt.date | dt.time):
        return iso(value)
    if isinstance(value, dt.timedelta):
        return number(value.total_seconds())
    return str(value)
