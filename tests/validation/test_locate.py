from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mappings.findings import RawPlace, Severity, SpecPlace
from validation.locate import Lineage, raw_places, record_findings, scopes, shown


def test_numbers_are_written_as_people_write_them() -> None:
    assert shown(pd.Series([1.0, 1.5, np.nan, -2.0])) == ["1", "1.5", "", "-2"]
    assert shown(pd.Series(["a", None], dtype="str")) == ["a", ""]


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [
        ("ADT", 0.0, "1960-01-01"),
        ("TRTSDT", 23385.0, "2024-01-10"),
        ("ADTM", 60.0, "1960-01-01T00:01:00"),
        ("ADT", -1.0, "1959-12-31"),
        ("ADT", 1e12, "1000000000000"),
        ("DT", 1.0, "1"),
    ],
)
def test_sas_dates_are_shown_as_iso_8601(name: str, number: float, text: str) -> None:
    assert shown(pd.Series([number]), name) == [text]


def test_a_scope_is_the_subject_and_its_sequence() -> None:
    frame = pd.DataFrame({"USUBJID": ["S-1", "S-2"], "AESEQ": [1.0, 2.0], "AETERM": ["a", "b"]})
    assert scopes(frame, "AE", ("USUBJID", "AETERM")) == ["S-1 AESEQ=1", "S-2 AESEQ=2"]


def test_without_a_sequence_the_keys_tell_records_apart() -> None:
    frame = pd.DataFrame({"USUBJID": ["S-1"], "PARAMCD": ["OS"], "ADT": [0.0]})
    keys = ("STUDYID", "USUBJID", "PARAMCD", "ADT")
    assert scopes(frame, "ADTTE", keys) == ["S-1 PARAMCD=OS ADT=1960-01-01"]


def test_an_incomplete_sequence_is_not_used() -> None:
    frame = pd.DataFrame({"USUBJID": ["S-1"], "AESEQ": [np.nan], "AETERM": ["a"]})
    assert scopes(frame, "AE", ("USUBJID", "AETERM")) == ["S-1 AETERM=a"]


def test_a_row_number_is_never_part_of_a_scope() -> None:
    frame = pd.DataFrame({"TSVAL": ["x"], "_form": ["ts"], "_row": [7]})
    assert scopes(frame, "TS") == [""]


def test_a_row_without_a_form_has_no_raw_place() -> None:
    frame = pd.DataFrame({"_form": pd.Series(["ae", ""], dtype="str"), "_row": [7, 0]})
    assert raw_places(frame, "AE", "X", Lineage()) == [RawPlace("ae", 7), None]
    assert raw_places(frame[["_row"]], "AE", "X", Lineage()) == [None, None]


def test_the_mapping_line_of_the_dataset_stands_in_for_the_variable_s() -> None:
    lineage = Lineage(places={("AE", ""): SpecPlace("sdtm/ae.yaml", 1, 1)})
    frame = pd.DataFrame({"USUBJID": ["S-1"], "AETERM": ["a"]})
    (found,) = record_findings(
        frame,
        np.array([True]),
        rule="x.y",
        severity=Severity.ERROR,
        message="m",
        advice="a",
        dataset="AE",
        variables=("AETERM",),
        lineage=lineage,
    )
    assert found.spec == SpecPlace("sdtm/ae.yaml", 1, 1)
    assert found.scope == "S-1"


def rows(*pairs: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "_form": pd.Series([form for form, _ in pairs], dtype="str"),
            "_row": np.array([row for _, row in pairs], dtype="int64"),
        }
    )


def test_a_derived_record_is_led_back_to_the_raw_row() -> None:
    lineage = Lineage(
        files={"ae": "raw/ae.csv"},
        columns={("AE", "AETERM", "ae"): "TERM"},
        sources={
            "AE": rows(("ae", 7), ("ae", 4), ("elements", 2)),
            "ADAE": rows(("AE", 2), ("AE", 1)),
        },
        derived=frozenset({"ADAE", "ADAE2"}),
    )
    of_adae = rows(("AE", 1), ("AE", 3), ("AE", 0), ("AE", 9), ("", 0))
    assert raw_places(of_adae, "ADAE", "AETERM", lineage) == [
        RawPlace("raw/ae.csv", 7, "TERM"),
        RawPlace("AE", 3),  # made of a table, not of a form
        RawPlace("AE", 0),
        RawPlace("AE", 9),
        None,
    ]
    # Over two datasets; and a dataset of SDTM is never followed, its rows mean something else.
    twice = [RawPlace("raw/ae.csv", 4, "TERM"), RawPlace("raw/ae.csv", 7, "TERM")]
    assert raw_places(rows(("ADAE", 1), ("ADAE", 2)), "ADAE2", "AETERM", lineage) == twice
    assert raw_places(rows(("AE", 1)), "SUPPAE", "QVAL", lineage) == [RawPlace("AE", 1)]


def test_datasets_that_name_each_other_end() -> None:
    around = {"ADA": rows(("ADB", 1)), "ADB": rows(("ADA", 1))}
    lineage = Lineage({"x": "x"}, sources=around, derived=frozenset(around))
    assert raw_places(rows(("ADB", 1)), "ADA", "X", lineage) == [RawPlace("ADB", 1)]
