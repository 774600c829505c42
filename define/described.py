"""The metadata that anybody's define.xml tells, in our model: what can be held against data.

It is read as far as it goes: a reference to nothing, or a definition that stands twice, leaves
out what it should have brought. That is said by `define.references`, not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lxml.etree import QName, _Element

from define.definexml.texts import ANNOTATED_CRF
from define.elements import ccodes, children, said, whole_number, words
from define.model import (
    AnalysisDataset,
    AnalysisResult,
    Check,
    Codelist,
    Comment,
    Dataset,
    Metadata,
    Method,
    Origin,
    PageRef,
    ResultDisplay,
    Standard,
    Term,
    Value,
    Variable,
    WhereClause,
)
from define.reconcile.types import DATE_TYPES, NUMERIC_TYPES
from define.xport.columns import Column

MAX_TEXT = 200

UNKNOWN = -1
"""The number of records of a dataset that has some: define.xml does not tell how many."""

# Define-XML 2.0 says in one word what 2.1 says in two.
_OLD_ORIGINS = {
    "CRF": ("Collected", "Investigator"),
    "EDT": ("Collected", "Vendor"),
    "DERIVED": ("Derived", "Sponsor"),
    "ASSIGNED": ("Assigned", "Sponsor"),
    "PROTOCOL": ("Protocol", "Sponsor"),
}


def metadata_of(
    root: _Element,
    records: Mapping[str, int] | None = None,
    files: Mapping[str, Sequence[Column]] | None = None,
) -> Metadata:
    """The metadata of a document of Define-XML 2.0 or 2.1, whole or damaged.

    `records` counts the rows of the datasets that are there, `files` has their columns: what
    define.xml does not say (the bytes of a date, whether one of analysis data is a number) is
    taken from them.
    """
    held = {name: {c.name: c for c in columns} for name, columns in (files or {}).items()}
    return _Document(root, records or {}, held).metadata()


@dataclass(frozen=True)
class _Document:
    root: _Element
    records: Mapping[str, int]
    files: Mapping[str, Mapping[str, Column]]

    def _all(self, name: str) -> list[_Element]:
        return list(self.root.iter(f"{{*}}{name}"))

    def _index(self, name: str, key: str = "OID") -> dict[str, _Element]:
        found: dict[str, _Element] = {}
        for element in self._all(name):
            found.setdefault(said(element, key), element)
        return found

    @cached_property
    def _items(self) -> dict[str, _Element]:
        return self._index("ItemDef")

    @cached_property
    def _lists(self) -> dict[str, _Element]:
        return self._index("ValueListDef")

    @cached_property
    def _acrf(self) -> set[str]:
        return {said(r, "leafID") for a in self._all("AnnotatedCRF") for r in a.iter("{*}*")} - {""}

    @cached_property
    def _owners(self) -> dict[str, list[str]]:
        """The datasets in which an item stands."""
        found: dict[str, list[str]] = {}
        for group in self._all("ItemGroupDef"):
            for reference in children(group, "ItemRef"):
                found.setdefault(said(reference, "ItemOID"), []).append(said(group, "Name"))
        return found

    @cached_property
    def _standards(self) -> dict[str, Standard]:
        found = {
            said(s, "OID"): Standard(
                said(s, "Name"),
                said(s, "Type"),
                said(s, "Version"),
                said(s, "PublishingSet"),
                said(s, "Status"),
                self._comments.get(said(s, "CommentOID")),
            )
            for s in self._all("Standard")
        }
        for version in self._all("MetaDataVersion"):
            if said(version, "StandardName"):
                name = said(version, "StandardName").upper().replace("-IG", "IG")
                found.setdefault("", Standard(name, "IG", said(version, "StandardVersion")))
        return found

    @cached_property
    def _comments(self) -> dict[str, Comment]:
        return {
            oid: Comment(oid.removeprefix("COM."), words(e), self._pages(e))
            for oid, e in self._index("CommentDef").items()
        }

    @cached_property
    def _methods(self) -> dict[str, Method]:
        return {
            oid: Method(
                oid.removeprefix("MT."), said(e, "Name"), words(e), said(e, "Type"), self._pages(e)
            )
            for oid, e in self._index("MethodDef").items()
        }

    @cached_property
    def _codelists(self) -> dict[str, Codelist]:
        return {oid: self._codelist(oid, e) for oid, e in self._index("CodeList").items()}

    @cached_property
    def _wheres(self) -> dict[str, WhereClause]:
        return {
            oid: WhereClause(
                oid.removeprefix("WC."), tuple(self._check(c) for c in children(e, "RangeCheck"))
            )
            for oid, e in self._index("WhereClauseDef").items()
        }

    def _codelist(self, oid: str, e: _Element) -> Codelist:
        external = e.find("{*}ExternalCodeList")
        terms = tuple(
            Term(
                said(t, "CodedValue"),
                words(t, "Decode"),
                next(iter(ccodes(t)), ""),
                said(t, "ExtendedValue") == "Yes",
            )
            for t in e
            if isinstance(t.tag, str) and QName(t).localname in ("EnumeratedItem", "CodeListItem")
        )
        return Codelist(
            oid.removeprefix("CL."),
            said(e, "Name"),
            said(e, "DataType"),
            next(iter(ccodes(e)), ""),
            self._standards.get(said(e, "StandardOID")) if said(e, "StandardOID") else None,
            terms,
            (said(external, "Dictionary") or "?") if external is not None else "",
            said(external, "Version"),
            dictionary_href=said(external, "href"),
        )

    def _check(self, e: _Element) -> Check:
        oid = said(e, "ItemOID")
        owners = self._owners.get(oid, [])
        values = tuple("".join(v.itertext()).strip() for v in children(e, "CheckValue"))
        # An item that several datasets share is that of the dataset whose records are chosen.
        dataset = owners[0] if len(owners) == 1 else ""
        name = said(self._items.get(oid), "Name") or oid
        return Check(dataset, name, said(e, "Comparator"), values)

    def _pages(self, e: _Element) -> tuple[PageRef, ...]:
        found = []
        for reference in children(e, "DocumentRef"):
            pages: list[int] = []
            named: list[str] = []
            for place in children(reference, "PDFPageRef"):
                refs = said(place, "PageRefs").split()
                first, last = said(place, "FirstPage"), said(place, "LastPage")
                if said(place, "Type") == "NamedDestination":
                    named += refs
                else:
                    pages += [int(r) for r in refs if r.isdecimal()]
                    pages += [int(p) for p in (first, last) if p.isdecimal()]
            found.append(PageRef(self._key(said(reference, "leafID")), tuple(pages), tuple(named)))
        return tuple(found)

    def _key(self, leaf: str) -> str:
        return ANNOTATED_CRF if leaf in self._acrf else leaf.removeprefix("LF.")

    def _origins(self, e: _Element) -> tuple[Origin, ...]:
        found = []
        for told in children(e, "Origin"):
            kind, source = said(told, "Type"), said(told, "Source")
            if not source and kind != "Predecessor":
                kind, source = _OLD_ORIGINS.get(kind.upper(), (kind, source))
                source = source if self._old else ""
            found.append(Origin(kind, source, words(told), self._pages(told)))
        return tuple(found)

    @cached_property
    def _old(self) -> bool:
        versions = [said(v, "DefineVersion") for v in self._all("MetaDataVersion")]
        return any(v.startswith("2.0") for v in versions)

    def _numeric(self, e: _Element, dataset: str) -> bool:
        datatype = said(e, "DataType")
        if datatype in DATE_TYPES and self._analysis:
            column = self.files.get(dataset, {}).get(said(e, "Name"))
            return column is not None and column.numeric
        return datatype in NUMERIC_TYPES

    def _bytes(self, e: _Element, dataset: str) -> int:
        if said(e, "DataType") not in DATE_TYPES:
            return whole_number(said(e, "Length"))
        column = self.files.get(dataset, {}).get(said(e, "Name"))
        return column.length if column is not None else MAX_TEXT

    def _variable(
        self, e: _Element, reference: _Element, dataset: str, place: int, numeric: bool
    ) -> Variable:
        origins = self._origins(e)
        codelist = e.find("{*}CodeListRef")
        method = said(reference, "MethodOID")
        return Variable(
            said(e, "Name"),
            words(e) or said(e, "Label"),
            said(e, "DataType"),
            numeric,
            8 if numeric else self._bytes(e, dataset),
            whole_number(said(reference, "OrderNumber")) or place,
            whole_number(said(e, "Length")) if numeric else 0,
            whole_number(said(e, "SignificantDigits")),
            said(e, "DisplayFormat"),
            said(reference, "Role"),
            said(reference, "Mandatory") == "Yes",
            whole_number(said(reference, "KeySequence")),
            self._codelists.get(said(codelist, "CodeListOID")),
            origins[0] if origins else None,
            self._methods.get(method) if method else None,
            self._comments.get(said(e, "CommentOID")),
            said(reference, "IsNonStandard") == "Yes",
            said(reference, "HasNoData") == "Yes",
            origins[1:],
        )

    def _values(self, e: _Element, dataset: str, numeric: bool) -> tuple[Value, ...]:
        listed = self._lists.get(said(e.find("{*}ValueListRef"), "ValueListOID"))
        found = []
        for place, reference in enumerate(
            children(listed, "ItemRef") if listed is not None else ()
        ):
            item = self._items.get(said(reference, "ItemOID"))
            if item is None:
                continue
            made = self._variable(item, reference, dataset, place + 1, numeric)
            oids = (said(c, "WhereClauseOID") for c in children(reference, "WhereClauseRef"))
            wheres = [self._wheres[oid] for oid in oids if oid in self._wheres]
            if wheres:
                found.append(Value(wheres[0], made, tuple(wheres[1:])))
        return tuple(found)

    def _dataset(self, e: _Element) -> Dataset:
        name = said(e, "Name")
        listed: list[Variable] = []
        for place, reference in enumerate(children(e, "ItemRef"), 1):
            item = self._items.get(said(reference, "ItemOID"))
            if item is None:
                continue
            numeric = self._numeric(item, name)
            made = self._variable(item, reference, name, place, numeric)
            listed.append(replace(made, values=self._values(item, name, numeric)))
        told = e.find("{*}Class")
        old = self._standards.get("")
        standard = self._standards.get(said(e, "StandardOID")) if said(e, "StandardOID") else old
        empty = said(e, "HasNoData") == "Yes"
        about = (a for a in children(e, "Alias") if said(a, "Context") == "DomainDescription")
        return Dataset(
            name,
            words(e) or said(e, "Label"),
            said(told, "Name") or said(e, "Class"),
            said(e, "Structure"),
            tuple(listed),
            0 if empty else self.records.get(name, UNKNOWN),
            said(e, "Domain"),
            said(told.find("{*}SubClass"), "Name") if told is not None else "",
            said(e, "Repeating") == "Yes",
            said(e, "IsReferenceData") == "Yes",
            standard,
            self._comments.get(said(e, "CommentOID")),
            next((said(a, "Name") for a in about), ""),
        )

    @cached_property
    def _purpose(self) -> str:
        return next((said(g, "Purpose") for g in self._all("ItemGroupDef")), "")

    @property
    def _analysis(self) -> bool:
        return self._purpose == "Analysis"

    def _displays(self) -> Iterable[ResultDisplay]:
        names = {said(g, "OID"): said(g, "Name") for g in self._all("ItemGroupDef")}
        for display in self._all("ResultDisplay"):
            results = tuple(self._result(r, names) for r in children(display, "AnalysisResult"))
            oid = said(display, "OID").removeprefix("RD.")
            yield ResultDisplay(oid, said(display, "Name"), words(display), results)

    def _result(self, e: _Element, names: Mapping[str, str]) -> AnalysisResult:
        parts = []
        for part in e.iter("{*}AnalysisDataset"):
            chosen = part.find("{*}WhereClauseRef")
            oids = (said(v, "ItemOID") for v in children(part, "AnalysisVariable"))
            parts.append(
                AnalysisDataset(
                    names.get(said(part, "ItemGroupOID"), said(part, "ItemGroupOID")),
                    tuple(said(self._items.get(oid), "Name") or oid for oid in oids),
                    self._wheres.get(said(chosen, "WhereClauseOID")),
                )
            )
        together = said(e.find("{*}AnalysisDatasets"), "CommentOID")
        code = e.find("{*}ProgrammingCode")
        text = code.find("{*}Code") if code is not None else None
        chooses = self._owners.get(said(e, "ParameterOID"), [])
        return AnalysisResult(
            said(e, "OID").removeprefix("AR."),
            words(e),
            said(e, "AnalysisReason"),
            said(e, "AnalysisPurpose"),
            tuple(parts),
            words(e.find("{*}Documentation")),
            chooses[0] if len(chooses) == 1 else "",
            self._comments.get(together),
            said(code, "Context"),
            "".join(text.itertext()) if text is not None else "",
        )

    def metadata(self) -> Metadata:
        study = next(iter(self._all("Study")), None)
        version = next(iter(self._all("MetaDataVersion")), None)

        def told(name: str) -> str:
            found = self.root.find(f".//{{*}}GlobalVariables/{{*}}{name}")
            return " ".join("".join(found.itertext()).split()) if found is not None else ""

        about = self._comments.get(said(version, "CommentOID"))
        documents = [
            (self._key(said(leaf, "ID")), said(leaf, "href"), "".join(leaf.itertext()).strip())
            for leaf in self._all("leaf")
            if (parent := leaf.getparent()) is not None
            and QName(parent).localname != "ItemGroupDef"
        ]
        return Metadata(
            said(study, "OID").removeprefix("STDY."),
            told("StudyName"),
            told("StudyDescription"),
            told("ProtocolName"),
            self._purpose,
            said(self.root, "CreationDateTime"),
            tuple(self._standards.values()),
            tuple(self._dataset(g) for g in self._all("ItemGroupDef")),
            (about,) if about else (),
            documents=tuple(documents),
            displays=tuple(self._displays()),
        )
