"""A matched form as blocks of a mapping module: its rules, and of wide forms its tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from crosswalk.init.export import Form
from crosswalk.init.fields import Field, codes_of
from crosswalk.init.match import Matched
from crosswalk.init.rules import Rule, rule_for
from crosswalk.init.text import Value
from sdtm.terminology import sdtm_terminology

UNITS = {"VS": "C66770", "LB": "C71620"}


@dataclass
class Block:
    """Rules of one source; `units` is the unit most often collected, by test, None without."""

    form: Form
    rules: list[Rule] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tests: list[dict[str, Value]] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    units: dict[str, str | None] = field(default_factory=dict)

    @property
    def made(self) -> list[str]:
        constants = [k for t in self.tests[:1] for k in t if k.isupper()]
        return [*constants, *(r.variable for r in self.rules)]


def blocks_of(found: Matched) -> list[Block]:
    """The blocks of a form: one, or for tests one for each way in which units are told."""
    rules, notes = _rules(found)
    rest = ", ".join(f.name + (f" ({f.label})" if f.label else "") for f in found.rest)
    notes += [f"to decide: {h}" for h in found.hints]
    if rest:
        notes.append(f"not recognised: {rest}")
    code = found.domain
    if not found.tests:
        return [Block(found.form, rules, notes)]
    kinds: dict[tuple[bool, bool, bool], list[str]] = {}
    for test, each in found.tests.items():
        kind = (bool(each.unit), not each.unit and bool(_told(code, each)), bool(each.low))
        kinds.setdefault(kind, []).append(test)
    tall = {f"{code}{n}" for n in ("TESTCD", "ORRES", "ORRESU", "ORNRLO", "ORNRHI")}
    common = [r for r in rules if r.variable not in tall]
    blocks: list[Block] = []
    for (column, told, limits), tests in kinds.items():
        block = Block(found.form, notes=notes if not blocks else [])
        for test in tests:
            each = found.tests[test]
            entry: dict[str, Value] = {f"{code}TESTCD": test, "result": each.value}
            entry |= {"unit": each.unit} if column else {}
            entry |= {f"{code}ORRESU": _told(code, each)} if told else {}
            entry |= {"low": each.low, "high": each.high} if limits else {}
            block.tests.append(entry)
            block.why.append(found.why[test] + ("; unit from its label" if told else ""))
            block.units[test] = _most(found.form, each, code) if column else _told(code, each)
        block.rules.append(Rule(f"{code}ORRES", {"copy": "{result}"}, "the column of each test"))
        if column:
            unit: dict[str, Value] = {"map": "{unit}", "ct": UNITS[code]}
            to = _published(found.form, [found.tests[t] for t in tests], code)
            if to:
                unit["to"] = to
            block.rules.append(Rule(f"{code}ORRESU", unit, "the unit's column of each test"))
        if limits:
            for end, word in (("LO", "low"), ("HI", "high")):
                rule: dict[str, Value] = {"copy": "{" + word + "}"}
                block.rules.append(Rule(f"{code}ORNR{end}", rule, "the limit's column"))
        block.rules += common
        blocks.append(block)
    return blocks


def _rules(found: Matched) -> tuple[list[Rule], list[str]]:
    rules, notes = [], []
    for variable, each in found.variables.items():
        if "@" in variable:
            continue
        clock = found.variables.get(f"{variable}@time")
        made = rule_for(found.domain, variable, each, found.form, found.why[variable], clock)
        if isinstance(made, Rule):
            rules.append(made)
            if clock and "time" not in made.rule:
                notes.append(f"not proposed: the time {clock.value}: its values are no times")
        else:
            notes.append(f"not proposed: {variable} from {each.value}: {made}")
    for made in _units(found):
        if isinstance(made, Rule):
            rules.append(made)
        else:
            notes.append(made)
    if found.domain == "DS" and "DSTERM" not in found.variables and "DSDECOD" in found.variables:
        reason = found.variables["DSDECOD"]
        rules.append(Rule("DSTERM", {"copy": reason.decode or reason.value}, "as DSDECOD"))
    if found.domain == "AE" and "AEBODSYS" in found.variables:
        rules.append(Rule("AESOC", {"copy": found.variables["AEBODSYS"].value}, "as AEBODSYS"))
    return rules, notes


def _units(found: Matched) -> list[Rule | str]:
    """The unit beside a dose or an age, where no field of its own has it; or why not."""
    rules: list[Rule | str] = []
    for variable, unit in (("AGE", "AGEU"), ("EXDOSE", "EXDOSU"), ("CMDOSE", "CMDOSU")):
        each = found.variables.get(variable)
        if each is None or not each.unit or unit in found.variables:
            continue
        beside = Field(each.unit, "", each.unit, codes=codes_of(found.form, each.unit))
        made = rule_for(found.domain, unit, beside, found.form, f"the unit beside {each.name}")
        told = f"not proposed: {unit} from {each.unit}: {made}"
        rules.append(made if isinstance(made, Rule) else told)
    return rules


def _told(code: str, each: Field) -> str | None:
    """The unit that the label says in brackets, where it is a published one."""
    said = re.search(r"[(\[]([^)\]]+)[)\]]\s*$", each.label)
    found = sdtm_terminology().codelist(UNITS[code]).find(said[1]) if said else None
    return found.value if found else None


def _most(form: Form, each: Field, code: str) -> str | None:
    """The published unit that was collected most often."""
    counts = form.table.cells[each.unit].str.strip().value_counts()
    symbols = codes_of(form, each.unit) or {}
    texts = sorted((-int(n), symbols.get(str(t), str(t))) for t, n in counts.items() if t)
    found = [sdtm_terminology().codelist(UNITS[code]).find(t) for _, t in texts]
    return next((f.value for f in found if f), None)


def _published(form: Form, fields: Sequence[Field], code: str) -> dict[str, Value]:
    """The published units of the identifiers that the export has in the place of units."""
    units = sdtm_terminology().codelist(UNITS[code])
    to: dict[str, Value] = {}
    for each in fields:
        symbols = codes_of(form, each.unit) or {}
        for identifier in form.values(each.unit):
            found = units.find(symbols.get(identifier, ""))
            if found is not None and identifier not in units:
                to[identifier] = found.value
    return to
