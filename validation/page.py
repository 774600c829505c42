"""``reports/index.html``: one self-contained page, readable without script or network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import groupby

from mappings.findings import Finding, Severity
from validation.change import Change, Told
from validation.explanations import Explanation
from validation.exports import entries
from validation.outcome import Checked, Outcome, Status
from validation.queries import Query
from validation.render import environment, policy, source
from validation.summary import Report

# A page of a hundred thousand rows helps nobody: the rest stands in the exports.
SHOWN_OF_A_KIND = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A finding as a row of the page."""

    state: str
    finding: Finding
    explanation: Explanation | None

    @property
    def mark(self) -> int:
        """What tells this finding from equal ones."""
        return id(self.finding)


@dataclass(frozen=True, slots=True)
class Kind:
    """Findings of one state, dataset, rule and variable; a part of them is shown."""

    every: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.every[:SHOWN_OF_A_KIND]

    @property
    def total(self) -> int:
        return len(self.every)

    @property
    def hidden(self) -> int:
        return self.total - len(self.lines)

    def fresh(self, marks: Set[int]) -> int:
        """How many of all of them are among those marked as new."""
        return sum(line.mark in marks for line in self.every)

    @property
    def reasons(self) -> list[str]:
        """The different reasons given for the findings shown, in their order."""
        return list(dict.fromkeys(x.explanation.reason for x in self.lines if x.explanation))

    @property
    def first(self) -> Line:
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule with what became of it, dataset by dataset."""

    first: Outcome
    by_status: tuple[tuple[Status, tuple[Outcome, ...]], ...]


@dataclass(frozen=True, slots=True)
class Idle:
    """Checks that proved nothing, for one reason: their names, and how many there are."""

    status: Status
    reason: str
    checks: tuple[str, ...]
    total: int


def index_html(
    report: Report,
    suite_names: Collection[str] = (),
    queries: Collection[Query] | None = None,
) -> str:
    """The page. `suite_names` are the datasets whose suite lies in ``suites/`` beside it.

    `queries` are those in the files beside it, None where there are no such files.
    """
    style, script = source("report.css"), source("report.js")
    kinds = _kinds(report)
    return (
        environment()
        .get_template("index.html.j2")
        .render(
            report=report,
            checks={s.name: n for s, n in report.checks.items()},
            severities=Counter(f.severity.value for f in report.unexplained),
            kinds=kinds,
            states=[s for s in ("unexplained", "explained", "notice") if s in kinds],
            groups=[(g, list(rows)) for g, rows in groupby(report.datasets, lambda d: d.group)],
            counts=_counts(report),
            rules=_rules(report.rules),
            core=report.core,
            core_rules=_rules(report.core.checked) if report.core else [],
            suite_names=set(suite_names),
            idle=_idle(report),
            queries=None if queries is None else Counter(q.status for q in queries),
            change=report.change,
            fresh={id(f) for f in report.change.new} if report.change else set(),
            gone=_gone(report.change) if report.change else [],
            most=SHOWN_OF_A_KIND,
            Severity=Severity,
            style=style,
            script=script,
            policy=policy(style, script),
        )
    )


def _kinds(report: Report) -> dict[str, list[Kind]]:
    def key(line: Line) -> tuple[str, int, str, str, str]:
        f = line.finding
        weight = (Severity.ERROR, Severity.WARNING, Severity.NOTICE).index(f.severity)
        return (line.state, weight, f.dataset, f.rule, f.variable)

    kinds: dict[str, list[Kind]] = {}
    for (state, *_), group in groupby(sorted((Line(*e) for e in entries(report)), key=key), key):
        kinds.setdefault(state, []).append(Kind(tuple(group)))
    return kinds


def _counts(report: Report) -> dict[str, Counter[str]]:
    """Findings by dataset ("" for those of no dataset) and state, for the table of datasets."""
    counts: dict[str, Counter[str]] = {}
    for state, finding, _ in entries(report):
        counts.setdefault(finding.dataset, Counter())[state] += 1
    return counts


def _gone(change: Change) -> list[tuple[tuple[str, str, str], list[Told]]]:
    """Findings that are gone, by dataset, rule and variable."""

    def key(told: Told) -> tuple[str, str, str]:
        return (told.dataset, told.rule, told.variable)

    return [(kind, list(group)) for kind, group in groupby(sorted(change.gone, key=key), key)]


def _idle(report: Report) -> list[Idle]:
    """What was not run or ended in an exception, by reason; exceptions first."""
    core = (report.core.checked,) if report.core else ()
    by_reason: dict[tuple[Status, str], list[str]] = {}
    for run in (*report.suites, report.rules, *core):
        for outcome in run.outcomes:
            if outcome.status in (Status.NOT_RUN, Status.ERRORED):
                name = f"{outcome.check} {outcome.dataset}".strip()
                by_reason.setdefault((outcome.status, outcome.reason), []).append(name)
    kinds = [Idle(s, r, tuple(dict.fromkeys(n)), len(n)) for (s, r), n in by_reason.items()]
    return sorted(kinds, key=lambda kind: (kind.status is not Status.ERRORED, -kind.total))


def _rules(run: Checked) -> list[RuleLine]:
    by_check: dict[str, list[Outcome]] = {}
    for outcome in run.outcomes:
        by_check.setdefault(outcome.check, []).append(outcome)
    return [RuleLine(found[0], tuple(_by_status(found))) for found in by_check.values()]


def _by_status(outcomes: Sequence[Outcome]) -> Iterable[tuple[Status, tuple[Outcome, ...]]]:
    for status in (Status.ERRORED, Status.FAILED, Status.NOT_RUN, Status.PASSED):
        found = tuple(o for o in outcomes if o.status is status)
        if found:
            yield status, found
