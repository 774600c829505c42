"""What a submission asks of the metadata of a variable: label, type, length, origin, method."""

from __future__ import annotations

import re
from collections.abc import Iterator

from define.collect import Parts
from define.definexml.items import WITH_LENGTH
from define.definexml.texts import ANNOTATED_CRF
from define.model import Metadata, Origin, Variable
from define.reconcile.datasets import LABEL_BYTES, SAS_NAME
from define.reconcile.finding import Where, error, notice, warning
from define.reconcile.slices import check_value
from define.reconcile.types import DATE_TYPES, NUMERIC_TYPES
from mappings.findings import Finding

TEXT_BYTES = 200

# Who can be the source of what: the table of Define-XML 2.1 under def:Origin.
_SOURCES = {
    "Collected": {"Subject", "Investigator", "Vendor"},
    "Derived": {"Vendor", "Sponsor"},
    "Assigned": {"Investigator", "Vendor", "Sponsor"},
    "Protocol": {"Sponsor"},
    "Predecessor": {""},
    "Not Available": {""},
}
# In analysis data everything that is not copied was made by the sponsor.
_ANALYSIS = {"Derived": {"Sponsor"}, "Assigned": {"Sponsor"}, "Predecessor": {""}}
_PREDECESSOR = re.compile(r"\b[A-Z][A-Z0-9]{0,7}\.[A-Z_][A-Z0-9_]{0,7}\b")


def check_variables(metadata: Metadata, parts: Parts) -> Iterator[Finding]:
    """Findings about every variable of every dataset."""
    tabulation = metadata.purpose == "Tabulation"
    crf = any(key == ANNOTATED_CRF for key, _, _ in metadata.documents)
    told = (o for d in parts.datasets for v in d.variables for p in v.parts for o in p.origins)
    if not crf and any(_on_crf(o) for o in told):
        message = "Variables are collected on the CRF, but no annotated CRF is among the documents."
        yield notice("define.crf", message)
    for dataset in parts.datasets:
        for variable in dataset.variables:
            where = (dataset.name, variable.name)
            yield from _names(variable, where)
            yield from _type(variable, where)
            below = bool(variable.values) and all(v.item.origins for v in variable.values)
            if not below or variable.origins:
                yield from _origin(variable, tabulation, where)
            if crf:
                yield from _pages(variable, where)
            for value in variable.values:
                yield from check_value(variable, value, where)
                if value.item.origins:
                    yield from _origin(value.item, tabulation, where, value.item.name)
                    if crf:
                        yield from _pages(value.item, where, value.item.name)
            if below and variable.origins:
                message = "The origin is told of the variable and of all entries of its value list."
                yield warning("define.origin", message, *where, scope="values")
            if tabulation and not variable.role:
                message = "The variable has no role."
                yield notice("define.role", message, *where)


def _names(v: Variable, where: Where) -> Iterator[Finding]:
    if not SAS_NAME.fullmatch(v.name):
        message = f"{v.name!r} is not a variable name of 8 capital letters and digits."
        yield error("define.name", message, *where)
    if not v.label:
        yield error("define.label", "The variable has no label.", *where)
    elif len(v.label.encode()) > LABEL_BYTES:
        message = f"The label {v.label!r} has more than {LABEL_BYTES} bytes."
        yield error("define.label", message, *where)


def _type(v: Variable, where: Where) -> Iterator[Finding]:
    if v.datatype not in WITH_LENGTH | DATE_TYPES:
        yield error("define.type", f"The type {v.datatype!r} is not known.", *where)
    elif v.numeric != (v.datatype in NUMERIC_TYPES) and not (
        v.numeric and v.datatype in DATE_TYPES
    ):
        kind = "numeric" if v.numeric else "text"
        message = f"The variable is {kind} in the data, {v.datatype} in the metadata."
        yield error("define.type", message, *where)
    if v.datatype == "text":
        yield from _length(v, where)
    if v.codelist and v.datatype in DATE_TYPES:
        message = f"A {v.datatype} variable cannot have a codelist."
        yield error("define.codelist", message, *where)


def _length(v: Variable, where: Where) -> Iterator[Finding]:
    if not 0 < v.length <= TEXT_BYTES:
        message = f"The length {v.length} is not between 1 and {TEXT_BYTES} bytes."
        yield error("define.length", message, *where)
    terms = v.codelist.terms if v.codelist else ()
    longest = max((len(t.value.encode()) for t in terms), default=0)
    if longest > v.length:
        message = f"The length {v.length} is shorter than a term of its codelist ({longest})."
        yield warning(
            "define.length",
            message,
            *where,
            scope="codelist",
            advice="Give the variable the length of the longest value or term.",
        )


def _origin(v: Variable, tabulation: bool, where: Where, entry: str = "") -> Iterator[Finding]:
    if not v.origins and not v.has_no_data:
        yield error("define.origin", "The variable has no origin.", *where, scope=entry)
    for origin in v.origins:
        allowed = (_SOURCES if tabulation else _ANALYSIS).get(origin.type, set())
        if origin.source not in allowed:
            message = f"The origin {origin.type!r} with source {origin.source!r} does not exist"
            message += " in tabulation data." if tabulation else " in analysis data."
            yield error("define.origin", message, *where, scope=f"{entry} {origin.type}".strip())
        if origin.type == "Predecessor" and not _PREDECESSOR.search(origin.description):
            message = f"The predecessor {origin.description!r} is not of the form DATASET.VARIABLE."
            yield error("define.origin", message, *where, scope=f"{entry} predecessor".strip())
    if any(o.type == "Derived" for o in v.origins) and v.method is None:
        yield error(
            "define.method", "The variable is derived without a method.", *where, scope=entry
        )


def _pages(v: Variable, where: Where, entry: str = "") -> Iterator[Finding]:
    for origin in v.origins:
        refs = [r for r in origin.documents if r.document == ANNOTATED_CRF]
        if _on_crf(origin) and not any(r.pages or r.destinations for r in refs):
            message = "The variable is collected on the CRF, but names no page of it."
            yield warning("define.crf", message, *where, scope=entry)


def _on_crf(origin: Origin) -> bool:
    return origin.type == "Collected" and origin.source in ("Investigator", "Subject")
