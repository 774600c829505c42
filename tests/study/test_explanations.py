"""The reference study's findings.yaml: every entry is needed, and one too many is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from crosswalk.build import Package
from crosswalk.cli import app
from mappings.findings import Finding
from validation.explanations import Explanation, explain


def found(package: Package) -> list[Finding]:
    """Everything the checks found, explained or not."""
    report = package.report
    return [*report.unexplained, *(f for f, _ in report.explained), *report.notices]


def entries_of(package: Package) -> list[Explanation]:
    """The entries for our own rules; those of CDISC's engine are looked at in test_core.py."""
    return [e for e in package.plan.explanations if not e.rule.startswith("CORE-")]


def without(package: Package, left_out: Explanation) -> tuple[list[Finding], list[Finding]]:
    """What is explained and what is not when one entry is missing."""
    kept = [entry for entry in entries_of(package) if entry is not left_out]
    assert len(kept) == len(entries_of(package)) - 1
    explained, unexplained = explain(found(package), kept)
    return [f for f, _ in explained], unexplained


def fingerprints(findings: Sequence[Finding]) -> list[tuple[str, str, str, str]]:
    return sorted(f.fingerprint for f in findings)


def test_nothing_is_left_to_explain(reference: Package) -> None:
    assert reference.report.unexplained == ()
    assert reference.status == "final"
    assert reference.exit_code == 0


def test_every_entry_says_who_and_when(reference: Package) -> None:
    for entry in reference.plan.explanations:
        assert entry.author
        assert len(entry.reason) > 40
        assert "2024-06-30" < entry.date <= "2024-09-02", "between the cut-off and the creation"


def test_each_entry_in_turn_leaves_its_findings(reference: Package) -> None:
    entries = entries_of(reference)
    assert len(entries) >= 8
    for left_out in entries:
        own = [f for f, entry in reference.report.explained if entry is left_out]
        assert own, f"{left_out.place} explains nothing"
        explained, unexplained = without(reference, left_out)
        assert fingerprints(unexplained) == fingerprints(own), str(left_out.place)
        assert len(explained) == len(reference.report.explained) - len(own)
        # One unexplained finding is enough for a draft.
        assert replace(reference.report, unexplained=tuple(unexplained)).status == "draft"


def test_an_entry_that_matches_nothing_is_a_finding(reference: Package) -> None:
    entries = entries_of(reference)
    spare = replace(entries[0], scope="CEACART01-01-001 ae 1")
    explained, unexplained = explain(found(reference), [*entries, spare])
    assert [(f.rule, f.value, f.scope) for f in unexplained] == [
        ("explain.unused", entries[0].rule, "CEACART01-01-001 ae 1")
    ]
    assert len(explained) == len(reference.report.explained)


def test_a_count_that_is_exceeded_explains_nothing(reference: Package) -> None:
    entries = entries_of(reference)
    counted = next(e for e in entries if e.count is not None and e.count > 1)
    fewer = [replace(e, count=1) if e is counted else e for e in entries]
    _, unexplained = explain(found(reference), fewer)
    own = [f for f, entry in reference.report.explained if entry is counted]
    assert sorted(f.rule for f in unexplained) == sorted(
        [*(f.rule for f in own), "explain.exceeded"]
    )


def test_the_command_makes_a_draft_of_it(study_copy: Path, tmp_path: Path) -> None:
    """The whole way: an entry less, one that matches nothing, exit code 1 and a draft."""
    path = study_copy / "findings.yaml"
    head, *entries = path.read_text(encoding="utf-8").split("- rule: ")
    assert entries[0].startswith("date.impossible")
    spare = (
        "unit.missing\n  dataset: LB\n  variable: LBSTRESC\n  scope: CEACART01-01-001 markers 1\n"
        "  reason: Nobody knows any more.\n  author: Data management\n  date: 2024-08-12\n"
    )
    path.write_text(head + "".join(f"- rule: {e}" for e in [*entries[1:], spare]), encoding="utf-8")
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["build", str(study_copy), "-o", str(out)])
    assert result.exit_code == 1, result.output
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["status"] == "draft"
    report = json.loads((out / "reports" / "findings.json").read_text(encoding="utf-8"))
    assert report["status"] == "draft"
    left = [f for f in report["findings"] if f["state"] == "unexplained"]
    assert sorted((f["rule"], f["scope"]) for f in left) == [
        ("date.impossible", "CEACART01-02-014 ae 881636"),
        ("explain.unused", "CEACART01-01-001 markers 1"),
    ]
