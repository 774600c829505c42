from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from define.model import Dataset, Metadata
from mappings.findings import Finding, RawPlace, Severity, SpecPlace
from validation.locate import Lineage
from validation.outcome import Status
from validation.run import run_suite, run_suites
from validation.suites import suite

Change = Callable[[str, int, Any], pd.DataFrame]


def test_good_data_pass_every_expectation(ae: Dataset, frame: pd.DataFrame) -> None:
    result = run_suite(suite(ae), frame)
    assert result.findings == ()
    assert result.passed == len(result.outcomes) == 15


BROKEN = [
    ("AETERM", 1, "", "expect.not_null", "S-01-001 AESEQ=2", ""),
    ("AETERM", 1, "x" * 13, "expect.length", "S-01-001 AESEQ=2", "x" * 13),
    ("AESER", 0, "U", "expect.in_set", "S-01-001 AESEQ=1", "U"),
    ("AESTDTC", 0, "2024-13", "expect.regex", "S-01-001 AESEQ=1", "2024-13"),
    ("AESTDY", 2, 0.0, "expect.not_in_set", "S-01-002 AESEQ=1", "0"),
    ("AESEQ", 2, 0.0, "expect.between", "S-01-002 AESEQ=0", "0"),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_one_broken_cell_is_named(
    ae: Dataset, change: Change, broken: tuple[str, int, Any, str, str, str]
) -> None:
    column, row, value, rule, scope, shown = broken
    found = run_suite(suite(ae), change(column, row, value)).findings
    assert [(f.rule, f.dataset, f.variable, f.scope, f.value) for f in found] == [
        (rule, "AE", column, scope, shown)
    ]
    assert found[0].raw == RawPlace("ae", (2, 3, 9)[row])
    assert found[0].severity is Severity.ERROR


def test_a_key_twice_names_both_records(ae: Dataset, change: Change) -> None:
    found = run_suite(suite(ae), change("AESEQ", 1, 1.0)).findings
    assert [(f.rule, f.raw and f.raw.row) for f in found] == [
        ("expect.unique", 2),
        ("expect.unique", 3),
    ]


def test_lengths_are_bytes_not_characters(ae: Dataset, change: Change) -> None:
    found = run_suite(suite(ae), change("AETERM", 0, "头痛头痛头")).findings
    assert [f.rule for f in found] == ["expect.length"]


def test_the_raw_column_and_the_mapping_line_are_named(ae: Dataset, change: Change) -> None:
    lineage = Lineage(
        {"ae": "raw/edc/ae.csv"},
        {("AE", "AESER", "ae"): "AESER_STD"},
        {("AE", "AESER"): SpecPlace("sdtm/ae.yaml", 9, 3)},
    )
    (found,) = run_suite(suite(ae), change("AESER", 2, "?"), lineage=lineage).findings
    assert str(found.raw) == "raw/edc/ae.csv, row 9, column AESER_STD"
    assert str(found.spec) == "sdtm/ae.yaml:9:3"


def test_a_missing_column_fails_once_and_the_rest_is_not_run(
    ae: Dataset, frame: pd.DataFrame
) -> None:
    result = run_suite(suite(ae), frame.drop(columns="AESER"))
    assert [(f.rule, f.variable) for f in result.findings] == [("expect.columns", "AESER")]
    assert result.not_run == 2
    assert result.errored == 0


def test_a_missing_column_is_found_without_the_columns_expectation(
    ae: Dataset, frame: pd.DataFrame
) -> None:
    content = suite(ae)
    content["expectations"] = content["expectations"][1:]
    result = run_suite(content, frame.drop(columns="AESER"))
    assert [f.rule for f in result.findings] == ["expect.columns"]


def test_columns_in_another_order_or_too_many_fail(ae: Dataset, frame: pd.DataFrame) -> None:
    turned = frame[["USUBJID", "STUDYID", *frame.columns[2:]]]
    (found,) = run_suite(suite(ae), turned).findings
    assert "another order" in found.message
    (found,) = run_suite(suite(ae), frame.assign(EXTRA="x")).findings
    assert found.variable == "EXTRA"


def exception_in(result: Any) -> list[Finding]:
    return [f for f in result.findings if f.rule == "expect.exception"]


def test_an_exception_is_neither_passed_nor_failed(ae: Dataset, frame: pd.DataFrame) -> None:
    content = suite(ae)
    query = {"unexpected_rows_query": "SELECT * FROM {batch} WHERE AESER = 'U'"}
    content["expectations"].append({"type": "unexpected_rows_expectation", "kwargs": query})
    result = run_suite(content, frame)
    assert (result.passed, result.failed, result.errored) == (15, 0, 1)
    (outcome,) = result.errors
    assert outcome.status is Status.ERRORED
    assert "PandasExecutionEngine" in outcome.reason
    (found,) = exception_in(result)
    assert found.severity is Severity.ERROR
    assert "\n" not in found.message


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "expect_column_values_to_be_magic", "kwargs": {"column": "AESER"}},
        {"type": "expect_column_values_to_be_in_set", "kwargs": {"columns": "AESER"}},
        {
            "type": "expect_column_values_to_match_regex",
            "kwargs": {"column": "AESER", "regex": "("},
        },
    ],
)
def test_a_wrong_expectation_is_an_error_and_the_others_still_run(
    ae: Dataset, frame: pd.DataFrame, wrong: dict[str, Any]
) -> None:
    content = suite(ae)
    content["expectations"].insert(3, wrong)
    result = run_suite(content, frame)
    assert (result.passed, result.failed, result.errored) == (15, 0, 1)
    assert len(exception_in(result)) == 1


def test_an_edited_suite_with_an_expectation_we_cannot_list_still_fails(
    ae: Dataset, frame: pd.DataFrame
) -> None:
    content = suite(ae)
    content["expectations"] = [
        {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 4}},
        {
            "type": "expect_column_values_to_be_in_set",
            "kwargs": {
                "column": "AESER",
                "value_set": ["Y"],
                "row_condition": 'AETERM=="NAUSEA"',
                "condition_parser": "pandas",
            },
        },
    ]
    result = run_suite(content, frame)
    assert result.failed == 2
    assert [f.rule for f in result.findings] == ["expect.table_row_count_to_equal", "expect.in_set"]


def test_no_records_pass(ae: Dataset, frame: pd.DataFrame) -> None:
    result = run_suite(suite(ae), frame.iloc[:0])
    assert result.errored == result.failed == 0


def test_every_dataset_of_the_define_is_checked(ae: Dataset, frame: pd.DataFrame) -> None:
    absent = Dataset("CM", "x", "INTERVENTIONS", "", ae.variables[:2], 0)
    document = Metadata("S", "S", "", "S", "Tabulation", "", (), (ae, absent))
    suites, results = run_suites([document], {"AE": frame})
    assert list(suites) == ["AE", "CM"]
    assert [(r.name, r.passed, r.not_run) for r in results] == [("AE", 15, 0), ("CM", 0, 6)]
    assert [(f.rule, f.dataset) for f in results[1].findings] == [("expect.dataset", "CM")]
