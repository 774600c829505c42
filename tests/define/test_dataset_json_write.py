"""What is written as Dataset-JSON is read back whole, fits the standard, and has define's OIDs."""

from __future__ import annotations

import json
import pickle
import tracemalloc
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from lxml import etree

import define.dataset_json_write
from define.dataset_json import JsonUnreadable, read_dataset_json
from define.dataset_json_write import JsonRefusal, write_dataset_json
from define.definexml import to_xml
from define.model import Dataset, Metadata, Variable

ENDS = ["json", "ndjson"]


def metadata_of(dataset: Dataset) -> Metadata:
    return Metadata(
        "S1", "Study", "A study", "P1", "Analysis", "2024-02-03T04:05:06", (), (dataset,)
    )


def variable(
    name: str, datatype: str, *, numeric: bool, format: str = "", order: int = 1
) -> Variable:
    return Variable(name, f"Label {name}", datatype, numeric, 8, order, format=format)


def written(path: Path, frame: pd.DataFrame, variables: list[Variable]) -> dict[str, Any]:
    dataset = Dataset("X", "A label", "BASIC", "One", tuple(variables), len(frame))
    write_dataset_json(path, frame, dataset, metadata_of(dataset))
    if path.suffix == ".json":
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return content
    lines = path.read_text("utf-8").removesuffix("\n").split("\n")
    head: dict[str, Any] = json.loads(lines[0])
    return head | {"rows": [json.loads(line) for line in lines[1:]]}


SAS_DAYS = st.integers(-137774, 2936549).map(float)
SAS_SECONDS = st.integers(-137774 * 86400, 2936550 * 86400 - 1).map(float)
doubles = st.floats(allow_nan=True, allow_infinity=False).map(lambda v: v + 0.0)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(lambda t: t.rstrip(" "))
KINDS: dict[str, tuple[Variable, st.SearchStrategy[Any]]] = {
    "T": (variable("T", "text", numeric=False), words),
    "F": (variable("F", "float", numeric=True, format="8.2"), doubles),
    "I": (
        variable("I", "integer", numeric=True),
        st.integers(-(2**53), 2**53).map(float) | st.just(np.nan),
    ),
    "ADT": (variable("ADT", "integer", numeric=True, format="DATE9."), SAS_DAYS),
    "ADTM": (variable("ADTM", "integer", numeric=True, format="DATETIME20."), SAS_SECONDS),
    "ATM": (variable("ATM", "integer", numeric=True, format="TIME8."), st.integers(0, 86399)),
    "ODD": (variable("ODD", "float", numeric=True, format="DATE9."), doubles),
    "DTC": (variable("DTC", "partialDate", numeric=False), st.sampled_from(["2024", "", "--05"])),
}


