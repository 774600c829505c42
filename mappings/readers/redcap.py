"""REDCap flat CSV: one rectangle holds every form, and the data dictionary takes it apart.

A line belongs to the form that ``redcap_repeat_instrument`` names; where that is empty, to each
form with something in it. A line with nothing at all in it is a row of the record id's own form,
so that no line is lost.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from mappings.findings import SpecificationFault
from mappings.frames import Mask
from mappings.load import did_you_mean
from mappings.raw import SHOWN, FormSettings, RawItem, RawTable, Unread, file_fault, row_faults
from mappings.readers.checks import twice
from mappings.readers.delimited import header_of, parse, read_text
from mappings.readers.redcap_dictionary import CHECKED, COMPLETE, Dictionary, read_dictionary
from mappings.readers.redcap_labels import looks_labelled, names_of_labels

LABEL = "label"
EVENT = "redcap_event_name"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
SYSTEM = (EVENT, INSTRUMENT, INSTANCE, "redcap_data_access_group", "redcap_survey_identifier")
_EMPTY = ("", "0", CHECKED["0"], COMPLETE["0"])


@dataclass(frozen=True)
class _Layout:
    """How the columns of the rectangle fall to the forms."""

    record: str
    system: tuple[str, ...]
    forms: Mapping[str, Mapping[str, RawItem]]
    codelists: Mapping[str, Mapping[str, Mapping[str, str]]]

    def own(self, form: str) -> list[str]:
        """The form's columns beside the record id and the system columns."""
        return [c for c in self.forms[form] if c != self.record]

    def columns(self, form: str) -> tuple[str, ...]:
        return (self.record, *self.system, *self.own(form))


def redcap_columns(folder: Path, forms: Sequence[FormSettings]) -> dict[str, tuple[str, ...]]:
    """The columns of each form, from the header and the data dictionary."""
    settings = forms[0]
    text = read_text(folder / settings.file, settings, head=True)
    layout = _layout(folder, forms, header_of(_named(text, folder, settings), settings))
    return {f.name: layout.columns(_form(f, layout)) for f in forms}


def read_redcap(folder: Path, forms: Sequence[FormSettings]) -> dict[str, RawTable]:
    """Each form's rows, with items and codelists of the data dictionary.

    Raises SpecificationFault, as `read_delimited` does; for a column that the dictionary does not
    have, a form that it does not have, a row that stands twice, and cells that are not what
    'values' says (codes or their texts).
    """
    settings = forms[0]
    text = _named(read_text(folder / settings.file, settings), folder, settings)
    whole = parse(text, settings)
    layout = _layout(folder, forms, whole.columns)
    _check_rows(whole, layout, settings)
    instruments = _instruments(whole, layout, settings)
    named = {form: (instruments == form).to_numpy(dtype=bool) for form in ("", *layout.forms)}
    filled = {form: _filled(whole.cells, layout, form) for form in layout.forms}
    nothing = ~np.logical_or.reduce(list(filled.values())) & named[""]
    first = next(iter(layout.forms))
    found: dict[str, RawTable] = {}
    for each in forms:
        form = _form(each, layout)
        take: Mask = named[form] | (named[""] & filled[form])
        if form == first:
            take |= nothing
        columns = layout.columns(form)
        cells = whole.cells.loc[take, list(columns)].reset_index(drop=True)
        _check_values(cells, whole.lines[take].tolist(), each, layout, form)
        found[each.name] = RawTable(
            columns,
            cells,
            whole.lines[take].reset_index(drop=True),
            layout.forms[form],
            layout.codelists[form],
        )
    read = {_form(f, layout) for f in forms}
    unread = tuple(
        Unread(settings.file, form, "", int((named[form] | (named[""] & filled[form])).sum()))
        for form in layout.forms
        if form not in read
    )
    told = replace(found[settings.name], unread=tuple(u for u in unread if u.rows))
    return {**found, settings.name: told}


def _named(text: str, folder: Path, settings: FormSettings) -> str:
    """The text with names in its header, where that holds labels.

    Raises SpecificationFault when the header is not what 'header' says, or a label is not of one
    field.
    """
    labelled = settings.header == LABEL
    if not settings.dictionary:
        if labelled:
            message = "a header of labels is understood by the data dictionary only"
            raise file_fault(settings.file, message, "Name it in 'dictionary'.", 1)
        return text
    head, end, rest = text.partition("\n")
    header = next(csv.reader([head], delimiter=settings.delimiter), [])
    dictionary = read_dictionary(folder, settings)
    if labelled and dictionary.record in header:
        message = f"the header holds field names (such as '{dictionary.record}'), not labels"
        raise file_fault(settings.file, message, "Take 'header: label' out of study.yaml.", 1)
    if labelled:
        names = names_of_labels(header, dictionary, settings.file)
        return settings.delimiter.join(names) + end + rest
    if looks_labelled(header, dictionary):
        message = f"the header holds labels, not field names such as '{dictionary.record}'"
        advice = "Set 'header: label' in study.yaml, or export the data with field names."
        raise file_fault(settings.file, message, advice, 1)
    return text


