"""What a define.xml, whoever wrote it, says of its folder: standards, and the keys of datasets.

Define-XML 2.1 names its standards one by one, 2.0 one of them in the MetaDataVersion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from define.schema_check import safe_parser


class DefineUnreadable(ValueError):
    """It is no define.xml that can be read; the text says why."""


@dataclass(frozen=True, slots=True)
class KnownDefine:
    """Guides (SDTMIG: 3.4), terminology (SDTM: 2025-03-28), purpose, and key variables."""

    purpose: str = ""
    guides: Mapping[str, str] = field(default_factory=dict)
    terminology: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_define(xml: bytes) -> KnownDefine:
    """Read without entities, DTD and network. Raises DefineUnreadable."""
    try:
        root = etree.fromstring(xml, safe_parser())
    except etree.XMLSyntaxError as fault:
        raise DefineUnreadable(f"it is not well-formed XML: {fault.msg}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DefineUnreadable("it has a DOCTYPE; a define.xml has none")
    names = {str(i.get("OID")): str(i.get("Name")) for i in root.iter("{*}ItemDef")}
    purpose = ""
    keys: dict[str, tuple[str, ...]] = {}
    for group in root.iter("{*}ItemGroupDef"):
        purpose = purpose or str(group.get("Purpose", ""))
        told = [
            (int(number), names.get(str(item.get("ItemOID")), ""))
            for item in group.iterchildren("{*}ItemRef")
            if (number := str(item.get("KeySequence", ""))).isdecimal()
        ]
        keys[str(group.get("Name", ""))] = tuple(name for _, name in sorted(told) if name)
    if not keys:
        raise DefineUnreadable("it describes no dataset")
    return KnownDefine(purpose, _guides(root), _terminology(root), keys)


def _guides(root: etree._Element) -> dict[str, str]:
    found = {
        str(s.get("Name", "")): str(s.get("Version", ""))
        for s in root.iter("{*}Standard")
        if s.get("Type") == "IG"
    }
    for version in root.iter("{*}MetaDataVersion"):
        told = {etree.QName(str(k)).localname: str(v) for k, v in version.attrib.items()}
        if "StandardName" in told:
            name = told["StandardName"].upper().replace("-IG", "IG")
            found.setdefault(name, told.get("StandardVersion", ""))
    return found


def _terminology(root: etree._Element) -> dict[str, str]:
    return {
        str(s.get("PublishingSet", "")): str(s.get("Version", ""))
        for s in root.iter("{*}Standard")
        if s.get("Type") == "CT"
    }
