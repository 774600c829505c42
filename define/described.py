"""The metadata of anybody's define.xml, made comparable with the datasets that lie beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from define.model import Dataset, Metadata, Variable
from define.reconcile.files import MAX_TEXT
from define.reconcile.types import DATE_TYPES
from define.xport.columns import Column


def described(
    metadata: Metadata, records: Mapping[str, int], files: Mapping[str, Sequence[Column]]
) -> Metadata:
    """The metadata that were read, with what a document cannot say taken from the files.

    `records` counts the rows of the datasets that are there: define.xml does not. `files` has
    their columns: define.xml says neither the bytes of a date nor, of analysis data, whether a
    date is a number.
    """
    analysis = metadata.purpose == "Analysis"
    datasets = tuple(
        _dataset(d, records, {c.name: c for c in files.get(d.name, ())}, analysis=analysis)
        for d in metadata.datasets
    )
    return replace(metadata, datasets=datasets)


def _dataset(
    dataset: Dataset, records: Mapping[str, int], held: Mapping[str, Column], *, analysis: bool
) -> Dataset:
    # No records is said by define.xml itself (def:HasNoData).
    count = records.get(dataset.name, dataset.records) if dataset.records else 0
    variables = tuple(_variable(v, held.get(v.name), analysis) for v in dataset.variables)
    return replace(dataset, records=count, variables=variables)


def _variable(variable: Variable, column: Column | None, analysis: bool) -> Variable:
    if variable.datatype in DATE_TYPES:
        numeric = analysis and column is not None and column.numeric
        length = 8 if numeric else (column.length if column is not None else 0) or MAX_TEXT
        variable = replace(variable, numeric=numeric, length=length)
    values = tuple(replace(v, item=_entry(v.item, variable)) for v in variable.values)
    return replace(variable, values=values)


def _entry(item: Variable, variable: Variable) -> Variable:
    """An entry of a value list in the type of its variable: text that shows numbers is text."""
    if variable.numeric:
        return replace(item, numeric=True)
    if item.datatype in DATE_TYPES:
        return replace(item, numeric=False, length=variable.length)
    return replace(item, numeric=False, length=item.digits or item.length, digits=0)
