"""JSON Schemas of one study: its columns, forms, tables, datasets, variables and codelists.

An editor that is pointed at them completes these names and underlines others. They narrow the
general schemas and never accept more. What only data or the order of rules decide stays with
`crosswalk lint`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from adam.standard import adam_terminology
from crosswalk.publish import CannotPublish
from crosswalk.schema_adam import adam_schema
from crosswalk.schema_modules import (
    domain_names,
    existing_module,
    new_module,
    scopes,
    sources_of,
    with_prefix,
)
from crosswalk.schema_parts import MARK, WORD, Definitions, Json, ref, when
from mappings.export import read_headers
from mappings.findings import SpecificationFault
from mappings.modules import made_by
from mappings.registry import study_functions
from mappings.schemas import schema
from mappings.study import Study, read_study
from mappings.tables import table_sources
from sdtm.domains import SUBJECT
from sdtm.packages import study_terminology
from sdtm.standard import codes, domain
from sdtm.target import by_subject, sequence, standard_results
from sdtm.terminology import Terminology, sdtm_terminology
from sdtm.trial import FLAVOURS

FOLDER = ".schema"


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
    tables = {name: source.columns for name, source in table_sources(study).items()}
    common = schema("common")
    common["$comment"] = MARK
    sdtm = _sdtm(study, forms | tables, define)
    adam = adam_schema(study, headers, tables, define)
    rule = common["definitions"]["rule"]["properties"]
    packages = _packages(study)
    rule["ct"] |= _codelists(packages)
    functions = _functions(study)
    if functions is not None:
        rule["call"]["enum"] = functions
    common["definitions"] |= define.all
    about = _study(study, headers, packages[0])
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
        return sorted(study_functions(study.folder))
    except SpecificationFault:
        return None


def _packages(study: Study) -> tuple[Terminology, Terminology]:
    """The terminology of SDTM and of ADaM; the shipped one where the study's has faults."""
    sdtm, _ = study_terminology(study, "SDTM", sdtm_terminology)
    adam, _ = study_terminology(study, "ADaM", adam_terminology)
    return sdtm, adam


def _codelists(packages: Sequence[Terminology]) -> Json:
    names: dict[str, str] = {}
    for terminology in packages:
        for code in terminology.codelists:
            found = terminology.codelist(code)
            names.setdefault(code, f"{found.submission}: {found.name}")
            names.setdefault(found.submission, f"{code}: {found.name}")
    listed: Json = {"enum": list(names), "enumDescriptions": list(names.values())}
    return {"anyOf": [listed, {"pattern": WORD}]}


def _sdtm(study: Study, own: Mapping[str, Sequence[str] | None], define: Definitions) -> Json:
    """sdtm.json; `own` has the columns of forms and tables."""
    modules = {str(d.data["target"]): d for d in study.sdtm}
    columns: dict[str, Sequence[str] | None] = dict(own)
    for code, document in modules.items():
        extra = standard_results(document.data, code)
        made = ("STUDYID", "USUBJID", *made_by(document.data), *extra)
        columns[code] = tuple(dict.fromkeys(made))
    columns |= {c: None for c in sorted(study.left_out) if c in codes() and c not in modules}
    every = [n for c in codes() for n in with_prefix(c, domain_names(c))]
    anything = define.variables("sdtm", list(dict.fromkeys(every)))
    alone = scopes("sdtm", columns, anything, define)
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
        names = list(dict.fromkeys((*domain_names(code), *made)))
        keys = {"items": {"enum": names}}
        holds: Json = {
            "vars": variables,
            "keys": keys,
            "unique": keys,
            "blocks": {"items": {"properties": {"vars": variables}}},
        }
        parts.append(when("target", code, {"properties": holds}))
        if mine:
            parts.append(existing_module(code, sources_of(mine), names, alone, define))
    parts.append(new_module("sdtm", list(modules)))
    content["allOf"] = parts
    return content


def _enumerate(of: Json, names: Mapping[str, str]) -> None:
    of["enum"] = list(names)
    of["enumDescriptions"] = list(names.values())


def _study(study: Study, headers: Mapping[str, Sequence[str]], terminology: Terminology) -> Json:
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
    codelist = terminology.codelist("TSPARMCD")
    decodes = terminology.decodes("TSPARMCD", "TSPARM")
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
