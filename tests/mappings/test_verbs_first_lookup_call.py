from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from mappings.findings import RawPlace, SpecificationFault, SpecPlace
from mappings.verbs.call import CallFault

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench

HEAD = "target: AE\nfrom: ae\nkeys: [USUBJID]\n"


def test_first(bench: Bench) -> None:
    cells = {"A": ["1", "", " ", ""], "B": ["x", "y", "z", ""]}
    rule = "{first: [{copy: A}, {copy: B, when: {B: {ne: z}}}, {const: last}]}"
    assert bench.rule(rule, cells) == (["1", "y", "last", "last"], [])


def test_first_asks_the_next_rule_only_where_there_is_no_value(bench: Bench) -> None:
    rule = "{first: [{copy: A}, {num: B}]}"
    values, findings = bench.rule(rule, {"A": ["1", ""], "B": ["bad", "worse"]})
    assert values == ["1", ""]
    assert [(f.rule, f.raw) for f in findings] == [
        ("num.unreadable", RawPlace("raw/ae.csv", 3, "B"))
    ]


def test_first_of_numbers_and_text(bench: Bench) -> None:
    both = "{first: [{num: A}, {copy: B}]}"
    assert bench.rule(both, {"A": ["1.50", ""], "B": ["x", "y"]})[0] == ["1.5", "y"]
    assert bench.rule(both, {"A": ["1.50", ""], "B": ["x", ""]})[0] == [1.5, None]
    assert bench.rule(both, {"A": ["", ""], "B": ["x", ""]})[0] == ["x", ""]
    other = "{first: [{copy: B}, {num: A}]}"
    assert bench.rule(other, {"A": ["1", "2"], "B": ["x", ""]})[0] == ["x", "2"]
    assert bench.rule(other, {"A": ["1", "2"], "B": ["", ""]})[0] == [1, 2]
    # a numeric variable gets numbers whichever rule gave them
    assert bench.rule(other, {"A": ["1", "2"], "B": ["7", ""]}, numeric=True)[0] == [7, 2]
    assert bench.rule(both, {"A": [], "B": []})[0] == []


DM = {"USUBJID": ["S1", "S2", "S3"]}


def test_lookup_of_the_same_subject(bench: Bench) -> None:
    ic: dict[str, list[str]] = {"USUBJID": ["S3", "S1"], "V": [" c ", "a"]}
    assert bench.rule("{lookup: ic, get: V}", DM, ic=ic) == (["a", "", "c"], [])


def test_missing_keys_match_nothing(bench: Bench) -> None:
    own = {"K": ["", "k", " k "]}
    other = {"L": ["", "k"], "V": ["wrong", "right"]}
    assert bench.rule("{lookup: ic, by: {K: L}, get: V}", own, ic=other)[0] == [
        "", "right", "right",
    ]  # fmt: skip
    numbers: dict[str, list[Any]] = {"L": [math.nan, 1.0], "V": ["wrong", "right"]}
    assert bench.rule("{lookup: ic, by: {K: L}, get: V}", {"K": ["", "1", "01", "x"]}, ic=numbers)[
        0
    ] == ["", "right", "right", ""]
    assert bench.rule("{lookup: ic, by: {K: L}, get: V}", {"K": [math.nan, 1.0]}, ic=numbers)[
        0
    ] == ["", "right"]
    text = {"L": ["", "01"], "V": ["wrong", "right"]}
    assert bench.rule("{lookup: ic, by: {K: L}, get: V}", {"K": [math.nan, 1.0]}, ic=text)[0] == [
        "", "right",
    ]  # fmt: skip


def test_several_keys(bench: Bench) -> None:
    own = {"USUBJID": ["S1", "S1", "S2"], "K": ["a", "b", "a"]}
    other = {"USUBJID": ["S1", "S1"], "L": ["a", "b"], "V": ["1", "2"]}
    rule = "{lookup: ic, by: {USUBJID: USUBJID, K: L}, get: V}"
    assert bench.rule(rule, own, ic=other)[0] == ["1", "2", ""]


