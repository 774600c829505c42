"""What a mapping module is when it is compiled, and what it is compiled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from mappings.conditions import Condition
from mappings.load import Document
from mappings.names import Function, Source, Terminologies
from mappings.rules import Rule, VerbClass, made_beside


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

    def numeric(self, variable: str) -> bool | None:
        """Whether the standard makes the variable a number; None when it does not say."""
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

    @cached_property
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
    """The working variables of a loaded module, which no dataset keeps.

    The imputation flag of a working date is one too, unless another rule makes the same.
    """
    parts = (data, *data.get("blocks", []))
    beside = {n for part in parts for n in beside_in(part, ("work",))}
    kept = {n for part in parts for n in beside_in(part, ("vars", "then"))}
    return frozenset((beside - kept).union(*(part.get("work", {}) for part in parts)))


def beside_in(part: Mapping[str, Any], groups: Sequence[str]) -> tuple[str, ...]:
    """The variables that rules of a loaded module (or block) make beside their own."""
    rules = (rule for group in groups for rule in part.get(group, {}).values())
    return tuple(name for rule in rules for name in made_beside(rule))


def made_by(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The variables that a loaded module has rules for, without compiling it."""
    names: dict[str, None] = {}
    for part in (data, *data.get("blocks", [])):
        names.update(dict.fromkeys(part.get("work", {})))
        names.update(dict.fromkeys(part.get("vars", {})))
        names.update(dict.fromkeys(beside_in(part, ("work", "vars"))))
        rows = part.get("rows") or {}
        tests = rows.get("tests")
        if isinstance(tests, list):
            names.update(dict.fromkeys(k for t in tests for k in t if k[:1].isupper()))
    return tuple(names)
