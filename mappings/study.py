"""study.yaml as an object: what the study is, where its raw export lies, its own tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mappings.findings import Finding, SpecificationFault, SpecPlace
from mappings.load import Document, did_you_mean, load_yaml, spec_fault
from mappings.raw import FormSettings, SubjectRule
from mappings.schemas import check_schema


@dataclass(frozen=True)
class Visit:
    """A planned visit: how the export names its event, then VISIT, VISITNUM and VISITDY."""

    events: tuple[str, ...]
    name: str
    number: float
    day: int | None = None
    unscheduled: bool = False


@dataclass(frozen=True)
class SummaryParameter:
    """A trial summary parameter for TS; `null` is the null flavour when there is no value."""

    parameter: str
    value: str = ""
    null: str = ""
    code: str = ""
    reference: str = ""
    version: str = ""
    group: str = ""
    place: SpecPlace = field(default_factory=lambda: SpecPlace("study.yaml"))


@dataclass(frozen=True)
class Study:
    """The study folder and what its study.yaml says; modules are loaded documents."""

    folder: Path
    document: Document
    id: str
    name: str
    description: str
    protocol: str
    created: str
    cutoff: str
    encoding: str
    standards: Mapping[str, str]
    forms: Mapping[str, FormSettings]
    subject: SubjectRule
    rescreened: tuple[str, str] | None
    visits: tuple[Visit, ...]
    epochs: Mapping[str, str]
    tables: Mapping[str, list[dict[str, str]]]
    ts: tuple[SummaryParameter, ...]
    response: Mapping[str, Any]
    not_submitted: Mapping[str, Mapping[str, str]]
    sdtm: tuple[Document, ...]
    adam: tuple[Document, ...]
    findings: Document | None


def load_study(folder: Path) -> Study:
    """Load study.yaml and every module beside it.

    Raises SpecificationFault with all faults of reading and of the schemas at once.
    """
    if not folder.is_dir():
        message = "there is no such study folder"
        advice = "Name a folder that holds study.yaml."
        raise SpecificationFault(
            [spec_fault("file.missing", message, SpecPlace(folder.as_posix()), advice)]
        )
    faults: list[Finding] = []

    def load(path: Path, schema: str) -> Document | None:
        shown = path.relative_to(folder).as_posix()
        try:
            document = load_yaml(path, shown)
        except SpecificationFault as fault:
            faults.extend(fault.findings)
            return None
        faults.extend(check_schema(document, schema))
        return document

    main = load(folder / "study.yaml", "study")
    sdtm = [load(p, "sdtm") for p in sorted((folder / "sdtm").glob("*.yaml"))]
    adam = [load(p, "adam") for p in sorted((folder / "adam").glob("*.yaml"))]
    explained_path = folder / "findings.yaml"
    explained = load(explained_path, "findings") if explained_path.exists() else None
    if faults or main is None:
        raise SpecificationFault(faults)
    return _study(folder, main, [d for d in sdtm if d], [d for d in adam if d], explained)


def _study(
    folder: Path,
    main: Document,
    sdtm: list[Document],
    adam: list[Document],
    explained: Document | None,
) -> Study:
    data = main.data
    about = data["study"]
    raw = data["raw"]
    faults: list[Finding] = []
    forms = _forms(main, faults)
    pattern = _pattern(main, faults)
    rescreened = raw["subject"].get("rescreened")
    if rescreened and rescreened["form"] not in forms:
        place = main.place(("raw", "subject", "rescreened", "form"))
        message = f"there is no form '{rescreened['form']}'"
        hint = did_you_mean(rescreened["form"], list(forms))
        faults.append(spec_fault("name.form", message, place, hint))
    if faults:
        raise SpecificationFault(faults)
    return Study(
        folder=folder,
        document=main,
        id=str(about["id"]),
        name=str(about["name"]),
        description=str(about["description"]),
        protocol=str(about["protocol"]),
        created=str(data["created"]),
        cutoff=str(data.get("cutoff", "")),
        encoding=str(data.get("encoding", "ascii")),
        standards={k: str(v) for k, v in data["standards"].items()},
        forms=forms,
        subject=SubjectRule(
            str(about["id"]), pattern, tuple(str(p) for p in raw["subject"]["usubjid"])
        ),
        rescreened=(rescreened["form"], rescreened["previous"]) if rescreened else None,
        visits=_visits(data.get("visits", [])),
        epochs={k: str(v) for k, v in data.get("epochs", {}).items()},
        tables={
            name: [{k: str(v or "") for k, v in row.items()} for row in rows]
            for name, rows in data.get("tables", {}).items()
        },
        ts=_summary(main),
        response=data.get("response", {}),
        not_submitted=data.get("not_submitted", {}),
        sdtm=tuple(sdtm),
        adam=tuple(adam),
        findings=explained,
    )


def _forms(main: Document, faults: list[Finding]) -> dict[str, FormSettings]:
    raw = main.data["raw"]
    forms: dict[str, FormSettings] = {}
    for name, own in raw["forms"].items():
        merged: dict[str, Any] = {**raw.get("defaults", {}), **own}
        lacking = [k for k in ("reader", "subject") if k not in merged]
        if lacking:
            place = main.place(("raw", "forms", name), key=True)
            message = f"the form '{name}' has no '{lacking[0]}', and 'defaults' has none"
            faults.append(spec_fault("schema.required", message, place))
            continue
        active = merged.get("active") or {}
        forms[name] = FormSettings(
            name=name,
            file=str(merged["file"]),
            reader=str(merged["reader"]),
            encoding=str(merged.get("encoding", "utf-8")),
            delimiter=str(merged.get("delimiter", ",")),
            subject=str(merged["subject"]),
            event=str(merged.get("event") or ""),
            repeat=str(merged.get("repeat") or ""),
            id=tuple(str(c) for c in merged.get("id") or ()),
            active_column=str(active.get("column", "")),
            active_value=str(active.get("is", "")),
            active_reason=str(active.get("reason", "")),
            source=str(merged.get("source", "Investigator")),
            pages=str(merged.get("pages", "")),
        )
    return forms


def _pattern(main: Document, faults: list[Finding]) -> re.Pattern[str]:
    text = str(main.data["raw"]["subject"]["pattern"])
    place = main.place(("raw", "subject", "pattern"))
    try:
        pattern = re.compile(text)
    except re.error as error:
        faults.append(spec_fault("subject.pattern", f"not a regular expression: {error}", place))
        return re.compile("")
    if {"site", "subject"} - set(pattern.groupindex):
        message = "the pattern needs the groups (?P<site>...) and (?P<subject>...)"
        faults.append(spec_fault("subject.pattern", message, place))
    return pattern


def _visits(rows: list[dict[str, Any]]) -> tuple[Visit, ...]:
    visits = []
    for row in rows:
        events = row["event"] if isinstance(row["event"], list) else [row["event"]]
        day = row.get("day")
        visits.append(
            Visit(
                tuple(str(e) for e in events),
                str(row["visit"]),
                float(row["number"]),
                int(day) if day is not None else None,
                row.get("unscheduled") == "true",
            )
        )
    return tuple(visits)


def _summary(main: Document) -> tuple[SummaryParameter, ...]:
    result = []
    for i, row in enumerate(main.data.get("ts", [])):
        texts = {k: str(v) for k, v in row.items() if k != "dataset"}
        result.append(SummaryParameter(**texts, place=main.place(("ts", i), key=True)))
    return tuple(result)
