"""Which records of two datasets belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.frames import as_text, is_numeric

Places: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Matched:
    """Places of records, counted from 0: `a` and `b` belong together pairwise.

    `only_a` and `only_b` have no partner. `repeated_a` and `repeated_b` count the records whose
    keys an earlier one of the same dataset has.
    """

    a: Places
    b: Places
    only_a: Places
    only_b: Places
    repeated_a: int = 0
    repeated_b: int = 0


def by_number(rows_a: int, rows_b: int) -> Matched:
    """Records by the number of their row."""
    both = np.arange(min(rows_a, rows_b))
    return Matched(both, both, np.arange(len(both), rows_a), np.arange(len(both), rows_b))


def by_keys(a: pd.DataFrame, b: pd.DataFrame, keys: tuple[str, ...]) -> Matched:
    """Records by the values of `keys`; those of one key are matched in the order they stand."""
    codes = np.zeros(len(a) + len(b), dtype=np.intp)
    for key in keys:
        one, other = a[key], b[key]
        if is_numeric(one) != is_numeric(other):
            one, other = as_text(one), as_text(other)
        both = pd.concat([one, other], ignore_index=True)
        own, distinct = pd.factorize(both, use_na_sentinel=False)
        # Renumbered after every key, or the product of many keys would overflow.
        codes, _ = pd.factorize(codes * len(distinct) + own)
    in_a, in_b = codes[: len(a)], codes[len(a) :]
    nth_a, nth_b = _nth(in_a), _nth(in_b)
    times = int(max(nth_a.max(initial=0), nth_b.max(initial=0))) + 1
    places = pd.Index(in_b * times + nth_b).get_indexer(pd.Index(in_a * times + nth_a))
    found = places >= 0
    lonely = np.ones(len(b), dtype=bool)
    lonely[places[found]] = False
    return Matched(
        np.flatnonzero(found),
        places[found],
        np.flatnonzero(~found),
        np.flatnonzero(lonely),
        int((nth_a > 0).sum()),
        int((nth_b > 0).sum()),
    )


def _nth(codes: Places) -> Places:
    """How many earlier records have the same code."""
    counted = pd.Series(codes).groupby(codes, sort=False).cumcount()
    return np.asarray(counted, dtype=np.intp)
