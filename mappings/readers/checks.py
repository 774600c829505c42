"""What is checked of every table, whichever reader gave it: sizes of cells, identity of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mappings.findings import Finding
from mappings.frames import Mask
from mappings.raw import SHOWN, FormSettings, RawTable, row_faults

LONG = "Look whether a quote is open there; or set 'cell_limit' in study.yaml."
REPEATED = "Export it again, or mend the 'id' of the form in study.yaml."


def table_faults(table: RawTable, settings: FormSettings) -> list[Finding]:
    """A cell over the form's limit, and a row id that stands twice."""
    return [*_long_cells(table, settings), *_ids_twice(table, settings)]


def _long_cells(table: RawTable, settings: FormSettings) -> list[Finding]:
    told: list[tuple[int, str]] = []
    for name in table.columns:
        lengths = table.cells[name].str.len().to_numpy(dtype=np.int64)
        told += [
            (int(table.lines.iloc[at]), long_cell(settings, int(lengths[at]), name))
            for at in np.flatnonzero(lengths > settings.cell_limit).tolist()
        ]
    return row_faults(settings.file, sorted(told), LONG).findings if told else []


def _ids_twice(table: RawTable, settings: FormSettings) -> list[Finding]:
    columns = [c for c in settings.id if c in table.columns]
    # A row of such a file is counted in its form.
    form = settings.name if settings.reader == "odm" else ""
    return twice(table.cells[columns], table.lines, settings.file, form) if columns else []


def twice(keys: pd.DataFrame, lines: pd.Series[int], file: str, form: str = "") -> list[Finding]:
    """A fault for each row whose `keys` stood in an earlier row; `form` is named when given."""
    again: Mask = keys.duplicated().to_numpy(dtype=bool)
    if not again.any():
        return []
    groups = keys.groupby(list(keys.columns), sort=False, dropna=False).ngroup().to_numpy()
    first = np.unique(groups, return_index=True)[1][groups]
    told = []
    for at in np.flatnonzero(again)[: SHOWN + 1].tolist():
        key = ", ".join(f"{c} '{keys[c].iloc[at]}'" for c in keys.columns)
        earlier = int(lines.iloc[first[at]])
        told.append((int(lines.iloc[at]), repeated(key, earlier, form)))
    return row_faults(file, told, REPEATED, int(again.sum())).findings


def repeated(key: str, first: int, form: str = "") -> str:
    """What is said of a row whose identity stood in the row `first`."""
    whose = f" of the form {form}" if form else ""
    return f"the row id {key}{whose} stands in row {first} and again here"


def long_cell(settings: FormSettings, length: int | str, column: str = "") -> str:
    """What is said of a cell over the form's limit."""
    where = f" in column {column}" if column else ""
    return f"a cell of {length} characters{where}; the limit is {settings.cell_limit}"
