"""ADSL, and the first and worst events of ADAE, against a second computation from raw files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

Texts = Callable[[str], pd.DataFrame]
PERSONS = 46
EVENTS = 322
# fmt: off
VARIABLES = (
    "SUBJID", "SITEID", "RFICDT", "AGE", "AGEGR1", "SEX", "RACE", "ENRLDT", "DOSE01P", "TRT01P",
    "NINFUS", "TRTSDT", "TRTSDTM", "TRTEDT", "TRTEDTM", "TR01SDT", "TR01SDTM", "TR01EDT",
    "TR02SDT", "TR02SDTM", "TR02EDT", "AP01SDT", "AP01EDT", "AP02SDT", "EOSSTT", "EOSDT",
    "DCSREAS", "DTHFL", "DTHDT", "DTHDTF", "DTHCAUS", "DTHADY", "LSTALVDT", "PRIMDX", "DIAGSTG",
    "DIAGDT", "DIAGDTF", "DIAGDURM", "BWEIGHT",
)
# fmt: on
# Who is compared, within what, by which grade.
FIRST_AND_WORST: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "AOCCFL": ("", (), None),
    "AOCCSFL": ("", ("soc",), None),
    "AOCCPFL": ("", ("soc", "term"), None),
    "AOCCIFL": ("", (), "grade"),
    "AOCCSIFL": ("", ("soc",), "grade"),
    "AOCCPIFL": ("", ("soc", "term"), "grade"),
    "AOCC01FL": ("crs", (), "astct"),
    "AOCC02FL": ("icans", (), "astct"),
}


@pytest.fixture(scope="module")
def compare(independent: Callable[[str], ModuleType]) -> Any:
    return independent("compare")


@pytest.fixture(scope="module")
def subjects(independent: Callable[[str], ModuleType]) -> Any:
    return independent("subjects")


@pytest.fixture(scope="module")
def people(
    independent: Callable[[str], ModuleType], reference_study: Path, subjects: Any
) -> dict[str, dict[str, Any]]:
    """Variables of ADSL by person."""
    e = independent("endpoints")
    raw = e.load(reference_study / "raw")
    return {u: subjects.study(u, e, raw, p) for u, p in e.compute(raw).items()}


@pytest.fixture(scope="module")
def events(
    independent: Callable[[str], ModuleType], reference_study: Path, subjects: Any
) -> dict[tuple[str, int], dict[str, Any]]:
    e = independent("endpoints")
    raw = e.load(reference_study / "raw")
    found: dict[tuple[str, int], dict[str, Any]] = subjects.emergent_events(
        e, independent("safety"), raw, e.compute(raw)
    )
    return found


@pytest.mark.parametrize("variable", VARIABLES)
def test_variable_of_a_subject(
    variable: str, texts: Texts, people: dict[str, dict[str, Any]], compare: Any
) -> None:
    expected = {(u,): made[variable] for u, made in people.items()}
    assert len(expected) == PERSONS
    built = compare.table(texts("ADSL"), ["USUBJID"], variable)
    assert compare.differences(built, expected) == []


def test_every_variable_that_is_computed_is_compared(people: dict[str, dict[str, Any]]) -> None:
    assert {name for made in people.values() for name in made} == set(VARIABLES)


@pytest.mark.parametrize("flag", FIRST_AND_WORST)
def test_first_and_worst_event(
    flag: str, texts: Texts, events: dict[tuple[str, int], dict[str, Any]], subjects: Any
) -> None:
    which, per, grade = FIRST_AND_WORST[flag]
    adae = texts("ADAE")
    assert len(adae) == len(events) == EVENTS
    flagged = adae[adae[flag] == "Y"]
    built = set(zip(flagged["USUBJID"], flagged["AESPID"].astype("int64"), strict=True))
    groups = subjects.candidates(events, lambda x: not which or x[which], per, grade)
    assert groups
    assert [sorted(group) for group in groups if len(group & built) != 1] == []
    assert built <= set().union(*groups)
