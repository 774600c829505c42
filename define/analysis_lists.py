"""Codelists of analysis variables: dictionaries, published lists, codes with their meaning."""

from __future__ import annotations

import numpy as np
import pandas as pd

from adam.datasets import AdamModule
from adam.parameters.times import TimeToEvent
from adam.target import structure_of
from define.codelists import CodelistMaker
from define.dictionaries import dictionary_of
from define.model import Codelist
from define.variables import decodes_of, values_of
from mappings.built import BuiltDataset
from mappings.frames import is_numeric
from mappings.study import Study

NO_YES = "C66742"
_PERIODS = ("APERIOD", "ASPER")
"""Numbers whose text has a C after the name."""


def analysis_codelist(
    study: Study,
    built: BuiltDataset,
    module: AdamModule,
    name: str,
    maker: CodelistMaker,
    home: str,
) -> Codelist | None:
    """The codelist of a variable; `home` is the dataset that the module takes its records from.

    A number that stands for a text beside it (AVISITN, TRT01AN) has the texts as meanings.
    """
    column = built.frame[name]
    values = values_of(column)
    if name == "CNSR" and values:
        meanings = _censoring(module, values)
        return maker.sponsor(built.name, name, values, numeric=True, decodes=meanings)
    if is_numeric(column):
        meanings = _beside(built.frame, name)
        if not meanings:
            return None
        return maker.sponsor(built.name, name, values, numeric=True, decodes=meanings)
    if values and name.startswith(home):
        known = dictionary_of(home, name.removeprefix(home), study.standards)
        if known is not None:
            return known
    if values and name == "COUNTRY":
        return dictionary_of(built.name, name, study.standards)
    facts = structure_of(module.module.data).find(name)
    if name == "PARAMCD":
        return maker.sponsor(built.name, name, values, decodes=decodes_of(built, name, ""))
    if facts is not None and facts.codelists:
        return maker.published(built.name, name, facts.codelists, values)
    if facts is not None and facts.values:
        return maker.published(built.name, name, [NO_YES], values)
    return None


def _beside(frame: pd.DataFrame, name: str) -> dict[str, str]:
    """Whole number -> the one text that stands beside it; nothing where a number has two."""
    other = f"{name}C" if name in _PERIODS else name.removesuffix("N")
    if other == name or other not in frame.columns or is_numeric(frame[other]):
        return {}
    pairs = frame[[name, other]].dropna().drop_duplicates()
    pairs = pairs.loc[pairs[other] != ""]
    numbers = pairs[name].to_numpy()
    if not len(pairs) or pairs[name].duplicated().any() or not np.all(numbers == np.floor(numbers)):
        return {}
    # A number without a text would be a code that means nothing.
    if set(frame[name].dropna().unique()) != set(numbers):
        return {}
    told = dict(zip([f"{n:.15g}" for n in numbers], pairs[other].tolist(), strict=True))
    # AETOXGRN says what AETOXGR says.
    return told if any(code != text for code, text in told.items()) else {}


def _censoring(module: AdamModule, values: list[str]) -> dict[str, str]:
    """What the values of CNSR mean: an event, and why a subject is censored."""
    reasons: dict[str, dict[str, None]] = {}
    for parameter in module.parameters:
        kind = parameter.kind
        if not isinstance(kind, TimeToEvent):
            continue
        sources = [*kind.censors, *(x for x in (kind.gap, kind.stop) if x is not None)]
        for source in sources:
            if source.desc and source.cnsr is not None:
                reasons.setdefault(f"{source.cnsr:g}", {})[source.desc] = None
    censored = [v for v in values if v != "0"]
    if len(censored) < 2:
        return {v: "Event" if v == "0" else "Censored" for v in values}
    return {
        v: "Event" if v == "0" else "; ".join(["Censored", *reasons.get(v, {})]) for v in values
    }
