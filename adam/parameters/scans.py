"""What TR says of each lesion at each assessment: one size, or one state, of a lesion or fragment.

A lesion may have several results at one scan. The short axis (LPERP) is the size of a lymph node,
the longest diameter (LDIAM, DIAMETER) that of any other lesion; a state (TUMSTATE) beside a size
says only whether the lesion has progressed. Of several scans of one assessment the last stands.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from adam.lesions import LARGER, PROGRESSION
from mappings.findings import SpecPlace
from mappings.frames import Mask, map_distinct, take_table, text_series
from mappings.iso8601 import complete_day
from mappings.scope import Report

#: What a result of TR says instead of a size, or beside it; "PRESENT" and the like say only that.
STATES = {
    "TOO SMALL TO MEASURE": "TOO SMALL TO MEASURE",
    "ABSENT": "ABSENT",
    "SPLIT": "SPLIT",
    "MERGED": "MERGED",
    "NE": "NOT EVALUABLE",
    "NOT EVALUABLE": "NOT EVALUABLE",
    "UNEQUIVOCAL PROGRESSION": PROGRESSION,
    "UNEQUIVOCAL": PROGRESSION,
    "ENLARGEMENT": LARGER,
    "FURTHER ENLARGEMENT": LARGER,
    "INCREASED": LARGER,
    "PRESENT": "PRESENT",
    "EQUIVOCAL": "PRESENT",
    "STABLE": "PRESENT",
    "UNCHANGED": "PRESENT",
    "DECREASED": "PRESENT",
    "NON-CR/NON-PD": "PRESENT",
}
SHORT_AXIS = "LPERP"
SIZES = (SHORT_AXIS, "LDIAM", "DIAMETER")
CONDITIONS = ("TUMSTATE", "LESSTATE")
_LESION = ["USUBJID", "TRLNKID"]


def nodes(lesions: pd.DataFrame, tr: pd.DataFrame) -> Mask:
    """Which of `lesions` (USUBJID, TULNKID, maybe TULOC) are lymph nodes.

    A lesion of which TR has the short axis and no longest diameter is one; where it has both, or
    neither, TULOC says.
    """
    keys = pd.MultiIndex.from_frame(lesions[["USUBJID", "TULNKID"]])
    short = keys.isin(pd.MultiIndex.from_frame(tr.loc[tr["TRTESTCD"] == SHORT_AXIS, _LESION]))
    other = tr["TRTESTCD"].isin(SIZES) & tr["TRTESTCD"].ne(SHORT_AXIS)
    long = keys.isin(pd.MultiIndex.from_frame(tr.loc[other, _LESION]))
    place = lesions["TULOC"] if "TULOC" in lesions else text_series([""] * len(lesions))
    nodal = place.str.contains("LYMPH NODE", regex=False).to_numpy(dtype=bool)
    chosen: Mask = np.where(short == long, nodal, short).astype(bool)
    return chosen


def measures(
    tr: pd.DataFrame, lesions: pd.DataFrame, key: str, report: Report, place: SpecPlace
) -> pd.DataFrame:
    """Scans as `adam.lesions.respond` reads them; fragments share their lesion's number.

    `lesions` has USUBJID, LNKID and NODE; `key` is the variable of TR whose records are one
    assessment, ADT for those of a day. Reports states that are not known (`lesion.state`) and
    lesions with two different results of one day (`lesion.twice`), both not evaluable; and scans
    without a complete date (`lesion.undated`), which no assessment has.
    """
    frame = tr.assign(ADT=complete_day(tr["TRDTC"]), LNKID=whole(tr["TRLNKID"]))
    frame = frame[frame["TRTESTCD"].isin([*SIZES, *CONDITIONS]) & frame["TRLNKID"].ne("")]
    frame = _dated(frame, report, place)
    frame = _own_size(frame, lesions)
    frame = frame.assign(STATE=_states(frame, report, place))
    words = frame["STATE"].ne("").to_numpy(dtype=bool)
    small = frame["STATE"].eq("TOO SMALL TO MEASURE").to_numpy(dtype=bool)
    frame["DIAM"] = frame["TRSTRESN"].where(~words | small)
    frame = _one_each(frame, list(dict.fromkeys([*_LESION, key])), report, place)
    return frame[list(dict.fromkeys(["USUBJID", "LNKID", "ADT", "DIAM", "STATE", key]))]


def whole(number: pd.Series[str]) -> pd.Series[str]:
    """The number of the lesion that a fragment is of: T01 of T01.2."""
    return map_distinct(number, lambda texts: [text.partition(".")[0] for text in texts])


def _dated(frame: pd.DataFrame, report: Report, place: SpecPlace) -> pd.DataFrame:
    none = frame["ADT"].isna()
    report.rows(
        "lesion.undated",
        frame,
        none.to_numpy(dtype=bool),
        "",
        "Ask for the date of the scan.",
        dataset="TR",
        variable="TRDTC",
        values=frame["TRLNKID"],
        spec=place,
        wording=lambda value: (
            f"a result of lesion {value} has no complete date: not in the response"
        ),
    )
    return frame[~none]


def _own_size(frame: pd.DataFrame, lesions: pd.DataFrame) -> pd.DataFrame:
    """Without the size that is not the lesion's, where the scan has the one that is."""
    known = lesions.loc[lesions["NODE"] == "Y", ["USUBJID", "LNKID"]]
    node = pd.MultiIndex.from_frame(frame[["USUBJID", "LNKID"]]).isin(
        pd.MultiIndex.from_frame(known)
    )
    size = frame["TRTESTCD"].isin(SIZES).to_numpy(dtype=bool)
    own = size & (frame["TRTESTCD"].eq(SHORT_AXIS).to_numpy(dtype=bool) == node)
    scan = [*_LESION, "ADT"]
    there = pd.Series(own, index=frame.index).groupby([frame[n] for n in scan]).transform("any")
    dropped: Mask = size & ~own & there.to_numpy(dtype=bool)
    return frame.loc[~dropped]


