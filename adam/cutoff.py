"""The data cut-off: ADaM sees nothing after it, SDTM keeps everything.

A record whose first possible day is after the cut-off is left out. Dates in a record that
stays (an end, a death, the end of study) which are after the cut-off are blanked with their
study days, because on that day they had not happened. Deaths lose DTHFL with DTHDTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mappings.frames import is_numeric
from mappings.iso8601 import first_day, parse

#: Before a dataset's name: its records after the data cut-off too.
UNCUT = "ALL."

_STARTS = ("STDTC", "DTC")


def cutoff_day(cutoff: str) -> float:
    """The cut-off as SAS day; infinity when the study has none."""
    moment = parse(cutoff) if cutoff else None
    return float(moment.first()) if moment else np.inf


def record_date(frame: pd.DataFrame, dataset: str) -> str:
    """The variable that says when a record happened, "" where there is none."""
    names = [f"{dataset}{suffix}" for suffix in _STARTS]
    return next((n for n in names if n in frame.columns), "")


def cut(frames: Mapping[str, pd.DataFrame], cutoff: str) -> dict[str, pd.DataFrame]:
    """SDTM records as they were at the cut-off; without one, as they are."""
    limit = cutoff_day(cutoff)
    if np.isinf(limit):
        return dict(frames)
    return {name: _cut(frame, name, limit) for name, frame in frames.items()}


def _cut(frame: pd.DataFrame, name: str, limit: float) -> pd.DataFrame:
    date = record_date(frame, name)
    if date and name != "DM":
        keep = ~(first_day(frame[date]) > limit).to_numpy(dtype=bool)
        frame = frame.loc[keep].reset_index(drop=True)
    changed: dict[str, pd.Series[Any]] = {}
    for column in frame.columns:
        if not str(column).endswith("DTC") or is_numeric(frame[column]):
            continue
        late = (first_day(frame[column]) > limit).to_numpy(dtype=bool)
        if late.any():
            changed[str(column)] = frame[column].where(~late, "")
            day = f"{str(column).removesuffix('DTC')}DY"
            if day in frame.columns:
                changed[day] = frame[day].mask(late)
    if name == "DM" and "DTHDTC" in changed and "DTHFL" in frame.columns:
        gone = first_day(frame["DTHDTC"]) > limit
        changed["DTHFL"] = frame["DTHFL"].where(~gone, "")
    return frame.assign(**changed)
