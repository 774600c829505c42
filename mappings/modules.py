"""A mapping module compiled: blocks of rules in the order of what they read.

Compiling looks at names only (headers of raw forms, variables of modules, published
terminology), never at data, and collects every fault before it stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from mappings.conditions import Condition
from mappings.findings import Finding, SpecificationFault
from mappings.load import Document, Steps, did_you_mean, load_yaml, spec_fault
from mappings.names import Function, Names, Source, Terminologies
from mappings.rules import Rule, VerbClass, parse_rule


class Target(Protocol):
    """What the standard knows of a dataset, as handed in by the package that owns it."""

    @property
    def name(self) -> str: ...

    @property
    def required(self) -> Sequence[str]:
        """Variables that must have a rule."""
        ...

    @property
    def automatic(self) -> Sequence[str]:
        """Variables that are made by the tool and never written in a module."""
        ...

    def known(self, variable: str) -> bool:
        """Whether the standard knows the variable for this dataset."""
        ...

    def suggestions(self) -> Sequence[str]:
        """Names to choose from in a did-you-mean."""
        ...

    @property
    def extensible(self) -> bool:
        """Whether variables of the sponsor's own, with a label, are allowed (ADaM)."""
        ...


@dataclass(frozen=True)
class Workshop:
    """Everything that modules of one standard are compiled with."""

    sources: Mapping[str, Source]
    terminology: Terminologies
    functions: Mapping[str, Function]
    verbs: Mapping[str, VerbClass]
    folder: Path


@dataclass(frozen=True)
class One:
    """Keep one record per key; the others are set aside with the reason."""

    per: tuple[str, ...]
    order: str
    take: str
    reason: str


@dataclass(frozen=True)
class Block:
    """Rules over the rows of one source, in an order in which each finds what it reads."""

    source: Source
    where: Condition
    reason: str
    rules: tuple[Rule, ...]
    supp: tuple[Rule, ...]
    after: tuple[Rule, ...]
    keep: Condition | None = None
    one: One | None = None


@dataclass(frozen=True)
class Module:
    """A compiled module of one target dataset."""

    document: Document
    target: str
    keys: tuple[str, ...]
    blocks: tuple[Block, ...]
    data: Mapping[str, Any] = field(repr=False)

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables that rules make, each once, in the order of the module."""
        names = (n for b in self.blocks for r in (*b.rules, *b.after) for n in r.makes)
        return tuple(dict.fromkeys(names))

    @property
    def hidden(self) -> frozenset[str]:
        """Working variables, which the dataset does not keep."""
        return hidden_in(self.data)

    @property
    def uses(self) -> tuple[str, ...]:
        """Forms, datasets and tables that the module reads."""
        names: list[str] = []
        for block in self.blocks:
            names.append(block.source.name)
            for rule in (*block.rules, *block.supp, *block.after):
                names.extend(rule.verb.uses)
        return tuple(dict.fromkeys(names))

    def read_from(self, frame: pd.DataFrame, *variables: str) -> pd.Series[str]:
        """The raw columns behind variables, for each record (which carries ``_block``)."""
        texts = [
            ", ".join(
                dict.fromkeys(
                    name
                    for rule in (*block.rules, *block.after)
                    if rule.variable in variables and block.source.kind == "form"
                    for name in rule.verb.reads
                    if not name.startswith(f"{self.target}.")
                )
            )
            for block in self.blocks
        ]
        numbers = frame["_block"].to_numpy(dtype="float64").astype(np.intp)
        values = pd.array(texts, dtype="str").take(numbers)
        return pd.Series(values, index=frame.index, dtype="str")

    def rules_of(self, variable: str) -> list[tuple[Block, Rule]]:
        """Every rule that makes the variable, with its block."""
        return [(b, r) for b in self.blocks for r in (*b.rules, *b.after) if r.variable == variable]


def hidden_in(data: Mapping[str, Any]) -> frozenset[str]:
    """The working variables of a loaded module, which no dataset keeps."""
    return frozenset(n for part in (data, *data.get("blocks", [])) for n in part.get("work", {}))


def flags_in(part: Mapping[str, Any]) -> tuple[str, ...]:
    """The imputation flags that rules of a loaded module (or block) make beside their variable."""
    groups = (part.get(group, {}) for group in ("work", "vars", "then"))
    return tuple(str(r["flag"]) for rules in groups for r in rules.values() if "flag" in r)


def made_by(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The variables that a loaded module has rules for, without compiling it."""
    names: dict[str, None] = {}
    for part in (data, *data.get("blocks", [])):
        names.update(dict.fromkeys(part.get("work", {})))
        names.update(dict.fromkeys(part.get("vars", {})))
        names.update(dict.fromkeys(flags_in(part)))
        rows = part.get("rows") or {}
        tests = rows.get("tests")
        if isinstance(tests, list):
            names.update(dict.fromkeys(k for t in tests for k in t if k[:1].isupper()))
    return tuple(names)


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
                    *flags_in(data),
                    *flags_in(part),
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
    file, _, section = tests.partition("#")
    place = document.place((*steps, "rows", "tests"))
    try:
        catalogue = load_yaml(workshop.folder / file, file)
    except SpecificationFault as fault:
        message = f"the catalogue {file}: {fault.findings[0].message}"
        faults.append(spec_fault("rows.catalogue", message, place))
        return []
    loaded = catalogue.data
    if not isinstance(loaded, dict) or section not in loaded:
        known = list(loaded) if isinstance(loaded, dict) else []
        message = f"the catalogue {file} has no section '{section}'"
        faults.append(spec_fault("rows.catalogue", message, place, did_you_mean(section, known)))
        return []
    entries = loaded[section]
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        message = f"the section '{section}' of {file} is not a list of tests"
        faults.append(spec_fault("rows.catalogue", message, place))
        return []
    return [{k: str(v or "") for k, v in e.items()} for e in entries]


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
    late = _late(ordered, names.target)
    _check_late([r for r in ordered if r.variable in late], names)
    _check_early(names, home("where"), "where", where_condition.reads, set(names.made))
    if keep is not None:
        _check_early(names, (*home("rows"), "keep"), "keep", keep.reads, late)
    if one is not None:
        _check_early(names, home("one"), "one", (*one.per, one.order), late)
    for rule, steps_of in supp_rules:
        _check_early(names, steps_of, f"the qualifier {rule.variable}", rule.reads, late)
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


