"""The findings as CSV and Excel (for spreadsheets) and JSON (for programs)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from mappings.findings import Finding
from validation.change import Change
from validation.core.model import CoreRun
from validation.explanations import Explanation
from validation.hostile import csv_cell
from validation.outcome import Checked, Outcome, Status
from validation.summary import Report
from validation.xlsx import Sheet, workbook

COLUMNS = (
    *("state", "severity", "rule", "dataset", "variable", "scope", "value", "message", "advice"),
    *("raw_file", "raw_row", "raw_column", "spec_file", "spec_line", "spec_column"),
    *("reason", "author", "date"),
)
_WIDTHS = (12, 9, 22, 9, 11, 30, 20, 60, 40, 26, 8, 18, 20, 9, 11, 50, 18, 11)
_CHECKS = ("status", "check", "dataset", "text", "failing", "reason", "source")


def entries(report: Report) -> Iterator[tuple[str, Finding, Explanation | None]]:
    """Every finding once: the unexplained first, then the explained, then the notices."""
    for finding in report.unexplained:
        yield "unexplained", finding, None
    for finding, explanation in report.explained:
        yield "explained", finding, explanation
    for finding in report.notices:
        yield "notice", finding, None


def findings_csv(report: Report) -> str:
    """The findings as CSV with a byte-order mark, every cell quoted, safe as a spreadsheet.

    Control characters are shown as signs; a cell that would be a formula gets an apostrophe.
    The exact values are those of ``findings.json``.
    """
    safe = lru_cache(maxsize=65536)(csv_cell)
    stream = io.StringIO()
    stream.write("\ufeff")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([safe(str(cell)) for cell in row])
    return stream.getvalue()


def findings_xlsx(report: Report) -> bytes:
    """The same as an Excel workbook, with the fate of every check on a second sheet."""
    checks = [
        [o.status.value, o.check, o.dataset, o.text, o.failing or "", o.reason, o.source]
        for run in (*report.suites, report.rules, *((report.core.checked,) if report.core else ()))
        for o in run.outcomes
    ]
    sheets = [
        Sheet("Findings", COLUMNS, list(_rows(report)), _WIDTHS),
        Sheet("Checks", _CHECKS, checks, (10, 24, 10, 60, 9, 50, 40)),
    ]
    return workbook(sheets)


def _rows(report: Report) -> Iterator[list[str | int]]:
    for state, finding, explanation in entries(report):
        raw, spec = finding.raw, finding.spec
        row: list[str | int] = [
            state,
            finding.severity.value,
            finding.rule,
            finding.dataset,
            finding.variable,
            finding.scope,
            finding.value,
            finding.message,
            finding.advice,
        ]
        row += [raw.file, raw.row or "", raw.column] if raw else ["", "", ""]
        row += [spec.file, spec.line or "", spec.column or ""] if spec else ["", "", ""]
        said = explanation
        row += [said.reason, said.author, said.date] if said else ["", "", ""]
        yield row


def findings_json(report: Report) -> str:
    """The findings and the fate of every check as JSON (schema: docs/findings.schema.json)."""
    checks = report.checks
    content = {
        "format": "crosswalk-findings",
        "format_version": 1,
        "study": report.study_id,
        "fictitious": report.fictitious,
        "tool_version": report.tool_version,
        "status": report.status,
        "counts": {
            "unexplained": len(report.unexplained),
            "explained": len(report.explained),
            "notices": len(report.notices),
            "passed": checks[Status.PASSED],
            "failed": checks[Status.FAILED],
            "errored": checks[Status.ERRORED],
            "not_run": checks[Status.NOT_RUN],
        },
        "findings": [_finding(*entry) for entry in entries(report)],
        "suites": [_run(run) for run in report.suites],
        "rules": [_outcome(outcome) for outcome in report.rules.outcomes],
        "core": _core(report.core) if report.core else None,
        "datasets": [asdict(row) for row in report.datasets],
        "change": _change(report.change) if report.change else None,
    }
    return "{\n" + ",\n".join(_member(k, v) for k, v in content.items()) + "\n}\n"


def _member(name: str, value: Any) -> str:
    """A member on one line, a list with an item a line: quick to write, easy to compare."""
    if not isinstance(value, list) or not value:
        return f'"{name}": {json.dumps(value)}'
    return f'"{name}": [\n' + ",\n".join(f" {json.dumps(item)}" for item in value) + "\n]"


def _finding(state: str, finding: Finding, explanation: Explanation | None) -> dict[str, Any]:
    raw, spec = finding.raw, finding.spec
    said = explanation
    return {
        "state": state,
        "severity": finding.severity.value,
        "rule": finding.rule,
        "dataset": finding.dataset,
        "variable": finding.variable,
        "scope": finding.scope,
        "value": finding.value,
        "message": finding.message,
        "advice": finding.advice,
        "raw": {"file": raw.file, "row": raw.row, "column": raw.column} if raw else None,
        "spec": {"file": spec.file, "line": spec.line, "column": spec.column} if spec else None,
        "explanation": {"reason": said.reason, "author": said.author, "date": said.date}
        if said
        else None,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "earlier": change.earlier,
        "compared": change.compared,
        "same": change.same,
        "new": [_fingerprint(f) for f in change.new],
        "gone": [asdict(told) for told in change.gone],
        "datasets": [asdict(counted) for counted in change.datasets],
    }


def _fingerprint(finding: Finding) -> dict[str, str]:
    names = ("rule", "dataset", "variable", "scope")
    return dict(zip(names, finding.fingerprint, strict=True))


def _core(core: CoreRun) -> dict[str, Any]:
    run = core.checked
    return {
        "engine": core.engine,
        "standard": core.standard,
        "terminology": list(core.terminology),
        "reason": core.reason,
        "passed": core.rules(Status.PASSED),
        "failed": core.rules(Status.FAILED),
        "not_run": core.rules(Status.NOT_RUN),
        "not_passed": [_outcome(o) for o in run.outcomes if o.status is not Status.PASSED],
    }


def _run(run: Checked) -> dict[str, Any]:
    return {
        "dataset": run.name,
        "passed": run.passed,
        "failed": run.failed,
        "errored": run.errored,
        "not_run": run.not_run,
        "not_passed": [_outcome(o) for o in run.outcomes if o.status is not Status.PASSED],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "check": outcome.check,
        "dataset": outcome.dataset,
        "status": outcome.status.value,
        "text": outcome.text,
        "source": outcome.source,
        "severity": outcome.severity,
        "failing": outcome.failing,
        "reason": outcome.reason,
    }
