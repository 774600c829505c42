"""`emergent`: the treatment-emergent flag, decided by what partial dates leave possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from adam.occds import Moments, treatment_emergent
from adam.verbs.shared import check_flag_name, part_of, short
from mappings.names import Names
from mappings.scope import Scope


@dataclass(frozen=True)
class Emergent:
    """ "Y" where an event can have begun on or after `since`; see `adam.occds`.

    `before` is a date from which on nothing counts, `until` one after which at most `days` count.
    """

    start: str
    end: str
    since: str
    before: str
    until: str
    days: int
    uses = ()
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Emergent:
        check_flag_name(names, "emergent")

        def date(given: object, *steps: str | int) -> str:
            found = names.column(given, *steps)
            if part_of(short(found)) == "TM":
                message = f"{short(found)} is a time of day, and a date is needed here"
                names.fault("emergent.parts", message, "", *steps)
            return found

        given = data["emergent"]
        both = [date(name, "emergent", i) for i, name in enumerate(given)]
        others = {k: date(data[k], k) if k in data else "" for k in ("since", "before", "until")}
        days = int(data.get("days", 0))
        if days < 0:
            names.fault("emergent.days", "'days' is at least 0", "", "days")
        return cls(both[0], both[1] if len(both) > 1 else "", **others, days=days)

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(n for n in (self.start, self.end, self.since, self.before, self.until) if n)

    def run(self, scope: Scope) -> pd.Series[Any]:
        def moments(name: str) -> Moments | None:
            return Moments(scope[name], part_of(short(name)) == "DTM") if name else None

        start, since = moments(self.start), moments(self.since)
        assert start is not None
        assert since is not None
        return treatment_emergent(
            start,
            moments(self.end),
            since,
            before=moments(self.before),
            until=moments(self.until),
            days=self.days,
        )

    def sentence(self) -> str:
        text = (
            f"Y when the event starts on or after {self.since} (by date and time when both have "
            "a time, else by date)"
        )
        if self.before:
            text += f", before the day of {self.before}"
        if self.until:
            text += f", and at most {self.days} days after {self.until}"
        text += f". A partial or missing {self.start} counts as far as it leaves that possible"
        return text + (f", unless {self.end} is before {self.since}" if self.end else "")
