"""A rule: one variable, one verb, and when it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from mappings.conditions import Condition
from mappings.findings import SpecPlace
from mappings.frames import as_text, blank_number, blank_text, is_numeric
from mappings.load import spec_fault
from mappings.names import Names
from mappings.scope import Scope
from mappings.text import number

COLLECTED_DATE = ("format", "time", "end")
"""Keys of `date` where it reads what was collected; in ADaM they mean nothing."""
ANALYSIS_DATE = (
    *("impute", "highest", "clock", "seconds", "dtf", "tmf"),
    *("notbefore", "notafter", "after", "cut"),
)
"""Keys of `date` in ADaM, where it completes an ISO 8601 variable."""
KEYS: dict[str, tuple[str, ...]] = {
    "copy": ("case",),
    "map": ("ct", "to"),
    "date": (*COLLECTED_DATE, *ANALYSIS_DATE),
    "day": ("since",),
    "duration": ("unit", "to", "past"),
    "join": ("sep", "pad"),
    "lookup": ("get", "by", "where", "pick", "order", "asof"),
    "call": ("reads",),
    "flag": ("per", "order"),
    "group": ("per", "where", "take", "order", "upto"),
    "calc": ("digits", "percent"),
    "span": ("unit", "inclusive", "negative"),
    "window": ("table",),
    "emergent": ("since", "before", "until", "days"),
    "grade": ("units", "test", "term"),
}
"""The keys that belong to some verbs; beside another they would do nothing and are refused."""

BESIDE = {"window": ("AVISITN", "AWTARGET", "AWTDIFF", "AWLO", "AWHI", "AWU")}
"""Variables that a verb makes beside the one that its rule is for."""

OUTER = ("label", "source", "comment", "evaluator")
"""Keys that say something about a variable, and nothing about a rule inside another rule."""


class Verb(Protocol):
    """What a rule does: which columns it reads, how it runs, how it is said in define.xml."""

    @property
    def reads(self) -> tuple[str, ...]: ...

    @property
    def uses(self) -> tuple[str, ...]:
        """Other forms, datasets or tables it looks into."""
        ...

    @property
    def origin(self) -> str:
        """Origin type when the source is raw: Collected, Assigned or Derived."""
        ...

    def run(self, scope: Scope) -> pd.Series[Any]: ...

    def sentence(self) -> str: ...


class VerbClass(Protocol):
    """How a verb is made from the loaded rule; faults go to `names`."""

    def __call__(self, data: Mapping[str, Any], names: Names) -> Verb: ...


@dataclass(frozen=True)
class Rule:
    """One rule as compiled: every name in it is resolved and every read declared."""

    variable: str
    kind: str
    verb: Verb
    place: SpecPlace
    when: Condition = field(default_factory=Condition)
    otherwise: str | None = None
    label: str = ""
    origin: str = ""
    source: str = ""
    comment: str = ""
    method: str = ""
    evaluator: str = ""
    also: tuple[str, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The rule as it stands in the module, the words of `rows` filled in."""

    @property
    def late(self) -> bool:
        """Whether the rule can run only when the reference dates are made."""
        return bool(getattr(self.verb, "late", False))

    @property
    def makes(self) -> tuple[str, ...]:
        """The variables that the rule makes: its own, imputation flags, those of a window."""
        return (self.variable, *self.also)

    @property
    def reads(self) -> tuple[str, ...]:
        """Every column that the rule reads, each once."""
        return tuple(dict.fromkeys((*self.verb.reads, *self.when.reads)))

    def run(self, scope: Scope) -> pd.Series[Any]:
        """The variable's values, one per row of the scope."""
        inner = Scope(
            scope.target,
            scope.frame,
            scope.data,
            scope.report,
            scope.made,
            scope.mask,
            scope.variable,
            self.place,
        )
        if not self.when.clauses:
            return self.verb.run(inner)
        mask = self.when.mask(scope)
        part = self.verb.run(inner.rows(mask))
        other = self.otherwise
        if is_numeric(part) and other is not None and np.isnan(number(other)):
            part = as_text(part)
        whole: pd.Series[Any]
        if is_numeric(part):
            whole = blank_number(scope.index)
            if other is not None:
                whole[:] = number(other)
        else:
            whole = blank_text(scope.index)
            if other is not None:
                whole[:] = other
        # Without .loc pandas looks the mask up as a label first: 7 ms a rule.
        whole.loc[mask] = part.array
        return whole

    def sentence(self) -> str:
        """The rule in words, for define.xml."""
        if self.method:
            return self.method
        text = self.verb.sentence()
        if self.when.clauses:
            text += f", where {self.when.sentence()}"
        if self.otherwise is not None:
            text += f'; otherwise "{self.otherwise}"'
        return text + "."


