"""The JSON report that the engine writes (``-of JSON``), read strictly.

Its sections are Conformance_Details, Dataset_Details, Issue_Summary, Issue_Details and
Rules_Report. A report that is not whole is refused: half an answer would read as a clean one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from validation.outcome import one_line

_NOTHING = ("", "N/A", "null", "None")


class CoreUnreadable(Exception):
    """The file is not a whole report of CORE; the text says what is wrong with it."""


class RuleStatus(StrEnum):
    """What became of a rule, in the engine's words."""

    SUCCESS = "SUCCESS"
    SKIPPED = "SKIPPED"
    ISSUE = "ISSUE REPORTED"
    ERROR = "EXECUTION ERROR"
    UNKNOWN = "UNKNOWN STATUS"


@dataclass(frozen=True, slots=True)
class CoreRule:
    """One rule of the engine; `references` are its ids in the catalogues of CDISC and FDA."""

    id: str
    status: RuleStatus
    message: str = ""
    references: str = ""


@dataclass(frozen=True, slots=True)
class CoreIssue:
    """One thing that the engine found.

    `record` counts the records of the dataset from 1 and is 0 when the issue is of no record;
    `values` has the variables with what the engine saw in them.
    """

    rule: str
    dataset: str
    message: str
    subject: str = ""
    record: int = 0
    sequence: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoreReport:
    """A whole report. `errors` has the texts of exceptions by rule.

    `counted` is the number of issues and exceptions by rule that the engine met, which is more
    than are listed when a limit was set.
    """

    engine: str
    standard: str
    version: str
    terminology: tuple[str, ...]
    datasets: tuple[str, ...]
    rules: tuple[CoreRule, ...]
    issues: tuple[CoreIssue, ...]
    errors: Mapping[str, tuple[str, ...]]
    counted: Mapping[str, int]


def read_core_report(data: bytes) -> CoreReport:
    """The report in `data`. Raises CoreUnreadable."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CoreUnreadable(f"it is not JSON ({one_line(str(error), 120)})") from None
    if not isinstance(content, dict):
        raise CoreUnreadable("it is JSON, but no report of CORE")
    about = _section(content, "Conformance_Details", dict)
    rules = tuple(_rule(r) for r in _rows(content, "Rules_Report"))
    if not rules:
        raise CoreUnreadable("no rule was run (Rules_Report is empty)")
    known = {r.id for r in rules}
    issues: list[CoreIssue] = []
    errors: dict[str, list[str]] = {}
    for row in _rows(content, "Issue_Details"):
        rule = _text(row, "core_id")
        if rule not in known:
            raise CoreUnreadable(f"Issue_Details has an issue of {rule}, Rules_Report has not")
        if isinstance(row.get("variables"), list):
            issues.append(_issue(row, rule))
        else:
            said = f"{_text(row, 'message')} {_shown(row.get('values'))}"
            errors.setdefault(rule, []).append(one_line(said))
    counted: dict[str, int] = {}
    for row in _rows(content, "Issue_Summary"):
        rule = _text(row, "core_id")
        counted[rule] = counted.get(rule, 0) + _whole(row.get("issues"))
    silent = {r.id for r in rules if r.status is RuleStatus.ISSUE}
    silent -= {i.rule for i in issues} | set(counted)
    if silent:
        raise CoreUnreadable(f"{min(silent)} reported an issue that Issue_Details does not have")
    return CoreReport(
        _text(about, "CORE_Engine_Version"),
        _text(about, "Standard").lower(),
        _text(about, "Version").lstrip("Vv").replace("-", "."),
        tuple(sorted(t.strip() for t in _shown(about.get("CT_Version")).split(",") if t.strip())),
        tuple(_dataset(_text(d, "filename")) for d in _rows(content, "Dataset_Details")),
        rules,
        tuple(issues),
        {rule: tuple(texts) for rule, texts in errors.items()},
        counted,
    )


def _section(content: Mapping[str, Any], name: str, kind: type) -> Any:
    if not isinstance(content.get(name), kind):
        raise CoreUnreadable(f"it has no section {name}")
    return content[name]


def _rows(content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = _section(content, name, list)
    if not all(isinstance(row, dict) for row in rows):
        raise CoreUnreadable(f"{name} is not a list of entries")
    return [*rows]


def _text(row: Mapping[str, Any], key: str) -> str:
    if key not in row:
        raise CoreUnreadable(f"an entry has no {key}")
    return _shown(row[key])


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _whole(value: object) -> int:
    """A count or a record number; 0 for those that are none, as the engine's N/A."""
    text = _shown(value).strip()
    return int(text) if text.isascii() and text.isdigit() else 0


def _rule(row: Mapping[str, Any]) -> CoreRule:
    status = _text(row, "status").upper()
    known = status if status in [*RuleStatus] else RuleStatus.UNKNOWN
    references = [_shown(row.get("cdisc_rule_id")), _shown(row.get("fda_rule_id"))]
    return CoreRule(
        _text(row, "core_id"),
        RuleStatus(known),
        one_line(_text(row, "message")),
        ", ".join(r for r in references if r),
    )


def _dataset(text: str) -> str:
    """The name of a dataset, which the engine gives as AE or as ae.xpt; "" for its N/A."""
    return "" if text in _NOTHING else text.rsplit(".", 1)[0].upper()


def _issue(row: Mapping[str, Any], rule: str) -> CoreIssue:
    names = [str(v) for v in row["variables"]]
    values = row.get("values")
    if not isinstance(values, list) or len(values) not in (len(names), 1):
        raise CoreUnreadable(f"an issue of {rule} has not a value for each variable")
    texts = ["" if str(v) in _NOTHING else str(v) for v in values]
    subject = _shown(row.get("USUBJID"))
    sequence = _shown(row.get("SEQ"))
    return CoreIssue(
        rule,
        _dataset(_text(row, "dataset")),
        one_line(_text(row, "message")),
        "" if subject in _NOTHING else subject,
        _whole(row.get("row")),
        sequence if sequence not in ("0", *_NOTHING) else "",
        dict(zip(names, texts, strict=False)),
    )
