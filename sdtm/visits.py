"""VISITNUM, VISIT and VISITDY of a record from the event it was collected at.

A planned visit has the number that study.yaml gives. An unscheduled one is placed by its date:
its number is that of the planned visit before it plus .1, .2, ... .9, .91, .92, ... (SDTMIG
4.4.5), and VISIT carries the number, so that VISIT and VISITNUM stay one to one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from mappings.findings import Finding
from mappings.frames import blank_number, blank_text, map_distinct_numbers, text_series
from mappings.iso8601 import first_day
from mappings.load import spec_fault
from mappings.scope import Report
from mappings.study import Study, Visit

ADVICE = "Add the event to 'visits' in study.yaml, or ask the site."


def check_visits(study: Study) -> list[Finding]:
    """Faults of `visits` in study.yaml: what would give one visit two numbers, or two one number.

    An event may stand for one visit only; of planned visits, number and name belong together,
    and VISITDY is a study day.
    """
    faults: list[Finding] = []
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for i, visit in enumerate(study.visits):
        claims = [("event", event, f"{i}") for event in visit.events]
        if not visit.unscheduled:
            number = f"{visit.number:.12g}"
            claims += [("number", number, visit.name), ("visit", visit.name, number)]
        for key, text, means in claims:
            first, meant = seen.setdefault((key, text), (i, means))
            if meant != means:
                message = (
                    f"the {key} '{text}' stands for another visit already: {_line(study, first)}"
                )
                place = study.document.place(("visits", i, key))
                advice = "Give each visit one number, one name and events of its own."
                faults.append(spec_fault("visits.twice", message, place, advice))
        if visit.day == 0:
            message = f"the visit '{visit.name}' is on day 0, and there is no study day 0"
            place = study.document.place(("visits", i, "day"))
            advice = "The day of the reference date is 1, the day before it -1."
            faults.append(spec_fault("visits.day", message, place, advice))
    return faults


def _line(study: Study, number: int) -> str:
    place = study.document.place(("visits", number))
    return f"{place.file}:{place.line}"


def planned(study: Study) -> dict[str, Visit]:
    """The visits of study.yaml by each name that the export has for them."""
    return {event: visit for visit in study.visits for event in visit.events}


def unscheduled_table(study: Study, visits: pd.DataFrame | None) -> pd.DataFrame:
    """USUBJID, _event, _repeat, VISITNUM of each unscheduled visit, one row for each.

    `visits` are the records of SV: USUBJID, SVSTDTC, _event, _repeat. A visit that SV has twice
    is placed by its earlier date.
    """
    columns = ["USUBJID", "_event", "_repeat", "VISITNUM"]
    if visits is None or "SVSTDTC" not in visits.columns:
        return pd.DataFrame({c: text_series([]) for c in columns}).astype({"VISITNUM": "float64"})
    table = planned(study)
    frame = visits[["USUBJID", "_event", "_repeat", "SVSTDTC"]].copy()
    frame["day"] = first_day(frame["SVSTDTC"])
    frame["number"] = map_distinct_numbers(
        frame["_event"], lambda es: [table[e].number if e in table else np.nan for e in es]
    )
    names = [e for e, v in table.items() if v.unscheduled]
    extra = frame["_event"].isin(names).to_numpy(dtype=bool)
    dated = frame["day"].notna().to_numpy(dtype=bool)
    scheduled = frame[~extra & dated & frame["number"].notna()]
    frame["order"] = pd.to_numeric(frame["_repeat"], errors="coerce")
    by = ["day", "USUBJID", "order", "_repeat", "_event"]
    loose = frame[extra & dated].sort_values(by, kind="stable")
    loose = loose.drop_duplicates(["USUBJID", "_event", "_repeat"])
    before = pd.merge_asof(
        loose,
        scheduled.sort_values(["day", "number"], kind="stable")[["USUBJID", "day", "number"]],
        on="day",
        by="USUBJID",
        suffixes=("", "_before"),
    )
    base = before["number_before"].fillna(0.0)
    rank = before.groupby(["USUBJID", base], sort=False).cumcount() + 1
    return before.assign(VISITNUM=(base + _steps(rank)).round(9))[columns]


def _steps(rank: pd.Series[int]) -> pd.Series[float]:
    """.1 to .9, then .91 to .99, then .991: always rising, and no later visit moves an earlier."""
    nines, digit = (rank - 1) // 9, (rank - 1) % 9 + 1
    return 1.0 - 10.0**-nines + digit * 10.0 ** -(nines + 1)


def add_visits(
    frame: pd.DataFrame, study: Study, unscheduled: pd.DataFrame, report: Report, target: str
) -> pd.DataFrame:
    """VISITNUM, VISIT and VISITDY for records that carry ``_event`` and ``_repeat``.

    An event that study.yaml does not know is a finding, and the visit stays missing.
    """
    table = planned(study)
    events = [str(e) for e in pd.unique(frame["_event"])]
    known = frame["_event"].isin([e for e in events if e in table]).to_numpy(dtype=bool)
    strange = ~known & frame["_event"].ne("").to_numpy(dtype=bool)
    report.rows(
        "visit.unknown",
        frame,
        strange,
        "",
        ADVICE,
        dataset=target,
        variable="VISITNUM",
        values=frame["_event"],
        wording=lambda value: f"'{value}' is no visit of study.yaml",
    )
    number = map_distinct_numbers(
        frame["_event"],
        lambda es: [
            table[e].number if e in table and not table[e].unscheduled else np.nan for e in es
        ],
    )
    name = blank_text(frame.index)
    day = blank_number(frame.index)
    for event in events:
        visit = table.get(event)
        if visit is None:
            continue
        mask = (frame["_event"] == event).to_numpy(dtype=bool)
        name[mask] = visit.name
        if visit.day is not None:
            day[mask] = float(visit.day)
    loose = (
        frame["_event"].isin([e for e, v in table.items() if v.unscheduled]).to_numpy(dtype=bool)
    )
    if loose.any():
        keys = ["USUBJID", "_event", "_repeat"]
        found = frame.loc[loose, keys].merge(unscheduled, how="left", on=keys)
        numbers = found["VISITNUM"].to_numpy(dtype="float64")
        number[loose] = numbers
        shown = ["" if np.isnan(n) else f" {n:.12g}" for n in numbers]
        name[loose] = name[loose] + text_series(shown, name.index[loose])
        missing = np.zeros(len(frame), dtype=bool)
        missing[np.flatnonzero(loose)[np.isnan(numbers)]] = True
        bare = frame["_repeat"].str.strip().eq("").to_numpy(dtype=bool)
        report.rows(
            "visit.unplaced",
            frame,
            missing & ~bare,
            "an unscheduled visit without a date in SV: it has no number",
            "Ask the site for the date of the visit.",
            dataset=target,
            variable="VISITNUM",
        )
        report.rows(
            "visit.unplaced",
            frame,
            missing & bare,
            "an unscheduled visit without a repeat number: which of those in SV it is, is not told",
            "Name the column of the repeat in 'repeat' of the form; if the file has none, ask its "
            "sender for one.",
            dataset=target,
            variable="VISITNUM",
        )
    return frame.assign(VISITNUM=number, VISIT=name, VISITDY=day)
