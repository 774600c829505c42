"""References between the parts of a define.xml: the XSD does not look at OIDs, so this does."""

from __future__ import annotations

from collections import Counter

from lxml.etree import QName, _Element

from define.reconcile.finding import advice_for
from mappings.findings import Finding, Severity

# Attribute -> the element that must define its value, in Define-XML 2.0 as in 2.1.
_TARGETS = {
    "ItemOID": "ItemDef",
    "ParameterOID": "ItemDef",
    "CodeListOID": "CodeList",
    "RoleCodeListOID": "CodeList",
    "MethodOID": "MethodDef",
    "ItemGroupOID": "ItemGroupDef",
    "ValueListOID": "ValueListDef",
    "WhereClauseOID": "WhereClauseDef",
    "CommentOID": "CommentDef",
    "StandardOID": "Standard",
    "ArchiveLocationID": "leaf",
    "leafID": "leaf",
}
# Datasets and standards may stand without anything that points to them.
_MAY_BE_UNUSED = ("ItemGroupDef", "Standard", "ResultDisplay", "AnalysisResult")


def check_references(root: _Element) -> list[Finding]:
    """Findings define.reference (to nothing), define.duplicate and define.unused."""
    defined: Counter[tuple[str, str]] = Counter()
    used: dict[tuple[str, str], _Element] = {}
    found: list[Finding] = []
    targets = {*_TARGETS.values(), *_MAY_BE_UNUSED}
    for element in root.iter("{*}*"):
        tag = QName(element).localname
        oid = element.get("OID") or element.get("ID")
        if oid is not None and tag in targets:
            defined[tag, oid] += 1
        for name, value in element.attrib.items():
            target = _TARGETS.get(QName(str(name)).localname)
            if target is not None:
                used.setdefault((target, str(value)), element)
    for (tag, oid), element in used.items():
        if not defined[tag, oid]:
            message = f"{_name(element)} refers to {tag} {oid}: there is none."
            found.append(_finding("define.reference", Severity.ERROR, message, oid))
    for (tag, oid), times in defined.items():
        what = f"{tag} {oid}"
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
    return Finding(rule, severity, message, advice_for(rule), scope=oid)
