"""Raw forms as a person would see them: fields in order, with label, type and options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from define.acrf.annotate import annotate, fixed
from define.acrf.model import ON_CRF, Annotation, CrfForm, Item, Listed
from mappings.modules import Module
from mappings.raw import RawForm, RawItem
from mappings.readers.columns import convention
from mappings.study import Study

_BESIDE = ("_INT", "_UN", "_LO", "_HI", "_CODE", "_DEC")
"""Columns of Rave's views that stand beside a field: they are asked, or filled in, with it."""
_MOST = 30
"""How many different answers may be shown of a field whose options the export does not tell."""


def crf_forms(
    study: Study,
    modules: Sequence[Module],
    forms: Mapping[str, RawForm],
    listed: Mapping[str, Sequence[Listed]],
) -> tuple[CrfForm, ...]:
    """The forms that somebody filled in, in the order of study.yaml.

    `listed` are the columns of each form as the account has them, without those of the system.
    """
    settings = {name: form.settings for name, form in forms.items()}
    made = annotate(modules, settings)
    constants = fixed(modules, settings)
    events = {event: v.name for v in study.visits for event in v.events}
    order = {v.name: n for n, v in enumerate(study.visits)}
    result = []
    for form in forms.values():
        if form.settings.source not in ON_CRF:
            continue
        own = [a for a in made if a.form == form.name]
        given = constants.get(form.name, ())
        seen = {events.get(e, "") for e in pd.unique(form.frame["_event"].str.strip())} - {""}
        result.append(
            CrfForm(
                form.name,
                _title(form),
                form.settings.source,
                _items(form, own, listed.get(form.name, ())),
                given,
                tuple(dict.fromkeys((*(a.domain for a in own), *(d for d, _, _ in given)))),
                tuple(sorted(seen, key=lambda v: order[v])),
            )
        )
    return tuple(result)


def _title(form: RawForm) -> str:
    if "DataPageName" in form.columns:
        pages = [p for p in pd.unique(form.frame["DataPageName"]) if p]
        if len(pages) == 1:
            return str(pages[0])
    return form.settings.form[0] if form.settings.form else form.name


def _items(form: RawForm, made: Iterable[Annotation], listed: Sequence[Listed]) -> tuple[Item, ...]:
    of_column: dict[str, list[Annotation]] = {}
    for each in made:
        of_column.setdefault(each.column, []).append(each)
    known = {c.name: c for c in listed}
    # A column of the system that a rule reads is on the form as well.
    shown = [c for c in form.columns if c in known or c in of_column]
    fields = {c: known[c].field if c in known else c for c in shown}
    if convention(form.settings.reader, form.columns) == "rave":
        fields = {c: _base(f, set(fields.values())) for c, f in fields.items()}
    groups: dict[str, list[str]] = {}
    for column in shown:
        groups.setdefault(fields[column], []).append(column)
    return tuple(_item(form, name, columns, of_column, known) for name, columns in groups.items())


def _base(field: str, fields: set[str]) -> str:
    """The field beside which a column of Rave's views stands; the field itself if there is none."""
    for suffix in _BESIDE:
        stem = field.removesuffix(suffix)
        if stem != field and stem in fields:
            return _base(stem, fields)
    return field


def _item(
    form: RawForm,
    name: str,
    columns: Sequence[str],
    made: Mapping[str, Sequence[Annotation]],
    known: Mapping[str, Listed],
) -> Item:
    own = [a for c in columns for a in made.get(c, ())]
    once = list({a.text: a for a in own}.values())
    remarks = [
        (f"{c}: {said.remark}" if len(columns) > 1 else said.remark, said.submitted)
        for c in columns
        if (said := known.get(c)) is not None and said.remark and not made.get(c)
    ]
    about = form.items.get(name, RawItem(name))
    return Item(
        name,
        " ".join(about.label.split()),
        about.type or _type(name, columns),
        about.unit,
        _options(form, name, about, columns),
        tuple(once),
        tuple(dict.fromkeys(remarks)),
    )


def _type(name: str, columns: Sequence[str]) -> str:
    """What the twin columns of a field give away."""
    if f"{name}_YYYY" in columns:
        return "date"
    if f"{name}_STD" in columns:
        return "coded"
    return "number with unit" if f"{name}_UN" in columns else ""


def _options(
    form: RawForm, name: str, about: RawItem, columns: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Code and text of each option: by the dictionary of the export, else as they were used."""
    codelist = form.codelists.get(about.codelist, {})
    if codelist:
        return tuple((str(code), str(text)) for code, text in codelist.items())
    code = f"{name}_STD"
    if code not in columns:
        return ()
    pairs = form.frame[[code, name]].drop_duplicates()
    used = sorted({(c, t) for c, t in zip(pairs[code], pairs[name], strict=True) if c or t})
    return tuple(used) if len(used) <= _MOST else ()
