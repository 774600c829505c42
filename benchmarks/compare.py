"""How fast two datasets are compared, and what a join by hand with pandas takes in the same run.

Usage: python -m benchmarks.compare [--rows N] [--repeat N]

Two frames like LB with 30 columns, in another order of rows, a thousandth of the values changed.
Absolute times depend on the machine; rows a second and the ratio are what counts.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable

import numpy as np

from benchmarks.xpt import make_frame
from validation.compare.datasets import compare_tables
from validation.compare.model import Comparison, Options
from validation.compare.table import Attributes, Table

KEYS = ("USUBJID", "LBREFID")


def make_tables(rows: int) -> tuple[Table, Table]:
    """A, and B: the same records in another order, with changes."""
    frame, columns = make_frame(rows)
    about = {c.name: Attributes(c.numeric, c.length, c.label, c.format) for c in columns}
    rng = np.random.default_rng(1)
    other = frame.take(rng.permutation(rows)).reset_index(drop=True)
    changed = rng.integers(0, rows, max(rows // 1000, 1))
    other.loc[changed, "LBSTRESN"] = other["LBSTRESN"].iloc[changed] + 1
    other.loc[changed, "LBSTRESC"] = "changed"
    return Table("a", "LB", "", frame, about), Table("b", "LB", "", other, about)


def by_hand(a: Table, b: Table) -> int:
    """What a script does: merge by the keys, compare column by column."""
    both = a.frame.merge(b.frame, on=list(KEYS), suffixes=("_a", "_b"))
    unequal = np.zeros(len(both), dtype=bool)
    for name in a.frame.columns.difference(list(KEYS)):
        one, other = both[f"{name}_a"], both[f"{name}_b"]
        unequal |= ((one != other) & ~(one.isna() & other.isna())).to_numpy(dtype=bool)
    return int(unequal.sum())


def timed(work: Callable[[], object], repeat: int) -> float:
    """The best of `repeat` runs, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        gc.collect()
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    a, b = make_tables(options.rows)

    def ours() -> Comparison:
        return compare_tables(a, b, KEYS, "", Options())

    assert ours().unequal == by_hand(a, b)
    own = timed(ours, options.repeat)
    hand = timed(lambda: by_hand(a, b), options.repeat)
    print(f"{options.rows:,} rows of {len(a.frame.columns)} columns")
    print(f"compare      {own:6.2f} s   {options.rows / own:12,.0f} rows/s")
    print(f"pandas merge {hand:6.2f} s   {hand / own:.1f} times as long")


if __name__ == "__main__":
    main()
