"""SDTM datasets with their supplemental qualifiers beside them, as ADaM reads them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from mappings.built import BuiltDataset
from mappings.frames import (
    as_text,
    blank_text,
    is_numeric,
    map_distinct_numbers,
    number_text,
    text_series,
)
from mappings.text import number


def merged(datasets: Iterable[BuiltDataset]) -> dict[str, pd.DataFrame]:
    """Records by dataset name, with each qualifier (QNAM) as a column of its parent.

    `_form` and `_row` then name the SDTM dataset and its record (from 1), and `_id` holds the
    values of the keys, which tell a record over data cuts.
    """
    given = list(datasets)
    supplements = {d.parent: d.frame for d in given if d.parent}
    result: dict[str, pd.DataFrame] = {}
    for dataset in given:
        if dataset.parent:
            continue
        names = list(dataset.variables)
        frame = dataset.frame[names].reset_index(drop=True)
        if dataset.name in supplements:
            frame = _with_qualifiers(frame, supplements[dataset.name])
        # A qualifier that no record has is a column all the same: rules may name it.
        lacking = [n for n in _qualifiers(dataset) if n not in frame.columns]
        frame = frame.assign(**{n: blank_text(frame.index) for n in lacking})
        frame["_form"] = text_series([dataset.name] * len(frame))
        frame["_row"] = np.arange(1, len(frame) + 1)
        frame["_id"] = _identity(frame, dataset.keys)
        result[dataset.name] = frame
    return result


def _qualifiers(dataset: BuiltDataset) -> list[str]:
    blocks = dataset.module.blocks if dataset.module is not None else ()
    return list(dict.fromkeys(r.variable for b in blocks for r in b.supp))


def _with_qualifiers(frame: pd.DataFrame, supp: pd.DataFrame) -> pd.DataFrame:
    added: dict[str, pd.Series[str]] = {}
    for (name, variable), rows in supp.groupby(["QNAM", "IDVAR"], sort=True):
        if str(name) in frame.columns or (variable and variable not in frame.columns):
            continue
        own = frame["USUBJID"]
        theirs = rows["USUBJID"]
        if variable:
            pointed = rows["IDVARVAL"].str.strip()
            if is_numeric(frame[variable]):
                shown = map_distinct_numbers(pointed, lambda texts: [number(t) for t in texts])
                pointed = number_text(shown)
            own = own + "|" + as_text(frame[variable])
            theirs = theirs + "|" + pointed
        table = pd.Series(rows["QVAL"].to_numpy(), index=theirs.to_numpy())
        # Only where two records share a key (DM, reported) can a pointer mean more than one.
        table = table[~table.index.duplicated()]
        values = text_series(own.map(table))
        before = added.get(str(name))
        added[str(name)] = values if before is None else before.where(before.ne(""), values)
    return frame.assign(**added)


def _identity(frame: pd.DataFrame, keys: tuple[str, ...]) -> pd.Series[str]:
    result = blank_text(frame.index)
    for key in keys:
        if key in ("STUDYID", "USUBJID"):
            continue
        column = frame[key]
        if pd.api.types.is_numeric_dtype(column):
            column = column.map("{:.15g}".format).astype("str")
        result = column if not len(result) or (result == "").all() else result + "|" + column
    return result
