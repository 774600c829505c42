"""The reconciliation: what metadata and data say must agree; each kind of damage is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from define.model import Codelist, Metadata, Origin, Standard, Term
from define.reconcile import check_metadata, reconcile
from mappings.findings import RawPlace, Severity

if TYPE_CHECKING:
    from tests.define.conftest import Package

Frames = dict[str, pd.DataFrame]


def dataset(metadata: Metadata, name: str, /, **facts: object) -> Metadata:
    made = tuple(replace(d, **facts) if d.name == name else d for d in metadata.datasets)  # type: ignore[arg-type]
    return replace(metadata, datasets=made)


def variable(metadata: Metadata, where: str, /, **facts: object) -> Metadata:
    name, column = where.split(".")
    made = tuple(
        replace(v, **facts) if v.name == column else v  # type: ignore[arg-type]
        for v in metadata.dataset(name).variables
    )
    return dataset(metadata, name, variables=made)


def codelist(metadata: Metadata, where: str, /, **facts: object) -> Metadata:
    name, column = where.split(".")
    (found,) = (v.codelist for v in metadata.dataset(name).variables if v.name == column)
    assert found is not None
    return variable(metadata, where, codelist=replace(found, **facts))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["sdtm", "adam"])
def test_sound_package_has_no_finding(name: str, request: pytest.FixtureRequest) -> None:
    package: Package = request.getfixturevalue(name)
    assert reconcile(package.metadata, package.frames) == []


BAD_METADATA: list[tuple[str, Callable[[Metadata], Metadata]]] = [
    ("define.name", lambda m: dataset(m, "AE", name="ADVERSEEVENTS")),
    ("define.label", lambda m: dataset(m, "AE", label="")),
    ("define.label", lambda m: dataset(m, "AE", label="x" * 41)),
    ("define.structure", lambda m: dataset(m, "AE", structure="")),
    ("define.class", lambda m: dataset(m, "AE", class_name="")),
    ("define.standard", lambda m: dataset(m, "AE", standard=m.standards[1])),
    ("define.domain", lambda m: replace(m, datasets=(m.dataset("SUPPAE"),))),
    ("define.duplicate", lambda m: replace(m, datasets=(*m.datasets, m.dataset("AE")))),
    ("define.purpose", lambda m: replace(m, purpose="Submission")),
    ("define.key", lambda m: variable(m, "AE.AESEQ", key_sequence=5)),
    ("define.key", lambda m: dataset(m, "DM", variables=m.dataset("DM").variables[3:])),
    ("define.order", lambda m: variable(m, "AE.AESEQ", order=3)),
    ("define.duplicate", lambda m: variable(m, "AE.AETERM", name="AEDECOD")),
    ("define.name", lambda m: variable(m, "AE.AETERM", name="aeterm")),
    ("define.label", lambda m: variable(m, "AE.AETERM", label="")),
    ("define.label", lambda m: variable(m, "AE.AETERM", label="\u809d" * 14)),
    ("define.type", lambda m: variable(m, "AE.AETERM", datatype="string")),
    ("define.type", lambda m: variable(m, "AE.AETERM", numeric=True)),
    ("define.length", lambda m: variable(m, "AE.AETERM", length=201)),
    ("define.length", lambda m: variable(m, "AE.AETERM", length=0)),
    ("define.length", lambda m: variable(m, "AE.AEREL", length=7)),
    ("define.codelist", lambda m: variable(m, "AE.AEREL", datatype="date")),
    ("define.origin", lambda m: variable(m, "AE.AETERM", origin=None)),
    ("define.origin", lambda m: variable(m, "AE.AETERM", origin=Origin("CRF", "Sponsor"))),
    ("define.origin", lambda m: variable(m, "AE.AETERM", origin=Origin("Collected", "Sponsor"))),
    ("define.origin", lambda m: variable(m, "AE.AETERM", origin=Origin("Predecessor"))),
    ("define.method", lambda m: variable(m, "AE.AESEQ", method=None)),
    (
        "define.crf",
        lambda m: variable(m, "AE.AETERM", origin=Origin("Collected", "Investigator")),
    ),
    ("define.crf", lambda m: replace(m, documents=())),
    ("define.role", lambda m: variable(m, "AE.AETERM", role="")),
    ("define.codelist", lambda m: codelist(m, "AE.AEREL", terms=())),
    ("define.codelist", lambda m: codelist(m, "AE.AEREL", terms=(Term("X"), Term("X")))),
    ("define.codelist", lambda m: codelist(m, "AE.AEREL", terms=(Term(""),))),
    ("define.codelist", lambda m: codelist(m, "AE.AEREL", name="Sex")),
    ("define.codelist", lambda m: codelist(m, "AE.AEREL", standard=m.standards[0])),
    ("define.codelist", lambda m: codelist(m, "DM.SEX", ccode="")),
    ("define.codelist", lambda m: codelist(m, "DM.SEX", ccode="66731")),
    ("define.codelist", lambda m: codelist(m, "DM.SEX", terms=(Term("F"), Term("M")))),
    (
        "define.codelist",
        lambda m: codelist(
            m, "DM.SEX", terms=(Term("F", ccode="C16576", extended=True), Term("M", ccode="C1"))
        ),
    ),
    ("define.codelist", lambda m: codelist(m, "AE.AEDECOD", dictionary_version="")),
    ("define.codelist", lambda m: codelist(m, "AE.AEDECOD", terms=(Term("X"),))),
    (
        "define.standard",
        lambda m: replace(m, standards=(*m.standards, Standard("CDISC/NCI", "CT", "latest"))),
    ),
    ("define.text", lambda m: dataset(m, "DM", comment=replace(m.datasets[1].comment, text="TBD"))),  # type: ignore[type-var]
]


@pytest.mark.parametrize(("rule", "damage"), BAD_METADATA)
def test_bad_metadata_are_named(
    sdtm: Package, rule: str, damage: Callable[[Metadata], Metadata]
) -> None:
    assert rule in {f.rule for f in check_metadata(damage(sdtm.metadata))}


def test_analysis_data_know_only_three_origins(adam: Package) -> None:
    crf = Origin("Collected", "Vendor")
    (found,) = check_metadata(variable(adam.metadata, "ADSL.SEX", origin=crf))
    assert found.rule == "define.origin"
    assert "analysis data" in found.message


def put(name: str, column: str, row: int, value: Any) -> Callable[[Frames], object]:
    def change(frames: Frames) -> None:
        frames[name].loc[row, column] = value

    return change


BAD_DATA: list[tuple[str, str, Callable[[Frames], object]]] = [
    ("define.dataset", "AE", lambda f: f.pop("AE")),
    ("define.dataset", "LB", lambda f: f.update(LB=f["AE"])),
    ("define.records", "AE", lambda f: f.update(AE=f["AE"].iloc[:2])),
    ("define.variable", "AE.AETERM", lambda f: f.update(AE=f["AE"].drop(columns="AETERM"))),
    ("define.variable", "AE.AENEW", lambda f: f["AE"].insert(0, "AENEW", "x")),
    ("define.order", "AE", lambda f: f.update(AE=f["AE"][f["AE"].columns[::-1]])),
    ("define.type", "AE.AESEQ", lambda f: f.update(AE=f["AE"].astype({"AESEQ": "str"}))),
    ("define.type", "AE.AESEQ", put("AE", "AESEQ", 0, 1.5)),
    ("define.length", "AE.AESEQ", put("AE", "AESEQ", 0, 10)),
    ("define.length", "AE.AETERM", put("AE", "AETERM", 0, "x" * 25)),
    ("define.length", "AE.AETERM", put("AE", "AETERM", 0, "\u809d" * 9)),
    ("define.codelist", "AE.AEREL", put("AE", "AEREL", 0, "MAYBE")),
    ("define.codelist", "DM.SEX", put("DM", "SEX", 0, "f")),
    ("define.type", "AE.AESTDTC", put("AE", "AESTDTC", 0, "05/2024")),
    ("define.type", "DM.BRTHDTC", put("DM", "BRTHDTC", 0, "1960-07-01T10:00")),
    ("define.mandatory", "DM.SEX", put("DM", "SEX", 1, "")),
    ("define.mandatory", "AE.AESEQ", put("AE", "AESEQ", 1, np.nan)),
    ("define.nodata", "DM.ETHNIC", put("DM", "ETHNIC", 1, "X")),
    ("define.key", "AE", put("AE", "AESEQ", 1, 1.0)),
]


@pytest.mark.parametrize(("rule", "where", "damage"), BAD_DATA)
def test_bad_data_are_named(
    sdtm: Package, rule: str, where: str, damage: Callable[[Frames], object]
) -> None:
    damage(sdtm.frames)
    found = reconcile(sdtm.metadata, sdtm.frames)
    named = {(f.rule, f"{f.dataset}.{f.variable}".rstrip(".")) for f in found}
    assert (rule, where) in named


def test_finding_names_the_raw_record_and_how_many(sdtm: Package) -> None:
    sdtm.frames["AE"].loc[[0, 2], "AEREL"] = "MAYBE"
    (found,) = reconcile(sdtm.metadata, sdtm.frames)
    assert found.severity is Severity.ERROR
    assert (found.scope, found.value) == ("MAYBE", "MAYBE")
    assert found.raw == RawPlace("raw.csv", 1)
    assert found.message == "'MAYBE' is not a term of CL.AEREL (2 records)."


def test_a_key_that_stands_twice_is_shown_with_its_missing_numbers(sdtm: Package) -> None:
    frame = sdtm.frames["AE"]
    frame.loc[frame["USUBJID"] == frame["USUBJID"].iloc[0], "AESEQ"] = np.nan
    same = int((frame["USUBJID"] == frame["USUBJID"].iloc[0]).sum())
    (found,) = [f for f in reconcile(sdtm.metadata, sdtm.frames) if f.rule == "define.key"]
    assert same > 1
    assert found.message.startswith(f"{same} records have one key (")
    assert found.scope.endswith(" | ")


def test_all_missing_without_a_word_is_a_notice(sdtm: Package) -> None:
    metadata = variable(sdtm.metadata, "DM.ETHNIC", has_no_data=False)
    (found,) = reconcile(metadata, sdtm.frames)
    assert (found.rule, found.severity) == ("define.nodata", Severity.NOTICE)


def test_numeric_codelist_holds_numbers(adam: Package) -> None:
    adam.frames["ADTTE"].loc[0, "CNSR"] = 2.0
    (found,) = reconcile(adam.metadata, adam.frames)
    assert (found.rule, found.scope) == ("define.codelist", "2")


def test_bytes_are_counted_in_the_declared_encoding(sdtm: Package) -> None:
    sdtm.frames["AE"].loc[0, "AETERM"] = "\u809d" * 12
    assert reconcile(sdtm.metadata, sdtm.frames, "gb18030") == []
    (found,) = reconcile(sdtm.metadata, sdtm.frames, "utf-8")
    assert "36 bytes" in found.message


def test_two_lists_with_other_content_need_other_keys(sdtm: Package) -> None:
    own = Codelist("OWN", "Own", terms=(Term("RELATED"), Term("NOT RELATED")))
    assert check_metadata(variable(sdtm.metadata, "AE.AEREL", codelist=own)) == []
