"""Days and seconds of analysis dates, and the possible moments of partial ones.

Numbers are SAS days and SAS seconds since 1960-01-01. A partial date is a set of possible
moments, so a question about it has two answers, the first and the last moment it can mean.
Text that is no ISO 8601 date, and empty text, give NaN, never a guess. The primitives that
verbs need too stand in `mappings.iso8601`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.frames import is_numeric
from mappings.iso8601 import complete_day, first_day, last_day, parse

Floats = npt.NDArray[np.float64]

#: Seconds of a day.
DAY = 86400.0
#: Average month of a duration in days: 365.25 / 12.
MONTH = 30.4375

PARTS = ("year", "month", "day", "hour", "minute", "second")


def parts(dtc: pd.Series[str]) -> pd.DataFrame:
    """Year, month, day, hour, minute and second of ISO 8601 text; NaN where unknown."""
    codes, distinct = pd.factorize(dtc)
    moments = [parse(str(text)) for text in distinct]
    table = np.full((len(moments) + 1, len(PARTS)), np.nan)
    for position, moment in enumerate(moments):
        if moment is not None:
            known = [getattr(moment, name) for name in PARTS]
            table[position] = [np.nan if part is None else part for part in known]
    return pd.DataFrame(table[codes], index=dtc.index, columns=list(PARTS))


def clock(piece: pd.DataFrame, hour: float, minute: float, second: float) -> pd.Series[float]:
    """Seconds of the day of `parts`, the unknown ones taken from the arguments."""
    return (
        piece["hour"].fillna(hour) * 3600
        + piece["minute"].fillna(minute) * 60
        + piece["second"].fillna(second)
    )


def bounds(moment: pd.Series[str] | pd.Series[float], *, of: str = "day") -> pd.DataFrame:
    """First and last possible moment, in SAS seconds: float64 columns `first` and `last`.

    `moment` is ISO 8601 text, or numbers that are SAS days (`of` "day": the whole day is
    possible) or SAS seconds (`of` "second"). Both are NaN where nothing is known.
    """
    if is_numeric(moment):
        number = moment.astype("float64")
        if of == "second":
            return pd.DataFrame({"first": number, "last": number})
        return pd.DataFrame({"first": number * DAY, "last": number * DAY + DAY - 1})
    text = moment.astype("str")
    piece = parts(text)
    return pd.DataFrame(
        {
            "first": first_day(text) * DAY + clock(piece, 0, 0, 0),
            "last": last_day(text) * DAY + clock(piece, 23, 59, 59),
        }
    )


__all__ = [
    "DAY",
    "MONTH",
    "bounds",
    "clock",
    "complete_day",
    "first_day",
    "last_day",
    "parts",
]
