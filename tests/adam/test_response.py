"""Hand-built histories: the expected answer is worked out in each test's text.

Days are study days counted from the infusion: day 1 is the infusion, so an assessment of
day 29 is 28 days after one of day 1.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adam.criteria import Criteria, CriteriaError
from adam.response import (
    assess,
    best_response,
    first_of,
    first_progression,
    response_rows,
    unknown_responses,
)

INFUSION = 23000.0
IRRECIST = Criteria(response_last_day=183.0)
NEVER = float("nan")
Visits = list[tuple[int, str]]


def history(
    visits: Visits, new_therapy: float = NEVER, subject: str = "S1", infusion: float = INFUSION
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": pd.Series([subject] * len(visits), dtype="str"),
            "ADT": pd.Series([infusion - 1 + day for day, _ in visits], dtype="float64"),
            "AVALC": pd.Series([value for _, value in visits], dtype="str"),
            "TRTSDT": infusion,
            "NACTDT": infusion - 1 + new_therapy,
        }
    )


def first_response(
    frame: pd.DataFrame, flags: pd.DataFrame, subjects: pd.Series[str], responses: tuple[str, ...]
) -> pd.DataFrame:
    return first_of(frame, response_rows(frame, flags, IRRECIST, responses), subjects)


def verdict(
    visits: Visits,
    *,
    new_therapy: float = NEVER,
    cutoff_day: float = np.inf,
    criteria: Criteria = IRRECIST,
) -> dict[str, object]:
    """PD day, best and confirmed best response with their days, first response days."""
    frame = history(visits, new_therapy)
    flags = assess(frame, criteria, cutoff=INFUSION - 1 + cutoff_day)
    subjects = pd.Series(["S1"], dtype="str")
    pd_ = first_progression(frame, flags, subjects).iloc[0]
    bor = best_response(frame, flags, subjects, criteria).iloc[0]
    cbor = best_response(frame, flags, subjects, criteria, confirmed=True).iloc[0]
    usual = first_response(frame, flags, subjects, ("irCR", "irPR")).iloc[0]
    registered = first_response(frame, flags, subjects, ("irCR", "irPR", "irSD")).iloc[0]

    def day(row: pd.Series) -> int | None:
        return None if np.isnan(row["ADT"]) else int(row["ADT"] - INFUSION + 1)

    return {
        "pd": day(pd_),
        "bor": bor["AVALC"],
        "bor_day": day(bor),
        "cbor": cbor["AVALC"],
        "first": day(usual),
        "registered": day(registered),
        "analysable": [v[0] for v, a in zip(visits, flags["analysable"], strict=True) if a],
    }


def test_pseudoprogression() -> None:
    """irPD on day 28, irPR on day 57 (29 days later): the irPD is void.

    Then irPR on days 57 and 85 (28 days apart): best irPR, confirmed. The progression that
    counts is that of day 180, the last scan.
    """
    got = verdict([(28, "irPD"), (57, "irPR"), (85, "irPR"), (180, "irPD")])
    assert got["pd"] == 180
    assert (got["bor"], got["bor_day"], got["cbor"], got["first"]) == ("irPR", 57, "irPR", 57)


def test_progression_confirmed_counts_from_its_first_assessment() -> None:
    """irSD 28, irPD 56, irPD 84: counts from day 56. A response on day 112 counts no more."""
    got = verdict([(28, "irSD"), (56, "irPD"), (84, "irPD"), (112, "irCR")])
    assert (got["pd"], got["bor"], got["first"], got["registered"]) == (56, "irSD", None, 28)
    assert got["analysable"] == [28, 56]


def test_progression_as_last_scan_counts() -> None:
    """Nothing after the irPD of day 56: it counts unconfirmed."""
    got = verdict([(28, "irSD"), (56, "irPD")])
    assert (got["pd"], got["bor"]) == (56, "irSD")
    strict = replace(IRRECIST, pd_unconfirmed_counts=False)
    assert verdict([(28, "irSD"), (56, "irPD")], criteria=strict)["pd"] is None


def test_void_needs_28_days() -> None:
    """irSD 27 days after the irPD does not void it; with 28 days it does."""
    assert verdict([(30, "irPD"), (57, "irSD")])["pd"] == 30
    assert verdict([(30, "irPD"), (58, "irSD")])["pd"] is None


def test_sooner_assessment_is_passed_over() -> None:
    """An irSD too soon (14 days) decides nothing; the scan after it does.

    irPD 28, irSD 42, irSD 84: the first assessment at least 28 days later is day 84, not
    irPD, so void. With irPD on day 84 it is confirmed from day 28.
    """
    assert verdict([(28, "irPD"), (42, "irSD"), (84, "irSD")])["pd"] is None
    assert verdict([(28, "irPD"), (42, "irSD"), (84, "irPD")])["pd"] == 28
    decides = replace(IRRECIST, pd_sooner_is_skipped=False)
    assert verdict([(28, "irPD"), (42, "irSD"), (84, "irSD")], criteria=decides)["pd"] == 28


def test_second_progression_sooner_than_28_days() -> None:
    """Only a second irPD 20 days later: the first counts.

    With irSD on day 84 both are void, each judged by the first scan at least 28 days later.
    """
    assert verdict([(28, "irPD"), (48, "irPD")])["pd"] == 28
    assert verdict([(28, "irPD"), (48, "irPD"), (84, "irSD")])["pd"] is None


def test_not_evaluable_is_skipped_when_judging_a_progression() -> None:
    """irPD 28, NE 60, irSD 90: NE is skipped, irSD voids. irPD 28, NE 60: counts."""
    assert verdict([(28, "irPD"), (60, "NE"), (90, "irSD")])["pd"] is None
    assert verdict([(28, "irPD"), (60, "NE")])["pd"] == 28
    assert verdict([(28, "irPD"), (60, ""), (90, "irSD")])["pd"] is None


def test_void_progression_then_a_real_one() -> None:
    """irPD 28 void by irSD 56; irPD 84 confirmed by irPD 120: counts from day 84."""
    got = verdict([(28, "irPD"), (56, "irSD"), (84, "irPD"), (120, "irPD")])
    assert (got["pd"], got["bor"], got["bor_day"]) == (84, "irSD", 56)


def test_void_progression_alone_in_the_window_is_no_response() -> None:
    """irPD on day 100, voided by irSD on day 200, after the window: best response NE."""
    got = verdict([(100, "irPD"), (200, "irSD")])
    assert (got["pd"], got["bor"]) == (None, "NE")


def test_new_therapy_before_the_voiding_scan() -> None:
    """irPD 28, new therapy day 40, irSD day 84 is after it and decides nothing: day 28."""
    assert verdict([(28, "irPD"), (84, "irSD")], new_therapy=40)["pd"] == 28


def test_scan_on_the_first_day_of_new_therapy_counts() -> None:
    """New therapy and irPD on day 84: the progression counts. A day later it does not."""
    assert verdict([(28, "irSD"), (84, "irPD")], new_therapy=84)["pd"] == 84
    got = verdict([(28, "irSD"), (84, "irPD")], new_therapy=83)
    assert (got["pd"], got["analysable"]) == (None, [28])


def test_scan_on_the_first_day_of_new_therapy_voids() -> None:
    """irPD 28, irPR and new therapy both on day 84: the scan still counts, so void, irPR."""
    got = verdict([(28, "irPD"), (84, "irPR")], new_therapy=84)
    assert (got["pd"], got["bor"]) == (None, "irPR")


def test_cutoff() -> None:
    """irPD 28; the voiding irSD of day 84 is after the cut-off of day 83: it counts.

    A scan on the cut-off day is in.
    """
    visits = [(28, "irPD"), (84, "irSD")]
    assert verdict(visits, cutoff_day=83)["pd"] == 28
    assert verdict(visits, cutoff_day=84)["pd"] is None


def test_one_not_evaluable_between_confirms_two_do_not() -> None:
    """irPR 28, NE 56, irPR 84: confirmed. Two NE between: not, so irSD (day 28 or later)."""
    assert verdict([(28, "irPR"), (56, "NE"), (84, "irPR")])["cbor"] == "irPR"
    got = verdict([(28, "irPR"), (56, "NE"), (70, "NE"), (84, "irPR")])
    assert (got["bor"], got["cbor"]) == ("irPR", "irSD")


def test_confirmation_needs_28_days_and_passes_over_sooner_ones() -> None:
    """irPR 28 and 50 (22 days): unconfirmed; with irPR 60 (32 days after the first) it is."""
    assert verdict([(28, "irPR"), (50, "irPR")])["cbor"] == "irSD"
    assert verdict([(28, "irPR"), (50, "irPR"), (60, "irPR")])["cbor"] == "irPR"


def test_stable_or_void_progression_between_breaks_the_confirmation() -> None:
    """Between two irPR only NE may stand: irSD breaks the pair, a void irPD too."""
    assert verdict([(28, "irPR"), (56, "irSD"), (84, "irPR")])["cbor"] == "irSD"
    assert verdict([(28, "irPR"), (56, "irPD"), (84, "irPR")])["cbor"] == "irSD"
    lenient = replace(IRRECIST, confirm_max_stable=1)
    visits = [(28, "irPR"), (56, "irSD"), (84, "irPR")]
    assert verdict(visits, criteria=lenient)["cbor"] == "irPR"


def test_complete_and_partial_confirm_each_other_as_partial() -> None:
    """irPR then irCR: irPR is confirmed, irCR is not. irCR then irPR: likewise irPR.

    irCR, irPR, irCR: the irPR between breaks the confirmation of irCR.
    """
    assert verdict([(28, "irPR"), (56, "irCR")])["cbor"] == "irPR"
    assert verdict([(28, "irCR"), (56, "irPR")])["cbor"] == "irPR"
    assert verdict([(28, "irCR"), (40, "irPR"), (70, "irCR")])["cbor"] == "irPR"
    assert verdict([(28, "irCR"), (56, "irCR")])["cbor"] == "irCR"
    strict = replace(IRRECIST, lesser_confirms=False)
    assert verdict([(28, "irCR"), (56, "irPR")], criteria=strict)["cbor"] == "irSD"


def test_confirmation_may_come_after_the_window() -> None:
    """irPR on day 180, confirmed on day 270: the response is within day 183, so confirmed."""
    visits = [(28, "irSD"), (180, "irPR"), (270, "irPR")]
    assert verdict(visits)["cbor"] == "irPR"
    strict = replace(IRRECIST, confirm_within_last_day=True)
    assert verdict(visits, criteria=strict)["cbor"] == "irSD"


def test_response_not_confirmed_before_progression() -> None:
    """irPR 56, irPD 84 and 120: best irPR, confirmed best irSD (irPR of day 56 is not PD)."""
    got = verdict([(56, "irPR"), (84, "irPD"), (120, "irPD")])
    assert (got["bor"], got["cbor"], got["pd"]) == ("irPR", "irSD", 84)


def test_window_of_183_days() -> None:
    """irPR on day 183 counts for best response, on day 184 not (irSD of day 90 stands).

    The duration of response starts at either.
    """
    assert verdict([(90, "irSD"), (183, "irPR")])["bor"] == "irPR"
    got = verdict([(90, "irSD"), (184, "irPR")])
    assert (got["bor"], got["first"]) == ("irSD", 184)


def test_stable_too_early() -> None:
    """irSD on day 27 alone is NE; on day 28 it is irSD. irSD 20 then irPD 56 is irPD.

    The duration of response as registered has no minimum: it starts on day 20.
    """
    assert verdict([(27, "irSD")])["bor"] == "NE"
    assert verdict([(28, "irSD")])["bor"] == "irSD"
    got = verdict([(20, "irSD"), (56, "irPD")])
    assert (got["bor"], got["bor_day"], got["registered"]) == ("irPD", 56, 20)
    assert verdict([(20, "irPR")])["cbor"] == "NE"


def test_no_scan_at_all() -> None:
    """No assessment: no progression, best response NE without a date."""
    got = verdict([])
    assert (got["pd"], got["bor"], got["bor_day"], got["first"]) == (None, "NE", None, None)


def test_scans_before_and_on_the_infusion_day_are_not_assessments() -> None:
    """Only what is after the first infusion can be a response."""
    assert verdict([(-6, "irCR"), (1, "irPR")])["analysable"] == []


def test_two_responses_of_one_day_are_taken_worst_first() -> None:
    """irPD 28; on day 60 both irPD and irSD are recorded: it is not void."""
    assert verdict([(28, "irPD"), (60, "irSD"), (60, "irPD")])["pd"] == 28


def test_confirming_date_by_setting() -> None:
    """With pd_date confirming, irPD 56 and 90 is a progression of day 90."""
    late = replace(IRRECIST, pd_date="confirming")
    assert verdict([(56, "irPD"), (90, "irPD")], criteria=late)["pd"] == 90


def test_longest_gap_to_the_confirming_scan() -> None:
    """With at most 84 days, a scan 100 days later neither voids nor confirms."""
    short = replace(IRRECIST, pd_confirm_max_days=84.0)
    assert verdict([(28, "irPD"), (128, "irSD")], criteria=short)["pd"] == 28


def test_unknown_response_is_said() -> None:
    frame = history([(28, "CR"), (56, "irCR"), (84, "")])
    assert unknown_responses(frame, IRRECIST).tolist() == [True, False, False]
    assert verdict([(28, "CR")])["bor"] == "NE"


def test_second_infusion_does_not_restart() -> None:
    """Study days count from the first infusion: a scan of day 190 is outside the window."""
    got = verdict([(28, "irSD"), (60, "irPD"), (120, "irPR"), (190, "irCR")])
    assert (got["pd"], got["bor"], got["bor_day"]) == (None, "irPR", 120)


def test_settings_are_read_and_faults_collected() -> None:
    given_ = Criteria.from_settings({"pd_percent": "25", "pd_can_be_void": "false"})
    assert (given_.pd_percent, given_.pd_can_be_void) == (25.0, False)
    with pytest.raises(CriteriaError) as caught:
        Criteria.from_settings({"pd_percnt": 20, "pd_mm": "x", "pd_date": "never"})
    assert set(caught.value.faults) == {"pd_percnt", "pd_mm", "pd_date"}
    assert "Did you mean 'pd_percent'?" in str(caught.value)


VALUES = ["irCR", "irPR", "irSD", "irPD", "NE", ""]
subject_histories = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.integers(-10, 400), st.sampled_from(VALUES)),
            max_size=8,
            unique_by=lambda visit: visit[0],
        ),
        st.one_of(st.just(float("nan")), st.integers(10, 400).map(float)),
    ),
    min_size=1,
    max_size=4,
)


def everything(frame: pd.DataFrame, names: list[str], cutoff: float) -> pd.DataFrame:
    subjects = pd.Series(names, dtype="str")
    flags = assess(frame, IRRECIST, cutoff=cutoff)
    tables = [
        first_progression(frame, flags, subjects),
        best_response(frame, flags, subjects, IRRECIST),
        best_response(frame, flags, subjects, IRRECIST, confirmed=True),
        first_response(frame, flags, subjects, ("irCR", "irPR", "irSD")),
    ]
    return pd.concat([t[["USUBJID", "ADT", "AVALC"]] for t in tables], ignore_index=True)


@settings(max_examples=30, deadline=None)
@given(subject_histories, st.integers(-2000, 2000), st.randoms(use_true_random=False))
def test_shift_and_permutation(
    drawn: list[tuple[Visits, float]], shift: int, random: object
) -> None:
    """Shifting all dates shifts the dates of the answers only; order of rows is nothing."""
    names = [f"S{i}" for i in range(len(drawn))]
    frames = [history(v, t, subject=n) for n, (v, t) in zip(names, drawn, strict=True)]
    frame = pd.concat(frames, ignore_index=True)
    expected = everything(frame, names, INFUSION + 300)

    places = list(range(len(frame)))
    random.shuffle(places)  # type: ignore[attr-defined]
    shuffled = frame.iloc[places].reset_index(drop=True)
    pd.testing.assert_frame_equal(everything(shuffled, names, INFUSION + 300), expected)

    moved = frame.assign(**{c: frame[c] + shift for c in ("ADT", "TRTSDT", "NACTDT")})
    answer = everything(moved, names, INFUSION + 300 + shift)
    pd.testing.assert_frame_equal(answer.assign(ADT=answer["ADT"] - shift), expected)

    alone = [everything(f, [n], INFUSION + 300) for f, n in zip(frames, names, strict=True)]
    together = pd.concat(alone).sort_values(["USUBJID", "ADT", "AVALC"], ignore_index=True)
    ordered = expected.sort_values(["USUBJID", "ADT", "AVALC"], ignore_index=True)
    pd.testing.assert_frame_equal(together, ordered)
