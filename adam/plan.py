"""The ADaM modules of a study compiled, in the order of what they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adam.analyses import compile_analyses
from adam.checks import check_adsl, check_names, check_subjects, check_tables
from adam.criteria import Criteria
from adam.cutoff import UNCUT, cutoff_day
from adam.datasets import AdamModule, AdamPlan, BothTerminologies
from adam.parameters.compile import compile_parameters
from adam.parameters.settings import read_criteria
from adam.standard import adam_terminology
from adam.target import AdamTarget, target
from adam.verbs import Tables, adam_verbs
from mappings.compile import compile_module
from mappings.findings import Finding, SpecificationFault
from mappings.load import Document
from mappings.modules import Module, Workshop, beside_in, hidden_in, made_by
from mappings.names import Function, Names, Source
from mappings.order import in_order, ordered_rules
from mappings.registry import study_functions
from mappings.rules import parse_rule
from mappings.study import Study
from mappings.tables import table_sources
from mappings.verbs import verbs
from sdtm.packages import study_terminology
from sdtm.terminology import sdtm_terminology


def plan_adam(
    study: Study,
    sdtm: Mapping[str, Sequence[str]],
    own: Mapping[str, Function] | None = None,
) -> AdamPlan:
    """Compile the ADaM modules against the variables of the SDTM datasets (SUPP-- merged in).

    `own` are the functions of the study's derive.py, when they are loaded already. Raises
    SpecificationFault with every fault of every module.
    """
    sdtm_package, faults = study_terminology(study, "SDTM", sdtm_terminology)
    adam_package, found = study_terminology(study, "ADaM", adam_terminology)
    faults.extend(found)
    terminology = BothTerminologies(adam_package, sdtm_package)
    response = study.document.data.get("response")
    criteria = read_criteria(study.document, ("response",), response, None, faults)
    sources = {name: Source(name, tuple(columns), "dataset") for name, columns in sdtm.items()}
    faults.extend(check_tables(study, sdtm))
    for name, columns in sdtm.items():
        sources[UNCUT + name] = Source(UNCUT + name, tuple(columns), "dataset")
    sources.update((n, s) for n, s in table_sources(study).items() if n not in sdtm)
    targets = [(document, target(document.data)) for document in study.adam]
    for document, about in targets:
        made = (*about.automatic, *about.parameters, *made_by(document.data))
        made = (*made, *_made_then(document.data), *about.sequence)
        sources[about.name] = Source(about.name, tuple(dict.fromkeys(made)), "dataset")
    functions = study_functions(study.folder) if own is None else own
    tables = Tables(
        {name: table.entries for name, table in study.tables.items()},
        lambda name, row: study.tables[name].places[row],
    )
    own_verbs = verbs(adam_verbs(cutoff_day(study.cutoff), tables))
    workshop = Workshop(sources, terminology, functions, own_verbs, study.folder)
    modules: list[AdamModule] = []
    for document, about in targets:
        module, found = _compile(document, about, workshop, criteria)
        faults.extend(found)
        modules.append(module)
    by_module = {m.module.target: m for m in modules}
    ordered, cycles = in_order([m.module for m in modules], _uses(by_module))
    faults.extend(cycles)
    own_names = {
        about.name: [v for v in sources[about.name].columns if v not in hidden_in(about.data)]
        for _, about in targets
    }
    analyses = compile_analyses(study, own_names, faults)
    check_subjects(study, targets, faults)
    if faults:
        raise SpecificationFault(faults)
    return AdamPlan(
        study, tuple(by_module[m.target] for m in ordered), terminology, analyses, own_names
    )


def _made_then(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The variables of the rules over all records."""
    return (*data.get("then", {}), *beside_in(data, ("then",)))


def _uses(modules: Mapping[str, AdamModule]) -> dict[str, tuple[str, ...]]:
    """What each module reads beyond its rules: ADSL, event sources, TU and TR."""
    found: dict[str, tuple[str, ...]] = {}
    for name, module in modules.items():
        names = [u for r in module.then for u in r.verb.uses]
        if name != "ADSL":
            names.append("ADSL")
        names.extend(used for p in module.parameters for used in p.kind.uses)
        found[name] = tuple(dict.fromkeys(names))
    return found


def _compile(
    document: Document, about: AdamTarget, workshop: Workshop, response: Criteria | None
) -> tuple[AdamModule, list[Finding]]:
    data = document.data
    taken = tuple(str(n) for n in data.get("adsl", []))
    faults: list[Finding] = []
    check_adsl(document, taken, workshop, faults)
    shown = _with_adsl(workshop, taken)
    if "from" in data or "blocks" in data:
        module, found = compile_module(document, about, shown)
        faults.extend(f for f in found if f.rule not in ("rule.required", "name.key"))
    else:
        module = Module(document, about.name, tuple(data["keys"]), (), data)
    columns = tuple(dict.fromkeys((*about.automatic, *about.parameters, *module.variables)))
    names = Names(
        document,
        about.name,
        Source(about.name, columns, "dataset"),
        _made_then(data),
        workshop.sources,
        workshop.terminology,
        workshop.functions,
        faults,
    )
    rules = [
        parse_rule(name, rule, names.at("then", name), workshop.verbs)
        for name, rule in data.get("then", {}).items()
    ]
    then = tuple(ordered_rules(rules, names))
    check_names(document, about, module, then, faults)
    adsl = replace(names, source=workshop.sources.get("ADSL", Source("ADSL", ())))
    adsl = replace(adsl, made=(), target="ADSL")
    criteria = data.get("criteria") or {}
    start = str(data.get("start") or criteria.get("start") or "")
    stop = data.get("stop") or criteria.get("stop") or ""
    for name, steps in (
        (data.get("start"), ("start",)),
        (_stop_date(data), ("stop",)),
        (criteria.get("start"), ("criteria", "start")),
        (criteria.get("stop"), ("criteria", "stop")),
    ):
        if name:
            adsl.column(name, *steps)
    subjects = adsl.condition(data.get("subjects"), "subjects")
    parameters = compile_parameters(
        document,
        module,
        names,
        adsl,
        start=start,
        stop=stop,
        subjects=subjects,
        sources=tuple(workshop.sources),
        criteria=response,
    )
    return AdamModule(
        module,
        about,
        taken,
        parameters,
        then,
        start,
        str(criteria.get("analysed", "")),
    ), list(dict.fromkeys(faults))


def _stop_date(data: Mapping[str, Any]) -> object:
    stop = data.get("stop")
    return stop["date"] if isinstance(stop, Mapping) else stop


def _with_adsl(workshop: Workshop, taken: Sequence[str]) -> Workshop:
    sources = {
        name: replace(source, columns=tuple(dict.fromkeys((*source.columns, *taken))))
        if source.kind == "dataset"
        else source
        for name, source in workshop.sources.items()
    }
    return replace(workshop, sources=sources)
