"""Text cells: a column's blocks of rows as fixed-width bytes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from define.xport.columns import CONTROL, Column, XptRefusal

Cells: TypeAlias = npt.NDArray[np.void]
Bytes: TypeAlias = npt.NDArray[np.uint8]

_PRINTABLE = ord("~") - ord(" ")


class TextCells:
    """One text column of a frame, ready to be written block by block.

    Missing text (empty, None, NaN) is all blanks. A column of any other dtype is taken only
    when all of it is missing.
    """

    def __init__(self, dataset: str, column: Column, series: pd.Series, encoding: str) -> None:
        self._dataset = dataset
        self._column = column
        self._series = series
        self._encoding = encoding
        self._as_utf8 = encoding in {"ascii", "utf-8"}
        self._arrow: pa.ChunkedArray | None = None
        if isinstance(series.dtype, pd.StringDtype | pd.CategoricalDtype | pd.ArrowDtype):
            array = pa.array(series.array)
            self._arrow = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
        kind = _arrow_kind(self._arrow)
        if kind == "other" or (kind == "none" and series.dtype != object):
            if series.notna().any():
                raise self._refusal(0, f"text is expected, the frame holds {series.dtype}")
            self._arrow = pa.chunked_array([pa.nulls(len(series), pa.large_string())])

    def block(self, start: int, stop: int) -> Cells:
        """Rows `start` to `stop` (counted from 0, end not included), `length` bytes each."""
        length = self._column.length
        text = self._text(start, stop)
        data, offsets = _buffers(text)
        self._check_characters(text, data, offsets, start)
        if not self._as_utf8:
            text = self._encoded(text, start)
            data, offsets = _buffers(text)
        sizes = np.diff(offsets)
        longest = int(sizes.max(initial=0))
        if longest > length:
            row = int(np.argmax(sizes > length))
            raise self._refusal(
                start + row + 1, f"the text is {sizes[row]} bytes, over the length {length}"
            )
        if longest < length or int(sizes.min(initial=length)) < length:
            # Arrow counts bytes here, whatever they stand for.
            data, offsets = _buffers(pc.ascii_rpad(text, length))
        begin = int(offsets[0])
        return data[begin : begin + (stop - start) * length].view(f"V{length}")

    def _text(self, start: int, stop: int) -> pa.Array:
        if self._arrow is not None:
            chunks = self._arrow.slice(start, stop - start).chunks
            # Joining copies, so a block inside one chunk is taken as it lies.
            block = chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)
            if not pa.types.is_large_string(block.type):
                block = block.cast(pa.large_string())
        else:
            block = self._from_objects(start, stop)
        return block.fill_null("") if block.null_count else block

    def _from_objects(self, start: int, stop: int) -> pa.Array:
        values = self._series.iloc[start:stop]
        if pd.api.types.infer_dtype(values, skipna=True) not in {"string", "empty"}:
            wrong = [not isinstance(v, str) and not pd.isna(v) for v in values]
            row = wrong.index(True)
            found = type(values.iloc[row]).__name__
            raise self._refusal(start + row + 1, f"text is expected, the cell holds {found}")
        try:
            return pa.array(values, type=pa.large_string(), from_pandas=True)
        except UnicodeEncodeError as error:
            raise self._refusal(0, "a cell holds half a surrogate pair") from error

    def _check_characters(
        self, text: pa.Array, data: Bytes, offsets: npt.NDArray[np.int64], start: int
    ) -> None:
        used = data[offsets[0] : offsets[-1]]
        if not used.size or int((used - np.uint8(ord(" "))).max()) <= _PRINTABLE:
            return
        beyond = (used < 0x20) | (used == 0x7F)
        if self._encoding == "ascii":
            beyond |= used >= 0x80
        else:
            # U+0080 to U+009F are control characters too: C2 80 to C2 9F.
            beyond[:-1] |= (used[:-1] == 0xC2) & (used[1:] < 0xA0)
        if not beyond.any():
            return
        place = int(offsets[0]) + int(np.argmax(beyond))
        row = int(np.searchsorted(offsets, place, side="right")) - 1
        value = str(text[row].as_py())
        bad = CONTROL.search(value)
        point = ord(bad[0]) if bad else next(ord(c) for c in value if ord(c) > 0x7E)
        what = "is a control character" if bad else "is not ASCII"
        raise self._refusal(start + row + 1, f"U+{point:04X} {what}")

    def _encoded(self, text: pa.Array, start: int) -> pa.Array:
        """`text` in the file's encoding, dressed as Arrow strings; distinct values once."""
        coded = text.dictionary_encode()
        distinct: list[bytes] = []
        for place, value in enumerate(coded.dictionary.to_pylist()):
            try:
                distinct.append(value.encode(self._encoding))
            except UnicodeEncodeError as error:
                row = int(np.argmax(coded.indices.to_numpy() == place))
                point = ord(value[error.start])
                raise self._refusal(
                    start + row + 1, f"U+{point:04X} is not {self._encoding}"
                ) from error
        cells = pa.array(distinct, type=pa.large_binary()).take(coded.indices)
        return pa.Array.from_buffers(pa.large_string(), len(cells), cells.buffers(), 0)

    def _refusal(self, row: int, reason: str) -> XptRefusal:
        return XptRefusal(self._dataset, self._column.name, row, reason)


def _arrow_kind(array: pa.ChunkedArray | None) -> str:
    if array is None:
        return "none"
    type_ = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    text = (
        pa.types.is_string(type_)
        or pa.types.is_large_string(type_)
        or pa.types.is_string_view(type_)
    )
    return "text" if text else "other"


def _buffers(text: pa.Array) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """The bytes of a large_string array and the offsets of its rows in them (one more)."""
    _, offsets, data = text.buffers()
    if not len(text):
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    bytes_ = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    places = np.frombuffer(offsets, np.int64, count=len(text) + text.offset + 1)
    return bytes_, places[text.offset :]
