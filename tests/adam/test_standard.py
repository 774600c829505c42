"""ADaM structures as data, against facts written down by hand from the guides."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from adam.standard import adam_terminology, structure, structures
from sdtm.standard import UnknownName
from sdtm.terminology import sdtm_terminology

SHARED = Path(__file__).parents[2].parent / "shared" / "standards"


@pytest.mark.parametrize(
    ("name", "class_name", "subclass"),
    [
        ("ADSL", "SUBJECT LEVEL ANALYSIS DATASET", ""),
        ("BDS", "BASIC DATA STRUCTURE", ""),
        ("TTE", "BASIC DATA STRUCTURE", "TIME-TO-EVENT"),
        ("OCCDS", "OCCURRENCE DATA STRUCTURE", ""),
        ("ADAE", "OCCURRENCE DATA STRUCTURE", "ADVERSE EVENT"),
    ],
)
def test_classes(name: str, class_name: str, subclass: str) -> None:
    found = structure(name)
    assert (found.class_name, found.subclass) == (class_name, subclass)


def test_standards() -> None:
    assert (structure("BDS").standard, structure("BDS").version) == ("ADaMIG", "1.3")
    assert (structure("ADAE").standard, structure("ADAE").version) == ("ADaM-OCCDSIG", "1.1")


@pytest.mark.parametrize(
    ("where", "name", "label", "numeric", "core", "pattern"),
    [
        ("ADSL", "USUBJID", "Unique Subject Identifier", False, "Req", "USUBJID"),
        ("ADSL", "TRT01P", "Planned Treatment for Period 01", False, "Req", "TRTxxP"),
        ("ADSL", "TRT02AN", "Actual Treatment for Period 02 (N)", True, "Perm", "TRTxxAN"),
        ("ADSL", "TR01SDT", "Date of First Exposure in Period 01", True, "Cond", "TRxxSDT"),
        ("ADSL", "TR01PG1N", "Planned Pooled Trt 1 for Period 01 (N)", True, "Perm", "TRxxPGyN"),
        ("ADSL", "AGEGR1", "Pooled Age Group 1", False, "Perm", "AGEGRy"),
        ("ADSL", "P01S2SDF", "Period 01 Subper 2 Start Date Imput Flag", False, "Cond", None),
        ("ADSL", "SAFFL", "Safety Population Flag", False, "Cond", "SAFFL"),
        ("ADSL", "DTHDTF", "Date of Death Imputation Flag", False, "Cond", "DTHDTF"),
        ("BDS", "A1HI", "Analysis Range 1 Upper Limit", True, "Cond", "AyHI"),
        ("BDS", "ANL01FL", "Analysis Flag 01", False, "Cond", "ANLzzFL"),
        ("BDS", "CRIT1FL", "Criterion 1 Evaluation Result Flag", False, "Cond", "CRITyFL"),
        ("BDS", "AVALCAT1", "Analysis Value Category 1", False, "Perm", "AVALCATy"),
        ("BDS", "PCHG", "Percent Change from Baseline", True, "Perm", "PCHG"),
        ("BDS", "TRT01A", "Actual Treatment for Period 01", False, "Cond", "TRTxxA"),
        ("TTE", "AVAL", "Analysis Value", True, "Req", "AVAL"),
        ("TTE", "CNSR", "Censor", True, "Cond", "CNSR"),
        ("TTE", "STARTDT", "Time-to-Event Origin Date for Subject", True, "Perm", "STARTDT"),
        ("TTE", "SAFFL", "Safety Population Flag", False, "Cond", "SAFFL"),
        ("TTE", "AVALU", None, None, None, None),
        ("ADAE", "TRTEMFL", "Treatment Emergent Analysis Flag", False, "Req", "TRTEMFL"),
        ("ADAE", "SMQ01NAM", "SMQ 01 Name", False, "Cond", "SMQzzNAM"),
        ("ADAE", "AESEVN", "Severity/Intensity (N)", True, "Perm", "--SEVN"),
        ("ADAE", "DOSEAEON", "Study Drug Dose at AE Onset", True, "Perm", "DOSEAEON"),
        ("OCCDS", "CMDECOD", "Standardized Medication Name", False, "Cond", "CMDECOD"),
        ("OCCDS", "ONTR01FL", "On Treatment Period 01 Flag", False, "Perm", "ONTRxxFL"),
    ],
)
def test_variables(
    where: str,
    name: str,
    label: str | None,
    numeric: bool | None,
    core: str | None,
    pattern: str | None,
) -> None:
    found = structure(where).find(name)
    if label is None:
        assert found is None
        return
    assert found is not None
    assert (found.name, found.label, found.numeric, found.core) == (name, label, numeric, core)
    assert pattern is None or found.pattern == pattern


@pytest.mark.parametrize(
    ("where", "name", "label"),
    [
        ("ADAE", "AETERM", "Reported Term for the Adverse Event"),
        ("ADAE", "AESTDTC", "Start Date/Time of Adverse Event"),
        ("ADAE", "AEDUR", "Duration of Adverse Event"),
        ("OCCDS", "MHTERM", "Reported Term for the Medical History"),
        ("ADAE", "AESDTH", "Results in Death"),
        ("BDS", "LBSEQ", "Sequence Number"),
        ("BDS", "VISITNUM", "Visit Number"),
        ("ADSL", "COUNTRY", "Country"),
        ("ADSL", "RFICDTC", "Date/Time of Informed Consent"),
    ],
)
def test_a_variable_kept_from_sdtm_keeps_its_label(where: str, name: str, label: str) -> None:
    assert structure(where).variable(name).label == label


def test_flags_say_their_values() -> None:
    assert structure("BDS").variable("ABLFL").values == ("Y",)
    assert structure("ADSL").variable("SAFFL").values == ("Y", "N")
    assert structure("ADSL").variable("TRTSDTF").codelists == ("C81223",)


def test_labels_that_the_guide_leaves_to_the_sponsor_are_blank() -> None:
    found = structure("ADSL").variable("NACTDT")
    assert (found.label, found.numeric, found.pattern) == ("", True, "*DT")
    assert structure("ADAE").variable("AOCC01FL").label == ""


def test_an_index_that_does_not_fit_is_no_name() -> None:
    for name in ("TRT1P", "TRTxxP", "ANLzzFL", "ANL1FL", "AyHI", "--TERM"):
        for where in structures().values():
            assert where.find(name) is None, (where.name, name)


def test_an_unknown_name_tells_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'PARAMCD'"):
        structure("TTE").variable("PARMCD")
    with pytest.raises(UnknownName, match="There are: ADSL, BDS, TTE, OCCDS, ADAE"):
        structure("XYZ")


def test_required_variables() -> None:
    assert structure("TTE").required == ("STUDYID", "USUBJID", "PARAM", "PARAMCD", "AVAL")
    adsl = structure("ADSL")
    have = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "TRT01P"]
    assert adsl.lacking(have) == ("ARM",)
    assert structure("OCCDS").lacking(["STUDYID", "USUBJID", "CMTRT"]) == ()
    assert structure("OCCDS").lacking(["STUDYID", "USUBJID"]) == ("--TERM", "CMTRT")


def test_arranged() -> None:
    given = ["FOO", "SAFFL", "AVAL", "TRT01A", "PARAMCD", "USUBJID", "STUDYID", "CNSR", "AVALC"]
    assert structure("TTE").arranged(given) == (
        "STUDYID",
        "USUBJID",
        "TRT01A",
        "PARAMCD",
        "AVAL",
        "CNSR",
        "AVALC",
        "SAFFL",
        "FOO",
    )


def test_every_codelist_named_is_shipped() -> None:
    for found in structures().values():
        for variable in found.variables:
            for code in variable.codelists:
                assert code in sdtm_terminology() or code in adam_terminology(), variable


def test_labels_fit_a_transport_file() -> None:
    long = {v.name for s in structures().values() for v in s.variables if len(v.label) > 40}
    assert long == {"PBCHGCyN"}  # 41 characters in the published guide


def test_terminology() -> None:
    package = adam_terminology()
    assert (package.name, package.version) == ("ADaM", "2025-03-28")
    assert package.codelist("DATEFL").values == ("D", "M", "Y")
    assert package.codelist("C81223") is package.codelist("DATEFL")


@pytest.mark.skipif(not SHARED.exists(), reason="the published tables are not here")
def test_the_facts_are_those_of_the_published_table() -> None:
    names = {"Subject-Level Analysis Dataset": "ADSL", "Basic Data Structure": "BDS"}
    with (SHARED / "adamig-1.3-variables.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["Data Structure Name"] in names]
    for where in names.values():
        own = {v.name: v for v in structure(where).variables}
        table = [r for r in rows if names[r["Data Structure Name"]] == where]
        assert len(table) == len(own)
        for row in table:
            found = own[row["Variable Name"]]
            assert (found.label, found.core, found.numeric) == (
                row["Variable Label"],
                row["Core"],
                row["Type"] == "Num",
            )
