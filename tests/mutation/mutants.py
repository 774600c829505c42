"""Every small change of a mapping: a node taken out, two swapped, a name or a text replaced.

Changes are made to the loaded document, one at a time. Nothing here knows what a change does;
that somebody notices it is for the bench to show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol

from adam.verbs import adam_verbs
from mappings.load import Document, Steps, Text
from mappings.verbs import verbs

VERBS = frozenset(verbs(adam_verbs(0.0)))
#: Words for readers, and what a file is about: no rules.
NO_RULES = ("note", "target")
ORDERED = ("keys", "first", "date", "join", "reads", "unique")
CONDITIONS = ("where", "when", "keep", "subjects")
ONE_NAME = (
    *("copy", "num", "day", "map", "date", "time", "order", "notbefore", "notafter", "after"),
    *("result", "unit", "low", "high", "epoch", "start", "stop"),
)
NAMES = ("per", "reads", "keys", "unique", "adsl", "date", "by")
SOURCES = ("from", "in", "lookup")
#: Keys of texts that may look like names.
TEXTS = ("const", "label", "title", "desc", "else", "reason", "method", "comment", "tests")
FLIPS = {
    "take": ("first", "last"),
    "pick": ("first", "last"),
    "impute": ("first", "last"),
    "is": ("present", "missing"),
    "case": ("upper", "lower"),
    "response": ("best", "confirmed", "progression", "lesions"),
    "origin": ("Collected", "Derived", "Assigned", "Protocol"),
    "source": ("Vendor", "Investigator"),
    "structure": ("ADSL", "OCCDS", "BDS", "TTE"),
    "reader": ("csv", "rave"),
    "encoding": ("ascii", "utf-8"),
}
OPPOSITE = {"ge": "gt", "gt": "ge", "le": "lt", "lt": "le"}
SUFFIXES = {"_RAW": "_UN", "_UN": "_RAW", "_LO": "_HI", "_HI": "_LO", "_STD": ""}


class Around(Protocol):
    """What a change needs to know of the study: names that exist and mean something else."""

    def other_column(self, document: Document, source: str, name: str) -> str:
        """Another column of the source or variable of the document, with other values; or ""."""
        ...

    def other_source(self, source: str) -> str: ...

    def other_codelist(self, name: str) -> str: ...

    def other_function(self, name: str) -> str: ...


@dataclass(frozen=True)
class Mutant:
    """One change: the document as changed, where, and what was done."""

    document: Document
    steps: Steps
    change: str

    @property
    def name(self) -> str:
        """``file steps: change``, by which it can be found again."""
        return f"{self.document.file} {'.'.join(map(str, self.steps))}: {self.change}"

    @property
    def place(self) -> str:
        """file:line:column of the rule."""
        return str(self.document.place(self.steps, key=True))


def mutants(document: Document, around: Around) -> list[Mutant]:
    """All changes of a document, in the order of the file."""
    found: list[Mutant] = []
    for steps, value in _nodes(document.data, ()):
        if steps[0] in NO_RULES:
            continue
        for change, made in _changes(document, steps, value, around):
            data = made
            found.append(Mutant(replace(document, data=data), steps, change))
    return found


def essential(every: Iterable[Mutant]) -> list[Mutant]:
    """Of each rule (elsewhere of each key) that it is taken out, and the first other change."""
    taken: set[tuple[Steps, bool]] = set()
    found: list[Mutant] = []
    for mutant in every:
        rule = _rule_of(mutant.steps)
        kind = (rule, mutant.steps == rule and mutant.change.startswith("delete"))
        if kind not in taken:
            taken.add(kind)
            found.append(mutant)
    return found


def _rule_of(steps: Steps) -> Steps:
    for number, step in enumerate(steps):
        if step in ("vars", "work", "supp", "then", "params"):
            return steps[: number + 2]
    return steps[:2]


def _nodes(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    if steps:
        yield steps, value
    children: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    for key, child in children:
        yield from _nodes(child, (*steps, key))


def _at(data: Any, steps: Steps) -> Any:
    for step in steps:
        data = data[step]
    return data


def _with(data: Any, steps: Steps, make: Any) -> Any:
    """A copy in which the container at `steps` is what `make` makes of it."""
    if not steps:
        return make(data)
    step, *rest = steps
    if isinstance(data, dict):
        return {k: _with(v, tuple(rest), make) if k == step else v for k, v in data.items()}
    return [_with(v, tuple(rest), make) if i == step else v for i, v in enumerate(data)]


def _without(container: Any, step: str | int) -> Any:
    if isinstance(container, dict):
        return {k: v for k, v in container.items() if k != step}
    return [v for i, v in enumerate(container) if i != step]


def _renamed(container: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if k == old else k: v for k, v in container.items()}


def _changes(
    document: Document, steps: Steps, value: Any, around: Around
) -> Iterator[tuple[str, Any]]:
    data, last, parent = document.data, steps[-1], steps[:-1]

    def put(new: Any) -> Any:
        return _with(data, steps, lambda _: new)

    container = _at(data, parent)
    if not (last in VERBS and _is_rule(parent)):
        item = isinstance(last, int) and isinstance(value, str)
        what = "delete null" if value is None else f"delete {value}" if item else "delete"
        yield what, _with(data, parent, lambda c: _without(c, last))
    if isinstance(value, list) and last in ORDERED:
        for (i, a), (j, b) in pairwise(enumerate(value)):
            swapped = [*value[:i], b, a, *value[j + 1 :]]
            shown = (a, b) if isinstance(a, str) and isinstance(b, str) else (i, j)
            yield f"swap {shown[0]} and {shown[1]}", put(swapped)
    in_condition = _condition_part(steps)
    if in_condition is not None:
        if isinstance(last, str) and last == in_condition:
            source = _source(document, steps)
            other = around.other_column(document, source, last)
            if other and other not in container:
                renamed = _with(data, parent, lambda c: _renamed(c, str(last), other))
                yield f"ask {other}", renamed
            yield from ((n, put(new)) for n, new in _negated(value))
        if not isinstance(value, dict | list):
            yield from ((f"to {n}", put(n)) for n in _other_value(last, value))
        return
    if last in OPPOSITE:
        return
    if isinstance(last, str) and parent and parent[-1] == "by" and isinstance(container, dict):
        other = around.other_column(document, _source(document, parent[:-1]), last)
        if other and other not in container:
            yield f"by {other}", _with(data, parent, lambda c: _renamed(c, str(last), other))
    if isinstance(value, dict | list):
        return
    yield from ((f"to {n!s}", put(n)) for n in _replacements(document, steps, value, around))


def _is_rule(steps: Steps) -> bool:
    if len(steps) < 2:
        return False
    if steps[-2] in ("vars", "work", "supp", "then"):
        return True
    return steps[-1] == "get" or steps[-2] == "first"


def _condition_part(steps: Steps) -> str | None:
    """The column that a node of a condition is about; "" at its top, None outside conditions."""
    words = [s for s in steps if isinstance(s, str)]
    for number, word in enumerate(words):
        if word in CONDITIONS and (number == 0 or words[number - 1] not in ("to", "vars")):
            return words[number + 1] if number + 1 < len(words) else ""
    return None


def _negated(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield "negate", {"notin": value}
    elif not isinstance(value, dict):
        yield "negate", {"ne": value}
    elif "ne" in value:
        yield "negate", value["ne"]
    elif "notin" in value:
        yield "negate", value["notin"]
    for operator, other in OPPOSITE.items():
        if isinstance(value, dict) and operator in value:
            yield f"{other} for {operator}", _renamed(value, operator, other)


def _other_value(last: str | int, value: Any) -> Iterator[Text]:
    if last == "is":
        yield Text("missing" if value == "present" else "present")
    elif value is not None and not str(value).startswith("$"):
        yield altered(value)


def altered(value: Any) -> Text:
    """Another text of the same length: the next number, or another last character."""
    text = str(value if value is not None else "")
    plain = getattr(value, "plain", True)
    if text.isdigit():
        return Text(str(int(text) + 1).zfill(len(text)), plain=plain)
    if not text:
        return Text("X", plain=False)
    return Text(text[:-1] + ("Y" if text[-1] == "X" else "X"), plain=plain)


def _source(document: Document, steps: Steps) -> str:
    """The form, dataset or table whose columns the names at this place are."""
    data = document.data
    for end in range(len(steps), 0, -1):
        node = _at(data, steps[:end])
        if isinstance(node, dict):
            if "in" in node and end < len(steps):
                return str(node["in"])
            below = steps[end] if end < len(steps) else ""
            asks = below in ("get", "where", "order", "by")
            if "lookup" in node and asks and not isinstance(node["lookup"], list):
                return str(node["lookup"])
            if "from" in node and not isinstance(node["from"], dict):
                return str(node["from"])
    return str(data.get("from", "")) if isinstance(data, dict) else ""


def _replacements(document: Document, steps: Steps, value: Any, around: Around) -> Iterator[Text]:
    last = steps[-1]
    key = (
        last
        if isinstance(last, str)
        else next((s for s in reversed(steps) if isinstance(s, str)), "")
    )
    parent = steps[-2] if len(steps) > 1 else ""
    text = str(value if value is not None else "")
    if parent in ("to", "units", "texts", "not_submitted", "epochs"):
        yield altered(value)
    elif key in FLIPS and value is not None:
        choices = FLIPS[key]
        if text in choices:
            yield Text(choices[(choices.index(text) + 1) % len(choices)])
        else:
            yield Text(choices[0])
    elif key == "ct":
        yield Text(around.other_codelist(text))
    elif key == "call":
        yield Text(around.other_function(text))
    elif key in SOURCES and document.file != "study.yaml":
        other = around.other_source(text)
        if other:
            yield Text(other)
    elif key in ("visit", "cut") and text == "true":
        yield Text("false")
    elif document.file.startswith(("sdtm/", "adam/")) and (
        _names_column(key, last, parent, text) or parent == "by"
    ):
        yield from _other_names(document, steps, text, around, parent)
    elif (
        key not in TEXTS
        and re.fullmatch(r"[A-Z][A-Z0-9_.]*", text)
        and (other := around.other_column(document, _source(document, steps), text))
    ):
        yield Text(other)
    else:
        yield altered(value)


def _names_column(key: str, last: str | int, parent: str | int, text: str) -> bool:
    if key == "join":
        return text.startswith("$")
    if parent == "baseline":
        return True
    if isinstance(last, int):
        return key in NAMES
    return key in ONE_NAME or key == "get"


def _other_names(
    document: Document, steps: Steps, text: str, around: Around, parent: str | int
) -> Iterator[Text]:
    if "{" in text:
        for suffix, other in SUFFIXES.items():
            if text.endswith(suffix):
                yield Text(text.removesuffix(suffix) + other)
                return
        yield Text(f"{text}_STD")
        return
    sign = "$" if text.startswith("$") else ""
    over = steps[:-1] if parent == "by" else steps
    other = around.other_column(document, _source(document, over), text.removeprefix("$"))
    if other:
        yield Text(sign + other)
