"""What is told beside CSV files of finished SDTM: labels and types of their columns.

A file ``NAME.labels.json`` tells of one dataset, a define.xml of all. Where neither tells of a
column, the SDTMIG does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from define.read import DefineUnreadable, read_metadata
from mappings.raw import file_fault
from sdtm.standard import UnknownName, domain

_CLASSES = {"numeric": True, "integer": True, "double": True, "character": False}


@dataclass(frozen=True, slots=True)
class Item:
    """A column of a finished dataset."""

    name: str
    label: str
    numeric: bool


def by_standard(dataset: str, names: tuple[str, ...]) -> tuple[dict[str, Item], tuple[str, ...]]:
    """The columns as the SDTMIG describes them, and those that it does not know (read as text)."""
    try:
        about = domain(dataset)
    except UnknownName:
        about = None
    known: dict[str, Item] = {}
    for name in names:
        if about is not None and name in about:
            facts = about.allowed(name)
            known[name] = Item(name, facts.label, facts.numeric)
    return known, tuple(n for n in names if n not in known)


def by_labels(path: Path, file: str) -> dict[str, Item]:
    """The columns that ``NAME.labels.json`` tells of: name, label and type of each.

    ``type`` (or R's ``r_class``) is numeric or character. Raises SpecificationFault when the
    file is not of this form.
    """
    advice = 'It must be of the form {"columns": [{"name": ..., "label": ..., "type": ...}]}.'
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        raise file_fault(file, f"this is no file of labels ({error})", advice) from None
    listed = content.get("columns") if isinstance(content, dict) else None
    if not isinstance(listed, list) or not all(_is_column(c) for c in listed):
        raise file_fault(file, "this is no file of labels", advice)
    found: dict[str, Item] = {}
    for column in listed:
        kind = str(column.get("type") or column.get("r_class")).lower()
        if kind not in _CLASSES:
            message = f"'{kind}' is no type of {column['name']} in SDTM"
            raise file_fault(file, message, "Types are numeric and character.")
        name = column["name"]
        found[name] = Item(name, str(column.get("label") or ""), _CLASSES[kind])
    return found


def _is_column(column: Any) -> bool:
    named = isinstance(column, dict) and isinstance(column.get("name"), str)
    return named and bool(column.get("type") or column.get("r_class"))


def by_define(path: Path, file: str) -> dict[str, dict[str, Item]]:
    """The columns that a define.xml tells of, by dataset. Raises SpecificationFault."""
    try:
        metadata = read_metadata(path.read_bytes())
    except (DefineUnreadable, OSError) as error:
        why = (
            error if isinstance(error, DefineUnreadable) else f"it cannot be read: {error.strerror}"
        )
        raise file_fault(file, str(why), "Write it again, or take it away.") from None
    return {
        d.name: {v.name: Item(v.name, v.label, v.numeric) for v in d.variables}
        for d in metadata.datasets
    }


def told(
    folder: Path, shown: str, dataset: str, stem: str, define: Mapping[str, Mapping[str, Item]]
) -> Mapping[str, Item]:
    """What is told of the dataset: its file of labels, else define.xml, else nothing."""
    path = folder / f"{stem}.labels.json"
    if path.exists():
        return by_labels(path, f"{shown}/{path.name}")
    return define.get(dataset, {})
