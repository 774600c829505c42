"""Every rule there is, in the order in which reports show them."""

from __future__ import annotations

from types import ModuleType

from validation.rules import (
    adam_adsl,
    adam_bds,
    adam_dates,
    adam_flags,
    adam_occds,
    adam_structure,
    adam_tte,
    cross,
    cross_subjects,
    dm,
    oncology,
    sdtm,
    summary,
    trial,
    visits,
)
from validation.rules.model import Rule

_MODULES = (
    *(sdtm, dm, summary, trial, visits, oncology),
    *(adam_structure, adam_adsl, adam_flags, adam_dates, adam_bds, adam_occds, adam_tte),
    *(cross, cross_subjects),
)


def _of(module: ModuleType) -> list[Rule]:
    return [thing for thing in vars(module).values() if isinstance(thing, Rule)]


RULES: tuple[Rule, ...] = tuple(r for m in _MODULES for r in _of(m))
