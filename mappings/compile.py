"""A mapping module compiled: names resolved, rules put in order, every fault collected.

Compiling looks at names only (headers of raw forms, variables of modules, published
terminology), never at data, and collects every fault before it stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mappings.catalogue import read_catalogue
from mappings.findings import Finding, SpecificationFault
from mappings.load import Document, Steps, did_you_mean, spec_fault
from mappings.modules import Block, Module, One, Target, Workshop, beside_in
from mappings.names import Names, Source
from mappings.order import check_early, check_late, made_late, ordered_rules
from mappings.rules import Rule, parse_rule
from mappings.text import number
from mappings.verbs.const import Const
from mappings.verbs.first import First
from mappings.verbs.map import Map


def compile_module(
    document: Document, target: Target, workshop: Workshop, extra: Sequence[str] = ()
) -> tuple[Module, list[Finding]]:
    """Compile one module; the faults are given back so that all modules' can be said at once.

    `extra` are variables that the standard's package makes before the rules run.
    """
    data = document.data
    faults: list[Finding] = []
    blocks: list[Block] = []
    parts: list[tuple[Mapping[str, Any], Steps]] = [
        (part, ("blocks", i)) for i, part in enumerate(data.get("blocks", []))
    ]
    if not parts:
        parts = [({}, ())]
    elif "from" in data:
        place = document.place(("from",), key=True)
        faults.append(spec_fault("module.from", "'from' stands in each of the blocks", place))
    for part, steps in parts:
        blocks.extend(_blocks(document, part, steps, target, workshop, extra, faults))
    module = Module(document, target.name, tuple(data["keys"]), tuple(blocks), data)
    _check_variables(module, target, document, faults, extra)
    return module, _unique(faults)


def _unique(faults: Iterable[Finding]) -> list[Finding]:
    return list(dict.fromkeys(faults))


def _blocks(
    document: Document,
    part: Mapping[str, Any],
    steps: Steps,
    target: Target,
    workshop: Workshop,
    extra: Sequence[str],
    faults: list[Finding],
) -> list[Block]:
    data = document.data
    whole = {**data, **part}
    if "from" not in whole:
        place = document.place(steps, key=True)
        faults.append(spec_fault("module.from", "'from' is missing", place))
        return []
    tests = _tests(document, whole, steps if "rows" in part else (), workshop, faults)
    result = []
    for test in tests:
        constants = {k: v for k, v in test.items() if k[:1].isupper()}
        fill = {k: v for k, v in test.items() if not k[:1].isupper()}
        made = tuple(
            dict.fromkeys(
                (
                    *extra,
                    *constants,
                    *data.get("work", {}),
                    *data.get("vars", {}),
                    *part.get("work", {}),
                    *part.get("vars", {}),
                    *beside_in(data, ("work", "vars")),
                    *beside_in(part, ("work", "vars")),
                )
            )
        )
        names = Names(
            document,
            target.name,
            Source("", ()),
            made,
            workshop.sources,
            workshop.terminology,
            workshop.functions,
            faults,
            (),
            fill,
            bool(whole.get("rows")),
        )
        source = names.other(whole["from"], *(steps if "from" in part else ()), "from")
        if not source.columns:
            return []
        names = replace(names, source=source)
        result.append(_block(data, part, steps, names, constants, workshop))
    return result


def _tests(
    document: Document,
    whole: Mapping[str, Any],
    steps: Steps,
    workshop: Workshop,
    faults: list[Finding],
) -> list[Mapping[str, str]]:
    rows = whole.get("rows")
    if not rows:
        return [{}]
    tests = rows["tests"]
    if isinstance(tests, list):
        return [{k: str(v) for k, v in test.items()} for test in tests]
    place = document.place((*steps, "rows", "tests"))
    try:
        catalogue = read_catalogue(workshop.folder, str(tests), place, "rows.catalogue")
    except SpecificationFault as fault:
        faults.extend(fault.findings)
        return []
    return list(catalogue.entries)


def _block(
    data: Mapping[str, Any],
    part: Mapping[str, Any],
    steps: Steps,
    names: Names,
    constants: Mapping[str, str],
    workshop: Workshop,
) -> Block:
    def home(key: str) -> Steps:
        return (*steps, key) if key in part else (key,)

    whole = {**data, **part}
    rules: list[Rule] = []
    for variable, value in constants.items():
        at = names.at(*home("rows"), "tests")
        rules.append(parse_rule(variable, {"const": value}, at, workshop.verbs))
    seen: set[str] = set(constants)
    for group in ("work", "vars"):
        for source, where in ((data, ()), (part, steps)) if part else ((data, ()),):
            for variable, rule in source.get(group, {}).items():
                at = names.at(*where, group, variable)
                if variable in seen:
                    at.fault("module.twice", f"{variable} has two rules for these records")
                    continue
                seen.add(variable)
                rules.append(parse_rule(variable, rule, at, workshop.verbs))
    supp_rules = [
        (
            parse_rule(qnam, rule, names.at(*where, "supp", qnam), workshop.verbs),
            (*where, "supp", qnam),
        )
        for source, where in (((data, ()), (part, steps)) if part else ((data, ()),))
        for qnam, rule in source.get("supp", {}).items()
    ]
    supp = [rule for rule, _ in supp_rules]
    for rule in supp:
        if not rule.label:
            message = f"the supplemental qualifier {rule.variable} needs a 'label'"
            names.faults.append(spec_fault("supp.label", message, rule.place))
    _check_labels([*rules, *supp], names.faults)
    where_condition = names.condition(whole.get("where"), *home("where"))
    if where_condition.clauses and not whole.get("reason"):
        names.fault(
            "where.reason",
            "a 'where' that sets rows aside needs a 'reason'",
            "Say why these rows are not submitted.",
            *home("where"),
        )
    rows = whole.get("rows")
    keep = names.condition(rows["keep"], *home("rows"), "keep") if rows else None
    one = None
    if whole.get("one"):
        given = whole["one"]
        at = names.at(*home("one"))
        per = tuple(at.column(p, "per", i) for i, p in enumerate(given["per"]))
        one = One(per, at.column(given["order"], "order"), str(given["take"]), str(given["reason"]))
    ordered = ordered_rules(rules, names)
    late = made_late(ordered, names.target)
    check_late([r for r in ordered if r.variable in late], names)
    check_early(names, home("where"), "where", where_condition.reads, set(names.made))
    if keep is not None:
        check_early(names, (*home("rows"), "keep"), "keep", keep.reads, late)
    if one is not None:
        check_early(names, home("one"), "one", (*one.per, one.order), late)
    for rule, steps_of in supp_rules:
        check_early(names, steps_of, f"the qualifier {rule.variable}", rule.reads, late)
    return Block(
        names.source,
        where_condition,
        str(whole.get("reason", "")),
        tuple(r for r in ordered if r.variable not in late),
        tuple(supp),
        tuple(r for r in ordered if r.variable in late),
        keep,
        one,
    )


def _check_labels(rules: list[Rule], faults: list[Finding]) -> None:
    for rule in rules:
        size = len(rule.label.encode("utf-8"))
        if size > 40:
            message = f"the label '{rule.label}' has {size} bytes; at most 40 fit"
            faults.append(spec_fault("label.long", message, rule.place))


def _check_numbers(rule: Rule, faults: list[Finding]) -> None:
    """Refuse texts that a rule gives to a numeric variable as they stand in the specification."""
    verb = rule.verb
    given = [verb.value] if isinstance(verb, Const) else []
    given += list(verb.table.values()) if isinstance(verb, Map) else []
    given += [rule.otherwise] if rule.otherwise is not None else []
    for text in dict.fromkeys(given):
        if text and np.isnan(number(text)):
            message = f"'{text}' is no number, and {rule.variable} is numeric"
            faults.append(spec_fault("rule.number", message, rule.place))
    if isinstance(verb, First):
        for part in verb.rules:
            _check_numbers(replace(part, variable=rule.variable), faults)


def _check_variables(
    module: Module,
    target: Target,
    document: Document,
    faults: list[Finding],
    extra: Sequence[str],
) -> None:
    for block in module.blocks:
        for rule in (*block.rules, *block.after):
            name = rule.variable
            if name in target.automatic:
                message = f"{name} is made by the tool; take the rule out"
                faults.append(spec_fault("name.automatic", message, rule.place))
            elif name in module.hidden:
                continue
            elif not target.known(name) and not (target.extensible and rule.label):
                message = f"there is no variable '{name}' in {target.name}"
                hint = did_you_mean(name, list(target.suggestions()))
                if target.extensible:
                    hint += " A variable of your own needs a 'label'."
                faults.append(spec_fault("name.variable", message, rule.place, hint))
            elif target.numeric(name):
                _check_numbers(rule, faults)
    made = {*module.variables, *target.automatic, *extra}
    place = document.place(("target",), key=True)
    for name in target.required:
        if name not in made and module.blocks:
            message = f"the Required variable {name} has no rule"
            advice = "Give it one; {const: \"\"} with a 'comment' when it was not collected."
            faults.append(spec_fault("rule.required", message, place, advice))
    for i, key in enumerate(module.keys):
        if key not in made and module.blocks:
            where = document.place(("keys", i))
            hint = did_you_mean(key, sorted(made))
            faults.append(
                spec_fault(
                    "name.key", f"the key '{key}' is no variable of this dataset", where, hint
                )
            )
