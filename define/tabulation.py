"""The variables of tabulation datasets: label, codelist, origin and method."""

from __future__ import annotations

from collections.abc import Sequence, Set

from define.codelists import CodelistMaker
from define.dictionaries import dictionary_of
from define.measure import measure
from define.model import Codelist, Origin, Variable
from define.origins import ASSIGNED, PROTOCOL, Told, derived, told_by_rules
from define.variables import (
    decodes_of,
    is_mapped,
    make_variable,
    published_maps,
    rules_of,
    values_of,
)
from mappings.built import BuiltDataset
from mappings.frames import is_numeric
from mappings.study import Study
from sdtm.standard import SdtmVariable, domain

_ISO = ("DTC", "DUR", "ELTM", "EVLINT", "STINT", "ENINT")
COLLECTED = Origin("Collected", "Investigator")


def tabulation_variable(
    study: Study,
    built: BuiltDataset,
    name: str,
    order: int,
    facts: SdtmVariable,
    told: Told,
    maker: CodelistMaker,
) -> Variable:
    """A variable of a domain or of SUPP--, with what `told` says of it."""
    column = built.frame[name]
    iso = name.endswith(_ISO) or facts.format.startswith("ISO 8601")
    measured = measure(column, study.encoding, iso=iso and not is_numeric(column))
    codelist = None
    if measured.datatype == "text" or measured.numeric:
        codelist = tabulation_codelist(study, built, name, facts.codelists, maker)
    mandatory = facts.core == "Req" and not measured.missing
    return make_variable(
        built, name, facts.label, order, measured, codelist, told, mandatory, facts.role, ""
    )


def tabulation_codelist(
    study: Study, built: BuiltDataset, name: str, codes: Sequence[str], maker: CodelistMaker
) -> Codelist | None:
    """The codelist of a variable: a dictionary, a published list or the study's own."""
    column = built.frame[name]
    values = values_of(column)
    if not values:
        return None
    suffix = name.removeprefix(built.name)
    known = dictionary_of(built.name, suffix, study.standards)
    if known is not None:
        return known
    if name in ("DOMAIN", "RDOMAIN"):
        decodes = {v: domain(v).label for v in values}
        return maker.published(built.name, name, ["C66734"], values, decodes=decodes)
    decodes = decodes_of(built, name, suffix)
    rules = rules_of(built.module, name)
    maps = published_maps(rules)
    if suffix in ("ORRES", "STRESC") and not maps and not maker.covers(codes, values):
        return None
    if maps or codes:
        numeric = is_numeric(column)
        return maker.published(
            built.name, name, [*maps, *codes], values, numeric=numeric, decodes=decodes
        )
    if decodes or is_mapped(rules):
        numeric = is_numeric(column)
        return maker.sponsor(built.name, name, values, numeric=numeric, decodes=decodes)
    return None


def tabulation_told(
    study: Study, built: BuiltDataset, name: str, sources: Set[str] | None = None
) -> Told:
    """Origin and method of a variable, by its rules on `sources` (all when None) or the tool's."""
    if built.module is not None:
        begun = domain(built.name).begun(name)
        told = told_by_rules(built.module, begun, study.forms, adam=False, sources=sources)
        if told is not None:
            return told
    if built.parent:
        return _supp_told(built, name)
    return automatic(study, built, name)


_SUPP_TEXTS = {
    "USUBJID": "Equal to USUBJID of the parent record.",
    "IDVARVAL": "The value of the variable that IDVAR names in the parent record.",
}


def _supp_told(built: BuiltDataset, name: str) -> Told:
    if name == "STUDYID":
        return Told((PROTOCOL,))
    if name in _SUPP_TEXTS:
        return derived(built.name, name, _SUPP_TEXTS[name])
    if name == "QVAL":
        origins = sorted(set(built.frame["QORIG"]))
        if origins == ["CRF"]:
            return Told((COLLECTED,))
        return derived(built.name, name, "As QORIG tells for each qualifier.")
    return Told((ASSIGNED,))


def automatic(study: Study, built: BuiltDataset, name: str) -> Told:
    """Origin and method of a variable that the tool makes itself."""
    if name in ("STUDYID", "VISITDY") or built.name == "TS":
        return Told((PROTOCOL,))
    if name == "USUBJID":
        parts = ", ".join(p.removeprefix("$") for p in study.subject.usubjid if p.startswith("$"))
        text = f"{parts} of the person's first screening, put together."
        return derived(built.name, name, text)
    if name.endswith("SEQ"):
        order = ", ".join(k for k in built.keys[1:] if k != name)
        text = f"Numbered from 1 for each subject in the order {order}."
        if built.follows:
            text = (
                f"As in the earlier data cut where a record has the same {order}. Others are"
                " numbered after the highest number that the subject had, in that order."
            )
        return derived(built.name, name, text)
    if name == "EPOCH":
        date = built.module.data["timing"]["epoch"] if built.module else "the date"
        return derived(built.name, name, f"EPOCH of the element in SE that holds {date}.")
    if name.endswith("LOBXFL"):
        text = "Y on the last record with a result before DM.RFXSTDTC, for each subject and test."
        return derived(built.name, name, text)
    text = _RESULT_TEXTS.get(name[len(built.name) :], "")
    if text:
        return derived(built.name, name, text)
    return Told((ASSIGNED,))


_RESULT_TEXTS = {
    "STRESC": "The original result in the standard unit of the test; words stay as they are.",
    "STRESN": "The number in the standard result; missing where it is not a number.",
    "STRESU": "The standard unit of the test.",
    "STNRLO": "The original lower limit, converted together with the result.",
    "STNRHI": "The original upper limit, converted together with the result.",
    "NRIND": "LOW, NORMAL or HIGH by the result and its limits.",
}
