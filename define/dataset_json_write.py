"""Dataset-JSON 1.1 of a dataset that was built, as one JSON object or as NDJSON.

Names, labels, types, keys and OIDs are those of define.xml. Numbers are written with every digit
they have, missing values as null, SAS dates as ISO 8601 text with the target integer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from define.definexml.datasets import item_group_oid
from define.definexml.document import study_oid, version_oid
from define.definexml.items import item_oid
from define.model import Dataset, Metadata, Variable
from define.xport.columns import parse_format

__all__ = ["ENDINGS", "JsonRefusal", "write_dataset_json"]

ENDINGS = {"dataset-json": ".json", "ndjson": ".ndjson"}
VERSION = "1.1.0"

_BLOCK_ROWS = 1 << 15
_TOLD = frozenset({"string", "date", "datetime", "time"})
# What an incomplete date is has no dataType of its own; text is always true of it.
_DATE_FORMATS = {
    "date": ("DATE", "E8601DA", "YYMMDD", "DDMMYY", "MMDDYY"),
    "datetime": ("DATETIME", "E8601DT"),
    "time": ("TIME", "E8601TM", "TOD"),
}
_DAYS = (-137774.0, 2936549.0)
"""SAS days of 1582-10-15, where the Gregorian calendar begins, and of the year 9999's last day."""
_SECONDS_A_DAY = 86400

Floats = npt.NDArray[np.float64]


class JsonRefusal(ValueError):
    """The data cannot be held by Dataset-JSON as they are; `row` counts from 1, 0 for none."""

    def __init__(self, dataset: str, variable: str, row: int, reason: str) -> None:
        super().__init__(dataset, variable, row, reason)
        self.dataset = dataset
        self.variable = variable
        self.row = row
        self.reason = reason

    def __str__(self) -> str:
        row = f" row {self.row}" if self.row else ""
        return f"{self.dataset}.{self.variable}{row}: {self.reason}"


def write_dataset_json(
    path: str | Path, frame: pd.DataFrame, dataset: Dataset, metadata: Metadata
) -> None:
    """Write `frame` as `dataset` says; a path that ends in ``.ndjson`` has a row on each line.

    Raises JsonRefusal for an infinite number, for text that is half a surrogate pair, and for a
    frame that is not the dataset's. Memory beyond the frame is bounded by a block of rows.
    """
    path = Path(path)
    variables = sorted(dataset.variables, key=lambda v: v.order)
    _same(frame, dataset, variables)
    columns = {v.name: _column(dataset, v, frame[v.name]) for v in variables}
    head = _head(dataset, metadata, list(columns.values()))
    lines = _rows(frame, dataset, columns)
    try:
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            if path.suffix == ENDINGS["ndjson"]:
                stream.write(_text(head) + "\n")
                for block in lines:
                    stream.writelines(f"{line}\n" for line in block)
            else:
                _one_object(stream, head, lines)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _same(frame: pd.DataFrame, dataset: Dataset, variables: list[Variable]) -> None:
    if dataset.records != len(frame):
        reason = f"{dataset.records} records said, the frame has {len(frame)}"
        raise JsonRefusal(dataset.name, "", 0, reason)
    for variable in variables:
        if variable.name not in frame.columns:
            raise JsonRefusal(dataset.name, variable.name, 0, "the frame has no such column")


