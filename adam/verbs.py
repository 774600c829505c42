"""The verbs that mean another thing in ADaM: dates are numbers, with their imputation flag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from adam.dates import DAY
from adam.impute import death_date, impute_date
from mappings.frames import blank_text, is_numeric
from mappings.iso8601 import complete_day, seconds, study_day
from mappings.names import Names
from mappings.rules import VerbClass
from mappings.scope import Scope

_LEVEL = {"first": "first possible day", "mid": "middle", "last": "last possible day"}


def part_of(variable: str) -> str:
    """What a date variable holds, by the suffix that ADaMIG gives it: DTM, TM, else DT."""
    if variable.endswith("DTM"):
        return "DTM"
    return "TM" if variable.endswith("TM") else "DT"


def _variable(names: Names) -> str:
    """The variable that the rule is for, however deep in `first` or `lookup` the verb stands."""
    groups = ("work", "vars", "then")
    steps = [str(s) for s in names.steps]
    return next((b for a, b in pairwise(steps) if a in groups), "")


@dataclass(frozen=True)
class AdamDate:
    """SAS date, date-time or time of an ISO 8601 variable; a partial one only with `impute`.

    The imputation flag (D, M or Y: the highest part that was missing) goes to `flag`.
    """

    column: str
    part: str
    impute: str
    flag: str
    not_before: str
    not_after: str
    after: str
    cut: bool
    cutoff: float
    uses = ()
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names, cutoff: float) -> AdamDate:
        given = data["date"]
        if isinstance(given, list) or "format" in data or "time" in data:
            names.fault("date.parts", "in ADaM 'date' reads one ISO 8601 variable", "", "date")
            given = given[0] if isinstance(given, list) else given
        variable = _variable(names)
        if "impute" in data and (not names.steps or names.steps[-1] != variable):
            message = "'impute' stands in the variable's own rule, or its flag would be lost"
            names.fault("date.impute", message, "", "impute")
        return cls(
            names.column(given, "date"),
            part_of(variable),
            str(data.get("impute", "")),
            str(data.get("flag", "")),
            names.column(data["notbefore"], "notbefore") if "notbefore" in data else "",
            names.column(data["notafter"], "notafter") if "notafter" in data else "",
            names.column(data["after"], "after") if "after" in data else "",
            data.get("cut") == "true",
            cutoff,
        )

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(n for n in (self.column, self.not_before, self.not_after, self.after) if n)

    def run(self, scope: Scope) -> pd.Series[Any]:
        dtc = scope[self.column]
        if is_numeric(dtc):
            return dtc.astype("float64")
        if self.part == "DTM":
            return seconds(dtc)
        if self.part == "TM":
            whole = seconds(dtc)
            return whole - (whole // DAY) * DAY
        if not self.impute:
            return complete_day(dtc).clip(upper=self.cutoff if self.cut else np.inf)
        if self.after:
            made = death_date(dtc, scope[self.after])
        else:
            made = impute_date(
                dtc,
                highest="M",
                how=self.impute,
                not_before=scope[self.not_before] if self.not_before else None,
                not_after=scope[self.not_after] if self.not_after else None,
            )
        # What was not known on the day of the cut-off is not imputed to be later.
        guessed = made.dtf.ne("")
        day = made.dt.mask(guessed | self.cut, made.dt.clip(upper=self.cutoff))
        flags = scope.made.get(self.flag, blank_text(scope.frame.index)).copy()
        flags.loc[scope.index] = made.dtf.to_numpy()
        scope.made[self.flag] = flags
        return day

    def sentence(self) -> str:
        kind = {"DTM": "date and time", "TM": "time", "DT": "date"}[self.part]
        text = f"The {kind} in {self.column} as a number"
        if self.impute:
            text += f"; a partial date is completed by its {_LEVEL[self.impute]}"
            if self.not_before:
                text += f", not before {self.not_before} where that is possible"
            if self.not_after:
                text += f", not after {self.not_after} where that is possible"
            if self.after:
                text += f", and at the earliest the day after {self.after}"
            text += f", which {self.flag} tells"
        else:
            text += "; missing when it is not complete"
        if self.cut and np.isfinite(self.cutoff):
            text += "; a date after the data cut-off becomes the cut-off"
        elif self.impute and np.isfinite(self.cutoff):
            text += "; an imputed date is at most the data cut-off"
        return text


@dataclass(frozen=True)
class AdamDay:
    """Study day of a numeric date relative to TRTSDT, without day 0."""

    variable: str
    reference: str
    uses = ()
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> AdamDay:
        return cls(names.column(data["day"], "day"), names.column("TRTSDT"))

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.variable, self.reference)

    def run(self, scope: Scope) -> pd.Series[Any]:
        day = scope[self.variable]
        day = day if is_numeric(day) else complete_day(day)
        return study_day(day, scope[self.reference])

    def sentence(self) -> str:
        return f"{self.variable} minus {self.reference} in days, plus 1 when it is on or after it"


def adam_verbs(cutoff: float) -> dict[str, VerbClass]:
    """The verbs of ADaM; `cutoff` is the data cut-off as SAS day."""
    return {"date": partial(AdamDate.parse, cutoff=cutoff), "day": AdamDay.parse}
