"""What the overall responses of a subject say together: progression, best and first response.

The rules, each a setting of `Criteria`. An assessment is *in period* after the start (first
infusion), not after the cut-off and not after the start of new anticancer therapy: a scan on
that day is still in, whatever it says. It is *evaluable* when it is in period and its
response is one of the criteria's that says how the disease is.

A progression is *void* by the assessment that judges it. Where criteria judge by the next one
(irRECIST), that is the first evaluable assessment at least 28 days later: assessments sooner
than that neither void nor confirm it, they are passed over. Where they judge by another
response (iRECIST), it is the first evaluable assessment that is no unconfirmed progression.
Every progression that is not void *counts*: confirmed, the last scan, followed only by scans
that are too soon or not evaluable, or by new therapy, death or the cut-off. Each is judged by
itself, so a void one does not touch a later one. Where criteria know no void progression
(RECIST 1.1), each counts.

An assessment is *analysable* when it is in period and not after the first progression that
counts. Of several evaluable responses of one subject and day the worst stands; the others are
neither evaluable nor analysable.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def undated(frame: pd.DataFrame, criteria: Criteria) -> pd.Series[bool]:
    """True where a response has no complete date, so that no rule can place it: a finding."""
    return frame[DATE].isna() & frame[VALUE].isin(criteria.evaluable)


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
    `void` (a progression that does not count), `counts` (one that does), `confirmed` (one that
    another assessment confirms) and `analysable`, and `pd_date`, the SAS day of the progression
    that a counting one stands for.
    """
    date = frame[DATE].to_numpy(dtype="float64")
    therapy = frame[new_therapy].to_numpy(dtype="float64")
    in_period = (date > frame[start].to_numpy(dtype="float64")) & (date <= cutoff)
    in_period &= np.isnan(therapy) | (date <= therapy)
    value = frame[VALUE]
    evaluable = in_period & value.isin(criteria.evaluable).to_numpy(dtype=bool)
    outdone = _outdone(frame, evaluable, criteria)
    evaluable &= ~outdone
    progressed = evaluable & value.isin(criteria.progressions).to_numpy(dtype=bool)
    stated = evaluable & value.eq(criteria.confirmed_progression).to_numpy(dtype=bool)

    subject = pd.factorize(frame[SUBJECT])[0]
    judge = _judge(subject, date, evaluable, progressed, stated, criteria)
    judged = judge >= 0
    confirmed = progressed & ((judged & progressed[judge]) | stated)
    void = progressed & judged & ~progressed[judge] & ~stated & criteria.pd_can_be_void
    counts = progressed & ~void & (confirmed | criteria.pd_unconfirmed_counts)
    pd_date = np.where(counts, date, np.nan)
    if criteria.pd_date == "confirming":
        pd_date = np.where(counts & confirmed & judged, date[judge], pd_date)
    stops = pd.Series(np.where(counts, date, np.nan)).groupby(subject).transform("min")
    stopped = date > stops.to_numpy()
    return pd.DataFrame(
        {
            "in_period": in_period,
            "evaluable": evaluable,
            "void": void,
            "counts": counts,
            "confirmed": confirmed,
            "analysable": in_period & ~stopped & ~outdone,
            "pd_date": pd_date,
        },
        index=frame.index,
    )


def _outdone(frame: pd.DataFrame, evaluable: Bools, criteria: Criteria) -> Bools:
    """The evaluable rows beside which a worse response of the same subject and day stands."""
    rank = _rank(frame[VALUE].to_numpy(dtype=object), criteria)
    shown = pd.Series(np.where(evaluable, rank, np.nan))
    worst = shown.groupby([frame[SUBJECT].to_numpy(), frame[DATE].to_numpy()]).transform("max")
    return evaluable & (rank < worst.to_numpy())


def _judge(
    subject: Places,
    date: Numbers,
    evaluable: Bools,
    progressed: Bools,
    stated: Bools,
    criteria: Criteria,
) -> Places:
    """For each progression the row that voids or confirms it, -1 when there is none.

    `stated` are those that the response itself calls confirmed.
    """
    if criteria.pd_judged_by == "other":
        judges = evaluable & (~progressed | stated)
        return _later(subject, date, progressed & ~stated, judges, progressed, 1.0, 1.0, np.inf)
    least = criteria.pd_confirm_min_days
    wanted = least if criteria.pd_sooner_is_skipped else 1.0
    most = criteria.pd_confirm_max_days
    return _later(subject, date, progressed, evaluable, progressed, wanted, least, most)


