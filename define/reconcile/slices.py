"""Value lists against their variable, and against the records of their where clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from define.definexml.items import WITH_LENGTH, define_length
from define.model import Dataset, Value, Variable, WhereClause
from define.reconcile.finding import Where, error, first_place, listed, notice, warning
from define.reconcile.types import DATE_TYPES, NUMERIC_TYPES
from define.reconcile.values import check_values, missing
from mappings.conditions import Test
from mappings.findings import Finding
from mappings.frames import Mask, is_numeric
from mappings.text import number

_LISTED = ("eq", "in", "ne", "notin")
_OTHER = " other"


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


def foreign(clause: WhereClause, dataset: str) -> list[str]:
    """The variables of other datasets that a clause chooses by."""
    return [f"{c.dataset}.{c.variable}" for c in clause.checks if c.dataset not in ("", dataset)]


def uncomparable(clause: WhereClause, frame: pd.DataFrame) -> str:
    """Why the values of the clause cannot be those of its variables, "" where they can."""
    for check in clause.checks:
        if check.variable not in frame.columns or not is_numeric(frame[check.variable]):
            continue
        odd = [v for v in check.values if v and np.isnan(number(v))]
        if odd:
            return f"{check.variable} is a number, {listed(odd)} is none"
    return ""


def selected(clause: WhereClause, frame: pd.DataFrame) -> Mask:
    """The records for which all checks of the clause hold.

    Raises KeyError for a variable that the frame lacks.
    """
    result = np.ones(len(frame), dtype=bool)
    for check in clause.checks:
        comparator = check.comparator.lower()
        column = frame[check.variable]
        if comparator in _LISTED and not is_numeric(column):
            # A value may begin with the sign that names a column in our language.
            among = column.isin(check.values).to_numpy(dtype=bool)
            result &= among if comparator in _LISTED[:2] else ~among
        else:
            result &= Test(check.variable, comparator, check.values).mask(frame)
    return result


def check_slices(
    dataset: Dataset, variable: Variable, frame: pd.DataFrame, encoding: str
) -> Iterator[Finding]:
    """The values of each where clause against its entry, and values that no clause selects."""
    where = (dataset.name, variable.name)
    told = Counter((v.item.name, v.where.key) for v in variable.values)
    twice = [name for (name, _), times in told.items() if times > 1]
    if twice:
        message = f"Entries of the value list given twice: {listed(twice)}."
        yield error("define.value", message, *where, scope="twice")
    column = frame[variable.name]
    filled = ~missing(column).to_numpy(dtype=bool)
    times = np.zeros(len(frame), dtype=np.intp)
    judged = True
    for value in variable.values:
        faults = list(_clauses(value, dataset, frame, where))
        yield from faults
        if faults:
            judged &= not any(f.scope.endswith(_OTHER) for f in faults)
            continue
        clauses = (value.where, *value.also)
        chosen = np.logical_or.reduce([selected(c, frame) for c in clauses])
        times += chosen
        yield from _entry(value, column, chosen, filled, frame, where, encoding)
    several = pd.Series(times > 1, index=frame.index)
    if several.any():
        message = f"{several.sum()} records are selected by more than one entry."
        yield error(
            "define.where", message, *where, scope="several", raw=first_place(frame, several)
        )
    left = pd.Series((times == 0) & filled, index=frame.index)
    if judged and left.any():
        message = f"{left.sum()} records with a value are selected by no entry of the value list."
        yield notice("define.where", message, *where, scope="none", raw=first_place(frame, left))


def _clauses(
    value: Value, dataset: Dataset, frame: pd.DataFrame, where: Where
) -> Iterator[Finding]:
    """Why the clauses of an entry cannot be held against the records."""
    name = value.item.name
    for clause in (value.where, *value.also):
        unknown = [c.variable for c in clause.checks if c.variable not in frame.columns]
        if other := foreign(clause, dataset.name):
            own = [v for v in other if v.partition(".")[2] in frame.columns]
            say = error if own else notice
            message = f"The where clause of {name} chooses by {listed(other)}: NOT CHECKED."
            yield say("define.where", message, *where, scope=f"{name}{_OTHER}")
        elif reason := uncomparable(clause, frame):
            message = f"The where clause of {name} cannot hold: {reason}."
            yield error("define.where", message, *where, scope=name)
        elif unknown:
            message = f"The where clause of {name} asks for what is not there: {listed(unknown)}."
            yield error("define.where", message, *where, scope=name)


def _entry(
    value: Value,
    column: pd.Series[Any],
    chosen: Mask,
    filled: Mask,
    frame: pd.DataFrame,
    where: Where,
    encoding: str,
) -> Iterator[Finding]:
    """The values of the records that an entry selects against what it says of them."""
    name = value.item.name
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
