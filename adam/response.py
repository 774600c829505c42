"""Overall response by assessment to progression, best response and first response.

The rules, each a setting of `Criteria`. An assessment is *in period* after the start (first
infusion), not after the cut-off and not after the start of new anticancer therapy: a scan on
that day is still in, whatever it says. It is *evaluable* when it is in period and its
response is one of the criteria's, not-evaluable apart.

An irPD is *void* when the first evaluable assessment at least 28 days later is not irPD.
Assessments sooner than that neither void nor confirm it: they are passed over and the next
one is asked. Every other irPD *counts*: confirmed, the last scan, followed only by scans that
are too soon or not evaluable, or by new therapy, death or the cut-off. Each irPD is judged by
itself, so a void one does not touch a later one.

An assessment is *analysable* when it is in period and not after the first irPD that counts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from adam.criteria import Criteria
from mappings.iso8601 import study_day

Bools = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

SUBJECT, DATE, VALUE = "USUBJID", "ADT", "AVALC"


def unknown_responses(frame: pd.DataFrame, criteria: Criteria) -> pd.Series[bool]:
    """True where AVALC is no response of the criteria (nor blank): a finding for the caller.

    Such an assessment is treated as not evaluable.
    """
    return ~frame[VALUE].isin([*criteria.order, ""])


def assess(
    frame: pd.DataFrame,
    criteria: Criteria,
    *,
    start: str = "TRTSDT",
    new_therapy: str = "NACTDT",
    cutoff: float = np.inf,
) -> pd.DataFrame:
    """What each assessment is good for: one row per row of `frame`, same index.

    `frame` has USUBJID, ADT, AVALC and the columns named by `start` and `new_therapy` (SAS
    days, NaN: none); `cutoff` is a SAS day. Boolean columns `in_period`, `evaluable`,
    `void` (an irPD that does not count), `counts` (an irPD that does) and `analysable`, and
    `pd_date`, the SAS day of the progression that a counting irPD stands for. Two responses
    of one subject and day are taken worst first.
    """
    date = frame[DATE].to_numpy(dtype="float64")
    therapy = frame[new_therapy].to_numpy(dtype="float64")
    in_period = (date > frame[start].to_numpy(dtype="float64")) & (date <= cutoff)
    in_period &= np.isnan(therapy) | (date <= therapy)
    responses = [r for r in criteria.order if r != criteria.not_evaluable]
    evaluable = in_period & frame[VALUE].isin(responses).to_numpy(dtype=bool)
    progressed = evaluable & frame[VALUE].eq(criteria.progression).to_numpy(dtype=bool)

    subject = pd.factorize(frame[SUBJECT])[0]
    judge = _later(subject, date, evaluable, progressed, criteria)
    judged = judge >= 0
    confirmed = progressed & judged & progressed[judge]
    void = progressed & judged & ~progressed[judge] & criteria.pd_can_be_void
    counts = progressed & ~void & (confirmed | criteria.pd_unconfirmed_counts)
    pd_date = np.where(counts, date, np.nan)
    if criteria.pd_date == "confirming":
        pd_date = np.where(counts & confirmed, date[judge], pd_date)
    stops = pd.Series(np.where(counts, date, np.nan)).groupby(subject).transform("min")
    stopped = date > stops.to_numpy()
    return pd.DataFrame(
        {
            "in_period": in_period,
            "evaluable": evaluable,
            "void": void,
            "counts": counts,
            "analysable": in_period & ~stopped,
            "pd_date": pd_date,
        },
        index=frame.index,
    )


def _later(
    subject: Places, date: Numbers, evaluable: Bools, progressed: Bools, criteria: Criteria
) -> Places:
    """For each irPD the row that voids or confirms it, -1 when there is none."""
    judge = np.full(len(date), -1, dtype=np.intp)
    asked = np.flatnonzero(progressed)
    rows = np.flatnonzero(evaluable)
    if not len(asked):
        return judge
    rows = rows[np.lexsort((~progressed[rows], date[rows], subject[rows]))]
    first = date[rows].min()
    span = date[rows].max() - first + criteria.pd_confirm_min_days + 2
    keys = subject[rows] * span + (date[rows] - first)
    wanted = criteria.pd_confirm_min_days if criteria.pd_sooner_is_skipped else 1.0
    ask = subject[asked] * span + (date[asked] - first) + wanted
    place = np.searchsorted(keys, ask, side="left")
    found = np.append(rows, -1)[place]
    apart = date[found] - date[asked]
    good = (found >= 0) & (subject[found] == subject[asked])
    good &= (apart >= criteria.pd_confirm_min_days) & (apart <= criteria.pd_confirm_max_days)
    judge[asked] = np.where(good, found, -1)
    return judge


def _earliest(
    frame: pd.DataFrame, subjects: pd.Series[str], rows: Places, rank: Numbers, date: Numbers
) -> Places:
    """For each of `subjects` the place of its row with lowest rank, then date; -1 if none."""
    ordered = rows[np.lexsort((date[rows], rank[rows]))]
    owners = frame[SUBJECT].iloc[ordered]
    kept = ~owners.duplicated().to_numpy()
    table = pd.Series(ordered[kept], index=owners[kept].to_numpy())
    return table.reindex(subjects.to_numpy()).fillna(-1).to_numpy(dtype=np.intp)


def _rank(value: npt.NDArray[np.object_], criteria: Criteria) -> Numbers:
    """Place of each response in the criteria's order, 0 the best; what is unknown is last."""
    table = {response: float(place) for place, response in enumerate(criteria.order)}
    codes, distinct = pd.factorize(value)
    ranks = [table.get(str(response), len(table) - 1.0) for response in distinct]
    return np.array(ranks, dtype="float64")[codes]


