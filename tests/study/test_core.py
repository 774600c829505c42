"""CDISC's engine on the reference study, where an engine is installed; skipped where none is.

    CROSSWALK_TEST_CORE="core" pytest tests/study/test_core.py

The variable holds the command line by which the engine is started, as --core-command does. The
run takes some minutes.
"""

from __future__ import annotations

import os

import pytest

from crosswalk.build import Package
from crosswalk.core import judge
from validation.core import CoreRun, engine_of
from validation.outcome import Status
from validation.summary import make_report

COMMAND = os.environ.get("CROSSWALK_TEST_CORE", "")


@pytest.fixture(scope="module")
def core(reference: Package) -> CoreRun:
    if not COMMAND:
        pytest.skip("no engine is named by CROSSWALK_TEST_CORE")
    package = reference
    return judge(
        engine_of(COMMAND),
        package.study,
        package.documents,
        package.definitions,
        package.frames(),
        package.lineage,
    )


def test_without_the_engine_its_entries_are_not_unused(reference: Package) -> None:
    """Without the engine: the entries are there, and not one of them is said to be unused."""
    entries = [e for e in reference.plan.explanations if e.rule.startswith("CORE-")]
    assert len(entries) == len({e.rule for e in entries}) >= 10
    assert [f for f in reference.report.unexplained if f.value.startswith("CORE-")] == []


def test_the_engine_answers_and_no_rule_stops(core: CoreRun) -> None:
    assert core.reason == ""
    assert core.stopped == frozenset()
    assert core.rules(Status.PASSED) > 200


def test_everything_that_it_finds_is_explained_once(core: CoreRun, reference: Package) -> None:
    entries = [e for e in reference.plan.explanations if e.rule.startswith("CORE-")]
    report = make_report("CEACART01", [], entries, core=core)
    assert [str(f) for f in report.unexplained] == []
    assert len(report.explained) == len(core.checked.findings)


def test_its_findings_name_the_row_of_the_export(core: CoreRun) -> None:
    found = [f for f in core.checked.findings if f.rule == "CORE-000718"]
    assert [(f.scope, f.raw.file if f.raw else "") for f in found] == [
        ("CEACART01-02-014 AESEQ=7", "raw/edc/ae.csv")
    ]
