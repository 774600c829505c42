from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.frames import (
    as_text,
    concat,
    distinct_rows,
    is_numeric,
    map_distinct,
    map_distinct_numbers,
    number_text,
    present,
    sorted_positions,
    take_table,
    text_series,
)


def text(*values: str) -> pd.Series[str]:
    return pd.Series(list(values), dtype="str")


def numbers(*values: float) -> pd.Series[float]:
    return pd.Series(list(values), dtype="float64")


def test_text_is_never_null() -> None:
    series = text_series(["a", None, float("nan")])
    assert series.tolist() == ["a", "", ""]
    assert series.dtype == "str"
    assert present(series).tolist() == [True, False, False]
    assert present(numbers(0, math.nan)).tolist() == [True, False]


def test_each_distinct_value_is_asked_once() -> None:
    asked: list[str] = []

    def double(values: list[str]) -> list[str]:
        asked.extend(values)
        return [v * 2 for v in values]

    assert map_distinct(text("b", "a", "b"), double).tolist() == ["bb", "aa", "bb"]
    assert asked == ["b", "a"]
    lengths = map_distinct_numbers(text("b", "", "b"), lambda ts: [float(len(t)) for t in ts])
    assert lengths.tolist() == [1, 0, 1]
    assert take_table(text("x", "y"), {"x": "1"}, "?").tolist() == ["1", "?"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "x"]), st.integers(0, 3))))
def test_distinct_rows(rows: list[tuple[str, str, int]]) -> None:
    columns: list[pd.Series[Any]] = [
        text(*(r[0] for r in rows)),
        text(*(r[1] for r in rows)),
        numbers(*(r[2] for r in rows)),
    ]
    codes, distinct = distinct_rows(columns)
    assert len(distinct) == len(set(rows))
    assert [distinct[c] for c in codes] == rows


def test_distinct_rows_of_many_columns() -> None:
    # the product of the numbers of distinct values is 200 ** 9, more than 64 bits hold
    columns = [
        numbers(*((np.arange(200) * step) % 200)) for step in (1, 3, 7, 9, 11, 13, 17, 19, 1)
    ]
    codes, distinct = distinct_rows(columns)
    expected = list(zip(*(c.tolist() for c in columns), strict=True))
    assert [distinct[c] for c in codes] == expected
    assert len(distinct) == 200


def test_distinct_rows_with_missing_numbers() -> None:
    codes, distinct = distinct_rows([numbers(math.nan, 1, math.nan)])
    assert codes.tolist() == [0, 1, 0]
    assert math.isnan(float(str(distinct[0][0])))
    assert distinct[1] == (1.0,)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "1"), (-0.0, "0"), (0.1, "0.1"), (0.1 + 0.2, "0.3"), (12345678.5, "12345678.5"),
     (math.nan, "")],
)  # fmt: skip
def test_number_text(value: float, shown: str) -> None:
    assert number_text(numbers(value)).tolist() == [shown]
    assert as_text(numbers(value)).dtype == "str"


def test_frames_without_a_column_get_it_in_its_type() -> None:
    both = concat([pd.DataFrame({"A": text("x"), "B": numbers(1)}), pd.DataFrame({"C": text("z")})])
    assert both["A"].tolist() == ["x", ""]
    assert both["B"].dtype == "float64"
    assert math.isnan(both["B"].iloc[1])
    assert both["C"].tolist() == ["", "z"]
    assert list(both.columns) == ["A", "B", "C"]
    assert both.index.tolist() == [0, 1]


def test_text_beside_numbers_becomes_text() -> None:
    for order in (1, -1):
        frames = [pd.DataFrame({"A": text("x")}), pd.DataFrame({"A": numbers(1.5, math.nan)})]
        both = concat(frames[::order])
        assert both["A"].dtype == "str"
        assert sorted(both["A"].tolist()) == ["", "1.5", "x"]


def test_a_frame_without_rows_decides_no_type() -> None:
    none = pd.DataFrame({"A": text()})
    assert concat([none, pd.DataFrame({"A": numbers(1)})])["A"].tolist() == [1]
    assert (
        concat([pd.DataFrame({"A": numbers()}), pd.DataFrame({"A": text("x")})])["A"].dtype == "str"
    )
    assert concat([none, none])["A"].dtype == "str"
    assert is_numeric(concat([pd.DataFrame({"A": numbers()})])["A"])
    assert len(concat([]).columns) == 0


def test_order() -> None:
    def order(*values: str, last: bool = False) -> list[str]:
        series = text(*values)
        return series.iloc[sorted_positions(series, last=last)].tolist()

    assert order("10", "9", "") == ["9", "10", ""]
    assert order("10", "9", "", last=True) == ["", "9", "10"]
    assert order("10", "9", "x") == ["10", "9", "x"]
    assert order("2024-03", "2024-02-10", "2024") == ["2024", "2024-02-10", "2024-03"]
    assert sorted_positions(text("1", "1"), last=False).tolist() == [0, 1]
    assert sorted_positions(numbers(2, math.nan, 1), last=False).tolist() == [2, 0, 1]
    assert sorted_positions(numbers(2, math.nan, 1), last=True).tolist() == [1, 2, 0]
    assert sorted_positions(text(), last=True).tolist() == []
