"""Domains as finished: numbers, order, flags; what is wrong is said once and kept."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

few = settings(max_examples=4, deadline=None)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_datasets_come_in_the_order_of_define(base: Any) -> None:
    assert [d.name for d in base.sdtm.datasets] == [
        *("TS", "DM", "SE", "SV", "EX", "AE", "LB", "RS"),
        *("SUPPAE", "SUPPDM"),
    ]


def test_records_are_sorted_by_their_keys_and_numbered_from_one(base: Any) -> None:
    ae = base["AE"]
    assert ae[["USUBJID", "AESEQ", "AESTDTC", "AEDECOD"]].values.tolist() == [
        ["TINY-01-001", 1.0, "2024-01", "Headache"],
        ["TINY-01-001", 2.0, "2024-01-05", "Fatigue"],
        ["TINY-01-001", 3.0, "2024-01-11", "Pyrexia"],
        ["TINY-01-002", 1.0, "2024-02-10", "Cough"],
    ]


def test_constants_of_every_record(base: Any) -> None:
    for name in ("DM", "AE", "LB", "RS"):
        assert set(base[name]["STUDYID"]) == {"TINY"}
        assert set(base[name]["DOMAIN"]) == {name}


def test_study_days_have_no_day_zero_and_need_complete_dates(base: Any) -> None:
    ae = base["AE"].set_index("AEDECOD")
    assert ae["AESTDY"].drop("Headache").to_dict() == {
        "Fatigue": -5.0,
        "Pyrexia": 2.0,
        "Cough": 22.0,
    }
    assert pd.isna(ae.loc["Headache", "AESTDY"])
    sv = base["SV"]
    assert sv[sv["VISIT"] == "DAY 1"]["SVSTDY"].tolist() == [1.0, 1.0]
    assert sv[sv["USUBJID"] == "TINY-01-003"]["SVSTDY"].isna().all()


def test_the_name_of_a_test_is_its_decode(base: Any) -> None:
    assert base["LB"][["LBTESTCD", "LBTEST"]].drop_duplicates().values.tolist() == [
        ["ALB", "Albumin"],
        ["GLUC", "Glucose"],
    ]


def test_an_unknown_test_has_no_name_and_a_finding(build: Any) -> None:
    made = build({"raw/lb.csv": [("43,GLUC", "43,SUGAR")]})
    assert set(made.rules()) == {"codelist.decode", "unit.unlisted"}
    [finding] = made.of("codelist.decode")
    assert finding.message == "the test code SUGAR has no published name"
    assert str(finding.raw).startswith("raw/lb.csv, row 4")


def test_the_flag_before_exposure(base: Any) -> None:
    lb = base["LB"]
    flagged = lb[lb["LBLOBXFL"] == "Y"]
    assert flagged[["USUBJID", "LBTESTCD", "LBDTC"]].values.tolist() == [
        ["TINY-01-001", "ALB", "2024-01-10T08:30"],
        ["TINY-01-002", "GLUC", "2024-01-16"],
    ]


def test_of_two_results_at_one_moment_the_later_in_the_dataset_is_flagged(build: Any) -> None:
    second = "        01-001,D1,1,40,ALB,38,g/L,35,50,2024-01-10,08:30\n        01-001,D1,1,43"
    found = []
    for lines in (second, second.replace(",40,", ",49,")):
        lb = build({"raw/lb.csv": [("        01-001,D1,1,43", lines)]})["LB"]
        found.append(lb[lb["LBLOBXFL"] == "Y"]["LBORRES"].tolist()[0])
    assert found == ["39", "38"]


def test_equal_keys_are_reported_once_for_each_further_record_and_all_are_kept(build: Any) -> None:
    again = "        01-001,AE,4,35,hot,Pyrexia,N,2024-01-11,,,\n" * 2
    again = again.replace("35", "36", 1)
    made = build({"raw/ae.csv": [("        01-002", f"{again}        01-002")]})
    found = made.of("record.duplicate")
    assert [(f.scope, str(f.raw).partition(", column")[0]) for f in found] == [
        ("TINY-01-001 ae 35", "raw/ae.csv, row 6"),
        ("TINY-01-001 ae 36", "raw/ae.csv, row 5"),
    ]
    assert made["AE"]["AETERM"].tolist() == ["headache", "tired", "fever", "hot", "hot", "cough"]
    assert made["AE"]["AESEQ"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 1.0]


def test_the_number_may_be_the_last_key_of_records_that_nothing_tells_apart(build: Any) -> None:
    again = "        01-001,AE,4,35,hot,Pyrexia,N,2024-01-11,,,\n" * 2
    again = again.replace("35", "36", 1)
    changes = {"raw/ae.csv": [("        01-002", f"{again}        01-002")]}
    alike = build(changes)
    made = build({**changes, "sdtm/ae.yaml": [("AEDECOD]", "AEDECOD, AESEQ]")]})
    assert made.of("record.duplicate") == alike.of("record.duplicate")
    assert made["AE"].equals(alike["AE"])
    assert made.datasets["AE"].keys[-1] == "AESEQ"


def test_orphans_are_kept_and_reported(build: Any) -> None:
    made = build({"raw/ae.csv": [("01-002,AE", "01-009,AE")]}, adam=True)
    [finding] = made.of("record.orphan")
    assert finding.message == "the subject TINY-01-009 is not in DM"
    assert str(finding.raw).startswith("raw/ae.csv, row 5")
    assert made["AE"]["USUBJID"].tolist()[-1] == "TINY-01-009"
    assert made["AE"]["AESTDY"].isna().tolist()[-1]
    assert made["ADAE"]["USUBJID"].tolist()[-1] == "TINY-01-009"
    assert made["ADAE"]["TRTA"].tolist()[-1] == ""


def test_an_unreadable_subject_is_reported_and_its_record_kept(build: Any) -> None:
    made = build({"raw/ae.csv": [("01-002,AE", "1-2,AE")]})
    assert "subject.unreadable" in made.rules()
    assert min(made["AE"]["USUBJID"]) == ""
    assert len(made["AE"]) == 4


def test_an_end_before_the_start_is_said_and_both_stay(build: Any) -> None:
    made = build({"raw/ae.csv": [("2024-01-11,2024-01-13", "2024-01-11,2024-01-10")]})
    [finding] = made.of("date.order")
    assert finding.message == "the end is before the start: 2024-01-11 to 2024-01-10"
    assert str(finding.raw).startswith("raw/ae.csv, row 2, column")
    row = made["AE"].query("AETERM == 'fever'").iloc[0]
    assert (row["AESTDTC"], row["AEENDTC"]) == ("2024-01-11", "2024-01-10")


def test_a_partial_end_that_may_be_after_the_start_is_no_contradiction(build: Any) -> None:
    made = build({"raw/ae.csv": [("2024-01-11,2024-01-13", "2024-01-11,2024-01-UN")]})
    assert made.of("date.order") == []


def test_long_text_goes_on_in_supp_and_comes_together_again(build: Any) -> None:
    long = ("word " * 60).strip()
    made = build({"raw/ae.csv": [("fever", long), ("given fluids", long)]})
    supp = made["SUPPAE"]
    parts = supp[supp["IDVARVAL"] == "3"].set_index("QNAM")["QVAL"]
    term = made["AE"]["AETERM"].tolist()[2]
    assert len(term) <= 200
    assert f"{term} {parts['AETERM1']}" == long
    assert f"{parts['AENOTE']} {parts['AENOTE1']}" == long
    assert (
        supp.set_index("QNAM").loc["AETERM1", "QLABEL"] == "Reported Term for the Adverse Event 1"
    )
    assert not supp.duplicated(["USUBJID", "IDVAR", "IDVARVAL", "QNAM"]).any()


def test_a_study_with_headers_only_has_empty_datasets(tiny: ModuleType, tmp_path: Path) -> None:
    files = dict(tiny.FILES)
    for name in tiny.CSV:
        files[name] = tiny.text(files[name]).splitlines()[0] + "\n"
    made = tiny.build(tmp_path, files)
    lengths = {n: len(d.frame) for n, d in made.datasets.items()}
    assert lengths.pop("TS") == 2
    assert set(lengths.values()) == {0}
    assert made.rules() == []


def rows(tiny: ModuleType, name: str) -> tuple[str, list[str]]:
    head, *body = tiny.text(tiny.FILES[name]).splitlines()
    return head, body


@pytest.fixture(scope="module")
def rerun(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """The study compiled once; raw rows may be changed before each run."""
    folder = tmp_path_factory.mktemp("rerun")
    plan = tiny.plan(folder)

    def made(change: Callable[[str, list[str]], list[str]]) -> Any:
        for name in tiny.CSV:
            head, body = rows(tiny, name)
            text = "\n".join([head, *change(name, body)]) + "\n"
            (folder / name).write_text(text, encoding="utf-8")
        return tiny.run(plan)

    return made


@few
@given(st.integers(0, 2**16))
def test_the_order_of_the_raw_rows_changes_nothing(
    base: Any, rerun: Callable[..., Any], seed: int
) -> None:
    dice = random.Random(seed)
    made = rerun(lambda _, body: dice.sample(body, len(body)))
    for name in base.datasets:
        same(made[name], base[name])


def moved(text: str, days: int) -> str:
    """A raw row with its dates (also ``2024-01-UN``) moved; partial ones only by whole years."""
    cells = text.split(",")
    for i, cell in enumerate(cells):
        if len(cell) == 10 and cell[4] == "-" and cell[:4].isdigit() and "UN" not in cell:
            cells[i] = (date.fromisoformat(cell) + timedelta(days=days)).isoformat()
    return ",".join(cells)


@few
@given(st.integers(-2000, 60))
def test_moving_a_subject_by_days_moves_dates_and_nothing_else(
    rerun: Callable[..., Any], days: int
) -> None:
    """Complete dates only: a month is not as long as another."""

    def whole(text: str) -> str:
        return text.replace("2024-01-UN", "").replace("2024-02-UN", "2024-02-07")

    before = rerun(lambda _, body: [whole(r) for r in body])
    after = rerun(
        lambda _, body: [
            moved(whole(r), days) if r.startswith("01-001") else whole(r) for r in body
        ]
    )
    for name in before.datasets:
        one, two = before[name], after[name]
        assert list(one.columns) == list(two.columns)
        assert len(one) == len(two)
        for column in one.columns:
            first, second = one[column], two[column]
            if column.endswith("DTC"):
                first = pd.Series([moved_date(v, days, s) for v, s in pairs(one, column)])
                assert first.tolist() == second.tolist(), (name, column)
            elif column.endswith(("DT", "DTM")):
                step = days * (86400 if column.endswith("DTM") else 1)
                step_by = (one["USUBJID"] == "TINY-01-001") * step
                assert (first + step_by).fillna(-1).tolist() == second.fillna(-1).tolist()
            else:
                assert first.fillna(-1).tolist() == second.fillna(-1).tolist(), (name, column)


def pairs(frame: pd.DataFrame, column: str) -> list[tuple[str, str]]:
    return list(zip(frame[column].tolist(), frame["USUBJID"].tolist(), strict=True))


def moved_date(text: str, days: int, subject: str) -> str:
    if subject != "TINY-01-001" or not text:
        return text
    return (date.fromisoformat(text[:10]) + timedelta(days=days)).isoformat() + text[10:]


@few
@given(st.integers(1, 28), st.integers(0, 3))
def test_a_later_record_changes_no_earlier_number(
    base: Any, rerun: Callable[..., Any], day: int, place: int
) -> None:
    row = f"01-001,AE,9,99,late,Nausea,N,2024-03-{day:02d},,,"

    def more(name: str, body: list[str]) -> list[str]:
        return [*body[:place], row, *body[place:]] if name == "raw/ae.csv" else body

    made = rerun(more)["AE"]
    assert made[made["AETERM"] == "late"]["AESEQ"].tolist() == [4.0]
    same(made[made["AETERM"] != "late"].reset_index(drop=True), base["AE"])
