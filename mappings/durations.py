"""ISO 8601 durations as SDTM uses them: ``P3D``, ``PT2H30M``, ``P1Y2M``, ``-P1W``.

SDTMIG 4.4.3.2. A duration keeps the parts that were collected: 36 hours are not 1 day and 12
hours, because nobody said so.
"""

from __future__ import annotations

from collections.abc import Mapping

from mappings.text import plain

UNITS = {
    "years": ("Y", ("year", "yr", "yrs", "y")),
    "months": ("M", ("month", "mo", "mos", "mon", "mth", "mths")),
    "weeks": ("W", ("week", "wk", "wks", "w")),
    "days": ("D", ("day", "d")),
    "hours": ("H", ("hour", "hr", "hrs", "h")),
    "minutes": ("M", ("minute", "min", "mins")),
    "seconds": ("S", ("second", "sec", "secs", "s")),
}
"""Units by name: the letter, and the words beside the name itself that mean it."""

CLOCK = ("hours", "minutes", "seconds")
_WORDS = {word: unit for unit, (_, words) in UNITS.items() for word in (unit, *words)}


def unit_named(text: str) -> str:
    """The unit that a collected word means, "" when it is none. ``m`` is months or minutes."""
    return _WORDS.get(plain(text).casefold(), "")


def iso_duration(parts: Mapping[str, float], *, past: bool = False) -> str:
    """ISO 8601 text of numbers by unit (names of `UNITS`); "" when there is no part.

    `past` puts a minus before it. Raises ValueError for a negative number, for a fraction of a
    part that is not the smallest, and for weeks beside another unit.
    """
    given = [unit for unit in UNITS if unit in parts]
    if not given:
        return ""
    if "weeks" in given and len(given) > 1:
        raise ValueError("weeks stand alone in a duration")
    texts = {unit: f"{parts[unit] + 0.0:.15g}" for unit in given}
    for unit in given:
        if parts[unit] < 0 or "e" in texts[unit]:
            raise ValueError(f"{texts[unit]} {unit} are no duration")
        if "." in texts[unit] and unit != given[-1]:
            raise ValueError(f"{texts[unit]} {unit} is a fraction, and smaller parts follow")
    days = "".join(f"{texts[u]}{UNITS[u][0]}" for u in given if u not in CLOCK)
    clock = "".join(f"{texts[u]}{UNITS[u][0]}" for u in given if u in CLOCK)
    return f"{'-' if past else ''}P{days}{'T' if clock else ''}{clock}"


def split_seconds(seconds: float) -> dict[str, float]:
    """Seconds as days, hours, minutes and seconds, without the parts that are 0."""
    rest, parts = seconds, {}
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0)):
        count, rest = divmod(rest, size) if unit != "seconds" else (rest, 0.0)
        if count:
            parts[unit] = count
    return parts or {"minutes": 0.0}