def test_pick_and_order(bench: Bench) -> None:
    ex = {
        "USUBJID": ["S1", "S1", "S1", "S2"],
        "D": ["2024-02", "2024-01-05", "", ""],
        "V": ["10", "9", "11", "1"],
    }
    assert bench.rule("{lookup: ex, get: D, pick: first}", DM, ex=ex)[0] == ["2024-01-05", "", ""]
    assert bench.rule("{lookup: ex, get: D, pick: last}", DM, ex=ex)[0] == ["2024-02", "", ""]
    # numbers in order of numbers, and a row without an order is the last choice on either side
    assert bench.rule("{lookup: ex, get: V, pick: first}", DM, ex=ex)[0] == ["9", "1", ""]
    assert bench.rule("{lookup: ex, get: V, order: D, pick: first}", DM, ex=ex)[0] == ["9", "1", ""]
    assert bench.rule("{lookup: ex, get: V, order: D, pick: last}", DM, ex=ex)[0] == ["10", "1", ""]


def test_several_answers_without_pick(bench: Bench) -> None:
    ex = {"USUBJID": ["S1", "S1", "S2", "S2"], "V": ["a", "b", "c", "c"]}
    values, findings = bench.rule("{lookup: ex, get: V}", DM, ex=ex)
    assert values == ["", "c", ""]
    assert len(findings) == 1
    found = findings[0]
    assert found.rule == "lookup.several"
    assert found.raw == RawPlace("raw/ae.csv", 2)
    assert found.spec == SpecPlace("sdtm/ae.yaml", 5, 3)
    assert found.value == "S1"
    assert str(found) == (
        "raw/ae.csv, row 2: several records of ex answer the lookup. "
        "Say 'pick: first' or 'pick: last', narrow 'where', or ask the site."
    )


def test_where_and_a_rule_as_get(bench: Bench) -> None:
    dth = {"USUBJID": ["S1", "S2", "S2"], "Y": ["2024", "2023", "2023"], "M": ["3", "2", "5"],
           "D": ["1", "30", ""], "OK": ["Y", "Y", "N"]}  # fmt: skip
    rule = "{lookup: dth, get: {date: [Y, M, D]}, where: {OK: Y}}"
    values, findings = bench.rule(rule, DM, dth=dth)
    assert values == ["2024-03-01", "", ""]
    assert [(f.rule, f.dataset, f.variable, f.raw) for f in findings] == [
        ("date.impossible", "AE", "X", RawPlace("raw/dth.csv", 3, "Y, M, D"))
    ]
    assert bench.rule("{lookup: dth, get: {const: 'Y'}}", DM, dth=dth)[0] == ["Y", "Y", ""]


def test_several_places(bench: Bench) -> None:
    rule = (
        "{lookup: [{in: sv, get: A}, {in: ss, get: B, where: {B: {gt: 2024-01-01}}}], pick: last}"
    )
    sv = {"USUBJID": ["S1", "S2"], "A": ["2024-05-01", ""]}
    ss = {"USUBJID": ["S1", "S2", "S3"], "B": ["2024-04-01", "2024-02-01", "2023-01-01"]}
    assert bench.rule(rule, DM, sv=sv, ss=ss)[0] == ["2024-05-01", "2024-02-01", ""]


def test_lookup_where_nothing_is(bench: Bench) -> None:
    assert bench.rule("{lookup: ic, get: V}", DM, ic={"V": []})[0] == ["", "", ""]
    assert bench.rule("{lookup: ic, get: {num: V}}", DM, ic={"V": []})[0] == [None] * 3
    assert bench.rule("{lookup: ic, get: V}", {"USUBJID": []}, ic={"V": ["a"]})[0] == []
    assert bench.rule("{lookup: ic, get: {num: V}}", DM, ic={"V": ["4"]})[0] == [4, None, None]


@pytest.mark.parametrize(
    ("pick", "expected"),
    [
        ("min", [-1, 2.5, None]),
        ("max", [4, 2.5, None]),
        ("sum", [3.3, 2.5, None]),
        ("mean", [1.1, 2.5, None]),
        ("count", [3, 1, 0]),
    ],
)
def test_what_numbers_come_to(bench: Bench, pick: str, expected: list[float | None]) -> None:
    ex = {"USUBJID": ["S1", "S1", "S1", "S1", "S2"], "V": ["4", "-1", "", "0.3", "2.5"]}
    values, _ = bench.rule(f"{{lookup: ex, get: {{num: V}}, pick: {pick}}}", DM, ex=ex)
    assert values == pytest.approx(expected)


