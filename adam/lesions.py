"""Response computed from lesions, assessment by assessment.

The burden is the sum of the target lesions and, by setting, of the new measurable ones:
longest diameters, short axes of nodes, mm. It is known only when every lesion expected at the
assessment is; what was measured is then a lower bound, enough to be certain of progression
and of nothing else. The lowest burden is that of baseline and all earlier assessments.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from adam.confirm import confirm
from adam.criteria import Criteria
from mappings.frames import text_series

#: Kinds of lesion, and states that replace or complete a measurement.
TARGET, NON_TARGET, NEW = "TARGET", "NON-TARGET", "NEW"
ABSENT = "ABSENT"
TOO_SMALL = "TOO SMALL TO MEASURE"
NOT_EVALUABLE = "NOT EVALUABLE"
PROGRESSION = "UNEQUIVOCAL PROGRESSION"
LARGER = "ENLARGEMENT"
#: A lesion that now stands under the names of its fragments, or of the one it grew into.
ELSEWHERE = ("SPLIT", "MERGED")

_TOLERANCE = 1e-9


def respond(
    lesions: pd.DataFrame,
    measures: pd.DataFrame,
    start: pd.Series[float],
    criteria: Criteria,
    *,
    assessment: str = "ADT",
) -> pd.DataFrame:
    """The response of every assessment after the start, from its lesions.

    `lesions`: one row per lesion: USUBJID, LNKID, KIND (TARGET, NON-TARGET, NEW), NODE and
    MEASURABLE (Y or not; the latter for new lesions). `measures`: one row per lesion and
    scan: USUBJID, LNKID, ADT (SAS day), DIAM (mm, NaN: none), STATE (text of this module, or
    any other for present); rows of one lesion and assessment are fragments and add up.
    `start`: SAS day of the first infusion, index USUBJID. `assessment` names the column of
    `measures` that holds an assessment together, if that is not the day; its ADT is then the
    first or last of its scans (`progression_scan`, `response_scan`), and the column is returned
    too.

    Baseline is each lesion's last value on or before the start. A lesion is expected at every
    assessment from its first record on. Returned per assessment, by subject and date:
    USUBJID, ADT, BURDEN, BASE, CHG, PCHG, NADIR, CHGNAD, PCHGNAD, TRGRESP, NTRGRESP ("" where
    there is no such lesion), NEWLIND (Y: a new lesion is still there), OVRLRESP, LACKING, the
    LNKIDs of lesions that had to be measured and were not, by ", ", TRGSUM and NEW_SUM, what the
    target lesions and the measured new ones come to, and SEEN, whether any lesion was evaluable.
    """
    per_lesion = _per_lesion(lesions, measures, start, criteria, assessment)
    before = per_lesion[per_lesion["ADT"] <= per_lesion["START"]]
    after = per_lesion[per_lesion["ADT"] > per_lesion["START"]]

    grid = _grid(after, per_lesion)
    table = _assessments(grid, criteria)
    table["BASE"] = table["USUBJID"].map(_base(before)).astype("float64")
    table = _against_lowest(table)
    table = _overall(table, criteria)
    if criteria.confirmed_progression:
        table["OVRLRESP"] = confirm(table, criteria)
    progressed = table["OVRLRESP"].isin(criteria.progressions)
    scan = np.where(progressed, criteria.progression_scan, criteria.response_scan)
    table["ADT"] = table["ADT"].where(scan == "last", table["FIRST"])
    table = table.merge(_lacking(grid), how="left", on=["USUBJID", "KEY"])
    table["LACKING"] = text_series(table["LACKING"])
    if assessment == "ADT":
        return table[_COLUMNS]
    return table[[*_COLUMNS, "KEY"]].rename(columns={"KEY": assessment})


_LESION = ["USUBJID", "LNKID"]
_COLUMNS = [
    "USUBJID",
    "ADT",
    "BURDEN",
    "BASE",
    "CHG",
    "PCHG",
    "NADIR",
    "CHGNAD",
    "PCHGNAD",
    "TRGRESP",
    "NTRGRESP",
    "NEWLIND",
    "OVRLRESP",
    "LACKING",
    "TRGSUM",
    "NEW_SUM",
    "SEEN",
]


def baseline(
    lesions: pd.DataFrame,
    measures: pd.DataFrame,
    start: pd.Series[float],
    criteria: Criteria,
    *,
    assessment: str = "ADT",
) -> pd.DataFrame:
    """The burden at baseline, one row per subject with target lesions by then.

    Arguments as of `respond`. USUBJID, ADT (the last scan of a target lesion on or before the
    start), BURDEN (NaN where a target lesion has no value) and the column `assessment`.
    """
    per_lesion = _per_lesion(lesions, measures, start, criteria, assessment)
    before = per_lesion[per_lesion["ADT"] <= per_lesion["START"]]
    targets = before[before["KIND"] == TARGET].sort_values("ADT", kind="stable")
    last = targets.drop_duplicates("USUBJID", keep="last")[["USUBJID", "ADT", "KEY"]]
    last = last.sort_values("USUBJID", kind="stable").reset_index(drop=True)
    last["BURDEN"] = last["USUBJID"].map(_base(before)).astype("float64")
    if assessment != "ADT":
        last[assessment] = last["KEY"]
    return last.drop(columns="KEY")


def _values(lesions: pd.DataFrame, measures: pd.DataFrame, criteria: Criteria) -> pd.DataFrame:
    """Measures with what is known of their lesion, and VALUE in mm (NaN: not evaluable)."""
    known = [*_LESION, "KIND", "NODE", "MEASURABLE"]
    records = measures.merge(lesions[known], on=_LESION, how="inner", validate="many_to_one")
    state = records["STATE"]
    value = records["DIAM"].astype("float64")
    value = value.mask((state == TOO_SMALL) & value.isna(), criteria.too_small_mm)
    value = value.mask(state.isin([ABSENT, *ELSEWHERE]), 0.0)
    records["VALUE"] = value.mask(state == NOT_EVALUABLE)
    small_node = (records["NODE"] == "Y") & (records["VALUE"] < criteria.node_normal_mm)
    records["GONE"] = (records["VALUE"] == 0) | small_node
    records["WORSE"] = state == PROGRESSION
    records["LARGER"] = state.isin([PROGRESSION, LARGER])
    measured = records["KIND"].eq(TARGET) | (
        records["KIND"].eq(NEW) & records["MEASURABLE"].eq("Y")
    )
    unclear = (state == NOT_EVALUABLE) | (measured & records["VALUE"].isna())
    records["UNCLEAR"] = unclear | (state.eq("") & records["VALUE"].isna())
    return records


def _per_lesion(
    lesions: pd.DataFrame,
    measures: pd.DataFrame,
    start: pd.Series[float],
    criteria: Criteria,
    assessment: str,
) -> pd.DataFrame:
    """One row per lesion and assessment: fragments added, the assessment's last scan day."""
    columns = dict.fromkeys([*_LESION, "ADT", "DIAM", "STATE", assessment])
    records = _values(lesions, measures[list(columns)], criteria)
    records["START"] = records["USUBJID"].map(start).astype("float64")
    records = records[records["START"].notna() & records["ADT"].notna()].copy()
    records["KEY"] = records[assessment]
    scans = records.groupby(["USUBJID", "KEY"])["ADT"]
    records["FIRST"], records["ADT"] = scans.transform("min"), scans.transform("max")
    keys = [*_LESION, "KEY", "ADT", "FIRST", "START", "KIND", "NODE", "MEASURABLE"]
    grouped = records.groupby(keys, dropna=False, as_index=False)
    table = grouped.agg(
        LOWER=("VALUE", "sum"),
        GONE=("GONE", "all"),
        WORSE=("WORSE", "any"),
        LARGER=("LARGER", "any"),
        UNCLEAR=("UNCLEAR", "any"),
    )
    table["VALUE"] = table["LOWER"].mask(table["UNCLEAR"])
    return table


