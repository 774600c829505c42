"""Conversion of units, and results put into standard units, against hand-made arithmetic."""

from __future__ import annotations

import csv
import math
import re
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtm.terminology import sdtm_terminology
from sdtm.units import (
    UNIT_LISTS,
    Number,
    Status,
    conversion,
    convert,
    factor,
    indicator,
    resolve,
    rounded,
    standardise,
)

WEIGHTS = {
    "H": "1.008",
    "C": "12.011",
    "N": "14.007",
    "O": "15.999",
    "Na": "22.990",
    "Mg": "24.305",
    "P": "30.974",
    "S": "32.06",
    "Cl": "35.45",
    "K": "39.098",
    "Ca": "40.078",
    "Fe": "55.845",
    "Co": "58.933",
    "Cu": "63.546",
    "Zn": "65.38",
    "I": "126.90",
    "Li": "6.94",
}


def rows(name: str) -> list[dict[str, str]]:
    text = files("sdtm").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def run(cells: list[list[str]], index: pd.Index | None = None) -> pd.DataFrame:
    a, b, c, d, e, f = (pd.Series(column, index=index, dtype="str") for column in cells)
    return standardise(a, b, c, d, e, f)


def one(
    result: str, unit: str, low: str = "", high: str = "", testcd: str = "CEA", standard: str = ""
) -> dict[str, object]:
    frame = run([[c] for c in (result, unit, low, high, testcd, standard)])
    return {str(k): v for k, v in frame.iloc[0].items()}


@pytest.mark.parametrize(
    ("value", "source", "target", "testcd", "expected"),
    [
        # a power of ten moves the point and keeps the digits
        ("5.10", "mg/dL", "mg/L", "CRP", "51.0"),
        ("0.50", "g/L", "mg/L", "", "500"),
        ("5.10", "mg/L", "ug/mL", "", "5.10"),
        ("3", "ng/mL", "ug/L", "CEA", "3"),
        ("0.30", "ug/L", "ng/mL", "CEA", "0.30"),
        ("12", "pg/mL", "ng/L", "INTLK6", "12"),
        ("1.5", "ug/L", "ng/L", "INTLK6", "1500"),
        ("13.2", "g/dL", "g/L", "HGB", "132"),
        ("5.2", "10^3/uL", "10^9/L", "WBC", "5.2"),
        ("5200", "/uL", "10^9/L", "WBC", "5.200"),
        ("1800", "10^6/L", "10^9/L", "LYM", "1.800"),
        ("250", "10^9/L", "/uL", "PLAT", "250000"),
        ("15.5", "mm", "cm", "", "1.55"),
        ("1.74", "m", "cm", "", "174"),
        ("140", "mEq/L", "mmol/L", "SODIUM", "140"),
        ("1e3", "ug/L", "mg/L", "", "1"),
        ("35", "U/L", "U/L", "ALT", "35"),
        ("0.035", "U/mL", "U/L", "ALT", "35"),
        # any other factor: the digits of the collected text, at least three
        ("98.6", "F", "C", "TEMP", "37.0"),
        ("37", "C", "F", "TEMP", "98.6"),
        ("100.04", "F", "C", "TEMP", "37.800"),
        ("12", "in", "cm", "", "30.5"),
        ("150", "LB", "kg", "", "68.0"),
        ("1", "ukat/L", "U/L", "ALT", "60.0"),
        # 90 mg/dL = 0.9 g/L / 180.156 g/mol = 4.9957 mmol/L
        ("90", "mg/dL", "mmol/L", "GLUC", "5.00"),
        # 1.2 mg/dL = 0.012 g/L / 113.120 g/mol = 106.08 umol/L
        ("1.2", "mg/dL", "umol/L", "CREAT", "106"),
        # 17.1 umol/L * 584.673 g/mol = 9.9979 mg/L = 0.99979 mg/dL
        ("17.1", "umol/L", "mg/dL", "BILI", "1.00"),
        # 9.00 mg/dL = 0.09 g/L / 40.078 * 2 = 4.4912 mEq/L
        ("9.00", "mg/dL", "mEq/L", "CA", "4.49"),
        ("760", "mmHg", "kPa", "", "101"),
        ("90", "min", "HOURS", "", "1.50"),
    ],
)
def test_convert(value: str, source: str, target: str, testcd: str, expected: str) -> None:
    found = convert(value, source, target, testcd)
    assert found is not None
    assert f"{found:f}" == expected


