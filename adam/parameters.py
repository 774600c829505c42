"""Parameters of a BDS dataset that no record of SDTM holds: responses and times to event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from adam.criteria import Criteria
from adam.cutoff import UNCUT
from adam.lesions import NEW, NON_TARGET, PROGRESSION, TARGET, differences, respond
from adam.response import assess, best_response, first_progression
from adam.tte import Dates, Source, time_to_event
from mappings.conditions import Condition
from mappings.findings import Severity, SpecPlace
from mappings.frames import concat, is_numeric, take_table, text_series
from mappings.iso8601 import complete_day, iso_of_day
from mappings.scope import Report, Scope

STATES = {
    "TOO SMALL TO MEASURE": "TOO SMALL TO MEASURE",
    "ABSENT": "ABSENT",
    "UNEQUIVOCAL PROGRESSION": PROGRESSION,
    "UNEQUIVOCAL": PROGRESSION,
}


@dataclass(frozen=True)
class EventSource:
    """An event or censor source of a module: where, which date, and its description."""

    dataset: str
    date: str
    desc: str
    where: Condition


@dataclass(frozen=True)
class Parameter:
    """A parameter of a module as compiled."""

    code: str
    label: str
    number: float
    place: SpecPlace
    response: str = ""
    of: str = ""
    compare: str = ""
    events: tuple[EventSource, ...] = ()
    censors: tuple[EventSource, ...] = ()
    start: EventSource | None = None
    stop: str = ""
    method: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Ground:
    """What parameters are made on: the datasets so far, ADSL, criteria and cut-off (SAS day)."""

    data: Mapping[str, pd.DataFrame]
    adsl: pd.DataFrame
    criteria: Criteria
    cutoff: float
    report: Report
    target: str


def response_rows(
    ground: Ground, parameter: Parameter, base: pd.DataFrame, start: str, stop: str
) -> pd.DataFrame:
    """Records of one response parameter: USUBJID, ADT, AVALC and where they come from.

    `base` are the records of the assessments that the parameter is made of.
    """
    adsl = ground.adsl
    treated = adsl.loc[adsl[start].notna(), "USUBJID"].drop_duplicates()
    if parameter.response == "lesions":
        return _from_lesions(ground, parameter, start, base)
    frame = _assessments(base, adsl, start, stop)
    flags = assess(frame, ground.criteria, start=start, new_therapy=stop, cutoff=ground.cutoff)
    if parameter.response == "progression":
        made = first_progression(frame, flags, treated)
    else:
        confirmed = parameter.response == "confirmed"
        made = best_response(
            frame, flags, treated, ground.criteria, confirmed=confirmed, start=start
        )
    place = made["source"].to_numpy(dtype=np.intp)
    found = place >= 0
    number = np.append(frame["SRCSEQ"].to_numpy(dtype="float64"), np.nan)[place]
    row = np.append(frame["_row"].to_numpy(dtype=np.int64), 0)[place]
    there = pd.Series(found, index=made.index)
    return pd.DataFrame(
        {
            "USUBJID": text_series(made["USUBJID"]),
            "ADT": made["ADT"].astype("float64"),
            "AVALC": text_series(made["AVALC"]),
            "SRCDOM": text_series(["RS"] * len(made)).where(there, ""),
            "SRCVAR": text_series(["RSSTRESC"] * len(made)).where(there, ""),
            "SRCSEQ": np.where(found, number, np.nan),
            "_form": text_series(["RS"] * len(made)),
            "_row": np.where(found, row, 0),
        }
    )


def analysed(base: pd.DataFrame, ground: Ground, start: str, stop: str) -> pd.Series[str]:
    """``Y`` on the assessments that the criteria use."""
    frame = _assessments(base, ground.adsl, start, stop)
    flags = assess(frame, ground.criteria, start=start, new_therapy=stop, cutoff=ground.cutoff)
    yes = flags["analysable"] & flags["evaluable"]
    return text_series(np.where(yes.to_numpy(), "Y", ""), base.index)


def _assessments(base: pd.DataFrame, adsl: pd.DataFrame, start: str, stop: str) -> pd.DataFrame:
    table = adsl.drop_duplicates("USUBJID").set_index("USUBJID")
    return base.assign(
        **{
            start: base["USUBJID"].map(table[start]).astype("float64"),
            stop: base["USUBJID"].map(table[stop]).astype("float64"),
        }
    ).reset_index(drop=True)


def _from_lesions(
    ground: Ground, parameter: Parameter, start: str, base: pd.DataFrame
) -> pd.DataFrame:
    tu, tr = ground.data["TU"], ground.data["TR"]
    adsl = ground.adsl.drop_duplicates("USUBJID").set_index("USUBJID")
    lesions = _lesions(tu, tr)
    computed = respond(lesions, _measures(tr), adsl[start], ground.criteria)
    computed = computed[computed["ADT"] <= ground.cutoff].reset_index(drop=True)
    if parameter.compare:
        reported = base.loc[base["ADT"].notna(), ["USUBJID", "ADT", "AVALC"]]
        _report_differences(ground, parameter, computed, reported, tr)
    count = len(computed)
    return pd.DataFrame(
        {
            "USUBJID": text_series(computed["USUBJID"]),
            "ADT": computed["ADT"].astype("float64"),
            "AVALC": text_series(computed["OVRLRESP"]),
            "SRCDOM": text_series(["TR"] * count),
            "SRCVAR": text_series(["TRSTRESN"] * count),
            "SRCSEQ": np.full(count, np.nan),
            "_form": text_series(["TR"] * count),
            "_row": np.zeros(count, dtype=np.int64),
        }
    ).assign(**_visits(computed, tr))


def _visits(computed: pd.DataFrame, tr: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """VISIT and VISITNUM of each assessment, from its scans."""
    if "VISITNUM" not in tr.columns:
        return {}
    scans = tr[["USUBJID", "VISITNUM", "VISIT"]].assign(ADT=complete_day(tr["TRDTC"]))
    scans = scans.sort_values("VISITNUM", kind="stable").drop_duplicates(["USUBJID", "ADT"])
    found = computed[["USUBJID", "ADT"]].merge(scans, how="left", on=["USUBJID", "ADT"])
    return {
        "VISITNUM": pd.Series(found["VISITNUM"].to_numpy(dtype="float64")),
        "VISIT": text_series(found["VISIT"]),
    }


def _lesions(tu: pd.DataFrame, tr: pd.DataFrame) -> pd.DataFrame:
    found = tu[tu["TUTESTCD"].isin(["TUMIDENT", "TUSPLIT"])].drop_duplicates(["USUBJID", "TULNKID"])
    keys = pd.MultiIndex.from_frame(found[["USUBJID", "TULNKID"]])
    nodes = tr[tr["TRTESTCD"] == "LPERP"]
    node = keys.isin(pd.MultiIndex.from_frame(nodes[["USUBJID", "TRLNKID"]]))
    sized = tr[tr["TRTESTCD"].isin(["LPERP", "LDIAM"])]
    measurable = keys.isin(pd.MultiIndex.from_frame(sized[["USUBJID", "TRLNKID"]]))
    kind = found["TUSTRESC"].where(found["TUSTRESC"].isin([TARGET, NON_TARGET]), NEW)
    return pd.DataFrame(
        {
            "USUBJID": found["USUBJID"].to_numpy(),
            "LNKID": found["TULNKID"].str.partition(".")[0].to_numpy(),
            "KIND": kind.to_numpy(),
            "NODE": np.where(node, "Y", "N"),
            "MEASURABLE": np.where(measurable, "Y", "N"),
        }
    ).drop_duplicates(["USUBJID", "LNKID"])


def _measures(tr: pd.DataFrame) -> pd.DataFrame:
    """Scans as `adam.lesions.respond` reads them; fragments share their lesion's number."""
    state = take_table(tr["TRORRES"], STATES)
    state = state.where(tr["TRSTAT"] != "NOT DONE", "NOT EVALUABLE")
    words = tr["TRORRES"].isin(list(STATES)).to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "USUBJID": tr["USUBJID"],
            "LNKID": tr["TRLNKID"].str.partition(".")[0],
            "ADT": complete_day(tr["TRDTC"]),
            "DIAM": tr["TRSTRESN"].where(~words),
            "STATE": state,
        }
    )