def _states(frame: pd.DataFrame, report: Report, place: SpecPlace) -> pd.Series[str]:
    """The state in words, by the standard result or else by the collected one."""
    state = text_series([""] * len(frame), frame.index)
    said = state
    for name in ("TRSTRESC", "TRORRES"):
        if name in frame:
            text = frame[name].str.upper()
            state = state.mask(state.eq(""), take_table(text, STATES))
            said = said.mask(said.eq(""), text)
    if "TRSTAT" in frame:
        state = state.where(frame["TRSTAT"] != "NOT DONE", "NOT EVALUABLE")
    strange = frame["TRTESTCD"].isin(CONDITIONS) & state.eq("") & said.ne("")
    report.rows(
        "lesion.state",
        frame,
        strange.to_numpy(dtype=bool),
        "",
        f"Known are {', '.join(sorted(STATES))}; leave other records out with a condition 'tr'.",
        dataset="TR",
        variable="TRSTRESC",
        values=said,
        spec=place,
        wording=lambda value: f"'{value}' is no known state of a lesion: counts as not evaluable",
    )
    return state


def _one_each(
    frame: pd.DataFrame, keys: list[str], report: Report, place: SpecPlace
) -> pd.DataFrame:
    """One size of each lesion and assessment, else its state; one that is worse stands beside."""
    groups = [frame[n] for n in keys]
    size = frame["TRTESTCD"].isin(SIZES)
    has_size = size.groupby(groups).transform("any")
    worse = frame["STATE"].isin([PROGRESSION, LARGER])
    frame = frame[size | ~has_size | worse]
    size, groups = frame["TRTESTCD"].isin(SIZES), [frame[n] for n in keys]
    # A state that stands beside a size adds nothing to it.
    beside = ~size & size.groupby(groups).transform("any")
    frame = frame.assign(DIAM=frame["DIAM"].mask(beside, 0.0))
    last = frame["ADT"].groupby([*groups, size]).transform("max")
    frame = frame[frame["ADT"].eq(last)].assign(_SIZE=size)
    several = [*keys, "_SIZE"]
    shown = frame["DIAM"].astype("str").fillna("") + frame["STATE"]
    apart = shown.groupby([frame[n] for n in several]).transform("nunique") > 1
    report.rows(
        "lesion.twice",
        frame,
        apart.to_numpy(dtype=bool),
        "",
        "Choose the evaluator with the conditions 'tu' and 'tr', or ask which result is right.",
        dataset="TR",
        variable="TRLNKID",
        values=frame["TRLNKID"],
        spec=place,
        wording=lambda value: (
            f"lesion {value} has another result of the same day: counts as not evaluable"
        ),
    )
    frame = frame.assign(STATE=frame["STATE"].mask(apart, "NOT EVALUABLE"))
    return frame.drop_duplicates(several)
