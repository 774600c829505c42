"""What holds for the verbs of ADaM whatever the data: order of rows, shifts, definitions."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

LINES = """\
ANL01FL: {flag: first, per: [PARAMCD], order: [-AVAL, ADT], when: {USED: Y}}
ANL02FL: {flag: last, order: [ADT]}
BASE: {group: AVAL, per: [PARAMCD], take: last, order: [ADT], where: {USED: Y}}
NADIR: {group: AVAL, per: [PARAMCD], take: min, order: [ADT], upto: before, label: L}
RUNSUM: {group: AVAL, per: [PARAMCD], take: sum, order: [ADT], upto: here, label: L}
MEAN: {group: AVAL, per: [PARAMCD], take: mean, label: L}
CHG: {calc: [AVAL, "-", BASE]}
ADY: {day: ADT, since: TRTSDT}
ADURN: {span: [TRTSDT, ADT], unit: weeks, negative: keep, label: L}
AVISIT: {window: ADY, table: windows}
EMERFL: {emergent: [START, END], since: TRTSDT, before: NACTDT, until: TRTEDT, days: 30, label: L}
"""
MADE = (
    *("ANL01FL", "ANL02FL", "BASE", "NADIR", "RUNSUM", "MEAN", "CHG", "ADY", "ADURN"),
    *("AVISIT", "AVISITN", "AWTARGET", "AWTDIFF", "EMERFL"),
)
WINDOWS = {
    "windows": [
        {"AVISIT": "Before", "AVISITN": "0", "from": "", "to": "-1", "target": "-1"},
        {"AVISIT": "Early", "AVISITN": "1", "from": "1", "to": "10", "target": "5"},
        {"AVISIT": "Late", "AVISITN": "2", "from": "11", "to": "", "target": "20"},
    ]
}
START = date(2024, 1, 15)
days = st.integers(-30, 60) | st.none()
Row = tuple[str, str, int | None, float | None, str, int | None, int | None]
rows: st.SearchStrategy[list[Row]] = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        st.sampled_from("XY"),
        days,
        st.integers(-3, 3).map(float) | st.none(),
        st.sampled_from(["Y", ""]),
        days,
        days,
    ),
    min_size=1,
    max_size=12,
)


def sas(day: int | None, shift: int) -> float:
    if day is None:
        return math.nan
    return float((START + timedelta(days=day + shift) - date(1960, 1, 1)).days)


def iso(day: int | None, shift: int) -> str:
    return "" if day is None else (START + timedelta(days=day + shift)).isoformat()


def frame(table: Any, drawn: list[Row], shift: int = 0) -> pd.DataFrame:
    count = len(drawn)
    made: pd.DataFrame = table(
        {
            "USUBJID": [r[0] for r in drawn],
            "PARAMCD": [r[1] for r in drawn],
            "ADT": [sas(r[2], shift) for r in drawn],
            "AVAL": [math.nan if r[3] is None else r[3] for r in drawn],
            "USED": [r[4] for r in drawn],
            "START": [iso(r[5], shift) for r in drawn],
            "END": [iso(r[6], shift) for r in drawn],
            "TRTSDT": [sas(0, shift)] * count,
            "TRTEDT": [sas(7, shift)] * count,
            "NACTDT": [sas(25, shift)] * count,
        }
    )
    return made


@settings(max_examples=12, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    tried: Any, table: Any, drawn: list[Row], random: Any
) -> None:
    given_ = frame(table, drawn)
    made, _ = tried.run(LINES, given_, WINDOWS)
    places = list(range(len(drawn)))
    random.shuffle(places)
    again, _ = tried.run(LINES, given_.iloc[places].reset_index(drop=True), WINDOWS)
    again = again.sort_values("_row").reset_index(drop=True)
    for name in MADE:
        pd.testing.assert_series_equal(again[name], made[name], check_exact=True)


@settings(max_examples=12, deadline=None)
@given(rows, st.integers(-400, 400))
def test_a_shift_of_all_dates_changes_nothing(
    tried: Any, table: Any, drawn: list[Row], shift: int
) -> None:
    made, _ = tried.run(LINES, frame(table, drawn), WINDOWS)
    moved, _ = tried.run(LINES, frame(table, drawn, shift), WINDOWS)
    for name in MADE:
        pd.testing.assert_series_equal(moved[name], made[name])


@settings(max_examples=12, deadline=None)
@given(rows)
def test_a_subject_alone_gets_what_it_gets_among_others(
    tried: Any, table: Any, drawn: list[Row]
) -> None:
    """Every rule is a function of one subject's records, so work may be split by subject."""
    given_ = frame(table, drawn)
    made, _ = tried.run(LINES, given_, WINDOWS)
    for subject in given_["USUBJID"].unique():
        own = (given_["USUBJID"] == subject).to_numpy()
        alone, _ = tried.run(LINES, given_[own].reset_index(drop=True), WINDOWS)
        for name in MADE:
            pd.testing.assert_series_equal(
                alone[name], made.loc[own, name].reset_index(drop=True), check_exact=True
            )


