# ruff: noqa: RUF001 (full-width characters are what is tested)
from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.conditions import Condition, parse_condition
from mappings.findings import SpecificationFault

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench


def frame(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            n: pd.Series(v, dtype="str" if v and isinstance(v[0], str) else "float64")
            for n, v in columns.items()
        }
    )


def rows(condition: object, data: pd.DataFrame) -> list[bool]:
    mask = parse_condition(condition).mask(data)
    assert mask.dtype == np.dtype(bool)
    return [bool(b) for b in mask]


TEXTS = ["", "9", "10", "a"]


@pytest.mark.parametrize(
    ("test", "held"),
    [
        ("9", [0, 1, 0, 0]),
        (["9", "a"], [0, 1, 0, 1]),
        ({"ne": "9"}, [1, 0, 1, 1]),
        ({"notin": ["9", "a"]}, [1, 0, 1, 0]),
        ({"is": "present"}, [0, 1, 1, 1]),
        ({"is": "missing"}, [1, 0, 0, 0]),
        (None, [1, 0, 0, 0]),
        ("", [1, 0, 0, 0]),
        (["", "a"], [1, 0, 0, 1]),
        ({"ge": "9"}, [0, 1, 1, 0]),
        ({"lt": "10"}, [0, 1, 0, 0]),
        ({"gt": "8", "le": "9"}, [0, 1, 0, 0]),
        ({"ge": "Z"}, [0, 0, 0, 1]),
    ],
)
def test_text(test: object, held: list[int]) -> None:
    assert rows({"A": test}, frame(A=TEXTS)) == [bool(h) for h in held]


@pytest.mark.parametrize(
    ("test", "held"),
    [
        ("9", [0, 1, 0]),
        ("9.0", [0, 1, 0]),
        (["9", "10.5"], [0, 1, 1]),
        ({"ne": "9"}, [1, 0, 1]),
        ({"is": "missing"}, [1, 0, 0]),
        ("", [1, 0, 0]),
        ({"notin": ["", "9"]}, [0, 0, 1]),
        ({"gt": "9"}, [0, 0, 1]),
        ({"le": "10.5"}, [0, 1, 1]),
        ({"lt": "-1"}, [0, 0, 0]),
    ],
)
def test_numbers(test: object, held: list[int]) -> None:
    assert rows({"A": test}, frame(A=[math.nan, 9, 10.5])) == [bool(h) for h in held]


@pytest.mark.parametrize("test", ["abc", ["1", "nan"], {"ne": "x"}, {"ge": "high"}, {"lt": "inf"}])
def test_a_text_beside_a_number_is_a_fault_of_the_specification(test: object) -> None:
    with pytest.raises(
        SpecificationFault, match=r"A is a number, but '(abc|nan|x|high|inf)' is no"
    ):
        rows({"A": test}, frame(A=[1.0]))


def test_that_fault_has_its_place(bench: Bench) -> None:
    text = (
        "target: AE\nfrom: ae\nkeys: [USUBJID]\nvars:\n"
        "  N: {num: A}\n"
        "  X:\n    const: 1\n    when:\n      - {A: x}\n      - {AE.N: high}\n"
    )
    with pytest.raises(SpecificationFault) as caught:
        bench.run(text, {"ae": bench.form({"A": ["1"]})})
    assert str(caught.value) == "sdtm/ae.yaml:10:16: AE.N is a number, but 'high' is not"


def test_text_is_compared_without_blanks_and_width() -> None:
    data = frame(A=["Y", " Y ", "Ｙ", "  ", "y"])
    assert rows({"A": "Y"}, data) == [True, True, True, False, False]
    assert rows({"A": "Ｙ"}, data) == [True, True, True, False, False]
    assert rows({"A": {"is": "missing"}}, data) == [False, False, False, True, False]


def test_partial_dates_beside_a_year() -> None:
    data = frame(A=["2023-12", "2024", "2024-01-05", "", "soon", "<3"])
    assert rows({"A": {"ge": "2024"}}, data) == [False, True, True, False, False, False]
    assert rows({"A": {"lt": "2024-01"}}, data) == [True, True, False, False, False, False]


