"""The study's ``findings.yaml``: what was found, looked at, and explained once.

An entry names a finding by its rule and, as narrowly as it likes, by dataset, variable and
scope; it says why the finding may stay, who decided it and when. Entries survive data cuts,
so they become findings themselves when they match nothing or more than they explained.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mappings.findings import Finding, Severity, SpecPlace, in_order
from mappings.load import did_you_mean, spec_fault
from validation.rule_names import known_rule, rule_names

_REQUIRED = ("rule", "reason", "author", "date")
_KEYS = ("rule", "dataset", "variable", "scope", "count", "reason", "author", "date")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Place(Protocol):
    """Where a value (or its key) stands in the file: ``Document.place``."""

    def __call__(self, steps: tuple[str | int, ...] = ..., *, key: bool = ...) -> SpecPlace: ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """One entry. An empty `dataset`, `variable` or `scope` matches any.

    `count` is the greatest number of findings that it explains, of all those that have its rule
    and whatever it names of dataset, variable and scope; None means no limit.
    """

    rule: str
    reason: str
    author: str
    date: str
    dataset: str = ""
    variable: str = ""
    scope: str = ""
    count: int | None = None
    place: SpecPlace | None = None

    def matches(self, finding: Finding) -> bool:
        """Whether the entry speaks of this finding."""
        return (
            self.rule == finding.rule
            and self.dataset in ("", finding.dataset)
            and self.variable in ("", finding.variable)
            and self.scope in ("", finding.scope)
        )

    @property
    def narrowness(self) -> int:
        """How many of dataset, variable and scope are named: the narrower entry wins."""
        return sum(1 for part in (self.dataset, self.variable, self.scope) if part)


def read_explanations(data: Any, place: Place) -> tuple[list[Explanation], list[Finding]]:
    """The entries of a loaded ``findings.yaml`` and every fault of the file.

    `data` is what the YAML loader gave (every scalar is text), `place` tells where a path
    stands in the file (``Document.place``). Nothing at all (None) means no entry.
    """
    if data is None:
        return [], []
    if not isinstance(data, list):
        message = "findings.yaml must be a list of entries"
        advice = "Begin each entry with '- rule:'."
        return [], [spec_fault("explain.entry", message, place(()), advice)]
    entries: list[Explanation] = []
    faults: list[Finding] = []
    for number, item in enumerate(data):
        entry, wrong = _entry(item, (number,), place)
        faults.extend(wrong)
        if entry is not None and not wrong:
            entries.append(entry)
    faults.extend(_repeated(entries))
    return entries, faults


def _entry(
    item: Any, path: tuple[str | int, ...], place: Place
) -> tuple[Explanation | None, list[Finding]]:
    def fault(message: str, *steps: str, advice: str = "", key: bool = False) -> Finding:
        return spec_fault("explain.entry", message, place((*path, *steps), key=key), advice)

    if not isinstance(item, dict):
        text = f"an entry must have the keys {', '.join(_REQUIRED)}"
        return None, [fault(text)]
    faults = [
        fault(f"unknown key '{key}'", key, advice=did_you_mean(str(key), list(_KEYS)), key=True)
        for key in item
        if key not in _KEYS
    ]
    texts: dict[str, str] = {}
    for key in _KEYS:
        value = item.get(key)
        if value is None and key not in item:
            continue
        if not isinstance(value, str) or not value.strip():
            faults.append(fault(f"'{key}' must be a text that is not empty", key, key=True))
            continue
        texts[key] = str(value).strip()
    faults += [fault(f"'{key}' is missing") for key in _REQUIRED if key not in item]
    if "date" in texts and not _is_date(texts["date"]):
        faults.append(fault(f"'{texts['date']}' is not a date", "date", advice="Write 2024-05-31."))
    if "rule" in texts and not known_rule(texts["rule"]):
        advice = did_you_mean(texts["rule"], sorted(rule_names()))
        if not advice.startswith("Did you mean"):
            advice = "Write it as the report shows it, such as date.impossible or CORE-000024."
        faults.append(fault(f"there is no rule '{texts['rule']}'", "rule", advice=advice))
    count = texts.get("count")
    if count is not None and not re.fullmatch(r"[1-9]\d{0,8}", count):
        advice = "Leave 'count' out to set no limit."
        faults.append(fault(f"'{count}' is not a count", "count", advice=advice))
    if faults:
        return None, faults
    return (
        Explanation(
            rule=texts["rule"],
            reason=texts["reason"],
            author=texts["author"],
            date=texts["date"],
            dataset=texts.get("dataset", ""),
            variable=texts.get("variable", ""),
            scope=texts.get("scope", ""),
            count=int(count) if count is not None else None,
            place=place(path),
        ),
        [],
    )


def _is_date(text: str) -> bool:
    """Whether the text is a day of the calendar, written YYYY-MM-DD."""
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _repeated(entries: Sequence[Explanation]) -> list[Finding]:
    first: dict[tuple[str, str, str, str], Explanation] = {}
    faults: list[Finding] = []
    for entry in entries:
        key = (entry.rule, entry.dataset, entry.variable, entry.scope)
        earlier = first.setdefault(key, entry)
        if earlier is not entry and entry.place is not None:
            message = f"the entry repeats the one at {earlier.place}"
            advice = "Keep one of them."
            faults.append(spec_fault("explain.entry", message, entry.place, advice))
    return faults


def always(_: str) -> bool:
    """Every rule was asked."""
    return True


def explain(
    findings: Iterable[Finding],
    explanations: Sequence[Explanation],
    asked: Callable[[str], bool] = always,
) -> tuple[list[tuple[Finding, Explanation]], list[Finding]]:
    """Part the findings into explained and unexplained, both in report order.

    Of several entries that match, the narrowest is taken, then the first in the file. An
    entry that matches nothing leaves ``explain.unused``; one that matches more than its
    `count` leaves ``explain.exceeded`` and explains none of them, since nobody can tell
    which of them were meant. Nothing is said of an entry that matches nothing when its rule was
    not `asked`. Notices need no explanation: without one they are in neither list.
    """
    ordered = in_order(findings)
    by_rule: dict[str, list[Explanation]] = {}
    for entry in sorted(explanations, key=lambda e: -e.narrowness):
        by_rule.setdefault(entry.rule, []).append(entry)
    chosen = [next((e for e in by_rule.get(f.rule, ()) if e.matches(f)), None) for f in ordered]
    counts: dict[int, int] = {}
    for pick in chosen:
        if pick is not None:
            counts[id(pick)] = counts.get(id(pick), 0) + 1
    exceeded = {
        id(e) for e in explanations if e.count is not None and counts.get(id(e), 0) > e.count
    }
    explained: list[tuple[Finding, Explanation]] = []
    unexplained: list[Finding] = []
    for finding, match in zip(ordered, chosen, strict=True):
        if match is not None and id(match) not in exceeded:
            explained.append((finding, match))
        elif finding.severity is not Severity.NOTICE:
            unexplained.append(finding)
    for given in explanations:
        matched = counts.get(id(given), 0)
        if matched == 0:
            if asked(given.rule):
                unexplained.append(_unused(given))
        elif id(given) in exceeded:
            unexplained.append(_exceeded(given, matched))
    return explained, in_order(unexplained)


def _unused(entry: Explanation) -> Finding:
    return Finding(
        "explain.unused",
        Severity.WARNING,
        f"the explanation of {_named(entry)} matches no finding any more",
        "Take the entry out, or correct its rule, dataset, variable or scope.",
        entry.dataset,
        entry.variable,
        entry.scope,
        entry.rule,
        spec=entry.place,
    )


def _exceeded(entry: Explanation, matched: int) -> Finding:
    return Finding(
        "explain.exceeded",
        Severity.WARNING,
        f"{matched} findings of {_named(entry)} where {entry.count} were explained",
        "Look at all of them again; then mend the new ones or raise the count.",
        entry.dataset,
        entry.variable,
        entry.scope,
        entry.rule,
        spec=entry.place,
    )


def _named(entry: Explanation) -> str:
    parts = [entry.rule, ".".join(p for p in (entry.dataset, entry.variable) if p), entry.scope]
    return ", ".join(p for p in parts if p)
