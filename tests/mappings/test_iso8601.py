# ruff: noqa: RUF001 (full-width characters are what is tested)
from __future__ import annotations

import math
from calendar import isleap
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.iso8601 import (
    Moment,
    complete_day,
    first_day,
    iso_date,
    iso_moment,
    iso_of_day,
    iso_time,
    last_day,
    parse,
    seconds,
    study_day,
)

EPOCH = date(1960, 1, 1)
DATES = st.dates(min_value=date(1800, 1, 1), max_value=date(9999, 12, 31))


def text(*values: str) -> pd.Series[str]:
    return pd.Series(list(values), dtype="str")


def one(series: pd.Series[float]) -> float:
    assert str(series.dtype) == "float64"
    return float(series.iloc[0])


@given(DATES)
def test_every_calendar_date(day: date) -> None:
    shown = iso_date(str(day.year), str(day.month), str(day.day))
    assert shown == day.isoformat()
    assert parse(shown) == Moment(day.year, day.month, day.day)
    number = float((day - EPOCH).days)
    for reading in (complete_day, first_day, last_day):
        assert one(reading(text(shown))) == number
    assert iso_of_day(pd.Series([number, math.nan])).tolist() == [shown, ""]
    assert one(seconds(text(f"{shown}T01:02:03"))) == number * 86400 + 3723


@settings(max_examples=40)
@given(DATES)
def test_partial_dates_are_intervals(day: date) -> None:
    year, month = day.year, day.month
    number = (day - EPOCH).days
    for shown, first, last in (
        (f"{year:04d}", date(year, 1, 1), date(year, 12, 31)),
        (
            f"{year:04d}-{month:02d}",
            date(year, month, 1),
            (date(year, month, 28) + timedelta(4)).replace(day=1) - timedelta(1)
            if (year, month) != (9999, 12)
            else date(9999, 12, 31),
        ),
        (f"{year:04d}---{day.day:02d}", date(year, 1, day.day), date(year, 12, day.day)),
    ):
        low, high = one(first_day(text(shown))), one(last_day(text(shown)))
        assert (low, high) == ((first - EPOCH).days, (last - EPOCH).days)
        assert low <= number <= high
        assert math.isnan(one(complete_day(text(shown))))
        assert math.isnan(one(seconds(text(shown))))


@given(DATES)
def test_the_day_after_the_last_of_a_month_is_none(day: date) -> None:
    longest = 31 if day.month in (1, 3, 5, 7, 8, 10, 12) else 30
    if day.month == 2:
        longest = 29 if isleap(day.year) else 28
    assert iso_date(str(day.year), str(day.month), str(longest)).endswith(f"-{longest}")
    with pytest.raises(ValueError, match=f"has no day {longest + 1}"):
        iso_date(str(day.year), str(day.month), str(longest + 1))
    assert parse(f"{day.year:04d}-{day.month:02d}-{longest + 1}") is None


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("2024", "2", "29"), "2024-02-29"),
        (("2000", "02", "29"), "2000-02-29"),
        (("2024", "3", ""), "2024-03"),
        (("2024", "", ""), "2024"),
        (("2024", "", "15"), "2024---15"),
        (("", "12", "15"), "--12-15"),
        (("", "2", "29"), "--02-29"),
        (("", "12", ""), "--12"),
        (("", "", "15"), "----15"),
        (("", "", ""), ""),
    ],
)
def test_parts(parts: tuple[str, str, str], shown: str) -> None:
    assert iso_date(*parts) == shown
    if shown:
        assert parse(shown) is not None


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        (("2023", "2", "30"), "2023-02 has no day 30"),
        (("2023", "2", "29"), "2023-02 has no day 29"),
        (("1900", "2", "29"), "1900-02 has no day 29"),
        (("2023", "13", "1"), "there is no month 13"),
        (("2023", "0", ""), "there is no month 0"),
        (("2023", "1", "0"), "2023-01 has no day 0"),
        (("2023", "", "32"), "2023 has no day 32"),
        (("23", "1", "1"), "the year 23 is out of range"),
        (("20233", "1", "1"), "the year 20233 is out of range"),
        (("", "13", "1"), "there is no month 13"),
        (("", "2", "30"), "--02 has no day 30"),
        (("", "", "32"), "a month has no day 32"),
    ],
)
def test_impossible_parts(parts: tuple[str, str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{fault}$"):
        iso_date(*parts)


@pytest.mark.parametrize(
    ("given", "shown"),
    [("9:05", "09:05"), ("09:05", "09:05"), (" 23:59:59 ", "23:59:59"), ("00:00", "00:00")],
)
def test_times(given: str, shown: str) -> None:
    assert iso_time(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("UN:15", "-:15"),
        ("-:15", "-:15"),
        ("13:UN:17", "13:-:17"),
        ("--:--:17", "-:-:17"),
        ("13:UNK", "13"),
        ("13:15:un", "13:15"),
        ("UN:UN", ""),
        ("13:14:17.50", "13:14:17.50"),
        ("13:14Z", "13:14Z"),
        ("9:05 +08:00", "09:05+08:00"),
    ],
)
def test_times_with_unknown_parts_fractions_and_offsets(given: str, shown: str) -> None:
    assert iso_time(given) == shown


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("2003", "12", "15", "13:14"), "2003-12-15T13:14"),
        (("2003", "12", "15", "UN:15"), "2003-12-15T-:15"),
        (("2003", "12", "", "13:14"), "2003-12--T13:14"),
        (("2003", "", "", "13:14"), "2003----T13:14"),
        (("", "12", "15", "13:14"), "--12-15T13:14"),
        (("", "", "", "7:15"), "-----T07:15"),
        (("2003", "12", "", "UN:UN"), "2003-12"),
        (("2003", "12", "", ""), "2003-12"),
    ],
)
def test_date_and_time_together(parts: tuple[str, str, str, str], shown: str) -> None:
    assert iso_moment(*parts) == shown
    assert parse(shown) is not None


