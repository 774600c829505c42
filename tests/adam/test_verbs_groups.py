"""`flag` and `group`: what is asked of all records of a subject."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.findings import SpecificationFault

EVENTS: dict[str, list[Any]] = {
    "USUBJID": ["A", "A", "A", "B", "B", "A"],
    "AEDECOD": ["Fever", "Fever", "Rash", "Rash", "Fever", "Rash"],
    "ATOXGRN": [2.0, 3.0, 3.0, float("nan"), 1.0, 4.0],
    "ASTDT": [5.0, float("nan"), 3.0, 2.0, 2.0, 1.0],
    "TRTEMFL": ["Y", "Y", "Y", "Y", "Y", ""],
}
RESULTS: dict[str, list[Any]] = {
    "USUBJID": ["A", "A", "A", "A", "B", "B", "B"],
    "PARAMCD": ["X", "X", "X", "X", "X", "X", "Z"],
    "ADT": [30.0, 10.0, 20.0, float("nan"), 10.0, 20.0, 20.0],
    "AVAL": [4.0, 7.0, 1.0, 9.0, float("nan"), 5.0, 2.0],
    "ABLFL": ["", "Y", "", "", "", "", "Y"],
}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{flag: first, order: [ASTDT]}", ["", "", "", "Y", "", "Y"]),
        ("{flag: first, order: [ASTDT], when: {TRTEMFL: Y}}", ["", "", "Y", "Y", "", ""]),
        ("{flag: last, order: [ASTDT], when: {TRTEMFL: Y}}", ["Y", "", "", "", "Y", ""]),
        ("{flag: first, order: [-ATOXGRN, ASTDT], when: {TRTEMFL: Y}}", ["", "", "Y", "", "Y", ""]),
        (
            "{flag: first, per: [AEDECOD], order: [-ATOXGRN, ASTDT], when: {TRTEMFL: Y}}",
            ["", "Y", "Y", "Y", "Y", ""],
        ),
        ("{flag: first, per: [USUBJID], order: [-AEDECOD, ASTDT]}", ["", "", "", "Y", "", "Y"]),
    ],
)
def test_flag(rules: Any, rule: str, expected: list[str]) -> None:
    """Missing dates and grades come last; of two alike the earlier row is the first."""
    assert rules.values(f"AOCCIFL: {rule}", EVENTS, "AOCCIFL") == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("where: {ABLFL: Y}", [7, 7, 7, 7, None, None, 2]),
        ("take: first, order: [ADT]", [7, 7, 7, 7, 5, 5, 2]),
        ("take: last, order: [ADT]", [4, 4, 4, 4, 5, 5, 2]),
        ("take: first, order: [-AVAL]", [9, 9, 9, 9, 5, 5, 2]),
        ("take: min", [1, 1, 1, 1, 5, 5, 2]),
        ("take: max", [9, 9, 9, 9, 5, 5, 2]),
        ("take: sum", [21, 21, 21, 21, 5, 5, 2]),
        ("take: mean", [5.25, 5.25, 5.25, 5.25, 5, 5, 2]),
        ("take: count", [4, 4, 4, 4, 1, 1, 1]),
        ("take: count, where: {ABLFL: Y}", [1, 1, 1, 1, 0, 0, 1]),
        ("take: min, when: {ADT: {ge: 20}}", [1, None, 1, None, None, 5, 2]),
        ("take: min, order: [ADT], upto: before", [1, None, 7, None, None, None, None]),
        ("take: min, order: [ADT], upto: here", [1, 7, 1, None, None, 5, 2]),
        ("take: max, order: [ADT], upto: here", [7, 7, 7, None, None, 5, 2]),
        ("take: sum, order: [ADT], upto: here", [12, 7, 8, None, None, 5, 2]),
        ("take: mean, order: [ADT], upto: here", [4, 7, 4, None, None, 5, 2]),
        ("take: count, order: [ADT], upto: before", [2, 0, 1, 0, 0, 0, 0]),
        ("take: last, order: [ADT], upto: before", [1, None, 7, None, None, None, None]),
        ("take: first, order: [ADT], upto: before", [7, None, 7, None, None, None, None]),
        ("take: last, order: [-ADT], upto: before", [None, 1, 4, None, 5, None, None]),
    ],
)
def test_group(bds: Any, rule: str, expected: list[float | None]) -> None:
    got = bds.values(f"BASE: {{group: AVAL, per: [PARAMCD], {rule}}}", RESULTS, "BASE")
    assert got == expected


def test_records_alike_in_the_order_answer_here_and_not_before(bds: Any) -> None:
    columns = {"ADT": [1.0, 1.0, 2.0], "AVAL": [3.0, 8.0, 5.0]}
    here = "BASE: {group: AVAL, take: max, order: [ADT], upto: here}"
    before = "BASE: {group: AVAL, take: max, order: [ADT], upto: before}"
    assert bds.values(here, columns, "BASE") == [8, 8, 8]
    assert bds.values(before, columns, "BASE") == [None, None, 8]


def test_text_of_a_group_and_a_missing_key(bds: Any) -> None:
    columns = {"PARAMCD": ["X", "", "X", ""], "AVALC": ["a", "b", "c", ""], "ADT": [2.0, 1, 1, 3]}
    rule = "BASEC: {group: AVALC, per: [PARAMCD], take: first, order: [ADT]}"
    assert bds.values(rule, columns, "BASEC") == ["c", "b", "c", "b"]


def test_several_different_answers_are_a_finding(bds: Any, table: Any) -> None:
    columns = {"PARAMCD": ["X", "X", "Y", "Y"], "AVAL": [1.0, 2.0, 3.0, 3.0]}
    made, findings = bds.run("BASE: {group: AVAL, per: [PARAMCD]}", table(columns))
    assert made["BASE"].fillna(-1).tolist() == [-1, -1, 3, 3]
    assert [f.rule for f in findings] == ["group.several", "group.several"]
    assert findings[0].message == "records of the group give different values of AVAL"
    assert (findings[0].dataset, findings[0].variable) == ("ADXX", "BASE")


def test_text_where_numbers_are_needed_stops_with_the_place(bds: Any) -> None:
    columns = {"OWN": ["1", "2"]}
    with pytest.raises(SpecificationFault) as caught:
        bds.values("BASE: {group: OWN, take: mean}", columns, "BASE")
    assert str(caught.value.findings[0]) == (
        "adam/adxx.yaml:6:3: OWN holds text, and numbers are needed here"
    )


def test_no_records(bds: Any, table: Any) -> None:
    lines = (
        "ANL01FL: {flag: first, order: [ADT]}\n"
        "BASE: {group: AVAL, take: min, order: [ADT], upto: here}\n"
        "BASEC: {group: AVALC}"
    )
    frame = table({"ADT": [1.0], "AVAL": [2.0], "AVALC": ["x"]}).iloc[:0]
    made, findings = bds.run(lines, frame)
    assert made[["ANL01FL", "BASE", "BASEC"]].empty
    assert findings == []


def test_over_all_records_when_the_parameters_are_made(build: Any) -> None:
    """`then` sees the records of parameters too, and the flags that it makes itself."""
    old = "then:\n  ADY: {day: ADT}\n"
    new = (
        old
        + "  ANL02FL: {flag: first, order: [ADT, PARAMCD], label: First Record of All}\n"
        + "  BASE: {group: ADY, where: {ANL02FL: Y}}\n"
    )
    adrs = build({"adam/adrs.yaml": [(old, new)]}, adam=True)["ADRS"]
    first = adrs[adrs["ANL02FL"] == "Y"]
    assert first[["USUBJID", "PARAMCD", "ADY"]].values.tolist() == [
        ["TINY-01-001", "BOR", 14.0],
        ["TINY-01-002", "BOR", 32.0],
    ]
    assert adrs["BASE"].tolist() == [14.0] * 4 + [32.0] * 3
