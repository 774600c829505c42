"""What the rules of a module say in their own words.

A `method` written by hand stands in define.xml in the place of these words, and stays when the
rule changes; a change that no record shows is seen here, beside the sentence that went stale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adam.datasets import AdamModule
from mappings.modules import Module
from mappings.rules import Rule

RULE = "rule"


def module_words(module: Module) -> list[str]:
    """A line for each rule and condition of a module, block by block."""
    found: list[str] = []
    for number, block in enumerate(module.blocks):
        place = f"{RULE} {module.target}.{number}"
        if block.where.clauses:
            found.append(f"{place} where {block.where.sentence()}; otherwise: {block.reason}")
        if block.keep is not None:
            found.append(f"{place} keep {block.keep.sentence()}")
        if block.one is not None:
            one = block.one
            kept = f"{one.take} of {', '.join(one.per)} by {one.order}"
            found.append(f"{place} one {kept}; otherwise: {one.reason}")
        found += _said(place, (*block.rules, *block.after, *block.supp))
    return found


def analysis_words(module: AdamModule) -> list[str]:
    """The lines of an analysis dataset, with its parameters and what follows them."""
    place = f"{RULE} {module.module.target}"
    made = [f"{place}.{p.code} {p.kind.sentence()}" for p in module.parameters]
    return [*module_words(module.module), *made, *_said(f"{place}.then", module.then)]


def _said(place: str, rules: tuple[Rule, ...]) -> Iterator[str]:
    for rule in rules:
        yield f"{place} {rule.variable} {replace(rule, method='').sentence()}"
