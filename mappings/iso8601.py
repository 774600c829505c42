"""ISO 8601 text as SDTM uses it, partial dates included, and study days.

A partial date is never filled in here: it reaches from its first to its last possible day
(SDTMIG 4.4.2). So does an interval ``A/B``, from the first of A to the last of B. Days are SAS
days (0 is 1960-01-01) as float64, NaN where there is none.
The module stands in `mappings`, because the verbs `date` and `day` need it and nothing may
import to its right.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from mappings.frames import map_distinct_numbers

EPOCH = date(1960, 1, 1).toordinal()
UNKNOWN = frozenset(
    ("", "UN", "UNK", "UNKN", "NK", "XX", "XXX", "XXXX", "ND", "-", "--", "---", "----")
)
"""Words that stand for an unknown part of a date or time."""

# A hyphen stands for an unknown part before a known one (``2003---15``), never for the last.
_DATE = re.compile(
    r"(?P<y>\d{4}|-(?=-))(?:-(?P<m>\d{2}|-(?=-))(?:-(?P<d>\d{2}|-(?=T))"
    r"(?:T(?P<h>\d{2}|-(?=:))(?::(?P<n>\d{2}|-(?=:))(?::(?P<s>\d{2}(?:\.\d+)?))?)?"
    r"(?P<z>Z|[+-]\d{2}:\d{2})?)?)?)?",
    re.ASCII,
)
_TIME = re.compile(
    r"(?P<h>\d{1,2}|[A-Z]+|-+):(?P<n>\d{2}|[A-Z]+|-+)(?::(?P<s>\d{2}(?:\.\d+)?|[A-Z]+|-+))?"
    r" ?(?P<z>Z|[+-]\d{2}:\d{2})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """The known parts of an ISO 8601 date or date-time; None is unknown.

    They are those of the clock at the place: an offset to UTC is part of the text only.
    """

    year: int | None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: float | None = None

    @property
    def complete_date(self) -> bool:
        return None not in (self.year, self.month, self.day)

    def first(self) -> float:
        """The first possible day, as SAS day; NaN where the year is unknown."""
        if self.year is None:
            return np.nan
        return float(date(self.year, self.month or 1, self.day or 1).toordinal() - EPOCH)

    def last(self) -> float:
        """The last possible day, as SAS day; NaN where the year is unknown."""
        if self.year is None:
            return np.nan
        month = self.month or 12
        day = self.day or calendar.monthrange(self.year, month)[1]
        return float(date(self.year, month, day).toordinal() - EPOCH)


def parse(text: str) -> Moment | None:
    """The moment that ISO 8601 text names, or None when it is not one (calendar checked)."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute = (
        None if part in (None, "-") else int(part) for part in match.group("y", "m", "d", "h", "n")
    )
    second = None if match["s"] is None else float(match["s"])
    if year == 0 or not any(n is not None for n in (year, month, day, hour, minute, second)):
        return None
    if month is not None and not 1 <= month <= 12:
        return None
    if day is not None and not 1 <= day <= _longest(year, month):
        return None
    if (hour or 0) > 23 or (minute or 0) > 59 or (second or 0) >= 60 or not _offset(match["z"]):
        return None
    return Moment(year, month, day, hour, minute, second)


def ends(text: str) -> tuple[Moment, Moment] | None:
    """First and last moment of an interval ``A/B``; of a moment twice itself; None for neither."""
    first, slash, last = text.partition("/")
    begin = parse(first)
    end = parse(last) if slash else begin
    return None if begin is None or end is None else (begin, end)


def _longest(year: int | None, month: int | None) -> int:
    """The most days that the month can have; 29 of a February whose year is unknown."""
    return calendar.monthrange(year or 2000, month)[1] if month else 31


def _offset(zone: str | None) -> bool:
    return not zone or zone == "Z" or (int(zone[1:3]) <= 14 and int(zone[4:]) <= 59)


def iso_date(year: str, month: str, day: str) -> str:
    """ISO 8601 text of collected parts, right-truncated at the first unknown one.

    An unknown part before a known one is shown by a hyphen (``2003---15``, ``--12-15``), as
    SDTMIG 4.4.2 asks. Raises ValueError when the parts are no calendar date.
    """
    return "-".join(_cut(_checked(year, month, day)))


def iso_moment(year: str, month: str, day: str, clock: str) -> str:
    """ISO 8601 text of the parts of a date and of a collected time of day (``9:05``).

    Parts of the date that are unknown are hyphens when the time is known (``-----T07:15``).
    Raises ValueError as `iso_date` and `iso_time` do.
    """
    time = iso_time(clock) if clock else ""
    return f"{'-'.join(_checked(year, month, day))}T{time}" if time else iso_date(year, month, day)


