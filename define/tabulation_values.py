"""Value level of tabulations: results by test, qualifiers by QNAM, trial summary by parameter."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from define.codelists import CodelistMaker
from define.dictionaries import dictionary_of_summary
from define.model import Codelist, Origin, Variable
from define.origins import Told, derived, tell
from define.slices import SliceFacts, Slicing, part_of, with_values
from define.tabulation import COLLECTED, tabulation_told
from define.variables import decodes_of, is_closed, published_maps, values_of
from mappings.built import BuiltDataset
from mappings.frames import is_numeric
from mappings.rules import Rule
from mappings.study import Study
from sdtm.standard import domain
from sdtm.trial import RESPONSES

_RESULTS = ("ORRES", "ORRESU", "STRESC", "STRESN", "STRESU")
NO_YES = "C66742"
_WORDS = ("ORRES", "STRESC")
_OF_QORIG = {
    "CRF": COLLECTED,
    "eDT": Origin("Collected", "Vendor"),
    "Assigned": Origin("Assigned", "Sponsor"),
    "Protocol": Origin("Protocol", "Sponsor"),
}


def with_tabulation_values(
    study: Study,
    built: BuiltDataset,
    variable: Variable,
    parents: Mapping[str, BuiltDataset],
    maker: CodelistMaker,
) -> Variable:
    """`variable` with its value list, where the dataset is one that is read by value.

    `parents` are the datasets of the document by name, for the rules of qualifiers.
    """
    # What slices hold was found with the variable already, so their findings are not told twice.
    own = CodelistMaker(maker.terminologies)
    name = built.name
    if built.parent and variable.name == "QVAL":
        return _qualifiers(study, built, variable, parents.get(built.parent), own)
    if name == "TS" and variable.name == "TSVAL":
        return _summary(study, built, variable, own)
    by = f"{name}TESTCD"
    suffix = variable.name.removeprefix(name)
    findings = domain(name).class_name.startswith("FINDINGS") and by in built.frame.columns
    # What the tests of IE are is the criteria, and their answers are all alike.
    if not findings or suffix not in _RESULTS or name == "IE":
        return variable

    def facts(test: str, part: pd.DataFrame) -> SliceFacts:
        told = tabulation_told(study, built, variable.name, frozenset(part["_form"]))
        return SliceFacts(told, _result_codelist(built, variable, test, part, own))

    slicing = Slicing(name, by, decodes_of(built, by, "TESTCD"), study.encoding)
    return with_values(variable, built.frame, slicing, facts)


def _result_codelist(
    built: BuiltDataset, variable: Variable, test: str, part: pd.DataFrame, maker: CodelistMaker
) -> Codelist | None:
    name, column = variable.name, part[variable.name]
    if is_numeric(column):
        return None
    if name.removeprefix(built.name) in _WORDS:
        rules = _rules_on(built, name, part)
        values = values_of(column)
        codes = [*published_maps(rules), *domain(built.name).allowed(name).codelists]
        if maker.covers(codes, values):
            return maker.published(built.name, f"{name}.{test}", codes, values)
        if variable.codelist is None:
            closed = is_closed(rules)
            return maker.sponsor(built.name, f"{name}.{test}", values) if closed else None
    return part_of(variable.codelist, test, column) if variable.codelist else None


def _rules_on(built: BuiltDataset, name: str, part: pd.DataFrame) -> list[Rule]:
    """The rules for the variable on the sources that the records came from."""
    sources = frozenset(part["_form"])
    found = built.module.rules_of(name) if built.module is not None else []
    return [rule for block, rule in found if block.source.name in sources]


def _qualifiers(
    study: Study,
    built: BuiltDataset,
    variable: Variable,
    parent: BuiltDataset | None,
    maker: CodelistMaker,
) -> Variable:
    frame = built.frame

    def facts(qualifier: str, part: pd.DataFrame) -> SliceFacts:
        sources = frozenset(part["_form"])
        module = parent.module if parent is not None else None
        pairs = [
            (block, rule)
            for block in (module.blocks if module is not None else ())
            for rule in block.supp
            if rule.variable == qualifier and block.source.name in sources
        ]
        if not pairs:
            return SliceFacts(_continued(built, part))
        told = tell(f"{built.name}.QVAL", qualifier, pairs, study.forms, adam=False)
        rules = [rule for _, rule in pairs]
        values = values_of(part["QVAL"])
        codes = published_maps(rules) or ([NO_YES] if set(values) <= {"Y", "N"} else [])
        where = f"QVAL.{qualifier}"
        codelist = maker.published(built.name, where, codes, values)
        if codelist is None and is_closed(rules):
            codelist = maker.sponsor(built.name, where, values)
        return SliceFacts(told, codelist, told.comment)

    pairs = frame[["QNAM", "QLABEL"]].drop_duplicates("QNAM")
    labels = dict(zip(pairs["QNAM"].tolist(), pairs["QLABEL"].tolist(), strict=True))
    slicing = Slicing(built.name, "QNAM", labels, study.encoding)
    return with_values(variable, frame, slicing, facts, always=True, dates=True)


def _continued(built: BuiltDataset, part: pd.DataFrame) -> Told:
    """What is told of a qualifier without a rule: text over 200 bytes that goes on in it."""
    origins = sorted(set(part["QORIG"]))
    if any(o not in _OF_QORIG for o in origins):
        text = f"The text of the parent record in {built.parent} that goes on here."
        return derived(built.name, "QVAL", text)
    return Told(tuple(_OF_QORIG[o] for o in origins))


def _summary(
    study: Study, built: BuiltDataset, variable: Variable, maker: CodelistMaker
) -> Variable:
    told = tabulation_told(study, built, variable.name)

    def facts(parameter: str, part: pd.DataFrame) -> SliceFacts:
        known = dictionary_of_summary(part, study.standards)
        if known is not None:
            return SliceFacts(told, known)
        codes, values = [RESPONSES.get(parameter, "")], values_of(part["TSVAL"])
        if not maker.covers(codes, values):
            return SliceFacts(told)
        return SliceFacts(told, maker.published("TS", f"TSVAL.{parameter}", codes, values))

    slicing = Slicing("TS", "TSPARMCD", decodes_of(built, "TSPARMCD", "PARMCD"), study.encoding)
    return with_values(variable, built.frame, slicing, facts, dates=True, decimals=False)
