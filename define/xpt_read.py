"""SAS transport files, versions 5 and 8, read block by block: one dataset a file, nothing guessed.

A file that is not what it says (cut short, another format, another encoding) is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from define.xport.columns import Column, codec_name
from define.xport.header import (
    LONG_LABEL,
    MEMBER_NUMBERS,
    NAMESTR,
    padding,
)
from define.xport.ibm import from_ibm
from define.xport.version import MAX_LABEL, RECORD, V5, V8, Version, head_record

__all__ = [
    "Layout",
    "Transport",
    "XptUnreadable",
    "read_head",
    "read_layout",
    "read_transport",
    "read_xpt",
]

_BLOCK_BYTES = 1 << 22
_BLOCK_ROWS = (64, 1 << 16)
_NAMES_AT = 8 * RECORD
_LONG_FORMAT = struct.Struct(">HHHHH")

Bytes: TypeAlias = npt.NDArray[np.uint8]
Chunks: TypeAlias = list[pa.Array]


class XptUnreadable(ValueError):
    """The file is not a whole transport file of one dataset in this encoding."""

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
    with NaN for every kind of missing. `created` is the stamp's 16 characters, `version` 5 or 8.
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    name: str
    label: str
    created: str
    special: dict[str, pd.Series]
    version: int = 5


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the rows of a file lie: `rows` of `width` bytes each, the first at byte `body`.

    `starts` tells where a variable begins in a row, in the order of `columns`.
    """

    columns: tuple[Column, ...]
    starts: tuple[int, ...]
    body: int
    width: int
    rows: int


def read_xpt(
    path: str | Path, encoding: str = "utf-8"
) -> tuple[pd.DataFrame, tuple[Column, ...], str, str]:
    """The frame, columns, name and label of the file; XptUnreadable as `read_transport`."""
    read = read_transport(path, encoding)
    return read.frame, read.columns, read.name, read.label


def read_transport(path: str | Path, encoding: str = "utf-8") -> Transport:
    """The one dataset of the transport file at `path`, text decoded from `encoding`.

    Where the file does not say how many rows it has (version 5), a last row of blanks cannot be
    told from the padding of the last record and is left out as SAS does. Raises XptUnreadable.
    """
    with _told(path) as place:
        return _Reader(place, codec_name(encoding)).read()


def read_chunks(
    path: str | Path, encoding: str = "utf-8", rows: int = 1 << 16
) -> Iterator[Transport]:
    """The dataset as `read_transport` has it, `rows` rows at a time: memory is bounded by these.

    A dataset without rows is one chunk without rows. What is wrong in a later chunk is said when
    it is reached. Raises XptUnreadable.
    """
    with _told(path) as place:
        yield from _Reader(place, codec_name(encoding)).chunks(rows)


def read_head(path: str | Path, encoding: str = "utf-8") -> tuple[tuple[Column, ...], str, str]:
    """Columns, name and label of the file without its rows; XptUnreadable as `read_transport`."""
    with _told(path) as place:
        return _Reader(place, codec_name(encoding)).head()


def read_layout(path: str | Path, encoding: str = "utf-8") -> Layout:
    """How the rows of the file lie, without reading them; XptUnreadable as `read_transport`."""
    with _told(path) as place:
        return _Reader(place, codec_name(encoding)).layout()


@contextmanager
def _told(path: str | Path) -> Iterator[Path]:
    """What is wrong with the bytes, told with the name of the file."""
    place = Path(path)
    try:
        yield place
    except XptUnreadable:
        raise
    except ValueError as error:
        raise XptUnreadable(place.name, str(error)) from error