@pytest.mark.parametrize(
    ("value", "source", "target", "testcd"),
    [
        ("5", "furlongs", "cm", ""),
        ("5", "mg/dL", "", ""),
        ("5", "mg/dL", "mmol/L", "CEA"),
        ("5", "mg/dL", "mmol/L", ""),
        ("5", "mg/dL", "mEq/L", "GLUC"),
        ("5", "mg", "mL", ""),
        ("5", "IU/L", "U/L", "ALT"),
        ("5", "G/L", "10^9/L", "WBC"),
        ("<5", "mg/L", "g/L", ""),
        ("5,1", "mg/L", "g/L", ""),
        ("BLQ", "mg/L", "g/L", ""),
        ("", "mg/L", "g/L", ""),
    ],
)
def test_what_no_table_says_is_not_converted(
    value: str, source: str, target: str, testcd: str
) -> None:
    assert convert(value, source, target, testcd) is None


def test_equal_texts_need_no_table() -> None:
    assert convert("7.50", "spots", "spots") == Decimal("7.50")
    assert convert("1.20", "DNA copies/ug", "DNA copies/ug") == Decimal("1.20")


def test_factor_and_offset() -> None:
    assert factor("mg/dL", "mg/L") == 10
    assert factor("mg/dL", "mmol/L", "GLUC") == Fraction(10, 1) / Fraction("180.156")
    assert factor("F", "C") is None
    change = conversion("F", "C")
    assert change is not None
    assert (change.factor, change.offset) == (Fraction(5, 9), Fraction(-160, 9))
    assert factor("x", "y") is None


def test_units_are_resolved_by_terminology() -> None:
    assert resolve("ng/mL") == "ng/mL"  # PKUNIT has it
    assert resolve("mcg/L") == "ug/L"
    assert resolve(" MG/DL ") == "mg/dL"
    assert resolve("beats/min") == "beats/min"
    assert resolve("nonsense") is None


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        ("2/3", 3, "0.667"),
        ("9.996", 3, "10.0"),
        ("999.6", 3, "1000"),
        ("0.0012345", 3, "0.00123"),
        ("123456", 3, "123000"),
        ("12.5", 2, "13"),
        ("-12.5", 2, "-13"),
        ("0", 3, "0"),
        ("1", 4, "1.000"),
    ],
)
def test_rounding_is_half_up_to_significant_digits(value: str, digits: int, expected: str) -> None:
    exact = Fraction(value)
    assert f"{rounded(exact.numerator, exact.denominator, digits):f}" == expected


def test_every_unit_is_a_published_one() -> None:
    known = {v for name in UNIT_LISTS for v in sdtm_terminology().codelist(name).values}
    names = [row["unit"] for row in rows("units.csv")]
    assert set(names) <= known
    assert len(names) == len(set(names))


