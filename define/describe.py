"""The metadata model of the datasets as built: from standard, rules and measured values."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from adam.datasets import AdamModule, AdamPlan, AdamResult
from adam.target import dataset_label, structure_of
from define.codelists import MEDDRA, CodelistMaker, dictionary
from define.measure import Measured, measure
from define.model import Codelist, Comment, Dataset, Metadata, Origin, Standard, Variable
from define.origins import ASSIGNED, PROTOCOL, Told, derived, tell, told_by_rules
from define.parameters import parameter_comment, parameter_method
from mappings.built import BuiltDataset
from mappings.findings import Finding
from mappings.frames import is_numeric
from mappings.modules import Module
from mappings.rules import Rule
from mappings.study import Study
from mappings.verbs.first import First
from mappings.verbs.map import Map
from sdtm.domains import SdtmPlan, SdtmResult
from sdtm.standard import SdtmVariable, domain
from sdtm.terminology import Terminology

SDTMIG = Standard("SDTMIG", "IG", "3.4")
ADAMIG = Standard("ADaMIG", "IG", "1.3")
_DATE_FORMATS = {"DTM": "DATETIME20.", "TM": "TIME8.", "DT": "DATE9."}
_PARAMETER_ASSIGNED = ("PARAMCD", "PARAM", "PARAMN")
_ISO = ("DTC", "DUR", "ELTM", "EVLINT", "STINT", "ENINT")
_COLLECTED = Origin("Collected", "Investigator")
_PREDECESSOR = Origin("Predecessor")


def creation_time(study: Study) -> str:
    """The date and time of creation: SOURCE_DATE_EPOCH when set, else what the study says."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return study.created


def _package(terminology: Terminology) -> tuple[Terminology, Standard]:
    return terminology, Standard("CDISC/NCI", "CT", terminology.version, terminology.name)


def describe_sdtm(
    plan: SdtmPlan, result: SdtmResult, version: str
) -> tuple[Metadata, list[Finding]]:
    """The document of the tabulations, and findings about values outside their codelists."""
    study = plan.study
    terminologies = [_package(plan.terminology)]
    maker = CodelistMaker(terminologies)
    labels = {d.name: domain(d.name).label for d in result.datasets}
    datasets = []
    for built in result.datasets:
        about = domain(built.name)
        variables = []
        for order, name in enumerate(built.variables, 1):
            facts = about.allowed(name)
            told = _sdtm_told(study, built, name)
            variables.append(_sdtm_variable(study, built, name, order, facts, told, maker))
        parent = labels.get(built.parent, "")
        datasets.append(
            Dataset(
                name=built.name,
                label=about.label,
                class_name=about.class_name,
                structure=about.structure,
                variables=tuple(variables),
                records=len(built.frame),
                domain=built.parent or built.name,
                repeating=about.repeating,
                reference_data=about.reference_data,
                standard=SDTMIG,
                comment=_dataset_comment(built),
                domain_description=parent,
            )
        )
    return _document(study, "Tabulation", SDTMIG, terminologies, datasets, version), maker.findings


def _document(
    study: Study,
    purpose: str,
    guide: Standard,
    terminologies: Sequence[tuple[Terminology, Standard]],
    datasets: Sequence[Dataset],
    version: str,
) -> Metadata:
    return Metadata(
        study_id=study.id,
        study_name=study.name,
        study_description=study.description,
        protocol_name=study.protocol,
        purpose=purpose,
        created=creation_time(study),
        standards=(guide, *(s for _, s in terminologies)),
        datasets=tuple(datasets),
        tool_version=version,
    )


def _dataset_comment(built: BuiltDataset) -> Comment | None:
    text = str(built.module.data.get("comment", "")) if built.module else ""
    return Comment(built.name, text) if text else None


