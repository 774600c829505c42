"""REDCap's data dictionary: which fields a form has, their columns, labels and choices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mappings.load import did_you_mean
from mappings.raw import FormSettings, RawItem, file_fault
from mappings.readers.delimited import parse, read_text

_HEADS = {
    "field": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "type": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": (
        "Choices, Calculations, OR Slider Labels",
        "select_choices_or_calculations",
    ),
    "validation": (
        "Text Validation Type OR Show Slider Number",
        "text_validation_type_or_show_slider_number",
    ),
}
"""The columns that are needed, as the two ways of exporting the dictionary call them."""

_FIXED = {
    "yesno": {"1": "Yes", "0": "No"},
    "truefalse": {"1": "True", "0": "False"},
}
COMPLETE = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
CHECKED = {"0": "Unchecked", "1": "Checked"}


@dataclass(frozen=True)
class Field:
    """A field of a form; `choices` are code to text, empty where there are none."""

    name: str
    form: str
    type: str
    label: str
    choices: Mapping[str, str]

    @property
    def columns(self) -> dict[str, str]:
        """The field's columns in the export and their labels."""
        if self.type == "descriptive":
            return {}
        if self.type != "checkbox":
            return {self.name: self.label}
        return {check_box(self.name, c): f"{self.label}: {t}" for c, t in self.choices.items()}

    @property
    def headings(self) -> dict[str, str]:
        """The field's columns and how a header of labels calls them."""
        if self.type != "checkbox":
            return self.columns
        names = (check_box(self.name, c) for c in self.choices)
        texts = (f"{self.label} (choice={t})" for t in self.choices.values())
        return dict(zip(names, texts, strict=True))


@dataclass(frozen=True)
class Dictionary:
    """All fields of the project in order; the first one is the record id."""

    file: str
    fields: tuple[Field, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms in their order."""
        return tuple(dict.fromkeys(f.form for f in self.fields))

    @property
    def record(self) -> str:
        """The field that holds the record id."""
        return self.fields[0].name

    def items(self, form: str) -> tuple[dict[str, RawItem], dict[str, Mapping[str, str]]]:
        """The columns that a form has of its own, with the codelists that they use."""
        items: dict[str, RawItem] = {}
        lists: dict[str, Mapping[str, str]] = {}
        for field in (f for f in self.fields if f.form == form):
            named = field.name if field.choices else ""
            for column, label in field.columns.items():
                items[column] = RawItem(column, label, field.type, named)
            if field.choices:
                lists[named] = CHECKED if field.type == "checkbox" else field.choices
        done = f"{form}_complete"
        items[done] = RawItem(done, "Complete?", "dropdown", done)
        lists[done] = COMPLETE
        return items, lists


def check_box(field: str, code: str) -> str:
    """The column of one choice of a check box field."""
    return f"{field}___{re.sub(r'[^a-z0-9]', '_', code.strip().lower())}"


def read_dictionary(folder: Path, settings: FormSettings) -> Dictionary:
    """The data dictionary that the form's settings name.

    Raises SpecificationFault when it cannot be read or lacks a column.
    """
    file = settings.dictionary
    own = replace(settings, file=file, delimiter=",")
    table = parse(read_text(folder / file, own), own)
    columns: dict[str, list[str]] = {}
    for key, names in _HEADS.items():
        found = [n for n in names if n in table.columns]
        if not found:
            hint = did_you_mean(names[0], list(table.columns))
            message = f"no data dictionary: there is no column '{names[0]}'"
            raise file_fault(file, message, hint, 1)
        columns[key] = table.cells[found[0]].tolist()
    rows = zip(*columns.values(), strict=True)
    fields = tuple(
        Field(
            name.strip(),
            form.strip(),
            validation.strip() if kind == "text" and validation.strip() else kind,
            label.strip(),
            _choices(kind, choices),
        )
        for name, form, kind, label, choices, validation in rows
    )
    if not fields:
        raise file_fault(file, "the data dictionary has no fields", "Export it again.")
    return Dictionary(file, fields)


def _choices(kind: str, text: str) -> Mapping[str, str]:
    """``1, Male | 2, Female`` as code to text."""
    if kind in _FIXED:
        return _FIXED[kind]
    if kind not in ("radio", "dropdown", "checkbox"):
        return {}
    pairs = (part.partition(",") for part in text.split("|") if part.strip())
    return {code.strip(): label.strip() for code, _, label in pairs}
