"""`span`: how long it is from one date to another, in a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from adam.dates import DAY, MONTH
from adam.verbs.shared import part_of, short
from mappings.digits import exact
from mappings.frames import blank_text, is_numeric
from mappings.iso8601 import complete_day, iso_of_day, seconds
from mappings.names import Names
from mappings.scope import Scope

#: Days of a unit; a month and a year are the average ones.
DAYS = {"days": 1.0, "weeks": 7.0, "months": MONTH, "years": 12 * MONTH}
#: Units that only dates with times can be told in.
HOURS = {"hours": 1 / 24, "minutes": 1 / 1440}


@dataclass(frozen=True)
class Span:
    """End minus start; between dates both days count, unless `inclusive: false`.

    An end before the start contradicts it: the value is missing, and a finding unless
    `negative` says ``missing``; with ``keep`` it is the negative number, no day added.
    """

    start: str
    end: str
    unit: str
    inclusive: bool
    negative: str
    timed: bool
    uses = ()
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Span:
        start, end = (names.column(n, "span", i) for i, n in enumerate(data["span"]))
        parts = [part_of(short(n)) for n in (start, end)]
        timed = parts[0] == "DTM"
        for i, part in enumerate(parts):
            if part == "TM":
                message = f"{short((start, end)[i])} is a time of day, and a date is needed here"
                names.fault("span.parts", message, "", "span", i)
        if "TM" not in parts and parts[0] != parts[1]:
            words = {"DT": "a date", "DTM": "a date with its time"}
            message = f"{short(start)} is {words[parts[0]]}, {short(end)} is {words[parts[1]]}"
            names.fault("span.parts", message, "Name two of the same kind.", "span")
        unit = str(data["unit"])
        if unit in HOURS and not timed:
            message = f"dates have no {unit}"
            names.fault("span.unit", message, "Name variables that end in DTM.", "unit")
        if "inclusive" in data and timed:
            message = "'inclusive' does nothing beside dates with times"
            names.fault("rule.key", message, "", "inclusive")
        inclusive = not timed and data.get("inclusive") != "false"
        return cls(start, end, unit, inclusive, str(data.get("negative", "")), timed)

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.start, self.end)

    def _counted(self, scope: Scope, name: str) -> pd.Series[float]:
        """Whole seconds of a date with its time, whole days of a date."""
        values = scope[name]
        if is_numeric(values):
            return values.astype("float64")
        return seconds(values) if self.timed else complete_day(values)

    def run(self, scope: Scope) -> pd.Series[Any]:
        start, end = self._counted(scope, self.start), self._counted(scope, self.end)
        length, of_a_day = end - start, DAY if self.timed else 1
        backwards = length < 0
        if self.inclusive:
            length = length.where(backwards, length + 1)
        if self.negative != "keep":
            length = length.mask(backwards)
        if not self.negative and backwards.any():
            both = (iso_of_day(at[backwards] // of_a_day) for at in (start, end))
            shown = blank_text(scope.index)
            shown[backwards] = next(both) + "/" + next(both)
            scope.fault(
                "span.negative",
                backwards.to_numpy(dtype=bool),
                lambda value: f"{short(self.end)} is before {short(self.start)} ({value})",
                "Ask the site, or say 'negative: missing' where that is no fault.",
                values=shown,
                columns=(),
            )
        return exact(length / ({**DAYS, **HOURS}[self.unit] * of_a_day))

    def sentence(self) -> str:
        text = f"{self.end} - {self.start}"
        if self.inclusive:
            text += " + 1"
        text += f", in {self.unit}"
        if self.unit in ("weeks", "months", "years"):
            text += f" of {DAYS[self.unit]:g} days"
        if self.negative == "keep":
            added = " and without the added day" if self.inclusive else ""
            return f"{text}; negative{added} when {self.end} is before {self.start}"
        return f"{text}; missing when a date is, or when {self.end} is before {self.start}"
