"""The ADaM datasets made from compiled modules.

A module makes records in up to three steps: rules over the records of other datasets (`from`,
`blocks`, `vars`), parameters (`params`: responses, times to event), and rules over all of
these (`then`). Variables of ADSL that it names are there from the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from adam.cutoff import UNCUT, cut, cutoff_day
from adam.datasets import AdamModule, AdamPlan, AdamResult
from adam.parameters.make import with_parameters
from adam.parameters.model import Ground
from adam.target import AdamTarget, parameter_columns
from mappings.built import BuiltDataset
from mappings.frames import blank_number, blank_text, is_numeric, text_series
from mappings.modules import Module
from mappings.run import SetAside, clean, run_module
from mappings.scope import Report, Scope
from mappings.tables import table_frames


def run_adam(plan: AdamPlan, sdtm: Mapping[str, pd.DataFrame], report: Report) -> AdamResult:
    """Build every ADaM dataset; `sdtm` are the datasets with SUPP-- merged in.

    The data cut-off of the study is applied first. Faults of the data go to `report`.
    """
    data = cut(sdtm, plan.study.cutoff)
    data.update({UNCUT + name: frame for name, frame in sdtm.items()})
    data.update(table_frames(plan.study))
    built: list[BuiltDataset] = []
    aside: list[SetAside] = []
    for module in plan.modules:
        dataset, dropped = run_one(module, plan, data, report)
        aside.extend(dropped)
        built.append(dataset)
        data[dataset.name] = as_source(dataset)
    order = sorted(built, key=lambda d: (d.name != "ADSL", d.name))
    return AdamResult(tuple(order), tuple(aside))


def as_source(dataset: BuiltDataset) -> pd.DataFrame:
    """A finished dataset as other modules read it: its records counted from 1."""
    frame = dataset.frame.reset_index(drop=True).copy()
    frame["_form"] = text_series([dataset.name] * len(frame))
    frame["_row"] = np.arange(1, len(frame) + 1)
    return frame


def _numeric(about: AdamTarget, name: str) -> bool | None:
    found = about.structure.find(name)
    return found.numeric if found is not None else None


def run_one(
    module: AdamModule, plan: AdamPlan, data: dict[str, pd.DataFrame], report: Report
) -> tuple[BuiltDataset, tuple[SetAside, ...]]:
    """One dataset from the data there are so far, and the rows that it sets aside."""
    about = module.target
    numeric = partial(_numeric, about)
    frame = pd.DataFrame()
    aside: tuple[SetAside, ...] = ()
    if module.module.blocks:
        joined = _joined(module, data)
        mapped = run_module(module.module, joined, report, numeric, ("USUBJID",))
        frame, aside = mapped.frame, mapped.set_aside
    if module.parameters:
        frame = _with_parameters(module, plan, data, report, frame)
    frame["STUDYID"] = text_series([plan.study.id] * len(frame), frame.index)
    if about.name != "ADSL":
        frame = _merge_adsl(frame, module.adsl, data["ADSL"])
    frame = _then(module, frame, data, report)
    keys = _keys(module.module)
    order = [*keys, *(k for k in ("_form", "_row") if k not in keys)]
    frame = frame.sort_values(order, kind="stable", na_position="first").reset_index(drop=True)
    for name in about.sequence:
        frame[name] = frame.groupby("USUBJID").cumcount().astype("float64") + 1
    names = _final_names(module, frame)
    twice = frame.duplicated(list(keys), keep="first").to_numpy(dtype=bool)
    report.rows(
        "record.duplicate",
        frame,
        twice,
        f"another record has the same key ({', '.join(keys[1:])})",
        "Look at the records they come from, or add a key.",
        dataset=about.name,
        variable=keys[-1],
    )
    arranged = about.structure.arranged(names)
    return BuiltDataset(about.name, frame, arranged, keys, module.module), aside


def _keys(module: Module) -> tuple[str, ...]:
    return tuple(dict.fromkeys(("STUDYID", "USUBJID", *module.keys)))


def _final_names(module: AdamModule, frame: pd.DataFrame) -> list[str]:
    about = module.target
    made = [*about.automatic, *about.parameters, *module.module.variables]
    made += [*(n for r in module.then for n in r.makes), *about.sequence]
    hidden = module.module.hidden
    return [n for n in dict.fromkeys(made) if n not in hidden and n in frame.columns]


def _joined(module: AdamModule, data: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    if not module.adsl:
        return data
    wanted = {b.source.name for b in module.module.blocks}
    return {
        **data,
        **{n: _merge_adsl(data[n], module.adsl, data["ADSL"]) for n in wanted if n in data},
    }


def _merge_adsl(frame: pd.DataFrame, names: Sequence[str], adsl: pd.DataFrame) -> pd.DataFrame:
    """ADSL variables beside each record, by USUBJID; those that are there already stay."""
    lacking = [n for n in names if n not in frame.columns]
    if not lacking:
        return frame
    table = adsl.drop_duplicates("USUBJID").set_index("USUBJID")
    added: dict[str, pd.Series[Any]] = {}
    for name in lacking:
        column = frame["USUBJID"].map(table[name])
        numeric = is_numeric(table[name])
        added[name] = column.astype("float64") if numeric else text_series(column)
    return frame.assign(**added)


def _with_parameters(
    module: AdamModule,
    plan: AdamPlan,
    data: dict[str, pd.DataFrame],
    report: Report,
    base: pd.DataFrame,
) -> pd.DataFrame:
    ground = Ground(
        data,
        data["ADSL"],
        base,
        cutoff_day(plan.study.cutoff),
        report,
        module.target.name,
    )
    frame = with_parameters(ground, module.parameters, module.analysed)
    for name in parameter_columns(module.target.data):
        if name not in frame.columns:
            number = _numeric(module.target, name)
            frame[name] = blank_number(frame.index) if number else blank_text(frame.index)
    return frame


def _then(
    module: AdamModule, frame: pd.DataFrame, data: dict[str, pd.DataFrame], report: Report
) -> pd.DataFrame:
    about = module.target
    scope = Scope(about.name, frame, data, report)
    for rule in module.then:
        scope.variable = rule.variable
        values = rule.run(scope)
        scope.made[rule.variable] = clean(rule, values, scope, _numeric(about, rule.variable))
    return frame.assign(**scope.made)
