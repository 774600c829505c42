"""Units of measure: conversion in exact arithmetic, and results put into standard units.

Units are those of CDISC terminology (UNIT, PKUNIT, VSRESU); other spellings are resolved by its
synonyms. Every unit of ``units.csv`` has a quantity and its size in the base unit of that
quantity; between amounts, masses and equivalents in a volume, a test's molar mass and charge
(``molar-masses.csv``) decide. What is in no table is not converted.

The digits: a factor that is a power of ten moves the decimal point and keeps the digits as
collected (``0.50`` g/L is ``500`` mg/L, ``5.10`` mg/L stays ``5.10`` ug/mL). Any other factor
gives as many significant digits as the collected text has, but not fewer than three, rounded half
up (``98.6`` F is ``37.0`` C).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import pandas as pd

from mappings.text import narrow
from sdtm.terminology import Terminology, sdtm_terminology

UNIT_LISTS = ("UNIT", "PKUNIT", "VSRESU")
"""Where a unit's text is looked up, in this order."""

MIN_DIGITS = 3

_EXACT = Context(prec=400)
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
_VALUE = re.compile(rf"(<=|>=|<|>|\u2264|\u2265)?\s*({_NUMBER})")
_COMMA = re.compile(r"(?:<=|>=|<|>|\u2264|\u2265)?\s*[+-]?[0-9.,]*[0-9],[0-9][0-9.,]*")
_PER_MOLE = ("mass concentration", "amount concentration", "equivalent concentration")


class Status(StrEnum):
    """What came of one result, or of its limits."""

    OK = "ok"
    MISSING_UNIT = "missing_unit"
    UNKNOWN_UNIT = "unknown_unit"
    NOT_NUMERIC = "not_numeric"
    DECIMAL_COMMA = "decimal_comma"


class Number(NamedTuple):
    """A number as collected: operator, value, significant digits (never under three)."""

    operator: str
    value: Decimal
    digits: int


@dataclass(frozen=True, eq=False)
class Conversion:
    """``to = from * factor + offset``, exactly. Compared by identity: one is made per pair."""

    factor: Fraction
    offset: Fraction = Fraction(0)

    @cached_property
    def power(self) -> int | None:
        """The exponent if the conversion only moves the decimal point, else None."""
        up, down = self.factor.numerator, self.factor.denominator
        if self.offset or not re.fullmatch("10*", str(up)) or not re.fullmatch("10*", str(down)):
            return None
        return len(str(up)) - len(str(down))

    def __call__(self, value: Decimal) -> Fraction:
        """The exact value in the other unit."""
        return Fraction(value) * self.factor + self.offset

    def to(self, value: Decimal, digits: int) -> Decimal:
        """The value in the other unit, to `digits` significant digits unless the point moves."""
        if self.power is not None:
            return value.scaleb(self.power, _EXACT)
        # Integers, since Fraction reduces at every step, which is most of the time it takes.
        up, down = value.as_integer_ratio()
        up, down = up * self.factor.numerator, down * self.factor.denominator
        if self.offset:
            up = up * self.offset.denominator + down * self.offset.numerator
            down *= self.offset.denominator
        return rounded(up, down, digits)


IDENTITY = Conversion(Fraction(1))


@dataclass(frozen=True, slots=True)
class _Unit:
    quantity: str
    factor: Fraction
    offset: Fraction


@dataclass(frozen=True, slots=True)
class _Analyte:
    molar_mass: Fraction
    charge: int

    def per_mole(self, quantity: str) -> Fraction | None:
        """How much of the quantity's base unit one mole is."""
        if quantity == "mass concentration":
            return self.molar_mass
        if quantity == "amount concentration":
            return Fraction(1)
        return Fraction(self.charge) if self.charge else None


def _rows(name: str) -> list[dict[str, str]]:
    text = files("sdtm").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _units() -> dict[str, _Unit]:
    return {
        row["unit"]: _Unit(row["quantity"], Fraction(row["factor"]), Fraction(row["offset"]))
        for row in _rows("units.csv")
    }


@cache
def _analytes() -> dict[str, _Analyte]:
    return {
        row["testcd"]: _Analyte(Fraction(row["molar_mass"]), int(row["charge"] or 0))
        for row in _rows("molar-masses.csv")
    }


@lru_cache(maxsize=4096)
def resolve(text: str, terminology: Terminology | None = None) -> str | None:
    """The submission value that a unit's text means in UNIT, PKUNIT or VSRESU; None if none."""
    package = terminology or sdtm_terminology()
    lists = [package.codelist(name) for name in UNIT_LISTS if name in package]
    text = text.strip()
    if any(text in units for units in lists):
        return text
    found = (units.find(text) for units in lists)
    return next((hit.value for hit in found if hit is not None), None)


