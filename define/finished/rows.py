"""The rows of finished SDTM, each with the place where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from define.dataset_json import JsonUnreadable, read_dataset_json
from define.finished.heads import csv_settings, unreadable
from define.finished.model import FinishedSdtm, Head, parents_of
from define.xpt_read import XptUnreadable, read_transport
from mappings.built import BuiltDataset
from mappings.findings import Finding, RawPlace, Severity, SpecificationFault
from mappings.frames import concat, map_distinct_numbers, text_series
from mappings.raw import RawTable
from mappings.readers.delimited import read_delimited
from mappings.sdtm_folder import SdtmFolder
from mappings.text import number
from sdtm.standard import UnknownName, domain

SUPP_KEYS = ("STUDYID", "USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM")


def rows_of(
    path: Path, head: Head, form: str, source: SdtmFolder
) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows with `_row`, and what could not be read as the number that it should be."""
    if form == "csv":
        return _csv_rows(head, read_delimited(path, csv_settings(head.name, head.file, source)))
    found: list[Finding] = []
    try:
        if form == "xpt":
            transport = read_transport(path, source.encoding)
            frame = transport.frame
            found = [_special(head, name, len(s)) for name, s in transport.special.items()]
        else:
            frame = read_dataset_json(path).frame
    except (XptUnreadable, JsonUnreadable, OSError) as error:
        raise unreadable(error, head.file) from None
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
            frame, found = rows_of(folder / head.file, head, finished.format, finished.source)
        except SpecificationFault as fault:
            faults.extend(fault.findings)
            continue
        findings.extend(found)
        frame["_form"] = text_series([head.name] * len(frame), frame.index)
        if not head.supplemental:
            built.append(BuiltDataset(head.name, frame, head.columns, _keys(head)))
            continue
        for rdomain in sorted(set(frame["RDOMAIN"])):
            for parent in parents_of(head, rdomain, finished.planned):
                supplements.setdefault(parent, []).append(frame[frame["RDOMAIN"] == rdomain])
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