def _layout(folder: Path, forms: Sequence[FormSettings], header: tuple[str, ...]) -> _Layout:
    settings = forms[0]
    system = tuple(c for c in SYSTEM if c in header)
    if not settings.dictionary:
        return _one_form(header, system, settings)
    dictionary = read_dictionary(folder, settings)
    if dictionary.record not in header:
        advice = "Export the data with field names in the header, and the record id."
        message = f"there is no column '{dictionary.record}', the record id of {dictionary.file}"
        raise file_fault(settings.file, message, advice, 1)
    items = {form: dictionary.items(form) for form in dictionary.forms}
    _check_header(header, items, dictionary, settings)
    return _Layout(
        dictionary.record,
        system,
        {f: {n: i for n, i in own.items() if n in header} for f, (own, _) in items.items()},
        {form: lists for form, (_, lists) in items.items()},
    )


def _one_form(header: tuple[str, ...], system: tuple[str, ...], settings: FormSettings) -> _Layout:
    done = [c.removesuffix("_complete") for c in header if c.endswith("_complete")]
    if len(done) != 1:
        raise file_fault(
            settings.file,
            f"{len(done)} columns end in _complete, so this is not one form",
            "Name the data dictionary in 'dictionary', so that the forms can be told apart.",
            1,
        )
    items = {c: RawItem(c) for c in header if c not in system}
    return _Layout(header[0], system, {done[0]: items}, {done[0]: {}})


def _check_header(
    header: tuple[str, ...],
    items: Mapping[str, tuple[Mapping[str, RawItem], object]],
    dictionary: Dictionary,
    settings: FormSettings,
) -> None:
    known = {n for own, _ in items.values() for n in own}
    stamps = {f"{form}_timestamp" for form in items}
    strange = [c for c in header if c not in known | stamps and c not in SYSTEM]
    if strange:
        raise file_fault(
            settings.file,
            f"the column '{strange[0]}' is not in {dictionary.file}",
            did_you_mean(strange[0], sorted(known)) + " Export both from the same project.",
            1,
        )


def _form(settings: FormSettings, layout: _Layout) -> str:
    known = list(layout.forms)
    wanted = settings.form[0] if settings.form else known[0]
    if len(settings.form) > 1 or (not settings.form and len(known) > 1) or wanted not in known:
        name = ", ".join(settings.form)
        message = f"there is no form '{name}'" if name else f"{settings.name} does not say 'form'"
        source = settings.dictionary or settings.file
        raise file_fault(source, message, did_you_mean(name, known))
    return wanted


def _check_rows(whole: RawTable, layout: _Layout, settings: FormSettings) -> None:
    keys = whole.cells[[layout.record, *(c for c in SYSTEM[:3] if c in layout.system)]]
    if found := twice(keys, whole.lines, settings.file):
        raise SpecificationFault(found)


def _instruments(whole: RawTable, layout: _Layout, settings: FormSettings) -> pd.Series[str]:
    """The form that each line names; a label export names it by its label."""
    if INSTRUMENT not in layout.system:
        return pd.Series("", index=whole.cells.index, dtype="str")
    column = whole.cells[INSTRUMENT].str.strip()
    forms: dict[str, str] = {"": ""}
    for value in pd.unique(column).tolist():
        plain = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")
        form = value if value in layout.forms else plain
        if value and form not in layout.forms:
            line = int(whole.lines[(column == value).to_numpy()].iloc[0])
            message = f"{INSTRUMENT} names the form '{value}', which the data dictionary lacks"
            hint = did_you_mean(plain, list(layout.forms))
            raise file_fault(settings.file, message, hint, line)
        forms[value] = form if value else ""
    return column.map(forms).astype("str")


def _filled(cells: pd.DataFrame, layout: _Layout, form: str) -> Mask:
    """Lines with something of the form; an unticked box or a form at status 0 is nothing."""
    result = np.zeros(len(cells), dtype=bool)
    for name in layout.own(form):
        box = layout.forms[form][name].type == "checkbox"
        column = cells[name]
        empty = column.isin(_EMPTY) if box or name == f"{form}_complete" else column == ""
        result |= ~empty.to_numpy(dtype=bool)
    return result


def _check_values(
    cells: pd.DataFrame, lines: list[int], settings: FormSettings, layout: _Layout, form: str
) -> None:
    """A label where codes are declared, or a code where labels are, means the other export."""
    for name, item in layout.forms[form].items():
        choices = layout.codelists[form].get(item.codelist, {})
        right, wrong = set(choices), set(choices.values())
        if settings.values == "label":
            right, wrong = wrong, right
        odd = np.flatnonzero(cells[name].isin(sorted(wrong - right)).to_numpy(dtype=bool))
        kinds = ("the text of a choice", "label")
        if settings.values == "label":
            kinds = ("the code of a choice", "raw")
        said = f"{kinds[0]}: this is not the '{settings.values}' export that study.yaml declares"
        told = [
            (lines[at], f"'{cells[name].iloc[at]}' in column {name} is {said}")
            for at in odd[: SHOWN + 1].tolist()
        ]
        if told:
            advice = f"Set 'values: {kinds[1]}', or export the data the other way."
            raise row_faults(settings.file, told, advice, len(odd))
