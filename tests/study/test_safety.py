"""Exposure, baseline and adverse events of the built ADaM against a second computation."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

INDEPENDENT = Path(__file__).parents[1] / "independent"
Texts = Callable[[str], pd.DataFrame]


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"independent_{name}", INDEPENDENT / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def people(reference_study: Path) -> Mapping[str, Any]:
    """Everybody by USUBJID: first what endpoints.py computes, second what safety.py does."""
    endpoints, safety = _load("endpoints"), _load("safety")
    raw = endpoints.load(reference_study / "raw")
    first = endpoints.compute(raw)
    second = safety.compute(endpoints, raw, first)
    return {usubjid: (first[usubjid], second[usubjid]) for usubjid in first}


def text(value: object) -> str:
    return "" if value is None else f"{float(value):.15g}"  # type: ignore[arg-type]


def by_subject(texts: Texts, name: str) -> dict[str, str]:
    adsl = texts("ADSL")
    return dict(zip(adsl["USUBJID"], adsl[name], strict=True))


def numbers(found: Mapping[Any, str]) -> dict[Any, str]:
    return {key: text(float(value)) if value else "" for key, value in found.items()}


def day(value: object) -> str:
    return "" if value is None else str(value)


def length(start: Any, end: Any) -> int | None:
    return None if start is None or end is None else (end - start).days


@pytest.mark.parametrize(
    ("variable", "of"),
    [
        ("NINFUS", lambda p, s: s.infusions),
        ("TOTDOSE", lambda p, s: sum(s.doses) if s.doses else None),
        ("DOSE01A", lambda p, s: s.doses[0] if s.doses else None),
        ("DOSE02A", lambda p, s: s.doses[1] if len(s.doses) > 1 else None),
        ("NTARGET", lambda p, s: s.targets),
        ("BSUMDIAM", lambda p, s: s.diameters),
        ("BECOG", lambda p, s: s.ecog or None),
        ("NPRIORTX", lambda p, s: s.prior),
    ],
)
def test_number_of_a_subject(
    variable: str, of: Callable[[Any, Any], Any], texts: Texts, people: Mapping[str, Any]
) -> None:
    expected = {usubjid: text(of(p, s)) for usubjid, (p, s) in people.items()}
    assert len(set(expected.values())) > 1
    assert numbers(by_subject(texts, variable)) == expected


def test_dates_and_lengths_of_a_subject(texts: Texts, people: Mapping[str, Any]) -> None:
    last = {usubjid: day(s.last) for usubjid, (_, s) in people.items()}
    assert by_subject(texts, "TRTEDT") == last
    starts, deaths, alive = (by_subject(texts, n) for n in ("TRTSDT", "DTHDT", "LSTALVDT"))

    def between(start: str, end: str, more: int) -> str:
        if not start or not end:
            return ""
        return str((pd.Timestamp(end) - pd.Timestamp(start)).days + more)

    for usubjid in people:
        end = deaths[usubjid] or alive[usubjid]
        assert by_subject(texts, "TRTDURD")[usubjid] == between(starts[usubjid], last[usubjid], 1)
        assert by_subject(texts, "FUPDURD")[usubjid] == between(starts[usubjid], end, 1)
        held = between(last[usubjid], deaths[usubjid], 0)
        assert by_subject(texts, "LDDTHELD")[usubjid] == held
        soon = "Y" if held and int(held) <= 30 else ""
        assert by_subject(texts, "DTH30FL")[usubjid] == soon


def test_bridging(texts: Texts, people: Mapping[str, Any]) -> None:
    expected = {usubjid: "Y" if s.bridged else "N" for usubjid, (_, s) in people.items()}
    assert by_subject(texts, "BRIDGFL") == expected
    assert set(expected.values()) == {"Y", "N"}


@pytest.mark.parametrize(
    ("variable", "of"),
    [
        ("ASTDT", lambda x: day(x.start)),
        ("AENDT", lambda x: day(x.end)),
        ("APERIOD", lambda x: x.period),
        ("ONSETDY", lambda x: text(x.onset)),
        ("RESOLDY", lambda x: text(x.resolved)),
        ("ADURN", lambda x: text(x.duration)),
        ("AREL", lambda x: "RELATED" if x.related else "NOT RELATED"),
        ("DLTFL", lambda x: "Y" if x.dlt else ""),
        ("ATOXGRN", lambda x: text(x.grade)),
        ("ASTCTGRN", lambda x: text(x.astct)),
    ],
)
def test_variable_of_an_event(
    variable: str, of: Callable[[Any], str], texts: Texts, people: Mapping[str, Any]
) -> None:
    adae = texts("ADAE")
    found = dict(
        zip(zip(adae["USUBJID"], adae["AESPID"], strict=True), adae[variable], strict=True)
    )
    expected = {
        (usubjid, str(position)): of(event)
        for usubjid, (_, s) in people.items()
        for (_, position), event in s.events.items()
    }
    assert len(expected) > 300
    wrong = {k: (found.get(k), v) for k, v in expected.items() if found.get(k) != v}
    assert wrong == {}
    assert len(found) == len(expected)


WORST = {
    "AOCCIFL": ((), "ATOXGRN", None),
    "AOCCSIFL": (("AESOC",), "ATOXGRN", None),
    "AOCCPIFL": (("AESOC", "AEDECOD"), "ATOXGRN", None),
    "AOCC01FL": ((), "ASTCTGRN", "CRSFL"),
    "AOCC02FL": ((), "ASTCTGRN", "ICANSFL"),
    "AOCCFL": ((), None, None),
    "AOCCSFL": (("AESOC",), None, None),
    "AOCCPFL": (("AESOC", "AEDECOD"), None, None),
}


@pytest.mark.parametrize("flag", WORST)
def test_one_event_of_each_group_is_flagged_and_none_is_worse_or_earlier(
    flag: str, texts: Texts
) -> None:
    per, grade, among = WORST[flag]
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for record in texts("ADAE").to_dict("records"):
        event = {str(name): str(value) for name, value in record.items()}
        if event["TRTEMFL"] == "Y" and (among is None or event[among] == "Y"):
            groups.setdefault((event["USUBJID"], *(event[n] for n in per)), []).append(event)
        else:
            assert event[flag] == ""
    assert groups
    for events in groups.values():
        (flagged,) = [x for x in events if x[flag] == "Y"]

        def rank(x: dict[str, str]) -> tuple[float, str, float]:
            worst = -float(x[grade] or 0) if grade else 0.0
            return worst, x["ASTDTM"] or "9999", float(x["AESEQ"])

        assert rank(flagged) == min(map(rank, events))
