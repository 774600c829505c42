"""`date`: an ISO 8601 date or date-time from collected parts, or from text of a declared form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mappings.frames import as_text, distinct_rows, present
from mappings.iso8601 import UNKNOWN, first_day, iso_date, iso_moment, last_day, seconds
from mappings.names import Names
from mappings.rules import ANALYSIS_DATE
from mappings.scope import Scope
from mappings.text import narrow, plain

MONTHS = {
    name: str(i)
    for i, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1
    )
}
_UNKNOWN = "UNKN|UNK|UN|NK|XXXX|XX|-"
_TOKENS = {
    "YYYY": rf"(?P<year>\d{{4}}|{_UNKNOWN})",
    "MON": rf"(?P<month>[A-Za-z]{{3}}|{_UNKNOWN})",
    "MM": rf"(?P<month>\d{{1,2}}|{_UNKNOWN})",
    "DD": rf"(?P<day>\d{{1,2}}|{_UNKNOWN})",
    "HH": rf"(?P<hour>\d{{1,2}}|{_UNKNOWN})",
    "MI": rf"(?P<minute>\d{{2}}|{_UNKNOWN})",
    "SS": rf"(?P<second>\d{{2}}|{_UNKNOWN})",
}
_PARTS = ("YYYY", "MM", "DD", "HH", "MI", "SS")
_SAMPLE = dict(zip(_TOKENS, ("2013", "FEB", "03", "04", "05", "06", "07"), strict=True))
_TOKEN = re.compile("|".join(_TOKENS))
_SHAPE = "YYYY, MM or MON, DD, HH, MI, SS and what separates them"


def compile_format(text: str) -> re.Pattern[str]:
    """A pattern for a declared format such as ``DD-MON-YYYY``.

    Parts after which only smaller ones follow may be absent at the end (``2024-03`` is of the
    form ``YYYY-MM-DD``). Parts that nothing separates must have all their digits. Raises
    ValueError when the format has no YYYY, a part twice, a smaller part without the larger, or an
    hour without minutes.
    """
    shape = narrow(text)
    tokens = list(_TOKEN.finditer(shape))
    found = ["MM" if t[0] == "MON" else t[0] for t in tokens]
    largest = [p for p in _PARTS if p in found]
    whole = largest == [*_PARTS[: len(found)]] and largest[-1:] != ["HH"]
    if "YYYY" not in found or len(set(found)) != len(found) or not whole:
        raise ValueError(f"'{text}' is not a date format; use {_SHAPE}")
    pattern = ""
    closing = re.escape(shape[tokens[-1].end() :])
    end = 0
    for i, token in enumerate(tokens):
        before = re.escape(shape[end : token.start()])
        here = _TOKENS[token[0]]
        tight = {t.start() for t in tokens} & {token.end()} or (i and not before)
        if tight:
            here = here.replace("{1,2}", "{2}")
        optional = i and set(found[:i]) == set(_PARTS[:i]) and found[i:] == largest[i:]
        pattern += f"(?:{before}{here}" if optional else before + here
        closing += ")?" if optional else ""
        end = token.end()
    return re.compile(pattern + closing, re.IGNORECASE | re.ASCII)


def ambiguous(formats: Mapping[str, re.Pattern[str]]) -> tuple[str, str] | None:
    """Two declared formats that read one text differently (day and month changed), or None.

    Their order would decide what is read, and that is a guess.
    """
    for text, own in formats.items():
        sample = _TOKEN.sub(lambda m: _SAMPLE[m[0]], narrow(text))
        for end in range(1, len(sample) + 1):
            first = own.fullmatch(sample[:end])
            for other, pattern in formats.items():
                second = pattern.fullmatch(sample[:end])
                if first and second and _found(first) != _found(second):
                    return text, other
    return None


def _found(match: re.Match[str]) -> dict[str, str]:
    return {part: value for part, value in match.groupdict().items() if value}


def _part(text: str, *, month: bool = False) -> str:
    shown = plain(text).upper()
    if shown in UNKNOWN:
        return ""
    if month and shown in MONTHS:
        return MONTHS[shown]
    if not re.fullmatch(r"[0-9]+(\.0+)?", shown):
        raise ValueError(f"'{plain(text)}' is not a part of a date")
    return shown.partition(".")[0]


@dataclass(frozen=True, slots=True)
class _Read:
    """One distinct date as read; `turned` when it is one with day and month changed too."""

    text: str
    fault: str = ""
    rule: str = ""
    turned: bool = False


def _changed(shape: str) -> str:
    """The format with day and month in each other's place."""
    return re.sub("MM|DD", lambda m: "DD" if m[0] == "MM" else "MM", shape)


