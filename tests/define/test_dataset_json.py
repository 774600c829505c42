"""Dataset-JSON 1.1 is read strictly: what a file says of itself must be so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from define.dataset_json import JsonUnreadable, read_dataset_json, read_json_head

COLUMNS = [
    {"itemOID": "IT.USUBJID", "name": "USUBJID", "label": "Subject", "dataType": "string"},
    {"itemOID": "IT.AGE", "name": "AGE", "label": "Age", "dataType": "integer"},
    {"itemOID": "IT.W", "name": "W", "label": "Weight", "dataType": "float"},
    {
        "itemOID": "IT.D",
        "name": "D",
        "label": "Decimal",
        "dataType": "decimal",
        "targetDataType": "decimal",
    },
    {
        "itemOID": "IT.DT",
        "name": "DT",
        "label": "Date",
        "dataType": "date",
        "targetDataType": "integer",
    },
    {"itemOID": "IT.DTC", "name": "DTC", "label": "Text date", "dataType": "datetime"},
]
ROWS: list[list[Any]] = [
    ["NA", 1, 0.1, "12.30", "1960-01-02", "2024-01"],
    ["", None, None, "", None, None],
    ["NO ", 3, 2, None, "1959-12-31", "2024-01-01T10:00"],
]


def content(**changes: Any) -> dict[str, Any]:
    about = {
        "datasetJSONCreationDateTime": "2024-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.DM",
        "records": len(changes.get("rows", ROWS)),
        "name": "DM",
        "label": "Demographics",
        "columns": COLUMNS,
        "rows": ROWS,
    }
    return about | changes


def write(path: Path, **changes: Any) -> Path:
    about = content(**changes)
    if path.suffix == ".ndjson":
        rows = about.pop("rows")
        lines = [json.dumps(about), *(json.dumps(row) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        path.write_text(json.dumps(about), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["dm.json", "dm.ndjson"])
def test_every_value_is_read_as_what_it_is(tmp_path: Path, name: str) -> None:
    read = read_dataset_json(write(tmp_path / name))
    assert (read.name, read.label) == ("DM", "Demographics")
    assert read.frame["USUBJID"].tolist() == ["NA", "", "NO"]
    assert read.frame["DTC"].tolist() == ["2024-01", "", "2024-01-01T10:00"]
    assert read.frame["AGE"].fillna(-1).tolist() == [1.0, -1.0, 3.0]
    assert read.frame["W"].fillna(-1).tolist() == [0.1, -1.0, 2.0]
    assert read.frame["D"].fillna(-1).tolist() == [12.3, -1.0, -1.0]
    assert read.frame["DT"].fillna(0).tolist() == [1.0, 0.0, -1.0]
    assert [c.numeric for c in read.columns] == [False, True, True, True, True, False]
    assert {str(t) for t in read.frame.dtypes} == {"str", "float64"}
    head = read_json_head(tmp_path / name)
    assert head.columns == read.columns
    assert head.frame.dtypes.equals(read.frame.dtypes)


def test_a_dataset_without_rows(tmp_path: Path) -> None:
    frame = read_dataset_json(write(tmp_path / "dm.json", rows=[])).frame
    assert len(frame) == 0
    assert {str(t) for t in frame.dtypes} == {"str", "float64"}


def cell(column: int, value: Any) -> list[list[Any]]:
    rows = [list(row) for row in ROWS]
    rows[1][column] = value
    return rows


def column(**changes: Any) -> list[dict[str, Any]]:
    return [COLUMNS[0] | changes, *COLUMNS[1:]]


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "records": ({"records": 4}, "dm.json: it says 4 records and holds 3"),
    "version": ({"datasetJSONVersion": "1.0.0"}, "it is Dataset-JSON 1.0.0; version 1.1 is read"),
    "no name": ({"name": ""}, "it is no Dataset-JSON"),
    "no columns": ({"columns": None}, "it is no Dataset-JSON"),
    "column without name": ({"columns": column(name="")}, "its column 1 has no name"),
    "twice": ({"columns": column(name="AGE")}, "two columns have the same name"),
    "type": ({"columns": column(dataType="boolean")}, "USUBJID has the dataType 'boolean'"),
    "row width": ({"rows": [*ROWS, ["S", 1]]}, "row 4: 2 values where there are 6 columns"),
    "row": ({"rows": [*ROWS, "S"]}, "row 4: this row is no list"),
    "text in number": ({"rows": cell(1, "7")}, 'row 2: AGE is no number: "7"'),
    "bool in number": ({"rows": cell(1, True)}, "row 2: AGE is no number: true"),
    "number in text": ({"rows": cell(0, 7)}, "row 2: USUBJID is no text: 7"),
    "decimal": ({"rows": cell(3, "1,5")}, 'row 2: D is no whole decimal: "1,5"'),
    "partial date": ({"rows": cell(4, "2024-01")}, 'row 2: DT is no whole date: "2024-01"'),
    "no such day": ({"rows": cell(4, "2024-02-30")}, "row 2: DT is no whole date"),
    "too large": ({"rows": cell(1, 2**53 + 1)}, "row 2: AGE is a whole number that 8 bytes"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_not_as_it_says_is_refused(tmp_path: Path, case: str) -> None:
    changes, said = FAULTS[case]
    with pytest.raises(JsonUnreadable) as caught:
        read_dataset_json(write(tmp_path / "dm.json", **changes))
    assert said in str(caught.value)


CUTS: dict[str, tuple[str, Callable[[str], str], str]] = {
    "json": ("dm.json", lambda t: t[: len(t) // 2], "it is no JSON, or cut short"),
    "line": ("dm.ndjson", lambda t: t[:-20], "it is no JSON, or cut short (line 4"),
    "lines": ("dm.ndjson", lambda t: "\n".join(t.splitlines()[:-1]), "it says 3 records"),
    "empty": ("dm.json", lambda _: "", "it is no JSON"),
    "list": ("dm.json", lambda _: "[1, 2]", "it is JSON, but no Dataset-JSON"),
    "nan": ("dm.json", lambda t: t.replace("0.1", "NaN"), "NaN is no number of JSON"),
    "deep": ("dm.json", lambda _: "[" * 200_000, "dm.json: "),
}


@pytest.mark.parametrize("case", CUTS)
def test_a_damaged_file_is_refused(tmp_path: Path, case: str) -> None:
    name, damage, said = CUTS[case]
    path = write(tmp_path / name)
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(JsonUnreadable) as caught:
        read_dataset_json(path)
    assert said in str(caught.value)


def test_another_encoding_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "dm.json"
    path.write_bytes(b'{"label": "\xe9"}')
    with pytest.raises(JsonUnreadable, match="byte 12 is not UTF-8 text"):
        read_json_head(path)
    with pytest.raises(JsonUnreadable, match="cannot be read"):
        read_json_head(tmp_path / "no.json")
