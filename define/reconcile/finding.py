"""The short ways to say what these checks find, and what to do about each rule."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import pandas as pd

from mappings.findings import Finding, RawPlace, Severity

Where: TypeAlias = tuple[str, str]
"""Dataset and variable."""

_BOTH = "Mend the side that is wrong: define.xml, or the data."
_ADVICE = {
    "define.attribute": "Give the attribute the value that the dataset has.",
    "define.class": "Give the dataset the class that its standard puts it in.",
    "define.codelist": "Mend the codelist in define.xml, or the value in the data.",
    "define.core": "Say Mandatory Yes of a variable that the guide requires.",
    "define.crf": "Name the annotated CRF and the pages where the variable stands.",
    "define.dataset": "Add the dataset to the package, or take it out of define.xml.",
    "define.decode": "Give the code the meaning that it has in the data and the terminology.",
    "define.digits": "Give SignificantDigits as many digits as the values have after the point.",
    "define.domain": "Name the domain that the records have.",
    "define.duplicate": "Define it once.",
    "define.file": "Put the file there, or name the one that is there.",
    "define.format": _BOTH,
    "define.key": "Name enough key variables, or take the doubled record out.",
    "define.label": _BOTH,
    "define.length": "Give Length the bytes of the longest value, and the file the same.",
    "define.mandatory": "Fill the value, or say Mandatory No where it may be missing.",
    "define.method": "Describe in a method how the value is derived.",
    "define.name": "Give it one name of at most 8 capitals and digits everywhere.",
    "define.nodata": _BOTH,
    "define.order": "Number the variables as they stand in the data, each number once.",
    "define.origin": "Give an origin and a source that Define-XML knows together.",
    "define.purpose": "Say Tabulation for SDTM, Analysis for ADaM.",
    "define.records": _BOTH,
    "define.reference": "Define it, or point to what is there.",
    "define.repeating": "Say Repeating No where a subject has one record, else Yes.",
    "define.result": "Name datasets, variables and clauses that the document has.",
    "define.role": "Give the role that the model gives the variable.",
    "define.standard": "Name a standard and a version that exist, as the data follow them.",
    "define.structure": "Say what one record is.",
    "define.study": _BOTH,
    "define.text": "Write what it is.",
    "define.type": _BOTH,
    "define.unused": "Take it out, or refer to it.",
    "define.value": "Give each entry of the value list a clause and a description of its own.",
    "define.variable": "Describe the variable, or take it out of the data.",
    "define.version": "Write Define-XML 2.1 in ODM 1.3.2.",
    "define.where": "Look whether the clause names the values that the records have.",
    "define.xsd": "Mend the document until it follows the schema.",
}


def advice_for(rule: str) -> str:
    """What to do about findings of the rule, "" for one that is not known here."""
    return _ADVICE.get(rule, "")


def _finding(
    severity: Severity,
    rule: str,
    message: str,
    dataset: str = "",
    variable: str = "",
    *,
    scope: str = "",
    value: str = "",
    advice: str = "",
    raw: RawPlace | None = None,
) -> Finding:
    told = advice or advice_for(rule)
    return Finding(rule, severity, message, told, dataset, variable, scope, value, raw)


error = partial(_finding, Severity.ERROR)
warning = partial(_finding, Severity.WARNING)
notice = partial(_finding, Severity.NOTICE)


def listed(values: list[str], most: int = 5) -> str:
    """The first few of some values, quoted."""
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return ", ".join(repr(v) for v in values[:most]) + more


def first_place(frame: pd.DataFrame, at: pd.Series) -> RawPlace | None:
    """Where the first of the records marked in `at` came from, when the frame knows."""
    return place_of(frame, int(at.to_numpy().argmax())) if at.any() else None


def place_of(frame: pd.DataFrame, position: int) -> RawPlace | None:
    """Where the record at a position came from, by its lineage columns."""
    if "_form" not in frame.columns or "_row" not in frame.columns:
        return None
    return RawPlace(str(frame["_form"].iloc[position]), int(frame["_row"].iloc[position]))