def test_counts_of_nothing_are_zero_and_texts_are_counted_too(bench: Bench) -> None:
    rule = "{lookup: ex, get: V, pick: count}"
    assert bench.rule(rule, DM, ex={"V": []})[0] == [0, 0, 0]
    assert bench.rule(rule, DM, ex={"USUBJID": ["S2", "S2"], "V": ["a", "b"]})[0] == [0, 2, 0]
    keyed = "{lookup: ex, by: {K: K}, get: V, pick: count}"
    assert bench.rule(keyed, {"K": ["a", "b", ""]}, ex={"K": ["a"], "V": ["x"]})[0] == [1, 0, None]


def test_a_sum_of_texts_is_a_fault(bench: Bench) -> None:
    with pytest.raises(SpecificationFault) as caught:
        bench.rule("{lookup: ex, get: V, pick: sum}", DM, ex={"USUBJID": ["S1"], "V": ["4"]})
    assert str(caught.value.findings[0]) == (
        "sdtm/ae.yaml:5:3: 'pick: sum' needs numbers, and ex gives text. "
        "Read them with a rule in 'get': {num: COLUMN}."
    )


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ("{lookup: icc, get: V}", [
            "sdtm/ae.yaml:5:15: there is no form, dataset or table 'icc'. Did you mean 'ic'?"]),
        ("{lookup: ic, get: W}", [("sdtm/ae.yaml:5:24: there is no column 'W' in ic. "
                                  "There are: V, STUDYID, SUBJID, SITEID, USUBJID.")]),
        ("{lookup: ic}", ["sdtm/ae.yaml:5:6: 'lookup' also needs 'get'"]),
        ("{lookup: ic, get: V, by: {AA: V}}",
         ["sdtm/ae.yaml:5:36: there is no column 'AA' in ae. Did you mean 'A'?"]),
        ("{lookup: ic, get: V, where: {Q: x}}", [("sdtm/ae.yaml:5:38: there is no column 'Q' in "
                                  "ic. There are: V, STUDYID, SUBJID, SITEID, USUBJID.")]),
        ("{lookup: ic, get: {num: Q}}", [("sdtm/ae.yaml:5:30: there is no column 'Q' in ic. "
                                  "There are: V, STUDYID, SUBJID, SITEID, USUBJID.")]),
        ("{lookup: ic, get: V, order: V}",
         ["sdtm/ae.yaml:5:34: 'order' does nothing without 'pick: first' or 'pick: last'"]),
        ("{lookup: ic, get: V, order: V, pick: sum}",
         ["sdtm/ae.yaml:5:34: 'order' does nothing without 'pick: first' or 'pick: last'"]),
        ("{lookup: [{in: ic, get: V}]}", [("sdtm/ae.yaml:5:6: a lookup in several places needs "
                                          "'pick'")]),
        ("{lookup: [{in: ic, get: V}], pick: last, order: V}",
         ["sdtm/ae.yaml:5:54: 'order' does nothing beside a list of places"]),
        ("{lookup: ic, get: {copy: V, label: L}}",
         [("sdtm/ae.yaml:5:34: 'label' does nothing in a rule inside another rule. "
          "Say it of the variable.")]),
        ("{first: [{copy: A}, {copy: Q, comment: c}]}", [
            ("sdtm/ae.yaml:5:36: 'comment' does nothing in a rule inside another rule. "
            "Say it of the variable."),
            ("sdtm/ae.yaml:5:33: there is no column 'Q' in ae. "
            "There are: A, B, C, STUDYID, SUBJID, SITEID, USUBJID, X.")]),
    ],
)  # fmt: skip
def test_faults(bench: Bench, rule: str, faults: list[str]) -> None:
    assert bench.faults(rule, ic=["V"]) == faults