def _sdtm_variable(
    study: Study,
    built: BuiltDataset,
    name: str,
    order: int,
    facts: SdtmVariable,
    told: Told,
    maker: CodelistMaker,
) -> Variable:
    column = built.frame[name]
    iso = name.endswith(_ISO) or facts.format.startswith("ISO 8601")
    measured = measure(column, study.encoding, iso=iso and not is_numeric(column))
    codelist = None
    if measured.datatype == "text" or measured.numeric:
        codelist = _sdtm_codelist(study, built, name, facts.codelists, maker)
    mandatory = facts.core == "Req" and not measured.missing
    return _variable(
        built, name, facts.label, order, measured, codelist, told, mandatory, facts.role, ""
    )


def _variable(
    built: BuiltDataset,
    name: str,
    label: str,
    order: int,
    measured: Measured,
    codelist: Codelist | None,
    told: Told,
    mandatory: bool,
    role: str,
    format: str,
) -> Variable:
    longest = max((len(t.value.encode()) for t in codelist.terms), default=1) if codelist else 1
    length = measured.length if measured.numeric else max(measured.length, longest)
    return Variable(
        name=name,
        label=label,
        datatype=measured.datatype,
        numeric=measured.numeric,
        length=length,
        order=order,
        digits=measured.digits,
        significant_digits=measured.significant,
        format=format,
        role=role,
        mandatory=mandatory,
        key_sequence=built.keys.index(name) + 1 if name in built.keys else 0,
        codelist=codelist,
        origin=told.origins[0],
        other_origins=told.origins[1:],
        method=told.method,
        comment=told.comment,
        has_no_data=measured.empty,
    )


def _values(column: pd.Series[Any]) -> list[str]:
    if is_numeric(column):
        return [f"{v:.15g}" for v in sorted(column.dropna().unique())]
    return sorted(str(u) for u in pd.unique(column) if u)


def _sdtm_codelist(
    study: Study, built: BuiltDataset, name: str, codes: Sequence[str], maker: CodelistMaker
) -> Codelist | None:
    column = built.frame[name]
    values = _values(column)
    if not values:
        return None
    suffix = name.removeprefix(built.name)
    meddra = study.standards.get("meddra", "")
    if built.name in ("AE", "MH", "CE") and suffix in MEDDRA and meddra:
        return dictionary("MedDRA", meddra)
    if name in ("DOMAIN", "RDOMAIN"):
        decodes = {v: domain(v).label for v in values}
        return maker.published(built.name, name, ["C66734"], values, decodes=decodes)
    decodes = _decodes(built, name, suffix)
    maps = _published_maps(built.module, name)
    if suffix in ("ORRES", "STRESC") and not maps and not maker.covers(codes, values):
        return None
    if maps or codes:
        numeric = is_numeric(column)
        return maker.published(
            built.name, name, [*maps, *codes], values, numeric=numeric, decodes=decodes
        )
    if decodes or _mapped(built.module, name):
        return maker.sponsor(built.name, name, values, decodes=decodes)
    return None


def _decodes(built: BuiltDataset, name: str, suffix: str) -> dict[str, str]:
    """Code to text, where the dataset holds both side by side."""
    pairs = {"TESTCD": f"{built.name}TEST", "PARMCD": f"{built.name}PARM"}
    other = pairs.get(suffix) or {"ARMCD": "ARM", "ACTARMCD": "ACTARM", "PARAMCD": "PARAM"}.get(
        name, ""
    )
    if other not in built.frame.columns:
        return {}
    table = built.frame[[name, other]].drop_duplicates(name)
    return dict(zip(table[name].tolist(), table[other].tolist(), strict=True))


def _rules(module: Module | None, name: str) -> list[Any]:
    return [r for _, r in module.rules_of(name)] if module is not None else []


def _published_maps(module: Module | None, name: str) -> list[str]:
    maps = [v for r in _rules(module, name) for v in _maps(r)]
    return list(dict.fromkeys(v.codelist.code for v in maps if v.codelist is not None))


def _maps(rule: Rule) -> list[Map]:
    """The `map` of a rule, also where `first` tries several."""
    if isinstance(rule.verb, First):
        return [m for inner in rule.verb.rules for m in _maps(inner)]
    return [rule.verb] if isinstance(rule.verb, Map) else []


