"""Our suites, failing rows and rules on a large LB, against plain Great Expectations.

Usage: python -m benchmarks.validation [--rows N] [--failing PERCENT] [--no-peer]

The frame is an LB of 30 columns, with a record of each subject in DM. Once it is clean, once
that share of the records breaks four expectations. Plain Great Expectations runs the same suite in
one call: with its shortest answer (BOOLEAN_ONLY), and listing the failing rows itself (COMPLETE).
Absolute times depend on the machine and what else it does; the ratios are of the same run.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from define.model import Codelist, Dataset, Term, Variable
from validation import gx
from validation.expectations import Suite
from validation.rules import run_rules
from validation.run import run_suite
from validation.suites import suite

KEYS = ("STUDYID", "USUBJID", "LBTESTCD", "LBDTC")
MANDATORY = ("DOMAIN", "LBSEQ", "LBTEST", "LBREFID", "VISITNUM", *KEYS)
CODED = ("LBCAT", "LBSPEC", "LBNRIND", "EPOCH", "LBLOBXFL")
TESTS, VISITS = 20, 25
WRONG: dict[str, Any] = {"LBTEST": "", "LBCAT": "CHEMESTRY", "LBDTC": "2024-13-45", "LBDY": 0.0}


def make_lb(rows: int, seed: int = 20240101) -> tuple[pd.DataFrame, pd.DataFrame]:
    """LB and DM of a study without a fault: 25 visits a subject, with 20 tests each."""
    rng = np.random.default_rng(seed)
    number = np.arange(rows)
    subject, within = np.divmod(number, TESTS * VISITS)
    visit, test = np.divmod(within, TESTS)

    def told(values: list[str], codes: Any) -> pd.Series:
        return pd.Series(values, dtype="str").take(codes).reset_index(drop=True)

    subjects = [f"S-{i % 20:02d}-{i:05d}" for i in range(int(subject[-1]) + 1)]
    days = np.arange(VISITS) * 14 - 14
    dates = [str(np.datetime64("2024-01-15") + int(day)) for day in days]
    results = rng.integers(10, 9000, rows) / 10
    texts = [f"{x / 10:.1f}" for x in range(9000)]
    shown = told(texts, np.rint(results * 10).astype(int))
    normal = np.where(results < 100, 0, np.where(results > 800, 2, 1))
    once = {
        "STUDYID": "S",
        "DOMAIN": "LB",
        "LBORRESU": "g/L",
        "LBORNRLO": "100",
        "LBORNRHI": "800",
        "LBSTRESU": "g/L",
        "LBNAM": "CENTRAL LAB",
        "LBSPEC": "SERUM",
        "LBMETHOD": "SPECTROPHOTOMETRY",
        "LBSCAT": "",
        "LBSTAT": "",
        "LBREASND": "",
    }
    text = {name: told([value], np.zeros(rows, dtype=int)) for name, value in once.items()}
    text |= {
        "USUBJID": told(subjects, subject),
        "LBREFID": pd.Series(number).astype("str"),
        "LBTESTCD": told([f"T{i:02d}" for i in range(TESTS)], test),
        "LBTEST": told([f"Test {i:02d} of serum" for i in range(TESTS)], test),
        "LBCAT": told(["CHEMISTRY", "HEMATOLOGY"], test % 2),
        "LBORRES": shown,
        "LBSTRESC": shown,
        "LBNRIND": told(["LOW", "NORMAL", "HIGH"], normal),
        "LBLOBXFL": told(["", "Y"], (visit == 1).astype(int)),
        "VISIT": told([f"VISIT {i}" for i in range(1, VISITS + 1)], visit),
        "EPOCH": told(["SCREENING", "TREATMENT"], (visit > 0).astype(int)),
        "LBDTC": told(dates, visit),
    }
    numbers = {
        "LBSEQ": within + 1.0,
        "LBSTRESN": results,
        "LBSTNRLO": np.full(rows, 100.0),
        "LBSTNRHI": np.full(rows, 800.0),
        "VISITNUM": visit + 1.0,
        "LBDY": np.where(days[visit] >= 0, days[visit] + 1.0, days[visit]),
    }
    lb = pd.DataFrame(text | {name: pd.Series(column) for name, column in numbers.items()})
    dm = pd.DataFrame({"USUBJID": pd.Series(subjects, dtype="str")})
    return lb, dm.assign(STUDYID="S", DOMAIN="DM", RFSTDTC="2024-01-15", RFXSTDTC="2024-01-15")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of one run, and what it gave."""
    gc.collect()
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def described(frame: pd.DataFrame) -> Dataset:
    """What define.xml would say of the frame."""
    variables = []
    for order, name in enumerate(frame.columns, 1):
        numeric = pd.api.types.is_numeric_dtype(frame[name])
        codes = None
        if name in CODED:
            values = sorted(v for v in frame[name].unique() if v)
            codes = Codelist(name, name, terms=tuple(Term(v) for v in values))
        datatype = "integer" if numeric else "date" if name == "LBDTC" else "text"
        length = 8 if numeric else max(1, int(frame[name].str.len().max()))
        key = KEYS.index(name) + 1 if name in KEYS else 0
        given = {"mandatory": name in MANDATORY, "key_sequence": key or None, "codelist": codes}
        variables.append(Variable(name, name, datatype, numeric, length, order, **given))
    return Dataset("LB", "Laboratory", "FINDINGS", "", tuple(variables), len(frame), domain="LB")