class _Reader:
    def __init__(self, path: Path, encoding: str) -> None:
        self._encoding = encoding
        size = path.stat().st_size
        if size < 9 * RECORD:
            raise ValueError("it is no transport file, or cut short")
        self._data: Bytes = np.memmap(path, dtype=np.uint8, mode="r")
        self._version = self._check_head()
        if size % RECORD:
            raise ValueError(f"it is cut short: {size} bytes are not whole records of {RECORD}")
        self._count = int(self._slice(7 * RECORD + 52, 6))
        names = self._count * NAMESTR.size
        at = _NAMES_AT + names + len(padding(names))
        if at >= size:
            raise ValueError("it is cut short: the header of the observations is missing")
        described = [self._describe(_NAMES_AT + i * NAMESTR.size) for i in range(self._count)]
        labels: dict[int, dict[str, str]] = {}
        if self._version is V8:
            labels, at = self._long_labels(at)
        observations = self._slice(at, RECORD)
        if observations[:48] != head_record(self._version.observations)[:48]:
            raise ValueError("the header of the observations is missing")
        self._body = at + RECORD
        self._told = _told_rows(observations[48:63]) if self._version is V8 else None
        numbers = {number for number, _, _ in described}
        if not set(labels) <= numbers:
            raise ValueError("a long label is of a variable that is not there")
        self._fields: list[tuple[Column, int]] = [
            (replace(column, **labels.get(number, {})), position)  # type: ignore[arg-type]
            for number, column, position in described
        ]
        if len({c.name for c, _ in self._fields}) < self._count:
            raise ValueError("two variables have the same name")

    def head(self) -> tuple[tuple[Column, ...], str, str]:
        columns = tuple(column for column, _ in self._fields)
        return columns, self._name(), self._word(6 * RECORD + 32, 40)

    def layout(self) -> Layout:
        columns = tuple(column for column, _ in self._fields)
        starts = tuple(at for _, at in self._fields)
        width = self._width()
        return Layout(columns, starts, self._body, width, self._rows(width))

    def _width(self) -> int:
        return max((at + c.length for c, at in self._fields), default=0)

    def _name(self) -> str:
        return self._word(5 * RECORD + 8, self._version.name_limit)

    def read(self) -> Transport:
        width, rows = self._measure()
        least, most = _BLOCK_ROWS
        size = max(least, min(most, _BLOCK_BYTES // max(width, 1)))
        numbers = {c.name: np.empty(rows) for c, _ in self._fields if c.numeric}
        codes = {name: np.zeros(rows, np.uint8) for name in numbers}
        texts: dict[str, Chunks] = {c.name: [] for c, _ in self._fields if not c.numeric}
        for start, cells in self._blocks(width, rows, size):
            for name, cell in cells.items():
                if name in texts:
                    texts[name].append(cell)
                else:
                    values, marks = cell
                    numbers[name][start : start + len(values)] = values
                    codes[name][start : start + len(marks)] = marks
        return self._transport(rows, numbers, codes, texts)

    def chunks(self, size: int) -> Iterator[Transport]:
        width, rows = self._measure()
        for start, cells in self._blocks(width, rows, size):
            told = min(size, rows - start)
            values = {n: c for n, c in cells.items() if isinstance(c, tuple)}
            yield self._transport(
                told,
                {n: c[0] for n, c in values.items()},
                {n: c[1] for n, c in values.items()},
                {n: [c] for n, c in cells.items() if n not in values},
            )
        if not rows:
            yield self.read()

    def _measure(self) -> tuple[int, int]:
        """Bytes of a row, and how many rows there are."""
        width = self._width()
        return width, self._rows(width)

    def _blocks(self, width: int, rows: int, size: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Where a block of rows begins, and its cells: text, or numbers with their marks."""
        body = self._data[self._body : self._body + rows * width].reshape(rows, width)
        for start in range(0, rows, size):
            block = np.array(body[start : start + size])
            cells: dict[str, Any] = {}
            for column, at in self._fields:
                cell = block[:, at : at + column.length]
                cells[column.name] = (
                    from_ibm(_widened(cell))
                    if column.numeric
                    else self._text(cell, column.name, start)
                )
            yield start, cells

    def _transport(
        self,
        rows: int,
        numbers: dict[str, npt.NDArray[np.float64]],
        codes: dict[str, npt.NDArray[np.uint8]],
        texts: dict[str, Chunks],
    ) -> Transport:
        columns = tuple(column for column, _ in self._fields)
        held = {
            c.name: numbers[c.name] if c.numeric else _text_array(texts[c.name]) for c in columns
        }
        return Transport(
            frame=pd.DataFrame(held, index=pd.RangeIndex(rows)),
            columns=columns,
            name=self._name(),
            label=self._word(6 * RECORD + 32, 40),
            created=self._word(RECORD + 64, 16),
            special={name: s for name, c in codes.items() if (s := _special(c)) is not None},
            version=self._version.number,
        )

    def _check_head(self) -> Version:
        version = V8 if self._slice(20, 8).rstrip() == V8.head_word else V5
        words = (version.head_word, version.member, version.descriptor, version.variables)
        for place, word in zip((0, 3, 4, 7), words, strict=True):
            if self._slice(place * RECORD, 48) != head_record(word)[:48]:
                raise ValueError("it is no transport file of version 5 or 8")
        if self._slice(3 * RECORD + 48, 30) != MEMBER_NUMBERS:
            raise ValueError("its variables are not described in 140 bytes each")
        return version

    def _describe(self, at: int) -> tuple[int, Column, int]:
        """Its number, what it is, and where it begins in a row."""
        fields = NAMESTR.unpack(self._slice(at, NAMESTR.size))
        kind, _, length, number, short, label, format, width, decimals = fields[:9]
        position, name, whole = fields[-3:]
        numeric = kind == 1
        word = _decoded(name if self._version is V8 else short, "ascii")
        if not word or kind not in {1, 2} or not (2 <= length <= 8 or not numeric) or length < 1:
            raise ValueError(f"variable {word!r} is described as nothing that is known")
        said = _format(_decoded(format, "ascii"), width, decimals)
        # The beginning of a longer label may be cut inside a character.
        faults = "ignore" if self._version is V8 and whole > MAX_LABEL else "strict"
        told = label.rstrip(b" \0").decode(self._encoding, faults)
        return number, Column(word, told, numeric, length, said), position

    def _long_labels(self, at: int) -> tuple[dict[int, dict[str, str]], int]:
        """Labels and formats by the number of their variable, and where the next part begins."""
        found: dict[int, dict[str, str]] = {}
        head = self._slice(at, RECORD)
        if head[:48] == head_record(b"LABELV8")[:48]:
            sizes = LONG_LABEL
        elif head[:48] == head_record(b"LABELV9")[:48]:
            sizes = _LONG_FORMAT
        else:
            return found, at
        at = start = at + RECORD
        for _ in range(int(head[48:])):
            told = self._slice(at, sizes.size)
            if len(told) < sizes.size:
                raise ValueError("it is cut short inside its labels")
            number, name, *lengths = sizes.unpack(told)
            at += sizes.size + name
            words = []
            for length in lengths:
                words.append(self._word(at, length))
                at += length
            found[number] = {"label": words[-1]}
            if sizes is _LONG_FORMAT and words[0]:
                found[number]["format"] = words[0] if words[0].endswith(".") else f"{words[0]}."
        return found, at + len(padding(at - start))

    def _rows(self, width: int) -> int:
        body = self._data[self._body :]
        records = body.reshape(-1, RECORD)
        member = head_record(self._version.member)[:48]
        for place in np.flatnonzero(records[:, 0] == member[0]):
            if records[place, :48].tobytes() == member:
                raise ValueError("it holds more than one dataset")
        if self._told is not None:
            size = self._told * width
            if len(body) != size + len(padding(size)):
                raise ValueError(f"it is cut short, or does not hold the {self._told} rows it says")
            return self._told
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


def _told_rows(text: bytes) -> int | None:
    """The number of rows that the header tells; None where the writer left it at zeros."""
    return None if text == b"0" * len(text) else int(text)


def _format(name: str, width: int, decimals: int) -> str:
    if not name and not width:
        return ""
    return f"{name}{width or ''}.{decimals or ''}"


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
