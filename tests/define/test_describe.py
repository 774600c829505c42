"""The document of the tiny study: said once, from standard, rules and measured values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from define.describe import creation_time, describe_adam, describe_sdtm
from define.model import Metadata, Variable
from mappings.frames import is_numeric


def described(made: Any) -> tuple[Metadata, Metadata, list[Any]]:
    sdtm, found = describe_sdtm(made.plan.sdtm, made.sdtm, "0")
    adam, more = describe_adam(made.plan.adam, made.adam, "0")
    return sdtm, adam, [*found, *more]


@pytest.fixture(scope="module")
def study(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny.build(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def documents(study: Any) -> tuple[Metadata, Metadata, list[Any]]:
    return described(study)


def told(variable: Variable) -> list[Variable]:
    """The variable, or the entries of its value list where these tell the origin."""
    return [variable] if variable.origins else [v.item for v in variable.values]


def entry(documents: tuple[Metadata, Metadata, list[Any]], name: str, value: str) -> Variable:
    return next(v.item for v in variable(documents, name).values if v.item.name == value)


def variable(documents: tuple[Metadata, Metadata, list[Any]], name: str) -> Variable:
    dataset, _, column = name.partition(".")
    document = documents[1] if dataset.startswith("AD") else documents[0]
    return next(v for v in document.dataset(dataset).variables if v.name == column)


def test_every_dataset_and_variable_is_described_once(study: Any, documents: Any) -> None:
    for document in documents[:2]:
        for dataset in document.datasets:
            built = study.datasets[dataset.name]
            assert tuple(v.name for v in dataset.variables) == built.variables
            assert [v.order for v in dataset.variables] == [
                i + 1 for i in range(len(built.variables))
            ]
            assert dataset.records == len(built.frame)
            assert dataset.keys == tuple(k for k in built.keys)


def test_type_and_length_hold_every_value(study: Any, documents: Any) -> None:
    for document in documents[:2]:
        for dataset in document.datasets:
            frame = study[dataset.name]
            for v in dataset.variables:
                column = frame[v.name]
                assert v.numeric == is_numeric(column), (dataset.name, v.name)
                assert len(v.label.encode()) in range(1, 41), (dataset.name, v.name)
                if not v.numeric:
                    assert v.length >= max([1, *column.str.len()]), (dataset.name, v.name)


def test_what_is_derived_has_a_method_and_what_is_taken_over_a_predecessor(documents: Any) -> None:
    for document in documents[:2]:
        for dataset in document.datasets:
            for v in (part for whole in dataset.variables for part in told(whole)):
                types = {o.type for o in v.origins}
                assert types, (dataset.name, v.name)
                assert ("Derived" in types) <= (v.method is not None), (dataset.name, v.name)
                for origin in v.origins:
                    assert (origin.type == "Predecessor") == bool(origin.description)


def test_predecessors_exist(documents: Any) -> None:
    known = {f"{d.name}.{v.name}" for m in documents[:2] for d in m.datasets for v in d.variables}
    qualifiers = {"SUPPAE.QVAL where QNAM is AECRS"}
    for dataset in documents[1].datasets:
        for v in dataset.variables:
            for origin in v.origins:
                if origin.type == "Predecessor":
                    assert origin.description in known | qualifiers, (dataset.name, v.name)


@pytest.mark.parametrize(
    ("name", "origin", "text"),
    [
        ("ADSL.AGE", "DM.AGE", ""),
        ("ADAE.AETERM", "AE.AETERM", ""),
        ("ADAE.TRTA", "ADSL.TRT01A", ""),
        ("ADAE.TRTSDT", "ADSL.TRTSDT", ""),
        ("ADRS.TRTP", "ADSL.TRT01P", ""),
        ("ADTTE.TRTP", "ADSL.TRT01P", ""),
    ],
)
def test_a_copy_names_the_dataset_that_it_comes_from(
    documents: Any, name: str, origin: str, text: str
) -> None:
    [found] = variable(documents, name).origins
    assert (found.type, found.description) == ("Predecessor", origin)


def test_origins_of_tabulations(documents: Any) -> None:
    kinds = {
        n: variable(documents, n).origin
        for n in ("AE.AETERM", "AE.AESEQ", "AE.AESTDY", "DM.RACE", "TS.TSVAL", "LB.LBSTRESC")
    }
    assert {n: o.type for n, o in kinds.items() if o} == {
        "AE.AETERM": "Collected",
        "AE.AESEQ": "Derived",
        "AE.AESTDY": "Derived",
        "DM.RACE": "Assigned",
        "TS.TSVAL": "Protocol",
        "LB.LBSTRESC": "Derived",
    }
    assert kinds["AE.AETERM"] is not None
    assert kinds["AE.AETERM"].source == "Investigator"


def test_numbers_are_numbered_in_the_order_of_the_keys(documents: Any) -> None:
    method = variable(documents, "AE.AESEQ").method
    assert method is not None
    assert "USUBJID, AESTDTC, AEDECOD" in method.text


def test_dates_of_adam_are_integers_with_a_format(documents: Any) -> None:
    found = [variable(documents, n) for n in ("ADSL.TRTSDT", "ADSL.TRTSDTM", "ADAE.ASTDT")]
    assert [(v.datatype, v.format) for v in found] == [
        ("integer", "DATE9."),
        ("integer", "DATETIME20."),
        ("integer", "DATE9."),
    ]


def test_dates_of_sdtm_by_their_precision(documents: Any) -> None:
    names = ("SV.SVSTDTC", "AE.AESTDTC", "LB.LBDTC")
    assert [variable(documents, n).datatype for n in names] == [
        "date",
        "partialDate",
        "partialDatetime",
    ]


def test_codelists_hold_the_values_in_use(documents: Any) -> None:
    sex, test, param = (
        variable(documents, n).codelist for n in ("DM.SEX", "LB.LBTESTCD", "ADRS.PARAMCD")
    )
    assert sex is not None
    assert test is not None
    assert param is not None
    assert [t.value for t in sex.terms] == ["F", "M"]
    assert [(t.value, t.decode) for t in test.terms] == [("ALB", "Albumin"), ("GLUC", "Glucose")]
    assert (param.terms[0].value, param.terms[0].decode) == ("BOR", "Best Overall Response")


def test_supplemental_qualifiers_belong_to_their_parent(documents: Any) -> None:
    supp = documents[0].dataset("SUPPAE")
    assert (supp.domain, supp.domain_description) == ("AE", "Adverse Events")


def test_remarks_and_methods_of_parameters_are_said(tiny: Any, tmp_path: Path) -> None:
    files = dict(tiny.FILES)
    old = "  PD: {label: Progression,"
    new = old + " method: As the committee said., comment: Seen by two readers,"
    files["adam/adrs.yaml"] = files["adam/adrs.yaml"].replace(old, new)
    found = described(tiny.build(tmp_path, files))
    comment = variable(found, "ADRS.PARAMCD").comment
    assert comment is not None
    assert comment.text == "PD: Seen by two readers."
    method = entry(found, "ADRS.AVALC", "PD").method
    assert method is not None
    assert method.text == "As the committee said."
    assert variable(found, "ADRS.AVALC").method is None


def test_a_variable_mapped_within_first_keeps_its_codelist(tiny: Any, tmp_path: Path) -> None:
    files = dict(tiny.FILES)
    rule = "AESER: {first: [{map: SERIOUS, ct: C66742}, {const: U}]}"
    files["sdtm/ae.yaml"] = files["sdtm/ae.yaml"].replace("AESER: {map: SERIOUS, ct: C66742}", rule)
    codelist = variable(described(tiny.build(tmp_path, files)), "AE.AESER").codelist
    assert codelist is not None
    assert codelist.ccode == "C66742"


def test_the_version_of_ctcae_is_the_dictionary_of_grades(tiny: Any, tmp_path: Path) -> None:
    files = dict(tiny.FILES)
    grade = "AESER: {map: SERIOUS, ct: C66742}\n  AETOXGR: {const: '3'}"
    files["sdtm/ae.yaml"] = files["sdtm/ae.yaml"].replace(
        "AESER: {map: SERIOUS, ct: C66742}", grade
    )
    terms = "terminology: 2025-03-28"
    files["study.yaml"] = files["study.yaml"].replace(terms, f'{terms}, ctcae: "5.0"')
    codelist = variable(described(tiny.build(tmp_path, files)), "AE.AETOXGR").codelist
    assert codelist is not None
    assert (codelist.dictionary, codelist.dictionary_version) == ("CTCAE", "5.0")


def test_a_study_without_records_is_described(tiny: Any, tmp_path: Path) -> None:
    files = dict(tiny.FILES)
    for name in tiny.CSV:
        files[name] = tiny.text(files[name]).splitlines()[0] + "\n"
    sdtm, adam, _ = described(tiny.build(tmp_path, files))
    assert sdtm.dataset("AE").records == adam.dataset("ADAE").records == 0
    assert all(v.has_no_data for v in sdtm.dataset("AE").variables)


def test_the_time_of_creation(tiny: Any, study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert creation_time(study.plan.study) == "2024-09-01T00:00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert creation_time(study.plan.study) == "1970-01-02T00:00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert creation_time(study.plan.study) == "2024-09-01T00:00:00"
