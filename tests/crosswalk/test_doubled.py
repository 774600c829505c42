"""Two records of one key: one finding to mend or explain, and two notices that follow from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import Result

from mappings.findings import Finding, Severity
from validation.outcome import Checked
from validation.summary import make_report

Command = Callable[..., Result]


def findings(command: Command, study: Path) -> list[dict[str, Any]]:
    out = study.parent / "out"
    command("build", study, "-o", out)
    report = json.loads((out / "reports" / "findings.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = report["findings"]
    return found


def enter_twice(study: Path) -> None:
    with (study / "raw" / "dm.csv").open("a", encoding="utf-8") as stream:
        stream.write("01-002,F,2024-02-03,62\n")
    module = study / "study.yaml"
    module.write_text(module.read_text().replace("id: [SUBJECT]", "id: [SUBJECT, YEARS]"))


def doubled(command: Command, study: Path) -> dict[tuple[str, str], dict[str, Any]]:
    enter_twice(study)
    wanted = ("record.duplicate", "expect.unique", "define.key")
    return {(f["rule"], f["state"]): f for f in findings(command, study) if f["rule"] in wanted}


def test_one_cause_is_one_finding(command: Command, tiny_study: Path) -> None:
    found = doubled(command, tiny_study)
    assert set(found) == {
        ("record.duplicate", "unexplained"),
        ("expect.unique", "notice"),
        ("define.key", "notice"),
    }
    assert found["expect.unique", "notice"]["message"].endswith("follows from record.duplicate")
    assert "no explanation of its own" in found["define.key", "notice"]["advice"]


def test_it_is_filed_under_the_last_key_and_the_form_s_own_column(
    command: Command, tiny_study: Path
) -> None:
    found = doubled(command, tiny_study)["expect.unique", "notice"]
    assert (found["dataset"], found["variable"]) == ("DM", "USUBJID")
    assert found["raw"]["column"] == "SUBJECT"


def test_metadata_is_judged_once(command: Command, tiny_study: Path) -> None:
    enter_twice(tiny_study)
    keys = [f for f in findings(command, tiny_study) if f["rule"] == "define.key"]
    assert len(keys) == 1


def finding(rule: str, dataset: str = "DM") -> Finding:
    return Finding(rule, Severity.ERROR, "two records.", "", dataset, scope="S-01")


def test_without_the_cause_they_stay_errors() -> None:
    """Of files that no module made nothing else tells it, nor where `unique` are other keys."""
    suite = Checked((), (finding("expect.unique"),))
    alone = make_report("S", [finding("define.key")], suites=[suite], doubled=["DM"])
    assert [f.severity for f in alone.unexplained] == [Severity.ERROR] * 2
    told = [finding("define.key"), finding("record.duplicate"), finding("record.duplicate", "AE")]
    other = make_report("S", told, suites=[suite], doubled=["AE"])
    assert len(other.unexplained) == 4
    covered = make_report("S", told, suites=[suite], doubled=["DM"])
    assert [f.dataset for f in covered.unexplained] == ["AE", "DM"]
    assert {f.rule for f in covered.notices} == {"define.key", "expect.unique"}
