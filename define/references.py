"""References between the parts of a define.xml: the XSD does not look at OIDs, so this does."""

from __future__ import annotations

from collections import Counter

from lxml.etree import QName, _Element

from define.definexml.build import DEF, ODM, d
from mappings.findings import Finding, Severity

# Attribute -> the element that must define its value.
_TARGETS = {
    "ItemOID": f"{{{ODM}}}ItemDef",
    d("ItemOID"): f"{{{ODM}}}ItemDef",
    "ParameterOID": f"{{{ODM}}}ItemDef",
    "CodeListOID": f"{{{ODM}}}CodeList",
    "RoleCodeListOID": f"{{{ODM}}}CodeList",
    "MethodOID": f"{{{ODM}}}MethodDef",
    "ItemGroupOID": f"{{{ODM}}}ItemGroupDef",
    "ValueListOID": f"{{{DEF}}}ValueListDef",
    "WhereClauseOID": f"{{{DEF}}}WhereClauseDef",
    d("CommentOID"): f"{{{DEF}}}CommentDef",
    d("StandardOID"): f"{{{DEF}}}Standard",
    d("ArchiveLocationID"): f"{{{DEF}}}leaf",
    "leafID": f"{{{DEF}}}leaf",
}
# Datasets and standards may stand without anything that points to them.
_MAY_BE_UNUSED = {f"{{{ODM}}}ItemGroupDef", f"{{{DEF}}}Standard"}


def check_references(root: _Element) -> list[Finding]:
    """Findings define.reference (to nothing), define.duplicate and define.unused."""
    defined: Counter[tuple[str, str]] = Counter()
    used: dict[tuple[str, str], _Element] = {}
    found: list[Finding] = []
    targets = set(_TARGETS.values())
    for element in root.iter("{*}*"):
        tag = str(element.tag)
        oid = element.get("OID") or element.get("ID")
        if oid is not None and tag in targets:
            defined[tag, oid] += 1
        for attribute, target in _TARGETS.items():
            value = element.get(attribute)
            if value is not None:
                used.setdefault((target, value), element)
    for (tag, oid), element in used.items():
        if not defined[tag, oid]:
            message = f"{_name(element)} refers to {QName(tag).localname} {oid}: there is none."
            found.append(_finding("define.reference", Severity.ERROR, message, oid))
    for (tag, oid), times in defined.items():
        what = f"{QName(tag).localname} {oid}"
        if times > 1:
            message = f"{what} is defined {times} times."
            found.append(_finding("define.duplicate", Severity.ERROR, message, oid))
        if times and (tag, oid) not in used and tag not in _MAY_BE_UNUSED:
            message = f"{what} is defined, but nothing refers to it."
            found.append(_finding("define.unused", Severity.WARNING, message, oid))
    return found


def _name(element: _Element) -> str:
    names = (element.get(a) for a in ("OID", "ID", "ItemOID", "Name"))
    own = next((n for n in names if n), "")
    return f"{QName(element).localname} {own}".strip()


def _finding(rule: str, severity: Severity, message: str, oid: str) -> Finding:
    return Finding(rule=rule, severity=severity, message=message, scope=oid)
