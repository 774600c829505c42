"""CodeList: its terms in their order, or the dictionary outside."""

from __future__ import annotations

from define.model import Codelist, Term
from define.read.account import Node
from define.read.source import Source

_CCODE = "nci:ExtCodeID"


def read_codelist(source: Source, node: Node) -> Codelist:
    """A codelist as the document says it."""
    name = node.get("Name")
    place = f"codelist {name}"
    source.account.place(node.element, place)
    outside = node.child("ExternalCodeList")
    remark = source.comment(node, place)
    if remark is not None and remark.documents:
        told = " ".join(r.document for r in remark.documents)
        source.account.note(place, "documents of its comment", told)
    return Codelist(
        key=node.peek("OID").removeprefix("CL."),
        name=name,
        datatype=node.get("DataType"),
        ccode=_ccode(node),
        standard=source.standard(node, place),
        terms=_terms(source, node, place),
        dictionary=outside.get("Dictionary") if outside else "",
        dictionary_version=outside.get("Version") if outside else "",
        comment=remark.text if remark else "",
        dictionary_href=outside.get("href") if outside else "",
    )


def _terms(source: Source, node: Node, place: str) -> tuple[Term, ...]:
    nodes = node.children("CodeListItem", "EnumeratedItem")
    source.account.ordered(place, [n.peek("OrderNumber") for n in nodes])
    if nodes and all(n.peek("OrderNumber").isdecimal() for n in nodes):
        nodes.sort(key=lambda n: int(n.get("OrderNumber")))
    terms = []
    for term in nodes:
        value = term.get("CodedValue")
        source.account.place(term.element, f"{place}, term {value}")
        extended = term.peek("ExtendedValue") == "Yes"
        if extended:
            term.get("ExtendedValue")
        terms.append(Term(value, term.description("Decode"), _ccode(term), extended))
    return tuple(terms)


def _ccode(node: Node) -> str:
    for alias in node.all():
        if alias.tag == "Alias" and alias.peek("Context") == _CCODE:
            node.account.see(alias.element)
            alias.get("Context")
            return alias.get("Name")
    return ""
