"""ADPC and ADPP, every record and cell, against a second computation from the raw files."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

Texts = Callable[[str], pd.DataFrame]
KEYS = ["USUBJID", "PARAMCD", "AVISIT", "ADTM"]
RECORDS = 938
TREATED = 40


@pytest.fixture(scope="module")
def kinetics(independent: Callable[[str], ModuleType]) -> Any:
    return independent("kinetics")


@pytest.fixture(scope="module")
def compare(independent: Callable[[str], ModuleType]) -> Any:
    return independent("compare")


@pytest.fixture(scope="module")
def samples(
    independent: Callable[[str], ModuleType], kinetics: Any, reference_study: Path
) -> list[Any]:
    e = independent("endpoints")
    raw = e.load(reference_study / "raw")
    found: list[Any] = kinetics.samples(e, raw, e.compute(raw))
    return found


def key(item: Any) -> tuple[str, str, str, str]:
    return item.usubjid, item.code, item.visit, item.moment.isoformat()


@pytest.mark.parametrize(
    ("variable", "of"),
    [
        ("AVAL", lambda x: x.value),
        ("AVALC", lambda x: x.text),
        ("ATPT", lambda x: x.timepoint),
        ("ADT", lambda x: str(x.moment.date())),
        ("ADY", lambda x: x.day),
        ("AFRLT", lambda x: x.hours),
        ("PCLLOQ", lambda x: x.limit),
        ("ABLFL", lambda x: "Y" if x.baseline else ""),
        ("ANL01FL", lambda x: "Y" if x.used else ""),
    ],
)
def test_variable_of_a_sample(
    variable: str, of: Callable[[Any], object], texts: Texts, samples: list[Any], compare: Any
) -> None:
    expected = {key(item): of(item) for item in samples}
    assert len(expected) == len(samples) == RECORDS
    assert len({str(value) for value in expected.values()}) > 1
    assert compare.differences(compare.table(texts("ADPC"), KEYS, variable), expected) == []


@pytest.mark.parametrize(
    ("code", "value", "day", "records"),
    [
        ("CMAX", lambda p: p.cmax, lambda p: p.cmax_day, 40),
        ("TMAX", lambda p: p.tmax, lambda p: p.cmax_day, 40),
        ("AUCINT", lambda p: p.auc, lambda p: None, 36),
        ("TLST", lambda p: p.last, lambda p: p.last_day, 40),
    ],
)
def test_parameter(
    code: str,
    value: Callable[[Any], Fraction | None],
    day: Callable[[Any], object],
    records: int,
    texts: Texts,
    samples: list[Any],
    kinetics: Any,
    compare: Any,
) -> None:
    profiles = kinetics.profiles(samples)
    assert len(profiles) == TREATED
    adpp = texts("ADPP")
    adpp = adpp[adpp["PARAMCD"] == code]
    with_value = {k: p for k, p in profiles.items() if value(p) is not None}
    assert len(with_value) == len(adpp) == records
    values = {(k,): value(p) for k, p in with_value.items()}
    assert compare.differences(compare.table(adpp, ["USUBJID"], "AVAL"), values) == []
    days = {(k,): compare.plain(day(p)) for k, p in with_value.items()}
    assert compare.differences(compare.table(adpp, ["USUBJID"], "ADT"), days) == []


def test_every_record_names_its_source(texts: Texts) -> None:
    """SRCSEQ leads to the record of PC, and from ADPP to that of ADPC, it was made from."""
    adpc = texts("ADPC")
    found = adpc.merge(
        texts("PC"), left_on=["USUBJID", "SRCSEQ"], right_on=["USUBJID", "PCSEQ"], validate="1:1"
    )
    assert len(found) == RECORDS
    assert (found["PARAMCD"] == found["PCTESTCD"]).all()
    assert (found["ADTM"].str[:16] == found["PCDTC"]).all()
    adpp = texts("ADPP")
    adpp = adpp[adpp["PARAMCD"].isin(["CMAX", "TMAX", "TLST"])]
    traced = adpp.merge(adpc, left_on=["USUBJID", "SRCSEQ"], right_on=["USUBJID", "ASEQ"])
    assert len(traced) == 3 * TREATED
    assert set(adpp["SRCDOM"]) == {"ADPC"}
    for variable in ("AVAL", "AFRLT"):
        of = traced[traced["SRCVAR_x"] == variable]
        assert len(of)
        assert (of["AVAL_x"] == of["AFRLT" if variable == "AFRLT" else "AVAL_y"]).all()


def test_no_other_parameter(texts: Texts) -> None:
    assert set(texts("ADPP")["PARAMCD"]) == {"CMAX", "TMAX", "AUCINT", "TLST"}


def test_area_of_a_profile_by_hand(kinetics: Any) -> None:
    """0 to 10 in 2 h, 10 to 4 in 2 h, then on the way from 4 to 0 in 4 h, cut at 6 h."""
    points = [(Fraction(t), Fraction(v)) for t, v in ((0, 0), (2, 10), (4, 4), (8, 0))]
    assert kinetics.area(points, Fraction(6)) == 10 + 14 + 6
    assert kinetics.area(points, Fraction(9)) is None
