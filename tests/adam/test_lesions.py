"""Response from lesions: each history states its sums and what they make."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adam.criteria import Criteria
from adam.lesions import differences, respond

NAN = float("nan")
NAMES = {
    "gone": "ABSENT",
    "small": "TOO SMALL TO MEASURE",
    "ne": "NOT EVALUABLE",
    "worse": "UNEQUIVOCAL PROGRESSION",
    "there": "PRESENT",
    "split": "SPLIT",
}
#: Lesion -> kind, node, measurable.
KINDS = {
    "T01": ("TARGET", "", ""),
    "T02": ("TARGET", "", ""),
    "T01.2": ("TARGET", "", ""),
    "TN1": ("TARGET", "Y", ""),
    "NT01": ("NON-TARGET", "", ""),
    "NEW01": ("NEW", "", "Y"),
    "NEW02": ("NEW", "", "N"),
}
Scan = dict[str, float | str]


def frames(scans: dict[int, Scan]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [(d, lesion, value) for d, scan in scans.items() for lesion, value in scan.items()]
    measures = pd.DataFrame(
        {
            "USUBJID": pd.Series(["S1"] * len(rows), dtype="str"),
            "LNKID": pd.Series([r[1] for r in rows], dtype="str"),
            "ADT": pd.Series([float(r[0]) for r in rows], dtype="float64"),
            "DIAM": pd.Series(
                [r[2] if not isinstance(r[2], str) else NAN for r in rows], dtype="float64"
            ),
            "STATE": pd.Series(
                [NAMES[r[2]] if isinstance(r[2], str) else "" for r in rows], dtype="str"
            ),
        }
    )
    seen = [k for k in KINDS if k in {r[1] for r in rows}]
    lesions = pd.DataFrame(
        {
            "USUBJID": pd.Series(["S1"] * len(seen), dtype="str"),
            "LNKID": pd.Series(seen, dtype="str"),
            "KIND": pd.Series([KINDS[k][0] for k in seen], dtype="str"),
            "NODE": pd.Series([KINDS[k][1] for k in seen], dtype="str"),
            "MEASURABLE": pd.Series([KINDS[k][2] for k in seen], dtype="str"),
        }
    )
    return lesions, measures


def computed(scans: dict[int, Scan], criteria: Criteria | None = None) -> pd.DataFrame:
    lesions, measures = frames(scans)
    return respond(lesions, measures, pd.Series({"S1": 0.0}), criteria or Criteria())


def overall(scans: dict[int, Scan], criteria: Criteria | None = None) -> list[str]:
    return computed(scans, criteria)["OVRLRESP"].tolist()


def test_thresholds() -> None:
    """Baseline 100: 70 is irPR (30 % down), 71 irSD; lowest 70, so 84 is irPD (20 %), 83 not."""
    assert overall({-10: {"T01": 100.0}, 28: {"T01": 71.0}}) == ["irSD"]
    got = overall({-10: {"T01": 100.0}, 28: {"T01": 70.0}, 56: {"T01": 83.0}, 84: {"T01": 84.0}})
    assert got == ["irPR", "irSD", "irPD"]


def test_progression_needs_5_mm() -> None:
    """Lowest 10: 14 is 40 % up but only 4 mm, 15 is irPD. With decimals: 10.1 to 15.1."""
    base: dict[int, Scan] = {-10: {"T01": 20.0}, 28: {"T01": 10.0}}
    assert overall({**base, 56: {"T01": 14.0}}) == ["irPR", "irPR"]
    assert overall({**base, 56: {"T01": 15.0}}) == ["irPR", "irPD"]
    assert overall({-10: {"T01": 20.0}, 28: {"T01": 10.1}, 56: {"T01": 15.1}})[1] == "irPD"


def test_progression_from_nothing() -> None:
    """Lowest 0: any 5 mm is irPD (20 % of nothing is reached), 4 mm is not."""
    base: dict[int, Scan] = {-10: {"T01": 20.0}, 28: {"T01": "gone"}}
    assert overall({**base, 56: {"T01": 5.0}}) == ["irCR", "irPD"]
    assert overall({**base, 56: {"T01": 4.0}}) == ["irCR", "irPR"]
    assert computed({**base, 56: {"T01": 5.0}})["PCHGNAD"].isna().tolist() == [False, True]


def test_lowest_is_that_of_earlier_assessments_and_baseline() -> None:
    """100, 60 (lowest), 73: 13 mm and 21.7 % above 60, irPD. The baseline counts as well:
    30 then 36: 6 mm and 20 %, irPD at the first assessment.
    """
    table = computed({-10: {"T01": 100.0}, 28: {"T01": 60.0}, 56: {"T01": 73.0}})
    assert table["NADIR"].tolist() == [100, 60]
    assert table["CHGNAD"].tolist() == [-40, 13]
    assert table["PCHG"].tolist() == [-40, -27]
    assert table["OVRLRESP"].tolist() == ["irPR", "irPD"]
    assert overall({-10: {"T01": 30.0}, 28: {"T01": 36.0}}) == ["irPD"]


def test_too_small_is_5_mm() -> None:
    """Baseline 20 + 30 = 50; too small 5 + 30 = 35: 30 % down, irPR. Not gone, so no irCR."""
    table = computed(
        {-10: {"T01": 20.0, "T02": 30.0}, 28: {"T01": "small", "T02": 30.0},
         56: {"T01": "small", "T02": "gone"}}
    )  # fmt: skip
    assert table["BURDEN"].tolist() == [35, 5]
    assert table["OVRLRESP"].tolist() == ["irPR", "irPR"]


def test_node_under_10_mm_is_gone() -> None:
    """Lesion gone and node 9 mm: irCR although the burden is 9. Node 10 mm: irPR (10 of 40)."""
    base: dict[int, Scan] = {-10: {"T01": 22.0, "TN1": 18.0}}
    assert overall({**base, 28: {"T01": "gone", "TN1": 9.0}}) == ["irCR"]
    assert overall({**base, 28: {"T01": "gone", "TN1": 10.0}}) == ["irPR"]


def test_a_normal_node_that_grows_is_still_gone() -> None:
    """T01 is gone and the node 2 mm, then 7 mm: 5 mm and 250 % over the lowest, but normal."""
    scans: dict[int, Scan] = {
        -7: {"T01": 30.0, "TN1": 20.0},
        28: {"T01": "gone", "TN1": 2.0},
        90: {"T01": "gone", "TN1": 7.0},
        150: {"T01": "gone", "TN1": 12.0},
    }
    # At 12 mm the node is no longer normal, and 10 mm over the lowest.
    assert overall(scans) == ["irCR", "irCR", "irPD"]


def test_node_gone_but_other_lesions_left_is_partial() -> None:
    """Only target a node, 15 to 9 mm: gone. With a non-target lesion left it is irPR."""
    assert overall({-10: {"TN1": 15.0, "NT01": "there"}, 28: {"TN1": 9.0, "NT01": "there"}}) == [
        "irPR"
    ]


def test_new_lesion_alone_is_no_progression() -> None:
    """Baseline 50, then 40 + new 8 = 48: irSD; under RECIST-like setting a new lesion is PD.

    A later new burden of 40 + 20 = 60: lowest 48, 12 mm and 25 % up: irPD.
    """
    scans: dict[int, Scan] = {
        -10: {"T01": 50.0},
        28: {"T01": 40.0, "NEW01": 8.0},
        56: {"T01": 40.0, "NEW01": 20.0},
    }
    table = computed(scans)
    assert table["BURDEN"].tolist() == [48, 60]
    assert table["OVRLRESP"].tolist() == ["irSD", "irPD"]
    assert table["NEWLIND"].tolist() == ["Y", "Y"]
    recist = Criteria(new_lesion_is_pd=True, burden_includes_new=False, progression="PD")
    assert overall(scans, recist) == ["PD", "PD"]


def test_new_lesion_not_measurable_prevents_complete_response_only() -> None:
    """Targets gone, a new lesion not measurable still there: irPR. When it is gone: irCR."""
    scans: dict[int, Scan] = {
        -10: {"T01": 50.0},
        28: {"T01": "gone", "NEW02": "there"},
        56: {"T01": "gone", "NEW02": "gone"},
    }
    assert overall(scans) == ["irPR", "irCR"]
    assert overall(scans, Criteria(complete_allows_new_gone=False)) == ["irPR", "irPR"]


def test_not_evaluable_unless_progression_is_certain() -> None:
    """Baseline 30 + 20. T02 not evaluable, T01 30: NE. T01 60 alone is 10 mm and 20 % over 50:
    irPD whatever T02 is. A target left out is as not evaluable. The NE visit is no lowest.
    """
    base: dict[int, Scan] = {-10: {"T01": 30.0, "T02": 20.0}}
    assert overall({**base, 28: {"T01": 30.0, "T02": "ne"}}) == ["NE"]
    assert overall({**base, 28: {"T01": 60.0, "T02": "ne"}}) == ["irPD"]
    assert overall({**base, 28: {"T01": 30.0}}) == ["NE"]
    later = computed({**base, 28: {"T01": 10.0, "T02": "ne"}, 56: {"T01": 30.0, "T02": 20.0}})
    assert later["NADIR"].tolist() == [50, 50]
    assert later["OVRLRESP"].tolist() == ["NE", "irSD"]


def test_non_target_lesions() -> None:
    """Unequivocal progression is irPD whatever the burden, by setting. Left: no irCR.

    Not evaluable beside gone targets is not irCR but irPR.
    """
    base: dict[int, Scan] = {-10: {"T01": 50.0, "NT01": "there"}}
    table = computed({**base, 28: {"T01": 30.0, "NT01": "worse"}})
    assert table[["TRGRESP", "NTRGRESP", "OVRLRESP"]].iloc[0].tolist() == ["irPR", "irPD", "irPD"]
    lenient = Criteria(non_target_pd=False)
    assert overall({**base, 28: {"T01": 30.0, "NT01": "worse"}}, lenient) == ["irPR"]
    table = computed({**base, 28: {"T01": "gone", "NT01": "there"}})
    assert table[["TRGRESP", "NTRGRESP", "OVRLRESP"]].iloc[0].tolist() == [
        "irCR",
        "NON-CR/NON-PD",
        "irPR",
    ]
    assert overall({**base, 28: {"T01": "gone", "NT01": "gone"}}) == ["irCR"]
    assert overall({**base, 28: {"T01": "gone", "NT01": "ne"}}) == ["irPR"]
    assert overall({**base, 28: {"T01": "ne", "NT01": "worse"}}) == ["irPD"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [("there", "NON-CR/NON-PD"), ("gone", "irCR"), ("worse", "irPD"), ("ne", "NE")],
)
def test_without_target_lesions(state: str, expected: str) -> None:
    table = computed({-10: {"NT01": "there"}, 28: {"NT01": state}})
    assert table["TRGRESP"].tolist() == [""]
    assert table["OVRLRESP"].tolist() == [expected]


def test_lesion_that_splits() -> None:
    """T01 of 40 splits into 15 + 12 = 27: 32.5 % down, irPR; one name or two, the same."""
    two: dict[int, Scan] = {-10: {"T01": 40.0}, 28: {"T01": 15.0, "T01.2": 12.0}}
    assert computed(two)["BURDEN"].tolist() == [27]
    lesions, measures = frames(two)
    one = measures.assign(LNKID=measures["LNKID"].str.replace("T01.2", "T01", regex=False))
    got = respond(lesions, one, pd.Series({"S1": 0.0}), Criteria())
    assert got["BURDEN"].tolist() == [27]
    assert got["OVRLRESP"].tolist() == ["irPR"]


def test_baseline_is_the_last_before_the_infusion() -> None:
    """Screening 80, baseline 100 (day 0, on the infusion's day): base 100."""
    table = computed({-20: {"T01": 80.0}, 0: {"T01": 100.0}, 28: {"T01": 70.0}})
    assert table["BASE"].tolist() == [100]
    assert table["OVRLRESP"].tolist() == ["irPR"]


def test_target_without_baseline_value_gives_no_partial_response() -> None:
    assert overall({-10: {"T01": "ne", "T02": 50.0}, 28: {"T01": 5.0, "T02": 5.0}}) == ["NE"]


def test_scans_of_one_visit_on_two_days() -> None:
    """Grouped by visit, one assessment dated by its last scan; grouped by day, two NE."""
    lesions, measures = frames(
        {-10: {"T01": 30.0, "T02": 20.0}, 28: {"T01": 30.0}, 30: {"T02": 20.0}}
    )
    measures["VISITNUM"] = measures["ADT"].map({-10.0: 1.0, 28.0: 2.0, 30.0: 2.0})
    start = pd.Series({"S1": 0.0})
    by_visit = respond(lesions, measures, start, Criteria(), assessment="VISITNUM")
    assert by_visit[["VISITNUM", "ADT", "OVRLRESP"]].to_numpy().tolist() == [[2, 30, "irSD"]]
    by_day = respond(lesions, measures, start, Criteria())
    assert by_day["OVRLRESP"].tolist() == ["NE", "NE"]


def test_differences() -> None:
    table = computed({-10: {"T01": 100.0}, 28: {"T01": 70.0}, 56: {"T01": 70.0}})
    said = pd.DataFrame(
        {"USUBJID": ["S1"] * 3, "ADT": [28.0, 56.0, 84.0], "AVALC": ["irPR", "irSD", "irSD"]}
    )
    got = differences(table, said, Criteria())
    assert got[["ADT", "AVALC", "OVRLRESP"]].to_numpy().tolist() == [
        [56, "irSD", "irPR"],
        [84, "irSD", ""],
    ]


@pytest.mark.parametrize(
    ("measured", "said", "differs"),
    [
        # Nothing was evaluable: not done and not evaluable say the same of it.
        ("ne", "ND", False),
        ("ne", "NE", False),
        (None, "ND", False),
        (None, "NE", False),
        ("ne", "irSD", True),
        (None, "irSD", True),
        (None, "", False),
        ("ne", "", True),
        # One of two lesions was measured: something was done.
        ("half", "ND", True),
        ("half", "NE", False),
    ],
)
def test_what_was_not_done(measured: str | None, said: str, differs: bool) -> None:
    scans: dict[int, Scan] = {-10: {"T01": 50.0, "T02": 20.0}, 28: {"T01": 50.0}}
    scans[28]["T02"] = 20.0
    if measured:
        scans[56] = {"T01": "ne", "T02": 20.0 if measured == "half" else "ne"}
    reported = pd.DataFrame({"USUBJID": ["S1"], "ADT": [56.0], "AVALC": [said]})
    assert bool(len(differences(computed(scans), reported, Criteria()))) is differs


def test_the_sum_of_targets_stands_beside_the_burden() -> None:
    made = computed({-10: {"T01": 30.0}, 28: {"T01": 20.5, "NEW01": 10.0}, 56: {"T01": "ne"}})
    assert made["BURDEN"].iloc[0] == 30.5
    assert made["TRGSUM"].iloc[0] == 20.5
    assert made["TRGSUM"].isna().tolist() == [False, True]


def test_nothing_to_respond_to() -> None:
    table = computed({-10: {"T01": 100.0}})
    assert table.empty
    assert "OVRLRESP" in table.columns
    assert computed({}).empty


values = st.one_of(
    st.integers(0, 60).map(float), st.sampled_from(["gone", "small", "ne", "there", "worse"])
)
scan = st.dictionaries(st.sampled_from(["T01", "T02", "TN1", "NT01", "NEW01", "NEW02"]), values)


@settings(max_examples=15, deadline=None)
@given(
    st.dictionaries(st.integers(-20, 300), scan, max_size=6),
    st.integers(-3000, 3000),
    st.randoms(use_true_random=False),
)
def test_shift_and_permutation(scans: dict[int, Scan], shift: int, random: object) -> None:
    lesions, measures = frames(scans)
    expected = respond(lesions, measures, pd.Series({"S1": 0.0}), Criteria())
    places = list(range(len(measures)))
    random.shuffle(places)  # type: ignore[attr-defined]
    shuffled = measures.iloc[places].reset_index(drop=True)
    backwards = lesions.iloc[::-1].reset_index(drop=True)
    got = respond(backwards, shuffled, pd.Series({"S1": 0.0}), Criteria())
    pd.testing.assert_frame_equal(got, expected)
    moved = measures.assign(ADT=measures["ADT"] + shift)
    got = respond(lesions, moved, pd.Series({"S1": float(shift)}), Criteria())
    pd.testing.assert_frame_equal(got.assign(ADT=got["ADT"] - shift), expected)


def test_other_columns_of_the_measures_do_not_matter() -> None:
    """A column of the measures that is named like one of the lesions' is left aside."""
    lesions, measures = frames({-10: {"T01": 100.0}, 28: {"T01": 70.0}})
    table = respond(lesions, measures.assign(NODE="Y"), pd.Series({"S1": 0.0}), Criteria())
    assert table["OVRLRESP"].tolist() == ["irPR"]
