"""The documents of a study in its package, as the metadata model has them."""

from __future__ import annotations

from collections.abc import Iterable

from define.model import PageRef
from mappings.documents import DocumentPages
from mappings.findings import Finding
from mappings.load import spec_fault
from mappings.study import Study

_FOLDERS = {"Tabulation": "sdtm", "Analysis": "adam"}


def check_documents(study: Study) -> list[Finding]:
    """Faults of `documents`: no such file."""
    return [
        spec_fault(
            "document.file",
            f"there is no file '{document.file}' that could be read",
            document.place,
            "Mend the name.",
        )
        for document in study.documents
        if not (study.folder / document.file).is_file()
    ]


def documents_of(study: Study, purpose: str) -> tuple[tuple[str, str, str], ...]:
    """Key, href and title of the documents beside the define.xml of a purpose."""
    folder = _FOLDERS[purpose]
    return tuple((d.key, d.name, d.title) for d in study.documents if folder in d.folders)


def page_refs(references: Iterable[DocumentPages]) -> tuple[PageRef, ...]:
    """References as the metadata model has them."""
    return tuple(PageRef(r.key, r.pages, r.destinations) for r in references)