@lru_cache(maxsize=16384)
def conversion(
    from_unit: str, to_unit: str, testcd: str = "", terminology: Terminology | None = None
) -> Conversion | None:
    """How to convert; None where no table says so. Equal texts need no table."""
    if from_unit.strip() == to_unit.strip():
        return IDENTITY
    source, target = resolve(from_unit, terminology), resolve(to_unit, terminology)
    if source is None or target is None:
        return None
    if source == target:
        return IDENTITY
    a, b = _units().get(source), _units().get(target)
    if a is None or b is None:
        return None
    if a.quantity == b.quantity:
        return Conversion(a.factor / b.factor, (a.offset - b.offset) / b.factor)
    if a.quantity not in _PER_MOLE or b.quantity not in _PER_MOLE or testcd not in _analytes():
        return None
    analyte = _analytes()[testcd]
    given, wanted = analyte.per_mole(a.quantity), analyte.per_mole(b.quantity)
    if given is None or wanted is None:
        return None
    return Conversion(a.factor / given * wanted / b.factor)


def factor(
    from_unit: str, to_unit: str, testcd: str = "", terminology: Terminology | None = None
) -> Fraction | None:
    """What to multiply by; None if unknown or if the conversion is not a factor (F to C)."""
    found = conversion(from_unit, to_unit, testcd, terminology)
    return None if found is None or found.offset else found.factor


def convert(
    value_text: str,
    from_unit: str,
    to_unit: str,
    testcd: str = "",
    terminology: Terminology | None = None,
) -> Decimal | None:
    """The number in the other unit, with the digits as told at the top; None if it cannot be.

    `value_text` is a plain number; text, ``<0.5`` or a decimal comma give None.
    """
    found = conversion(from_unit, to_unit, testcd, terminology)
    number = _parse(value_text)
    if found is None or number is None or number.operator:
        return None
    return found.to(number.value, number.digits)


def rounded(up: int, down: int, digits: int) -> Decimal:
    """`up / down` to this many significant digits, half up (away from zero), zeros kept."""
    if not up:
        return Decimal(0)
    size = abs(up)
    shift = digits - len(str(size)) + len(str(down))
    while True:
        top, bottom = (size * 10**shift, down) if shift >= 0 else (size, down * 10**-shift)
        whole = (2 * top + bottom) // (2 * bottom)
        if whole < 10**digits:
            break
        shift -= 1
    return Decimal(whole if up > 0 else -whole).scaleb(-shift, _EXACT)


@lru_cache(maxsize=65536)
def _parse(text: str) -> Number | None:
    """The number in a text; None for anything else."""
    hit = _VALUE.fullmatch(text.strip())
    if hit is None:
        return None
    operator = (hit[1] or "").replace("\u2264", "<=").replace("\u2265", ">=")
    value = Decimal(hit[2])
    return Number(operator, value, max(MIN_DIGITS, len(value.as_tuple().digits)))


class _Result(NamedTuple):
    stresc: str = ""
    stresn: float = np.nan
    stresu: str = ""
    stnrlo: float = np.nan
    stnrhi: float = np.nan
    nrind: str = ""
    status: str = Status.OK
    limits: str = Status.OK


def indicator(result: Number, low: Number | None, high: Number | None) -> str:
    """LOW, NORMAL or HIGH; blank without limits or where ``<`` or ``>`` leaves it open.

    One limit suffices where the test has only one. A result reported as ``<x`` is taken to be of
    a quantity that cannot be negative, so that a lower limit of 0 or less leaves nothing open.
    """
    operator, value = result.operator, result.value
    lower, upper = low and low.value, high and high.value
    if (lower is None and upper is None) or (
        lower is not None and upper is not None and lower > upper
    ):
        return ""
    if not operator:
        if lower is not None and value < lower:
            return "LOW"
        return "HIGH" if upper is not None and value > upper else "NORMAL"
    if operator.startswith("<"):
        if lower is not None and (value < lower or (value == lower and operator == "<")):
            return "LOW"
        open_below = lower is not None and lower > 0
        return "NORMAL" if not open_below and upper is not None and value <= upper else ""
    if upper is not None and (value > upper or (value == upper and operator == ">")):
        return "HIGH"
    return "NORMAL" if upper is None and lower is not None and value >= lower else ""


def _limit(text: str) -> tuple[Number | None, str]:
    number = _parse(text)
    if number is not None and not number.operator:
        return number, Status.OK
    if not text.strip():
        return None, Status.OK
    return None, Status.DECIMAL_COMMA if _COMMA.fullmatch(text.strip()) else Status.NOT_NUMERIC


