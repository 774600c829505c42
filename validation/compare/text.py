"""A comparison as lines of text for people, and as data for programs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from validation.compare.model import Compared, Comparison, Pair, Row
from validation.hostile import shortened, visible

_WIDE = 60


def many(count: int, one: str, more: str = "") -> str:
    """A count with its word: 1 record, 2 records."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def as_lines(result: Compared) -> Iterator[str]:
    """What was found, the most important first; the last line is the verdict."""
    yield f"A: {result.a}"
    yield f"B: {result.b}"
    for side, names in (("A", result.only_in_a), ("B", result.only_in_b)):
        if names:
            yield f"Only in {side}: {', '.join(names)}"
    for dataset in result.datasets:
        yield ""
        yield from dataset_lines(dataset)
    yield ""
    yield verdict(result)


def verdict(result: Compared) -> str:
    """The one sentence that says how it ended."""
    alone = len(result.only_in_a) + len(result.only_in_b)
    differ = sum(not d.equal for d in result.datasets)
    if result.equal:
        same = len(result.datasets)
        return "EQUAL" if same == 1 else f"EQUAL: all {same} datasets"
    parts = []
    if len(result.datasets) == 1 and not alone:
        return "DIFFERENT"
    if differ:
        parts.append(f"{differ} of {many(len(result.datasets), 'dataset')} in both")
    if alone:
        parts.append(f"{many(alone, 'dataset')} on one side only")
    return f"DIFFERENT: {', '.join(parts)}"


def dataset_lines(found: Comparison) -> Iterator[str]:
    """One dataset: structure, then records, then values."""
    yield f"{visible(found.name)}: {'equal' if found.equal else 'different'}"
    yield f"  {many(found.rows_a, 'record')} in A, {found.rows_b:,} in B; {matching(found)}"
    if found.label_differs:
        told = f"{_quoted(found.label_a)} in A, {_quoted(found.label_b)} in B"
        yield f"  label of the dataset: {told}"
    for side, names in (("A", found.variables_a), ("B", found.variables_b)):
        if names:
            yield f"  {many(len(names), 'variable')} only in {side}: {', '.join(names)}"
    for each in found.attributes:
        told = f"{_quoted(each.a)} in A, {_quoted(each.b)} in B"
        yield f"  {each.variable}: {each.attribute} {told}"
    yield from _lonely("A", found.only_in_a, found.keys, found.first_in_a)
    yield from _lonely("B", found.only_in_b, found.keys, found.first_in_b)
    for side, count in (("A", found.repeated_a), ("B", found.repeated_b)):
        if count:
            repeat = "repeats" if count == 1 else "repeat"
            yield (
                f"  {many(count, 'record')} of {side} {repeat} the keys of an earlier one; "
                "such records are matched in the order they stand"
            )
    if found.not_compared:
        yield f"  not compared, because the types differ: {', '.join(found.not_compared)}"
    if found.values:
        told = f"{many(found.unequal, 'record')} of {found.matched:,} in both"
        yield f"  values differ in {told}, in {many(len(found.values), 'variable')}:"
    for value in found.values:
        far = "" if math.isnan(value.largest) else f", at most {value.largest:g} apart"
        yield f"    {value.variable}: {many(value.count, 'value')}{far}"
        yield from (f"      {line}" for line in _pairs(value.first, found.keys))
        if value.count > len(value.first):
            yield f"      and {value.count - len(value.first):,} more"


def matching(found: Comparison) -> str:
    """How records were matched, in words."""
    if not found.keys:
        return f"matched by the number of the row ({found.told_by})"
    return f"matched by {', '.join(found.keys)} ({found.told_by})"


def key_text(keys: tuple[str, ...], values: tuple[str, ...]) -> str:
    """``USUBJID=01-001, AESEQ=2``."""
    return ", ".join(f"{k}={_cell(v)}" for k, v in zip(keys, values, strict=True))


def _lonely(side: str, count: int, keys: tuple[str, ...], first: tuple[Row, ...]) -> Iterator[str]:
    if not count:
        return
    yield f"  {many(count, 'record')} only in {side}:"
    for row in first:
        told = f": {key_text(keys, row.keys)}" if keys else ""
        yield f"    row {row.row}{told}"
    if count > len(first):
        yield f"    and {count - len(first):,} more"


def _pairs(pairs: tuple[Pair, ...], keys: tuple[str, ...]) -> Iterator[str]:
    for pair in pairs:
        rows = (
            f"row {pair.row_a}" if pair.row_a == pair.row_b else f"rows {pair.row_a}/{pair.row_b}"
        )
        told = f" ({key_text(keys, pair.keys)})" if keys else ""
        yield f"{rows}{told}: {_quoted(pair.a)} in A, {_quoted(pair.b)} in B"


def _cell(text: str) -> str:
    return shortened(visible(text), _WIDE) or "missing"


def _quoted(text: str) -> str:
    return f"'{shortened(visible(text), _WIDE)}'" if text else "nothing"


def as_data(result: Compared) -> dict[str, Any]:
    """The comparison as JSON knows it; a distance that there is not is null."""
    options = result.options
    return {
        "equal": result.equal,
        "a": result.a,
        "b": result.b,
        "only_in_a": list(result.only_in_a),
        "only_in_b": list(result.only_in_b),
        "tolerance": asdict(options.tolerance),
        "ignore": sorted(options.ignore),
        "datasets": [_dataset(d) for d in result.datasets],
    }


def _dataset(found: Comparison) -> dict[str, Any]:
    data = {"equal": found.equal} | asdict(found)
    for value in data["values"]:
        value["largest"] = None if math.isnan(value["largest"]) else value["largest"]
    return data
