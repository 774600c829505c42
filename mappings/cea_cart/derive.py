"""Derivations of the reference study that no verb says."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from mappings.frames import distinct_rows, map_distinct
from mappings.registry import derivation


@derivation
def completed_years(frame: pd.DataFrame) -> pd.Series:
    """Age in completed years on RFICDTC, from two complete ISO 8601 dates."""
    codes, rows = distinct_rows([frame["BRTHDTC"], frame["RFICDTC"]])
    ages = []
    for birth, consent in rows:
        if len(birth) < 10 or len(consent) < 10:
            ages.append(float("nan"))
            continue
        years = int(consent[:4]) - int(birth[:4])
        ages.append(float(years - (consent[5:10] < birth[5:10])))
    return pd.Series(pd.array(ages, dtype="float64").take(codes), index=frame.index)


@derivation
def day_29(frame: pd.DataFrame) -> pd.Series:
    """The day after Day 28 of the infusion in the only column given."""

    def later(texts: list[str]) -> list[str]:
        return [
            (date.fromisoformat(t[:10]) + timedelta(days=28)).isoformat() if len(t) >= 10 else ""
            for t in texts
        ]

    return map_distinct(frame.iloc[:, 0], later)


@derivation
def earliest(frame: pd.DataFrame) -> pd.Series:
    """The earliest of the ISO 8601 dates of each row; missing ones do not count."""
    codes, rows = distinct_rows([frame[c] for c in frame.columns])
    values = [min([t[:10] for t in row if t], default="") for row in rows]
    return pd.Series(pd.array(values, dtype="str").take(codes), index=frame.index)


@derivation
def starts_before(frame: pd.DataFrame) -> pd.Series:
    """``Y`` where the first date is before the second, or the second is missing."""
    first, second = (frame[c].str.slice(0, 10) for c in frame.columns)
    yes = first.ne("") & ((second == "") | (first < second))
    return pd.Series("Y", index=frame.index, dtype="str").where(yes, "")
