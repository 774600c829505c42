"""What a person reads at the end of a command: faults, findings, the summary table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from crosswalk.build import Package
from mappings.findings import Finding
from validation.core import CoreRun
from validation.outcome import Outcome, Status
from validation.summary import Report

MOST = 25
_OF_FILES = ("package.", "file.", "define.")
MOST_OF_A_KIND = 5


def console(*, stderr: bool = False) -> Console:
    """Where a command prints: texts as they are, because ``:100:`` is a line, no picture."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)


def faults(on: Console, found: list[Finding], study: Path) -> None:
    """Faults of the specification or of files, each with the path that a terminal can open."""
    for finding in found:
        place = finding.spec or finding.raw
        text = str(finding)
        inside = place is not None and place.file != study.as_posix()
        prefix = f"{study.as_posix()}/" if inside else ""
        on.print(f"{prefix}{text}")
    count = len(found)
    word = "fault" if count == 1 else "faults"
    on.print(f"{count} {word}; nothing was written.", style="bold")


def summary(on: Console, package: Package, out: Path) -> None:
    """The table of datasets, the findings that nobody has explained, and the status."""
    report = package.report
    table = Table(title=f"{package.study.name}: {package.study.description}", title_justify="left")
    for name in ("Dataset", "Label"):
        table.add_column(name)
    for name in ("Records", "Subjects", "Variables"):
        table.add_column(name, justify="right")
    for row in report.datasets:
        subjects = "" if row.subjects is None else str(row.subjects)
        table.add_row(row.name, row.label, str(row.records), subjects, str(row.variables))
    on.print(table, soft_wrap=False)
    _findings(on, report, "in reports/index.html")
    if report.core is not None:
        on.print(_core(report.core))
    style = "bold green" if package.status == "final" else "bold yellow"
    on.print(f"Status {package.status}: {out.as_posix()}", style=style)


def _findings(on: Console, report: Report, where: str) -> None:
    kinds = groupby(report.unexplained, lambda f: (f.dataset, f.rule))
    shown = [finding for _, kind in kinds for finding in islice(kind, MOST_OF_A_KIND)][:MOST]
    for finding in shown:
        on.print(f"{finding.severity}: {finding.rule}: {_about(finding)}{finding}")
    more = len(report.unexplained) - len(shown)
    if more:
        on.print(f"... and {more} more, {where}")
    on.print(
        f"{_count(len(report.unexplained), 'finding')} to mend or explain, "
        f"{len(report.explained)} explained, {_count(len(report.notices), 'notice')}.",
    )


def _about(finding: Finding) -> str:
    """What neither the place nor the message tells: the dataset, its variable, which record."""
    if not finding.dataset:
        return ""
    about = f"{finding.dataset}.{finding.variable}" if finding.variable else finding.dataset
    if finding.raw is None and finding.scope and finding.scope not in finding.message:
        about = f"{about}, {finding.scope}"
    return f"{about}: "


def checked(on: Console, report: Report) -> None:
    """What became of each check of a package, and the findings that nobody has explained."""
    files = [o for o in report.rules.outcomes if o.check.startswith(_OF_FILES)]
    rules = [o for o in report.rules.outcomes if not o.check.startswith(_OF_FILES)]
    for outcome in files:
        name = f"{outcome.dataset}: " if outcome.dataset else ""
        why = f" ({outcome.reason})" if outcome.reason else ""
        on.print(f"{name}{outcome.text}: {outcome.status}{why}")
    suites = [o for run in report.suites for o in run.outcomes]
    on.print(f"Expectations of {_count(len(report.suites), 'dataset')}: {_fates(suites)}.")
    on.print(f"Rules on their datasets: {_fates(rules)}.")
    on.print(_core(report.core) if report.core else "CDISC CORE: not run (--core runs it)")
    _findings(on, report, "with --json")


def _fates(outcomes: Sequence[Outcome]) -> str:
    """How many of the checks passed and so on; one that was not run has proved nothing."""
    counts = [(sum(o.status is status for o in outcomes), status.value) for status in Status]
    return ", ".join(f"{number} {word}" for number, word in counts)


def _core(core: CoreRun) -> str:
    if not core.answered:
        return f"CDISC CORE: not run ({core.reason})"
    passed, failed, idle = map(core.rules, (Status.PASSED, Status.FAILED, Status.NOT_RUN))
    return (
        f"CDISC CORE {core.engine}, {core.standard}: {_count(passed, 'rule')} passed, "
        f"{failed} failed, {idle} not run."
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def as_json(package: Package, out: Path) -> str:
    """The same for a program."""
    report = package.report
    content: dict[str, Any] = {
        "study": package.study.id,
        "status": package.status,
        "out": out.as_posix(),
        "datasets": [
            {"name": r.name, "records": r.records, "subjects": r.subjects} for r in report.datasets
        ],
        "findings": {
            "unexplained": len(report.unexplained),
            "explained": len(report.explained),
            "notices": len(report.notices),
        },
        "core": _core(report.core) if report.core else None,
    }
    return json.dumps(content, indent=2)


def dumps(content: object) -> str:
    """An answer for a program."""
    return json.dumps(content, indent=2, ensure_ascii=False)


def faults_json(found: list[Finding], warnings: list[Finding] | None = None) -> str:
    """Faults for a program, and where there are none the warnings of lint."""
    content = {"faults": [_fault(f) for f in found]}
    if warnings is not None:
        content["warnings"] = [_fault(f) for f in warnings]
    return json.dumps(content, indent=2)


def _fault(finding: Finding) -> dict[str, Any]:
    spec, raw = finding.spec, finding.raw
    return {
        "rule": finding.rule,
        "message": finding.message,
        "advice": finding.advice,
        "file": spec.file if spec else (raw.file if raw else ""),
        "line": spec.line if spec else (raw.row if raw else 0),
        "column": str(spec.column) if spec else (raw.column if raw else ""),
    }
