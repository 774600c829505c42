"""REDCap exports with labels in the header: the same rows as those with field names."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from mappings.raw import FormSettings
from mappings.readers import columns_of, read_tables
from mappings.readers.redcap_dictionary import read_dictionary
from mappings.readers.redcap_labels import names_of_labels

DATA = Path(__file__).parents[1] / "data"
SYSTEM = {
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
    "redcap_data_access_group": "Data Access Group",
}
OWN = {
    "redcap": {
        "record_id": "Record ID",
        "date_enrolled": "Date of consent",
        "dob": "Date of birth",
        "ethnicity": "Ethnicity",
        "race": "Race",
        "sex": "Sex",
        "date_bp": "Date of measurement",
        "bp_systolic": "Systolic",
        "bp_diastolic": "Diastolic",
    },
    "redcap_events": {
        "record_id": "Record ID",
        "consent_date": "Date of consent",
        "sex": "Sex",
        "race___1": "Race (choice=Asian)",
        "race___2": "Race (choice=White)",
        "race____9": "Race (choice=Not asked)",
        "sbp": "Systolic",
        "fasting": "Fasting?",
        "ae_term": "Event",
        "ae_serious": "Serious?",
    },
}
FORMS = {
    "redcap": (("demographics", "bp"), "raw"),
    "redcap_events": (("enrolment", "vital_signs", "adverse_event"), "label"),
}


def forms(sample: str, header: str = "label") -> list[FormSettings]:
    names, values = FORMS[sample]
    return [
        FormSettings(
            n, "data.csv", "redcap", dictionary="dictionary.csv", form=(n,), values=values,
            header=header,
        )
        for n in names
    ]  # fmt: skip


def label(sample: str, name: str) -> str:
    known = SYSTEM | OWN[sample]
    return "Complete?" if name.endswith("_complete") else known[name]


def lay(
    folder: Path, sample: str, change: Callable[[list[list[str]]], list[list[str]]] = list
) -> list[list[str]]:
    """The sample with labels in its header, and rows changed before; the rows with names."""
    shutil.copytree(DATA / sample, folder, dirs_exist_ok=True)
    text = (folder / "data.csv").read_text(encoding="utf-8")
    rows = change(list(csv.reader(io.StringIO(text))))
    stream = io.StringIO()
    header = [label(sample, n) for n in rows[0]]
    csv.writer(stream, lineterminator="\n").writerows([header, *rows[1:]])
    (folder / "data.csv").write_text(stream.getvalue(), encoding="utf-8")
    return rows


def without(*names: str) -> Callable[[list[list[str]]], list[list[str]]]:
    def change(rows: list[list[str]]) -> list[list[str]]:
        keep = [i for i, n in enumerate(rows[0]) if n not in names]
        return [[row[i] for i in keep] for row in rows]

    return change


def said(folder: Path, given: list[FormSettings]) -> str:
    found = [str(f) for f in read_tables(folder, given)[1]]
    assert [str(f) for f in columns_of(folder, given)[1]] == found
    (one,) = found
    return one


@pytest.mark.parametrize("sample", FORMS)
def test_the_same_rows_as_with_names(tmp_path: Path, sample: str) -> None:
    lay(tmp_path, sample)
    tables, faults = read_tables(tmp_path, forms(sample))
    assert faults == []
    wanted, _ = read_tables(DATA / sample, forms(sample, "name"))
    for name, table in wanted.items():
        assert tables[name].columns == table.columns
        pd.testing.assert_frame_equal(tables[name].cells, table.cells)
        assert tables[name].lines.tolist() == table.lines.tolist()
    assert columns_of(tmp_path, forms(sample))[0] == {n: t.columns for n, t in wanted.items()}


def test_part_of_the_fields_is_known_by_labels_that_are_of_one_field(tmp_path: Path) -> None:
    lay(tmp_path, "redcap_events", without("sex", "fasting", "vital_signs_complete"))
    tables, faults = read_tables(tmp_path, forms("redcap_events"))
    assert faults == []
    assert tables["vital_signs"].cells["sbp"].tolist() == ["121", "118", "130"]
    assert "adverse_event_complete" in tables["adverse_event"].columns


def test_a_label_that_two_fields_have(tmp_path: Path) -> None:
    lay(tmp_path, "redcap", without("dob"))
    dictionary = tmp_path / "dictionary.csv"
    text = dictionary.read_text(encoding="utf-8")
    dictionary.write_text(text.replace("Date of measurement", "Date of consent"), encoding="utf-8")
    data = tmp_path / "data.csv"
    text = data.read_text(encoding="utf-8").replace("Date of measurement", "Date of consent")
    data.write_text(text, encoding="utf-8")
    assert said(tmp_path, forms("redcap")) == (
        "data.csv, row 1: the label 'Date of consent' is that of date_enrolled and date_bp. "
        "Export the data with field names (not labels) in the header."
    )


def test_an_export_of_all_fields_is_known_by_its_order(tmp_path: Path) -> None:
    lay(tmp_path, "redcap")
    for name in ("dictionary.csv", "data.csv"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        changed = text.replace("Date of measurement", "Date of consent")
        (tmp_path / name).write_text(changed, encoding="utf-8")
    tables, faults = read_tables(tmp_path, forms("redcap"))
    assert faults == []
    wanted, _ = read_tables(DATA / "redcap", forms("redcap", "name"))
    assert tables["bp"].cells["date_bp"].tolist() == wanted["bp"].cells["date_bp"].tolist()


def test_a_label_that_no_field_has(tmp_path: Path) -> None:
    lay(tmp_path, "redcap")
    data = tmp_path / "data.csv"
    text = data.read_text(encoding="utf-8").replace("Systolic", "Systolic pressure")
    data.write_text(text, encoding="utf-8")
    assert said(tmp_path, forms("redcap")) == (
        "data.csv, row 1: the data dictionary has no field with the label 'Systolic pressure'. "
        "Did you mean 'Systolic'? Export the data with field names (not labels) in the header."
    )


@pytest.mark.parametrize(
    "names",
    [
        ("consent_date", "sex", "race___1", "race___2", "race____9"),
        ("sbp", "fasting"),
    ],
)
def test_a_status_whose_form_is_not_told(tmp_path: Path, names: tuple[str, ...]) -> None:
    lay(tmp_path, "redcap_events", without(*names))
    assert "it is not told whose status the column 'Complete?' is" in said(
        tmp_path, forms("redcap_events")
    )


def test_what_the_header_is_must_be_declared(tmp_path: Path) -> None:
    lay(tmp_path, "redcap")
    assert said(tmp_path, forms("redcap", "")) == (
        "data.csv, row 1: the header holds labels, not field names such as 'record_id'. Set "
        "'header: label' in study.yaml, or export the data with field names."
    )
    assert said(DATA / "redcap", forms("redcap")) == (
        "data.csv, row 1: the header holds field names (such as 'record_id'), not labels. Take "
        "'header: label' out of study.yaml."
    )
    bare = [replace(f, dictionary="") for f in forms("redcap")[:1]]
    assert "Name it in 'dictionary'" in said(tmp_path, bare)


def test_markup_and_survey_stamps(tmp_path: Path) -> None:
    shutil.copytree(DATA / "redcap", tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "dictionary.csv").read_text(encoding="utf-8")
    text = text.replace('"Systolic"', '"<b>Systolic</b>  pressure"')
    (tmp_path / "dictionary.csv").write_text(text, encoding="utf-8")
    dictionary = read_dictionary(tmp_path, forms("redcap")[0])
    header = ["Record ID", "Survey Identifier", "Survey Timestamp", "Systolic pressure"]
    assert names_of_labels(header, dictionary, "data.csv") == [
        *("record_id", "redcap_survey_identifier", "bp_timestamp", "bp_systolic")
    ]
