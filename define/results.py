"""The result displays of a document, from what the study declares under `analyses`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adam.analyses import AnalysedPart, AnalysedResult, AnalysisDisplay
from define.documents import page_refs
from define.model import (
    AnalysisDataset,
    AnalysisResult,
    Check,
    Comment,
    Dataset,
    ResultDisplay,
    WhereClause,
)

_NOT_OID = re.compile(r"[^A-Za-z0-9.\-]+")


def result_displays(
    declared: Iterable[AnalysisDisplay], datasets: Iterable[Dataset]
) -> tuple[ResultDisplay, ...]:
    """The displays in the order of the study, with where clauses and keys of their own."""
    by_parameter = {d.name for d in datasets if any(v.name == "PARAMCD" for v in d.variables)}
    displays = []
    for number, display in enumerate(declared, start=1):
        key = f"{number}.{_NOT_OID.sub('_', display.name)}"
        results = tuple(
            _result(result, f"{key}.R.{i}", by_parameter)
            for i, result in enumerate(display.results, start=1)
        )
        displays.append(ResultDisplay(key, display.name, display.title, results))
    return tuple(displays)


def _result(of: AnalysedResult, key: str, by_parameter: set[str]) -> AnalysisResult:
    parameter = next(
        (p.dataset for p in of.parts if p.dataset in by_parameter and "PARAMCD" in p.where.reads),
        "",
    )
    return AnalysisResult(
        key=key,
        description=of.title,
        reason=of.reason,
        purpose=of.purpose,
        datasets=tuple(_part(p) for p in of.parts),
        documentation=of.text,
        parameter=parameter,
        join=Comment(f"JOIN.{key}", of.join) if of.join else None,
        context=of.context,
        code=of.code,
        documents=page_refs(of.documents),
    )


def _part(of: AnalysedPart) -> AnalysisDataset:
    checks = tuple(
        Check(of.dataset, test.column, test.comparator.upper(), test.values)
        for clause in of.where.clauses
        for test in clause
    )
    said = (f"{c.variable}.{c.comparator}.{'+'.join(c.values)}" for c in checks)
    where = WhereClause(".".join((of.dataset, *said)), checks) if checks else None
    return AnalysisDataset(of.dataset, of.variables, where)
