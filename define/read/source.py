"""The definitions of a document by OID, and the parts that everything refers to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from define.definexml.texts import ANNOTATED_CRF
from define.model import Comment, Method, PageRef, Standard
from define.read.account import Account, Node
from define.read.document import Document

_KINDS = {
    "ItemDef": "item",
    "ItemGroupDef": "dataset",
    "CodeList": "codelist",
    "MethodDef": "method",
    "CommentDef": "comment",
    "WhereClauseDef": "where",
    "ValueListDef": "values",
    "leaf": "leaf",
}
_MOST_PAGES = 100_000
"""No document has as many; the number is left as it stands."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document that is being read: its definitions by kind and OID, and who owns an item."""

    version: str
    account: Account
    top: Node
    tables: dict[str, dict[str, Node]]
    owners: dict[str, list[str]]
    standards: dict[str, Standard] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)

    @property
    def old(self) -> bool:
        """Whether it is Define-XML 2.0."""
        return self.version == "2.0"

    def find(self, node: Node, attribute: str, kind: str) -> Node | None:
        """What an attribute refers to; a reference to nothing is left where it stands."""
        found = self.tables[kind].get(node.peek(attribute))
        if found is not None:
            node.get(attribute)
            self.account.see(found.element)
        return found

    def comment(self, node: Node, place: str) -> Comment | None:
        """The comment that the element refers to."""
        found = self.find(node, "CommentOID", "comment")
        if found is None:
            return None
        self.account.place(found.element, f"comment of {place}")
        key = found.peek("OID").removeprefix("COM.")
        return Comment(key, found.description(), self.pages(found))

    def method(self, node: Node, place: str) -> Method | None:
        """The method that the element refers to; of several expressions the first."""
        found = self.find(node, "MethodOID", "method")
        if found is None:
            return None
        self.account.place(found.element, f"method of {place}")
        told = found.child("FormalExpression")
        return Method(
            found.peek("OID").removeprefix("MT."),
            found.get("Name"),
            found.description(),
            found.get("Type"),
            self.pages(found),
            told.get("Context").strip() if told else "",
            told.text() if told else "",
        )

    def standard(self, node: Node, place: str) -> Standard | None:
        """The standard of a dataset or codelist, None where it is marked as non-standard."""
        found = self.standards.get(node.peek("StandardOID"))
        if found is not None:
            node.get("StandardOID")
        elif node.peek("IsNonStandard") == "Yes":
            node.get("IsNonStandard")
        elif not self.old:
            self.account.note(place, "standard", "neither named nor marked as non-standard")
        return found

    def pages(self, node: Node) -> tuple[PageRef, ...]:
        """The documents that an element refers to, one PageRef for each title."""
        found: list[PageRef] = []
        for reference in node.children("DocumentRef"):
            if self.find(reference, "leafID", "leaf") is None:
                continue
            document = self.documents[reference.peek("leafID")]
            told: dict[str, tuple[list[int], list[str]]] = {}
            for page in reference.children("PDFPageRef"):
                numbers, names = told.setdefault(page.get("Title"), ([], []))
                if page.peek("Type") == "NamedDestination":
                    page.get("Type")
                    names += page.get("PageRefs").split()
                elif page.peek("Type") == "PhysicalRef":
                    numbers += _numbers(page)
            found += [PageRef(document, tuple(n), tuple(d), t) for t, (n, d) in told.items()]
            if not told:
                found.append(PageRef(document))
        return tuple(found)

    def owner(self, oid: str, here: str) -> str:
        """The dataset that an item belongs to, `here` where that is one of them."""
        owners = self.owners.get(oid, [])
        return here if here in owners else owners[0] if owners else ""


def source_of(document: Document) -> Source:
    """The tables of the first MetaDataVersion, or of a document that lacks the elements around."""
    account = Account(document.root)
    odm = Node(document.root, account)
    study = odm.child("Study")
    top = (study.child("MetaDataVersion") if study else None) or odm
    tables: dict[str, dict[str, Node]] = {kind: {} for kind in _KINDS.values()}
    owners: dict[str, list[str]] = defaultdict(list)
    for child in top.all():
        kind = _KINDS.get(child.tag, "")
        if kind:
            # Of two definitions with one OID the second is seen by nobody, and therefore told.
            tables[kind].setdefault(child.peek("OID") or child.peek("ID"), child)
        if kind == "dataset":
            for reference in child.all():
                if reference.tag == "ItemRef":
                    owners[reference.peek("ItemOID")].append(child.peek("Name"))
    source = Source(document.version, account, top, tables, dict(owners))
    _documents(source)
    _standards(source)
    return source


def _documents(source: Source) -> None:
    """Keys of the documents: the first annotated CRF is ``acrf``, others have their ID."""
    listed: dict[str, list[str]] = {"AnnotatedCRF": [], "SupplementalDoc": []}
    for name, oids in listed.items():
        for group in source.top.children(name):
            for reference in group.children("DocumentRef"):
                if source.find(reference, "leafID", "leaf"):
                    oids.append(reference.peek("leafID"))
    crf = listed["AnnotatedCRF"][:1]
    for oid, leaf in source.tables["leaf"].items():
        source.documents[oid] = ANNOTATED_CRF if oid in crf else oid.removeprefix("LF.")
        place = f"document {leaf.peek('href')}"
        source.account.see(leaf.element)
        source.account.place(leaf.element, place)
        both = [n for n, oids in listed.items() if oid in oids]
        if both != (["AnnotatedCRF"] if oid in crf else ["SupplementalDoc"]):
            source.account.note(place, "listed", " and ".join(both) or "nowhere")


def _standards(source: Source) -> None:
    for group in source.top.children("Standards"):
        for node in group.children("Standard"):
            name, version = node.get("Name"), node.get("Version")
            place = " ".join(("standard", name, node.peek("PublishingSet"), version))
            source.account.place(node.element, place)
            source.standards[node.peek("OID")] = Standard(
                name,
                node.get("Type"),
                version,
                node.get("PublishingSet"),
                node.get("Status"),
                source.comment(node, place),
            )
    if not source.standards and source.top.peek("StandardName"):
        # Define-XML 2.0 names one, for all datasets, and writes SDTM-IG for SDTMIG.
        name = source.top.get("StandardName").replace("-IG", "IG")
        source.standards[""] = Standard(name, "IG", source.top.get("StandardVersion"))


def _numbers(page: Node) -> list[int]:
    """Physical pages; what is no number or range of pages is left."""
    words = page.peek("PageRefs").split()
    ends = [page.peek("FirstPage"), page.peek("LastPage")]
    names = ("PageRefs",) if words else ("FirstPage", "LastPage")
    told = words or ends
    if not all(t.isdecimal() and 0 < int(t) < _MOST_PAGES for t in told):
        return []
    numbers = [int(t) for t in told]
    if not words and numbers[0] > numbers[1]:
        return []
    for name in ("Type", *names):
        page.get(name)
    return numbers if words else list(range(numbers[0], numbers[1] + 1))
