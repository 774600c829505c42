"""What the rules of ADaM share: datasets by structure, groups of records, dates as text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from adam.standard import Structure, structures
from validation.locate import Mask
from validation.rules.model import Data, Target
from validation.rules.tools import Days, differs, present, text

GUIDE = "ADaMIG 1.3"
Numbers = npt.NDArray[np.float64]
_EPOCH = np.datetime64("1960-01-01")
_SECONDS = 86400.0


def having(*variables: str, but: tuple[str, ...] = ()) -> Target:
    """ADaM datasets that have all these variables, except those called `but`."""

    def pick(data: Data) -> list[str]:
        return [n for n in data.adam if n not in but and data.has(n, *variables)]

    return Target(f"ADaM datasets with {', '.join(variables)}", pick)


ANY = Target("ADaM datasets", lambda data: data.adam)
DESCRIBED = Target(
    "ADaM datasets whose metadata are known",
    lambda data: [n for n in data.adam if n in data.described],
)


def of_shape(*shapes: str) -> Target:
    """ADaM datasets of these structures."""

    def pick(data: Data) -> list[str]:
        return [n for n in data.adam if shape(data, n) in shapes]

    return Target(f"ADaM datasets of structure {', '.join(shapes)}", pick)


def shape(data: Data, name: str) -> str:
    """ADSL, BDS, TTE, OCCDS or ADAE; "" for any other dataset.

    What define.xml says goes first, so that a dataset does not escape by the loss of a variable.
    """
    if name == "ADSL":
        return "ADSL"
    about = data.described.get(name)
    if about is not None:
        if about.class_name == "BASIC DATA STRUCTURE":
            return "TTE" if about.subclass == "TIME-TO-EVENT" else "BDS"
        if about.class_name == "OCCURRENCE DATA STRUCTURE":
            return "ADAE" if about.subclass == "ADVERSE EVENT" else "OCCDS"
        return ""
    frame = data[name]
    if "PARAMCD" in frame:
        return "TTE" if "CNSR" in frame else "BDS"
    if "AETERM" in frame:
        return "ADAE"
    reported = [c for c in frame.columns if str(c)[2:] in ("TERM", "TRT")]
    return "OCCDS" if reported else ""


def structure(data: Data, name: str) -> Structure | None:
    """The structure in ADaMIG, None for a dataset of class ADAM OTHER."""
    return structures().get(shape(data, name))


def variables(frame: pd.DataFrame) -> list[str]:
    """The columns that are variables: all but those of the lineage."""
    return [str(c) for c in frame.columns if not str(c).startswith("_")]


def is_number(frame: pd.DataFrame, name: str) -> bool:
    """Whether the variable is numeric."""
    return bool(pd.api.types.is_numeric_dtype(frame[name]))


def number(frame: pd.DataFrame, name: str) -> Numbers:
    """The column as numbers, NaN where it is missing or text."""
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)


def whole(values: Numbers) -> Mask:
    """True for whole numbers, and for missing ones."""
    return np.asarray(np.isnan(values) | (values == np.floor(values)))


def there(frame: pd.DataFrame, *names: str) -> list[str]:
    """Those of `names` that the dataset has."""
    return [n for n in names if n in frame]


def groups(frame: pd.DataFrame, *names: str) -> npt.NDArray[np.int64]:
    """A number for each record, alike where `names` are; names that are not there do not count."""
    codes = np.zeros(len(frame), dtype=np.int64)
    for name in there(frame, *names):
        own, distinct = pd.factorize(text(frame, name))
        codes = pd.factorize(codes * (len(distinct) + 1) + own)[0]
    return codes


def several(codes: npt.NDArray[np.int64], among: Mask) -> Mask:
    """True for the records `among` whose group has more than one of them."""
    result = np.zeros(len(codes), dtype=bool)
    result[among] = pd.Series(codes[among]).duplicated(keep=False).to_numpy()
    return result


def answered(
    codes: npt.NDArray[np.int64], among: Mask, values: pd.Series, absent: object
) -> pd.Series:
    """For each record the value of the first record `among` of its group, else `absent`."""
    first = pd.Series(values.to_numpy()[among], index=codes[among])
    first = first[~first.index.duplicated()]
    found = pd.Series(codes).map(first)
    return found.where(pd.Series(codes).isin(first.index), absent)


def same_text(frame: pd.DataFrame, name: str, wanted: pd.Series) -> Mask:
    """True where the column, as text, is `wanted`; numbers to 9 significant digits."""
    if is_number(frame, name) and pd.api.types.is_numeric_dtype(wanted):
        own, other = number(frame, name), wanted.to_numpy(dtype=float)
        return np.asarray(~differs(own, other) & (np.isnan(own) == np.isnan(other)))
    given = wanted.to_frame("given")
    return np.asarray(text(frame, name).to_numpy() == text(given, "given").to_numpy())


def on_days(values: Numbers, *, seconds: bool = False) -> Days:
    """SAS days (or seconds) since 1960-01-01 as calendar days, NaT where missing."""
    counts = np.floor(values / _SECONDS) if seconds else np.floor(values)
    known = ~np.isnan(counts) & (np.abs(counts) < 1e6)
    result = _EPOCH + np.where(known, counts, 0).astype("int64").astype("timedelta64[D]")
    result[~known] = np.datetime64("NaT")
    return np.asarray(result)


def sas_days(values: Days) -> Numbers:
    """Calendar days as SAS days since 1960-01-01, NaN where missing."""
    counts = (values - _EPOCH).astype("timedelta64[D]").astype(float)
    return np.asarray(np.where(np.isnat(values), np.nan, counts))


_PARTS = (
    r"^(?P<Y>\d{4}|-)(?:-(?P<M>\d\d|-)(?:-(?P<D>\d\d|-))?)?"
    r"(?:T(?P<h>\d\d|-)(?::(?P<m>\d\d|-)(?::(?P<s>\d\d|-))?)?)?"
)


def parts(column: pd.Series) -> pd.DataFrame:
    """Year, month, day, hour, minute and second of ISO 8601 texts; "" where not known."""
    codes, distinct = pd.factorize(column.fillna("").astype("str"))
    found = pd.Series(distinct, dtype="str").str.extract(_PARTS).fillna("").astype("str")
    found = found.mask(found == "-", "")
    return found.iloc[codes].set_axis(column.index, axis=0)


def complete(column: pd.Series) -> Mask:
    """True where year, month and day are known."""
    known = parts(column)
    return np.asarray(((known[["Y", "M", "D"]] != "").all(axis=1)).to_numpy(), dtype=bool)


def told(words: str, values: Sequence[object]) -> list[str]:
    """Details of findings: `words` and the value, one for each failing record."""
    return [f": {words} {'nothing' if v in ('', None) else v}" for v in values]


def filled(frame: pd.DataFrame, *names: str) -> Mask:
    """True where all of `names` are filled."""
    result = np.ones(len(frame), dtype=bool)
    for name in names:
        result &= present(frame, name)
    return result
