"""Regular expressions of ISO 8601 as SDTM and define.xml write it.

They are written here a second time, apart from the parser that makes the values, so that a
fault of that parser shows. They stay inside what RE2 and Python both understand (no look
ahead), because pandas on Arrow runs RE2 and a reader of a suite may not.
"""

from __future__ import annotations

_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_HOUR = r"(?:[01]\d|2[0-3])"
_SIXTY = r"[0-5]\d"
_SECOND = rf"{_SIXTY}(?:\.\d+)?"
_ZONE = r"(?:Z|[+-]\d\d:[0-5]\d)?"

DATE = rf"\d{{4}}-{_MONTH}-{_DAY}"
TIME = rf"{_HOUR}:{_SIXTY}(?::{_SECOND})?"
DATETIME = rf"{DATE}T{TIME}{_ZONE}"


def _or_missing(part: str) -> str:
    return rf"(?:{part}|-)"


def _partial() -> str:
    """Cut off on the right, or with a single hyphen for a component missing on the left.

    SDTMIG 3.4 section 4.4.2: a missing component inside is a hyphen, missing ones at the end
    are left out, so the last component written is always a known one.
    """
    year, month, day = (_or_missing(p) for p in (r"\d{4}", _MONTH, _DAY))
    hour, minute = _or_missing(_HOUR), _or_missing(_SIXTY)
    return "|".join(
        (
            r"\d{4}",
            rf"{year}-{_MONTH}",
            rf"{year}-{month}-{_DAY}",
            rf"{year}-{month}-{day}T{_HOUR}{_ZONE}",
            rf"{year}-{month}-{day}T{hour}:{_SIXTY}{_ZONE}",
            rf"{year}-{month}-{day}T{hour}:{minute}:{_SECOND}{_ZONE}",
        )
    )


PARTIAL = f"(?:{_partial()})"
_Y, _M = _or_missing(r"\d{4}"), _or_missing(_MONTH)
PARTIAL_DATE = rf"(?:\d{{4}}|{_Y}-{_MONTH}|{_Y}-{_M}-{_DAY})"
INTERVAL = rf"{PARTIAL}(?:/{PARTIAL})?"
_NUMBER = r"\d+(?:[.,]\d+)?"
_DATE_PARTS = rf"(?:{_NUMBER}[YMD]){{1,3}}"
_TIME_PARTS = rf"T(?:{_NUMBER}[HMS]){{1,3}}"
DURATION = rf"-?P(?:{_NUMBER}W|{_DATE_PARTS}(?:{_TIME_PARTS})?|{_TIME_PARTS})"

BY_DATATYPE = {
    "date": DATE,
    "datetime": DATETIME,
    "time": TIME,
    "partialDate": PARTIAL_DATE,
    "partialTime": rf"{_HOUR}(?::{_SIXTY}(?::{_SECOND})?)?",
    "partialDatetime": PARTIAL,
    "incompleteDatetime": PARTIAL,
    "intervalDatetime": INTERVAL,
    "durationDatetime": DURATION,
}


def whole(pattern: str, *, empty: bool) -> str:
    """`pattern` anchored to the whole cell; with `empty`, missing text passes too."""
    return f"^(?:{pattern})?$" if empty else f"^(?:{pattern})$"
