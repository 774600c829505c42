"""XML of unknown origin, streamed: no DTD, no entities, no network, memory that stays bounded."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat

from lxml import etree

from mappings.findings import SpecificationFault
from mappings.raw import file_fault
from mappings.readers.files import first_bytes


class _Seen(Exception):
    """Enough of the file was seen."""


def stream(path: Path, file: str, names: Sequence[str]) -> Generator[tuple[str, Any], None, None]:
    """Start and end of each element called one of `names`; who takes them lets them go.

    The first name is that of the root element.

    Raises SpecificationFault for a document type declaration (where entities and bombs live),
    for a file that is no XML, not well-formed or cut off, in another encoding than it says.
    """
    first_bytes(path, file)
    _refuse_declarations(path, file)
    try:
        events = etree.iterparse(
            str(path),
            events=("start", "end"),
            tag=[f"{{*}}{name}" for name in names],
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for number, (event, element) in enumerate(events):
            if not number:
                _check_root(element.getroottree().getroot(), file, names[0])
            yield str(event), element
        _check_root(events.root, file, names[0])
    except etree.XMLSyntaxError as error:
        raise _syntax(error, file) from None


def _check_root(root: Any, file: str, name: str) -> None:
    if root.getroottree().docinfo.doctype:
        raise _doctype(file, 1)
    if local(root) != name:
        message = f"this is not {name}: the root element is <{local(root)}>"
        raise file_fault(file, message, "Mend 'reader' or 'file' in study.yaml.")


def local(element: Any) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _refuse_declarations(path: Path, file: str) -> None:
    """Look for a document type before libxml2 sees a single entity."""
    parser = expat.ParserCreate()
    found: list[int] = []

    def doctype(*_: object) -> None:
        found.append(parser.CurrentLineNumber)
        raise _Seen

    def element(*_: object) -> None:
        raise _Seen

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        with path.open("rb") as source:
            while piece := source.read(1 << 16):
                parser.Parse(piece, False)
    except _Seen:
        if found:
            raise _doctype(file, found[0]) from None
    except (expat.ExpatError, ValueError):
        # An encoding that expat does not know; lxml judges, and is asked for the same.
        return


def _doctype(file: str, line: int) -> SpecificationFault:
    return file_fault(
        file,
        "a document type declaration (<!DOCTYPE), which an export of data has no use for: "
        "entities are never read",
        "Ask where the file comes from; do not open it with other programs.",
        line,
    )


def _syntax(error: etree.XMLSyntaxError, file: str) -> SpecificationFault:
    said = re.sub(r", line \d+, column \d+.*", "", str(error.msg or error))
    line = int(error.lineno or 0)
    if re.search(r"too long|[Hh]uge|size limit", said):
        return file_fault(file, f"a value over the size that is read ({said})", "Look there.", line)
    if re.search(r"Premature end|EndTag|Couldn't find end|Extra content", said):
        return file_fault(file, f"the XML is cut off ({said})", "Export it again.", line)
    if re.search(r"encoding|not proper UTF|Invalid bytes", said, re.IGNORECASE):
        advice = "The first line of the file must name its encoding; export it again."
        return file_fault(file, f"not in the encoding that it says ({said})", advice, line)
    return file_fault(file, f"not well-formed XML ({said})", "Export it again.", line)
