"""Columns: each is mapped, known to the system, given a reason, empty, or unaccounted."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mappings.findings import Finding, RawPlace, Severity
from mappings.raw import ENGINE, FormSettings, RawForm
from mappings.readers.columns import fields, system_columns
from mappings.reads import How, Use
from mappings.study import Study
from validation.account.model import Column, State
from validation.account.reasons import Reasons


def account_columns(
    form: RawForm, uses: Sequence[Use], study: Study, reasons: Reasons
) -> tuple[Column, ...]:
    """The state of every column of the form, in the order of the file."""
    values = {c: _present(form.frame[c]) for c in form.columns}
    system = system_columns(form.settings.reader, form.columns, form.settings.form)
    keys = _keys(form.settings, study)
    field_of = fields(form.settings.reader, form.columns)
    direct: dict[str, Column] = {}
    targets: tuple[str, ...]
    for name in form.columns:
        own = [u for u in uses if u.column == name]
        count = int(values[name].sum())
        made = tuple(dict.fromkeys(u.target for u in own if u.how is How.VALUE))
        decided = tuple(dict.fromkeys(u.target for u in own if _decides(u, form, name)))
        state, targets, reason = State.UNACCOUNTED, (), ""
        if made:
            state, targets = State.MAPPED, made
        elif name in keys:
            state, reason = State.KEY, keys[name]
        elif name in system:
            state, reason = State.SYSTEM, "System column of the EDC"
        elif decided:
            state, targets = State.DECIDES, decided
        direct[name] = Column(name, field_of[name], state, count, targets, reason)
    known: dict[str, Column] = {}
    # A mapped twin says more than one that only decides.
    for wanted in (State.MAPPED, State.DECIDES):
        for column in direct.values():
            if column.state is wanted:
                known.setdefault(column.field, column)
    return tuple(_rest(c, known, form.name, reasons) for c in direct.values())


def _rest(column: Column, known: dict[str, Column], form: str, reasons: Reasons) -> Column:
    if column.state is not State.UNACCOUNTED:
        return column
    targets: tuple[str, ...] = ()
    state, reason = State.UNACCOUNTED, ""
    twin = known.get(column.field)
    if twin is not None:
        state, targets, reason = State.TWIN, twin.targets, f"Same field as {twin.name}"
    elif reason := reasons.of(form, *dict.fromkeys((column.name, column.field))):
        state = State.NOT_SUBMITTED
    elif not column.values:
        state, reason = State.EMPTY, "No value in any row"
    return Column(column.name, column.field, state, column.values, targets, reason)


def _present(values: pd.Series[str]) -> pd.Series[bool]:
    return values.str.strip().ne("")


def _decides(use: Use, form: RawForm, name: str) -> bool:
    """Whether a use that brings no value of its own accounts for the column.

    Where only presence counts, a column with several values says more than what is used.
    """
    if use.how is How.DECIDES:
        return True
    if use.how is not How.PRESENCE:
        return False
    texts = form.frame[name].str.strip()
    return len(pd.unique(texts[texts != ""])) <= 1


def _keys(settings: FormSettings, study: Study) -> dict[str, str]:
    """Columns that study.yaml names: whose and which record a row is."""
    keys = {name: f"The study's own {name} stands in its place" for name in ENGINE}
    keys |= dict.fromkeys(settings.id, "Identifies the row")
    if settings.repeat:
        keys[settings.repeat] = "Tells repeats of an event apart"
    if settings.event:
        keys[settings.event] = "Names the event, and so the visit"
    if settings.active_column:
        keys[settings.active_column] = "Says whether the row is active"
    if settings.site:
        keys[settings.site] = "Gives SITEID"
    keys[settings.subject] = "Gives USUBJID, SITEID and SUBJID"
    if study.rescreened and study.rescreened[0] == settings.name:
        keys[study.rescreened[1]] = "Joins two screenings of one person"
    return keys


def column_findings(form: RawForm, columns: Sequence[Column]) -> list[Finding]:
    """One finding a field of which no column is accounted for."""
    fields_left: dict[str, list[Column]] = {}
    for column in columns:
        if column.state is State.UNACCOUNTED:
            fields_left.setdefault(column.field, []).append(column)
    return [_unaccounted(form, name, left) for name, left in fields_left.items()]


def _unaccounted(form: RawForm, name: str, left: Sequence[Column]) -> Finding:
    most = max(c.values for c in left)
    rows = "1 row" if most == 1 else f"{most:,} rows"
    others = [c.name for c in left if c.name != name]
    twins = f" (with {', '.join(others)})" if others else ""
    return Finding(
        "account.column",
        Severity.WARNING,
        f"the column '{name}'{twins} has values in {rows}; it is neither mapped nor given a reason",
        f"Map it, or give the reason in study.yaml: not_submitted: {form.name}: {name}.",
        scope=f"{form.name} {name}",
        raw=RawPlace(form.settings.file, 0, name),
    )
