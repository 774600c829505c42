"""--SEQ after an earlier cut: kept by key values, new numbers on top, none ever given twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.frames import text_series
from sdtm.numbering import Earlier, Numbering, count_after

AE = "raw/ae.csv"
EARLY = "        01-001,AE,9,39,chill,Chills,N,2024-01-02,,said late,\n"


def earlier(result: Any, **highest: dict[str, int]) -> dict[str, Earlier]:
    """The domains of a result as a later cut is given them."""
    return {
        name: Earlier(result[name], highest.get(name, {}))
        for name in ("SE", "EX", "AE", "LB", "RS")
    }


@pytest.fixture
def later(tiny: ModuleType, base: Any, tmp_path: Path) -> Callable[..., Any]:
    """The tiny study with another AE form, after the one as it is (or after another result)."""

    def made(content: str, after: Any = None, **highest: dict[str, int]) -> Any:
        planned = tiny.plan(tmp_path, {**tiny.FILES, AE: content})
        return tiny.run(planned, earlier(base if after is None else after, **highest))

    return made


@pytest.fixture
def ae(tiny: ModuleType) -> str:
    return str(tiny.FILES[AE])


def numbers(result: Any) -> list[list[Any]]:
    rows: list[list[Any]] = result["AE"][["USUBJID", "AESEQ", "AEDECOD"]].values.tolist()
    return rows


def test_the_same_data_have_the_same_numbers(later: Any, ae: str, base: Any) -> None:
    made = later(ae)
    for name in ("AE", "SUPPAE", "LB", "RS", "EX", "SE"):
        pd.testing.assert_frame_equal(made[name], base[name])
    assert made.sdtm.numbering["AE"] == Numbering(4, 0, 0, {})


def test_an_earlier_event_found_late_follows_in_numbers_not_in_order(later: Any, ae: str) -> None:
    made = later(ae + EARLY)
    assert numbers(made) == [
        ["TINY-01-001", 1.0, "Headache"],
        ["TINY-01-001", 4.0, "Chills"],
        ["TINY-01-001", 2.0, "Fatigue"],
        ["TINY-01-001", 3.0, "Pyrexia"],
        ["TINY-01-002", 1.0, "Cough"],
    ]
    assert made.sdtm.numbering["AE"] == Numbering(4, 1, 0, {})


def test_qualifiers_and_analysis_follow(later: Any, ae: str) -> None:
    made = later(ae + EARLY)
    supp = made["SUPPAE"]
    notes = supp[supp["QNAM"] == "AENOTE"]
    assert notes[["IDVARVAL", "QVAL"]].values.tolist() == [
        ["3", "given fluids"],
        ["4", "said late"],
    ]
    adae = made["ADAE"].set_index("AEDECOD")["AESEQ"].to_dict()
    assert adae == {"Headache": 1, "Fatigue": 2, "Pyrexia": 3, "Chills": 4, "Cough": 1}


def test_the_source_of_a_response_follows(tiny: ModuleType, tmp_path: Path, base: Any) -> None:
    rs = tiny.FILES["raw/rs.csv"] + "        01-001,SCR,1,54,irSD,2024-01-20\n"
    made = tiny.run(tiny.plan(tmp_path, {**tiny.FILES, "raw/rs.csv": rs}), earlier(base))
    assert made["RS"]["RSSEQ"].tolist() == [3.0, 1.0, 2.0, 1.0]
    overall = made["ADRS"].query("PARAMCD == 'OVR'")
    assert overall[["AVALC", "SRCSEQ"]].values.tolist() == [
        ["irSD", 3.0],
        ["irPR", 1.0],
        ["irPD", 2.0],
        ["irSD", 1.0],
    ]


def test_related_records_follow(tiny: ModuleType, tmp_path: Path, base: Any) -> None:
    related = tiny.STUDY + "relationships:\n  - {id: DAY, by: {AE: AESTDTC, EX: EXSTDTC}}\n"
    event = "        01-001,AE,8,38,pain,Pain,N,2024-01-10,,,\n"
    files = {**tiny.FILES, "study.yaml": related, AE: tiny.FILES[AE] + event}
    exposure = tiny.FILES["raw/ex.csv"].replace("2024-01-10,09:00", "2024-01-10,")
    made = tiny.run(tiny.plan(tmp_path, {**files, "raw/ex.csv": exposure}), earlier(base))
    rows = made["RELREC"][["RDOMAIN", "IDVARVAL"]].values.tolist()
    # EX has another start now, so its record is a new one too.
    assert rows == [["AE", "4"], ["EX", "2"]]


def test_a_record_that_is_gone_leaves_a_gap(later: Any, ae: str) -> None:
    lines = ae.splitlines(keepends=True)
    without = "".join(line for line in lines if "Fatigue" not in line)
    made = later(without + EARLY)
    assert numbers(made)[:3] == [
        ["TINY-01-001", 1.0, "Headache"],
        ["TINY-01-001", 4.0, "Chills"],
        ["TINY-01-001", 3.0, "Pyrexia"],
    ]
    assert made.sdtm.numbering["AE"] == Numbering(3, 1, 1, {})


def test_the_last_number_is_not_given_again_over_several_cuts(
    later: Any, ae: str, base: Any
) -> None:
    """Without the memory of the highest number the third cut would give 3 again."""
    lines = ae.splitlines(keepends=True)
    without = "".join(line for line in lines if "Pyrexia" not in line and "Cough" not in line)
    second = later(without)
    told = second.sdtm.numbering["AE"]
    assert told == Numbering(2, 0, 2, {"TINY-01-001": 3, "TINY-01-002": 1})
    cough = "        01-002,AE,1,40,cold,Cold,N,2024-03-10,,,\n"
    third = later(without + EARLY + cough, second, AE=told.highest)
    assert numbers(third) == [
        ["TINY-01-001", 1.0, "Headache"],
        ["TINY-01-001", 4.0, "Chills"],
        ["TINY-01-001", 2.0, "Fatigue"],
        ["TINY-01-002", 2.0, "Cold"],
    ]
    assert third.sdtm.numbering["AE"].highest == {}


def test_the_order_of_the_rows_does_not_count(later: Any, ae: str) -> None:
    head, *rows = (ae + EARLY).splitlines(keepends=True)[1:]
    shuffled = rows[:]
    random.Random(7).shuffle(shuffled)
    assert shuffled != rows
    first = later("".join([head, *rows]))
    other = later("".join([head, *shuffled]))
    for name in ("AE", "SUPPAE", "ADAE"):
        pd.testing.assert_frame_equal(first[name], other[name])


def test_equal_keys_are_matched_in_order(later: Any, ae: str) -> None:
    twin = "        01-001,AE,7,37,hot,Pyrexia,N,2024-01-11,,,\n"
    made = later(ae + twin)
    assert numbers(made)[2:4] == [
        ["TINY-01-001", 3.0, "Pyrexia"],
        ["TINY-01-001", 4.0, "Pyrexia"],
    ]
    assert made["AE"]["AETERM"].tolist()[2:4] == ["fever", "hot"]


def test_a_domain_that_the_earlier_cut_has_not_counts_from_one(
    tiny: ModuleType, tmp_path: Path, base: Any
) -> None:
    given = {n: e for n, e in earlier(base).items() if n != "AE"}
    made = tiny.run(tiny.plan(tmp_path, {**tiny.FILES, AE: tiny.FILES[AE] + EARLY}), given)
    assert made["AE"]["AESEQ"].tolist() == [1.0, 2.0, 3.0, 4.0, 1.0]
    assert "AE" not in made.sdtm.numbering


def frame(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    """Sorted records of subject, text key and numeric key."""
    made = pd.DataFrame(
        {
            "USUBJID": text_series([r[0] for r in rows]),
            "KEY": text_series([r[1] for r in rows]),
            "NUMBER": pd.Series([r[2] for r in rows], dtype="float64"),
        }
    )
    return made.sort_values(["USUBJID", "KEY", "NUMBER"], na_position="first", ignore_index=True)


KEYS = ("USUBJID", "KEY", "NUMBER")


def numbered(now: pd.DataFrame, then: pd.DataFrame) -> tuple[list[float], Numbering]:
    found, told = count_after(now, KEYS, "XXSEQ", "USUBJID", Earlier(then, {}), "utf-8")
    return found.tolist(), told


def test_keys_are_compared_as_written() -> None:
    """Blanks at the end and text beyond the first piece are not in a transport file."""
    long = "word " * 60
    first = frame([("A", long, 1.0), ("A", "x ", float("nan")), ("A", "", 2.0)])
    written = first.assign(KEY=text_series(["", long[:199], "x"]), XXSEQ=[1.0, 2.0, 3.0])
    assert numbered(first, written) == ([1.0, 2.0, 3.0], Numbering(3, 0, 0, {}))


def test_no_records_now_or_then() -> None:
    none = frame([])
    some = frame([("A", "x", 1.0), ("B", "x", 1.0)])
    assert numbered(some, none.assign(XXSEQ=[])) == ([1.0, 1.0], Numbering(0, 2, 0, {}))
    gone = numbered(none, some.assign(XXSEQ=[1.0, 1.0]))
    assert gone == ([], Numbering(0, 0, 2, {"A": 1, "B": 1}))


RECORD = st.tuples(
    st.sampled_from(["A", "B"]), st.sampled_from("xyz"), st.sampled_from([float("nan"), 1.0, 2.5])
)
RECORDS = st.lists(RECORD, max_size=8)


@settings(max_examples=25, deadline=None)
@given(RECORDS, RECORDS, RECORDS)
def test_numbers_stay_and_are_never_given_twice(one: Any, two: Any, three: Any) -> None:
    """Over three cuts: kept as often as a key was there before, unique, new ones above all."""
    known: dict[str, int] = {}
    highest: dict[str, int] = {}
    then = frame([]).assign(XXSEQ=pd.Series(dtype="float64"))
    for rows in (one, two, three):
        now = frame(rows)
        found, told = count_after(now, KEYS, "XXSEQ", "USUBJID", Earlier(then, highest), "utf-8")
        now["XXSEQ"] = found
        assert not now.duplicated(["USUBJID", "XXSEQ"]).any()
        before = Counter(map(str, then[[*KEYS]].values.tolist()))
        after = Counter(map(str, now[[*KEYS]].values.tolist()))
        assert told.kept == (before & after).total()
        assert (told.new, told.gone) == (len(now) - told.kept, len(then) - told.kept)
        pairs = set(map(str, then.values.tolist()))
        fresh = now[np.array([str(r) not in pairs for r in now.values.tolist()], dtype=bool)]
        assert len(fresh) == told.new
        for subject, group in fresh.groupby("USUBJID"):
            start = known.get(str(subject), 0)
            wanted = [float(start + i) for i in range(1, len(group) + 1)]
            assert group["XXSEQ"].tolist() == wanted
            known[str(subject)] = start + len(group)
        then, highest = now, dict(told.highest)
