from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
import pytest

from mappings.export import _first_numbers
from mappings.findings import RawPlace, Severity
from mappings.raw import FormSettings, RawForm, RawTable, SubjectRule, make_form

RULE = SubjectRule(
    "ST1",
    re.compile(r"(?P<site>\d{2})-(?P<subject>\d{3})"),
    ("$STUDYID", "-", "$SITEID", "-", "$SUBJID"),
)
SETTINGS = FormSettings(
    "ae", "raw/ae.csv", subject="Subject", event="Folder", id=("R", "Q"),
    active_column="Active", active_value="1", active_reason="Deleted",
)  # fmt: skip


def form(
    rule: SubjectRule = RULE, settings: FormSettings = SETTINGS, **changes: list[str]
) -> RawForm:
    columns = {
        "Subject": ["01-001", "01-002", "02-001"],
        "Folder": ["SCR", "D1", "D1"],
        "R": ["1", "2", "3"],
        "Q": ["a", "b", "c"],
        "Active": ["1", "0", "1"],
    } | changes
    cells = pd.DataFrame({n: pd.Series(v, dtype="str") for n, v in columns.items()})
    lines = pd.Series(range(2, len(cells) + 2), dtype="int64")
    return make_form(RawTable(tuple(columns), cells, lines), settings, rule)


def test_whose_record_it_is() -> None:
    made = form()
    frame = made.frame
    assert frame["USUBJID"].tolist() == ["ST1-01-001", "ST1-02-001"]
    assert frame["SITEID"].tolist() == ["01", "02"]
    assert frame["SUBJID"].tolist() == ["001", "001"]
    assert frame["STUDYID"].tolist() == ["ST1", "ST1"]
    assert frame["_event"].tolist() == ["SCR", "D1"]
    assert frame["_repeat"].tolist() == ["", ""]
    assert frame["_id"].tolist() == ["1|a", "3|c"]
    assert frame["_form"].tolist() == ["ae", "ae"]
    assert frame["_row"].tolist() == [2, 4]
    assert frame.index.tolist() == [0, 1]


def test_deleted_rows_are_counted() -> None:
    made = form()
    assert made.rows_read == 3
    assert made.set_aside == {"Deleted": 1}
    assert len(made.frame) + sum(made.set_aside.values()) == made.rows_read
    assert form(Active=["1", "1", "1"]).set_aside == {}


def test_an_unreadable_subject_is_kept_and_said() -> None:
    made = form(Subject=["01-001", "01-002", "X1"])
    assert made.frame["USUBJID"].tolist() == ["ST1-01-001", ""]
    assert [(f.rule, f.severity, f.value, f.raw) for f in made.findings] == [
        ("subject.unreadable", Severity.ERROR, "X1", RawPlace("raw/ae.csv", 4, "Subject"))
    ]
    assert str(made.findings[0]) == (
        "raw/ae.csv, row 4, column Subject: 'X1' is not a subject number of this study. "
        "Ask the site, or mend 'pattern' in study.yaml."
    )


def test_blanks_around_a_subject_number_do_not_count() -> None:
    assert form(Subject=[" 01-001", "x", "02-001 "]).frame["SITEID"].tolist() == ["01", "02"]


def test_a_form_without_records_is_a_notice() -> None:
    made = form(Subject=[], Folder=[], R=[], Q=[], Active=[])
    assert len(made.frame) == 0
    assert [(f.rule, f.severity, str(f)) for f in made.findings] == [
        ("form.empty", Severity.NOTICE, "raw/ae.csv: the form ae has no records")
    ]
    assert str(made.frame["_row"].dtype) == "int64"
    assert made.frame["_id"].dtype == "str"


class FakeStudy:
    rescreened = ("ae", "Previous")
    forms: Mapping[str, FormSettings] = {"ae": SETTINGS}


@pytest.mark.parametrize(
    ("previous", "first"),
    [
        ({}, {}),
        ({"01-002": "01-001"}, {"01-002": "01-001"}),
        (
            {"01-002": "01-001", "01-003": "01-002"},
            {"01-002": "01-001", "01-003": "01-001"},
        ),
        # a circle is a fault of the data: it ends, and nobody's numbers are mixed
        ({"01-001": "01-002", "01-002": "01-001"}, {"01-001": "01-001", "01-002": "01-002"}),
    ],
)
def test_the_chain_of_screenings(previous: dict[str, str], first: dict[str, str]) -> None:
    subjects = ["01-001", "01-002", "01-003"]
    cells = pd.DataFrame({"Subject": subjects, "Previous": [previous.get(s, "") for s in subjects]})
    table = RawTable(("Subject", "Previous"), cells.astype("str"), pd.Series([2, 3, 4]))
    assert _first_numbers(FakeStudy(), {"ae": table}) == first  # type: ignore[arg-type]


def test_a_rescreened_person_keeps_the_first_number() -> None:
    rule = SubjectRule(RULE.study_id, RULE.pattern, RULE.usubjid, {"02-001": "01-001"})
    made = form(rule)
    assert made.frame["USUBJID"].tolist() == ["ST1-01-001", "ST1-01-001"]
    assert made.frame["SUBJID"].tolist() == ["001", "001"]
    assert made.frame["SITEID"].tolist() == ["01", "02"]
