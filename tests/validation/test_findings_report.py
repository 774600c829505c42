from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from define.model import Dataset, Metadata, Variable
from mappings.findings import Finding, RawPlace, SpecPlace
from tests.validation.reports import EVIL, SCHEMA, Text, finding, outcome, report
from validation.explanations import Explanation
from validation.exports import COLUMNS, findings_csv, findings_json
from validation.hostile import csv_cell, shortened, visible
from validation.outcome import Checked, Status
from validation.page import SHOWN_OF_A_KIND, index_html
from validation.report import Report, dataset_rows, make_report, write_reports


def test_findings_are_parted_and_decide_the_status() -> None:
    made = report()
    assert (len(made.unexplained), len(made.explained), len(made.notices)) == (1, 1, 1)
    assert made.status == "draft"
    assert report(findings=[finding(rule="num.unreadable")]).status == "final"
    assert made.fictitious


def test_a_check_in_error_keeps_a_build_from_being_final() -> None:
    rules = Checked((outcome("sdtm.orphan", Status.ERRORED),))
    assert report(findings=[], explanations=[], rules=rules).status == "draft"


def test_the_findings_of_suites_and_rules_are_added() -> None:
    suites = [Checked((), (finding(rule="expect.length"),), "AE")]
    rules = Checked((), (finding(rule="sdtm.orphan"),))
    made = report(findings=[], explanations=[], suites=suites, rules=rules)
    assert [f.rule for f in made.unexplained] == ["expect.length", "sdtm.orphan"]


def test_the_json_follows_its_published_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for made in (report(), report(findings=[finding(value=EVIL)]), Report("S")):
        jsonschema.validate(json.loads(findings_json(made)), SCHEMA)


def test_the_json_keeps_values_exactly_and_is_ascii() -> None:
    text = findings_json(report(findings=[finding(value=EVIL)], explanations=[]))
    assert text.isascii()
    assert json.loads(text)["findings"][0]["value"] == EVIL


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_csv_has_every_finding_with_its_places_and_reason() -> None:
    found = rows(findings_csv(report()))
    assert tuple(found[0]) == COLUMNS
    assert [r["state"] for r in found] == ["unexplained", "explained", "notice"]
    assert (found[0]["raw_row"], found[0]["spec_line"]) == ("12", "14")
    assert found[1]["reason"] == "The lab does not correct."
    assert (found[2]["raw_file"], found[2]["spec_file"]) == ("", "")


FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1",
    " =1+1",
    "\uff1d1+1",
    "\u00a0=1",
    "=cmd|'/c calc'!A1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_a_formula(text: str) -> None:
    (row,) = rows(findings_csv(report(findings=[finding(value=text)], explanations=[])))
    assert row["value"].lstrip()[0] not in "=+-@\uff1d\t\r"


@pytest.mark.parametrize("number", ["-1", "+5", "-1.50", "3", "1e-3", "-2E5", ""])
def test_numbers_stay_numbers(number: str) -> None:
    assert csv_cell(number) == number


@given(st.text())
def test_no_text_leaves_a_control_character_or_a_formula(text: str) -> None:
    cell = csv_cell(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f]", cell)
    assert not cell.lstrip().startswith(("=", "@"))
    cell.encode("utf-8")


def test_hidden_characters_are_made_visible() -> None:
    assert visible("a\tb\n\x7f") == "a\u2409b\u240a\u2421"
    assert visible("\u202eab\u200b") == "\u27e8U+202E\u27e9ab\u27e8U+200B\u27e9"
    assert visible("\u5934\u75db \u00b5g") == "\u5934\u75db \u00b5g"


def test_a_long_value_is_cut_with_a_word_on_it() -> None:
    assert shortened("x" * 300).endswith("(60 more characters)")


def test_the_page_shows_status_findings_places_and_reasons() -> None:
    text = Text(index_html(report())).text
    for words in (
        "DRAFT",
        "FICTITIOUS",
        "1 finding is to be mended",
        "30 FEB 2023",
        "raw/edc/ae.csv, row 12, column AESTDAT_RAW",
        "sdtm/ae.yaml:14:3",
        "Ask the site.",
        "The lab does not correct.",
        "A. Author, 2024-05-31",
        "there is no dataset DM",
    ):
        assert words in text
    final = Text(index_html(report(findings=[], explanations=[]))).text
    assert "FINAL" in final
    assert "DRAFT" not in final


