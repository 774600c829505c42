"""What a build's checks found, parted into unexplained, explained and notices."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from define.model import Metadata
from mappings.findings import Finding, Severity, in_order
from validation.change import Change, Earlier, change
from validation.core.model import PREFIXES, CoreRun
from validation.explanations import Explanation, always, explain
from validation.outcome import Checked, Status

_OF_DOUBLED_KEYS = ("expect.unique", "define.key")
_DATE_KIND = re.compile(r"(?:DTC|DTM|DT|DY)$")
_OF_DATES = ("date.order", "duration.negative", "time.order", "adam.start_after_end")


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """A built dataset as the report lists it; `subjects` is None where there is no USUBJID."""

    name: str
    label: str
    group: str
    records: int
    variables: int
    subjects: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the report says.

    `links` are (text, relative address) of other files of the package, `facts` are (name,
    value) lines about the study, such as its standards.
    """

    study_id: str
    title: str = ""
    description: str = ""
    tool_version: str = ""
    datasets: tuple[DatasetRow, ...] = ()
    explained: tuple[tuple[Finding, Explanation], ...] = ()
    unexplained: tuple[Finding, ...] = ()
    notices: tuple[Finding, ...] = ()
    suites: tuple[Checked, ...] = ()
    rules: Checked = field(default_factory=Checked)
    links: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    core: CoreRun | None = None
    change: Change | None = None

    @property
    def fictitious(self) -> bool:
        """Whether the study says of itself that it is made up."""
        return "FICTITIOUS" in f"{self.title} {self.description}".upper()

    @property
    def errored(self) -> int:
        """Checks that ended in an exception; not one may be left in a final build."""
        return self.rules.errored + sum(s.errored for s in self.suites)

    @property
    def status(self) -> str:
        """``final`` when nothing is unexplained and no check ended in an exception."""
        return "draft" if self.unexplained or self.errored else "final"

    @property
    def checks(self) -> dict[Status, int]:
        """Expectations and all rules together, by what became of them."""
        runs = (*self.suites, self.rules, *((self.core.checked,) if self.core else ()))
        return {s: sum(1 for r in runs for o in r.outcomes if o.status is s) for s in Status}


def make_report(
    study_id: str,
    findings: Iterable[Finding],
    explanations: Sequence[Explanation] = (),
    *,
    suites: Sequence[Checked] = (),
    rules: Checked | None = None,
    datasets: Sequence[DatasetRow] = (),
    title: str = "",
    description: str = "",
    tool_version: str = "",
    links: Sequence[tuple[str, str]] = (),
    facts: Sequence[tuple[str, str]] = (),
    core: CoreRun | None = None,
    asked: Callable[[str], bool] = always,
    doubled: Collection[str] = (),
    earlier: Earlier | None = None,
) -> Report:
    """A report on all findings of a build.

    `findings` are those of every stage but the checks given as `suites`, `rules` and `core`,
    whose own findings are added here; `explanations` then part them. `core` is None when CDISC's
    engine was not asked for; of the other rules, `asked` says which were. `doubled` are the
    datasets in which each record with a key that another one has is a `record.duplicate`.
    `earlier` is another build that this one is compared with.
    """
    checked = rules or Checked()
    every = [*findings, *(f for run in suites for f in run.findings), *checked.findings]
    every += core.checked.findings if core else ()
    every = _first_causes(every, doubled)

    def looked(rule: str) -> bool:
        if rule.startswith(PREFIXES):
            return core is not None and core.asked(rule)
        return asked(rule)

    explained, unexplained = explain(every, explanations, looked)
    taken = {id(f) for f, _ in explained}
    notices = in_order(f for f in every if f.severity is Severity.NOTICE and id(f) not in taken)
    changed = None
    if earlier is not None:
        told = [*unexplained, *(f for f, _ in explained), *notices]
        changed = change(told, [(row.name, row.records) for row in datasets], earlier)
    return Report(
        study_id,
        title,
        description,
        tool_version,
        tuple(datasets),
        tuple(explained),
        tuple(unexplained),
        tuple(notices),
        tuple(suites),
        checked,
        tuple(links),
        tuple(facts),
        core,
        changed,
    )


def _first_causes(findings: list[Finding], doubled: Collection[str]) -> list[Finding]:
    """Doubled keys and dates in the wrong order said once: what suites say then only follows."""
    told = {f.dataset for f in findings if f.rule == "record.duplicate"} & {*doubled}
    turned: dict[tuple[object, ...], str] = {}
    for finding in findings:
        if finding.rule in _OF_DATES and finding.severity is not Severity.NOTICE:
            for mark in _marks(finding):
                turned.setdefault(mark, finding.rule)

    def cause(finding: Finding) -> str:
        if finding.rule in _OF_DOUBLED_KEYS and finding.scope and finding.dataset in told:
            return "record.duplicate"
        if finding.rule != "expect.order":
            return ""
        return next((turned[m] for m in _marks(finding) if m in turned), "")

    return [_following(f, why) if (why := cause(f)) else f for f in findings]


def _marks(finding: Finding) -> list[tuple[object, ...]]:
    """What names the date and record of a finding: the row it came from, or its scope."""
    # AEENDTC and its study day AEENDY are one date.
    about = (finding.dataset, _DATE_KIND.sub("", finding.variable))
    raw = finding.raw
    marks: list[tuple[object, ...]] = [(*about, raw.file, raw.row)] if raw else []
    return [*marks, (*about, finding.scope)] if finding.scope else marks


def _following(finding: Finding, cause: str) -> Finding:
    return replace(
        finding,
        severity=Severity.NOTICE,
        message=f"{finding.message.rstrip('.')}; this follows from {cause}",
        advice=f"Mend or explain {cause}; this needs no explanation of its own.",
    )


def dataset_rows(metadata: Metadata, frames: Mapping[str, pd.DataFrame]) -> list[DatasetRow]:
    """The lines of one define.xml's datasets; subjects are counted in the frames."""
    group = "SDTM" if metadata.purpose == "Tabulation" else "ADaM"
    rows: list[DatasetRow] = []
    for dataset in metadata.datasets:
        frame = frames.get(dataset.name)
        subjects = None
        if frame is not None and "USUBJID" in frame:
            subjects = int(frame["USUBJID"].replace("", None).nunique())
        rows.append(
            DatasetRow(
                dataset.name,
                dataset.label,
                group,
                dataset.records,
                len(dataset.variables),
                subjects,
            )
        )
    return rows