def _base(before: pd.DataFrame) -> pd.Series[float]:
    """Sum of the targets' last values on or before the start; NaN where one has none."""
    targets = before[before["KIND"] == TARGET].sort_values("ADT", kind="stable")
    last = targets.groupby(_LESION)["VALUE"].last().reset_index()
    sums = last.groupby("USUBJID")["VALUE"].sum()
    return sums.mask(sums.index.isin(last.loc[last["VALUE"].isna(), "USUBJID"]))


def _grid(after: pd.DataFrame, per_lesion: pd.DataFrame) -> pd.DataFrame:
    """Every assessment after the start with every lesion expected there."""
    assessments = after[["USUBJID", "KEY", "ADT", "FIRST"]].drop_duplicates()
    known = per_lesion.groupby([*_LESION, "KIND", "MEASURABLE"]).agg(SEEN=("ADT", "min"))
    grid = assessments.merge(known.reset_index(), on="USUBJID")
    grid = grid[grid["SEEN"] <= grid["ADT"]]
    values = after[[*_LESION, "KEY", "VALUE", "LOWER", *_FACTS]]
    grid = grid.merge(values, on=[*_LESION, "KEY"], how="left")
    grid["LOWER"] = grid["LOWER"].fillna(0.0)
    for name in _FACTS:
        there = grid[name].notna()
        grid[name] = grid[name].astype("object").where(there, name == "UNCLEAR").astype(bool)
    return grid


