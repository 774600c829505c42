"""Result displays against the datasets that they name and the records that these hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd
from lxml.etree import _Element

from define.elements import children, said
from define.model import Metadata
from define.reconcile.finding import error, listed, warning
from define.reconcile.slices import foreign, selected, uncomparable
from mappings.findings import Finding


def check_results(metadata: Metadata, frames: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """A result names datasets and variables of the document, and its where clauses find records."""
    known = {d.name: {v.name for v in d.variables} for d in metadata.datasets}
    for display in metadata.displays:
        for result in display.results:
            if len(result.datasets) > 1 and result.join is None:
                message = f"{result.oid} uses several datasets and does not say how they join."
                yield error("define.result", message, scope=f"{result.oid} join")
            for part in result.datasets:
                where = f"{result.oid} {part.dataset}"
                if part.dataset not in known:
                    message = f"{result.oid} uses {part.dataset}, which the define does not know."
                    yield error("define.result", message, part.dataset, scope=where)
                    continue
                checks = part.where.checks if part.where else ()
                named = dict.fromkeys((*part.variables, *(c.variable for c in checks)))
                lacking = [v for v in named if v not in known[part.dataset]]
                if lacking:
                    message = f"{result.oid} uses what {part.dataset} lacks: {listed(lacking)}."
                    yield error("define.result", message, part.dataset, scope=where)
                if part.where is not None and (odd := foreign(part.where, part.dataset)):
                    message = f"The where clause of {result.oid} chooses by {listed(odd)}."
                    yield error("define.where", message, part.dataset, scope=f"{where} other")
                    continue
                frame = frames.get(part.dataset)
                if lacking or part.where is None or frame is None or not len(frame):
                    continue
                if reason := uncomparable(part.where, frame):
                    message = f"The where clause of {result.oid} cannot hold: {reason}."
                    yield error("define.where", message, part.dataset, scope=where)
                    continue
                if not selected(part.where, frame).any():
                    message = f"The where clause of {result.oid} selects no record."
                    advice = "Look whether its values are those of the dataset."
                    yield warning("define.where", message, part.dataset, scope=where, advice=advice)


def check_displays(root: _Element) -> Iterator[Finding]:
    """The OIDs of results in a document: variables of the dataset named, PARAMCD as parameter."""
    names = {said(i, "OID"): said(i, "Name") for i in root.iter("{*}ItemDef")}
    held = {
        said(g, "OID"): {said(r, "ItemOID") for r in children(g, "ItemRef")}
        for g in root.iter("{*}ItemGroupDef")
    }
    for display in root.iter("{*}ResultDisplay"):
        if not said(display, "Name"):
            message = f"{said(display, 'OID')} has no name."
            yield error("define.result", message, scope=f"{said(display, 'OID')} Name")
        for result in children(display, "AnalysisResult"):
            oid, used = said(result, "OID"), list(result.iter("{*}AnalysisDataset"))
            here = {i for part in used for i in held.get(said(part, "ItemGroupOID"), set())}
            chooses = said(result, "ParameterOID")
            if chooses and (chooses not in here or names.get(chooses) != "PARAMCD"):
                message = f"{oid}: its parameter {chooses} is no PARAMCD of its datasets."
                yield error("define.result", message, scope=f"{oid} parameter")
            for part in used:
                group = said(part, "ItemGroupOID")
                told = [said(v, "ItemOID") for v in children(part, "AnalysisVariable")]
                odd = [i for i in told if i not in held.get(group, set())]
                if odd:
                    message = f"{oid} analyses what is not in {group}: {listed(odd)}."
                    yield error("define.result", message, scope=f"{oid} {group} variables")
