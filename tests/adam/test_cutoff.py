"""The data cut-off: ADaM sees what was known on that day, SDTM keeps everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adam.cutoff import cut, cutoff_day, record_date

few = settings(max_examples=40, deadline=None)


def frame(**columns: list[Any]) -> pd.DataFrame:
    made = pd.DataFrame(columns)
    for name in made.columns:
        if not pd.api.types.is_numeric_dtype(made[name]):
            made[name] = made[name].astype("str")
    return made


def test_the_day_of_the_cutoff() -> None:
    assert cutoff_day("2024-01-10") == 23385.0
    assert cutoff_day("") == np.inf


def test_the_date_of_a_record() -> None:
    assert record_date(frame(AESTDTC=[""], AEENDTC=[""]), "AE") == "AESTDTC"
    assert record_date(frame(LBDTC=[""]), "LB") == "LBDTC"
    assert record_date(frame(RELID=[""]), "RELREC") == ""


def test_without_a_cutoff_nothing_changes() -> None:
    given = {"AE": frame(AESTDTC=["2030-01-01"])}
    assert cut(given, "")["AE"] is given["AE"]


def test_records_after_the_cutoff_are_left_out_and_later_ends_blanked() -> None:
    ae = frame(
        AETERM=["on the day", "after", "partial", "open", "no date", "next month"],
        AESTDTC=["2024-06-30", "2024-07-01", "2024-06", "2024-06-01", "", "2024-07"],
        AEENDTC=["2024-07-02", "2024-07-02", "2024-07", "", "2024-06-30", ""],
        AESTDY=[10.0, 11.0, np.nan, 1.0, np.nan, np.nan],
        AEENDY=[12.0, 12.0, np.nan, np.nan, 10.0, np.nan],
    )
    made = cut({"AE": ae}, "2024-06-30")["AE"]
    assert made["AETERM"].tolist() == ["on the day", "partial", "open", "no date"]
    assert made["AEENDTC"].tolist() == ["", "", "", "2024-06-30"]
    assert made["AEENDY"].fillna(-1).tolist() == [-1.0, -1.0, -1.0, 10.0]
    assert made["AESTDY"].fillna(-1).tolist() == [10.0, -1.0, 1.0, -1.0]
    assert len(ae) == 6


@pytest.mark.parametrize(
    ("death", "flag"),
    [("2024-06-30", "Y"), ("2024-06", "Y"), ("2024-07-01", ""), ("2024-07", ""), ("2025", "")],
)
def test_a_death_after_the_cutoff_has_not_happened(death: str, flag: str) -> None:
    dm = frame(
        USUBJID=["S1"], RFICDTC=["2024-01-01"], DTHDTC=[death], DTHFL=["Y"], RFENDTC=["2024-06-01"]
    )
    made = cut({"DM": dm}, "2024-06-30")["DM"]
    assert made["DTHFL"].tolist() == [flag]
    assert made["DTHDTC"].tolist() == [death if flag else ""]
    assert made["RFENDTC"].tolist() == ["2024-06-01"]


def test_a_death_flag_without_a_date_stays() -> None:
    dm = frame(USUBJID=["S1"], DTHDTC=[""], DTHFL=["Y"])
    assert cut({"DM": dm}, "2024-06-30")["DM"]["DTHFL"].tolist() == ["Y"]


dates = st.dates(pd.Timestamp("2024-05-01").date(), pd.Timestamp("2024-08-31").date())


@few
@given(st.lists(dates, max_size=20))
def test_what_stays_is_what_was_on_or_before_the_day(given_dates: list[Any]) -> None:
    texts = [d.isoformat() for d in given_dates]
    made = cut({"LB": frame(LBDTC=texts)}, "2024-06-30")["LB"]
    assert made["LBDTC"].tolist() == [t for t in texts if t <= "2024-06-30"]
    assert cut({"LB": made}, "2024-06-30")["LB"]["LBDTC"].tolist() == made["LBDTC"].tolist()


def test_an_earlier_cutoff_in_the_study(build: Any) -> None:
    made = build({"study.yaml": [("cutoff: 2024-06-30", "cutoff: 2024-01-25")]}, adam=True)
    assert made["AE"]["AETERM"].tolist() == ["headache", "tired", "fever", "cough"]
    assert made["ADAE"]["AETERM"].tolist() == ["headache", "tired", "fever"]
    assert made["ADAE"]["AENDT"].fillna(0).tolist() == [0.0, 0.0, 23388.0]
    assert made["ADSL"]["DTHDT"].isna().all()
    assert made["DM"]["DTHDTC"].tolist() == ["", "2024-03-01", ""]
    ovr = made["ADRS"].query("PARAMCD == 'OVR'")
    assert ovr["AVALC"].tolist() == ["irPR"]
    assert made["ADTTE"][["USUBJID", "AVAL", "CNSR"]].values.tolist() == [
        ["TINY-01-001", 14.0, 1.0],
        ["TINY-01-002", 1.0, 1.0],
    ]
