"""Value lists against their variable, and against the records of their where clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from define.definexml.items import WITH_LENGTH, define_length
from define.model import Dataset, Value, Variable, WhereClause
from define.reconcile.finding import Where, error, first_place, listed, notice, warning
from define.reconcile.types import DATE_TYPES, NUMERIC_TYPES
from define.reconcile.values import check_values, missing
from mappings.conditions import Test
from mappings.findings import Finding
from mappings.frames import Mask


def check_value(variable: Variable, value: Value, where: Where) -> Iterator[Finding]:
    """What an entry of a value list may say beside what its variable says."""
    item, name = value.item, value.item.name
    if not item.label:
        message = f"The entry {name} of the value list has no label."
        yield warning("define.value", message, *where, scope=f"{name} label")
    if item.datatype not in WITH_LENGTH | DATE_TYPES:
        message = f"The type {item.datatype!r} of the entry {name} is not known."
        yield error("define.type", message, *where, scope=name)
    elif variable.numeric and item.datatype not in NUMERIC_TYPES | {variable.datatype}:
        message = f"The variable is numeric, its entry {name} is {item.datatype}."
        yield error("define.type", message, *where, scope=name)
    own, whole = define_length(item), define_length(variable)
    if own is not None and whole is not None and own > whole:
        message = f"The entry {name} has the length {own}, its variable {whole}."
        yield error("define.length", message, *where, scope=name)
    if item.codelist is None:
        return
    if item.datatype in DATE_TYPES:
        message = f"The entry {name} is {item.datatype} and cannot have a codelist."
        yield error("define.codelist", message, *where, scope=name)
    if variable.codelist is not None and variable.codelist.terms:
        known = {t.value for t in variable.codelist.terms}
        more = [t.value for t in item.codelist.terms if t.value not in known]
        if more:
            message = f"The entry {name} has terms that its variable lacks: {listed(more)}."
            yield error("define.codelist", message, *where, scope=name)


def selected(clause: WhereClause, frame: pd.DataFrame) -> Mask:
    """The records for which all checks of the clause hold.

    Raises KeyError for a variable that the frame lacks.
    """
    result = np.ones(len(frame), dtype=bool)
    for check in clause.checks:
        result &= Test(check.variable, check.comparator.lower(), check.values).mask(frame)
    return result


def check_slices(
    dataset: Dataset, variable: Variable, frame: pd.DataFrame, encoding: str
) -> Iterator[Finding]:
    """The values of each where clause against its entry, and values that no clause selects."""
    where = (dataset.name, variable.name)
    twice = [n for n, k in Counter(v.item.name for v in variable.values).items() if k > 1]
    if twice:
        message = f"Entries of the value list given twice: {listed(twice)}."
        yield error("define.value", message, *where, scope="twice")
    column = frame[variable.name]
    filled = ~missing(column).to_numpy(dtype=bool)
    times = np.zeros(len(frame), dtype=np.intp)
    for value in variable.values:
        name = value.item.name
        unknown = [c.variable for c in value.where.checks if c.variable not in frame.columns]
        if unknown:
            message = f"The where clause of {name} asks for what is not there: {listed(unknown)}."
            yield error("define.where", message, *where, scope=name)
            continue
        chosen = selected(value.where, frame)
        times += chosen
        if not (chosen & filled).any():
            message = f"The where clause of {name} selects no record with a value."
            yield error("define.where", message, *where, scope=name)
        if value.item.mandatory and (chosen & ~filled).any():
            message = f"A mandatory value is missing where {name}."
            yield error("define.mandatory", message, *where, scope=name)
        for fault in check_values(value.item, column[chosen & filled], encoding):
            at = column.isin(fault.values) & chosen & filled
            yield error(
                fault.rule,
                f"{name}: {fault.message} ({at.sum()} records).",
                *where,
                scope=f"{name} {fault.scope}",
                value=str(fault.values[0]),
                raw=first_place(frame, at),
            )
    several = pd.Series(times > 1, index=frame.index)
    if several.any():
        message = f"{several.sum()} records are selected by more than one entry."
        yield error(
            "define.where", message, *where, scope="several", raw=first_place(frame, several)
        )
    left = pd.Series((times == 0) & filled, index=frame.index)
    if left.any():
        message = f"{left.sum()} records with a value are selected by no entry of the value list."
        yield notice("define.where", message, *where, scope="none", raw=first_place(frame, left))
