"""Queries for the sites, made of a small study with faults of its data."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mappings.export import read_export
from mappings.findings import Severity
from tests.validation.reports import EVIL, finding, report
from validation.queries import COLUMNS, Query, queries_csv, queries_xlsx, site_queries
from validation.question_texts import QUESTIONS, Question
from validation.report import Report, make_report, write_reports
from validation.rule_names import known_rule

Made = tuple[Report, list[Query]]

FAULTS = {
    "raw/ae.csv": [
        ("2024-01-11,2024-01-13", "2024-01-33,2024-01-13"),
        ("2024-02-10,2024-02-12", "2024-02-10,2024-02-02"),
    ],
    "raw/lb.csv": [("ALB,30,g/L", "ALB,'=30,'")],
    "raw/dm.csv": [("55,Male", "55,Mann")],
}


@pytest.fixture(scope="session")
def made(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """Report and queries of the tiny study (SDTM only) with edits, in a folder of its own."""

    def build(changes: dict[str, list[tuple[str, str]]], **more: str) -> Made:
        files = {n: t for n, t in tiny.FILES.items() if not n.startswith("adam/")} | more
        for name, edits in changes.items():
            for old, new in edits:
                assert old in files[name], (name, old)
                files[name] = files[name].replace(old, new)
        planned = tiny.plan(tmp_path_factory.mktemp("queries"), files)
        found = tiny.run(planned).findings
        of_study = make_report("TINY", found, planned.explanations)
        return of_study, site_queries(of_study, read_export(planned.study))

    return build


@pytest.fixture(scope="session")
def queries(made: Callable[..., Made]) -> list[Query]:
    return made(FAULTS)[1]


def of(queries: list[Query], rule: str) -> Query:
    (found,) = [q for q in queries if q.rule == rule]
    return found


def test_a_query_says_whose_record_which_field_and_what_is_asked(queries: list[Query]) -> None:
    asked = of(queries, "date.impossible")
    assert (asked.site, asked.subject, asked.form) == ("01", "01-001", "ae")
    assert (asked.event, asked.line, asked.record) == ("AE", "1", "31")
    assert (asked.field, asked.value) == ("START", "2024-01-33")
    assert asked.question.startswith("There is no such date: 2024-01-33. Which is meant?")
    assert (asked.status, asked.answer) == ("open", "")
    assert (asked.variable, asked.file, asked.row) == ("AE.AESTDTC", "raw/ae.csv", 2)


def test_a_fault_of_the_mapping_is_no_query(made: Callable[..., Made]) -> None:
    of_study, asked = made(FAULTS)
    assert "map.unmapped" in {f.rule for f in of_study.unexplained}
    assert {q.rule for q in asked} <= set(QUESTIONS)
    assert not [q for q in asked if q.form == "dm"]


def test_ids_survive_another_cut_of_the_data(
    made: Callable[..., Made], queries: list[Query]
) -> None:
    # A record comes to light above the others, so that every row and --SEQ is another one.
    before = "01-001,AE,1,31,fever,Pyrexia"
    more = f"01-001,AE,9,30,rash,Rash,N,2024-01-02,2024-01-03,,\n        {before}"
    _, later = made(FAULTS | {"raw/ae.csv": [*FAULTS["raw/ae.csv"], (before, more)]})
    assert of(later, "date.impossible").row == 3
    for rule in ("date.impossible", "date.order"):
        assert of(later, rule).id == of(queries, rule).id
    assert all(re.fullmatch(r"Q-[A-Z2-7]{10}", q.id) for q in later)
    assert len({q.id for q in later}) == len(later)


def test_an_explained_finding_is_settled_with_the_same_id(
    made: Callable[..., Made], queries: list[Query]
) -> None:
    entry = (
        "- {rule: date.impossible, reason: The site does not know., author: A, date: 2024-05-31}\n"
    )
    _, later = made(FAULTS, **{"findings.yaml": entry})
    settled = of(later, "date.impossible")
    assert (settled.status, settled.answer) == ("settled", "The site does not know.")
    assert settled.id == of(queries, "date.impossible").id
    assert [q.status for q in later] == sorted(q.status for q in later)


def test_notices_and_records_that_are_of_no_form_are_no_queries() -> None:
    notice = finding(severity=Severity.NOTICE)
    assert site_queries(report(findings=[notice], explanations=[]), {}) == []
    assert site_queries(report(findings=[finding()], explanations=[]), {}) == []


def test_what_is_found_about_a_subject_is_asked_without_a_form() -> None:
    differs = finding(rule="response.differs", raw=None, scope="S-01-001 2024-05-01")
    (asked,) = site_queries(report(findings=[differs], explanations=[]), {})
    assert (asked.subject, asked.form, asked.row) == ("S-01-001", "", 0)


def test_every_rule_with_a_question_exists() -> None:
    assert [rule for rule in QUESTIONS if not known_rule(rule)] == []


def test_what_was_entered_may_hold_braces() -> None:
    asked = Question("x", "Entered: {value}; found: {message}")
    said = asked.ask(finding(value="{message} {0}", message="{value}"))
    assert said == "Entered: {message} {0}; found: {value}"


def hostile(count: int = 1) -> list[Query]:
    texts = {n: EVIL for n in COLUMNS if n not in ("row", "id")}
    return [Query(id=f"Q-{i}", row=i, **texts) for i in range(count)]


@pytest.mark.parametrize("text", ["=1+1", "@x", "\t=cmd|'/c calc'!A1", "-2+3", EVIL])
def test_no_cell_of_the_files_is_a_formula(text: str) -> None:
    texts: dict[str, Any] = dict.fromkeys(COLUMNS, text) | {"row": 3}
    query = Query(**texts)
    lines = queries_csv([query]).removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(lines, newline=""))
    book = openpyxl.load_workbook(io.BytesIO(queries_xlsx([query])))
    cells = [cell.value for cell in list(book["Queries"].iter_rows())[1]]
    for value in [*row.values(), *cells]:
        assert not str(value).lstrip().startswith(("=", "+", "-", "@"))
        assert not re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069]", str(value))
    assert list(row) == list(COLUMNS)


def test_the_files_are_written_and_listed_on_the_page(queries: list[Query], tmp_path: Path) -> None:
    write_reports(tmp_path, report(), None, queries)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for name in ("queries.csv", "queries.xlsx", "findings.xlsx", "findings.sarif"):
        assert (tmp_path / name).is_file()
        assert f'href="{name}"' in page
    assert f"({len(queries)} open, 0 settled)" in page
