"""The one raw model that every reader fills: forms of text cells, with where each row stood.

A form's frame holds the file's own columns as text, exactly as they are in the file, and the
columns of `ENGINE` which say whose and which record it is. Rows that the EDC system marks as
deleted are set aside with their reason and counted, so that the account can balance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from mappings.findings import Finding, RawPlace, Severity, SpecificationFault
from mappings.frames import Mask, map_distinct, text_series

SHOWN = 20
"""How many rows at fault are told one by one."""

ENGINE = ("STUDYID", "USUBJID", "SUBJID", "SITEID", "_event", "_repeat", "_id", "_form", "_row")


@dataclass(frozen=True)
class RawItem:
    """What the export's own dictionary says of a column; empty texts where it says nothing."""

    name: str
    label: str = ""
    type: str = ""
    codelist: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Unread:
    """A form of a file, or an item group of it, that study.yaml does not read; with its rows.

    `kind` is what the file itself calls such a part: a form, or a sheet.
    """

    file: str
    form: str
    group: str
    rows: int
    kind: str = "form"

    @property
    def name(self) -> str:
        """Form and group in one text, which tells it apart within the file."""
        return f"{self.form} {self.group}".strip()


@dataclass(frozen=True)
class RawTable:
    """What a reader gives: text cells, the columns as in the file, and the line of each row.

    Where lines mean nothing (XML, SAS, Parquet) a row's line is its number, counted from 1.
    `codelists` are those that `items` name: code to text. `unread` stands at the first form of a
    file of many.
    """

    columns: tuple[str, ...]
    cells: pd.DataFrame
    lines: pd.Series[int]
    items: Mapping[str, RawItem] = field(default_factory=dict)
    codelists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True)
class SubjectRule:
    """How a collected subject number becomes SITEID, SUBJID and USUBJID.

    `sites` gives the site of a number where the number itself does not hold it.
    """

    study_id: str
    pattern: re.Pattern[str]
    usubjid: tuple[str, ...]
    first_number: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)

    def parts(self, number: str) -> tuple[str, str] | None:
        """Site and subject of a collected number, None when the pattern does not match."""
        match = self.pattern.fullmatch(number)
        if match is None:
            return None
        site = self.site_in(number) or self.sites.get(number, "")
        return site, match["subject"]

    def site_in(self, number: str) -> str:
        """The site in the number itself; empty when the pattern has no such group or misfits."""
        match = self.pattern.fullmatch(number)
        return (match.groupdict().get("site") or "") if match else ""

    def person(self, number: str) -> str:
        """USUBJID of the collected number: that of the person's first screening."""
        parts = self.parts(self.first_number.get(number, number))
        if parts is None or ("$SITEID" in self.usubjid and not parts[0]):
            return ""
        words = {"$STUDYID": self.study_id, "$SITEID": parts[0], "$SUBJID": parts[1]}
        return "".join(words.get(p, p) for p in self.usubjid)

    def no_site(self, number: str) -> bool:
        """Whether the number is readable but its site is neither in it nor collected."""
        parts = self.parts(self.first_number.get(number, number))
        return parts is not None and not parts[0]


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
    site: str = ""
    form: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    dictionary: str = ""
    codelists: str = ""
    values: str = ""
    header: str = ""
    sheet: str = ""
    items: str = ""
    cell_limit: int = 100_000

    @property
    def files(self) -> tuple[str, ...]:
        """The form's file and those beside it that the reader needs."""
        return tuple(f for f in (self.file, self.dictionary, self.codelists) if f)

    def collected(self, names: Iterable[str]) -> tuple[str, ...]:
        """The form's own columns behind those that a rule names."""
        own = {"STUDYID": "", "USUBJID": self.subject, "SUBJID": self.subject}
        own |= {"SITEID": self.site or self.subject, "_event": self.event, "_repeat": self.repeat}
        read = (own.get(name, name) for name in names)
        return tuple(dict.fromkeys(name for name in read if name))


@dataclass(frozen=True)
class RawForm:
    """A form ready for mapping: rows that are active, with the columns of `ENGINE`."""

    settings: FormSettings
    columns: tuple[str, ...]
    frame: pd.DataFrame
    rows_read: int
    set_aside: Mapping[str, int]
    findings: tuple[Finding, ...] = ()
    items: Mapping[str, RawItem] = field(default_factory=dict)
    codelists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()

    @property
    def name(self) -> str:
        return self.settings.name


def file_fault(file: str, message: str, advice: str, row: int = 0) -> SpecificationFault:
    """The fault of a raw file that cannot be read as what it says it is."""
    return row_faults(file, [(row, message)], advice)


def row_faults(
    file: str, told: Sequence[tuple[int, str]], advice: str, count: int = 0
) -> SpecificationFault:
    """The faults of several rows (row and message) that one `advice` mends.

    The first `SHOWN` are told, and how many more there are: `count` of all when `told` is cut.
    """

    def finding(row: int, message: str, words: str = "") -> Finding:
        return Finding("raw.file", Severity.ERROR, message, words, raw=RawPlace(file, row))

    findings = [finding(*told[0], advice), *(finding(*t) for t in told[1:SHOWN])]
    more = max(count, len(told)) - SHOWN
    if more > 0:
        rows = "1 more row is" if more == 1 else f"{more:,} more rows are"
        findings.append(finding(told[SHOWN][0], f"{rows} at fault in this way, from here on"))
    return SpecificationFault(findings)


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
    findings = [*table.findings, *map(_unread, table.unread)]
    findings += _strangers(frame, number, settings, rule)
    if not len(table.cells):
        message = f"the form {settings.name} has no records"
        place = RawPlace(settings.file)
        findings.append(Finding("form.empty", Severity.NOTICE, message, raw=place))
    return RawForm(
        settings,
        table.columns,
        frame,
        len(table.cells),
        set_aside,
        tuple(findings),
        table.items,
        table.codelists,
        table.unread,
    )


def _unread(each: Unread) -> Finding:
    what = f"the {each.kind} '{each.form}' has"
    if each.group:
        what = f"the item group '{each.group}' of the form '{each.form}' has"
    rows = "1 row" if each.rows == 1 else f"{each.rows:,} rows"
    return Finding(
        "form.unread",
        Severity.WARNING,
        f"{what} {rows} in this file, and study.yaml does not read them",
        "Add it to 'raw.forms' (and give the reason in 'not_submitted' when it is left out), or "
        "explain it in findings.yaml.",
        scope=each.name,
        value=each.name,
        raw=RawPlace(each.file),
    )


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
    frame: pd.DataFrame, number: pd.Series[str], settings: FormSettings, rule: SubjectRule
) -> list[Finding]:
    unknown: Mask = (frame["USUBJID"] == "").to_numpy(dtype=bool)
    rows = frame["_row"].to_numpy()[unknown]
    return [
        Finding(
            "subject.unreadable",
            Severity.ERROR,
            *_why_unknown(value, rule),
            scope=f"{settings.name} {value}",
            value=value,
            raw=RawPlace(settings.file, int(row), settings.subject),
        )
        for value, row in zip(number[unknown].tolist(), rows.tolist(), strict=True)
    ]


def _why_unknown(number: str, rule: SubjectRule) -> tuple[str, str]:
    if rule.no_site(number):
        advice = "Ask the site, or mend 'site' of the forms in study.yaml."
        return f"no form says at which site the subject '{number}' is", advice
    message = f"'{number}' is not a subject number of this study"
    return message, "Ask the site, or mend 'pattern' in study.yaml."
