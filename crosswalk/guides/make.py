"""The guides of a package: which there are, their files, and what they lack."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from crosswalk.guides import adrg, csdrg
from crosswalk.guides.common import Shared
from crosswalk.guides.document import Document, Paragraph
from crosswalk.guides.html import to_html
from crosswalk.guides.pdf import to_pdf
from define.pdf import Fonts, font_findings
from mappings.findings import Finding, Severity

__all__ = ["Guide", "Shared", "guides_of"]

_FONT = "Name with --font a TrueType font that has them."


@dataclass(frozen=True)
class Guide:
    """One guide: its files by ending, and what the sponsor should know of it."""

    key: str
    level: str
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def guides_of(shared: Shared, fonts: Sequence[Fonts]) -> list[Guide]:
    """The guide of each level that the package has; `fonts` are one set for each level."""
    makers = {"SDTM": csdrg.csdrg, "ADaM": adrg.adrg}
    levels = [level for level in makers if level in shared.facts.levels]
    found = []
    for level, own in zip(levels, fonts, strict=False):
        document = makers[level](shared)
        files = {"pdf": to_pdf(document, own), "html": to_html(document)}
        lacking = (*missing(document), *_undrawn(f"{document.key}.pdf", own, shared))
        found.append(Guide(document.key, level, files, lacking))
    return found


def missing(document: Document) -> list[Finding]:
    """A notice for each section that only the sponsor can fill."""
    return [
        Finding(
            "package.guide",
            Severity.NOTICE,
            f"{document.key} {section.number} {section.title}: {block.text}",
            scope=f"{document.key} {section.number}",
        )
        for _, section in document.every()
        for block in section.blocks
        if isinstance(block, Paragraph) and block.kind == "missing"
    ]


def _undrawn(file: str, fonts: Fonts, shared: Shared) -> list[Finding]:
    """What no font draws: to be mended in the study's own words, not in quoted data.

    Data of a finding are shown by their codes, whatever they are; nobody may change them.
    """
    said = set(json.dumps(asdict(shared.facts), ensure_ascii=False))
    severity = Severity.WARNING if said & set(fonts.undrawn) else Severity.NOTICE
    return [replace(f, advice=_FONT, severity=severity) for f in font_findings(file, fonts)]
