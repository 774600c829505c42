"""Our own check that metadata and data say the same, before anybody else looks.

`check_metadata` holds the metadata against what a submission asks beyond the XSD (origins,
methods, C-codes, pages); `reconcile` does that and compares them with the data cell by cell.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from define.collect import collect
from define.model import Metadata
from define.reconcile.agree import check_agreement
from define.reconcile.codelists import check_codelists, check_standards, check_texts
from define.reconcile.data import check_data
from define.reconcile.datasets import check_datasets
from define.reconcile.published import check_published
from define.reconcile.results import check_results
from define.reconcile.variables import check_variables
from mappings.findings import Finding, in_order

__all__ = ["check_against", "check_metadata", "check_published", "reconcile"]


def check_metadata(metadata: Metadata) -> list[Finding]:
    """Findings about the metadata alone (rules define.*), in the order of reports."""
    parts = collect(metadata)
    return in_order(
        [
            *check_standards(parts),
            *check_datasets(metadata, parts),
            *check_variables(metadata, parts),
            *check_codelists(parts),
            *check_texts(parts),
        ]
    )


def check_against(
    metadata: Metadata, frames: Mapping[str, pd.DataFrame], encoding: str = "utf-8"
) -> list[Finding]:
    """Findings about data that do not agree with the metadata, and nothing about these alone."""
    return in_order(
        [
            *check_data(metadata, frames, encoding),
            *check_agreement(metadata, frames),
            *check_results(metadata, frames),
        ]
    )


def reconcile(
    metadata: Metadata, frames: Mapping[str, pd.DataFrame], encoding: str = "utf-8"
) -> list[Finding]:
    """Findings about the metadata and about the data that do not agree with them.

    `frames` are the datasets by name as they are written: text is ``str`` with "" for missing,
    numbers are float with NaN; columns that begin with ``_`` are lineage and left aside.
    Lengths are counted in bytes of `encoding`.
    """
    return in_order(
        [
            *check_metadata(metadata),
            *check_against(metadata, frames, encoding),
        ]
    )
