"""Area under a curve of values over time, per subject.

Rules. Times are numbers in one unit, 0 is the dose. The value at 0 is that of the last sample
at or before 0, taken as drawn at 0. The area runs to `to`, where the curve is interpolated
between the samples around it; where none lies at or after `to` the area is not known. Samples
without value or time take no part; several at one time count by their mean. ``linear`` joins
samples by lines; ``linear-log`` joins a fall between two values over 0 by an exponential, as
pharmacokinetics does for elimination.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.digits import exact

METHODS = ("linear", "linear-log")

Numbers = npt.NDArray[np.float64]


def area_under_curve(
    frame: pd.DataFrame, value: str, time: str, to: float, *, method: str = "linear"
) -> pd.DataFrame:
    """One row per USUBJID of `frame` whose area from 0 to `to` is known: USUBJID, AVAL.

    `value` and `time` are numeric columns; AVAL is in the unit of value times that of time.
    """
    if method not in METHODS:
        raise ValueError(f"no method {method!r}; there are {', '.join(METHODS)}")
    curve = _curve(frame, value, time)
    begins = curve.groupby("USUBJID")["T"].transform("min").eq(0)
    reaches = curve.groupby("USUBJID")["T"].transform("max").ge(to)
    curve = curve[begins & reaches].reset_index(drop=True)
    after = curve.groupby("USUBJID")[["T", "V"]].shift(-1)
    t0, t1 = _numbers(curve["T"]), _numbers(after["T"])
    v0, v1 = _numbers(curve["V"]), _numbers(after["V"])
    within = (t0 < to) & ~np.isnan(t1)
    end = np.minimum(t1, to)
    part = np.where(within, end - t0, 0.0) / np.where(within, t1 - t0, 1.0)
    lines = (2 * v0 + (v1 - v0) * part) / 2 * (end - t0)
    falls = within & (v1 < v0) & (v1 > 0) & (method == "linear-log")
    rate = np.log(np.where(falls, v0, 2.0)) - np.log(np.where(falls, v1, 1.0))
    exponentials = v0 * -np.expm1(-rate * part) / rate * (t1 - t0)
    pieces = np.where(falls, exponentials, lines)
    areas = pd.Series(np.where(within, pieces, 0.0)).groupby(curve["USUBJID"]).sum()
    return pd.DataFrame(
        {"USUBJID": areas.index.astype("str"), "AVAL": exact(areas.astype("float64")).to_numpy()}
    )


def _numbers(column: pd.Series[float]) -> Numbers:
    return np.asarray(column, dtype="float64")


def _curve(frame: pd.DataFrame, value: str, time: str) -> pd.DataFrame:
    """USUBJID, T, V in order of time; the last sample at or before 0 stands at 0."""
    known = frame[frame[value].notna() & frame[time].notna()]
    curve = pd.DataFrame({"USUBJID": known["USUBJID"], "T": known[time], "V": known[value]})
    curve = curve.groupby(["USUBJID", "T"])["V"].mean().reset_index()
    last = curve["T"].where(curve["T"] <= 0).groupby(curve["USUBJID"]).transform("max")
    curve = curve[~(curve["T"] < last)]
    return curve.assign(T=curve["T"].clip(lower=0)).reset_index(drop=True)
