"""Pieces of a study's own JSON Schemas: names that exist, and the places of a rule that name them.

A *scope* is what the names of one rule may be: the columns of its source and the variables of its
module. Each scope becomes definitions in common.json (``rule.S``, ``condition.S``, ...) that only
narrow the general schema; its shape is said there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

MARK = "Written by 'crosswalk schema'; write it again when forms or working variables change."
"""In every file, so that none of somebody else is replaced."""
WORD = r"\{[a-z_]+\}"
"""A word of a test catalogue, which may stand anywhere in a name."""
_NAMED = (
    "copy",
    "map",
    "num",
    "day",
    "time",
    "notbefore",
    "notafter",
    "after",
    "asof",
    "group",
    "window",
    "since",
    "before",
    "until",
)
_LISTED = ("reads", "per", "span", "emergent")
_OPERAND: Json = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^(?:[-+*/]|[-+]?[0-9.]+)$"}]
}


def ref(name: str) -> Json:
    """A reference to a definition of the study's common.json."""
    return {"$ref": f"common.json#/definitions/{name}"}


def pointed(name: str) -> str:
    """A name as a key of definitions that needs no escape in a reference."""
    return re.sub(r"[^A-Za-z0-9._-]", lambda m: f"_{ord(m.group()):x}_", name)


def either_case(names: Iterable[str]) -> str:
    """A regular expression (ECMA 262) of the names, whatever their capitals."""
    return "|".join(
        "".join(
            f"[{c.upper()}{c.lower()}]" if c.isascii() and c.isalpha() else _literal(c)
            for c in name
        )
        for name in names
    )


def _literal(character: str) -> str:
    return f"\\{character}" if character in r"\^$.*+?()[]{}|/" else character


def known(names: Sequence[str], *, cased: bool = False, more: str = "") -> Json:
    """One of these names, in these capitals if `cased`; `more` is a pattern of further ones."""
    pattern = "|".join(p for p in ("" if cased else either_case(names), more) if p)
    whole = f"^(?:{pattern})$|{WORD}" if pattern else WORD
    listed: list[Json] = [{"enum": list(names)}] if names else []
    return {"anyOf": [*listed, {"pattern": whole}]}


def signed(names: Sequence[str], sign: str, *, cased: bool = False, more: str = "") -> Json:
    """As `known`, of a text that names a column with a sign before it, as ``$NAME``."""
    start = f"^{_literal(sign)}"
    if cased:
        shown = rf"{start}(?:{more})$|{WORD}" if more else WORD
        return {"anyOf": [{"enum": [sign + n for n in names]}, {"pattern": shown}]}
    every = "|".join(p for p in (either_case(names), more) if p)
    return {"pattern": rf"{start}(?:{every})$|{WORD}"}


def when(key: str, value: str, then: Json) -> Json:
    """`then` holds where the key has that value."""
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}


def text_or(text: Json, other: Json) -> Json:
    """One schema for a text, another for what is none."""
    return {"if": {"type": "string"}, "then": text, "else": other}


