"""What describes a variable of any dataset: its measured facts, values, rules and decodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from define.measure import Measured
from define.model import Codelist, Variable
from define.origins import Told
from mappings.built import BuiltDataset
from mappings.frames import is_numeric
from mappings.modules import Module
from mappings.rules import Rule
from mappings.verbs.first import First
from mappings.verbs.map import Map


def make_variable(
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
    """A variable of `built` from what is measured and told; a text holds its longest term."""
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


def values_of(column: pd.Series[Any]) -> list[str]:
    """The distinct values that are there, sorted, as define.xml writes them."""
    if is_numeric(column):
        return [f"{v:.15g}" for v in sorted(column.dropna().unique())]
    return sorted(str(u) for u in pd.unique(column) if u)


def decodes_of(built: BuiltDataset, name: str, suffix: str) -> dict[str, str]:
    """Code to text, where the dataset holds both side by side."""
    pairs = {"TESTCD": f"{built.name}TEST", "PARMCD": f"{built.name}PARM"}
    other = pairs.get(suffix) or {"ARMCD": "ARM", "ACTARMCD": "ACTARM", "PARAMCD": "PARAM"}.get(
        name, ""
    )
    if other not in built.frame.columns:
        return {}
    table = built.frame[[name, other]].drop_duplicates(name)
    return dict(zip(table[name].tolist(), table[other].tolist(), strict=True))


def rules_of(module: Module | None, name: str) -> list[Rule]:
    """Every rule of the module that is for the variable."""
    return [r for _, r in module.rules_of(name)] if module is not None else []


def published_maps(rules: Iterable[Rule]) -> list[str]:
    """The C-codes of the published lists that the rules map to, each once."""
    maps = [v for r in rules for v in maps_of(r)]
    return list(dict.fromkeys(v.codelist.code for v in maps if v.codelist is not None))


def is_closed(rules: Iterable[Rule]) -> bool:
    """Whether the rules give nothing but values that the specification lists."""
    given = list(rules)
    return bool(given) and all(
        is_closed(r.verb.rules) if isinstance(r.verb, First) else r.kind in ("map", "const")
        for r in given
    )


def maps_of(rule: Rule) -> list[Map]:
    """The `map` of a rule, also where `first` tries several."""
    if isinstance(rule.verb, First):
        return [m for inner in rule.verb.rules for m in maps_of(inner)]
    return [rule.verb] if isinstance(rule.verb, Map) else []


def is_mapped(rules: Iterable[Rule]) -> bool:
    """Whether a rule takes its values from a table or a published list."""
    return any(maps_of(r) for r in rules)
