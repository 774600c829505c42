"""Progression-free survival, survival and duration of response from hand-built histories.

Dates are study days (day 1 is the first infusion), so AVAL of an endpoint that starts at the
infusion is the day itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adam.criteria import Criteria
from adam.response import assess, first_of, first_progression, response_rows
from adam.tte import COLUMNS, Dates, Source, time_to_event

NAN = float("nan")
Visits = list[tuple[int, str]]
CUTOFF = 700.0


def endpoints(
    visits: Visits,
    *,
    death: float = NAN,
    alive: float = 400.0,
    therapy: float = NAN,
    infusion: float = 1.0,
    cutoff: float = CUTOFF,
    shift: float = 0.0,
    order: list[int] | None = None,
) -> dict[str, pd.DataFrame]:
    """PFS, OS, DOR and DORREG of one subject as the study defines them."""
    subjects = pd.Series(["S1"], dtype="str")
    adsl = pd.DataFrame(
        {
            "USUBJID": subjects,
            "TRTSDT": infusion + shift,
            "DTHDT": death + shift,
            "LSTALVDT": alive + shift,
            "NACTDT": therapy + shift,
        }
    )
    rs = pd.DataFrame(
        {
            "USUBJID": pd.Series(["S1"] * len(visits), dtype="str"),
            "ADT": pd.Series([float(day) + shift for day, _ in visits], dtype="float64"),
            "AVALC": pd.Series([value for _, value in visits], dtype="str"),
            "RSSEQ": pd.Series(range(1, len(visits) + 1), dtype="float64"),
            "TRTSDT": infusion + shift,
            "NACTDT": therapy + shift,
        }
    )
    rs = rs.iloc[order] if order else rs
    flags = assess(rs, Criteria(), cutoff=cutoff + shift)
    progression = first_progression(rs, flags, subjects)
    scans = Source(
        rs,
        "ADT",
        "Last evaluable assessment",
        "ADRS",
        seq="RSSEQ",
        where=flags["evaluable"] & flags["analysable"],
    )
    events = [
        Source(progression, "ADT", "Progressive disease", "ADRS"),
        Source(adsl, "DTHDT", "Death", "ADSL"),
    ]
    infused = Dates(adsl, "TRTSDT", "First infusion", "ADSL")
    stop = Dates(adsl, "NACTDT", "New anticancer therapy")
    limit = cutoff + shift
    result = {
        "PFS": time_to_event(
            subjects,
            infused,
            events,
            [scans],
            stop=stop,
            cutoff=limit,
            otherwise="No assessment after infusion",
        ),
        "OS": time_to_event(
            subjects,
            infused,
            events[1:],
            [Source(adsl, "LSTALVDT", "Last known alive", "ADSL", cut="Data cut-off")],
            cutoff=limit,
        ),
    }
    for name, responses in (("DOR", ("irCR", "irPR")), ("DORREG", ("irCR", "irPR", "irSD"))):
        start = first_of(rs, response_rows(rs, flags, Criteria(), responses), subjects)
        result[name] = time_to_event(
            subjects, Dates(start, "ADT"), events, [scans], stop=stop, cutoff=limit
        )
    return result


def answer(table: pd.DataFrame) -> tuple[float, float, str]:
    """AVAL, CNSR and what happened (the event, or where the censoring date is from)."""
    assert len(table) == 1
    row = table.iloc[0]
    return row["AVAL"], row["CNSR"], row["EVNTDESC"] if row["CNSR"] == 0 else row["CNSDTDSC"]


def test_progression_then_death() -> None:
    """irPR 28, irPD 120, death 200. PFS 120; OS 200; DOR from 28 to 120: 93 days."""
    got = endpoints([(28, "irPR"), (120, "irPD")], death=200)
    assert answer(got["PFS"]) == (120, 0, "Progressive disease")
    assert answer(got["OS"]) == (200, 0, "Death")
    assert answer(got["DOR"]) == (93, 0, "Progressive disease")


def test_pseudoprogression_is_no_event() -> None:
    """irPD 28 void by irPR 57; last scan irPR 180, alive: censored at 180; DOR 57 to 180: 124."""
    got = endpoints([(28, "irPD"), (57, "irPR"), (180, "irPR")])
    assert answer(got["PFS"]) == (180, 1, "Last evaluable assessment")
    assert answer(got["DOR"]) == (124, 1, "Last evaluable assessment")
    assert got["PFS"][["SRCDOM", "SRCVAR", "SRCSEQ"]].iloc[0].tolist() == ["ADRS", "ADT", 3]


def test_death_the_day_after_the_last_scan() -> None:
    """irSD 28 and 56, death on day 57: an event of PFS on day 57."""
    got = endpoints([(28, "irSD"), (56, "irSD")], death=57)
    assert answer(got["PFS"]) == (57, 0, "Death")
    assert got["PFS"][["SRCDOM", "SRCVAR"]].iloc[0].tolist() == ["ADSL", "DTHDT"]
    assert answer(got["DORREG"]) == (30, 0, "Death")
    assert len(got["DOR"]) == 0


def test_no_scan_at_all() -> None:
    """Censored at the infusion: one day. Without response no duration of response."""
    got = endpoints([], alive=90)
    assert answer(got["PFS"]) == (1, 1, "No assessment after infusion")
    assert got["PFS"][["SRCDOM", "SRCVAR"]].iloc[0].tolist() == ["ADSL", "TRTSDT"]
    assert answer(got["OS"]) == (90, 1, "Last known alive")
    assert got["DOR"].empty
    assert got["DORREG"].empty
    assert answer(endpoints([], death=60)["PFS"]) == (60, 0, "Death")


def test_only_not_evaluable_scans() -> None:
    """NE is no evaluable assessment: censored at the infusion."""
    assert answer(endpoints([(28, "NE"), (56, "NE")])["PFS"])[:2] == (1, 1)


def test_new_therapy_before_progression() -> None:
    """irSD 28, therapy 60, irPD 84, death 200: after therapy nothing counts, so PFS is
    censored at 28, for new therapy. OS does not stop: death on day 200.
    """
    got = endpoints([(28, "irSD"), (84, "irPD")], therapy=60, death=200)
    assert answer(got["PFS"]) == (28, 1, "Last evaluable assessment")
    assert got["PFS"]["EVNTDESC"].tolist() == ["New anticancer therapy"]
    assert answer(got["OS"]) == (200, 0, "Death")


def test_scan_on_the_first_day_of_new_therapy() -> None:
    """Therapy and irPD on day 84: an event. Therapy and irSD on day 84: censored there."""
    assert answer(endpoints([(28, "irSD"), (84, "irPD")], therapy=84)["PFS"])[:2] == (84, 0)
    assert answer(endpoints([(28, "irSD"), (84, "irSD")], therapy=84)["PFS"])[:2] == (84, 1)


def test_duration_censored_at_its_own_start() -> None:
    """irPR on day 56, its only evaluable assessment from then on: DOR is one day, censored."""
    got = endpoints([(28, "irSD"), (56, "irPR"), (84, "NE")])
    assert answer(got["DOR"])[:2] == (1, 1)
    assert answer(got["DORREG"])[:2] == (29, 1)


def test_event_on_the_cutoff_day() -> None:
    """Death on day 300, cut-off on day 300: an event. Cut-off on day 299: alive at day 299.

    Last known alive is later (400), so survival is censored at the cut-off itself.
    """
    assert answer(endpoints([], death=300, cutoff=300)["OS"]) == (300, 0, "Death")
    assert answer(endpoints([], death=300, cutoff=299)["OS"]) == (299, 1, "Data cut-off")
    assert answer(endpoints([], alive=250, cutoff=299)["OS"]) == (250, 1, "Last known alive")
    visits = [(28, "irSD"), (300, "irPD")]
    assert answer(endpoints(visits, cutoff=300)["PFS"])[:2] == (300, 0)
    assert answer(endpoints(visits, cutoff=299)["PFS"])[:2] == (28, 1)


def test_infused_after_the_cutoff_is_out() -> None:
    assert endpoints([], infusion=701)["PFS"].empty


def test_ties_of_event_and_censoring() -> None:
    """Event and censoring on one day: the event. Progression and death on one day: the
    source named first. A later censoring never beats an event.
    """
    got = endpoints([(28, "irSD"), (84, "irPD")], death=84, alive=84)
    assert answer(got["PFS"]) == (84, 0, "Progressive disease")
    assert answer(got["OS"]) == (84, 0, "Death")
    one = pd.DataFrame({"USUBJID": ["S1", "S1"], "D": [50.0, 50.0], "SEQ": [2.0, 1.0]})
    start = Dates(pd.DataFrame({"USUBJID": ["S1"], "D": [1.0]}), "D")
    censors = [Source(one, "D", "first", "AA", seq="SEQ"), Source(one, "D", "second", "BB")]
    table = time_to_event(pd.Series(["S1"]), start, [], censors)
    assert table[["SRCDOM", "SRCSEQ", "EVNTDESC"]].iloc[0].tolist() == ["AA", 1, "Censored"]


def test_events_before_the_start_do_not_count() -> None:
    """A date before the start of the parameter is none of its dates."""
    early = pd.DataFrame({"USUBJID": ["S1"], "D": [5.0]})
    start = Dates(pd.DataFrame({"USUBJID": ["S1"], "D": [10.0]}), "D", "Response", "ADRS")
    source = Source(early, "D", "too early", "AA")
    table = time_to_event(pd.Series(["S1"]), start, [source], [source])
    assert table[["AVAL", "CNSR", "CNSDTDSC", "SRCDOM"]].to_numpy().tolist() == [
        [1, 1, "No later date", "ADRS"]
    ]


def test_subjects_without_start_have_no_record() -> None:
    """S2 is not infused, S3 has no record at all; order of subjects is kept."""
    adsl = pd.DataFrame({"USUBJID": ["S1", "S2", "S4"], "D": [1.0, NAN, 3.0]})
    table = time_to_event(pd.Series(["S4", "S3", "S2", "S1"]), Dates(adsl, "D"), [], [])
    assert table["USUBJID"].tolist() == ["S4", "S1"]
    assert table["AVAL"].notna().all()
    assert list(table.columns) == list(COLUMNS)


def test_only_a_censoring_can_be_cut() -> None:
    one = pd.DataFrame({"USUBJID": ["S1"], "D": [1.0]})
    with pytest.raises(ValueError, match="cut"):
        time_to_event(one["USUBJID"], Dates(one, "D"), [Source(one, "D", "x", "A", cut="y")], [])


def test_second_infusion_does_not_move_the_start() -> None:
    """Time to event counts from the first infusion; irPD 120, irSD 160 after a second one:
    void; last evaluable assessment 160.
    """
    got = endpoints([(28, "irSD"), (120, "irPD"), (160, "irSD")])
    assert answer(got["PFS"]) == (160, 1, "Last evaluable assessment")


maybe = st.one_of(st.just(NAN), st.integers(2, 800).map(float))


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(2, 800), st.sampled_from(["irCR", "irPR", "irSD", "irPD", "NE"])),
        max_size=7,
        unique_by=lambda v: v[0],
    ),
    maybe,
    maybe,
    st.integers(-3000, 3000),
    st.randoms(use_true_random=False),
)
def test_properties(
    visits: Visits, death: float, therapy: float, shift: int, random: object
) -> None:
    """Durations do not move with the calendar nor with the order of rows, AVAL is a positive
    whole number, the responder's DOR never outlasts the registered one.
    """
    expected = endpoints(visits, death=death, therapy=therapy)
    moved = endpoints(visits, death=death, therapy=therapy, shift=float(shift))
    places = list(range(len(visits)))
    random.shuffle(places)  # type: ignore[attr-defined]
    mixed = endpoints(visits, death=death, therapy=therapy, order=places)
    for name, table in expected.items():
        pd.testing.assert_frame_equal(mixed[name], table)
        back = moved[name].assign(
            ADT=moved[name]["ADT"] - shift, STARTDT=moved[name]["STARTDT"] - shift
        )
        pd.testing.assert_frame_equal(back, table)
        assert (table["AVAL"] >= 1).all()
        assert np.array_equal(table["AVAL"], table["ADT"] - table["STARTDT"] + 1)
    assert len(expected["PFS"]) == len(expected["OS"]) == 1
    assert len(expected["DOR"]) <= len(expected["DORREG"])
    # A response after the death is no history; the data check says so, not the endpoint.
    if len(expected["DOR"]) and not death < expected["DOR"]["STARTDT"][0]:
        assert expected["DOR"]["AVAL"][0] <= expected["DORREG"]["AVAL"][0]
