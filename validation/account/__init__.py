"""The account that balances: what became of every raw row, column, value and subject.

Rows read = rows mapped + rows set aside with a reason; a column is mapped, or listed as not
submitted with a reason. What is neither is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from define.model import Metadata
from mappings.built import BuiltDataset
from mappings.findings import Finding, in_order
from mappings.modules import Module
from mappings.raw import RawForm
from mappings.reads import module_uses
from mappings.run import SetAside
from mappings.scope import LookedUp
from mappings.study import Study
from validation.account.columns import account_columns, column_findings
from validation.account.model import Account, Column, Form, Pair, State
from validation.account.reasons import Reasons, check_not_submitted
from validation.account.rows import count_rows, lineage
from validation.account.values import value_pairs

__all__ = [
    "Account",
    "Column",
    "Form",
    "Pair",
    "State",
    "check_not_submitted",
    "take_account",
]


def take_account(
    study: Study,
    modules: Iterable[Module],
    forms: Mapping[str, RawForm],
    datasets: Sequence[BuiltDataset],
    set_aside: Sequence[SetAside],
    looked_up: Sequence[LookedUp],
    metadata: Metadata,
) -> Account:
    """The account of the SDTM `datasets`, whose frames carry `_form`, `_row` and `_block`.

    `set_aside` and `looked_up` are what the engine noted on its way; `metadata` tells which
    variables have a codelist.
    """
    reasons = Reasons(study)
    records = lineage(datasets)
    uses = [u for m in modules for u in module_uses(m)]
    counted: list[Form] = []
    findings: list[Finding] = []
    for form in forms.values():
        rows = count_rows(form, datasets, records, set_aside, looked_up, reasons)
        own = [u for u in uses if u.form == form.name]
        columns = account_columns(form, own, study, reasons)
        findings.extend(rows.findings)
        if not rows.unread:
            findings.extend(column_findings(form, columns))
        counted.append(
            Form(
                form.name,
                form.settings.file,
                form.rows_read,
                rows.mapped,
                rows.aside,
                rows.lost,
                columns,
                rows.datasets,
            )
        )
    findings.extend(reasons.needless())
    coded = {
        (d.name, v.name)
        for d in metadata.datasets
        for v in d.variables
        if v.codelist and not v.codelist.dictionary
    }
    domains, subjects = _subjects(forms, datasets)
    return Account(
        tuple(counted),
        value_pairs(datasets, forms, coded),
        domains,
        subjects,
        tuple(in_order(findings)),
        tuple(u for f in forms.values() for u in f.unread),
    )


def _subjects(
    forms: Mapping[str, RawForm], datasets: Sequence[BuiltDataset]
) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
    """Records of each subject (of the raw forms too) in each domain that has subjects."""
    counts = {
        d.name: d.frame["USUBJID"].value_counts(sort=False)
        for d in datasets
        if d.module is not None and "USUBJID" in d.variables
    }
    known = [pd.Series(c.index, dtype="str") for c in counts.values()]
    known += [pd.Series(pd.unique(f.frame["USUBJID"]), dtype="str") for f in forms.values()]
    names = pd.unique(pd.concat(known)) if known else []
    people = sorted(str(n) for n in names if n)
    columns = [c.reindex(people, fill_value=0).astype(int).tolist() for c in counts.values()]
    rows = zip(*columns, strict=True) if columns else [()] * len(people)
    return tuple(counts), dict(zip(people, rows, strict=True))