def test_columns_beside_columns() -> None:
    data = frame(A=["9", "10", "", "b", "2024"], B=["10", "9", "", "a", "2024-02"])
    assert rows({"A": {"lt": "$B"}}, data) == [True, False, False, False, True]
    assert rows({"A": "$B"}, data) == [False] * 5
    assert rows({"A": {"ne": "$B"}}, data) == [True] * 5
    both = frame(A=[1, math.nan, 3], B=[1, math.nan, 2.5])
    assert rows({"A": "$B"}, both) == [True, False, False]
    assert rows({"A": {"gt": "$B"}}, both) == [False, False, True]
    mixed = frame(A=["1", "", "x", "2"], B=[1, 1, 1, 1.5])
    assert rows({"A": "$B"}, mixed) == [True, False, False, False]
    assert rows({"B": {"lt": "$A"}}, mixed) == [False, False, False, True]


def test_blocks() -> None:
    data = frame(A=["1", "1", "2"], B=["x", "y", "x"])
    assert rows({"A": "1", "B": "x"}, data) == [True, False, False]
    assert rows([{"A": "2"}, {"A": "1", "B": "y"}], data) == [False, True, True]
    assert rows(None, data) == [True, True, True]
    assert parse_condition([{"A": "$B"}, {"C": "1", "A": "2"}]).reads == ("A", "B", "C")


def test_no_rows() -> None:
    for empty in (frame(A=[], B=[]), frame(A=["x"], B=["x"]).iloc[:0]):
        for test in ("1", {"ne": "1"}, {"lt": "1"}, {"is": "missing"}, {"lt": "$B"}, "$B"):
            assert rows({"A": test}, empty) == []


def test_sentences() -> None:
    condition = parse_condition(
        [{"A": "1", "B": {"notin": ["x", "y"]}}, {"C": {"ge": "$D"}, "E": {"is": "missing"}}]
    )
    assert condition.sentence() == (
        'A is "1" and B is not one of "x", "y", or C is at least D and E is missing'
    )
    assert Condition().sentence() == ""
    renamed = condition.renamed(lambda name: f"T.{name}")
    assert renamed.reads == ("T.A", "T.B", "T.C", "T.D", "T.E")


Cell = str | float
NUMBERS = st.one_of(st.just(math.nan), st.integers(-3, 3).map(float))
WORDS = st.sampled_from(["", "a", "b", "-1", "1", "2", "10", "2.0"])


def naive(comparator: str, values: list[str], cell: Cell) -> bool:
    """One cell, written out as the page of the language says it."""
    missing = cell == "" or (isinstance(cell, float) and math.isnan(cell))
    if comparator == "is":
        return missing == (values == ["missing"])
    if isinstance(cell, float):
        equal = any(missing if v == "" else float(v) == cell for v in values)
    else:
        equal = cell in values
    if comparator in ("in", "notin", "ne"):
        return equal == (comparator == "in")
    if missing:
        return False

    def is_number(text: str) -> bool:
        return text.lstrip("-").replace(".", "").isdigit()

    left: Any = cell
    right: Any = values[0]
    if isinstance(cell, float) or (is_number(cell) and is_number(right)):
        left, right = float(left), float(right)
    elif is_number(cell) or is_number(right):
        return False
    order = {"lt": left < right, "le": left <= right, "gt": left > right, "ge": left >= right}
    return bool(order[comparator])


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Cell], str, list[str]]:
    numeric = draw(st.booleans())
    cells: list[Cell] = draw(st.lists(NUMBERS if numeric else WORDS, min_size=1, max_size=8))
    comparator = draw(st.sampled_from(["in", "ne", "notin", "is", "lt", "le", "gt", "ge"]))
    if comparator == "is":
        return cells, comparator, [draw(st.sampled_from(["present", "missing"]))]
    allowed = st.sampled_from(["-1", "0", "1", "2.0"]) if numeric else WORDS.filter(bool)
    if comparator in ("in", "notin"):
        chosen = st.one_of(st.just(""), allowed)
        return cells, comparator, draw(st.lists(chosen, min_size=1, max_size=3))
    return cells, comparator, [draw(allowed)]


@given(cases())
def test_against_one_cell_at_a_time(case: tuple[list[Cell], str, list[str]]) -> None:
    cells, comparator, values = case
    test: Mapping[str, object] | list[str]
    test = values if comparator == "in" else {comparator: values}
    if comparator not in ("in", "notin"):
        test = {comparator: values[0]}
    data = frame(A=list(cells))
    assert rows({"A": test}, data) == [naive(comparator, values, c) for c in cells]


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8))
def test_clauses_are_and_and_or(pairs: list[tuple[str, str]]) -> None:
    data = frame(A=[a for a, _ in pairs], B=[b for _, b in pairs])
    found = rows([{"A": "a", "B": {"is": "missing"}}, {"B": ["1", "2"]}], data)
    assert found == [(a == "a" and b == "") or b in ("1", "2") for a, b in pairs]
