"""`window`: the analysis visit of a study day, by a table of windows of the study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from adam.verbs.shared import numbers, own_rule, put_beside, short, variable_of
from mappings.findings import SpecPlace
from mappings.frames import number_text, text_series
from mappings.load import did_you_mean, spec_fault
from mappings.names import Names
from mappings.scope import Scope
from mappings.text import number, plain

COLUMNS = ("AVISIT", "AVISITN", "from", "to", "target")
Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Tables:
    """The study's tables by name, and where each stands."""

    rows: Mapping[str, Rows]
    place: Callable[[str, int], SpecPlace]


@dataclass(frozen=True)
class Windows:
    """Windows in the order of their days: lower and upper end (NaN: open), target, name, number."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    target: tuple[float, ...]
    number: tuple[float, ...]
    name: tuple[str, ...]


def _after(day: float) -> float:
    """The study day after a day; there is no day 0."""
    return 1.0 if day == -1 else day + 1


def read_windows(name: str, tables: Tables, names: Names) -> Windows:
    """The windows of a table, its faults said where the table stands."""
    rows = tables.rows[name]
    lacking = [c for c in COLUMNS if not any(c in row for row in rows)]
    if lacking:
        known = list(dict.fromkeys(k for row in rows for k in row))
        message = f"the table '{name}' has no column '{lacking[0]}'"
        hint = f"Windows need {', '.join(COLUMNS)}. There are: {', '.join(known)}."
        names.fault("window.column", message, hint, "table")
        return Windows((), (), (), (), ())
    found: list[tuple[float, float, float, float, str, int]] = []
    for i, row in enumerate(rows):
        texts = [plain(str(row.get(c) or "")) for c in COLUMNS]
        values = [number(t) for t in texts[1:]]
        wrong = [
            f"'{text}' is no number"
            for text, value in zip(texts[1:], values, strict=True)
            if text and np.isnan(value)
        ]
        place, low, high, target = values
        if not texts[0] or not texts[1]:
            wrong.append("a window has an AVISIT and an AVISITN")
        if 0.0 in (low, high, target):
            wrong.append("there is no day 0")
        if low > high:
            wrong.append(f"it begins on day {low:g} and ends on day {high:g}")
        if target < low or target > high:
            wrong.append(f"the target {target:g} is outside of it")
        for message in wrong:
            _fault(names, tables, name, i, message)
        if not wrong:
            found.append((low, high, target, place, texts[0], i))
    found.sort(key=lambda w: (not np.isnan(w[0]), w[0]))
    for earlier, later in pairwise(found):
        both = f"'{earlier[4]}' and '{later[4]}'"
        end, begin = earlier[1], later[0]
        if np.isnan(end) or np.isnan(begin) or end >= begin:
            _fault(names, tables, name, later[5], f"the windows of {both} overlap")
        elif _after(end) != begin:
            days = f"day {_after(end):g} belongs to none"
            _fault(names, tables, name, later[5], f"between the windows of {both} {days}")
    if not found:
        return Windows((), (), (), (), ())
    low_, high_, target_, number_, name_, _ = zip(*found, strict=True)
    return Windows(low_, high_, target_, number_, name_)


def _fault(names: Names, tables: Tables, name: str, row: int, message: str) -> None:
    said = f"the table '{name}', window {row + 1}: {message}"
    hint = "Each day belongs to one window; an end without a day is open."
    names.faults.append(spec_fault("window.table", said, tables.place(name, row), hint))


@dataclass(frozen=True)
class Window:
    """AVISIT of a study day, and AVISITN, AWTARGET, AWTDIFF, AWLO, AWHI and AWU beside it.

    A day outside of all windows is the finding ``window.outside``.
    """

    variable: str
    table: str
    windows: Windows
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names, tables: Tables) -> Window:
        variable = names.column(data["window"], "window")
        if not short(variable).endswith("DY"):
            message = f"'window' reads a study day, and {short(variable)} does not end in DY"
            names.fault("window.day", message, "", "window")
        if variable_of(names) != "AVISIT" or not own_rule(names):
            message = "'window' stands in the rule of AVISIT, and makes what belongs to it"
            place = names.document.place(names.steps, key=True)
            names.faults.append(spec_fault("window.variable", message, place))
        name = str(data["table"])
        if name not in tables.rows:
            message = f"study.yaml has no table '{name}'"
            names.fault("name.source", message, did_you_mean(name, list(tables.rows)), "table")
            return cls(variable, name, Windows((), (), (), (), ()))
        return cls(variable, name, read_windows(name, tables, names))

    @property
    def uses(self) -> tuple[str, ...]:
        return (self.table,)

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.variable,)

    def run(self, scope: Scope) -> pd.Series[Any]:
        day = numbers(scope, self.variable)
        low = np.nan_to_num(np.asarray(self.windows.low, dtype="float64"), nan=-np.inf)
        high = np.nan_to_num(np.asarray(self.windows.high, dtype="float64"), nan=np.inf)
        place = np.searchsorted(low, day.to_numpy(), side="right") - 1
        inside = (place >= 0) & (day.to_numpy() <= np.append(high, -np.inf)[place])
        scope.fault(
            "window.outside",
            ~inside & day.notna().to_numpy(dtype=bool),
            lambda value: f"day {value} is in no window of the table '{self.table}'",
            "Leave the end of the first or last window open, or ask the site.",
            values=number_text(day),
        )
        place = np.where(inside, place, len(low))

        def taken(values: Sequence[float]) -> pd.Series[float]:
            return pd.Series(np.append(values, np.nan)[place], index=day.index, dtype="float64")

        target = taken(self.windows.target)
        # Days on both sides of treatment are one nearer than their numbers say: no day 0.
        across = ((day < 0) & (target > 0)) | ((day > 0) & (target < 0))
        beside = {
            "AVISITN": taken(self.windows.number),
            "AWTARGET": target,
            "AWTDIFF": (day - target).abs() - across,
            "AWLO": taken(self.windows.low),
            "AWHI": taken(self.windows.high),
        }
        for name, values in beside.items():
            put_beside(scope, name, values)
        put_beside(scope, "AWU", text_series(np.where(inside, "DAYS", ""), day.index))
        return text_series(np.append(self.windows.name, "")[place], day.index)

    @property
    def beside(self) -> dict[str, str]:
        """How the variables are made that stand beside AVISIT."""
        return {
            "AVISITN": f"The number of the window of {self.table} that holds {self.variable}",
            "AWTARGET": "The target day of the window",
            "AWTDIFF": f"Days between {self.variable} and AWTARGET, without day 0",
            "AWLO": "The first day of the window; missing when it is open",
            "AWHI": "The last day of the window; missing when it is open",
            "AWU": "DAYS where there is a window",
        }

    def sentence(self) -> str:
        texts = []
        for name, low, high in zip(
            self.windows.name, self.windows.low, self.windows.high, strict=True
        ):
            if np.isnan(low) and np.isnan(high):
                days = "any day"
            elif np.isnan(low):
                days = f"up to day {high:g}"
            else:
                days = f"day {low:g} on" if np.isnan(high) else f"days {low:g} to {high:g}"
            texts.append(f"{name} ({days})")
        return f"The analysis window that holds {self.variable}: {'; '.join(texts)}"
