"""The one Finding: a fault of the specification or of the data, and where it stands.

A fault of the specification stops the build before data are read; a fault of the data
never stops it and never vanishes. Both are said with the same object, so that one list,
one report and one explanation file serve all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a Finding weighs: errors and warnings must be mended or explained."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True)
class RawPlace:
    """A cell of the raw export: file (relative to the study), row (line of the file), column."""

    file: str
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        parts = [self.file]
        if self.row:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column {self.column}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, order=True)
class SpecPlace:
    """A place in a specification file; line and column count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: what was found, where, and what to do about it.

    `rule` is a stable identifier such as ``date.impossible``. `scope` tells apart findings
    of one rule, dataset and variable (usually subject and record) and is what an
    explanation in ``findings.yaml`` may name; it never holds a row number, because those
    change between data cuts.
    """

    rule: str
    severity: Severity
    message: str
    advice: str = ""
    dataset: str = ""
    variable: str = ""
    scope: str = ""
    value: str = ""
    raw: RawPlace | None = None
    spec: SpecPlace | None = None

    @property
    def fingerprint(self) -> tuple[str, str, str, str]:
        """What identifies the finding over data cuts: rule, dataset, variable, scope."""
        return (self.rule, self.dataset, self.variable, self.scope)

    def __str__(self) -> str:
        place = str(self.raw) if self.raw else str(self.spec) if self.spec else self.dataset
        text = f"{place}: {self.message}" if place else self.message
        if not self.advice:
            return text
        stop = "" if text.endswith((".", "?", "!", ";")) else "."
        return f"{text}{stop} {self.advice}"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the one order that every report uses, whatever order they came in."""

    def key(f: Finding) -> tuple[object, ...]:
        spec = f.spec or SpecPlace("")
        raw = f.raw or RawPlace("")
        return (
            f.dataset,
            f.rule,
            f.variable,
            f.scope,
            raw.file,
            raw.row,
            raw.column,
            spec.file,
            spec.line,
            spec.column,
            f.value,
            f.message,
        )

    return sorted(findings, key=key)


class SpecificationFault(Exception):
    """The specification cannot be built: carries every fault found, not only the first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(str(f) for f in self.findings))
