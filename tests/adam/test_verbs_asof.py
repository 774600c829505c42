"""`lookup` as of a date of the own record: the dose that was the last on or before an event."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.conditions import Condition
from mappings.findings import SpecificationFault
from mappings.frames import text_series
from mappings.names import Source
from mappings.scope import Report, Scope
from mappings.verbs.lookup import Lookup, Place

DOSES = """
    SUBJECT,EVENT,REPEAT,RECID,DOSE,DATE,TIME,FUP
    01-001,D1,1,11,3,2024-01-10,09:00,2024-01-24
    01-001,D14,1,13,7,2024-01-11,09:00,2024-01-24
    01-001,UNS,1,14,9,2024-02-01,09:00,2024-02-24
    01-002,D1,1,12,5.5,2024-01-20,,2024-02-03
    """


def rule(text: str) -> dict[str, Any]:
    old = "  TRTEMFL:"
    return {"raw/ex.csv": DOSES, "adam/adae.yaml": [(old, f"  {text}\n{old}")]}


def test_the_last_and_the_first_dose_up_to_the_event(build: Any) -> None:
    for pick, doses in (("last", [3.0, None, 7.0, 5.5]), ("first", [3.0, None, 3.0, 5.5])):
        text = (
            "DOSEON: {lookup: EX, get: EXDOSE, order: EXSTDTC, "
            f"pick: {pick}, asof: ADAE.ASTDT, label: Dose}}"
        )
        made = build(rule(text), adam=True)["ADAE"]
        # headache begins on the day of the first dose, tired before it, fever the day after.
        assert made["AETERM"].tolist() == ["headache", "tired", "fever", "cough"]
        assert [None if pd.isna(v) else v for v in made["DOSEON"]] == doses


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{lookup: EX, get: EXDOSE, asof: ADAE.ASTDT, label: Dose}",
            "'asof' needs 'pick'",
        ),
        (
            "{lookup: EX, get: EXDOSE, order: EXSTDTC, pick: last, asof: ADAE.ASTDTX, label: D}",
            "ASTDTX",
        ),
        (
            "{lookup: EX, get: EXDOSE, order: EXSTDTC, pick: last, asof: TRTSDTM, label: Dose}",
            "'TRTSDTM' is a date-time, and 'asof' compares days",
        ),
        (
            "{lookup: EX, get: {num: EXDOSE}, pick: last, asof: ADAE.ASTDT, label: Dose}",
            "'asof' needs 'order': the date of the other side",
        ),
        (
            (
                "{lookup: elements, by: {AETERM: code}, get: element, pick: last, asof: ADAE.ASTDT,"
                " label: Dose}"
            ),
            "'asof' is of finished datasets only",
        ),
    ],
)
def test_faults_name_the_line(build: Any, text: str, said: str) -> None:
    changes = rule(f"DOSEON: {text}")
    changes["adam/adae.yaml"].append(("adsl: [", "adsl: [TRTSDTM, "))
    with pytest.raises(SpecificationFault) as caught:
        build(changes, adam=True)
    faults = [f for f in caught.value.findings if said in f.message]
    assert [f.spec.file for f in faults if f.spec] == ["adam/adae.yaml"]


DAYS = st.integers(0, 8)
ROWS = st.lists(st.tuples(st.sampled_from("AB"), DAYS, st.integers(0, 99)), max_size=12)
ASKED = st.lists(st.tuples(st.sampled_from("ABC"), st.one_of(st.none(), DAYS)), max_size=12)


@given(ROWS, ASKED, st.sampled_from(["first", "last"]))
def test_it_is_what_a_search_through_all_rows_finds(
    rows: list[tuple[str, int, int]], asked: list[tuple[str, int | None]], pick: str
) -> None:
    other = pd.DataFrame(
        {
            "USUBJID": text_series([r[0] for r in rows]),
            "EXSTDTC": text_series([f"2024-01-{r[1] + 1:02d}" for r in rows]),
            "EXDOSE": pd.Series([r[2] for r in rows], dtype="float64"),
        }
    )
    own = pd.DataFrame(
        {
            "USUBJID": text_series([a[0] for a in asked]),
            "ASTDT": pd.Series(
                [None if a[1] is None else 23376.0 + a[1] for a in asked], dtype="float64"
            ),
        }
    )
    source = Source("EX", ("USUBJID", "EXSTDTC", "EXDOSE"), "dataset")
    place = Place(source, Condition(), None, "EXDOSE", "EXSTDTC", ("USUBJID",))
    verb = Lookup((place,), ("USUBJID",), pick, "ASTDT")
    found = verb.run(Scope("ADAE", own, {"EX": other}, Report({})))
    # 23376 is 2024-01-01 in days since 1960.
    expected = []
    for subject, day in asked:
        fits = [r for r in rows if day is not None and r[0] == subject and r[1] <= day]
        days = [r[1] for r in fits]
        wanted = (max(days) if pick == "last" else min(days)) if days else None
        same = [r[2] for r in fits if r[1] == wanted]
        expected.append((same[-1] if pick == "last" else same[0]) if same else None)
    assert [None if pd.isna(v) else v for v in found] == expected
