"""Standard results: result, unit and limits together, or a finding and nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

ROW = "01-001,SCR,1,41,ALB,4.1,g/dL,3.5,5.0,2024-01-03,08:00"
MADE = ["LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI", "LBNRIND"]


def lb(build: Any, row: str, *, module: tuple[tuple[str, str], ...] = ()) -> Any:
    """The study with one laboratory row: its values, and what was found."""
    head = "SUBJECT,EVENT,REPEAT,RECID,TEST,VALUE,UNIT,LOW,HIGH,DATE,TIME\n"
    changes: dict[str, Any] = {"raw/lb.csv": f"{head}{row}\n"}
    if module:
        changes["sdtm/lb.yaml"] = module
    return build(changes)


def test_result_unit_and_limits_move_together(base: Any) -> None:
    first = base["LB"].iloc[0]
    assert first[["LBORRES", "LBORRESU", "LBORNRLO", "LBORNRHI"]].tolist() == [
        "4.1",
        "g/dL",
        "3.5",
        "5.0",
    ]
    assert first[MADE].tolist() == ["41", 41.0, "g/L", 35.0, 50.0, "NORMAL"]


def test_a_molar_conversion_takes_the_tests_own_mass(base: Any) -> None:
    row = base["LB"].query("USUBJID == 'TINY-01-002' and LBSEQ == 1").iloc[0]
    assert (row["LBORRES"], row["LBORRESU"]) == ("90", "mg/dL")
    assert row[MADE].tolist() == ["5.00", 5.0, "mmol/L", 3.89, 5.55, "NORMAL"]


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        (ROW.replace("g/dL", ""), "unit.missing", "UNIT"),
        (ROW.replace("4.1,", '"4,1",'), "num.decimal_comma", "VALUE"),
    ],
)
def test_what_cannot_be_converted_is_a_finding_and_stays_missing(
    build: Any, row: str, rule: str, column: str
) -> None:
    made = lb(build, row)
    [finding] = made.of(rule)
    assert finding.dataset == "LB"
    assert str(finding.raw) == f"raw/lb.csv, row 2, column {column}"
    record = made["LB"].iloc[0]
    assert record["LBSTRESC"] == ""
    assert np.isnan(record["LBSTRESN"])
    assert record["LBORRES"] != ""


def test_a_unit_of_another_quantity_is_unknown(build: Any) -> None:
    made = lb(build, ROW.replace("g/dL", "kg"))
    assert made.rules() == ["unit.unknown"]
    assert made["LB"][MADE].iloc[0].fillna("").tolist() == [""] * 6


def test_a_limit_that_is_no_number_leaves_the_result(build: Any) -> None:
    made = lb(build, ROW.replace("3.5", "low"))
    [finding] = made.of("unit.limit")
    assert str(finding.raw) == "raw/lb.csv, row 2, column LOW, HIGH"
    record = made["LB"].iloc[0]
    assert (record["LBSTRESC"], record["LBSTRESU"]) == ("41", "g/L")
    assert np.isnan(record["LBSTNRLO"])


def test_a_test_without_a_standard_unit_is_a_finding(build: Any) -> None:
    made = lb(build, ROW.replace("ALB", "ALT").replace("g/dL", "U/L"))
    [finding] = made.of("unit.unlisted")
    assert finding.message == "the test ALT has no standard unit in this module"
    assert finding.spec is not None
    assert finding.spec.file == "sdtm/lb.yaml"
    assert made["LB"][MADE].iloc[0].fillna("").tolist() == [""] * 6


@pytest.mark.parametrize(
    ("value", "expected"),
    [("<3.0", "LOW"), ("3.4", "LOW"), ("3.5", "NORMAL"), ("5.0", "NORMAL"), ("5.1", "HIGH")],
)
def test_the_indicator_by_the_limits(build: Any, value: str, expected: str) -> None:
    assert lb(build, ROW.replace("4.1,", f"{value},"))["LB"]["LBNRIND"].tolist() == [expected]


def test_words_have_the_result_that_the_module_gives_them(build: Any) -> None:
    words = (("  units: {ALB", "  texts: {TRACE: '1', CLOTTED: CLOTTED}\n  units: {ALB"),)
    made = lb(build, ROW.replace("4.1,g/dL", "TRACE,"), module=words)
    record = made["LB"].iloc[0]
    assert record[["LBORRES", "LBSTRESC", "LBSTRESN", "LBSTRESU"]].tolist() == [
        "TRACE",
        "1",
        1.0,
        "g/L",
    ]


def test_a_word_that_is_a_number_stays_a_word_where_the_test_has_no_unit(build: Any) -> None:
    words = (("  units: {ALB: g/L", "  texts: {TRACE: '1'}\n  units: {ALB: null"),)
    made = lb(build, ROW.replace("4.1,g/dL,3.5,5.0", "TRACE,,,"), module=words)
    record = made["LB"].iloc[0]
    assert record[["LBSTRESC", "LBSTRESU"]].tolist() == ["TRACE", ""]
    assert np.isnan(record["LBSTRESN"])


def test_words_without_a_unit_stay_words(build: Any) -> None:
    made = lb(build, ROW.replace("4.1,g/dL,3.5,5.0", "CLOTTED,,,"))
    assert made.rules() == []
    record = made["LB"].iloc[0]
    assert record["LBSTRESC"] == "CLOTTED"
    assert np.isnan(record["LBSTRESN"])


def test_no_rows_have_the_right_types(build: Any) -> None:
    made = lb(build, "")["LB"]
    assert len(made) == 0
    assert [pd.api.types.is_numeric_dtype(made[n]) for n in MADE] == [
        False,
        True,
        False,
        True,
        True,
        False,
    ]
