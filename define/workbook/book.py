"""The sheets of a workbook as rows that say where each cell stands, and every fault of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from define.workbook.form import COLUMNS, NAMES, NEEDED, REQUIRED, SHEETS, Sheet, columns_of
from mappings.findings import Finding, RawPlace, Severity
from mappings.load import did_you_mean

_SHEETS = {
    "standard": "Standards",
    "codelist": "Codelists",
    "method": "Methods",
    "comment": "Comments",
    "document": "Documents",
    "where clause": "WhereClauses",
    "display": "Analysis Displays",
}
"""Where the things stand that cells name."""

_RENAMED = ("Datasets", "Variables", "ValueLevel")


@dataclass
class Faults:
    """Every fault that was found; `file` is what the workbook is called."""

    file: str
    found: list[Finding] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def add(self, sheet: str, row: int, column: str, message: str, advice: str = "") -> None:
        place = f"{self.file}, sheet {sheet}" if sheet else self.file
        raw = RawPlace(place, row, column)
        self.found.append(Finding("spec.workbook", Severity.ERROR, message, advice, raw=raw))


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its texts by column, and where it stands."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    faults: Faults

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def fault(self, column: str, message: str, advice: str = "") -> None:
        self.faults.add(self.sheet, self.number, column, message, advice)

    def flag(self, column: str) -> bool:
        """Yes or No (also Y and N); anything else is a fault."""
        text = self[column].lower()
        if text not in ("", "yes", "no", "y", "n"):
            self.fault(column, f"'{self[column]}' is neither Yes nor No")
        return text in ("yes", "y")

    def count(self, column: str) -> int:
        """A whole number from 0, 0 where the cell is blank; anything else is a fault."""
        text = self[column]
        if text and not (text.isdecimal() and len(text) < 10):
            self.fault(column, f"'{text}' is no whole number")
            return 0
        return int(text or 0)

    def values(self, column: str) -> tuple[str, ...]:
        """Several values with commas between; one in quotation marks may hold a comma."""
        text = self[column]
        return tuple(v.strip() for v in next(csv.reader([text], skipinitialspace=True), []) if text)

    def known(self, column: str, among: Sequence[str], what: str, name: str = "") -> bool:
        """Whether what the cell names exists; a fault says what does."""
        text = name or self[column]
        if text in among:
            return True
        sheet = _SHEETS.get(what, "")
        if sheet in self.faults.absent:
            # Said once, and not of every row that refers to it.
            if sheet not in self.faults.told:
                self.fault(column, f"there is no sheet '{sheet}' that has the {what} '{text}'")
            self.faults.told.add(sheet)
            return False
        self.fault(column, f"there is no {what} '{text}'", did_you_mean(text, list(among)))
        return False


@dataclass(frozen=True)
class Book:
    """The rows of every sheet, and what of the workbook is not of the form and not read."""

    faults: Faults
    rows: Mapping[str, Sequence[Row]]
    unread: tuple[str, ...]

    def __getitem__(self, sheet: str) -> Sequence[Row]:
        return self.rows.get(sheet, ())

    def by_id(self, sheet: str) -> dict[str, list[Row]]:
        """The rows of each ID; a row without one is a fault."""
        found: dict[str, list[Row]] = {}
        for row in self[sheet]:
            if row["ID"]:
                found.setdefault(row["ID"], []).append(row)
            else:
                row.fault("ID", "the row has no ID")
        return found


def open_book(sheets: Sequence[Sheet], file: str) -> Book:
    """The sheets by the names of the form. Faults: sheets and columns that are missing."""
    faults = Faults(file)
    rows: dict[str, list[Row]] = {}
    unread: list[str] = []
    for sheet in sheets:
        name = NAMES.get(sheet.name.strip(), sheet.name.strip())
        if name not in SHEETS:
            unread.append(f"the sheet {sheet.name}")
            continue
        renamed = COLUMNS if name in _RENAMED else {}
        columns = [renamed.get(c, c) for c in (c.strip() for c in sheet.columns)]
        known = columns_of(name)
        strange = [c for c in columns if c and c not in known]
        for column in (c for c in NEEDED[name] if c not in columns):
            hint = did_you_mean(column, strange) if strange else ""
            faults.add(sheet.name, 1, column, "there is no such column", hint)
        unread += [f"the column {c} of {sheet.name}" for c in strange]
        rows[name] = [
            Row(sheet.name, number, dict(zip(columns, cells, strict=False)), faults)
            for number, cells in sheet.rows
        ]
    faults.absent |= set(SHEETS) - set(rows)
    there = [s.name for s in sheets]
    for name in REQUIRED:
        if name not in rows:
            faults.add("", 0, "", f"there is no sheet '{name}'", did_you_mean(name, there))
    return Book(faults, rows, tuple(unread))
