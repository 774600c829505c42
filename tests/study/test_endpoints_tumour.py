"""ADTR and ADRS, every record and cell, against a second computation from the raw files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

Texts = Callable[[str], pd.DataFrame]
TREATED = 40
ASSESSMENTS = 163


@pytest.fixture(scope="module")
def compare(independent: Callable[[str], ModuleType]) -> Any:
    return independent("compare")


@pytest.fixture(scope="module")
def e(independent: Callable[[str], ModuleType]) -> Any:
    return independent("endpoints")


@pytest.fixture(scope="module")
def tumour(independent: Callable[[str], ModuleType]) -> Any:
    return independent("tumour")


@pytest.fixture(scope="module")
def raw(e: Any, reference_study: Path) -> Any:
    return e.load(reference_study / "raw")


@pytest.fixture(scope="module")
def people(e: Any, raw: Any) -> dict[str, Any]:
    found: dict[str, Any] = e.compute(raw)
    return found


@pytest.fixture(scope="module")
def burdens(e: Any, tumour: Any, raw: Any, people: dict[str, Any]) -> list[Any]:
    found: list[Any] = tumour.burdens(e, raw, people)
    return found


@pytest.mark.parametrize(
    ("variable", "of"),
    [
        ("ADY", lambda x: x.ady),
        ("AVAL", lambda x: x.value),
        ("BASE", lambda x: x.base),
        ("CHG", lambda x: x.change),
        ("PCHG", lambda x: x.percent),
        ("NADIR", lambda x: x.lowest),
        ("CHGNAD", lambda x: x.change_from_lowest),
        ("PCHGNAD", lambda x: x.percent_from_lowest),
        ("ABLFL", lambda x: "Y" if x.baseline else ""),
        ("ANL01FL", lambda x: "Y" if x.used else ""),
        ("ANL02FL", lambda x: "Y" if x.best else ""),
    ],
)
def test_variable_of_a_burden(
    variable: str, of: Callable[[Any], object], texts: Texts, burdens: list[Any], compare: Any
) -> None:
    expected = {(x.usubjid, x.code, str(x.day)): of(x) for x in burdens}
    assert len(expected) == len(burdens) == 2 * (TREATED + ASSESSMENTS)
    assert len({str(value) for value in expected.values()}) > 1
    built = compare.table(texts("ADTR"), ["USUBJID", "PARAMCD", "ADT"], variable)
    assert compare.differences(built, expected) == []


@pytest.mark.parametrize(
    ("variable", "of"),
    [
        ("AVALC", lambda t, code, x: t.ir(code)),
        ("AVAL", lambda t, code, x: t.CODES[code]),
        ("ADY", lambda t, code, x: x.ady),
    ],
)
@pytest.mark.parametrize("parameter", ["OVR", "COVR"])
def test_variable_of_an_assessment(
    parameter: str,
    variable: str,
    of: Callable[[Any, str, Any], object],
    texts: Texts,
    people: dict[str, Any],
    e: Any,
    tumour: Any,
    compare: Any,
) -> None:
    adrs = texts("ADRS")
    adrs = adrs[adrs["PARAMCD"] == parameter]
    expected = {}
    for p in people.values():
        for x in p.assessments:
            if x.date <= e.CUTOFF:
                code = x.investigator if parameter == "OVR" else x.lesions
                expected[p.usubjid, x.day] = of(tumour, code, x)
    assert len(expected) == len(adrs) == ASSESSMENTS
    built = compare.table(adrs, ["USUBJID", "ADT"], variable)
    assert compare.differences(built, expected) == []


def test_assessments_that_count(texts: Texts, people: dict[str, Any], e: Any, compare: Any) -> None:
    """READING: flagged are the evaluable ones that count, up to the first irPD that counts."""
    adrs = texts("ADRS")
    built = compare.table(adrs[adrs["PARAMCD"] == "OVR"], ["USUBJID", "ADT"], "ANL01FL")
    expected = {
        (p.usubjid, x.day): "Y"
        if x.used and not x.after_progression and x.investigator in e.EVALUABLE
        else ""
        for p in people.values()
        for x in p.assessments
        if x.date <= e.CUTOFF
    }
    assert compare.differences(built, expected) == []


@pytest.mark.parametrize("parameter", ["BOR", "CBOR", "PD", "RSP"])
def test_response_of_a_subject(
    parameter: str, texts: Texts, people: dict[str, Any], e: Any, tumour: Any, compare: Any
) -> None:
    of = {
        "BOR": lambda p: tumour.best_response(e, p, confirmed=False),
        "CBOR": lambda p: tumour.best_response(e, p, confirmed=True),
        "PD": tumour.progression,
        "RSP": tumour.first_response,
    }[parameter]
    found = {(p.usubjid,): of(p) for p in people.values() if p.trtsdt}
    adrs = texts("ADRS")
    adrs = adrs[adrs["PARAMCD"] == parameter]
    assert len(found) == len(adrs) == TREATED
    assert len({x.text for x in found.values()}) > 1
    start = {(p.usubjid,): p.trtsdt for p in people.values() if p.trtsdt}
    for variable, expected in {
        "AVALC": {k: x.text for k, x in found.items()},
        "AVAL": {k: tumour.CODES.get(x.text.removeprefix("ir")) for k, x in found.items()},
        "ADT": {k: x.day for k, x in found.items()},
        "ADY": {
            k: x.day and e.study_day(e.date.fromisoformat(x.day), e.date.fromisoformat(start[k]))
            for k, x in found.items()
        },
    }.items():
        built = compare.table(adrs, ["USUBJID"], variable)
        assert compare.differences(built, expected) == []


def test_no_other_parameter(texts: Texts) -> None:
    assert set(texts("ADRS")["PARAMCD"]) == {"OVR", "COVR", "PD", "BOR", "CBOR", "RSP"}
    assert set(texts("ADTR")["PARAMCD"]) == {"BURDEN", "SUMTGT"}
    assert set(texts("ADTTE")["PARAMCD"]) == {"PFS", "OS", "DORREG", "DOR", "TTR"}
