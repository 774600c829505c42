"""Treatment emergence by intervals, and occurrence flags."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adam.occds import Moments, occurrence_flag, treatment_emergent

INFUSION = "2023-03-15T10:30"


def moments(*values: str) -> Moments:
    return Moments(pd.Series(list(values), dtype="str"))


def flag(
    start: str,
    end: str = "",
    therapy: str = "",
    infusion: str = INFUSION,
    last: str = "",
    days: int = 0,
) -> str:
    begins, ends, since, before, until = (moments(v) for v in (start, end, infusion, therapy, last))
    found = treatment_emergent(begins, ends, since, before=before, until=until, days=days)
    return str(found[0])


@pytest.mark.parametrize(
    ("start", "end", "expected", "why"),
    [
        ("2023-03-16", "", "Y", "the day after, ongoing"),
        ("2023-03-14", "", "", "the day before"),
        ("2023-03-15", "", "Y", "the infusion's day, no time: days are compared"),
        ("2023-03-15T10:30", "", "Y", "the very minute"),
        ("2023-03-15T10:29", "", "", "both times known, before"),
        ("2023-03-15T09", "", "Y", "an hour without minutes is not a time: days are compared"),
        ("2023-03", "", "Y", "the month could be after"),
        ("2023-02", "", "", "the month is before"),
        ("2023-04", "", "Y", "the month is after"),
        ("2023", "", "Y", "the year could be after"),
        ("2022", "", "", "the year is before"),
        ("", "", "Y", "unknown start could be after; the missing end does not blank it"),
        ("", "2023-03-14", "", "unknown start, ended before"),
        ("", "2023-03-15", "Y", "unknown start, ended on the day: not before"),
        ("", "2023-03-15T10:29", "", "unknown start, ended before by time"),
        ("", "2023-03", "Y", "the end could be after"),
        ("", "2023-02", "", "the end is before in any case"),
        ("2023-03", "2023-03-10", "", "could be after, but ended before"),
        ("2023-03", "2023-03-20", "Y", "could be after"),
        ("2023-03-15", "2023-03-15T08:00", "", "no start time, ended before the infusion"),
        ("2023-03-20", "2023-03-10", "Y", "a known start decides; the end contradicts it"),
        ("2023-03-15", "2023-03-10", "Y", "likewise on the day"),
        ("2023-04", "2023-03-10", "Y", "wholly after; the end contradicts it"),
    ],
)
def test_treatment_emergent(start: str, end: str, expected: str, why: str) -> None:
    assert flag(start, end) == expected, why


def test_infusion_without_time_or_without_infusion() -> None:
    """Without the infusion's time an event of its day counts; without infusion nothing does."""
    assert flag("2023-03-15T10:29", infusion="2023-03-15") == "Y"
    assert flag("2023-03-16", infusion="") == ""
    assert flag("", infusion="") == ""


@pytest.mark.parametrize(
    ("start", "therapy", "expected", "why"),
    [
        ("2023-06-01", "2023-06-02", "Y", "the day before new therapy"),
        ("2023-06-02", "2023-06-02", "", "its first day is not before"),
        ("2023-06", "2023-06-02", "Y", "could be 1 June"),
        ("2023-07", "2023-06-02", "", "after in any case"),
        ("2023-06-15", "2023-06", "Y", "the therapy could be later in June"),
        ("2023-07-01", "2023-06", "", "after it in any case"),
        ("", "2023-06-02", "Y", "could be between"),
        ("2023", "2023-03-15", "", "new therapy on the infusion's day leaves no day between"),
    ],
)
def test_before_new_therapy(start: str, therapy: str, expected: str, why: str) -> None:
    assert flag(start, therapy=therapy) == expected, why


@pytest.mark.parametrize(
    ("start", "last", "days", "expected", "why"),
    [
        ("2023-04-14", "2023-03-15", 30, "Y", "30 days after the last treatment"),
        ("2023-04-15", "2023-03-15", 30, "", "31 days after"),
        ("2023-04-15", "", 30, "Y", "treatment goes on"),
        ("2023-04", "2023-03-15", 30, "Y", "could be 14 April"),
        ("2023-05", "2023-03-15", 30, "", "later in any case"),
        ("2023-04-15", "2023-03", 30, "Y", "the last treatment could be on 31 March"),
        ("", "2023-03-15", 0, "Y", "could be on the day of treatment"),
    ],
)
def test_until_some_days_after_the_last_treatment(
    start: str, last: str, days: int, expected: str, why: str
) -> None:
    assert flag(start, last=last, days=days) == expected, why