def call(bench: Bench, function: Callable[[pd.DataFrame], Any], cells: dict[str, list[Any]]) -> Any:
    bench.functions["f"] = function
    return bench.rule("{call: f, reads: [A, B], method: M}", cells)[0]


CELLS: dict[str, list[Any]] = {"A": ["b", "a", "c"], "B": [2.0, 1.0, math.nan]}


def test_call_sees_only_what_it_reads(bench: Bench) -> None:
    seen: list[list[str]] = []

    def f(frame: pd.DataFrame) -> pd.Series[Any]:
        seen.append(list(frame.columns))
        return frame["A"] + frame["B"].fillna(0).astype(int).astype("str")

    assert call(bench, f, CELLS) == ["b2", "a1", "c0"]
    assert seen == [["A", "B"]]


def test_values_of_a_call_go_to_their_rows(bench: Bench) -> None:
    assert call(bench, lambda d: d.sort_values("A")["A"], CELLS) == ["b", "a", "c"]
    assert call(bench, lambda d: pd.Series(d["B"].tolist()), CELLS) == [2, 1, None]
    assert call(bench, lambda d: d["B"] > 1, CELLS) == [1, 0, 0]
    assert call(bench, lambda d: d["A"].where(d["A"] != "a"), CELLS) == ["b", "", "c"]
    assert call(bench, lambda d: pd.Series([1, None, 3], dtype="Int64"), CELLS) == [1, None, 3]


def test_a_call_may_read_what_rules_made_and_narrowed_rows(bench: Bench) -> None:
    bench.functions["f"] = lambda d: pd.Series([f"{t}!" for t in d["AEZ"].tolist()], dtype="str")
    text = (
        f"{HEAD}vars:\n  AEZ: {{copy: A}}\n"
        "  X: {call: f, reads: [AE.AEZ], method: M., when: {A: {ne: a}}}\n"
    )
    result = bench.run(text, {"ae": bench.form({"A": ["b", "a", "c"]})})
    assert result.values("X") == ["b!", "", "c!"]


def boom(frame: pd.DataFrame) -> Any:
    raise ValueError("bad luck")


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (boom, "the function 'f' failed: ValueError: bad luck"),
        (lambda d: d["Z"], "the function 'f' reads 'Z', which is not in 'reads'"),
        (lambda d: d["A"].iloc[:2], "the function 'f' must return one value per row"),
        (lambda d: d["A"].tolist(), "the function 'f' must return one value per row"),
        (lambda d: d["A"].iloc[[0, 0, 1]], "the function 'f' must return one value per row"),
        (lambda d: pd.to_datetime(d["B"]),
         "the function 'f' returns datetime64[ns]; it must return text or numbers"),
    ],
)  # fmt: skip
def test_a_call_that_breaks_its_promise(
    bench: Bench, function: Callable[[pd.DataFrame], Any], message: str
) -> None:
    with pytest.raises(CallFault) as caught:
        call(bench, function, CELLS)
    assert str(caught.value) == f"sdtm/ae.yaml:5:3: {message}"


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ("{call: g, reads: [A], method: M}",
         ["sdtm/ae.yaml:5:13: there is no function 'g'. There are: derive."]),
        ("{call: derivee, reads: [A], method: M}",
         ["sdtm/ae.yaml:5:13: there is no function 'derivee'. Did you mean 'derive'?"]),
        ("{call: derive, reads: [A, Q], method: M}", [
            ("sdtm/ae.yaml:5:32: there is no column 'Q' in ae. "
            "There are: A, B, C, STUDYID, SUBJID, SITEID, USUBJID, X.")]),
        ("{call: derive, reads: [A, A], method: M}", [
            "sdtm/ae.yaml:5:32: vars.X.reads: 'A' stands here twice",
            ("sdtm/ae.yaml:5:32: two columns called A cannot both be read. "
            "Make a working variable of one of them.")]),
    ],
)  # fmt: skip
def test_faults_of_calls(bench: Bench, rule: str, faults: list[str]) -> None:
    bench.functions["derive"] = boom
    assert bench.faults(rule) == faults
    bench.functions.clear()
    assert bench.faults("{call: f, reads: [A], method: M}") == [
        "sdtm/ae.yaml:5:13: there is no function 'f'. No function is registered."
    ]
