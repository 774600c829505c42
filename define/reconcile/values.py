"""The distinct values of a variable against its type, length and codelist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from define.model import Codelist, Variable

_NOISE = 1e-11
_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d"
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
_PARTIAL_TIME = r"\d\d(:\d\d(:\d\d(\.\d+)?)?)?"
_FORMS = {
    "date": re.compile(_DATE),
    "time": re.compile(_TIME + _ZONE),
    "datetime": re.compile(f"{_DATE}T{_TIME}{_ZONE}"),
    "partialDate": re.compile(r"\d{4}(-\d\d(-\d\d)?)?"),
    "partialTime": re.compile(_PARTIAL_TIME + _ZONE),
    "partialDatetime": re.compile(rf"\d{{4}}(-\d\d(-\d\d(T{_PARTIAL_TIME})?)?)?{_ZONE}"),
    # A missing middle is a dash: 2024---15, --12-15.
    "incompleteDatetime": re.compile(r"[\d\-T:]+" + _ZONE),
    # Text that a value list calls a number.
    "integer": re.compile(r"[+-]?\d+"),
    "float": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)"),
    "durationDatetime": re.compile(r"[+-]?P[\dYMWDTHS.,]+"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Values that do not fit, for one reason."""

    rule: str
    message: str
    scope: str
    values: list[Any]


def missing(column: pd.Series) -> pd.Series:
    """Which values are missing: NaN of a number, NaN or "" of a text."""
    if pd.api.types.is_numeric_dtype(column):
        return column.isna()
    return column.isna() | column.eq("")


def check_values(variable: Variable, filled: pd.Series, encoding: str) -> Iterator[Fault]:
    """Faults of the values that are not missing; each distinct value is looked at once."""
    values = filled.unique().tolist()
    if variable.numeric:
        yield from _numbers(variable, values)
    else:
        yield from _texts(variable, values, encoding)
    if variable.codelist and variable.codelist.terms:
        known = _coded(variable.codelist, variable.numeric)
        for value in sorted(v for v in values if v not in known):
            text = f"{value:g}" if variable.numeric else value
            message = f"{text!r} is not a term of {variable.codelist.oid}"
            yield Fault("define.codelist", message, text, [value])


def _numbers(variable: Variable, values: list[float]) -> Iterator[Fault]:
    if variable.datatype == "float":
        yield from _floats(variable, values)
    if variable.datatype != "integer":
        return
    broken = [v for v in values if v != int(v)]
    if broken:
        yield Fault("define.type", f"{broken[0]!r} is not an integer", "integer", broken)
    digits = max((len(str(abs(int(v)))) for v in values), default=0)
    if 0 < variable.digits < digits:
        wide = [v for v in values if len(str(abs(int(v)))) > variable.digits]
        message = f"A value has {digits} digits, the metadata say {variable.digits}"
        yield Fault("define.length", message, "data", wide)


def _floats(variable: Variable, values: list[float]) -> Iterator[Fault]:
    """Digits after the point; what differs in the last bits only is noise of binary numbers."""
    shown = np.asarray(values, dtype="float64")
    kept = np.round(shown, variable.significant_digits)
    deep = shown[np.abs(shown - kept) > _NOISE * np.maximum(np.abs(shown), 1.0)].tolist()
    if deep:
        digits = variable.significant_digits
        message = f"{deep[0]!r} has more than {digits} digits after the point"
        yield Fault("define.digits", message, "data", deep)
    whole = max((len(str(abs(int(v)))) for v in values), default=0)
    if 0 < variable.digits < whole:
        wide = [v for v in values if len(str(abs(int(v)))) > variable.digits]
        message = f"A value has {whole} digits before the point, the metadata say "
        yield Fault("define.length", f"{message}{variable.digits} in all", "data", wide)


def _texts(variable: Variable, values: list[str], encoding: str) -> Iterator[Fault]:
    form = _FORMS.get(variable.datatype)
    for value in sorted(v for v in values if form and not form.fullmatch(v)):
        message = f"{value!r} is not of type {variable.datatype}"
        yield Fault("define.type", message, value, [value])
    if variable.datatype == "float":
        deep = [v for v in values if len(v.partition(".")[2]) > variable.significant_digits]
        if deep:
            message = f"{deep[0]!r} has more than {variable.significant_digits} decimals"
            yield Fault("define.digits", message, "data", deep)
    # What the encoding cannot hold counts as it would in UTF-8; the writer refuses it.
    sizes = {v: len(v.encode(encoding, "backslashreplace")) for v in values}
    long = [v for v, size in sizes.items() if size > variable.length]
    if long:
        longest = max(sizes.values())
        message = f"A value has {longest} bytes, the metadata say {variable.length}"
        yield Fault("define.length", message, "data", long)


def _coded(codelist: Codelist, numeric: bool) -> set[str] | set[float]:
    terms = {t.value for t in codelist.terms}
    if not numeric:
        return terms
    return {float(t) for t in terms if re.fullmatch(r"[+-]?\d+(\.\d+)?", t)}
