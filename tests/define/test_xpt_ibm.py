"""IBM doubles against exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from define.xport.ibm import LARGEST, MISSING, SMALLEST, from_ibm, to_ibm


def value_of(bits: int) -> Fraction:
    """What TS-140 says the eight bytes mean."""
    sign = -1 if bits >> 63 else 1
    exponent = (bits >> 56 & 0x7F) - 64
    return sign * Fraction(bits & (1 << 56) - 1, 1 << 56) * Fraction(16) ** exponent


def one(value: float) -> tuple[int, bool]:
    bits, outside = to_ibm(np.array([value]))
    return int(bits[0]), bool(len(outside))


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(SMALLEST)
@example(-SMALLEST)
@example(LARGEST)
@example(-LARGEST)
@example(float(np.nextafter(SMALLEST, 0)))
@example(float(np.nextafter(LARGEST, np.inf)))
@example(5e-324)
@example(2.0**53)
@example(2.0**53 - 1)
@example(0.0)
@example(-0.0)
def test_exact_or_reported(value: float) -> None:
    bits, outside = one(value)
    assert outside == (value != 0 and not SMALLEST <= abs(value) <= LARGEST)
    if not outside:
        assert value_of(bits) == Fraction(value)
        assert value == 0 or bits >> 52 & 0xF, "normalised: the first digit is not zero"
        back, codes = from_ibm(np.array([bits], np.uint64))
        assert (back[0], codes[0]) == (value, 0)


@pytest.mark.parametrize(
    ("value", "bits"),
    [
        (1.0, 0x4110000000000000),
        (-1.0, 0xC110000000000000),
        (-118.625, 0xC276A00000000000),
        (0.1, 0x401999999999999A),
        (0.0, 0),
        (-0.0, 0),
        (SMALLEST, 0x0010000000000000),
        (LARGEST, 0x7FFFFFFFFFFFFFF8),
    ],
)
def test_published_patterns(value: float, bits: int) -> None:
    assert one(value) == (bits, False)


def test_missing_and_infinity() -> None:
    bits, outside = to_ibm(np.array([1.0, np.nan, np.inf, -np.nan, -np.inf]))
    assert outside.tolist() == [2, 4]
    assert bits[1] == bits[3] == MISSING


@given(st.integers(0, (1 << 64) - 1))
def test_any_bytes_are_read_to_the_nearest_double(bits: int) -> None:
    back, codes = from_ibm(np.array([bits], np.uint64))
    if not codes[0]:
        exact = value_of(bits)
        assert back[0] == exact.numerator / exact.denominator


def test_missing_codes_are_read() -> None:
    marks = b"._AZ"
    back, codes = from_ibm(np.array([c << 56 for c in marks], np.uint64))
    assert codes.tobytes() == marks
    assert np.isnan(back).all()
    back, codes = from_ibm(np.array([0, 0x41 << 56 | 1, 0x80 << 56], np.uint64))
    assert back.tolist() == [0.0, 16.0**-13, 0.0]
    assert not codes.any()
