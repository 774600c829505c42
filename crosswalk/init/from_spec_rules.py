"""What a specification says of a variable, as a rule to be written and a remark beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crosswalk.init.text import Value, flow, remark
from define.diff.words import length
from define.model import Codelist, Dataset, Origin, Variable

SHOWN = 12
"""How many terms of a codelist a remark lists."""

FIRST = "# First proposal of 'crosswalk init': check every line that says 'proposed' or 'missing'."


@dataclass
class Proposed:
    """Modules by name as text, other files, lines of study.yaml, and what was left out."""

    modules: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    source: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    proposed: int = 0
    missing: int = 0

    def line(self, margin: str, name: str, rule: dict[str, Value], why: str, told: str) -> str:
        """A rule that is proposed because of `why`, or one to be written where `why` is ""."""
        if why:
            self.proposed += 1
            words = f"proposed: {why}; {told}"
        else:
            self.missing += 1
            words = f"missing: the rule; {told}"
        return f"{margin}{name}: {flow(rule)}  {remark(words)}"


def about(variable: Variable) -> dict[str, Value]:
    """Origin, source, method and comment as the specification gives them."""
    origin = variable.origin
    given = {
        "origin": origin.type if origin and origin.type != "Predecessor" else "",
        "source": origin.source if origin else "",
        "method": variable.method.text if variable.method else "",
        "comment": variable.comment.text if variable.comment else "",
    }
    return {key: " ".join(text.split()) for key, text in given.items() if text}


def told(variable: Variable, label: str = "") -> str:
    """The other facts, for the remark; the label where it is not the standard's `label`."""
    parts = [" ".join(p for p in (variable.datatype, length(variable)) if p)]
    if variable.label and variable.label != label:
        parts.append(f"label '{variable.label}'")
    if variable.format:
        parts.append(f"format {variable.format}")
    if variable.codelist:
        parts.append(_codelist(variable.codelist))
    parts += [_origin(o) for o in variable.origins]
    if variable.values:
        parts.append(f"{len(variable.values)} entries of the value level below")
    return "; ".join(p for p in parts if p)


def values(variable: Variable, dataset: Dataset, where: Sequence[str], margin: str) -> list[str]:
    """The value level of a variable as remarks; `where` are its where clauses in words."""
    lines = []
    for text, value in zip(where, variable.values, strict=True):
        item = value.item
        parts = [told(item)]
        if item.method:
            parts.append(f"method: {item.method.text}")
        if item.comment:
            parts.append(f"comment: {item.comment.text}")
        head = f"value level of {dataset.name}.{variable.name} where {text}: "
        lines.append(margin + remark(head + "; ".join(parts)))
    return lines


def _codelist(codelist: Codelist) -> str:
    code = f" ({codelist.ccode})" if codelist.ccode else ""
    if codelist.dictionary:
        return f"dictionary {codelist.dictionary} {codelist.dictionary_version}".rstrip()
    shown = [t.value for t in codelist.terms[:SHOWN]]
    more = f" and {len(codelist.terms) - SHOWN} more" if len(codelist.terms) > SHOWN else ""
    return f"codelist {codelist.name}{code}: {', '.join(shown)}{more}"


def _origin(of: Origin) -> str:
    who = " by ".join(p for p in (of.type, of.source) if p)
    pages = [str(p) for r in of.documents for p in r.pages]
    where = f" on page {', '.join(pages)}" if pages else ""
    return f"{who} {of.description}{where}".replace("  ", " ").strip()
