"""Occurrence data: treatment emergence, onset and occurrence flags.

A partial or missing date is an interval of possible moments; a flag that depends on it is
decided by a stated rule, never left blank for want of a date.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from adam.dates import DAY, bounds, complete_day, parts
from mappings.frames import LINEAGE, is_numeric


def treatment_emergent(
    start_dtc: pd.Series[str],
    end_dtc: pd.Series[str],
    infusion: pd.Series[str] | pd.Series[float],
    new_therapy: pd.Series[str] | pd.Series[float] | None = None,
) -> pd.Series[str]:
    """ "Y" where an event is treatment-emergent, else "".

    `start_dtc` and `end_dtc` are ISO 8601 text; `infusion` is the first infusion as ISO 8601
    text or SAS seconds, `new_therapy` the start of new anticancer therapy as ISO 8601 text or
    SAS days. All are aligned by row.

    An event is treatment-emergent when its start can lie on or after the infusion and before
    the day of new therapy. Start and infusion are compared with their times when both have
    one, else by day. A start that leaves this open (partial, missing, or without a time on
    the day of the infusion) counts, unless the end is before the infusion; an end earlier
    than the start can be contradicts it and decides nothing. A missing end never blanks the
    flag. Without infusion nothing is treatment-emergent.
    """
    start, end = bounds(start_dtc), bounds(end_dtc)
    given = bounds(infusion, of="second")
    given_day = given["first"] // DAY
    # Times decide only where infusion and the other moment both have one; else days do.
    timed = given["first"].notna() & (
        pd.Series(data=True, index=infusion.index)
        if is_numeric(infusion)
        else parts(infusion.astype("str"))["minute"].notna()
    )

    def day_or_moment(dtc: pd.Series[str], moment: pd.Series[float]) -> pd.Series[bool]:
        precise = timed & parts(dtc)["minute"].notna() & complete_day(dtc).notna()
        by_time = moment >= given["first"]
        by_day = moment // DAY >= given_day
        return by_time.where(precise, by_day) | moment.isna()

    begins_after = day_or_moment(start_dtc, start["last"])
    open_start = complete_day(start_dtc).isna() | (
        (start["first"] // DAY == given_day) & parts(start_dtc)["minute"].isna()
    )
    contradicts = end["last"] < start["first"]
    ends_before = open_start & ~day_or_moment(end_dtc, end["last"]) & ~contradicts
    emergent = given["first"].notna() & begins_after & ~ends_before
    if new_therapy is not None:
        last_day = bounds(new_therapy, of="day")["last"] // DAY
        earliest = (start["first"] // DAY).fillna(given_day)
        earliest = earliest.where(earliest >= given_day, given_day)
        emergent &= last_day.isna() | (earliest < last_day)
    return pd.Series(np.where(emergent, "Y", ""), index=start_dtc.index, dtype="str")


def latest_on_or_before(
    subject: pd.Series[str],
    moment: pd.Series[float],
    known_subject: pd.Series[str],
    known_moment: pd.Series[float],
) -> pd.Series[float]:
    """For each row the subject's latest `known_moment` that is not after `moment`.

    With two infusions this is the infusion that an onset is counted from. Both moments are
    SAS days (or both seconds). NaN where there is none, or where `moment` is NaN.
    """
    left = pd.DataFrame({"subject": subject.to_numpy(), "at": moment.to_numpy()})
    left["place"] = np.arange(len(left))
    right = pd.DataFrame({"subject": known_subject.to_numpy(), "at": known_moment.to_numpy()})
    right = right.dropna(subset=["at"]).sort_values("at", kind="stable")
    right["known"] = right["at"]
    asked = left.dropna(subset=["at"]).sort_values("at", kind="stable")
    found = pd.merge_asof(asked, right, on="at", by="subject")
    result = np.full(len(left), np.nan)
    result[found["place"].to_numpy()] = found["known"].to_numpy()
    return pd.Series(result, index=subject.index, dtype="float64")


def occurrence_flag(
    frame: pd.DataFrame,
    by: Sequence[str],
    order: Sequence[str],
    *,
    where: pd.Series[bool] | None = None,
    last: bool = False,
) -> pd.Series[str]:
    """ "Y" on the first (or last) row of each group of `by` in the given order, else "".

    A name in `order` that begins with "-" sorts downwards: worst grade, then earliest, is
    ``["-ATOXGRN", "ASTDT", "AESEQ"]``. Missing values come last either way. Rows outside
    `where` take no part. Ties are broken by the lineage columns, then by row order, so
    `order` should end in a unique key. KeyError names a column that does not exist.
    """
    names = [name.removeprefix("-") for name in order]
    if not names:
        raise ValueError("an occurrence flag needs an order")
    unknown = [name for name in [*by, *names] if name not in frame.columns]
    if unknown:
        raise KeyError(f"no column {', '.join(unknown)}; there are {', '.join(frame.columns)}")
    chosen = frame if where is None else frame[where.to_numpy(dtype=bool)]
    ties = [name for name in LINEAGE if name in frame.columns and name not in names]
    keys = pd.DataFrame(index=pd.RangeIndex(len(chosen)))
    for position, name in enumerate([*order, *ties]):
        plain = name.removeprefix("-")
        column = chosen[plain].reset_index(drop=True)
        if not is_numeric(column):
            # Ranks make text sortable downwards too; "" is missing and so must come last.
            column = column.rank(method="dense").where(column != "")
        keys[str(position)] = -column if name.startswith("-") else column
    if last:
        keys = -keys
    rank = keys.sort_values(list(keys.columns), kind="stable", na_position="last").index
    groups = chosen[list(by)].iloc[rank]
    first = ~groups.duplicated().to_numpy()
    flagged = np.zeros(len(chosen), dtype=bool)
    flagged[rank[first]] = True
    result = pd.Series("", index=frame.index, dtype="str")
    positions = np.arange(len(frame))
    if where is not None:
        positions = positions[where.to_numpy(dtype=bool)]
    values = result.to_numpy(dtype=object)
    values[positions[flagged]] = "Y"
    return pd.Series(values, index=frame.index, dtype="str")
