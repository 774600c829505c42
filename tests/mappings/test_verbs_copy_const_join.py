# ruff: noqa: RUF001 (full-width characters are what is tested)
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench


def test_copy_keeps_the_text(bench: Bench) -> None:
    cells = [" NA ", "012", "NO", "", "1e3", "a  b"]
    values, findings = bench.rule("{copy: A}", {"A": cells})
    assert values == ["NA", "012", "NO", "", "1e3", "a  b"]
    assert findings == []


def test_copy_of_numbers(bench: Bench) -> None:
    assert bench.rule("{copy: A}", {"A": [1.5, math.nan]})[0] == [1.5, None]
    # the standard's type decides
    assert bench.rule("{copy: A}", {"A": [1.5, math.nan, -0.0]}, numeric=False)[0] == [
        "1.5", "", "0",
    ]  # fmt: skip
    assert bench.rule("{copy: A}", {"A": ["1.5", ""]}, numeric=True)[0] == [1.5, None]


def test_copy_finds_a_column_in_other_capitals(bench: Bench) -> None:
    assert bench.rule("{copy: aeterm}", {"AEterm": ["x"]})[0] == ["x"]


def test_const(bench: Bench) -> None:
    values, findings = bench.rule('{const: "012"}', {"A": ["x", ""]})
    assert values == ["012", "012"]
    assert findings == []


def test_when_and_else(bench: Bench) -> None:
    cells = {"A": ["1", "2", ""], "B": ["x", "y", "z"]}
    assert bench.rule('{const: "Y", when: {A: "1"}}', cells)[0] == ["Y", "", ""]
    assert bench.rule('{const: "Y", when: {A: "1"}, else: "N"}', cells)[0] == ["Y", "N", "N"]
    assert bench.rule("{copy: B, when: {A: {is: present}}, else: none}", cells)[0] == [
        "x", "y", "none",
    ]  # fmt: skip
    assert bench.rule("{num: A, when: {B: [x, z]}, else: -1}", cells)[0] == [1, -1, None]
    numbers = {"A": [1.0, 2.0], "B": [5.0, 6.0]}
    assert bench.rule("{copy: B, when: {A: 1}}", numbers)[0] == [5, None]
    assert bench.rule("{copy: B, when: {A: 1}, else: NA}", numbers)[0] == ["5", "NA"]


def test_when_holds_nowhere_or_there_are_no_rows(bench: Bench) -> None:
    assert bench.rule("{copy: A, when: {A: no}}", {"A": ["x"]})[0] == [""]
    for verb in ("{copy: A}", "{const: x}", "{num: A, when: {A: x}}", "{join: [$A]}"):
        assert bench.rule(verb, {"A": []}) == ([], [])


def test_join(bench: Bench) -> None:
    cells = {"A": ["1", " 12 ", "", "x"], "B": ["p", "q", "r", ""]}
    assert bench.rule("{join: [T, $A], pad: 2}", cells)[0] == ["T01", "T12", "", "Tx"]
    assert bench.rule('{join: [$A, $B], sep: "-"}', cells)[0] == ["1-p", "12-q", "", ""]
    assert bench.rule("{join: [A, B]}", cells)[0] == ["AB"] * 4
    numbers = {"A": [1.0, 2.5, math.nan, 123456789012.0]}
    assert bench.rule("{join: [N, $A], pad: 3}", numbers)[0] == [
        "N001", "N2.5", "", "N123456789012",
    ]  # fmt: skip
    # only ASCII digits are a whole number
    assert bench.rule("{join: [$A], pad: 3}", {"A": ["１"]}) == (["001"], [])
    values, findings = bench.rule("{join: [$A], pad: 3}", {"A": ["²"]})
    assert values == [""]
    assert findings[0].message == "'²' cannot stand in a package in ascii"


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("{copy: AA}", "sdtm/ae.yaml:5:13: there is no column 'AA' in ae. Did you mean 'A'?"),
        ("{join: [T, $Q]}", ("sdtm/ae.yaml:5:17: there is no column 'Q' in ae. There are: A, B, C, "
         "STUDYID, SUBJID, SITEID, USUBJID, X.")),
        ("{copy: A, pad: 2}",
         "sdtm/ae.yaml:5:16: 'pad' does nothing beside 'copy'. It belongs to 'join'."),
        ("{const: A, ct: C66742}",
         "sdtm/ae.yaml:5:17: 'ct' does nothing beside 'const'. It belongs to 'map'."),
        ("{num: A, format: YYYY}",
         "sdtm/ae.yaml:5:15: 'format' does nothing beside 'num'. It belongs to 'date'."),
        ("{copy: A, by: {A: B}}",
         "sdtm/ae.yaml:5:16: 'by' does nothing beside 'copy'. It belongs to 'lookup'."),
        ("{copy: A, reads: [B]}",
         "sdtm/ae.yaml:5:16: 'reads' does nothing beside 'copy'. It belongs to 'call'."),
        ("{copy: A, else: x}", "sdtm/ae.yaml:5:16: 'else' does nothing without 'when'"),
        ("{num: A, when: {B: x}, else: none}",
         "sdtm/ae.yaml:5:29: 'num' gives numbers, but 'none' is not one"),
        ("{const: x, when: {Q: y}}", ("sdtm/ae.yaml:5:27: there is no column 'Q' in ae. There are: "
         "A, B, C, STUDYID, SUBJID, SITEID, USUBJID, X.")),
        ("{const: x, when: {A: $BB}}",
         "sdtm/ae.yaml:5:27: there is no column 'BB' in ae. Did you mean 'B'?"),
    ],
)  # fmt: skip
def test_faults(bench: Bench, rule: str, fault: str) -> None:
    assert bench.faults(rule) == [fault]
