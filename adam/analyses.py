"""The results that study.yaml declares under `analyses`: which records and variables each uses.

They are compiled before data are read, so that a display never speaks of a variable that no
dataset has. What can be said of the records is what a where clause of Define-XML can say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mappings.conditions import Condition, parse_condition
from mappings.documents import DocumentPages, read_pages
from mappings.findings import Finding
from mappings.load import Steps, did_you_mean, spec_fault
from mappings.study import Study


@dataclass(frozen=True)
class AnalysedPart:
    """The records of one dataset that a result uses, and the variables that are analysed."""

    dataset: str
    where: Condition
    variables: tuple[str, ...]


@dataclass(frozen=True)
class AnalysedResult:
    """One result of a display; `reason` and `purpose` are terms of ARM 1.0."""

    title: str
    reason: str
    purpose: str
    parts: tuple[AnalysedPart, ...]
    join: str = ""
    text: str = ""
    context: str = ""
    code: str = ""
    documents: tuple[DocumentPages, ...] = ()


@dataclass(frozen=True)
class AnalysisDisplay:
    """A table or figure of the report and its results."""

    name: str
    title: str
    results: tuple[AnalysedResult, ...]


def compile_analyses(
    study: Study, variables: Mapping[str, Sequence[str]], faults: list[Finding]
) -> tuple[AnalysisDisplay, ...]:
    """The displays of the study; `variables` are those of each ADaM dataset.

    Names that do not exist and conditions that no where clause can say go to `faults`.
    """
    displays = []
    seen: set[str] = set()
    for i, data in enumerate(study.document.data.get("analyses", [])):
        name = str(data["display"])
        if name in seen:
            message = f"the display '{name}' is declared twice"
            _fault(study, faults, "analysis.twice", message, ("analyses", i, "display"))
        seen.add(name)
        results = [
            _result(study, entry, ("analyses", i, "results", k), variables, faults)
            for k, entry in enumerate(data["results"])
        ]
        displays.append(AnalysisDisplay(name, str(data["title"]), tuple(results)))
    return tuple(displays)


def _fault(
    study: Study, faults: list[Finding], rule: str, message: str, steps: Steps, advice: str = ""
) -> None:
    faults.append(spec_fault(rule, message, study.document.place(steps), advice))


def _result(
    study: Study,
    data: Mapping[str, Any],
    steps: Steps,
    variables: Mapping[str, Sequence[str]],
    faults: list[Finding],
) -> AnalysedResult:
    parts = [
        _part(study, part, (*steps, "data", i), variables, faults)
        for i, part in enumerate(data["data"])
    ]
    join = str(data.get("join", ""))
    if len(parts) > 1 and not join:
        message = "a result of several datasets needs 'join', which says how they come together"
        _fault(study, faults, "analysis.join", message, (*steps, "data"))
    code = data.get("code") or {}
    at = (*steps, "documents")
    if "documents" in data and not data.get("text"):
        message = "'documents' of a result need its 'text', which says what stands in them"
        _fault(study, faults, "analysis.documents", message, at)
    told = read_pages(study.document, at, data.get("documents", []), study.documents, faults)
    return AnalysedResult(
        str(data["title"]),
        str(data["reason"]),
        str(data["purpose"]),
        tuple(parts),
        join,
        str(data.get("text", "")),
        str(code.get("context", "")),
        str(code.get("text", "")),
        told,
    )


def _part(
    study: Study,
    data: Mapping[str, Any],
    steps: Steps,
    variables: Mapping[str, Sequence[str]],
    faults: list[Finding],
) -> AnalysedPart:
    name = str(data["dataset"])
    where = parse_condition(data.get("where"))
    named = tuple(str(v) for v in data.get("variables", []))
    if name in study.left_out:
        return AnalysedPart(name, where, named)
    if name not in variables:
        message = f"there is no analysis dataset '{name}'"
        hint = did_you_mean(name, list(variables))
        _fault(study, faults, "analysis.dataset", message, (*steps, "dataset"), hint)
        return AnalysedPart(name, where, named)
    known = list(variables[name])
    asked: list[tuple[Steps, str]] = [(("variables", i), v) for i, v in enumerate(named)]
    asked += [(("where", v), v) for v in where.reads]
    for at, variable in asked:
        if variable not in known:
            message = f"there is no variable '{variable}' in {name}"
            hint = did_you_mean(variable, known)
            _fault(study, faults, "analysis.variable", message, (*steps, *at), hint)
    for test in (t for clause in where.clauses for t in clause):
        if test.comparator in ("present", "missing") or any(v.startswith("$") for v in test.values):
            message = f"a where clause of define.xml cannot say that {test.sentence()}"
            advice = "Compare with values, or make a flag in the dataset and ask for that."
            place = (*steps, "where", test.column)
            _fault(study, faults, "analysis.where", message, place, advice)
    return AnalysedPart(name, where, named)
