"""What a reviewer looks at first in the reference study's tabulations."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

Texts = Callable[[str], pd.DataFrame]
DATED = {
    "AE": "AESTDTC",
    "CM": "CMSTDTC",
    "DS": "DSSTDTC",
    "EX": "EXSTDTC",
    "IE": "IEDTC",
    "LB": "LBDTC",
    "PC": "PCDTC",
    "PR": "PRSTDTC",
    "RS": "RSDTC",
    "SS": "SSDTC",
    "TR": "TRDTC",
    "TU": "TUDTC",
    "VS": "VSDTC",
}


def test_elements_follow_each_other_without_gap_or_overlap(texts: Texts) -> None:
    elements = texts("SE")
    order = elements["SESEQ"].astype(int)
    elements = elements.assign(order=order).sort_values(["USUBJID", "order"])
    same = elements["USUBJID"] == elements["USUBJID"].shift()
    before = elements["SEENDTC"].shift().fillna("")
    assert elements.loc[same, "SESTDTC"].str[:10].tolist() == before[same].str[:10].tolist()
    ended = elements["SEENDTC"] != ""
    assert (elements.loc[ended, "SESTDTC"].str[:10] < elements.loc[ended, "SEENDTC"].str[:10]).all()
    # Only the last element of a subject who is still in the study is open.
    open_ones = elements.loc[~ended, "USUBJID"]
    last = elements.drop_duplicates("USUBJID", keep="last")
    assert set(open_ones.index) <= set(last.index)
    subjects = texts("DM").set_index("USUBJID")
    assert (subjects.loc[open_ones, "RFENDTC"] == "").all()


def test_an_element_has_the_epoch_of_its_arm(texts: Texts) -> None:
    planned = texts("TA").drop_duplicates("ETCD").set_index("ETCD")["EPOCH"].to_dict()
    elements = texts("SE")
    # The re-infusion is an unplanned repeat of the treatment.
    expected = elements["ETCD"].map({**planned, "REINF": "TREATMENT"})
    assert elements["EPOCH"].tolist() == expected.tolist()


@pytest.mark.parametrize("name", DATED)
def test_a_date_within_the_study_has_an_epoch(name: str, texts: Texts) -> None:
    frame = texts(name)
    subjects = texts("DM").set_index("USUBJID")
    start = frame["USUBJID"].map(subjects["RFICDTC"])
    end = frame["USUBJID"].map(subjects["RFENDTC"].where(subjects["RFENDTC"] != "", "9999"))
    # Not treated: the end of participation instead.
    end = end.where(frame["USUBJID"].map(subjects["RFXSTDTC"]) != "", frame["USUBJID"].map(
        subjects["RFPENDTC"]))  # fmt: skip
    day = frame[DATED[name]].str[:10]
    inside = (day.str.len() == 10) & (day >= start) & (day <= end.str[:10])
    assert inside.any()
    lacking = frame[inside & (frame["EPOCH"] == "")]
    assert lacking[["USUBJID", DATED[name]]].values.tolist() == []


def test_visits_are_numbered_by_date(texts: Texts) -> None:
    """A re-infusion may come at any time; it is numbered between WEEK 12 and MONTH 6."""
    visits = texts("SV")
    visits = visits[visits["SVSTDTC"] != ""]
    visits = visits.assign(number=visits["VISITNUM"].astype(float))
    visits = visits.sort_values(["USUBJID", "SVSTDTC", "number"])
    same = visits["USUBJID"] == visits["USUBJID"].shift()
    back = visits[same & (visits["number"] < visits["number"].shift())]
    assert back[["USUBJID", "VISIT"]].values.tolist() == [["CEACART01-02-011", "WEEK 8"]]
    pairs = visits[["VISIT", "VISITNUM"]].drop_duplicates()
    assert pairs["VISIT"].is_unique
    assert pairs["VISITNUM"].is_unique


def test_everybody_leaves_once_and_the_dead_by_death(texts: Texts) -> None:
    events = texts("DS")
    events = events[events["DSCAT"] == "DISPOSITION EVENT"]
    subjects = texts("DM").set_index("USUBJID")
    twice = events.loc[events["USUBJID"].duplicated(), "USUBJID"].tolist()
    assert twice == ["CEACART01-02-008"], "the rescreened person ended the first screening, too"
    dead = events[events["DSDECOD"] == "DEATH"].set_index("USUBJID")["DSSTDTC"]
    assert dead.to_dict() == subjects.loc[subjects["DTHFL"] == "Y", "DTHDTC"].to_dict()
    ongoing = sorted(set(subjects.index) - set(events["USUBJID"]))
    assert (subjects.loc[ongoing, "RFENDTC"] == "").all()
    assert (subjects.loc[ongoing, "RFXSTDTC"] != "").all()


def test_a_fatal_event_is_fatal_everywhere(texts: Texts) -> None:
    events = texts("AE")
    fatal = events["AEOUT"] == "FATAL"
    assert fatal.sum() == 2
    assert ((events["AETOXGR"] == "5") == fatal).all()
    assert ((events["AESDTH"] == "Y") == fatal).all()
    subjects = texts("DM").set_index("USUBJID")
    assert (subjects.loc[events.loc[fatal, "USUBJID"], "DTHFL"] == "Y").all()


def test_arms_and_the_reason_for_none(texts: Texts) -> None:
    subjects = texts("DM")
    treated = subjects["RFXSTDTC"] != ""
    assert treated.sum() == 40
    assert (subjects.loc[treated, ["ARMNRS", "ACTARMUD"]] == "").all(axis=None)
    assert (subjects.loc[treated, "ARMCD"] == subjects.loc[treated, "ACTARMCD"]).all()
    assert (subjects.loc[~treated, "ACTARMCD"] == "").all()
    assert sorted(subjects.loc[~treated, "ARMNRS"]) == [
        "ASSIGNED, NOT TREATED",
        *["SCREEN FAILURE"] * 5,
    ]
    failed = subjects.loc[subjects["ARMNRS"] == "SCREEN FAILURE", "USUBJID"]
    assert set(failed) <= set(texts("IE")["USUBJID"])


def test_the_dose_is_that_of_the_arm(texts: Texts) -> None:
    doses = texts("EX").merge(texts("DM")[["USUBJID", "ARMCD"]], on="USUBJID")
    planned = doses["ARMCD"].map({"DL1": 1.0, "DL2": 3.0, "DL3": 10.0})
    assert ((doses["EXDOSE"].astype(float) / planned - 1.0).abs() < 0.05).all()
    assert set(doses["EXDOSU"]) == {"10^6/kg"}


def test_every_result_of_a_lesion_has_its_identification(texts: Texts) -> None:
    results, lesions = texts("TR"), texts("TU")
    known = set(zip(lesions["USUBJID"], lesions["TULNKID"], strict=True))
    assert set(zip(results["USUBJID"], results["TRLNKID"], strict=True)) == known
    responses = texts("RS")
    linked = responses[responses["RSLNKGRP"] != ""]
    assessed = set(zip(results["USUBJID"], results["TRLNKGRP"], strict=True))
    answered = set(zip(linked["USUBJID"], linked["RSLNKGRP"], strict=True))
    assert {a for a in assessed if a[1] != "A-SCR-0"} == answered


def test_a_state_is_a_word_and_a_diameter_a_number(texts: Texts) -> None:
    results = texts("TR")
    state = results["TRTESTCD"] == "TUMSTATE"
    assert set(results.loc[state, "TRSTRESC"]) == {"PRESENT", "ABSENT", "UNEQUIVOCAL PROGRESSION"}
    assert (results.loc[state, "TRSTRESN"] == "").all()
    done = ~state & (results["TRSTAT"] == "")
    assert (results.loc[done, "TRSTRESN"] != "").all()
    assert set(results.loc[done, "TRSTRESU"]) == {"mm"}


def test_one_baseline_a_subject_and_test_before_the_infusion(texts: Texts) -> None:
    start = texts("DM").set_index("USUBJID")["RFXSTDTC"]
    for name in ("LB", "VS", "PC"):
        frame = texts(name)
        flagged = frame[frame[f"{name}LOBXFL"] == "Y"]
        assert not flagged.duplicated(["USUBJID", f"{name}TESTCD"]).any()
        assert set(flagged["USUBJID"]) == set(start[start != ""].index)
        assert (flagged[f"{name}DTC"] <= flagged["USUBJID"].map(start)).all()


def test_ecog_has_the_published_words(texts: Texts) -> None:
    frame = texts("RS")
    frame = frame[frame["RSTESTCD"] == "ECOG101"]
    assert len(frame) == 255
    assert (frame["RSSTRESC"] == frame["RSSTRESN"]).all()
    pairs = frame[["RSORRES", "RSSTRESC"]].drop_duplicates().set_index("RSSTRESC")["RSORRES"]
    assert sorted(pairs.index) == ["0", "1", "2", "3"]
    assert pairs["0"].startswith("Fully active")
    assert pairs["3"].startswith("Capable of only limited selfcare")


def test_everybody_has_one_primary_diagnosis(texts: Texts) -> None:
    history = texts("MH")
    primary = history[history["MHCAT"] == "PRIMARY DIAGNOSIS"]
    assert sorted(primary["USUBJID"]) == sorted(texts("DM")["USUBJID"])
    assert set(primary["MHTERM"]) == {
        f"{site} cancer" for site in ("Colorectal", "Gastric", "Pancreatic", "Lung")
    }


def test_the_duration_of_an_event(texts: Texts) -> None:
    events = texts("ADAE")
    ended = events[events["ADURN"] != ""]
    days = pd.to_datetime(ended["AENDT"]) - pd.to_datetime(ended["ASTDT"])
    assert (days.dt.days + 1 == ended["ADURN"].astype(int)).all()
    rest = events[events["ADURN"] == ""]
    assert ((rest["AENDT"] == "") | (rest["ASTDT"] == "") | (rest["AENDT"] < rest["ASTDT"])).all()