class Definitions:
    """The definitions that a study adds to common.json."""

    def __init__(self) -> None:
        self.all: dict[str, Json] = {}

    def columns(self, key: str, names: Sequence[str] | None) -> str:
        """Define the columns of a source, whatever their capitals; gives the key of the set.

        None are columns that are not known, so that every name will do.
        """
        key = pointed(key)
        self.all[f"names.{key}"] = {} if names is None else known(names)
        self.all[f"dollar.{key}"] = {} if names is None else signed(names, "$")
        self.all[f"down.{key}"] = {} if names is None else signed(names, "-")
        return key

    def variables(self, key: str, names: Sequence[str], more: str = "") -> str:
        """Define the variables of a module; `more` is a pattern of further ones."""
        key = pointed(key)
        self.all[f"names.{key}"] = known(names, cased=True, more=more)
        self.all[f"dollar.{key}"] = signed(names, "$", cased=True, more=more)
        self.all[f"down.{key}"] = signed(names, "-", cased=True, more=more)
        return key

    def scope(self, key: str, parts: Sequence[str], lookup: str) -> str:
        """Define a scope of the names in `parts`; `lookup` is the definition of other sides."""
        key = pointed(key)
        name, text = ref(f"name.{key}"), ref(f"text.{key}")
        condition, rule = ref(f"condition.{key}"), ref(f"rule.{key}")
        self.all[f"name.{key}"] = {"anyOf": [ref(f"names.{p}") for p in parts]}
        plain: Json = {"not": {"type": "string", "pattern": r"^\$"}}
        self.all[f"text.{key}"] = {"anyOf": [plain, *(ref(f"dollar.{p}") for p in parts)]}
        self.all[f"clause.{key}"] = {
            "propertyNames": name,
            "additionalProperties": {
                "allOf": [text],
                "items": text,
                "additionalProperties": text,
            },
        }
        clause = ref(f"clause.{key}")
        self.all[f"condition.{key}"] = {
            "if": {"type": "array"},
            "then": {"items": clause},
            "else": clause,
        }
        down = {"anyOf": [name, *(ref(f"down.{p}") for p in parts)]}
        answers: Json = {
            "if": {"required": ["group"]},
            "then": {"properties": {"where": condition}},
        }
        self.all[f"rule.{key}"] = {
            "allOf": [ref(lookup), answers],
            "properties": {
                **dict.fromkeys(_NAMED, name),
                "date": text_or(name, {"items": name}),
                "join": {"items": text},
                "when": condition,
                "by": {"propertyNames": name},
                "first": {"items": rule},
                **{key: {"items": name} for key in _LISTED},
                "calc": {"items": {"anyOf": [name, *_OPERAND["anyOf"]]}},
                "order": {"if": {"type": "array"}, "then": {"items": down}},
            },
        }
        self.all[f"rules.{key}"] = {"additionalProperties": rule}
        qualifier: Json = {"allOf": [rule], "required": ["label"]}
        self.all[f"part.{key}"] = {
            "properties": {
                **dict.fromkeys(("work", "vars", "then"), ref(f"rules.{key}")),
                "supp": {"additionalProperties": qualifier},
                "rows": {"properties": {"keep": condition}},
                "one": {"properties": {"per": {"items": name}, "order": name}},
            }
        }
        return key

    def lookups(self, key: str, sources: Mapping[str, str]) -> None:
        """Define ``lookup.KEY``: the sources by name, each with the scope of its columns."""
        names = {"anyOf": [{"enum": list(sources)}, {"pattern": WORD}]}
        self.all[f"source.{key}"] = names
        one: list[Json] = []
        several: list[Json] = []
        for name, scope in sources.items():
            column = ref(f"name.{scope}")
            asked = {
                "get": text_or(column, ref(f"rule.{scope}")),
                "where": ref(f"condition.{scope}"),
            }
            keyed = {"order": column, "by": {"additionalProperties": column}}
            one.append(when("lookup", name, {"properties": {**asked, **keyed}}))
            several.append(when("in", name, {"properties": asked}))
        self.all[f"place.{key}"] = {"allOf": several, "properties": {"in": ref(f"source.{key}")}}
        self.all[f"lookup.{key}"] = {
            "allOf": one,
            "properties": {"lookup": text_or(ref(f"source.{key}"), {"items": ref(f"place.{key}")})},
        }


def chosen(sources: Mapping[str, str], columns: Mapping[str, str], otherwise: str) -> Json:
    """What holds of a module or block by its ``from``.

    `sources` has the scope of each source's rules, `columns` that of its columns alone (``where``
    is asked before any rule), `otherwise` the scope where there is no ``from``.
    """
    parts: list[Json] = [
        when(
            "from",
            name,
            {
                "allOf": [ref(f"part.{scope}")],
                "properties": {"where": ref(f"condition.{columns[name]}")},
            },
        )
        for name, scope in sources.items()
    ]
    without: Json = {"if": {"not": {"required": ["from"]}}, "then": ref(f"part.{otherwise}")}
    return {"allOf": [*parts, without]}