@settings(max_examples=12, deadline=None)
@given(rows)
def test_values_are_those_of_the_definition(tried: Any, table: Any, drawn: list[Row]) -> None:
    """Computed once more, record by record."""
    made, _ = tried.run(LINES, frame(table, drawn), WINDOWS)
    for i, (subject, code, day, value, _, _, _) in enumerate(drawn):
        group = [r for r in drawn if r[:2] == (subject, code) and r[3] is not None]
        known = [float(r[3]) for r in group if r[3] is not None]
        mean = made.loc[i, "MEAN"]
        assert math.isnan(mean) if not known else mean == pytest.approx(sum(known) / len(known))
        earlier = [r for r in group if None not in (day, r[2]) and r[2] < day]  # type: ignore[operator]
        nadir = made.loc[i, "NADIR"]
        assert math.isnan(nadir) if not earlier else nadir == min(r[3] for r in earlier)  # type: ignore[type-var]
        upto = [r for r in group if None not in (day, r[2]) and r[2] <= day]  # type: ignore[operator]
        total = made.loc[i, "RUNSUM"]
        assert math.isnan(total) if not upto else total == sum(r[3] for r in upto)  # type: ignore[misc]
        base = made.loc[i, "BASE"]
        expected = math.nan if value is None or math.isnan(base) else value - base
        assert made.loc[i, "CHG"] == expected or math.isnan(expected)
    used = [(r[0], r[1]) for r in drawn if r[4] == "Y"]
    flagged = made[made["ANL01FL"] == "Y"]
    assert len(flagged) == len(set(used))
    assert (made["ANL02FL"] == "Y").sum() == len({r[0] for r in drawn})
    for place in flagged.index:
        rivals = [r[3] for r in drawn if r[:2] == drawn[place][:2] and r[4] == "Y"]
        assert drawn[place][3] == max((v for v in rivals if v is not None), default=None)


PARTS = st.sampled_from([4, 7, 10, 13, 16, 19])


@settings(max_examples=40, deadline=None)
@given(
    st.datetimes(
        min_value=pd.Timestamp(1950, 1, 1).to_pydatetime(),
        max_value=pd.Timestamp(2049, 12, 31).to_pydatetime(),
    ),
    PARTS,
    st.sampled_from(["first", "mid", "last"]),
    st.sampled_from(["first", "mid", "last"]),
)
def test_an_imputed_date_time_is_one_that_the_text_can_mean(
    tried: Any, table: Any, moment: Any, length: int, way: str, clock: str
) -> None:
    text = moment.isoformat(timespec="seconds")[:length]
    line = (
        f"ASTDTM: {{date: AESTDTC, impute: {way}, clock: {clock}, highest: M, seconds: true, "
        "dtf: ASTDTF, tmf: ASTTMF}\nASTDT: {date: ASTDTM}"
    )
    made, _ = tried.run(line, table({"AESTDTC": [text]}))
    got = pd.Timestamp(1960, 1, 1) + pd.Timedelta(seconds=made.loc[0, "ASTDTM"])
    assert got.isoformat(timespec="seconds").startswith(text)
    assert made.loc[0, "ASTDT"] == made.loc[0, "ASTDTM"] // 86400
    flags = {4: ("M", "H"), 7: ("D", "H"), 10: ("", "H"), 13: ("", "M"), 16: ("", "S")}
    assert (made.loc[0, "ASTDTF"], made.loc[0, "ASTTMF"]) == flags.get(length, ("", ""))