def _mapped(module: Module | None, name: str) -> bool:
    return any(_maps(r) for r in _rules(module, name))


def _sdtm_told(study: Study, built: BuiltDataset, name: str) -> Told:
    if built.module is not None:
        begun = domain(built.name).begun(name)
        told = told_by_rules(built.module, begun, study.forms, adam=False)
        if told is not None:
            return told
    if built.parent:
        return _supp_told(built, name)
    return _automatic(study, built, name)


_SUPP_TEXTS = {
    "USUBJID": "Equal to USUBJID of the parent record.",
    "IDVARVAL": "The value of the variable that IDVAR names in the parent record.",
}


def _supp_told(built: BuiltDataset, name: str) -> Told:
    if name == "STUDYID":
        return Told((PROTOCOL,))
    if name in _SUPP_TEXTS:
        return derived(built.name, name, _SUPP_TEXTS[name])
    if name == "QVAL":
        origins = sorted(set(built.frame["QORIG"]))
        if origins == ["CRF"]:
            return Told((_COLLECTED,))
        return derived(built.name, name, "As QORIG tells for each qualifier.")
    return Told((ASSIGNED,))


def _automatic(study: Study, built: BuiltDataset, name: str) -> Told:
    if name in ("STUDYID", "VISITDY") or built.name == "TS":
        return Told((PROTOCOL,))
    if name == "USUBJID":
        parts = ", ".join(p.removeprefix("$") for p in study.subject.usubjid if p.startswith("$"))
        text = f"{parts} of the person's first screening, put together."
        return derived(built.name, name, text)
    if name.endswith("SEQ"):
        order = ", ".join(built.keys[1:])
        text = f"Numbered from 1 for each subject in the order {order}."
        if built.follows:
            text = (
                f"As in the earlier data cut where a record has the same {order}. Others are"
                " numbered after the highest number that the subject had, in that order."
            )
        return derived(built.name, name, text)
    if name == "EPOCH":
        return derived(built.name, name, "EPOCH of the element in SE that holds the date.")
    if name.endswith("LOBXFL"):
        text = "Y on the last record with a result before DM.RFXSTDTC, for each subject and test."
        return derived(built.name, name, text)
    text = _RESULT_TEXTS.get(name[len(built.name) :], "")
    if text:
        return derived(built.name, name, text)
    return Told((ASSIGNED,))


_RESULT_TEXTS = {
    "STRESC": "The original result in the standard unit of the test; words stay as they are.",
    "STRESN": "The number in the standard result; missing where it is not a number.",
    "STRESU": "The standard unit of the test.",
    "STNRLO": "The original lower limit, converted together with the result.",
    "STNRHI": "The original upper limit, converted together with the result.",
    "NRIND": "LOW, NORMAL or HIGH by the result and its limits.",
}


def describe_adam(
    plan: AdamPlan, result: AdamResult, version: str
) -> tuple[Metadata, list[Finding]]:
    """The document of the analysis datasets, and findings about values outside codelists."""
    study = plan.study
    both = plan.terminology
    terminologies = [_package(both.sdtm), _package(both.adam)]
    maker = CodelistMaker(terminologies)
    modules = {m.module.target: m for m in plan.modules}
    labels = _own_labels(modules["ADSL"]) if "ADSL" in modules else {}
    datasets = []
    for built in result.datasets:
        module = modules[built.name]
        about = module.target.structure
        variables = [
            _adam_variable(study, built, module, name, order, maker, labels)
            for order, name in enumerate(built.variables, 1)
        ]
        datasets.append(
            Dataset(
                name=built.name,
                label=dataset_label(module.target),
                class_name=about.class_name,
                subclass=about.subclass,
                structure=about.structure,
                variables=tuple(variables),
                records=len(built.frame),
                repeating=built.name != "ADSL",
                standard=ADAMIG
                if about.standard == "ADaMIG"
                else Standard(about.standard, "IG", about.version),
                comment=_dataset_comment(built),
            )
        )
    return _document(study, "Analysis", ADAMIG, terminologies, datasets, version), maker.findings


