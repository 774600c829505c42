"""Name, label and columns of one file of finished SDTM, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from define.dataset_json import JsonUnreadable, read_json_head
from define.finished.declared import Item, by_standard, told
from define.finished.model import Head
from define.xpt_read import XptUnreadable, read_head
from mappings.findings import Finding, RawPlace, Severity, SpecificationFault
from mappings.raw import FormSettings, file_fault
from mappings.readers.delimited import read_header
from mappings.sdtm_folder import SdtmFolder

_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")


def stem(path: Path) -> str:
    """The file's name without its ending, also of a compressed one."""
    return path.name.removesuffix(".gz").rpartition(".")[0]


def head_of(
    path: Path, form: str, source: SdtmFolder, define: Mapping[str, Mapping[str, Item]]
) -> Head:
    """What the file says of itself; raises SpecificationFault for one that is not what it says."""
    file = f"{source.folder}/{path.name}"
    name, label = stem(path).upper(), ""
    found: tuple[Finding, ...] = ()
    if form == "csv":
        names = read_header(path, csv_settings(name, file, source))
        own = told(path.parent, source.folder, name, stem(path), define)
        standard, _ = by_standard(name, tuple(n for n in names if n not in own))
        items = [own.get(n) or standard.get(n) or Item(n, "", False) for n in names]
        unknown = [n for n in names if n not in own and n not in standard]
        found = tuple(_untold(name, n, file) for n in unknown)
    elif form == "xpt":
        try:
            columns, inside, label = read_head(path, source.encoding)
        except (XptUnreadable, OSError) as error:
            raise unreadable(error, file) from None
        items = [Item(c.name, c.label, c.numeric) for c in columns]
        _same_name(name, inside, file)
    else:
        try:
            head = read_json_head(path)
        except JsonUnreadable as error:
            raise unreadable(error, file) from None
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


def unreadable(error: Exception, file: str) -> SpecificationFault:
    """The fault of a file that its reader refused, with what to do."""
    reason = str(getattr(error, "reason", "") or getattr(error, "strerror", "") or error)
    advice = "Write the file again."
    if re.search(r" is not (utf-8|ascii)", reason):
        advice = "Say with 'encoding' of 'sdtm' in study.yaml which one it is."
    return file_fault(file, reason, advice, int(getattr(error, "row", 0)))


def csv_settings(name: str, file: str, source: SdtmFolder) -> FormSettings:
    """How a CSV of the folder is read."""
    return FormSettings(name, file, reader="csv", encoding=source.encoding)
