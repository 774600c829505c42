"""The findings as SARIF 2.1.0, the format in which code review tools show what checks found.

A result stands at the line of the mapping that made the value; the raw cell it came from is a
related location. An explained finding is a suppressed result with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from mappings.findings import Finding, RawPlace, Severity, SpecPlace
from validation.change import Change
from validation.explanations import Explanation
from validation.hostile import visible
from validation.outcome import Outcome, Status
from validation.summary import Report

VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE = "STUDY"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}

Entry = tuple[str, Finding, Explanation | None]


def findings_sarif(report: Report, found: list[Entry]) -> str:
    """One run as JSON: its rules, a result for each of `found`, and what was not run."""
    rules = _rules(report, found)
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    fresh = _fresh(report.change)
    results = [_result(*entry, numbers, fresh) for entry in found]
    if report.change is not None:
        results += [_gone(told.rule, told.message, told.fingerprint) for told in report.change.gone]
    driver: dict[str, Any] = {
        "name": "Crosswalk",
        "rules": rules,
    }
    if report.tool_version:
        driver["version"] = visible(report.tool_version)
    notes = list(_not_run(report))
    errored = any(n["level"] == "error" for n in notes)
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The folder of the study, which holds study.yaml."}}
        },
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [{"executionSuccessful": not errored, "toolExecutionNotifications": notes}],
        "properties": {"study": visible(report.study_id), "status": report.status},
    }
    content = {"$schema": SCHEMA, "version": VERSION, "runs": [run]}
    return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


def _rules(report: Report, found: list[Entry]) -> list[dict[str, Any]]:
    """Every rule that found something, in order, with its own words where they are known."""
    runs = (report.rules, *((report.core.checked,) if report.core else ()))
    texts = {o.check: o.text for run in runs for o in run.outcomes if o.text}
    advice = {f.rule: f.advice for _, f, _ in reversed(found) if f.advice}
    names = {f.rule for _, f, _ in found}
    if report.change is not None:
        names |= {told.rule for told in report.change.gone}
    rules = []
    for name in sorted(names):
        rule: dict[str, Any] = {"id": visible(name)}
        if name in texts:
            rule["shortDescription"] = {"text": visible(texts[name])}
        if name in advice:
            rule["help"] = {"text": visible(advice[name])}
        rules.append(rule)
    return rules


def _fresh(change: Change | None) -> Callable[[Finding], str | None]:
    if change is None or not change.compared:
        return lambda _: None
    new = {id(f) for f in change.new}
    return lambda finding: "new" if id(finding) in new else "unchanged"


def _result(
    state: str,
    finding: Finding,
    explanation: Explanation | None,
    numbers: dict[str, int],
    fresh: Callable[[Finding], str | None],
) -> dict[str, Any]:
    about = " ".join(p for p in (_subject(finding), finding.scope) if p)
    message = f"{about}: {finding.message}" if about else finding.message
    rule = visible(finding.rule)
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": numbers[rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": visible(message)},
        "locations": [_location(finding)],
        "partialFingerprints": _fingerprint(finding.fingerprint),
        "properties": {"state": state, "value": visible(finding.value)},
    }
    if finding.raw is not None:
        result["relatedLocations"] = [_raw(finding.raw)]
    baseline = fresh(finding)
    if baseline is not None:
        result["baselineState"] = baseline
    if explanation is not None:
        said = f"{explanation.reason} ({explanation.author}, {explanation.date})"
        result["suppressions"] = [{"kind": "external", "justification": visible(said)}]
    return result


def _gone(rule: str, message: str, fingerprint: tuple[str, str, str, str]) -> dict[str, Any]:
    return {
        "ruleId": visible(rule),
        "level": "none",
        "message": {"text": visible(message) or "-"},
        "partialFingerprints": _fingerprint(fingerprint),
        "baselineState": "absent",
    }


def _subject(finding: Finding) -> str:
    return ".".join(p for p in (finding.dataset, finding.variable) if p)


def _fingerprint(parts: tuple[str, ...]) -> dict[str, str]:
    return {"crosswalk/v1": " | ".join(visible(p) for p in parts)}


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.spec is not None and finding.spec.file:
        location["physicalLocation"] = _spec(finding.spec)
    name = _subject(finding)
    if name:
        logical = {"fullyQualifiedName": visible(name), "kind": "variable"}
        if not finding.variable:
            logical["kind"] = "dataset"
        location["logicalLocations"] = [logical]
    return location


def _spec(place: SpecPlace) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.file)}
    if place.line:
        physical["region"] = {"startLine": place.line, "startColumn": max(place.column, 1)}
    return physical


def _raw(place: RawPlace) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.file)}
    if place.row:
        physical["region"] = {"startLine": place.row}
    return {"physicalLocation": physical, "message": {"text": visible(str(place))}}


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(file.encode("utf-8", "replace")), "uriBaseId": _BASE}


def _not_run(report: Report) -> Iterator[dict[str, Any]]:
    """What proved nothing: checks not run as notes, those that ended in an exception as errors."""
    runs = (*report.suites, report.rules, *((report.core.checked,) if report.core else ()))
    for run in runs:
        for outcome in run.outcomes:
            if outcome.status is Status.NOT_RUN:
                yield _notification(outcome, "note")
            elif outcome.status is Status.ERRORED:
                yield _notification(outcome, "error")


def _notification(outcome: Outcome, level: str) -> dict[str, Any]:
    about = f"{outcome.check} on {outcome.dataset}" if outcome.dataset else outcome.check
    text = f"{about}: {outcome.status.value}: {outcome.reason}"
    return {"level": level, "message": {"text": visible(text)}}
