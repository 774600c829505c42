"""Analysis Results Metadata 1.0: displays and their results."""

from __future__ import annotations

from define.model import AnalysisDataset, AnalysisResult, ResultDisplay
from define.read.account import Node
from define.read.items import Items
from define.read.source import Source

_PARAMETER = "PARAMCD"


def read_displays(source: Source, items: Items) -> tuple[ResultDisplay, ...]:
    """Every display of the document, in its order."""
    found = []
    for group in source.top.children("AnalysisResultDisplays"):
        for node in group.children("ResultDisplay"):
            name = node.get("Name")
            place = f"display {name}"
            source.account.place(node.element, place)
            results = node.children("AnalysisResult")
            found.append(
                ResultDisplay(
                    node.peek("OID").removeprefix("RD."),
                    name,
                    node.description(),
                    tuple(_result(source, items, r, place) for r in results),
                    source.pages(node),
                )
            )
    return tuple(found)


def _result(source: Source, items: Items, node: Node, display: str) -> AnalysisResult:
    title = node.description()
    place = f"{display}, result {title}"
    source.account.place(node.element, place)
    group = node.child("AnalysisDatasets")
    parts = group.children("AnalysisDataset") if group else []
    datasets = tuple(d for p in parts if (d := _dataset(source, items, p)) is not None)
    said, code = node.child("Documentation"), node.child("ProgrammingCode")
    text = code.child("Code") if code else None
    return AnalysisResult(
        key=node.peek("OID").removeprefix("AR."),
        description=title,
        reason=node.get("AnalysisReason"),
        purpose=node.get("AnalysisPurpose"),
        datasets=datasets,
        documentation=said.description() if said else "",
        parameter=_parameter(source, node, [d.dataset for d in datasets]),
        join=source.comment(group, place) if group else None,
        context=code.get("Context").strip() if code else "",
        code=text.text() if text else "",
        documents=source.pages(said) if said else (),
        programs=source.pages(code) if code else (),
    )


def _dataset(source: Source, items: Items, node: Node) -> AnalysisDataset | None:
    found = source.find(node, "ItemGroupOID", "dataset")
    if found is None:
        return None
    name = found.peek("Name")
    clauses = [
        c for r in node.children("WhereClauseRef") if (c := items.where(r, name)) is not None
    ]
    variables = [
        item.peek("Name")
        for v in node.children("AnalysisVariable")
        if (item := source.find(v, "ItemOID", "item")) is not None
    ]
    for extra in clauses[1:]:
        source.account.note(f"analysis of {name}", "further where clause", extra.key)
    return AnalysisDataset(name, tuple(variables), clauses[0] if clauses else None)


def _parameter(source: Source, node: Node, datasets: list[str]) -> str:
    item = source.tables["item"].get(node.peek("ParameterOID"))
    if item is None or item.peek("Name") != _PARAMETER:
        return ""
    owners = source.owners.get(node.get("ParameterOID"), [])
    return next((d for d in datasets if d in owners), owners[0] if owners else "")
