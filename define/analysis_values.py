"""Value level of analysis datasets: what a variable holds for each parameter."""

from __future__ import annotations

import pandas as pd

from adam.datasets import AdamModule
from define.codelists import CodelistMaker
from define.model import Codelist, Variable
from define.origins import Told, derived
from define.parameters import value_method
from define.slices import SliceFacts, Slicing, part_of, with_values
from define.variables import decodes_of, values_of
from mappings.built import BuiltDataset
from mappings.frames import is_numeric
from mappings.study import Study

_VALUES = ("AVAL", "AVALC")
_MEASURED = (*_VALUES, "BASE", "BASEC", "CHG")
_DESCRIPTIONS = ("EVNTDESC", "CNSDTDSC")
_ANSWERS = ("C66742", "C96785")
"""No Yes Response and Oncology Response Assessment Result: what parameters of responses answer."""


def with_parameter_values(
    study: Study,
    built: BuiltDataset,
    module: AdamModule,
    variable: Variable,
    records: Told,
    maker: CodelistMaker,
) -> Variable:
    """`variable` with its value list by PARAMCD, where parameters differ in it.

    `records` is what the rules tell of the variable, for parameters that rules make.
    """
    if "PARAMCD" not in built.variables or variable.name not in (*_MEASURED, *_DESCRIPTIONS):
        return variable
    # What slices hold was found with the variable already, so their findings are not told twice.
    own = CodelistMaker(maker.terminologies)
    made = {p.code: p for p in module.parameters}

    def facts(code: str, part: pd.DataFrame) -> SliceFacts:
        told = Told(variable.origins, variable.method)
        if variable.name in _VALUES and variable.name in module.target.parameters:
            told = records
            if code in made:
                text = value_method(module, made[code], variable.name)
                told = derived(built.name, variable.name, text)
        codelist = _codelist(built, variable, code, part, own, made=code in made)
        return SliceFacts(told, codelist)

    slicing = Slicing(built.name, "PARAMCD", decodes_of(built, "PARAMCD", ""), study.encoding)
    return with_values(variable, built.frame, slicing, facts)


def _codelist(
    built: BuiltDataset,
    variable: Variable,
    code: str,
    part: pd.DataFrame,
    maker: CodelistMaker,
    *,
    made: bool,
) -> Codelist | None:
    column = part[variable.name]
    if variable.codelist is not None:
        return part_of(variable.codelist, code, column)
    if is_numeric(column):
        return None
    values = values_of(column)
    for list_code in _ANSWERS if variable.name == "AVALC" else ():
        if maker.covers([list_code], values):
            return maker.published(built.name, f"{variable.name}.{code}", [list_code], values)
    # The specification lists what a parameter can be or why it ends.
    return maker.sponsor(built.name, f"{variable.name}.{code}", values) if made else None
