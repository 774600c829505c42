"""The annotated CRF of a build: the account of the raw data says what is not submitted, and why."""

from __future__ import annotations

from collections.abc import Mapping

from crosswalk.plan import Plan
from define.acrf.make import Acrf, annotated_crf
from define.acrf.model import Listed
from define.model import Metadata
from mappings.raw import RawForm
from mappings.readers.columns import system_columns
from validation.account import Account, Column, Form, State

_NO_REASON = {
    State.EMPTY: "No value in any row",
    State.UNACCOUNTED: "No reason is given",
}


def make_acrf(
    plan: Plan, forms: Mapping[str, RawForm], account: Account, document: Metadata
) -> Acrf | None:
    """The PDF and `document` with its pages; None where nothing was collected on a CRF."""
    listed = {form.name: _listed(form, forms[form.name]) for form in account.forms}
    return annotated_crf(plan.study, plan.sdtm.modules, forms, listed, document)


def _listed(form: Form, raw: RawForm) -> list[Listed]:
    settings = raw.settings
    system = system_columns(settings.reader, raw.columns, settings.form)
    shown = [c for c in form.columns if c.state is not State.SYSTEM]
    shown = [c for c in shown if c.state is not State.KEY or c.name not in system]
    return [Listed(c.name, c.field, *_remark(c)) for c in shown]


def _remark(column: Column) -> tuple[str, bool]:
    """Why nothing of the column is submitted or what it is for, and whether it is used."""
    if column.state in (State.MAPPED, State.TWIN):
        return "", True
    if column.state is State.KEY:
        return column.reason, True
    if column.state is State.DECIDES:
        return f"Decides {', '.join(column.targets)}", False
    return column.reason or _NO_REASON[column.state], False
