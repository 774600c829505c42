from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from define.model import Codelist, Dataset, Term, Variable
from validation import iso8601
from validation.failing import condition_columns
from validation.run import run_suite
from validation.suites import load_suite, suite, suite_json


def expectations(dataset: Dataset, type_: str, column: str) -> list[dict[str, object]]:
    return [
        e["kwargs"]
        for e in suite(dataset)["expectations"]
        if e["type"] == type_ and e["kwargs"].get("column") == column
    ]


def test_columns_come_in_the_order_of_the_metadata(ae: Dataset) -> None:
    first = suite(ae)["expectations"][0]
    assert first["kwargs"]["column_list"] == [v.name for v in ae.variables]


def test_a_value_set_lets_missing_text_pass_only_where_it_may_be_missing(ae: Dataset) -> None:
    kwargs = expectations(ae, "expect_column_values_to_be_in_set", "AESER")
    assert kwargs == [{"column": "AESER", "value_set": ["", "N", "Y"]}]


def test_a_mandatory_text_is_at_least_one_long(ae: Dataset) -> None:
    lengths = "expect_column_value_lengths_to_be_between"
    assert expectations(ae, lengths, "AETERM")[0]["min_value"] == 1
    assert "min_value" not in expectations(ae, lengths, "AESER")[0]


def test_numeric_codes_are_numbers() -> None:
    codes = Codelist("X", "X", "integer", terms=(Term("1"), Term("2"), Term("0.5")))
    var = Variable("XN", "X", "integer", True, 8, 1, codelist=codes)
    content = suite(Dataset("ADX", "x", "BDS", "", (var,), 0))
    assert content["expectations"][1]["kwargs"]["value_set"] == [0.5, 1, 2]


def test_a_dictionary_has_no_value_set() -> None:
    codes = Codelist("MEDDRA", "MedDRA", dictionary="MedDRA", dictionary_version="27.0")
    var = Variable("AEDECOD", "x", "text", False, 8, 1, codelist=codes)
    types = [e["type"] for e in suite(Dataset("AE", "x", "EVENTS", "", (var,), 0))["expectations"]]
    assert "expect_column_values_to_be_in_set" not in types


def test_the_json_is_the_same_every_time_and_holds_no_id_or_time(ae: Dataset) -> None:
    text = suite_json(suite(ae))
    assert text == suite_json(suite(ae))
    assert '"id"' not in text
    assert "version" not in text
    assert load_suite(text) == suite(ae)
    assert text.isascii()


def test_something_else_than_a_suite_is_refused() -> None:
    with pytest.raises(ValueError, match="expectations"):
        load_suite("[]")


GOOD = {
    "date": ["2024-02-29"],
    "datetime": ["2024-01-02T03:04", "2024-01-02T03:04:05.5Z", "2024-01-02T03:04+08:00"],
    "time": ["10:15", "10:15:59"],
    "partialDate": ["2024", "2024-05", "2024-05-06", "2024---15", "--12-15"],
    "partialDatetime": [
        "2024",
        "2024-05",
        "2024-05-06T10",
        "2024-05-06T10:15",
        "2024-05-06T-:15",
        "-----T07:15",
        "2024---15",
    ],
    "intervalDatetime": ["2024-01-01/2024-02"],
    "durationDatetime": ["PT5M", "P1Y2M", "P2W", "P10D", "P1DT2H", "-PT1.5H"],
}
BAD = {
    "date": ["2024-2-9", "2024-13-01", "2024-01-32", "20240101", "2024-01"],
    "datetime": ["2024-01-02", "2024-01-02T24:00", "2024-01-02 03:04"],
    "time": ["25:00", "10", "10:60"],
    "partialDate": ["-", "2024-", "24", "2024-00", "2024--15"],
    "partialDatetime": ["-", "2024-05-06T", "2024-05-06T10:", "2024-UN-UN", "UN", "2024-05-06T-"],
    "intervalDatetime": ["/2024", "2024-01-01/"],
    "durationDatetime": ["P", "PT", "5M", "P1H", "P1W2D"],
}


@pytest.mark.parametrize("datatype", sorted(GOOD))
def test_patterns_tell_good_from_bad(datatype: str) -> None:
    pattern = re.compile(iso8601.whole(iso8601.BY_DATATYPE[datatype], empty=False))
    assert [t for t in GOOD[datatype] if not pattern.search(t)] == []
    assert [t for t in BAD[datatype] if pattern.search(t)] == []


