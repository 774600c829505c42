"""Everything that is decided before data are read: study, headers, modules, explanations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from adam.datasets import AdamPlan
from adam.plan import plan_adam
from crosswalk.guides.sponsor import check_guide
from define.documents import check_documents
from define.finished import FinishedSdtm, look
from define.papers import check_papers
from mappings.export import read_headers
from mappings.findings import Finding, SpecificationFault
from mappings.load import Document
from mappings.modules import made_by
from mappings.registry import study_functions
from mappings.study import Study, read_study
from sdtm.domains import SdtmPlan, plan_sdtm, planned_variables
from sdtm.standard import UnknownName, domain
from sdtm.target import target
from validation.account import check_not_submitted
from validation.explanations import Explanation, read_explanations
from validation.study_checks import StudyCheck, read_checks


@dataclass(frozen=True)
class Plan:
    """A study that may be built: every name in it resolves."""

    study: Study
    sdtm: SdtmPlan
    adam: AdamPlan | None
    explanations: tuple[Explanation, ...]
    checks: tuple[StudyCheck, ...] = ()
    """The study's own expectations."""
    finished: FinishedSdtm | None = None
    """The SDTM that the study starts from; `sdtm` then has no modules."""


def make_plan(folder: Path) -> Plan:
    """Load and compile a study.

    Raises SpecificationFault with the faults of every file, never only the first; but not with
    those that only follow from another one.
    """
    study, faults = read_study(folder)
    if study is None:
        raise SpecificationFault(faults)
    headers, found = read_headers(study)
    faults.extend(found)
    faults += [
        *check_not_submitted(study, headers),
        *check_papers(study, headers),
        *check_guide(study),
    ]
    explanations: tuple[Explanation, ...] = ()
    if study.findings is not None:
        entries, found = read_explanations(study.findings.data, study.findings.place)
        explanations = tuple(entries)
        faults.extend(found)
    # Where study.yaml itself is at fault, what timing lacks only follows from that.
    unsure = ("timing.visit", "timing.epoch") if faults else ()
    missing = {*study.left_out, *(set(study.forms) - set(headers))}
    untold: tuple[str, ...] = ()
    try:
        functions = study_functions(study.folder)
    except SpecificationFault as fault:
        faults.extend(fault.findings)
        functions, untold = {}, ("name.function",)
    sdtm: SdtmPlan | None = None
    planned: dict[str, tuple[str, ...]] = {}
    finished: FinishedSdtm | None = None
    try:
        sdtm = plan_sdtm(study, headers, functions)
        planned = planned_variables(sdtm)
        if study.finished is not None:
            finished, found = look(study.folder, study.finished)
            faults.extend(found)
            planned = dict(finished.planned)
            missing |= {PurePosixPath(f.raw.file).stem.upper() for f in found if f.raw}
            missing |= {"DM"} - set(planned)
    except SpecificationFault as fault:
        faults.extend(_first_causes(fault.findings, (study.document, *study.sdtm), missing))
        wrong = {f.spec.file for f in fault.findings if f.spec}
        missing |= {n for d in study.sdtm if d.file in wrong for n in _called(d)}
        planned = _intended(study)
    adam: AdamPlan | None = None
    # Where the folder of finished SDTM cannot be read, every name of ADaM only follows from that.
    if study.adam and (finished is None or planned):
        try:
            adam = plan_adam(study, planned, functions)
        except SpecificationFault as fault:
            faults.extend(_first_causes(fault.findings, study.adam, missing))
    checks = _checks(study, planned, adam, missing | set(planned if sdtm is None else ()), faults)
    faults.extend(check_documents(study, adam.analyses if adam is not None else ()))
    if any(f.rule.startswith("terminology.") for f in faults):
        untold = (*untold, "name.codelist", "map.value", "ts.parameter")
    faults = [f for f in faults if f.rule not in (*untold, *unsure)]
    if faults or sdtm is None:
        raise SpecificationFault(sorted(dict.fromkeys(faults), key=_place))
    return Plan(study, sdtm, adam, explanations, checks, finished)


def _checks(
    study: Study,
    sdtm: Mapping[str, Sequence[str]],
    adam: AdamPlan | None,
    unsure: set[str],
    faults: list[Finding],
) -> tuple[StudyCheck, ...]:
    """The study's own expectations; nothing is judged of datasets whose modules are at fault."""
    if study.expectations is None:
        return ()
    made: dict[str, Sequence[str]] = {} if study.finished is not None else {**sdtm}
    if adam is None:
        unsure = unsure | {str(document.data["target"]) for document in study.adam}
    else:
        made |= adam.variables
    checks, found = read_checks(study.expectations, made, unsure)
    faults.extend(found)
    return tuple(checks)


def _place(finding: Finding) -> tuple[str, int, int]:
    if finding.spec is not None:
        return finding.spec.file, finding.spec.line, finding.spec.column
    return (finding.raw.file, finding.raw.row, 0) if finding.raw else ("", 0, 0)


def _called(document: Document) -> set[str]:
    """The target of a module, and what its file is called when the target is misspelt."""
    return {str(document.data["target"]), PurePosixPath(document.file).stem.upper()}


def _first_causes(
    found: list[Finding], documents: tuple[Document, ...], missing: Set[str]
) -> list[Finding]:
    """Faults without those that are there only because something they name is at fault itself."""
    doubtful = {d.file for d in documents if missing & set(_words(d.data))}
    unfounded = {f.spec.file for f in found if f.spec and f.rule == "name.source"}
    kept = []
    for fault in found:
        file = fault.spec.file if fault.spec else ""
        follows = file in doubtful and fault.rule.startswith(_FOLLOWING)
        if not follows and not (file in unfounded and fault.rule in _FOUNDED):
            kept.append(fault)
    return kept


_FOUNDED = ("rule.required", "name.key")
_FOLLOWING = (
    "name.column",
    "name.source",
    "name.dataset",
    "name.key",
    "rule.required",
    "rule.cycle",
    "param.",
    "relrec.",
)


def _words(data: Any) -> Iterator[str]:
    """Every name in a loaded document; of ``ALL.AE`` and ``AE.AETERM`` each part."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from str(key).split(".")
            yield from _words(value)
    elif isinstance(data, list):
        for value in data:
            yield from _words(value)
    elif data is not None:
        yield from str(data).split(".")


def _intended(study: Study) -> dict[str, tuple[str, ...]]:
    """The variables that modules mean to make, where they could not be compiled."""
    planned: dict[str, tuple[str, ...]] = {}
    for document in study.sdtm:
        name = str(document.data["target"])
        try:
            automatic = target(name, document.data).automatic
        except UnknownName:
            continue
        parts = (document.data, *document.data.get("blocks", []))
        qualifiers = (q for part in parts for q in part.get("supp", {}))
        names = (*automatic, *made_by(document.data), *qualifiers)
        planned[name] = tuple(dict.fromkeys(names))
    if study.ts:
        planned["TS"] = tuple(v.name for v in domain("TS"))
    return planned
