"""Visits: planned ones by study.yaml, unscheduled ones by their date."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.findings import SpecificationFault
from mappings.scope import Report
from mappings.study import Visit
from sdtm.visits import add_visits, planned, unscheduled_table

VISITS = (
    Visit(("SCR", "SCREENING"), "SCREENING", 1.0, -7),
    Visit(("D1",), "DAY 1", 2.0, 1),
    Visit(("D14",), "DAY 14", 3.0),
    Visit(("UNS",), "UNSCHEDULED", 99.0, None, True),
)
STUDY: Any = SimpleNamespace(visits=VISITS)


def sv(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["USUBJID", "_event", "_repeat", "SVSTDTC"], dtype="str")
    return frame.assign(_form="sv", _row=range(2, len(frame) + 2), _id="")


def numbers(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    table = unscheduled_table(STUDY, frame)
    keys = zip(table["USUBJID"], table["_repeat"], strict=True)
    return dict(zip(keys, table["VISITNUM"], strict=True))


def test_every_name_of_an_event_leads_to_its_visit() -> None:
    assert list(planned(STUDY)) == ["SCR", "SCREENING", "D1", "D14", "UNS"]
    assert planned(STUDY)["SCREENING"].number == 1.0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{event: D1, visit: DAY 9, number: 9}", "event 'D1' stands"),
        ("{event: [D9, SCR], visit: DAY 9, number: 9}", "event 'SCR' stands"),
        ("{event: D9, visit: DAY 9, number: 1.0}", "number '1' stands"),
        ("{event: D9, visit: DAY 1, number: 9}", "visit 'DAY 1' stands"),
    ],
)
def test_a_number_for_two_names_is_a_fault(build: Callable[..., Any], line: str, said: str) -> None:
    last = "  - {event: UNS, visit: UNSCHEDULED, number: 99, unscheduled: true}\n"
    with pytest.raises(SpecificationFault) as caught:
        build({"study.yaml": [(last, f"  - {line}\n{last}")]})
    [fault] = caught.value.findings
    assert fault.rule == "visits.twice"
    assert said in fault.message
    assert fault.spec is not None
    # SCREENING stands three lines above the new visit, DAY 1 two.
    first = fault.spec.line - (3 if "SCR" in said or "'1'" in said else 2)
    assert fault.message.endswith(f"already: study.yaml:{first}")


def test_two_names_of_the_export_for_one_visit_are_none(build: Callable[..., Any]) -> None:
    more = "  - {event: D01, visit: DAY 1, number: 2, day: 1}\n  - {event: UNS,"
    assert build({"study.yaml": [("  - {event: UNS,", more)]})["SV"]["VISITNUM"].max() < 4


def test_an_unscheduled_visit_is_numbered_behind_the_planned_one_before_it() -> None:
    found = numbers(
        sv(
            ("S1", "D1", "1", "2024-01-10"),
            ("S1", "D14", "1", "2024-01-23"),
            ("S1", "UNS", "1", "2024-01-31"),
            ("S1", "UNS", "2", "2024-01-15"),
            ("S1", "UNS", "3", "2024-01-10"),
            ("S1", "UNS", "4", "2024-01-01"),
            ("S2", "UNS", "1", "2024-01-15"),
        )
    )
    assert found == {
        ("S1", "1"): 3.1,
        ("S1", "2"): 2.2,
        ("S1", "3"): 2.1,
        ("S1", "4"): 0.1,
        ("S2", "1"): 0.1,
    }


def test_more_than_nine_visits_between_two_planned_ones_keep_numbers_of_their_own() -> None:
    rows = [("S1", "UNS", str(i), f"2024-01-{i + 1:02d}") for i in range(1, 21)]
    found = numbers(sv(("S1", "D1", "1", "2024-01-01"), *rows))
    given = [found["S1", str(i)] for i in range(1, 21)]
    assert given[:3] == [2.1, 2.2, 2.3]
    assert given[8:11] == [2.9, 2.91, 2.92]
    assert given[17:] == [2.99, 2.991, 2.992]
    assert given == sorted(set(given))


def test_on_one_day_the_repeat_decides_as_a_number() -> None:
    found = numbers(sv(("S1", "UNS", "10", "2024-01-15"), ("S1", "UNS", "9", "2024-01-15")))
    assert found == {("S1", "9"): 0.1, ("S1", "10"): 0.2}


def test_a_visit_without_a_date_or_a_partial_one() -> None:
    found = numbers(
        sv(
            ("S1", "D1", "1", "2024-01-10"),
            ("S1", "UNS", "1", ""),
            ("S1", "UNS", "2", "2024-02"),
        )
    )
    assert found == {("S1", "2"): 2.1}


def test_a_visit_that_stands_twice_in_sv_is_one_visit() -> None:
    frame = sv(("S1", "UNS", "1", "2024-02-01"), ("S1", "UNS", "1", "2024-01-05"))
    table = unscheduled_table(STUDY, frame)
    assert len(table) == 1
    made = add_visits(frame, STUDY, table, Report({}), "SV")
    assert made["VISITNUM"].tolist() == [0.1, 0.1]


def test_without_sv_no_unscheduled_visit_has_a_number() -> None:
    table = unscheduled_table(STUDY, None)
    assert list(table.columns) == ["USUBJID", "_event", "_repeat", "VISITNUM"]
    assert len(table) == 0
    assert table["VISITNUM"].dtype == "float64"


def test_name_number_and_day_of_a_record() -> None:
    frame = sv(
        ("S1", "SCREENING", "1", ""),
        ("S1", "D14", "1", ""),
        ("S1", "UNS", "1", "2024-01-31"),
        ("S1", "", "1", ""),
    )
    report = Report({"sv": "raw/sv.csv"})
    made = add_visits(frame, STUDY, unscheduled_table(STUDY, frame), report, "LB")
    assert made["VISIT"].tolist() == ["SCREENING", "DAY 14", "UNSCHEDULED 0.1", ""]
    assert made["VISITNUM"].tolist()[:3] == [1.0, 3.0, 0.1]
    assert np.isnan(made["VISITNUM"].iloc[3])
    assert made["VISITDY"].iloc[0] == -7.0
    assert made["VISITDY"].iloc[1:].isna().all()
    assert report.findings == []


def test_an_unknown_event_is_a_finding_and_the_record_stays() -> None:
    frame = sv(("S1", "D15", "1", "2024-01-24"))
    report = Report({"sv": "raw/sv.csv"})
    made = add_visits(frame, STUDY, unscheduled_table(STUDY, None), report, "LB")
    assert len(made) == 1
    assert made["VISIT"].tolist() == [""]
    [finding] = report.findings
    assert (finding.rule, finding.dataset, finding.variable) == ("visit.unknown", "LB", "VISITNUM")
    assert finding.message == "'D15' is no visit of study.yaml"
    assert str(finding.raw) == "raw/sv.csv, row 2"


def test_an_unscheduled_record_whose_visit_has_no_date_is_a_finding() -> None:
    frame = sv(("S1", "UNS", "7", "2024-01-24"))
    report = Report({"sv": "raw/sv.csv"})
    made = add_visits(frame, STUDY, unscheduled_table(STUDY, None), report, "LB")
    assert made["VISIT"].tolist() == ["UNSCHEDULED"]
    assert [f.rule for f in report.findings] == ["visit.unplaced"]


def test_no_records_no_visits() -> None:
    empty = sv()
    made = add_visits(empty, STUDY, unscheduled_table(STUDY, empty), Report({}), "LB")
    assert len(made) == 0
    assert made["VISITNUM"].dtype == "float64"
    assert made["VISIT"].dtype == "str"


few = settings(max_examples=25, deadline=None)
days = st.lists(st.integers(1, 28), min_size=1, max_size=25)


@few
@given(days, st.integers(0, 2**16))
def test_the_order_of_the_rows_does_not_matter(given_days: list[int], seed: int) -> None:
    rows = [("S1", "UNS", str(i), f"2024-01-{d:02d}") for i, d in enumerate(given_days)]
    rows += [("S1", "D1", "1", "2024-01-05"), ("S1", "D14", "1", "2024-01-19")]
    mixed = rows.copy()
    random.Random(seed).shuffle(mixed)
    assert numbers(sv(*mixed)) == numbers(sv(*rows))


@few
@given(days)
def test_numbers_follow_the_dates_and_no_two_visits_share_one(given_days: list[int]) -> None:
    rows = [("S1", "UNS", str(i), f"2024-01-{d:02d}") for i, d in enumerate(given_days)]
    found = numbers(sv(("S1", "D14", "1", "2024-01-14"), *rows))
    assert len(set(found.values())) == len(rows)
    by_number = sorted(range(len(rows)), key=lambda i: found["S1", str(i)])
    assert [given_days[i] for i in by_number] == sorted(given_days)
    assert all((number < 1) == (given_days[int(i)] < 14) for (_, i), number in found.items())


@few
@given(days)
def test_a_later_visit_moves_no_earlier_one(given_days: list[int]) -> None:
    rows = [("S1", "UNS", str(i), f"2024-01-{d:02d}") for i, d in enumerate(given_days)]
    later = ("S1", "UNS", "99", "2024-01-31")
    before, after = numbers(sv(*rows)), numbers(sv(later, *rows))
    assert {k: v for k, v in after.items() if k in before} == before


def test_in_the_study_both_datasets_show_one_visit(base: Any) -> None:
    named = base["SV"].set_index("VISITNUM")["VISIT"].to_dict()
    assert named[3.1] == "UNSCHEDULED 3.1"
    lb = base["LB"]
    assert [named[n] for n in lb["VISITNUM"]] == lb["VISIT"].tolist()