def _later(
    subject: Places,
    date: Numbers,
    asking: Bools,
    answering: Bools,
    worse: Bools,
    wanted: float,
    least: float,
    most: float,
) -> Places:
    """For each asking row the first answering one of its subject, -1 when there is none.

    The answer is looked for from `wanted` days after the question on, of one day the `worse`
    one first; it is none unless it stands at least `least` and at most `most` days later.
    """
    judge = np.full(len(date), -1, dtype=np.intp)
    asked = np.flatnonzero(asking)
    rows = np.flatnonzero(answering)
    if not len(asked) or not len(rows):
        return judge
    rows = rows[np.lexsort((~worse[rows], date[rows], subject[rows]))]
    first = min(date[rows].min(), date[asked].min())
    span = max(date[rows].max(), date[asked].max()) - first + wanted + 2
    keys = subject[rows] * span + (date[rows] - first)
    ask = subject[asked] * span + (date[asked] - first) + wanted
    place = np.searchsorted(keys, ask, side="left")
    found = np.append(rows, -1)[place]
    apart = date[found] - date[asked]
    good = (found >= 0) & (subject[found] == subject[asked])
    good &= (apart >= least) & (apart <= most)
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


def first_of(frame: pd.DataFrame, chosen: Bools, subjects: pd.Series[str]) -> pd.DataFrame:
    """Per subject the earliest of the `chosen` rows: USUBJID, ADT, AVALC Y or N, source.

    `source` is the position of the row in `frame`, -1 for none (AVALC N, ADT NaN).
    """
    date = frame[DATE].to_numpy(dtype="float64")
    place = _earliest(frame, subjects, np.flatnonzero(chosen), np.zeros(len(frame)), date)
    value = pd.Series(np.where(place < 0, "N", "Y"), dtype="str")
    return _answer(subjects, place, date, value)


def response_rows(
    frame: pd.DataFrame,
    flags: pd.DataFrame,
    criteria: Criteria,
    responses: Sequence[str] = (),
    *,
    confirmed: bool = False,
    start: str = "TRTSDT",
) -> Bools:
    """The analysable assessments that are a response: one of `responses`, else complete or partial.

    With `confirmed` only those that `confirmed_rows` accepts. No window, no minimum.
    """
    wanted = list(responses) or [criteria.complete, criteria.partial]
    chosen = (flags["analysable"] & frame[VALUE].isin(wanted)).to_numpy(dtype=bool)
    if confirmed:
        complete, partial = confirmed_rows(frame, flags, criteria, start=start)
        chosen = chosen & (complete | partial)
    return chosen


def benefit_rows(
    frame: pd.DataFrame,
    flags: pd.DataFrame,
    criteria: Criteria,
    *,
    confirmed: bool = False,
    start: str = "TRTSDT",
) -> Bools:
    """The assessments that show clinical benefit: a response (confirmed, if so said), or any
    analysable one that is evaluable and no progression from `benefit_first_day` on.
    """
    c = criteria
    day = study_day(frame[DATE], frame[start]).to_numpy(dtype="float64")
    held = flags["analysable"] & flags["evaluable"] & ~frame[VALUE].isin(c.progressions)
    late = held.to_numpy(dtype=bool) & (day >= c.benefit_first_day)
    return late | response_rows(frame, flags, c, confirmed=confirmed, start=start)


