"""What holds of a module by its source, for the schemas of both standards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crosswalk.schema_parts import Definitions, Json, chosen, pointed, ref, when
from mappings.load import Document
from sdtm.standard import domain

_EVERY = "*"


def with_prefix(target: str, names: Sequence[str]) -> list[str]:
    """The names as they are, and as ``TARGET.NAME``."""
    return [*names, *(f"{target}.{n}" for n in names)]


def sources_of(document: Document) -> tuple[str, ...]:
    """The forms, datasets and tables whose rows become records of the module."""
    parts = (document.data, *document.data.get("blocks", []))
    return tuple(dict.fromkeys(str(p["from"]) for p in parts if "from" in p))


def domain_names(code: str) -> tuple[str, ...]:
    """The variables that a domain may have."""
    return tuple(v.name for v in domain(code).model or domain(code).variables)


def scopes(
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


def existing_module(
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
    own = define.variables(f"{kind}.made.{target}", with_prefix(target, variables), more)
    lookup = f"lookup.{kind}"
    own_scopes = dict.fromkeys(there, "")
    for name in there:
        part = pointed(f"{kind}.of.{name}")
        own_scopes[name] = define.scope(f"{kind}.{target}.{name}", [part, own], lookup)
    parts = [pointed(f"{kind}.of.{name}") for name in (there or alone)]
    otherwise = define.scope(f"{kind}.{target}", [*parts, own], lookup)
    here = chosen(own_scopes, alone, otherwise)
    # Another source than those of today: its columns, and whatever a module may make.
    other: Json = {
        "if": {"required": ["from"], "not": {"properties": {"from": {"enum": there}}}},
        "then": ref(f"{kind}.from"),
    }
    source = ref(f"{kind}.source")
    define.all[f"{kind}.module.{target}"] = {"allOf": [*here["allOf"], other, source]}
    module = ref(f"{kind}.module.{target}")
    return when("target", target, {"allOf": [module], "properties": {"blocks": {"items": module}}})


def new_module(kind: str, targets: Sequence[str]) -> Json:
    """What holds of a module of a target that the study does not have yet."""
    there: Json = {"properties": {"target": {"enum": list(targets)}}, "required": ["target"]}
    module: Json = {"allOf": [ref(f"{kind}.from"), ref(f"{kind}.source")]}
    return {"if": {"not": there}, "then": module | {"properties": {"blocks": {"items": module}}}}
