from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.durations import UNITS, iso_duration, split_seconds, unit_named
from mappings.findings import RawPlace

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench

SIZES = {"W": 604800, "D": 86400, "H": 3600, "S": 1}


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ({"days": 3.0}, "P3D"),
        ({"hours": 2.0}, "PT2H"),
        ({"years": 1.0, "months": 2.0}, "P1Y2M"),
        ({"minutes": 42.0, "seconds": 18.0}, "PT42M18S"),
        ({"hours": 0.5}, "PT0.5H"),
        ({"days": 1.0, "hours": 2.5}, "P1DT2.5H"),
        ({"weeks": 4.0}, "P4W"),
        ({"days": 0.0}, "P0D"),
        ({}, ""),
    ],
)
def test_duration(parts: dict[str, float], shown: str) -> None:
    assert iso_duration(parts) == shown
    assert iso_duration(parts, past=True) == (f"-{shown}" if shown else "")


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"days": -1.0}, "-1 days are no duration"),
        ({"days": 1e17}, "1e+17 days are no duration"),
        ({"days": 1.5, "hours": 2.0}, "1.5 days is a fraction, and smaller parts follow"),
        ({"weeks": 1.0, "days": 2.0}, "weeks stand alone in a duration"),
    ],
)
def test_no_duration(parts: dict[str, float], fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(fault)}$"):
        iso_duration(parts)


@given(st.integers(min_value=0, max_value=10**9))
def test_seconds_are_split_without_loss(seconds: int) -> None:
    text = iso_duration(split_seconds(float(seconds)))
    day, _, clock = text.removeprefix("P").partition("T")
    total = sum(int(n) * SIZES[u] for n, u in re.findall(r"(\d+)([D])", day))
    total += sum(
        int(n) * {"H": 3600, "M": 60, "S": 1}[u] for n, u in re.findall(r"(\d+)([HMS])", clock)
    )
    assert total == seconds


@pytest.mark.parametrize("unit", UNITS)
def test_units_by_their_name(unit: str) -> None:
    assert unit_named(f" {unit.upper()} ") == unit
    assert unit_named(unit.removesuffix("s")) == unit


def test_m_is_no_unit() -> None:
    assert unit_named("m") == unit_named("M") == unit_named("") == ""


def test_number_and_unit(bench: Bench) -> None:
    cells = {"N": ["3", "2.50", "4", "5", "", "x", "1,5"],
             "U": ["days", "HR", "Tage", "m", "days", "days", "h"]}  # fmt: skip
    values, findings = bench.rule("{duration: [N, U], to: {Tage: days}}", cells)
    assert values == ["P3D", "PT2.5H", "P4D", "", "", "", ""]
    assert [(f.rule, f.message, f.raw) for f in findings] == [
        ("num.decimal_comma", "'1,5' has a decimal comma: the number is not guessed",
         RawPlace("raw/ae.csv", 8, "N")),
        ("num.unreadable", "'x' is not a number", RawPlace("raw/ae.csv", 7, "N")),
        ("duration.unit", "the unit 'm' is not known", RawPlace("raw/ae.csv", 5, "N, U")),
    ]  # fmt: skip
    assert findings[2].advice == (
        "Say what it means in 'to' (years, months, weeks, days, hours, minutes, seconds), or ask "
        "the site."
    )


def test_a_number_without_a_unit(bench: Bench) -> None:
    values, findings = bench.rule("{duration: [N, U]}", {"N": ["3", ""], "U": ["", ""]})
    assert values == ["", ""]
    assert [f.message for f in findings] == ["'3' has no unit"]


def test_one_column_and_parts(bench: Bench) -> None:
    assert bench.rule("{duration: N, unit: weeks, past: true}", {"N": ["1", ""]}) == (
        ["-P1W", ""],
        [],
    )
    cells = {"Y": ["1", "1.5"], "M": ["2", "1"]}
    values, findings = bench.rule("{duration: {years: Y, months: M}}", cells)
    assert values == ["P1Y2M", ""]
    assert [(f.rule, f.message, f.value) for f in findings] == [
        ("duration.unreadable", "1.5 years is a fraction, and smaller parts follow", "1.5 1")
    ]
    assert bench.rule("{duration: {years: Y, months: M}}", {"Y": [], "M": []}) == ([], [])


def test_between_dates(bench: Bench) -> None:
    cells = {
        "A": ["2024-01-10T09:00", "2024-01-10", "2024-01", "2024-01-10", "2024-01-10", ""],
        "B": ["2024-01-11T10:30", "2024-01-13T08:00", "2024-02-01", "2024-01-09", "2024-01-10", ""],
    }
    values, findings = bench.rule("{duration: {from: A, to: B}}", cells)
    assert values == ["P1DT1H30M", "P3D", "", "", "P0D", ""]
    assert [(f.rule, f.message) for f in findings] == [
        ("duration.negative", "the end is before the start: 2024-01-10 to 2024-01-09")
    ]


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ("{duration: A}",
         [("5:6: a duration in one column needs 'unit'. Give one of years, months, weeks, days, "
          "hours, minutes, seconds.")]),
        ("{duration: [A]}",
         [("5:17: a list has two columns: the number and its unit. "
           "Parts of their own are a block.")]),
        ("{duration: {day: A}}",
         ["5:23: 'day' is no unit of time. Did you mean 'days'?"]),
        ("{duration: {weeks: A, days: B}}",
         ["5:25: weeks stand alone in a duration. Give days instead."]),
        ("{duration: {from: A}}", ["5:17: 'to' is missing"]),
        ("{duration: {from: A, to: B, days: C}}",
         ["5:40: 'days' does nothing beside 'from' and 'to'"]),
        ("{duration: {from: A, to: B}, past: true}",
         ["5:41: 'past' does nothing beside 'from' and 'to'"]),
        ("{duration: {days: A}, unit: days}",
         ["5:34: 'unit' does nothing beside a block of parts"]),
        ("{duration: [A, B], unit: days}",
         ["5:31: 'unit' does nothing beside a column of units"]),
        ("{duration: A, unit: days, to: {x: days}}",
         ["5:36: 'to' does nothing where no column has the unit"]),
        ("{duration: [A, B], to: {x: dais}}",
         ["5:33: 'dais' is no unit of time. Did you mean 'days'?"]),
        ("{duration: [A, BB]}", ["5:21: there is no column 'BB' in ae. Did you mean 'B'?"]),
        ("{copy: A, past: true}",
         ["5:16: 'past' does nothing beside 'copy'. It belongs to 'duration'."]),
    ],
)  # fmt: skip
def test_faults(bench: Bench, rule: str, faults: list[str]) -> None:
    assert [f.removeprefix("sdtm/ae.yaml:") for f in bench.faults(rule)] == faults
