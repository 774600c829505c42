# ruff: noqa: RUF001 (full-width characters are what is tested)
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from mappings.findings import RawPlace, Severity, SpecPlace

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench


def test_by_codelist(bench: Bench) -> None:
    values, findings = bench.rule(
        "{map: A, ct: C66742}", {"A": ["Y", " N ", "", "Ｙ", "Yes", "Yes"]}
    )
    assert values == ["Y", "N", "", "Y", "Y", "Y"]
    assert len(findings) == 1
    notice = findings[0]
    assert notice.rule == "map.synonym"
    assert notice.severity is Severity.NOTICE
    assert notice.message == "'Yes' was recognised as Y by synonym"
    assert (notice.dataset, notice.variable, notice.scope) == ("AE", "X", "Yes")
    assert notice.spec == SpecPlace("sdtm/ae.yaml", 5, 3)


def test_the_table_is_asked_first(bench: Bench) -> None:
    rule = '{map: A, ct: C66742, to: {Yes: N, maybe: null, 是（部分）: "Y"}}'
    values, findings = bench.rule(rule, {"A": ["Yes", "maybe", "Y", "是（部分）", "是(部分)"]})
    assert values == ["N", "", "Y", "Y", "Y"]
    assert findings == []


def test_a_table_may_give_a_value_to_empty_cells(bench: Bench) -> None:
    assert bench.rule('{map: A, to: {"": NO, x: YES}}', {"A": ["", " ", "x"]})[0] == [
        "NO", "NO", "YES",
    ]  # fmt: skip


def test_unmapped_values_are_findings_row_by_row(bench: Bench) -> None:
    values, findings = bench.rule(
        "{map: A, ct: C66742, to: {q: Y}}", {"A": ["q", "x", "", "x", "y"]}
    )
    assert values == ["Y", "", "", "", ""]
    assert [(f.rule, f.value, f.raw) for f in findings] == [
        ("map.unmapped", "x", RawPlace("raw/ae.csv", 3, "A")),
        ("map.unmapped", "x", RawPlace("raw/ae.csv", 5, "A")),
        ("map.unmapped", "y", RawPlace("raw/ae.csv", 6, "A")),
    ]
    first = findings[0]
    assert str(first) == (
        "raw/ae.csv, row 3, column A: the value 'x' is not in the table or in No Yes Response. "
        "Add it to 'to', or ask the site."
    )
    assert first.severity is Severity.ERROR
    assert first.scope == "S2 ae r2"
    assert first.spec == SpecPlace("sdtm/ae.yaml", 5, 3)


def test_the_message_names_what_was_asked(bench: Bench) -> None:
    _, by_list = bench.rule("{map: A, ct: C66742}", {"A": ["x"]})
    assert by_list[0].message == "the value 'x' is not in No Yes Response"
    _, by_table = bench.rule("{map: A, to: {y: Y}}", {"A": ["x"]})
    assert by_table[0].message == "the value 'x' is not in the table"


def test_the_message_has_the_decode_that_the_export_has(bench: Bench) -> None:
    for code in ("A_STD", "ACD"):
        _, found = bench.rule(
            f"{{map: {code}, to: {{y: Y}}}}", {code: ["9", "8", "y"], "A": ["Perhaps", "", "Yes"]}
        )
        assert [f.message for f in found] == [
            "the value '9' (Perhaps) is not in the table",
            "the value '8' is not in the table",
        ]


def test_numbers_are_mapped_as_they_are_written(bench: Bench) -> None:
    rule = '{map: A, to: {"1": ONE, "2.5": MORE}}'
    assert bench.rule(rule, {"A": [2.5, math.nan, 1.0]}) == (["MORE", "", "ONE"], [])


def test_no_rows(bench: Bench) -> None:
    assert bench.rule("{map: A, ct: C66742}", {"A": []}) == ([], [])


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ("{map: A}", ["sdtm/ae.yaml:5:6: 'map' needs 'ct', 'to' or both"]),
        ("{map: A, ct: NOPE}",
         ["sdtm/ae.yaml:5:19: there is no codelist 'NOPE'. Did you mean 'C66742'?"]),
        ("{map: A, ct: C66742, to: {a: Y, b: Yess, c: U}}", [
            ("sdtm/ae.yaml:5:41: 'Yess' is not in the codelist No Yes Response, which cannot be "
            "extended. There are: Y, N."),
            ("sdtm/ae.yaml:5:50: 'U' is not in the codelist No Yes Response, which cannot be "
            "extended. There are: Y, N.")]),
        ("{map: A, ct: C71620, to: {a: kg}}", []),
        ("{map: A, to: {是（一）: a, 是(一): b}}",
         ["sdtm/ae.yaml:5:35: '是(一)' is mapped to two values. Blanks and width do not count."]),
        ("{map: A, to: {Y : a, Ｙ: a}}", []),
    ],
)  # fmt: skip
def test_faults(bench: Bench, rule: str, faults: list[str]) -> None:
    assert bench.faults(rule) == faults
