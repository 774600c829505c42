"""Result displays against the datasets that they name and the records that these hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from define.model import Metadata
from define.reconcile.finding import error, listed, warning
from define.reconcile.slices import selected
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
                frame = frames.get(part.dataset)
                if lacking or part.where is None or frame is None or not len(frame):
                    continue
                if not selected(part.where, frame).any():
                    message = f"The where clause of {result.oid} selects no record."
                    advice = "Look whether its values are those of the dataset."
                    yield warning("define.where", message, part.dataset, scope=where, advice=advice)