@given(st.datetimes())
def test_every_real_moment_is_a_date_time(moment: object) -> None:
    text = moment.isoformat(timespec="minutes")  # type: ignore[attr-defined]
    assert re.search(iso8601.whole(iso8601.DATETIME, empty=False), text)
    assert re.search(iso8601.whole(iso8601.PARTIAL, empty=False), text)


def test_ranges_are_given_where_they_are_known() -> None:
    variables = (
        Variable("AESEQ", "x", "integer", True, 8, 1),
        Variable("AESTDY", "x", "integer", True, 8, 2),
        Variable("TRTSDT", "x", "integer", True, 8, 3, format="DATE9."),
    )
    content = suite(Dataset("AE", "x", "EVENTS", "", variables, 0, domain="AE"))
    kwargs = {e["kwargs"].get("column"): e["kwargs"] for e in content["expectations"]}
    assert kwargs["AESEQ"]["min_value"] == 1
    assert kwargs["AESTDY"]["value_set"] == [0]
    assert kwargs["TRTSDT"]["min_value"] == -21914
    assert json.loads(suite_json(content))["meta"]["crosswalk"]["dataset"] == "AE"


def adam(*names: str, text: tuple[str, ...] = ()) -> Dataset:
    variables = [Variable(n, n, "integer", True, 8, i) for i, n in enumerate(names, 1)]
    variables += [Variable(n, n, "text", False, 8, 90 + i) for i, n in enumerate(text)]
    return Dataset("ADX", "x", "BDS", "", tuple(variables), 0)


def kwargs_of(dataset: Dataset, type_: str) -> list[dict[str, object]]:
    return [e["kwargs"] for e in suite(dataset)["expectations"] if e["type"] == type_]


def test_dates_are_in_order() -> None:
    pair = "expect_column_pair_values_a_to_be_greater_than_b"
    dataset = adam("ASTDT", "AENDT", "TRTSDTM", "TRTEDTM", "AP01SDT", "AP01EDT", "STARTDT")
    found = [(k["column_B"], k["column_A"], k["or_equal"]) for k in kwargs_of(dataset, pair)]
    assert found == [
        ("TRTSDTM", "TRTEDTM", True),
        ("ASTDT", "AENDT", True),
        ("AP01SDT", "AP01EDT", True),
    ]
    # Partial dates are text, of which no order can be told.
    assert kwargs_of(adam(text=("ASTDT", "AENDT")), pair) == []


def test_a_value_that_needs_another_one_has_it() -> None:
    present = "expect_column_values_to_not_be_in_set"
    assert kwargs_of(adam("AGE", text=("AGEU",)), present) == [
        {
            "column": "AGEU",
            "value_set": [""],
            "row_condition": "AGE == AGE",
            "condition_parser": "pandas",
        }
    ]
    null = "expect_column_values_to_not_be_null"
    assert kwargs_of(adam("ADT", text=("ADTF",)), null)[0]["row_condition"] == "ADTF != ''"


@pytest.mark.parametrize(
    ("values", "failing"),
    [
        ({"CHG": [1.0, None], "BASE": [1.0, None], "ASTDT": [1, 2], "AENDT": [1, None]}, []),
        ({"CHG": [1.0, 2.0], "BASE": [None, 1.0], "ASTDT": [1, 2], "AENDT": [1, 2]}, ["not_null"]),
        ({"CHG": [None, 2.0], "BASE": [1.0, 1.0], "ASTDT": [1, 3], "AENDT": [1, 2]}, ["order"]),
    ],
)
def test_records_without_order_or_companion_are_found(
    values: dict[str, list[float | None]], failing: list[str]
) -> None:
    dataset = adam("CHG", "BASE", "ASTDT", "AENDT")
    result = run_suite(suite(dataset), pd.DataFrame(values, dtype="float64"))
    assert [f.rule for f in result.findings] == [f"expect.{name}" for name in failing]
    assert result.errored == 0


def test_a_condition_names_its_columns() -> None:
    condition = "AESER != '' and (AESTDY == AESTDY or AETERM in ['A B', \"C's\"])"
    assert condition_columns({"row_condition": condition}) == ("AESER", "AESTDY", "AETERM")
    assert condition_columns({}) == ()
