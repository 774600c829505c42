"""The facts for the guides, taken from a build in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import pandas as pd

from adam.cutoff import UNCUT
from adam.datasets import AdamModule
from crosswalk.guides.facts import (
    NONE,
    Count,
    Dataset,
    Dictionary,
    Display,
    Document,
    Facts,
    Flag,
    Form,
    Imputed,
    Named,
    Parameter,
    Records,
    Result,
    Said,
    Standard,
)
from crosswalk.guides.sponsor import sponsor_texts
from crosswalk.plan import Plan
from define.collect import collect
from define.describe import creation_time
from define.model import Dataset as Described
from define.model import Metadata, Variable
from mappings.built import BuiltDataset
from mappings.modules import Module
from mappings.study import Study
from mappings.verbs.call import Call
from mappings.verbs.first import First
from validation.account import Account, State

TRIAL = ("TA", "TE", "TV", "TI", "TS")
_FLAG_OF_DATE = re.compile(r"(?:DTF|TMF)$")
_POPULATION = re.compile(r"[A-Z0-9]{1,6}FL$")


class Built(Protocol):
    """A build in memory, as much of it as the guides tell of."""

    @property
    def plan(self) -> Plan: ...
    @property
    def datasets(self) -> Mapping[str, BuiltDataset]: ...
    @property
    def documents(self) -> tuple[Metadata, ...]: ...
    @property
    def account(self) -> Account: ...
    @property
    def sources(self) -> Mapping[str, BuiltDataset]: ...


def guide_facts(built: Built, programs: Sequence[str], tool: str) -> Facts:
    """The facts of a build; `programs` are the names of the files of programs."""
    plan, study = built.plan, built.plan.study
    frames = {n: d.frame for n, d in {**built.sources, **built.datasets}.items()}
    datasets = tuple(_datasets(built))
    return Facts(
        study=study.id,
        name=study.name,
        description=study.description,
        protocol=study.protocol,
        created=creation_time(study),
        cutoff=study.cutoff,
        encoding=study.encoding,
        fictitious="FICTITIOUS" in f"{study.name} {study.description}".upper(),
        tool_version=tool,
        levels=tuple(_level(d) for d in built.documents),
        standards=tuple(_standards(built.documents)),
        dictionaries=_dictionaries(built.documents),
        datasets=datasets,
        forms=_forms(built.account, study),
        arms=_arms(frames.get("DM")),
        populations=tuple(_populations(built, frames)),
        imputed=tuple(_imputed(built, frames)),
        displays=tuple(_displays(built.documents)),
        trial=tuple(_records(n, built.datasets[n]) for n in TRIAL if n in built.datasets),
        documents=tuple(_documents(built.documents)),
        programs=tuple(programs),
        functions=_functions(plan),
        given_sdtm=tuple(sorted(built.sources)),
        said=tuple(
            Said(guide, section, dataset, paragraphs)
            for (guide, section, dataset), paragraphs in sponsor_texts(study).items()
        ),
    )


def _level(metadata: Metadata) -> str:
    return "SDTM" if metadata.purpose == "Tabulation" else "ADaM"


def _standards(documents: Sequence[Metadata]) -> Iterator[Standard]:
    for metadata in documents:
        for standard in collect(metadata).standards:
            yield Standard(
                _level(metadata),
                standard.name,
                standard.type,
                standard.version,
                standard.publishing_set,
            )


def _dictionaries(documents: Sequence[Metadata]) -> tuple[Dictionary, ...]:
    used: dict[tuple[str, str], dict[str, None]] = {}
    for metadata in documents:
        for dataset in metadata.datasets:
            for variable in dataset.variables:
                for part in variable.parts:
                    coded = part.codelist
                    if coded is not None and coded.dictionary:
                        key = (coded.dictionary, coded.dictionary_version)
                        used.setdefault(key, {})[f"{dataset.name}.{variable.name}"] = None
    return tuple(Dictionary(*key, tuple(names)) for key, names in sorted(used.items()))


def _datasets(built: Built) -> Iterator[Dataset]:
    plan = built.plan
    modules = {m.module.target: m for m in plan.adam.modules} if plan.adam else {}
    for metadata in built.documents:
        for dataset in collect(metadata).datasets:
            made = built.datasets[dataset.name]
            module = modules.get(dataset.name)
            sources = _of_adam(module) if module else _of_sdtm(made, built)
            yield _dataset(_level(metadata), dataset, made, sources)


def _dataset(level: str, dataset: Described, made: BuiltDataset, sources: Sequence[str]) -> Dataset:
    frame = made.frame
    return Dataset(
        level=level,
        name=dataset.name,
        label=dataset.label,
        class_name=dataset.class_name,
        structure=dataset.structure,
        keys=dataset.keys,
        records=dataset.records,
        subjects=_subjects(made),
        variables=tuple(Named(v.name, v.label) for v in dataset.variables),
        comment=dataset.comment.text if dataset.comment else "",
        parent=made.parent,
        sources=tuple(s for s in sources if s != dataset.name),
        methods=tuple(_methods(dataset.variables)),
        extended=tuple(_extended(dataset.variables)),
        own=tuple(Named(v.name, v.label) for v in dataset.variables if v.non_standard),
        qualifiers=tuple(_qualifiers(made)),
        parameters=tuple(_parameters(frame)) if level == "ADaM" else (),
    )


def _subjects(made: BuiltDataset) -> int:
    if "USUBJID" not in made.variables:
        return NONE
    return int(made.frame["USUBJID"].replace("", None).nunique())


def _methods(variables: Sequence[Variable]) -> Iterator[Named]:
    for variable in variables:
        if variable.method is not None:
            yield Named(variable.name, variable.method.text)
        for value in variable.values:
            if value.item.method is not None:
                checks = value.where.checks
                where = " and ".join(f"{c.variable} {', '.join(c.values)}" for c in checks)
                yield Named(variable.name, value.item.method.text, where)


def _extended(variables: Sequence[Variable]) -> Iterator[Named]:
    seen: set[str] = set()
    for variable in variables:
        for part in variable.parts:
            coded = part.codelist
            if coded is None or coded.standard is None:
                continue
            terms = [t.value for t in coded.terms if t.extended and t.value not in seen]
            if terms:
                seen.update(terms)
                yield Named(variable.name, "; ".join(terms), coded.name)


def _qualifiers(made: BuiltDataset) -> Iterator[Named]:
    if not made.parent or not {"QNAM", "QLABEL"} <= set(made.frame):
        return
    distinct = made.frame[["QNAM", "QLABEL"]].drop_duplicates().sort_values("QNAM")
    for name, label in distinct.to_numpy().tolist():
        yield Named(str(name), str(label))


def _parameters(frame: pd.DataFrame) -> Iterator[Parameter]:
    if not {"PARAMCD", "PARAM", "USUBJID"} <= set(frame):
        return
    labels = frame.drop_duplicates("PARAMCD").set_index("PARAMCD")["PARAM"].to_dict()
    records = frame["PARAMCD"].value_counts().to_dict()
    subjects = frame.groupby("PARAMCD")["USUBJID"].nunique().to_dict()
    for code, label in labels.items():
        yield Parameter(str(code), str(label), int(records[code]), int(subjects[code]))


def _of_sdtm(made: BuiltDataset, built: Built) -> tuple[str, ...]:
    """Raw forms and datasets behind a dataset of SDTM; "study.yaml" where that describes it."""
    if made.parent:
        return (made.parent,)
    if made.module is None:
        if made.name == "RELREC":
            names = made.frame["RDOMAIN"].unique() if "RDOMAIN" in made.frame else ()
            return tuple(sorted(str(n) for n in names))
        return ("study.yaml",)
    known = {*built.plan.study.forms, *built.datasets}
    own = [f.name for f in built.account.forms if any(n == made.name for n, _ in f.datasets)]
    read = [n for n in made.module.uses if n in known]
    return tuple(dict.fromkeys((*own, *read))) or ("study.yaml",)


def _of_adam(module: AdamModule) -> tuple[str, ...]:
    """Datasets that an analysis dataset is made from."""
    names = [*module.module.uses, *(u for p in module.parameters for u in p.kind.uses)]
    names += [u for rule in module.then for u in rule.verb.uses]
    if module.module.target != "ADSL":
        names.append("ADSL")
    plain = (n.removeprefix(UNCUT) for n in names)
    return tuple(dict.fromkeys(n for n in plain if n.isupper()))


def _forms(account: Account, study: Study) -> tuple[Form, ...]:
    return tuple(
        Form(
            form.name,
            form.file,
            form.read,
            form.mapped,
            tuple(Count(reason, rows) for reason, rows in form.aside),
            tuple(dict.fromkeys(name for name, _ in form.datasets)),
            tuple(
                Named(c.field, c.reason)
                for c in form.columns
                if c.state is State.NOT_SUBMITTED and c.name == c.field
            ),
        )
        for form in account.forms
        if form.name in study.forms
    )


def _arms(frame: pd.DataFrame | None) -> tuple[Count, ...]:
    if frame is None:
        return ()
    chosen = pd.Series("", index=frame.index, dtype="str")
    for name in ("ACTARM", "ARMNRS"):
        if name in frame:
            chosen = chosen.where(chosen != "", frame[name])
    counts = chosen.replace("", "(no arm)").value_counts().sort_index()
    return tuple(Count(str(what), int(number)) for what, number in counts.items())


def _populations(built: Built, frames: Mapping[str, pd.DataFrame]) -> Iterator[Flag]:
    described = _described(built, "ADSL")
    if described is None:
        return
    for variable in described.variables:
        label = variable.label.lower()
        wanted = "population" in label or "set" in label.split() or "screen failure" in label
        if _POPULATION.fullmatch(variable.name) and wanted:
            yes = int((frames["ADSL"][variable.name] == "Y").sum())
            text = variable.method.text if variable.method else _origin(variable)
            yield Flag(variable.name, variable.label, text, yes)


def _origin(variable: Variable) -> str:
    return variable.origin.description or variable.origin.type if variable.origin else ""


def _described(built: Built, name: str) -> Described | None:
    every = (d for m in built.documents for d in m.datasets)
    return next((d for d in every if d.name == name), None)


def _imputed(built: Built, frames: Mapping[str, pd.DataFrame]) -> Iterator[Imputed]:
    for metadata in built.documents:
        if _level(metadata) != "ADaM":
            continue
        for dataset in metadata.datasets:
            by_name = {v.name: v for v in dataset.variables}
            for flag in by_name.values():
                date = by_name.get(flag.name[:-1])
                # A copy of ADSL's date was imputed there.
                if not _FLAG_OF_DATE.search(flag.name) or date is None or date.method is None:
                    continue
                values = frames[dataset.name][flag.name]
                counts = values[values != ""].value_counts().sort_index()
                yield Imputed(
                    dataset.name,
                    date.name,
                    flag.name,
                    _rule_of(date.method.text, by_name.get(f"{date.name}M")),
                    tuple(Count(str(v), int(n)) for v, n in counts.items()),
                )


def _rule_of(text: str, moment: Variable | None) -> str:
    """How a date is imputed; where it is taken from its datetime, how that one is."""
    if moment is None or moment.method is None or moment.name not in text:
        return text
    return f"{text} {moment.name}: {moment.method.text}"


def _displays(documents: Sequence[Metadata]) -> Iterator[Display]:
    for metadata in documents:
        for display in metadata.displays:
            results = tuple(
                Result(
                    r.description,
                    r.reason,
                    r.purpose,
                    tuple(d.dataset for d in r.datasets),
                    r.documentation,
                )
                for r in display.results
            )
            yield Display(display.name, display.description, results)


def _records(name: str, built: BuiltDataset) -> Records:
    shown = built.frame[list(built.variables)]
    columns = {c: shown[c].map(_cell) for c in built.variables}
    rows = pd.DataFrame(columns).to_numpy().tolist()
    return Records(name, tuple(built.variables), tuple(tuple(map(str, row)) for row in rows))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.15g}"  # noqa: PLR0124 - NaN
    return str(value)


def _documents(documents: Sequence[Metadata]) -> Iterator[Document]:
    for metadata in documents:
        for key, href, title in metadata.documents:
            yield Document(_level(metadata), key, href, title)


def _functions(plan: Plan) -> tuple[Named, ...]:
    """The functions of derive.py and the variables that they make, by name."""
    used: dict[str, dict[str, None]] = {}
    modules: list[Module] = list(plan.sdtm.modules)
    modules += [m.module for m in plan.adam.modules] if plan.adam else []
    then = [(m.module.target, r) for m in (plan.adam.modules if plan.adam else ()) for r in m.then]
    hidden = {f"{m.target}.{name}" for m in modules for name in m.hidden}
    rules = [
        (m.target, r) for m in modules for b in m.blocks for r in (*b.rules, *b.supp, *b.after)
    ]
    for target, rule in (*rules, *then):
        variable = f"{target}.{rule.variable}"
        parts = [rule.verb]
        if isinstance(rule.verb, First):
            parts += [r.verb for r in rule.verb.rules]
        for verb in parts:
            if isinstance(verb, Call):
                used.setdefault(verb.name, {})[target if variable in hidden else variable] = None
    return tuple(Named(name, ", ".join(used[name])) for name in sorted(used))
