"""Values: every pair of a collected text and what was submitted for it, with its count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mappings.built import BuiltDataset
from mappings.frames import as_text, distinct_rows
from mappings.modules import Block, Module
from mappings.raw import RawForm
from mappings.reads import direct_columns
from mappings.rules import Rule
from mappings.run import SUPP
from mappings.verbs.const import Const
from mappings.verbs.first import First
from mappings.verbs.map import Map
from validation.account.model import Pair


def value_pairs(
    datasets: Iterable[BuiltDataset],
    forms: Mapping[str, RawForm],
    coded: Collection[tuple[str, str]],
) -> tuple[Pair, ...]:
    """Pairs for every `map` rule and for every variable in `coded` (those with a codelist).

    Only the record's own raw row is asked: what a lookup brings has no pair.
    """
    found: dict[tuple[str, str, str, str, str, str], int] = {}
    for dataset in datasets:
        module = dataset.module
        if module is None or "_block" not in dataset.frame.columns:
            continue
        for number, block in enumerate(module.blocks):
            form = forms.get(block.source.name)
            if block.source.kind != "form" or form is None:
                continue
            records = dataset.frame.loc[dataset.frame["_block"] == number]
            raw = form.frame.set_index("_row").reindex(records["_row"])
            for home, rule, submitted in _coded(module, block, records, coded):
                every = (home, rule.variable) in coded
                tried = isinstance(rule.verb, First)
                for column, only in _columns(module, block, rule, every=every):
                    if column not in form.columns:
                        continue
                    for pair, count in _counted(raw[column], submitted, only):
                        if tried and not pair[0]:
                            continue
                        key = (home, rule.variable, form.name, column, *pair)
                        found[key] = found.get(key, 0) + count
    return tuple(Pair(*key, count) for key, count in found.items())


def _coded(
    module: Module, block: Block, records: pd.DataFrame, coded: Collection[tuple[str, str]]
) -> Iterator[tuple[str, Rule, pd.Series[Any]]]:
    """The rules whose values come out of a list: dataset, rule, and the values submitted."""
    for rule in (*block.rules, *block.after):
        name = rule.variable
        if name in module.hidden or name not in records.columns:
            continue
        if (module.target, name) in coded or any(_maps(rule)):
            yield module.target, rule, records[name]
    for rule in block.supp:
        if any(_maps(rule)):
            yield f"SUPP{module.target}", rule, records[SUPP + rule.variable]


def _maps(rule: Rule) -> Iterator[Map]:
    if isinstance(rule.verb, Map):
        yield rule.verb
    elif isinstance(rule.verb, First):
        for part in rule.verb.rules:
            yield from _maps(part)


def _columns(
    module: Module, block: Block, rule: Rule, *, every: bool
) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Each raw column behind a rule, and the values that can have come from it (None: any).

    Of several rules tried in turn, each answers for its own values only; without `every` those
    that map nothing are left out.
    """
    if not isinstance(rule.verb, First):
        yield from ((c, None) for c in direct_columns(module, block, rule))
        return
    for part in rule.verb.rules:
        if every or any(_maps(part)):
            yield from ((c, _values(part)) for c in direct_columns(module, block, part))


def _values(rule: Rule) -> frozenset[str] | None:
    """The values that a rule can give, None when they are not known beforehand."""
    verb = rule.verb
    if isinstance(verb, Const):
        return frozenset([verb.value])
    if isinstance(verb, Map) and verb.codelist is None:
        return frozenset(verb.table.values())
    return None


def _counted(
    collected: pd.Series[str], submitted: pd.Series[Any], only: frozenset[str] | None
) -> Iterator[tuple[tuple[str, str], int]]:
    """The different pairs in the order of their texts; what is missing on both sides is none."""
    table = pd.DataFrame(
        {
            "collected": collected.fillna("").to_numpy(),
            "submitted": as_text(submitted).to_numpy(),
        },
        dtype="str",
    )
    table = table[(table["collected"] != "") | (table["submitted"] != "")]
    if only is not None:
        table = table[table["submitted"].isin([*sorted(only), ""])]
    codes, pairs = distinct_rows([table["collected"], table["submitted"]])
    counts = np.bincount(codes, minlength=len(pairs)).tolist()
    texts = [(str(left), str(right)) for left, right in pairs]
    yield from sorted(zip(texts, counts, strict=True))
