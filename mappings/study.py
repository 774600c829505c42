"""study.yaml as an object: what the study is, where its raw export lies, its own tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from mappings.catalogue import Catalogue
from mappings.documents import StudyDocument, read_documents
from mappings.findings import Finding, Severity, SpecificationFault, SpecPlace
from mappings.forms import read_forms
from mappings.load import Document, did_you_mean, load_yaml, spec_fault
from mappings.papers import Papers, read_papers
from mappings.raw import FormSettings, SubjectRule
from mappings.schemas import check_schema
from mappings.sdtm_folder import SdtmFolder, read_sdtm_folder
from mappings.study_tables import read_study_tables
from mappings.texts import Texts, read_texts

USUBJID_PARTS = ("$STUDYID", "$SITEID", "$SUBJID")
"""What a collected number gives to USUBJID."""

UNSAID = "2000-01-01T00:00:00"
"""What a first study folder has as `created` until somebody sets it."""


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
    tables: Mapping[str, Catalogue]
    ts: tuple[SummaryParameter, ...]
    response: Mapping[str, Any]
    not_submitted: Mapping[str, Mapping[str, str]]
    sdtm: tuple[Document, ...]
    adam: tuple[Document, ...]
    findings: Document | None
    left_out: frozenset[str] = frozenset()
    sites: Mapping[str, str] = field(default_factory=dict)
    terminology: tuple[tuple[str, SpecPlace], ...] = ()
    """Files of controlled terminology, relative to the folder, and where each is named."""
    outputs: tuple[str, ...] = ()
    """Formats of datasets beside XPT, as the schema lists them."""
    expectations: Document | None = None
    """What the study expects of its datasets, if it has an expectations.yaml."""
    finished: SdtmFolder | None = None
    """Finished SDTM that the study starts from; it then has no forms and no modules of SDTM."""
    texts: Texts = field(default_factory=Texts)
    """Languages of the documents, and their Chinese texts."""
    documents: tuple[StudyDocument, ...] = ()
    """What define.xml names beside the datasets."""
    papers: Papers = field(default_factory=Papers)
    """Fonts of the PDFs, and the annotated CRF if it is given."""


def placeholders(study: Study) -> list[Finding]:
    """Warnings of what `crosswalk init` had to leave open and nobody has said since."""
    if study.created != UNSAID:
        return []
    message = (
        f"'created' is still {UNSAID}, which 'crosswalk init' writes because it reads no clock"
    )
    advice = "Set the date and time that the package carries."
    place = study.document.place(("created",))
    return [
        Finding("study.created", Severity.WARNING, message, advice, scope="created", spec=place)
    ]


def read_study(folder: Path) -> tuple[Study | None, list[Finding]]:
    """The study as far as it can be read, and every fault of reading and of the schemas.

    Modules with faults are left out, so that the others can still be looked at; `left_out` has
    their targets. None when study.yaml itself cannot be used.
    """
    if not folder.is_dir():
        message = "this is no folder" if folder.exists() else "there is no such study folder"
        advice = "Name a folder that holds study.yaml."
        return None, [spec_fault("file.missing", message, SpecPlace(folder.as_posix()), advice)]
    faults: list[Finding] = []
    left_out: set[str] = set()

    def load(path: Path, schema: str) -> Document | None:
        shown = path.relative_to(folder).as_posix()
        try:
            document = load_yaml(path, shown)
        except SpecificationFault as fault:
            faults.extend(fault.findings)
            return None
        found = check_schema(document, schema)
        faults.extend(found)
        # A key that means nothing leaves the rest of study.yaml as it was meant.
        if schema == "study" and all(f.rule == "schema.additionalProperties" for f in found):
            return document
        if found:
            left_out.add(str(_key(document, "target")))
            return None
        return document

    main = load(folder / "study.yaml", "study")
    modules: dict[str, list[Document]] = {}
    for standard in ("sdtm", "adam"):
        other = _other_files(folder, standard)
        faults.extend(other)
        left_out.update(PurePosixPath(f.spec.file).stem.upper() for f in other if f.spec)
        loaded = []
        for path in sorted((folder / standard).glob("*.yaml")):
            document = load(path, standard)
            if document is None:
                # A module is called after its target; when it cannot be read that must do.
                left_out.add(path.stem.upper())
            else:
                loaded.append(document)
        modules[standard] = _each_once(loaded, faults)
    explained, expected = (
        load(path, path.stem) if path.exists() else None
        for path in (folder / "findings.yaml", folder / "expectations.yaml")
    )
    if main is None:
        return None, faults
    if "raw" not in main.data and "sdtm" not in main.data:
        message = "'raw' is missing"
        advice = "Describe the raw export, or name with 'sdtm' a folder of finished SDTM."
        return None, [
            *faults,
            spec_fault("schema.required", message, main.place((), key=True), advice),
        ]
    if not modules["adam" if "sdtm" in main.data else "sdtm"] and not faults:
        message = "the study has no module"
        advice = "Write one file per dataset in the folder 'sdtm', such as sdtm/dm.yaml."
        if "sdtm" in main.data:
            message = "the study has no module of ADaM, and its SDTM is finished"
            advice = "Write one file per dataset in the folder 'adam', such as adam/adsl.yaml."
        return None, [spec_fault("module.none", message, SpecPlace("study.yaml"), advice)]
    analysed = bool(modules["adam"])
    if analysed or not faults:
        faults.extend(check_parts(main, analysed))
    try:
        study = _study(folder, main, modules["sdtm"], modules["adam"], explained)
    except SpecificationFault as fault:
        return None, [*faults, *fault.findings]
    return replace(study, left_out=frozenset(left_out), expectations=expected), faults


def check_parts(main: Document, analysed: bool) -> list[Finding]:
    """Faults of study.yaml beside its modules: what those of ADaM need, or what needs them."""
    if analysed and "adamig" not in main.data["standards"]:
        message = "standards: 'adamig' is missing, and the study has modules of ADaM"
        place = main.place(("standards",), key=True)
        return [spec_fault("study.standards", message, place)]
    if "analyses" in main.data and not analysed:
        message = "'analyses' does nothing in a study without modules of ADaM"
        return [spec_fault("analysis.none", message, main.place(("analyses",), key=True))]
    return []


def _key(document: Document, key: str) -> object:
    return document.data.get(key) if isinstance(document.data, dict) else None


def _other_files(folder: Path, standard: str) -> list[Finding]:
    """Files that look like modules and would be passed over."""
    return [
        spec_fault(
            "module.name",
            "the name of a module ends in .yaml",
            SpecPlace(path.relative_to(folder).as_posix()),
            "Rename it.",
        )
        for path in sorted((folder / standard).glob("*"))
        if path.suffix != ".yaml" and path.suffix.lower() in (".yaml", ".yml")
    ]


def _each_once(documents: list[Document], faults: list[Finding]) -> list[Document]:
    first: dict[str, Document] = {}
    for document in documents:
        target = str(document.data["target"])
        earlier = first.setdefault(target, document)
        if earlier is not document:
            message = f"{target} has a module already: {earlier.file}"
            place = document.place(("target",))
            faults.append(spec_fault("module.twice", message, place, "Keep one of them."))
    return list(first.values())


def _study(
    folder: Path,
    main: Document,
    sdtm: list[Document],
    adam: list[Document],
    explained: Document | None,
) -> Study:
    data = main.data
    about = data["study"]
    faults: list[Finding] = []
    finished = read_sdtm_folder(main, sdtm, faults)
    forms = read_forms(main, faults) if "raw" in data else {}
    pattern = _pattern(main, forms, faults) if "raw" in data else re.compile("")
    _check_texts(main, faults)
    texts = read_texts(folder, main, faults)
    documents = read_documents(main, faults)
    papers = read_papers(main, forms, faults)
    subject = data["raw"]["subject"] if "raw" in data else {}
    if "sites" in subject and not any(f.site for f in forms.values()):
        place = main.place(("raw", "subject", "sites"), key=True)
        message = "'sites' does nothing: no form has the setting 'site'"
        advice = "Name the column of the site in a form, or take it out."
        faults.append(spec_fault("raw.setting", message, place, advice))
    rescreened = subject.get("rescreened")
    if rescreened and rescreened["form"] not in forms:
        place = main.place(("raw", "subject", "rescreened", "form"))
        message = f"there is no form '{rescreened['form']}'"
        hint = did_you_mean(rescreened["form"], list(forms))
        faults.append(spec_fault("name.form", message, place, hint))
    taken = dict.fromkeys(forms, "a form")
    taken |= {str(d.data["target"]): f"the dataset of {d.file}" for d in (*sdtm, *adam)}
    tables = read_study_tables(folder, main, taken, faults)
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
            str(about["id"]), pattern, tuple(str(p) for p in subject.get("usubjid", []))
        ),
        rescreened=(rescreened["form"], rescreened["previous"]) if rescreened else None,
        visits=_visits(data.get("visits", [])),
        epochs={k: str(v) for k, v in data.get("epochs", {}).items()},
        tables=tables,
        ts=_summary(main),
        response=data.get("response", {}),
        not_submitted=data.get("not_submitted", {}),
        sdtm=tuple(sdtm),
        adam=tuple(adam),
        findings=explained,
        sites={k: str(v) for k, v in subject.get("sites", {}).items()},
        terminology=_terminology(main),
        finished=finished,
        outputs=tuple(str(o) for o in data.get("outputs", [])),
        texts=texts,
        documents=documents,
        papers=papers,
    )


def _terminology(main: Document) -> tuple[tuple[str, SpecPlace], ...]:
    given = main.data.get("terminology", [])
    if not isinstance(given, list):
        return ((str(given), main.place(("terminology",))),)
    return tuple((str(f), main.place(("terminology", i))) for i, f in enumerate(given))


def _check_texts(main: Document, faults: list[Finding]) -> None:
    """What the schema's shapes let pass and what would fail only when something is written."""
    name = str(main.data["study"]["id"])
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        message = f"'{name}' cannot be the name of a folder"
        advice = "Use letters, digits, '-', '_' and '.' only."
        faults.append(spec_fault("study.id", message, main.place(("study", "id")), advice))
    for form, reasons in main.data.get("not_submitted", {}).items():
        for column, reason in reasons.items():
            if not str(reason or "").strip():
                message = f"the reason for '{column}' of {form} is empty"
                place = main.place(("not_submitted", form, column))
                faults.append(spec_fault("account.reason", message, place, "Say why."))
    for key in ("created", "cutoff"):
        text = str(main.data.get(key, ""))
        try:
            datetime.fromisoformat(text or "2000-01-01")
        except ValueError:
            message = f"{key}: there is no such date as '{text}'"
            faults.append(spec_fault("study.date", message, main.place((key,))))