_FACTS = ("GONE", "WORSE", "LARGER", "UNCLEAR")


def _lacking(grid: pd.DataFrame) -> pd.DataFrame:
    """The lesions of each assessment that were expected there and not evaluable."""
    rows = grid.loc[grid["UNCLEAR"]].sort_values("LNKID", kind="stable")
    return rows.groupby(["USUBJID", "KEY"])["LNKID"].agg(", ".join).rename("LACKING").reset_index()


def _assessments(grid: pd.DataFrame, criteria: Criteria) -> pd.DataFrame:
    """One row per assessment: the burden and what its lesions say together."""
    new = grid["KIND"] == NEW
    new_measured = new & (grid["MEASURABLE"] == "Y")
    target = grid["KIND"] == TARGET
    other = grid["KIND"] == NON_TARGET
    counted = target | (new_measured & criteria.burden_includes_new)
    facts = pd.DataFrame(
        {
            "USUBJID": grid["USUBJID"],
            "KEY": grid["KEY"],
            "ADT": grid["ADT"],
            "FIRST": grid["FIRST"],
            "LOWER": grid["LOWER"].where(counted, 0.0),
            "NEW_SUM": grid["LOWER"].where(new_measured, 0.0),
            "NEW_COUNT": new.astype("float64"),
            "TARGETS": target,
            "TRGSUM": grid["LOWER"].where(target, 0.0),
            "TRG_OPEN": target & grid["UNCLEAR"],
            "SEEN": ~grid["UNCLEAR"],
            "OPEN": counted & grid["UNCLEAR"],
            "LEFT": counted & ~grid["GONE"],
            "OTHERS": other,
            "OTHER_OPEN": other & grid["UNCLEAR"],
            "OTHER_LEFT": other & ~grid["GONE"],
            "OTHER_WORSE": other & grid["WORSE"],
            "OTHER_LARGER": other & grid["LARGER"],
            "NEW": new,
            "NEW_LEFT": new & ~grid["GONE"],
            "NEW_OPEN": new & grid["UNCLEAR"],
            "NEW_WORSE": new & ~new_measured & grid["WORSE"],
            "NEW_LARGER": new & ~new_measured & grid["LARGER"],
        }
    )
    keys = ["USUBJID", "KEY", "ADT", "FIRST"]
    sums = ("LOWER", "NEW_SUM", "NEW_COUNT", "TRGSUM")
    how = {n: "sum" if n in sums else "any" for n in facts.columns if n not in keys}
    table = facts.groupby(keys).agg(how)
    table = table.reset_index().sort_values(["USUBJID", "ADT", "KEY"], ignore_index=True)
    table["BURDEN"] = table["LOWER"].mask(table["OPEN"] | ~table["TARGETS"])
    table["TRGSUM"] = table["TRGSUM"].mask(table["TRG_OPEN"] | ~table["TARGETS"])
    return table