def test_numbers_do_as_well_as_text() -> None:
    """The infusion as SAS seconds or as SAS days, new therapy as SAS days."""
    start = moments("2023-03-15T10:29", "2023-03-15T10:30", "2023-06-02")
    timed = Moments(pd.Series([(23084 * 24 + 10.5) * 3600] * 3), timed=True)
    therapy = Moments(pd.Series([23163.0, float("nan"), 23163.0]))
    assert treatment_emergent(start, None, timed, before=therapy).tolist() == ["", "Y", ""]
    day = Moments(pd.Series([23084.0] * 3))
    assert treatment_emergent(start, None, day, before=therapy).tolist() == ["Y", "Y", ""]


def events() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": ["A", "A", "A", "B", "B"],
            "AEDECOD": ["Fever", "Fever", "Rash", "", "Fever"],
            "ASTDT": [5.0, float("nan"), 3.0, 2.0, 2.0],
            "GRADE": [2.0, 3.0, 3.0, float("nan"), 1.0],
            "AESEQ": [1.0, 2.0, 3.0, 2.0, 1.0],
        }
    )


def test_first_and_worst_occurrence() -> None:
    """A: first by date is row 2 (day 3), a missing date comes last. Worst is grade 3: rows 1
    and 2, of which row 2 has a date. B: tie of dates, the lower --SEQ is row 4.
    """
    frame = events()
    assert occurrence_flag(frame, ["USUBJID"], ["ASTDT", "AESEQ"]).tolist() == (
        ["", "", "Y", "", "Y"]
    )
    worst = occurrence_flag(frame, ["USUBJID"], ["-GRADE", "ASTDT", "AESEQ"])
    assert worst.tolist() == ["", "", "Y", "", "Y"]
    per_term = occurrence_flag(frame, ["USUBJID", "AEDECOD"], ["-GRADE", "ASTDT", "AESEQ"])
    assert per_term.tolist() == ["", "Y", "Y", "Y", "Y"]
    last = occurrence_flag(frame, ["USUBJID"], ["ASTDT", "AESEQ"], last=True)
    assert last.tolist() == ["Y", "", "", "Y", ""]


def test_a_part_of_the_rows_and_text_downwards() -> None:
    frame = events()
    some = occurrence_flag(frame[frame["GRADE"] < 3], ["USUBJID"], ["ASTDT", "AESEQ"])
    assert some.to_dict() == {0: "Y", 4: "Y"}
    down = occurrence_flag(frame, ["USUBJID"], ["-AEDECOD", "AESEQ"])
    assert down.tolist() == ["", "", "Y", "", "Y"]
    with pytest.raises(ValueError, match="at least one"):
        occurrence_flag(frame, ["USUBJID"], [])
    with pytest.raises(KeyError, match="ASTDTM"):
        occurrence_flag(frame, ["USUBJID"], ["ASTDTM"])


def test_no_rows() -> None:
    frame = events().iloc[:0]
    assert occurrence_flag(frame, ["USUBJID"], ["ASTDT", "AESEQ"]).empty
    none = moments()
    assert treatment_emergent(none, none, none, before=none).empty


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 3), st.integers(0, 3)), max_size=10),
    st.randoms(use_true_random=False),
)
def test_order_of_rows_is_nothing(rows: list[tuple[str, int, int]], random: object) -> None:
    frame = pd.DataFrame(
        {
            "USUBJID": pd.Series([r[0] for r in rows], dtype="str"),
            "ASTDT": pd.Series([r[1] for r in rows], dtype="float64"),
            "GRADE": pd.Series([r[2] for r in rows], dtype="float64"),
            "AESEQ": pd.Series(range(len(rows)), dtype="float64"),
        }
    )
    expected = occurrence_flag(frame, ["USUBJID"], ["-GRADE", "ASTDT", "AESEQ"])
    places = list(range(len(rows)))
    random.shuffle(places)  # type: ignore[attr-defined]
    got = occurrence_flag(frame.iloc[places], ["USUBJID"], ["-GRADE", "ASTDT", "AESEQ"])
    pd.testing.assert_series_equal(got.sort_index(), expected)
    assert (expected == "Y").sum() == frame["USUBJID"].nunique()
