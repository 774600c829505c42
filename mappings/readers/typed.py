"""Values that a file holds as numbers and times, as the text that the raw model wants.

Numbers get their shortest form of at most 15 digits; dates, times and both together become
ISO 8601.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

SAS_EPOCH = np.datetime64("1960-01-01")


def spread(column: pd.Series[Any], text: Callable[[Sequence[Any]], list[str]]) -> pd.Series[str]:
    """Apply `text` to the distinct values; missing is ""."""
    codes, uniques = pd.factorize(column, sort=False)
    texts = pd.array([*text(list(uniques)), ""], dtype="str")
    return pd.Series(texts.take(codes), index=column.index, dtype="str")


def number(value: float) -> str:
    """The shortest text of at most 15 digits, without an exponent; -0 is 0."""
    text = f"{value + 0.0:.15g}"
    return format(Decimal(text), "f") if "e" in text else text


def sas_date(days: float) -> str:
    """SAS days since 1960 as a date; a number that is no date stays a number."""
    if not float(days).is_integer() or not -138061 <= days <= 6589335:
        return number(days)
    return str(SAS_EPOCH + np.timedelta64(int(days), "D"))


def sas_datetime(seconds: float) -> str:
    """SAS seconds since 1960 as a date and time, with as many decimals as there are."""
    whole, rest = divmod(seconds, 86400)
    date = sas_date(whole)
    return f"{date}T{sas_time(rest)}" if "-" in date[1:] else number(seconds)


def sas_time(seconds: float) -> str:
    """Seconds as a time of day; more than a day or less than nothing stays a number."""
    if not 0 <= seconds < 86400:
        return number(seconds)
    micro = round(seconds * 1_000_000)
    whole, fraction = divmod(micro, 1_000_000)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return text + (f".{fraction:06d}".rstrip("0") if fraction else "")


def iso(value: Any) -> str:
    """A date, time or both of Python or pandas as ISO 8601 text, without zero decimals."""
    text = str(value.isoformat())
    return text.rstrip("0") if "." in text and "+" not in text else text
