"""The annotated CRF of a study: the PDF, and the document of tabulations that points into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from define.acrf.document import TITLE, About, draw
from define.acrf.forms import crf_forms
from define.acrf.given import placed_by
from define.acrf.model import ON_CRF, Listed
from define.acrf.pages import FILE, with_pages
from define.describe import creation_time
from define.model import Metadata
from define.pdf import font_findings, study_fonts
from mappings.findings import Finding
from mappings.modules import Module
from mappings.raw import RawForm
from mappings.study import Study


@dataclass(frozen=True)
class Acrf:
    """The PDF, the document of the tabulations that points into it, and what was found."""

    data: bytes
    metadata: Metadata
    findings: tuple[Finding, ...]


def annotated_crf(
    study: Study,
    modules: Sequence[Module],
    forms: Mapping[str, RawForm],
    listed: Mapping[str, Sequence[Listed]],
    metadata: Metadata,
) -> Acrf | None:
    """The annotated CRF of a study; None where all of its data came from vendors.

    `listed` are the columns of each form as the account of the raw data has them.
    """
    given = study.papers.acrf
    if given is not None:
        headers = {name: form.columns for name, form in forms.items()}
        placed = placed_by(given, study, modules, headers)
        advice = "Give its page in study.yaml: acrf: pages."
        document, found = with_pages(metadata, placed, TITLE, advice)
        return Acrf((study.folder / given.file).read_bytes(), document, tuple(found))
    if not any(f.settings.source in ON_CRF for f in forms.values()):
        return None
    fonts, _ = study_fonts(study.folder, study.papers.fonts)
    about = About(
        study.name,
        study.description,
        creation_time(study),
        tuple(dict.fromkeys(v.name for v in study.visits)),
        tuple(n for n, f in forms.items() if f.settings.source not in ON_CRF),
    )
    data, placed = draw(about, crf_forms(study, modules, forms, listed), fonts)
    advice = "Say the 'origin' in its rule, or the 'source' of its form in study.yaml."
    document, found = with_pages(metadata, placed, TITLE, advice)
    return Acrf(data, document, (*found, *font_findings(FILE, fonts)))
