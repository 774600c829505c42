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

from mappings.text import number, plain

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
    combined = np.zeros(len(columns[0]), dtype=np.intp)
    for column in columns:
        codes, uniques = pd.factorize(column, sort=False, use_na_sentinel=False)
        # Renumbered after every column, or the product of many columns would overflow.
        combined, _ = pd.factorize(combined * len(uniques) + codes, sort=False)
    _, firsts = np.unique(combined, return_index=True)
    parts = [column.iloc[firsts].tolist() for column in columns]
    return combined, list(zip(*parts, strict=True))


def number_text(series: pd.Series[Any]) -> pd.Series[str]:
    """Numbers as the shortest text of at most 15 digits; missing is ""."""
    codes, uniques = pd.factorize(series, sort=False)
    # Adding zero makes a negative zero a plain one.
    texts = pd.array([*(f"{u + 0.0:.15g}" for u in uniques), ""], dtype="str")
    return pd.Series(texts.take(codes), index=series.index, dtype="str")


def as_text(series: pd.Series[Any]) -> pd.Series[str]:
    """The column as text: numbers by `number_text`, text as it is."""
    return number_text(series) if is_numeric(series) else series


def sorted_positions(values: pd.Series[Any], *, last: bool) -> npt.NDArray[np.intp]:
    """Positions of the rows in order of their values; equal ones stay in their order.

    Text is ordered as numbers when every value shows one. Missing values come at the end that
    is not taken: after the others, or before them when the `last` is wanted.
    """
    if not is_numeric(values):
        shown = map_distinct(values, lambda texts: [plain(t) for t in texts])
        numbers = map_distinct_numbers(shown, lambda texts: [number(t) for t in texts])
        values = numbers if (numbers.notna() | shown.eq("")).all() else shown.where(shown.ne(""))
    plan = values.reset_index(drop=True).sort_values(
        kind="stable", na_position="first" if last else "last"
    )
    return plan.index.to_numpy(dtype=np.intp)


def take_table(keys: pd.Series[str], table: Mapping[str, str], missing: str = "") -> pd.Series[str]:
    """Look each distinct key up in a dictionary."""
    return map_distinct(keys, lambda values: [table.get(v, missing) for v in values])


def concat(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames; a column that one of them lacks is missing there, in its own type.

    A column that is text in one frame with rows and numbers in another becomes text.
    """
    frames = [f for f in frames if len(f.columns)]
    if not frames:
        return pd.DataFrame()
    columns: dict[str, bool] = {}
    for frame in sorted(frames, key=lambda f: not len(f)):
        for name in frame.columns:
            numeric = is_numeric(frame[name])
            columns[name] = columns.get(name, numeric) and (numeric or not len(frame))
    names = dict.fromkeys(name for frame in frames for name in frame.columns)
    columns = {name: columns[name] for name in names}
    filled = []
    for frame in frames:
        data = {name: _in_type(frame, name, numeric=numeric) for name, numeric in columns.items()}
        filled.append(pd.DataFrame(data, index=frame.index))
    return pd.concat(filled, ignore_index=True)


def _in_type(frame: pd.DataFrame, name: str, *, numeric: bool) -> pd.Series[Any]:
    if name in frame.columns and is_numeric(frame[name]) == numeric:
        return frame[name]
    if numeric:
        return blank_number(frame.index)
    return number_text(frame[name]) if name in frame.columns else blank_text(frame.index)
