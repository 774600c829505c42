"""Rules that are said in one line: which values of a record call for which others.

Most rules of SDTM are of few shapes. Here a shape is a function that makes the rule from words:
where all of `given` hold, one of `then` has to. A condition reads one variable, whose name has
``--`` for the letters of the domain. Datasets without one of the variables are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from mappings.findings import Severity
from sdtm.standard import UnknownName, domain
from validation.locate import Mask
from validation.rules.model import Data, Hit, Rule, Target, core_ids
from validation.rules.tools import ambiguous

EVENTS, INTERVENTIONS, FINDINGS = "EVENTS", "INTERVENTIONS", "FINDINGS"
GENERAL = (EVENTS, INTERVENTIONS, FINDINGS)
_TOPICS = {"TRT": INTERVENTIONS, "TERM": EVENTS, "TESTCD": FINDINGS}


@lru_cache(maxsize=256)
def _published(code: str) -> str:
    try:
        name = domain(code).class_name
    except UnknownName:
        return ""
    return FINDINGS if name.startswith(FINDINGS) else name


def class_of(data: Data, name: str) -> str:
    """The class of a dataset; one that SDTMIG does not publish is of the class of its topic."""
    prefix = data.prefix(name)
    own = (c for part, c in _TOPICS.items() if f"{prefix}{part}" in data[name])
    return _published(prefix) or next(own, "")


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of one variable of a record.

    Without `values` that it is filled; `negated` turns the question. With `absent`, a variable
    that the dataset does not have counts as an empty one.
    """

    variable: str
    values: tuple[str, ...] = ()
    pattern: str = ""
    negated: bool = False
    absent: bool = False

    def holds(self, data: Data, name: str) -> Mask:
        """For each record of the dataset."""
        variable = self.variable.replace("--", data.prefix(name))
        if variable not in data[name]:
            return np.full(len(data[name]), self.negated)
        column = data.column(name, variable)
        if self.pattern:
            found = column.like(self.pattern)
        else:
            found = column.one_of(*self.values) if self.values else column.filled
        return ~found if self.negated else found


def filled(variable: str) -> Condition:
    """There is a value."""
    return Condition(variable)


def empty(variable: str) -> Condition:
    """There is no value."""
    return Condition(variable, negated=True)


def has(variable: str, *values: str) -> Condition:
    """The value is one of these."""
    return Condition(variable, values)


def lacks(variable: str, *values: str) -> Condition:
    """The value is none of these, or there is none."""
    return Condition(variable, values, negated=True)


def like(variable: str, pattern: str) -> Condition:
    """The regular expression is found in the value."""
    return Condition(variable, pattern=pattern)


def unlike(variable: str, pattern: str) -> Condition:
    """The regular expression is not found in the value."""
    return Condition(variable, pattern=pattern, negated=True)


def maybe(condition: Condition) -> Condition:
    """The same condition; a variable that is not there counts as an empty one."""
    return replace(condition, absent=True)


Pick = Callable[[Data], list[str]]


def of_class(*classes: str, but: Sequence[str] = ()) -> Pick:
    """Datasets of these classes, without the domains `but`."""
    return lambda data: [
        n for n in data.sdtm if class_of(data, n) in classes and data.prefix(n) not in but
    ]


def of(*names: str) -> Pick:
    """Datasets of these domains, split ones too."""
    return lambda data: [n for n in data.sdtm if data.prefix(n) in names]


def everywhere(data: Data) -> list[str]:
    """Every dataset but the relationships and those of ADaM."""
    return data.sdtm


def holding(pick: Pick, variables: Sequence[str], words: str = "") -> Target:
    """The datasets of `pick` that have all of the variables."""

    def chosen(data: Data) -> list[str]:
        return [
            n
            for n in pick(data)
            if all(v.replace("--", data.prefix(n)) in data[n] for v in variables)
        ]

    return Target(words or f"datasets with {' and '.join(variables)}", chosen)


def implies(
    id: str,
    text: str,
    *,
    on: Pick,
    given: Sequence[Condition] = (),
    then: Sequence[Condition],
    source: str,
    advice: str,
    core: str = "",
    severity: Severity = Severity.ERROR,
    shows: Sequence[str] = (),
) -> Rule:
    """Where all of `given` hold, one of `then` does. `shows` are the variables of the finding."""
    conditions = (*given, *then)
    read = tuple(dict.fromkeys(c.variable for c in conditions))
    needed = tuple(dict.fromkeys(c.variable for c in conditions if not c.absent))

    def check(data: Data, name: str) -> Iterator[Hit]:
        wrong = np.ones(len(data[name]), dtype=bool)
        for condition in given:
            wrong &= condition.holds(data, name)
        for condition in then:
            wrong &= ~condition.holds(data, name)
        prefix = data.prefix(name)
        names = tuple(v.replace("--", prefix) for v in shows or read)
        yield Hit(name, tuple(n for n in names if n in data[name]), wrong)

    return Rule(id, text, source, severity, holding(on, needed), check, (), advice, core_ids(core))


def calls_for(
    id: str,
    text: str,
    *pairs: tuple[str, str],
    on: Pick,
    source: str,
    advice: str,
    core: str = "",
    severity: Severity = Severity.ERROR,
) -> Rule:
    """A dataset with the first variable of a pair has one of the second (``A|B``) as well."""

    def there(data: Data, name: str) -> list[tuple[str, list[str]]]:
        prefix = data.prefix(name)
        expanded = [(a.replace("--", prefix), b.replace("--", prefix).split("|")) for a, b in pairs]
        return [(a, b) for a, b in expanded if a in data[name]]

    def pick(data: Data) -> list[str]:
        return [n for n in on(data) if there(data, n)]

    def check(data: Data, name: str) -> Iterator[Hit]:
        for variable, others in there(data, name):
            if not any(o in data[name] for o in others):
                yield Hit(name, (variable,), scope=f"{variable} without {' or '.join(others)}")

    target = Target(f"datasets with {' or '.join(dict.fromkeys(a for a, _ in pairs))}", pick)
    return Rule(id, text, source, severity, target, check, (), advice, core_ids(core))


def one_to_one(
    id: str,
    text: str,
    *pairs: tuple[str, str],
    on: Pick,
    source: str,
    advice: str,
    core: str = "",
    severity: Severity = Severity.ERROR,
) -> Rule:
    """The two variables of a pair belong together one to one, where both are filled."""

    def there(data: Data, name: str) -> list[tuple[str, str]]:
        prefix = data.prefix(name)
        both = [(a.replace("--", prefix), b.replace("--", prefix)) for a, b in pairs]
        return [pair for pair in both if data.has(name, *pair)]

    def check(data: Data, name: str) -> Iterator[Hit]:
        for one, other in there(data, name):
            mask, scopes, words = ambiguous(data[name], one, other)
            yield Hit(name, (one, other), mask, words, scopes)

    words = " or ".join(" and ".join(pair) for pair in pairs)
    target = Target(f"datasets with {words}", lambda d: [n for n in on(d) if there(d, n)])
    return Rule(id, text, source, severity, target, check, (), advice, core_ids(core))
