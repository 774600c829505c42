"""The analysis datasets of the reference study, damaged in one place, are named by the rule.

What is damaged is one cell, one record or one attribute of what was really built; the rule has
to find it among all the records that are right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest

from crosswalk.build import Package
from define.model import Metadata
from mappings.findings import Finding
from validation.rules import RULES, Data, named, run_rules

PREFIXES = ("adam.", "adsl.", "bds.", "occds.", "tte.", "source.", "cross.")
ADAM = [r for r in RULES if r.id.startswith(PREFIXES)]
EXPLAINED = {("adam.start_after_end", "ADAE", 1), ("occds.dictionary", "ADAE", 6)}
TWICE, SCREENED, DEAD = "CEACART01-01-005", "CEACART01-01-002", "CEACART01-01-003"
NAN = float("nan")
Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Cell:
    """The first record where all of `where` holds gets `value` (of a function, what it makes)."""

    rule: str
    dataset: str
    column: str
    value: Any
    where: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        made = "changed" if callable(self.value) else repr(self.value)
        return f"{self.rule}-{self.dataset}.{self.column}={made}"


def cell(rule: str, place: str, value: Any, **where: Any) -> Cell:
    dataset, _, column = place.partition(".")
    return Cell(rule, dataset, column, value, tuple(where.items()))


def plus(amount: float) -> Change:
    return lambda value: value + amount


def times(factor: float) -> Change:
    return lambda value: value * factor


CELLS = [
    cell("adam.identified", "ADTR.USUBJID", ""),
    cell("adam.listed_value", "ADLB.ANL01FL", "N"),
    cell("adam.listed_value", "ADAE.TRTEMFL", "N"),
    cell("adam.aseq", "ADLB.ASEQ", plus(1)),
    cell("adam.subject_in_adsl", "ADRS.USUBJID", "CEACART01-09-001"),
    cell("adam.same_as_adsl", "ADTTE.FASFL", "N", FASFL="Y"),
    cell("adam.same_as_adsl", "ADLB.TRTSDTM", plus(60)),
    cell("adsl.one_record", "ADSL.USUBJID", DEAD),
    cell("adsl.in_dm", "ADSL.USUBJID", "CEACART01-09-001"),
    cell("adsl.population_flags", "ADSL.FASFL", ""),
    cell("adsl.population_flags", "ADSL.DLTEVLFL", ""),
    cell("adsl.screen_failure", "ADSL.ENRLFL", "Y", SCRNFL="Y"),
    cell("adsl.treatment", "ADSL.TRT01A", "", SAFFL="Y"),
    cell("adsl.duration", "ADSL.TRTDURD", plus(1), USUBJID=TWICE),
    cell("adsl.disposition", "ADSL.DCSREAS", "DEATH", EOSSTT="COMPLETED"),
    cell("adsl.disposition", "ADSL.EOSSTT", "ONGOING", EOSSTT="COMPLETED"),
    cell("adsl.death", "ADSL.DTHFL", "", DTHFL="Y"),
    cell("adsl.death", "ADSL.DTHCAUS", "DISEASE PROGRESSION", EOSSTT="ONGOING"),
    cell("adsl.after_death", "ADSL.LSTALVDT", plus(100), USUBJID=DEAD),
    cell("adsl.before_consent", "ADSL.TRTSDT", plus(-300), USUBJID=DEAD),
    cell("adsl.period_order", "ADSL.AP01EDT", plus(2), USUBJID=TWICE),
    cell("adam.treatment", "ADLB.TRTP", "Other dose"),
    cell("adam.treatment", "ADAE.TRTA", "Placebo"),
    cell("adam.flag_values", "ADAE.AESIFL", "1"),
    cell("adam.number_pair", "ADSL.AGEGR1N", 2.0, AGEGR1="<65"),
    cell("adam.number_pair", "ADLB.AVISITN", 99.0),
    cell("adam.number_alone", "ADPC.ATPT", ""),
    cell("adam.number_alone", "ADLB.ATOXGRHN", NAN, ATOXGRH="1"),
    cell("adam.grade", "ADAE.ATOXGR", "7"),
    cell("adam.grade", "ADAE.ATOXGRN", 5.0, ATOXGR="1"),
    cell("adam.date_number", "ADLB.ADT", times(86400)),
    cell("adam.date_and_time", "ADLB.ADTM", plus(86400)),
    cell("adam.date_and_time", "ADAE.ASTDT", plus(1)),
    cell("adam.study_day", "ADTR.ADY", plus(1)),
    cell("adam.study_day", "ADLB.ADY", 0.0, ADY=1.0),
    cell("adam.no_day_0", "ADAE.RESOLDY", 0.0),
    cell("adam.start_after_end", "ADSL.TRTEDT", plus(-1), USUBJID=DEAD),
    cell("adam.imputation_value", "ADAE.ASTDTF", "H", ASTDTF="M"),
    cell("adam.date_of_collected", "ADAE.AENDT", plus(1)),
    cell("adam.date_of_collected", "ADSL.DTHDT", plus(1), USUBJID=DEAD),
    cell("adam.imputation_flag", "ADAE.AENDTF", "D", AENDTF=""),
    cell("adam.imputation_flag", "ADAE.ASTDTF", "", ASTDTF="M"),
    cell("adam.imputation_flag", "ADAE.ASTTMF", "", ASTTMF="H"),
    cell("adam.imputation_flag", "ADSL.DTHDTF", "", DTHDTF="D"),
    cell("bds.one_parameter", "ADLB.PARAM", "CEA", PARAMCD="CEA"),
    cell("bds.parameter", "ADRS.PARAM", ""),
    cell("bds.aval_avalc", "ADRS.AVAL", 1.0, PARAMCD="OVR", AVALC="irSD"),
    cell("bds.one_baseline", "ADLB.ABLFL", "Y", ABLFL="", PARAMCD="CEA"),
    cell("bds.baseline_value", "ADLB.BASE", times(1.01), PARAMCD="CEA", AVISIT="DAY 28"),
    cell("bds.baseline_value", "ADLB.BNRIND", "LOW", PARAMCD="CEA", AVISIT="DAY 28"),
    cell("bds.baseline_late", "ADLB.ADT", plus(1), ABLFL="Y", PARAMCD="CEA"),
    cell("bds.change", "ADTR.CHG", plus(0.5), ANL01FL="Y"),
    cell("bds.change", "ADLB.PCHG", times(0.01), PARAMCD="CEA", AVISIT="DAY 28"),
    cell("bds.change_missing", "ADLB.CHG", NAN, PARAMCD="CEA", AVISIT="DAY 28"),
    cell("bds.range", "ADLB.ANRIND", "NORMAL", PARAMCD="CEA", ANRIND="HIGH"),
    cell("adam.category", "ADSL.AGEGR1", ">=65", USUBJID=SCREENED),
    cell("occds.emergent", "ADAE.TRTEMFL", "Y", TRTEMFL=""),
    cell("occds.first_once", "ADAE.AOCCFL", "Y", AOCCFL="", TRTEMFL="Y"),
    cell("occds.first_once", "ADAE.AOCCPFL", "Y", TRTEMFL=""),
    cell("occds.first_missing", "ADAE.AOCCSFL", "", AOCCSFL="Y"),
    cell("occds.first_is_first", "ADAE.ASTDTM", plus(86400 * 900), AOCCFL="Y"),
    cell("occds.first_is_first", "ADAE.ATOXGRN", 0.0, AOCCIFL="Y"),
    cell("occds.duration", "ADAE.ADURN", plus(-1)),
    cell("tte.aval", "ADTTE.AVAL", plus(-1)),
    cell("tte.order", "ADTTE.STARTDT", plus(9999)),
    cell("tte.cnsr", "ADTTE.CNSR", NAN),
    cell("tte.described", "ADTTE.EVNTDESC", "", CNSR=0.0),
    cell("tte.censor_described", "ADTTE.CNSDTDSC", "", CNSR=1.0),
    cell("tte.event_or_censor", "ADTTE.CNSR", 1.0, CNSR=0.0),
    cell("tte.one_record", "ADTTE.PARAMCD", "OS", PARAMCD="PFS"),
    cell("tte.after_death", "ADTTE.ADT", plus(30), PARAMCD="OS", CNSR=0.0),
    cell("tte.survival", "ADTTE.CNSR", 1.0, PARAMCD="OS", CNSR=0.0),
    cell("tte.progression_survival", "ADTTE.ADT", plus(9999), PARAMCD="PFS"),
    cell("source.named", "ADPC.SRCVAR", "PCSTRES"),
    cell("source.record", "ADLB.SRCSEQ", 9999.0),
    cell("source.record", "ADRS.SRCSEQ", 9999.0, PARAMCD="OVR"),
    cell("source.missing", "ADPP.SRCSEQ", NAN, PARAMCD="CMAX"),
    cell("source.value", "ADLB.AVAL", times(1.001), PARAMCD="CEA"),
    cell("source.value", "ADPP.AVAL", times(1.001), PARAMCD="CMAX"),
    cell("source.text", "ADRS.AVALC", "irCR", PARAMCD="OVR"),
    cell("source.date", "ADRS.ADT", plus(1), PARAMCD="OVR"),
    cell("source.date", "ADTTE.ADT", plus(-1), PARAMCD="OS"),
    cell("source.date", "ADTTE.ADT", plus(1), PARAMCD="PFS", SRCDOM="ADRS"),
    cell("cross.predecessor", "ADAE.AEDECOD", "Pyrexia of unknown origin"),
    cell("cross.predecessor", "ADSL.AGE", plus(1)),
    cell("cross.predecessor", "ADRS.VISITNUM", plus(1), PARAMCD="OVR"),
    cell("cross.predecessor", "ADTTE.TRTSDT", plus(1)),
    cell("cross.sdtm_value", "ADAE.AESER", "Y", AESER="N"),
    cell("cross.sdtm_value", "ADSL.SEX", "M", SEX="F"),
    cell("cross.occurrence", "ADAE.AESEQ", 9999.0),
    cell("cross.exposure", "ADSL.TRTSDT", plus(-1), USUBJID=DEAD),
    cell("cross.exposure", "ADSL.TRTEDT", NAN, USUBJID=TWICE),
    cell("cross.safety", "ADSL.SAFFL", "N", SAFFL="Y"),
    cell("cross.death", "ADSL.DTHDT", NAN, USUBJID=DEAD),
]


@pytest.fixture(scope="module")
def built(reference: Package) -> dict[str, pd.DataFrame]:
    """The datasets of the reference study; never changed, only copied."""
    return reference.frames()


def damaged(frames: dict[str, pd.DataFrame], case: Cell) -> dict[str, pd.DataFrame]:
    """Copies of the one dataset only; the record is asserted to be there, and to be changed."""
    frame = frames[case.dataset].copy()
    mask = pd.Series(True, frame.index)
    for name, value in case.where:
        mask &= frame[name] == value
    if callable(case.value):
        mask &= frame[case.column].notna()
    (at, *_) = frame.index[mask]
    before = frame.loc[at, case.column]
    frame.loc[at, case.column] = case.value(before) if callable(case.value) else case.value
    after = frame.loc[at, case.column]
    assert str(before) != str(after), f"{case} changes nothing"
    return frames | {case.dataset: frame}


def judged(
    rule: str, frames: dict[str, pd.DataFrame], documents: tuple[Metadata, ...], dataset: str = ""
) -> list[Finding]:
    """What one rule finds; in one dataset only, which it must be one to look at, when named."""
    (only,) = (r for r in ADAM if r.id == rule)
    if dataset:
        described = {d.name: d for document in documents for d in document.datasets}
        assert dataset in only.target.pick(Data(frames, {}, described))
        only = replace(only, target=named(dataset))
    result = run_rules(frames, [only], metadata=documents)
    assert result.errored == 0, [f.message for f in result.findings]
    return list(result.findings)


def test_as_built_the_reference_breaks_only_what_it_explains(
    reference: Package, built: dict[str, pd.DataFrame]
) -> None:
    found = run_rules(built, ADAM, metadata=reference.documents).findings
    kinds = {(f.rule, f.dataset) for f in found}
    counts = {(r, d, sum((f.rule, f.dataset) == (r, d) for f in found)) for r, d in kinds}
    assert counts == EXPLAINED


@pytest.mark.parametrize("case", CELLS, ids=str)
def test_a_damaged_cell_is_named(
    reference: Package, built: dict[str, pd.DataFrame], case: Cell
) -> None:
    frames = damaged(built, case)
    found = judged(case.rule, frames, reference.documents, case.dataset)
    usual = sum(n for r, d, n in EXPLAINED if (r, d) == (case.rule, case.dataset))
    assert len(found) > usual
    assert {f.dataset for f in found} == {case.dataset}


def _lost(name: str, where: dict[str, Any]) -> Callable[[dict[str, pd.DataFrame]], None]:
    def change(frames: dict[str, pd.DataFrame]) -> None:
        frame = frames[name]
        mask = pd.Series(True, frame.index)
        for column, value in where.items():
            mask &= frame[column] == value
        frames[name] = frame.drop(index=frame.index[mask][0])

    return change


def _repeated(name: str) -> Callable[[dict[str, pd.DataFrame]], None]:
    def change(frames: dict[str, pd.DataFrame]) -> None:
        frames[name] = pd.concat([frames[name], frames[name].iloc[:1]], ignore_index=True)

    return change


def _without(name: str, column: str) -> Callable[[dict[str, pd.DataFrame]], None]:
    def change(frames: dict[str, pd.DataFrame]) -> None:
        frames[name] = frames[name].drop(columns=column)

    return change


def _named(name: str, old: str, new: str) -> Callable[[dict[str, pd.DataFrame]], None]:
    def change(frames: dict[str, pd.DataFrame]) -> None:
        frames[name] = frames[name].rename(columns={old: new})

    return change


def _as_text(name: str, column: str) -> Callable[[dict[str, pd.DataFrame]], None]:
    def change(frames: dict[str, pd.DataFrame]) -> None:
        frames[name] = frames[name].assign(**{column: frames[name][column].astype("str")})

    return change


RECORDS = [
    ("adam.subject_in_adsl", _lost("ADSL", {"USUBJID": DEAD})),
    ("cross.subject_lost", _lost("ADSL", {"USUBJID": DEAD})),
    ("bds.baseline_value", _lost("ADLB", {"ABLFL": "Y", "PARAMCD": "CEA"})),
    ("occds.first_missing", _lost("ADAE", {"AOCCFL": "Y"})),
    ("source.record", _lost("ADPC", {"PARAMCD": "CARQPCR", "ANL01FL": "Y", "ASEQ": 16.0})),
    ("adam.whole_record", _repeated("ADLB")),
    ("adsl.one_record", _repeated("ADSL")),
    ("tte.one_record", _repeated("ADTTE")),
    ("bds.one_baseline", _repeated("ADTR")),
    ("adam.required", _without("ADSL", "RACE")),
    ("adam.required", _without("ADTTE", "PARAM")),
    ("adam.value_of_shape", _without("ADPP", "AVAL")),
    ("adam.companion", _without("ADLB", "ABLFL")),
    ("adam.number_without_text", _without("ADLB", "ATOXGRL")),
    ("adam.imputation_flag", _without("ADAE", "ASTDTF")),
    ("adam.name", _named("ADSL", "DIAGDURM", "DIAGDURMN")),
    ("adam.type", _as_text("ADLB", "AVAL")),
]


@pytest.mark.parametrize("case", RECORDS, ids=[f"{i:02}-{r}" for i, (r, _) in enumerate(RECORDS)])
def test_a_damaged_dataset_is_named(
    reference: Package,
    built: dict[str, pd.DataFrame],
    case: tuple[str, Callable[[dict[str, pd.DataFrame]], None]],
) -> None:
    rule, change = case
    frames = dict(built)
    change(frames)
    assert judged(rule, frames, reference.documents)


ATTRIBUTES: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "adam.label",
        "ADLB",
        "AVAL",
        {"label": "Analysis Value in the Units of the Central Laboratory"},
    ),
    ("adam.standard_label", "ADTTE", "CNSR", {"label": "Censoring"}),
    ("adam.same_attributes", "ADRS", "NACTDT", {"label": "New Therapy"}),
    ("adam.analysis_flag", "ADLB", "ANL03FL", {"label": "Analysis Flag"}),
    ("adam.date_format", "ADTTE", "STARTDT", {"format": "8."}),
]


@pytest.mark.parametrize("case", ATTRIBUTES, ids=lambda c: f"{c[0]}-{c[1]}.{c[2]}")
def test_a_damaged_attribute_is_named(
    reference: Package,
    built: dict[str, pd.DataFrame],
    case: tuple[str, str, str, dict[str, Any]],
) -> None:
    rule, name, column, facts = case
    documents = tuple(_described_otherwise(d, name, column, facts) for d in reference.documents)
    assert name in {f.dataset for f in judged(rule, built, documents)}


def _described_otherwise(
    document: Metadata, name: str, column: str, facts: dict[str, Any]
) -> Metadata:
    changed = []
    for dataset in document.datasets:
        variables = tuple(
            replace(v, **facts) if (dataset.name, v.name) == (name, column) else v
            for v in dataset.variables
        )
        changed.append(replace(dataset, variables=variables))
    return replace(document, datasets=tuple(changed))
