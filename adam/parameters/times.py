"""Times to event as parameters of a module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from adam.cutoff import UNCUT
from adam.parameters.model import EventSource, Ground, Making
from adam.tte import UNITS, Dates, Gap, Source, time_to_event
from mappings.conditions import Condition
from mappings.frames import is_numeric, text_series
from mappings.iso8601 import complete_day
from mappings.scope import Scope

NEW_THERAPY = "New anticancer therapy"


@dataclass(frozen=True)
class StopDate:
    """The ADSL date after which nothing counts, with EVNTDESC and CNSR of whom it censors."""

    date: str
    desc: str
    cnsr: int | None


@dataclass(frozen=True)
class TimeToEvent:
    """The earliest event, else the latest censoring; one record per subject with a start."""

    events: tuple[EventSource, ...]
    censors: tuple[EventSource, ...]
    begin: EventSource | None
    start: str
    stop: StopDate | None
    subjects: Condition
    among: EventSource | None
    gap: Gap | None
    unit: str

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> TimeToEvent:
        """From the parameter's entry in `params`."""
        if not making.start and "start" not in data:
            advice = "Give the module a 'start', or the parameter one of its own."
            making.fault("param.start", "has no start", advice)
        subjects = making.subjects
        if "subjects" in data:
            subjects = making.adsl.condition(data["subjects"], "subjects")
        among = None
        if "among" in data:
            among = making.source({"date": "USUBJID", **data["among"]}, "among")
        return cls(
            tuple(making.source(p, "event", i) for i, p in enumerate(data["event"])),
            tuple(making.source(p, "censor", i) for i, p in enumerate(data.get("censor", []))),
            making.source(data["start"], "start") if "start" in data else None,
            making.start,
            _stop(data, making),
            subjects,
            among,
            _gap(data, making),
            str(data.get("unit", "days")),
        )

    @property
    def uses(self) -> tuple[str, ...]:
        """The datasets of its sources."""
        more = [s for s in (self.begin, self.among) if s is not None]
        return tuple(s.dataset for s in (*self.events, *self.censors, *more))

    def rows(self, ground: Ground) -> pd.DataFrame:
        """The records of `adam.tte.time_to_event` with the row of ADSL."""
        adsl = ground.adsl
        chosen = ground.subjects(self.subjects)
        if self.among is not None:
            frame = ground.data[self.among.dataset]
            scope = Scope(self.among.dataset, frame, ground.data, ground.report)
            chosen = chosen[chosen.isin(frame.loc[self.among.where.mask(scope), "USUBJID"])]
        if self.begin is not None:
            given = _source(ground, self.begin)
            home, variable = given.domain, given.variable
            begin = Dates(given.frame, given.date, "", home, variable, given.where)
        else:
            begin = Dates(adsl, self.start, domain="ADSL", variable=self.start)
        stop = None
        if self.stop is not None:
            stop = Dates(adsl, self.stop.date, self.stop.desc, cnsr=self.stop.cnsr)
        made = time_to_event(
            chosen,
            begin,
            [_event(ground, s, chosen) for s in self.events],
            [_source(ground, s) for s in self.censors],
            stop=stop,
            gap=self.gap,
            cutoff=ground.cutoff,
            unit=self.unit,
        )
        made["_form"] = text_series(["ADSL"] * len(made))
        rows = adsl.drop_duplicates("USUBJID").set_index("USUBJID")["_row"]
        made["_row"] = made["USUBJID"].map(rows).astype("int64")
        return made

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        events = "; ".join(s.sentence() for s in self.events)
        text = f"the earliest of: {events}"
        if self.gap is not None:
            text += (
                f"; none that is more than {self.gap.days:g} days after the last date of "
                f"censoring before it, where the subject is then censored ({self.gap.desc})"
            )
        if self.censors:
            censors = "; ".join(s.sentence() for s in self.censors)
            text += f". Without an event the latest of: {censors}"
        if self.stop is not None:
            text += f". Nothing after {self.stop.date} counts, but what is on that day does"
        if self.among is not None:
            text += f". For subjects with a record of {self.among.dataset}"
            if self.among.where.clauses:
                text += f" where {self.among.where.sentence()}"
        if self.unit != "days":
            text += f". In {self.unit}: days / {UNITS[self.unit]:g}"
        return text


def _stop(data: Mapping[str, Any], making: Making) -> StopDate | None:
    """The parameter's stop, else the module's; null takes it away."""
    given = data.get("stop", making.stop)
    if not given:
        return None
    if isinstance(given, str):
        if "stop" in data:
            making.adsl.column(given, "stop")
        return StopDate(given, NEW_THERAPY, None)
    name, cnsr = str(given["date"]), None
    if "stop" in data:
        name = making.adsl.column(name, "stop", "date")
        cnsr = making.cnsr(given, "stop")
    elif "cnsr" in given:
        cnsr = int(given["cnsr"])
    return StopDate(name, str(given.get("desc", NEW_THERAPY)), cnsr)


def _gap(data: Mapping[str, Any], making: Making) -> Gap | None:
    given = data.get("gap")
    if given is None:
        return None
    if int(given["days"]) < 1:
        message = f"the parameter {making.code} has a gap of {given['days']} days"
        making.names.fault("param.gap", message, "Give 1 or more.", "gap", "days")
    return Gap(float(given["days"]), str(given["desc"]), making.cnsr(given, "gap") or 1)


def sequence(dataset: str, frame: pd.DataFrame) -> str:
    """The variable that numbers the records of a dataset, "" where there is none."""
    home = dataset.removeprefix(UNCUT)
    return next((n for n in ("ASEQ", f"{home}SEQ") if n in frame.columns), "")


def dated(frame: pd.DataFrame, name: str) -> pd.Series[float]:
    """A date variable as SAS days; ISO 8601 text that is no complete date is missing."""
    return frame[name] if is_numeric(frame[name]) else complete_day(frame[name])


def _event(ground: Ground, source: EventSource, subjects: pd.Series[str]) -> Source:
    """A source of events; one of `subjects` on some day is no event, but not in silence."""
    found = _source(ground, source)
    rows = found.frame[found.frame["USUBJID"].isin(subjects)]
    if found.where is not None:
        rows = rows[found.where[rows.index]]
    ground.report.rows(
        "event.undated",
        rows,
        rows[source.date].isna().to_numpy(dtype=bool),
        f"{source.desc} has no complete {source.date} and is no event",
        "Impute the date, or leave the record out with 'where'.",
        dataset=ground.target,
        variable="ADT",
    )
    return found


def _source(ground: Ground, source: EventSource) -> Source:
    frame = ground.data[source.dataset]
    scope = Scope(source.dataset, frame, ground.data, ground.report)
    where = pd.Series(source.where.mask(scope), index=frame.index)
    frame = frame.assign(**{source.date: dated(frame, source.date)})
    return Source(
        frame,
        source.date,
        source.desc,
        source.dataset.removeprefix(UNCUT),
        source.date,
        seq=sequence(source.dataset, frame),
        where=where,
        cut=source.cut,
        reason=source.reason or "Censored",
        cnsr=source.cnsr,
    )
