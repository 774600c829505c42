"""Documents of the study that define.xml names: protocol, analysis plan, what a reviewer needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from mappings.findings import Finding, SpecPlace
from mappings.load import Document, Steps, did_you_mean, spec_fault

BOTH = ("sdtm", "adam")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.[a-z0-9]+")


@dataclass(frozen=True)
class StudyDocument:
    """A file of the study that stands beside the define.xml of each of `folders`."""

    key: str
    file: str
    title: str
    folders: tuple[str, ...]
    place: SpecPlace

    @property
    def name(self) -> str:
        """The file's name in the package."""
        return PurePosixPath(self.file).name


@dataclass(frozen=True)
class DocumentPages:
    """Pages (physical, from 1) or named destinations of a document; the whole of it by default."""

    key: str
    pages: tuple[int, ...] = ()
    destinations: tuple[str, ...] = ()
    place: SpecPlace = field(default_factory=lambda: SpecPlace("study.yaml"))


def read_documents(main: Document, faults: list[Finding]) -> tuple[StudyDocument, ...]:
    """`documents` of study.yaml; what is wrong with their names is added to `faults`."""
    found: dict[str, StudyDocument] = {}
    # The annotated CRF stands there already.
    taken = {("sdtm", "acrf.pdf"): "acrf"}
    for key, data in main.data.get("documents", {}).items():
        place = main.place(("documents", key), key=True)
        at = main.place(("documents", key, "file"))
        file = str(data["file"])
        if not _KEY.fullmatch(key) or key == "acrf":
            message = f"'{key}' cannot be the name of a document"
            advice = "Use letters, digits, '-' and '_'; 'acrf' is the annotated CRF."
            faults.append(spec_fault("document.name", message, place, advice))
        if PurePosixPath(file).is_absolute() or PureWindowsPath(file).is_absolute():
            message = f"'{file}' is an absolute path, which means nothing on another machine"
            advice = "Name the file from the study folder on."
            faults.append(spec_fault("raw.path", message, at, advice))
        folders = tuple(str(f) for f in data.get("in", BOTH))
        made = StudyDocument(key, file, str(data["title"]), folders, at)
        if not _NAME.fullmatch(made.name):
            message = f"'{made.name}' is no file name for a package"
            advice = "Rename it: small letters, digits, '-', '_' and one ending."
            faults.append(spec_fault("document.name", message, at, advice))
        for folder in folders:
            other = taken.setdefault((folder, made.name), key)
            if other != key:
                message = f"'{other}' and '{key}' would both be {made.name} in the folder {folder}"
                faults.append(spec_fault("document.name", message, at, "Rename one of them."))
        found[key] = made
    return tuple(found.values())


def read_pages(
    main: Document,
    steps: Steps,
    given: list[Mapping[str, Any]],
    documents: tuple[StudyDocument, ...],
    faults: list[Finding],
) -> tuple[DocumentPages, ...]:
    """References to documents that stand at `steps` of study.yaml."""
    known = [d.key for d in documents]
    found = []
    for i, data in enumerate(given):
        key = str(data["document"])
        place = main.place((*steps, i, "document"))
        if key not in known:
            message = f"there is no document '{key}' in 'documents'"
            faults.append(spec_fault("document.unknown", message, place, did_you_mean(key, known)))
        elif "adam" not in next(d.folders for d in documents if d.key == key):
            message = f"the document '{key}' is not in the folder adam, where results are described"
            faults.append(spec_fault("document.folder", message, place, "Add adam to its 'in'."))
        pages = tuple(sorted({int(p) for p in data.get("pages", [])}))
        named = tuple(str(n) for n in data.get("destinations", []))
        found.append(DocumentPages(key, pages, named, place))
    return tuple(found)
