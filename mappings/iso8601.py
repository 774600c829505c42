"""ISO 8601 text as SDTM uses it, partial dates included, and study days.

A partial date is never filled in here: it is an interval from its first to its last possible
day (SDTMIG 4.4.2). Days are SAS days (0 is 1960-01-01) as float64, NaN where there is none.
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
# A hyphen stands for an unknown part before a known one (``2003---15``), never for the last.
_DATE = re.compile(
    r"(?P<y>\d{4})(?:-(?P<m>\d{2}|-(?=-))(?:-(?P<d>\d{2}|-(?=T))"
    r"(?:T(?P<h>\d{2}|-(?=:))(?::(?P<n>\d{2}|-(?=:))(?::(?P<s>\d{2}))?)?)?)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """The known parts of an ISO 8601 date or date-time; None is unknown."""

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None

    @property
    def complete_date(self) -> bool:
        return self.month is not None and self.day is not None

    def first(self) -> int:
        """The first possible day, as SAS day."""
        return date(self.year, self.month or 1, self.day or 1).toordinal() - EPOCH

    def last(self) -> int:
        """The last possible day, as SAS day."""
        month = self.month or 12
        day = self.day or calendar.monthrange(self.year, month)[1]
        return date(self.year, month, day).toordinal() - EPOCH


def parse(text: str) -> Moment | None:
    """The moment that ISO 8601 text names, or None when it is not one (calendar checked)."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (
        None if part in (None, "-") else int(part)
        for part in match.group("y", "m", "d", "h", "n", "s")
    )
    if year is None or year < 1:
        return None
    if month is not None and not 1 <= month <= 12:
        return None
    if day is not None and not 1 <= day <= calendar.monthrange(year, month or 1)[1]:
        return None
    if (hour or 0) > 23 or (minute or 0) > 59 or (second or 0) > 59:
        return None
    return Moment(year, month, day, hour, minute, second)


def iso_date(year: str, month: str, day: str) -> str:
    """ISO 8601 text of collected parts, right-truncated at the first unknown one.

    An unknown part before a known one is shown by a hyphen (``2003---15``), as SDTMIG 4.4.2
    asks. Raises ValueError when the parts are no calendar date.
    """
    if not year:
        if month or day:
            raise ValueError("the year is unknown but a month or a day is given")
        return ""
    y = int(year)
    m = int(month) if month else None
    d = int(day) if day else None
    if not 1800 <= y <= 9999:
        raise ValueError(f"the year {year} is out of range")
    if m is not None and not 1 <= m <= 12:
        raise ValueError(f"there is no month {month}")
    if d is not None:
        longest = calendar.monthrange(y, m)[1] if m else 31
        if not 1 <= d <= longest:
            where = f"{y:04d}-{m:02d}" if m else f"{y:04d}"
            raise ValueError(f"{where} has no day {day}")
    if m is None:
        return f"{y:04d}" if d is None else f"{y:04d}---{d:02d}"
    return f"{y:04d}-{m:02d}" if d is None else f"{y:04d}-{m:02d}-{d:02d}"


def iso_time(text: str) -> str:
    """ISO 8601 time of collected text ``HH:MM`` or ``HH:MM:SS``; ValueError when it is none."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", text.strip(), re.ASCII)
    if match is None:
        raise ValueError(f"'{text}' is not a time HH:MM or HH:MM:SS")
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"there is no time {text}")
    tail = f":{second:02d}" if match[3] else ""
    return f"{hour:02d}:{minute:02d}{tail}"


def first_day(dtc: pd.Series[str]) -> pd.Series[float]:
    """First possible SAS day of each (partial) date; NaN where there is none."""
    return map_distinct_numbers(dtc, lambda ts: [_bound(t, last=False) for t in ts])


def last_day(dtc: pd.Series[str]) -> pd.Series[float]:
    """Last possible SAS day of each (partial) date; NaN where there is none."""
    return map_distinct_numbers(dtc, lambda ts: [_bound(t, last=True) for t in ts])


def _bound(text: str, *, last: bool) -> float:
    moment = parse(text)
    if moment is None:
        return np.nan
    return float(moment.last() if last else moment.first())


def complete_day(dtc: pd.Series[str]) -> pd.Series[float]:
    """SAS day of each date that is complete to the day; NaN for partial and missing ones."""

    def days(texts: list[str]) -> list[float]:
        moments = [parse(t) for t in texts]
        return [float(m.first()) if m is not None and m.complete_date else np.nan for m in moments]

    return map_distinct_numbers(dtc, days)


def seconds(dtc: pd.Series[str]) -> pd.Series[float]:
    """SAS seconds (since 1960-01-01T00:00) where date, hour and minute are known; else NaN."""

    def values(texts: list[str]) -> list[float]:
        result = []
        for text in texts:
            m = parse(text)
            if m is None or not m.complete_date or m.hour is None or m.minute is None:
                result.append(np.nan)
                continue
            day = m.first() * 86400
            result.append(float(day + m.hour * 3600 + m.minute * 60 + (m.second or 0)))
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
