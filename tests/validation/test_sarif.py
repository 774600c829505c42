from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mappings.findings import RawPlace, SpecPlace
from tests.validation.reports import EVIL, finding, outcome, report
from validation.change import read_earlier
from validation.exports import entries, findings_json
from validation.outcome import Checked, Status
from validation.report import Report
from validation.sarif import findings_sarif

SCHEMA = json.loads(Path(__file__).with_name("sarif.schema.json").read_text(encoding="ascii"))


def sarif(of: Report) -> dict[str, Any]:
    content = json.loads(findings_sarif(of, list(entries(of))))
    jsonschema.Draft7Validator(SCHEMA).validate(content)
    run: dict[str, Any] = content["runs"][0]
    return run


def test_a_result_stands_at_the_line_of_the_mapping() -> None:
    (result, *_) = sarif(report())["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "sdtm/ae.yaml", "uriBaseId": "STUDY"}
    assert place["region"] == {"startLine": 14, "startColumn": 3}
    assert (result["ruleId"], result["level"]) == ("date.impossible", "error")
    assert result["message"]["text"] == "AE.AESTDTC S-01-001 AESEQ=1: 30 FEB is no day"
    raw = result["relatedLocations"][0]
    assert raw["physicalLocation"]["region"] == {"startLine": 12}
    assert raw["message"]["text"] == "raw/edc/ae.csv, row 12, column AESTDAT_RAW"


def test_rules_are_listed_once_and_pointed_at() -> None:
    run = sarif(report())
    rules = run["tool"]["driver"]["rules"]
    assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == [
        r["ruleId"] for r in run["results"]
    ]
    assert len({r["id"] for r in rules}) == len(rules)


def test_an_explained_finding_is_suppressed_with_its_reason() -> None:
    results = {r["ruleId"]: r for r in sarif(report())["results"]}
    told = results["num.unreadable"]["suppressions"]
    assert told == [
        {
            "kind": "external",
            "justification": "The lab does not correct. (A. Author, 2024-05-31)",
        }
    ]
    assert "suppressions" not in results["date.impossible"]
    assert results["text.fullwidth"]["level"] == "note"
    assert "physicalLocation" not in results["text.fullwidth"]["locations"][0]


def test_what_was_not_run_is_told_and_an_exception_is_no_success() -> None:
    (call,) = sarif(report())["invocations"]
    assert call["executionSuccessful"]
    assert [n["message"]["text"] for n in call["toolExecutionNotifications"]] == [
        "sdtm.orphan on LB: not run: there is no dataset DM"
    ]
    broken = Checked((outcome("sdtm.orphan", Status.ERRORED, reason="KeyError"),))
    (call,) = sarif(report(rules=broken))["invocations"]
    assert not call["executionSuccessful"]


def test_the_state_against_an_earlier_build() -> None:
    first = report(findings=[finding(scope="a"), finding(scope="b")], explanations=[])
    earlier = read_earlier(findings_json(first).encode(), "x")
    second = report(
        findings=[finding(scope="b"), finding(scope="c")], explanations=[], earlier=earlier
    )
    states = {
        r["partialFingerprints"]["crosswalk/v1"][-1]: r["baselineState"]
        for r in sarif(second)["results"]
    }
    assert states == {"a": "absent", "b": "unchanged", "c": "new"}
    assert "baselineState" not in sarif(first)["results"][0]


def test_hostile_text_is_shown_not_carried() -> None:
    facts = dict.fromkeys(("message", "advice", "dataset", "variable", "scope", "value"), EVIL)
    places = {"raw": RawPlace(EVIL, 1, EVIL), "spec": SpecPlace(EVIL, 1, 1)}
    of = report(findings=[finding(**facts, **places)], explanations=[])
    text = findings_sarif(of, list(entries(of)))
    sarif(of)
    assert text.isascii()
    assert not re.search(r"\\u(?:0000|202e)|\\t", text)


@pytest.mark.parametrize("damage", ["version", "level", "uri", "startLine"])
def test_the_schema_would_notice(damage: str) -> None:
    of = report()
    content = json.loads(findings_sarif(of, list(entries(of))))
    result = content["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    if damage == "version":
        content["version"] = "2.0"
    elif damage == "level":
        result["level"] = "bad"
    elif damage == "uri":
        place["artifactLocation"]["uri"] = 5
    else:
        place["region"]["startLine"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate(content)
