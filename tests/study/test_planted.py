"""Every planted case of the reference study's export became what it must become.

The expectations are worked out by hand from the protocol and stand, with their reasons, in
`mappings/cea_cart/generator/planted.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from crosswalk.build import Package

PLANTED = Path(__file__).parents[2] / "mappings" / "cea_cart" / "generator" / "planted.csv"
Line = dict[str, str]
Texts = Callable[[str], pd.DataFrame]


def planted() -> list[Line]:
    """The lines of the table."""
    with PLANTED.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def cases() -> dict[str, list[Line]]:
    """The lines of each case that must hold."""
    found: dict[str, list[Line]] = {}
    for line in planted():
        if line["status"] == "now":
            found.setdefault(line["case"], []).append(line)
    return found


CASES = cases()


def selected(frame: pd.DataFrame, line: Line) -> pd.DataFrame:
    """The subject's records that satisfy every condition of the line."""
    if line["subject"]:
        frame = frame[frame["USUBJID"] == line["subject"]]
    for condition in filter(None, (part.strip() for part in line["select"].split(";"))):
        variable, _, wanted = condition.partition("=")
        frame = frame[frame[variable.strip()] == wanted.strip()]
    return frame


def same(found: str, expected: str) -> bool:
    """Whether a value is the expected one; numbers compare as numbers."""
    if expected == "<missing>":
        return found == ""
    try:
        return float(found) == float(expected)
    except ValueError:
        return found == expected


def findings(package: Package, line: Line) -> int:
    """How many findings of the rule there are in the dataset, about the subject."""
    report = package.report
    everything = [*report.unexplained, *(f for f, _ in report.explained), *report.notices]
    return sum(
        f.rule == line["variable"]
        and line["dataset"] in ("", f.dataset)
        and (not line["subject"] or f.scope.split(" ")[0] == line["subject"])
        for f in everything
    )


def fault(package: Package, texts: Texts, line: Line) -> str:
    """What is wrong with one line of the table, or nothing."""
    named = " ".join(
        filter(None, (line["dataset"], line["subject"], line["select"], line["variable"]))
    )
    expected = line["expected"]
    if line["check"] in ("finding", "nofinding"):
        count = findings(package, line)
        wanted = int(expected or 0) if line["check"] == "finding" else 0
        return "" if count == wanted else f"{named}: {count} findings, not {wanted}: {line['why']}"
    rows = selected(texts(line["dataset"]), line)
    if line["check"] == "count":
        if len(rows) == int(expected):
            return ""
        return f"{named}: {len(rows)} records, not {expected}: {line['why']}"
    if rows.empty:
        return f"{named}: no such record: {line['why']}"
    wrong = [value for value in rows[line["variable"]] if not same(value, expected)]
    return f"{named}: {wrong}, not {expected!r}: {line['why']}" if wrong else ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case} {CASES[case][0]['title']}")
def test_planted_case(case: str, reference: Package, texts: Texts) -> None:
    faults = [text for line in CASES[case] if (text := fault(reference, texts, line))]
    assert not faults, "\n".join(faults)


def test_the_table_is_complete() -> None:
    lines = planted()
    assert len(CASES) >= 70
    assert {line["check"] for line in lines} == {"value", "count", "finding", "nofinding"}
    assert {line["status"] for line in lines} == {"now"}
    assert all(line["why"] for line in lines)
    assert all(line["expected"] for line in lines if line["check"] != "nofinding")


def test_every_file_named_is_there(reference_study: Path) -> None:
    files = sorted({line["raw_file"] for line in planted()})
    missing = [file for file in files if not (reference_study / file).is_file()]
    assert not missing


@pytest.mark.parametrize(
    "change",
    [
        {"expected": "2021-06"},
        {"select": "AESPID=999"},
        {"check": "count", "expected": "2"},
        {"check": "finding", "variable": "date.impossible", "expected": "1"},
    ],
    ids=["another value", "no such record", "another count", "no such finding"],
)
def test_a_wrong_line_fails(change: Line, reference: Package, texts: Texts) -> None:
    line = next(line for line in planted() if line["case"] == "P01")
    assert not fault(reference, texts, line)
    assert fault(reference, texts, {**line, **change})
