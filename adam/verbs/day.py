"""`day` in ADaM: the day of a numeric date, counted from treatment or from another date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from adam.dates import DAY
from adam.verbs.shared import part_of, short
from mappings.frames import is_numeric
from mappings.iso8601 import complete_day, study_day
from mappings.names import Names
from mappings.scope import Scope


@dataclass(frozen=True)
class AdamDay:
    """Days of a date relative to another (`since`, else TRTSDT), without day 0."""

    variable: str
    reference: str
    uses = ()
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> AdamDay:
        found = [names.column(data["day"], "day")]
        if "since" in data:
            found.append(names.column(data["since"], "since"))
        else:
            found.append(names.column("TRTSDT", "day"))
        for name, key in zip(found, ("day", "since"), strict=True):
            if part_of(short(name)) == "TM":
                message = f"{short(name)} is a time of day, and a date is needed here"
                names.fault("day.parts", message, "", key)
        return cls(found[0], found[1])

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.variable, self.reference)

    def run(self, scope: Scope) -> pd.Series[Any]:
        return study_day(self._day(scope, self.variable), self._day(scope, self.reference))

    def _day(self, scope: Scope, name: str) -> pd.Series[float]:
        values = scope[name]
        if not is_numeric(values):
            return complete_day(values)
        return values // DAY if part_of(short(name)) == "DTM" else values.astype("float64")

    def sentence(self) -> str:
        return f"{self.variable} minus {self.reference} in days, plus 1 when it is on or after it"