def _against_lowest(table: pd.DataFrame) -> pd.DataFrame:
    """Adds change from baseline, the lowest burden before each assessment and change from it."""
    earlier = table.groupby("USUBJID")["BURDEN"].shift()
    lowest = earlier.groupby(table["USUBJID"]).cummin().groupby(table["USUBJID"]).ffill()
    table["NADIR"] = table[["BASE"]].assign(LOWEST=lowest).min(axis=1)
    table["CHG"] = table["BURDEN"] - table["BASE"]
    table["CHGNAD"] = table["BURDEN"] - table["NADIR"]
    table["PCHG"] = 100 * table["CHG"] / table["BASE"].where(table["BASE"] > 0)
    table["PCHGNAD"] = 100 * table["CHGNAD"] / table["NADIR"].where(table["NADIR"] > 0)
    return table


def _overall(table: pd.DataFrame, criteria: Criteria) -> pd.DataFrame:
    c = criteria
    rise = table["LOWER"] - table["NADIR"]
    grown = (rise >= c.pd_mm - _TOLERANCE) & (
        100 * rise >= c.pd_percent * table["NADIR"] - _TOLERANCE
    )
    shrunk = 100 * (table["BASE"] - table["BURDEN"]) >= c.pr_percent * table["BASE"] - _TOLERANCE
    # A node that grows and stays normal is no progression.
    gone = ~table["OPEN"] & ~table["LEFT"]
    target = np.select(
        [~table["TARGETS"], gone, grown, table["OPEN"], table["BASE"].isna(), shrunk],
        ["", c.complete, c.progression, c.not_evaluable, c.not_evaluable, c.partial],
        c.stable,
    )
    other = np.select(
        [~table["OTHERS"], table["OTHER_WORSE"], table["OTHER_OPEN"], ~table["OTHER_LEFT"]],
        ["", c.progression, c.not_evaluable, c.complete],
        c.neither,
    )
    # A progression that must be confirmed ends when the new lesion is gone; any other stands.
    new = table["NEW_LEFT"] if c.confirmed_progression else table["NEW"]
    table["BY_TARGET"] = target == c.progression
    table["BY_OTHER"] = (other == c.progression) & c.non_target_pd
    table["BY_NEW"] = (new & c.new_lesion_is_pd) | (table["NEW_WORSE"] & c.new_non_measurable_pd)
    worse = table["BY_TARGET"] | table["BY_OTHER"] | table["BY_NEW"]
    new_block = table["NEW_LEFT"] | (table["NEW"] & (not c.complete_allows_new_gone))
    clean = ~new_block & np.isin(other, ["", c.complete])
    without_targets = np.select(
        [clean & (other != ""), np.isin(other, ["", c.not_evaluable])],
        [c.complete, c.not_evaluable],
        c.neither,
    )
    overall = np.select(
        [worse, target == "", (target == c.complete) & ~clean],
        [c.progression, without_targets, c.partial],
        target,
    )
    table["TRGRESP"] = pd.Series(target, index=table.index, dtype="str")
    table["NTRGRESP"] = pd.Series(other, index=table.index, dtype="str")
    table["NEWLIND"] = pd.Series(np.where(table["NEW_LEFT"], "Y", "N"), dtype="str")
    table["OVRLRESP"] = pd.Series(overall, index=table.index, dtype="str")
    return table


def differences(
    computed: pd.DataFrame,
    reported: pd.DataFrame,
    criteria: Criteria,
    *,
    on: tuple[str, ...] = ("USUBJID", "ADT"),
) -> pd.DataFrame:
    """Assessments where the reported response is not the one computed from the lesions.

    `computed` is the result of `respond`; `reported` has the columns of `on` and AVALC. The
    rows of `reported` that differ, with OVRLRESP ("" where no lesion was recorded) beside. Where
    no lesion was evaluable nothing can be said of the tumour: whether that
    is called not evaluable or not done is no difference.
    """
    both = reported.merge(computed[[*on, "OVRLRESP", "SEEN"]], on=list(on), how="left")
    both["OVRLRESP"] = both["OVRLRESP"].fillna("")
    nothing = [v for v in (criteria.not_evaluable, criteria.not_done) if v]
    unseen = ~both["SEEN"].eq(True) & both["OVRLRESP"].isin([*nothing, ""])
    same = both["AVALC"].eq(both["OVRLRESP"]) | (unseen & both["AVALC"].isin(nothing))
    return both[~same].drop(columns="SEEN").reset_index(drop=True)
