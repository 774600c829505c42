"""Faults of the collected data as questions for the sites, in plain words.

Only what a site can answer becomes a query: the rules of `QUESTIONS`. What the mapping, a
codelist or a unit table has to mend never does. An explained finding is a settled query, which
keeps its id and shows the explanation as the answer.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields, replace

import pandas as pd

from mappings.findings import Finding, Severity
from mappings.raw import RawForm
from validation.explanations import Explanation
from validation.hostile import csv_cell
from validation.question_texts import QUESTIONS, Question
from validation.summary import Report
from validation.xlsx import Sheet, workbook

_WIDTHS = (14, 9, 7, 12, 14, 16, 8, 14, 24, 20, 60, 50, 18, 16, 26, 9)


@dataclass(frozen=True, slots=True)
class Query:
    """One question. `line` is the record's number in its form as the export has it (a log line),
    `record` what identifies the record there; `row` is the line of the raw file, 0 for none.

    `subject` is the number that the site knows, where a row of the export is at fault.
    """

    id: str
    status: str
    site: str
    subject: str
    form: str
    event: str
    line: str
    record: str
    field: str
    value: str
    question: str
    answer: str
    rule: str
    variable: str
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class _Record:
    """A row of the raw export as the site knows it."""

    site: str
    subject: str
    form: str
    event: str
    line: str
    record: str


def site_queries(report: Report, forms: Mapping[str, RawForm]) -> list[Query]:
    """The queries of a build, open ones first, then by site, subject, form and record.

    Two findings that ask the same of the same fields of a record are one query.
    """
    asked = list(_asked(report))
    records = _records(forms, [finding for finding, _, _ in asked])
    people = _people(forms)
    made: dict[tuple[str, ...], Query] = {}
    for (finding, explanation, question), record in zip(asked, records, strict=True):
        if record is None and not question.of_subject:
            continue
        whose = record or _whose(finding, people)
        query = _query(report.study_id, finding, explanation, question, whose)
        key = (query.id, query.file, str(query.row))
        earlier = made.get(key)
        # Open beats settled: a fault that is explained in one dataset may not be in another.
        if earlier is None or (earlier.status == "settled" and query.status == "open"):
            made[key] = query
    ordered = sorted(made.values(), key=_order)
    return list(_told_apart(ordered))


def _order(query: Query) -> tuple[object, ...]:
    return (
        query.status != "open",
        *(query.site, query.subject, query.form, query.file, query.row),
        *(query.field, query.rule, query.id, query.value),
    )


def _asked(report: Report) -> Iterator[tuple[Finding, Explanation | None, Question]]:
    both: list[tuple[Finding, Explanation | None]] = [(f, None) for f in report.unexplained]
    both += list(report.explained)
    for finding, explanation in both:
        question = QUESTIONS.get(finding.rule)
        if question is not None and finding.severity is not Severity.NOTICE:
            yield finding, explanation, question


def _records(forms: Mapping[str, RawForm], findings: list[Finding]) -> list[_Record | None]:
    """The raw row of each finding, None where it is of no row of the export."""
    by_file: dict[str, list[RawForm]] = {}
    for form in forms.values():
        by_file.setdefault(form.settings.file, []).append(form)
    rows = {name: pd.Index(form.frame["_row"]) for name, form in forms.items()}
    found: list[_Record | None] = []
    for finding in findings:
        raw = finding.raw
        record = None
        if raw is not None and raw.row:
            words = finding.scope.split()
            # Of several forms in one file the scope names the right one.
            near = sorted(by_file.get(raw.file, ()), key=lambda form: form.name not in words)
            for form in near:
                place = int(rows[form.name].get_indexer([raw.row])[0])
                if place >= 0:
                    record = _record(form, place)
                    break
        found.append(record)
    return found


def _record(form: RawForm, place: int) -> _Record:
    row = form.frame.iloc[place]
    subject = str(row[form.settings.subject])
    names = ("_event", "_repeat", "_id")
    event, line, record = (str(row[name]) for name in names)
    return _Record(str(row["SITEID"]), subject, form.name, event, line, record)


def _people(forms: Mapping[str, RawForm]) -> dict[str, tuple[str, str]]:
    """USUBJID to site and collected number; of several numbers the last form's last."""
    people: dict[str, tuple[str, str]] = {}
    for form in forms.values():
        names = ["USUBJID", "SITEID", form.settings.subject]
        once = form.frame[names].drop_duplicates("USUBJID")
        for subject, site, number in zip(*(once[n].tolist() for n in names), strict=True):
            people.setdefault(str(subject), (str(site), str(number)))
    return people


def _whose(finding: Finding, people: Mapping[str, tuple[str, str]]) -> _Record:
    subject = finding.scope.partition(" ")[0]
    site, number = people.get(subject, ("", subject))
    return _Record(site, number, "", "", "", "")


def _query(
    study: str,
    finding: Finding,
    explanation: Explanation | None,
    question: Question,
    record: _Record,
) -> Query:
    raw = finding.raw if record.form else None
    field = raw.column if raw else ""
    parts = [study, question.kind, *astuple(record), field]
    if not record.form:
        parts += list(finding.fingerprint)
    elif not (record.line or record.record):
        # The export has no number of the record: what was entered must tell it apart.
        parts.append(finding.value)
    variable = ".".join(p for p in (finding.dataset, finding.variable) if p)
    return Query(
        _id(parts),
        "settled" if explanation else "open",
        record.site,
        record.subject,
        record.form,
        record.event,
        record.line,
        record.record,
        field,
        finding.value if finding.value != finding.scope else "",
        question.ask(finding),
        explanation.reason if explanation else "",
        finding.rule,
        variable,
        raw.file if raw else "",
        raw.row if raw else 0,
    )


def _id(parts: Iterable[str]) -> str:
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    digest = base64.b32encode(hashlib.sha256(text).digest()).decode("ascii")
    return f"Q-{digest[:10]}"


def _told_apart(queries: Iterable[Query]) -> Iterator[Query]:
    """The queries with a number behind an id that an earlier one has."""
    seen: dict[str, int] = {}
    for query in queries:
        number = seen[query.id] = seen.get(query.id, 0) + 1
        yield query if number == 1 else replace(query, id=f"{query.id}-{number}")


COLUMNS = tuple(f.name for f in fields(Query))


def _cells(query: Query) -> list[str | int]:
    return [*astuple(query)[:-1], query.row or ""]


def queries_csv(queries: Iterable[Query]) -> str:
    """The queries as CSV with a byte-order mark, every cell quoted, none of them a formula."""
    stream = io.StringIO()
    stream.write("\ufeff")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for query in queries:
        writer.writerow([csv_cell(str(cell)) for cell in _cells(query)])
    return stream.getvalue()


def queries_xlsx(queries: Iterable[Query]) -> bytes:
    """The same as an Excel workbook."""
    rows = [_cells(query) for query in queries]
    return workbook([Sheet("Queries", COLUMNS, rows, _WIDTHS)])
