"""What define.xml says of whole datasets, and of the meaning of codes, against the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from define.model import Codelist, Dataset, Metadata, Variable
from define.reconcile.finding import error, listed, notice, warning
from mappings.findings import Finding
from mappings.frames import as_text, is_numeric

_LONG = {
    "ETCD": "ELEMENT",
    "ARMCD": "ARM",
    "ACTARMCD": "ACTARM",
    "QNAM": "QLABEL",
    "VISITNUM": "VISIT",
}


def check_agreement(metadata: Metadata, frames: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Findings about domains, repetition, study, guide and decodes."""
    for dataset in metadata.datasets:
        frame = frames.get(dataset.name)
        if frame is None or frame.empty:
            continue
        yield from _domain(dataset, frame)
        yield from _subjects(dataset, frame)
        for variable in dataset.variables:
            if variable.codelist is not None and variable.name in frame:
                yield from _decodes(dataset, variable, variable.codelist, frame)
    yield from _study(metadata, frames)
    yield from _guide(metadata, frames)


def _study(metadata: Metadata, frames: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    held = [as_text(f["STUDYID"]).unique().tolist() for f in frames.values() if "STUDYID" in f]
    name = metadata.study_name.casefold()
    strange = sorted({s for told in held for s in told if s and s.casefold() not in name})
    if strange:
        message = f"STUDYID is {listed(strange)}, StudyName {metadata.study_name!r}."
        yield notice("define.study", message, scope="StudyName")


def _domain(dataset: Dataset, frame: pd.DataFrame) -> Iterator[Finding]:
    column = next((c for c in ("DOMAIN", "RDOMAIN") if c in frame), "")
    # RELREC points to records of many domains and is its own.
    own = column == "RDOMAIN" and dataset.domain == dataset.name
    if not dataset.domain or not column or own:
        return
    held = sorted({*as_text(frame[column])} - {dataset.domain, ""})
    if held:
        message = f"{column} is {listed(held)}, the Domain in define.xml {dataset.domain!r}."
        yield error("define.domain", message, dataset.name, column, scope="data")


def _subjects(dataset: Dataset, frame: pd.DataFrame) -> Iterator[Finding]:
    if "USUBJID" not in frame:
        return
    if dataset.reference_data:
        message = "IsReferenceData is Yes, but the records are of subjects (USUBJID)."
        yield error("define.attribute", message, dataset.name, scope="subjects")
    elif not dataset.repeating and frame["USUBJID"].duplicated().any():
        message = "Repeating is No, but subjects have more than one record."
        yield error("define.repeating", message, dataset.name, scope="data")


def _decodes(
    dataset: Dataset, variable: Variable, codelist: Codelist, frame: pd.DataFrame
) -> Iterator[Finding]:
    """The decodes of codes whose meaning stands in a variable beside them."""
    told = {t.value: t.decode for t in codelist.terms if t.decode and t.decode != t.value}
    name = _partner(variable.name, frame)
    if not told or not name:
        return
    pairs = pd.DataFrame({"code": as_text(frame[variable.name]), "name": as_text(frame[name])})
    meant: dict[str, set[str]] = {}
    for code, text in pairs.drop_duplicates().to_numpy().tolist():
        if code and text:
            meant.setdefault(code, set()).add(text)
    other = next((v.codelist for v in dataset.variables if v.name == name), None)
    longer = {t.value: t.decode for t in other.terms} if other is not None else {}
    for code in sorted(set(told) & set(meant)):
        called = told[code].casefold()
        odd = [t for t in meant[code] if called not in (t.casefold(), longer.get(t, "").casefold())]
        if odd:
            message = f"{code!r} is called {told[code]!r} in {codelist.oid}, in {name} of the data "
            message += f"{listed(sorted(odd))}."
            where = (dataset.name, variable.name)
            yield warning("define.decode", message, *where, scope=code, value=told[code])


def _partner(name: str, frame: pd.DataFrame) -> str:
    """The variable that holds the meaning of a code, "" for none."""
    found = [_LONG.get(name, "")]
    if name.endswith("CD"):
        found.append(name.removesuffix("CD"))
    if name.endswith("N") and is_numeric(frame[name]):
        found.append(name.removesuffix("N"))
    return next((n for n in found if n and n in frame and not is_numeric(frame[n])), "")


def _guide(metadata: Metadata, frames: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """The SDTMIG that the trial summary names against that of define.xml."""
    trial = frames.get("TS")
    if trial is None or not {"TSPARMCD", "TSVAL"} <= {*trial.columns}:
        return
    versions = {s.version for s in metadata.standards if s.name == "SDTMIG"}
    said = {*as_text(trial.loc[trial["TSPARMCD"] == "SDTIGVER", "TSVAL"])} - {""}
    if versions and said and not versions & said:
        message = f"TS says SDTMIG {listed(sorted(said))}, define.xml {listed(sorted(versions))}."
        yield error("define.standard", message, "TS", "TSVAL", scope="SDTIGVER")
