"""The variables of analysis datasets: label, codelist, origin and method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adam.datasets import AdamModule
from adam.target import structure_of
from define.analysis_lists import analysis_codelist
from define.analysis_values import with_parameter_values
from define.codelists import CodelistMaker
from define.measure import measure
from define.model import Comment, Origin, Variable
from define.origins import ASSIGNED, Told, derived, tell, told_by_rules
from define.parameters import parameter_comment, parameter_method
from define.tabulation import automatic
from define.variables import make_variable
from mappings.built import BuiltDataset
from mappings.frames import is_numeric
from mappings.study import Study

_DATE_FORMATS = {"DTM": "DATETIME20.", "TM": "TIME8.", "DT": "DATE9."}
_OF_ADSL = ("USUBJID",)
_PARAMETER_ASSIGNED = ("PARAMCD", "PARAM", "PARAMN")
_PREDECESSOR = Origin("Predecessor")


def analysis_variable(
    study: Study,
    built: BuiltDataset,
    module: AdamModule,
    name: str,
    order: int,
    maker: CodelistMaker,
    adsl: Mapping[str, str],
) -> Variable:
    """A variable of an analysis dataset; `adsl` are the labels that ADSL gives its own."""
    facts = structure_of(module.module.data).find(name)
    own = {**adsl, **own_labels(module)}
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
        codelist = analysis_codelist(study, built, module, name, maker, _home(module))
    mandatory = bool(facts and facts.core == "Req") and not measured.missing
    told = analysis_told(study, built, module, name)
    made = make_variable(built, name, label, order, measured, codelist, told, mandatory, "", format)
    records = rules_told(study, module, name) or told
    return with_parameter_values(study, built, module, made, records, maker)


def own_labels(module: AdamModule) -> dict[str, str]:
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


def rules_told(study: Study, module: AdamModule, name: str) -> Told | None:
    """What the rules of a variable tell, those over all records when no other makes it."""
    found = told_by_rules(module.module, name, study.forms, adam=True, homes=_homes(module))
    rules = [r for r in module.then if name in r.makes]
    if found is not None or not rules:
        return found
    pairs = [(None, r) for r in rules]
    return tell(module.module.target, name, pairs, study.forms, adam=True, homes=_homes(module))


def analysis_told(study: Study, built: BuiltDataset, module: AdamModule, name: str) -> Told:
    """Origin and method of a variable: of its rules, its parameters, or where it is taken from."""
    found = rules_told(study, module, name)
    of_parameters = name in module.target.parameters and name not in (
        *_PARAMETER_ASSIGNED,
        *_OF_ADSL,
    )
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
        return automatic(study, built, name)
    source = "ADSL" if name in module.adsl else _home(module)
    return Told((replace(_PREDECESSOR, description=f"{source}.{name}"),))


def _homes(module: AdamModule) -> dict[str, str]:
    """Where columns beside those of the source come from."""
    return dict.fromkeys(module.adsl, "ADSL")


def _home(module: AdamModule) -> str:
    return next((b.source.name for b in module.module.blocks), "ADSL")
