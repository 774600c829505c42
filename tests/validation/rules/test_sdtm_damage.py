"""The SDTM datasets of the reference study, damaged in one place, are named by the rule.

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
from mappings.findings import Finding
from validation.rules import Data, named, run_rules
from validation.rules.catalogue import SDTM_RULES

RULES = {r.id: r for r in SDTM_RULES}
EXPLAINED = {
    ("sdtm.standard_result", "LB", 2),
    ("time.order", "AE", 1),
    ("time.start_of_end", "AE", 1),
    ("topic.code_of_class", "AE", 1),
    ("visit.once", "SV", 1),
    ("rs.partial", "RS", 1),
}
DEAD = "CEACART01-01-003"
NOBODY = "CEACART01-09-001"
NAN = float("nan")
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Cell:
    """The first record where all of `where` holds gets `value` (of a function, what it makes).

    In `where`, ``...`` is any value that there is.
    """

    rule: str
    dataset: str
    column: str
    value: Any
    where: tuple[tuple[str, Any], ...] = ()
    found_in: str = ""

    def __str__(self) -> str:
        made = "changed" if callable(self.value) else repr(self.value)
        return f"{self.rule}-{self.dataset}.{self.column}={made}"


def cell(rule: str, place: str, value: Any, found_in: str = "", **where: Any) -> Cell:
    dataset, _, column = place.partition(".")
    return Cell(rule, dataset, column, value, tuple(where.items()), found_in)


CELLS = [
    cell("sdtm.required", "AE.AETERM", ""),
    cell("sdtm.orphan", "LB.USUBJID", NOBODY),
    cell("sdtm.orphan_supp", "SUPPAE.USUBJID", NOBODY),
    cell("sdtm.seq_unique", "LB.LBSEQ", 2.0, LBSEQ=1.0),
    cell("sdtm.domain", "VS.DOMAIN", "VX"),
    cell("sdtm.study", "CM.STUDYID", "CEACART02"),
    cell("sdtm.study_day", "AE.AESTDY", lambda day: day + 1, AESTDY=...),
    cell("sdtm.study_day", "LB.LBDY", NAN, LBDY=...),
    cell("sdtm.date_real", "LB.LBDTC", "2023-02-29", LBDTC=...),
    cell("sdtm.code_and_name", "VS.VSTEST", "Puls"),
    cell("sdtm.visit", "LB.VISIT", "DAY 2", VISIT="DAY 4"),
    cell("sdtm.baseline_flag", "LB.LBLOBXFL", "N", LBLOBXFL="Y"),
    cell("sdtm.not_done", "LB.LBORRES", "5", LBSTAT="NOT DONE"),
    cell("sdtm.standard_result", "LB.LBSTRESN", lambda value: value * 10, LBSTRESN=...),
    cell("sdtm.supp_name", "SUPPAE.RDOMAIN", "CM"),
    cell("code.test", "LB.LBTESTCD", "CARCINOEMB"),
    cell("code.qualifier", "SUPPAE.QNAM", "astct"),
    cell("code.length", "SUPPAE.QLABEL", "x" * 41),
    cell("code.length", "DM.ARMCD", "DOSE LEVEL NUMBER ONE", ARMCD="DL1"),
    cell("code.padding", "AE.AETERM", lambda term: f" {term}"),
    cell("supp.pointer", "SUPPAE.IDVARVAL", "999"),
    cell("supp.pointer", "SUPPCM.IDVAR", "CMNUMBER"),
    cell("supp.complete", "SUPPAE.IDVARVAL", ""),
    cell("supp.name_and_label", "SUPPAE.QLABEL", "Another label"),
    cell("supp.standard_variable", "SUPPAE.QNAM", "AESEV"),
    cell("supp.races", "DM.RACE", "MULTIPLE"),
    cell("relrec.pointer", "RELREC.IDVARVAL", "999", RDOMAIN="CM"),
    cell("relrec.record_or_dataset", "RELREC.RELTYPE", "ONE", RDOMAIN="AE"),
    cell("relrec.pair", "RELREC.RELID", "alone", RDOMAIN="AE"),
    cell("time.format", "CM.CMSTDTC", "05JUN2020", CMSTDTC=...),
    cell("time.duration", "PC.PCELTM", "2 h", PCELTM="PT2H"),
    cell("time.order", "CM.CMENDTC", "2001-01-01", CMENDTC=...),
    cell("time.no_day_0", "VS.VSDY", 0.0, VSDY=1.0),
    cell("time.end_value", "AE.AEENRTPT", "", AEENRTPT="ONGOING"),
    cell("time.end_point", "AE.AEENTPT", "", AEENTPT=...),
    cell("time.point_words", "AE.AEENRTPT", "STILL THERE", AEENRTPT="ONGOING"),
    cell("time.reference_of_eltm", "PC.PCTPTREF", "", PCELTM="PT2H"),
    cell("time.elapsed_same", "PC.PCELTM", "PT3H", PCELTM="PT2H"),
    cell("time.history", "MH.MHSTDTC", "2030-01-01", MHSTDTC=...),
    cell("occur.presp", "PR.PRPRESP", "N", PRPRESP="Y"),
    cell("occur.asked", "PR.PRPRESP", "", PROCCUR="Y"),
    cell("topic.named", "CM.CMTRT", "OTHER"),
    cell("topic.category_new", "CM.CMCAT", "Concomitant/Prior Medications"),
    cell("dose.not_negative", "EX.EXDOSE", -1.0),
    cell("dose.unit_of_dose", "EX.EXDOSU", "", EXDOSE=...),
    cell("result.missing", "VS.VSORRES", "", VSORRES=...),
    cell("result.status", "LB.LBSTAT", "NOT DONE", LBORRES=...),
    cell("result.status_word", "LB.LBSTAT", "MISSED", LBSTAT="NOT DONE"),
    cell("result.reason", "LB.LBREASND", "", LBSTAT="NOT DONE"),
    cell("result.unit_of_result", "LB.LBSTRESC", "", LBSTRESU=...),
    cell("result.units", "LB.LBSTRESU", "mg/dL", LBTESTCD="CEA", LBSTRESU="ug/L"),
    cell("result.range", "LB.LBSTNRHI", -1.0, LBSTNRLO=...),
    cell("result.indicator", "LB.LBNRIND", "LOW", LBNRIND="HIGH"),
    cell("baseline.result", "LB.LBSTRESC", "", LBLOBXFL="Y"),
    cell("baseline.once", "LB.LBLOBXFL", "Y", LBTESTCD="CEA", LBLOBXFL="", VISIT="DAY 28"),
    cell("baseline.before_exposure", "TR.TRLOBXFL", "Y", VISIT="DAY 28"),
    cell("baseline.last", "VS.VSDTC", "2010-01-01", VSLOBXFL="Y", VSTESTCD="TEMP"),
    cell("pc.below_limit", "PC.PCSTRESN", 0.001, PCSTRESC="BLQ"),
    cell("pc.limit", "PC.PCLLOQ", 1e9, PCSTRESN=...),
    cell("pc.reference", "PC.PCRFTDTC", "2001-01-01T10:00", PCRFTDTC=...),
    cell("dm.death_flag", "DM.DTHFL", "", USUBJID=DEAD),
    cell("dm.death_ds", "DM.DTHFL", "", found_in="DS", USUBJID=DEAD),
    cell("dm.death_dd", "DM.DTHFL", "", found_in="DD", USUBJID=DEAD),
    cell("dm.death_ae", "AE.AEOUT", "FATAL", USUBJID="CEACART01-01-004"),
    cell("dm.death_without_ds", "DS.DSDECOD", "COMPLETED", found_in="DM", DSDECOD="DEATH"),
    cell("dm.nothing_after_death", "VS.VSDTC", "2030-01-01", USUBJID=DEAD),
    cell("dm.first_exposure", "DM.RFXSTDTC", "2001-01-01", RFXSTDTC=...),
    cell("dm.last_exposure", "DM.RFXENDTC", "2030-01-01", RFXENDTC=...),
    cell("dm.age", "DM.AGEU", "", AGE=...),
    cell("dm.arm_pair", "DM.ARM", "", ARM=...),
    cell("dm.no_reference", "DM.RFENDTC", "2022-01-01", ARMNRS="SCREEN FAILURE"),
    cell("ae.answers", "AE.AESER", "YES", AESER="Y"),
    cell("ae.serious", "AE.AESER", "N", AESER="Y"),
    cell("ae.criterion", "AE.AESER", "Y", AESER="N"),
    cell("ae.fatal", "AE.AEOUT", "UNKNOWN", AESDTH="Y"),
    cell("ae.fatal_grade", "AE.AETOXGR", "4", AEOUT="FATAL"),
    cell("ae.ongoing", "AE.AEENDTC", "2023-01-01", AEENRTPT="ONGOING"),
    cell("ds.death_date", "DS.DSSTDTC", "2001-01-01", DSDECOD="DEATH"),
    cell("ds.consent", "DM.RFICDTC", "2001-01-01"),
    cell("ds.completed", "DS.DSDECOD", "OTHER", DSTERM="Completed"),
    cell("trial.arm_in_ta", "DM.ARM", "Dose level 9", ARM=...),
    cell("trial.arm_reason", "DM.ARMNRS", "", ARMNRS="SCREEN FAILURE"),
    cell("trial.arm_treated", "DM.ACTARMCD", "", ACTARMCD="DL1"),
    cell("trial.arm_order", "TA.TAETORD", 2.0, TAETORD=1.0),
    cell("trial.element_in_te", "SE.ELEMENT", "Therapy"),
    cell("trial.element_planned", "SE.TAETORD", 9.0),
    cell("trial.element_gap", "SE.SEENDTC", "2001-01-01", TAETORD=1.0, SEENDTC=...),
    cell("trial.epoch", "LB.EPOCH", "FOLLOW-UP", EPOCH="SCREENING"),
    cell("trial.epoch_in_ta", "AE.EPOCH", "THERAPY", EPOCH=...),
    cell("trial.dose_in_treatment", "EX.EXSTDTC", "2001-01-01T10:00"),
    cell("trial.criterion_in_ti", "IE.IETESTCD", "INCL99"),
    cell("trial.criterion_same", "IE.IESTRESC", "?"),
    cell("visit.in_tv", "VS.VISITDY", 99.0, VISIT="DAY 1"),
    cell("visit.in_sv", "VS.VISITNUM", 88.0, VISIT="DAY 1"),
    cell("visit.presp", "SV.SVPRESP", "N", SVPRESP="Y"),
    cell("visit.occurred", "SV.SVPRESP", "", SVOCCUR="Y"),
    cell("visit.window", "SV.SVSTDY", 900.0, VISIT="DAY 4"),
    cell("ts.required", "TS.TSPARMCD", "TITEL", TSPARMCD="TITLE"),
    cell("ts.format", "TS.TSVAL", "forty", TSPARMCD="PLANSUB"),
    cell("ts.study_start", "TS.TSVAL", "2020", TSPARMCD="SSTDTC"),
    cell("ts.null", "TS.TSVALNF", "NA", TSPARMCD="TITLE"),
    cell("ts.arms", "TS.TSVAL", "7", TSPARMCD="NARMS"),
    cell("ts.reference", "TS.TSVCDREF", "", TSVALCD=...),
    cell("tr.lesion_in_tu", "TR.TRLNKID", "T99", TRGRPID="TARGET"),
    cell("tr.kind", "TR.TRGRPID", "NON-TARGET", TRGRPID="TARGET"),
    cell("tr.unit", "TR.TRSTRESU", "", TRSTRESU="mm"),
    cell("tr.no_negative_size", "TR.TRSTRESN", -1.0, TRSTRESN=...),
    cell("tu.lesion_once", "TU.TULNKID", "T02", TULNKID="T01", TUTESTCD="TUMIDENT"),
    cell("rs.overall", "RS.RSSTRESC", "irCR", RSTESTCD="OVRLRESP", RSSTRESC="irPD"),
    cell("rs.complete", "RS.RSSTRESC", "irCR", RSTESTCD="TRGRESP", RSSTRESC="irSD"),
    cell("rs.partial", "RS.RSSTRESC", "irPR", RSTESTCD="TRGRESP", RSSTRESC="irSD"),
    cell("rs.after_death", "RS.RSDTC", "2030-01-01", USUBJID=DEAD),
    cell("rs.date", "RS.RSDTC", ""),
    cell("rs.category", "RS.RSCAT", "", RSTESTCD="OVRLRESP"),
]


@pytest.fixture(scope="module")
def built(reference: Package) -> Frames:
    """The datasets of the reference study; never changed, only copied."""
    return {n: f for n, f in reference.frames().items() if not n.startswith("AD")}


def damaged(frames: Frames, case: Cell) -> Frames:
    """A copy of the one dataset; the record is asserted to be there, and to be changed."""
    frame = frames[case.dataset].copy()
    mask = pd.Series(True, frame.index)
    for name, value in case.where:
        there = frame[name].notna() & (frame[name].astype("str") != "")
        mask &= there if value is ... else frame[name] == value
    assert mask.any(), f"{case} has no record"
    at = frame.index[mask][0]
    before = frame.loc[at, case.column]
    frame.loc[at, case.column] = case.value(before) if callable(case.value) else case.value
    assert str(before) != str(frame.loc[at, case.column]), f"{case} changes nothing"
    return frames | {case.dataset: frame}


def judged(rule: str, dataset: str, frames: Frames, package: Package) -> list[Finding]:
    """What one rule finds in one dataset, which it must be one to look at."""
    whole = RULES[rule]
    assert dataset in whole.target.pick(Data(frames))
    only = replace(whole, target=named(dataset))
    result = run_rules(frames, [only], metadata=package.documents)
    assert [o.reason for o in result.outcomes if o.reason] == []
    return list(result.findings)


def test_as_built_the_reference_breaks_only_what_it_explains(
    reference: Package, built: Frames
) -> None:
    found = run_rules(built, SDTM_RULES, metadata=reference.documents).findings
    kinds = {(f.rule, f.dataset) for f in found}
    counts = {(r, d, sum((f.rule, f.dataset) == (r, d) for f in found)) for r, d in kinds}
    assert counts == EXPLAINED


@pytest.mark.parametrize("case", CELLS, ids=str)
def test_a_damaged_cell_is_named(reference: Package, built: Frames, case: Cell) -> None:
    dataset = case.found_in or case.dataset
    found = judged(case.rule, dataset, damaged(built, case), reference)
    usual = sum(n for r, d, n in EXPLAINED if (r, d) == (case.rule, dataset))
    assert len(found) > usual
    assert {f.dataset for f in found} == {dataset}


Change = Callable[[Frames], None]


def lost(name: str, **where: Any) -> Change:
    def change(frames: Frames) -> None:
        frame = frames[name]
        mask = pd.Series(True, frame.index)
        for column, value in where.items():
            mask &= frame[column] == value
        frames[name] = frame.drop(index=frame.index[mask][0])

    return change


def repeated(name: str) -> Change:
    def change(frames: Frames) -> None:
        frames[name] = pd.concat([frames[name], frames[name].iloc[:1]], ignore_index=True)

    return change


def without(name: str, column: str) -> Change:
    def change(frames: Frames) -> None:
        frames[name] = frames[name].drop(columns=column)

    return change


def with_(name: str, **columns: Any) -> Change:
    def change(frames: Frames) -> None:
        frames[name] = frames[name].assign(**columns)

    return change


def called(name: str, old: str, new: str) -> Change:
    def change(frames: Frames) -> None:
        frames[name] = frames[name].rename(columns={old: new})

    return change


def as_text(name: str, column: str) -> Change:
    def change(frames: Frames) -> None:
        frames[name] = frames[name].assign(**{column: frames[name][column].astype("str")})

    return change


def gone(name: str) -> Change:
    def change(frames: Frames) -> None:
        del frames[name]

    return change


def emptied(name: str) -> Change:
    def change(frames: Frames) -> None:
        frames[name] = frames[name].iloc[:0]

    return change


# The rule, the dataset that it names, and what is done to the datasets.
RECORDS: list[tuple[str, str, Change]] = [
    ("sdtm.orphan", "LB", lost("DM", USUBJID=DEAD)),
    ("dm.one_record", "DM", repeated("DM")),
    ("sdtm.seq_unique", "AE", repeated("AE")),
    ("supp.unique", "SUPPAE", repeated("SUPPAE")),
    ("supp.pointer", "SUPPAE", lost("AE", USUBJID="CEACART01-01-001", AESEQ=1.0)),
    ("dm.death_without_ds", "DM", lost("DS", USUBJID=DEAD, DSDECOD="DEATH")),
    ("trial.subject_elements", "DM", lost("SE", USUBJID="CEACART01-01-002")),
    ("trial.element_rules", "TE", repeated("TE")),
    ("trial.arm_order", "TA", repeated("TA")),
    ("visit.once", "SV", repeated("SV")),
    ("visit.in_tv", "SV", lost("TV", VISIT="DAY 28")),
    ("ts.required", "TS", lost("TS", TSPARMCD="SSTDTC")),
    ("tr.lesion_in_tu", "TR", lost("TU", TULNKID="T01")),
    ("tr.measured_once", "TR", repeated("TR")),
    ("tu.lesion_measured", "TU", emptied("TR")),
    ("sdtm.required_present", "AE", without("AE", "AEDECOD")),
    ("sdtm.expected_present", "LB", without("LB", "LBSTRESU")),
    ("sdtm.variable_allowed", "AE", with_("AE", AEOCCUR="Y")),
    ("sdtm.variable_allowed", "LB", called("LB", "LBNAM", "LBNAME")),
    ("sdtm.variable_order", "VS", with_("VS", VSPOS="SITTING")),
    ("sdtm.variable_name", "DM", called("DM", "COUNTRY", "COUNTRYNAME")),
    ("sdtm.variable_type", "VS", as_text("VS", "VISITNUM")),
    ("time.day_present", "VS", without("VS", "VSDY")),
    ("time.date_present", "CM", without("CM", "CMSTDTC")),
    ("time.point_present", "AE", without("AE", "AEENTPT")),
    ("time.timepoint_present", "PC", without("PC", "PCTPTREF")),
    ("relrec.link", "TU", called("TR", "TRLNKID", "TRSPID")),
    ("sdtm.dm_present", "AE", gone("DM")),
]


@pytest.mark.parametrize(
    "case", RECORDS, ids=[f"{i:02}-{r}" for i, (r, _, _) in enumerate(RECORDS)]
)
def test_a_damaged_dataset_is_named(
    reference: Package, built: Frames, case: tuple[str, str, Change]
) -> None:
    rule, dataset, change = case
    frames = dict(built)
    change(frames)
    usual = sum(n for r, d, n in EXPLAINED if (r, d) == (rule, dataset))
    assert len(judged(rule, dataset, frames, reference)) > usual


def test_a_damaged_label_is_named(reference: Package, built: Frames) -> None:
    documents = tuple(
        replace(
            document,
            datasets=tuple(
                replace(
                    about,
                    variables=tuple(
                        replace(v, label="Term") if v.name == "AETERM" else v
                        for v in about.variables
                    ),
                )
                for about in document.datasets
            ),
        )
        for document in reference.documents
    )
    only = replace(RULES["sdtm.label"], target=named("AE"))
    (found,) = run_rules(built, [only], metadata=documents).findings
    assert found.variable == "AETERM"
