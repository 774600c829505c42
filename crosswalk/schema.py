"""JSON Schemas of one study: its columns, forms, tables, datasets, variables and codelists.

An editor that is pointed at them completes these names and underlines others. They narrow the
general schemas and never accept more. What only data or the order of rules decide stays with
`crosswalk lint`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from adam.cutoff import UNCUT
from adam.functions import FUNCTIONS
from adam.standard import adam_terminology, structure
from adam.target import parameter_columns
from crosswalk.publish import CannotPublish
from crosswalk.schema_parts import WORD, Definitions, Json, chosen, pointed, ref, when
from mappings.export import read_headers
from mappings.findings import SpecificationFault
from mappings.load import Document
from mappings.modules import made_by
from mappings.registry import study_functions
from mappings.schemas import schema
from mappings.study import Study, read_study
from sdtm.domains import SUBJECT, plan_sdtm, planned_variables
from sdtm.standard import UnknownName, codes, domain
from sdtm.target import by_subject, sequence, standard_results
from sdtm.terminology import sdtm_terminology
from sdtm.trial import FLAVOURS

FOLDER = ".schema"
MARK = "Written by 'crosswalk schema'; write it again when forms or working variables change."
STRUCTURES = {"ADSL": ("ADSL",), "OCCDS": ("OCCDS", "ADAE"), "BDS": ("BDS",), "TTE": ("TTE",)}
_EVERY = "*"


def study_schemas(folder: Path) -> dict[str, Json]:
    """The schemas of a study by file name.

    Raises SpecificationFault when study.yaml cannot be used; faults elsewhere leave the names
    open that they hide.
    """
    study, faults = read_study(folder)
    if study is None:
        raise SpecificationFault(faults)
    headers, _ = read_headers(study)
    define = Definitions()
    forms: dict[str, Sequence[str] | None] = {
        name: (*headers[name], *SUBJECT) if name in headers else None for name in study.forms
    }
    tables = {
        name: tuple(dict.fromkeys(k for row in rows for k in row))
        for name, rows in study.tables.items()
    }
    common = schema("common")
    common["$comment"] = MARK
    sdtm = _sdtm(study, forms | tables, define)
    adam = _adam(study, headers, tables, define)
    rule = common["definitions"]["rule"]["properties"]
    rule["ct"] |= _codelists()
    functions = _functions(study)
    if functions is not None:
        rule["call"]["enum"] = functions
    common["definitions"] |= define.all
    about = _study(study, headers)
    return {"common.json": common, "sdtm.json": sdtm, "adam.json": adam, "study.json": about}


def write_schemas(folder: Path, out: Path | None = None) -> tuple[Path, ...]:
    """Write the schemas of a study to `out` (``.schema`` in the study when not given).

    Raises CannotPublish, with nothing written, when a file there is not one of ours.
    """
    place = folder / FOLDER if out is None else out
    texts = {
        name: json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
        for name, content in study_schemas(folder).items()
    }
    try:
        for name in texts:
            path = place / name
            if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
                message = f"{path.as_posix()} was not written by crosswalk; name another folder."
                raise CannotPublish(message)
        place.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            # A file half written would be read by the editor at once.
            beside = place / f"{name}.new"
            beside.write_text(text, encoding="utf-8", newline="\n")
            beside.replace(place / name)
    except OSError as error:
        raise CannotPublish(f"{place.as_posix()} cannot be written: {error.strerror}") from None
    return tuple(place / name for name in texts)


def _functions(study: Study) -> list[str] | None:
    try:
        return sorted({*FUNCTIONS, *study_functions(study.folder)})
    except SpecificationFault:
        return None


def _codelists() -> Json:
    names: dict[str, str] = {}
    for terminology in (sdtm_terminology(), adam_terminology()):
        for code in terminology.codelists:
            found = terminology.codelist(code)
            names.setdefault(code, f"{found.submission}: {found.name}")
            names.setdefault(found.submission, f"{code}: {found.name}")
    listed: Json = {"enum": list(names), "enumDescriptions": list(names.values())}
    return {"anyOf": [listed, {"pattern": WORD}]}


def _with_prefix(target: str, names: Sequence[str]) -> list[str]:
    return [*names, *(f"{target}.{n}" for n in names)]


def _sources(document: Document) -> tuple[str, ...]:
    parts = (document.data, *document.data.get("blocks", []))
    return tuple(dict.fromkeys(str(p["from"]) for p in parts if "from" in p))


def _domain_names(code: str) -> tuple[str, ...]:
    return tuple(v.name for v in domain(code).model or domain(code).variables)


def _sdtm(study: Study, own: Mapping[str, Sequence[str] | None], define: Definitions) -> Json:
    """sdtm.json; `own` has the columns of forms and tables."""
    modules = {str(d.data["target"]): d for d in study.sdtm}
    columns: dict[str, Sequence[str] | None] = dict(own)
    for code, document in modules.items():
        extra = standard_results(document.data, code)
        made = ("STUDYID", "USUBJID", *made_by(document.data), *extra)
        columns[code] = tuple(dict.fromkeys(made))
    columns |= {c: None for c in sorted(study.left_out) if c in codes() and c not in modules}
    every = [n for c in codes() for n in _with_prefix(c, _domain_names(c))]
    anything = define.variables("sdtm", list(dict.fromkeys(every)))
    alone = _scopes("sdtm", columns, anything, define)
    content = schema("sdtm")
    content["$comment"] = MARK
    _enumerate(content["properties"]["target"], {c: domain(c).label for c in codes()})
    parts: list[Json] = []
    for code in codes():
        about = domain(code)
        mine = modules.get(code)
        automatic = {"STUDYID", "DOMAIN", sequence(about), *(["USUBJID"] * by_subject(about))}
        listed = {
            v.name: {"description": f"{v.label}. {v.core}; {'Num' if v.numeric else 'Char'}"}
            for v in about.model or about.variables
            if v.name not in automatic
        }
        define.all[f"sdtm.vars.{code}"] = {"properties": listed, "additionalProperties": False}
        variables = ref(f"sdtm.vars.{code}")
        made = made_by(mine.data) if mine else ()
        names = list(dict.fromkeys((*_domain_names(code), *made)))
        keys = {"items": {"enum": names}}
        holds: Json = {
            "vars": variables,
            "keys": keys,
            "unique": keys,
            "blocks": {"items": {"properties": {"vars": variables}}},
        }
        parts.append(when("target", code, {"properties": holds}))
        if mine:
            parts.append(_module(code, _sources(mine), names, alone, define))
    parts.append(_new_module("sdtm", list(modules)))
    content["allOf"] = parts
    return content


def _scopes(
    kind: str, columns: Mapping[str, Sequence[str] | None], anything: str, define: Definitions
) -> dict[str, str]:
    """Define the scopes of each source; gives those of its columns alone.

    `anything` is the set of names that a module may make.
    """
    lookup = f"lookup.{kind}"
    alone: dict[str, str] = {}
    module: dict[str, str] = {}
    for name, listed in columns.items():
        part = define.columns(f"{kind}.of.{name}", listed)
        alone[name] = define.scope(f"{kind}.of.{name}", [part], lookup)
        module[name] = define.scope(f"{kind}.from.{name}", [part, anything], lookup)
    parts = [pointed(f"{kind}.of.{name}") for name in columns]
    module[_EVERY] = define.scope(f"{kind}.from", [*parts, anything], lookup)
    define.lookups(kind, alone)
    define.all[f"{kind}.from"] = chosen({n: module[n] for n in alone}, alone, module[_EVERY])
    define.all[f"{kind}.source"] = {"properties": {"from": {"enum": list(alone)}}}
    return alone


def _module(
    target: str,
    used: Sequence[str],
    variables: Sequence[str],
    alone: Mapping[str, str],
    define: Definitions,
    kind: str = "sdtm",
    more: str = "",
) -> Json:
    """What holds of the module of `target`: by its source, and so of each of its blocks."""
    there = [n for n in used if n in alone]
    own = define.variables(f"{kind}.made.{target}", _with_prefix(target, variables), more)
    lookup = f"lookup.{kind}"
    scopes = dict.fromkeys(there, "")
    for name in there:
        part = pointed(f"{kind}.of.{name}")
        scopes[name] = define.scope(f"{kind}.{target}.{name}", [part, own], lookup)
    parts = [pointed(f"{kind}.of.{name}") for name in (there or alone)]
    otherwise = define.scope(f"{kind}.{target}", [*parts, own], lookup)
    here = chosen(scopes, alone, otherwise)
    # Another source than those of today: its columns, and whatever a module may make.
    other: Json = {
        "if": {"required": ["from"], "not": {"properties": {"from": {"enum": there}}}},
        "then": ref(f"{kind}.from"),
    }
    source = ref(f"{kind}.source")
    define.all[f"{kind}.module.{target}"] = {"allOf": [*here["allOf"], other, source]}
    module = ref(f"{kind}.module.{target}")
    return when("target", target, {"allOf": [module], "properties": {"blocks": {"items": module}}})


def _new_module(kind: str, targets: Sequence[str]) -> Json:
    """What holds of a module of a target that the study does not have yet."""
    there: Json = {"properties": {"target": {"enum": list(targets)}}, "required": ["target"]}
    module: Json = {"allOf": [ref(f"{kind}.from"), ref(f"{kind}.source")]}
    return {"if": {"not": there}, "then": module | {"properties": {"blocks": {"items": module}}}}


def _enumerate(of: Json, names: Mapping[str, str]) -> None:
    of["enum"] = list(names)
    of["enumDescriptions"] = list(names.values())


_TOKENS = {"xx": "[0-9]{2}", "zz": "[0-9]{2}", "y": "[0-9]{1,2}", "w": "[0-9]"}


def _family(name: str) -> str:
    """The names that a name of the guide stands for (``TRTxxP``, ``*DT``, ``--TERM``)."""
    for start, prefix in (("--", "[A-Z][A-Z0-9]"), ("*", "[A-Z][A-Z0-9]*")):
        if name.startswith(start):
            return prefix + _family(name[len(start) :])
    for token, pattern in _TOKENS.items():
        name = name.replace(token, pattern)
    return name


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


def _planned(study: Study, headers: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The variables of the SDTM datasets to come; where modules have faults, what they mean to."""
    try:
        return planned_variables(plan_sdtm(study, headers))
    except SpecificationFault:
        pass
    planned: dict[str, tuple[str, ...]] = {}
    for document in study.sdtm:
        code = str(document.data["target"])
        try:
            listed = _domain_names(code)
        except UnknownName:
            continue
        parts = (document.data, *document.data.get("blocks", []))
        qualifiers = (q for part in parts for q in part.get("supp", {}))
        planned[code] = tuple(dict.fromkeys((*listed, *qualifiers)))
    if study.ts:
        planned["TS"] = _domain_names("TS")
    return planned


