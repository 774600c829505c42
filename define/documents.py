"""The documents of a study in its package, as the metadata model has them."""

from __future__ import annotations

from collections.abc import Iterable

from adam.analyses import AnalysisDisplay
from define.acrf.pdf_pages import NotPdf, count_pages
from define.model import PageRef
from mappings.documents import DocumentPages
from mappings.findings import Finding
from mappings.load import spec_fault
from mappings.study import Study

_FOLDERS = {"Tabulation": "sdtm", "Analysis": "adam"}


def check_documents(study: Study, displays: Iterable[AnalysisDisplay]) -> list[Finding]:
    """Faults of `documents`: no such file, no PDF though it is called one, no such page."""
    faults: list[Finding] = []
    counts: dict[str, int] = {}
    for document in study.documents:
        try:
            data = (study.folder / document.file).read_bytes()
        except OSError:
            message = f"there is no file '{document.file}' that could be read"
            faults.append(spec_fault("document.file", message, document.place, "Mend the name."))
            continue
        if document.name.endswith(".pdf"):
            try:
                counts[document.key] = count_pages(data)
            except NotPdf as error:
                message = f"'{document.file}' {error}"
                faults.append(spec_fault("document.file", message, document.place))
    results = [r for display in displays for r in display.results]
    for reference in (p for r in results for p in r.documents):
        beyond = [p for p in reference.pages if p > counts.get(reference.key, p)]
        if beyond:
            has = counts[reference.key]
            pages = "1 page" if has == 1 else f"{has} pages"
            message = f"there is no page {beyond[0]}: '{reference.key}' has {pages}"
            advice = "Give physical pages, counted from 1, not the numbers printed on them."
            faults.append(spec_fault("document.pages", message, reference.place, advice))
    return faults


def documents_of(study: Study, purpose: str) -> tuple[tuple[str, str, str], ...]:
    """Key, href and title of the documents beside the define.xml of a purpose."""
    folder = _FOLDERS[purpose]
    return tuple((d.key, d.name, d.title) for d in study.documents if folder in d.folders)


def page_refs(references: Iterable[DocumentPages]) -> tuple[PageRef, ...]:
    """References as the metadata model has them."""
    return tuple(PageRef(r.key, r.pages, r.destinations) for r in references)
