"""ADLB, every record and cell, against a second computation straight from the raw files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

Texts = Callable[[str], pd.DataFrame]
KEYS = ["USUBJID", "PARAMCD", "AVISIT", "MOMENT"]
NTH = [*KEYS, "NTH"]  # two samples of one minute are told apart by their values, lowest first
RECORDS = 6493
TREATED = 40


@pytest.fixture(scope="module")
def compare(independent: Callable[[str], ModuleType]) -> Any:
    return independent("compare")


@pytest.fixture(scope="module")
def values(independent: Callable[[str], ModuleType], reference_study: Path) -> list[Any]:
    """The second computation."""
    e, laboratory = independent("endpoints"), independent("laboratory")
    raw = e.load(reference_study / "raw")
    found: list[Any] = laboratory.compute(e, raw, e.compute(raw))
    return found


@pytest.fixture(scope="module")
def built(texts: Texts) -> pd.DataFrame:
    adlb = texts("ADLB")
    adlb = adlb.assign(MOMENT=adlb["ADTM"].where(adlb["ADTM"] != "", adlb["ADT"]))
    adlb = adlb.sort_values("AVAL", key=pd.to_numeric, kind="stable")
    return adlb.assign(NTH=adlb.groupby(KEYS).cumcount().astype("str"))


def key(item: Any) -> tuple[str, str, str, str]:
    moment = f"{item.day}T{item.clock}:00" if item.clock else str(item.day)
    return item.usubjid, item.code, item.visit, moment


def keyed(values: list[Any], of: Callable[[Any], object]) -> dict[tuple[str, ...], object]:
    found: dict[tuple[str, ...], object] = {}
    for item in sorted(values, key=lambda x: x.value or 0):
        nth = 0
        while (*key(item), str(nth)) in found:
            nth += 1
        found[*key(item), str(nth)] = of(item)
    return found


def test_the_records(built: pd.DataFrame, values: list[Any]) -> None:
    assert len(built) == len(values) == RECORDS
    expected = sorted(key(item) for item in values)
    assert sorted(zip(*(built[k] for k in KEYS), strict=True)) == expected


@pytest.mark.parametrize(
    ("variable", "of"),
    [
        ("AVAL", lambda x: x.value),
        ("AVALC", lambda x: x.text),
        ("ANRLO", lambda x: x.low),
        ("ANRHI", lambda x: x.high),
        ("ANRIND", lambda x: x.indicator),
        ("BASE", lambda x: x.base),
        ("CHG", lambda x: x.change),
        ("PCHG", lambda x: x.percent),
        ("ABLFL", lambda x: "Y" if x.baseline else ""),
        ("ATOXGRLN", lambda x: x.grade_low),
        ("ATOXGRHN", lambda x: x.grade_high),
        ("ATOXGRL", lambda x: "" if x.grade_low is None else str(x.grade_low)),
        ("ATOXGRH", lambda x: "" if x.grade_high is None else str(x.grade_high)),
        ("ANL01FL", lambda x: "Y" if x.used else ""),
        ("ANL02FL", lambda x: "Y" if x.worst_low else ""),
        ("ANL03FL", lambda x: "Y" if x.worst_high else ""),
        ("ANL04FL", lambda x: "Y" if x.best else ""),
    ],
)
def test_variable(
    variable: str,
    of: Callable[[Any], object],
    built: pd.DataFrame,
    values: list[Any],
    compare: Any,
) -> None:
    expected = keyed(values, of)
    assert len(expected) == RECORDS
    assert len({str(value) for value in expected.values()}) > 1
    assert compare.differences(compare.table(built, NTH, variable), expected) == []


def test_baseline_of_cea_in_adsl(texts: Texts, values: list[Any], compare: Any) -> None:
    adsl = texts("ADSL")
    expected: dict[tuple[str, ...], object] = dict.fromkeys((u,) for u in adsl["USUBJID"])
    expected |= {(x.usubjid,): x.value for x in values if x.baseline and x.code == "CEA"}
    assert sum(value is not None for value in expected.values()) == TREATED
    assert compare.differences(compare.table(adsl, ["USUBJID"], "BCEA"), expected) == []


def test_every_record_names_its_source(texts: Texts) -> None:
    """SRCSEQ leads to the record of LB of the same person, test and time."""
    adlb, lb = texts("ADLB"), texts("LB")
    assert set(adlb["SRCDOM"]) == {"LB"}
    assert set(adlb["SRCVAR"]) == {"LBSTRESN"}
    found = adlb.merge(
        lb, left_on=["USUBJID", "SRCSEQ"], right_on=["USUBJID", "LBSEQ"], validate="1:1"
    )
    assert len(found) == RECORDS
    assert (found["PARAMCD"] == found["LBTESTCD"]).all()
    times = found["ADTM"].str[:16].where(found["ADTM"] != "", found["ADT"])
    assert (times == found["LBDTC"]).all()
    assert (found["AVAL"] == found["LBSTRESN"]).all()
