"""Codelists: the published list cut to the terms in use, and values that break it."""

from __future__ import annotations

from define.codelists import CodelistMaker
from define.dictionaries import dictionary
from define.model import Standard, Term
from mappings.findings import Severity
from sdtm.terminology import sdtm_terminology

SDTM = Standard("CDISC/NCI", "CT", "2025-03-28", "SDTM")
NY, SEX, UNIT = "C66742", "C66731", "C71620"


def maker() -> CodelistMaker:
    return CodelistMaker([(sdtm_terminology(), SDTM)])


def test_a_published_list_has_the_terms_in_use_with_their_codes() -> None:
    made = maker()
    found = made.published("AE", "AESER", [NY], ["N", "Y"])
    assert found is not None
    assert (found.key, found.ccode, found.standard) == ("NY.AE.AESER", NY, SDTM)
    assert found.terms == (Term("N", "", "C49487"), Term("Y", "", "C49488"))
    assert made.findings == []


def test_a_value_outside_a_closed_list_is_an_error() -> None:
    made = maker()
    found = made.published("DM", "SEX", [SEX], ["F", "X"])
    assert found is not None
    assert found.terms[1] == Term("X", "", "", extended=True)
    [finding] = made.findings
    assert (finding.rule, finding.severity) == ("codelist.value", Severity.ERROR)
    assert (finding.dataset, finding.variable, finding.scope) == ("DM", "SEX", "X")
    assert "cannot be extended" in finding.message


def test_a_value_outside_an_extensible_list_is_a_notice() -> None:
    made = maker()
    found = made.published("LB", "LBORRESU", [UNIT], ["g/L", "spoon"])
    assert found is not None
    assert [t.extended for t in found.terms] == [False, True]
    [finding] = made.findings
    assert (finding.rule, finding.severity) == ("codelist.extended", Severity.NOTICE)


def test_of_several_lists_the_one_that_has_all_values_is_taken() -> None:
    made = maker()
    found = made.published("X", "V", [SEX, NY], ["N", "Y"])
    assert found is not None
    assert found.ccode == NY
    assert made.covers([SEX, NY], ["N", "Y"])
    assert not made.covers([SEX, NY], ["F", "Y"])
    assert made.findings == []


def test_values_of_several_lists_are_no_finding() -> None:
    made = maker()
    found = made.published("X", "V", [SEX, NY], ["F", "Y"])
    assert found is not None
    assert len(found.terms) == 2
    assert [f.rule for f in made.findings] == []


def test_without_values_or_without_a_list_there_is_none() -> None:
    made = maker()
    assert made.published("X", "V", [NY], []) is None
    assert made.published("X", "V", ["C00000"], ["Y"]) is None
    assert made.sponsor("X", "V", []) is None


def test_decodes_stand_beside_the_values() -> None:
    made = maker()
    found = made.published("DM", "SEX", [SEX], ["F"], decodes={"F": "Female"})
    assert found is not None
    assert found.terms == (Term("F", "Female", "C16576"),)
    own = made.sponsor("DM", "ARMCD", ["A", "B"], decodes={"A": "Dose A"})
    assert own is not None
    assert (own.key, own.ccode, own.standard) == ("DM.ARMCD", "", None)
    assert own.terms == (Term("A", "Dose A"), Term("B", ""))


def test_a_numeric_list_says_so() -> None:
    found = maker().sponsor("X", "N", ["1"], numeric=True)
    assert found is not None
    assert found.datatype == "integer"


def test_a_dictionary_has_no_terms() -> None:
    found = dictionary("MedDRA", "27.0")
    assert (found.dictionary, found.dictionary_version, found.terms) == ("MedDRA", "27.0", ())


def test_a_value_that_the_guide_itself_writes_is_no_finding() -> None:
    made = maker()
    found = made.published("DM", "RACE", ["C74457"], ["ASIAN", "MULTIPLE"])
    assert found is not None
    assert found.terms == (Term("ASIAN", "", "C41260"), Term("MULTIPLE", "", "", extended=True))
    assert made.findings == []
