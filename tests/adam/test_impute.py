"""Partial dates: what is imputed, within which bounds, and the flag that says so."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adam.dates import bounds, first_day, last_day
from adam.impute import death_date, impute_date, impute_datetime
from mappings.iso8601 import iso_of_day


def text(*values: str) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def day(iso: str) -> float:
    return float(date.fromisoformat(iso).toordinal() - date(1960, 1, 1).toordinal())


def moment(iso: str) -> float:
    whole, clock = iso.split("T")
    hour, minute, second = (int(part) for part in clock.split(":"))
    return day(whole) * 86400 + hour * 3600 + minute * 60 + second


def series(*values: float) -> pd.Series:
    return pd.Series(list(values), dtype="float64")


@pytest.mark.parametrize(
    ("dtc", "how", "expected", "flag"),
    [
        ("2023-05-17", "first", "2023-05-17", ""),
        ("2023-05-17T10:30", "last", "2023-05-17", ""),
        ("2023-05", "first", "2023-05-01", "D"),
        ("2024-02", "last", "2024-02-29", "D"),
        ("2023-02", "mid", "2023-02-15", "D"),
        ("2023", "first", "2023-01-01", "M"),
        ("2023", "last", "2023-12-31", "M"),
        ("2023", "mid", "2023-06-30", "M"),
        ("2024", "mid", "2024-06-30", "M"),
        ("2023---15", "first", "2023-01-15", "M"),
        ("2023---15", "mid", "2023-06-30", "M"),
        ("2023---15", "last", "2023-12-15", "M"),
        ("", "first", "", ""),
        ("2023-02-30", "first", "", ""),
    ],
)
def test_impute_date(dtc: str, how: str, expected: str, flag: str) -> None:
    got = impute_date(text(dtc), how=how)
    assert (iso_of_day(got.dt)[0], got.dtf[0]) == (expected, flag)


def test_highest_level_leaves_missing_what_it_does_not_allow() -> None:
    got = impute_date(text("2023-05", "2023", "2023-05-01"), highest="D")
    assert got.dt.isna().tolist() == [False, True, False]
    assert got.dtf.tolist() == ["D", "", ""]
    none = impute_date(text("2023-05", "2023-05-01"), highest="n")
    assert none.dt.isna().tolist() == [True, False]


def test_constraints_move_imputed_values_only_and_only_as_far_as_possible() -> None:
    """Infusion 10 May. "2023-05" becomes 10 May; "2023-04" cannot; 3 May was collected."""
    infusion = pd.Series(day("2023-05-10"), index=range(4))
    got = impute_date(text("2023-05", "2023-04", "2023-05-03", "2023"), not_before=infusion)
    assert iso_of_day(got.dt).tolist() == ["2023-05-10", "2023-04-01", "2023-05-03", "2023-05-10"]
    assert got.dtf.tolist() == ["D", "D", "", "M"]
    ends = impute_date(text("2023-05", "2023-06"), how="last", not_after=infusion[:2])
    assert iso_of_day(ends.dt).tolist() == ["2023-05-10", "2023-06-30"]


def test_a_wholly_unknown_date_takes_its_constraint_at_level_y() -> None:
    infusion = series(day("2023-05-10"), np.nan)
    got = impute_date(text("", ""), highest="Y", not_before=infusion)
    assert iso_of_day(got.dt).tolist() == ["2023-05-10", ""]
    assert got.dtf.tolist() == ["Y", ""]


def test_unknown_words_are_errors() -> None:
    with pytest.raises(ValueError, match="none of"):
        impute_date(text("2023"), highest="day")
    with pytest.raises(ValueError, match="none of"):
        impute_date(text("2023"), how="middle")


@pytest.mark.parametrize(
    ("dtc", "how", "expected", "flags"),
    [
        ("2023-05-17T10:30:20", "first", "2023-05-17T10:30:20", ("", "")),
        ("2023-05-17T10:30", "first", "2023-05-17T10:30:00", ("", "S")),
        ("2023-05-17T10", "last", "2023-05-17T10:59:59", ("", "M")),
        ("2023-05-17", "last", "2023-05-17T23:59:59", ("", "H")),
        ("2023-05", "first", "2023-05-01T00:00:00", ("D", "H")),
        ("2023", "mid", "2023-06-30T12:30:30", ("M", "H")),
    ],
)
def test_impute_datetime(dtc: str, how: str, expected: str, flags: tuple[str, str]) -> None:
    got = impute_datetime(text(dtc), highest="M", how=how)
    assert got.dtm[0] == moment(expected)
    assert (got.dtf[0], got.tmf[0]) == flags


def test_datetime_not_before_the_infusion() -> None:
    """No time on the infusion day becomes the infusion's time; no day in its month as well."""
    infusion = pd.Series(moment("2023-05-10T10:30:00"), index=range(3))
    got = impute_datetime(
        text("2023-05-10", "2023-05", "2023-05-11"), highest="M", not_before=infusion
    )
    expected = ["2023-05-10T10:30:00", "2023-05-10T10:30:00", "2023-05-11T00:00:00"]
    assert got.dtm.tolist() == [moment(e) for e in expected]


