"""Small ways to read the elements of a define.xml, of version 2.0 as of 2.1."""

from __future__ import annotations

from lxml.etree import QName, _Element


def said(element: _Element | None, name: str) -> str:
    """The attribute, of whatever namespace; "" where there is none."""
    if element is None:
        return ""
    for key, value in element.attrib.items():
        if QName(str(key)).localname == name:
            return str(value)
    return ""


def children(element: _Element, name: str) -> list[_Element]:
    """The direct children of this name, of whatever namespace."""
    return element.findall(f"{{*}}{name}")


def words(element: _Element | None, below: str = "Description") -> str:
    """The first translated text of an element, without the indents of the file."""
    if element is None:
        return ""
    return text_of(element.find(f"{{*}}{below}/{{*}}TranslatedText"))


def text_of(element: _Element | None) -> str:
    """All text within an element, without the indents of the file."""
    if element is None:
        return ""
    return " ".join("".join(str(t) for t in element.itertext()).split())


def whole_number(text: str) -> int:
    """The number that an attribute holds; 0 for none or what is none."""
    return int(text) if text.isdecimal() else 0


def ccodes(element: _Element) -> list[str]:
    """The NCI C-codes of a codelist or a term."""
    found = (a for a in children(element, "Alias") if said(a, "Context") == "nci:ExtCodeID")
    return [said(a, "Name") for a in found]
