"""The data of a dataset against its metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from define.collect import collect
from define.model import Dataset, Metadata, Variable
from define.reconcile.finding import error, first_place, notice, place_of
from define.reconcile.slices import check_slices
from define.reconcile.values import check_values, missing
from mappings.findings import Finding
from mappings.frames import as_text


def check_data(
    metadata: Metadata, frames: Mapping[str, pd.DataFrame], encoding: str
) -> Iterator[Finding]:
    """Findings about all frames; loops over variables, never over records."""
    described = collect(metadata).datasets
    for name in sorted(set(frames) - {d.name for d in described}):
        message = "There are data, but the define does not know the dataset."
        yield error("define.dataset", message, name)
    for dataset in described:
        frame = frames.get(dataset.name)
        if frame is not None:
            yield from _dataset(dataset, frame, encoding)
        elif dataset.records:
            count = f"{dataset.records} records" if dataset.records > 0 else "records"
            message = f"The define promises {count}, but there are no data."
            yield error("define.dataset", message, dataset.name)


def _dataset(dataset: Dataset, frame: pd.DataFrame, encoding: str) -> Iterator[Finding]:
    name = dataset.name
    if len(frame) != dataset.records:
        message = f"{len(frame)} records in the data, {dataset.records} in the metadata."
        yield error("define.records", message, name)
    columns = [str(c) for c in frame.columns if not str(c).startswith("_")]
    known = {v.name: v for v in dataset.variables}
    for column in columns:
        if column not in known:
            message = "The variable is in the data, not in the define."
            yield error("define.variable", message, name, column)
    for column in known:
        if column not in columns:
            message = "The variable is in the define, not in the data."
            yield error("define.variable", message, name, column)
    both = [v for v in dataset.variables if v.name in columns]
    if [c for c in columns if c in known] != [v.name for v in both]:
        message = "The variables stand in another order in the data than in the define."
        yield error("define.order", message, name, scope="data")
    for variable in both:
        yield from _variable(dataset, variable, frame, encoding)
    yield from _key(dataset, frame)


def _variable(
    dataset: Dataset, variable: Variable, frame: pd.DataFrame, encoding: str
) -> Iterator[Finding]:
    where = (dataset.name, variable.name)
    column = frame[variable.name]
    if pd.api.types.is_numeric_dtype(column) != variable.numeric:
        kind = "numeric" if variable.numeric else "text"
        message = f"The metadata say {kind}, the data are of type {column.dtype}."
        yield error("define.type", message, *where, scope="data")
        return
    empty = missing(column)
    if variable.mandatory and empty.any():
        yield error(
            "define.mandatory",
            f"A mandatory variable is missing in {empty.sum()} of {len(empty)} records.",
            *where,
            raw=first_place(frame, empty),
        )
    if variable.has_no_data and not empty.all():
        message = f"The variable is said to have no data, but has {(~empty).sum()} values."
        yield error("define.nodata", message, *where)
    if len(frame) and empty.all() and not variable.has_no_data:
        message = "All values are missing, but the define does not say so."
        yield notice("define.nodata", message, *where)
    for fault in check_values(variable, column[~empty], encoding):
        at = column.isin(fault.values) & ~empty
        yield error(
            fault.rule,
            f"{fault.message} ({at.sum()} records).",
            *where,
            scope=fault.scope,
            value=str(fault.values[0]),
            raw=first_place(frame, at),
        )
    if variable.values:
        yield from check_slices(dataset, variable, frame, encoding)


def _key(dataset: Dataset, frame: pd.DataFrame) -> Iterator[Finding]:
    keys = [k for k in dataset.keys if k in frame.columns]
    if not keys:
        return
    if not frame.duplicated(keys).any():
        return
    group = frame.groupby(keys, sort=False, dropna=False).ngroup()
    doubled = group.duplicated(keep=False)
    firsts = np.flatnonzero((doubled & ~group.duplicated()).to_numpy())
    times = group[doubled].value_counts()
    shown = frame[keys].iloc[firsts]
    values = pd.DataFrame({k: as_text(shown[k]) for k in keys}).to_numpy().tolist()
    for position, key in zip(firsts.tolist(), values, strict=True):
        count = times[group.iloc[position]]
        yield error(
            "define.key",
            f"{count} records have one key ({', '.join(keys)}): {', '.join(key)}.",
            dataset.name,
            scope=" | ".join(key),
            raw=place_of(frame, position),
        )
