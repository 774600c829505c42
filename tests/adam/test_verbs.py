"""The verbs of ADaM on the tiny study: dates as numbers, flags, days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from adam.verbs import part_of
from mappings.findings import SpecificationFault


def sas(text: str) -> float:
    return float((date.fromisoformat(text) - date(1960, 1, 1)).days)


@pytest.mark.parametrize(
    ("variable", "part"),
    [("ASTDT", "DT"), ("ASTDTM", "DTM"), ("ASTTM", "TM"), ("NACTDT", "DT"), ("TRTSDTM", "DTM")],
)
def test_the_suffix_says_what_a_date_variable_holds(variable: str, part: str) -> None:
    assert part_of(variable) == part


def test_date_and_datetime(base: Any) -> None:
    adsl = base["ADSL"]
    assert adsl["TRTSDT"].tolist()[:2] == [sas("2024-01-10"), sas("2024-01-20")]
    assert adsl["TRTSDTM"].tolist()[0] == sas("2024-01-10") * 86400 + 9 * 3600
    assert adsl["TRTSDTM"].isna().tolist() == [False, True, True]


def test_time(build: Any) -> None:
    new = "  TRTSDT: {date: RFXSTDTC}\n  TRTSTM: {date: RFXSTDTC, label: Time of First Exposure}"
    made = build({"adam/adsl.yaml": [("  TRTSDT: {date: RFXSTDTC}", new)]}, adam=True)
    assert made["ADSL"]["TRTSTM"].fillna(-1).tolist() == [9 * 3600.0, -1.0, -1.0]


@pytest.mark.parametrize(
    "rule",
    [
        "{lookup: EX, get: {date: EXSTDTC}, pick: first}",
        "{first: [{date: RFXSTDTC}, {date: RFICDTC}]}",
    ],
)
def test_a_datetime_deep_in_a_rule_is_one_of_seconds(build: Any, rule: str) -> None:
    changes = [("TRTSDTM: {date: RFXSTDTC}", f"TRTSDTM: {rule}")]
    made = build({"adam/adsl.yaml": changes}, adam=True)
    assert made["ADSL"]["TRTSDTM"].tolist()[0] == sas("2024-01-10") * 86400 + 9 * 3600


def test_imputation_with_its_flag(base: Any) -> None:
    adae = base["ADAE"].set_index("AETERM")
    # Begun in January: not before the infusion where that is possible.
    assert adae.loc["headache", ["ASTDT", "ASTDTF"]].tolist() == [sas("2024-01-10"), "D"]
    assert adae.loc["tired", ["AENDT", "AENDTF"]].tolist() == [sas("2024-02-29"), "D"]
    assert adae.loc["fever", ["ASTDTF", "AENDTF"]].tolist() == ["", ""]
    assert adae.loc["headache", "AENDTF"] == ""


def test_an_imputed_date_is_not_after_the_cutoff(build: Any) -> None:
    files = {
        "raw/ae.csv": [("2024-02-UN", "2024-UN-UN")],
        "study.yaml": [("cutoff: 2024-06-30", "cutoff: 2024-03-15")],
    }
    adae = build(files, adam=True)["ADAE"].set_index("AETERM")
    assert adae.loc["tired", ["AENDT", "AENDTF"]].tolist() == [sas("2024-03-15"), "M"]


def test_a_collected_date_is_cut_only_where_the_rule_says_so(build: Any) -> None:
    changes = {
        "study.yaml": [("cutoff: 2024-06-30", "cutoff: 2024-01-25")],
        "adam/adsl.yaml": [("LSTALVDT: {lookup: SV,", "LSTALVDT: {lookup: ALL.SV,")],
    }
    adsl = build(changes, adam=True)["ADSL"]
    assert adsl["LSTALVDT"].tolist() == [sas("2024-01-25"), sas("2024-01-20"), sas("2024-01-20")]


def test_the_flag_of_a_rule_with_a_condition_covers_all_records(build: Any) -> None:
    old = "ASTDT: {date: AESTDTC, impute: first, dtf: ASTDTF, notbefore: TRTSDT}"
    new = "ASTDT: {date: AESTDTC, impute: first, dtf: ASTDTF, when: {AESER: N}}"
    made = build({"adam/adae.yaml": [(old, new)]}, adam=True)["ADAE"]
    assert made[["AETERM", "ASTDTF"]].values.tolist() == [
        ["headache", "D"],
        ["tired", ""],
        ["fever", ""],
        ["cough", ""],
    ]
    assert made["ASTDT"].isna().tolist() == [False, False, True, False]


def test_days_relative_to_treatment_have_no_zero(base: Any) -> None:
    adae = base["ADAE"].set_index("AETERM")
    assert adae["ASTDY"].to_dict() == {"headache": 1.0, "tired": -5.0, "fever": 2.0, "cough": 22.0}


def test_a_subject_without_treatment_has_no_days(build: Any) -> None:
    made = build({"raw/ae.csv": [("01-002,AE", "01-003,AE")]}, adam=True)
    assert made["ADAE"]["ASTDY"].isna().tolist() == [False, False, False, True]


def test_a_date_reads_one_variable(build: Any) -> None:
    change = [("DTHDT: {date: DTHDTC}", "DTHDT: {date: [DTHDTC, RFICDTC]}")]
    with pytest.raises(SpecificationFault, match="in ADaM 'date' reads one ISO 8601 variable"):
        build({"adam/adsl.yaml": change}, adam=True)


@pytest.mark.parametrize(
    "rule",
    [
        "{lookup: DM, get: {date: DTHDTC, impute: first, dtf: DTHDTF}}",
        "{first: [{date: DTHDTC, impute: first, dtf: DTHDTF}, {date: RFENDTC}]}",
    ],
)
def test_an_imputation_whose_flag_would_be_lost_is_a_fault(build: Any, rule: str) -> None:
    change = [("DTHDT: {date: DTHDTC}", f"DTHDT: {rule}")]
    with pytest.raises(SpecificationFault, match="or its flag would be lost"):
        build({"adam/adsl.yaml": change}, adam=True)


def test_the_day_of_an_iso_date(build: Any) -> None:
    change = [("ASTDY: {day: ADAE.ASTDT}", "ASTDY: {day: AESTDTC}")]
    adae = build({"adam/adae.yaml": change}, adam=True)["ADAE"].set_index("AETERM")
    assert adae["ASTDY"].fillna(0).to_dict() == {
        "headache": 0.0,
        "tired": -5.0,
        "fever": 2.0,
        "cough": 22.0,
    }
