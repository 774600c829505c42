"""SDTMIG 3.4 as data, against facts written down by hand from the guide."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sdtm.standard import CLASS_ORDER, UnknownName, codes, dataset_order, domain, supp
from sdtm.terminology import sdtm_terminology

SHARED = Path(__file__).parents[2].parent / "shared" / "standards"
CODES = (
    "DM EX AE CM MH PR VS DS DD SS IE SV SE TA TE TI TV TS RS TU TR LB PC CP PP CO FA RELREC "
    "SUPPQUAL EC CE EG QS"
)
SHIPPED = CODES.split()


def test_every_shipped_domain_is_there() -> None:
    assert sorted(codes()) == sorted(SHIPPED)


def test_demographics() -> None:
    dm = domain("DM")
    assert (dm.label, dm.class_name, dm.structure) == (
        "Demographics",
        "SPECIAL PURPOSE",
        "One record per subject",
    )
    assert not dm.repeating
    assert not dm.reference_data
    assert [v.name for v in dm.variables[:5]] == [
        "STUDYID",
        "DOMAIN",
        "USUBJID",
        "SUBJID",
        "RFSTDTC",
    ]
    assert dm.required == ("STUDYID", "DOMAIN", "USUBJID", "SUBJID", "SITEID", "SEX", "COUNTRY")
    assert len(dm.variables) == 32
    assert dm.keys == ("STUDYID", "USUBJID")


@pytest.mark.parametrize(
    ("code", "name", "label", "numeric", "role", "core", "codelists"),
    [
        ("AE", "AESER", "Serious Event", False, "Record Qualifier", "Exp", ("C66742",)),
        ("AE", "AEDECOD", "Dictionary-Derived Term", False, "Synonym Qualifier", "Req", ()),
        ("AE", "AESEQ", "Sequence Number", True, "Identifier", "Req", ()),
        (
            "LB",
            "LBTESTCD",
            "Lab Test or Examination Short Name",
            False,
            "Topic",
            "Req",
            ("C65047",),
        ),
        ("LB", "LBNRIND", "Reference Range Indicator", False, "Variable Qualifier", "Exp", None),
        ("DS", "DSDECOD", "Standardized Disposition Term", False, "Synonym Qualifier", "Req", None),
        ("RS", "RSSTRESC", "Character Result/Finding in Std Format", False, None, "Exp", None),
        ("EX", "EXDOSE", "Dose", True, "Record Qualifier", "Exp", ()),
        ("TS", "TSPARMCD", "Trial Summary Parameter Short Name", False, "Topic", "Req", None),
    ],
)
def test_variables(
    code: str,
    name: str,
    label: str,
    numeric: bool,
    role: str | None,
    core: str,
    codelists: tuple[str, ...] | None,
) -> None:
    found = domain(code).variable(name)
    assert (found.label, found.numeric, found.core) == (label, numeric, core)
    assert role is None or found.role == role
    assert codelists is None or found.codelists == codelists


def test_the_lists_of_dsdecod_keep_their_order() -> None:
    assert domain("DS").variable("DSDECOD").codelists == ("C66727", "C114118", "C150811")


def test_dates_say_their_format() -> None:
    assert domain("AE").variable("AESTDTC").format == "ISO 8601 datetime or interval"
    assert domain("AE").variable("AEDECOD").format == "MedDRA"


def test_a_model_variable_is_allowed_though_the_guide_does_not_list_it() -> None:
    lb = domain("LB")
    link = lb.allowed("LBLNKID")
    assert (link.label, link.core, link.in_guide) == ("Link ID", "Perm", False)
    assert lb.variable("LBSPID").order < link.order < lb.variable("LBTESTCD").order
    with pytest.raises(UnknownName, match="LBLNKID"):
        lb.variable("LBLNKID")


@pytest.mark.parametrize(
    ("code", "name", "reason"),
    [
        ("LB", "LBSTDTC", "Findings"),
        ("AE", "AEOCCUR", "AE"),
        ("DM", "SPECIES", "human"),
        ("LB", "LBEXCLFL", "human"),
        ("VS", "VSBEATNO", "EG"),
    ],
)
def test_variables_the_model_keeps_out_of_a_domain(code: str, name: str, reason: str) -> None:
    with pytest.raises(UnknownName, match=reason):
        domain(code).allowed(name)
    assert name not in domain(code)


def test_special_domains_take_only_their_own_variables() -> None:
    with pytest.raises(UnknownName):
        domain("DM").allowed("DMSPID")
    assert "POOLID" in domain("CO")


@pytest.mark.parametrize("code", SHIPPED)
def test_the_guides_order_is_the_models(code: str) -> None:
    found = domain(code)
    orders = [v.order for v in found.variables]
    assert orders == sorted(orders)
    assert all(len(v.label) <= 40 for v in found.model)
    assert all(v.core in {"Req", "Exp", "Perm"} for v in found.model)
    assert found.class_name in CLASS_ORDER
    assert set(found.keys) <= {v.name for v in found.model}


@pytest.mark.parametrize("code", SHIPPED)
def test_every_codelist_named_is_shipped(code: str) -> None:
    for variable in domain(code).variables:
        for ccode in variable.codelists:
            assert len(sdtm_terminology().codelist(ccode)) > 0


def test_findings_about_has_the_object_after_the_test() -> None:
    names = [v.name for v in domain("FA").variables]
    assert names[names.index("FATEST") + 1] == "FAOBJ"
    assert domain("FA").class_name == "FINDINGS ABOUT"


def test_arranged_puts_standard_first_and_keeps_the_rest() -> None:
    given = ["XX", "AESTDTC", "AETERM", "AELNKID", "USUBJID", "STUDYID", "AESEQ", "A"]
    assert domain("AE").arranged(given) == (
        "STUDYID",
        "USUBJID",
        "AESEQ",
        "AELNKID",
        "AETERM",
        "AESTDTC",
        "XX",
        "A",
    )


def test_supplemental_qualifiers() -> None:
    found = supp("AE")
    assert found == domain("SUPPAE")
    assert (found.name, found.label) == ("SUPPAE", "Supplemental Qualifiers for AE")
    assert found.class_name == "RELATIONSHIP"
    assert found.required == ("STUDYID", "RDOMAIN", "USUBJID", "QNAM", "QLABEL", "QVAL", "QORIG")
    assert found.keys == ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
    with pytest.raises(UnknownName):
        supp("XX")


def test_an_unknown_domain_says_what_exists() -> None:
    with pytest.raises(UnknownName, match="There are: TA, TE"):
        domain("ZZZZ")
    with pytest.raises(UnknownName, match="Did you mean 'AETERM'"):
        domain("AE").variable("AETRM")


def test_datasets_stand_in_order_of_class_then_name() -> None:
    given = ["SUPPAE", "LB", "ADSL", "AE", "RELREC", "DM", "TS", "FA", "EX", "CM", "TA"]
    assert dataset_order(given) == (
        "TA",
        "TS",
        "DM",
        "CM",
        "EX",
        "AE",
        "LB",
        "FA",
        "RELREC",
        "SUPPAE",
        "ADSL",
    )


def test_trial_design_is_reference_data() -> None:
    assert {c for c in codes() if domain(c).reference_data} == {"TA", "TE", "TI", "TS", "TV"}
    assert {c for c in codes() if not domain(c).repeating} == {"DM", "TA", "TE", "TI", "TS", "TV"}


@pytest.mark.skipif(not SHARED.exists(), reason="the published tables are not here")
def test_the_facts_are_those_of_the_published_table() -> None:
    with (SHARED / "sdtmig-3.4-variables.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["Dataset Name"] in SHIPPED]
    assert len(rows) == sum(len(domain(c).variables) for c in SHIPPED)
    for row in rows:
        found = domain(row["Dataset Name"]).variable(row["Variable Name"])
        lists = row["CDISC CT Codelist Code(s)"].replace(";", " ").split()
        assert (found.label, found.role, found.core, list(found.codelists)) == (
            row["Variable Label"],
            row["Role"],
            row["Core"],
            lists,
        )
        assert found.numeric == (row["Type"] == "Num")