def _together(
    change: Conversion, result: Number, limits: Sequence[Number | None]
) -> tuple[Decimal, list[Decimal | None]]:
    """Result and limits in the other unit, each to its own digits.

    Rounding may make a result pass or meet a limit that it does not pass or meet: then all get
    as many digits more as it takes.
    """
    met = [n.digits for n in limits if n is not None and n.value == result.value]
    digits = max([result.digits, *met])
    more = 0
    while True:
        value = change.to(result.value, digits + more)
        ends = [
            None if n is None else value if n.value == result.value else _to(change, n, more)
            for n in limits
        ]
        pairs = zip(limits, ends, strict=True)
        if all(
            n is None or e is None or _sign(value, e) == _sign(result.value, n.value)
            for n, e in pairs
        ):
            return value, ends
        more += 1


@lru_cache(maxsize=65536)
def _to(change: Conversion, number: Number, more: int = 0) -> Decimal:
    return change.to(number.value, number.digits + more)


def _sign(a: Decimal, b: Decimal) -> int:
    return (a > b) - (a < b)


def _standardised(row: Sequence[str], terminology: Terminology | None) -> _Result:
    result, unit, low_text, high_text, testcd, standard = (narrow(cell).strip() for cell in row)
    if not result:
        return _Result()
    number = _parse(result)
    if number is None and _COMMA.fullmatch(result):
        return _Result(status=Status.DECIMAL_COMMA)
    change = conversion(unit, standard, testcd, terminology) if unit or not standard else None
    if change is None:
        if number is None:
            return _Result(result, status=Status.UNKNOWN_UNIT if unit else Status.NOT_NUMERIC)
        return _Result(status=Status.UNKNOWN_UNIT if unit else Status.MISSING_UNIT)
    (low, low_status), (high, high_status) = _limit(low_text), _limit(high_text)
    limits = low_status if low_status != Status.OK else high_status
    if number is None:
        ends = [None if n is None else _to(change, n) for n in (low, high)]
        stresc, stresn, nrind = result, np.nan, ""
    else:
        value, ends = _together(change, number, (low, high))
        stresc = f"{number.operator}{value:f}"
        stresn = np.nan if number.operator else float(value)
        nrind = indicator(number, low, high) if limits == Status.OK else ""
    return _Result(
        stresc=stresc,
        stresn=stresn,
        stresu=standard,
        stnrlo=_float(ends[0]),
        stnrhi=_float(ends[1]),
        nrind=nrind,
        status=Status.NOT_NUMERIC if number is None else Status.OK,
        limits=limits,
    )


def _float(value: Decimal | None) -> float:
    return np.nan if value is None else float(value)


def standardise(
    results: pd.Series,
    units: pd.Series,
    lows: pd.Series,
    highs: pd.Series,
    testcds: pd.Series,
    standard_units: pd.Series,
    terminology: Terminology | None = None,
) -> pd.DataFrame:
    """Results, units and both limits moved together into the standard units.

    Six text columns of equal length ("" where missing; `lows` and `highs` are the limits in the
    original unit). Gives a frame on the index of `results`: STRESC, STRESU, NRIND (text), STRESN,
    STNRLO, STNRHI (float64), STATUS and LIMITS (a Status each, of the result and of its limits).

    - ``<0.50``: the operator is kept, the number converted in STRESC, STRESN is missing.
    - Text (BLQ, NEGATIVE): STRESC is the text, STRESN missing, STATUS ``not_numeric``.
    - ``12,5`` or ``1,234``: never guessed; all missing, STATUS ``decimal_comma``.
    - No unit though the standard has one, or a unit that no table leads to the standard one:
      all missing, STATUS ``missing_unit`` or ``unknown_unit`` (text keeps its STRESC).
    - A limit that is no number is missing, LIMITS says so, and NRIND is blank.
    - An empty result gives empty values and ``ok``.
    """
    columns = [results, units, lows, highs, testcds, standard_units]
    codes = np.zeros(len(results), dtype=np.int64)
    for column in columns:
        part, distinct = pd.factorize(column)
        codes = pd.factorize(codes * (len(distinct) + 1) + part)[0]
    # Codes count from 0 in order of appearance, so the first row of each is the lowest.
    first = np.zeros(codes.max(initial=-1) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    tuples = zip(*(column.iloc[first].tolist() for column in columns), strict=True)
    made = [_standardised(row, terminology) for row in tuples]
    frame = pd.DataFrame(made, columns=[f.upper() for f in _Result._fields])
    types = dict.fromkeys(("STRESN", "STNRLO", "STNRHI"), "float64")
    text = dict.fromkeys(("STRESC", "STRESU", "NRIND", "STATUS", "LIMITS"), "str")
    frame = frame.astype(types | text).take(codes)
    frame.index = results.index
    return frame