@dataclass(frozen=True)
class _Nothing:
    """What stands for a verb that is a fault."""

    reads = ()
    uses = ()
    origin = "Derived"

    def run(self, scope: Scope) -> pd.Series[Any]:
        return blank_text(scope.index)

    def sentence(self) -> str:
        return ""


def made_beside(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The variables that a loaded rule makes beside its own: flags, terms, those of a window."""
    flags = [str(data[key]) for key in ("dtf", "tmf", "term") if key in data]
    return (*flags, *(n for verb, names in BESIDE.items() if verb in data for n in names))


def parse_rule(
    variable: str, data: Mapping[str, Any], names: Names, verbs: Mapping[str, VerbClass]
) -> Rule:
    """A rule from loaded YAML that has passed the schema."""
    kind = next((v for v in verbs if v in data), "")
    if not kind:
        kind = next(v for v in KEYS if v in data)
        place = names.document.place((*names.steps, kind), key=True)
        message = f"'{kind}' is a verb of ADaM modules only"
        names.faults.append(spec_fault("rule.verb", message, place))
        return Rule(variable, kind, _Nothing(), place)
    _check_keys(variable, kind, data, names)
    otherwise = data.get("else")
    return Rule(
        variable=variable,
        kind=kind,
        verb=verbs[kind](data, names),
        place=names.document.place(names.steps, key=True),
        when=names.condition(data.get("when"), "when"),
        otherwise=names.text(otherwise) if otherwise is not None else None,
        label=names.text(data.get("label", "")),
        origin=str(data.get("origin", "")),
        source=str(data.get("source", "")),
        comment=str(data.get("comment", "")),
        method=names.text(data.get("method", "")),
        evaluator=str(data.get("evaluator", "")),
        also=made_beside(data),
        told=_filled(data, names.fill),
    )


def _filled(part: Any, fill: Mapping[str, str]) -> Any:
    """A loaded rule with the words of the test catalogue filled in."""
    if not fill or part is None:
        return part
    if isinstance(part, Mapping):
        return {key: _filled(value, fill) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, fill) for value in part]
    text = str(part)
    for word, filling in fill.items():
        text = text.replace("{" + word + "}", filling)
    return text


def _check_keys(variable: str, kind: str, data: Mapping[str, Any], names: Names) -> None:
    """Refuse keys that the schema knows but that would be ignored here."""

    def fault(key: str, message: str, advice: str = "") -> None:
        place = names.document.place((*names.steps, key), key=True)
        names.faults.append(spec_fault("rule.key", message, place, advice))

    for key in data:
        owners = [f"'{owner}'" for owner, keys in KEYS.items() if key in keys]
        if owners and key not in KEYS.get(kind, ()):
            message = f"'{key}' does nothing beside '{kind}'"
            fault(key, message, f"It belongs to {' and '.join(owners)}.")
    for key in OUTER:
        if key in data and not variable:
            message = f"'{key}' does nothing in a rule inside another rule"
            fault(key, message, "Say it of the variable.")
    if "else" in data and "when" not in data:
        fault("else", "'else' does nothing without 'when'")
    if kind in ("num", "day") and "else" in data and np.isnan(number(names.text(data["else"]))):
        fault("else", f"'{kind}' gives numbers, but '{data['else']}' is not one")
