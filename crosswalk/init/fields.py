"""The columns of a form as fields: what the EDC system made of one field put together again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from crosswalk.init.export import Form
from crosswalk.init.names import normal
from mappings.readers.columns import system_columns
from mappings.readers.odm_metadata import DIALECTS, KEYS

ODM = frozenset(
    (
        *KEYS,
        *(c for d in DIALECTS.values() for a in d.values() for c in a.values()),
    )
)
_PARTS = ("_YYYY", "_MM", "_DD")
_MADE = ("_STD", "_RAW", "_INT", "_UN", "_LO", "_HI", *_PARTS)


@dataclass(frozen=True)
class Field:
    """A field of a form.

    `value` is the column to map, `decode` that of its text where there is one, `parts` year,
    month and day; `codes` code to text as far as the export tells.
    """

    name: str
    label: str
    value: str
    decode: str = ""
    parts: tuple[str, ...] = ()
    unit: str = ""
    low: str = ""
    high: str = ""
    codes: Mapping[str, str] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The normal names by which it may be known: its own, then without an OID's prefix."""
        own = re.sub(r"^(IT|I|ORRES)[._]", "", self.name, flags=re.IGNORECASE)
        last = re.split(r"[.]", self.name)[-1]
        tails = [own.split("_", 1)[1]] if own != self.name and "_" in own else []
        return tuple(dict.fromkeys(normal(n) for n in (self.name, own, last, *tails)))


def fields_of(form: Form) -> list[Field]:
    """The fields of a form in the order of its columns, without what the system adds."""
    columns = form.table.columns
    names = set(columns)
    s = form.settings
    system = ODM if s.reader == "odm" else system_columns(s.reader, columns, s.form)
    skip = {*system, s.subject, s.site, s.event, s.repeat, *s.id}
    found = []
    for name in columns:
        if name in skip or name.startswith("redcap_"):
            continue
        if name.endswith(".unit") or _belongs(name, names):
            continue
        found.append(_field(name, form, names))
    return found


def codes_of(form: Form, column: str) -> Mapping[str, str] | None:
    """Code to text of a column, where the export's own dictionary has a list for it."""
    item = form.table.items.get(column)
    return form.table.codelists.get(item.codelist) if item is not None else None


def _belongs(name: str, names: set[str]) -> bool:
    """Whether the column is one that the system made of another."""
    made = any(name.endswith(e) and name.removesuffix(e) in names for e in _MADE)
    return made or (name.endswith("CD") and f"{name}CD" not in names and name[:-2] in names)


def _field(name: str, form: Form, names: set[str]) -> Field:
    def there(*endings: str) -> str:
        return next((name + e for e in endings if name + e in names), "")

    def beside(start: str, end: str) -> str:
        column = f"{start}{name.removeprefix('ORRES_')}{end}"
        return column if name.startswith("ORRES_") and column in names else ""

    parts = tuple(name + p for p in _PARTS)
    parts = parts if set(parts) <= names else ()
    code = "" if parts else there("_STD", "CD")
    value = code or (name if parts else there("_RAW") or name)
    item = form.table.items.get(name)
    lists = [form.table.items[c].codelist for c in (value, name) if c in form.table.items]
    codes: Mapping[str, str] | None = next(
        (form.table.codelists[c] for c in lists if c in form.table.codelists), None
    )
    if codes is None and code:
        pairs = form.table.cells[[code, name]].drop_duplicates()
        both = zip(pairs[code].str.strip().tolist(), pairs[name].str.strip().tolist(), strict=True)
        codes = {c: t for c, t in sorted(both) if c}
    if codes and form.settings.values == "label":
        codes = {text: text for text in codes.values()}
    return Field(
        name,
        item.label if item else "",
        value,
        name if code else "",
        parts,
        there("_UN", ".unit", "U", "_UNIT", "_unit") or beside("ORRESU_", ""),
        there("_LO", "LO") or beside("ORNR_", "_Lower"),
        there("_HI", "HI") or beside("ORNR_", "_Upper"),
        codes,
    )
