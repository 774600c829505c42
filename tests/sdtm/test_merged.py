"""Datasets as ADaM reads them: qualifiers beside their records, lineage by dataset and row."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from mappings.built import BuiltDataset
from sdtm.merged import merged


def test_qualifiers_stand_beside_their_record(base: Any) -> None:
    ae = merged(base.sdtm.datasets)["AE"]
    assert ae[["AETERM", "AENOTE", "AECRS"]].values.tolist() == [
        ["headache", "", "N"],
        ["tired", "", ""],
        ["fever", "given fluids", "Y"],
        ["cough", "", ""],
    ]
    assert ae["AENOTE"].dtype == "str"


def test_qualifiers_of_dm_go_by_subject(base: Any) -> None:
    dm = merged(base.sdtm.datasets)["DM"]
    assert dm[["SUBJID", "BLOOD"]].values.tolist() == [["001", "A"], ["002", ""], ["003", "O"]]


def test_lineage_and_identity(base: Any) -> None:
    found = merged(base.sdtm.datasets)
    assert "SUPPAE" not in found
    lb = found["LB"]
    assert set(lb["_form"]) == {"LB"}
    assert lb["_row"].tolist() == [1, 2, 3, 4, 5, 6]
    assert lb["_id"].tolist()[:2] == ["ALB|2024-01-03T08:00", "ALB|2024-01-10T08:30"]
    sv = found["SV"]
    assert sv["_id"].tolist()[:4] == ["1", "2", "2.1", "3"]


def test_no_working_column_is_left(base: Any) -> None:
    lb = merged(base.sdtm.datasets)["LB"]
    assert [c for c in lb.columns if c.startswith("_")] == ["_form", "_row", "_id"]
    assert not [c for c in lb.columns if ":" in c]


def test_a_qualifier_that_no_record_has_is_blank(build: Any) -> None:
    # ADAE copies AECRS: a study without such an event must build all the same.
    made = build({"raw/ae.csv": [(",Y\n", ",\n"), (",N\n", ",\n")]}, adam=True)
    assert merged(made.sdtm.datasets)["AE"]["AECRS"].tolist() == [""] * 4
    assert made["ADAE"]["CRSFL"].tolist() == [""] * 4
    assert set(made["SUPPAE"]["QNAM"]) == {"AENOTE"}


def test_without_any_event_the_datasets_are_empty_and_typed(build: Any) -> None:
    head = "SUBJECT,EVENT,REPEAT,RECID,TERM,CODE,SERIOUS,START,END,NOTE,CRS\n"
    made = build({"raw/ae.csv": head}, adam=True)
    assert len(made["AE"]) == len(made["ADAE"]) == 0
    assert "SUPPAE" not in made.datasets
    assert made["ADAE"]["ASTDT"].dtype == "float64"
    assert made["ADAE"]["CRSFL"].dtype == "str"
    assert [f.rule for f in made.findings if f.rule == "form.empty"] == ["form.empty"]


@pytest.mark.parametrize("blood", ["A", "AB"])
def test_two_records_of_one_subject_in_dm_do_not_stop_the_study(build: Any, blood: str) -> None:
    second = f"        01-001,SCR,1,9,61,Female,2024-01-02,2024-02-10,,{blood}\n        01-002"
    made = build({"raw/dm.csv": [("        01-002", second)]}, adam=True)
    assert [f.dataset for f in made.of("record.duplicate")] == ["DM", "SE", "ADSL"]
    assert made["DM"]["SUBJID"].tolist() == ["001", "001", "002", "003"]
    assert len(made["ADTTE"]) == 2
    assert len(made["ADAE"]) == 4
    assert made["ADRS"]["PARAMCD"].tolist().count("BOR") == 2


def finished(name: str, parent: str = "", **columns: list[Any]) -> BuiltDataset:
    """A dataset as it comes from elsewhere: no module tells what its qualifiers are."""
    frame = pd.DataFrame(
        {
            n: pd.Series(v, dtype="float64" if n.endswith("SEQ") else "str")
            for n, v in columns.items()
        }
    )
    return BuiltDataset(name, frame, tuple(columns), ("USUBJID",), None, parent)


def test_qualifiers_of_others_point_by_number_text_or_subject() -> None:
    ae = finished(
        "AE",
        USUBJID=["1", "1", "2"],
        AESEQ=[1, 2, 1],
        AESPID=["E1", "E2", "E1"],
        AETERM=["a", "b", "c"],
    )
    supp = finished(
        "SUPPAE",
        "AE",
        USUBJID=["1", "1", "2", "2", "1", "1"],
        IDVAR=["AESEQ", "AESPID", "", "AESEQ", "GONE", "AESEQ"],
        IDVARVAL=["1.0", "E2", "", "9", "x", "2"],
        QNAM=["Q", "Q", "Q", "R", "R", "AETERM"],
        QVAL=["by number", "by text", "by subject", "nobody's", "nowhere", "never"],
    )
    found = merged([ae, supp])["AE"]
    assert found["Q"].tolist() == ["by number", "by text", "by subject"]
    assert found["R"].tolist() == ["", "", ""]
    # A variable of the parent is never replaced.
    assert found["AETERM"].tolist() == ["a", "b", "c"]
    assert {str(found[n].dtype) for n in ("Q", "R")} == {"str"}
