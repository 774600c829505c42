# ruff: noqa: RUF001 (full-width characters are what is tested)
from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.text import byte_length, fits, has_control, narrow, number, pieces, plain

WORDS = st.lists(st.text(alphabet="abcé中", min_size=1, max_size=40), max_size=60)


def test_narrow_moves_the_ascii_range_only() -> None:
    wide = "".join(chr(0xFF01 + i) for i in range(94)) + "\u3000"
    assert narrow(wide) == "".join(chr(0x21 + i) for i in range(94)) + " "
    assert narrow("中é。") == "中é。"
    assert plain("\u3000Ｙ \t") == "Y"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), (" 12.50 ", 12.5), ("-0.5", -0.5), ("+3", 3), (".5", 0.5), ("5.", 5), ("1e3", 1000),
     ("１２．５", 12.5)],
)  # fmt: skip
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", "1,5", "1 000", "1_000", "nan", "inf", "-inf", "1e999", "0x10", "٣", "<5", "1e"],
)
def test_no_numbers(text: str) -> None:
    assert math.isnan(number(text))


def test_zero_has_no_sign() -> None:
    assert math.copysign(1, number("-0")) == 1


def test_encoding() -> None:
    assert fits("abc", "ascii")
    assert not fits("é", "ascii")
    assert fits("é中", "utf-8")
    assert not fits("中", "latin-1")
    assert byte_length("é中", "utf-8") == 5
    assert has_control("a\nb")
    assert has_control("a\x7f")
    assert not has_control("a b中")


def test_cuts_at_words() -> None:
    assert pieces("aaa bbb ccc", "ascii", 7) == ["aaa bbb", "ccc"]
    assert pieces("aaa bbb ccc", "ascii", 8) == ["aaa bbb", "ccc"]
    assert pieces("aaa bbb ccc", "ascii", 6) == ["aaa", "bbb", "ccc"]
    assert pieces("abcdefgh", "ascii", 3) == ["abc", "def", "gh"]
    assert pieces("", "ascii") == [""]
    assert pieces("  abcdefgh", "ascii", 3) == ["abc", "def", "gh"]


def test_never_cuts_inside_a_character() -> None:
    assert pieces("中中中", "utf-8", 7) == ["中中", "中"]
    assert pieces("é" * 150, "utf-8", 200) == ["é" * 100, "é" * 50]
    assert pieces("中", "utf-8", 2) == ["中"]


@given(WORDS, st.integers(min_value=3, max_value=50))
def test_pieces_fit_and_restore(words: list[str], size: int) -> None:
    text = " ".join(words)
    cut = pieces(text, "utf-8", size)
    assert all(byte_length(p, "utf-8") <= size for p in cut)
    assert all(p == p.strip(" ") for p in cut)
    assert all(cut) or text == ""
    assert "".join(cut).replace(" ", "") == text.replace(" ", "")
    if all(byte_length(w, "utf-8") <= size for w in words):
        assert " ".join(cut) == text
