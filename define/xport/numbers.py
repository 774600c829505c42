"""Number cells: a column's blocks of rows as IBM doubles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from define.xport.columns import Column, XptRefusal
from define.xport.ibm import Bits, Floats, to_ibm

_CODES = {"": 0, ".": 0, "_": ord("_"), "._": ord("_")}
_CODES |= {mark + chr(c): c for c in range(ord("A"), ord("Z") + 1) for mark in ("", ".")}
_EXACT = 2.0**53
_OBJECTS = {"floating", "integer", "mixed-integer-float", "boolean"}


class NumberCells:
    """One numeric column of a frame, ready to be written block by block.

    NaN, None and NA are missing, and so is the empty text of a column without any number.
    `special` holds the special missing value of each row: ``A`` to ``Z`` or ``_``, with or
    without a full stop before it, and empty elsewhere.
    """

    def __init__(
        self,
        dataset: str,
        column: Column,
        series: pd.Series,
        special: Sequence[str] | pd.Series | None = None,
    ) -> None:
        self._dataset = dataset
        self._column = column
        self._series = _without_empty_text(series)
        self._special = None if special is None else self._codes(special)
        dtype = self._series.dtype
        self._plain: Floats | None = None
        usable = pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_object_dtype(dtype)
        if not usable or "complex" in str(dtype) or "decimal" in str(dtype):
            if self._series.notna().any():
                raise self._refusal(0, f"a number is expected, the frame holds {series.dtype}")
            self._plain = np.full(len(series), np.nan)
        elif isinstance(dtype, np.dtype) and dtype.kind == "f" and dtype.itemsize <= 8:
            self._plain = self._series.to_numpy(dtype=np.float64)

    def block(self, start: int, stop: int) -> Bits:
        """Rows `start` to `stop` (counted from 0, end not included) in native byte order."""
        values = self._floats(start, stop)
        bits, outside = to_ibm(values)
        if outside.size:
            row = int(outside[0])
            reason = (
                "infinity cannot be stored"
                if np.isinf(values[row])
                else f"{float(values[row])!r} is outside the range of 5.4e-79 to 7.2e75"
            )
            raise self._refusal(start + row + 1, reason)
        if self._special is not None:
            codes = self._special[start:stop]
            marked = np.flatnonzero(codes)
            filled = marked[~np.isnan(values[marked])]
            if filled.size:
                raise self._refusal(
                    start + int(filled[0]) + 1, "a special missing value stands beside a number"
                )
            bits[marked] = codes[marked].astype(np.uint64) << np.uint64(56)
        return bits

    def _floats(self, start: int, stop: int) -> Floats:
        if self._plain is not None:
            return self._plain[start:stop]
        part = self._series.iloc[start:stop]
        if part.dtype == object:
            kind = pd.api.types.infer_dtype(part, skipna=True)
            if part.notna().any() and kind not in _OBJECTS:
                numbers = (int, float, np.number, np.bool_)
                wrong = [not isinstance(v, numbers) and not pd.isna(v) for v in part]
                row = wrong.index(True)
                found = type(part.iloc[row]).__name__
                raise self._refusal(
                    start + row + 1, f"a number is expected, the cell holds {found}"
                )
        values = part.to_numpy(dtype=np.float64, na_value=np.nan)
        large = np.flatnonzero(np.abs(values) >= _EXACT)
        if large.size:
            given = part.iloc[large].to_numpy(dtype=object)
            changed = large[given != values[large].astype(object)]
            if changed.size:
                raise self._refusal(
                    start + int(changed[0]) + 1, "an integer beyond 2**53 would lose digits"
                )
        return values

    def _codes(self, special: Sequence[str] | pd.Series) -> npt.NDArray[np.uint8]:
        given = pd.Series(np.asarray(special, dtype=object))
        if len(given) != len(self._series):
            raise self._refusal(
                0, f"{len(given)} special missing values for {len(self._series)} rows"
            )
        places, distinct = pd.factorize(given.where(given.notna(), ""))
        unknown = [i for i, text in enumerate(distinct) if text not in _CODES]
        if unknown:
            row = int(np.flatnonzero(places == unknown[0])[0])
            raise self._refusal(
                row + 1, f"{distinct[unknown[0]]!r} is no special missing value (A to Z or _)"
            )
        table = np.array([_CODES[text] for text in distinct], dtype=np.uint8)
        return table[places] if len(table) else np.zeros(0, np.uint8)

    def _refusal(self, row: int, reason: str) -> XptRefusal:
        return XptRefusal(self._dataset, self._column.name, row, reason)


def _without_empty_text(series: pd.Series) -> pd.Series:
    """A text column of nothing but missing text as a numeric one of nothing but NaN."""
    if isinstance(series.dtype, pd.StringDtype | pd.CategoricalDtype) or series.dtype == object:
        empty = series.isna() | (series == "")
        if empty.all():
            return pd.Series(np.full(len(series), np.nan))
    return series
