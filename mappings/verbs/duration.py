"""`duration`: ISO 8601 text of a collected length of time, or of the time between two dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mappings.durations import UNITS, iso_duration, split_seconds, unit_named
from mappings.frames import as_text, distinct_rows, is_numeric, number_text
from mappings.iso8601 import complete_day, seconds
from mappings.load import did_you_mean
from mappings.names import Names
from mappings.scope import Scope
from mappings.text import plain
from mappings.verbs.num import numbers_of

BETWEEN = ("from", "to")


@dataclass(frozen=True)
class Duration:
    """The number in each of `columns`, in its own of `units`, or in the unit that a column names.

    A unit that is neither known nor in `table` is a finding and the value stays missing; so is
    what is no number, and a fraction of a part before a smaller one.
    """

    columns: tuple[str, ...]
    units: tuple[str, ...] = ()
    unit_column: str = ""
    table: Mapping[str, str] | None = None
    past: bool = False
    origin = "Collected"
    uses = ()

    @property
    def reads(self) -> tuple[str, ...]:
        return (*self.columns, self.unit_column) if self.unit_column else self.columns

    def run(self, scope: Scope) -> pd.Series[Any]:
        numbers = [number_text(_numbers(scope, column)) for column in self.columns]
        words = [as_text(scope[self.unit_column])] if self.unit_column else []
        codes, rows = distinct_rows([*numbers, *words])
        if not rows:
            return pd.Series([], index=scope.index, dtype="str")
        read = [self._value([str(cell) for cell in row]) for row in rows]
        for rule, advice in (
            ("duration.unit", f"Say what it means in 'to' ({', '.join(UNITS)}), or ask the site."),
            ("duration.unreadable", "Ask the site."),
        ):
            mask = np.asarray([found == rule for _, found, _ in read], dtype=bool)[codes]
            told = pd.array([words for _, _, words in read], dtype="str").take(codes)
            shown = pd.array([" ".join(str(c) or "-" for c in row) for row in rows], dtype="str")
            scope.fault(
                rule,
                mask,
                pd.Series(told, index=scope.index),
                advice,
                values=pd.Series(shown.take(codes), index=scope.index),
                columns=self.reads,
            )
        texts = pd.array([text for text, _, _ in read], dtype="str").take(codes)
        return pd.Series(texts, index=scope.index, dtype="str")

    def _value(self, cells: list[str]) -> tuple[str, str, str]:
        """Text, rule of the finding and its words."""
        units = self.units
        if self.unit_column:
            word = plain(cells.pop())
            if not cells[0]:
                return "", "", ""
            unit = (self.table or {}).get(word) or unit_named(word)
            if not unit:
                words = f"the unit '{word}' is not known" if word else f"'{cells[0]}' has no unit"
                return "", "duration.unit", words
            units = (unit,)
        parts = {u: float(cell) for u, cell in zip(units, cells, strict=True) if cell}
        try:
            return iso_duration(parts, past=self.past), "", ""
        except ValueError as error:
            return "", "duration.unreadable", str(error)

    def sentence(self) -> str:
        if self.unit_column:
            text = f"{self.columns[0]} in the unit {self.unit_column}"
        else:
            pairs = zip(self.columns, self.units, strict=True)
            text = " and ".join(f"{column} in {unit}" for column, unit in pairs)
        return f"ISO 8601 duration of {text}{', before the reference' if self.past else ''}"


@dataclass(frozen=True)
class Between:
    """The time from one ISO 8601 date variable to another, as exact as the less exact of them.

    Missing when one of them is not complete to the day; a negative one is a finding.
    """

    start: str
    end: str
    origin = "Derived"
    uses = ()

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.start, self.end)

    def run(self, scope: Scope) -> pd.Series[Any]:
        start, end = as_text(scope[self.start]), as_text(scope[self.end])
        clock = seconds(end) - seconds(start)
        days = complete_day(end) - complete_day(start)
        whole = clock.where(clock.notna(), days * 86400.0)
        back = (whole < 0).to_numpy(dtype=bool)
        scope.fault(
            "duration.negative",
            back,
            lambda value: f"the end is before the start: {value}",
            "Ask the site; the value stays missing.",
            values=start + " to " + end,
            columns=self.reads,
        )
        by_clock = clock.notna().astype("float64")
        codes, rows = distinct_rows([whole.mask(back), by_clock])
        texts = [self._text(float(str(length)), str(timed) == "1.0") for length, timed in rows]
        if not rows:
            return pd.Series([], index=scope.index, dtype="str")
        return pd.Series(pd.array(texts, dtype="str").take(codes), index=scope.index, dtype="str")

    def _text(self, length: float, timed: bool) -> str:
        if np.isnan(length):
            return ""
        return iso_duration(split_seconds(length) if timed else {"days": length / 86400.0})

    def sentence(self) -> str:
        return f"ISO 8601 duration from {self.start} to {self.end}"


def _numbers(scope: Scope, column: str) -> pd.Series[float]:
    values = scope[column]
    return values.astype("float64") if is_numeric(values) else numbers_of(scope, values, [column])


def parse_duration(data: Mapping[str, Any], names: Names) -> Duration | Between:
    """The verb from loaded YAML; faults go to `names`."""
    given = data["duration"]
    past = data.get("past") == "true"
    if isinstance(given, dict):
        for key in ("unit", "to"):
            if key in data:
                message = f"'{key}' does nothing beside a block of parts"
                names.fault("rule.key", message, "", key)
        return (
            _between(given, names, past=past)
            if set(given) & set(BETWEEN)
            else (_parts(given, names, past=past))
        )
    if isinstance(given, list):
        return _with_units(data, given, names, past=past)
    if "to" in data:
        names.fault("rule.key", "'to' does nothing where no column has the unit", "", "to")
    if "unit" not in data:
        message = "a duration in one column needs 'unit'"
        names.fault("duration.unit", message, f"Give one of {', '.join(UNITS)}.")
    return Duration((names.column(given, "duration"),), (str(data.get("unit")),), past=past)


def _parts(given: Mapping[str, Any], names: Names, *, past: bool) -> Duration:
    for unit in given:
        if unit not in UNITS:
            hint = did_you_mean(unit, [*UNITS, *BETWEEN])
            names.fault("duration.unit", f"'{unit}' is no unit of time", hint, "duration", unit)
    if "weeks" in given and len(given) > 1:
        message = "weeks stand alone in a duration"
        names.fault("duration.unit", message, "Give days instead.", "duration", "weeks")
    columns = tuple(names.column(given[u], "duration", u) for u in given)
    return Duration(columns, tuple(given), past=past)


def _with_units(data: Mapping[str, Any], given: list[Any], names: Names, *, past: bool) -> Duration:
    if len(given) != 2:
        message = "a list has two columns: the number and its unit"
        names.fault("duration.parts", message, "Parts of their own are a block.", "duration")
    if "unit" in data:
        names.fault("rule.key", "'unit' does nothing beside a column of units", "", "unit")
    columns = tuple(names.column(c, "duration", i) for i, c in enumerate(given))
    table: dict[str, str] = {}
    for word, meant in (data.get("to") or {}).items():
        unit = names.text(meant or "")
        if unit not in UNITS:
            hint = did_you_mean(unit, list(UNITS))
            names.fault("duration.unit", f"'{unit}' is no unit of time", hint, "to", word)
        table[plain(names.text(word))] = unit
    return Duration(columns[:1], (), columns[-1], table, past=past)


def _between(given: Mapping[str, Any], names: Names, *, past: bool) -> Between:
    for key in given:
        if key not in BETWEEN:
            message = f"'{key}' does nothing beside 'from' and 'to'"
            names.fault("rule.key", message, "", "duration", key)
    lacking = [key for key in BETWEEN if key not in given]
    if lacking:
        names.fault("duration.parts", f"'{lacking[0]}' is missing", "", "duration")
        return Between("", "")
    if past:
        names.fault("rule.key", "'past' does nothing beside 'from' and 'to'", "", "past")
    start, end = (names.column(given.get(key, ""), "duration", key) for key in BETWEEN)
    return Between(start, end)
