"""Imputation of partial dates and times, always with the flag that says so.

admiral's words: `highest` is the highest part that may be imputed ("n" none, then s, m, h, D,
M, Y), `how` takes the first, middle or last possible value, `not_before` and `not_after` move
an imputed value (never a collected one) towards a known date as far as the partial date allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from adam.dates import DAY, clock, complete_day, first_day, last_day, parts

#: The parts that may be imputed, lowest first: each level includes those before it.
LEVELS = ("n", "s", "m", "h", "D", "M", "Y")
WAYS = ("first", "mid", "last")

_CLOCK: Mapping[str, tuple[float, float, float]] = {
    "first": (0, 0, 0),
    "mid": (12, 30, 30),
    "last": (23, 59, 59),
}


@dataclass(frozen=True, slots=True)
class ImputedDate:
    """SAS days and the --DTF flag: "" as collected, D day, M month and day, Y all imputed."""

    dt: pd.Series[float]
    dtf: pd.Series[str]


@dataclass(frozen=True, slots=True)
class ImputedDatetime:
    """SAS seconds, --DTF and --TMF (H whole time, M minutes, S seconds imputed)."""

    dtm: pd.Series[float]
    dtf: pd.Series[str]
    tmf: pd.Series[str]


#: Days from 1 January to 30 June of a common year.
_TO_JUNE_30 = 180


def _leap(piece: pd.DataFrame) -> pd.Series[float]:
    year = piece["year"]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return leap.astype("float64")


def _missing_part(piece: pd.DataFrame) -> pd.Series[str]:
    """The highest unknown part of the date: Y, M or D (a complete date is said to lack D)."""
    needs = pd.Series("D", index=piece.index, dtype="str")
    return needs.mask(piece["month"].isna(), "M").mask(piece["year"].isna(), "Y")


def _check(highest: str, how: str) -> int:
    if highest not in LEVELS:
        raise ValueError(f"imputation level {highest!r} is none of {', '.join(LEVELS)}")
    if how not in WAYS:
        raise ValueError(f"imputation {how!r} is none of {', '.join(WAYS)}")
    return LEVELS.index(highest)


def impute_date(
    dtc: pd.Series[str],
    *,
    highest: str = "M",
    how: str = "first",
    not_before: pd.Series[float] | None = None,
    not_after: pd.Series[float] | None = None,
) -> ImputedDate:
    """SAS days of ISO 8601 text, its missing parts imputed up to `highest`.

    `not_before` and `not_after` are SAS days (NaN: no constraint). They act on imputed values
    only, and only as far as the possible days of the partial date reach: a constraint outside
    them contradicts what was collected and is left aside. With `highest` "Y" a value without
    a year becomes its constraint (`not_before` for first, `not_after` for last), if there is
    one. "mid" is day 15, or 30 June when the month is imputed too.
    """
    level = _check(highest, how)
    piece = parts(dtc)
    lowest, uppermost = first_day(dtc), last_day(dtc)
    dt = complete_day(dtc)
    imputed = _missing_part(piece).mask(dt.notna(), "")
    whole_year = piece["month"].isna() & lowest.notna()
    # A day known without its month moves the first possible day, not the middle of the year.
    begin = lowest - (piece["day"].fillna(1.0) - 1).where(whole_year, 0.0)
    middle = begin + 14 + whole_year * (_TO_JUNE_30 - 14 + _leap(piece))
    value = {"first": lowest, "mid": middle, "last": uppermost}[how]
    dt = dt.fillna(value)
    if not_before is not None:
        moved = (imputed != "") & (dt < not_before) & (not_before <= uppermost)
        dt = dt.mask(moved, not_before)
    if not_after is not None:
        moved = (imputed != "") & (dt > not_after) & (not_after >= lowest)
        dt = dt.mask(moved, not_after)
    bound = not_before if how == "first" else not_after if how == "last" else None
    if bound is not None:
        dt = dt.mask(imputed == "Y", bound)
    allowed = {"": True, **{part: LEVELS.index(part) <= level for part in "DMY"}}
    dt = dt.where(imputed.map(allowed).astype(bool))
    return ImputedDate(dt, imputed.where(dt.notna(), ""))


def impute_datetime(
    dtc: pd.Series[str],
    *,
    highest: str = "h",
    how: str = "first",
    how_time: str | None = None,
    not_before: pd.Series[float] | None = None,
    not_after: pd.Series[float] | None = None,
    seconds_collected: bool = True,
) -> ImputedDatetime:
    """SAS seconds of ISO 8601 text, missing parts of date and time imputed up to `highest`.

    `not_before` and `not_after` are SAS seconds and act as in `impute_date`, first on the
    date, then on the time when the date is that of the constraint. An imputed date takes an
    imputed time as well, if the text has none. Where seconds are never collected say so, and
    a value to the minute carries no flag.
    """
    level = _check(highest, how)
    clock_way = how_time or how
    _check(highest, clock_way)
    whole = impute_date(
        dtc,
        highest=highest if level >= LEVELS.index("D") else "n",
        how=how,
        not_before=None if not_before is None else not_before // DAY,
        not_after=None if not_after is None else not_after // DAY,
    )
    piece = parts(dtc)
    needs = pd.Series("", index=dtc.index, dtype="str")
    for name, flag in (("second", "S"), ("minute", "M"), ("hour", "H")):
        needs = needs.mask(piece[name].isna(), flag)
    midnight = whole.dt * DAY
    dtm = midnight + clock(piece, *_CLOCK[clock_way])
    lowest = midnight + clock(piece, *_CLOCK["first"])
    uppermost = midnight + clock(piece, *_CLOCK["last"])
    free = needs.isin(["H", "M", "S"])
    if not_before is not None:
        dtm = dtm.mask(free & (dtm < not_before) & (not_before <= uppermost), not_before)
    if not_after is not None:
        dtm = dtm.mask(free & (dtm > not_after) & (not_after >= lowest), not_after)
    allowed = {"": True, "S": level >= 1, "M": level >= 2, "H": level >= 3}
    if not seconds_collected:
        allowed["S"] = True
    dtm = dtm.where(needs.map(allowed).astype(bool))
    if not seconds_collected:
        needs = needs.mask(needs == "S", "")
    known = dtm.notna()
    return ImputedDatetime(dtm, whole.dtf.where(known, ""), needs.where(known, ""))


def death_date(
    dthdtc: pd.Series[str], last_alive: pd.Series[float], *, unknown: bool = False
) -> ImputedDate:
    """Date of death: as collected, else the later of first possible day and last alive + 1.

    `last_alive` are SAS days of the last evidence of life, the death itself left out; without it
    a partial date gives its first possible day. With `unknown` every row is a death, and one of
    which no date is known at all gives the day after `last_alive` with flag Y.
    """
    lowest = first_day(dthdtc)
    complete = complete_day(dthdtc)
    day_after = last_alive + 1
    dt = complete.fillna(lowest.where(~(day_after > lowest), day_after))
    flag = _missing_part(parts(dthdtc)).where(complete.isna() & lowest.notna(), "")
    if unknown:
        guessed = lowest.isna() & day_after.notna()
        dt = dt.mask(guessed, day_after)
        flag = flag.mask(guessed, "Y")
    return ImputedDate(dt, flag)