@pytest.mark.parametrize("end", ENDS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_frames_come_back(tmp_path: Path, end: str, data: st.DataObject) -> None:
    rows = data.draw(st.integers(0, 20))
    frame = pd.DataFrame(index=pd.RangeIndex(rows))
    for name, (told, values) in KINDS.items():
        drawn = data.draw(st.lists(values, min_size=rows, max_size=rows))
        frame[name] = pd.Series(drawn, dtype="float64" if told.numeric else "str")
    written(tmp_path / f"x.{end}", frame, [v for v, _ in KINDS.values()])
    read = read_dataset_json(tmp_path / f"x.{end}")
    pd.testing.assert_frame_equal(read.frame, frame, check_exact=True)
    assert (read.name, read.label) == ("X", "A label")


@pytest.mark.parametrize("end", ENDS)
def test_types_and_values(tmp_path: Path, end: str) -> None:
    frame = pd.DataFrame(
        {
            "T": pd.Series(['say "\u4e2d"\n', ""], dtype="str"),
            "F": [0.1, np.nan],
            "I": [2.0**53, np.nan],
            "ADT": [0.0, np.nan],
            "ADTM": [-1.0, np.nan],
            "ATM": [86399.0, np.nan],
            "ODD": [0.5, np.nan],
            "DTC": pd.Series(["2024-01", ""], dtype="str"),
        }
    )
    content = written(tmp_path / f"x.{end}", frame, [v for v, _ in KINDS.values()])
    types = {c["name"]: (c["dataType"], c.get("targetDataType")) for c in content["columns"]}
    assert types == {
        "T": ("string", None),
        "F": ("float", None),
        "I": ("integer", None),
        "ADT": ("date", "integer"),
        "ADTM": ("datetime", "integer"),
        "ATM": ("time", "integer"),
        "ODD": ("float", None),
        "DTC": ("string", None),
    }
    first = ['say "\u4e2d"\n', 0.1, 2**53, "1960-01-01", "1959-12-31T23:59:59", "23:59:59", 0.5]
    assert content["rows"] == [[*first, "2024-01"], [None] * 8]
    assert content["datasetJSONCreationDateTime"] == "2024-02-03T04:05:06"
    assert content["records"] == 2
    assert [c["displayFormat"] for c in content["columns"] if "displayFormat" in c] == [
        "8.2",
        "DATE9.",
        "DATETIME20.",
        "TIME8.",
        "DATE9.",
    ]


@pytest.mark.parametrize("end", ENDS)
def test_it_fits_the_standard_and_define(tmp_path: Path, end: str, adam: Any) -> None:
    schema = resources.files("define").joinpath("schemas", "dataset-json-1.1.json")
    validator = Draft7Validator(json.loads(schema.read_text("utf-8")))
    ns = {"o": "http://www.cdisc.org/ns/odm/v1.3"}
    root = etree.fromstring(to_xml(adam.metadata))
    seen = 0
    for dataset in adam.metadata.datasets:
        path = tmp_path / f"{dataset.name}.{end}"
        frame = adam.frames[dataset.name]
        if not dataset.records:
            continue
        write_dataset_json(path, frame, dataset, adam.metadata)
        head = json.loads(path.read_text("utf-8") if end == "json" else _first(path))
        assert not list(validator.iter_errors(head))
        group = root.find(f".//o:ItemGroupDef[@OID='{head['itemGroupOID']}']", ns)
        assert group is not None
        assert group.get("Name") == dataset.name
        oids = [r.get("ItemOID") for r in group.findall("o:ItemRef", ns)]
        assert [c["itemOID"] for c in head["columns"]] == oids
        keys = {r.get("ItemOID"): r.get("KeySequence") for r in group.findall("o:ItemRef", ns)}
        told = {c["itemOID"]: c.get("keySequence") for c in head["columns"]}
        assert {k: str(v) for k, v in told.items() if v} == {k: v for k, v in keys.items() if v}
        version = root.find(".//o:MetaDataVersion", ns)
        study = root.find("o:Study", ns)
        assert version is not None
        assert study is not None
        assert head["metaDataVersionOID"] == version.get("OID")
        assert head["studyOID"] == study.get("OID")
        assert read_dataset_json(path).keys == dataset.keys
        seen += 1
    assert seen


def _first(path: Path) -> str:
    return path.read_text("utf-8").split("\n")[0]


@pytest.mark.parametrize("end", ENDS)
def test_blocks_of_rows_do_not_show_and_the_same_data_make_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    frame = pd.DataFrame(
        {"T": pd.Series([f"t{i % 7}" for i in range(50)], dtype="str"), "F": np.arange(50) / 3}
    )
    variables = [KINDS["T"][0], KINDS["F"][0]]
    written(tmp_path / f"a.{end}", frame, variables)
    for size in (1, 7, 50):
        monkeypatch.setattr(define.dataset_json_write, "_BLOCK_ROWS", size)
        written(tmp_path / f"b.{end}", frame, variables)
        assert (tmp_path / f"a.{end}").read_bytes() == (tmp_path / f"b.{end}").read_bytes()


def test_memory_is_bounded_by_the_block(tmp_path: Path) -> None:
    peaks = []
    for rows in (100_000, 400_000):
        frame = pd.DataFrame({"T": pd.Series(["a", "b"] * (rows // 2), dtype="str"), "F": 1.5})
        dataset = Dataset("X", "", "B", "", (KINDS["T"][0], KINDS["F"][0]), rows)
        tracemalloc.start()
        try:
            write_dataset_json(tmp_path / "x.json", frame, dataset, metadata_of(dataset))
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


@pytest.mark.parametrize(
    ("name", "values", "row", "reason"),
    [
        ("F", [1.0, np.inf], 2, "infinity is no number of JSON"),
        ("I", [1.0, 1.5], 2, "1.5 is no whole number"),
        ("T", ["a", "\ud800"], 2, "half a surrogate pair"),
    ],
)
def test_refused(tmp_path: Path, name: str, values: list[Any], row: int, reason: str) -> None:
    path = tmp_path / "x.json"
    with pytest.raises(JsonRefusal, match=reason) as caught:
        written(path, pd.DataFrame({name: pd.Series(values, dtype=object)}), [KINDS[name][0]])
    assert (caught.value.variable, caught.value.row) == (name, row)
    assert not path.exists()
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_frame_that_is_not_the_dataset_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"F": [1.0]})
    dataset = Dataset("X", "", "B", "", (KINDS["F"][0],), 2)
    with pytest.raises(JsonRefusal, match="2 records said, the frame has 1"):
        write_dataset_json(tmp_path / "x.json", frame, dataset, metadata_of(dataset))
    with pytest.raises(JsonRefusal, match=r"X\.T: the frame has no such column"):
        written(tmp_path / "x.json", frame, [KINDS["T"][0]])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"datasetJSONCreationDateTime": "yesterday"}, "datasetJSONCreationDateTime: 'yesterday'"),
        ({"itemGroupOID": ""}, "itemGroupOID"),
        ({"records": -1}, "records"),
        ({"sourceSystem": {"name": "x"}}, "'version' is a required property"),
        ({"label": None, "studyOID": ""}, r"and 1 faults more"),
    ],
)
def test_a_head_that_the_standard_forbids_is_not_read(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    content = written(tmp_path / "x.json", pd.DataFrame({"F": [1.0]}), [KINDS["F"][0]])
    (tmp_path / "x.json").write_text(json.dumps(content | change))
    with pytest.raises(JsonUnreadable, match=reason):
        read_dataset_json(tmp_path / "x.json")
