"""Where a document uses its codelists, methods and comments, for the links of define.html."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from define.collect import Parts, codelist_comment
from define.definexml.items import item_oid, value_oid
from define.model import Dataset, Variable


@dataclass(frozen=True, slots=True)
class Use:
    """A place that uses a codelist, method or comment: its anchor and its name."""

    anchor: str
    name: str


def uses(parts: Parts) -> dict[str, list[Use]]:
    """OID of a codelist, method or comment -> where it is used, in page order."""
    found: dict[str, list[Use]] = defaultdict(list)
    for oid, use in _places(parts):
        found[oid].append(use)
    return found


def _places(parts: Parts) -> Iterator[tuple[str, Use]]:
    if parts.document_comment:
        yield parts.document_comment.oid, Use("top", "the whole document")
    for standard in parts.standards:
        if standard.comment:
            yield standard.comment.oid, Use("standards", f"{standard.name} {standard.version}")
    for dataset in parts.datasets:
        if dataset.comment:
            yield dataset.comment.oid, Use(f"IG.{dataset.name}", dataset.name)
        for item, here in _items(dataset):
            named = (item.codelist, item.method, item.comment)
            yield from ((part.oid, here) for part in named if part is not None)
        yield from _joins(dataset)
    for display, result in ((d, r) for d in parts.displays for r in d.results):
        if result.join:
            yield result.join.oid, Use(result.oid, display.name)
    for codelist in parts.codelists:
        remark = codelist_comment(codelist)
        if remark:
            yield remark.oid, Use(codelist.oid, codelist.name)


def _joins(dataset: Dataset) -> Iterator[tuple[str, Use]]:
    """Comments of where clauses, which say how datasets come together."""
    for variable in dataset.variables:
        here = Use(item_oid(dataset, variable), f"{dataset.name}.{variable.name}")
        clauses = (w for v in variable.values for w in (v.where, *v.also))
        yield from ((w.comment.oid, here) for w in clauses if w.comment)


def _items(dataset: Dataset) -> Iterator[tuple[Variable, Use]]:
    """The variables of a dataset and the entries of their value lists."""
    for variable in dataset.variables:
        name = f"{dataset.name}.{variable.name}"
        yield variable, Use(item_oid(dataset, variable), name)
        for value in variable.values:
            yield value.item, Use(value_oid(dataset, variable, value), f"{name} {value.item.name}")
