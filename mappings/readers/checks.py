"""What is checked of every table, whichever reader gave it: sizes of cells, identity of rows."""

from __future__ import annotations

import numpy as np

from mappings.findings import Finding, SpecificationFault
from mappings.frames import Mask
from mappings.raw import FormSettings, RawTable, file_fault


def table_faults(table: RawTable, settings: FormSettings) -> list[Finding]:
    """A cell over the form's limit, and a row id that stands twice."""
    return [*_long_cells(table, settings), *_ids_twice(table, settings)]


def _long_cells(table: RawTable, settings: FormSettings) -> list[Finding]:
    for name in table.columns:
        lengths = table.cells[name].str.len()
        if len(lengths) and int(lengths.max()) > settings.cell_limit:
            at = int(lengths.to_numpy().argmax())
            fault = file_fault(
                settings.file,
                f"a cell of {int(lengths.iloc[at])} characters in column {name}; "
                f"the limit is {settings.cell_limit}",
                "Look whether a quote is open there; or set 'cell_limit' in study.yaml.",
                int(table.lines.iloc[at]),
            )
            return fault.findings
    return []


def _ids_twice(table: RawTable, settings: FormSettings) -> list[Finding]:
    columns = [c for c in settings.id if c in table.columns]
    if not columns:
        return []
    keys = table.cells[columns]
    twice: Mask = keys.duplicated().to_numpy(dtype=bool)
    if not twice.any():
        return []
    at = int(np.flatnonzero(twice)[0])
    first = int((keys == keys.iloc[at]).all(axis=1).to_numpy().argmax())
    return repeated(
        settings.file,
        ", ".join(f"{c} '{keys[c].iloc[at]}'" for c in columns),
        int(table.lines.iloc[first]),
        int(table.lines.iloc[at]),
        int(twice.sum()),
    ).findings


def repeated(file: str, key: str, first: int, second: int, count: int) -> SpecificationFault:
    """The fault of a file in which what identifies a row stands twice; `count` such rows."""
    return file_fault(
        file,
        f"the row id {key} stands in row {first} and again here"
        + (f" ({count} such rows)" if count > 1 else ""),
        "Export it again, or mend the 'id' of the form in study.yaml.",
        second,
    )
