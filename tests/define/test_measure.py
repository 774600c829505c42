"""Type, length and digits of a column as it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from define.measure import Measured, measure

few = settings(max_examples=60, deadline=None)


def text(*values: str, encoding: str = "ascii", iso: bool = False) -> Measured:
    return measure(pd.Series(list(values), dtype="str"), encoding, iso=iso)


def number(*values: float) -> Measured:
    return measure(pd.Series(list(values), dtype="float64"), "ascii")


def test_text_has_the_length_of_its_longest_value_in_bytes() -> None:
    assert text("ab", "abcd", "") == Measured("text", False, 4, missing=True)
    assert text("caf\u00e9", encoding="utf-8").length == 5
    assert text("\u8089\u8089", encoding="gb18030").length == 4


def test_no_values_at_all() -> None:
    assert text() == Measured("text", False, 1, empty=True)
    assert text("", "") == Measured("text", False, 1, missing=True, empty=True)
    assert number() == Measured("integer", True, 8, 1, 0, empty=True)
    assert number(np.nan) == Measured("integer", True, 8, 1, 0, missing=True, empty=True)


@pytest.mark.parametrize(
    ("values", "datatype", "digits", "significant"),
    [
        ((1.0, 20.0), "integer", 2, 0),
        ((-14.0,), "integer", 2, 0),
        ((1.5, 20.0), "float", 4, 1),
        ((0.25,), "float", 4, 2),
        ((100.0, 0.125), "float", 7, 3),
        ((1e15,), "integer", 16, 0),
        ((1e-7,), "float", 9, 7),
        # What computing in binary adds is no digit of the value.
        ((0.1 + 0.2, 1.1 * 3), "float", 3, 1),
        ((100 * (2.0 / 3.0),), "float", 16, 13),
        ((2.0**53,), "integer", 16, 0),
        ((0.123456789012345,), "float", 17, 15),
    ],
)
def test_numbers(values: tuple[float, ...], datatype: str, digits: int, significant: int) -> None:
    made = number(*values)
    assert (made.datatype, made.digits, made.significant) == (datatype, digits, significant)
    assert (made.numeric, made.length) == (True, 8)


@pytest.mark.parametrize(
    ("values", "datatype"),
    [
        (("2024-01-10", "2024-02-29"), "date"),
        (("2024-01-10", "2024-02"), "partialDate"),
        (("2024", ""), "partialDate"),
        (("2024-01-10T09:00:00",), "datetime"),
        (("2024-01-10T09:00",), "partialDatetime"),
        (("2024-01-10T09:00:00", "2024-01-10"), "partialDatetime"),
        (("P1D", "PT1H30M"), "durationDatetime"),
        (("2024-01-10/2024-01-12", "2024-01-10"), "intervalDatetime"),
    ],
)
def test_iso_8601(values: tuple[str, ...], datatype: str) -> None:
    assert text(*values, iso=True).datatype == datatype
    assert text(*values).datatype == "text"


@few
@given(st.lists(st.text("ab\u00e9\u8089", max_size=9), max_size=9))
def test_every_value_fits_the_length(values: list[str]) -> None:
    made = text(*values, encoding="utf-8")
    sizes = [len(v.encode()) for v in values]
    assert made.length == max([1, *sizes])
    assert made.missing == ("" in values)
    assert made.empty == (not any(values))


@few
@given(st.lists(st.decimals(-9999, 9999, places=3), min_size=1, max_size=6))
def test_digits_hold_every_number(values: list[object]) -> None:
    made = number(*[float(str(v)) for v in values])
    for value in values:
        shown = f"{abs(float(str(value))):.{made.significant}f}"
        assert float(shown) == abs(float(str(value)))
        assert len(shown) <= made.digits
