"""Small helpers for frames whose text is never null.

In every frame of this project missing text is the empty string and a missing number is NaN;
so a comparison never meets a third truth value. Work is done once per distinct value.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]
LINEAGE = ("_form", "_row")


def text_series(values: object, index: pd.Index | None = None) -> pd.Series[str]:
    """A text column (dtype str, missing is "") from anything that holds text."""
    series = pd.Series(values, index=index, dtype="str")
    return series.fillna("")


def blank_text(index: pd.Index) -> pd.Series[str]:
    """A text column of missing values."""
    return pd.Series("", index=index, dtype="str")


def blank_number(index: pd.Index) -> pd.Series[float]:
    """A numeric column of missing values."""
    return pd.Series(np.nan, index=index, dtype="float64")


def is_numeric(series: pd.Series[Any]) -> bool:
    """Whether the column holds numbers (missing is NaN) and not text (missing is "")."""
    return pd.api.types.is_numeric_dtype(series)


def present(series: pd.Series[Any]) -> Mask:
    """True where a value is there."""
    if is_numeric(series):
        return series.notna().to_numpy(dtype=bool)
    return series.ne("").to_numpy(dtype=bool)


def map_distinct(
    series: pd.Series[str], function: Callable[[list[str]], Sequence[str]]
) -> pd.Series[str]:
    """Apply `function` to the list of distinct values once and spread the answers."""
    codes, uniques = pd.factorize(series, sort=False)
    answers = pd.array(list(function([str(u) for u in uniques])), dtype="str")
    return pd.Series(answers.take(codes), index=series.index, dtype="str")


def map_distinct_numbers(
    series: pd.Series[str], function: Callable[[list[str]], Sequence[float]]
) -> pd.Series[float]:
    """As `map_distinct`, for answers that are numbers (NaN is missing)."""
    codes, uniques = pd.factorize(series, sort=False)
    answers = np.asarray(function([str(u) for u in uniques]), dtype="float64")
    return pd.Series(answers[codes], index=series.index, dtype="float64")


def distinct_rows(
    columns: Sequence[pd.Series[Any]],
) -> tuple[npt.NDArray[np.intp], list[tuple[Hashable, ...]]]:
    """Codes per row and the list of distinct tuples over several aligned columns."""
    if not len(columns) or not len(columns[0]):
        return np.zeros(0, dtype=np.intp), []
    parts = [pd.factorize(c, sort=False, use_na_sentinel=False) for c in columns]
    combined = np.zeros(len(columns[0]), dtype=np.int64)
    for codes, uniques in parts:
        combined = combined * max(len(uniques), 1) + codes
    codes, firsts = pd.factorize(combined, sort=False)
    rows: list[tuple[Hashable, ...]] = []
    for number in firsts:
        rest = int(number)
        values: list[Hashable] = []
        for _, uniques in reversed(parts):
            rest, position = divmod(rest, max(len(uniques), 1))
            values.append(uniques[position])
        rows.append(tuple(reversed(values)))
    return codes, rows


def take_table(keys: pd.Series[str], table: Mapping[str, str], missing: str = "") -> pd.Series[str]:
    """Look each distinct key up in a dictionary."""
    return map_distinct(keys, lambda values: [table.get(v, missing) for v in values])


def concat(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames; a column that one of them lacks is missing there, in its own type."""
    frames = [f for f in frames if len(f.columns)]
    if not frames:
        return pd.DataFrame()
    columns: dict[str, bool] = {}
    for frame in frames:
        for name in frame.columns:
            columns.setdefault(name, is_numeric(frame[name]))
    filled = []
    for frame in frames:
        data = {
            name: frame[name]
            if name in frame.columns
            else (blank_number(frame.index) if numeric else blank_text(frame.index))
            for name, numeric in columns.items()
        }
        filled.append(pd.DataFrame(data, index=frame.index))
    return pd.concat(filled, ignore_index=True)
