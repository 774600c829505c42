"""Modules of ADaM from a specification, over finished SDTM that is still to come."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from adam.standard import Structure
from adam.target import structure_of, target
from crosswalk.init.from_spec_rules import FIRST, Proposed, about, told, values
from crosswalk.init.text import Value, flow, remark
from define.model import Dataset, Metadata, Variable
from define.wheres import where_text

FOLDER = "sdtm"
_ALWAYS = ("STUDYID", "DOMAIN", "USUBJID")
_CLASSES = {
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL",
    "OCCURRENCE DATA STRUCTURE": "OCCDS",
    "BASIC DATA STRUCTURE": "BDS",
    "ADVERSE EVENT": "OCCDS",
}
_AUTOMATIC = ("STUDYID", "USUBJID")
_PLACE = re.compile(r"\b([A-Z][A-Z0-9]{1,7})\.([A-Z_][A-Z0-9_]{0,7})\b")
_LABEL = 40


@dataclass(frozen=True)
class _Source:
    """Where a variable is copied from: one dataset and variable that its predecessor names."""

    dataset: str
    variable: str


def propose(metadata: Metadata) -> Proposed:
    """A module for each dataset of a known class, and SDTM datasets with headers only."""
    made = Proposed()
    columns: dict[str, list[str]] = {"DM": []}
    names = {d.name: {v.name for v in d.variables} for d in metadata.datasets}
    sources = {d.name: _sources(d, names) for d in metadata.datasets}
    for dataset in metadata.datasets:
        kind = _CLASSES.get(dataset.class_name, "")
        if not kind:
            words = dataset.class_name or "none"
            made.notes.append(f"no module: {dataset.name} is of the class {words}")
            continue
        if kind != "ADSL" and "ADSL" not in names:
            made.notes.append(f"no module: {dataset.name}: the specification has no ADSL")
            continue
        source = _chief(dataset, kind, sources[dataset.name], names)
        made.modules[dataset.name] = _module(made, dataset, kind, source, sources[dataset.name])
        columns.setdefault(source, [])
        for told_of in sources[dataset.name].values():
            if told_of.dataset not in names:
                columns.setdefault(told_of.dataset, []).append(told_of.variable)
    for name, own in sorted(columns.items()):
        if name in names:
            continue
        header = dict.fromkeys([*_ALWAYS, *own])
        made.files[f"{FOLDER}/{name.lower()}.csv"] = ",".join(header) + "\n"
    made.source.append(
        f"sdtm: {{folder: {FOLDER}, format: csv}}  "
        + remark("missing: the finished SDTM; these datasets have headers only")
    )
    return made


def _sources(dataset: Dataset, names: Mapping[str, set[str]]) -> dict[str, _Source]:
    """The variables whose predecessor names one place; in a dataset of ADaM it must be there."""
    found = {}
    for variable in dataset.variables:
        origin = variable.origin
        if origin is None or origin.type != "Predecessor":
            continue
        places = set(_PLACE.findall(origin.description))
        if len(places) == 1 and _PLACE.fullmatch(origin.description.strip()):
            place = _Source(*places.pop())
            if place.dataset not in names or place.variable in names[place.dataset]:
                found[variable.name] = place
    return found


def _chief(
    dataset: Dataset, kind: str, sources: dict[str, _Source], names: Mapping[str, set[str]]
) -> str:
    """The dataset that most variables are copied from; ADSL is made of DM."""
    if kind == "ADSL":
        return "DM"
    count = Counter(s.dataset for s in sources.values() if s.dataset not in ("ADSL", dataset.name))
    order = sorted(count, key=lambda n: (n in names, -count[n], n))
    usable = [n for n in order if n not in names]
    return usable[0] if usable else "DM"


def _module(
    made: Proposed, dataset: Dataset, kind: str, source: str, sources: dict[str, _Source]
) -> str:
    own = structure_of(_data(dataset, kind, source))
    core = [
        name
        for name, place in sources.items()
        if kind != "ADSL" and place == _Source("ADSL", name) and name not in _AUTOMATIC
    ]
    rules: list[str] = []
    written = {*_AUTOMATIC, *core}
    for variable in dataset.variables:
        if variable.name in written:
            continue
        written.add(variable.name)
        rules.append(_line(made, variable, own, source, sources.get(variable.name)))
        where = [
            " or ".join(where_text(w, dataset.name) for w in (v.where, *v.also))
            for v in variable.values
        ]
        rules += values(variable, dataset, where, "  ")
    rules += [
        made.line("  ", name, {"const": ""}, "", "required, not in the specification")
        for name in target(_data(dataset, kind, source)).required
        if name not in written
    ]
    keys = [k for k in dataset.keys if k != "STUDYID"] or ["USUBJID"]
    lines = [FIRST, f"target: {dataset.name}"]
    if dataset.label:
        lines.append(f"label: {flow(dataset.label)}")
    why = f"proposed: the class {dataset.class_name}"
    if dataset.subclass == "TIME-TO-EVENT":
        why = "missing: structure TTE, with its parameters, events and censoring"
    lines.append(f"structure: {kind}  {remark(why)}")
    whence = "proposed: most predecessors" if sources and kind != "ADSL" else "proposed"
    lines.append(f"from: {source}  {remark(f'{whence}; {dataset.structure}')}")
    lines.append(f"keys: {flow(keys)}  {remark('proposed: the keys of the specification')}")
    if core:
        made.proposed += len(core)
        lines.append(f"adsl: {flow(core)}  {remark('proposed: their predecessors')}")
    if dataset.comment:
        lines.append(f"comment: {flow(' '.join(dataset.comment.text.split()))}")
    return "\n".join([*lines, "vars:", *rules]) + "\n"


def _data(dataset: Dataset, kind: str, source: str) -> dict[str, str]:
    """What of the module decides which variables are required."""
    return {"target": dataset.name, "structure": kind, "from": source}


def _line(
    made: Proposed, variable: Variable, own: Structure, source: str, place: _Source | None
) -> str:
    known = own.find(variable.name)
    label = known.label if known else ""
    rule: dict[str, Value] = {"const": ""}
    why = ""
    if place is not None and place.dataset in (source, "ADSL"):
        copied: dict[str, Value] = {"copy": place.variable}
        found: dict[str, Value] = {"lookup": "ADSL", "get": place.variable}
        rule = copied if place.dataset == source else found
        why = f"its predecessor {place.dataset}.{place.variable}"
    if not label:
        rule["label"] = variable.label or variable.name
        label = variable.label
    given = about(variable)
    if why:
        given = {k: v for k, v in given.items() if k == "comment"}
    return made.line("  ", variable.name, {**rule, **given}, why, told(variable, label))
