"""Progression that the next assessment has to confirm (iRECIST), from what the lesions say.

A progression opens a run of unconfirmed ones, which every evaluable assessment without
progression ends: the bar is reset. Within the run an assessment is compared with the last
one of the run that it was not too soon after (`pd_confirm_min_days`), and confirms it not later
than `pd_confirm_max_days` after it, by any of these: the target sum has grown by `confirming_mm`;
a non-target lesion has grown again; of the new lesions, the sum has grown by `confirming_mm`, one
that is not measured has grown, or another has appeared; or a kind of lesion progresses that did
not before. A confirmed progression stays confirmed. An assessment that is not evaluable neither
ends a run nor confirms it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from adam.criteria import Criteria

_TOLERANCE = 1e-9
_KINDS = ("BY_TARGET", "BY_OTHER", "BY_NEW")
_KEPT = ("ADT", "LOWER", "NEW_SUM", "NEW_COUNT", *_KINDS)


def confirm(table: pd.DataFrame, criteria: Criteria) -> pd.Series[str]:
    """OVRLRESP with the progressions that are confirmed named so.

    `table` has one row per assessment in the order of subject and date: USUBJID, ADT, LOWER
    (target sum, mm), NEW_SUM, NEW_COUNT, BY_TARGET, BY_OTHER, BY_NEW (progression by that kind
    of lesion), OTHER_LARGER, NEW_LARGER, OVRLRESP with every progression unconfirmed.
    """
    c = criteria
    response = table["OVRLRESP"].to_numpy(dtype=object).copy()
    turn = table.groupby("USUBJID").cumcount().to_numpy()
    subject, people = pd.factorize(table["USUBJID"])
    facts = {n: table[n].to_numpy(dtype="float64") for n in _KEPT}
    larger = {n: table[n].to_numpy(dtype=bool) for n in ("OTHER_LARGER", "NEW_LARGER")}
    held = {n: np.full(len(people), np.nan) for n in _KEPT}
    done = np.zeros(len(people), dtype=bool)
    # One step is the n-th assessment of every subject.
    for step in range(int(turn.max()) + 1 if len(turn) else 0):
        rows = np.flatnonzero(turn == step)
        who = subject[rows]
        now = {n: values[rows] for n, values in facts.items()}
        before = {n: values[who] for n, values in held.items()}
        worse = response[rows] == c.progression
        apart = now["ADT"] - before["ADT"]
        timely = (apart >= c.pd_confirm_min_days) & (apart <= c.pd_confirm_max_days)
        more = _more(now, before, {n: v[rows] for n, v in larger.items()}, c.confirming_mm)
        done[who] |= worse & timely & more
        response[rows] = np.where(done[who], c.confirmed_progression, response[rows])
        ended = ~worse & (response[rows] != c.not_evaluable)
        moved = worse & ~(apart < c.pd_confirm_min_days)
        for name, values in held.items():
            values[who] = np.where(ended, np.nan, np.where(moved, now[name], before[name]))
    return pd.Series(response, index=table.index, dtype="str")


def _more(
    now: dict[str, npt.NDArray[np.float64]],
    before: dict[str, npt.NDArray[np.float64]],
    larger: dict[str, npt.NDArray[np.bool_]],
    size: float,
) -> npt.NDArray[np.bool_]:
    """Whether the disease is more than at the assessment that is to be confirmed."""
    target = (now["BY_TARGET"] == 1) & (now["LOWER"] - before["LOWER"] >= size - _TOLERANCE)
    other = (before["BY_OTHER"] == 1) & larger["OTHER_LARGER"]
    grown = now["NEW_SUM"] - before["NEW_SUM"] >= size - _TOLERANCE
    added = now["NEW_COUNT"] > before["NEW_COUNT"]
    new = (before["BY_NEW"] == 1) & (grown | added | larger["NEW_LARGER"])
    again = [(now[kind] == 1) & (before[kind] == 0) for kind in _KINDS]
    found: npt.NDArray[np.bool_] = target | other | new | again[0] | again[1] | again[2]
    return found
