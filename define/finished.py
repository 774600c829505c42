"""Finished SDTM in a folder, as the source of a study: XPT, Dataset-JSON or CSV.

Each file is one dataset. Rows carry `_row`: the record's number, in CSV the line of the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from define.dataset_json import JsonUnreadable, read_dataset_json, read_json_head
from define.declared import Item, by_define, by_standard, told
from define.xpt_read import XptUnreadable, read_head, read_transport
from mappings.built import BuiltDataset
from mappings.findings import Finding, RawPlace, Severity, SpecificationFault
from mappings.frames import concat, map_distinct_numbers, text_series
from mappings.load import did_you_mean, spec_fault
from mappings.raw import FormSettings, RawTable, file_fault
from mappings.readers.delimited import read_delimited, read_header
from mappings.sdtm_folder import FORMATS, SdtmFolder
from mappings.text import number
from sdtm.standard import UnknownName, domain

ENDINGS = {"xpt": (".xpt",), "dataset-json": (".json", ".ndjson"), "csv": (".csv", ".csv.gz")}
_NO_DATASETS = (".labels.json", "manifest.json")
_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_SUPPLEMENTAL = ("SUPP", "SQ")
SUPP_KEYS = ("STUDYID", "USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM")
POINTER = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "QVAL")


@dataclass(frozen=True)
class Head:
    """A dataset before its rows are read. `file` is relative to the study folder."""

    name: str
    label: str
    file: str
    items: tuple[Item, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(i.name for i in self.items)

    @property
    def supplemental(self) -> bool:
        """Whether it holds qualifiers of other datasets, and not observations."""
        return self.name.startswith(_SUPPLEMENTAL) and set(POINTER) <= set(self.columns)


@dataclass(frozen=True)
class FinishedSdtm:
    """What lies in the folder: every dataset by name, its qualifiers, and the files beside.

    `planned` has the variables of each dataset, qualifiers (QNAM) among them.
    """

    source: SdtmFolder
    format: str
    heads: Mapping[str, Head]
    planned: Mapping[str, tuple[str, ...]]
    beside: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that was read, relative to the study folder."""
        return tuple(sorted({*(h.file for h in self.heads.values()), *self.beside}))


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
            head = _head(path, form, source, define)
        except SpecificationFault as fault:
            faults.extend(fault.findings)
            continue
        earlier = heads.setdefault(head.name, head)
        if earlier is not head:
            message = f"{head.name} stands in {earlier.file} too"
            faults.extend(file_fault(head.file, message, "Keep one of the files.").findings)
    unread = {_stem(p).upper() for p in paths} - set(heads)
    if paths and "DM" not in heads and "DM" not in unread:
        message = f"there is no DM in '{source.folder}'"
        advice = f"There are: {', '.join(sorted(heads)) or 'none that can be read'}."
        faults.append(spec_fault("sdtm.dm", message, source.place, advice))
    planned = {h.name: list(h.columns) for h in heads.values() if not h.supplemental}
    found = [n for h in heads.values() for n in h.findings]
    for head in (h for h in heads.values() if h.supplemental):
        try:
            rows, _ = _rows(folder / head.file, head, form, source)
        except SpecificationFault as fault:
            faults.extend(fault.findings)
            continue
        found.extend(_qualify(head, rows, planned))
    names = tuple(f"{source.folder}/{n}" for n in beside)
    told_of = {n: tuple(v) for n, v in planned.items()}
    return FinishedSdtm(source, form, heads, told_of, names, tuple(found)), faults


_WHERE = "Put the datasets there, or mend 'folder'."


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").rpartition(".")[0]


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
    names = ["define.xml", *(f"{_stem(p)}.labels.json" for p in paths)]
    return [n for n in names if (place / n).is_file()]


def _head(
    path: Path, form: str, source: SdtmFolder, define: Mapping[str, Mapping[str, Item]]
) -> Head:
    """Raises SpecificationFault for a file that is not what it says it is."""
    file = f"{source.folder}/{path.name}"
    name, label = _stem(path).upper(), ""
    found: tuple[Finding, ...] = ()
    if form == "csv":
        names = read_header(path, _settings(name, file, source))
        own = told(path.parent, source.folder, name, _stem(path), define)
        standard, _ = by_standard(name, tuple(n for n in names if n not in own))
        items = [own.get(n) or standard.get(n) or Item(n, "", False) for n in names]
        unknown = [n for n in names if n not in own and n not in standard]
        found = tuple(_untold(name, n, file) for n in unknown)
    elif form == "xpt":
        try:
            columns, inside, label = read_head(path, source.encoding)
        except (XptUnreadable, OSError) as error:
            raise _unreadable(error, file) from None
        items = [Item(c.name, c.label, c.numeric) for c in columns]
        _same_name(name, inside, file)
    else:
        try:
            head = read_json_head(path)
        except JsonUnreadable as error:
            raise _unreadable(error, file) from None
        items, label = [Item(c.name, c.label, c.numeric) for c in head.columns], head.label
        _same_name(name, head.name, file)
    for item in items:
        if not _NAME.fullmatch(item.name):
            message = f"'{item.name}' is no name of an SDTM variable"
            advice = "Names are capitals and digits, at most 8, the first a letter."
            raise file_fault(file, message, advice)
    return Head(name, label, file, tuple(items), found)


def _same_name(name: str, inside: str, file: str) -> None:
    if inside.upper() != name:
        message = f"the file holds the dataset {inside or '(without a name)'}, not {name}"
        raise file_fault(file, message, "A file is called after its dataset; rename it.")