def _report_differences(
    ground: Ground,
    parameter: Parameter,
    computed: pd.DataFrame,
    reported: pd.DataFrame,
    tr: pd.DataFrame,
) -> None:
    apart = differences(computed, reported)
    if not len(apart):
        return
    days = complete_day(tr["TRDTC"])
    dates = iso_of_day(apart["ADT"]).tolist()
    for subject, day, iso, said, made in zip(
        apart["USUBJID"].tolist(),
        apart["ADT"].tolist(),
        dates,
        apart["AVALC"].tolist(),
        apart["OVRLRESP"].tolist(),
        strict=True,
    ):
        rows = tr[(tr["USUBJID"] == subject) & (days == day)]
        shown = ", ".join((rows["TRLNKID"] + " " + rows["TRORRES"]).tolist())
        ground.report.value(
            "response.differs",
            f"on {iso} the investigator says {said}, the lesions say {made or 'nothing'} ({shown})",
            dataset=ground.target,
            variable="AVALC",
            value=f"{subject} {iso}",
            spec=parameter.place,
            severity=Severity.ERROR,
            advice="Ask the site; the endpoints use the investigator's response.",
        )


def time_rows(
    ground: Ground,
    parameter: Parameter,
    subjects: Condition,
    start: str,
    stop: str,
) -> pd.DataFrame:
    """Records of one time-to-event parameter."""
    adsl = ground.adsl
    scope = Scope("ADSL", adsl, ground.data, ground.report)
    chosen = adsl.loc[subjects.mask(scope), "USUBJID"]
    if parameter.start is not None:
        given = _source(ground, parameter.start)
        begin = Dates(
            given.frame, given.date, given.desc, given.domain, given.variable, given.where
        )
    else:
        begin = Dates(adsl, start, domain="ADSL", variable=start)
    stops = Dates(adsl, stop, "New anticancer therapy", "ADSL", stop) if stop else None
    made = time_to_event(
        chosen,
        begin,
        [_source(ground, s) for s in parameter.events],
        [_source(ground, s) for s in parameter.censors],
        stop=stops,
        cutoff=ground.cutoff,
    )
    made["_form"] = text_series(["ADSL"] * len(made))
    rows = adsl.drop_duplicates("USUBJID").set_index("USUBJID")["_row"]
    made["_row"] = made["USUBJID"].map(rows).astype("int64")
    return made


def _source(ground: Ground, source: EventSource) -> Source:
    frame = ground.data[source.dataset]
    scope = Scope(source.dataset, frame, ground.data, ground.report)
    where = pd.Series(source.where.mask(scope), index=frame.index)
    home = source.dataset.removeprefix(UNCUT)
    number = next((n for n in ("ASEQ", f"{home}SEQ") if n in frame.columns), "")
    if not is_numeric(frame[source.date]):
        frame = frame.assign(**{source.date: complete_day(frame[source.date])})
    return Source(frame, source.date, source.desc, home, source.date, seq=number, where=where)


def stacked(parts: list[tuple[Parameter, pd.DataFrame]]) -> pd.DataFrame:
    """Records of several parameters with PARAMCD, PARAM and PARAMN."""
    frames = []
    for parameter, frame in parts:
        count = len(frame)
        frames.append(
            frame.assign(
                PARAMCD=text_series([parameter.code] * count, frame.index),
                PARAM=text_series([parameter.label] * count, frame.index),
                PARAMN=np.full(count, parameter.number),
            )
        )
    return concat(frames)
