"""Order: rules after what they read, modules after what they look up; a cycle is a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mappings.findings import Finding
from mappings.load import Steps, did_you_mean, spec_fault
from mappings.modules import Module
from mappings.names import Names
from mappings.rules import Rule


def made_late(rules: Sequence[Rule], target: str) -> set[str]:
    """Variables that can only be made when reference dates are known, and what reads them."""
    prefix = f"{target}."
    late = {r.variable for r in rules if r.late}
    for rule in rules:
        if any(n.removeprefix(prefix) in late for n in rule.reads if n.startswith(prefix)):
            late.add(rule.variable)
    return late


def check_late(rules: Sequence[Rule], names: Names) -> None:
    """Refuse a late rule that reads columns of the source, which the finished records lack."""
    for rule in rules:
        for name in rule.reads:
            if name != "USUBJID" and not name.startswith(f"{names.target}."):
                message = f"{rule.variable} reads a study day and also the column {name}"
                hint = f"Copy {name} to a variable under 'work' and read that."
                names.faults.append(spec_fault("rule.late", message, rule.place, hint))


def check_early(
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
            members = trail[trail.index(rule.variable) :]
            loop = " -> ".join([*members, rule.variable])
            message, hint = f"the rules read each other in a cycle: {loop}", ""
            if len(members) == 1:
                message = f"{rule.variable} reads itself: {names.source.name} has no such column"
                known = [c for c in names.source.columns if not c.startswith("_")]
                hint = did_you_mean(rule.variable, known)
            names.faults.append(spec_fault("rule.cycle", message, rule.place, hint))
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
