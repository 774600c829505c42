"""Which datasets a folder of finished SDTM holds, and every fault of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from define.finished.declared import Item, by_define
from define.finished.heads import head_of, stem
from define.finished.model import FinishedSdtm, Head, parents_of
from define.finished.rows import rows_of
from mappings.findings import Finding, RawPlace, Severity, SpecificationFault
from mappings.load import did_you_mean, spec_fault
from mappings.raw import file_fault
from mappings.sdtm_folder import FORMATS, SdtmFolder

ENDINGS = {"xpt": (".xpt",), "dataset-json": (".json", ".ndjson"), "csv": (".csv", ".csv.gz")}
_NO_DATASETS = (".labels.json", "manifest.json")
_WHERE = "Put the datasets there, or mend 'folder'."


def look(folder: Path, source: SdtmFolder) -> tuple[FinishedSdtm, list[Finding]]:
    """What the files of the folder hold, without the rows of observations, and every fault.

    `folder` is the study's. Of supplemental qualifiers the rows are read, for their names.
    """
    place = folder / source.folder
    faults: list[Finding] = []
    if not place.is_dir():
        what = "is a file, not a folder" if place.exists() else "there is no such folder"
        message = f"'{source.folder}': {what}"
        faults.append(spec_fault("sdtm.folder", message, source.place, _WHERE))
        return FinishedSdtm(source, source.format, {}, {}), faults
    files = _datasets(place)
    form = source.format or _only_format(source, files, faults)
    if not form:
        return FinishedSdtm(source, "", {}, {}), faults
    paths = files[form]
    if not paths:
        words = " or ".join(ENDINGS[form])
        message = f"'{source.folder}' holds no file of {form} ({words})"
        faults.append(spec_fault("sdtm.folder", message, source.place, _holds(files)))
    beside = _beside(place, form, paths)
    define: Mapping[str, Mapping[str, Item]] = {}
    heads: dict[str, Head] = {}
    try:
        if "define.xml" in beside:
            define = by_define(place / "define.xml", f"{source.folder}/define.xml")
    except SpecificationFault as fault:
        faults.extend(fault.findings)
    for path in paths:
        try:
            head = head_of(path, form, source, define)
        except SpecificationFault as fault:
            faults.extend(fault.findings)
            continue
        earlier = heads.setdefault(head.name, head)
        if earlier is not head:
            message = f"{head.name} stands in {earlier.file} too"
            faults.extend(file_fault(head.file, message, "Keep one of the files.").findings)
    unread = {stem(p).upper() for p in paths} - set(heads)
    if paths and "DM" not in heads and "DM" not in unread:
        message = f"there is no DM in '{source.folder}'"
        advice = f"There are: {', '.join(sorted(heads)) or 'none that can be read'}."
        faults.append(spec_fault("sdtm.dm", message, source.place, advice))
    planned = {h.name: list(h.columns) for h in heads.values() if not h.supplemental}
    found = [n for h in heads.values() for n in h.findings]
    own = {name: frozenset(names) for name, names in planned.items()}
    for head in (h for h in heads.values() if h.supplemental):
        try:
            rows, _ = rows_of(folder / head.file, head, form, source)
        except SpecificationFault as fault:
            faults.extend(fault.findings)
            continue
        found.extend(_qualify(head, rows, own, planned))
    names = tuple(f"{source.folder}/{n}" for n in beside)
    told_of = {n: tuple(v) for n, v in planned.items()}
    return FinishedSdtm(source, form, heads, told_of, names, tuple(found)), faults


def _datasets(place: Path) -> dict[str, list[Path]]:
    """The files of each format in the folder, in the order of their names."""
    every = sorted(p for p in place.iterdir() if p.is_file())
    return {
        form: [
            p
            for p in every
            if p.name.lower().endswith(endings) and not p.name.lower().endswith(_NO_DATASETS)
        ]
        for form, endings in ENDINGS.items()
    }


def _holds(files: Mapping[str, Sequence[Path]]) -> str:
    there = [f"{len(paths)} of {form}" for form, paths in files.items() if paths]
    return f"It holds {' and '.join(there)}." if there else _WHERE


def _only_format(
    source: SdtmFolder, files: Mapping[str, Sequence[Path]], faults: list[Finding]
) -> str:
    there = [form for form, paths in files.items() if paths]
    if len(there) == 1:
        return there[0]
    if there:
        message = f"'{source.folder}' holds files of {' and '.join(there)}"
        advice = f"Say with 'format' which are meant ({', '.join(FORMATS)})."
    else:
        message, advice = f"'{source.folder}' holds no dataset", _WHERE
    faults.append(spec_fault("sdtm.folder", message, source.place, advice))
    return ""


def _beside(place: Path, form: str, paths: Sequence[Path]) -> list[str]:
    """The files beside the datasets that say of what type and label their columns are."""
    if form != "csv":
        return []
    names = ["define.xml", *(f"{stem(p)}.labels.json" for p in paths)]
    return [n for n in names if (place / n).is_file()]


def _qualify(
    head: Head,
    rows: pd.DataFrame,
    own: Mapping[str, frozenset[str]],
    planned: dict[str, list[str]],
) -> list[Finding]:
    """Add the names of qualifiers to those of their parents; what cannot be merged is said.

    `own` are the variables that the datasets have without qualifiers.
    """
    found: list[Finding] = []
    pairs = rows[["RDOMAIN", "QNAM"]].drop_duplicates()
    for parent, name in sorted(zip(pairs["RDOMAIN"], pairs["QNAM"], strict=True)):
        parts = parents_of(head, parent, own)
        taken = [p for p in parts if name in own[p]]
        if not parts:
            why = f"there is no dataset {parent}. {did_you_mean(parent, [*own])}".rstrip()
        elif taken:
            why = f"{taken[0]} has a variable of this name"
        else:
            for part in parts:
                planned[part] = [*dict.fromkeys((*planned[part], name))]
            continue
        found.append(
            Finding(
                "supp.merge",
                Severity.ERROR,
                f"the qualifier {name} of {parent} is not merged: {why}",
                "Mend the file; ADaM does not see the qualifier.",
                head.name,
                "QNAM",
                f"{parent}.{name}",
                name,
                RawPlace(head.file, 0, "QNAM"),
            )
        )
    return found
