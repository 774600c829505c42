"""Dates that lie outside a subject's time in the study and inside with day and month changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

# Subject 001 consents on 2024-01-02; its participation ends on 2024-02-10, the cut-off is 06-30.


def lb(date: str, shape: str = "DD/MM/YYYY") -> dict[str, Any]:
    """The first laboratory record of 001 (2024-01-03) on another date, in the given format."""
    header = "SUBJECT,EVENT,REPEAT,RECID,TEST,VALUE,UNIT,LOW,HIGH,DATE,TIME\n"
    return {
        "sdtm/lb.yaml": [
            ("{date: DATE, format: YYYY-MM-DD, time: TIME}", f"{{date: DATE, format: {shape}}}")
        ],
        "raw/lb.csv": f"{header}01-001,SCR,1,41,ALB,4.1,g/dL,3.5,5.0,{date},08:00\n",
    }


@pytest.mark.parametrize(
    ("date", "message"),
    [
        ("03/12/2023", ""),
        ("01/02/2024", ""),
        ("05/08/2024", ("2024-08-05 is after the subject's end of the study (2024-06-30); with day "
         "and month changed it is 2024-05-08, which is not")),
        ("12/11/2024", ""),
        ("25/08/2024", ""),
        ("08/08/2024", ""),
        ("08/2024", ""),
        ("02/01/2024", ""),
    ],
)  # fmt: skip
def test_after_the_end(build: Callable[..., Any], date: str, message: str) -> None:
    found = build(lb(date)).of("date.swapped")
    assert [f.message for f in found] == ([message] if message else [])


def test_before_the_consent(build: Callable[..., Any]) -> None:
    edits = lb("03/01/2024")
    edits["raw/dm.csv"] = [("2024-01-02", "2024-02-20"), ("2024-02-10", "2024-08-10")]
    found = [f for f in build(edits).of("date.swapped") if f.dataset == "LB"]
    assert [(f.message, f.severity, f.dataset, f.variable) for f in found] == [
        (
            (
                "2024-01-03 is before the subject's consent (2024-02-20); with day and month "
                "changed it is 2024-03-01, which is not"
            ),
            "warning",
            "LB",
            "LBDTC",
        )
    ]
    assert str(found[0].raw) == "raw/lb.csv, row 2, column DATE"
    assert found[0].value == "2024-01-03"


def test_history_may_begin_before_the_consent(build: Callable[..., Any]) -> None:
    edits = {
        "raw/dm.csv": [("2024-01-02", "2024-02-20")],
        "sdtm/ae.yaml": [
            ("{date: START, format: YYYY-MM-DD}", "{date: START, format: YYYY-MM-DD}")
        ],
        "raw/ae.csv": [("2024-01-11,2024-01-13", "2024-01-03,2024-01-13")],
    }
    assert "AE" not in {f.dataset for f in build(edits).of("date.swapped")}


@pytest.mark.parametrize("shape", ["DD-MON-YYYY"])
def test_a_month_in_letters_cannot_be_mistaken(build: Callable[..., Any], shape: str) -> None:
    assert build(lb("05-AUG-2024", shape)).of("date.swapped") == []


def test_the_tiny_study_has_none(base: Any) -> None:
    assert base.of("date.swapped") == []
