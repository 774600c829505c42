"""Origins of define.xml get the pages of the annotated CRF on which their fields stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from define.acrf.model import ON_CRF, Placed
from define.model import Dataset, Metadata, Origin, PageRef, Variable, WhereClause
from mappings.findings import Finding, Severity

KEY, FILE = "acrf", "acrf.pdf"
"""The key of the document in define.xml, and its file beside it."""

_Pages = Callable[[Origin], tuple[int, ...]]


def with_pages(
    metadata: Metadata, placed: Sequence[Placed], title: str, advice: str
) -> tuple[Metadata, list[Finding]]:
    """`metadata` whose collected origins name their pages, and a finding for each that has none.

    What a vendor collected stands on no page. `advice` says what to do about a finding.
    """
    findings: list[Finding] = []
    datasets = []
    for dataset in metadata.datasets:
        own = _own(dataset, placed)
        variables = []
        for variable in dataset.variables:
            made = _with(variable, own, dataset, variable.name, ())
            values = tuple(
                replace(v, item=_with(v.item, own, dataset, variable.name, (v.where, *v.also)))
                for v in variable.values
            )
            made = replace(made, values=values)
            findings.extend(_missing(dataset, made, advice))
            variables.append(made)
        datasets.append(replace(dataset, variables=tuple(variables)))
    documents = (*metadata.documents, (KEY, FILE, title))
    return replace(metadata, datasets=tuple(datasets), documents=documents), findings


def _own(dataset: Dataset, placed: Iterable[Placed]) -> list[Placed]:
    """What may stand behind the variables of a dataset; of SUPP-- the parent's variables too."""
    homes = {dataset.name, dataset.name.removeprefix("SUPP")}
    return [p for p in placed if p.annotation.dataset in homes]


def _with(
    part: Variable,
    placed: Sequence[Placed],
    dataset: Dataset,
    variable: str,
    wheres: Sequence[WhereClause],
) -> Variable:
    def pages(origin: Origin) -> tuple[int, ...]:
        ours = [p for p in placed if p.annotation.source == origin.source]
        return _stands(ours, dataset, variable, wheres)

    if part.origin is None:
        return part
    return replace(
        part,
        origin=_paged(part.origin, pages),
        other_origins=tuple(_paged(o, pages) for o in part.other_origins),
    )


def _paged(origin: Origin, pages: _Pages) -> Origin:
    if not _on_crf(origin) or not (found := pages(origin)):
        return origin
    return replace(origin, documents=(PageRef(KEY, found),))


def _on_crf(origin: Origin) -> bool:
    return origin.type == "Collected" and origin.source in ON_CRF


def _stands(
    placed: Sequence[Placed], dataset: Dataset, variable: str, wheres: Sequence[WhereClause]
) -> tuple[int, ...]:
    """The pages of a variable, in the records of any of `wheres` where there are such."""
    supplemental = dataset.name.startswith("SUPP")
    names: set[str] | None = {variable}
    tests: set[str] | None = None
    for check in (c for w in wheres for c in w.checks if c.comparator in ("EQ", "IN")):
        if check.variable.endswith("TESTCD"):
            tests = (tests or set()) | set(check.values)
    if supplemental and variable == "QVAL":
        asked = [c for w in wheres for c in w.checks if c.variable == "QNAM"]
        names = {v for c in asked for v in c.values} if asked else None
    own = [p for p in placed if p.annotation.dataset == dataset.name]
    found = _found(own, names, tests)
    if not found and names is not None:
        # Text over 200 bytes goes on in variables that are numbered: COVAL1, AETERM1.
        found = _found(placed, {n.rstrip("0123456789") for n in names} - names, tests)
    return tuple(sorted(found))


def _found(placed: Iterable[Placed], names: set[str] | None, tests: set[str] | None) -> set[int]:
    return {
        page
        for p in placed
        if (names is None or p.annotation.variable in names)
        and (tests is None or not p.annotation.tests or tests & set(p.annotation.tests))
        for page in p.pages
    }


def _missing(dataset: Dataset, variable: Variable, advice: str) -> Iterable[Finding]:
    for part in variable.parts:
        if any(_on_crf(o) and not o.documents for o in part.origins):
            name = variable.name if part is variable else f"{variable.name} ({part.name})"
            yield Finding(
                "acrf.page",
                Severity.WARNING,
                f"the origin of {dataset.name}.{name} is Collected, and no page of the annotated"
                " CRF has its field",
                advice,
                dataset=dataset.name,
                variable=variable.name,
                scope=part.name if part is not variable else "",
            )
