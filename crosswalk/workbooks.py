"""The specification workbook as a file: written from a define.xml, and read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from crosswalk.defines import DefineRefused, load_define
from define.collect import DefineRefusal
from define.diff import diff
from define.diff.text import changed_lines
from define.read import Other, ReadDefine
from define.workbook import Sheet, Specification, load_workbook, tables_of
from mappings.findings import SpecificationFault
from mappings.raw import FormSettings
from mappings.readers.excel import excel_sheets, read_excel
from validation.hostile import read_cell, written_cell
from validation.xlsx import LONGEST, workbook
from validation.xlsx import Sheet as Page

_WIDTH = 60
_LANGUAGE = re.compile(r"lang=([A-Za-z-]+)")
_EXPECTED = {"", "Study/MetaDataVersion"}


@dataclass(frozen=True)
class Written:
    """A workbook, and what the define.xml says that the form has no place for."""

    content: bytes
    sheets: tuple[tuple[str, int], ...]
    left: tuple[str, ...]


def define_workbook(place: Path) -> Written:
    """The workbook of a define.xml. Raises DefineRefused."""
    told = load_define(place)
    try:
        tables = tables_of(told.metadata, _language(told))
        again = load_workbook(tables, "the workbook")
    except DefineRefusal as error:
        raise DefineRefused(f"{place.as_posix()}: {error}") from None
    except SpecificationFault as fault:
        # What is broken in the define.xml would be broken in the workbook.
        faults = "; ".join(str(f) for f in fault.findings[:5])
        message = f"{place.as_posix()} contradicts itself, mend it first: {faults}"
        raise DefineRefused(message) from None
    plain = ReadDefine(told.metadata, (), told.version)
    lost = diff(plain, ReadDefine(again.metadata, (), told.version))
    left = [*changed_lines(lost), *(_line(o) for o in told.others if _line(o))]
    left += [
        f"{sheet.name}, row {number}: a text of {len(cell):,} characters is cut"
        for sheet in tables
        for number, cells in sheet.rows
        for cell in cells
        if len(cell) > LONGEST
    ]
    pages = [Page(s.name, s.columns, [c for _, c in s.rows], _widths(s)) for s in tables]
    counts = tuple((s.name, len(s.rows)) for s in tables)
    return Written(workbook(pages, written_cell), counts, tuple(left))


def read_workbook(path: Path) -> Specification:
    """The specification in a workbook. Raises SpecificationFault with every fault of it."""
    file = path.name
    sheets = []
    for name in excel_sheets(path, file):
        table = read_excel(path, FormSettings(name, file, "excel", sheet=name))
        cells = [table.cells[c].map(read_cell).tolist() for c in table.columns]
        rows = zip(table.lines.tolist(), zip(*cells, strict=True), strict=True)
        sheets.append(Sheet(name, table.columns, tuple((n, tuple(r)) for n, r in rows)))
    return load_workbook(sheets, file)


def _language(told: ReadDefine) -> str:
    """The language of the texts: English, or that of a text which is in one other language."""
    found = (o for o in told.others if o.part.endswith("TranslatedText"))
    named = (match for o in found if (match := _LANGUAGE.fullmatch(o.value)))
    return next((match.group(1) for match in named), "en")


def _line(other: Other) -> str:
    """What the metadata have no place for; the frame of the document is no loss."""
    if other.place == "the document" and other.part in _EXPECTED:
        return ""
    if other.part.endswith("TranslatedText") and _LANGUAGE.fullmatch(other.value):
        return ""
    return " ".join(p for p in (f"{other.place}:", other.part, other.value) if p)


def _widths(sheet: Sheet) -> list[int]:
    """Each column as wide as its longest line, within limits."""
    columns = zip(sheet.columns, *(cells for _, cells in sheet.rows), strict=True)
    longest = [max(len(line) for cell in c for line in (cell.split("\n"))) for c in columns]
    return [min(max(n + 2, 8), _WIDTH) for n in longest]


def written_lines(written: Written, path: Path) -> list[str]:
    """For people."""
    counts = ", ".join(f"{n} {name}" for name, n in written.sheets if n)
    lines = [f"Written: {path.as_posix()} ({counts})."]
    if written.left:
        lines.append("The form has no place for:")
        lines += [f"  {line}" for line in written.left]
    return lines
