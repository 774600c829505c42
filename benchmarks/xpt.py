"""How fast transport files are written and read, as ratios to pyreadstat in the same run.

Usage: python -m benchmarks.xpt [--rows N] [--repeat N] [--no-peer]

The frame looks like LB: 30 columns, 24 of them text (one always missing) and 6 numbers.
Absolute times depend on the machine; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from define.xpt import Column, write_xpt

CREATED = datetime(2024, 1, 1, tzinfo=UTC)


def make_frame(rows: int, seed: int = 20240101) -> tuple[pd.DataFrame, list[Column]]:
    """A frame like LB and its columns: identifiers, codes, dates, free text, numbers."""
    rng = np.random.default_rng(seed)
    subject = np.arange(rows) // 500
    text: dict[str, pd.Series] = {}

    def coded(values: list[str]) -> pd.Series:
        return pd.Series(values, dtype="str").take(rng.integers(0, len(values), rows))

    text["STUDYID"] = coded(["CEACART01"])
    text["DOMAIN"] = coded(["LB"])
    subjects = [f"CEACART01-{i % 20:02d}-{i:05d}" for i in range(int(subject[-1]) + 1)]
    text["USUBJID"] = pd.Series(subjects, dtype="str").take(subject)
    text["LBREFID"] = pd.Series(np.arange(rows)).astype("str")
    codes = [f"T{i:02d}" for i in range(20)]
    for name, values in {
        "LBTESTCD": codes,
        "LBTEST": [f"{c} in serum, a longer name" for c in codes],
        "LBCAT": ["CHEMISTRY", "HEMATOLOGY"],
        "LBSCAT": ["", "LIVER"],
        "LBORRES": [f"{x:.3f}" for x in rng.lognormal(3, 1, 5000)] + ["", "<0.1"],
        "LBORRESU": ["mg/dL", "g/L", "10^9/L", ""],
        "LBORNRLO": ["0.5", "10", "130"],
        "LBORNRHI": ["1.5", "40", "180"],
        "LBSTRESC": [f"{x:.4f}" for x in rng.lognormal(3, 1, 5000)],
        "LBSTRESU": ["umol/L", "g/L"],
        "LBNRIND": ["NORMAL", "HIGH", "LOW", ""],
        "LBSTAT": ["", "", "", "NOT DONE"],
        "LBREASND": ["", "", "", "SAMPLE LOST IN TRANSIT"],
        "LBNAM": ["CENTRAL LAB", "LOCAL LAB SHANGHAI"],
        "LBSPEC": ["SERUM", "BLOOD"],
        "LBMETHOD": [""],
        "LBBLFL": ["", "", "", "", "Y"],
        "VISIT": [f"VISIT {i}" for i in range(1, 26)],
        "EPOCH": ["SCREENING", "TREATMENT", "FOLLOW-UP"],
        "LBDTC": [f"2024-{m:02d}-{d:02d}T08:{d:02d}" for m in range(1, 13) for d in range(1, 29)],
    }.items():
        text[name] = coded(values)
    numbers: dict[str, np.ndarray] = {
        "LBSEQ": np.arange(rows) % 500 + 1.0,
        "LBSTRESN": np.where(rng.random(rows) < 0.05, np.nan, rng.lognormal(3, 1, rows)),
        "LBSTNRLO": rng.choice([0.5, 10.0, 130.0], rows),
        "LBSTNRHI": rng.choice([1.5, 40.0, 180.0], rows),
        "VISITNUM": rng.integers(1, 26, rows).astype(float),
        "LBDY": rng.integers(-28, 400, rows).astype(float),
    }
    frame = pd.DataFrame(
        {k: v.reset_index(drop=True) for k, v in text.items()}
        | {k: pd.Series(v) for k, v in numbers.items()}
    )
    columns = [
        Column(name, f"Label of {name}", False, max(1, int(frame[name].str.len().max())))
        for name in text
    ] + [Column(name, f"Label of {name}", True, 8) for name in numbers]
    return frame, columns


def best(work: Callable[[], object], repeat: int) -> float:
    """The shortest of `repeat` runs of `work`, in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print one line per writer: seconds, rows and bytes per second, ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true", help="leave pyreadstat out")
    options = parser.parse_args()
    frame, columns = make_frame(options.rows)
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = Path(folder, "ours.xpt"), Path(folder, "peer.xpt")

        def write() -> None:
            write_xpt(ours, frame, columns, name="LB", label="Laboratory", created=CREATED)

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds = best(write, options.repeat)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        size = ours.stat().st_size
        print(f"{options.rows:,} rows x {len(columns)} columns, {size / 1e6:,.0f} MB")
        print(
            f"write, ours        {seconds:8.3f} s  {options.rows / seconds:12,.0f} rows/s"
            f"  {size / seconds / 1e6:6,.0f} MB/s  peak memory +{grown:,.0f} MiB"
        )
        if options.no_peer:
            return

        def write_peer(data: pd.DataFrame) -> float:
            return best(
                lambda: pyreadstat.write_xport(
                    data, str(peer), table_name="LB", file_format_version=5
                ),
                1,
            )

        for what, data in (
            ("str", frame),
            ("object", frame.astype({c.name: object for c in columns if not c.numeric})),
        ):
            other = write_peer(data)
            print(
                f"write, pyreadstat  {other:8.3f} s  {options.rows / other:12,.0f} rows/s"
                f"  {what} columns: ours is {other / seconds:.1f} times as fast"
            )


if __name__ == "__main__":
    main()
