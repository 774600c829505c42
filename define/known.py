"""What a define.xml, whoever wrote it, says of its folder: standards, and the keys of datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from define.model import Metadata
from define.read import DefineUnreadable, read_metadata

__all__ = ["DefineUnreadable", "KnownDefine", "known_of", "read_define"]


@dataclass(frozen=True, slots=True)
class KnownDefine:
    """Guides (SDTMIG: 3.4), terminology (SDTM: 2025-03-28), purpose, and key variables."""

    purpose: str = ""
    guides: Mapping[str, str] = field(default_factory=dict)
    terminology: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_define(xml: bytes) -> KnownDefine:
    """Read Define-XML 2.0 or 2.1 without entities, DTD and network. Raises DefineUnreadable."""
    return known_of(read_metadata(xml))


def known_of(metadata: Metadata) -> KnownDefine:
    """What metadata that were read say of their folder."""
    return KnownDefine(
        metadata.purpose,
        {s.name: s.version for s in metadata.standards if s.type == "IG"},
        {s.publishing_set: s.version for s in metadata.standards if s.type == "CT"},
        {d.name: d.keys for d in metadata.datasets},
    )
