"""The built ADaM against a second computation of the endpoints, straight from the raw files.

`tests/independent/endpoints.py` was written from the protocol and the data dictionary alone. It
shares nothing with the engine, so where the two agree a fault would have to be made twice.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crosswalk.build import Package

INDEPENDENT = Path(__file__).parents[1] / "independent" / "endpoints.py"
CUTOFF = "2024-06-30"
Texts = Callable[[str], pd.DataFrame]
People = Mapping[str, Any]
Table = dict[tuple[str, ...], str]


@pytest.fixture(scope="module")
def people(reference_study: Path) -> People:
    """The second computation, by USUBJID."""
    spec = importlib.util.spec_from_file_location("independent_endpoints", INDEPENDENT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    people: People = module.compute(module.load(reference_study / "raw"))
    return people


def response(code: str | None) -> str:
    """The submission value of a response code."""
    return code if code == "NE" else f"ir{code}" if code else ""


def table(frame: pd.DataFrame, keys: list[str], value: str) -> Table:
    """Values by key; no key may repeat."""
    found = dict(zip(zip(*(frame[k] for k in keys), strict=True), frame[value], strict=True))
    assert len(found) == len(frame), f"{value} repeats within {keys}"
    return found


def differences(built: Table, expected: Table) -> list[str]:
    """Where two tables differ, in the order of their keys."""
    return [
        f"{' '.join(key)}: built {built.get(key, 'nothing')!r}, "
        f"expected {expected.get(key, 'nothing')!r}"
        for key in sorted({*built, *expected})
        if built.get(key) != expected.get(key)
    ]


def parameter(texts: Texts, name: str, code: str, value: str) -> Table:
    frame = texts(name)
    return table(frame[frame["PARAMCD"] == code], ["USUBJID"], value)


def test_everybody_is_there(texts: Texts, people: People) -> None:
    assert len(people) == 46
    assert sorted(texts("ADSL")["USUBJID"]) == sorted(people)


@pytest.mark.parametrize("flag", ["SCRNFL", "ENRLFL", "SAFFL", "FASFL", "DLTEVLFL"])
def test_population(flag: str, texts: Texts, people: People) -> None:
    expected: Table = {(p.usubjid,): getattr(p, flag.lower()) for p in people.values()}
    assert differences(table(texts("ADSL"), ["USUBJID"], flag), expected) == []


@pytest.mark.parametrize(
    ("variable", "attribute"),
    [
        ("TRTSDT", "trtsdt"),
        ("TR02SDT", "reinfdt"),
        ("NACTDT", "newtrtdt"),
        ("DTHDT", "dthdt"),
        ("DTHDTF", "dthdtf"),
    ],
)
def test_date_of_a_subject(variable: str, attribute: str, texts: Texts, people: People) -> None:
    expected: Table = {(p.usubjid,): getattr(p, attribute) or "" for p in people.values()}
    assert differences(table(texts("ADSL"), ["USUBJID"], variable), expected) == []


def test_last_known_alive(texts: Texts, people: People) -> None:
    """Over all data, and no later than the cut-off: who was seen after it was alive on it."""
    expected: Table = {(p.usubjid,): min(p.lstalvdt_all, CUTOFF) for p in people.values()}
    assert CUTOFF in expected.values()
    assert differences(table(texts("ADSL"), ["USUBJID"], "LSTALVDT"), expected) == []


@pytest.mark.parametrize(("code", "attribute"), [("BOR", "bor"), ("CBOR", "cbor")])
def test_best_response(code: str, attribute: str, texts: Texts, people: People) -> None:
    expected: Table = {
        (p.usubjid,): response(getattr(p, attribute)) for p in people.values() if p.saffl == "Y"
    }
    assert differences(parameter(texts, "ADRS", code, "AVALC"), expected) == []


def test_first_progression_that_counts(texts: Texts, people: People) -> None:
    frame = texts("ADRS")
    frame = frame[(frame["PARAMCD"] == "PD") & (frame["AVALC"] == "Y")]
    expected: Table = {(p.usubjid,): p.pddt for p in people.values() if p.pddt}
    assert differences(table(frame, ["USUBJID"], "ADT"), expected) == []


@pytest.mark.parametrize(
    ("code", "attribute"),
    [
        ("PFS", "pfs"),
        ("OS", "os"),
        ("DORREG", "dor_registered"),
        ("DOR", "dor_usual"),
        ("TTR", "ttr"),
    ],
)
def test_time_to_event(code: str, attribute: str, texts: Texts, people: People) -> None:
    expected: dict[str, Table] = {"STARTDT": {}, "ADT": {}, "AVAL": {}, "CNSR": {}}
    for p in people.values():
        value = getattr(p, attribute)
        if value is not None:
            expected["STARTDT"][(p.usubjid,)] = value.startdt
            expected["ADT"][(p.usubjid,)] = value.adt
            expected["AVAL"][(p.usubjid,)] = str(value.aval)
            expected["CNSR"][(p.usubjid,)] = "0" if value.event else "1"
    faults = [
        f"{variable} of {text}"
        for variable, values in expected.items()
        for text in differences(parameter(texts, "ADTTE", code, variable), values)
    ]
    assert faults == []


def test_what_a_time_to_event_ends_with(texts: Texts, people: People) -> None:
    words = {
        "PROGRESSION": "Progressive disease",
        "DEATH": "Death",
        "LAST EVALUABLE ASSESSMENT": "Last evaluable assessment",
        "NEW THERAPY": "Last evaluable assessment",
        "NO EVALUABLE ASSESSMENT": "No assessment after infusion",
        "RESPONSE": "First response",
    }
    frame = texts("ADTTE")
    ends = frame["EVNTDESC"].where(frame["CNSR"] == "0", frame["CNSDTDSC"])
    built = table(frame.assign(END=ends), ["USUBJID", "PARAMCD"], "END")
    expected: Table = {
        (p.usubjid, code): words[value.reason]
        for p in people.values()
        for code, value in (
            ("PFS", p.pfs),
            ("DORREG", p.dor_registered),
            ("DOR", p.dor_usual),
            ("TTR", p.ttr),
        )
        if value is not None
    }
    assert differences({k: v for k, v in built.items() if k[1] != "OS"}, expected) == []


def test_treatment_emergence_of_every_event(
    reference: Package, texts: Texts, people: People
) -> None:
    """The independent keys are (Subject, recordposition); AESPID is the latter."""
    built = table(texts("ADAE"), ["USUBJID", "AESPID"], "TRTEMFL")
    expected: Table = {
        (p.usubjid, str(position)): "Y" if flag == "Y" else ""
        for p in people.values()
        for (_, position), flag in p.trtemfl.items()
    }
    assert len(expected) > 300
    assert differences(built, expected) == []
    dropped = {
        (p.usubjid, str(position)) for p in people.values() for _, position in p.ae_after_cutoff
    }
    tabulated = table(texts("AE"), ["USUBJID", "AESPID"], "AETERM")
    assert set(tabulated) - set(built) == dropped


def test_response_computed_from_lesions(texts: Texts, people: People) -> None:
    frame = texts("ADRS")
    built = table(frame[frame["PARAMCD"] == "COVR"], ["USUBJID", "ADT"], "AVALC")
    expected: Table = {
        (p.usubjid, item.day): response(item.lesions)
        for p in people.values()
        for item in p.assessments
        if item.day <= CUTOFF
    }
    assert len(expected) > 150
    assert differences(built, expected) == []


def test_response_of_the_investigator(texts: Texts, people: People) -> None:
    frame = texts("ADRS")
    built = table(frame[frame["PARAMCD"] == "OVR"], ["USUBJID", "ADT"], "AVALC")
    expected: Table = {
        (p.usubjid, item.day): response(item.investigator)
        for p in people.values()
        for item in p.assessments
        if item.day <= CUTOFF
    }
    assert differences(built, expected) == []


def test_disagreements(reference: Package, people: People) -> None:
    report = reference.report
    findings = [*report.unexplained, *(f for f, _ in report.explained)]
    built = sorted(f.scope for f in findings if f.rule == "response.differs")
    expected = sorted(
        f"{p.usubjid} {item.day}"
        for p in people.values()
        for item in p.disagreements
        if item.day <= CUTOFF
    )
    assert expected
    assert built == expected


def test_a_difference_is_seen() -> None:
    assert differences({("A",): "1", ("B",): "2"}, {("A",): "1", ("C",): "2"}) == [
        "B: built '2', expected 'nothing'",
        "C: built 'nothing', expected '2'",
    ]
