"""What the rows of datasets and variables refer to: documents, comments, methods, codelists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from define.diff.words import standard
from define.model import Codelist, Comment, Method, PageRef, Standard, Term
from define.workbook.book import Book, Row

_TYPES = ("text", "integer", "float", "date", "datetime")


@dataclass(frozen=True)
class Shared:
    """Everything that is referred to by an ID."""

    standards: Mapping[str, Standard]
    documents: tuple[tuple[str, str, str], ...]
    comments: Mapping[str, Comment]
    methods: Mapping[str, Method]
    codelists: Mapping[str, Codelist]

    def comment(self, row: Row, column: str = "Comment") -> Comment | None:
        """The comment that the cell names."""
        if row[column] and row.known(column, list(self.comments), "comment"):
            return self.comments[row[column]]
        return None

    def method(self, row: Row) -> Method | None:
        """The method that the cell names."""
        if row["Method"] and row.known("Method", list(self.methods), "method"):
            return self.methods[row["Method"]]
        return None

    def codelist(self, row: Row) -> Codelist | None:
        """The codelist or dictionary that the cell names."""
        if row["Codelist"] and row.known("Codelist", list(self.codelists), "codelist"):
            return self.codelists[row["Codelist"]]
        return None

    def standard(self, row: Row, column: str) -> Standard | None:
        """The standard that the cell names, as ``SDTMIG 3.4``."""
        if row[column] and row.known(column, list(self.standards), "standard"):
            return self.standards[row[column]]
        return None


def shared(book: Book) -> Shared:
    """Read the sheets that others refer to."""
    files = book.by_id("Documents")
    documents = tuple((key, r[0]["Href"], r[0]["Title"]) for key, r in files.items())
    comments = {
        key: Comment(key.removeprefix("COM."), rows[0]["Description"], references(rows, files))
        for key, rows in book.by_id("Comments").items()
    }
    methods = {key: _method(key, rows, files) for key, rows in book.by_id("Methods").items()}
    standards = _standards(book, comments)
    found = Shared(standards, documents, comments, methods, {})
    return Shared(standards, documents, comments, methods, _codelists(book, found))


def references(
    rows: Sequence[Row],
    files: Mapping[str, object],
    column: str = "Document",
    pages: str = "Pages",
    title: str = "Page Title",
) -> tuple[PageRef, ...]:
    """The documents that rows of one ID name, with their pages."""
    return tuple(
        page_ref(row[column], row[pages], row[title])
        for row in rows
        if row[column] and row.known(column, list(files), "document")
    )


def page_ref(document: str, text: str, title: str = "") -> PageRef:
    """Numbers of pages, ranges of them (``6-8``), and named destinations."""
    numbers: list[int] = []
    names: list[str] = []
    for word in re.split(r"[,\s]+", text.strip()):
        bounds = re.fullmatch(r"(\d{1,5})-(\d{1,5})", word)
        if bounds:
            numbers += range(int(bounds.group(1)), int(bounds.group(2)) + 1)
        elif word.isdecimal():
            numbers.append(int(word))
        elif word:
            names.append(word)
    return PageRef(document, tuple(numbers), tuple(names), title)


def _method(key: str, rows: Sequence[Row], files: Mapping[str, object]) -> Method:
    first = rows[0]
    return Method(
        key.removeprefix("MT."),
        first["Name"],
        first["Description"],
        first["Type"] or "Computation",
        references(rows, files),
        first["Expression Context"],
        first["Expression Code"],
    )


def _standards(book: Book, comments: Mapping[str, Comment]) -> dict[str, Standard]:
    found: dict[str, Standard] = {}
    for row in book["Standards"]:
        remark = row["Comment"]
        if remark:
            row.known("Comment", list(comments), "comment")
        told = Standard(
            row["Name"],
            row["Type"] or "IG",
            row["Version"],
            row["Publishing Set"],
            row["Status"] or "Final",
            comments.get(remark),
        )
        found[standard(told)] = told
    return found


def _codelists(book: Book, parts: Shared) -> dict[str, Codelist]:
    found = {key: _codelist(key, rows, parts) for key, rows in book.by_id("Codelists").items()}
    for key, rows in book.by_id("Dictionaries").items():
        row = rows[0]
        if key in found:
            row.fault("ID", f"'{key}' is a codelist already")
        remark = parts.comment(row)
        found[key] = Codelist(
            key=key.removeprefix("CL."),
            name=row["Name"],
            datatype=row["Data Type"] or "text",
            standard=_terminology(row, parts),
            dictionary=row["Dictionary"],
            dictionary_version=row["Version"],
            comment=remark.text if remark else "",
            dictionary_href=row["Href"],
        )
    return found


def _codelist(key: str, rows: Sequence[Row], parts: Shared) -> Codelist:
    first = rows[0]
    for row in rows[1:]:
        if row["Name"] and row["Name"] != first["Name"]:
            row.fault("Name", f"'{key}' is called '{first['Name']}' in row {first.number}")
    kind = first["Data Type"] or "text"
    if kind not in _TYPES:
        first.fault(
            "Data Type", f"'{kind}' is no type of a codelist", f"Types: {', '.join(_TYPES)}."
        )
    remark = parts.comment(first)
    return Codelist(
        key=key.removeprefix("CL."),
        name=first["Name"],
        datatype=kind,
        ccode=first["NCI Codelist Code"],
        standard=None if first.flag("Non Standard") else _terminology(first, parts),
        terms=_terms(rows, first["NCI Codelist Code"]),
        comment=remark.text if remark else "",
    )


def _terminology(row: Row, parts: Shared) -> Standard | None:
    """The package of the list; where none is said of a published list, the only one there is."""
    if row["Terminology"]:
        return parts.standard(row, "Terminology")
    packages = [s for s in parts.standards.values() if s.type == "CT"]
    return packages[0] if row["NCI Codelist Code"] and len(packages) == 1 else None


def _terms(rows: Sequence[Row], ccode: str) -> tuple[Term, ...]:
    seen: dict[str, int] = {}
    terms = []
    for row in sorted(rows, key=lambda r: (r.count("Order"), r.number)):
        value = row["Term"]
        if not value:
            if row["Decoded Value"] or row["NCI Term Code"]:
                row.fault("Term", "the row has no term")
            continue
        if value in seen:
            row.fault("Term", f"'{value}' stands in row {seen[value]} too")
        seen[value] = row.number
        # The form has no column for it: a term without a code in a published list is a sponsor's.
        told = "Extended" in row.cells
        extended = row.flag("Extended") if told else bool(ccode) and not row["NCI Term Code"]
        terms.append(Term(value, row["Decoded Value"], row["NCI Term Code"], extended))
    return tuple(terms)