def test_datetime_levels_and_uncollected_seconds() -> None:
    dtc = text("2023-05-10T10:30", "2023-05-10", "2023-05")
    assert impute_datetime(dtc).dtm.notna().tolist() == [True, True, False]
    assert impute_datetime(dtc, highest="s").dtm.notna().tolist() == [True, False, False]
    plain = impute_datetime(dtc, highest="n", seconds_collected=False)
    assert plain.dtm.notna().tolist() == [True, False, False]
    assert plain.tmf.tolist() == ["", "", ""]


def test_partial_death_date() -> None:
    """The later of the first possible day and the day after last known alive.

    Death "2023-05": last alive 12 May gives 13 May; last alive 20 April gives 1 May; none
    known gives 1 May. A full date stays, whatever was known. "2023" with last alive 30 June
    gives 1 July, month imputed. Nothing at all: the day after last alive, when that is asked.
    """
    dtc = text("2023-05", "2023-05", "2023-05", "2023-05-02", "2023", "")
    alive = series(
        day("2023-05-12"),
        day("2023-04-20"),
        np.nan,
        day("2023-05-12"),
        day("2023-06-30"),
        day("2023-06-30"),
    )
    expected = ["2023-05-13", "2023-05-01", "2023-05-01", "2023-05-02", "2023-07-01"]
    for unknown, (iso, flag) in ((True, ("2023-07-01", "Y")), (False, ("", ""))):
        got = death_date(dtc, alive, unknown=unknown)
        assert iso_of_day(got.dt).tolist() == [*expected, iso]
        assert got.dtf.tolist() == ["D", "D", "D", "", "M", flag]


def test_bounds() -> None:
    both = bounds(text("2023-05", "2023-05-17T10:30", ""))
    assert both["first"].tolist()[:2] == [
        moment("2023-05-01T00:00:00"),
        moment("2023-05-17T10:30:00"),
    ]
    assert both["last"].tolist()[:2] == [
        moment("2023-05-31T23:59:59"),
        moment("2023-05-17T10:30:59"),
    ]
    assert both.loc[2].isna().all()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.dates(date(1950, 1, 1), date(2049, 12, 31)).flatmap(
            lambda d: st.sampled_from([d.isoformat(), d.isoformat()[:7], d.isoformat()[:4]])
        ),
        min_size=1,
        max_size=10,
    ),
    st.sampled_from(["first", "mid", "last"]),
    st.integers(-4000, 33000),
)
def test_imputed_dates_stay_possible(texts: list[str], how: str, bound: int) -> None:
    """An imputed date is one the text can mean, is flagged, and keeps what was collected."""
    dtc = text(*texts)
    limit = pd.Series(float(bound), index=dtc.index)
    got = impute_date(dtc, how=how, not_before=limit)
    assert (got.dt >= first_day(dtc)).all()
    assert (got.dt <= last_day(dtc)).all()
    iso = iso_of_day(got.dt)
    assert [i.startswith(t) for i, t in zip(iso, texts, strict=True)] == [True] * len(texts)
    assert ((got.dtf == "") == (dtc.str.len() == 10)).all()
