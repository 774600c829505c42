"""Annotations read off the compiled modules: which column of which form gives which variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from define.acrf.model import ON_CRF, Annotation
from define.origins import origin_of
from mappings.modules import Block, Module
from mappings.raw import FormSettings
from mappings.reads import How, Use, rule_uses
from mappings.rules import Rule
from mappings.verbs.const import Const
from mappings.verbs.first import First
from mappings.verbs.map import Map

_RESULTS = ("ORRES", "ORRESU", "STRESC", "STRESN", "STRESU", "ORNRLO", "ORNRHI")
"""Variables of a findings domain that mean nothing without their test."""


def annotate(
    modules: Iterable[Module], forms: Mapping[str, FormSettings]
) -> tuple[Annotation, ...]:
    """Every column of a CRF that gives a value to a variable, once for each variable.

    Forms of a vendor are left out.
    """
    found: dict[Annotation, tuple[str, ...]] = {}
    every: dict[tuple[str, str], tuple[str, ...]] = {}
    for module in modules:
        for block in module.blocks:
            tests = block_tests(module, block)
            for made in _block(module, block, forms):
                found[made] = _joined(found.get(made, ()), tests)
                home = (made.form, made.dataset)
                every[home] = _joined(every.get(home, ()), tests)
    return tuple(_with_tests(a, t, every[a.form, a.dataset]) for a, t in found.items())


def fixed(
    modules: Iterable[Module], forms: Mapping[str, FormSettings]
) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Form -> (dataset, variable, value): constants that all records of a form get."""
    blocks: dict[tuple[str, str], list[set[tuple[str, str]]]] = {}
    for module in modules:
        for block in module.blocks:
            form = forms.get(block.source.name) if block.source.kind == "form" else None
            if form is not None and form.source in ON_CRF:
                key = (form.name, module.target)
                blocks.setdefault(key, []).append(_constants(module, block))
    result: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for (name, dataset), each in blocks.items():
        common = sorted(set.intersection(*each))
        result[name] = (*result.get(name, ()), *((dataset, v, value) for v, value in common))
    return result


def block_tests(module: Module, block: Block) -> tuple[str, ...]:
    """The values of --TESTCD that records of a block can have; empty where any, or none."""
    name = f"{module.target}TESTCD"
    rule = next((r for r in block.rules if name in r.makes), None)
    return tuple(sorted(_values(rule) or ())) if rule is not None else ()


def _values(rule: Rule) -> set[str] | None:
    """The values that a rule can give, None when they are not known beforehand."""
    verb = rule.verb
    if isinstance(verb, Const):
        return {verb.value} - {""}
    if isinstance(verb, Map) and verb.codelist is None:
        return set(verb.table.values()) - {""}
    if isinstance(verb, First):
        parts = [_values(part) for part in verb.rules]
        known = [p for p in parts if p is not None]
        return set().union(*known) if len(known) == len(parts) else None
    return None


def _constants(module: Module, block: Block) -> set[tuple[str, str]]:
    return {
        (rule.variable, rule.verb.value)
        for rule in (*block.rules, *block.after)
        if isinstance(rule.verb, Const)
        and rule.verb.value
        and not rule.when.clauses
        and rule.variable not in module.hidden
    }


def _block(module: Module, block: Block, forms: Mapping[str, FormSettings]) -> Iterator[Annotation]:
    for rule in (*block.rules, *block.after):
        for name in rule.makes:
            if name not in module.hidden:
                yield from _rule(module, block, rule, module.target, name, forms)
    for rule in block.supp:
        yield from _rule(module, block, rule, f"SUPP{module.target}", rule.variable, forms)


def _rule(
    module: Module,
    block: Block,
    rule: Rule,
    dataset: str,
    variable: str,
    forms: Mapping[str, FormSettings],
) -> Iterator[Annotation]:
    origin = origin_of(dataset, variable, block, rule, forms, {}, adam=False)
    constant = rule.verb.value if isinstance(rule.verb, Const) else ""
    # What the subject or the investigator told is followed to where they told it; what is made
    # of another variable is not, because that variable has its own annotation.
    for use in rule_uses(module, block, rule, through=origin.type == "Collected"):
        form = forms.get(use.form)
        if form is None or form.source not in ON_CRF or not _gives(use, constant):
            continue
        for column in form.collected([use.column]):
            yield Annotation(
                form=form.name,
                column=column,
                dataset=dataset,
                variable=variable,
                type=origin.type,
                source=origin.source if origin.type == "Collected" else "",
                value=constant,
                when=rule.when.sentence() if constant else "",
            )


def _gives(use: Use, constant: str) -> bool:
    """Whether the value comes from the column; a constant comes from its condition."""
    return use.how is How.VALUE or bool(constant)


def _joined(first: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *more)))


def _with_tests(made: Annotation, tests: Sequence[str], whole: Sequence[str]) -> Annotation:
    some = 0 < len(tests) < len(whole)
    only = len(tests) == 1 and made.variable.removeprefix(made.domain) in _RESULTS
    return replace(made, tests=tuple(tests), shown=some or only)
