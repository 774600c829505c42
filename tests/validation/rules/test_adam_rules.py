"""Every rule of ADaM is shown data that break it, named by it, and data that do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from define.model import Metadata, Variable
from mappings.findings import Finding
from validation.outcome import Status
from validation.rules import RULES, run_rules

PREFIXES = ("adam.", "adsl.", "bds.", "occds.", "tte.", "source.", "cross.")
ADAM = [r for r in RULES if r.id.startswith(PREFIXES)]


def _study() -> ModuleType:
    """`adam_study.py` beside this file: tests are no package that could be imported."""
    place = Path(__file__).with_name("adam_study.py")
    spec = spec_from_file_location("adam_rules_study", place)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STUDY = _study()
NAN, DAY, S1, S3 = STUDY.NAN, STUDY.DAY, STUDY.S1, STUDY.S3
Frames = dict[str, pd.DataFrame]

CELLS: list[tuple[str, str, int, str, Any]] = [
    ("adam.identified", "ADAE", 0, "USUBJID", ""),
    ("adam.identified", "ADLB", 0, "STUDYID", ""),
    ("adam.text_length", "ADAE", 0, "AETERM", "x" * 201),
    ("adam.listed_value", "ADLB", 1, "ABLFL", "N"),
    ("adam.listed_value", "ADLB", 1, "ANL01FL", "N"),
    ("adam.listed_value", "ADAE", 0, "TRTEMFL", "N"),
    ("adam.aseq", "ADLB", 1, "ASEQ", 1.0),
    ("adam.aseq", "ADLB", 1, "ASEQ", 1.5),
    ("adsl.one_record", "ADSL", 2, "USUBJID", S1),
    ("adsl.in_dm", "ADSL", 2, "USUBJID", "S-99-999"),
    ("adam.subject_in_adsl", "ADAE", 0, "USUBJID", "S-99-999"),
    ("adam.same_as_adsl", "ADAE", 0, "SAFFL", "N"),
    ("adam.same_as_adsl", "ADAE", 0, "TRTSDT", DAY + 1),
    ("adsl.population_flags", "ADSL", 2, "SAFFL", ""),
    ("adsl.population_flags", "ADSL", 2, "SCRNFL", ""),
    ("adsl.population_flags", "ADSL", 2, "SAFFN", NAN),
    ("adsl.screen_failure", "ADSL", 2, "RANDFL", "Y"),
    ("adsl.randomized", "ADSL", 0, "RANDDT", NAN),
    ("adsl.randomized", "ADSL", 2, "RANDFL", "Y"),
    ("adsl.treatment", "ADSL", 0, "TRT01A", ""),
    ("adsl.treatment", "ADSL", 0, "TRT01P", ""),
    ("adsl.duration", "ADSL", 0, "TRTDURD", 35.0),
    ("adsl.duration", "ADSL", 2, "TRTDURD", 1.0),
    ("adsl.disposition", "ADSL", 1, "DCSREAS", "DEATH"),
    ("adsl.disposition", "ADSL", 1, "EOSDT", DAY),
    ("adsl.death", "ADSL", 0, "DTHFL", ""),
    ("adsl.death", "ADSL", 0, "DTHDT", NAN),
    ("adsl.death", "ADSL", 1, "DTHCAUS", "Unknown"),
    ("adsl.after_death", "ADSL", 0, "LSTALVDT", DAY + 56),
    ("adsl.before_consent", "ADSL", 0, "RFICDT", DAY + 1),
    ("adsl.period_order", "ADSL", 0, "AP02SDT", DAY + 33),
    ("adsl.period_order", "ADSL", 0, "AP02SDT", DAY - 1),
    ("adam.treatment", "ADLB", 0, "TRTP", "Dose 2"),
    ("adam.treatment", "ADAE", 0, "TRTA", "Placebo"),
    ("adam.flag_values", "ADAE", 0, "TRTEMFL", "X"),
    ("adam.flag_values", "ADSL", 0, "SAFFN", 2.0),
    ("adam.flag_pair", "ADSL", 0, "SAFFN", 0.0),
    ("adam.number_pair", "ADSL", 1, "AGEGR1N", 1.0),
    ("adam.number_pair", "ADLB", 0, "AVISITN", 2.0),
    ("adam.number_pair", "ADSL", 1, "TRT01P", "Dose 1"),
    ("adam.number_alone", "ADLB", 0, "AVISIT", ""),
    ("adam.number_alone", "ADSL", 0, "TRT01PN", NAN),
    ("adam.grade", "ADAE", 0, "ATOXGR", "6"),
    ("adam.grade", "ADAE", 0, "ATOXGR", "0"),
    ("adam.grade", "ADAE", 0, "ATOXGRN", 3.0),
    ("adam.date_number", "ADLB", 0, "ADT", DAY + 0.5),
    ("adam.date_number", "ADLB", 0, "ADT", DAY * 86400),
    ("adam.date_number", "ADSL", 0, "TRTSDTM", DAY),
    ("adam.date_number", "ADSL", 0, "TRTSTM", 86400.0),
    ("adam.date_and_time", "ADSL", 0, "TRTSDT", DAY + 1),
    ("adam.date_and_time", "ADSL", 0, "TRTSTM", 32401.0),
    ("adam.date_and_time", "ADAE", 0, "AENDT", NAN),
    ("adam.study_day", "ADLB", 0, "ADY", -7.0),
    ("adam.study_day", "ADLB", 1, "ADY", 0.0),
    ("adam.study_day", "ADAE", 0, "AENDY", 1.0),
    ("adam.study_day", "ADAE", 0, "ASTDY", NAN),
    ("adam.no_day_0", "ADLB", 1, "ADY", 0.0),
    ("adam.no_day_0", "ADAE", 0, "ASTDY", 1.5),
    ("adam.start_after_end", "ADAE", 0, "AENDT", DAY - 2),
    ("adam.start_after_end", "ADSL", 1, "TRTEDT", DAY),
    ("adam.start_after_end", "ADSL", 0, "AP01EDT", DAY - 1),
    ("adam.imputation_value", "ADAE", 2, "ASTDTF", "X"),
    ("adam.imputation_value", "ADAE", 2, "AENTMF", "D"),
    ("adam.imputation_value", "ADAE", 1, "AENTMF", "H"),
    ("adam.imputation_value", "ADSL", 1, "DTHDTF", "D"),
    ("adam.date_of_collected", "ADAE", 0, "ASTDT", DAY),
    ("adam.date_of_collected", "ADAE", 0, "ASTDT", NAN),
    ("adam.date_of_collected", "ADAE", 2, "ASTDT", DAY + 30),
    ("adam.date_of_collected", "ADAE", 3, "ASTDT", DAY + 37),
    ("adam.date_of_collected", "ADSL", 0, "RFICDT", DAY - 15),
    ("adam.date_of_collected", "ADSL", 0, "DTHDT", DAY + 90),
    ("adam.imputation_flag", "ADAE", 2, "ASTDTF", ""),
    ("adam.imputation_flag", "ADAE", 3, "ASTDTF", "D"),
    ("adam.imputation_flag", "ADAE", 0, "ASTDTF", "D"),
    ("adam.imputation_flag", "ADAE", 2, "AENTMF", ""),
    ("adam.imputation_flag", "ADAE", 0, "AENTMF", "M"),
    ("adam.imputation_flag", "ADSL", 0, "DTHDTF", "M"),
    ("bds.parameter", "ADLB", 0, "PARAM", ""),
    ("bds.parameter", "ADLB", 0, "PARAMCD", "cea-1"),
    ("bds.one_parameter", "ADLB", 0, "PARAM", "CEA"),
    ("bds.one_parameter", "ADLB", 0, "PARAMN", 2.0),
    ("bds.parameter_category", "ADLB", 1, "PARCAT1", "OTHER"),
    ("bds.aval_avalc", "ADLB", 0, "AVALC", "6"),
    ("bds.aval_avalc", "ADRS", 0, "AVAL", 3.0),
    ("bds.number_in_text", "ADLB", 0, "AVALC", "5.5"),
    ("bds.one_baseline", "ADLB", 1, "ABLFL", "Y"),
    ("bds.one_baseline", "ADLB", 3, "BASE", 7.0),
    ("bds.baseline_value", "ADLB", 2, "BASE", 6.0),
    ("bds.baseline_value", "ADLB", 2, "BASE", NAN),
    ("bds.baseline_value", "ADLB", 0, "ABLFL", ""),
    ("bds.baseline_late", "ADLB", 0, "ADT", DAY + 1),
    ("bds.change", "ADLB", 1, "CHG", 2.0),
    ("bds.change", "ADLB", 1, "PCHG", 0.2),
    ("bds.change", "ADLB", 4, "CHG", 0.0),
    ("bds.change_missing", "ADLB", 1, "CHG", NAN),
    ("bds.change_missing", "ADLB", 2, "PCHG", NAN),
    ("bds.basetype", "ADLB", 1, "BASETYPE", ""),
    ("bds.range", "ADLB", 2, "ANRIND", "NORMAL"),
    ("bds.range", "ADLB", 0, "ANRIND", "LOW"),
    ("bds.range", "ADLB", 0, "ANRIND", "HIGH"),
    ("bds.range", "ADLB", 4, "ANRLO", 8.0),
    ("bds.criterion", "ADLB", 0, "CRIT1", ""),
    ("bds.criterion", "ADLB", 1, "CRIT1", "CEA tripled"),
    ("adam.category", "ADLB", 2, "AVALCAT1", "<6"),
    ("adam.category", "ADSL", 2, "AGEGR1", ">=65"),
    ("bds.window", "ADLB", 2, "AWHI", 28.0),
    ("bds.window", "ADLB", 2, "AWLO", 30.0),
    ("bds.window", "ADLB", 2, "AWTDIFF", 2.0),
    ("occds.emergent", "ADAE", 0, "TRTEMFL", "Y"),
    ("occds.emergent_missing", "ADAE", 0, "AESTDTC", "2024-01-11"),
    ("occds.first_once", "ADAE", 3, "AOCCFL", "Y"),
    ("occds.first_once", "ADAE", 0, "AOCCPFL", "Y"),
    ("occds.first_missing", "ADAE", 1, "AOCCFL", ""),
    ("occds.first_missing", "ADAE", 3, "AOCCPFL", ""),
    ("occds.first_is_first", "ADAE", 3, "ASTDT", DAY + 5),
    ("occds.first_is_first", "ADAE", 2, "ATOXGRN", 4.0),
    ("occds.duration", "ADAE", 0, "ADURN", 2.0),
    ("occds.duration", "ADAE", 0, "ADURU", ""),
    ("occds.query", "ADAE", 1, "SMQ01NAM", ""),
    ("tte.aval", "ADTTE", 0, "AVAL", 60.0),
    ("tte.aval", "ADTTE", 0, "AVAL", NAN),
    ("tte.aval", "ADTTE", 3, "AVAL", 56.0),
    ("tte.order", "ADTTE", 0, "STARTDT", DAY + 70),
    ("tte.cnsr", "ADTTE", 0, "CNSR", NAN),
    ("tte.cnsr", "ADTTE", 0, "CNSR", -1.0),
    ("tte.cnsr", "ADTTE", 0, "CNSR", 0.5),
    ("tte.described", "ADTTE", 0, "EVNTDESC", ""),
    ("tte.censor_described", "ADTTE", 1, "CNSDTDSC", ""),
    ("tte.censor_described", "ADTTE", 0, "CNSDTDSC", "Death"),
    ("tte.event_or_censor", "ADTTE", 1, "EVNTDESC", "Death"),
    ("tte.one_record", "ADTTE", 3, "PARAMCD", "OS"),
    ("tte.after_death", "ADTTE", 2, "ADT", DAY + 56),
    ("tte.survival", "ADTTE", 0, "CNSR", 1.0),
    ("tte.survival", "ADTTE", 0, "ADT", DAY + 54),
    ("tte.survival", "ADTTE", 1, "CNSR", 0.0),
    ("tte.progression_survival", "ADTTE", 2, "ADT", DAY + 56),
    ("source.named", "ADLB", 0, "SRCDOM", "LBX"),
    ("source.named", "ADLB", 0, "SRCDOM", ""),
    ("source.named", "ADLB", 0, "SRCVAR", "LBSTRES"),
    ("source.named", "ADLB", 0, "SRCVAR", ""),
    ("source.record", "ADLB", 0, "SRCSEQ", 9.0),
    ("source.missing", "ADLB", 0, "SRCSEQ", NAN),
    ("source.value", "ADLB", 0, "AVAL", 5.5),
    ("source.value", "ADLB", 0, "AVAL", NAN),
    ("source.value", "ADLB", 0, "SRCSEQ", 3.0),
    ("source.text", "ADRS", 0, "AVALC", "irCR"),
    ("source.date", "ADLB", 0, "ADT", DAY - 7),
    ("source.date", "ADTTE", 0, "ADT", DAY + 54),
    ("source.date", "ADTTE", 1, "ADT", DAY + 98),
    ("source.date", "ADTTE", 2, "SRCSEQ", 1.0),
    ("cross.predecessor", "ADSL", 0, "AGE", 45.0),
    ("cross.predecessor", "ADSL", 0, "AGE", NAN),
    ("cross.predecessor", "ADAE", 0, "AETERM", "Cold"),
    ("cross.predecessor", "ADAE", 0, "AETERM", ""),
    ("cross.predecessor", "ADAE", 1, "ASTCTGR", "Grade 3"),
    ("cross.predecessor", "ADAE", 0, "ASTCTGR", "Grade 3"),
    ("cross.predecessor", "ADAE", 0, "TRTSDT", DAY + 1),
    ("cross.predecessor", "ADLB", 0, "VISITNUM", 2.0),
    ("cross.predecessor", "ADLB", 0, "VISITNUM", NAN),
    ("cross.sdtm_value", "ADAE", 0, "AETERM", "Cold"),
    ("cross.sdtm_value", "ADAE", 0, "AESTDTC", ""),
    ("cross.sdtm_value", "ADSL", 0, "AGE", 45.0),
    ("cross.sdtm_value", "ADSL", 0, "DTHFL", ""),
    ("cross.occurrence", "ADAE", 0, "AESEQ", 7.0),
    ("cross.exposure", "ADSL", 0, "TRTSDT", DAY + 1),
    ("cross.exposure", "ADSL", 0, "TRTEDT", DAY + 34),
    ("cross.exposure", "ADSL", 0, "TRTEDT", NAN),
    ("cross.exposure", "ADSL", 2, "TRTSDT", DAY),
    ("cross.safety", "ADSL", 0, "SAFFL", "N"),
    ("cross.safety", "ADSL", 2, "SAFFL", "Y"),
    ("cross.death", "ADSL", 0, "DTHDT", NAN),
    ("cross.death", "ADSL", 1, "DTHDT", DAY + 99),
]

Change = Callable[[Frames], None]


def without(name: str, *columns: str) -> Change:
    def change(frames: Frames) -> None:
        frames[name] = frames[name].drop(columns=[*columns])

    return change


def with_(name: str, **columns: Any) -> Change:
    def change(frames: Frames) -> None:
        frames[name] = frames[name].assign(**columns)

    return change


def as_text(name: str, column: str) -> Change:
    def change(frames: Frames) -> None:
        frames[name][column] = frames[name][column].astype("str")

    return change


def without_row(name: str, row: int) -> Change:
    def change(frames: Frames) -> None:
        frames[name] = frames[name].drop(index=row).reset_index(drop=True)

    return change


def doubled(name: str) -> Change:
    def change(frames: Frames) -> None:
        twice = [frames[name], frames[name].iloc[:1].assign(ASEQ=99.0)]
        frames[name] = pd.concat(twice, ignore_index=True)

    return change


def gone(name: str) -> Change:
    def change(frames: Frames) -> None:
        del frames[name]

    return change


# The rule, the dataset that it names, and what is done to the datasets.
SHAPES: list[tuple[str, str, Change]] = [
    ("adam.adsl", "ADAE", gone("ADSL")),
    ("adam.name", "ADLB", with_("ADLB", AVALCATEG="x")),
    ("adam.name", "ADLB", with_("ADLB", aval=1.0)),
    ("adam.type", "ADLB", as_text("ADLB", "AVAL")),
    ("adam.type", "ADSL", with_("ADSL", SEX=1.0)),
    ("adam.date_number", "ADLB", as_text("ADLB", "ADT")),
    ("adam.required", "ADSL", without("ADSL", "SITEID")),
    ("adam.required", "ADSL", without("ADSL", "TRT01P")),
    ("adam.required", "ADLB", without("ADLB", "PARAMCD")),
    ("adam.required", "ADAE", without("ADAE", "AETERM")),
    ("adam.required", "ADTTE", without("ADTTE", "CNSR")),
    ("adam.value_of_shape", "ADAE", with_("ADAE", AVAL=1.0)),
    ("adam.value_of_shape", "ADLB", without("ADLB", "AVAL", "AVALC")),
    ("adam.companion", "ADLB", without("ADLB", "ABLFL")),
    ("adam.companion", "ADLB", without("ADLB", "AWTARGET")),
    ("adam.companion", "ADAE", without("ADAE", "ASTDT")),
    ("adam.companion", "ADAE", without("ADAE", "ADURU")),
    ("adam.companion", "ADSL", without("ADSL", "TRT01P")),
    ("adam.companion", "ADSL", without("ADSL", "DOSE01U")),
    ("adam.companion", "ADLB", without("ADLB", "SRCDOM")),
    ("adam.number_without_text", "ADSL", without("ADSL", "AGEGR1")),
    ("adam.number_without_text", "ADLB", without("ADLB", "AVISIT")),
    ("adam.imputation_flag", "ADAE", without("ADAE", "ASTDTF")),
    ("adam.whole_record", "ADLB", doubled("ADLB")),
    ("occds.dictionary", "ADAE", without("ADAE", "AEPTCD")),
    ("occds.core_variables", "ADAE", without("ADAE", "AESER")),
    ("adam.number_without_text", "ADSL", with_("ADSL", RACEN=1.0, SEXN=1.0, COHORTC="A")),
    ("cross.subject_lost", "DM", without_row("ADSL", 1)),
    ("cross.occurrence", "ADAE", without_row("AE", 3)),
    ("cross.predecessor", "ADSL", without("DM", "AGE")),
    ("cross.death", "ADSL", with_("DD", USUBJID="S-01-002")),
]
# The rule, the dataset, the variable, and what define.xml says of it.
WORDS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("adam.label", "ADLB", "AVAL", {"label": ""}),
    ("adam.label", "ADLB", "AVAL", {"label": "x" * 41}),
    ("adam.standard_label", "ADLB", "AVAL", {"label": "Value"}),
    ("adam.standard_label", "ADSL", "TRT01P", {"label": "Planned Treatment for Period 1"}),
    ("adam.same_attributes", "ADLB", "SAFFL", {"label": "Safety"}),
    ("adam.same_attributes", "ADAE", "SAFFL", {"numeric": True}),
    ("adam.analysis_flag", "ADLB", "ANL01FL", {"label": "Analysis Flag"}),
    ("adam.date_format", "ADLB", "ADT", {"format": ""}),
    ("adam.date_format", "ADSL", "TRTSDTM", {"format": "DATE9."}),
]


def found_by(rule: str, frames: Frames, document: Metadata | None = None) -> list[Finding]:
    """What one rule finds; the document describes the good datasets unless one is given."""
    rules = [r for r in ADAM if r.id == rule]
    result = run_rules(frames, rules, metadata=[document or STUDY.described(frames)])
    assert result.errored == 0, [f.message for f in result.findings]
    return list(result.findings)


def test_the_good_study_breaks_nothing_and_every_rule_looked_at_it() -> None:
    frames = STUDY.good()
    result = run_rules(frames, ADAM, metadata=[STUDY.described(frames)])
    assert [str(f) for f in result.findings] == []
    assert (result.failed, result.errored) == (0, 0)
    seen = {o.check for o in result.outcomes if o.status is Status.PASSED}
    assert {r.id for r in ADAM} - seen == set()


@pytest.mark.parametrize("case", CELLS, ids=lambda c: f"{c[0]}-{c[1]}.{c[3]}-{str(c[4])[:12]}")
def test_one_broken_cell_is_named_by_its_rule(case: tuple[str, str, int, str, Any]) -> None:
    rule, name, row, column, value = case
    frames = STUDY.good()
    before = frames[name].loc[row, column]
    assert str(before) != str(value)
    frames[name].loc[row, column] = value
    found = found_by(rule, frames)
    assert found
    assert {f.dataset for f in found} == {name}


@pytest.mark.parametrize("case", SHAPES, ids=lambda c: f"{c[0]}-{c[1]}")
def test_a_broken_dataset_is_named_by_its_rule(case: tuple[str, str, Change]) -> None:
    rule, name, change = case
    frames = STUDY.good()
    # The document is of the good datasets: a variable does not make itself required.
    document = STUDY.described(frames)
    change(frames)
    found = found_by(rule, frames, document)
    assert found
    assert {f.dataset for f in found} == {name}


@pytest.mark.parametrize("case", WORDS, ids=lambda c: f"{c[0]}-{c[2]}")
def test_a_wrong_word_of_the_metadata_is_named_by_its_rule(
    case: tuple[str, str, str, dict[str, Any]],
) -> None:
    rule, name, column, facts = case
    frames = STUDY.good()
    found = found_by(rule, frames, _changed(STUDY.described(frames), name, column, facts))
    assert name in {f.dataset for f in found}


def _changed(document: Metadata, name: str, column: str, facts: dict[str, Any]) -> Metadata:
    def variables(given: tuple[Variable, ...]) -> Iterator[Variable]:
        for variable in given:
            yield replace(variable, **facts) if variable.name == column else variable

    return replace(
        document,
        datasets=tuple(
            replace(d, variables=tuple(variables(d.variables))) if d.name == name else d
            for d in document.datasets
        ),
    )


def test_every_rule_has_a_case_that_breaks_it() -> None:
    cases = {c[0] for c in CELLS} | {c[0] for c in SHAPES} | {c[0] for c in WORDS}
    assert cases == {r.id for r in ADAM}


def test_without_metadata_what_needs_them_is_not_run() -> None:
    result = run_rules(STUDY.good(), ADAM)
    silent = {o.check for o in result.outcomes if o.status is Status.NOT_RUN}
    assert {"adam.label", "adam.standard_label", "adam.date_format", "cross.predecessor"} <= silent
    assert (result.failed, result.errored) == (0, 0)


def test_empty_datasets_raise_nothing() -> None:
    frames = STUDY.good()
    document = STUDY.described(frames)
    empty = {name: frame.iloc[:0] for name, frame in frames.items()}
    result = run_rules(empty, ADAM, metadata=[document])
    assert [f.message for f in result.findings] == []
    assert result.errored == 0


def test_who_was_alive_on_the_cut_off_had_not_died() -> None:
    """The date of death is some day in June 2024; the cut-off is the 30th."""
    frames = STUDY.good()
    frames["DM"].loc[1, ["DTHFL", "DTHDTC"]] = ["Y", "2024-06"]
    assert [f.scope for f in found_by("cross.death", frames)] == ["S-01-002"]
    cutoff = (pd.Timestamp("2024-06-30") - pd.Timestamp("1960-01-01")).days
    frames["ADSL"].loc[1, "LSTALVDT"] = float(cutoff)
    assert found_by("cross.death", frames) == []
    frames["DM"].loc[1, "DTHDTC"] = "2024-05"
    assert [f.scope for f in found_by("cross.death", frames)] == ["S-01-002"]


def test_what_is_after_the_data_cut_off_may_be_unknown_to_the_analysis() -> None:
    frames = STUDY.good()
    frames["DM"].loc[1, ["DTHFL", "DTHDTC"]] = ["Y", "2024-07-01"]
    frames["AE"].loc[1, "AEENDTC"] = "2024-07"
    result = run_rules(frames, ADAM, metadata=[STUDY.described(frames)])
    assert [str(f) for f in result.findings] == []
    frames["TS"].loc[0, "TSVAL"] = "2024-12-31"
    result = run_rules(frames, ADAM, metadata=[STUDY.described(frames)])
    known_now = {"cross.sdtm_value", "cross.death", "adam.date_of_collected"}
    assert {f.rule for f in result.findings} == known_now


def test_a_converted_unit_is_the_same_multiple_everywhere() -> None:
    frames = STUDY.good()
    for column in ("AVAL", "BASE", "CHG"):
        frames["ADLB"][column] = frames["ADLB"][column] * 10
    assert found_by("source.value", frames) == []
    frames["ADLB"].loc[0, "AVAL"] = 5.0
    assert [f.scope for f in found_by("source.value", frames)] == ["S-01-001 ASEQ=1"]


def test_a_derived_parameter_may_do_without_the_visit_of_its_source() -> None:
    frames = STUDY.good()
    extra = frames["ADLB"].iloc[:1].assign(PARAMCD="CEAMIN", VISITNUM=NAN, ASEQ=4.0)
    frames["ADLB"] = pd.concat([frames["ADLB"], extra], ignore_index=True)
    assert found_by("cross.predecessor", frames) == []


def test_a_finished_dataset_is_found_again_by_its_own_rows() -> None:
    frames = STUDY.good()
    frames["AE"] = frames["AE"].assign(_form="AE", _row=[12, 13, 14, 15])
    frames["ADAE"]["_row"] = [12, 13, 14, 15]
    document = STUDY.described(frames)
    assert found_by("cross.predecessor", frames, document) == []
    frames["AE"].loc[2, "AETERM"] = "Fever"
    (found,) = found_by("cross.predecessor", frames, document)
    assert found.scope == "S-01-002 AESEQ=1"
    assert found.message.endswith("AE.AETERM says Fever")


def test_a_time_without_seconds_is_complete_but_may_be_flagged() -> None:
    frames = STUDY.good()
    frames["ADAE"].loc[0, "AENTMF"] = "S"
    assert found_by("adam.imputation_flag", frames) == []
    frames["ADAE"].loc[0, "AENTMF"] = "H"
    assert len(found_by("adam.imputation_flag", frames)) == 1
