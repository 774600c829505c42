"""`params` of a module: each entry compiled by its kind, faults collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adam.criteria import Criteria
from adam.parameters.burden import Burden
from adam.parameters.computed import LesionResponse
from adam.parameters.exists import Exists
from adam.parameters.model import Kind, Making, Parameter
from adam.parameters.records import Area, RecordValue
from adam.parameters.responses import Response
from adam.parameters.settings import read_criteria
from adam.parameters.times import TimeToEvent
from mappings.conditions import Condition
from mappings.load import Document
from mappings.modules import Module
from mappings.names import Names
from mappings.verbs.const import Const


def _response(data: Mapping[str, Any], making: Making) -> Kind:
    if data["response"] == "lesions":
        return LesionResponse.parse(data, making)
    return Response.parse(data, making)


#: The key of an entry that says which kind of parameter it is.
KINDS: dict[str, Callable[[Mapping[str, Any], Making], Kind]] = {
    "response": _response,
    "event": TimeToEvent.parse,
    "record": RecordValue.parse,
    "auc": Area.parse,
    "exists": Exists.parse,
    "burden": Burden.parse,
}


#: The keys that belong to a kind, beside those of every parameter.
OWN_KEYS: dict[str, tuple[str, ...]] = {
    "response": ("of", "confirmed", "responses", "settings"),
    "response: lesions": ("compare", "by", "part", "tu", "tr", "settings"),
    "event": ("censor", "gap", "start", "stop", "subjects", "among", "unit"),
    "burden": ("tu", "tr", "settings"),
}
EVERY_KEY = ("label", "number", "method", "comment")


def _check_keys(data: Mapping[str, Any], kind: str, making: Making) -> None:
    """Refuse keys of another kind of parameter, which would be ignored here."""
    said = f"{kind}: {data[kind]}" if data[kind] == "lesions" else kind
    for key in data:
        if key not in (*EVERY_KEY, kind, *OWN_KEYS.get(said, ())):
            owners = [f"'{owner}'" for owner, keys in OWN_KEYS.items() if key in keys]
            making.fault(
                "param.key",
                f"has '{key}', which does nothing beside '{said}'",
                f"It belongs to {' and '.join(owners)}.",
                key,
            )


def compile_parameters(
    document: Document,
    module: Module,
    names: Names,
    adsl: Names,
    *,
    start: str,
    stop: str | Mapping[str, Any],
    subjects: Condition,
    sources: Sequence[str],
    criteria: Criteria | None,
) -> tuple[Parameter, ...]:
    """The parameters of a module in their order; faults go to those of `names`.

    `names` are of the finished records of the module, `adsl` of ADSL; `start` and `stop` are
    the module's ADSL dates; `sources` the datasets that there are; `criteria` those of the study,
    which the module's own settings override.
    """
    own = (document.data.get("criteria") or {}).get("settings")
    criteria = read_criteria(document, ("criteria", "settings"), own, criteria, names.faults)
    rules = [r for _, r in module.rules_of("PARAMCD")]
    fixed = tuple(r.verb.value for r in rules if isinstance(r.verb, Const))
    params: Mapping[str, Any] = document.data.get("params", {})
    found: list[Parameter] = []
    for number, (code, data) in enumerate(params.items(), 1):
        making = Making(
            document,
            names.at("params", code),
            adsl.at("params", code),
            code,
            start,
            stop,
            subjects,
            sources,
            criteria,
            tuple(dict.fromkeys((*module.variables, "PARAMCD") if found else module.variables)),
            (*fixed, *(p.code for p in found)) if len(fixed) == len(rules) else None,
        )
        given = [key for key in KINDS if key in data]
        if len(given) != 1:
            known = ", ".join(f"'{key}'" for key in KINDS)
            said = " and ".join(f"'{key}'" for key in given) or "none of them"
            making.fault("param.kind", f"has {said}", f"It needs exactly one of {known}.")
            continue
        _check_keys(data, given[0], making)
        found.append(
            Parameter(
                code=code,
                label=str(data["label"]),
                number=float(data.get("number", number)),
                place=document.place(("params", code), key=True),
                kind=KINDS[given[0]](data, making),
                method=str(data.get("method", "")),
                comment=str(data.get("comment", "")),
            )
        )
    flag = (document.data.get("criteria") or {}).get("analysed")
    if flag and not any(isinstance(p.kind, Response) for p in found):
        names.fault(
            "param.analysed",
            f"'{flag}' flags the assessments of response parameters, and there is none",
            "Add a parameter with 'response' and 'of', or leave 'analysed' out.",
            "criteria",
            "analysed",
        )
    return tuple(found)
