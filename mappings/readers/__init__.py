"""Readers of raw exports: each gives `mappings.raw.RawTable`s of text cells, or clear faults.

Forms that come out of one file are read together, so that a large file is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from mappings.findings import Finding, SpecificationFault
from mappings.raw import FormSettings, RawTable, Unread
from mappings.readers.checks import table_faults
from mappings.readers.delimited import read_delimited, read_header
from mappings.readers.excel import excel_columns, read_excel
from mappings.readers.odm import odm_columns, read_odm
from mappings.readers.parquet import parquet_columns, read_parquet
from mappings.readers.rave import read_rave
from mappings.readers.redcap import read_redcap, redcap_columns
from mappings.readers.sas import read_sas, read_xpt, sas_columns, xpt_columns
from mappings.readers.viedoc import read_viedoc, viedoc_columns

T = TypeVar("T")
Many = Callable[[Path, Sequence[FormSettings]], dict[str, T]]


@dataclass(frozen=True)
class Reader:
    """How forms of one file are read: `columns` from the head alone, `tables` with all rows."""

    columns: Many[tuple[str, ...]]
    tables: Many[RawTable]


def _each(read: Callable[[Path, FormSettings], T]) -> Many[T]:
    """A reader of one form at a time."""

    def many(folder: Path, forms: Sequence[FormSettings]) -> dict[str, T]:
        return {f.name: read(folder / f.file, f) for f in forms}

    return many


_csv_columns = _each(read_header)
READERS: dict[str, Reader] = {
    "rave": Reader(_csv_columns, _each(read_rave)),
    "csv": Reader(_csv_columns, _each(read_delimited)),
    "redcap": Reader(redcap_columns, read_redcap),
    "excel": Reader(_each(excel_columns), _each(read_excel)),
    "parquet": Reader(_each(parquet_columns), _each(read_parquet)),
    "sas": Reader(_each(sas_columns), _each(read_sas)),
    "xpt": Reader(_each(xpt_columns), _each(read_xpt)),
    "odm": Reader(odm_columns, read_odm),
    "viedoc": Reader(_each(viedoc_columns), _each(read_viedoc)),
}


def read_tables(
    folder: Path, forms: Iterable[FormSettings]
) -> tuple[dict[str, RawTable], list[Finding]]:
    """Every form that can be read, in the order given, and the faults of all the others."""
    forms = list(forms)
    tables, faults = _read(folder, forms, lambda reader: reader.tables)
    for settings in forms:
        if settings.name in tables:
            faults.extend(table_faults(tables[settings.name], settings))
    return _unread_by_all(forms, tables), faults


def _unread_by_all(
    forms: Iterable[FormSettings], tables: dict[str, RawTable]
) -> dict[str, RawTable]:
    """The tables without what other forms of the same file do read, and each part told once."""
    ways: dict[str, dict[tuple[str, ...], set[tuple[str, str]]]] = {}
    for form in forms:
        if form.name in tables:
            left = ways.setdefault(form.file, {}).setdefault(_source(form), set())
            left |= {(u.form, u.group) for u in tables[form.name].unread}

    told: set[tuple[str, str, str]] = set()

    def first(each: Unread) -> bool:
        """Whether no way reads it, and no form before this one told so."""
        own = {(each.form, each.group), (each.form, "")}
        if not all(own & left for left in ways[each.file].values()):
            return False
        key = (each.file, each.form, each.group)
        known = key in told
        told.add(key)
        return not known

    return {
        name: replace(table, unread=tuple(u for u in table.unread if first(u)))
        for name, table in tables.items()
    }


def columns_of(
    folder: Path, forms: Iterable[FormSettings]
) -> tuple[dict[str, tuple[str, ...]], list[Finding]]:
    """The columns of every form whose head can be read, and the faults of all the others."""
    return _read(folder, list(forms), lambda reader: reader.columns)


def _read(
    folder: Path, forms: list[FormSettings], way: Callable[[Reader], Many[T]]
) -> tuple[dict[str, T], list[Finding]]:
    groups: dict[tuple[str, ...], list[FormSettings]] = {}
    for settings in forms:
        groups.setdefault(_source(settings), []).append(settings)
    found: dict[str, T] = {}
    faults: list[Finding] = []
    for group in groups.values():
        try:
            found.update(way(READERS[group[0].reader])(folder, group))
        except SpecificationFault as fault:
            faults.extend(fault.findings)
    return {f.name: found[f.name] for f in forms if f.name in found}, faults


def _source(settings: FormSettings) -> tuple[str, ...]:
    """What forms that are read together have in common."""
    return (
        settings.reader,
        *(settings.file, settings.dictionary, settings.codelists),
        *(settings.encoding, settings.delimiter, settings.header, settings.values),
        *(settings.sheet, settings.items),
    )
