"""`date`: an ISO 8601 date or date-time from collected parts, or from text of a declared form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mappings.frames import as_text, distinct_rows
from mappings.iso8601 import iso_date, iso_time
from mappings.names import Names
from mappings.scope import Scope
from mappings.text import narrow, plain

UNKNOWN = {"", "UN", "UNK", "UNKN", "NK", "XX", "XXX", "XXXX", "ND", "-", "--", "---"}
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
        for key in ("impute", "flag", "notbefore", "notafter", "after", "cut"):
            if key in data:
                message = f"'{key}' belongs to dates of ADaM; here a partial date stays partial"
                names.fault("rule.key", message, "", key)
        time = names.column(data["time"], "time") if "time" in data else ""
        return cls(resolved, tuple(patterns.values()), " or ".join(shapes), time)

    @property
    def reads(self) -> tuple[str, ...]:
        return (*self.columns, self.time) if self.time else self.columns

    def run(self, scope: Scope) -> pd.Series[Any]:
        codes, rows = distinct_rows([as_text(scope[c]) for c in self.reads])
        texts: list[str] = []
        shown: list[str] = []
        wrong: list[str] = []
        rules: list[str] = []
        for row in rows:
            text, fault, rule = self._value([str(v) for v in row])
            texts.append(text)
            shown.append(" ".join(str(v).strip() or "-" for v in row))
            wrong.append(fault)
            rules.append(rule)
        if not rows:
            return pd.Series([], index=scope.index, dtype="str")
        result = pd.array(texts, dtype="str").take(codes)
        for rule in sorted(set(rules) - {""}):
            mask = np.asarray([r == rule for r in rules], dtype=bool)[codes]
            scope.fault(
                rule,
                mask,
                pd.Series(pd.array(wrong, dtype="str").take(codes), index=scope.index),
                "Ask the site.",
                values=pd.Series(pd.array(shown, dtype="str").take(codes), index=scope.index),
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
        return f"ISO 8601 date from {', '.join(self.reads)}"
