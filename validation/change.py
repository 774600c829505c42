"""What changed since an earlier build that was named as an input: new, gone and same findings.

Findings are compared by their fingerprint (rule, dataset, variable, scope), never by raw row or
message, so that a value sent again in another row of the next export is the same finding.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mappings.findings import Finding

Fingerprint = tuple[str, str, str, str]
_KEYS = ("rule", "dataset", "variable", "scope")
_TEXTS = ("state", "severity", *_KEYS, "value", "message")


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as an earlier build told it."""

    state: str
    severity: str
    rule: str
    dataset: str
    variable: str
    scope: str
    value: str
    message: str

    @property
    def fingerprint(self) -> Fingerprint:
        return (self.rule, self.dataset, self.variable, self.scope)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier build: what it is called, its findings, the records of each of its datasets.

    `findings` is None where its package does not tell them.
    """

    name: str
    findings: tuple[Told, ...] | None = None
    records: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """Records of a dataset before and now; None where it was or is not there."""

    dataset: str
    before: int | None
    now: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between this build and an earlier one.

    `compared` is False where the earlier build does not tell its findings; then the other parts
    are empty and prove nothing.
    """

    earlier: str
    compared: bool = True
    new: tuple[Finding, ...] = ()
    gone: tuple[Told, ...] = ()
    same: int = 0
    datasets: tuple[Counted, ...] = ()

    @property
    def counted(self) -> tuple[Counted, ...]:
        """The datasets with another number of records than before."""
        return tuple(c for c in self.datasets if c.before != c.now)


def read_earlier(text: bytes, name: str) -> Earlier | None:
    """The build whose ``findings.json`` this is; None when it is not one."""
    try:
        content = json.loads(text)
        if content["format"] != "crosswalk-findings":
            return None
        told = tuple(Told(*(_text(f[key]) for key in _TEXTS)) for f in content["findings"])
        records = {_text(d["name"]): int(d["records"]) for d in content.get("datasets", ())}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Earlier(name, told, records)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def change(
    findings: Iterable[Finding], records: Sequence[tuple[str, int]], earlier: Earlier
) -> Change:
    """Compare all findings of this build, in report order, and its datasets' records.

    Of several findings with one fingerprint as many are new as there are more than before.
    """
    if earlier.findings is None:
        return Change(earlier.name, compared=False)
    left = Counter(told.fingerprint for told in earlier.findings)
    new: list[Finding] = []
    same = 0
    for finding in findings:
        if left[finding.fingerprint]:
            left[finding.fingerprint] -= 1
            same += 1
        else:
            new.append(finding)
    gone: list[Told] = []
    for told in reversed(earlier.findings):
        if left[told.fingerprint]:
            left[told.fingerprint] -= 1
            gone.append(told)
    now = dict(records)
    names = [*now, *(n for n in earlier.records if n not in now)]
    counted = tuple(Counted(n, earlier.records.get(n), now.get(n)) for n in names)
    datasets = counted if earlier.records else ()
    return Change(earlier.name, True, tuple(new), tuple(reversed(gone)), same, datasets)
