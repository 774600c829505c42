"""`tables` of study.yaml: written there, or named as a file; and the planned visits as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mappings.catalogue import Catalogue, file_of, is_csv, read_catalogue, texts
from mappings.findings import Finding, SpecificationFault
from mappings.load import Document, spec_fault

VISITS = "visits"
"""The table that every study has: its planned visits."""
_OWN = ("_form", "_row")


def read_study_tables(
    folder: Path, main: Document, taken: Mapping[str, str], faults: list[Finding]
) -> dict[str, Catalogue]:
    """The tables by name; a name that means something else already is a fault.

    `taken` are the names of forms and datasets, each with what it is.
    """
    tables = {VISITS: _visits(main)}
    for name, given in main.data.get("tables", {}).items():
        meant = "the table of the planned visits" if name == VISITS else taken.get(name)
        if meant is not None:
            message = f"'{name}' is {meant} already"
            place = main.place(("tables", name), key=True)
            faults.append(spec_fault("table.name", message, place, "Give the table another name."))
            continue
        try:
            tables[name] = _table(folder, main, name, given)
        except SpecificationFault as fault:
            faults.extend(fault.findings)
            continue
        lost = [c for c in _OWN if any(c in row for row in tables[name].entries)]
        if lost:
            message = f"the table '{name}' has a column '{lost[0]}', which the tool makes itself"
            place = main.place(("tables", name), key=True)
            faults.append(spec_fault("table.column", message, place, "Rename the column."))
    return tables


def catalogue_files(tables: Mapping[str, Catalogue], modules: Iterable[Document]) -> list[str]:
    """The files that tables and the tests of modules come from, each once."""
    named = [t.file for t in tables.values() if t.file]
    named += [file_of(n) for document in modules for n in _tests(document.data)]
    return list(dict.fromkeys(named))


def _tests(data: Mapping[str, Any]) -> Iterator[str]:
    for part in (data, *data.get("blocks", [])):
        tests = (part.get("rows") or {}).get("tests")
        if isinstance(tests, str):
            yield tests


def _table(folder: Path, main: Document, name: str, given: Any) -> Catalogue:
    steps = ("tables", name)
    if isinstance(given, list):
        places = tuple(main.place((*steps, i), key=True) for i in range(len(given)))
        return Catalogue([texts(row) for row in given], places)
    named, encoding = str(given["file"]), given.get("encoding")
    if encoding is not None and not is_csv(named):
        message = "'encoding' means nothing beside a YAML file, which is UTF-8"
        place = main.place((*steps, "encoding"), key=True)
        raise SpecificationFault([spec_fault("table.file", message, place, "Take it out.")])
    place = main.place((*steps, "file"))
    return read_catalogue(folder, named, place, "table.file", str(encoding or "utf-8"))


def _visits(main: Document) -> Catalogue:
    """The planned visits as a table of the study, for lookups and for TV."""
    names = ("visit", "number", "day")
    rows = main.data.get("visits", [])
    planned = [i for i, row in enumerate(rows) if row.get("unscheduled") != "true"]
    return Catalogue(
        [{n: str(rows[i].get(n) or "") for n in names} for i in planned],
        tuple(main.place((VISITS, i), key=True) for i in planned),
    )
