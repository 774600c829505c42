"""What a change of the controlled terminology would change in one study.

The study is mapped with the terminology that it has. Every published term that its data use, every
collected text that was recognised by more than its exact value, and every codelist that a module
names is then looked up in both packages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from adam.run import run_adam
from crosswalk.plan import Plan, make_plan
from crosswalk.version import version
from define.describe import describe_adam, describe_sdtm
from define.finished import read_finished
from define.model import Metadata
from mappings.built import BuiltDataset
from mappings.export import read_export
from mappings.load import Document
from mappings.rules import Rule
from mappings.scope import Report
from mappings.verbs.first import First
from mappings.verbs.map import Map
from sdtm.domains import run_sdtm
from sdtm.merged import merged
from sdtm.terminology import PublishedCodelist, Terminology, load_published

UNDATED = "of no date"

KINDS = {
    "list.gone": "the codelist is no longer published",
    "list.renamed": "the codelist has another short name",
    "list.closed": "the codelist can no longer be extended",
    "term.gone": "the term is no longer published",
    "term.renamed": "the term has another submission value",
    "term.code": "the value stands for another term",
    "term.published": "the sponsor's term is now published",
    "text.meaning": "the collected text means something else",
}


@dataclass(frozen=True, order=True)
class Change:
    """One thing in use that differs: `codelist` (C-code), `value` as it is, what it `becomes`.

    `kind` is one of `KINDS`; `code` and `new_code` are the C-codes of the terms; `where` has the
    variables or the places of the specification.
    """

    codelist: str
    name: str
    kind: str
    value: str = ""
    becomes: str = ""
    code: str = ""
    new_code: str = ""
    where: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"{self.codelist} {self.name}:"]
        if self.value:
            parts.append(f"'{self.value}'{f' ({self.code})' if self.code else ''}:")
        parts.append(KINDS[self.kind])
        if self.becomes:
            parts.append(f"-> '{self.becomes}'{f' ({self.new_code})' if self.new_code else ''}")
        return f"{' '.join(parts)} [{', '.join(self.where)}]"


@dataclass(frozen=True)
class Difference:
    """The changes, and the lists in use that the old file lacks (name by C-code)."""

    old: str
    new: str
    changes: tuple[Change, ...]
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The same for a program."""
        changes = [
            {**asdict(c), "where": list(c.where), "means": KINDS[c.kind]} for c in self.changes
        ]
        return {
            "old": self.old,
            "new": self.new,
            "changes": changes,
            "elsewhere": dict(self.elsewhere),
        }


@dataclass
class Used:
    """What a study uses, by C-code of the codelist; each with where it does.

    `texts` are collected texts that were not themselves a submission value.
    """

    names: dict[str, str] = field(default_factory=dict)
    places: dict[str, dict[str, None]] = field(default_factory=dict)
    values: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict)
    texts: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict)

    def lists(self, code: str, name: str, where: str) -> None:
        """The study uses the codelist."""
        self.names.setdefault(code, name)
        self.places.setdefault(code, {})[where] = None

    def value(self, code: str, value: str, where: str) -> None:
        """The study's data have the value."""
        self.values.setdefault(code, {}).setdefault(value, {})[where] = None

    def text(self, code: str, text: str, where: str) -> None:
        """A rule recognised the collected text."""
        self.texts.setdefault(code, {}).setdefault(text, {})[where] = None


def compare(used: Used, old: Terminology, new: Terminology) -> Difference:
    """What of that which is in use differs between two packages."""
    changes: list[Change] = []
    elsewhere: dict[str, str] = {}
    for code, name in used.names.items():
        places = tuple(used.places[code])
        if code not in old:
            elsewhere[code] = name
            continue
        before = old.codelist(code)
        if code not in new:
            changes.append(Change(code, name, "list.gone", where=places))
            continue
        after = new.codelist(code)
        if before.submission != after.submission:
            names = before.submission, after.submission
            changes.append(Change(code, name, "list.renamed", *names, where=places))
        for value, where in used.values.get(code, {}).items():
            changes.extend(_value(before, after, value, tuple(where)))
        for text, where in used.texts.get(code, {}).items():
            changes.extend(_text(before, after, text, tuple(where)))
    ordered = sorted(dict.fromkeys(changes))
    versions = old.version or UNDATED, new.version or UNDATED
    return Difference(*versions, tuple(ordered), dict(sorted(elsewhere.items())))


def _value(
    before: PublishedCodelist, after: PublishedCodelist, value: str, where: tuple[str, ...]
) -> Iterator[Change]:
    code, name = before.code, before.submission
    if value not in before:
        if value in after:
            term = after.term(value)
            yield Change(code, name, "term.published", value, value, "", term.code, where)
            return
        was, found = before.find(value), after.find(value)
        if found is not None and (was is None or was.value != found.value):
            term = after.term(found.value)
            yield Change(code, name, "term.published", value, term.value, "", term.code, where)
        elif before.extensible and not after.extensible:
            yield Change(code, name, "list.closed", value, where=where)
        return
    old = before.term(value)
    if value in after:
        new = after.term(value)
        if new.code != old.code:
            yield Change(code, name, "term.code", value, value, old.code, new.code, where)
        return
    same = next((t for t in after if t.code == old.code), None)
    if same is not None:
        yield Change(code, name, "term.renamed", value, same.value, old.code, same.code, where)
        return
    found = after.find(value)
    becomes = after.term(found.value) if found else None
    yield Change(
        code,
        name,
        "term.gone",
        value,
        becomes.value if becomes else "",
        old.code,
        becomes.code if becomes else "",
        where,
    )


