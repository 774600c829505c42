"""Time to event: the earliest event, else the latest censoring, each with its source.

The rules, in order. Only moments from the start on and up to the limit are considered; the
limit is the earlier of the data cut-off and the subject's `stop` (new anticancer therapy, for
instance): on that day things still count, after it nothing does. One event within the limit
makes the subject an event, whatever censoring date there is, the same day or later. Of events
on one day the source named first wins, then the lowest --SEQ; likewise of censorings on one
day. A subject with a start and neither event nor censoring is censored at the start, so that
every subject with a start has exactly one record and none without a start has any.

With a `gap` an event that comes too long after the last date of censoring before it (else the
start) is none, nor is anything after it: the subject is censored at that date. The event's own
day does not count as a date before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mappings.digits import exact

#: The columns of a time-to-event result.
COLUMNS = (
    "USUBJID",
    "STARTDT",
    "ADT",
    "AVAL",
    "CNSR",
    "EVNTDESC",
    "CNSDTDSC",
    "SRCDOM",
    "SRCVAR",
    "SRCSEQ",
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where dates of an event or a censoring come from (admiral's event and censor source).

    `frame` has USUBJID, the column `date` (SAS days, NaN takes no part) and, if named, `seq`.
    `where` are the rows that take part. `desc` says what happened; `domain` and `variable`
    are SRCDOM and SRCVAR (the date's own name if not given). `cut`, for censorings only: a
    date after the limit becomes the limit, described so, instead of being left out; and
    `reason` is the EVNTDESC of the censored, unless the subject's `stop` is.
    """

    frame: pd.DataFrame
    date: str
    desc: str
    domain: str
    variable: str = ""
    seq: str = ""
    where: pd.Series[bool] | None = None
    cut: str = ""
    reason: str = "Censored"
    cnsr: int = 1


@dataclass(frozen=True, slots=True)
class Dates:
    """One date per subject: `frame` with USUBJID and `date` (SAS days), and where it is from.

    As a `stop`, `desc` is the EVNTDESC and `cnsr` the CNSR of the subjects that it censors (None:
    that of the source).
    """

    frame: pd.DataFrame
    date: str
    desc: str = ""
    domain: str = ""
    variable: str = ""
    where: pd.Series[bool] | None = None
    cnsr: int | None = None

    def of(self, subjects: pd.Series[str]) -> pd.Series[float]:
        """The date of each of `subjects`; the earliest if there are several, NaN if none."""
        rows = _chosen(self.frame, self.where)
        return subjects.map(rows.groupby("USUBJID")[self.date].min()).astype("float64")


@dataclass(frozen=True, slots=True)
class Gap:
    """How many days after the last date of censoring an event may come, and what else follows.

    `desc` and `cnsr` are EVNTDESC and CNSR of the subjects that are censored for it.
    """

    days: float
    desc: str
    cnsr: int = 1


#: Days of a unit of time.
UNITS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}


def time_to_event(
    subjects: pd.Series[str],
    start: Dates,
    events: Sequence[Source],
    censors: Sequence[Source],
    *,
    stop: Dates | None = None,
    gap: Gap | None = None,
    cutoff: float = np.inf,
    unit: str = "days",
    otherwise: str = "No later date",
) -> pd.DataFrame:
    """One record per subject that has a start: the columns of `COLUMNS`, in subject order.

    `subjects` are the USUBJIDs of the parameter's population; those without a start date, or
    with one after `cutoff` (SAS day), have no record. `start` may be a date of ADSL or of
    another parameter. AVAL = ADT - STARTDT + 1 in days, or that in another of `UNITS`; CNSR is 0
    for an event, else the source's (1). `otherwise` is the CNSDTDSC of those censored at the
    start for want of any other date. EVNTDESC of a censored subject whose `stop` came into play
    is the stop's description. SRCSEQ is float64, NaN where the source has none.
    """
    frame = pd.DataFrame({"USUBJID": subjects.drop_duplicates().to_numpy(dtype=object)})
    frame["USUBJID"] = frame["USUBJID"].astype("str")
    frame["STARTDT"] = start.of(frame["USUBJID"])
    frame = frame[frame["STARTDT"].notna() & (frame["STARTDT"] <= cutoff)].reset_index(drop=True)
    stops = stop.of(frame["USUBJID"]) if stop else pd.Series(np.nan, index=frame.index)
    frame["LIMIT"] = stops.fillna(np.inf).clip(upper=cutoff)
    stopped = stops.notna() & (stops <= cutoff)

    happened = _candidates(frame, events, event=True)
    ended = _candidates(frame, censors, event=False)
    first = _first(happened, latest=False)
    late = _too_late(first, ended, gap)
    kept = first[~first["USUBJID"].isin(late["USUBJID"])]
    best = pd.concat([kept, late, _first(ended, latest=True)])
    best = best.drop_duplicates("USUBJID").set_index("USUBJID").reindex(frame["USUBJID"])
    best = best.set_index(frame.index)

    none = best["ADT"].isna()
    frame["ADT"] = best["ADT"].astype("float64").where(~none, frame["STARTDT"])
    frame["AVAL"] = exact((frame["ADT"] - frame["STARTDT"] + 1) / UNITS[unit])
    frame["CNSR"] = best["CNSR"].where(~none, 1.0).astype("float64")
    for name, fallback in (
        ("DESC", otherwise),
        ("REASON", "Censored"),
        ("SRCDOM", start.domain),
        ("SRCVAR", start.variable or start.date),
    ):
        frame[name] = best[name].astype("str").where(~none, fallback)
    frame["SRCSEQ"] = best["SRCSEQ"].astype("float64")
    event = frame["CNSR"] == 0
    if stop:
        stopped &= ~event & ~frame["USUBJID"].isin(late["USUBJID"])
        if stop.cnsr is not None:
            frame["CNSR"] = frame["CNSR"].mask(stopped, float(stop.cnsr))
        frame["REASON"] = frame["REASON"].mask(stopped, stop.desc)
    reason = frame["REASON"]
    frame["EVNTDESC"] = frame["DESC"].where(event, reason)
    frame["CNSDTDSC"] = frame["DESC"].where(~event, "")
    return frame[list(COLUMNS)]