def test_without_a_year_there_is_no_day() -> None:
    given = text("--12-15", "-----T07:15", "--12")
    for reading in (complete_day, first_day, last_day, seconds):
        assert reading(given).isna().all()


def test_an_interval_reaches_from_its_first_to_its_last_day() -> None:
    day = float((date(2024, 1, 1) - EPOCH).days)
    over = text("2024-01-01/2024-01-03", "2024-01/2024-02", "2024-01-01T10:00/2024-01-01T12:30")
    assert first_day(over).tolist() == [day, day, day]
    assert last_day(over).tolist() == [day + 2, day + 59, day]
    assert complete_day(over).fillna(-1).tolist() == [-1, -1, day]
    assert seconds(over).isna().all()


@pytest.mark.parametrize(
    "given", ["24:00", "12:60", "12:30:60", "12", "1230", "12:3", "noon", "", "١٢:٣٠"]
)
def test_no_times(given: str) -> None:
    with pytest.raises(ValueError, match="time"):
        iso_time(given)


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("2024-02-01T10", Moment(2024, 2, 1, 10)),
        ("2024-02-01T10:30", Moment(2024, 2, 1, 10, 30)),
        ("2024-02-01T10:30:05", Moment(2024, 2, 1, 10, 30, 5)),
        ("2024-02-01T-:30", Moment(2024, 2, 1, None, 30)),
        ("2024-02--T10:30", Moment(2024, 2, None, 10, 30)),
        ("2003-12-15T13:-:17", Moment(2003, 12, 15, 13, None, 17)),
        ("2003-12-15T-:-:17", Moment(2003, 12, 15, None, None, 17)),
        ("--12-15", Moment(None, 12, 15)),
        ("-----T07:15", Moment(None, None, None, 7, 15)),
        ("2003----T07:15", Moment(2003, None, None, 7, 15)),
        ("2024-02-01T10:30Z", Moment(2024, 2, 1, 10, 30)),
        ("2024-02-01T10:30:05.250+08:00", Moment(2024, 2, 1, 10, 30, 5.25)),
    ],
)
def test_date_times(shown: str, moment: Moment) -> None:
    assert parse(shown) == moment


@pytest.mark.parametrize(
    "shown",
    ["", " ", "2024-", "2024-2", "2024-2-1", "2024--", "2024--15", "2024-02--", "2024T10",
     "2024-02T10:30", "2024-02-01T", "2024-02-01T-", "2024-02-01T24:00", "2024-02-01T10:60",
     "2024-02-01T-:60", "2024-02-01 10:30", "24-02-01", "0000-01-01", "2024-13", "2024-00",
     "2024-01-00", "２０２４-01-01", "2024-01-01\n", "20240101", "2024-02-01Z", "-----T",
     "2024-02-01T10:30+15:00", "2024-02-01T10:30+0800", "2024-02-01T10:30:60", "-", "---", "-----",
     "--13-01", "--02-30", "2024-01-01/", "/2024-01-01", "2024-01-01/x", "P3D",
     "2024-01-01/2024-01-02/2024-01-03"],
)  # fmt: skip
def test_not_iso_8601(shown: str) -> None:
    assert parse(shown) is None
    for reading in (complete_day, first_day, last_day, seconds):
        assert math.isnan(one(reading(text(shown))))


def test_no_minute_no_seconds() -> None:
    assert seconds(text("2024-02-01", "2024-02-01T10", "2024-02-01T-:30")).isna().all()
    assert one(seconds(text("1960-01-02T00:00"))) == 86400


@given(DATES, DATES)
def test_study_day_has_no_day_0(day: date, reference: date) -> None:
    difference = (day - reference).days
    found = one(study_day(pd.Series([float((day - EPOCH).days)]),
                          pd.Series([float((reference - EPOCH).days)])))  # fmt: skip
    assert found != 0
    assert found == (difference if difference < 0 else difference + 1)


def test_study_day_needs_both() -> None:
    days = study_day(pd.Series([1.0, math.nan, math.nan]), pd.Series([math.nan, 1.0, math.nan]))
    assert days.isna().all()


def test_nothing_in_nothing_out() -> None:
    numbers: list[float] = []
    for reading in (complete_day, first_day, last_day, seconds):
        assert str(reading(text()).dtype) == "float64"
        assert len(reading(text())) == 0
    assert iso_of_day(pd.Series(numbers, dtype="float64")).dtype == "str"