def _answer(
    subjects: pd.Series[str], place: Places, date: Numbers, value: pd.Series[str]
) -> pd.DataFrame:
    none = place < 0
    return pd.DataFrame(
        {
            SUBJECT: subjects.to_numpy(),
            DATE: np.where(none, np.nan, np.append(date, np.nan)[place]),
            VALUE: value.to_numpy(),
            "source": place,
        }
    )


def first_progression(
    frame: pd.DataFrame, flags: pd.DataFrame, subjects: pd.Series[str]
) -> pd.DataFrame:
    """Per subject the first irPD that counts: USUBJID, ADT, AVALC Y or N, source.

    `flags` are those of `assess`; `source` is the position of the row in `frame`, -1 for
    none (AVALC N, ADT NaN). One row per entry of `subjects`, in its order.
    """
    date = flags["pd_date"].to_numpy(dtype="float64")
    rows = np.flatnonzero(flags["counts"].to_numpy(dtype=bool))
    place = _earliest(frame, subjects, rows, frame[DATE].to_numpy(dtype="float64"), date)
    value = pd.Series(np.where(place < 0, "N", "Y"), dtype="str")
    return _answer(subjects, place, date, value)


def first_response(
    frame: pd.DataFrame,
    flags: pd.DataFrame,
    subjects: pd.Series[str],
    responses: tuple[str, ...],
) -> pd.DataFrame:
    """Per subject the first analysable assessment with one of `responses`: USUBJID, ADT,
    AVALC Y or N, source, as in `first_progression`. No window, no minimum.
    """
    date = frame[DATE].to_numpy(dtype="float64")
    chosen = flags["analysable"] & frame[VALUE].isin(responses)
    rows = np.flatnonzero(chosen.to_numpy(dtype=bool))
    place = _earliest(frame, subjects, rows, np.zeros(len(frame)), date)
    value = pd.Series(np.where(place < 0, "N", "Y"), dtype="str")
    return _answer(subjects, place, date, value)


