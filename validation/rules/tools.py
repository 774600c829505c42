"""Small vectorised helpers of the rules: parsing and matching written for checking only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.failing import missing
from validation.locate import Mask

Days = npt.NDArray[np.datetime64]


def text(frame: pd.DataFrame, name: str) -> pd.Series:
    """The column as text with "" for missing; numbers without a needless ``.0``."""
    column = frame[name].infer_objects()
    if not pd.api.types.is_numeric_dtype(column):
        return column.fillna("").astype("str")
    codes, distinct = pd.factorize(column)
    words = written(distinct)
    return pd.Series(np.asarray([*words, ""], dtype=object)[codes], frame.index, dtype="str")


def written(values: npt.ArrayLike) -> list[str]:
    """Numbers as a reader writes them: 3 not 3.0, "" for a missing one."""
    return [
        "" if np.isnan(v) else str(int(v)) if v.is_integer() else repr(v)
        for v in map(float, np.asarray(values, dtype=float))
    ]


def present(frame: pd.DataFrame, name: str) -> Mask:
    """True where the cell is filled."""
    return ~missing(frame[name])


def equals(frame: pd.DataFrame, name: str, *values: str) -> Mask:
    """True where the text is one of `values`; a number is the text that shows it."""
    return np.asarray(text(frame, name).isin(values).to_numpy(), dtype=bool)


def floats(frame: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """The column as numbers, also where it holds texts that write out numbers."""
    if pd.api.types.is_numeric_dtype(frame[name]):
        return frame[name].to_numpy(dtype=float, na_value=np.nan)
    return numbers(text(frame, name))


def days(column: pd.Series) -> Days:
    """The calendar day of each ISO 8601 text, NaT where day, month or year is not known.

    An interval has a day only when it begins and ends on it.
    """
    codes, distinct = pd.factorize(column.fillna("").astype("str"))
    first, last = interval(pd.Series(distinct, dtype="str"))
    begin, end = _calendar(first), _calendar(last)
    return np.asarray(np.where(begin == end, begin, np.datetime64("NaT"))[codes])


def interval(words: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Both ends of each text; a text that is no interval is its own first and last."""
    cut = words.str.contains("/", regex=False)
    first, last = words.str.replace("/.*", "", regex=True), words.str.replace(".*/", "", regex=True)
    return first, last.where(cut, words)


def _calendar(words: pd.Series) -> Days:
    shaped = words.str.contains(r"^\d{4}-\d\d-\d\d(?:T|$)", regex=True)
    parsed = pd.to_datetime(
        words.str.slice(0, 10).where(shaped), format="%Y-%m-%d", errors="coerce"
    )
    return np.asarray(parsed.to_numpy().astype("datetime64[D]"))


def latest_days(column: pd.Series) -> Days:
    """The last calendar day that each ISO 8601 text can mean, NaT where it begins with no year."""
    column = interval(column.fillna("").astype("str"))[1]
    result = days(column)
    for shape, unit in ((r"^\d{4}-\d\d$", "M"), (r"^\d{4}$", "Y")):
        part = column.str.contains(shape, regex=True).to_numpy(dtype=bool)
        texts = column[part].to_numpy(dtype="U")
        after = texts.astype(f"datetime64[{unit}]") + 1
        result[part] = after.astype("datetime64[D]") - np.timedelta64(1, "D")
    return result


_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"


def numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    """The number that each text writes out, NaN for any other text (``<5``, ``inf``, ``NAN``)."""
    shaped = column.str.contains(_NUMBER, regex=True)
    return pd.to_numeric(column.where(shaped), errors="coerce").to_numpy(dtype=float)


def of_subject(data: pd.DataFrame, name: str, subjects: pd.Series) -> pd.Series:
    """The value of `name` in a one-record-per-subject dataset, for each of `subjects`."""
    one = data.drop_duplicates("USUBJID").set_index("USUBJID")[name]
    return subjects.map(one)


def coded(frame: pd.DataFrame, name: str) -> tuple[npt.NDArray[np.intp], pd.Series]:
    """The place of each record's text among the distinct texts of the column, and these."""
    codes, distinct = pd.factorize(frame[name].infer_objects(), use_na_sentinel=False)
    return np.asarray(codes), text(pd.DataFrame({name: pd.Series(distinct)}), name)


