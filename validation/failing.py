"""Which records break an expectation: our own vectorised answer, once it is known to fail.

Great Expectations can list them itself, but needs many times as long on large data. Each
function takes the frame and the expectation's arguments and gives a mask of failing records.
Lengths are bytes in UTF-8 (Great Expectations counts characters), missing text is "".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from validation.expectations import ORDER
from validation.locate import Mask

Arguments = Mapping[str, Any]

PREFIX = "expect_column_values_to_"
SHORT = {
    "expect_table_columns_to_match_ordered_list": "columns",
    f"{PREFIX}not_be_null": "not_null",
    "expect_column_value_lengths_to_be_between": "length",
    f"{PREFIX}be_in_set": "in_set",
    f"{PREFIX}not_be_in_set": "not_in_set",
    f"{PREFIX}match_regex": "regex",
    f"{PREFIX}be_between": "between",
    f"{PREFIX}be_unique": "unique",
    "expect_compound_columns_to_be_unique": "unique",
    f"{PREFIX}be_null": "null",
    ORDER: "order",
}


def short_name(type_: str) -> str:
    """The last part of the rule id ``expect.<short name>``."""
    return SHORT.get(type_, type_.removeprefix(PREFIX).removeprefix("expect_"))


def columns_of(arguments: Arguments) -> tuple[str, ...]:
    """The columns that an expectation reads."""
    given = (arguments.get(key) for key in ("column", "column_A", "column_B"))
    names = [name for name in given if isinstance(name, str)]
    listed = arguments.get("column_list")
    if isinstance(listed, list):
        names.extend(str(c) for c in listed)
    return tuple(names)


def condition_columns(arguments: Arguments) -> tuple[str, ...]:
    """The columns that the condition of an expectation reads, as far as its text tells them."""
    condition = arguments.get("row_condition")
    if not isinstance(condition, str):
        return ()
    bare = re.sub(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", "", condition)
    names = re.findall(r"(?<![\w.@])[A-Z][A-Z0-9_]*(?![\w(])", bare)
    return tuple(dict.fromkeys(names))


def missing(column: pd.Series) -> Mask:
    """True where a cell is missing: NaN, None or ""."""
    mask = column.isna().to_numpy()
    if not pd.api.types.is_numeric_dtype(column):
        mask = mask | (column == "").fillna(False).to_numpy(dtype=bool)
    return np.asarray(mask, dtype=bool)


def byte_lengths(column: pd.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Length of each cell in bytes of UTF-8; 0 when missing."""
    array = pa.array(column.astype("str"), from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    lengths = pc.fill_null(pc.binary_length(array), 0)
    return np.asarray(lengths.to_numpy(zero_copy_only=False), dtype=np.int64)


def _column(frame: pd.DataFrame, arguments: Arguments) -> pd.Series:
    return frame[str(arguments["column"])]


def _not_null(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    return missing(_column(frame, arguments))


def _length(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    column = _column(frame, arguments)
    lengths = byte_lengths(column)
    bad = np.zeros(len(frame), dtype=bool)
    if arguments.get("max_value") is not None:
        bad |= lengths > int(arguments["max_value"])
    if arguments.get("min_value") is not None:
        bad |= (lengths < int(arguments["min_value"])) & ~missing(column)
    return bad


def _in_set(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    column = _column(frame, arguments)
    return np.asarray(~column.isin(list(arguments["value_set"])).to_numpy() & ~missing(column))


def _not_in_set(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    column = _column(frame, arguments)
    values = list(arguments["value_set"])
    gone = missing(column)
    found = column.isin(values).to_numpy() & ~gone
    # Of text, a set with "" says that a value must be there.
    return np.asarray(found | gone if "" in values else found)


def _regex(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    column = _column(frame, arguments)
    codes, distinct = pd.factorize(column)
    texts = pd.Series(distinct).astype("str")
    bad = ~texts.str.contains(str(arguments["regex"]), regex=True, na=False).to_numpy(dtype=bool)
    found = np.zeros(len(frame), dtype=bool)
    known = codes >= 0
    found[known] = bad[codes[known]]
    return found & ~missing(column)


def _between(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    column = _column(frame, arguments)
    low, high = arguments.get("min_value"), arguments.get("max_value")
    bad = np.zeros(len(frame), dtype=bool)
    if low is not None:
        under = column <= low if arguments.get("strict_min") else column < low
        bad |= under.fillna(False).to_numpy(dtype=bool)
    if high is not None:
        over = column >= high if arguments.get("strict_max") else column > high
        bad |= over.fillna(False).to_numpy(dtype=bool)
    return bad & ~missing(column)


def _unique(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    column = _column(frame, arguments)
    return np.asarray(column.duplicated(keep=False).to_numpy() & ~missing(column))


def _null(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    return ~missing(_column(frame, arguments))


def _ordered(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    later, earlier = frame[str(arguments["column_A"])], frame[str(arguments["column_B"])]
    known = ~missing(later) & ~missing(earlier)
    wrong = later < earlier if arguments.get("or_equal") else later <= earlier
    return np.asarray(wrong.fillna(False).to_numpy(dtype=bool) & known)


def _compound_unique(frame: pd.DataFrame, arguments: Arguments) -> Mask:
    mask = frame.duplicated(subset=list(arguments["column_list"]), keep=False)
    return np.asarray(mask.to_numpy(), dtype=bool)


_LISTERS: dict[str, Callable[[pd.DataFrame, Arguments], Mask]] = {
    f"{PREFIX}not_be_null": _not_null,
    "expect_column_value_lengths_to_be_between": _length,
    f"{PREFIX}be_in_set": _in_set,
    f"{PREFIX}not_be_in_set": _not_in_set,
    f"{PREFIX}match_regex": _regex,
    f"{PREFIX}be_between": _between,
    f"{PREFIX}be_unique": _unique,
    "expect_compound_columns_to_be_unique": _compound_unique,
    f"{PREFIX}be_null": _null,
    ORDER: _ordered,
}


def failing_records(frame: pd.DataFrame, type_: str, arguments: Arguments) -> Mask | None:
    """The mask of records that break the expectation, or None when we cannot list them.

    Types that we do not know are not listed, nor are conditions other than query texts of pandas.
    """
    lister = _LISTERS.get(type_)
    condition = arguments.get("row_condition")
    if lister is None:
        return None
    if condition is None:
        return lister(frame, arguments)
    if not isinstance(condition, str) or arguments.get("condition_parser") != "pandas":
        return None
    # As Great Expectations itself picks them, which has run this query before.
    numbered = frame.reset_index(drop=True)
    rows = numbered.query(condition).index.to_numpy()
    found = np.zeros(len(frame), dtype=bool)
    found[rows] = lister(numbered.loc[rows], arguments)
    return found
