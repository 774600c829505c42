"""What define.xml and the transport header say of a column, measured from its values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from mappings.frames import is_numeric
from mappings.text import byte_length

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_ISO = re.compile(r"\d{4}-\d{2}(-\d{2}(T\d{2}(:\d{2}){0,2})?)?|-?P[\dYMWDTHS.,]+")
_SHOWN = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_DURATION = re.compile(r"-?P.*")


@dataclass(frozen=True, slots=True)
class Measured:
    """Type, length in bytes and digits of a column as it is.

    `length` is 8 for numbers. `digits` and `significant` are the total digits and the digits
    after the point of the longest number.
    """

    datatype: str
    numeric: bool
    length: int
    digits: int = 0
    significant: int = 0
    missing: bool = False
    empty: bool = False


def measure(column: pd.Series[Any], encoding: str, *, iso: bool = False) -> Measured:
    """Measure one column; `iso` says that its text holds ISO 8601 dates or durations."""
    if is_numeric(column):
        return _number(column)
    texts = [str(u) for u in pd.unique(column)]
    given = [t for t in texts if t]
    length = max((byte_length(t, encoding) for t in given), default=1)
    datatype = _iso_type(given) if iso else "text"
    return Measured(datatype, False, length, missing="" in texts, empty=not given)


def narrow(
    column: pd.Series[Any], encoding: str, *, dates: bool = False, decimals: bool = True
) -> Measured:
    """Measure one slice of a column: text that shows only numbers is integer or float.

    Text with a leading zero or a sign other than minus is no number, but a code. `dates` says
    that a slice may hold nothing but dates or durations and is then of such a type; without
    `decimals` what has a point is text (a version is no number).
    """
    measured = measure(column, encoding)
    if measured.numeric or measured.empty:
        return measured
    given = [str(u) for u in pd.unique(column) if u]
    if dates and all(_ISO.fullmatch(t) for t in given):
        return replace(measured, datatype=_iso_type(given))
    if not all(_SHOWN.fullmatch(t) for t in given):
        return measured
    after = max(len(t.partition(".")[2]) for t in given)
    if after and not decimals:
        return measured
    return replace(measured, datatype="float" if after else "integer", significant=after)


def _number(column: pd.Series[Any]) -> Measured:
    values = column.dropna()
    missing = len(values) < len(column)
    texts = [_plain(float(v)) for v in pd.unique(values)]
    whole = [t.partition(".")[0].lstrip("-") for t in texts]
    after = max((len(t.partition(".")[2]) for t in texts), default=0)
    before = max((len(w) for w in whole), default=1)
    if after == 0:
        return Measured("integer", True, 8, before, 0, missing, not texts)
    return Measured("float", True, 8, before + after + 1, after, missing, not texts)


def _plain(value: float) -> str:
    """A number with its 15 significant digits, a whole one with all.

    These are what a decimal number keeps as a double; further ones are noise of computing.
    """
    shown = repr(value) if value.is_integer() else f"{value:.15g}"
    text = format(Decimal(shown), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _iso_type(texts: list[str]) -> str:
    durations = [t for t in texts if _DURATION.fullmatch(t)]
    if durations:
        # A variable that also holds intervals (--EVLINT) has no type of its own for both.
        return "durationDatetime" if len(durations) == len(texts) else "text"
    if any("/" in t for t in texts):
        return "intervalDatetime"
    if all(_DATE.fullmatch(t) for t in texts):
        return "date"
    if all(_DATETIME.fullmatch(t) for t in texts):
        return "datetime"
    return "partialDatetime" if any("T" in t for t in texts) else "partialDate"
