"""The door to SAS transport files: what the frame holds is written as it is, or refused.

Nothing is ever cut, rounded or replaced to make it fit. The layout is SAS technical note
TS-140's; the time stamp is given, so the same frame makes the same bytes. Version 5 is what
agencies take; version 8 has longer names, labels and text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import pandas as pd

from define.model import Dataset
from define.xport.columns import Column, XptRefusal, check_columns, codec_name
from define.xport.header import header, padding
from define.xport.numbers import NumberCells
from define.xport.text import TextCells
from define.xport.version import V5, VERSIONS

__all__ = ["Column", "XptRefusal", "write_dataset", "write_xpt"]

_BLOCK_BYTES = 1 << 22
_BLOCK_ROWS = (64, 1 << 15)

Cells: TypeAlias = TextCells | NumberCells
Special: TypeAlias = Mapping[str, Sequence[str] | pd.Series]


def write_xpt(
    path: str | Path,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    name: str,
    label: str,
    created: datetime,
    encoding: str = "ascii",
    special: Special | None = None,
    version: int = 5,
) -> None:
    """Write `frame` to `path` as the dataset `name` of a transport file, `version` 5 or 8.

    The file holds `columns` in their order. Columns of the frame that begin with ``_`` and
    are not described (lineage) are left out; any other column not described is refused.
    Missing text is empty text; trailing blanks of text are not kept, the format has no room
    for the difference. `special` maps a numeric variable to the special missing value of each
    row (``A`` to ``Z``, ``_``, empty where there is none); a number may not stand there too.
    `created` is written as the clock time it shows.

    Raises XptRefusal for whatever the version cannot hold as it is. Memory beyond the frame is
    bounded by a block of rows. `path` is removed again when writing fails half way; to replace
    a file in one step is the caller's matter.
    """
    path = Path(path)
    if version not in VERSIONS:
        raise XptRefusal(name, "", 0, f"there is no version {version}; there are 5 and 8")
    limits = VERSIONS[version]
    try:
        encoding = codec_name(encoding)
    except ValueError as error:
        raise XptRefusal(name, "", 0, str(error)) from error
    check_columns(name, columns, encoding, limits)
    head = header(name, label, columns, created, encoding, len(frame), limits)
    cells = _cells(frame, columns, name, encoding, special or {})
    if limits is V5:
        _refuse_blank_end(name, cells, len(frame))
    file = path.open("wb")
    try:
        with file:
            file.write(head)
            _write_rows(file, columns, cells, len(frame))
    except BaseException:
        if path.is_file():
            path.unlink()
        raise


def write_dataset(
    path: str | Path,
    frame: pd.DataFrame,
    dataset: Dataset,
    created: datetime,
    *,
    encoding: str = "ascii",
    special: Special | None = None,
    version: int = 5,
) -> None:
    """Write `frame` as `dataset` says: variables in their `order`, labels, lengths, formats.

    Raises XptRefusal as `write_xpt`, and when the dataset counts other records than the frame.
    """
    if dataset.records != len(frame):
        raise XptRefusal(
            dataset.name, "", 0, f"{dataset.records} records said, the frame has {len(frame)}"
        )
    columns = [
        Column(v.name, v.label, v.numeric, 8 if v.numeric else v.length, v.format)
        for v in sorted(dataset.variables, key=lambda v: v.order)
    ]
    write_xpt(
        path,
        frame,
        columns,
        name=dataset.name,
        label=dataset.label,
        created=created,
        encoding=encoding,
        special=special,
        version=version,
    )


def _cells(
    frame: pd.DataFrame, columns: Sequence[Column], name: str, encoding: str, special: Special
) -> list[Cells]:
    described = {c.name: c for c in columns}
    for held in frame.columns:
        if held not in described and not str(held).startswith("_"):
            raise XptRefusal(name, str(held), 0, "the frame's column is not described")
    for variable in special:
        if variable not in described or not described[variable].numeric:
            raise XptRefusal(name, variable, 0, "special missing values need a numeric variable")
    cells: list[Cells] = []
    for column in columns:
        if column.name not in frame.columns:
            raise XptRefusal(name, column.name, 0, "the frame has no such column")
        series = frame[column.name]
        if not isinstance(series, pd.Series):
            raise XptRefusal(name, column.name, 0, "the frame has two such columns")
        if column.numeric:
            cells.append(NumberCells(name, column, series, special.get(column.name)))
        else:
            cells.append(TextCells(name, column, series, encoding))
    if len(frame) and not cells:
        raise XptRefusal(name, "", 0, "the frame has rows and no variables")
    return cells


def _refuse_blank_end(name: str, cells: Sequence[Cells], rows: int) -> None:
    """A last row of blanks looks like the padding of the last record, and readers drop it.

    Version 8 says how many rows there are.
    """
    if not rows or any(isinstance(c, NumberCells) for c in cells):
        return
    if all(not c.block(rows - 1, rows).tobytes().strip(b" ") for c in cells):
        raise XptRefusal(name, "", rows, "the last row is blank and would read as padding")


def _write_rows(
    file: BinaryIO, columns: Sequence[Column], cells: Sequence[Cells], rows: int
) -> None:
    width = sum(c.length for c in columns)
    if not rows:
        return
    formats = [">u8" if c.numeric else f"V{c.length}" for c in columns]
    row = np.dtype([(c.name, format) for c, format in zip(columns, formats, strict=True)])
    least, most = _BLOCK_ROWS
    size = min(rows, max(least, min(most, _BLOCK_BYTES // width)))
    block = np.empty(size, dtype=row)
    raw = block.view(np.uint8)
    for start in range(0, rows, size):
        stop = min(start + size, rows)
        for column, cell in zip(columns, cells, strict=True):
            block[column.name][: stop - start] = cell.block(start, stop)
        file.write(raw[: (stop - start) * width].data)
    file.write(padding(rows * width))
