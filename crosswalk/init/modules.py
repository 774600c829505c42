"""The modules of the recognised domains, as text with a remark on every proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crosswalk.init.blocks import Block, blocks_of
from crosswalk.init.export import Form
from crosswalk.init.match import Matched, find
from crosswalk.init.names import DOMAINS
from crosswalk.init.rules import Rule, date_rule
from crosswalk.init.text import Value, flow, remark
from sdtm.standard import domain

KEYS = {
    "DM": ("USUBJID",),
    "AE": ("USUBJID", "AESTDTC", "AETERM", "AESPID"),
    "CM": ("USUBJID", "CMSTDTC", "CMTRT", "CMSPID"),
    "MH": ("USUBJID", "MHTERM", "MHSTDTC", "MHSPID"),
    "EX": ("USUBJID", "EXSTDTC", "EXTRT", "EXSPID"),
    "DS": ("USUBJID", "DSSTDTC", "DSDECOD"),
    "VS": ("USUBJID", "VSTESTCD", "VISITNUM", "VSDTC"),
    "LB": ("USUBJID", "LBTESTCD", "VISITNUM", "LBDTC", "LBREFID"),
}
_VISITS = ("EX", "VS", "LB")
_FIRST = "# First proposal of 'crosswalk init': check every line that says 'proposed' or 'missing'."


@dataclass
class Module:
    """A domain: its blocks, and the rules and notes that hold for all of them."""

    code: str
    blocks: list[Block]
    rules: list[Rule]
    notes: list[str]

    @property
    def made(self) -> list[str]:
        names = [n for b in self.blocks for n in b.made]
        return list(dict.fromkeys([*names, *(r.variable for r in self.rules)]))


def propose(matched: Sequence[Matched], forms: Sequence[Form], *, sites: bool) -> list[Module]:
    """A module for each domain that has a form, in the order of `DOMAINS`.

    `sites` says whether the export tells the site of a subject.
    """
    modules: dict[str, Module] = {}
    for code in DOMAINS:
        own = [m for m in matched if m.domain == code]
        notes = []
        if code == "DM" and len(own) > 1:
            own.sort(key=lambda m: -len(m.variables))
            notes = [f"not used: the form {m.form.name} looks like DM as well" for m in own[1:]]
            own = own[:1]
        if own:
            blocks = [b for m in own for b in blocks_of(m)]
            modules[code] = Module(code, blocks, [], notes)
    if "DM" in modules:
        _complete_dm(modules["DM"], modules.get("EX"), forms, sites=sites)
    dated = "DM" in modules and "RFSTDTC" in modules["DM"].made
    for module in modules.values():
        if dated and module.code != "DM":
            module.rules += _days(module)
        module.rules += _missing(module)
    return list(modules.values())


def _complete_dm(dm: Module, ex: Module | None, forms: Sequence[Form], *, sites: bool) -> None:
    rules = [Rule("SUBJID", {"copy": "SUBJID"}, "from the subject number")]
    if sites:
        rules.append(Rule("SITEID", {"copy": "SITEID"}, "from the export's site"))
    if ex is not None and "EXSTDTC" in ex.made:
        ended = "EXENDTC" if "EXENDTC" in ex.made else "EXSTDTC"
        for name, column, pick in (
            ("RFSTDTC", "EXSTDTC", "first"),
            ("RFXSTDTC", "EXSTDTC", "first"),
            ("RFXENDTC", ended, "last"),
        ):
            rule: dict[str, Value] = {"lookup": "EX", "get": column, "pick": pick}
            rules.append(Rule(name, rule, f"the {pick} {column}; the protocol decides"))
    own = dm.blocks[0].form
    for variable in ("RFICDTC", "DTHDTC"):
        if variable not in dm.made:
            rules += _elsewhere(variable, [f for f in forms if f is not own])
    if "DTHDTC" in {*dm.made, *(r.variable for r in rules)}:
        flag: dict[str, Value] = {"const": "Y", "when": {"DM.DTHDTC": {"is": "present"}}}
        rules.append(Rule("DTHFL", flag, "there is a date of death"))
    told = any(n.startswith("not proposed: AGEU") for b in dm.blocks for n in b.notes)
    if "AGE" in dm.made and "AGEU" not in dm.made and not told:
        unit: dict[str, Value] = {"const": "YEARS", "when": {"DM.AGE": {"is": "present"}}}
        rules.append(Rule("AGEU", unit, "no unit is collected; check that it is years"))
    dm.rules = rules


def _elsewhere(variable: str, forms: Sequence[Form]) -> list[Rule]:
    """A date of DM that another form collects."""
    for form in forms:
        hit = find(form, "DM", variable)
        made = date_rule(variable, hit[0], form, hit[1]) if hit else ""
        if isinstance(made, Rule):
            rule: dict[str, Value] = {"lookup": form.name, "get": made.rule, "pick": "first"}
            return [Rule(variable, rule, f"{made.why} of the form {form.name}")]
    return []


def _days(module: Module) -> list[Rule]:
    rules = []
    for part in ("", "ST", "EN"):
        date, day = f"{module.code}{part}DTC", f"{module.code}{part}DY"
        if date in module.made and day in domain(module.code):
            rules.append(Rule(day, {"day": date}, "the study day of the date"))
    return rules


def _missing(module: Module) -> list[Rule]:
    given = {*module.made, "STUDYID", "DOMAIN", "USUBJID"}
    given |= {f"{module.code}SEQ", f"{module.code}TEST"}
    why = "required, and nothing in the export was recognised"
    return [
        Rule(name, {"const": ""}, why, missing=True)
        for name in domain(module.code).required
        if name not in given
    ]


def render(module: Module) -> str:
    """The module as YAML."""
    code, blocks = module.code, module.blocks
    visits = code in _VISITS and all(b.form.settings.event for b in blocks)
    made = {"USUBJID", *module.made, *(("VISITNUM",) if visits else ())}
    keys = [k for k in KEYS[code] if k in made]
    lines = [_FIRST, f"target: {code}"]
    single = len(blocks) == 1
    if single:
        lines.append(f"from: {flow(blocks[0].form.name)}  {_told(blocks[0])}")
    lines.append(f"keys: {flow(keys)}  {remark('proposed: the usual keys')}")
    if visits:
        lines.append(f"timing: {{visit: true}}  {remark('proposed: the form has an event')}")
    lines += _standard(code, blocks)
    lines += [remark(n) for n in module.notes]
    if single:
        lines += _rows(code, blocks[0], "")
        lines += ["vars:", *_rules([*module.rules, *blocks[0].rules], code, "  ")]
        lines += [remark(n) for n in blocks[0].notes]
        return "\n".join(lines) + "\n"
    if module.rules:
        lines += ["vars:", *_rules(module.rules, code, "  ")]
    lines.append("blocks:")
    for block in blocks:
        lines.append(f"  - from: {flow(block.form.name)}  {_told(block)}")
        lines += _rows(code, block, "    ")
        lines += ["    vars:", *_rules(block.rules, code, "      ")]
        lines += [f"    {remark(n)}" for n in block.notes]
    return "\n".join(lines) + "\n"


def _told(block: Block) -> str:
    title = f", '{block.form.title}'" if block.form.title else ""
    return remark(f"proposed: {block.form.settings.file}{title}: by the names of its columns")


def _rules(rules: Sequence[Rule], code: str, margin: str) -> list[str]:
    order = {n: i for i, n in enumerate(domain(code).arranged([r.variable for r in rules]))}
    return [
        f"{margin}{r.variable}: {flow(r.rule)}  {remark(r.remark)}"
        for r in sorted(rules, key=lambda r: order[r.variable])
    ]


def _rows(code: str, block: Block, margin: str) -> list[str]:
    if not block.tests:
        return []
    entries = [
        f"{margin}    - {flow(entry)}  {remark(f'proposed: {why}')}"
        for entry, why in zip(block.tests, block.why, strict=True)
    ]
    keep = f"{margin}  keep: {{{code}ORRES: {{is: present}}}}"
    return [f"{margin}rows:", f"{margin}  tests:", *entries, keep]


def _standard(code: str, blocks: Sequence[Block]) -> list[str]:
    units: dict[str, str | None] = {}
    for block in blocks:
        units |= {t: u for t, u in block.units.items() if t not in units}
    made = {n for b in blocks for n in b.made}
    if not units or f"{code}ORRESU" not in made or not all(b.tests for b in blocks):
        return []
    given: Mapping[str, Value] = {"result": f"{code}ORRES", "unit": f"{code}ORRESU"}
    lines = ["standard:", *(f"  {k}: {flow(v)}" for k, v in given.items())]
    if f"{code}ORNRLO" in made:
        lines += [f"  low: {code}ORNRLO", f"  high: {code}ORNRHI"]
    lines.append("  units:")
    why = remark("proposed: the unit that was collected most often")
    none = remark("missing: no unit is known")
    return [*lines, *(f"    {t}: {flow(u)}  {why if u else none}" for t, u in units.items())]