def _checked(year: str, month: str, day: str) -> list[str]:
    y, m, d = (int(part) if part else None for part in (year, month, day))
    if y is not None and not 1800 <= y <= 9999:
        raise ValueError(f"the year {year} is out of range")
    if m is not None and not 1 <= m <= 12:
        raise ValueError(f"there is no month {month}")
    if d is not None and not 1 <= d <= _longest(y, m):
        where = "-".join(_cut(["-" if y is None else f"{y:04d}", "-" if m is None else f"{m:02d}"]))
        raise ValueError(f"{where or 'a month'} has no day {day}")
    shown = ("-" if y is None else f"{y:04d}", *("-" if p is None else f"{p:02d}" for p in (m, d)))
    return list(shown)


def _cut(parts: list[str]) -> list[str]:
    """The parts up to the last known one."""
    known = [i for i, part in enumerate(parts) if part != "-"]
    return parts[: known[-1] + 1] if known else []


def iso_time(text: str) -> str:
    """ISO 8601 time of collected text ``HH:MM`` or ``HH:MM:SS``; ValueError when it is none.

    Unknown parts are words of `UNKNOWN`: cut off at the end, a hyphen before a known one
    (``-:15``). Fractions of a second and an offset (``Z``, ``+08:00``) stay as they are.
    """
    match = _TIME.fullmatch(text.strip().upper())
    given = match.group("h", "n", "s") if match else ()
    parts = ["-" if part is None or part in UNKNOWN else part for part in given]
    if match is None or any(p != "-" and not p[0].isdigit() for p in parts):
        raise ValueError(f"'{text}' is not a time HH:MM or HH:MM:SS")
    hour, minute, second = (0.0 if part == "-" else float(part) for part in parts)
    if hour > 23 or minute > 59 or second >= 60 or not _offset(match["z"]):
        raise ValueError(f"there is no time {text}")
    time = ":".join(p.zfill(2) if p[0].isdigit() else p for p in _cut(parts))
    return f"{time}{match['z'] or ''}" if time else ""


def first_day(dtc: pd.Series[str]) -> pd.Series[float]:
    """First possible SAS day of each (partial) date; NaN where there is none."""
    return map_distinct_numbers(dtc, lambda ts: [_bound(t, last=False) for t in ts])


def last_day(dtc: pd.Series[str]) -> pd.Series[float]:
    """Last possible SAS day of each (partial) date; NaN where there is none."""
    return map_distinct_numbers(dtc, lambda ts: [_bound(t, last=True) for t in ts])


def _bound(text: str, *, last: bool) -> float:
    both = ends(text)
    if both is None:
        return np.nan
    return both[1].last() if last else both[0].first()


def complete_day(dtc: pd.Series[str]) -> pd.Series[float]:
    """SAS day of each date that is complete to the day; NaN for partial and missing ones.

    An interval has a day when it does not leave it.
    """

    def days(texts: list[str]) -> list[float]:
        both = [ends(t) for t in texts]
        whole = [b is not None and all(m.complete_date for m in b) for b in both]
        pairs = [
            (b[0].first(), b[1].last()) if b is not None and w else (np.nan, np.nan)
            for b, w in zip(both, whole, strict=True)
        ]
        return [first if first == last else np.nan for first, last in pairs]

    return map_distinct_numbers(dtc, days)


def seconds(dtc: pd.Series[str]) -> pd.Series[float]:
    """SAS seconds (since 1960-01-01T00:00) where date, hour and minute are known; else NaN.

    NaN for an interval, which is no moment.
    """

    def values(texts: list[str]) -> list[float]:
        result = []
        for text in texts:
            m = parse(text)
            if m is None or not m.complete_date or m.hour is None or m.minute is None:
                result.append(np.nan)
                continue
            day = m.first() * 86400
            result.append(day + m.hour * 3600 + m.minute * 60 + (m.second or 0.0))
        return result

    return map_distinct_numbers(dtc, values)


def iso_of_day(days: pd.Series[float]) -> pd.Series[str]:
    """ISO 8601 date of SAS days; "" where missing."""
    codes, uniques = pd.factorize(days, sort=False)
    texts = [date.fromordinal(int(u) + EPOCH).isoformat() for u in uniques]
    values = pd.array([*texts, ""], dtype="str")
    return pd.Series(values.take(codes), index=days.index, dtype="str")


def study_day(day: pd.Series[float], reference: pd.Series[float]) -> pd.Series[float]:
    """Days relative to a reference day: 1 is the reference, the day before is -1, no day 0.

    SDTMIG 4.4.4; both are SAS days of complete dates, so a partial date gives no study day.
    """
    difference = day - reference
    return difference.where(difference < 0, difference + 1)
