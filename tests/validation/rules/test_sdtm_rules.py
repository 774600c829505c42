"""Every rule is shown data that break it, named by it, and data that do not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from define.model import Dataset, Metadata, Variable
from mappings.findings import RawPlace, Severity, SpecPlace
from validation.locate import Lineage
from validation.outcome import Status
from validation.rules import RULES as ALL
from validation.rules import Data, Hit, Rule, named, run_rules
from validation.rules.catalogue import SDTM_RULES

# The rules of ADaM have a study of their own, in test_adam_rules.py.
RULES = SDTM_RULES


def _beside(name: str) -> ModuleType:
    """A module beside this file: tests are no package that could be imported."""
    spec = spec_from_file_location(f"rules_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


STUDY, SMALL = _beside("sdtm_study"), _beside("sdtm_cases")
NAN, S1, S3 = STUDY.NAN, STUDY.S1, STUDY.S3


def good() -> dict[str, pd.DataFrame]:
    """Fresh frames of a study that breaks no rule."""
    frames: dict[str, pd.DataFrame] = STUDY.good()
    return frames


Break = tuple[str, str, int | str, str, Any]

CELLS: list[Break] = [
    ("sdtm.required", "AE", 0, "AETERM", ""),
    ("sdtm.required", "AE", 1, "AESEQ", NAN),
    ("sdtm.required", "SUPPAE", 0, "QNAM", ""),
    ("sdtm.orphan", "AE", 0, "USUBJID", "S-99-999"),
    ("sdtm.orphan_supp", "SUPPAE", 0, "USUBJID", "S-99-999"),
    ("sdtm.seq_unique", "AE", 1, "AESEQ", 1.0),
    ("sdtm.seq_unique", "AE", 1, "AESEQ", NAN),
    ("sdtm.seq_unique", "TS", 1, "TSPARMCD", "ACTSUB"),
    ("sdtm.study_day", "AE", 0, "AESTDY", 0.0),
    ("sdtm.study_day", "AE", 1, "AESTDY", 51.0),
    ("sdtm.study_day", "AE", 1, "AESTDY", NAN),
    ("sdtm.study_day", "AE", 2, "AESTDY", 3.0),
    ("sdtm.study_day", "EX", 3, "EXSTDY", 1.0),
    ("sdtm.date_real", "AE", 0, "AESTDTC", "2024-02-30"),
    ("sdtm.date_real", "LB", 0, "LBDTC", "2023-02-29T10:00"),
    ("sdtm.domain", "AE", 0, "DOMAIN", "AF"),
    ("sdtm.study", "AE", 0, "STUDYID", "T"),
    ("sdtm.code_and_name", "LB", 0, "LBTEST", "CEA"),
    ("sdtm.code_and_name", "LB", 0, "LBTESTCD", "CRP"),
    ("sdtm.code_and_name", "DM", 1, "ARMCD", "DL1"),
    ("sdtm.visit", "LB", 0, "VISIT", "BASELINE"),
    ("sdtm.baseline_flag", "LB", 1, "LBLOBXFL", "N"),
    ("sdtm.not_done", "LB", 3, "LBORRES", "5"),
    ("sdtm.not_done", "LB", 0, "LBREASND", "BROKEN"),
    ("sdtm.standard_result", "LB", 0, "LBSTRESC", ""),
    ("sdtm.standard_result", "LB", 0, "LBSTRESN", 5.2),
    ("sdtm.standard_result", "LB", 1, "LBSTRESN", 0.5),
    ("supp.pointer", "SUPPAE", 0, "IDVARVAL", "3"),
    ("supp.pointer", "SUPPAE", 0, "IDVAR", "AESPID"),
    ("supp.pointer", "SUPPAE", 0, "RDOMAIN", "CM"),
    ("supp.pointer", "SUPPDM", 0, "USUBJID", "S-99-999"),
    ("relrec.pointer", "RELREC", 0, "IDVARVAL", "7"),
    ("relrec.pointer", "RELREC", 2, "IDVAR", "TULNKGRP"),
    ("co.pointer", "CO", 0, "IDVARVAL", "3"),
    ("co.pointer", "CO", 1, "IDVAR", "LBSPEC"),
    ("co.pointer", "CO", 2, "IDVARVAL", "1"),
    ("dm.one_record", "DM", 2, "USUBJID", S1),
    ("dm.death_flag", "DM", 0, "DTHFL", ""),
    ("dm.death_flag", "DM", 0, "DTHDTC", ""),
    ("dm.death_flag", "DM", 1, "DTHFL", "N"),
    ("dm.death_ae", "AE", 2, "AEOUT", "FATAL"),
    ("dm.death_ae", "AE", 2, "AESDTH", "Y"),
    ("dm.death_ae", "AE", 3, "AETOXGR", "5"),
    ("dm.death_ds", "DS", 0, "USUBJID", S3),
    ("dm.nothing_after_death", "TR", 1, "TRDTC", "2024-03-11"),
    ("dm.nothing_after_death", "AE", 1, "AESTDTC", "2024-03-11"),
    ("dm.first_exposure", "DM", 0, "RFXSTDTC", "2024-01-11T09:00"),
    ("dm.first_exposure", "DM", 0, "RFXSTDTC", ""),
    ("dm.first_exposure", "DM", 2, "RFXSTDTC", "2024-01-30"),
    ("dm.last_exposure", "DM", 1, "RFXENDTC", "2024-01-20T10:31"),
    ("dm.reference_start", "DM", 1, "RFSTDTC", "2024-01-21"),
    ("trial.arm_in_ta", "DM", 0, "ARM", "Dose level 2"),
    ("trial.arm_in_ta", "DM", 1, "ACTARMCD", "DL9"),
    ("trial.arm_in_ta", "DM", 2, "ARM", "Screen Failure"),
    ("trial.arm_order", "TA", 1, "TAETORD", 1.0),
    ("trial.arm_reason", "DM", 2, "ARMNRS", ""),
    ("trial.arm_reason", "DM", 0, "ARMNRS", "NOT ASSIGNED"),
    ("trial.arm_reason", "DM", 2, "ARMNRS", "ASSIGNED, NOT TREATED"),
    ("trial.arm_treated", "DM", 0, "ACTARMCD", ""),
    ("trial.arm_treated", "DM", 2, "ACTARMCD", "DL1"),
    ("trial.element_in_te", "SE", 1, "ELEMENT", "Therapy"),
    ("trial.element_in_te", "SE", 1, "ETCD", "UNPLAN"),
    ("trial.element_in_te", "TA", 1, "ETCD", "TREAT"),
    ("trial.element_used", "TE", 2, "ETCD", "FOLL"),
    ("trial.element_planned", "SE", 1, "TAETORD", 3.0),
    ("trial.element_planned", "SE", 1, "TAETORD", NAN),
    ("trial.element_planned", "SE", 6, "TAETORD", 4.0),
    ("trial.element_order", "SE", 2, "SESTDTC", "2024-01-09"),
    ("trial.element_order", "SE", 2, "TAETORD", 1.0),
    ("trial.element_gap", "SE", 0, "SEENDTC", "2024-01-09"),
    ("trial.element_gap", "SE", 1, "SEENDTC", ""),
    ("trial.element_gap", "SE", 2, "SESTDTC", "2024-02-21"),
    ("trial.element_epoch", "SE", 1, "EPOCH", "SCREENING"),
    ("trial.subject_elements", "DM", 0, "RFSTDTC", "2024-04-01"),
    ("trial.subject_elements", "DM", 2, "USUBJID", "S-02-002"),
    ("trial.dose_in_treatment", "EX", 0, "EXSTDTC", "2024-01-09"),
    ("trial.dose_in_treatment", "EX", 1, "EXSTDTC", "2024-02-21"),
    ("trial.epoch", "AE", 0, "EPOCH", "TREATMENT"),
    ("trial.epoch", "AE", 1, "EPOCH", ""),
    ("trial.epoch", "AE", 1, "AESTDTC", "2024-04-01"),
    ("trial.criterion_in_ti", "IE", 0, "IETESTCD", "INCL02"),
    ("trial.criterion_in_ti", "IE", 1, "IECAT", "INCLUSION"),
    ("trial.criterion_once", "TI", 1, "IETESTCD", "INCL01"),
    ("trial.criterion_result", "IE", 0, "IEORRES", "Y"),
    ("trial.criterion_result", "IE", 1, "IESTRESC", "N"),
    ("visit.in_tv", "SV", 0, "VISIT", "SCREEN"),
    ("visit.in_tv", "SV", 3, "VISITNUM", 8.0),
    ("visit.in_tv", "SV", 3, "VISITDY", 29.0),
    ("visit.in_tv", "LB", 0, "VISITNUM", 3.0),
    ("visit.unplanned", "SV", 2, "VISITNUM", 7.0),
    ("visit.in_sv", "LB", 0, "VISITNUM", 9.0),
    ("visit.in_sv", "TR", 2, "USUBJID", S3),
    ("visit.once", "SV", 1, "VISITNUM", 1.0),
    ("visit.window", "SV", 0, "SVSTDY", 2.0),
    ("visit.window", "SV", 3, "SVSTDY", -1.0),
    ("ts.required", "TS", 4, "TSVAL", ""),
    ("ts.required", "TS", 0, "TSPARMCD", "OTHER"),
    ("ts.expected", "TS", "THERAREA", "TSVAL", ""),
    ("ts.null", "TS", "AGEMAX", "TSVAL", "P75Y"),
    ("ts.null", "TS", "AGEMAX", "TSVALNF", ""),
    ("ts.format", "TS", "PLANSUB", "TSVAL", "forty"),
    ("ts.format", "TS", "AGEMIN", "TSVAL", "18 years"),
    ("ts.format", "TS", "LENGTH", "TSVAL", "PT"),
    ("ts.format", "TS", "DCUTDTC", "TSVAL", "30JUN2024"),
    ("ts.study_start", "TS", "SSTDTC", "TSVAL", "2023-11"),
    ("ts.actual_subjects", "TS", "ACTSUB", "TSVAL", "1"),
    ("ts.actual_subjects", "TS", "ACTSUB", "TSVAL", "4"),
    ("ts.arms", "TS", "NARMS", "TSVAL", "3"),
    ("ts.sex", "DM", 0, "SEX", "M"),
    ("ts.age", "DM", 0, "AGE", 17.0),
    ("ts.start_of_consent", "TS", "SSTDTC", "TSVAL", "2023-11-25"),
    ("ts.end_of_participation", "TS", "SENDTC", "TSVAL", "2024-06-11"),
    ("ts.country", "DM", 0, "COUNTRY", "USA"),
    ("ts.randomized", "TS", "RANDOM", "TSVAL", "Y"),
    ("tr.lesion_in_tu", "TR", 0, "TRLNKID", "T02"),
    ("tu.lesion_measured", "TU", 1, "TULNKID", "T02"),
    ("tr.no_negative_size", "TR", 0, "TRSTRESN", -1.0),
    ("rs.date", "RS", 0, "RSDTC", ""),
    ("rs.after_death", "RS", 0, "RSDTC", "2024-03-11"),
    ("rs.without_scan", "RS", 0, "VISITNUM", 8.0),
    ("rs.without_scan", "RS", 1, "RSSTRESC", "irSD"),
]


def doubled(name: str, **changes: Any) -> Callable[[dict[str, pd.DataFrame]], None]:
    def add(frames: dict[str, pd.DataFrame]) -> None:
        extra = frames[name].iloc[:1].assign(**changes)
        frames[name] = pd.concat([frames[name], extra], ignore_index=True)

    return add


def without_disposition(frames: dict[str, pd.DataFrame]) -> None:
    frames["DS"]["DSDECOD"] = "COMPLETED"


def without_second_arm(frames: dict[str, pd.DataFrame]) -> None:
    names = ["ARMCD", "ARM", "ACTARMCD", "ACTARM"]
    frames["DM"].loc[1, names] = frames["DM"].loc[0, names]


ROWS: list[tuple[str, Callable[[dict[str, pd.DataFrame]], None]]] = [
    ("rs.one_overall", doubled("RS", RSSEQ=2.0, RSSTRESC="irSD")),
    ("supp.unique", doubled("SUPPAE")),
    ("dm.death_without_ds", without_disposition),
    ("trial.arm_used", without_second_arm),
]


def broken(name: str, row: int | str, column: str, value: Any) -> dict[str, pd.DataFrame]:
    """The good study with one cell changed; a row of TS may be named by its parameter."""
    frames = good()
    if isinstance(row, str):
        row = int(np.flatnonzero(frames["TS"]["TSPARMCD"] == row)[0])
    frames[name].loc[row, column] = value
    return frames


def test_the_good_study_breaks_nothing_and_every_rule_looked_at_it() -> None:
    result = run_rules(good())
    assert [str(f) for f in result.findings] == []
    assert (result.failed, result.errored) == (0, 0)
    seen = {o.check for o in result.outcomes if o.status is Status.PASSED}
    assert {c[0] for c in CELLS} | {r[0] for r in ROWS} <= seen


@pytest.mark.parametrize("case", SMALL.CASES, ids=str)
def test_a_few_records_break_a_rule_only_when_they_are_changed(case: Any) -> None:
    rules = [r for r in RULES if r.id == case.rule]
    frames = {name: SMALL.made(name, columns) for name, columns in case.frames.items()}
    before = run_rules(frames, rules)
    assert [str(f) for f in before.findings] == []
    case.change(frames)
    after = run_rules(frames, rules)
    assert [f.message for f in after.findings if f.rule == "rule.exception"] == []
    assert {f.rule for f in after.findings} == {case.rule}


@pytest.mark.parametrize("case", CELLS, ids=lambda c: f"{c[0]}-{c[1]}.{c[3]}={c[4]}")
def test_one_broken_cell_is_named_by_its_rule(case: Break) -> None:
    rule, name, row, column, value = case
    result = run_rules(broken(name, row, column, value), [r for r in RULES if r.id == rule])
    found = result.findings
    assert found
    assert result.errored == 0
    assert {f.dataset for f in found} == {name}


@pytest.mark.parametrize("case", ROWS, ids=lambda c: str(c[0]))
def test_one_record_too_many_is_named_by_its_rule(case: tuple[str, Any]) -> None:
    frames = good()
    case[1](frames)
    assert run_rules(frames, [r for r in RULES if r.id == case[0]]).findings


def test_every_rule_has_a_case_that_breaks_it() -> None:
    small = {c.rule for c in SMALL.CASES}
    # What the label must be is known only with define.xml: see test_a_label_is_that_of_the_guide.
    others = {"sdtm.label"}
    assert {c[0] for c in CELLS} | {r[0] for r in ROWS} | small | others == {r.id for r in RULES}


def test_ids_are_unique_and_every_rule_says_its_source_and_what_to_do() -> None:
    ids = [r.id for r in ALL]
    assert len(ids) == len(set(ids))
    for rule in ALL:
        assert rule.text
        assert rule.source
        assert rule.advice
        assert rule.severity in (Severity.ERROR, Severity.WARNING)


def test_a_finding_says_subject_record_value_raw_row_and_mapping_line() -> None:
    lineage = Lineage(
        {"form": "raw/ae.csv"}, {}, {("AE", "AESTDY"): SpecPlace("sdtm/ae.yaml", 4, 3)}
    )
    rules = [r for r in RULES if r.id == "sdtm.study_day"]
    result = run_rules(broken("AE", 1, "AESTDY", 51.0), rules, lineage=lineage)
    (found,) = (f for f in result.findings if f.rule == "sdtm.study_day")
    assert (found.scope, found.value) == ("S-01-001 AESEQ=2", "51")
    assert found.raw == RawPlace("raw/ae.csv", 3)
    assert str(found.spec) == "sdtm/ae.yaml:4:3"
    assert found.message.endswith("2024-03-01 is day 52")


@pytest.mark.parametrize("gone", ["DM", "TU"])
def test_an_absent_dataset_is_not_run_never_passed(gone: str) -> None:
    frames = good()
    del frames[gone]
    result = run_rules(frames, [r for r in RULES if r.needs])
    assert result.errored == 0
    not_run = [o for o in result.outcomes if o.status is Status.NOT_RUN]
    assert any(gone in o.reason or "there are no" in o.reason for o in not_run)
    assert not [o for o in result.outcomes if o.dataset == gone and o.status is Status.PASSED]


def test_an_absent_variable_is_not_run_and_named() -> None:
    frames = good()
    frames["DM"] = frames["DM"].drop(columns="DTHFL")
    outcomes = run_rules(frames, [r for r in RULES if r.id == "dm.death_flag"]).outcomes
    reasons = {o.check: o.reason for o in outcomes if o.status is Status.NOT_RUN}
    assert reasons["dm.death_flag"] == "DM has no variable DTHFL"


def test_no_data_at_all_passes_nothing() -> None:
    result = run_rules({})
    assert (result.passed, result.failed, result.errored) == (0, 0, 0)
    assert result.not_run >= len(ALL)


def test_empty_datasets_raise_nothing() -> None:
    frames = {name: frame.iloc[:0] for name, frame in good().items()}
    result = run_rules(frames)
    assert result.errored == 0
    assert {f.rule for f in result.findings} == {"ts.required", "ts.expected"}


def test_a_rule_that_raises_is_an_error_not_a_pass() -> None:
    def check(data: Data, name: str) -> list[Hit]:
        raise RuntimeError("two\nlines")

    rule = Rule("x.y", "text", "source", Severity.WARNING, named("DM"), check)
    result = run_rules(good(), [rule])
    assert (result.passed, result.failed, result.errored) == (0, 0, 1)
    (found,) = result.findings
    assert (found.rule, found.severity) == ("rule.exception", Severity.ERROR)
    assert "two lines" in found.message


def test_a_code_with_two_names_is_said_once_a_pair() -> None:
    frames = broken("LB", 0, "LBTEST", "CEA")
    found = run_rules(frames, [r for r in RULES if r.id == "sdtm.code_and_name"]).findings
    assert [(f.scope, f.message[-11:], f.value) for f in found] == [
        ("LBTESTCD=CEA LBTEST=CEA", " (1 record)", "CEA, CEA"),
        (
            "LBTESTCD=CEA LBTEST=Carcinoembryonic Antigen",
            " (1 record)",
            "CEA, Carcinoembryonic Antigen",
        ),
    ]


def test_unscheduled_visits_may_share_a_name() -> None:
    frames = good()
    frames["LB"]["VISIT"] = ["UNSCHEDULED", "DAY 1", "UNSCHEDULED", "DAY 1"]
    frames["LB"]["VISITNUM"] = [1.1, 2.0, 1.2, 2.0]
    visit = [r for r in RULES if r.id == "sdtm.visit"]
    assert run_rules(frames, visit).findings == ()
    frames["LB"].loc[2, "VISITNUM"] = 2.0
    (found,) = run_rules(frames, visit).findings
    assert found.scope == "S-01-001 LBSEQ=3"


def test_a_dose_of_0_was_given_when_it_is_a_placebo() -> None:
    rules = [r for r in RULES if r.id.endswith(("_exposure", ".reference_start"))]
    frames = good()
    assert not run_rules(frames, rules).findings  # S3: 0 of the study drug, which was not given
    frames["EX"]["EXTRT"] = ["CELLS", "CELLS", "CELLS", "PLACEBO"]
    found = {f.rule: f.scope for f in run_rules(frames, rules).findings}
    assert found.pop("dm.first_exposure") == found.pop("dm.last_exposure") == S3
    frames["DM"].loc[2, ["RFSTDTC", "RFXSTDTC", "RFXENDTC"]] = "2024-01-30"
    assert not run_rules(frames, rules).findings


@pytest.mark.parametrize("label", ["Reported term", "x" * 41])
def test_a_label_is_that_of_the_guide(label: str) -> None:
    term = Variable("AETERM", "Reported Term for the Adverse Event", "text", False, 20, 1)
    rules = [r for r in RULES if r.id == "sdtm.label"]

    def found(variable: Variable) -> list[str]:
        about = Dataset("AE", "Adverse Events", "EVENTS", "", (variable,), 1, domain="AE")
        document = Metadata("S", "S", "S", "S", "Tabulation", "2024-09-01", (), (about,))
        return [f.variable for f in run_rules(good(), rules, metadata=[document]).findings]

    assert found(term) == []
    assert found(replace(term, label=label)) == ["AETERM"]


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = [c for c in frame if pd.api.types.is_numeric_dtype(frame[c]) and c != "_row"]
    texts = {
        str(c): pd.Series(["" if np.isnan(v) else f"{v:g}" for v in frame[c]], dtype="str")
        for c in numbers
    }
    return frame.assign(**texts)


def test_numbers_that_stand_as_text_and_missing_text_that_is_nan_change_nothing() -> None:
    frames = {n: _as_text(f).replace("", np.nan) for n, f in good().items()}
    result = run_rules(frames, RULES)
    assert [str(f) for f in result.findings] == []