def best_response(
    frame: pd.DataFrame,
    flags: pd.DataFrame,
    subjects: pd.Series[str],
    criteria: Criteria,
    *,
    confirmed: bool = False,
    start: str = "TRTSDT",
) -> pd.DataFrame:
    """Per subject the best overall response: USUBJID, ADT, AVALC, source.

    Analysable assessments with study day at most `response_last_day` (183). irSD needs study
    day `stable_first_day` (28) and is not evaluable before; a void irPD is not evaluable. ADT
    is the first assessment with that response; a subject without assessment is NE, ADT NaN.

    With `confirmed`, irCR and irPR need a second assessment, see `confirmed_rows`; a response
    not confirmed is irSD from study day 28 on, not evaluable before (`unconfirmed_is_stable`).
    """
    c = criteria
    date = frame[DATE].to_numpy(dtype="float64")
    day = study_day(frame[DATE], frame[start]).to_numpy(dtype="float64")
    usable = flags["analysable"].to_numpy(dtype=bool) & (day <= c.response_last_day)
    value = frame[VALUE].to_numpy(dtype=object).copy()
    if confirmed:
        complete, partial = confirmed_rows(frame, flags, criteria, start=start)
        response = np.isin(value, [c.complete, c.partial])
        value[response] = c.stable if c.unconfirmed_is_stable else c.not_evaluable
        value[partial] = c.partial
        value[complete] = c.complete
    early = np.isin(value, [c.stable, c.neither]) & (day < c.stable_first_day)
    value[early | flags["void"].to_numpy(dtype=bool)] = c.not_evaluable
    rank = _rank(value, c)
    place = _earliest(frame, subjects, np.flatnonzero(usable), rank, date)
    best = np.append(rank, len(c.order) - 1)[place].astype(int)
    answer = pd.Series(np.array(c.order, dtype=object)[best], dtype="str")
    return _answer(subjects, place, date, answer)


def confirmed_rows(
    frame: pd.DataFrame, flags: pd.DataFrame, criteria: Criteria, *, start: str = "TRTSDT"
) -> tuple[Bools, Bools]:
    """Which rows are a confirmed irCR, and which at least a confirmed irPR.

    An irCR is confirmed by an analysable irCR at least `confirm_min_days` later, an irPR by
    irPR or irCR; an irCR followed by irPR is a confirmed irPR (`lesser_confirms`). Between
    the two stand at most `confirm_max_not_evaluable` assessments that are NE. Anything less
    than the response between them (irSD, irPD even if void; irPR between two irCR) breaks
    the pair (`confirm_over_stable` lets irSD pass). The confirming assessment may lie after
    the last day for responses (`confirm_within_last_day` forbids it).
    """
    c = criteria
    date = frame[DATE].to_numpy(dtype="float64")
    value = frame[VALUE].to_numpy(dtype=object)
    subject = pd.factorize(frame[SUBJECT])[0]
    day = study_day(frame[DATE], frame[start]).to_numpy(dtype="float64")
    worst_first = -_rank(value, c)
    rows = np.flatnonzero(flags["analysable"].to_numpy(dtype=bool))
    rows = rows[np.lexsort((worst_first[rows], date[rows], subject[rows]))]
    harmless = [c.not_evaluable, "", *([c.stable, c.neither] if c.confirm_over_stable else [])]
    unknown = ~np.isin(value[rows], c.order)
    gaps = np.cumsum(np.isin(value[rows], [c.not_evaluable, ""]) | unknown)

    def level(first: list[str], second: list[str]) -> Bools:
        result = np.zeros(len(frame), dtype=bool)
        breaks = np.cumsum(~(np.isin(value[rows], [*second, *harmless]) | unknown))
        late = day[rows] > c.response_last_day if c.confirm_within_last_day else False
        seconds = np.flatnonzero(np.isin(value[rows], second) & ~np.asarray(late))
        firsts = np.flatnonzero(np.isin(value[rows], first))
        if not len(firsts) or not len(seconds):
            return result
        base = date[rows].min()
        span = date[rows].max() - base + c.confirm_min_days + 2
        keys = subject[rows] * span + (date[rows] - base)
        place = np.searchsorted(keys[seconds], keys[firsts] + c.confirm_min_days, side="left")
        found = np.append(seconds, -1)[place]
        good = (found >= 0) & (subject[rows][found] == subject[rows][firsts])
        good &= breaks[found] == breaks[firsts]
        good &= gaps[found] - gaps[firsts] <= c.confirm_max_not_evaluable
        result[rows[firsts[good]]] = True
        return result

    both = [c.complete, c.partial]
    complete = level([c.complete], [c.complete])
    partial = level(both if c.lesser_confirms else [c.partial], both)
    return complete, partial
