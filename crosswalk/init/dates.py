"""Which format a column of dates has: proposed only when its values leave one choice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mappings.iso8601 import UNKNOWN, iso_date, iso_time
from mappings.text import narrow
from mappings.verbs.date import MONTHS, compile_format

FORMATS = (
    *("YYYY-MM-DD", "DD-MON-YYYY", "DD MON YYYY", "DDMONYYYY", "YYYY MON DD", "YYYY-MON-DD"),
    *("DD/MON/YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "DD.MM.YYYY"),
    *("MM.DD.YYYY", "YYYY/MM/DD", "YYYYMMDD"),
    *("YYYY-MM-DDTHH:MI:SS", "YYYY-MM-DDTHH:MI", "YYYY-MM-DD HH:MI:SS", "YYYY-MM-DD HH:MI"),
    *("DD-MON-YYYY HH:MI:SS", "DD-MON-YYYY HH:MI", "DD/MM/YYYY HH:MI", "MM/DD/YYYY HH:MI"),
)


def formats(texts: Iterable[str]) -> list[str]:
    """The formats that read all texts: one decides, several differ in the order of the parts.

    No text, or only words for an unknown date, decides nothing: the list is empty.
    """
    known = sorted({narrow(t.strip()) for t in texts} - {""})
    known = [t for t in known if t.upper() not in UNKNOWN]
    fit = [shape for shape in FORMATS if known and all(_reads(shape, t) for t in known)]
    orders: dict[tuple[str, ...], str] = {}
    for shape in fit:
        parts = re.findall("YYYY|MON|MM|DD", shape)
        orders.setdefault(tuple("MM" if p == "MON" else p for p in parts), shape)
    return list(orders.values())


def _reads(shape: str, text: str) -> bool:
    match = compile_format(shape).fullmatch(text)
    if match is None:
        return False
    parts = [(match.groupdict().get(p) or "").upper() for p in ("year", "month", "day")]
    year, month, day = ("" if p in UNKNOWN else MONTHS.get(p, p) for p in parts)
    clock = [match.groupdict().get(p) or "" for p in ("hour", "minute", "second")]
    try:
        iso_date(year, month, day)
        if clock[0]:
            iso_time(":".join(c for c in clock if c))
    except ValueError:
        return False
    return True


def times(texts: Iterable[str]) -> bool:
    """Whether there are times among the texts, and nothing else."""
    known = [narrow(t.strip()) for t in texts if t.strip()]
    known = [t for t in known if t.upper() not in UNKNOWN]
    try:
        for text in known:
            iso_time(text)
    except ValueError:
        return False
    return bool(known)
