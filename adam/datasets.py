"""The ADaM datasets of a study: modules compiled, then run in the order of what they read.

A module makes records in up to three steps: rules over the records of other datasets (`from`,
`blocks`, `vars`), parameters (`params`: responses, times to event), and rules over all of
these (`then`). Variables of ADSL that it names are there from the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from adam.checks import check_adsl, check_names, check_subjects
from adam.criteria import Criteria
from adam.cutoff import UNCUT, cut, cutoff_day
from adam.parameters.compile import compile_parameters
from adam.parameters.make import with_parameters
from adam.parameters.model import Ground, Parameter
from adam.parameters.settings import read_criteria
from adam.standard import adam_terminology
from adam.target import AdamTarget, parameter_columns, target
from adam.verbs import Tables, adam_verbs
from mappings.built import BuiltDataset
from mappings.compile import compile_module
from mappings.findings import Finding, SpecificationFault
from mappings.frames import blank_number, blank_text, is_numeric, text_series
from mappings.load import Document
from mappings.modules import Module, Workshop, beside_in, made_by
from mappings.names import Function, Names, Source
from mappings.order import in_order, ordered_rules
from mappings.registry import study_functions
from mappings.rules import Rule, parse_rule
from mappings.run import SetAside, clean, run_module
from mappings.scope import Report, Scope
from mappings.study import Study
from mappings.tables import table_frames, table_sources
from mappings.verbs import verbs
from sdtm.packages import study_terminology
from sdtm.terminology import PublishedCodelist, Terminology, sdtm_terminology


@dataclass(frozen=True)
class AdamModule:
    """A compiled module: records from others, parameters, and the rules over all."""

    module: Module
    target: AdamTarget
    adsl: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    then: tuple[Rule, ...]
    start: str
    analysed: str


@dataclass(frozen=True)
class AdamPlan:
    """The compiled modules in the order in which they run."""

    study: Study
    modules: tuple[AdamModule, ...]
    terminology: BothTerminologies


@dataclass(frozen=True)
class AdamResult:
    """The finished datasets, in the order of define.xml, and the rows set aside."""

    datasets: tuple[BuiltDataset, ...]
    set_aside: tuple[SetAside, ...]


@dataclass(frozen=True)
class BothTerminologies:
    """ADaM's own codelists, then SDTM's."""

    adam: Terminology
    sdtm: Terminology

    def codelist(self, name: str) -> PublishedCodelist:
        """The codelist by C-code or submission name."""
        return (self.adam if name in self.adam else self.sdtm).codelist(name)


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
    for name, columns in sdtm.items():
        sources[UNCUT + name] = Source(UNCUT + name, tuple(columns), "dataset")
    sources.update(table_sources(study))
    targets = [(document, target(document.data)) for document in study.adam]
    for document, about in targets:
        made = (*about.automatic, *about.parameters, *made_by(document.data))
        made = (*made, *_made_then(document.data), *about.sequence)
        sources[about.name] = Source(about.name, tuple(dict.fromkeys(made)), "dataset")
    functions = study_functions(study.folder) if own is None else own
    tables = Tables(
        study.tables, lambda name, row: study.document.place(("tables", name, row), key=True)
    )
    own_verbs = verbs(adam_verbs(cutoff_day(study.cutoff), tables))
    workshop = Workshop(sources, terminology, functions, own_verbs, study.folder)
    modules: list[AdamModule] = []
    for document, about in targets:
        module, found = _compile(document, about, workshop, criteria)
        faults.extend(found)
        modules.append(module)
    check_subjects(study, targets, faults)
    by_module = {m.module.target: m for m in modules}
    ordered, cycles = in_order([m.module for m in modules], _uses(by_module))
    faults.extend(cycles)
    if faults:
        raise SpecificationFault(faults)
    return AdamPlan(study, tuple(by_module[m.target] for m in ordered), terminology)


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


def run_adam(plan: AdamPlan, sdtm: Mapping[str, pd.DataFrame], report: Report) -> AdamResult:
    """Build every ADaM dataset; `sdtm` are the datasets with SUPP-- merged in.

    The data cut-off of the study is applied first. Faults of the data go to `report`.
    """
    data = cut(sdtm, plan.study.cutoff)
    data.update({UNCUT + name: frame for name, frame in sdtm.items()})
    data.update(table_frames(plan.study))
    built: list[BuiltDataset] = []
    aside: list[SetAside] = []
    for module in plan.modules:
        dataset, dropped = _run(module, plan, data, report)
        aside.extend(dropped)
        built.append(dataset)
        data[dataset.name] = _as_source(dataset)
    order = sorted(built, key=lambda d: (d.name != "ADSL", d.name))
    return AdamResult(tuple(order), tuple(aside))


def _as_source(dataset: BuiltDataset) -> pd.DataFrame:
    frame = dataset.frame.reset_index(drop=True).copy()
    frame["_form"] = text_series([dataset.name] * len(frame))
    frame["_row"] = np.arange(1, len(frame) + 1)
    return frame


def _numeric(about: AdamTarget, name: str) -> bool | None:
    found = about.structure.find(name)
    return found.numeric if found is not None else None


def _run(
    module: AdamModule, plan: AdamPlan, data: dict[str, pd.DataFrame], report: Report
) -> tuple[BuiltDataset, tuple[SetAside, ...]]:
    about = module.target
    numeric = partial(_numeric, about)
    frame = pd.DataFrame()
    aside: tuple[SetAside, ...] = ()
    if module.module.blocks:
        joined = _joined(module, data)
        mapped = run_module(module.module, joined, report, numeric, ("USUBJID",))
        frame, aside = mapped.frame, mapped.set_aside
    if module.parameters:
        frame = _with_parameters(module, plan, data, report, frame)
    frame["STUDYID"] = text_series([plan.study.id] * len(frame), frame.index)
    if about.name != "ADSL":
        frame = _merge_adsl(frame, module.adsl, data["ADSL"])
    frame = _then(module, frame, data, report)
    keys = _keys(module.module)
    order = [*keys, *(k for k in ("_form", "_row") if k not in keys)]
    frame = frame.sort_values(order, kind="stable", na_position="first").reset_index(drop=True)
    for name in about.sequence:
        frame[name] = frame.groupby("USUBJID").cumcount().astype("float64") + 1
    names = _final_names(module, frame)
    twice = frame.duplicated(list(keys), keep="first").to_numpy(dtype=bool)
    report.rows(
        "record.duplicate",
        frame,
        twice,
        f"another record has the same key ({', '.join(keys[1:])})",
        "Look at the records they come from, or add a key.",
        dataset=about.name,
        variable=keys[-1],
    )
    arranged = about.structure.arranged(names)
    return BuiltDataset(about.name, frame, arranged, keys, module.module), aside


def _keys(module: Module) -> tuple[str, ...]:
    return tuple(dict.fromkeys(("STUDYID", "USUBJID", *module.keys)))


def _final_names(module: AdamModule, frame: pd.DataFrame) -> list[str]:
    about = module.target
    made = [*about.automatic, *about.parameters, *module.module.variables]
    made += [*(n for r in module.then for n in r.makes), *about.sequence]
    hidden = module.module.hidden
    return [n for n in dict.fromkeys(made) if n not in hidden and n in frame.columns]


def _joined(module: AdamModule, data: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    if not module.adsl:
        return data
    wanted = {b.source.name for b in module.module.blocks}
    return {
        **data,
        **{n: _merge_adsl(data[n], module.adsl, data["ADSL"]) for n in wanted if n in data},
    }


def _merge_adsl(frame: pd.DataFrame, names: Sequence[str], adsl: pd.DataFrame) -> pd.DataFrame:
    """ADSL variables beside each record, by USUBJID; those that are there already stay."""
    lacking = [n for n in names if n not in frame.columns]
    if not lacking:
        return frame
    table = adsl.drop_duplicates("USUBJID").set_index("USUBJID")
    added: dict[str, pd.Series[Any]] = {}
    for name in lacking:
        column = frame["USUBJID"].map(table[name])
        numeric = is_numeric(table[name])
        added[name] = column.astype("float64") if numeric else text_series(column)
    return frame.assign(**added)


def _with_parameters(
    module: AdamModule,
    plan: AdamPlan,
    data: dict[str, pd.DataFrame],
    report: Report,
    base: pd.DataFrame,
) -> pd.DataFrame:
    ground = Ground(
        data,
        data["ADSL"],
        base,
        cutoff_day(plan.study.cutoff),
        report,
        module.target.name,
    )
    frame = with_parameters(ground, module.parameters, module.analysed)
    for name in parameter_columns(module.target.data):
        if name not in frame.columns:
            number = _numeric(module.target, name)
            frame[name] = blank_number(frame.index) if number else blank_text(frame.index)
    return frame


def _then(
    module: AdamModule, frame: pd.DataFrame, data: dict[str, pd.DataFrame], report: Report
) -> pd.DataFrame:
    about = module.target
    scope = Scope(about.name, frame, data, report)
    for rule in module.then:
        scope.variable = rule.variable
        values = rule.run(scope)
        scope.made[rule.variable] = clean(rule, values, scope, _numeric(about, rule.variable))
    return frame.assign(**scope.made)
