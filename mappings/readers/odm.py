"""CDISC ODM-XML 1.3 clinical data, streamed: plain ODM, OpenClinica, REDCap and Rave dialects.

A row is a FormData, or with 'group' a repeat of these item groups within a FormData; its number
is counted over the form, because lines of XML mean nothing. Columns are the keys of `KEYS`, those
of the dialect's attributes, then the items that the metadata give the form, each with a column
``<item>.unit`` beside it where units are defined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mappings.findings import Finding, RawPlace, Severity, SpecificationFault
from mappings.load import did_you_mean
from mappings.raw import FormSettings, RawItem, RawTable, Unread, file_fault
from mappings.readers.odm_metadata import (
    DIALECTS,
    KEYS,
    NOT_DATA,
    UNIT,
    UNIT_LIST,
    Metadata,
    check_root,
    read_metadata,
)
from mappings.readers.odm_rows import Rows
from mappings.readers.safe_xml import local, stream

_LEVELS = ("SubjectData", "StudyEventData", "FormData", "ItemGroupData")
NAMES = ("ODM", "Study", "ClinicalData", "SiteRef", *_LEVELS)
_KEPT = ("Insert", "Upsert", "Context", "")


@dataclass(frozen=True)
class Layout:
    """One raw form: the FormOIDs and item groups it takes, and its columns by ItemOID."""

    settings: FormSettings
    versions: frozenset[str]
    groups: frozenset[str]
    keys: tuple[str, ...]
    names: Mapping[str, str]
    items: Mapping[str, RawItem]
    codelists: Mapping[str, Mapping[str, str]]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.keys, *self.items)


def odm_columns(folder: Path, forms: Sequence[FormSettings]) -> dict[str, tuple[str, ...]]:
    """The columns of each form, from the metadata."""
    return {layout.settings.name: layout.columns for layout in _layouts(folder, forms)}


def read_odm(folder: Path, forms: Sequence[FormSettings]) -> dict[str, RawTable]:
    """Each form's rows, with items and codelists of the metadata.

    Raises SpecificationFault for what `stream` refuses, for a file that is no ODM 1.3 snapshot or
    has no metadata, for a form, group or item that the metadata do not have, and for a row that
    stands twice.
    """
    layouts = _layouts(folder, forms)
    file = forms[0].file
    reading = _Reading(file, [Rows(x.versions, x.groups, x.keys, file) for x in layouts])
    for number, (event, element) in enumerate(stream(folder / file, file, NAMES)):
        if not number:
            check_root(element, file)
        reading.take(event, element)
    if faults := [f for rows in reading.rows for f in rows.faults()]:
        raise SpecificationFault(list(dict.fromkeys(faults)))
    found: dict[str, RawTable] = {}
    for layout, rows in zip(layouts, reading.rows, strict=True):
        strange = sorted(rows.items - set(layout.names))
        if strange:
            message = f"the item '{strange[0]}' is not in the metadata of its form"
            hint = did_you_mean(strange[0], sorted(layout.names))
            raise file_fault(file, message, hint)
        cells, lines = rows.frame(layout.columns, layout.names)
        found[layout.settings.name] = RawTable(
            layout.columns, cells, lines, layout.items, layout.codelists
        )
    first = forms[0].name
    unread = tuple(Unread(file, *names, rows) for names, rows in reading.unread.items())
    told = replace(found[first], findings=tuple(_attributes(file, reading.unknown)), unread=unread)
    return {**found, first: told}


def _layouts(folder: Path, forms: Sequence[FormSettings]) -> list[Layout]:
    settings = forms[0]
    metadata, extensions = read_metadata(folder / settings.file, settings.file)
    source = settings.file
    if settings.dictionary:
        source = settings.dictionary
        metadata, _ = read_metadata(folder / source, source)
    if not metadata.forms:
        raise file_fault(
            source,
            "there are no definitions of forms (FormDef) before the clinical data",
            "Export with metadata, or name an ODM file that has them in 'dictionary'.",
        )
    keys = (*KEYS, *dict.fromkeys(extensions))
    layouts: list[Layout] = []
    faults: list[Finding] = []
    for each in forms:
        try:
            layouts.append(_layout(each, metadata, keys, source))
        except SpecificationFault as fault:
            faults.extend(fault.findings)
    if faults:
        raise SpecificationFault(faults)
    return layouts


def _layout(
    settings: FormSettings, metadata: Metadata, keys: tuple[str, ...], source: str
) -> Layout:
    for wanted in settings.form:
        if not metadata.versions((wanted,)):
            message = f"there is no form '{wanted}'"
            raise file_fault(source, message, did_you_mean(wanted, list(metadata.forms)))
    versions = metadata.versions(settings.form)
    groups = list(dict.fromkeys(g for v in versions for g in metadata.forms[v]))
    for wanted in settings.group:
        if wanted not in groups:
            message = f"the form {settings.form[0]} has no item group '{wanted}'"
            raise file_fault(source, message, did_you_mean(wanted, groups))
    if not settings.group and (repeat := metadata.may_repeat(groups)):
        raise file_fault(
            source,
            f"the item group {repeat[0]} of the form {settings.form[0]} may repeat, "
            "by its ItemGroupDef",
            f"Say in 'group' of {settings.name} which item groups make the rows: "
            f"{', '.join(groups)}.",
        )
    groups = list(settings.group) or groups
    oids = list(dict.fromkeys(o for g in groups for o in metadata.groups.get(g, [])))
    names = {o: metadata.names.get(o) or o for o in oids} if settings.items == "name" else {}
    names = names or {o: o for o in oids}
    items: dict[str, RawItem] = {}
    for oid, name in names.items():
        if name in items or name in keys:
            message = f"two items of the form {settings.form[0]} are called '{name}'"
            raise file_fault(source, message, "Leave 'items: name' out: ItemOIDs differ.")
        items[name] = replace(metadata.items.get(oid, RawItem(oid)), name=name)
        if items[name].unit:
            label = f"Unit of {items[name].label}"
            items[name + UNIT] = RawItem(name + UNIT, label, codelist=UNIT_LIST)
    lists = {i.codelist for i in items.values()}
    return Layout(
        settings,
        frozenset(versions),
        frozenset(settings.group),
        keys,
        names,
        items,
        {k: v for k, v in metadata.codelists.items() if k in lists},
    )


class _Reading:
    """Where in the file the reading is: keys of the elements that are open."""

    def __init__(self, file: str, rows: list[Rows]) -> None:
        self.file = file
        self.rows = rows
        self.keys: dict[str, str] = {}
        self.unread: dict[tuple[str, str], int] = {}
        self._said = False
        self.unknown: dict[tuple[str, str], None] = {}

    def take(self, event: str, element: Any) -> None:
        """One element begins or ends; what was read is let go, so that memory stays bounded."""
        name = local(element)
        if event == "start":
            if name == "ClinicalData":
                self.keys = {"StudyOID": element.get("StudyOID", "")}
            elif name in _LEVELS:
                self._check_kind(name, element)
                self._enter(name, element)
            if name == "FormData":
                self._said = False
                for rows in self.rows:
                    rows.open_form(self.keys)
            return
        if name == "SiteRef":
            self.keys["SiteOID"] = element.get("LocationOID", "")
        elif name == "ItemGroupData":
            self._group(element)
        if name in (*_LEVELS, "Study"):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]

    def _check_kind(self, name: str, element: Any) -> None:
        kind = element.get("TransactionType", "")
        if kind not in _KEPT:
            message = f"a {name} with TransactionType {kind}: this file tells changes"
            raise file_fault(self.file, message, "Export a snapshot.")

    def _group(self, element: Any) -> None:
        group = element.get("ItemGroupOID", "")
        taking = [rows for rows in self.rows if rows.open_group(group, self.keys)]
        if not taking:
            form = self.keys.get("FormOID", "")
            mine = any(form in rows.versions for rows in self.rows)
            # Of a form that nobody reads, a FormData is a row; of one that is read, a group.
            if mine or not self._said:
                key = (form, group if mine else "")
                self.unread[key] = self.unread.get(key, 0) + 1
            self._said = True
            return
        for item in element:
            name = local(item)
            if name.startswith("ItemData"):
                self._check_kind(name, item)
                oid, value, unit = _cell(item)
                for rows in taking:
                    rows.put(oid, value, unit)

    def _enter(self, level: str, element: Any) -> None:
        """Take the keys of an element, and forget those of what lay below the one before."""
        dropped = _BELOW[level]
        self.keys = {k: v for k, v in self.keys.items() if k not in dropped}
        for key, value in element.attrib.items():
            space, _, attribute = str(key).rpartition("}")
            if not space:
                if attribute in KEYS:
                    self.keys[attribute] = value
                continue
            tables = [d[level] for start, d in DIALECTS.items() if space[1:].startswith(start)]
            column = next((t.get(attribute.lower(), "") for t in tables), "")
            if column:
                self.keys[column] = value
            elif attribute.lower() not in NOT_DATA:
                self.unknown[level, attribute] = None


def _cell(item: Any) -> tuple[str, str, str]:
    """ItemOID, value and unit of an ItemData, or of an element for one type of data."""
    value = item.get("Value")
    if value is None:
        value = "" if item.get("IsNull") == "Yes" else (item.text or "").strip()
    units = [u.get("MeasurementUnitOID", "") for u in item if local(u) == "MeasurementUnitRef"]
    return item.get("ItemOID", ""), value, units[0] if units else ""


def _level(key: str) -> str:
    """The element whose attribute the key is; the site is told below the subject."""
    if key in ("SubjectKey", "SiteOID"):
        return "SubjectData"
    return {"StudyEvent": "StudyEventData", "Form": "FormData", "ItemGroup": "ItemGroupData"}.get(
        key.removesuffix("RepeatKey").removesuffix("OID"), ""
    )


def _below(level: str) -> frozenset[str]:
    """The columns that change when an element of this level begins."""
    levels = _LEVELS[_LEVELS.index(level) :]
    extended = {c for d in DIALECTS.values() for name in levels for c in d[name].values()}
    return frozenset(extended | {k for k in KEYS if _level(k) in levels})


_BELOW = {level: _below(level) for level in _LEVELS}


def _attributes(file: str, unknown: Mapping[tuple[str, str], None]) -> list[Finding]:
    return [
        Finding(
            "odm.attribute",
            Severity.NOTICE,
            f"the attribute {attribute} of {level} is not read",
            "Nothing to do, unless the study needs it.",
            scope=f"{level} {attribute}",
            raw=RawPlace(file),
        )
        for level, attribute in unknown
    ]
