"""`date`: an ISO 8601 date or date-time from collected parts, or from text of a declared form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mappings.frames import distinct_rows
from mappings.iso8601 import iso_date, iso_time
from mappings.names import Names
from mappings.scope import Scope
from mappings.text import narrow

UNKNOWN = {"", "UN", "UNK", "NK", "XX", "XXX", "XXXX", "ND", "-", "--", "---"}
MONTHS = {
    name: str(i)
    for i, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1
    )
}
_TOKENS = {
    "YYYY": r"(?P<year>\d{4}|UNKN|UNK|UN|NK|XXXX)",
    "MON": r"(?P<month>[A-Za-z]{3}|UN|NK)",
    "MM": r"(?P<month>\d{1,2}|UNK|UN|NK|XX)",
    "DD": r"(?P<day>\d{1,2}|UNK|UN|NK|XX)",
    "HH": r"(?P<hour>\d{1,2})",
    "MI": r"(?P<minute>\d{2})",
    "SS": r"(?P<second>\d{2})",
}
_TOKEN = re.compile("|".join(_TOKENS))
_SHAPE = "YYYY, MM or MON, DD, HH, MI, SS and what separates them"


def compile_format(text: str) -> re.Pattern[str]:
    """A pattern for a declared format such as ``DD-MON-YYYY``; parts at the end may be absent.

    Raises ValueError when the format has no YYYY or a part twice.
    """
    pattern = ""
    end = 0
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        pattern += re.escape(text[end : match.start()]) + _TOKENS[match[0]]
        found.append("MM" if match[0] == "MON" else match[0])
        end = match.end()
    pattern += re.escape(text[end:])
    if "YYYY" not in found or len(set(found)) != len(found):
        raise ValueError(f"'{text}' is not a date format; use {_SHAPE}")
    return re.compile(pattern, re.IGNORECASE)


def _part(text: str) -> str:
    plain = narrow(text).strip()
    if plain.upper() in UNKNOWN:
        return ""
    if plain.upper() in MONTHS:
        return MONTHS[plain.upper()]
    if not re.fullmatch(r"\d+(\.0+)?", plain):
        raise ValueError(f"'{plain}' is not a part of a date")
    return plain.partition(".")[0]


@dataclass(frozen=True)
class Date:
    """ISO 8601 text; precision is kept, the calendar is checked, nothing is imputed.

    SDTMIG 4.4.2. An impossible date (30 February) or one that is not in the declared format is
    a finding and the value stays missing.
    """

    columns: tuple[str, ...]
    format: re.Pattern[str] | None
    shape: str
    time: str
    origin = "Collected"
    uses = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Date:
        given = data["date"]
        single = not isinstance(given, list) or len(given) == 1
        columns = given if isinstance(given, list) else [given]
        resolved = tuple(
            names.column(c, "date", *([i] if isinstance(given, list) else []))
            for i, c in enumerate(columns)
        )
        pattern = None
        shape = str(data.get("format", ""))
        if single and not shape:
            names.fault(
                "date.format",
                "a date in one column needs 'format'; the order of day and month is never guessed",
                "Example: format: DD-MON-YYYY.",
            )
        elif shape and not single:
            names.fault("date.format", "'format' belongs to a date in one column", "", "format")
        elif shape:
            try:
                pattern = compile_format(shape)
            except ValueError as error:
                names.fault("date.format", str(error), "", "format")
        elif len(columns) > 3:
            names.fault("date.parts", "a date has at most year, month and day", "", "date")
        time = names.column(data["time"], "time") if "time" in data else ""
        return cls(resolved, pattern, shape, time)

    @property
    def reads(self) -> tuple[str, ...]:
        return (*self.columns, self.time) if self.time else self.columns

    def run(self, scope: Scope) -> pd.Series[Any]:
        codes, rows = distinct_rows([scope[c] for c in self.reads])
        texts: list[str] = []
        wrong: list[str] = []
        rules: list[str] = []
        for row in rows:
            text, fault, rule = self._value([str(v) for v in row])
            texts.append(text)
            wrong.append(fault)
            rules.append(rule)
        if not rows:
            return pd.Series([], index=scope.index, dtype="str")
        result = pd.array(texts, dtype="str").take(codes)
        for rule in sorted(set(rules) - {""}):
            mask = np.asarray([r == rule for r in rules], dtype=bool)[codes]
            messages = pd.Series(pd.array(wrong, dtype="str").take(codes), index=scope.index)
            scope.fault(
                rule,
                mask,
                lambda message: message,
                "Ask the site.",
                values=messages,
                columns=self.reads,
            )
        return pd.Series(result, index=scope.index, dtype="str")

    def _value(self, cells: list[str]) -> tuple[str, str, str]:
        clock = cells.pop().strip() if self.time else ""
        try:
            parts = self._parts(cells)
        except ValueError as error:
            return "", str(error), "date.unreadable"
        year, month, day, inner = parts
        try:
            text = iso_date(year, month, day)
        except ValueError as error:
            shown = "-".join(c.strip() for c in cells if c.strip())
            return "", f"'{shown}' is no date: {error}", "date.impossible"
        clock = clock or inner
        if not clock or narrow(clock).upper() in UNKNOWN:
            return text, "", ""
        if len(text) != 10:
            return text, f"the time {clock} has no complete date", "date.unreadable"
        try:
            return f"{text}T{iso_time(narrow(clock))}", "", ""
        except ValueError as error:
            return text, str(error), "date.unreadable"

    def _parts(self, cells: list[str]) -> tuple[str, str, str, str]:
        if self.format is None:
            values = [_part(c) for c in cells] + ["", ""]
            return values[0], values[1], values[2], ""
        text = narrow(cells[0]).strip()
        if not text or text.upper() in UNKNOWN:
            return "", "", "", ""
        match = self.format.fullmatch(text)
        if match is None:
            raise ValueError(f"'{text}' is not a date of the form {self.shape}")
        found = match.groupdict()
        clock = ":".join(found[p] for p in ("hour", "minute", "second") if found.get(p))
        parts = [_part(found.get(p) or "") for p in ("year", "month", "day")]
        return parts[0], parts[1], parts[2], clock

    def sentence(self) -> str:
        return f"ISO 8601 date from {', '.join(self.reads)}"
