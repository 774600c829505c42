"""A rule for one variable from one field: what its values let us say, and why."""

from __future__ import annotations

from dataclasses import dataclass

from crosswalk.init.dates import formats, most_of, times
from crosswalk.init.export import Form
from crosswalk.init.fields import Field
from crosswalk.init.text import Value
from sdtm.standard import domain
from sdtm.terminology import How, PublishedCodelist, sdtm_terminology

SHOWN = 5
"""How many values a remark lists."""


@dataclass(frozen=True)
class Rule:
    """A variable with its rule and why; `missing` when the export has nothing for it."""

    variable: str
    rule: dict[str, Value]
    why: str
    missing: bool = False

    @property
    def remark(self) -> str:
        return f"{'missing' if self.missing else 'proposed'}: {self.why}"


def some(values: list[str]) -> str:
    """The first values of a list, for a remark."""
    more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
    return ", ".join(f"'{v}'" for v in values[:SHOWN]) + more


def rule_for(
    code: str, variable: str, field: Field, form: Form, why: str, time: Field | None = None
) -> Rule | str:
    """The rule for a variable of the domain `code`, or why none is proposed."""
    about = domain(code).allowed(variable)
    if variable.endswith("DTC"):
        return date_rule(variable, field, form, why, time)
    if about.numeric:
        return Rule(variable, {"num": field.value}, why)
    if about.codelists:
        return _map(variable, field, form, about.codelists, why)
    shown = field.decode or field.value
    return Rule(variable, {"copy": shown}, why)


def date_rule(
    variable: str, field: Field, form: Form, why: str, time: Field | None = None
) -> Rule | str:
    """Parts as the EDC system made them, or the one format that the values leave."""
    clock: dict[str, Value] = {}
    if time is not None and times(form.values(time.value)):
        clock = {"time": time.value}
    if field.parts:
        return Rule(variable, {"date": list(field.parts), **clock}, why)
    texts = form.values(field.value)
    fit = formats(texts)
    if len(fit) == 1:
        note = f"{why}; every value is of this form"
        return Rule(variable, {"date": field.value, "format": fit[0], **clock}, note)
    if not texts:
        return f"{why}; no value decides the format"
    if fit:
        return f"{why}; its values may be of the form {' or '.join(fit)}"
    shape, unfit = most_of(texts)
    if shape:
        note = f"{why}; not of this form: {some(unfit)}"
        return Rule(variable, {"date": field.value, "format": shape, **clock}, note)
    return f"{why}; its values are of no one known form: {some(texts)}"


def _map(variable: str, field: Field, form: Form, lists: tuple[str, ...], why: str) -> Rule | str:
    published = [c for c in lists if c in sdtm_terminology()]
    if not published:
        return Rule(variable, {"copy": field.decode or field.value}, why)
    codelist = sdtm_terminology().codelist(published[0])
    texts = dict(field.codes or {})
    codes = list(dict.fromkeys([*texts, *form.values(field.value)]))
    to: dict[str, Value] = {}
    strange = []
    for code in codes:
        means = _meaning(codelist, code, texts.get(code, ""))
        found = codelist.find(code)
        if not means:
            strange.append(code)
        elif found is None or found.value != means:
            to[code] = means
    rule: dict[str, Value] = {"map": field.value, "ct": codelist.code}
    if to:
        rule["to"] = to
    if strange and len(strange) == len(codes):
        return f"{why}; no value is known to {codelist.submission}: {some(strange)}"
    note = f"{why}; texts found in {codelist.submission}" if to else why
    if strange:
        note += f"; not recognised: {some(strange)}"
    return Rule(variable, rule, note)


def _meaning(codelist: PublishedCodelist, code: str, text: str) -> str:
    """The term that a code's text means, else the one that the code is."""
    told = codelist.find(text) if text else None
    if told is not None:
        return told.value
    truth = {"true": "Y", "false": "N"}.get((text or code).lower(), "")
    if codelist.submission == "NY" and truth:
        return truth
    own = codelist.find(code)
    if own is not None and (not text or own.how in (How.EXACT, How.CASE)):
        return own.value
    return ""
