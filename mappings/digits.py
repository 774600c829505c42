"""Results of arithmetic as the decimal numbers that they are, without the noise of binary ones.

5.1 - 4.9 is 0.2, and not 0.1999999999999993: values that were collected as decimal text are added
and subtracted to the decimals that they have. Every other result keeps 15 significant digits,
which is what a double surely holds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SIGNIFICANT = 15
_MOST = 15
_WHOLE = float(1 << 53)
"""Above this not every whole number has a double of its own."""


def exact(values: pd.Series[float]) -> pd.Series[float]:
    """Numbers rounded to 15 significant digits; missing and infinite ones stay."""
    given = values.to_numpy(dtype="float64")
    plain = np.isfinite(given) & (given != 0)
    size = np.floor(np.log10(np.abs(np.where(plain, given, 1.0))))
    shift = SIGNIFICANT - 1 - size
    # Powers of ten up to 22 have a double of their own, so that the division rounds only once.
    near = plain & (np.abs(shift) <= 22)
    up = 10.0 ** np.where(near & (shift > 0), shift, 0.0)
    down = 10.0 ** np.where(near & (shift < 0), -shift, 0.0)
    rounded = np.where(near, np.rint(given / down * up) / up * down, given)
    far = np.flatnonzero(plain & ~near)
    if len(far):
        distinct, codes = np.unique(given[far], return_inverse=True)
        rounded[far] = np.array([float(f"{x:.{SIGNIFICANT}g}") for x in distinct.tolist()])[codes]
    return pd.Series(rounded, index=values.index, dtype="float64")


def decimals(values: pd.Series[float]) -> pd.Series[int]:
    """How many decimals each number shows in 15 significant digits; 0 for a missing one."""
    given = exact(values).to_numpy(dtype="float64")
    found = np.where(np.isfinite(given), _MOST, 0)
    for digits in range(_MOST - 1, -1, -1):
        scaled = np.abs(given) * 10.0**digits
        shows = (scaled < _WHOLE) & (np.round(given, digits) == given)
        found = np.where(shows | (scaled >= _WHOLE), np.minimum(found, digits), found)
    return pd.Series(found, index=values.index, dtype="int64")


def as_collected(
    values: pd.Series[float], left: pd.Series[float], right: pd.Series[float]
) -> pd.Series[float]:
    """A sum or difference of two numbers, with the decimals of the one that has more."""
    digits = np.maximum(decimals(left).to_numpy(), decimals(right).to_numpy())
    made = values.to_numpy(dtype="float64")
    for count in np.unique(digits).tolist():
        made = np.where(digits == count, np.round(made, count), made)
    return exact(pd.Series(made + 0.0, index=values.index))
