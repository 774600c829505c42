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


def study(*parameters: SummaryParameter, encoding: str = "ascii") -> Any:
    return SimpleNamespace(id="S", ts=parameters, encoding=encoding)


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
    ],
)
def test_a_faulty_parameter(given: SummaryParameter, rule: str, message: str) -> None:
    [fault] = check_summary(study(given), sdtm_terminology())
    assert (fault.rule, fault.message, fault.spec) == (rule, message, PLACE)


def test_good_parameters_have_no_fault() -> None:
    good = study(parameter("TITLE", "x"), parameter("SENDTC", null="UNK"))
    assert check_summary(good, sdtm_terminology()) == []
    assert (
        check_summary(study(parameter("TITLE", "caf\u00e9"), encoding="utf-8"), sdtm_terminology())
        == []
    )


def test_parameters_are_sorted_and_numbered_within_their_code() -> None:
    frame = summary(
        study(
            parameter("TTYPE", "EFFICACY", code="C49666", reference="CDISC CT", version="2025"),
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
    assert frame["TSVALCD"].tolist() == ["", "", "C49666", ""]
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