def test_a_rule_not_run_is_not_shown_as_passed() -> None:
    run = Checked((outcome("ts.required", Status.NOT_RUN, "TS", "there is no dataset TS"),))
    page = index_html(report(findings=[], explanations=[], rules=run, suites=[]))
    assert 'class="chip notrun"' in page
    assert 'class="chip passed"' not in page


EVERYWHERE = {
    "rule": EVIL,
    "message": EVIL,
    "advice": EVIL,
    "dataset": EVIL,
    "variable": EVIL,
    "scope": EVIL,
    "value": EVIL,
    "raw": RawPlace(EVIL, 1, EVIL),
    "spec": SpecPlace(EVIL, 1, 1),
}


def test_hostile_text_runs_nowhere_in_the_page() -> None:
    entry = Explanation(EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, None, SpecPlace(EVIL))
    for entries in ([], [entry]):
        made = make_report(
            EVIL,
            [finding(**EVERYWHERE)],
            entries,
            title=EVIL,
            description=EVIL,
            tool_version=EVIL,
            facts=[(EVIL, EVIL)],
            links=[(EVIL, "x.html")],
            suites=[Checked((outcome(EVIL, Status.ERRORED, EVIL, EVIL),), (), EVIL)],
            rules=Checked((outcome(EVIL, Status.NOT_RUN, EVIL, EVIL),)),
        )
        page = index_html(made)
        assert page.count("<script") == 1
        assert "alert(1)</script>" not in page
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
        tags = Text(page).tags
        assert not [t for t, a in tags if any(k.startswith("on") for k in a)]


def test_the_page_loads_nothing() -> None:
    page = index_html(report())
    tags = Text(page).tags
    assert not [t for t, a in tags if "src" in a or t in ("link", "img", "iframe", "object")]
    addresses = [str(a["href"]) for t, a in tags if t == "a"]
    assert not [a for a in addresses if ":" in a or a.startswith("/")]
    assert "default-src 'none'" in page.replace("&#39;", "'")


def test_every_anchor_leads_somewhere() -> None:
    tags = Text(index_html(report())).tags
    ids = {a["id"] for _, a in tags if "id" in a}
    links = [str(a["href"]) for t, a in tags if t == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= ids


def test_many_findings_of_a_kind_are_cut_and_counted() -> None:
    many = [finding(scope=f"S-{i:04}") for i in range(SHOWN_OF_A_KIND + 7)]
    made = report(findings=many, explanations=[])
    page = index_html(made)
    assert page.count('<bdi class="value">') == SHOWN_OF_A_KIND
    assert "7 more findings of this kind" in Text(page).text
    assert len(rows(findings_csv(made))) == SHOWN_OF_A_KIND + 7


def test_files_are_written_the_same_every_time(tmp_path: Path) -> None:
    suites = {"AE": {"name": "AE", "expectations": []}}
    first = write_reports(tmp_path / "a", report(), suites)
    second = write_reports(tmp_path / "b", report(), suites)
    assert [p.name for p in first] == [
        *("findings.csv", "findings.json", "findings.xlsx", "findings.sarif"),
        *("ae.json", "index.html"),
    ]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert 'href="suites/ae.json"' in first[-1].read_text(encoding="utf-8")


def test_datasets_are_listed_with_records_subjects_and_variables() -> None:
    variables = (Variable("USUBJID", "x", "text", False, 9, 1),)
    sets = (Dataset("AE", "Adverse Events", "EVENTS", "", variables, 3),)
    metadata = Metadata("S", "S", "", "S", "Tabulation", "2024-01-01T00:00:00", (), sets)
    frames = {"AE": pd.DataFrame({"USUBJID": ["a", "a", "b", ""]})}
    (row,) = dataset_rows(metadata, frames)
    assert (row.name, row.group, row.records, row.variables, row.subjects) == (
        "AE",
        "SDTM",
        3,
        1,
        2,
    )


def test_dates_in_the_wrong_order_are_told_once() -> None:
    def of(rule: str, variable: str, **facts: Any) -> Finding:
        return finding(rule=rule, variable=variable, **facts)

    found = [of("date.order", "AEENDTC"), of("expect.order", "AEENDY")]
    made = report(findings=found, explanations=[])
    assert [f.rule for f in made.unexplained] == ["date.order"]
    assert "this follows from date.order" in made.notices[0].message
    # Another date of the record, or another record, has nothing to do with it.
    for other in (of("expect.order", "TRTEDT"), of("expect.order", "AEENDY", raw=None, scope="S")):
        made = report(findings=[found[0], other], explanations=[])
        assert [f.rule for f in made.unexplained] == ["date.order", "expect.order"]
