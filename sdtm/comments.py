"""CO: which records a comment is about, and comments of any length.

A comment whose RDOMAIN is filled is about records of that dataset. Where the module has no rule
for IDVARVAL (or none for IDVAR either), these are the records that were made of the comment's
own raw row; the pointer is then --SEQ, or the variable that IDVAR names. A comment without
RDOMAIN is about the subject as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mappings.built import BuiltDataset
from mappings.findings import Finding
from mappings.frames import as_text, blank_text, map_distinct
from mappings.load import spec_fault
from mappings.modules import Module
from mappings.scope import Report
from mappings.text import pieces
from sdtm.standard import domain
from sdtm.target import POINTER, sequence

CODE = "CO"
_SITE = "Correct the reference of the comment, or ask the site what it is about."


def check_comments(module: Module) -> list[Finding]:
    """Faults of a module of CO: a pointer without what it points into."""
    if module.target != CODE:
        return []
    faults: list[Finding] = []
    for number in (1, 2):
        part, whole = POINTER[number], POINTER[number - 1]
        if part in module.variables and whole not in module.variables:
            message = f"{part} has a rule, and {whole} has none"
            place = module.rules_of(part)[0][1].place
            faults.append(spec_fault("comment.pointer", message, place, f"Give {whole} a rule."))
    return faults


def point(
    frame: pd.DataFrame, finished: Mapping[str, BuiltDataset], report: Report
) -> pd.DataFrame:
    """The comments with RDOMAIN, IDVAR and IDVARVAL of the records that they are about.

    `finished` are the other datasets with their --SEQ. A comment whose records are not there is
    a finding; it stays, as one about the subject.
    """
    if POINTER[0] not in frame.columns:
        return frame
    given = {n: frame[n] if n in frame.columns else blank_text(frame.index) for n in POINTER}
    parent, variable, value = (given[n].copy() for n in POINTER)
    said = parent.copy()
    problem = blank_text(frame.index)
    for code in [str(c) for c in pd.unique(parent) if c]:
        mine = (said == code).to_numpy(dtype=bool)
        if code not in finished:
            problem[mine] = f"there is no dataset {code}"
            continue
        built, number = finished[code], sequence(domain(code))
        variable[mine] = variable[mine].where(variable[mine] != "", number)
        for name in [str(v) for v in pd.unique(variable[mine])]:
            rows = mine & (variable == name).to_numpy(dtype=bool)
            if name and name not in built.variables:
                problem[rows] = f"{code} has no variable {name}"
                continue
            found, wrong = _records(frame[rows], value[rows], built, code, name)
            value[rows], problem[rows] = found, wrong
    bad = problem.ne("").to_numpy(dtype=bool)
    report.rows(
        "comment.record",
        frame,
        bad,
        "",
        _SITE,
        dataset=CODE,
        variable=POINTER[2],
        values=said,
        messages="the record of the comment is not found: " + problem,
    )
    kept = {n: c.mask(bad, "") for n, c in zip(POINTER, (parent, variable, value), strict=True)}
    return frame.assign(**kept)


def _records(
    comments: pd.DataFrame, value: pd.Series[str], built: BuiltDataset, code: str, name: str
) -> tuple[pd.Series[str], pd.Series[str]]:
    """IDVARVAL of comments on one variable of one dataset, and what is wrong with each."""
    records = built.frame
    held = as_text(records[name]) if name else blank_text(records.index)
    told = value.ne("").to_numpy(dtype=bool)
    there = _pairs(comments["USUBJID"], value).isin(_pairs(records["USUBJID"], held))
    own = ["USUBJID", "_form", "_row"]
    pairs = records[own].assign(value=held).drop_duplicates()
    count = pairs.groupby(own)["value"].agg(["size", "first"])
    keys = pd.MultiIndex.from_frame(comments[own])
    matched = count.reindex(keys)
    size = matched["size"].fillna(0).to_numpy(dtype="int64")
    first = pd.Series(matched["first"].fillna("").to_numpy(), comments.index, dtype="str")
    if not name:
        # A dataset of one record a subject (DM) needs no pointer.
        size = comments["USUBJID"].isin(records["USUBJID"]).to_numpy(dtype="int64")
        first = blank_text(comments.index)
    wrong = blank_text(comments.index)
    wrong[~told & (size == 0)] = f"its row of the export made no record of {code}"
    several = f"its row of the export made records of {code} that differ in {name}"
    wrong[~told & (size > 1)] = several
    wrong[told & ~there.to_numpy(dtype=bool)] = f"the subject has no such {code}.{name}"
    empty = ~told & (size == 1) & first.eq("").to_numpy(dtype=bool) & bool(name)
    wrong[empty] = f"its record has no {code}.{name}"
    return value.where(told, first), wrong


def _pairs(subjects: pd.Series[str], values: pd.Series[str]) -> pd.Series[str]:
    return subjects + "\t" + values


def spread(
    frame: pd.DataFrame, variable: str, encoding: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Text over 200 bytes in `variable` goes on in variables of its name with 1, 2 and so on.

    Gives the frame and the names of the further variables (SDTMIG 5.1 CO, COVAL).
    """
    cut = {t: pieces(t, encoding) for t in map(str, pd.unique(frame[variable]))}
    count = max((len(p) for p in cut.values()), default=1)
    names = [variable, *(f"{variable}{i}" for i in range(1, count))]

    def piece(number: int) -> pd.Series[str]:
        return map_distinct(
            frame[variable], lambda ts: ["".join(cut[t][number : number + 1]) for t in ts]
        )

    made = {n: piece(i) for i, n in enumerate(names)}
    return frame.assign(**made), tuple(names[1:])
