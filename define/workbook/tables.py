"""Metadata as the sheets of the workbook; a blank sheet is written with its header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from define.collect import codelist_comment, collect
from define.definexml.texts import ANNOTATED_CRF
from define.diff.words import length, number, standard
from define.model import Codelist, Dataset, Metadata, Origin, PageRef, Variable
from define.workbook.form import ATTRIBUTES, BETWEEN, BY, SHEETS, Sheet, columns_of

Row = Mapping[str, str]
LISTS = frozenset({"IN", "NOTIN"})
"""Comparators of several values."""


def tables_of(metadata: Metadata, language: str = "en") -> tuple[Sheet, ...]:
    """Every sheet of the form, in its order; `language` is that of the texts.

    Raises DefineRefusal as `collect` does.
    """
    return _Tables(metadata, language).sheets()


def listed(values: Iterable[str]) -> str:
    """Several values in one cell; one that holds a comma stands in quotation marks."""

    def quoted(value: str) -> str:
        plain = value and value == value.strip() and not set(value) & set(',"')
        return value if plain else '"' + value.replace('"', '""') + '"'

    return ", ".join(quoted(v) for v in values)


def pages_text(of: PageRef) -> str:
    """Numbers of pages and named destinations, as the column Pages has them."""
    return " ".join([*(str(p) for p in sorted(set(of.pages))), *of.destinations])


def _filled(dataset: Dataset) -> Dataset:
    variables = tuple(replace(v, has_no_data=False) for v in dataset.variables)
    return replace(dataset, records=-1, variables=variables)


def _origin(of: Origin) -> str:
    who = BY.join(p for p in (of.type, of.source) if p)
    return f"{who}: {of.description}" if of.description else who


def _yes(flag: bool) -> str:
    return "Yes" if flag else ""


def _yes_no(flag: bool) -> str:
    return "Yes" if flag else "No"


class _Tables:
    def __init__(self, metadata: Metadata, language: str) -> None:
        self.metadata = metadata
        self.language = language
        # `collect` adds comments where there are no data; the specification has what is said.
        self.parts = collect(replace(metadata, datasets=tuple(map(_filled, metadata.datasets))))

    def sheets(self) -> tuple[Sheet, ...]:
        made: dict[str, list[Row]] = {
            ATTRIBUTES: self._attributes(),
            "Standards": self._standards(),
            "Datasets": self._datasets(),
            "Variables": self._variables(),
            "ValueLevel": self._values(),
            "WhereClauses": self._wheres(),
            "Codelists": self._codelists(),
            "Dictionaries": self._dictionaries(),
            "Methods": self._methods(),
            "Comments": self._comments(),
            "Documents": [
                {"ID": key, "Title": title, "Href": href}
                for key, href, title in self.metadata.documents
            ],
            **self._results(),
        }
        return tuple(_sheet(name, made[name]) for name in SHEETS)

    def _attributes(self) -> list[Row]:
        guide = next((s for s in self.metadata.standards if s.type == "IG"), None)
        told = {
            "StudyName": self.metadata.study_name,
            "StudyDescription": self.metadata.study_description,
            "ProtocolName": self.metadata.protocol_name,
            "StandardName": guide.name if guide else "",
            "StandardVersion": guide.version if guide else "",
            "Language": self.language,
        }
        if self.parts.document_comment:
            told["Comment"] = self.parts.document_comment.oid
        return [{"Attribute": k, "Value": v} for k, v in told.items()]

    def _standards(self) -> list[Row]:
        return [
            {
                "Name": s.name,
                "Type": s.type,
                "Publishing Set": s.publishing_set,
                "Version": s.version,
                "Status": s.status,
                "Comment": s.comment.oid if s.comment else "",
            }
            for s in self.parts.standards
        ]

    def _datasets(self) -> list[Row]:
        return [
            {
                "Dataset": d.name,
                "Label": d.label,
                "Class": d.class_name,
                "SubClass": d.subclass,
                "Structure": d.structure,
                "Purpose": self.metadata.purpose,
                "Key Variables": listed(d.keys),
                "Standard": standard(d.standard),
                "Has No Data": _yes(d.records == 0),
                "Repeating": _yes_no(d.repeating),
                "Reference Data": _yes_no(d.reference_data),
                "Comment": d.comment.oid if d.comment else "",
                "Domain": d.domain,
                "Domain Description": d.domain_description,
            }
            for d in self.metadata.datasets
        ]

    def _variables(self) -> list[Row]:
        return [
            {"Order": str(v.order), "Dataset": d.name, "Variable": v.name, **self._variable(v)}
            | {"Has No Data": _yes(v.has_no_data)}
            | {"Non Standard": _yes(v.non_standard)}
            for d in self.metadata.datasets
            for v in d.variables
        ]

    def _variable(self, v: Variable) -> dict[str, str]:
        origin = v.origin
        copied = origin is not None and origin.type == "Predecessor"
        crf = [r for o in v.origins for r in o.documents if r.document == ANNOTATED_CRF]
        described = origin.description if origin else ""
        return {
            "Label": v.label,
            "Data Type": v.datatype,
            "Length": length(v),
            "Significant Digits": number(v.significant_digits),
            "Format": v.format,
            "Mandatory": _yes_no(v.mandatory),
            "Codelist": v.codelist.oid if v.codelist else "",
            "Origin": origin.type if origin else "",
            "Source": origin.source if origin else "",
            "Pages": " ".join(pages_text(r) for r in crf),
            "Method": v.method.oid if v.method else "",
            "Predecessor": described if copied else "",
            "Origin Description": "" if copied else described,
            "Further Origins": BETWEEN.join(_origin(o) for o in v.other_origins),
            "Role": v.role,
            "Comment": v.comment.oid if v.comment else "",
            "Numeric": _yes_no(v.numeric),
        }

    def _values(self) -> list[Row]:
        found: list[Row] = []
        for d in self.metadata.datasets:
            for v in d.variables:
                for order, entry in enumerate(v.values, 1):
                    clauses = (entry.where, *entry.also)
                    place = {
                        "Order": str(order),
                        "Dataset": d.name,
                        "Variable": v.name,
                        "Where Clause": BETWEEN.join(w.oid for w in clauses if w.checks),
                        "Name": entry.item.name,
                    }
                    found.append(place | self._variable(entry.item))
        return found

    def _wheres(self) -> list[Row]:
        return [
            {
                "ID": w.oid,
                "Dataset": c.dataset,
                "Variable": c.variable,
                "Comparator": c.comparator,
                "Value": listed(c.values) if c.comparator in LISTS else "".join(c.values),
                "Comment": w.comment.oid if w.comment else "",
            }
            for w in self.parts.where_clauses
            for c in w.checks
        ]

    def _codelists(self) -> list[Row]:
        found: list[Row] = []
        for codelist in self.parts.codelists:
            if codelist.dictionary:
                continue
            about = {
                **_about(codelist),
                "NCI Codelist Code": codelist.ccode,
                "Non Standard": _yes(codelist.standard is None),
            }
            terms = [
                {
                    "Order": str(order),
                    "Term": term.value,
                    "NCI Term Code": term.ccode,
                    "Decoded Value": term.decode,
                    "Extended": _yes(term.extended),
                }
                for order, term in enumerate(codelist.terms, 1)
            ]
            found += [about | term for term in terms or [{}]]
        return found

    def _dictionaries(self) -> list[Row]:
        return [
            {
                **_about(c),
                "Dictionary": c.dictionary,
                "Version": c.dictionary_version,
                "Href": c.dictionary_href,
            }
            for c in self.parts.codelists
            if c.dictionary
        ]

    def _methods(self) -> list[Row]:
        return [
            row
            for m in self.parts.methods
            for row in _with_documents(
                {
                    "ID": m.oid,
                    "Name": m.name,
                    "Type": m.type,
                    "Description": m.text,
                    "Expression Context": m.context,
                    "Expression Code": m.code,
                },
                m.documents,
            )
        ]

    def _comments(self) -> list[Row]:
        return [
            row
            for c in self.parts.comments
            for row in _with_documents({"ID": c.oid, "Description": c.text}, c.documents)
        ]

    def _results(self) -> dict[str, list[Row]]:
        displays: list[Row] = []
        results: list[Row] = []
        criteria: list[Row] = []
        for display in self.metadata.displays:
            about = {"ID": display.name, "Title": display.description}
            displays += _with_documents(about, display.documents)
            for result in display.results:
                here = {"Display": display.name, "ID": result.oid}
                told = {
                    **here,
                    "Description": result.description,
                    "Reason": result.reason,
                    "Purpose": result.purpose,
                    "Join Comment": result.join.oid if result.join else "",
                    "Documentation": result.documentation,
                    "Programming Context": result.context,
                    "Programming Code": result.code,
                    "Parameter Dataset": result.parameter,
                }
                results += _both_documents(told, result.documents, result.programs)
                criteria += [
                    {
                        "Display": display.name,
                        "Result": result.oid,
                        "Dataset": part.dataset,
                        "Variables": listed(part.variables),
                        "Where Clause": part.where.oid if part.where else "",
                    }
                    for part in result.datasets
                ]
        return {
            "Analysis Displays": displays,
            "Analysis Results": results,
            "Analysis Criteria": criteria,
        }


def _about(codelist: Codelist) -> dict[str, str]:
    remark = codelist_comment(codelist)
    return {
        "ID": codelist.oid,
        "Name": codelist.name,
        "Data Type": codelist.datatype,
        "Terminology": standard(codelist.standard),
        "Comment": remark.oid if remark else "",
    }


def _with_documents(row: dict[str, str], documents: Sequence[PageRef]) -> list[Row]:
    """The row; further documents stand in rows of the same ID."""
    told = [
        {"Document": r.document, "Pages": pages_text(r), "Page Title": r.title} for r in documents
    ]
    first, *more = told or [{}]
    return [row | first, *({"ID": row["ID"]} | each for each in more)]


def _both_documents(
    row: dict[str, str], said: Sequence[PageRef], programs: Sequence[PageRef]
) -> list[Row]:
    found: list[Row] = []
    for at in range(max(len(said), len(programs), 1)):
        own = dict(row) if not at else {k: row[k] for k in ("Display", "ID")}
        if at < len(said):
            ref = said[at]
            own |= {"Documentation Refs": ref.document, "Pages": pages_text(ref)}
            own["Page Title"] = ref.title
        if at < len(programs):
            ref = programs[at]
            own |= {"Programming Document": ref.document, "Programming Pages": pages_text(ref)}
            own["Programming Page Title"] = ref.title
        found.append(own)
    return found


def _sheet(name: str, rows: Sequence[Row]) -> Sheet:
    columns = columns_of(name)
    cells = [(n, tuple(r.get(c, "") for c in columns)) for n, r in enumerate(rows, 2)]
    return Sheet(name, columns, tuple(cells))
