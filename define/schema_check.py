"""Is a define.xml valid? The published schemas answer, and what they leave open is checked here.

The XSDs and the stylesheet come with the package `defineutils`; nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from lxml import etree

from define.reconcile.document import check_document
from define.reconcile.finding import advice_for
from define.references import check_references
from mappings.findings import Finding, Severity

_NAMESPACE = re.compile(r"\{[^}]*\}")
# One root serves both defines: it takes in Define-XML 2.1 and adds analysis results.
_XSD = Path("validate", "schema", "cdisc-arm-1.0", "arm1-0-0.xsd")
_OLD = "http://www.cdisc.org/ns/def/v2.0"
_XSL = Path("definehtml", "define2-1.xsl")


class StylesheetMissing(FileNotFoundError):
    """The stylesheet is not to be had, because `defineutils` is not installed."""


def schema_check(xml: bytes) -> list[Finding]:
    """Findings about the document alone: the XSD, references by OID, and what says a thing twice.

    Rules are define.xsd, define.reference, define.duplicate, define.unused and those of
    `define.reconcile.document`.

    A document that could not be held against the XSD gets a warning that says NOT CHECKED;
    it is never passed in silence.
    """
    try:
        root = etree.fromstring(xml, safe_parser())
    except etree.XMLSyntaxError as fault:
        return [_error(f"The document is not well-formed XML: {fault.msg}.", fault.lineno or 0)]
    if root.getroottree().docinfo.internalDTD is not None:
        return [_error("The document has a DOCTYPE; a define.xml has none.", 1)]
    return [*_validity(root), *check_references(root), *check_document(root)]


def stylesheet() -> bytes:
    """The define2-1.xsl of `defineutils`; StylesheetMissing when it is not installed."""
    path = _bundled(_XSL)
    if path is None:
        raise StylesheetMissing("define2-1.xsl: install defineutils to get it")
    return path.read_bytes()


def _validity(root: etree._Element) -> list[Finding]:
    if any(_OLD in e.nsmap.values() for e in (root, *root.iter("{*}MetaDataVersion"))):
        return [_not_checked("it is Define-XML 2.0, whose XSD is not at hand")]
    path = _bundled(_XSD)
    if path is None:
        return [_not_checked("the package defineutils, which brings the XSD, is not installed")]
    try:
        schema = _schema(str(path))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as fault:
        return [_not_checked(f"the XSD in defineutils cannot be read ({fault})")]
    if schema.validate(root):
        return []
    faults: Iterable[Any] = cast("Iterable[Any]", schema.error_log)
    return [_error(_NAMESPACE.sub("", e.message), e.line) for e in faults]


@lru_cache(maxsize=1)
def _schema(path: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path, safe_parser()))


def _bundled(part: Path) -> Path | None:
    try:
        # Finding is enough: the package's own code is never run.
        spec = find_spec("defineutils")
    except (ImportError, ValueError):
        return None
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / part
        if path.is_file():
            return path
    return None


def safe_parser() -> etree.XMLParser:
    """A parser without entities, DTD and network."""
    return etree.XMLParser(
        no_network=True,
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )


def _error(message: str, line: int) -> Finding:
    return Finding(
        rule="define.xsd",
        severity=Severity.ERROR,
        message=f"define.xml line {line}: {message}",
        advice=advice_for("define.xsd"),
        scope=message,
    )


def _not_checked(reason: str) -> Finding:
    return Finding(
        rule="define.xsd",
        severity=Severity.WARNING,
        message=f"The define.xml was NOT CHECKED against the XSD: {reason}.",
        advice="Install defineutils, or have another judge look at it.",
    )