@dataclass(frozen=True)
class Date:
    """ISO 8601 text; precision is kept, the calendar is checked, nothing is imputed.

    SDTMIG 4.4.2. An impossible date (30 February) or one that is not in the declared format is
    a finding and the value stays missing.
    """

    columns: tuple[str, ...]
    formats: tuple[re.Pattern[str], ...]
    shape: str
    time: str
    end: str = ""
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
        patterns: dict[str, re.Pattern[str]] = {}
        declared = data.get("format", [])
        shapes = [str(s) for s in (declared if isinstance(declared, list) else [declared])]
        if single and not shapes:
            names.fault(
                "date.format",
                "a date in one column needs 'format'; the order of day and month is never guessed",
                "Example: format: DD-MON-YYYY.",
            )
        elif shapes and not single:
            names.fault("date.format", "'format' belongs to a date in one column", "", "format")
        elif shapes:
            for i, shape in enumerate(shapes):
                try:
                    patterns[shape] = compile_format(shape)
                except ValueError as error:
                    place = ("format", i) if isinstance(declared, list) else ("format",)
                    names.fault("date.format", str(error), "", *place)
            pair = ambiguous(patterns)
            if pair:
                names.fault(
                    "date.format",
                    f"one text may be a date of the form {pair[0]} and of the form {pair[1]}",
                    "Keep the one that the export has; which is meant is never guessed.",
                    "format",
                )
        elif len(columns) > 3:
            names.fault("date.parts", "a date has at most year, month and day", "", "date")
        for key in ANALYSIS_DATE:
            if key in data:
                message = f"'{key}' belongs to dates of ADaM; here a partial date stays partial"
                names.fault("rule.key", message, "", key)
        time = names.column(data["time"], "time") if "time" in data else ""
        end = ""
        if "end" in data:
            end = names.column(data["end"], "end")
            if not end.startswith(f"{names.target}.") and end in names.source.columns:
                message = f"'end' reads a date variable of this module, and {end} is a column"
                advice = "Make a variable of it under 'work' with 'date', and name that."
                names.fault("date.end", message, advice, "end")
        return cls(resolved, tuple(patterns.values()), " or ".join(shapes), time, end)

    @property
    def reads(self) -> tuple[str, ...]:
        return (*self._cells, self.end) if self.end else self._cells

    @property
    def _cells(self) -> tuple[str, ...]:
        """The columns that make the (first) date."""
        return (*self.columns, self.time) if self.time else self.columns

    def run(self, scope: Scope) -> pd.Series[Any]:
        codes, rows = distinct_rows([as_text(scope[c]) for c in self._cells])
        if not rows:
            return pd.Series([], index=scope.index, dtype="str")
        read = [self._value([str(v) for v in row]) for row in rows]
        shown = [" ".join(str(v).strip() or "-" for v in row) for row in rows]
        wrong = pd.array([r.fault for r in read], dtype="str").take(codes)
        for rule in sorted({r.rule for r in read} - {""}):
            mask = np.asarray([r.rule == rule for r in read], dtype=bool)[codes]
            scope.fault(
                rule,
                mask,
                pd.Series(wrong, index=scope.index),
                self._advice(read) if rule == "date.impossible" else "Ask the site.",
                values=pd.Series(pd.array(shown, dtype="str").take(codes), index=scope.index),
                columns=self._cells,
            )
        texts = pd.array([r.text for r in read], dtype="str").take(codes)
        result = pd.Series(texts, index=scope.index, dtype="str")
        return result if not self.end else self._intervals(scope, result)

    def _advice(self, read: Sequence[_Read]) -> str:
        """What to do about impossible dates: day and month may have changed places in all."""
        wrong = [r for r in read if r.rule == "date.impossible"]
        if not all(r.turned for r in wrong):
            return "Ask the site."
        every = all(r.turned for r in read if r.text or r.rule)
        which = "every date of the column" if every else "each of these dates, though not all,"
        if not self.formats:
            return f"Ask the site; {which} is one when the columns of month and day are changed."
        other = _changed(self.shape)
        return f"Ask the site, or look at 'format': {which} is one in the form {other}."

    def _intervals(self, scope: Scope, start: pd.Series[str]) -> pd.Series[str]:
        """``start/end`` where the end is known and another; an end alone or before is a finding."""
        end = scope[self.end]
        known = present(start) & present(end)
        late = (last_day(end) < first_day(start)) | (seconds(end) < seconds(start))
        back = known & late.to_numpy(dtype=bool)
        alone = ~present(start) & present(end)
        shown = start + "/" + end
        for mask, words in (
            (alone, lambda value: f"the interval '{value}' has no start"),
            (back, lambda value: f"the interval '{value}' ends before it starts"),
        ):
            advice = "Ask the site; the value stays missing."
            scope.fault("date.interval", mask, words, advice, values=shown, columns=self._cells)
        whole = known & ~back & start.ne(end).to_numpy(dtype=bool)
        return start.where(~whole, shown).where(~back, "")

    def _value(self, cells: list[str]) -> _Read:
        clock = cells.pop().strip() if self.time else ""
        try:
            year, month, day, inner = self._parts(cells)
        except ValueError as error:
            return _Read("", str(error), "date.unreadable")
        try:
            date = iso_date(year, month, day)
        except ValueError as error:
            shown = "-".join(c.strip() for c in cells if c.strip())
            fault = f"'{shown}' is no date: {error}"
            return _Read("", fault, "date.impossible", self._turned(cells, year, month, day))
        turned = self._turned(cells, year, month, day)
        clock = narrow(clock or inner)
        if clock.upper() in UNKNOWN:
            return _Read(date, turned=turned)
        try:
            return _Read(iso_moment(year, month, day, clock), turned=turned)
        except ValueError as error:
            return _Read(date, str(error), "date.unreadable", turned)

    def _turned(self, cells: list[str], year: str, month: str, day: str) -> bool:
        """Whether day and month can change places: both are numbers, and it is a date then."""
        if not month or not day or (self.formats and "MON" in self.shape):
            return False
        if not self.formats and not plain(cells[1]).isdigit():
            return False
        try:
            return bool(iso_date(year, day, month))
        except ValueError:
            return False

    def _parts(self, cells: list[str]) -> tuple[str, str, str, str]:
        if not self.formats:
            values = [_part(c, month=i == 1) for i, c in enumerate(cells)] + ["", ""]
            return values[0], values[1], values[2], ""
        text = narrow(cells[0]).strip()
        if not text or text.upper() in UNKNOWN:
            return "", "", "", ""
        match = next((m for f in self.formats if (m := f.fullmatch(text))), None)
        if match is None:
            raise ValueError(f"'{text}' is not a date of the form {self.shape}")
        found = match.groupdict()
        clock = ":".join(found[p] for p in ("hour", "minute", "second") if found.get(p))
        parts = [_part(found.get(p) or "", month=p == "month") for p in ("year", "month", "day")]
        return parts[0], parts[1], parts[2], clock

    def sentence(self) -> str:
        text = f"ISO 8601 date from {', '.join(self._cells)}"
        return (
            f"{text}, as an interval up to {self.end} where that is another" if self.end else text
        )