def _head(dataset: Dataset, metadata: Metadata, columns: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything but the rows, in the order that the standard recommends."""
    return {
        "datasetJSONCreationDateTime": metadata.created,
        "datasetJSONVersion": VERSION,
        "sourceSystem": {"name": "Crosswalk", "version": metadata.tool_version},
        "studyOID": study_oid(metadata),
        "metaDataVersionOID": version_oid(metadata),
        "metaDataRef": "define.xml",
        "itemGroupOID": item_group_oid(dataset),
        "records": dataset.records,
        "name": dataset.name,
        "label": dataset.label,
        "columns": columns,
    }


def _column(dataset: Dataset, variable: Variable, values: pd.Series[Any]) -> dict[str, Any]:
    kind, target = _types(variable, values)
    told: dict[str, Any] = {
        "itemOID": item_oid(dataset, variable),
        "name": variable.name,
        "label": variable.label,
        "dataType": kind,
    }
    if target:
        told["targetDataType"] = target
    if kind == "string":
        told["length"] = max(variable.length, 1)
    if variable.format:
        told["displayFormat"] = variable.format
    if variable.key_sequence:
        told["keySequence"] = variable.key_sequence
    return told


def _types(variable: Variable, values: pd.Series[Any]) -> tuple[str, str]:
    """The dataType and targetDataType of a variable."""
    if not variable.numeric:
        return (variable.datatype if variable.datatype in _TOLD else "string"), ""
    numbers = values.to_numpy(dtype="float64")
    name = parse_format(variable.format).name
    for kind, formats in _DATE_FORMATS.items():
        if name.startswith(formats) and not (kind == "date" and name.startswith("DATETIME")):
            # What is no whole day or second of the calendar stays the number that it is.
            return (kind, "integer") if _on_calendar(numbers, kind) else ("float", "")
    return ("integer" if variable.datatype == "integer" else "float"), ""


def _on_calendar(numbers: Floats, kind: str) -> bool:
    known = numbers[~np.isnan(numbers)]
    low, high = {
        "date": _DAYS,
        "datetime": (_DAYS[0] * _SECONDS_A_DAY, (_DAYS[1] + 1) * _SECONDS_A_DAY - 1),
        "time": (0.0, _SECONDS_A_DAY - 1.0),
    }[kind]
    return bool(((known == np.floor(known)) & (known >= low) & (known <= high)).all())


def _one_object(stream: TextIO, head: dict[str, Any], lines: Iterator[list[str]]) -> None:
    """One line for each column and each row, so that two files can be compared as text."""
    columns = ",\n".join(_text(c) for c in head["columns"])
    about = _text({k: v for k, v in head.items() if k != "columns"})
    stream.write(f'{about[:-1]}, "columns": [\n{columns}\n], "rows": [')
    before = "\n"
    for block in lines:
        stream.write(before + ",\n".join(block))
        before = ",\n"
    stream.write("\n]}\n")


def _rows(
    frame: pd.DataFrame, dataset: Dataset, columns: dict[str, dict[str, Any]]
) -> Iterator[list[str]]:
    """The rows as JSON arrays, a block at a time."""
    for start in range(0, len(frame), _BLOCK_ROWS):
        block = frame.iloc[start : start + _BLOCK_ROWS]
        cells = [_cells(block[n], c, dataset.name, start) for n, c in columns.items()]
        joined = pc.binary_join_element_wise(*cells, pa.scalar(", ", pa.large_string()))
        yield [f"[{row}]" for row in joined.to_pylist()]


def _cells(values: pd.Series[Any], column: dict[str, Any], dataset: str, start: int) -> pa.Array:
    """A column of a block as JSON; what a value becomes is worked out once."""
    codes, distinct = pd.factorize(values)
    name, kind = column["name"], column["dataType"]

    def refuse(wrong: int, reason: str) -> JsonRefusal:
        return JsonRefusal(dataset, name, start + int(np.argmax(codes == wrong)) + 1, reason)

    if kind in _TOLD and "targetDataType" not in column:
        texts = [str(v) for v in distinct]
        for place, text in enumerate(texts):
            if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
                raise refuse(place, "the text holds half a surrogate pair")
        shown = [_text(t) if t else "null" for t in texts]
    else:
        numbers = np.asarray(distinct, dtype="float64")
        endless = np.flatnonzero(np.isinf(numbers))
        if endless.size:
            raise refuse(int(endless[0]), "infinity is no number of JSON")
        broken = np.flatnonzero(numbers != np.floor(numbers)) if kind == "integer" else endless
        if broken.size:
            value = float(numbers[broken[0]])
            raise refuse(int(broken[0]), f"{value!r} is no whole number, as the metadata say")
        shown = _numbers(numbers, column)
    table = pa.array([*shown, "null"], type=pa.large_string())
    return table.take(pa.array(np.where(codes < 0, len(shown), codes)))


def _numbers(numbers: Floats, column: dict[str, Any]) -> list[str]:
    if "targetDataType" in column:
        return [f'"{text}"' for text in _iso(numbers, column["dataType"])]
    if column["dataType"] == "integer":
        return [str(int(v)) for v in numbers.tolist()]
    return [repr(v) for v in numbers.tolist()]


def _iso(numbers: Floats, kind: str) -> list[str]:
    """Whole SAS days or seconds as ISO 8601."""
    whole = numbers.astype("int64")
    if kind == "date":
        moments = np.datetime64("1960-01-01", "D") + whole.astype("timedelta64[D]")
    else:
        moments = np.datetime64("1960-01-01T00:00:00", "s") + whole.astype("timedelta64[s]")
    texts: list[str] = moments.astype(str).tolist()
    return [t[11:] for t in texts] if kind == "time" else texts


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
