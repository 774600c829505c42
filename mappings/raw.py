"""The one raw model that every reader fills: forms of text cells, with where each row stood.

A form's frame holds the file's own columns as text, exactly as they are in the file, and the
columns of `ENGINE` which say whose and which record it is. Rows that the EDC system marks as
deleted are set aside with their reason and counted, so that the account can balance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from mappings.findings import Finding, RawPlace, Severity, SpecificationFault
from mappings.frames import Mask, map_distinct, text_series

ENGINE = ("STUDYID", "USUBJID", "SUBJID", "SITEID", "_event", "_repeat", "_id", "_form", "_row")


@dataclass(frozen=True)
class RawTable:
    """What a reader gives: text cells, the columns as in the file, and the line of each row."""

    columns: tuple[str, ...]
    cells: pd.DataFrame
    lines: pd.Series[int]


@dataclass(frozen=True)
class SubjectRule:
    """How a collected subject number becomes SITEID, SUBJID and USUBJID."""

    study_id: str
    pattern: re.Pattern[str]
    usubjid: tuple[str, ...]
    first_number: Mapping[str, str] = field(default_factory=dict)

    def parts(self, number: str) -> tuple[str, str] | None:
        """Site and subject of a collected number, None when the pattern does not match."""
        match = self.pattern.fullmatch(number)
        return (match["site"], match["subject"]) if match else None

    def person(self, number: str) -> str:
        """USUBJID of the collected number: that of the person's first screening."""
        parts = self.parts(self.first_number.get(number, number))
        if parts is None:
            return ""
        words = {"$STUDYID": self.study_id, "$SITEID": parts[0], "$SUBJID": parts[1]}
        return "".join(words.get(p, p) for p in self.usubjid)


@dataclass(frozen=True)
class FormSettings:
    """How one raw form is read, from study.yaml; empty texts mean that there is no such column."""

    name: str
    file: str
    reader: str = "rave"
    encoding: str = "utf-8"
    delimiter: str = ","
    subject: str = ""
    event: str = ""
    repeat: str = ""
    id: tuple[str, ...] = ()
    active_column: str = ""
    active_value: str = ""
    active_reason: str = ""
    source: str = "Investigator"
    pages: str = ""


@dataclass(frozen=True)
class RawForm:
    """A form ready for mapping: rows that are active, with the columns of `ENGINE`."""

    settings: FormSettings
    columns: tuple[str, ...]
    frame: pd.DataFrame
    rows_read: int
    set_aside: Mapping[str, int]
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        return self.settings.name


def file_fault(file: str, message: str, advice: str, row: int = 0) -> SpecificationFault:
    """The fault of a raw file that cannot be read as what it says it is."""
    place = RawPlace(file, row)
    return SpecificationFault([Finding("raw.file", Severity.ERROR, message, advice, raw=place)])


def make_form(table: RawTable, settings: FormSettings, rule: SubjectRule) -> RawForm:
    """Attach whose record each row is and set deleted rows aside."""
    frame = table.cells.copy()
    frame["_row"] = table.lines.astype("int64")
    frame["_form"] = text_series([settings.name] * len(frame), frame.index)
    set_aside: dict[str, int] = {}
    if settings.active_column:
        keep = (frame[settings.active_column] == settings.active_value).to_numpy(dtype=bool)
        if (~keep).any():
            set_aside[settings.active_reason] = int((~keep).sum())
        frame = frame[keep].reset_index(drop=True)
    number = frame[settings.subject].str.strip()
    parts = {n: rule.parts(n) for n in pd.unique(number)}
    frame["STUDYID"] = text_series([rule.study_id] * len(frame), frame.index)
    frame["SITEID"] = map_distinct(number, lambda ns: [(parts[n] or ("", ""))[0] for n in ns])
    frame["SUBJID"] = map_distinct(number, lambda ns: [(parts[n] or ("", ""))[1] for n in ns])
    frame["USUBJID"] = map_distinct(number, lambda ns: [rule.person(n) for n in ns])
    frame["_event"] = _column(frame, settings.event)
    frame["_repeat"] = _column(frame, settings.repeat)
    identity = [frame[c] for c in settings.id]
    frame["_id"] = _joined(identity, frame.index)
    findings = _strangers(frame, number, settings)
    if not len(table.cells):
        message = f"the form {settings.name} has no records"
        place = RawPlace(settings.file)
        findings.append(Finding("form.empty", Severity.NOTICE, message, raw=place))
    return RawForm(settings, table.columns, frame, len(table.cells), set_aside, tuple(findings))


def _column(frame: pd.DataFrame, name: str) -> pd.Series[str]:
    return frame[name] if name else text_series([""] * len(frame), frame.index)


def _joined(columns: list[pd.Series[str]], index: pd.Index) -> pd.Series[str]:
    if not columns:
        return text_series([""] * len(index), index)
    result = columns[0]
    for column in columns[1:]:
        result = result + "|" + column
    return result


def _strangers(
    frame: pd.DataFrame, number: pd.Series[str], settings: FormSettings
) -> list[Finding]:
    unknown: Mask = (frame["USUBJID"] == "").to_numpy(dtype=bool)
    rows = frame["_row"].to_numpy()[unknown]
    return [
        Finding(
            "subject.unreadable",
            Severity.ERROR,
            f"'{value}' is not a subject number of this study",
            "Ask the site, or mend 'pattern' in study.yaml.",
            scope=f"{settings.name} {value}",
            value=value,
            raw=RawPlace(settings.file, int(row), settings.subject),
        )
        for value, row in zip(number[unknown].tolist(), rows.tolist(), strict=True)
    ]
