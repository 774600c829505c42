"""An annotated CRF that the sponsor gives: is it a PDF with these pages, and what stands where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from define.acrf.annotate import annotate
from define.acrf.model import Placed
from define.acrf.pdf_pages import NotPdf, count_pages
from mappings.findings import Finding
from mappings.load import did_you_mean, spec_fault
from mappings.modules import Module
from mappings.papers import ANY, GivenCrf
from mappings.readers.columns import fields
from mappings.study import Study


def check_given(study: Study, headers: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Faults of `acrf` in study.yaml: no such file, no PDF, no such column or page."""
    given = study.papers.acrf
    if given is None:
        return []
    faults: list[Finding] = []
    for (form, column), place in given.places.items():
        known = headers.get(form, ())
        if column != ANY and form in headers and column not in known:
            hint = did_you_mean(column, list(known))
            faults.append(
                spec_fault("name.column", f"there is no column '{column}' in {form}", place, hint)
            )
    try:
        count = count_pages((study.folder / given.file).read_bytes())
    except OSError:
        message = f"there is no file '{given.file}' that could be read"
        return [*faults, spec_fault("acrf.file", message, given.place, "Mend the name.")]
    except NotPdf as error:
        message = f"'{given.file}' {error}"
        return [*faults, spec_fault("acrf.file", message, given.place)]
    for (form, column), place in given.places.items():
        beyond = [p for p in given.pages[form][column] if p > count]
        if beyond:
            has = "1 page" if count == 1 else f"{count} pages"
            message = f"there is no page {beyond[0]}: '{given.file}' has {has}"
            advice = "Give physical pages, counted from 1, not the numbers printed on them."
            faults.append(spec_fault("acrf.pages", message, place, advice))
    return faults


def placed_by(
    given: GivenCrf,
    study: Study,
    modules: Iterable[Module],
    headers: Mapping[str, Sequence[str]],
) -> tuple[Placed, ...]:
    """Every annotation with the pages that study.yaml gives its column, its field or its form."""
    result = []
    field_of = {
        form: fields(study.forms[form].reader, columns) for form, columns in headers.items()
    }
    for annotation in annotate(modules, study.forms):
        form, column = annotation.form, annotation.column
        pages = given.of(form, column, field_of.get(form, {}).get(column, column))
        if pages:
            result.append(Placed(annotation, pages))
    return tuple(result)
