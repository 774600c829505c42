"""Which domain a form belongs to, and which of its fields is which variable."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crosswalk.init.export import Form
from crosswalk.init.fields import Field, fields_of
from crosswalk.init.names import DOMAINS, Known, bare, normal, speaks_of, table
from sdtm.terminology import sdtm_terminology

TOPICS = {
    "AE": ("AETERM",),
    "CM": ("CMTRT",),
    "MH": ("MHTERM",),
    "DS": ("DSTERM", "DSDECOD"),
}
DEMOGRAPHICS = ("SEX", "BRTHDTC", "AGE", "RACE", "ETHNIC")
CODES = {"VS": "C66741", "LB": "C65047"}
_EVENT = re.compile(r"adverse event( term)?")
_NUMBER = re.compile(r"[<>]?=?\s*[+-]?\d+([.,]\d+)?")


@dataclass
class Matched:
    """A form seen as a domain: fields by variable, fields by test, and why for each name."""

    form: Form
    domain: str
    variables: dict[str, Field] = field(default_factory=dict)
    tests: dict[str, Field] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)
    rest: list[Field] = field(default_factory=list)


def match(form: Form) -> Matched | None:
    """The form as the domain that it fits best, None when it fits none."""
    fields = fields_of(form)
    found = [m for d in DOMAINS if (m := _as_domain(form, fields, d)) is not None]
    best = max(found, key=lambda m: len(m.variables) + len(m.tests), default=None)
    told = [m for m in found if speaks_of(m.domain, form.name, form.title)]
    return max(told, key=lambda m: len(m.variables) + len(m.tests), default=best)


def find(form: Form, code: str, variable: str) -> tuple[Field, str] | None:
    """The field of a variable by its name alone, whatever the form is about."""
    known = next(k for k in table(code) if k.variable == variable)
    for each in fields_of(form):
        if set(each.keys) & set(known.names):
            return each, f"name {each.name}"
    return None


def _as_domain(form: Form, fields: list[Field], code: str) -> Matched | None:
    about = speaks_of(code, form.name, form.title) or _labelled(fields, code)
    found = Matched(form, code)
    everything = fields
    # In a rule, AE.AETERM is the variable of the module and never a column of that name.
    fields = [f for f in fields if "." not in f.name or f.name.partition(".")[0] not in DOMAINS]
    taken: set[str] = set()
    for labels in (False, True):
        for known in table(code):
            slot = found.tests if known.variable.startswith("=") else found.variables
            name = known.variable.lstrip("=")
            if name in slot:
                continue
            for each in fields:
                reason = _reason(each, known, form, about, labels=labels)
                if not reason or each.name in taken:
                    continue
                taken.add(each.name)
                if name.startswith("#"):
                    found.hints.append(f"{each.name}: {name.lstrip('# ')}")
                else:
                    slot[name] = each
                    found.why[name] = reason
                break
    for name in [n for n in found.variables if "@" in n]:
        if name.partition("@")[0] not in found.variables:
            del found.variables[name]
    if code in CODES:
        _coded_tests(found, fields, taken, about)
        found.tests = {t: f for t, f in found.tests.items() if _numeric(form, f)}
    taken_fields = (*found.variables.values(), *found.tests.values())
    used = {n for f in taken_fields for n in (f.name, f.unit, f.low, f.high) if n}
    hinted = {h.partition(":")[0] for h in found.hints}
    found.rest = [f for f in everything if f.name not in used | hinted]
    return found if _belongs(found, about) else None


def _labelled(fields: list[Field], code: str) -> bool:
    """Whether a field is labelled as the topic of adverse events, whatever its form is called."""
    return code == "AE" and any(_EVENT.fullmatch(bare(f.label)) for f in fields)


def _reason(each: Field, known: Known, form: Form, about: bool, *, labels: bool) -> str:
    if labels:
        fits = about and known.label and re.fullmatch(known.label, bare(each.label))
        return f"label '{each.label}'" if fits else ""
    own = normal(form.name)
    names = {n for n in known.names if not n.startswith("-")}
    if set(each.keys) & names:
        return f"name {each.name}"
    if about and {own + n[1:] for n in known.names if n.startswith("-")} & set(each.keys):
        return f"name {each.name} (after the form's own)"
    return ""


def _coded_tests(found: Matched, fields: list[Field], taken: set[str], about: bool) -> None:
    """Fields that are called as a published test code; in a form that speaks of the domain."""
    if not about:
        return
    terms = sdtm_terminology().codelist(CODES[found.domain])
    for each in fields:
        code = next((k for k in each.keys if k in terms), "")
        if code and each.name not in taken and code not in found.tests:
            found.tests[code] = each
            found.why[code] = f"name {each.name}, a published test code"
            taken.add(each.name)


def _numeric(form: Form, each: Field) -> bool:
    """Whether most values are numbers; a field without values may be."""
    values = form.values(each.value)
    good = [v for v in values if _NUMBER.fullmatch(v)]
    return not values or len(good) * 2 > len(values)


def _belongs(found: Matched, about: bool) -> bool:
    has = set(found.variables)
    if found.domain == "DM":
        return len(has & set(DEMOGRAPHICS)) >= (1 if about else 2)
    if found.domain == "EX":
        return "EXTRT" in has or (about and "EXDOSE" in has and "EXSTDTC" in has)
    if found.domain in CODES:
        tall = {f"{found.domain}TESTCD", f"{found.domain}ORRES"} <= has
        return tall or len(found.tests) >= (1 if about else 2)
    return bool(has & set(TOPICS[found.domain]))
