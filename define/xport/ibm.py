"""IBM System/360 doubles, the only numbers that SAS transport files know.

An IBM double is a sign bit, a base-16 exponent in excess 64 (7 bits) and a 56-bit fraction
whose first hexadecimal digit is not zero. Every IEEE double inside its range is held exactly,
because 53 significant bits fit into 56 whatever the shift of 0 to 3 bits.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bits: TypeAlias = npt.NDArray[np.uint64]
Floats: TypeAlias = npt.NDArray[np.float64]

SMALLEST = 2.0**-260
"""The smallest positive number that is stored: 16**-65, about 5.4e-79."""

LARGEST = float.fromhex("0x1.fffffffffffffp+251")
"""The largest double that is stored, just under 16**63, about 7.24e75."""

MISSING = np.uint64(ord(".") << 56)
"""A plain missing value: a full stop and seven zero bytes."""

_SIGN = np.uint64(1 << 63)
_FRACTION = np.uint64((1 << 52) - 1)
_HIDDEN = np.uint64(1 << 52)
_IEEE_NAN = np.uint64(0x7FF)
_SHIFT_TO_BASE_16 = np.uint64(763)
_EXPONENTS = np.uint64(512)


def to_ibm(values: Floats) -> tuple[Bits, npt.NDArray[np.intp]]:
    """IBM bits of `values` (native byte order), and the places that cannot be stored.

    NaN becomes plain missing and both zeros become zero. Infinity and numbers outside
    `SMALLEST` .. `LARGEST` are reported by their position; their bits are meaningless.
    """
    ieee = np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)
    biased = (ieee >> np.uint64(52)) & _IEEE_NAN
    # value = fraction * 2**(biased - 1075); counted from 763 the quotient by 4 is the IBM
    # exponent in excess 64 and the remainder the left shift. Below 763 this wraps to a huge
    # number, so one comparison tests both ends of the range.
    exponent = biased - _SHIFT_TO_BASE_16
    bits = ((ieee & _FRACTION) | _HIDDEN) << (exponent & np.uint64(3))
    bits |= (exponent >> np.uint64(2)) << np.uint64(56)
    bits |= ieee & _SIGN
    outside = np.flatnonzero(exponent >= _EXPONENTS)
    if not outside.size:
        return bits, outside
    odd = values[outside]
    zero = odd == 0
    missing = np.isnan(odd)
    bits[outside[zero]] = 0
    bits[outside[missing]] = MISSING
    return bits, outside[~(zero | missing)]


_POWERS = np.ldexp(1.0, 4 * (np.arange(128) - 64) - 56)


def from_ibm(bits: Bits) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """Doubles of IBM `bits` (native byte order), and the missing codes as ASCII bytes.

    The code is 0 for a number and ``.``, ``_`` or ``A`` to ``Z`` where the value is NaN.
    Fractions of more than 53 significant bits are rounded to the nearest double, once.
    """
    first = (bits >> np.uint64(56)).astype(np.uint8)
    fraction = bits & np.uint64((1 << 56) - 1)
    values = fraction.astype(np.float64)
    values *= _POWERS[first & 0x7F]
    np.negative(values, out=values, where=first >= 0x80)
    codes = np.zeros(len(bits), dtype=np.uint8)
    empty = np.flatnonzero(fraction == 0)
    if empty.size:
        lead = first[empty]
        letters = (lead >= ord("A")) & (lead <= ord("Z"))
        marked = letters | (lead == ord(".")) | (lead == ord("_"))
        codes[empty[marked]] = lead[marked]
        values[empty] = np.where(marked, np.nan, 0.0)
    return values, codes