def test_prefixes_and_volumes_give_the_factors() -> None:
    prefix = {"k": 3, "": 0, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
    checked = 0
    for row in rows("units.csv"):
        hit = re.fullmatch(r"([kdcmunpf]?)(g|mol|Eq|U|IU)/([dcmun]?)L", row["unit"])
        if hit:
            power = prefix[hit[1]] - prefix[hit[3]]
            assert Fraction(row["factor"]) == Fraction(10) ** power, row
            checked += 1
    assert checked > 40


def test_molar_masses_are_the_sums_of_the_formulas() -> None:
    tests = sdtm_terminology().codelist("LBTESTCD")
    for row in rows("molar-masses.csv"):
        parts = re.findall(r"([A-Z][a-z]?)(\d*)", row["formula"])
        total = sum((Decimal(WEIGHTS[e]) * int(n or 1) for e, n in parts), Decimal(0))
        assert Decimal(row["molar_mass"]) == total, row
        assert row["testcd"] in tests


def test_result_unit_and_limits_move_together() -> None:
    assert one("5.20", "mg/dL", "0", "0.50", "CRP", "mg/L") == {
        "STRESC": "52.0",
        "STRESN": 52.0,
        "STRESU": "mg/L",
        "STNRLO": 0.0,
        "STNRHI": 5.0,
        "NRIND": "HIGH",
        "STATUS": Status.OK,
        "LIMITS": Status.OK,
    }


def test_below_the_limit_keeps_the_operator() -> None:
    found = one("<0.50", "ng/mL", "0", "5.0", "CEA", "ug/L")
    assert (found["STRESC"], found["NRIND"], found["STATUS"]) == ("<0.50", "NORMAL", "ok")
    assert math.isnan(float(str(found["STRESN"])))
    assert one("> 10000", "pg/mL", "", "7", "INTLK6", "ug/L")["STRESC"] == ">10.000"
    assert one("\u22640.50", "ng/mL", standard="ug/L")["STRESC"] == "<=0.50"


@pytest.mark.parametrize("text", ["BLQ", "NEGATIVE", "1.2.3", "5 to 6", "+"])
def test_text_stays_text(text: str) -> None:
    found = one(text, "ng/mL", "", "5", "CEA", "ug/L")
    assert (found["STRESC"], found["STRESU"], found["STNRHI"]) == (text, "ug/L", 5.0)
    assert (found["NRIND"], found["STATUS"]) == ("", Status.NOT_NUMERIC)
    assert math.isnan(float(str(found["STRESN"])))
    assert one(text, "")["STRESC"] == text


@pytest.mark.parametrize("text", ["12,5", "1,234", "1,234.5", "<0,5", "-3,0"])
def test_a_decimal_comma_is_never_guessed(text: str) -> None:
    found = one(text, "ng/mL", "0", "5", "CEA", "ug/L")
    assert (found["STRESC"], found["STRESU"], found["NRIND"]) == ("", "", "")
    assert found["STATUS"] == Status.DECIMAL_COMMA
    assert math.isnan(float(str(found["STRESN"])))


@pytest.mark.parametrize(
    ("unit", "standard", "status"),
    [
        ("", "ug/L", Status.MISSING_UNIT),
        ("foo", "ug/L", Status.UNKNOWN_UNIT),
        ("mmol/L", "ug/L", Status.UNKNOWN_UNIT),
        ("ug/L", "", Status.UNKNOWN_UNIT),
    ],
)
def test_without_a_known_unit_there_is_no_standard_result(
    unit: str, standard: str, status: Status
) -> None:
    found = one("5", unit, "0", "5", "CEA", standard)
    assert (found["STRESC"], found["STRESU"], found["STATUS"]) == ("", "", status)
    assert all(math.isnan(float(str(found[n]))) for n in ("STRESN", "STNRLO", "STNRHI"))


def test_a_test_without_unit() -> None:
    found = one("7.35", "", "7.35", "7.45", "PH", "")
    assert (found["STRESC"], found["STRESU"], found["NRIND"]) == ("7.35", "", "NORMAL")


def test_an_empty_result_gives_nothing() -> None:
    found = one("", "ug/L", "0", "5", "CEA", "ug/L")
    assert (found["STRESC"], found["STRESU"], found["STATUS"]) == ("", "", Status.OK)


def test_a_limit_that_is_no_number_is_told() -> None:
    found = one("7", "ug/L", "0", "<5", "CEA", "ug/L")
    assert (found["STRESC"], found["NRIND"], found["LIMITS"]) == ("7", "", Status.NOT_NUMERIC)
    assert one("7", "ug/L", "0", "5,0", "CEA", "ug/L")["LIMITS"] == Status.DECIMAL_COMMA


def test_wide_digits_are_read() -> None:
    found = one("\uff15\uff0e\uff11\uff10", "ng/mL", "0", "\uff15", "CEA", "ug/L")
    assert (found["STRESC"], found["STNRHI"]) == ("5.10", 5.0)


def number(text: str, operator: str = "") -> Number:
    return Number(operator, Decimal(text), 3)


@pytest.mark.parametrize(
    ("operator", "value", "low", "high", "expected"),
    [
        ("", "1", "1", "2", "NORMAL"),
        ("", "2", "1", "2", "NORMAL"),
        ("", "0.9", "1", "2", "LOW"),
        ("", "2.1", "1", "2", "HIGH"),
        ("", "2.1", "1", "", "NORMAL"),
        ("", "2.1", "", "2", "HIGH"),
        ("", "2.1", "", "", ""),
        ("", "2.1", "3", "2", ""),
        ("<", "1", "1", "2", "LOW"),
        ("<=", "1", "1", "2", ""),
        ("<", "1.5", "1", "2", ""),
        ("<", "1.5", "0", "2", "NORMAL"),
        ("<", "2.5", "0", "2", ""),
        (">", "2", "1", "2", "HIGH"),
        (">=", "2", "1", "2", ""),
        (">", "1.5", "1", "2", ""),
        (">", "1.5", "1", "", "NORMAL"),
    ],
)
def test_indicator(operator: str, value: str, low: str, high: str, expected: str) -> None:
    ends = [number(t) if t else None for t in (low, high)]
    assert indicator(number(value, operator), ends[0], ends[1]) == expected


def test_rounding_never_carries_a_result_over_its_limit() -> None:
    # Times 5/9: 96.8 F is 36 C; to three digits 96.84 F (36.022) would meet the limit of 36.0.
    found = one("96.84", "F", "96.8", "99.5", "TEMP", "C")
    assert found["NRIND"] == "NORMAL"
    low = one("100.4", "F", "100.41", "101", "TEMP", "C")
    assert low["NRIND"] == "LOW"
    assert float(str(low["STRESN"])) < float(str(low["STNRLO"]))


def test_rows_keep_their_index_and_order() -> None:
    index = pd.Index([7, 3, 5, 3])
    cells = [
        ["1", "2", "1", ""],
        ["mg/dL"] * 4,
        [""] * 4,
        ["9"] * 4,
        ["CRP"] * 4,
        ["mg/L"] * 4,
    ]
    frame = run(cells, index)
    assert list(frame.index) == [7, 3, 5, 3]
    assert list(frame["STRESC"]) == ["10", "20", "10", ""]
    assert {c: str(t) for c, t in frame.dtypes.items()} == {
        "STRESC": "str",
        "STRESN": "float64",
        "STRESU": "str",
        "STNRLO": "float64",
        "STNRHI": "float64",
        "NRIND": "str",
        "STATUS": "str",
        "LIMITS": "str",
    }


def test_no_rows() -> None:
    frame = run([[]] * 6)
    assert len(frame) == 0
    assert frame["STRESN"].dtype == np.float64


PAIRS = [
    ("mg/dL", "mmol/L", "GLUC"),
    ("mg/dL", "umol/L", "CREAT"),
    ("F", "C", ""),
    ("mg/dL", "mg/L", ""),
    ("ukat/L", "U/L", ""),
    ("in", "cm", ""),
    ("10^9/L", "/uL", ""),
    ("mmHg", "kPa", ""),
    ("LB", "kg", ""),
]
NUMBERS = st.decimals(min_value=0, max_value=100000, places=3)


@settings(max_examples=300)
@given(st.sampled_from(PAIRS), NUMBERS)
def test_there_and_back_is_exact(pair: tuple[str, str, str], value: Decimal) -> None:
    there = conversion(*pair)
    back = conversion(pair[1], pair[0], pair[2])
    assert there is not None
    assert back is not None
    moved = there(value)
    assert moved * back.factor + back.offset == Fraction(value)


@settings(max_examples=300)
@given(st.sampled_from(PAIRS), NUMBERS)
def test_the_text_is_within_half_a_unit_of_its_last_digit(
    pair: tuple[str, str, str], value: Decimal
) -> None:
    there = conversion(*pair)
    text = convert(str(value), *pair)
    assert there is not None
    assert text is not None
    exponent = text.as_tuple().exponent
    assert isinstance(exponent, int)
    assert abs(Fraction(text) - there(value)) <= Fraction(10) ** exponent / 2
    if there.power is not None:
        assert Fraction(text) == there(value)


@settings(max_examples=300)
@given(st.sampled_from(PAIRS), NUMBERS, NUMBERS, NUMBERS)
def test_a_result_keeps_its_place_among_its_limits(
    pair: tuple[str, str, str], result: Decimal, a: Decimal, b: Decimal
) -> None:
    low, high = min(a, b), max(a, b)
    source, target, testcd = pair
    found = one(str(result), source, str(low), str(high), testcd, target)
    value, lower, upper = (float(str(found[n])) for n in ("STRESN", "STNRLO", "STNRHI"))
    expected = "LOW" if result < low else "HIGH" if result > high else "NORMAL"
    assert found["NRIND"] == expected
    assert (value < lower, value > upper) == (result < low, result > high)
    assert (value == lower, value == upper) == (result == low, result == high)
