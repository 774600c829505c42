"""`calc`, `span`, `day`, `window` and `emergent`: one record at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from adam.verbs.calc import rounded
from mappings.findings import SpecificationFault

WINDOWS = [
    {"AVISIT": "Week 4", "AVISITN": "4", "from": "2", "to": "42", "target": "28"},
    {"AVISIT": "Screening", "AVISITN": "-1", "from": "-28", "to": "-8", "target": ""},
    {"AVISIT": "Baseline", "AVISITN": "0", "from": "-7", "to": "1", "target": "1"},
]


def sas(text: str) -> float:
    return float((date.fromisoformat(text) - date(1960, 1, 1)).days)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('{calc: [AVAL, "-", BASE]}', [-15, 4, None]),
        ("{calc: [AVAL, +, 1.5]}", [31.5, 5.5, None]),
        ('{calc: [100, "-", AVAL]}', [70, 96, None]),
        ('{calc: [AVAL, "*", BASE]}', [1350, 0, None]),
        ("{calc: [AVAL, /, BASE], percent: true}", [pytest.approx(66.6666667), None, None]),
        ("{calc: [AVAL, /, BASE], percent: true, digits: 1}", [66.7, None, None]),
        ("{calc: [AVAL, /, BASE], digits: 0}", [1, None, None]),
    ],
)
def test_calc(bds: Any, rule: str, expected: list[float | None]) -> None:
    columns = {"AVAL": [30.0, 4.0, float("nan")], "BASE": [45.0, 0.0, 45.0]}
    assert bds.values(f"CHG: {rule}", columns, "CHG") == expected


def test_halves_are_rounded_away_from_zero_also_when_binary_falls_short() -> None:
    values = pd.Series([0.125, -0.125, 1.005, 2.675, 0.5, 1.5, -2.5, float("nan")])
    assert rounded(values, 2).tolist()[:4] == [0.13, -0.13, 1.01, 2.68]
    assert rounded(values, 0).tolist()[4:7] == [1, 2, -3]
    assert rounded(values, 0).isna().tolist()[-1]


def test_text_in_a_calculation_stops_with_the_place(bds: Any) -> None:
    with pytest.raises(SpecificationFault) as caught:
        bds.values("CHG: {calc: [OWN, +, 1]}", {"OWN": ["3"]}, "CHG")
    assert str(caught.value.findings[0]) == (
        "adam/adxx.yaml:6:3: OWN holds text, and numbers are needed here"
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("unit: days, negative: missing", [3, 1, None, None]),
        ("unit: days, negative: keep", [3, 1, -2, None]),
        ("unit: days, inclusive: false, negative: keep", [2, 0, -2, None]),
        ("unit: weeks, inclusive: false, negative: missing", [2 / 7, 0, None, None]),
        ("unit: months, negative: missing", [3 / 30.4375, 1 / 30.4375, None, None]),
        ("unit: years, negative: keep", [3 / 365.25, 1 / 365.25, -2 / 365.25, None]),
    ],
)
def test_span_of_dates(rules: Any, rule: str, expected: list[float | None]) -> None:
    columns = {"ASTDT": [10.0, 10.0, 12.0, 5.0], "AENDT": [12.0, 10.0, 10.0, float("nan")]}
    got = rules.values(f"ADURN: {{span: [ASTDT, AENDT], {rule}}}", columns, "ADURN")
    assert got == [None if v is None else pytest.approx(v, rel=1e-14) for v in expected]


def test_an_end_before_the_start_is_a_finding_unless_said(rules: Any, table: Any) -> None:
    frame = table({"ASTDT": [sas("2024-03-15")], "AENDT": [sas("2024-03-14")]})
    made, findings = rules.run("ADURN: {span: [ASTDT, AENDT], unit: days}", frame)
    assert made["ADURN"].isna().tolist() == [True]
    assert [(f.rule, f.message, f.value) for f in findings] == [
        (
            "span.negative",
            "AENDT is before ASTDT (2024-03-15/2024-03-14)",
            "2024-03-15/2024-03-14",
        )
    ]


@pytest.mark.parametrize(
    ("unit", "expected"), [("hours", 36), ("minutes", 2160), ("days", 1.5), ("weeks", 1.5 / 7)]
)
def test_span_of_dates_with_times(rules: Any, unit: str, expected: float) -> None:
    columns = {"ASTDTM": [86400.0], "AENDTM": [2.5 * 86400]}
    rule = f"ADURN: {{span: [ASTDTM, AENDTM], unit: {unit}}}"
    assert rules.values(rule, columns, "ADURN") == [pytest.approx(expected)]


def test_span_reads_iso_text_too(rules: Any) -> None:
    columns = {"AESTDTC": ["2024-02-28", "2024-02", ""], "AEENDTC": ["2024-03-01"] * 3}
    rule = "ADURN: {span: [AESTDTC, AEENDTC], unit: days}"
    assert rules.values(rule, columns, "ADURN") == [3, None, None]


def test_day_since_another_date(rules: Any) -> None:
    columns = {
        "ASTDT": [sas("2024-03-15"), sas("2024-03-14"), float("nan")],
        "TRTSDTM": [sas("2024-03-15") * 86400 + 3600] * 3,
        "RFXSTDTC": ["2024-03-10T08:00", "2024-03", "2024-03-10"],
    }
    assert rules.values("ASTDY: {day: ASTDT, since: TRTSDTM}", columns, "ASTDY") == [1, -1, None]
    assert rules.values("ASTDY: {day: ASTDT, since: RFXSTDTC}", columns, "ASTDY") == [6, None, None]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (-28, ["Screening", -1, None, None, -28, -8, "DAYS"]),
        (-8, ["Screening", -1, None, None, -28, -8, "DAYS"]),
        (-7, ["Baseline", 0, 1, 7, -7, 1, "DAYS"]),
        (-1, ["Baseline", 0, 1, 1, -7, 1, "DAYS"]),
        (1, ["Baseline", 0, 1, 0, -7, 1, "DAYS"]),
        (2, ["Week 4", 4, 28, 26, 2, 42, "DAYS"]),
        (42, ["Week 4", 4, 28, 14, 2, 42, "DAYS"]),
        (float("nan"), ["", None, None, None, None, None, ""]),
    ],
)
def test_window(bds: Any, table: Any, day: float, expected: list[Any]) -> None:
    rule = "AVISIT: {window: ADY, table: windows}"
    made, findings = bds.run(rule, table({"ADY": [float(day)]}), {"windows": WINDOWS})
    names = ["AVISIT", "AVISITN", "AWTARGET", "AWTDIFF", "AWLO", "AWHI", "AWU"]
    assert [None if pd.isna(v) else v for v in made.loc[0, names]] == expected
    assert findings == []


def test_a_day_outside_of_all_windows_is_a_finding(bds: Any, table: Any) -> None:
    rule = "AVISIT: {window: ADY, table: windows}"
    made, findings = bds.run(rule, table({"ADY": [43.0, -29.0]}), {"windows": WINDOWS})
    assert made["AVISIT"].tolist() == ["", ""]
    assert made["AWU"].tolist() == ["", ""]
    assert [(f.rule, f.message) for f in findings] == [
        ("window.outside", "day 43 is in no window of the table 'windows'"),
        ("window.outside", "day -29 is in no window of the table 'windows'"),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from": "44"}, "study.yaml:1:1: the table 'windows', window 1: it begins on day 44 and"),
        ({"from": "1"}, "window 1: the windows of 'Baseline' and 'Week 4' overlap"),
        ({"from": ""}, "window 2: the windows of 'Week 4' and 'Screening' overlap"),
        ({"from": "5"}, "window 1: between the windows of 'Baseline' and 'Week 4' day 2 belongs"),
        ({"from": "0"}, "window 1: there is no day 0"),
        ({"from": "two"}, "window 1: 'two' is no number"),
        ({"target": "43"}, "window 1: the target 43 is outside of it"),
        ({"AVISITN": ""}, "window 1: a window has an AVISIT and an AVISITN"),
    ],
)
def test_windows_that_do_not_divide_the_days_are_faults(
    bds: Any, change: dict[str, str], said: str
) -> None:
    rule = "AVISIT: {window: ADY, table: windows}"
    tables = {"windows": [{**WINDOWS[0], **change}, *WINDOWS[1:]]}
    faults = bds.faults(rule, ["ADY"], tables)
    assert any(said in f for f in faults), faults


def test_windows_one_day_apart_over_day_zero_are_no_gap(bds: Any) -> None:
    windows = [
        {"AVISIT": "Before", "AVISITN": "0", "from": "", "to": "-1", "target": ""},
        {"AVISIT": "After", "AVISITN": "1", "from": "1", "to": "", "target": ""},
    ]
    rule = "AVISIT: {window: ADY, table: windows}"
    tables = {"windows": windows}
    assert bds.values(rule, {"ADY": [-400.0, -1.0, 1.0, 400.0]}, "AVISIT", tables) == [
        "Before",
        "Before",
        "After",
        "After",
    ]


def test_emergent_until_and_before(rules: Any) -> None:
    columns = {
        "AESTDTC": ["2024-03-14", "2024-03-15", "2024-04-30", "2024-05", ""],
        "TRTSDT": [sas("2024-03-15")] * 5,
        "TRTEDT": [sas("2024-04-01")] * 5,
        "NACTDT": [sas("2024-04-20"), *[float("nan")] * 4],
    }
    rule = "TRTEMFL: {emergent: [AESTDTC], since: TRTSDT, before: NACTDT, until: TRTEDT, days: 30}"
    assert rules.values(rule, columns, "TRTEMFL") == ["", "Y", "Y", "Y", "Y"]
    shorter = rule.replace("days: 30", "days: 29")
    assert rules.values(shorter, columns, "TRTEMFL") == ["", "Y", "Y", "", "Y"]
