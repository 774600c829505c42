"""Two datasets compared as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.frames import is_numeric
from validation.compare.model import (
    AttributeDifference,
    Comparison,
    Options,
    Pair,
    Row,
    VariableDifference,
)
from validation.compare.rows import Matched, Places, by_keys, by_number
from validation.compare.table import Attributes, Table, numbers_of
from validation.compare.values import Column, differing


def compare_tables(
    a: Table, b: Table, keys: tuple[str, ...], told_by: str, options: Options
) -> Comparison:
    """Compare two datasets; `keys` are variables of both, or empty: then row by row.

    `told_by` says in words where the keys come from.
    """
    common = [n for n in a.frame.columns if n in set(b.frame.columns)]
    columns = {
        n: _typed(a, b, n, by_tolerance=options.tolerance != Options().tolerance) for n in common
    }
    keyed_a = pd.DataFrame({k: columns[k][0].values for k in keys})
    keyed_b = pd.DataFrame({k: columns[k][1].values for k in keys})
    rows = by_keys(keyed_a, keyed_b, keys) if keys else by_number(len(a.frame), len(b.frame))
    unequal = np.zeros(len(rows.a), dtype=bool)
    values: list[VariableDifference] = []
    not_compared: list[str] = []
    # A number as key is matched by its exact value, so only other variables can differ.
    for name in (n for n in common if n not in keys):
        one, other = columns[name]
        if is_numeric(one.values) != is_numeric(other.values):
            not_compared.append(name)
            continue
        one, other = _aligned(one, rows.a), _aligned(other, rows.b)
        differs, largest = differing(one, other, options.tolerance)
        count = int(differs.sum())
        if count:
            unequal |= differs
            first = np.flatnonzero(differs)[: options.first]
            pairs = _pairs(name, one, other, rows, first, keyed_a)
            values.append(VariableDifference(name, count, largest, pairs))
    only_b = [n for n in b.frame.columns if n not in set(common)]
    return Comparison(
        name=a.name,
        file_a=a.file,
        file_b=b.file,
        rows_a=len(a.frame),
        rows_b=len(b.frame),
        label_a=a.label or "",
        label_b=b.label or "",
        label_differs="label" not in options.ignore and _apart(a.label, b.label),
        keys=keys,
        told_by=told_by,
        variables_a=tuple(n for n in a.frame.columns if n not in set(common)),
        variables_b=tuple(only_b),
        attributes=tuple(d for d in _attributes(a, b, common) if d.attribute not in options.ignore),
        matched=len(rows.a),
        only_in_a=len(rows.only_a),
        only_in_b=len(rows.only_b),
        first_in_a=_rows(keyed_a, rows.only_a[: options.first]),
        first_in_b=_rows(keyed_b, rows.only_b[: options.first]),
        repeated_a=rows.repeated_a,
        repeated_b=rows.repeated_b,
        compared=len([n for n in common if n not in keys]) - len(not_compared),
        unequal=int(unequal.sum()),
        values=tuple(values),
        not_compared=tuple(not_compared),
    )


def _typed(a: Table, b: Table, name: str, *, by_tolerance: bool) -> tuple[Column, Column]:
    """A variable of both; text of a file without types becomes what the other side is.

    Where neither file tells a type, numbers are meant if a tolerance is asked for.
    """
    one, other = a.frame[name], b.frame[name]
    open_a, open_b = a.about[name].numeric is None, b.about[name].numeric is None
    if (open_a or open_b) and (is_numeric(one) or is_numeric(other) or by_tolerance):
        found_a = numbers_of(one) if open_a else one if is_numeric(one) else None
        found_b = numbers_of(other) if open_b else other if is_numeric(other) else None
        if found_a is not None and found_b is not None:
            one, other = found_a, found_b
    return Column(one, a.special.get(name)), Column(other, b.special.get(name))


def _aligned(column: Column, places: Places) -> Column:
    if len(places) == len(column.values) and (places == np.arange(len(places))).all():
        return column
    return column.take(places)


def _pairs(
    name: str, a: Column, b: Column, rows: Matched, first: Places, keyed: pd.DataFrame
) -> tuple[Pair, ...]:
    keys = _rows(keyed, rows.a[first])
    texts = zip(a.take(first).shown(name), b.take(first).shown(name), strict=True)
    return tuple(
        Pair(key.row, int(place) + 1, key.keys, one, other)
        for key, place, (one, other) in zip(keys, rows.b[first], texts, strict=True)
    )


def _rows(keyed: pd.DataFrame, places: Places) -> tuple[Row, ...]:
    shown = [Column(keyed[k].iloc[places]).shown(k) for k in keyed.columns]
    keys = list(zip(*shown, strict=True)) if shown else [()] * len(places)
    return tuple(Row(int(p) + 1, k) for p, k in zip(places, keys, strict=True))


def _attributes(a: Table, b: Table, common: list[str]) -> Iterator[AttributeDifference]:
    """Attributes that both files tell, and differently."""
    for name in common:
        one, other = a.about[name], b.about[name]
        if _apart(one.numeric, other.numeric):
            yield AttributeDifference(name, "type", _type(one), _type(other))
        elif one.numeric is False and _apart(one.length, other.length):
            yield AttributeDifference(name, "length", str(one.length), str(other.length))
        if _apart(one.label, other.label):
            yield AttributeDifference(name, "label", str(one.label), str(other.label))
        if _apart(one.format, other.format):
            yield AttributeDifference(name, "format", str(one.format), str(other.format))
    order = [n for n in b.frame.columns if n in set(common)]
    if order != common:
        at = next(i for i, (x, y) in enumerate(zip(common, order, strict=True)) if x != y)
        yield AttributeDifference(
            common[at], "order", _after(common, at), _after(order, order.index(common[at]))
        )


def _apart(a: object, b: object) -> bool:
    """Whether both are told, and differently."""
    return a is not None and b is not None and a != b


def _after(names: list[str], at: int) -> str:
    return f"after {names[at - 1]}" if at else "first"


def _type(about: Attributes) -> str:
    return "number" if about.numeric else "text"
