"""How fast transport files are written and read, as ratios to pyreadstat and haven in one run.

Usage: python -m benchmarks.xpt [--rows N] [--repeat N] [--no-peer]

The frame looks like LB: 30 columns, 24 of them text (one always missing) and 6 numbers.
Absolute times depend on the machine; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyreadstat

from define.xpt import Column, write_xpt
from define.xpt_read import read_xpt

HAVEN = """
suppressMessages({library(haven); library(readr)})
given <- commandArgs(TRUE)
frame <- read_csv(given[1], col_types = given[3], na = "NA", progress = FALSE)
for (name in names(frame)) {
  if (is.character(frame[[name]])) frame[[name]][is.na(frame[[name]])] <- ""
}
started <- proc.time()[["elapsed"]]
write_xpt(frame, given[2], version = 5, name = "LB")
cat(proc.time()[["elapsed"]] - started)
"""
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


def resident(what: str) -> float:
    """VmRSS or VmHWM (peak since the last reset) in MiB; NaN where there is no /proc."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return float("nan")
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def growth(work: Callable[[], object]) -> float:
    """How far `work` lifts the process above what it held before, in MiB (Linux)."""
    gc.collect()
    reset = Path("/proc/self/clear_refs")
    if not reset.exists():
        return float("nan")
    reset.write_text("5", encoding="ascii")
    before = resident("VmRSS")
    work()
    return resident("VmHWM") - before


def main() -> None:
    """Print one line per writer and reader: seconds, rows and bytes per second, ratio."""
    parser = argparse.ArgumentParser(description="Transport files: ours against pyreadstat.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3, help="runs of ours; the best counts")
    parser.add_argument("--no-peer", action="store_true", help="leave pyreadstat and haven out")
    options = parser.parse_args()
    frame, columns = make_frame(options.rows)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), frame, columns, options.repeat, peer=not options.no_peer)


def measure(
    folder: Path, frame: pd.DataFrame, columns: list[Column], repeat: int, *, peer: bool
) -> None:
    """Time both writers and both readers on `frame`, and print."""
    ours, other = folder / "ours.xpt", folder / "peer.xpt"
    rows = len(frame)

    def write() -> None:
        write_xpt(ours, frame, columns, name="LB", label="Laboratory", created=CREATED)

    def line(what: str, seconds: float, rest: str) -> None:
        size = ours.stat().st_size / 1e6
        speed = f"{rows / seconds:12,.0f} rows/s {size / seconds:7,.0f} MB/s"
        print(f"{what:26}{seconds:9.3f} s {speed}  {rest}")

    more = growth(write)
    print(f"{rows:,} rows x {len(columns)} columns, {ours.stat().st_size / 1e6:,.0f} MB")
    writing = best(write, repeat)
    line("write, ours", writing, f"memory +{more:,.0f} MiB")
    if peer:
        text = {c.name: object for c in columns if not c.numeric}
        for what, data in (("str", frame), ("object", frame.astype(text))):
            seconds = best(partial(write_peer, other, data), 1)
            ratio = f"ours is {seconds / writing:.1f} times as fast"
            line(f"write, pyreadstat, {what}", seconds, ratio)
        seconds = write_haven(folder, frame, columns)
        if seconds:
            line("write, haven", seconds, f"ours is {seconds / writing:.1f} times as fast")
        else:
            print("write, haven: R with haven and readr is not on this machine")
    reading = best(lambda: read_xpt(ours), repeat)
    line("read, ours", reading, "")
    if peer:
        seconds = best(lambda: pyreadstat.read_xport(str(ours)), 1)
        line("read, pyreadstat", seconds, f"ours is {seconds / reading:.1f} times as fast")


def write_haven(folder: Path, frame: pd.DataFrame, columns: list[Column]) -> float:
    """Seconds that haven needs to write the frame, which R holds already; 0 without haven."""
    found = shutil.which("Rscript")
    asked = [str(found), "-e", "library(haven); library(readr)"]
    if found is None or subprocess.run(asked, capture_output=True, check=False).returncode:
        return 0.0
    csv, script = folder / "frame.csv", folder / "haven.R"
    table = pa.Table.from_pandas(frame[[c.name for c in columns]], preserve_index=False)
    pyarrow.csv.write_csv(table, csv)
    script.write_text(HAVEN, encoding="ascii")
    kinds = "".join("d" if c.numeric else "c" for c in columns)
    command = [found, "--vanilla", str(script), str(csv), str(folder / "haven.xpt"), kinds]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    csv.unlink()
    return float(told)


def write_peer(path: Path, frame: pd.DataFrame) -> None:
    pyreadstat.write_xport(frame, str(path), table_name="LB", file_format_version=5)


if __name__ == "__main__":
    main()
