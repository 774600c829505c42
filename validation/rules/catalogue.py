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
    codes,
    cross,
    cross_subjects,
    dm,
    events,
    occurrence,
    oncology,
    relations,
    responses,
    results,
    sdtm,
    structure,
    summary,
    timing,
    trial,
    visits,
)
from validation.rules.model import Rule

_TABULATIONS = (
    *(structure, sdtm, codes, relations, timing, occurrence, results),
    *(dm, events, summary, trial, visits, oncology, responses),
)
_ANALYSES = (
    *(adam_structure, adam_adsl, adam_flags, adam_dates, adam_bds, adam_occds, adam_tte),
    *(cross, cross_subjects),
)


def _of(module: ModuleType) -> list[Rule]:
    found: list[Rule] = []
    for thing in vars(module).values():
        several = thing if isinstance(thing, tuple) else (thing,)
        found += [one for one in several if isinstance(one, Rule)]
    return found


SDTM_RULES: tuple[Rule, ...] = tuple(r for m in _TABULATIONS for r in _of(m))
ADAM_RULES: tuple[Rule, ...] = tuple(r for m in _ANALYSES for r in _of(m))
RULES: tuple[Rule, ...] = (*SDTM_RULES, *ADAM_RULES)
