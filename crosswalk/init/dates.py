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
    known = _known(texts)
    return _orders(shape for shape in FORMATS if known and all(_reads(shape, t) for t in known))


def most_of(texts: Iterable[str]) -> tuple[str, list[str]]:
    """The one format that reads most texts but not all, and those that it does not read.

    An impossible date or a word in between is a fault of the data, and the format is clear all
    the same. "" when less than four of five are read, or by formats of several orders.
    """
    known = _known(texts)
    read = {shape: [t for t in known if _reads(shape, t)] for shape in FORMATS}
    most = max(map(len, read.values()))
    fit = _orders(shape for shape in FORMATS if len(read[shape]) == most)
    if len(fit) != 1 or most < MOST * len(known) or not most:
        return "", []
    return fit[0], [t for t in known if t not in read[fit[0]]]


MOST = 0.8
"""The share of the values that must be of a form which is proposed though others are not."""


def _known(texts: Iterable[str]) -> list[str]:
    known = sorted({narrow(t.strip()) for t in texts} - {""})
    return [t for t in known if t.upper() not in UNKNOWN]


def _orders(shapes: Iterable[str]) -> list[str]:
    """One of these formats for each order of the parts."""
    orders: dict[tuple[str, ...], str] = {}
    for shape in shapes:
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
