"""A workbook as metadata; every fault of it is said with its sheet, row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from define.model import AnalysisDataset, AnalysisResult, Dataset, Metadata, ResultDisplay
from define.workbook.book import Book, Row, open_book
from define.workbook.form import ATTRIBUTES, Sheet
from define.workbook.items import Items
from define.workbook.parts import Shared, references, shared
from mappings.findings import SpecificationFault

_PROGRAMS = ("Programming Document", "Programming Pages", "Programming Page Title")
_ATTRIBUTES = {
    *("StudyName", "StudyDescription", "ProtocolName", "StandardName", "StandardVersion"),
    *("Language", "Comment"),
}


@dataclass(frozen=True)
class Specification:
    """The metadata of a workbook, and what it has that is not of the form."""

    metadata: Metadata
    unread: tuple[str, ...]


def load_workbook(sheets: Sequence[Sheet], file: str) -> Specification:
    """The metadata of the sheets. Raises SpecificationFault with every fault of them."""
    book = open_book(sheets, file)
    if book.faults.found:
        raise SpecificationFault(book.faults.found)
    parts = shared(book)
    items = Items(book, parts)
    datasets = _datasets(book, parts, items)
    about, unread = _attributes(book)
    displays = _displays(book, parts, items)
    if book.faults.found:
        raise SpecificationFault(book.faults.found)
    remark = parts.comments.get(about.get("Comment", ""))
    metadata = Metadata(
        study_id=about.get("StudyName", ""),
        study_name=about.get("StudyName", ""),
        study_description=about.get("StudyDescription", ""),
        protocol_name=about.get("ProtocolName", ""),
        purpose=_purpose(book, datasets),
        created="",
        standards=tuple(parts.standards.values()),
        datasets=datasets,
        comments=(remark,) if remark else (),
        documents=parts.documents,
        displays=displays,
    )
    return Specification(metadata, (*book.unread, *unread))


def _attributes(book: Book) -> tuple[dict[str, str], tuple[str, ...]]:
    told = {row["Attribute"]: row["Value"] for row in book[ATTRIBUTES]}
    strange = tuple(f"the attribute {n} of {ATTRIBUTES}" for n in told if n not in _ATTRIBUTES)
    return told, strange


def _purpose(book: Book, datasets: Sequence[Dataset]) -> str:
    """Tabulation or Analysis; where no dataset says it, by their names."""
    told = next((r["Purpose"] for r in book["Datasets"] if r["Purpose"]), "")
    if told:
        return told
    analysis = any(d.name.startswith("AD") and len(d.name) > 2 for d in datasets)
    return "Analysis" if analysis else "Tabulation"


def _datasets(book: Book, parts: Shared, items: Items) -> tuple[Dataset, ...]:
    guides = [s for s in parts.standards.values() if s.type == "IG"]
    found: list[Dataset] = []
    rows: dict[str, Row] = {}
    for row in book["Datasets"]:
        name = row["Dataset"]
        if not name:
            row.fault("Dataset", "the row has no dataset")
            continue
        if name in rows:
            row.fault("Dataset", f"'{name}' stands in row {rows[name].number} too")
            continue
        rows[name] = row
        of_form = "Standard" in row.cells
        standard = parts.standard(row, "Standard") if of_form else next(iter(guides), None)
        found.append(
            Dataset(
                name=name,
                label=row["Label"],
                class_name=row["Class"],
                structure=row["Structure"],
                variables=(),
                records=0 if row.flag("Has No Data") else -1,
                domain=row["Domain"],
                subclass=row["SubClass"],
                repeating=row.flag("Repeating"),
                reference_data=row.flag("Reference Data"),
                standard=standard,
                comment=parts.comment(row),
                domain_description=row["Domain Description"],
            )
        )
    variables = items.variables(list(rows))
    return tuple(
        replace(d, variables=items.keyed(rows[d.name], variables.get(d.name, ()))) for d in found
    )


def _displays(book: Book, parts: Shared, items: Items) -> tuple[ResultDisplay, ...]:
    files = {key: key for key, _, _ in parts.documents}
    displays = book.by_id("Analysis Displays")
    results: dict[tuple[str, str], list[Row]] = {}
    for row in book["Analysis Results"]:
        if row.known("Display", list(displays), "display"):
            results.setdefault((row["Display"], row["ID"]), []).append(row)
    criteria: dict[tuple[str, str], list[AnalysisDataset]] = {key: [] for key in results}
    for row in book["Analysis Criteria"]:
        key = (row["Display"], row["Result"])
        if key not in criteria:
            row.fault("Result", f"there is no result '{key[1]}' of the display '{key[0]}'")
        elif (part := items.analysed(row)) is not None:
            criteria[key].append(part)
    return tuple(
        ResultDisplay(
            name,
            name,
            rows[0]["Title"],
            tuple(
                _result(key[1], told, criteria[key], parts)
                for key, told in results.items()
                if key[0] == name
            ),
            references(rows, files),
        )
        for name, rows in displays.items()
    )


def _result(
    key: str, rows: Sequence[Row], datasets: Sequence[AnalysisDataset], parts: Shared
) -> AnalysisResult:
    files = {key: key for key, _, _ in parts.documents}
    row = rows[0]
    return AnalysisResult(
        key=key.removeprefix("AR."),
        description=row["Description"],
        reason=row["Reason"],
        purpose=row["Purpose"],
        datasets=tuple(datasets),
        documentation=row["Documentation"],
        parameter=row["Parameter Dataset"],
        join=parts.comment(row, "Join Comment"),
        context=row["Programming Context"],
        code=row["Programming Code"],
        documents=references(rows, files, "Documentation Refs"),
        programs=references(rows, files, *_PROGRAMS),
    )
