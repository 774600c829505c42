"""Value lists: a variable described by slices of its records, where they say more than it does.

A slice is the records of one test, qualifier or parameter. Type, digits and length are measured
in the slice; origin, method and codelist are those of the rules that made its records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from define.measure import Measured, narrow
from define.model import Check, Codelist, Comment, Method, Value, Variable, WhereClause
from define.origins import Told
from define.variables import values_of
from mappings.frames import is_numeric


@dataclass(frozen=True)
class Slicing:
    """How the records of a dataset are cut: by which variable, and what each value means."""

    dataset: str
    by: str
    labels: Mapping[str, str]
    encoding: str

    def where(self, value: str) -> WhereClause:
        """The where clause of one slice."""
        check = Check(self.dataset, self.by, "EQ", (value,))
        return WhereClause(f"{self.dataset}.{self.by}.EQ.{value}", (check,))


@dataclass(frozen=True)
class SliceFacts:
    """What is told of a variable in one slice."""

    told: Told
    codelist: Codelist | None = None
    comment: Comment | None = None


Facts = Callable[[str, pd.DataFrame], SliceFacts]
"""What is told of a slice, by its value and its records in which the variable has a value."""


@dataclass(frozen=True)
class _Slice:
    value: str
    measured: Measured
    facts: SliceFacts

    def says(self) -> tuple[object, ...]:
        """All but the length: that a slice has shorter text is not worth an entry."""
        codelist = self.facts.codelist
        terms = (codelist.dictionary, *(t.value for t in codelist.terms)) if codelist else ()
        return (self.measured.datatype, self.measured.significant, terms, *self.tells())

    def tells(self) -> tuple[object, ...]:
        told = self.facts.told
        return (told.origins, told.method.text if told.method else "")


def with_values(
    variable: Variable,
    frame: pd.DataFrame,
    slicing: Slicing,
    facts: Facts,
    *,
    always: bool = False,
    dates: bool = False,
    decimals: bool = True,
) -> Variable:
    """`variable` with its value list, or as it is where all slices say the same.

    `always` keeps the list for its labels; `dates` and `decimals` are those of
    `define.measure.narrow`. Where origins or methods differ by slice they are told there and no
    longer of the variable.
    """
    column = frame[variable.name]
    there = column.notna() if is_numeric(column) else column.ne("")
    filled = frame.loc[there]
    slices = []
    for value in values_of(filled[slicing.by]):
        part = filled.loc[filled[slicing.by].eq(value)]
        told = facts(value, part)
        measured = narrow(part[variable.name], slicing.encoding, dates=dates, decimals=decimals)
        if told.codelist is not None and not measured.numeric:
            # A codelist and its item are of one type, and terms are text.
            measured = replace(measured, datatype="text", significant=0)
        slices.append(_Slice(value, measured, told))
    if not slices or (len({s.says() for s in slices}) == 1 and not always):
        return variable
    apart = len({s.tells() for s in slices}) > 1
    methods = _methods(variable, slicing, slices) if apart else {}
    values = tuple(
        Value(slicing.where(s.value), _item(variable, slicing, s, order, methods, apart))
        for order, s in enumerate(slices, start=1)
    )
    if apart:
        variable = replace(variable, origin=None, other_origins=(), method=None)
    return replace(variable, values=values)


def _methods(variable: Variable, slicing: Slicing, slices: Sequence[_Slice]) -> dict[str, Method]:
    """Text -> method; slices that are made alike share one."""
    users: dict[str, list[str]] = {}
    first: dict[str, Method] = {}
    for each in slices:
        if each.facts.told.method:
            users.setdefault(each.facts.told.method.text, []).append(each.value)
            first.setdefault(each.facts.told.method.text, each.facts.told.method)
    name = f"{slicing.dataset}.{variable.name}"
    return {
        text: replace(
            first[text],
            key=f"{name}.{values[0]}",
            name=f"Derivation of {name} ({', '.join(values)})",
        )
        for text, values in users.items()
    }


def _item(
    variable: Variable,
    slicing: Slicing,
    of: _Slice,
    order: int,
    methods: Mapping[str, Method],
    apart: bool,
) -> Variable:
    measured, told = of.measured, of.facts.told
    codelist = of.facts.codelist
    longest = max((len(t.value.encode()) for t in codelist.terms), default=1) if codelist else 1
    return Variable(
        name=of.value,
        label=slicing.labels.get(of.value, ""),
        datatype=measured.datatype,
        numeric=variable.numeric,
        length=measured.length if measured.numeric else max(measured.length, longest),
        order=order,
        digits=measured.digits,
        significant_digits=measured.significant,
        codelist=codelist,
        origin=told.origins[0] if apart else None,
        other_origins=told.origins[1:] if apart else (),
        comment=of.facts.comment,
        method=methods[told.method.text] if apart and told.method else None,
    )


def part_of(codelist: Codelist, name: str, column: pd.Series[Any]) -> Codelist:
    """The terms of `codelist` that a slice called `name` uses; the list itself if all."""
    values = set(values_of(column))
    terms = tuple(t for t in codelist.terms if t.value in values)
    if len(terms) == len(codelist.terms):
        return codelist
    called = codelist.name.removesuffix(")")
    called = f"{called}.{name})" if called != codelist.name else f"{called}.{name}"
    return replace(codelist, key=f"{codelist.key}.{name}", name=called, terms=terms)
