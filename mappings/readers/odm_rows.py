"""Rows of one raw form as they come out of an ODM file."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mappings.findings import Finding
from mappings.raw import file_fault, row_faults
from mappings.readers.checks import REPEATED, repeated
from mappings.readers.odm_metadata import KEYS, UNIT


class Rows:
    """Collects the cells of one raw form; `groups` is empty when a FormData is a row."""

    def __init__(
        self, versions: frozenset[str], groups: frozenset[str], keys: tuple[str, ...], file: str
    ) -> None:
        self.versions = versions
        self.groups = groups
        self.key_columns = keys
        self.file = file
        self.keys: list[tuple[str, ...]] = []
        self.cells: dict[str, tuple[list[int], list[str]]] = {}
        self.units: dict[str, tuple[list[int], list[str]]] = {}
        self._identity: dict[tuple[str, ...], int] = {}
        self._form = False
        self._row = -1
        self._open: dict[str, int] = {}
        self._seen: set[tuple[str, str]] = set()
        self._twice: list[tuple[int, str]] = []
        self._repeats: dict[str, str] = {}

    @property
    def items(self) -> set[str]:
        """The ItemOIDs that had a value."""
        return set(self.cells)

    def faults(self) -> list[Finding]:
        """Rows that stand twice, and item groups of which only 'group' says how they make rows."""
        found = row_faults(self.file, self._twice, REPEATED).findings if self._twice else []
        advice = "Say in 'group' which item groups make the rows of this form."
        for message, subject in self._repeats.items():
            told = f"{message} (first for subject {subject})"
            found += file_fault(self.file, told, advice).findings
        return found

    def open_form(self, keys: Mapping[str, str]) -> None:
        """A FormData begins."""
        self._form = keys.get("FormOID", "") in self.versions
        self._open = {}
        self._seen = set()

    def open_group(self, group: str, keys: Mapping[str, str]) -> bool:
        """An ItemGroupData begins; whether its items belong here."""
        self._row = -1
        if not self._form or (self.groups and group not in self.groups):
            return False
        repeat = keys.get("ItemGroupRepeatKey", "") if self.groups else ""
        if (group, repeat) in self._seen:
            self._refuse(group, repeat, keys)
            return True
        self._seen.add((group, repeat))
        if repeat not in self._open:
            self._open[repeat] = self._new(keys, repeat)
        self._row = self._open[repeat]
        return True

    def put(self, item: str, value: str, unit: str) -> None:
        """A value of the open group."""
        if self._row < 0:
            return
        for cells, text in ((self.cells, value), (self.units, unit)):
            if text or cells is self.cells:
                rows, values = cells.setdefault(item, ([], []))
                rows.append(self._row)
                values.append(text)

    def frame(
        self, columns: tuple[str, ...], names: Mapping[str, str]
    ) -> tuple[pd.DataFrame, pd.Series[int]]:
        """Text cells in the order of `columns`, and the numbers of the rows."""
        count = len(self.keys)
        blank = pd.Series([""] * count, dtype="str")
        data = dict.fromkeys(columns, blank)
        for number, name in enumerate(self.key_columns):
            data[name] = pd.Series([k[number] for k in self.keys], dtype="str")
        for cells, ending in ((self.cells, ""), (self.units, UNIT)):
            for oid, (rows, values) in cells.items():
                if len(set(rows)) != len(rows):
                    message = f"the item {oid} stands more than once in a row"
                    advice = "Say in 'group' which item groups make the rows of this form."
                    raise file_fault(self.file, message, advice)
                column = np.full(count, "", dtype=object)
                column[rows] = values
                data[names[oid] + ending] = pd.Series(column, dtype="str")
        lines = pd.Series(np.arange(1, count + 1), dtype="int64")
        return pd.DataFrame({name: data[name] for name in columns}), lines

    def _new(self, keys: Mapping[str, str], repeat: str) -> int:
        values = {**keys, "ItemGroupRepeatKey": repeat}
        identity = tuple(values.get(k, "") for k in KEYS)
        number = len(self.keys) + 1
        first = self._identity.setdefault(identity, number)
        if first < number:
            key = " ".join(f"{k} '{v}'" for k, v in zip(KEYS, identity, strict=True) if v)
            self._twice.append((number, repeated(key, first)))
        self.keys.append(tuple(values.get(k, "") for k in self.key_columns))
        return len(self.keys) - 1

    def _refuse(self, group: str, repeat: str, keys: Mapping[str, str]) -> None:
        subject, form = keys.get("SubjectKey", ""), keys.get("FormOID", "")
        if self.groups:
            number = len(self.keys)
            key = f"{group} '{repeat}' of form {form}, subject {subject}"
            self._twice.append((number, repeated(key, number)))
        else:
            message = f"the item group {group} repeats within the form {form}"
            self._repeats.setdefault(message, subject)
