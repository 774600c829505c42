"""The sheets of variables, value level and where clauses."""

from __future__ import annotations

from dataclasses import replace

from define.definexml.texts import ANNOTATED_CRF
from define.model import AnalysisDataset, Check, Origin, Value, Variable, WhereClause
from define.read.items import NUMERIC, OLD_ORIGINS
from define.workbook.book import Book, Row
from define.workbook.form import BETWEEN, BY
from define.workbook.parts import Shared, page_ref

_TYPES = (
    *("text", "integer", "float", "date", "datetime", "time", "partialDate", "partialDatetime"),
    *("partialTime", "durationDatetime", "intervalDatetime", "incompleteDatetime"),
)
_COMPARATORS = ("EQ", "NE", "IN", "NOTIN", "LT", "LE", "GT", "GE")
_LISTS = ("IN", "NOTIN")


class Items:
    """Reads variables, and what their value level says."""

    def __init__(self, book: Book, parts: Shared) -> None:
        self._book = book
        self._parts = parts
        self._names: dict[str, list[str]] = {}
        for row in book["Variables"]:
            self._names.setdefault(row["Dataset"], []).append(row["Variable"])
        self._wheres = {key: self._where(key, r) for key, r in book.by_id("WhereClauses").items()}

    def variables(self, datasets: list[str]) -> dict[str, tuple[Variable, ...]]:
        """The variables of each dataset, in the order that they say, else in that of the rows."""
        values = self._values(datasets)
        found: dict[str, list[Variable]] = {}
        seen: dict[tuple[str, str], int] = {}
        for row in self._book["Variables"]:
            dataset, name = row["Dataset"], row["Variable"]
            if not name:
                row.fault("Variable", "the row has no variable")
                continue
            if not row.known("Dataset", datasets, "dataset"):
                continue
            if (dataset, name) in seen:
                number = seen[dataset, name]
                row.fault("Variable", f"'{dataset}.{name}' stands in row {number} too")
                continue
            seen[dataset, name] = row.number
            own = found.setdefault(dataset, [])
            variable = self._variable(row, name, row.count("Order") or len(own) + 1)
            own.append(replace(variable, values=tuple(values.get((dataset, name), ()))))
        return {d: tuple(sorted(v, key=lambda each: each.order)) for d, v in found.items()}

    def keyed(self, row: Row, variables: tuple[Variable, ...]) -> tuple[Variable, ...]:
        """The variables with the numbers of the keys that the row of their dataset names."""
        keys = row.values("Key Variables")
        names = [v.name for v in variables]
        for key in keys:
            row.known("Key Variables", names, f"variable of {row['Dataset']}", key)
        numbers = {key: number for number, key in enumerate(keys, 1)}
        return tuple(replace(v, key_sequence=numbers.get(v.name, 0)) for v in variables)

    def analysed(self, row: Row) -> AnalysisDataset | None:
        """A row of Analysis Criteria."""
        dataset = row["Dataset"]
        if not row.known("Dataset", list(self._names), "dataset"):
            return None
        names = row.values("Variables")
        for name in names:
            row.known("Variables", self._names[dataset], f"variable of {dataset}", name)
        clauses = self._clauses(row)
        return AnalysisDataset(dataset, names, clauses[0] if clauses else None)

    def _values(self, datasets: list[str]) -> dict[tuple[str, str], list[Value]]:
        found: dict[tuple[str, str], list[Value]] = {}
        for row in self._book["ValueLevel"]:
            dataset, name = row["Dataset"], row["Variable"]
            known = row.known("Dataset", datasets, "dataset") and row.known(
                "Variable", self._names.get(dataset, []), f"variable of {dataset}"
            )
            clauses = self._clauses(row)
            if not known:
                continue
            own = found.setdefault((dataset, name), [])
            item = self._variable(row, row["Name"] or name, row.count("Order") or len(own) + 1)
            join = self._parts.comment(row, "Join Comment")
            if join is not None:
                clauses = [replace(c, comment=c.comment or join) for c in clauses]
            first, *also = clauses or [WhereClause("", ())]
            own.append(Value(first, item, tuple(also)))
        return {key: sorted(own, key=lambda v: v.item.order) for key, own in found.items()}

    def _clauses(self, row: Row) -> list[WhereClause]:
        told = [t.strip() for t in row["Where Clause"].split(BETWEEN.strip()) if t.strip()]
        known = list(self._wheres)
        return [
            self._wheres[t] for t in told if row.known("Where Clause", known, "where clause", t)
        ]

    def _where(self, key: str, rows: list[Row]) -> WhereClause:
        checks = []
        for row in rows:
            dataset, name, comparator = row["Dataset"], row["Variable"], row["Comparator"].upper()
            if row.known("Dataset", list(self._names), "dataset"):
                row.known("Variable", self._names[dataset], f"variable of {dataset}")
            row.known("Comparator", _COMPARATORS, "comparator", comparator)
            values = row.values("Value") if comparator in _LISTS else (row["Value"],)
            checks.append(Check(dataset, name, comparator, values))
        comments = [c for r in rows if (c := self._parts.comment(r)) is not None]
        return WhereClause(
            key.removeprefix("WC."), tuple(checks), comments[0] if comments else None
        )

    def _variable(self, row: Row, name: str, order: int) -> Variable:
        kind = row["Data Type"]
        row.known("Data Type", _TYPES, "data type")
        numeric = row.flag("Numeric") if row["Numeric"] else kind in NUMERIC
        length = row.count("Length")
        origins = self._origins(row)
        return Variable(
            name=name,
            label=row["Label"],
            datatype=kind,
            numeric=numeric,
            length=8 if numeric else length,
            order=order,
            digits=length if numeric else 0,
            significant_digits=row.count("Significant Digits"),
            format=row["Format"],
            role=row["Role"],
            mandatory=row.flag("Mandatory"),
            codelist=self._parts.codelist(row),
            origin=origins[0] if origins else None,
            method=self._parts.method(row),
            comment=self._parts.comment(row),
            non_standard=row.flag("Non Standard"),
            has_no_data=row.flag("Has No Data"),
            other_origins=origins[1:],
        )

    def _origins(self, row: Row) -> tuple[Origin, ...]:
        """All origins; the pages belong to the first that was collected, else to the first."""
        found: list[Origin] = []
        if row["Origin"]:
            kind, who = OLD_ORIGINS.get(row["Origin"], (row["Origin"], ""))
            text = row["Predecessor"] or row["Origin Description"]
            found.append(Origin(kind, row["Source"] or who, text))
        for told in row["Further Origins"].split(BETWEEN.strip()):
            name, _, text = told.strip().partition(": ")
            kind, _, source = name.partition(BY)
            if kind:
                found.append(Origin(kind, source, text))
        if not row["Pages"]:
            return tuple(found)
        if not any(key == ANNOTATED_CRF for key, _, _ in self._parts.documents):
            row.fault("Pages", f"the sheet Documents has no '{ANNOTATED_CRF}'")
        if not found:
            row.fault("Pages", "there are pages without an origin")
            return ()
        at = next((i for i, o in enumerate(found) if o.type == "Collected"), 0)
        found[at] = replace(found[at], documents=(page_ref(ANNOTATED_CRF, row["Pages"]),))
        return tuple(found)
