"""ItemRef and ItemDef as a variable, or as an entry of a value list."""

from __future__ import annotations

from dataclasses import replace

from define.model import Check, Codelist, Origin, Value, Variable, WhereClause
from define.read.account import Node
from define.read.codelists import read_codelist
from define.read.source import Source
from define.wheres import where_text

NUMERIC = frozenset({"integer", "float", "num", "numeric", "double"})
_TIMES = frozenset({"date", "time", "datetime"})
OLD_ORIGINS = {"CRF": ("Collected", ""), "eDT": ("Collected", "Vendor")}
"""Origins of Define-XML 2.0 in the words of 2.1; who filled in a CRF was not told."""


class Items:
    """Reads the variables of a document; what several share is read once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._codelists: dict[str, Codelist] = {}
        self._wheres: dict[str, WhereClause] = {}

    def variables(self, dataset: Node, name: str) -> tuple[Variable, ...]:
        """The variables of a dataset in their order; references to nothing are left out."""
        found = []
        references = dataset.children("ItemRef")
        self._source.account.ordered(name, [r.peek("OrderNumber") for r in references])
        for number, reference in enumerate(references, 1):
            item = self._source.tables["item"].get(reference.peek("ItemOID"))
            if item is not None:
                place = f"{name}.{item.peek('Name')}"
                found.append(self._variable(reference, item, place, number, name))
        return tuple(sorted(found, key=lambda v: v.order))

    def _variable(
        self, reference: Node, item: Node, place: str, number: int, dataset: str
    ) -> Variable:
        self._source.find(reference, "ItemOID", "item")
        self._source.account.place(reference.element, place)
        self._source.account.place(item.element, place)
        name = item.get("Name")
        if item.peek("SASFieldName") == name:
            item.get("SASFieldName")
        kind, shown = item.get("DataType"), item.get("DisplayFormat")
        # A date that has a SAS format is a number in the transport file.
        numeric = kind.lower() in NUMERIC or (kind in _TIMES and bool(shown))
        origins = tuple(self._origin(o) for o in item.children("Origin"))
        length = item.number("Length")
        variable = Variable(
            name=name,
            label=item.description(),
            datatype=kind,
            numeric=numeric,
            length=8 if numeric else length,
            order=reference.number("OrderNumber") or number,
            digits=length if numeric else 0,
            significant_digits=item.number("SignificantDigits"),
            format=shown,
            role=reference.get("Role"),
            mandatory=reference.flag("Mandatory"),
            key_sequence=reference.number("KeySequence"),
            codelist=self._codelist(item),
            origin=origins[0] if origins else None,
            method=self._source.method(reference, place),
            comment=self._source.comment(item, place),
            non_standard=reference.flag("IsNonStandard"),
            has_no_data=reference.flag("HasNoData"),
            other_origins=origins[1:],
        )
        return replace(variable, values=self._values(item, dataset, name))

    def _values(self, item: Node, dataset: str, variable: str) -> tuple[Value, ...]:
        told = item.child("ValueListRef")
        listed = self._source.find(told, "ValueListOID", "values") if told else None
        if listed is None:
            return ()
        self._source.account.place(listed.element, f"values of {dataset}.{variable}")
        found = []
        references = listed.children("ItemRef")
        numbers = [r.peek("OrderNumber") for r in references]
        self._source.account.ordered(f"{dataset}.{variable}", numbers)
        for number, reference in enumerate(references, 1):
            entry = self._source.tables["item"].get(reference.peek("ItemOID"))
            if entry is None:
                continue
            clauses = [
                clause
                for r in reference.children("WhereClauseRef")
                if (clause := self.where(r, dataset)) is not None
            ]
            words = " or ".join(where_text(c, dataset) for c in clauses) or entry.peek("Name")
            place = f"{dataset}.{variable} where {words}"
            read = self._variable(reference, entry, place, number, dataset)
            first = clauses[0] if clauses else WhereClause("", ())
            found.append(Value(first, read, tuple(clauses[1:])))
        return tuple(sorted(found, key=lambda v: v.item.order))

    def where(self, reference: Node, dataset: str) -> WhereClause | None:
        """The where clause that an element refers to, as seen from a dataset."""
        node = self._source.find(reference, "WhereClauseOID", "where")
        if node is None:
            return None
        checks = tuple(self._check(c, dataset) for c in node.children("RangeCheck"))
        key = node.peek("OID").removeprefix("WC.")
        words = where_text(WhereClause(key, checks), dataset)
        place = f"{dataset} where {words}"
        self._source.account.place(node.element, place)
        clause = WhereClause(key, checks, self._source.comment(node, place))
        if self._wheres.setdefault(key, clause) != clause:
            # Items that datasets share make one clause ask another dataset in each of them.
            clause = WhereClause(f"{key}.{dataset}", checks, clause.comment)
        return clause

    def _check(self, node: Node, dataset: str) -> Check:
        if node.peek("SoftHard") == "Soft":
            node.get("SoftHard")
        oid = node.peek("ItemOID")
        item = self._source.find(node, "ItemOID", "item")
        return Check(
            self._source.owner(oid, dataset) if item else "",
            item.peek("Name") if item else oid,
            node.get("Comparator"),
            tuple(v.text() for v in node.children("CheckValue")),
        )

    def _codelist(self, item: Node) -> Codelist | None:
        told = item.child("CodeListRef")
        node = self._source.find(told, "CodeListOID", "codelist") if told else None
        if node is None:
            return None
        oid = node.peek("OID")
        if oid not in self._codelists:
            self._codelists[oid] = read_codelist(self._source, node)
        return self._codelists[oid]

    def _origin(self, node: Node) -> Origin:
        kind, who = node.get("Type"), node.get("Source")
        if self._source.old and kind in OLD_ORIGINS:
            kind, who = OLD_ORIGINS[kind]
        return Origin(kind, who, node.description(), self._source.pages(node))
