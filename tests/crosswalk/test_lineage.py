"""Every record of every SDTM dataset leads back to a line of the raw export."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from crosswalk.build import Package

#: Dataset, variable, raw column: values that are copied as they stand.
COPIED = [
    ("AE", "AETERM", "AETERM_EN"),
    ("AE", "AESPID", "recordposition"),
    ("DM", "SUBJID", "Subject"),
    ("EX", "EXLOT", "LOTNO"),
    ("SS", "SSORRES", "SFUSTAT"),
]


@cache
def lines(path: Path, encoding: str) -> dict[int, dict[str, str]]:
    """The records of a raw file by the line on which each starts, read by plain csv."""
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        found, start = {}, reader.line_num + 1
        for record in reader:
            if len(record) == len(header):
                found[start] = dict(zip(header, record, strict=True))
            start = reader.line_num + 1
    return found


def raw(package: Package, form: str) -> dict[int, dict[str, str]]:
    settings = package.study.forms[form]
    encoding = "utf-8-sig" if settings.encoding == "utf-8" else settings.encoding
    return lines(package.study.folder / settings.file, encoding)


def collected(package: Package) -> dict[str, pd.DataFrame]:
    """The datasets whose records come from forms (not from tables or from other datasets)."""
    frames = package.frames()
    names = [d.name for d in package.documents[0].datasets]
    return {n: frames[n] for n in names if set(frames[n]["_form"]) <= set(package.study.forms)}


def test_every_record_names_its_source(reference: Package) -> None:
    study = reference.study
    known = {*study.forms, *study.tables, *reference.datasets, "study.yaml"}
    frames = reference.frames()
    for dataset in reference.documents[0].datasets:
        frame = frames[dataset.name]
        assert frame["_row"].dtype == "int64", dataset.name
        if dataset.name in ("TS", "TV", "RELREC"):  # of the study's settings, not of records
            continue
        assert set(frame["_form"]) <= known, dataset.name
        assert (frame["_row"] > 0).all(), dataset.name
    for name in ("ADSL", "ADAE"):  # ADRS and ADTTE have records made of several others
        assert set(frames[name]["_form"]) <= known, name
        assert (frames[name]["_row"] > 0).all(), name


def test_every_row_is_a_line_of_its_form_and_of_the_same_subject(reference: Package) -> None:
    seen = 0
    for name, frame in collected(reference).items():
        for form, part in frame.groupby("_form"):
            records = raw(reference, str(form))
            column = reference.study.forms[str(form)].subject
            rule = reference.study.subject
            for row, subject in zip(part["_row"].tolist(), part["USUBJID"].tolist(), strict=True):
                number = records[row][column].strip()
                parts = rule.parts(number)
                assert parts is not None
                # A person who was screened again keeps the number of the first screening.
                again = records[row].get(column) != subject[-6:]
                assert subject[-6:] == number or again, (name, form, row)
                assert subject.startswith(f"CEACART01-{parts[0]}-")
                seen += 1
    assert seen > 5000


@pytest.mark.parametrize(("name", "variable", "column"), COPIED)
def test_copied_values_stand_on_that_line(
    reference: Package, name: str, variable: str, column: str
) -> None:
    frame = reference.frames()[name]
    for form, row, value in frame[["_form", "_row", variable]].itertuples(index=False):
        cell = raw(reference, form)[row][column]
        # A subject's number stands behind that of the site; long text goes on in SUPPAE.
        whole = cell.endswith(value) if variable == "SUBJID" else cell == value
        assert whole or (len(cell) > 200 and cell.startswith(value)), (form, row)
    assert (frame[variable] != "").any()


def test_a_finding_names_the_cell(reference: Package) -> None:
    """Findings of the data point at the raw file, the line and the column of the value."""
    report = reference.report
    found = [f for f, _ in report.explained if f.rule == "date.impossible"]
    assert found
    for finding in found:
        place = finding.raw
        assert place is not None
        form = next(n for n, s in reference.study.forms.items() if s.file == place.file)
        record = raw(reference, form)[place.row]
        columns = place.column.split(", ")
        assert set(columns) <= set(record)
        given = [record[c] for c in columns if record[c]]
        assert re.findall(r"[\w:]+", finding.value) == given
