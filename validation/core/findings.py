"""The engine's issues as findings of ours: subject and record, raw row, line of the mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import pandas as pd

from mappings.findings import Finding, RawPlace, Severity
from validation.core.model import NOT_RUN, CoreRun
from validation.core.report import CoreIssue, CoreReport, CoreRule, RuleStatus
from validation.locate import Lineage, raw_places, scopes, sequence_variable, shown
from validation.outcome import Checked, Outcome, Status

_ADVICE = (
    "Look the rule up in CDISC's rule catalogue; then mend the mapping or the data, or explain it."
)
_SKIPPED = "the engine skipped it: out of its scope, or a dataset or variable is not there"
_ABSENT = ("Not in dataset",)
_SHARED = ("STUDYID", "DOMAIN", "USUBJID")


def not_run(reason: str) -> CoreRun:
    """The run that was asked for and did not come about: nothing passed, and that is a finding."""
    outcome = Outcome("CORE", "", Status.NOT_RUN, "CDISC CORE", reason=reason, source="CDISC CORE")
    found = Finding(
        NOT_RUN,
        Severity.ERROR,
        f"CDISC CORE was not run: {reason}",
        "Install the engine and name it with --core-command, or build without --core.",
        scope="CORE",
    )
    return CoreRun(checked=Checked((outcome,), (found,), "CORE"), reason=reason)


def core_run(
    report: CoreReport,
    frames: Mapping[str, pd.DataFrame],
    *,
    keys: Mapping[str, Sequence[str]] | None = None,
    lineage: Lineage | None = None,
) -> CoreRun:
    """The answers of `report` on the datasets `frames`.

    Frames are in the order of the file that the engine read, and may carry `_form` and `_row`;
    without these a finding names no raw row. `keys` tell records apart where there is no --SEQ.
    """
    known = lineage or Lineage()
    findings: list[Finding] = []
    outcomes: list[Outcome] = []
    rules = {r.id: r for r in report.rules}

    def place(issue: CoreIssue) -> tuple[str, str]:
        return issue.rule, issue.dataset

    failing: dict[str, list[tuple[str, int]]] = {}
    for (rule, name), group in groupby(sorted(report.issues, key=place), place):
        issues = list(group)
        failing.setdefault(rule, []).append((name, len(issues)))
        frame = frames.get(name)
        findings += _findings(issues, name, frame, (keys or {}).get(name, ()), known)
    for rule in sorted(rules):
        outcomes += _outcomes(rules[rule], failing.get(rule, ()), report.errors.get(rule, ()))
    stopped = frozenset(r for r in rules if _stopped(rules[r], report))
    findings += [_stop(rules[r], report.errors.get(r, ())) for r in sorted(stopped)]
    findings += _cut(report)
    findings += [_unread(name) for name in sorted(set(frames) - set(report.datasets))]
    return CoreRun(
        report.engine,
        f"{report.standard} {report.version}",
        report.terminology,
        Checked(tuple(outcomes), tuple(findings), "CORE"),
        "",
        stopped,
    )


def _findings(
    issues: Sequence[CoreIssue],
    dataset: str,
    frame: pd.DataFrame | None,
    keys: Sequence[str],
    lineage: Lineage,
) -> list[Finding]:
    """The issues of one rule in one dataset."""
    columns = [] if frame is None else [str(c) for c in frame.columns]
    variable = _first(issues, columns)
    records, raw = _records(issues, dataset, variable, frame, keys, lineage)
    found = []
    for number, issue in enumerate(issues):
        value = _value(issue, columns)
        subject = " ".join(p for p in (issue.subject, issue.sequence and _number(issue)) if p)
        found.append(
            Finding(
                issue.rule,
                Severity.ERROR,
                issue.message,
                _ADVICE,
                dataset,
                variable,
                records.get(number) or subject or (value if any(issue.values.values()) else ""),
                value,
                raw.get(number),
                lineage.place(dataset, variable),
            )
        )
    return found


def _number(issue: CoreIssue) -> str:
    return f"{issue.dataset[:2]}SEQ={issue.sequence}"


def _records(
    issues: Sequence[CoreIssue],
    dataset: str,
    variable: str,
    frame: pd.DataFrame | None,
    keys: Sequence[str],
    lineage: Lineage,
) -> tuple[dict[int, str], dict[int, RawPlace | None]]:
    """Scope and raw place of the issues whose record is surely the one that the engine means."""
    if frame is None:
        return {}, {}
    held = [n for n, i in enumerate(issues) if 0 < i.record <= len(frame)]
    if not held:
        return {}, {}
    part = frame.iloc[[issues[n].record - 1 for n in held]]
    same = [True] * len(held)
    if "USUBJID" in part.columns:
        subjects = shown(part["USUBJID"])
        same = [issues[n].subject in ("", s) for n, s in zip(held, subjects, strict=True)]
    sequence = sequence_variable([str(c) for c in part.columns], dataset)
    if sequence:
        numbers = shown(part[sequence])
        same = [
            s and issues[n].sequence in ("", q, f"{q}.0")
            for s, n, q in zip(same, held, numbers, strict=True)
        ]
    texts = scopes(part, dataset, keys)
    places = raw_places(part, dataset, variable, lineage)
    sure = [n for n, s in zip(held, same, strict=True) if s]
    at = {n: i for i, n in enumerate(held)}
    return {n: texts[at[n]] for n in sure}, {n: places[at[n]] for n in sure}


def _first(issues: Sequence[CoreIssue], columns: Sequence[str]) -> str:
    """The variable at fault: the first in the dataset, since the engine's own order means nothing.

    Not one that every record of the subject shares, when there is another one.
    """
    named = [c for c in columns if any(c in issue.values for issue in issues)]
    return next((c for c in named if c not in _SHARED), named[0] if named else "")


def _value(issue: CoreIssue, columns: Sequence[str]) -> str:
    order = {name: number for number, name in enumerate(columns)}
    seen = [(n, v) for n, v in issue.values.items() if v not in _ABSENT]
    seen.sort(key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
    return "; ".join(f"{name}={value}" for name, value in seen)


def _stopped(rule: CoreRule, report: CoreReport) -> bool:
    return rule.status in (RuleStatus.ERROR, RuleStatus.UNKNOWN) or rule.id in report.errors


def _outcomes(
    rule: CoreRule, failing: Sequence[tuple[str, int]], errors: Sequence[str]
) -> Iterable[Outcome]:
    source = f"CDISC CORE: {rule.references}" if rule.references else "CDISC CORE"
    for name, count in failing:
        yield Outcome(rule.id, name, Status.FAILED, rule.message, failing=count, source=source)
    if errors or rule.status in (RuleStatus.ERROR, RuleStatus.UNKNOWN):
        reason = f"the engine stopped in it: {errors[0]}" if errors else "the engine stopped in it"
        yield Outcome(rule.id, "", Status.NOT_RUN, rule.message, reason=reason, source=source)
    elif rule.status is RuleStatus.SKIPPED:
        yield Outcome(rule.id, "", Status.NOT_RUN, rule.message, reason=_SKIPPED, source=source)
    elif not failing:
        yield Outcome(rule.id, "", Status.PASSED, rule.message, source=source)


def _stop(rule: CoreRule, errors: Sequence[str]) -> Finding:
    said = f": {errors[0]}" if errors else ""
    return Finding(
        "core.stopped",
        Severity.ERROR,
        f"CDISC CORE stopped in {rule.id} ({rule.message}){said}",
        "Nothing is proved by this rule: look whether the engine has a newer version, or explain.",
        scope=rule.id,
        value=rule.id,
    )


def _cut(report: CoreReport) -> list[Finding]:
    """Rules with more issues than the report lists: a limit was set for the engine."""
    listed: dict[str, int] = {rule: len(texts) for rule, texts in report.errors.items()}
    for issue in report.issues:
        listed[issue.rule] = listed.get(issue.rule, 0) + 1
    return [
        Finding(
            "core.cut",
            Severity.ERROR,
            f"CDISC CORE met {count} issues of {rule} and lists {listed.get(rule, 0)} of them",
            "Take the limit away (-me, MAX_ERRORS_PER_RULE) and run it again.",
            scope=rule,
            value=rule,
        )
        for rule, count in sorted(report.counted.items())
        if count > listed.get(rule, 0)
    ]


def _unread(name: str) -> Finding:
    return Finding(
        "core.dataset",
        Severity.ERROR,
        f"CDISC CORE does not say that it read {name}",
        "Look at what the engine prints when it is run by hand; until then nothing is proved.",
        name,
    )
