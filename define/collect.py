"""What a define.xml document holds, gathered from its datasets, in one fixed order.

The XML, the page for people and the checks all read this, so they list the same things.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from define.model import (
    Codelist,
    Comment,
    Dataset,
    Metadata,
    Method,
    ResultDisplay,
    Standard,
    Variable,
    WhereClause,
)
from sdtm.standard import CLASS_ORDER as SDTM_CLASSES

# The order in which the SDTM metadata submission guidelines want datasets to be listed,
# then that of the ADaM classes; SUBJECT LEVEL comes first of its kind.
CLASS_ORDER = (
    *SDTM_CLASSES,
    "STUDY REFERENCE",
    "SUBJECT LEVEL ANALYSIS DATASET",
    "OCCURRENCE DATA STRUCTURE",
    "BASIC DATA STRUCTURE",
    "ADAM OTHER",
    "REFERENCE DATA STRUCTURE",
)

NO_RECORDS = Comment("NORECORDS", "The dataset has no records.")
NO_VALUES = Comment("NOVALUES", "All values of the variable are missing.")


class DefineRefusal(ValueError):
    """The metadata contradict themselves or cannot stand in an XML document."""


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_K = TypeVar("_K", bound=_Keyed)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a document defines; all but datasets and standards sorted by key."""

    datasets: tuple[Dataset, ...]
    standards: tuple[Standard, ...]
    codelists: tuple[Codelist, ...]
    methods: tuple[Method, ...]
    comments: tuple[Comment, ...]
    where_clauses: tuple[WhereClause, ...]
    displays: tuple[ResultDisplay, ...]
    document_comment: Comment | None


def collect(metadata: Metadata) -> Parts:
    """Gather the parts of the document from its datasets.

    Raises DefineRefusal when two different codelists, methods, comments or where
    clauses have one key.
    """
    datasets = in_class_order(_complete(d, metadata) for d in metadata.datasets)
    variables = [part for d in datasets for v in d.variables for part in v.parts]
    results = [r for display in metadata.displays for r in display.results]
    codelists = _by_key((v.codelist for v in variables), "codelists")
    standards = _standards(metadata, datasets, codelists)
    about = _document_comment(metadata)
    entries = [e for d in datasets for v in d.variables for e in v.values]
    clauses = _by_key(
        [
            *(w for e in entries for w in (e.where, *e.also)),
            *(part.where for r in results for part in r.datasets),
        ],
        "where clauses",
    )
    comments = [
        about,
        *(s.comment for s in standards),
        *(d.comment for d in datasets),
        *(v.comment for v in variables),
        *(r.join for r in results),
        *(codelist_comment(c) for c in codelists),
        *(w.comment for w in clauses),
    ]
    return Parts(
        datasets=datasets,
        standards=standards,
        codelists=codelists,
        methods=_by_key((v.method for v in variables), "methods"),
        comments=_by_key(comments, "comments"),
        where_clauses=clauses,
        displays=metadata.displays,
        document_comment=about,
    )


def in_class_order(datasets: Iterable[Dataset]) -> tuple[Dataset, ...]:
    """Datasets by class, then by name; unknown classes come last."""

    def rank(dataset: Dataset) -> tuple[int, str]:
        known = dataset.class_name in CLASS_ORDER
        place = CLASS_ORDER.index(dataset.class_name) if known else len(CLASS_ORDER)
        return place, dataset.name

    return tuple(sorted(datasets, key=rank))


def codelist_comment(codelist: Codelist) -> Comment | None:
    """The codelist's remark as a comment of its own."""
    return Comment(f"{codelist.oid}", codelist.comment) if codelist.comment else None


def _complete(dataset: Dataset, metadata: Metadata) -> Dataset:
    tabulation = metadata.purpose == "Tabulation"
    supplemental = tabulation and dataset.name.startswith("SUPP")
    domain = dataset.domain
    if tabulation and not domain and dataset.name not in ("RELREC", "POOLDEF"):
        domain = dataset.name[4:] if supplemental else dataset.name
    about = dataset.domain_description
    if not about and tabulation and domain and domain != dataset.name:
        about = next((d.label for d in metadata.datasets if d.name == domain), "")
    return replace(
        dataset,
        domain=domain,
        domain_description=about,
        comment=dataset.comment or (None if dataset.records else NO_RECORDS),
        variables=tuple(
            _completed(v) for v in sorted(dataset.variables, key=lambda v: (v.order, v.name))
        ),
    )


def _completed(variable: Variable) -> Variable:
    if variable.has_no_data and variable.comment is None:
        return replace(variable, comment=NO_VALUES)
    return variable


def _standards(
    metadata: Metadata, datasets: Iterable[Dataset], codelists: Iterable[Codelist]
) -> tuple[Standard, ...]:
    used = [
        *metadata.standards,
        *(d.standard for d in datasets),
        *(c.standard for c in codelists),
    ]
    found: dict[str, Standard] = {}
    for standard in used:
        if standard is not None:
            _same(found.setdefault(standard.oid, standard), standard, "standards", standard.oid)
    return tuple(found.values())


def _document_comment(metadata: Metadata) -> Comment | None:
    # MetaDataVersion can refer to one comment only, so several become one.
    if len(metadata.comments) < 2:
        return next(iter(metadata.comments), None)
    return Comment(
        "DOCUMENT",
        "\n".join(c.text for c in metadata.comments),
        tuple(ref for c in metadata.comments for ref in c.documents),
    )


def _by_key(things: Iterable[_K | None], what: str) -> tuple[_K, ...]:
    found: dict[str, _K] = {}
    for thing in things:
        if thing is not None:
            _same(found.setdefault(thing.key, thing), thing, what, thing.key)
    return tuple(found[key] for key in sorted(found))


def _same(first: object, other: object, what: str, key: str) -> None:
    if first is not other and first != other:
        raise DefineRefusal(f"two different {what} have the key {key}")
