"""Occurrence data: treatment emergence and occurrence flags.

A partial or missing date is an interval of possible moments; a flag that depends on it is
decided by a stated rule, never left blank for want of a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from adam.dates import DAY, bounds, complete_day, parts
from mappings.frames import LINEAGE, is_numeric, map_distinct_numbers
from mappings.text import number


@dataclass(frozen=True)
class Moments:
    """Dates as a rule gives them: ISO 8601 text, SAS days, or (`timed`) SAS seconds."""

    values: pd.Series[str] | pd.Series[float]
    timed: bool = False

    @property
    def bounds(self) -> pd.DataFrame:
        """First and last possible moment in SAS seconds."""
        return bounds(self.values, of="second" if self.timed else "day")

    @property
    def minute_known(self) -> pd.Series[bool]:
        """Where day and time are known, so that moments can be compared."""
        if is_numeric(self.values):
            return self.values.notna() & self.timed
        text = self.values.astype("str")
        return parts(text)["minute"].notna() & complete_day(text).notna()

    @property
    def day_known(self) -> pd.Series[bool]:
        """Where at least the day is known."""
        if is_numeric(self.values):
            return self.values.notna()
        return complete_day(self.values.astype("str")).notna()


def treatment_emergent(
    start: Moments,
    end: Moments | None,
    since: Moments,
    *,
    before: Moments | None = None,
    until: Moments | None = None,
    days: int = 0,
) -> pd.Series[str]:
    """ "Y" where an event is treatment-emergent, else ""; all are aligned by row.

    An event is treatment-emergent when its start can lie on or after `since` (first treatment),
    before the day of `before` (new therapy), and at most `days` after the day of `until` (last
    treatment). Start and `since` are compared with their times when both have one, else by day.
    A start that leaves this open (partial, missing, or without a time on the day of treatment)
    counts, unless the end is before treatment; an end earlier than the start can be contradicts
    it and decides nothing. A missing end never blanks the flag, nor does a missing `before` or
    `until`. Without `since` nothing is treatment-emergent.
    """
    begins, given = start.bounds, since.bounds
    given_day = given["first"] // DAY
    timed = since.minute_known

    def on_or_after(moment: Moments, latest: pd.Series[float]) -> pd.Series[bool]:
        by_time = latest >= given["first"]
        by_day = latest // DAY >= given_day
        return by_time.where(timed & moment.minute_known, by_day) | latest.isna()

    emergent = given["first"].notna() & on_or_after(start, begins["last"])
    if end is not None:
        ends = end.bounds
        open_start = ~start.day_known | (
            (begins["first"] // DAY == given_day) & ~start.minute_known
        )
        contradicts = ends["last"] < begins["first"]
        emergent &= ~(open_start & ~on_or_after(end, ends["last"]) & ~contradicts)
    earliest = (begins["first"] // DAY).fillna(given_day)
    earliest = earliest.where(earliest >= given_day, given_day)
    if before is not None:
        last_day = before.bounds["last"] // DAY
        emergent &= last_day.isna() | (earliest < last_day)
    if until is not None:
        last_day = until.bounds["last"] // DAY + days
        emergent &= last_day.isna() | (earliest <= last_day)
    return pd.Series(np.where(emergent, "Y", ""), index=start.values.index, dtype="str")


def order_keys(frame: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Numbers that sort as the columns of `order` do; "-" before a name turns it downwards.

    Text is ordered as numbers when every value shows one, otherwise as text; missing is NaN.
    ValueError without an order, KeyError names a column that does not exist.
    """
    names = [name.removeprefix("-") for name in order]
    if not names:
        raise ValueError("an order has at least one column")
    unknown = [name for name in names if name not in frame.columns]
    if unknown:
        raise KeyError(f"no column {', '.join(unknown)}; there are {', '.join(frame.columns)}")
    keys: dict[str, pd.Series[float]] = {}
    for given, name in zip(order, names, strict=True):
        column = frame[name]
        if not is_numeric(column):
            shown = map_distinct_numbers(column, lambda texts: [number(t) for t in texts])
            ranks = column.rank(method="dense").where(column != "")
            column = shown if (shown.notna() | column.eq("")).all() else ranks
        keys[name] = -column if given.startswith("-") else column
    return pd.DataFrame(keys)


def sorted_index(frame: pd.DataFrame, order: Sequence[str], *, last: bool = False) -> pd.Index:
    """The labels of the rows in an order, the other way round for `last`; missing comes last.

    Ties are decided by the lineage columns, then by row order, so `order` should end in a
    unique key.
    """
    ties = [name for name in LINEAGE if name in frame.columns and name not in order]
    keys = order_keys(frame, [*order, *ties])
    if last:
        keys = -keys
    return keys.sort_values(list(keys.columns), kind="stable", na_position="last").index


def occurrence_flag(
    frame: pd.DataFrame, by: Sequence[str], order: Sequence[str], *, last: bool = False
) -> pd.Series[str]:
    """ "Y" on the first (or last) row of each group of `by` in the given order, else "".

    Worst grade, then earliest, is the order ``["-ATOXGRN", "ASTDT", "AESEQ"]``.
    """
    ordered = sorted_index(frame, order, last=last)
    first = ~frame.loc[ordered, list(by)].duplicated()
    result = pd.Series("", index=frame.index, dtype="str")
    result.loc[ordered[first.to_numpy(dtype=bool)]] = "Y"
    return result