def last_evaluable(
    frame: pd.DataFrame, flags: pd.DataFrame, subjects: pd.Series[str]
) -> pd.DataFrame:
    """Per subject the last assessment that is analysable and evaluable: USUBJID, ADT, AVALC
    (its response, "" for none), source.
    """
    date = frame[DATE].to_numpy(dtype="float64")
    rows = np.flatnonzero((flags["analysable"] & flags["evaluable"]).to_numpy(dtype=bool))
    place = _earliest(frame, subjects, rows, -date, date)
    value = pd.Series(np.append(frame[VALUE].to_numpy(dtype=object), "")[place], dtype="str")
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

    Analysable assessments with study day at most `response_last_day`. Stable disease (and
    neither-nor) needs study day `stable_first_day` and is not evaluable before; a void
    progression is not evaluable; a progression that the criteria call confirmed later is that.
    ADT is the first assessment with that response; a subject without assessment has the
    response `no_assessment` and no ADT.

    With `confirmed`, complete and partial response need a second assessment, see
    `confirmed_rows`; a response not confirmed is stable from `stable_first_day` on, not
    evaluable before (`unconfirmed_is_stable`).
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
    waiting = [v for v in (c.stable, c.neither, c.disease_free) if v]
    early = np.isin(value, waiting) & (day < c.stable_first_day)
    value[early | flags["void"].to_numpy(dtype=bool)] = c.not_evaluable
    if c.confirmed_progression:
        value[(flags["counts"] & flags["confirmed"]).to_numpy()] = c.confirmed_progression
    value[~np.isin(value, c.order)] = c.not_evaluable
    rank = _rank(value, c)
    place = _earliest(frame, subjects, np.flatnonzero(usable), rank, date)
    answer = pd.Series(np.append(value, c.no_assessment)[place], dtype="str")
    return _answer(subjects, place, date, answer)


def confirmed_rows(
    frame: pd.DataFrame, flags: pd.DataFrame, criteria: Criteria, *, start: str = "TRTSDT"
) -> tuple[Bools, Bools]:
    """Which rows are a confirmed complete response, and which at least a confirmed partial one.

    A complete response is confirmed by an analysable complete one at least `confirm_min_days`
    and at most `confirm_max_days` later, a partial one by a partial or complete one; a complete
    response followed by a partial one is a confirmed partial one (`lesser_confirms`). Between
    the two stand at most `confirm_max_not_evaluable` assessments that are not evaluable and,
    for a partial response, at most `confirm_max_stable` that are stable. Anything less than the
    response between them (progression even if void; partial between two complete) breaks the
    pair, and so does, unless `confirm_partial_after_complete`, a partial response after a
    complete one within the pair. The confirming assessment may lie after the last day for
    responses (`confirm_within_last_day` forbids it).
    """
    c = criteria
    date = frame[DATE].to_numpy(dtype="float64")
    value = frame[VALUE].to_numpy(dtype=object)
    subject = pd.factorize(frame[SUBJECT])[0]
    day = study_day(frame[DATE], frame[start]).to_numpy(dtype="float64")
    worst_first = -_rank(value, c)
    rows = np.flatnonzero(flags["analysable"].to_numpy(dtype=bool))
    rows = rows[np.lexsort((worst_first[rows], date[rows], subject[rows]))]
    said = value[rows]
    silent = ~np.isin(said, c.evaluable)
    stable = np.isin(said, [c.stable, c.neither])
    gaps, stables = np.cumsum(silent), np.cumsum(stable)

    def level(first: list[str], second: list[str], most_stable: int) -> Bools:
        result = np.zeros(len(frame), dtype=bool)
        harmless = silent | (stable & (most_stable > 0))
        breaks = np.cumsum(~(np.isin(said, second) | harmless))
        late = day[rows] > c.response_last_day if c.confirm_within_last_day else False
        seconds = np.flatnonzero(np.isin(said, second) & ~np.asarray(late))
        firsts = np.flatnonzero(np.isin(said, first))
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
        good &= stables[found] - stables[firsts] <= most_stable
        good &= date[rows][found] - date[rows][firsts] <= c.confirm_max_days
        if not c.confirm_partial_after_complete:
            fallen = _next(said == c.partial)[_next(said == c.complete)[firsts]]
            good &= fallen > found
        result[rows[firsts[good]]] = True
        return result

    both = [c.complete, c.partial]
    complete = level([c.complete], [c.complete], 0)
    partial = level(both if c.lesser_confirms else [c.partial], both, c.confirm_max_stable)
    return complete, partial


def _next(marked: Bools) -> Places:
    """For each place (and one past the end) the first marked place from there on, else the end."""
    end = len(marked)
    places = np.append(np.where(marked, np.arange(end), end), end)
    return np.minimum.accumulate(places[::-1])[::-1].astype(np.intp)
