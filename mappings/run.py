"""A compiled module run on data: one frame per block, stacked, with the lineage of each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.findings import Severity
from mappings.frames import (
    Mask,
    blank_text,
    concat,
    is_numeric,
    map_distinct,
    number_text,
    present,
    sorted_positions,
)
from mappings.modules import Module, One
from mappings.rules import Rule
from mappings.scope import Report, Scope
from mappings.text import fits, has_control, narrow
from mappings.verbs.num import numbers_of

CARRIED = ("_form", "_row", "_event", "_repeat", "_id")
SUPP = "supp:"
Lines = npt.NDArray[np.int64]
NO_TEST = "No test with a result"


@dataclass(frozen=True)
class SetAside:
    """Rows of a source that a module does not take, and why.

    `block` counts the blocks of the module from 0, `lines` are the rows' own numbers (`_row`).
    """

    target: str
    source: str
    reason: str
    block: int
    lines: Lines = field(repr=False)

    @property
    def rows(self) -> int:
        """How many rows they are."""
        return len(self.lines)


@dataclass(frozen=True)
class Mapped:
    """The records of a module before its standard finishes them."""

    module: Module
    frame: pd.DataFrame
    set_aside: tuple[SetAside, ...]


def run_module(
    module: Module,
    data: Mapping[str, pd.DataFrame],
    report: Report,
    numeric: Callable[[str], bool | None],
    carried: tuple[str, ...] = (),
) -> Mapped:
    """Run every block. `numeric` tells the type that the standard gives a variable, None if any.

    `carried` are further columns of the sources that records keep (USUBJID and the like).
    """
    frames: list[pd.DataFrame] = []
    aside: list[SetAside] = []
    for number in range(len(module.blocks)):
        frame, dropped = _run_block(module, number, data, report, numeric, carried)
        frame["_block"] = np.full(len(frame), number, dtype="float64")
        frames.append(frame)
        aside.extend(dropped)
    return Mapped(module, concat(frames), tuple(aside))


def _run_block(
    module: Module,
    number: int,
    data: Mapping[str, pd.DataFrame],
    report: Report,
    numeric: Callable[[str], bool | None],
    carried: tuple[str, ...],
) -> tuple[pd.DataFrame, list[SetAside]]:
    block = module.blocks[number]
    source = data[block.source.name]
    aside: list[SetAside] = []

    def leave(rows: pd.DataFrame, reason: str) -> None:
        if len(rows):
            lines = rows["_row"].to_numpy(dtype="int64")
            aside.append(SetAside(module.target, block.source.name, reason, number, lines))

    scope = Scope(module.target, source, data, report)
    mask = block.where.mask(scope)
    leave(source.loc[~mask], block.reason)
    source = source.loc[mask]
    scope = Scope(module.target, source, data, report)
    columns = [*CARRIED, *carried]
    result = {c: source[c] if c in source.columns else blank_text(source.index) for c in columns}
    for rule in block.rules:
        scope.variable = rule.variable
        values = rule.run(scope)
        scope.made[rule.variable] = clean(rule, values, scope, numeric(rule.variable))
    supp: dict[str, pd.Series[Any]] = {}
    for rule in block.supp:
        scope.variable = rule.variable
        supp[SUPP + rule.variable] = clean(rule, rule.run(scope), scope, numeric=False)
    frame = pd.DataFrame({**result, **scope.made, **supp}, index=source.index)
    if block.keep is not None:
        kept = block.keep.mask(scope)
        leave(frame.loc[~kept], NO_TEST)
        frame = frame.loc[kept]
        scope = scope.rows(kept)
    if block.one is not None:
        taken = _one(scope, block.one)
        leave(frame.loc[~taken], block.one.reason)
        frame = frame.loc[taken]
    return frame, aside


def _one(scope: Scope, one: One) -> Mask:
    """True for the record that is taken of each key; without a key, a record stands alone."""
    last = one.take == "last"
    positions = sorted_positions(scope[one.order], last=last)
    keys = pd.DataFrame({p: scope[p].to_numpy() for p in one.per})
    known: Mask = np.logical_and.reduce([present(scope[p]) for p in one.per])
    ordered = keys.iloc[positions]
    again = ordered.duplicated(keep="last" if last else "first").to_numpy(dtype=bool)
    taken: Mask = ~known
    taken[positions[~again]] = True
    return taken


def clean(rule: Rule, values: pd.Series[Any], scope: Scope, numeric: bool | None) -> pd.Series[Any]:
    """Values in the type that the standard gives and in the encoding of the package.

    Full-width characters become ASCII with a notice. What the encoding cannot hold, or a
    control character, is a finding and the value stays missing.
    """
    if is_numeric(values):
        return number_text(values) if numeric is False else values
    if numeric:
        return numbers_of(scope, values, list(rule.reads))
    return _clean_text(rule, values, scope)


def _clean_text(rule: Rule, values: pd.Series[str], scope: Scope) -> pd.Series[str]:
    encoding = scope.report.encoding
    distinct = [str(u) for u in pd.unique(values)]
    odd = [t for t in distinct if not t.isascii() or has_control(t)]
    if not odd:
        return values
    fixed = {t: narrow(t) for t in odd}
    control = {t for t in odd if has_control(t)}
    refused = {t for t in odd if not fits(fixed[t], encoding)} - control
    moved = {t for t in odd if fixed[t] != t} - refused - control

    def rows(texts: set[str]) -> Mask:
        return values.isin(sorted(texts)).to_numpy(dtype=bool)

    columns = list(rule.reads)
    if moved:
        scope.fault(
            "text.fullwidth",
            rows(moved),
            lambda value: f"full-width characters in '{value}' became '{narrow(value)}'",
            "Nothing to do, unless the value is wrong.",
            values=values,
            columns=columns,
            severity=Severity.NOTICE,
        )
    if control:
        scope.fault(
            "text.control",
            rows(control),
            lambda value: f"a line break or another control character in {value!a}",
            "Ask the site to take it out.",
            values=values,
            columns=columns,
        )
    if refused:
        scope.fault(
            "text.not_ascii" if encoding == "ascii" else "text.encoding",
            rows(refused),
            lambda value: f"'{value}' cannot stand in a package in {encoding}",
            "Map a translation, or declare another 'encoding' in study.yaml.",
            values=values,
            columns=columns,
        )
    return map_distinct(
        values, lambda texts: ["" if t in refused | control else fixed.get(t, t) for t in texts]
    )


def run_late(
    module: Module,
    frame: pd.DataFrame,
    data: Mapping[str, pd.DataFrame],
    report: Report,
    numeric: Callable[[str], bool | None],
) -> pd.DataFrame:
    """Run the rules that need reference dates, on the finished records of their own block.

    `frame` holds the variables made so far and ``_reference`` (SAS day).
    """
    pieces: list[pd.DataFrame] = []
    for number, block in enumerate(module.blocks):
        part = frame.loc[frame["_block"] == number]
        made = {str(c): part[c] for c in part.columns}
        scope = Scope(module.target, part, data, report, made)
        for rule in block.after:
            scope.variable = rule.variable
            values = rule.run(scope)
            made[rule.variable] = clean(rule, values, scope, numeric(rule.variable))
        new = {r.variable: made[r.variable] for r in block.after}
        pieces.append(part.assign(**new))
    return concat_in_place(pieces, frame.index)


def concat_in_place(pieces: list[pd.DataFrame], index: pd.Index) -> pd.DataFrame:
    """Pieces of one frame stacked and put back in the order they had."""
    order = np.concatenate([p.index.to_numpy() for p in pieces]) if pieces else np.zeros(0)
    stacked = concat(pieces)
    return stacked.set_axis(pd.Index(order)).loc[index]
