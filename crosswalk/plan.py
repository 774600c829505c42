"""Everything that is decided before data are read: study, headers, modules, explanations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from adam.datasets import AdamPlan, plan_adam
from mappings.export import read_headers
from mappings.findings import Finding, SpecificationFault
from mappings.study import Study, load_study
from sdtm.domains import SdtmPlan, plan_sdtm, planned_variables
from validation.explanations import Explanation, read_explanations


@dataclass(frozen=True)
class Plan:
    """A study that may be built: every name in it resolves."""

    study: Study
    sdtm: SdtmPlan
    adam: AdamPlan | None
    explanations: tuple[Explanation, ...]


def make_plan(folder: Path) -> Plan:
    """Load and compile a study.

    Raises SpecificationFault with the faults of every module, never only the first.
    """
    study = load_study(folder)
    headers = read_headers(study)
    faults: list[Finding] = []
    explanations: tuple[Explanation, ...] = ()
    if study.findings is not None:
        entries, found = read_explanations(study.findings.data, study.findings.place)
        explanations = tuple(entries)
        faults.extend(found)
    sdtm: SdtmPlan | None = None
    try:
        sdtm = plan_sdtm(study, headers)
    except SpecificationFault as fault:
        faults.extend(fault.findings)
    adam: AdamPlan | None = None
    if study.adam and sdtm is not None:
        try:
            adam = plan_adam(study, planned_variables(sdtm))
        except SpecificationFault as fault:
            faults.extend(fault.findings)
    if faults or sdtm is None:
        raise SpecificationFault(faults)
    return Plan(study, sdtm, adam, explanations)