def _chosen(frame: pd.DataFrame, where: pd.Series[bool] | None) -> pd.DataFrame:
    return frame if where is None else frame[where.to_numpy(dtype=bool)]


def _candidates(frame: pd.DataFrame, sources: Sequence[Source], *, event: bool) -> pd.DataFrame:
    """All dates of all sources within start and limit, with description and source."""
    limits = frame.set_index("USUBJID")[["STARTDT", "LIMIT"]]
    pieces = []
    for place, source in enumerate(sources):
        if event and source.cut:
            raise ValueError(f"event source {source.desc!r}: only a censoring can be cut")
        rows = _chosen(source.frame, source.where)
        piece = pd.DataFrame(
            {
                "USUBJID": rows["USUBJID"].astype("str").to_numpy(),
                "ADT": rows[source.date].to_numpy(dtype="float64"),
                "SRCSEQ": rows[source.seq].to_numpy(dtype="float64") if source.seq else np.nan,
            }
        ).join(limits, on="USUBJID")
        piece["PLACE"] = place
        piece["DESC"] = source.desc
        piece["REASON"] = source.reason
        piece["CNSR"] = 0.0 if event else float(source.cnsr)
        piece["SRCDOM"] = source.domain
        piece["SRCVAR"] = source.variable or source.date
        if source.cut:
            late = piece["ADT"] > piece["LIMIT"]
            piece["DESC"] = piece["DESC"].mask(late, source.cut)
            piece["ADT"] = piece["ADT"].mask(late, piece["LIMIT"])
        inside = (piece["ADT"] >= piece["STARTDT"]) & (piece["ADT"] <= piece["LIMIT"])
        pieces.append(piece[inside])
    return pd.concat(pieces, ignore_index=True) if pieces else _nothing()


def _nothing() -> pd.DataFrame:
    numbers = dict.fromkeys(("ADT", "SRCSEQ", "STARTDT", "LIMIT", "PLACE", "CNSR"), "float64")
    texts = dict.fromkeys(("USUBJID", "DESC", "REASON", "SRCDOM", "SRCVAR"), "str")
    return pd.DataFrame({n: pd.Series(dtype=kind) for n, kind in (texts | numbers).items()})


def _first(candidates: pd.DataFrame, *, latest: bool) -> pd.DataFrame:
    keys = ["ADT", "PLACE", "SRCSEQ"]
    ordered = candidates.sort_values(keys, ascending=[not latest, True, True], kind="stable")
    return ordered.drop_duplicates("USUBJID")


def _too_late(first: pd.DataFrame, ended: pd.DataFrame, gap: Gap | None) -> pd.DataFrame:
    """The censoring of the subjects whose event came after a gap: the last date before it."""
    if gap is None or first.empty:
        return first.iloc[:0]
    at = first.set_index("USUBJID")["ADT"]
    before = ended[ended["ADT"] < ended["USUBJID"].map(at)]
    last = _first(before, latest=True)
    none = first[~first["USUBJID"].isin(last["USUBJID"])]
    # Without any date before the event, the start is where the gap begins.
    none = none.assign(ADT=none["STARTDT"], DESC=gap.desc, SRCDOM="", SRCVAR="", SRCSEQ=np.nan)
    last = pd.concat([last, none]) if len(last) else none
    gone = last[last["USUBJID"].map(at) - last["ADT"] > gap.days]
    return gone.assign(CNSR=float(gap.cnsr), REASON=gap.desc)
