"""What the files of datasets say of themselves, against what define.xml says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from define.model import Dataset, Metadata, Variable
from define.reconcile.datasets import LABEL_BYTES
from define.reconcile.finding import error, notice, warning
from define.reconcile.types import DATE_TYPES
from define.xport.columns import Column, Format, parse_format
from mappings.findings import Finding

MAX_TEXT = 200
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")


@dataclass(frozen=True, slots=True)
class Head:
    """What a file tells of its dataset before its rows: its name inside, label and columns.

    A column has the length 0 where the file does not say how long its text is.
    """

    file: str
    name: str
    label: str
    columns: tuple[Column, ...]


def check_files(heads: Mapping[str, Head]) -> Iterator[Finding]:
    """What a transport file for a submission may not have, whatever its metadata say (file.*)."""
    for dataset, head in heads.items():
        if head.name.upper() != dataset:
            message = f"The file {head.file} holds a dataset called {head.name!r}."
            advice = "Call the file after its dataset."
            yield error("file.name", message, dataset, scope="dataset", advice=advice)
        if not head.label.strip():
            advice = "Give the dataset the label that its guide gives it."
            yield warning("file.label", "The dataset has no label.", dataset, advice=advice)
        for column in head.columns:
            where = (dataset, column.name)
            if not _NAME.fullmatch(column.name):
                message = f"{column.name!r} is no name of 8 capitals and digits."
                advice = "Give the variable a name that SAS transport version 5 can hold."
                yield error("file.name", message, *where, scope=column.name, advice=advice)
            if not column.label.strip():
                advice = "Give the variable the label that its guide gives it."
                yield warning("file.label", "The variable has no label.", *where, advice=advice)
            elif len(column.label.encode()) > LABEL_BYTES:
                message = f"The label {column.label!r} has more than {LABEL_BYTES} bytes."
                advice = "Shorten it: version 5 of the transport format cuts it."
                yield error("file.label", message, *where, scope="length", advice=advice)
            if not column.numeric and column.length > MAX_TEXT:
                message = f"The variable is {column.length} bytes long; {MAX_TEXT} are allowed."
                advice = "Split the text over more variables or supplemental qualifiers."
                yield error("file.length", message, *where, advice=advice)


def check_heads(metadata: Metadata, heads: Mapping[str, Head]) -> Iterator[Finding]:
    """Labels, lengths and formats of the files, by dataset, that define.xml tells otherwise."""
    for dataset in metadata.datasets:
        head = heads.get(dataset.name)
        if head is None:
            continue
        if not _same(head.label, dataset.label):
            message = f"The file has the label {head.label!r}, define.xml {dataset.label!r}."
            yield error("define.label", message, dataset.name, scope="file", value=head.label)
        columns = {c.name: c for c in head.columns}
        for variable in dataset.variables:
            if variable.name in columns:
                yield from _column(dataset, variable, columns[variable.name])


def _column(dataset: Dataset, variable: Variable, column: Column) -> Iterator[Finding]:
    where = (dataset.name, variable.name)
    if not _same(column.label, variable.label):
        message = f"The file has the label {column.label!r}, define.xml {variable.label!r}."
        yield error("define.label", message, *where, scope="file", value=column.label)
    if not column.numeric and column.length and variable.datatype not in DATE_TYPES:
        message = f"The file keeps {column.length} bytes for it, define.xml says {variable.length}."
        if column.length < variable.length:
            yield warning("define.length", message, *where, scope="file")
        elif column.length > variable.length:
            yield notice("define.length", message, *where, scope="file")
    told, held = _format(variable.format), _format(column.format)
    if told != held:
        message = f"The file has the format {column.format!r}, define.xml {variable.format!r}."
        say = warning if told.name and held.name else notice
        yield say("define.format", message, *where, scope="file", value=column.format)


def _format(text: str) -> Format:
    try:
        return parse_format(text.strip().upper())
    except ValueError:
        return Format(text)


def _same(one: str, other: str) -> bool:
    # A file pads with blanks, and XML may break a line.
    return one.split() == other.split()
