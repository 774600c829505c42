"""Which raw columns stand behind which variable, read off the compiled rules.

A column gives its value to a variable, or only decides something (which records are taken,
which of two rules applies), or only its being there does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from mappings.conditions import Condition
from mappings.modules import Block, Module
from mappings.names import Source
from mappings.rules import Rule
from mappings.verbs.const import Const
from mappings.verbs.first import First
from mappings.verbs.lookup import Lookup, Place


class How(IntEnum):
    """How much of a column goes into what it is used for."""

    PRESENCE = 1
    DECIDES = 2
    VALUE = 3


@dataclass(frozen=True, slots=True)
class Use:
    """A raw column and what it is used for; `target` is DATASET.VARIABLE, or DATASET alone.

    `direct` means that the column stands in the row that the record comes from.
    """

    form: str
    column: str
    target: str
    how: How
    direct: bool = True


def module_uses(module: Module) -> Iterator[Use]:
    """Every use of a raw column by a module."""
    for block in module.blocks:
        rules = {n: r for r in (*block.rules, *block.after) for n in r.makes}
        for name, rule in rules.items():
            if name not in module.hidden:
                target = f"{module.target}.{name}"
                yield from (replace(u, target=target) for u in _rule(rule, module, block, rules))
        for rule in block.supp:
            target = f"SUPP{module.target}.{rule.variable}"
            yield from (replace(u, target=target) for u in _rule(rule, module, block, rules))
        yield from _choices(module, block, rules)


def _choices(module: Module, block: Block, rules: Mapping[str, Rule]) -> Iterator[Use]:
    """What decides which rows of the source become records."""
    found = list(_condition(block.where))
    if block.keep is not None:
        found.extend(_condition(block.keep))
    if block.one is not None:
        names = (*block.one.per, block.one.order)
        found.extend(Use("", n, "", How.DECIDES) for n in names)
    for use in _resolved(found, module, block, rules, frozenset()):
        yield replace(use, target=module.target, how=min(use.how, How.DECIDES))


def rule_uses(module: Module, block: Block, rule: Rule, *, through: bool) -> tuple[Use, ...]:
    """The raw columns that one rule reads, without a target.

    Another variable of the module stands for the columns that it was made of with `through`.
    """
    rules = {n: r for r in (*block.rules, *block.after) for n in r.makes}
    return tuple(_rule(rule, module, block, rules, through=through))


def direct_columns(module: Module, block: Block, rule: Rule) -> tuple[str, ...]:
    """The columns of the record's own raw row that give the rule its value."""
    uses = rule_uses(module, block, rule, through=True)
    return tuple(dict.fromkeys(u.column for u in uses if u.direct and u.how is How.VALUE))


def _rule(
    rule: Rule,
    module: Module,
    block: Block,
    rules: Mapping[str, Rule],
    seen: frozenset[str] = frozenset(),
    *,
    through: bool = False,
) -> Iterator[Use]:
    yield from _resolved(_own(rule, block.source), module, block, rules, seen, through=through)


def _resolved(
    found: Iterable[Use],
    module: Module,
    block: Block,
    rules: Mapping[str, Rule],
    seen: frozenset[str],
    *,
    through: bool = False,
) -> Iterator[Use]:
    """Uses of raw columns; a working variable stands for what it was made of.

    With `through`, so does every other variable of the module.
    """
    prefix = f"{module.target}."
    for use in found:
        if use.form:
            yield use
        elif use.column.startswith(prefix):
            name = use.column[len(prefix) :]
            if name in rules and name not in seen and (through or name in module.hidden):
                inner = _rule(rules[name], module, block, rules, seen | {name}, through=through)
                yield from (replace(u, how=min(u.how, use.how)) for u in inner)
        elif block.source.kind == "form":
            yield replace(use, form=block.source.name)


def _own(rule: Rule, source: Source) -> Iterator[Use]:
    """What a rule reads; columns of its own source have no form yet."""
    verb = rule.verb
    if isinstance(verb, First):
        for part in verb.rules:
            yield from _own(part, source)
    elif isinstance(verb, Lookup):
        # A table of the study says in its own words what the key says.
        table = all(p.source.kind == "table" for p in verb.places)
        yield from (Use("", n, "", How.VALUE if table else How.DECIDES) for n in verb.ours)
        for place in verb.places:
            if place.source.kind == "form":
                form = place.source.name
                yield from (replace(u, form=form, direct=False) for u in _looked_up(place))
    else:
        yield from (Use("", n, "", How.VALUE) for n in verb.reads)
    # A constant where a column has a certain value is that value in other words.
    yield from _condition(rule.when, says=isinstance(verb, Const))


def _looked_up(place: Place) -> Iterator[Use]:
    if place.get is not None:
        yield from _own(place.get, place.source)
    else:
        yield Use("", place.column, "", How.VALUE)
    names = (*place.theirs, *([place.order] if place.order else []))
    yield from (Use("", n, "", How.DECIDES) for n in names)
    yield from _condition(place.where)


def _condition(condition: Condition, *, says: bool = False) -> Iterator[Use]:
    for clause in condition.clauses:
        for test in clause:
            how = How.DECIDES
            if test.comparator in ("present", "missing"):
                how = How.PRESENCE
            elif says and test.comparator in ("eq", "in"):
                how = How.VALUE
            yield from (Use("", n, "", how) for n in test.reads)
