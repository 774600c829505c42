"""Names in a module and what they stand for, decided before any data are read.

A name means a column of the source (`from`) if there is one, otherwise a variable that the
module makes; ``AE.AESTDTC`` in module AE always means the variable. A name that is neither is
a fault with the closest known name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import pandas as pd

from mappings.conditions import Condition, parse_condition
from mappings.findings import Finding
from mappings.load import Document, Steps, did_you_mean, spec_fault


class Match(Protocol):
    """How a collected value was recognised in a published codelist."""

    @property
    def value(self) -> str: ...

    @property
    def how(self) -> str: ...


class PublishedList(Protocol):
    """A published codelist as the standard's package hands it in."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def extensible(self) -> bool: ...

    @property
    def values(self) -> Iterable[str]: ...

    @property
    def besides(self) -> Iterable[str]:
        """Values that the standard uses beside the published ones."""
        ...

    def match(self, values: Iterable[str]) -> Mapping[str, Match]: ...


class Terminologies(Protocol):
    """Published terminology: a list by C-code or submission name, or a LookupError with a hint."""

    def codelist(self, name: str) -> PublishedList: ...


_WORD = re.compile(r"\{([a-z][a-z0-9_]*)\}")
Function = Callable[[pd.DataFrame], "pd.Series[Any]"]


@dataclass(frozen=True)
class Source:
    """A form, dataset or table that rules may read: its columns, and whether it is raw."""

    name: str
    columns: tuple[str, ...]
    kind: str = "form"
    by_subject: bool = True


@dataclass(frozen=True)
class Names:
    """The names that one rule (or condition) may use, and where faults are collected."""

    document: Document
    target: str
    source: Source
    made: tuple[str, ...]
    others: Mapping[str, Source]
    terminology: Terminologies
    functions: Mapping[str, Function]
    faults: list[Finding]
    steps: Steps = ()
    fill: Mapping[str, str] = field(default_factory=dict)
    tests: bool = False
    """Whether the rule stands in a block with 'rows', whose tests fill its words."""

    def at(self, *steps: str | int) -> Names:
        """The same names for a deeper place of the document."""
        return replace(self, steps=(*self.steps, *steps))

    def over(self, source: Source) -> Names:
        """The same names for a rule on another source, which makes no variables."""
        return replace(self, source=source, made=())

    def fault(self, rule: str, message: str, advice: str = "", *steps: str | int) -> None:
        """Collect a fault of the specification at this place."""
        place = self.document.place((*self.steps, *steps))
        self.faults.append(spec_fault(rule, message, place, advice))

    def text(self, value: object) -> str:
        """A text with the words of the test catalogue filled in."""
        text = str(value)
        for word, filling in self.fill.items():
            text = text.replace("{" + word + "}", filling)
        for word in _WORD.findall(text) if self.tests else ():
            hint = did_you_mean(word, list(self.fill)) or "Its tests have no such words."
            self.fault("rows.word", f"no test of 'rows' fills {{{word}}}", hint)
        return text

    def column(self, name: object, *steps: str | int) -> str:
        """The resolved name of a column: as it stands in the source, or ``TARGET.NAME``."""
        wanted = self.text(name)
        prefix = f"{self.target}."
        if wanted.startswith(prefix) and wanted[len(prefix) :] in self.made:
            return wanted
        if wanted in self.source.columns:
            return wanted
        if wanted in self.made:
            return prefix + wanted
        folded = [c for c in self.source.columns if c.casefold() == wanted.casefold()]
        if len(folded) == 1:
            return folded[0]
        known = [c for c in self.source.columns if not c.startswith("_")] + list(self.made)
        if _WORD.search(wanted) and self.tests:
            return wanted
        kind = "variable" if self.source.kind == "dataset" else "column"
        hint = did_you_mean(wanted, known, f"; 'crosswalk schema' lists the {kind}s for an editor")
        elsewhere = self._elsewhere(wanted)
        if elsewhere:
            near = f"{hint} " if hint.startswith("Did") else ""
            hint = f"{near}{elsewhere} has '{wanted}'; 'lookup' reads it."
        message = f"there is no {kind} '{wanted}' in {self.source.name}"
        self.fault("name.column", message, hint, *steps)
        return wanted

    def _elsewhere(self, wanted: str) -> str:
        """The first other form, dataset or table that has the column."""
        for name, source in self.others.items():
            if name != self.source.name and wanted in source.columns:
                return f"The {source.kind} {name}"
        return ""

    def other(self, name: object, *steps: str | int) -> Source:
        """A form, dataset or table by name."""
        wanted = self.text(name)
        if wanted in self.others:
            return self.others[wanted]
        self.fault(
            "name.source",
            f"there is no form, dataset or table '{wanted}'",
            did_you_mean(wanted, list(self.others)),
            *steps,
        )
        return Source(wanted, ())

    def condition(self, data: object, *steps: str | int) -> Condition:
        """A condition with its columns resolved; unknown ones are faults at their own place."""
        names = self.at(*steps)
        listed = isinstance(data, list)
        condition = parse_condition(data)
        for number, clause in enumerate(condition.clauses):
            for test in clause:
                inner = (number, test.column) if listed else (test.column,)
                for name in test.reads:
                    names.column(name, *inner)
        quiet = replace(names, faults=[])
        filled = Condition(
            tuple(
                tuple(
                    replace(
                        t,
                        values=tuple(names.text(v) for v in t.values),
                        place=names.document.place(
                            (*names.steps, *((number,) if listed else ()), t.column)
                        ),
                    )
                    for t in clause
                )
                for number, clause in enumerate(condition.clauses)
            )
        )
        return filled.renamed(quiet.column)

    def codelist(self, name: object, *steps: str | int) -> PublishedList | None:
        """A published codelist; None (and a fault) when there is none of that name."""
        try:
            return self.terminology.codelist(self.text(name))
        except LookupError as error:
            self.fault("name.codelist", str(error), "", *steps)
            return None

    def function(self, name: object, *steps: str | int) -> Function | None:
        """A registered function; None (and a fault) when there is none of that name."""
        wanted = self.text(name)
        if wanted in self.functions:
            return self.functions[wanted]
        hint = did_you_mean(wanted, list(self.functions)) or "No function is registered."
        self.fault("name.function", f"there is no function '{wanted}'", hint, *steps)
        return None
