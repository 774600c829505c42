"""What the files of datasets say of themselves, against what define.xml says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from define.model import Dataset, Metadata, Variable
from define.reconcile.finding import error, notice, warning
from define.reconcile.types import DATE_TYPES
from define.xport.columns import Column, Format, parse_format
from mappings.findings import Finding


@dataclass(frozen=True, slots=True)
class Head:
    """What a file tells of its dataset before its rows: its name inside, label and columns."""

    file: str
    name: str
    label: str
    columns: tuple[Column, ...]


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
