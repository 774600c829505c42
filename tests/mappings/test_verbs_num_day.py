# ruff: noqa: RUF001 (full-width characters are what is tested)
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from mappings.findings import RawPlace

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench


def test_num(bench: Bench) -> None:
    values, findings = bench.rule("{num: A}", {"A": ["1.50", "", " 2 ", "１２", "-3e2", "  "]})
    assert values == [1.5, None, 2, 12, -300, None]
    assert findings == []
    assert bench.rule("{num: A}", {"A": [1.5, math.nan]})[0] == [1.5, None]


def test_what_is_no_number(bench: Bench) -> None:
    values, findings = bench.rule("{num: A}", {"A": ["1,5", "<5", "1,234", "1e999", "nan"]})
    assert values == [None] * 5
    assert sorted((f.rule, str(f)) for f in findings) == [
        ("num.decimal_comma", ("raw/ae.csv, row 2, column A: '1,5' has a decimal comma: the number "
         "is not guessed. Ask the site.")),
        ("num.decimal_comma", ("raw/ae.csv, row 4, column A: '1,234' has a decimal comma: the "
         "number is not guessed. Ask the site.")),
        ("num.unreadable", ("raw/ae.csv, row 3, column A: '<5' is not a number. "
         "Ask the site, or keep it as text.")),
        ("num.unreadable", ("raw/ae.csv, row 5, column A: '1e999' is not a number. "
         "Ask the site, or keep it as text.")),
        ("num.unreadable", ("raw/ae.csv, row 6, column A: 'nan' is not a number. "
         "Ask the site, or keep it as text.")),
    ]  # fmt: skip


def test_text_in_a_numeric_variable_is_read_the_same_way(bench: Bench) -> None:
    values, findings = bench.rule("{copy: A}", {"A": ["7", "x"]}, numeric=True)
    assert values == [7, None]
    assert [(f.rule, f.raw) for f in findings] == [
        ("num.unreadable", RawPlace("raw/ae.csv", 3, "A"))
    ]


def test_no_rows(bench: Bench) -> None:
    assert bench.rule("{num: A}", {"A": []}) == ([], [])


HEAD = "target: AE\nfrom: ae\nkeys: [USUBJID]\n"


def test_day(bench: Bench) -> None:
    text = f"{HEAD}vars:\n  AESTDTC: {{copy: A}}\n  AESTDY: {{day: AESTDTC}}\n"
    cells = ["1960-01-10", "1960-01-09", "1960-01-11", "1960-01", "", "1960-01-10T10:00", "soon"]
    result = bench.run(text, {"ae": bench.form({"A": cells})}, reference=9)
    assert result.values("AESTDY") == [1, -1, 2, None, None, 1, None]
    assert result.findings == []


def test_day_is_made_late_and_so_is_what_reads_it(bench: Bench) -> None:
    text = (
        f"{HEAD}vars:\n"
        "  AEX: {const: late, when: {AE.AESTDY: {ge: 1}}, else: early}\n"
        "  AESTDY: {day: AE.AESTDTC}\n"
        "  AESTDTC: {copy: A}\n"
    )
    data = {"ae": bench.form({"A": ["1960-01-10", "1960-01-09"]})}
    compiled, faults = bench.compile(text, data)
    assert faults == []
    block = compiled.blocks[0]
    assert [r.variable for r in block.rules] == ["AESTDTC"]
    assert [r.variable for r in block.after] == ["AESTDY", "AEX"]
    assert bench.run(text, data, reference=9).values("AEX") == ["late", "early"]


def test_day_of_a_late_date(bench: Bench) -> None:
    text = (
        f"{HEAD}vars:\n  AESTDY: {{day: AESTDTC}}\n  AESTDTC: {{copy: A}}\n"
        "  AEENDTC: {copy: AE.AESTDTC, when: {AE.AESTDY: {ge: 1}}}\n  AEENDY: {day: AEENDTC}\n"
    )
    data = {"ae": bench.form({"A": ["1960-01-10", "1960-01-09"]})}
    assert bench.run(text, data, reference=9).values("AEENDY") == [1, None]


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("{day: XX}", "sdtm/ae.yaml:5:12: there is no variable 'XX' in AE. Did you mean 'X'?"),
        ("{day: A}", "sdtm/ae.yaml:5:12: there is no variable 'A' in AE. There are: X."),
        (
            "{num: USUBJ}",
            "sdtm/ae.yaml:5:12: there is no column 'USUBJ' in ae. Did you mean 'USUBJID'?",
        ),
    ],
)
def test_faults(bench: Bench, rule: str, fault: str) -> None:
    assert bench.faults(rule) == [fault]


def test_a_late_rule_has_no_columns_of_the_source(bench: Bench) -> None:
    text = (
        f"{HEAD}vars:\n  AESTDTC: {{copy: A}}\n  AESTDY: {{day: AESTDTC}}\n"
        "  AEX: {copy: A, when: {AE.AESTDY: {ge: 1}}}\n"
    )
    _, faults = bench.compile(text, {"ae": bench.form({"A": []})})
    assert [str(f) for f in faults] == [
        (
            "sdtm/ae.yaml:7:3: AEX reads a study day and also the column A. "
            "Copy A to a variable under 'work' and read that."
        )
    ]


def test_a_day_of_itself(bench: Bench) -> None:
    assert bench.faults("{day: X}") == [
        (
            "sdtm/ae.yaml:5:3: X reads itself: ae has no such column. "
            "There are: A, B, C, STUDYID, SUBJID, SITEID, USUBJID."
        )
    ]
