"""TS from study.yaml: its faults, its order, its long values."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mappings.findings import SpecPlace
from mappings.study import SummaryParameter
from sdtm.terminology import sdtm_terminology
from sdtm.trial import check_summary, summary, summary_variables

PLACE = SpecPlace("study.yaml", 31, 5)


def study(*parameters: SummaryParameter, encoding: str = "ascii", cutoff: str = "") -> Any:
    standards = {"sdtmig": "3.4", "terminology": "2025-03-28"}
    return SimpleNamespace(
        id="S", ts=parameters, encoding=encoding, standards=standards, cutoff=cutoff
    )


def parameter(name: str, value: str = "", null: str = "", **more: str) -> SummaryParameter:
    return SummaryParameter(name, value, null, place=PLACE, **more)


@pytest.mark.parametrize(
    ("given", "rule", "message"),
    [
        (
            parameter("TITEL", "x"),
            "ts.parameter",
            "there is no trial summary parameter 'TITEL'",
        ),
        (parameter("TITLE"), "ts.value", "TITLE needs either 'value' or 'null'"),
        (parameter("TITLE", "x", "NA"), "ts.value", "TITLE needs either 'value' or 'null'"),
        (parameter("TITLE", "", "UNKNOWN"), "ts.null", "'UNKNOWN' is no null flavour"),
        (
            parameter("TITLE", "caf\u00e9"),
            "ts.encoding",
            "'caf\u00e9' cannot stand in a package in ascii",
        ),
        (
            parameter("RANDOM", "NO"),
            "ts.term",
            "RANDOM: 'NO' is not in No Yes Response (C66742)",
        ),
        (
            parameter("SEXPOP", "BOTH", code="C49487"),
            "ts.code",
            "SEXPOP: C49487 is not the code of BOTH",
        ),
        (
            parameter("SDTIGVER", "3.3"),
            "ts.agreement",
            "SDTIGVER is '3.3', but sdtmig of standards is '3.4'",
        ),
        (
            parameter("SDTMVER", "1.8"),
            "ts.agreement",
            "SDTMVER is '1.8', but the model of SDTMIG 3.4 is '2.0'",
        ),
    ],
)
def test_a_faulty_parameter(given: SummaryParameter, rule: str, message: str) -> None:
    [fault] = check_summary(study(given), sdtm_terminology())
    assert (fault.rule, fault.message, fault.spec) == (rule, message, PLACE)


def test_good_parameters_have_no_fault() -> None:
    sponsors = parameter("TBLIND", "PARTLY OPEN")  # of a codelist that can be extended
    good = study(parameter("TITLE", "x"), parameter("SENDTC", null="UNK"), sponsors)
    assert check_summary(good, sdtm_terminology()) == []
    assert (
        check_summary(study(parameter("TITLE", "caf\u00e9"), encoding="utf-8"), sdtm_terminology())
        == []
    )


def test_the_cutoff_is_said_the_same_in_both_places() -> None:
    given = parameter("DCUTDTC", "2024-06-30")
    assert check_summary(study(given, cutoff="2024-06-30"), sdtm_terminology()) == []
    [fault] = check_summary(study(given, cutoff="2024-07-01"), sdtm_terminology())
    assert fault.message == "DCUTDTC is '2024-06-30', but cutoff is '2024-07-01'"


def test_the_code_of_a_published_value_is_filled_in() -> None:
    frame = summary(
        study(
            parameter("RANDOM", "N"),
            parameter("AGEMIN", "P18Y", reference="ISO 8601"),
            parameter("TRT", "Cells", code="X1", reference="UNII"),
            parameter("SENDTC", null="NAV"),
        ),
        sdtm_terminology(),
    )
    assert frame[["TSPARMCD", "TSVALCD", "TSVCDREF", "TSVCDVER"]].values.tolist() == [
        ["AGEMIN", "", "ISO 8601", ""],
        ["RANDOM", "C49487", "CDISC CT", "2025-03-28"],
        ["SENDTC", "", "", ""],
        ["TRT", "X1", "UNII", ""],
    ]


def test_parameters_are_sorted_and_numbered_within_their_code() -> None:
    frame = summary(
        study(
            parameter("TTYPE", "EFFICACY", reference="CDISC CT", version="2025"),
            parameter("AGEMIN", "P18Y"),
            parameter("TTYPE", "SAFETY"),
            parameter("SENDTC", null="UNK"),
        ),
        sdtm_terminology(),
    )
    assert frame[["TSPARMCD", "TSSEQ", "TSVAL", "TSVALNF"]].values.tolist() == [
        ["AGEMIN", 1.0, "P18Y", ""],
        ["SENDTC", 1.0, "", "UNK"],
        ["TTYPE", 1.0, "EFFICACY", ""],
        ["TTYPE", 2.0, "SAFETY", ""],
    ]
    assert frame["TSPARM"].tolist()[0] == "Planned Minimum Age of Subjects"
    assert frame["TSVALCD"].tolist() == ["", "", "C49666", "C49667"]
    assert frame["TSVCDVER"].tolist() == ["", "", "2025", "2025-03-28"]
    assert frame["_row"].tolist() == [31] * 4


def test_a_long_value_goes_on_in_variables_behind_tsval() -> None:
    long = "word " * 100
    frame = summary(
        study(parameter("TITLE", long.strip()), parameter("AGEMIN", "P18Y")), sdtm_terminology()
    )
    names = summary_variables(frame)
    place = names.index("TSVAL")
    assert names[place : place + 4] == ("TSVAL", "TSVAL1", "TSVAL2", "TSVALNF")
    pieces = frame[["TSVAL", "TSVAL1", "TSVAL2"]].values.tolist()[1]
    assert " ".join(pieces) == long.strip()
    assert frame[["TSVAL", "TSVAL1", "TSVAL2"]].values.tolist()[0] == ["P18Y", "", ""]
    assert all(str(t) in ("str", "float64", "int64") for t in frame.dtypes)
