"""Rows: read = mapped + set aside, form by form, and each row that is neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.built import BuiltDataset
from mappings.findings import Finding, RawPlace, Severity
from mappings.raw import RawForm
from mappings.run import SetAside
from mappings.scope import LookedUp
from validation.account.reasons import Reasons

Lines = npt.NDArray[np.int64]
_NONE: Lines = np.zeros(0, dtype=np.int64)


# Block and raw row of the records that a dataset has from a form.
Records = Mapping[tuple[str, str], tuple[Lines, Lines]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What became of the rows of one form; `unread` when no module takes the form at all."""

    mapped: int
    aside: tuple[tuple[str, int], ...]
    lost: int
    datasets: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    unread: bool = False


def lineage(datasets: Iterable[BuiltDataset]) -> Records:
    """Block and raw row of every record, by dataset and form."""
    found: dict[tuple[str, str], tuple[Lines, Lines]] = {}
    for dataset in datasets:
        if dataset.module is None or "_block" not in dataset.frame.columns:
            continue
        codes, forms = pd.factorize(dataset.frame["_form"])
        blocks = dataset.frame["_block"].to_numpy(dtype="float64").astype(np.int64)
        rows = dataset.frame["_row"].to_numpy(dtype="int64")
        for number, form in enumerate(forms):
            own = codes == number
            found[dataset.name, str(form)] = blocks[own], rows[own]
    return found


def count_rows(
    form: RawForm,
    datasets: Sequence[BuiltDataset],
    records: Records,
    aside: Iterable[SetAside],
    looked_up: Iterable[LookedUp],
    study_reasons: Reasons,
) -> Rows:
    """Where every row of the form went; `records` are those of all `datasets`.

    A row that one module sets aside and another takes counts as mapped. A row that a module
    took and that is not in its dataset is a finding, wherever else it went. A reason
    of the study for the whole form covers rows that no module takes.
    """
    lines = form.frame["_row"].to_numpy(dtype="int64")
    own = [a for a in aside if a.source == form.name]
    looked = [u for u in looked_up if u.form == form.name]
    there = {d: rows for (d, f), (_, rows) in records.items() if f == form.name}
    lost = list(_lost(form, datasets, records, own))
    gone = np.concatenate([_NONE, *(missing for _, missing in lost)])
    used = np.concatenate([_NONE, *there.values(), *(u.used for u in looked)])
    mapped = np.isin(lines, used)
    open_rows = ~mapped & ~np.isin(lines, gone)
    reasons: dict[str, list[Lines]] = {}
    for entry in own:
        reasons.setdefault(entry.reason, []).append(entry.lines)
    for use in looked:
        if len(use.passed_over):
            reason = f"Another record was taken for {use.target}.{use.variable}"
            reasons.setdefault(reason, []).append(use.passed_over)
    said = _said(lines, open_rows, reasons)
    if (open_rows & (said == "")).any():
        said[open_rows & (said == "")] = study_reasons.of_rest(form.name)
    counts = {**form.set_aside}
    for text, number in pd.Series(said[open_rows]).value_counts(sort=False).items():
        if text:
            counts[str(text)] = counts.get(str(text), 0) + int(number)
    unsaid = open_rows & (said == "")
    unread = bool(unsaid.any()) and not looked and not _readers(form, datasets)
    findings = [f for name, missing in lost for f in _missing(form, missing, name)]
    if unread:
        findings.append(_unread(form, int(unsaid.sum())))
    else:
        findings.extend(_missing(form, lines[unsaid], ""))
    return Rows(
        mapped=int(mapped.sum()),
        aside=tuple(counts.items()),
        lost=int((~mapped).sum()) - int((open_rows & ~unsaid).sum()),
        datasets=tuple((n, len(np.unique(x))) for n, x in there.items() if len(x)),
        findings=tuple(dict.fromkeys(findings)),
        unread=unread,
    )


def _readers(form: RawForm, datasets: Sequence[BuiltDataset]) -> list[str]:
    """The datasets with a block on the form."""
    return [
        d.name
        for d in datasets
        if d.module is not None
        and any(b.source.kind == "form" and b.source.name == form.name for b in d.module.blocks)
    ]


def _lost(
    form: RawForm,
    datasets: Sequence[BuiltDataset],
    records: Records,
    aside: Sequence[SetAside],
) -> Iterable[tuple[str, Lines]]:
    """Rows that a block of a module took and that its dataset does not have."""
    lines = form.frame["_row"].to_numpy(dtype="int64")
    for dataset in datasets:
        if dataset.module is None or "_block" not in dataset.frame.columns:
            continue
        blocks, rows = records.get((dataset.name, form.name), (_NONE, _NONE))
        for number, block in enumerate(dataset.module.blocks):
            if block.source.kind == "form" and block.source.name == form.name:
                left = [a.lines for a in aside if (a.target, a.block) == (dataset.name, number)]
                missing = np.setdiff1d(lines, np.concatenate([rows[blocks == number], *left]))
                if len(missing):
                    yield dataset.name, missing


def _said(
    lines: Lines, rows: npt.NDArray[np.bool_], reasons: Mapping[str, list[Lines]]
) -> npt.NDArray[np.object_]:
    """The reasons of each row in one text; "" where there is none."""
    said = np.full(len(lines), "", dtype=object)
    for reason, parts in reasons.items():
        here = rows & np.isin(lines, np.concatenate(parts))
        again = here & (said != "")
        said[again] += "; " + reason
        said[here & ~again] = reason
    return said


def _missing(form: RawForm, lines: Lines, dataset: str) -> list[Finding]:
    if not len(lines):
        return []
    told = form.frame[["USUBJID", "_id", "_row"]]
    rows = told.loc[np.isin(told["_row"].to_numpy(), lines)]
    if dataset:
        message = f"the row was taken for {dataset} and is not in it"
        advice = "This is a fault of the program: report it."
    else:
        message = "no module takes the row, and no reason says why"
        advice = f"Map it, or give the reason in study.yaml: not_submitted: {form.name}: '*'."
    return [
        Finding(
            "account.row",
            Severity.ERROR,
            message,
            advice,
            dataset=dataset,
            scope=f"{subject} {form.name} {identity}".strip(),
            raw=RawPlace(form.settings.file, int(line)),
        )
        for subject, identity, line in zip(
            rows["USUBJID"].tolist(), rows["_id"].tolist(), rows["_row"].tolist(), strict=True
        )
    ]


def _unread(form: RawForm, rows: int) -> Finding:
    records = "1 row is" if rows == 1 else f"{rows:,} rows are"
    return Finding(
        "account.form",
        Severity.ERROR,
        f"no module takes the form '{form.name}': {records} not submitted, and no reason says why",
        f"Map it, or give the reason in study.yaml: not_submitted: {form.name}: '*'.",
        scope=form.name,
        raw=RawPlace(form.settings.file),
    )
