"""Viedoc CSV: one file a form, header rows of labels and names, and the files beside it.

`Items` gives each column's label, type and format; `CodeLists` gives code and text of each
format. Beside a decoded column ``X`` stands its code, ``XCD``.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

from mappings.load import did_you_mean
from mappings.raw import FormSettings, RawItem, RawTable, file_fault
from mappings.readers.delimited import parse, read_text

SUBJECT = "SubjectId"
_NAME = re.compile(r"[A-Za-z_]\w*")


def read_viedoc(path: Path, settings: FormSettings) -> RawTable:
    """A form with its items and codelists, as far as 'dictionary' and 'codelists' name them.

    Raises SpecificationFault, as `read_delimited` does; when the header rows are others than
    'header' says; and for a column that the Items file does not have.
    """
    labels, text, first = _split(read_text(path, settings), settings)
    table = parse(text, settings, first)
    folder = _folder(path, settings)
    items = _items(folder, settings) if settings.dictionary else _labelled(table.columns, labels)
    strange = [c for c in table.columns if c not in items]
    if strange:
        raise file_fault(
            settings.file,
            f"the column '{strange[0]}' is not in {settings.dictionary}",
            did_you_mean(strange[0], list(items)) + " Take both files from one export.",
            first,
        )
    used = {c: items[c] for c in table.columns}
    lists = _codelists(folder, settings) if settings.codelists else {}
    named = {i.codelist for i in used.values()}
    return replace(table, items=used, codelists={k: v for k, v in lists.items() if k in named})


def viedoc_columns(path: Path, settings: FormSettings) -> tuple[str, ...]:
    """The names in the header."""
    _, text, first = _split(read_text(path, settings), settings)
    head = text.partition("\n")[0]
    return parse(head, settings, first).columns


def _folder(path: Path, settings: FormSettings) -> Path:
    """The study folder: `path` without the form's own file."""
    return path.parents[len(Path(settings.file).parts) - 1]


def _split(text: str, settings: FormSettings) -> tuple[list[str], str, int]:
    """Labels, the text from the row of names on, and the line of that row."""
    labels: list[str] = []
    line = 1
    if settings.header != "name":
        reader = csv.reader(io.StringIO(text), delimiter=settings.delimiter)
        labels = next(reader, [])
        line = reader.line_num + 1
        text = "\n".join(text.split("\n")[reader.line_num :])
    names = next(csv.reader(io.StringIO(text), delimiter=settings.delimiter), [])
    if SUBJECT in names and (not labels or len(labels) == len(names)):
        return labels, text, line
    if SUBJECT in labels:
        advice = "The file has one header row: set 'header: name' in study.yaml."
    elif any(not _NAME.fullmatch(n) for n in names):
        advice = "Export it with names (not only labels) in the header."
    else:
        advice = "Export it again from Viedoc, with the site, subject and event columns."
    raise file_fault(
        settings.file, f"there is no row of column names with '{SUBJECT}'", advice, line
    )


def _labelled(names: tuple[str, ...], labels: list[str]) -> dict[str, RawItem]:
    labels = labels or [""] * len(names)
    return {n: RawItem(n, label) for n, label in zip(names, labels, strict=True)}


def _items(folder: Path, settings: FormSettings) -> dict[str, RawItem]:
    wanted = ("ID", "Label", "DataType", "FormatName")
    rows = _beside(folder, settings, settings.dictionary, wanted)
    return {name: RawItem(name, label, kind, form) for name, label, kind, form in rows}


def _codelists(folder: Path, settings: FormSettings) -> dict[str, dict[str, str]]:
    wanted = ("FormatName", "CodeValue", "CodeText")
    lists: dict[str, dict[str, str]] = {}
    for name, code, text in _beside(folder, settings, settings.codelists, wanted):
        lists.setdefault(name, {})[code] = text
    return lists


def _beside(
    folder: Path, settings: FormSettings, file: str, wanted: tuple[str, ...]
) -> list[tuple[str, ...]]:
    """The wanted columns of a file beside the data, whose header rows are as in the data."""
    own = replace(settings, file=file)
    text = read_text(folder / file, own)
    first = 1
    if settings.header != "name":
        _, _, text = text.partition("\n")
        first = 2
    table = parse(text, own, first)
    lacking = [w for w in wanted if w not in table.columns]
    if lacking:
        hint = did_you_mean(lacking[0], list(table.columns))
        raise file_fault(file, f"there is no column '{lacking[0]}'", hint, first)
    columns = [table.cells[w].tolist() for w in wanted]
    return list(zip(*columns, strict=True))
