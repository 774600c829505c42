"""EPOCH, reference days and the last result before exposure, on histories told by hand."""

from __future__ import annotations

import random
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.iso8601 import study_day
from sdtm.timing import before, epochs, last_before_exposure, reference_days

STUDY: Any = SimpleNamespace(epochs={"SCRN": "SCREENING", "TRT": "TREATMENT", "FUP": "FOLLOW-UP"})
few = settings(max_examples=40, deadline=None)


def texts(values: list[str]) -> pd.Series[str]:
    return pd.Series(values, dtype="str")


def se(*rows: tuple[str, str, str], subject: str = "S1") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["ETCD", "SESTDTC", "SEENDTC"], dtype="str")
    return frame.assign(USUBJID=texts([subject] * len(frame)))


WHOLE = se(
    ("SCRN", "2024-01-02", "2024-01-10T09:00"),
    ("TRT", "2024-01-10T09:00", "2024-01-24"),
    ("FUP", "2024-01-24", "2024-02-10"),
)


def epoch(day: str, elements: pd.DataFrame = WHOLE, subject: str = "S1") -> str:
    frame = pd.DataFrame({"USUBJID": texts([subject])})
    return str(epochs(frame, texts([day]), elements, STUDY).iloc[0])


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2024-01-01", ""),
        ("2024-01-02", "SCREENING"),
        ("2024-01-09T23:59", "SCREENING"),
        ("2024-01-10", "TREATMENT"),
        ("2024-01-10T08:30", "SCREENING"),
        ("2024-01-10T09:00", "TREATMENT"),
        ("2024-01-23", "TREATMENT"),
        ("2024-01-24", "FOLLOW-UP"),
        ("2024-01-24T01:00", "FOLLOW-UP"),
        ("2024-02-10", "FOLLOW-UP"),
        ("2024-02-11", ""),
        ("", ""),
    ],
)
def test_the_epoch_of_a_date(day: str, expected: str) -> None:
    assert epoch(day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2024-01", ""), ("2024-02", ""), ("2024", ""), ("2024---15", "")],
)
def test_a_partial_date_has_none_when_it_may_lie_in_two(day: str, expected: str) -> None:
    assert epoch(day) == expected


def test_a_partial_date_within_one_epoch_has_it() -> None:
    long = se(("SCRN", "2024-01-02", "2024-01-31"), ("TRT", "2024-01-31", "2024-06-30"))
    assert epoch("2024-03", long) == "TREATMENT"
    assert epoch("2024-01", long) == ""


def test_elements_of_one_epoch_are_one() -> None:
    study: Any = SimpleNamespace(epochs={"A": "TREATMENT", "B": "TREATMENT"})
    elements = se(("A", "2024-01-01", "2024-01-15"), ("B", "2024-01-15", "2024-01-31"))
    frame = pd.DataFrame({"USUBJID": texts(["S1"])})
    assert epochs(frame, texts(["2024-01"]), elements, study).tolist() == ["TREATMENT"]


def test_a_gap_between_elements_has_no_epoch() -> None:
    gap = se(("SCRN", "2024-01-02", "2024-01-05"), ("TRT", "2024-01-10", "2024-01-20"))
    assert [epoch(d, gap) for d in ("2024-01-05", "2024-01-07", "2024-01-10")] == [
        "SCREENING",
        "",
        "TREATMENT",
    ]


def test_the_last_element_is_open_when_it_has_no_end() -> None:
    assert epoch("2030-01-01", se(("FUP", "2024-01-24", ""))) == "FOLLOW-UP"


def test_where_elements_meet_on_an_unknown_day_only_certain_days_have_an_epoch() -> None:
    vague = se(("SCRN", "2024-01-02", "2024-02"), ("TRT", "2024-02", "2024-04"))
    found = [epoch(d, vague) for d in ("2024-01-31", "2024-02-15", "2024-02-29", "2024-03-01")]
    assert found == ["SCREENING", "", "TREATMENT", "TREATMENT"]


def test_an_element_that_starts_and_ends_on_the_day_of_the_next_gives_way() -> None:
    same = se(
        ("TRT", "2024-01-10", "2024-01-10"),
        ("FUP", "2024-01-10", "2024-02-10"),
    )
    assert epoch("2024-01-10", same) == "FOLLOW-UP"


def test_other_subjects_elements_do_not_count() -> None:
    assert epoch("2024-01-15", subject="S2") == ""
    both = pd.concat([WHOLE, se(("FUP", "2024-01-01", ""), subject="S2")])
    assert epoch("2024-01-15", both) == "TREATMENT"
    assert epoch("2024-01-15", both, "S2") == "FOLLOW-UP"


def test_without_se_there_is_no_epoch() -> None:
    frame = pd.DataFrame({"USUBJID": texts(["S1", "S2"])})
    assert epochs(frame, texts(["2024-01-15", ""]), None, STUDY).tolist() == ["", ""]
    assert epochs(frame, texts(["2024-01-15", ""]), WHOLE.iloc[:0], STUDY).tolist() == ["", ""]
    assert len(epochs(frame.iloc[:0], texts([]), WHOLE, STUDY)) == 0