def _adam_variable(
    study: Study,
    built: BuiltDataset,
    module: AdamModule,
    name: str,
    order: int,
    maker: CodelistMaker,
    adsl: Mapping[str, str],
) -> Variable:
    facts = structure_of(module.module.data).find(name)
    own = {**adsl, **_own_labels(module)}
    label = own.get(name) or (facts.label if facts else "")
    column = built.frame[name]
    numeric = is_numeric(column)
    measured = measure(column, study.encoding, iso=name.endswith("DTC") and not numeric)
    format = ""
    if numeric:
        suffix = next((s for s in _DATE_FORMATS if name.endswith(s)), "")
        format = _DATE_FORMATS.get(suffix, "")
        if format and measured.datatype == "float":
            measured = replace(measured, datatype="integer", significant=0)
    codelist = None
    if not format and measured.datatype in ("text", "integer", "float"):
        codelist = _adam_codelist(built, module, name, maker)
    mandatory = bool(facts and facts.core == "Req") and not measured.missing
    told = _adam_told(study, built, module, name)
    return _variable(built, name, label, order, measured, codelist, told, mandatory, "", format)


def _own_labels(module: AdamModule) -> dict[str, str]:
    """Labels that the module gives to variables which the standard does not know."""
    blocks = [r for b in module.module.blocks for r in (*b.rules, *b.after)]
    rules = [*blocks, *module.then]
    structure = structure_of(module.module.data)
    labels: dict[str, str] = {}
    for name, rule in ((n, r) for r in rules for n in r.also):
        facts = structure.find(name)
        if facts is None or not facts.label:
            labels[name] = f"Imputation Flag of {rule.variable}"
    return labels | {r.variable: r.label for r in rules if r.label}


def _adam_codelist(
    built: BuiltDataset, module: AdamModule, name: str, maker: CodelistMaker
) -> Codelist | None:
    column = built.frame[name]
    values = _values(column)
    facts = structure_of(module.module.data).find(name)
    decodes = _decodes(built, name, "")
    if name == "PARAMCD":
        return maker.sponsor(built.name, name, values, decodes=decodes)
    if is_numeric(column):
        return None
    if facts is not None and facts.codelists:
        return maker.published(built.name, name, facts.codelists, values)
    if facts is not None and facts.values:
        return maker.published(built.name, name, ["C66742"], values)
    return None


def _adam_told(study: Study, built: BuiltDataset, module: AdamModule, name: str) -> Told:
    found = told_by_rules(module.module, name, study.forms, adam=True, homes=_homes(module))
    rules = [r for r in module.then if name in r.makes]
    if found is None and rules:
        pairs = [(None, r) for r in rules]
        found = tell(built.name, name, pairs, study.forms, adam=True, homes=_homes(module))
    of_parameters = name in module.target.parameters and name not in _PARAMETER_ASSIGNED
    if of_parameters and module.parameters:
        said = found.method.text if found and found.method else ""
        text = parameter_method(module, name, said)
        return derived(built.name, name, text)
    remark = parameter_comment(module) if name == "PARAMCD" else ""
    if remark:
        told = found or Told((ASSIGNED,))
        said = f"{told.comment.text} {remark}" if told.comment else remark
        return replace(told, comment=Comment(f"{built.name}.{name}", said))
    if found is not None:
        return found
    if name in _PARAMETER_ASSIGNED:
        return Told((ASSIGNED,))
    if name in module.target.sequence:
        return _automatic(study, built, name)
    source = "ADSL" if name in module.adsl else _home(module)
    return Told((replace(_PREDECESSOR, description=f"{source}.{name}"),))


def _homes(module: AdamModule) -> dict[str, str]:
    """Where columns beside those of the source come from."""
    return dict.fromkeys(module.adsl, "ADSL")


def _home(module: AdamModule) -> str:
    return next((b.source.name for b in module.module.blocks), "ADSL")