def _made_adam(document: Document) -> tuple[str, ...]:
    data = document.data
    given = ("STUDYID", "USUBJID", *map(str, data.get("adsl", [])))
    names = (*given, *parameter_columns(data), *made_by(data), *data.get("then", {}))
    return tuple(dict.fromkeys(names))


def _adam(
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
    columns |= {UNCUT + c: columns[c] for c in list(columns) if c in codes()}
    columns |= {c: None for c in sorted(study.left_out) if c not in columns}
    content = schema("adam")
    content["$comment"] = MARK
    every: dict[str, str] = {n: "" for names in made.values() for n in names}
    families: list[str] = []
    kept = sorted({n for code in codes() for n in _domain_names(code)})
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
    alone = _scopes("adam", columns, anything, define)
    parts: list[Json] = []
    for name in STRUCTURES:
        known_rules = ref(f"adam.vars.{name}")
        holds: Json = {"vars": known_rules, "then": known_rules}
        parts.append(when("structure", name, {"properties": holds}))
    for target, document in modules.items():
        known = _structure_names(str(document.data["structure"]))[0]
        mine = list(dict.fromkeys((*made[target], *known)))
        used = _sources(document)
        parts.append(_module(target, used, mine, alone, define, "adam", more))
    parts.append(_new_module("adam", list(modules)))
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
        holds |= {"adsl": {"items": {"enum": list(adsl)}}, "start": name, "stop": name}
        holds |= {"criteria": dates, "subjects": ref(f"condition.{alone['ADSL']}")}
    return {"properties": holds}


def _study(study: Study, headers: Mapping[str, Sequence[str]]) -> Json:
    """study.json."""
    content = schema("study")
    content["$comment"] = MARK
    forms: Json = {}
    reasons: Json = {}
    earlier: list[Json] = []
    for name in study.forms:
        if name not in headers:
            reasons[name] = {}
            continue
        column: Json = {"enum": list(headers[name])}
        maybe: Json = {"enum": [*headers[name], None]}
        forms[name] = {
            "properties": {
                "subject": column,
                "event": column,
                "repeat": maybe,
                "site": maybe,
                "id": {"items": column},
                "active": {"properties": {"column": column}},
            }
        }
        allowed: Json = {"anyOf": [column, {"pattern": r"\*"}]}
        reasons[name] = {"propertyNames": allowed}
        earlier.append(when("form", name, {"properties": {"previous": column}}))
    rescreened: Json = {"properties": {"form": {"enum": list(study.forms)}}}
    if earlier:
        rescreened["allOf"] = earlier
    codelist = sdtm_terminology().codelist("TSPARMCD")
    decodes = sdtm_terminology().decodes("TSPARMCD", "TSPARM")
    parameter: Json = {
        "enum": list(codelist.values),
        "enumDescriptions": [decodes.get(v, "") for v in codelist.values],
    }
    targets = sorted({str(d.data["target"]) for d in study.sdtm} | set(study.left_out))
    related: Json = {"propertyNames": {"enum": targets}}
    content["allOf"] = [
        {
            "properties": {
                "raw": {
                    "properties": {
                        "forms": {"properties": forms},
                        "subject": {"properties": {"rescreened": rescreened}},
                    }
                },
                "not_submitted": {
                    "properties": {**reasons, "*": {}},
                    "additionalProperties": False,
                },
                "ts": {
                    "items": {
                        "properties": {"parameter": parameter, "null": {"enum": list(FLAVOURS)}}
                    }
                },
                "relationships": {"items": {"properties": {"by": related, "types": related}}},
            }
        }
    ]
    return content