def among(frame: pd.DataFrame, names: Sequence[str], other: pd.DataFrame) -> Mask:
    """True where the record's values of `names`, as text, occur together in `other`."""
    own = np.zeros(len(frame), dtype=np.int64)
    theirs = np.zeros(len(other), dtype=np.int64)
    for name in names:
        (ours, words), (codes, other_words) = coded(frame, name), coded(other, name)
        places, distinct = pd.factorize(pd.concat([words, other_words], ignore_index=True))
        size = len(distinct) + 1
        own = own * size + places[: len(words)][ours]
        theirs = theirs * size + places[len(words) :][codes]
        # Made dense again after each name, so that the product never overflows.
        theirs, distinct_keys = pd.factorize(theirs)
        found = pd.Index(distinct_keys).get_indexer(pd.Index(own))
        own = np.where(found < 0, len(distinct_keys), found)
    return np.isin(own, np.unique(theirs))


def unlike(left: pd.Series, right: pd.Series) -> Mask:
    """Where two ISO 8601 texts differ in what both of them say, or only one says anything."""
    different = np.asarray((left == "").to_numpy() != (right == "").to_numpy(), dtype=bool)
    lengths = np.minimum(left.str.len().to_numpy(), right.str.len().to_numpy())
    for length in np.unique(lengths):
        differ = (left.str.slice(0, length) != right.str.slice(0, length)).to_numpy()
        different |= (lengths == length) & differ
    return different


def after(first: pd.Series, last: pd.Series) -> Mask:
    """Where the first ISO 8601 text is later than the last in what both of them say.

    Only texts that are cut off on the right are compared: any other has no order.
    """
    shape = r"^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d(?::\d\d(?::\d\d)?)?)?)?)?$"
    plain = first.str.contains(shape, regex=True) & last.str.contains(shape, regex=True)
    lengths = np.minimum(first.str.len().to_numpy(), last.str.len().to_numpy())
    wrong = np.zeros(len(first), dtype=bool)
    for length in np.unique(lengths[plain.to_numpy(dtype=bool)]):
        greater = (first.str.slice(0, length) > last.str.slice(0, length)).to_numpy(dtype=bool)
        wrong |= (lengths == length) & greater
    return np.asarray(wrong & plain.to_numpy(dtype=bool), dtype=bool)


def ambiguous(
    frame: pd.DataFrame, one: str, other: str, within: str = ""
) -> tuple[Mask, list[str], list[str]]:
    """Pairs of values that are not one to one, each shown by its first record.

    Gives the mask of those records, and for each a scope naming the pair and a word on how
    many records hold it. A record with either value missing is left out. `within` is a
    variable that parts the records first.
    """
    names = [n for n in (within, one, other) if n]
    columns = {n: coded(frame, n) for n in names}
    codes = pd.DataFrame({n: column[0] for n, column in columns.items()})
    both = np.ones(len(frame), dtype=bool)
    for name in (one, other):
        both &= (columns[name][1] != "").to_numpy(dtype=bool)[columns[name][0]]
    groups = codes[both].groupby(names, sort=False)[one].size()
    pairs = codes[both].drop_duplicates()
    pairs["_records"] = groups.to_numpy()
    inside = names[:-2]
    several = pairs.duplicated([*inside, one], keep=False)
    several |= pairs.duplicated([*inside, other], keep=False)
    found = pairs[several]
    mask = np.zeros(len(frame), dtype=bool)
    mask[found.index.to_numpy()] = True
    shown = [[f"{n}={v}" for v in columns[n][1].iloc[found[n]]] for n in names]
    scopes = [" ".join(parts) for parts in zip(*shown, strict=True)]
    return mask, scopes, [f" ({n} record{'s' if n > 1 else ''})" for n in found["_records"]]


def differs(left: Any, right: Any, tolerance: float = 1e-9) -> Mask:
    """True where two numbers differ by more than the tolerance; a missing one does not."""
    a = np.asarray(left, dtype=float)
    b = np.asarray(right, dtype=float)
    scale = np.maximum(1.0, np.maximum(np.abs(np.nan_to_num(a)), np.abs(np.nan_to_num(b))))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(a - b) > tolerance * scale, dtype=bool)
