"""Origin and method of a variable, told by the rules that made it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from adam.cutoff import UNCUT
from define.expressions import CONTEXT, expression
from define.model import Comment, Method, Origin
from mappings.modules import Block, Module
from mappings.raw import FormSettings
from mappings.rules import Rule
from sdtm.standard import codes, domain

PROTOCOL = Origin("Protocol", "Sponsor")
ASSIGNED = Origin("Assigned", "Sponsor")
DERIVED = Origin("Derived", "Sponsor")


@dataclass(frozen=True, slots=True)
class Told:
    """Origins (the first is the variable's, the others differ by record), method and comment."""

    origins: tuple[Origin, ...]
    method: Method | None = None
    comment: Comment | None = None


def method(dataset: str, variable: str, text: str, code: str = "") -> Method:
    """The method of one derived variable; `code` are the rules that make it."""
    key = f"{dataset}.{variable}"
    context = CONTEXT if code else ""
    return Method(key, f"Derivation of {key}", text, context=context, code=code)


def derived(dataset: str, variable: str, text: str) -> Told:
    """A variable that the tool derives."""
    return Told((DERIVED,), method(dataset, variable, text))


def told_by_rules(
    module: Module,
    variable: str,
    forms: Mapping[str, FormSettings],
    *,
    adam: bool,
    homes: Mapping[str, str] | None = None,
    sources: Set[str] | None = None,
) -> Told | None:
    """What the rules of a variable tell; None when no rule makes it.

    `sources` are the sources whose rules are asked, all of them when it is None. `homes` names
    the dataset that a column was taken from (ADSL), where it is not the source.
    """
    pairs = [
        (block, rule)
        for block in module.blocks
        for rule in (*block.rules, *block.after)
        if variable in rule.makes and (sources is None or block.source.name in sources)
    ]
    if not pairs:
        return None
    return tell(module.target, variable, pairs, forms, adam=adam, homes=homes)


def tell(
    dataset: str,
    variable: str,
    pairs: Sequence[tuple[Block | None, Rule]],
    forms: Mapping[str, FormSettings],
    *,
    adam: bool,
    homes: Mapping[str, str] | None = None,
) -> Told:
    """Origin, method and comment from the rules of a variable, with the block of each."""
    each = [origin_of(dataset, variable, b, r, forms, homes or {}, adam=adam) for b, r in pairs]
    origins = list(dict.fromkeys(each))
    parts = [pair for pair, o in zip(pairs, each, strict=True) if o.type == "Derived"]
    # A variable of the dataset itself is told by its name alone.
    text = re.sub(rf"\b{dataset}\.(?=[A-Z])", "", _sentences(variable, parts)) if parts else ""
    comments = list(dict.fromkeys(r.comment for _, r in pairs if r.comment))
    comment = Comment(f"{dataset}.{variable}", " ".join(comments)) if comments else None
    made = method(dataset, variable, text, expression(parts)) if text else None
    return Told(tuple(origins), made, comment)


def _sentences(variable: str, pairs: Sequence[tuple[Block | None, Rule]]) -> str:
    texts: dict[str, list[str]] = {}
    for block, rule in pairs:
        said = rule.sentence()
        if variable in rule.also:
            beside: Mapping[str, str] = getattr(rule.verb, "beside", {})
            said = f"{beside[variable]}."
        name = block.source.name if block is not None else ""
        texts.setdefault(said, [])
        if name and name not in texts[said]:
            texts[said].append(name)
    if len(texts) == 1:
        return next(iter(texts))
    return " ".join(f"Records from {', '.join(names)}: {said}" for said, names in texts.items())


def origin_of(
    dataset: str,
    variable: str,
    block: Block | None,
    rule: Rule,
    forms: Mapping[str, FormSettings],
    homes: Mapping[str, str],
    *,
    adam: bool,
) -> Origin:
    """The origin of what one rule gives a variable; `homes` as in `told_by_rules`."""
    source = block.source if block is not None else None
    raw = source is not None and source.kind == "form"
    column = rule.verb.reads[0] if rule.verb.reads else variable
    home = source.name if source is not None else dataset
    home = homes.get(column, home).removeprefix(UNCUT)
    kind = rule.origin or _default(rule, raw=raw, adam=adam)
    own = "." in column or home == dataset
    if variable in rule.also or (kind == "Predecessor" and own and not rule.origin):
        # What the same dataset holds under another name is no predecessor.
        kind = "Derived"
    if kind == "Predecessor":
        return Origin("Predecessor", "", _place(home, column))
    if kind == "Collected" and not rule.origin and not rule.source:
        # A copy of what was not collected is not collected either.
        behind = [
            origin_of(dataset, r.variable, block, r, forms, homes, adam=adam)
            for r in _behind(dataset, block, rule)
        ]
        if behind and not any(o.type == "Collected" for o in behind):
            return behind[0]
    if kind == "Collected":
        return Origin("Collected", rule.source or _collector(source, rule, forms))
    return Origin(kind, rule.source or "Sponsor")


def _behind(dataset: str, block: Block | None, rule: Rule) -> list[Rule]:
    """The rules of the variables that a rule reads, where it reads nothing else."""
    prefix = f"{dataset.partition('.')[0].removeprefix('SUPP')}."
    names = [n.removeprefix(prefix) for n in rule.verb.reads if n.startswith(prefix)]
    if block is None or len(names) < len(rule.verb.reads):
        return []
    return [r for r in (*block.rules, *block.after) if set(names) & set(r.makes)]


def _place(home: str, column: str) -> str:
    """Where a variable comes from; a supplemental qualifier stands in SUPP-- of its parent."""
    if home in codes() and column not in domain(home):
        return f"SUPP{home}.QVAL where QNAM is {column}"
    return f"{home}.{column}"


def _default(rule: Rule, *, raw: bool, adam: bool) -> str:
    kind = rule.verb.origin
    if adam:
        if rule.kind == "copy" and not rule.when.clauses:
            return "Predecessor"
        return "Assigned" if kind == "Assigned" and not _decided(rule) else "Derived"
    if kind == "Collected" and not raw and rule.kind != "lookup":
        return "Derived"
    return kind


def _decided(rule: Rule) -> bool:
    """Whether a condition decides the value, in the rule or in one of those that it tries."""
    tried: Sequence[Rule] = getattr(rule.verb, "rules", ())
    return bool(rule.when.clauses) or any(_decided(r) for r in tried)


def _collector(source: object, rule: Rule, forms: Mapping[str, FormSettings]) -> str:
    names: Iterable[str] = (*rule.verb.uses, getattr(source, "name", ""))
    return next((forms[n].source for n in names if n in forms), "Investigator")
