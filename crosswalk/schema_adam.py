"""adam.json of one study: what its ADaM modules may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from adam.cutoff import UNCUT
from adam.standard import structure
from adam.target import parameter_columns
from crosswalk.schema_modules import (
    domain_names,
    existing_module,
    new_module,
    scopes,
    sources_of,
)
from crosswalk.schema_parts import MARK, Definitions, Json, ref, when
from define.finished import look
from mappings.findings import SpecificationFault
from mappings.load import Document
from mappings.modules import beside_in, made_by
from mappings.schemas import schema
from mappings.study import Study
from sdtm.domains import plan_sdtm, planned_variables
from sdtm.standard import UnknownName, codes

STRUCTURES = {"ADSL": ("ADSL",), "OCCDS": ("OCCDS", "ADAE"), "BDS": ("BDS",), "TTE": ("TTE",)}
_TOKENS = {"xx": "[0-9]{2}", "zz": "[0-9]{2}", "y": "[0-9]{1,2}", "w": "[0-9]"}


def adam_schema(
    study: Study,
    headers: Mapping[str, Sequence[str]],
    tables: Mapping[str, Sequence[str]],
    define: Definitions,
) -> Json:
    """adam.json."""
    modules = {str(d.data["target"]): d for d in study.adam}
    made = {name: _made_adam(document) for name, document in modules.items()}
    adsl = made.get("ADSL")
    columns: dict[str, Sequence[str] | None] = dict(tables)
    for name, names in (_planned(study, headers) | made).items():
        # A module's 'adsl' adds variables of ADSL to every dataset that it reads.
        columns[name] = tuple(dict.fromkeys((*names, *(adsl or ()))))
    columns |= {name: None for name in _hidden(study) if name not in columns}
    columns |= {UNCUT + c: columns[c] for c in list(columns) if c in codes()}
    columns |= {c: None for c in sorted(study.left_out) if c not in columns}
    content = schema("adam")
    content["$comment"] = MARK
    every: dict[str, str] = {n: "" for names in made.values() for n in names}
    families: list[str] = []
    kept = sorted({n for code in codes() for n in domain_names(code)})
    for name in STRUCTURES:
        listed, patterns = _structure_names(name)
        every, families = listed | every, [*families, *patterns]
        # A variable that the structure does not know may be made when it has a label.
        rules: Json = {
            "properties": {n: {"description": label} for n, label in listed.items()},
            "patternProperties": {f"^(?:{'|'.join([*patterns, *kept])})$": {}},
            "additionalProperties": {"required": ["label"]},
        }
        define.all[f"adam.vars.{name}"] = rules
    more = rf"(?:AD[A-Z0-9]{{1,6}}\.)?(?:{'|'.join(dict.fromkeys(families))})"
    anything = define.variables("adam", list(every), more)
    alone = scopes("adam", columns, anything, define)
    parts: list[Json] = []
    for name in STRUCTURES:
        known_rules = ref(f"adam.vars.{name}")
        holds: Json = {"vars": known_rules, "then": known_rules}
        parts.append(when("structure", name, {"properties": holds}))
    for target, document in modules.items():
        known = _structure_names(str(document.data["structure"]))[0]
        mine = list(dict.fromkeys((*made[target], *known)))
        used = sources_of(document)
        parts.append(existing_module(target, used, mine, alone, define, "adam", more))
    parts.append(new_module("adam", list(modules)))
    parts.append(_parameters(alone, adsl, define))
    content["allOf"] = parts
    return content


def _parameters(alone: Mapping[str, str], adsl: Sequence[str] | None, define: Definitions) -> Json:
    """What holds of the parameters and of what a module takes from ADSL."""
    part: Json = {
        "allOf": [
            when(
                "from",
                name,
                {
                    "properties": {
                        "date": ref(f"name.{scope}"),
                        "where": ref(f"condition.{scope}"),
                    }
                },
            )
            for name, scope in alone.items()
        ],
        "properties": {"from": {"enum": list(alone)}},
    }
    define.all["adam.event"] = part
    event = ref("adam.event")
    listed = {"items": event}
    params = {"properties": {"event": listed, "censor": listed, "start": event}}
    holds: Json = {"params": {"additionalProperties": params}}
    if adsl is not None and "ADSL" in alone:
        name = ref(f"name.{alone['ADSL']}")
        dates = {"properties": {"start": name, "stop": name}}
        text: Json = {"type": "string"}
        stop: Json = {"if": text, "then": name, "else": {"properties": {"date": name}}}
        holds |= {"adsl": {"items": {"enum": list(adsl)}}, "start": name, "stop": stop}
        holds |= {"criteria": dates, "subjects": ref(f"condition.{alone['ADSL']}")}
    return {"properties": holds}


def _structure_names(name: str) -> tuple[dict[str, str], list[str]]:
    """Variables of a structure with their labels, and patterns of names that it knows."""
    names: dict[str, str] = {}
    families: list[str] = []
    for one in STRUCTURES[name]:
        about = structure(one)
        for part in (about, *about.parents, structure("BDS")):
            for variable in part:
                suffix = variable.pattern.startswith("*")
                if variable.is_pattern and (suffix or part.name in (one, *_parents(one))):
                    families.append(_family(variable.pattern))
                elif not variable.is_pattern and part.name in (one, *_parents(one)):
                    names.setdefault(variable.name, variable.label)
    return names, list(dict.fromkeys(families))


def _parents(name: str) -> tuple[str, ...]:
    return tuple(p.name for p in structure(name).parents)


def _family(name: str) -> str:
    """The names that a name of the guide stands for (``TRTxxP``, ``*DT``, ``--TERM``)."""
    for start, prefix in (("--", "[A-Z][A-Z0-9]"), ("*", "[A-Z][A-Z0-9]*")):
        if name.startswith(start):
            return prefix + _family(name[len(start) :])
    for token, pattern in _TOKENS.items():
        name = name.replace(token, pattern)
    return name


def _planned(study: Study, headers: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The variables of the SDTM datasets that are there or to come.

    Where modules have faults, what they mean to make.
    """
    if study.finished is not None:
        return dict(look(study.folder, study.finished)[0].planned)
    try:
        return planned_variables(plan_sdtm(study, headers))
    except SpecificationFault:
        pass
    planned: dict[str, tuple[str, ...]] = {}
    for document in study.sdtm:
        code = str(document.data["target"])
        try:
            listed = domain_names(code)
        except UnknownName:
            continue
        parts = (document.data, *document.data.get("blocks", []))
        qualifiers = (q for part in parts for q in part.get("supp", {}))
        planned[code] = tuple(dict.fromkeys((*listed, *qualifiers)))
    if study.ts:
        planned["TS"] = domain_names("TS")
    return planned


def _hidden(study: Study) -> tuple[str, ...]:
    """Datasets of finished SDTM whose columns cannot be known: their names are left open."""
    if study.finished is None:
        return ()
    found, faults = look(study.folder, study.finished)
    if not found.planned:
        return codes()
    return tuple(PurePosixPath(f.raw.file).stem.upper() for f in faults if f.raw)


def _made_adam(document: Document) -> tuple[str, ...]:
    data = document.data
    given = ("STUDYID", "USUBJID", *map(str, data.get("adsl", [])))
    names = (*given, *parameter_columns(data), *made_by(data), *data.get("then", {}))
    names = (*names, *beside_in(data, ("then",)))
    return tuple(dict.fromkeys(names))