def damaged(frame: pd.DataFrame, percent: float, seed: int = 1) -> pd.DataFrame:
    """The frame with a share of the records breaking each of four expectations."""
    rng = np.random.default_rng(seed)
    changed = {}
    for name, value in WRONG.items():
        hit = rng.random(len(frame)) < percent / 100
        changed[name] = frame[name].mask(hit, value)
    return frame.assign(**changed)


def plain(content: Suite, frame: pd.DataFrame, answer: str) -> int:
    """Plain Great Expectations on the suite; the number of rows that it lists."""
    with gx.quiet() as library:
        asset = gx.context(library).data_sources.add_pandas("p").add_dataframe_asset("f")
        batch = asset.add_batch_definition_whole_dataframe("w").get_batch(
            batch_parameters={"dataframe": frame}
        )
        made = library.ExpectationSuite(name="all", expectations=content["expectations"])
        result = batch.validate(made, result_format={"result_format": answer})
    return sum(len(r.result.get("unexpected_index_list") or ()) for r in result.results)


def measure(rows: int, percent: float, *, peer: bool) -> None:
    """Time all of it and print a line each."""
    present = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "A"}}
    gx.validate(pd.DataFrame({"A": ["x"]}), [present])
    frame, dm = make_lb(rows)
    content = suite(described(frame))
    count = len(content["expectations"])
    print(f"{rows:,} rows x {len(frame.columns)} columns, {count} expectations")
    for title, data in (
        ("clean", frame),
        (f"{percent:g} % failing, four columns", damaged(frame, percent)),
    ):
        ours, result = timed(lambda data=data: run_suite(content, data))
        print(f"\n{title}")
        print(f"{'suite, ours':40}{ours:9.2f} s   {len(result.findings):,} findings")
        rules, checked = timed(lambda data=data: run_rules({"LB": data, "DM": dm}))
        ran = checked.passed + checked.failed
        print(f"{'rules, ours':40}{rules:9.2f} s   {ran} run, {len(checked.findings):,} findings")
        if not peer:
            continue
        for answer in ("BOOLEAN_ONLY", "COMPLETE"):
            other, listed = timed(lambda data=data, answer=answer: plain(content, data, answer))
            told = f"{other / ours:.2f} times our suite, {other / (ours + rules):.2f} times both"
            name = f"plain Great Expectations, {answer}"
            print(f"{name:40}{other:9.2f} s   {listed:,} rows listed; {told}")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description="Suites and rules against Great Expectations.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--failing", type=float, default=5.0, help="percent of records")
    parser.add_argument("--no-peer", action="store_true", help="leave the library alone out")
    options = parser.parse_args()
    measure(options.rows, options.failing, peer=not options.no_peer)


if __name__ == "__main__":
    main()
