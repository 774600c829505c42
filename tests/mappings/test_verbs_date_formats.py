"""Dates of several declared formats, and text whose case a rule changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench

US = "{date: A, format: [MM/DD/YYYY, MM/YYYY, YYYY]}"


def test_each_declared_format_is_read(bench: Bench) -> None:
    cells = ["03/04/2013", "04/2013", "2013", "UN/UN/2013", "UNK", ""]
    values, findings = bench.rule(US, {"A": cells})
    assert values == ["2013-03-04", "2013-04", "2013", "2013", "", ""]
    assert findings == []


def test_a_format_that_is_not_declared_is_a_finding(bench: Bench) -> None:
    values, findings = bench.rule(US, {"A": ["2013-03-04", "13/04/2013"]})
    assert values == ["", ""]
    assert [f.rule for f in findings] == ["date.impossible", "date.unreadable"]
    assert findings[1].message == (
        "'2013-03-04' is not a date of the form MM/DD/YYYY or MM/YYYY or YYYY"
    )


def test_a_list_of_one_is_that_one(bench: Bench) -> None:
    cells = {"A": ["4-Mar-2013", "2013"]}
    assert bench.rule("{date: A, format: [DD-MON-YYYY]}", cells) == bench.rule(
        "{date: A, format: DD-MON-YYYY}", cells
    )


@pytest.mark.parametrize(
    ("formats", "pair"),
    [
        ("[MM/DD/YYYY, DD/MM/YYYY]", ("MM/DD/YYYY", "DD/MM/YYYY")),
        ("[YYYY, DD-MM-YYYY, MM-DD-YYYY]", ("DD-MM-YYYY", "MM-DD-YYYY")),
        ("[YYYY-DD-MM, YYYY-MM-DD HH:MI]", ("YYYY-DD-MM", "YYYY-MM-DD HH:MI")),
        ("[YYYYDDMM, YYYYMMDD]", ("YYYYDDMM", "YYYYMMDD")),
    ],
)
def test_formats_that_read_one_text_differently_are_refused(
    bench: Bench, formats: str, pair: tuple[str, str]
) -> None:
    (fault,) = bench.faults(f"{{date: A, format: {formats}}}")
    assert fault.endswith(
        f"one text may be a date of the form {pair[0]} and of the form {pair[1]}. "
        "Keep the one that the export has; which is meant is never guessed."
    )


@pytest.mark.parametrize(
    "formats",
    ["[MM/DD/YYYY, YYYY-MM-DD]", "[DD-MON-YYYY, DD-MM-YYYY]", "[YYYY-MM-DD, YYYY-MM]"],
)
def test_formats_that_never_contradict_stand_together(bench: Bench, formats: str) -> None:
    assert bench.faults(f"{{date: A, format: {formats}}}") == []


def test_a_wrong_format_is_named_by_its_place(bench: Bench) -> None:
    (fault,) = bench.faults("{date: A, format: [YYYY, MM-DD]}")
    assert fault.startswith("sdtm/ae.yaml:5:31: 'MM-DD' is not a date format")
    assert "must not be empty" in bench.faults("{date: A, format: []}")[0]


def test_text_in_capital_or_small_letters(bench: Bench) -> None:
    cells = {"A": [" Sinus Bradycardia", "", "NaCl 5%"]}
    assert bench.rule("{copy: A, case: upper}", cells)[0] == ["SINUS BRADYCARDIA", "", "NACL 5%"]
    assert bench.rule("{copy: A, case: lower}", cells)[0] == ["sinus bradycardia", "", "nacl 5%"]


def test_a_case_that_is_none_or_does_nothing_is_refused(bench: Bench) -> None:
    (fault,) = bench.faults("{copy: A, case: title}")
    assert "'title' is not one of upper, lower" in fault
    (fault,) = bench.faults("{num: A, case: upper}")
    assert "'case' does nothing beside 'num'. It belongs to 'copy'." in fault