def _text(
    before: PublishedCodelist, after: PublishedCodelist, text: str, where: tuple[str, ...]
) -> Iterator[Change]:
    was, found = before.find(text), after.find(text)
    if was is None or (found is not None and found.value == was.value):
        return
    # A renamed term keeps its C-code: then the rule follows, and the value says so itself.
    term = before.term(was.value)
    becomes = after.term(found.value) if found else None
    if becomes is not None and becomes.code == term.code:
        return
    yield Change(
        before.code,
        before.submission,
        "text.meaning",
        text,
        becomes.value if becomes else "",
        term.code,
        becomes.code if becomes else "",
        where,
    )


def used_by(folder: Path) -> Used:
    """What the study in `folder` uses, from its specification and its data.

    Raises SpecificationFault as a build does.
    """
    plan = make_plan(folder)
    forms = read_export(plan.study)
    report = Report({n: f.settings.file for n, f in forms.items()}, plan.study.encoding)
    tool = version()
    used = Used()
    if plan.finished is not None:
        datasets: Iterable[BuiltDataset] = read_finished(folder, plan.finished)[0]
    else:
        sdtm = run_sdtm(plan.sdtm, forms, report)
        datasets = sdtm.datasets
        _described(describe_sdtm(plan.sdtm, sdtm, tool)[0], used)
    if plan.adam is not None:
        adam = run_adam(plan.adam, merged(datasets), report)
        _described(describe_adam(plan.adam, adam, tool)[0], used)
    _named(plan, used)
    rules = _rules(plan)
    for finding in report.findings:
        if finding.rule == "map.synonym":
            where = f"{finding.dataset}.{finding.variable}"
            for verb in rules.get((finding.dataset, finding.variable), ()):
                if verb.codelist is not None and finding.value not in verb.table:
                    used.text(verb.codelist.code, finding.value, where)
    return used


def _described(document: Metadata, used: Used) -> None:
    for dataset in document.datasets:
        for variable in dataset.variables:
            where = f"{dataset.name}.{variable.name}"
            # The value level has lists of its own, such as that of one test's results.
            for listed in dict.fromkeys(item.codelist for item in variable.parts):
                if listed is None or not listed.ccode:
                    continue
                used.lists(listed.ccode, listed.key.partition(".")[0], where)
                for term in listed.terms:
                    used.value(listed.ccode, term.value, where)


def _named(plan: Plan, used: Used) -> None:
    """Codelists that modules name, also where no value of them came out."""
    both = plan.adam.terminology if plan.adam is not None else None
    for document in (*plan.study.sdtm, *plan.study.adam):
        for name in _cts(document.data):
            own = both.adam if both is not None and _is_adam(document) else plan.sdtm.terminology
            source = own if name in own else plan.sdtm.terminology
            if name in source:
                found = source.codelist(name)
                used.lists(found.code, found.submission, document.file)


def _is_adam(document: Document) -> bool:
    return document.file.startswith("adam/")


def _cts(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        if "map" in data and "ct" in data:
            yield str(data["ct"])
        for value in data.values():
            yield from _cts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _cts(value)


def _rules(plan: Plan) -> dict[tuple[str, str], list[Map]]:
    found: dict[tuple[str, str], list[Map]] = {}
    modules = list(plan.sdtm.modules)
    if plan.adam is not None:
        modules.extend(m.module for m in plan.adam.modules)
    for module in modules:
        for block in module.blocks:
            for rule in (*block.rules, *block.supp, *block.after):
                found.setdefault((module.target, rule.variable), []).extend(_maps([rule]))
    return found


def _maps(rules: Iterable[Rule]) -> Iterator[Map]:
    for rule in rules:
        if isinstance(rule.verb, Map):
            yield rule.verb
        elif isinstance(rule.verb, First):
            yield from _maps(rule.verb.rules)


def ct_diff(old: Path, new: Path, study: Path) -> Difference:
    """What a change from the package `old` to `new` would change in the study.

    Raises TerminologyError for a file that is none as NCI EVS publishes them, and what `used_by`
    raises. The files are looked at first, because the study takes longer.
    """
    before, after = load_published(old), load_published(new)
    return compare(used_by(study), before, after)


def as_text(difference: Difference) -> Iterator[str]:
    """The lines that a person reads."""
    yield f"Terminology {difference.old} -> {difference.new}"
    for change in difference.changes:
        yield f"{change.kind}: {change}"
    for code, name in difference.elsewhere.items():
        yield f"not compared: {code} {name}, which the old file lacks"
    count = len(difference.changes)
    yield f"{count} change{'' if count == 1 else 's'} to what the study uses."
