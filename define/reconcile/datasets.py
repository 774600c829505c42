"""What a submission asks of the metadata of a dataset."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from define.collect import Parts
from define.model import Dataset, Metadata
from define.reconcile.finding import error, listed, notice, warning
from mappings.findings import Finding

SAS_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
LABEL_BYTES = 40


def check_datasets(metadata: Metadata, parts: Parts) -> Iterator[Finding]:
    """Names, labels, classes, keys and order of variables of all datasets."""
    for name, times in Counter(d.name for d in parts.datasets).items():
        if times > 1:
            yield error("define.duplicate", f"{name} is described twice.", name)
    tabulation = metadata.purpose == "Tabulation"
    if metadata.purpose not in ("Tabulation", "Analysis"):
        message = f"The purpose {metadata.purpose!r} is neither Tabulation nor Analysis."
        yield error("define.purpose", message)
    for dataset in parts.datasets:
        yield from _names(dataset)
        yield from _place(dataset, tabulation)
        yield from _key(dataset)
        yield from _variables(dataset)


def _names(d: Dataset) -> Iterator[Finding]:
    if not SAS_NAME.fullmatch(d.name):
        message = f"{d.name!r} is not a dataset name of 8 capital letters and digits."
        yield error("define.name", message, d.name)
    if not d.label:
        yield error("define.label", "The dataset has no label.", d.name)
    elif len(d.label.encode()) > LABEL_BYTES:
        message = f"The label {d.label!r} has more than {LABEL_BYTES} bytes."
        yield error("define.label", message, d.name)
    if not d.structure:
        message = "The dataset has no structure (what is one record?)."
        yield error("define.structure", message, d.name)


def _place(d: Dataset, tabulation: bool) -> Iterator[Finding]:
    if not d.class_name and (tabulation or d.standard):
        yield error("define.class", "The dataset has no class.", d.name)
    if d.standard and d.standard.type != "IG":
        message = f"{d.standard.oid} is not an implementation guide (type IG)."
        yield error("define.standard", message, d.name)
    if tabulation and d.domain not in ("", d.name) and not d.domain_description:
        message = f"The dataset belongs to {d.domain}, whose label is not known."
        yield warning("define.domain", message, d.name)


def _key(d: Dataset) -> Iterator[Finding]:
    sequence = sorted(v.key_sequence for v in d.variables if v.key_sequence)
    if not sequence:
        yield error("define.key", "The dataset has no key variables.", d.name)
    elif sequence != list(range(1, len(sequence) + 1)):
        message = f"The key sequence is {sequence}; it must count from 1."
        yield error("define.key", message, d.name)


def _variables(d: Dataset) -> Iterator[Finding]:
    twice = sorted(n for n, k in Counter(v.name for v in d.variables).items() if k > 1)
    if twice:
        message = f"Variables described twice: {listed(twice)}."
        yield error("define.duplicate", message, d.name, scope="variables")
    if len({v.order for v in d.variables}) < len(d.variables):
        message = "Two variables have one place in the order."
        yield error("define.order", message, d.name)
    if d.records and d.variables and all(v.has_no_data for v in d.variables):
        message = "All variables are said to have no data, but there are records."
        yield notice("define.nodata", message, d.name)