def _pattern(
    main: Document, forms: Mapping[str, FormSettings], faults: list[Finding]
) -> re.Pattern[str]:
    text = str(main.data["raw"]["subject"]["pattern"])
    place = main.place(("raw", "subject", "pattern"))
    try:
        pattern = re.compile(text)
    except re.error as error:
        faults.append(spec_fault("subject.pattern", f"not a regular expression: {error}", place))
        return re.compile("")
    parts = [str(p) for p in main.data["raw"]["subject"]["usubjid"]]
    at = ("raw", "subject", "usubjid")
    for number, part in enumerate(parts):
        if part.startswith("$") and part not in USUBJID_PARTS:
            message = f"there is no '{part}' that USUBJID could be put together from"
            hint = did_you_mean(part, list(USUBJID_PARTS))
            faults.append(spec_fault("subject.usubjid", message, main.place((*at, number)), hint))
    if "$SUBJID" not in parts:
        message = "'usubjid' without $SUBJID is the same for many subjects"
        faults.append(spec_fault("subject.usubjid", message, main.place(at), "Add $SUBJID."))
    elsewhere = "$SITEID" not in parts or any(f.site for f in forms.values())
    if "subject" not in pattern.groupindex:
        message = "the pattern needs the group (?P<subject>...)"
        faults.append(spec_fault("subject.pattern", message, place))
    elif "site" not in pattern.groupindex and not elsewhere:
        message = "the pattern needs the group (?P<site>...), or a form the setting 'site'"
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
    known = {f.name for f in fields(SummaryParameter)} - {"place"}
    result = []
    for i, row in enumerate(main.data.get("ts", [])):
        texts = {k: str(v) for k, v in row.items() if k in known}
        result.append(SummaryParameter(**texts, place=main.place(("ts", i), key=True)))
    return tuple(result)