def _untold(dataset: str, name: str, file: str) -> Finding:
    return Finding(
        "sdtm.type",
        Severity.NOTICE,
        f"nothing says of what type {name} is: it is read as text",
        f"Tell it in a file {dataset.lower()}.labels.json, or in define.xml.",
        dataset,
        name,
        name,
        raw=RawPlace(file, 0, name),
    )


def _unreadable(error: Exception, file: str) -> SpecificationFault:
    reason = str(getattr(error, "reason", "") or getattr(error, "strerror", "") or error)
    advice = "Write the file again."
    if re.search(r" is not (utf-8|ascii)", reason):
        advice = "Say with 'encoding' of 'sdtm' in study.yaml which one it is."
    return file_fault(file, reason, advice, int(getattr(error, "row", 0)))


def _settings(name: str, file: str, source: SdtmFolder) -> FormSettings:
    return FormSettings(name, file, reader="csv", encoding=source.encoding)


def _rows(
    path: Path, head: Head, form: str, source: SdtmFolder
) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows with `_row`, and what could not be read as the number that it should be."""
    if form == "csv":
        return _csv_rows(head, read_delimited(path, _settings(head.name, head.file, source)))
    found: list[Finding] = []
    try:
        if form == "xpt":
            transport = read_transport(path, source.encoding)
            frame = transport.frame
            found = [_special(head, name, len(s)) for name, s in transport.special.items()]
        else:
            frame = read_dataset_json(path).frame
    except (XptUnreadable, JsonUnreadable, OSError) as error:
        raise _unreadable(error, head.file) from None
    return frame.assign(_row=np.arange(1, len(frame) + 1)), found


def _special(head: Head, name: str, count: int) -> Finding:
    return Finding(
        "sdtm.special",
        Severity.NOTICE,
        f"{count} special missing values (such as .A) of {name} are read as missing",
        "",
        head.name,
        name,
        name,
        raw=RawPlace(head.file, 0, name),
    )


def _csv_rows(head: Head, table: RawTable) -> tuple[pd.DataFrame, list[Finding]]:
    found: list[Finding] = []
    held: dict[str, pd.Series[Any]] = {}
    for item in head.items:
        cells = table.cells[item.name].str.rstrip(" ")
        held[item.name] = cells
        if not item.numeric:
            continue
        held[item.name] = map_distinct_numbers(cells, lambda texts: [number(t) for t in texts])
        wrong = (held[item.name].isna() & cells.str.strip().ne("")).to_numpy(dtype=bool)
        lines, values = table.lines[wrong].tolist(), cells[wrong].tolist()
        found.extend(
            Finding(
                "num.unreadable",
                Severity.ERROR,
                f"'{value}' is not a number",
                "Mend it in the file, or tell another type in a file of labels.",
                head.name,
                item.name,
                f"{head.name} row {line}",
                value,
                RawPlace(head.file, line, item.name),
            )
            for line, value in zip(lines, values, strict=True)
        )
    frame = pd.DataFrame(held)
    return frame.assign(_row=table.lines.to_numpy(dtype="int64")), found


def _qualify(head: Head, rows: pd.DataFrame, planned: dict[str, list[str]]) -> list[Finding]:
    """Add the names of qualifiers to those of their parents; what cannot be merged is said."""
    found: list[Finding] = []
    pairs = rows[["RDOMAIN", "QNAM"]].drop_duplicates()
    own = {h: set(names) for h, names in planned.items()}
    for parent, name in sorted(zip(pairs["RDOMAIN"], pairs["QNAM"], strict=True)):
        why = ""
        if parent not in planned:
            why = f"there is no dataset {parent}. {did_you_mean(parent, [*planned])}".rstrip()
        elif name in own[parent]:
            why = f"{parent} has a variable of this name"
        if not why:
            planned[parent] = [*dict.fromkeys((*planned[parent], name))]
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


def read_finished(folder: Path, finished: FinishedSdtm) -> tuple[list[BuiltDataset], list[Finding]]:
    """Every dataset with its rows, and what could not be read as the number that it should be.

    Rows carry `_form` (the dataset) and `_row`. A file of qualifiers becomes one dataset for
    each parent. Raises SpecificationFault with the faults of all files.
    """
    faults: list[Finding] = []
    findings = list(finished.findings)
    built: list[BuiltDataset] = []
    supplements: dict[str, list[pd.DataFrame]] = {}
    for head in finished.heads.values():
        try:
            frame, found = _rows(folder / head.file, head, finished.format, finished.source)
        except SpecificationFault as fault:
            faults.extend(fault.findings)
            continue
        findings.extend(found)
        frame["_form"] = text_series([head.name] * len(frame), frame.index)
        if not head.supplemental:
            built.append(BuiltDataset(head.name, frame, head.columns, _keys(head)))
            continue
        for parent in set(frame["RDOMAIN"]) & set(finished.planned):
            supplements.setdefault(parent, []).append(frame[frame["RDOMAIN"] == parent])
    if faults:
        raise SpecificationFault(faults)
    for parent, frames in sorted(supplements.items()):
        whole = concat(frames)
        names = tuple(n for n in whole.columns if not str(n).startswith("_"))
        built.append(BuiltDataset(f"SUPP{parent}", whole, names, SUPP_KEYS, None, parent))
    return built, findings


def _keys(head: Head) -> tuple[str, ...]:
    """What tells a record from the others: --SEQ where there is one, else the guide's keys."""
    columns = head.columns
    sequence = f"{head.name[:2]}SEQ"
    if "USUBJID" in columns and (sequence in columns or head.name == "DM"):
        return tuple(n for n in ("STUDYID", "USUBJID", sequence) if n in columns)
    try:
        keys = domain(head.name).keys
    except UnknownName:
        keys = ("STUDYID", "USUBJID")
    return tuple(n for n in keys if n in columns)