@few
@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(-400, 400))
def test_moving_everything_by_days_changes_no_epoch(offsets: list[int], shift: int) -> None:
    def day(number: int) -> str:
        return (date(2024, 1, 1) + timedelta(days=number)).isoformat()

    frame = pd.DataFrame({"USUBJID": texts(["S1"] * len(offsets))})
    found = []
    for moved in (0, shift):
        elements = se(
            ("SCRN", day(5 + moved), day(20 + moved)),
            ("TRT", day(20 + moved), day(33 + moved)),
            ("FUP", day(40 + moved), day(50 + moved)),
        )
        dates = texts([day(n + moved) for n in offsets])
        found.append(epochs(frame, dates, elements, STUDY).tolist())
    assert found[0] == found[1]
    expected = {range(5, 20): "SCREENING", range(20, 34): "TREATMENT", range(40, 51): "FOLLOW-UP"}
    for number, said in zip(offsets, found[0], strict=True):
        assert said == next((e for r, e in expected.items() if number in r), "")


def test_reference_days_are_those_of_the_subject_and_complete() -> None:
    dm = pd.DataFrame(
        {"USUBJID": texts(["S1", "S2"]), "RFSTDTC": texts(["2024-01-10T09:00", "2024-01"])}
    )
    frame = pd.DataFrame({"USUBJID": texts(["S2", "S1", "S3"])})
    days = reference_days(frame, dm)
    assert days.tolist()[1] == 23385.0
    assert days.isna().tolist() == [True, False, True]
    assert reference_days(frame, None).isna().all()
    assert reference_days(frame, dm[["USUBJID"]]).isna().all()


@few
@given(st.integers(-1000, 1000))
def test_no_study_day_is_zero(offset: int) -> None:
    day = pd.Series([float(offset)])
    made = study_day(day, pd.Series([0.0])).iloc[0]
    assert made == (offset + 1 if offset >= 0 else offset)
    assert made != 0


def test_before_needs_both_times_on_one_day() -> None:
    start = texts(["2024-01-10T09:00"] * 5)
    dates = ["2024-01-09", "2024-01-10", "2024-01-10T08:59", "2024-01-10T09:01", "2024-01"]
    assert before(texts(dates), start).tolist() == [True, False, True, False, False]
    day = texts(["2024-01-10"] * 2)
    assert before(texts(["2024-01-10T08:00", ""]), day).tolist() == [False, False]


def results(*rows: tuple[str, str, str, str]) -> tuple[pd.DataFrame, list[str]]:
    """Rows of subject, test, date, result; and the flag of each by `last_before_exposure`."""
    frame = pd.DataFrame(rows, columns=["USUBJID", "LBTESTCD", "LBDTC", "LBORRES"], dtype="str")
    starts = {"S1": "2024-01-10T09:00", "S2": "2024-01-20", "S3": ""}
    start = texts([starts[s] for s in frame["USUBJID"]])
    flag = last_before_exposure(frame, frame["LBDTC"], frame["LBORRES"], ["LBTESTCD"], start)
    return frame, flag.tolist()


def test_the_last_result_before_exposure_is_flagged() -> None:
    _, flag = results(
        ("S1", "ALB", "2024-01-03", "1"),
        ("S1", "ALB", "2024-01-10T08:30", "2"),
        ("S1", "ALB", "2024-01-10T09:30", "3"),
        ("S1", "GLUC", "2024-01-03T10:00", "1"),
        ("S1", "GLUC", "2024-01-03", "2"),
        ("S1", "GLUC", "2024-01-08", ""),
        ("S2", "ALB", "2024-01-20", "1"),
        ("S2", "ALB", "2024-01", "1"),
        ("S3", "ALB", "2024-01-03", "1"),
    )
    assert flag == ["", "Y", "", "Y", "", "", "", "", ""]


moments = st.tuples(
    st.sampled_from(["S1", "S2", "S3"]),
    st.sampled_from(["ALB", "GLUC"]),
    st.integers(1, 28).map(lambda d: f"2024-01-{d:02d}"),
    st.sampled_from(["", "T08:00", "T10:00"]),
    st.sampled_from(["", "5"]),
)


@few
@given(st.lists(moments, max_size=20))
def test_one_flag_for_each_subject_and_test_always_before_exposure(
    rows: list[tuple[str, str, str, str, str]],
) -> None:
    given = [(s, t, d + h, r) for s, t, d, h, r in rows]
    _, flag = results(*given)
    chosen = [row for row, said in zip(given, flag, strict=True) if said == "Y"]
    starts = {"S1": "2024-01-10T09:00", "S2": "2024-01-20"}
    assert len({(s, t) for s, t, _, _ in chosen}) == len(chosen)
    assert all(r and d <= starts[s] for s, _, d, r in chosen)
    sure = {(s, t) for s, t, d, r in given if r and s in starts and d[:10] < starts[s][:10]}
    assert sure <= {(s, t) for s, t, _, _ in chosen}


@few
@given(
    st.lists(moments, max_size=12, unique_by=lambda r: (r[0], r[1], r[2], r[3])),
    st.integers(0, 999),
)
def test_the_order_of_rows_does_not_decide_the_flag(
    rows: list[tuple[str, str, str, str, str]], seed: int
) -> None:
    whole = [(s, t, d + h, r) for s, t, d, h, r in rows]
    mixed = whole.copy()
    random.Random(seed).shuffle(mixed)
    first, second = results(*whole)[1], results(*mixed)[1]
    assert dict(zip(whole, first, strict=True)) == dict(zip(mixed, second, strict=True))
