"""iRECIST through whole modules: an iUPD that is confirmed (iCPD), and one that is not."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

RS = """
    SUBJECT,EVENT,REPEAT,RECID,RESPONSE,DATE
    01-001,UNS,1,51,iUPD,2024-02-07
    01-001,UNS,2,52,iCPD,2024-03-13
    01-002,UNS,1,53,iUPD,2024-02-17
    01-002,UNS,2,54,iSD,2024-03-20
    01-002,UNS,3,55,iUPD,2024-04-20
    """
PFS = """
  PFS:
    label: Progression-Free Survival (days)
    event:
      - {from: ADRS, where: {PARAMCD: PD, AVALC: "Y"}, date: ADT, desc: Progressive disease}
    censor:
      - {from: ADRS, where: {PARAMCD: OVR, ANL01FL: "Y"}, date: ADT, desc: Last assessment}
then:
"""


@pytest.fixture(scope="module")
def built(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Infusions on 10 and 20 January; nobody dies."""
    alive = tiny.FILES["raw/dm.csv"].replace("2024-03-01,2024-03-01,", "2024-05-01,,")
    files = {
        **tiny.FILES,
        "study.yaml": tiny.text(tiny.STUDY).replace("irrecist", "irecist"),
        "adam/adtte.yaml": tiny.text(tiny.ADTTE).replace("\nthen:\n", PFS),
        "raw/rs.csv": RS,
        "raw/dm.csv": alive,
    }
    return tiny.build(tmp_path_factory.mktemp("irecist"), files)


def said(built: Any, subject: str, code: str) -> list[tuple[str, float]]:
    """AVALC and study day of the records of a parameter."""
    rows = built["ADRS"].query("USUBJID == @subject and PARAMCD == @code")
    return list(zip(rows["AVALC"], rows["ADY"], strict=True))


def survival(built: Any, subject: str) -> tuple[float, float]:
    [row] = built["ADTTE"].query("USUBJID == @subject and PARAMCD == 'PFS'").to_dict("records")
    return row["AVAL"], row["CNSR"]


def test_a_confirmed_progression_has_the_date_of_the_unconfirmed_one(built: Any) -> None:
    """iUPD on day 29, iCPD on day 64: 35 days later, between 28 and 56."""
    subject = "TINY-01-001"
    assert said(built, subject, "OVR") == [("iUPD", 29), ("iCPD", 64)]
    assert said(built, subject, "PD") == [("Y", 29)]
    assert said(built, subject, "BOR") == [("iCPD", 29)]
    assert survival(built, subject) == (29, 0)


def test_stable_disease_voids_an_unconfirmed_progression(built: Any) -> None:
    """iUPD on day 29, iSD on day 61: void. The iUPD of day 92 is the last scan, and counts."""
    subject = "TINY-01-002"
    assert said(built, subject, "PD") == [("Y", 92)]
    assert said(built, subject, "BOR") == [("iSD", 61)]
    assert survival(built, subject) == (92, 0)


def test_nothing_is_unknown_to_the_criteria(built: Any) -> None:
    assert [f for f in built.rules() if f.startswith("response.")] == []
