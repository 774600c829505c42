"""Run rules over the datasets of a study: every rule on every dataset it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from define.model import Metadata
from mappings.findings import Finding, Severity
from validation.locate import Lineage, record_findings
from validation.outcome import Checked, Outcome, Status, one_line
from validation.rules.catalogue import RULES
from validation.rules.model import Data, Hit, Rule

_ELSEWHERE = "the SDTM was finished before: this is judged with its own package"


def run_rules(
    frames: Mapping[str, pd.DataFrame],
    rules: Sequence[Rule] = RULES,
    *,
    metadata: Iterable[Metadata] = (),
    lineage: Lineage | None = None,
    elsewhere: Sequence[str] = (),
) -> Checked:
    """The outcome of each rule on each of its datasets, and a Finding for each failing record.

    `frames` holds SDTM and ADaM datasets by name. A rule whose dataset or variable is absent
    is NOT RUN with the reason; one that raises is ERRORED and leaves ``rule.exception``. Rules
    whose names begin with one of `elsewhere` are of another package, and not run either.
    """
    described = {d.name: d for document in metadata for d in document.datasets}
    data = Data(frames, {name: d.keys for name, d in described.items()}, described)
    outcomes: list[Outcome] = []
    findings: list[Finding] = []
    for rule in rules:
        if rule.id.startswith(tuple(elsewhere)):
            outcomes.append(_outcome(rule, "", Status.NOT_RUN, reason=_ELSEWHERE))
            continue
        targets = rule.target.pick(data)
        if not targets:
            reason = f"there are no {rule.target.text}"
            outcomes.append(_outcome(rule, "", Status.NOT_RUN, reason=reason))
        for name in targets:
            outcome, found = _apply(rule, data, name, lineage or Lineage())
            outcomes.append(outcome)
            findings.extend(found)
    return Checked(tuple(outcomes), tuple(findings), "rules")


def _apply(rule: Rule, data: Data, name: str, lineage: Lineage) -> tuple[Outcome, list[Finding]]:
    lacking = rule.lacking(data, name)
    if lacking:
        return _outcome(rule, name, Status.NOT_RUN, reason=lacking), []
    try:
        hits = list(rule.check(data, name))
        found = [f for hit in hits for f in _findings(rule, data, hit, lineage)]
    except Exception as error:
        reason = one_line(error)
        message = f"the rule {rule.id} could not be run: {reason}"
        advice = "This is a fault of the rule; until it is mended nothing is proved by it."
        fault = Finding("rule.exception", Severity.ERROR, message, advice, name, scope=rule.id)
        return _outcome(rule, name, Status.ERRORED, reason=reason), [fault]
    status = Status.FAILED if found else Status.PASSED
    return _outcome(rule, name, status, failing=len(found)), found


def _findings(rule: Rule, data: Data, hit: Hit, lineage: Lineage) -> list[Finding]:
    of = f" of {', '.join(hit.variables)}" if hit.variables else ""
    message = f"expected{of}: {rule.text}"
    if hit.mask is None:
        variable = hit.variables[0] if hit.variables else ""
        spec = lineage.place(hit.dataset, variable)
        text = f"{message}: {hit.scope}" if hit.scope else message
        return [
            Finding(
                rule.id,
                rule.severity,
                text,
                rule.advice,
                hit.dataset,
                variable,
                hit.scope,
                hit.value,
                spec=spec,
            )
        ]
    if not hit.mask.any():
        return []
    return record_findings(
        data[hit.dataset],
        hit.mask,
        rule=rule.id,
        severity=rule.severity,
        message=message,
        advice=rule.advice,
        dataset=hit.dataset,
        variables=hit.variables,
        keys=data.keys.get(hit.dataset, ()),
        lineage=lineage,
        details=hit.details,
        own_scopes=hit.scopes,
    )


def _outcome(
    rule: Rule, name: str, status: Status, *, failing: int = 0, reason: str = ""
) -> Outcome:
    return Outcome(
        rule.id,
        name,
        status,
        rule.text,
        (),
        failing,
        reason,
        rule.sources,
        rule.severity.value,
    )
