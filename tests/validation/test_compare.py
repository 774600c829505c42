"""Two datasets compared: against a slow comparison written out, and case by case."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation.compare.datasets import compare_tables
from validation.compare.model import Compared, Comparison, Options, Tolerance
from validation.compare.page import as_html
from validation.compare.table import Attributes, Table, numbers_of
from validation.compare.text import as_lines, verdict


def table(
    frame: dict[str, list[Any]] | pd.DataFrame,
    *,
    label: str | None = "A label",
    untyped: bool = False,
    special: dict[str, list[str]] | None = None,
    **about: Attributes,
) -> Table:
    held = pd.DataFrame(frame)
    for name in held.columns:
        if not pd.api.types.is_numeric_dtype(held[name]):
            held[name] = held[name].astype("str")
    told = {
        n: Attributes()
        if untyped
        else about.get(
            n,
            Attributes(
                pd.api.types.is_numeric_dtype(held[n]),
                8 if pd.api.types.is_numeric_dtype(held[n]) else 20,
                f"Label {n}",
                "",
            ),
        )
        for n in held.columns
    }
    marks = {n: pd.Series(v, dtype="str") for n, v in (special or {}).items()}
    return Table("x.xpt", "X", label, held, told, special=marks)


def compare(a: Table, b: Table, *keys: str, **options: Any) -> Comparison:
    return compare_tables(a, b, keys, "as the test says", Options(**options))


cells = st.sampled_from(["", "a", "b"])
numbers = st.sampled_from([0.0, 1.0, 1.5, 2.0, math.nan])
records = st.lists(st.tuples(cells, numbers, cells, numbers), max_size=12)
REPEATS = "repeats the keys of an earlier one; such records are matched in the order they stand"
NAMES = ["K", "M", "T", "N"]


def framed(rows: list[tuple[str, float, str, float]]) -> Table:
    held = pd.DataFrame(rows, columns=NAMES).astype(
        {"K": "str", "M": "float64", "T": "str", "N": "float64"}
    )
    return table(held)


@settings(max_examples=200, deadline=None)
@given(a=records, b=records, keyed=st.booleans())
def test_the_same_as_a_slow_comparison(a: list[Any], b: list[Any], keyed: bool) -> None:
    def numbered(rows: list[Any]) -> dict[Any, Any]:
        seen: Counter[Any] = Counter()
        found = {}
        for at, row in enumerate(rows):
            key = tuple(None if pd.isna(v) else v for v in row[:2]) if keyed else ()
            found[key, seen[key]] = (at, row)
            seen[key] += 1
        return found

    def same(x: Any, y: Any) -> bool:
        return bool(x == y or (pd.isna(x) and pd.isna(y)))

    in_a, in_b = numbered(a), numbered(b)
    both = [k for k in in_a if k in in_b]
    found = compare(framed(a), framed(b), *(["K", "M"] if keyed else []), first=100)
    assert (found.matched, found.only_in_a, found.only_in_b) == (
        len(both),
        len(in_a) - len(both),
        len(in_b) - len(both),
    )
    assert {r.row for r in found.first_in_a} == {in_a[k][0] + 1 for k in in_a if k not in in_b}
    assert {r.row for r in found.first_in_b} == {in_b[k][0] + 1 for k in in_b if k not in in_a}
    for at, name in enumerate(NAMES):
        if keyed and at < 2:
            continue
        want = {
            (in_a[k][0] + 1, in_b[k][0] + 1)
            for k in both
            if not same(in_a[k][1][at], in_b[k][1][at])
        }
        got = [v for v in found.values if v.variable == name]
        assert {(p.row_a, p.row_b) for v in got for p in v.first} == want
        assert sum(v.count for v in got) == len(want)
    repeats = sum(nth > 0 for _, nth in in_a) if keyed else 0
    assert found.repeated_a == repeats


@given(rows=records)
def test_what_is_the_same_is_equal(rows: list[Any]) -> None:
    assert compare(framed(rows), framed(rows), "K").equal
    assert compare(framed(rows), framed(rows)).equal


@pytest.mark.parametrize(
    ("absolute", "relative", "count"),
    [(0, 0, 3), (0.1, 0, 2), (0.1001, 0, 2), (0, 0.1, 1), (10, 0, 1), (0, 1, 1), (1e300, 0, 1)],
)
def test_tolerance(absolute: float, relative: float, count: int) -> None:
    a = table({"N": [1.0, 100.0, math.nan, 5.0, math.nan]})
    b = table({"N": [1.1, 101.0, math.nan, 5.0, 1.0]})
    if absolute in (0.1, 0.1001):
        b = table({"N": [1.05, 101.0, math.nan, 5.0, 1.0]})
    found = compare(a, b, tolerance=Tolerance(absolute, relative))
    assert [v.count for v in found.values] == [count]


def test_largest_distance_and_missing_beside_a_number() -> None:
    found = compare(table({"N": [1.0, math.nan]}), table({"N": [3.5, 1.0]}))
    assert (found.values[0].count, found.values[0].largest) == (2, 2.5)
    assert [(p.a, p.b) for p in found.values[0].first] == [("1", "3.5"), ("", "1")]
    only = compare(table({"N": [math.nan]}), table({"N": [1.0]}))
    assert math.isnan(only.values[0].largest)


def test_special_missing_values_differ_from_each_other() -> None:
    frame = {"N": [math.nan] * 3}
    a = table(frame, special={"N": ["A", "", "B"]})
    b = table(frame, special={"N": ["A", "", "C"]})
    assert [(p.a, p.b) for p in compare(a, b).values[0].first] == [(".B", ".C")]
    assert [(p.a, p.b) for p in compare(a, table(frame)).values[0].first] == [
        (".A", ""),
        (".B", ""),
    ]
    assert compare(a, a).equal


def test_structure() -> None:
    a = table({"A": ["x"], "B": [1.0], "C": ["x"], "D": ["z"]}, C=Attributes(False, 3, "L", "$3."))
    b = table(
        {"B": [1.0], "A": ["x"], "C": [1.0], "E": ["y"]},
        label="Other",
        A=Attributes(False, 5, "New", "$5."),
    )
    found = compare(a, b)
    assert (found.variables_a, found.variables_b, found.label_differs) == (("D",), ("E",), True)
    assert {(d.variable, d.attribute, d.a, d.b) for d in found.attributes} == {
        ("A", "length", "20", "5"),
        ("A", "label", "Label A", "New"),
        ("A", "format", "", "$5."),
        ("A", "order", "first", "after B"),
        ("C", "type", "text", "number"),
        ("C", "label", "L", "Label C"),
        ("C", "format", "$3.", ""),
    }
    assert found.not_compared == ("C",)
    assert not found.equal
    less = compare(a, b, ignore=frozenset({"label", "format", "order", "length"}))
    assert [d.attribute for d in less.attributes] == ["type"]
    assert not less.label_differs


def test_a_file_without_types_is_compared_as_the_other_side_is() -> None:
    typed = table({"N": [1.0, 10.0, math.nan], "T": ["1", "x", ""]})
    text = table({"N": ["1.0", "1e1", " "], "T": ["1", "x", ""]}, untyped=True, label=None)
    assert compare(typed, text).equal
    assert compare(text, typed).equal
    words = table({"N": ["1.0", "ten", ""], "T": ["1", "x", ""]}, untyped=True)
    assert compare(typed, words).not_compared == ("N",)
    near = table({"N": ["1", "10", ""], "T": ["1", "x", ""]}, untyped=True, label=None)
    assert [v.variable for v in compare(text, near).values] == ["N"]
    assert compare(text, near, tolerance=Tolerance(1e-9)).equal


@pytest.mark.parametrize("texts", [["1", "x"], ["inf"], ["nan"], ["1,5"]])
def test_what_is_no_number(texts: list[str]) -> None:
    assert numbers_of(pd.Series(texts, dtype="str")) is None


def test_numbers_and_texts_as_keys() -> None:
    a, b = table({"K": [1.0, 2.0], "V": ["a", "b"]}), table({"K": ["2", "1"], "V": ["b", "a"]})
    found = compare(a, b, "K")
    assert (found.matched, found.values) == (2, ())


def test_words_of_a_difference() -> None:
    a = table({"USUBJID": ["1", "2", "2"], "V": ["a\tb", "", "x" * 100], "ADT": [0.0, 1.0, 2.0]})
    b = table({"USUBJID": ["2", "2", "3"], "V": ["c", "x" * 100, "d"], "ADT": [1.0, 2.0, 3.0]})
    found = Compared("a.xpt", "b.xpt", (compare(a, b, "USUBJID"),))
    assert list(as_lines(found)) == [
        "A: a.xpt",
        "B: b.xpt",
        "",
        "X: different",
        "  3 records in A, 3 in B; matched by USUBJID (as the test says)",
        "  1 record only in A:",
        "    row 1: USUBJID=1",
        "  1 record only in B:",
        "    row 3: USUBJID=3",
        f"  1 record of A {REPEATS}",
        f"  1 record of B {REPEATS}",
        "  values differ in 1 record of 2 in both, in 1 variable:",
        "    V: 1 value",
        "      rows 2/1 (USUBJID=2): nothing in A, 'c' in B",
        "",
        "DIFFERENT",
    ]
    shown = compare(table({"ADT": [0.0], "V": ["\x00"]}), table({"ADT": [1.0], "V": ["\u202e"]}))
    text = "\n".join(as_lines(Compared("a", "b", (shown,))))
    assert "'1960-01-01' in A, '1960-01-02' in B" in text
    assert "at most 1 apart" in text
    assert "\x00" not in text
    assert "\u202e" not in text


def test_verdicts() -> None:
    same = compare(table({"A": ["x"]}), table({"A": ["x"]}))
    other = compare(table({"A": ["x"]}), table({"A": ["y"]}))
    assert verdict(Compared("a", "b", (same,))) == "EQUAL"
    assert verdict(Compared("a", "b", (same, same))) == "EQUAL: all 2 datasets"
    assert verdict(Compared("a", "b", (other,))) == "DIFFERENT"
    assert verdict(Compared("a", "b", (same, other), ("Z",))) == (
        "DIFFERENT: 1 of 2 datasets in both, 1 dataset on one side only"
    )
    assert not Compared("a", "b", (same,), (), ("Z",)).equal


def test_the_page_is_escaped_and_loads_nothing() -> None:
    evil = "<script>alert(1)</script>"
    a = table({"K": [evil, "b"], "V": [evil, "x"]}, label=evil)
    b = table({"K": [evil, "c"], "V": ["y", "x"]}, label="B")
    page = as_html(Compared(evil, "b", (compare(a, b, "K"),), (evil,)))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 5
    assert "default-src &#39;none&#39;" in page
    assert "http:" not in page.replace("http-equiv", "")
    assert as_html(Compared("a", "b", (compare(a, a, "K"),))).count("EQUAL") == 2


@pytest.mark.parametrize("value", [-1.0, math.inf, math.nan])
def test_what_is_no_tolerance(value: float) -> None:
    with pytest.raises(ValueError, match="no tolerance"):
        Tolerance(value)


def test_many_rows_are_compared_without_a_loop_over_them() -> None:
    rows = 300_000
    frame = pd.DataFrame({"K": np.arange(rows) % 1000, "S": np.arange(rows) // 1000, "V": 1.0})
    b = frame.sample(frac=1, random_state=1).reset_index(drop=True)
    b.loc[17, "V"] = 2.0
    found = compare(table(frame.astype("float64")), table(b.astype("float64")), "K", "S")
    assert (found.matched, found.unequal) == (rows, 1)