def _late(rules: Sequence[Rule], target: str) -> set[str]:
    """Variables that can only be made when reference dates are known, and what reads them."""
    prefix = f"{target}."
    late = {r.variable for r in rules if r.late}
    for rule in rules:
        if any(n.removeprefix(prefix) in late for n in rule.reads if n.startswith(prefix)):
            late.add(rule.variable)
    return late


def _check_late(rules: Sequence[Rule], names: Names) -> None:
    """Refuse a late rule that reads columns of the source, which the finished records lack."""
    for rule in rules:
        for name in rule.reads:
            if name != "USUBJID" and not name.startswith(f"{names.target}."):
                message = f"{rule.variable} reads a study day and also the column {name}"
                hint = f"Copy {name} to a variable under 'work' and read that."
                names.faults.append(spec_fault("rule.late", message, rule.place, hint))


def _check_early(
    names: Names, steps: Steps, what: str, reads: Sequence[str], late: set[str]
) -> None:
    """Refuse what would be asked before the variables that it reads are made."""
    for name in reads:
        short = name.removeprefix(f"{names.target}.")
        if name != short and short in late:
            message = f"{what} reads {short}, which is made later"
            hint = "'where' reads columns of the source only." if what == "where" else ""
            place = names.document.place(steps, key=True)
            names.faults.append(spec_fault("rule.early", message, place, hint))


def ordered_rules(rules: Sequence[Rule], names: Names) -> list[Rule]:
    """Rules so that each comes after what it reads; a cycle is a fault that names its members."""
    prefix = f"{names.target}."
    by_name = {n: r for r in rules for n in r.makes}
    state: dict[str, int] = {}
    result: list[Rule] = []

    def visit(rule: Rule, trail: tuple[str, ...]) -> None:
        if state.get(rule.variable) == 2:
            return
        if state.get(rule.variable) == 1:
            loop = " -> ".join([*trail[trail.index(rule.variable) :], rule.variable])
            message = f"the rules read each other in a cycle: {loop}"
            names.faults.append(spec_fault("rule.cycle", message, rule.place))
            return
        state[rule.variable] = 1
        reads = [n[len(prefix) :] for n in rule.reads if n.startswith(prefix)]
        if rule.late:
            reads.extend(n for n in rule.reads if n in by_name)
        for name in reads:
            if name in by_name:
                visit(by_name[name], (*trail, rule.variable))
        state[rule.variable] = 2
        result.append(rule)

    for rule in rules:
        visit(rule, ())
    return result


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
    made = {*module.variables, *target.automatic, *extra}
    place = document.place(("target",), key=True)
    for name in target.required:
        if name not in made and module.blocks:
            message = f"the Required variable {name} has no rule"
            faults.append(spec_fault("rule.required", message, place))
    for i, key in enumerate(module.keys):
        if key not in made and module.blocks:
            where = document.place(("keys", i))
            hint = did_you_mean(key, sorted(made))
            faults.append(
                spec_fault(
                    "name.key", f"the key '{key}' is no variable of this dataset", where, hint
                )
            )


def in_order(
    modules: Sequence[Module], further: Mapping[str, Sequence[str]] | None = None
) -> tuple[list[Module], list[Finding]]:
    """Modules so that each comes after those it reads; a cycle is a fault.

    `further` are datasets that a module reads beyond its rules.
    """
    by_name = {m.target: m for m in modules}
    faults: list[Finding] = []
    state: dict[str, int] = {}
    result: list[Module] = []

    def visit(module: Module, trail: tuple[str, ...]) -> None:
        if state.get(module.target) == 2:
            return
        if state.get(module.target) == 1:
            loop = " -> ".join([*trail[trail.index(module.target) :], module.target])
            message = f"the modules read each other in a cycle: {loop}"
            place = module.document.place(("target",), key=True)
            faults.append(spec_fault("module.cycle", message, place))
            return
        state[module.target] = 1
        for name in (*module.uses, *(further or {}).get(module.target, ())):
            if name in by_name and name != module.target:
                visit(by_name[name], (*trail, module.target))
        state[module.target] = 2
        result.append(module)

    for module in modules:
        visit(module, ())
    return result, faults
