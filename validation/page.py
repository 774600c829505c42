"""``reports/index.html``: one self-contained page, readable without script or network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from mappings.findings import Finding, Severity
from validation.explanations import Explanation
from validation.exports import entries
from validation.outcome import Checked, Outcome, Status
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


@dataclass(frozen=True, slots=True)
class Kind:
    """Findings of one state, dataset, rule and variable: their number and those shown."""

    lines: tuple[Line, ...]
    total: int

    @property
    def hidden(self) -> int:
        return self.total - len(self.lines)

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


def index_html(report: Report, suite_names: Collection[str] = ()) -> str:
    """The page. `suite_names` are the datasets whose suite lies in ``suites/`` beside it."""
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
        lines = tuple(group)
        kinds.setdefault(state, []).append(Kind(lines[:SHOWN_OF_A_KIND], len(lines)))
    return kinds


def _counts(report: Report) -> dict[str, Counter[str]]:
    """Findings by dataset ("" for those of no dataset) and state, for the table of datasets."""
    counts: dict[str, Counter[str]] = {}
    for state, finding, _ in entries(report):
        counts.setdefault(finding.dataset, Counter())[state] += 1
    return counts


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
