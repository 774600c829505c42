"""Times to event as parameters of a module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from adam.cutoff import UNCUT
from adam.parameters.model import EventSource, Ground, Making
from adam.tte import Dates, Source, time_to_event
from mappings.conditions import Condition
from mappings.frames import is_numeric, text_series
from mappings.iso8601 import complete_day
from mappings.scope import Scope


@dataclass(frozen=True)
class TimeToEvent:
    """The earliest event, else the latest censoring; one record per subject with a start."""

    events: tuple[EventSource, ...]
    censors: tuple[EventSource, ...]
    begin: EventSource | None
    start: str
    stop: str
    subjects: Condition

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> TimeToEvent:
        """From the parameter's entry in `params`."""
        stop = data.get("stop", making.stop)
        if data.get("stop"):
            making.adsl.column(data["stop"], "stop")
        if not making.start and "start" not in data:
            advice = "Give the module a 'start', or the parameter one of its own."
            making.fault("param.start", "has no start", advice)
        return cls(
            tuple(making.source(p, "event", i) for i, p in enumerate(data["event"])),
            tuple(making.source(p, "censor", i) for i, p in enumerate(data.get("censor", []))),
            making.source(data["start"], "start") if "start" in data else None,
            making.start,
            str(stop or ""),
            making.subjects,
        )

    @property
    def uses(self) -> tuple[str, ...]:
        """The datasets of its sources."""
        begin = [self.begin] if self.begin is not None else []
        return tuple(s.dataset for s in (*self.events, *self.censors, *begin))

    def rows(self, ground: Ground) -> pd.DataFrame:
        """The records of `adam.tte.time_to_event` with the row of ADSL."""
        adsl = ground.adsl
        scope = Scope("ADSL", adsl, ground.data, ground.report)
        chosen = adsl.loc[self.subjects.mask(scope), "USUBJID"]
        if self.begin is not None:
            given = _source(ground, self.begin)
            begin = Dates(
                given.frame, given.date, given.desc, given.domain, given.variable, given.where
            )
        else:
            begin = Dates(adsl, self.start, domain="ADSL", variable=self.start)
        stops = (
            Dates(adsl, self.stop, "New anticancer therapy", "ADSL", self.stop)
            if self.stop
            else None
        )
        made = time_to_event(
            chosen,
            begin,
            [_source(ground, s) for s in self.events],
            [_source(ground, s) for s in self.censors],
            stop=stops,
            cutoff=ground.cutoff,
        )
        made["_form"] = text_series(["ADSL"] * len(made))
        rows = adsl.drop_duplicates("USUBJID").set_index("USUBJID")["_row"]
        made["_row"] = made["USUBJID"].map(rows).astype("int64")
        return made

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        events = "; ".join(s.sentence() for s in self.events)
        censors = "; ".join(s.sentence() for s in self.censors)
        text = f"the earliest of: {events}. Without an event the latest of: {censors}"
        if self.stop:
            text += f". Nothing after {self.stop} counts, but what is on that day does"
        return text


def _source(ground: Ground, source: EventSource) -> Source:
    frame = ground.data[source.dataset]
    scope = Scope(source.dataset, frame, ground.data, ground.report)
    where = pd.Series(source.where.mask(scope), index=frame.index)
    home = source.dataset.removeprefix(UNCUT)
    number = next((n for n in ("ASEQ", f"{home}SEQ") if n in frame.columns), "")
    if not is_numeric(frame[source.date]):
        frame = frame.assign(**{source.date: complete_day(frame[source.date])})
    return Source(frame, source.date, source.desc, home, source.date, seq=number, where=where)
