"""Intervals and durations as everything behind the rules reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from define.describe import describe_sdtm
from validation.rules.tools import days, interval


def test_an_interval_of_collection(build: Callable[..., Any]) -> None:
    result = build(
        {
            "sdtm/ae.yaml": [
                (
                    "  AESTDTC: {date: START, format: YYYY-MM-DD}",
                    (
                        "  AESTDTC: {date: START, format: YYYY-MM-DD, end: AEENDTC}\n"
                        "  AEDUR: {duration: [NOTE, CRS]}"
                    ),
                )
            ],
            "raw/ae.csv": [("given fluids,Y", "3,days"), ("2024-01-UN,,,N", "2024-01-UN,,,")],
        }
    )
    ae = result["AE"].set_index("AETERM")
    assert ae.loc["fever", ["AESTDTC", "AEDUR"]].tolist() == ["2024-01-11/2024-01-13", "P3D"]
    assert ae.loc["cough", "AESTDTC"] == "2024-02-10/2024-02-12"
    # Over several days there is no day, and an epoch only where both ends lie in one.
    assert ae["AESTDY"].isna().all()
    assert ae.loc[["fever", "cough"], "EPOCH"].tolist() == ["TREATMENT", "FOLLOW-UP"]
    metadata, _ = describe_sdtm(result.plan.sdtm, result.sdtm, "0")
    types = {v.name: v.datatype for d in metadata.datasets if d.name == "AE" for v in d.variables}
    assert (types["AESTDTC"], types["AEDUR"]) == ("intervalDatetime", "durationDatetime")


def test_the_checks_read_both_ends() -> None:
    given = pd.Series(
        ["2024-01-01/2024-01-03", "2024-01-01T10:00/2024-01-01T12:00", "2024-01-05"], dtype="str"
    )
    assert [str(d) for d in days(given)] == ["NaT", "2024-01-01", "2024-01-05"]
    assert interval(given)[1].tolist() == ["2024-01-03", "2024-01-01T12:00", "2024-01-05"]
