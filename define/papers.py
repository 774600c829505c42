"""Faults of what study.yaml says of PDFs, found before data are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from define.acrf.given import check_given
from define.pdf import study_fonts
from mappings.findings import Finding
from mappings.study import Study


def check_papers(study: Study, headers: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Fonts that cannot be embedded, and an annotated CRF without the file or pages it names."""
    _, faults = study_fonts(study.folder, study.papers.fonts)
    return [*faults, *check_given(study, headers)]
