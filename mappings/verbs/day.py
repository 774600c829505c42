"""`day`: study day of a date variable; made when the reference dates are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mappings.iso8601 import complete_day, study_day
from mappings.load import did_you_mean
from mappings.names import Names
from mappings.scope import Scope

REFERENCE = "_reference"


@dataclass(frozen=True)
class Day:
    """Days from the reference date, which is day 1; the day before it is -1 (SDTMIG 4.4.4).

    Reads the column ``_reference`` (SAS day), which finishing puts beside the variables, so a
    rule with this verb runs after the reference dates are made.
    """

    variable: str
    column: str
    late = True
    origin = "Derived"
    uses = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Day:
        if "since" in data:
            message = "'since' belongs to days of ADaM; here days are counted from RFSTDTC"
            names.fault("rule.key", message, "", "since")
        name = names.text(data["day"]).removeprefix(f"{names.target}.")
        if name not in names.made:
            names.fault(
                "name.column",
                f"there is no variable '{name}' in {names.target}",
                did_you_mean(name, list(names.made)),
                "day",
            )
        return cls(name, f"{names.target}.{name}")

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def run(self, scope: Scope) -> pd.Series[Any]:
        return study_day(complete_day(scope[self.column]), scope[REFERENCE])

    def sentence(self) -> str:
        return (
            f"{self.variable} minus DM.RFSTDTC in days, plus 1 when it is on or after it; "
            "missing when either is not complete to the day"
        )
