"""SAS transport files, version 5, read block by block: one dataset a file, nothing guessed.

A file that is not what it says (cut short, another version, another encoding) is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from define.xport.columns import Column, codec_name
from define.xport.header import (
    DESCRIPTOR,
    LIBRARY,
    MEMBER,
    NAMESTR,
    OBSERVATIONS,
    RECORD,
    VARIABLES,
    padding,
)
from define.xport.ibm import from_ibm

__all__ = ["Transport", "XptUnreadable", "read_head", "read_transport", "read_xpt"]

_BLOCK_BYTES = 1 << 22
_BLOCK_ROWS = (64, 1 << 16)
_NAMES_AT = 8 * RECORD

Bytes: TypeAlias = npt.NDArray[np.uint8]
Chunks: TypeAlias = list[pa.Array]


class XptUnreadable(ValueError):
    """The file is not a whole version 5 transport file of one dataset in this encoding."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(file, reason)
        self.file = file
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Transport:
    """What a transport file holds; `special` is as `define.xpt.write_xpt` takes it.

    Text is dtype ``str`` without trailing blanks, missing text is empty; numbers are float64
    with NaN for every kind of missing. `created` is the stamp's 16 characters.
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    name: str
    label: str
    created: str
    special: dict[str, pd.Series]


def read_xpt(
    path: str | Path, encoding: str = "utf-8"
) -> tuple[pd.DataFrame, tuple[Column, ...], str, str]:
    """The frame, columns, name and label of the file; XptUnreadable as `read_transport`."""
    read = read_transport(path, encoding)
    return read.frame, read.columns, read.name, read.label


def read_transport(path: str | Path, encoding: str = "utf-8") -> Transport:
    """The one dataset of the transport file at `path`, text decoded from `encoding`.

    A last row of blanks cannot be told from the padding of the last record and is left out
    as SAS does. Raises XptUnreadable.
    """
    path = Path(path)
    try:
        return _Reader(path, codec_name(encoding)).read()
    except ValueError as error:
        if isinstance(error, XptUnreadable):
            raise
        raise XptUnreadable(path.name, str(error)) from error


def read_head(path: str | Path, encoding: str = "utf-8") -> tuple[tuple[Column, ...], str, str]:
    """Columns, name and label of the file without its rows; XptUnreadable as `read_transport`."""
    path = Path(path)
    try:
        return _Reader(path, codec_name(encoding)).head()
    except ValueError as error:
        if isinstance(error, XptUnreadable):
            raise
        raise XptUnreadable(path.name, str(error)) from error


class _Reader:
    def __init__(self, path: Path, encoding: str) -> None:
        self._encoding = encoding
        size = path.stat().st_size
        if size < 9 * RECORD:
            raise ValueError("it is no transport file, or cut short")
        self._data: Bytes = np.memmap(path, dtype=np.uint8, mode="r")
        self._check_head()
        if size % RECORD:
            raise ValueError(f"it is cut short: {size} bytes are not whole records of {RECORD}")
        self._count = int(self._slice(7 * RECORD + 54, 4))
        names = self._count * NAMESTR.size
        self._body = _NAMES_AT + names + len(padding(names)) + RECORD
        if self._slice(self._body - RECORD, 48) != OBSERVATIONS[:48]:
            raise ValueError("the header of the observations is missing")
        self._fields: list[tuple[Column, int]] = [
            self._describe(_NAMES_AT + i * NAMESTR.size) for i in range(self._count)
        ]
        if len({c.name for c, _ in self._fields}) < self._count:
            raise ValueError("two variables have the same name")

    def head(self) -> tuple[tuple[Column, ...], str, str]:
        columns = tuple(column for column, _ in self._fields)
        return columns, self._word(5 * RECORD + 8, 8), self._word(6 * RECORD + 32, 40)

    def read(self) -> Transport:
        columns = tuple(column for column, _ in self._fields)
        width = max((at + c.length for c, at in self._fields), default=0)
        rows = self._rows(width)
        numbers = {c.name: np.empty(rows) for c in columns if c.numeric}
        codes = {name: np.zeros(rows, np.uint8) for name in numbers}
        texts: dict[str, Chunks] = {c.name: [] for c in columns if not c.numeric}
        least, most = _BLOCK_ROWS
        size = max(least, min(most, _BLOCK_BYTES // max(width, 1)))
        body = self._data[self._body : self._body + rows * width].reshape(rows, width)
        for start in range(0, rows, size):
            block = np.array(body[start : start + size])
            stop = start + len(block)
            for column, at in self._fields:
                cell = block[:, at : at + column.length]
                if column.numeric:
                    values, marks = from_ibm(_widened(cell))
                    numbers[column.name][start:stop] = values
                    codes[column.name][start:stop] = marks
                else:
                    texts[column.name].append(self._text(cell, column.name, start))
        held = {
            c.name: numbers[c.name] if c.numeric else _text_array(texts[c.name]) for c in columns
        }
        return Transport(
            frame=pd.DataFrame(held, index=pd.RangeIndex(rows)),
            columns=columns,
            name=self._word(5 * RECORD + 8, 8),
            label=self._word(6 * RECORD + 32, 40),
            created=self._word(RECORD + 64, 16),
            special={name: s for name, c in codes.items() if (s := _special(c)) is not None},
        )

    def _check_head(self) -> None:
        first = self._slice(0, 48)
        if first[20:28].rstrip() == b"LIBV8":
            raise ValueError("it is a version 8 transport file; version 5 is read")
        expected = {0: LIBRARY, 3: MEMBER, 4: DESCRIPTOR, 7: VARIABLES}
        for record, text in expected.items():
            if self._slice(record * RECORD, 48) != text[:48]:
                raise ValueError("it is no version 5 transport file")
        if self._slice(3 * RECORD, 78) != MEMBER[:78]:
            raise ValueError("its variables are not described in 140 bytes each")

    def _describe(self, at: int) -> tuple[Column, int]:
        kind, _, length, _, name, label, format, width, decimals, *_, position = NAMESTR.unpack(
            self._slice(at, NAMESTR.size)
        )
        numeric = kind == 1
        word = _decoded(name, "ascii")
        if not word or kind not in {1, 2} or not (2 <= length <= 8 or not numeric) or length < 1:
            raise ValueError(f"variable {word!r} is described as nothing that is known")
        sas = _decoded(format, "ascii")
        if sas or width:
            sas += (str(width) if width else "") + "." + (str(decimals) if decimals else "")
        return Column(word, _decoded(label, self._encoding), numeric, length, sas), position

    def _rows(self, width: int) -> int:
        body = self._data[self._body :]
        records = body.reshape(-1, RECORD)
        for place in np.flatnonzero(records[:, 0] == MEMBER[0]):
            if records[place, :48].tobytes() == MEMBER[:48]:
                raise ValueError("it holds more than one dataset")
        rows = len(body) // width if width else 0
        rest = body[rows * width :]
        if len(rest) >= RECORD or (rest != ord(" ")).any():
            raise ValueError("it is cut short inside a row")
        while rows and (rows - 1) * width > len(body) - RECORD:
            if (body[(rows - 1) * width : rows * width] != ord(" ")).any():
                break
            rows -= 1
        return rows

    def _text(self, cell: Bytes, variable: str, start: int) -> pa.Array:
        rows, length = cell.shape
        data = np.ascontiguousarray(cell)
        offsets = np.arange(0, (rows + 1) * length, length, dtype=np.int64)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        text = pa.Array.from_buffers(pa.large_string(), rows, buffers)
        ascii_only = int(data.max(initial=0)) < 0x80
        text = pc.ascii_rtrim(text, characters=" \0")
        if ascii_only:
            return text
        coded = pa.Array.from_buffers(pa.large_binary(), rows, text.buffers()).dictionary_encode()
        distinct = []
        for place, value in enumerate(coded.dictionary.to_pylist()):
            try:
                distinct.append(value.decode(self._encoding))
            except UnicodeDecodeError as error:
                row = start + 1 + int(np.argmax(coded.indices.to_numpy() == place))
                raise ValueError(f"{variable} row {row} is not {self._encoding}") from error
        return pa.array(distinct, type=pa.large_string()).take(coded.indices)

    def _slice(self, at: int, size: int) -> bytes:
        return self._data[at : at + size].tobytes()

    def _word(self, at: int, size: int) -> str:
        return _decoded(self._slice(at, size), self._encoding)


def _decoded(data: bytes, encoding: str) -> str:
    return data.rstrip(b" \0").decode(encoding)


def _widened(cell: Bytes) -> npt.NDArray[np.uint64]:
    """Numbers of 2 to 8 bytes as 8; what a shorter one leaves out is zeros."""
    if cell.shape[1] < 8:
        cell = np.pad(cell, ((0, 0), (0, 8 - cell.shape[1])))
    return np.ascontiguousarray(cell).view(">u8").ravel().astype(np.uint64)


def _text_array(chunks: Chunks) -> pd.api.extensions.ExtensionArray:
    """The chunks as dtype ``str``, not copied."""
    dtype = pd.StringDtype("pyarrow", na_value=np.nan)
    array: pd.api.extensions.ExtensionArray = dtype.__from_arrow__(  # type: ignore[attr-defined]
        pa.chunked_array(chunks, type=pa.large_string())
    )
    return array


def _special(codes: npt.NDArray[np.uint8]) -> pd.Series | None:
    """The codes as text, empty where there is none; None when all are plain or none."""
    letters = np.where(codes == ord("."), 0, codes)
    if not letters.any():
        return None
    table = np.array([chr(c) if c else "" for c in range(128)], dtype=object)
    return pd.Series(table[letters], dtype="str")
