"""Analysis Results Metadata 1.0: displays, their results, and what these were made of."""

from __future__ import annotations

from lxml.etree import _Element

from define.definexml.build import ARM, D, Maker, d, description, document_refs, given
from define.model import AnalysisDataset, AnalysisResult, ResultDisplay

A = Maker(ARM)


def result_displays(displays: tuple[ResultDisplay, ...]) -> list[_Element]:
    """arm:AnalysisResultDisplays, or nothing where no result is described."""
    return [A.AnalysisResultDisplays(*(_display(of) for of in displays))] if displays else []


def _display(of: ResultDisplay) -> _Element:
    return A.ResultDisplay(
        {"OID": of.oid, "Name": of.name},
        *description(of.description),
        *document_refs(of.documents),
        *(_result(r) for r in of.results),
    )


def _result(of: AnalysisResult) -> _Element:
    said = [*description(of.documentation), *document_refs(of.documents)]
    code = [*([A.Code(of.code)] if of.code else []), *document_refs(of.programs)]
    coded = of.context or code
    return A.AnalysisResult(
        given(
            {
                "OID": of.oid,
                "ParameterOID": f"IT.{of.parameter}.PARAMCD" if of.parameter else "",
                "AnalysisReason": of.reason,
                "AnalysisPurpose": of.purpose,
            }
        ),
        *description(of.description),
        A.AnalysisDatasets(
            given({d("CommentOID"): of.join.oid if of.join else ""}),
            *(_dataset(part) for part in of.datasets),
        ),
        *([A.Documentation(*said)] if said else []),
        *([A.ProgrammingCode(given({"Context": of.context}), *code)] if coded else []),
    )


def _dataset(of: AnalysisDataset) -> _Element:
    chosen = [D.WhereClauseRef({"WhereClauseOID": of.where.oid})] if of.where else []
    return A.AnalysisDataset(
        {"ItemGroupOID": f"IG.{of.dataset}"},
        *chosen,
        *(A.AnalysisVariable({"ItemOID": f"IT.{of.dataset}.{v}"}) for v in of.variables),
    )
