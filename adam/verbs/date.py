"""`date` in ADaM: dates are numbers; a partial one is completed only on demand, and flagged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from adam.dates import DAY
from adam.impute import death_date, impute_date, impute_datetime
from adam.verbs.imputation import PARTS, check_imputation
from adam.verbs.shared import part_of, put_beside, short, variable_of
from mappings.frames import is_numeric
from mappings.iso8601 import complete_day, seconds
from mappings.names import Names
from mappings.rules import COLLECTED_DATE
from mappings.scope import Scope

_LEVEL = {"first": "first possible", "mid": "middle", "last": "last possible"}


@dataclass(frozen=True)
class AdamDate:
    """SAS date, date-time or time of an ISO 8601 variable; a partial one only with `impute`.

    `dtf` names the variable that tells the highest imputed part of the date (D, M or Y), `tmf`
    that of the time (S, M or H). `highest` is the highest part that may be imputed.
    """

    variable: str
    column: str
    part: str
    impute: str
    clock: str
    highest: str
    seconds: bool
    dtf: str
    tmf: str
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
        if isinstance(given, list):
            names.fault("date.parts", "in ADaM 'date' reads one ISO 8601 variable", "", "date")
            given = given[0]
        for key in (k for k in COLLECTED_DATE if k in data):
            message = f"'{key}' belongs to dates of SDTM; here 'date' reads one ISO 8601 variable"
            names.fault("date.parts", message, "Take it out.", key)
        part = part_of(variable_of(names))
        if "impute" in data:
            check_imputation(data, names, part)
        bounds = {
            key: names.column(data[key], key) if key in data else ""
            for key in ("notbefore", "notafter", "after")
        }
        return cls(
            variable_of(names),
            names.column(given, "date"),
            part,
            str(data.get("impute", "")),
            str(data.get("clock", data.get("impute", ""))),
            str(data.get("highest", "M")),
            data.get("seconds") == "true",
            str(data.get("dtf", "")),
            str(data.get("tmf", "")),
            bounds["notbefore"],
            bounds["notafter"],
            bounds["after"],
            data.get("cut") == "true",
            cutoff,
        )

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(n for n in (self.column, self.not_before, self.not_after, self.after) if n)

    @property
    def _end(self) -> float:
        """The last moment that is not after the data cut-off, in the variable's own unit."""
        return self.cutoff * DAY + DAY - 1 if self.part == "DTM" else self.cutoff

    def run(self, scope: Scope) -> pd.Series[Any]:
        dtc = scope[self.column]
        if is_numeric(dtc):
            return self._converted(dtc)
        if self.part == "TM":
            whole = seconds(dtc)
            return whole - (whole // DAY) * DAY
        if not self.impute:
            known = seconds(dtc) if self.part == "DTM" else complete_day(dtc)
            return known.clip(upper=self._end if self.cut else np.inf)
        if self.part == "DTM":
            return self._datetime(scope, dtc)
        if self.after:
            return self._after(scope, dtc)
        made = impute_date(
            dtc,
            highest=self.highest,
            how=self.impute,
            not_before=self._bound(scope, self.not_before) if self.not_before else None,
            not_after=self._bound(scope, self.not_after) if self.not_after else None,
        )
        # What was not known on the day of the cut-off is not imputed to be later.
        guessed = made.dtf.ne("")
        put_beside(scope, self.dtf, made.dtf)
        return made.dt.mask(guessed | self.cut, made.dt.clip(upper=self._end))

    def _after(self, scope: Scope, dtc: pd.Series[str]) -> pd.Series[float]:
        """A death: who was alive on the cut-off had not died by then, whatever came later."""
        made = death_date(dtc, self._bound(scope, self.after), unknown=self.highest == "Y")
        late = made.dtf.ne("") & (made.dt > self._end)
        put_beside(scope, self.dtf, made.dtf.mask(late, ""))
        return made.dt.mask(late)

    def _converted(self, values: pd.Series[float]) -> pd.Series[float]:
        """A number is already what it shall be, but a date may be taken of a date-time."""
        held = part_of(short(self.column))
        if held == "DTM" and self.part != "DTM":
            day = values // DAY
            return day if self.part == "DT" else values - day * DAY
        return values.astype("float64")

    def _datetime(self, scope: Scope, dtc: pd.Series[str]) -> pd.Series[float]:
        made = impute_datetime(
            dtc,
            highest=self.highest,
            how=self.impute,
            how_time=self.clock,
            not_before=self._bound(scope, self.not_before) if self.not_before else None,
            not_after=self._bound(scope, self.not_after, last=True) if self.not_after else None,
            seconds_collected=self.seconds,
        )
        if self.dtf:
            put_beside(scope, self.dtf, made.dtf)
        put_beside(scope, self.tmf, made.tmf)
        guessed = made.dtf.ne("") | made.tmf.ne("")
        return made.dtm.mask(guessed | self.cut, made.dtm.clip(upper=self._end))

    def _bound(self, scope: Scope, name: str, *, last: bool = False) -> pd.Series[float]:
        """A bound in the unit of the variable; the whole day counts where only it is known."""
        values = scope[name]
        if not is_numeric(values):
            timed = seconds(values)
            day = complete_day(values)
        elif part_of(short(name)) == "DTM":
            timed, day = values, values // DAY
        else:
            timed, day = values * np.nan, values.astype("float64")
        if self.part != "DTM":
            return day
        return timed.fillna(day * DAY + (DAY - 1 if last else 0.0))

    @property
    def beside(self) -> dict[str, str]:
        """How the imputation flags are made."""
        own = f"The highest part that was imputed in {self.variable}"
        texts = {}
        if self.dtf:
            texts[self.dtf] = f"{own}: D day, M month, Y year"
        if self.tmf:
            low = ", S seconds" if self.seconds else "; seconds are not collected"
            texts[self.tmf] = f"{own}: H hour, M minutes{low}"
        return texts

    def sentence(self) -> str:
        kind = {"DTM": "date and time", "TM": "time", "DT": "date"}[self.part]
        text = f"The {kind} in {self.column} as a number"
        if self.impute:
            text += f"; a partial date is completed by its {_LEVEL[self.impute]} day"
            if self.part == "DTM":
                text = f"The date and time in {self.column} as a number; what is unknown is "
                text += f"completed by the {_LEVEL[self.impute]} date and the "
                text += f"{_LEVEL[self.clock]} time"
            if self.highest not in ("M", "Y"):
                text += f", where nothing above the {PARTS[self.highest]} is unknown"
            if self.not_before:
                text += f", not before {self.not_before} where that is possible"
            if self.not_after:
                text += f", not after {self.not_after} where that is possible"
            if self.after:
                text += f", and at the earliest the day after {self.after}"
            if self.highest == "Y":
                bound = self.not_before or self.not_after or f"the day after {self.after}"
                text += f"; a date of which nothing is known becomes {bound}"
            flags = " and ".join(n for n in (self.dtf, self.tmf) if n)
            text += f", which {flags} tell{'' if ' ' in flags else 's'}"
        else:
            text += "; missing when it is not complete"
        if self.cut and np.isfinite(self.cutoff):
            text += "; a date after the data cut-off becomes the cut-off"
        elif self.impute and np.isfinite(self.cutoff):
            late = "is missing" if self.after else "becomes the cut-off"
            text += f"; an imputed date after the data cut-off {late}"
        return text
