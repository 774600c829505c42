"""CDISC Dataset-JSON 1.1, as one JSON object or as NDJSON: one dataset a file, nothing guessed.

A file that is not what it says (cut short, a row too narrow, text in a number) is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from jsonschema import Draft7Validator

from mappings.frames import blank_number, blank_text, text_series
from mappings.text import number

__all__ = ["DatasetJson", "JsonColumn", "JsonUnreadable", "read_dataset_json", "read_json_head"]

_TEXTS = ("string", "datetime", "date", "time", "URI")
_NUMBERS = ("integer", "float", "double", "decimal")
_NUMERIC_TARGETS = ("integer", "decimal")
_DAY = np.datetime64("1960-01-01", "D")
_SECOND = np.datetime64("1960-01-01T00:00:00", "s")
_EXACT = 2**53
_SHAPES = ("integer", "floating", "mixed-integer-float")
_WHOLE = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?"),
    "time": re.compile(r"\d\d:\d\d(:\d\d)?"),
}


class JsonUnreadable(ValueError):
    """The file is not a whole Dataset-JSON 1.1 dataset; `row` counts from 1, 0 for the file."""

    def __init__(self, file: str, reason: str, row: int = 0) -> None:
        super().__init__(file, reason, row)
        self.file = file
        self.reason = reason
        self.row = row

    def __str__(self) -> str:
        place = f"{self.file}, row {self.row}" if self.row else self.file
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class JsonColumn:
    """One column: `kind` is its dataType, `target` its targetDataType ("" for none).

    `length` is 0 and `format` empty where the file does not tell them.
    """

    name: str
    label: str
    kind: str
    target: str = ""
    length: int = 0
    format: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the dataset that is meant holds a number (a date with a numeric target does)."""
        return self.kind in _NUMBERS or self.target in _NUMERIC_TARGETS


@dataclass(frozen=True, slots=True)
class DatasetJson:
    """What a file holds: text dtype ``str`` ("" missing), numbers float64 (NaN missing).

    Dates with a numeric target are SAS days, datetimes and times SAS seconds. `keys` are the
    columns with a keySequence, in its order.
    """

    frame: pd.DataFrame
    columns: tuple[JsonColumn, ...]
    name: str
    label: str
    keys: tuple[str, ...] = ()


def read_json_head(path: str | Path) -> DatasetJson:
    """Name, label and columns, with a frame without rows; of NDJSON only the first line is read.

    Raises JsonUnreadable.
    """
    return _head(Path(path), _parts(Path(path), rows=False)[0])


def read_dataset_json(path: str | Path) -> DatasetJson:
    """The dataset in the file. Raises JsonUnreadable."""
    path = Path(path)
    about, rows = _parts(path, rows=True)
    head = _head(path, about)
    told = about.get("records")
    if told != len(rows):
        raise JsonUnreadable(path.name, f"it says {told} records and holds {len(rows)}")
    width = len(head.columns)
    lists = pd.Series(rows, dtype=object).map(lambda row: isinstance(row, list))
    if not lists.all():
        at = int((~lists).to_numpy().argmax())
        raise JsonUnreadable(path.name, "this row is no list", at + 1)
    widths = pd.Series([len(row) for row in rows], dtype="int64")
    if (widths != width).any():
        at = int((widths != width).to_numpy().argmax())
        reason = f"{widths[at]} values where there are {width} columns"
        raise JsonUnreadable(path.name, reason, at + 1)
    cells = pd.DataFrame(rows, columns=[c.name for c in head.columns], dtype=object)
    held = {c.name: _values(cells[c.name], c, path.name) for c in head.columns}
    frame = pd.DataFrame(held, index=pd.RangeIndex(len(rows)))
    return DatasetJson(frame, head.columns, head.name, head.label, head.keys)


def _parts(path: Path, *, rows: bool) -> tuple[dict[str, Any], list[Any]]:
    """What the file says of the dataset, and its rows."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            if path.suffix.lower() == ".ndjson":
                about = _parsed(stream.readline(), path, 1)
                lines = [line for line in stream if line.strip()] if rows else []
                found = [_parsed(line, path, at) for at, line in enumerate(lines, 2)]
            else:
                about = _parsed(stream.read(), path)
                found = about.pop("rows", None) or [] if isinstance(about, dict) else []
    except UnicodeDecodeError as error:
        raise JsonUnreadable(path.name, f"byte {error.start + 1} is not UTF-8 text") from None
    except OSError as error:
        raise JsonUnreadable(path.name, f"it cannot be read: {error.strerror}") from None
    if not isinstance(about, dict) or not isinstance(found, list):
        raise JsonUnreadable(path.name, "it is JSON, but no Dataset-JSON")
    return about, found


def _parsed(text: str, path: Path, line: int = 0) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise JsonUnreadable(path.name, "it is nested too deeply for Dataset-JSON") from None
    except json.JSONDecodeError as error:
        at = f"line {line or error.lineno}, column {error.colno}: {error.msg}"
        raise JsonUnreadable(path.name, f"it is no JSON, or cut short ({at})") from None
    except ValueError as error:
        raise JsonUnreadable(path.name, str(error)) from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


@cache
def _schema() -> Draft7Validator:
    """What the standard says of everything but the rows."""
    text = resources.files("define").joinpath("schemas", "dataset-json-1.1.json").read_text("utf-8")
    return Draft7Validator(json.loads(text))


def _head(path: Path, about: dict[str, Any]) -> DatasetJson:
    version = str(about.get("datasetJSONVersion", ""))
    listed = about.get("columns")
    name = about.get("name")
    if not version or not isinstance(listed, list) or not isinstance(name, str) or not name:
        reason = "it is no Dataset-JSON: datasetJSONVersion, name and columns must be there"
        raise JsonUnreadable(path.name, reason)
    if not version.startswith("1.1"):
        raise JsonUnreadable(path.name, f"it is Dataset-JSON {version}; version 1.1 is read")
    columns: list[JsonColumn] = []
    order: dict[str, int] = {}
    for at, item in enumerate(listed, 1):
        if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"]:
            raise JsonUnreadable(path.name, f"its column {at} has no name")
        column = JsonColumn(
            item["name"],
            str(item.get("label") or ""),
            str(item.get("dataType") or ""),
            str(item.get("targetDataType") or ""),
            item["length"] if isinstance(item.get("length"), int) else 0,
            str(item.get("displayFormat") or ""),
        )
        if column.kind not in (*_TEXTS, *_NUMBERS):
            reason = f"{column.name} has the dataType '{column.kind}', which no dataset can hold"
            raise JsonUnreadable(path.name, reason)
        columns.append(column)
        if isinstance(item.get("keySequence"), int):
            order[column.name] = item["keySequence"]
    names = [c.name for c in columns]
    if len(set(names)) < len(names):
        raise JsonUnreadable(path.name, "two columns have the same name")
    faults = sorted(_schema().iter_errors(about), key=lambda e: [str(p) for p in e.absolute_path])
    if faults:
        first = faults[0]
        where = "/".join(str(p) for p in first.absolute_path)
        more = f" (and {len(faults) - 1} faults more)" if len(faults) > 1 else ""
        reason = f"{where}: {first.message}" if where else first.message
        raise JsonUnreadable(path.name, f"it is no Dataset-JSON 1.1: {reason}{more}")
    none = pd.RangeIndex(0)
    empty = {c.name: blank_number(none) if c.numeric else blank_text(none) for c in columns}
    keys = tuple(sorted(order, key=lambda n: order[n]))
    label = str(about.get("label") or "")
    return DatasetJson(pd.DataFrame(empty), tuple(columns), name, label, keys)


def _values(cells: pd.Series[Any], column: JsonColumn, file: str) -> pd.Series[Any]:
    """One column in its own type; a cell of another type is refused with its row."""
    missing = cells.isna().to_numpy(dtype=bool)
    written = column.kind in _TEXTS or column.kind == "decimal"
    shape = pd.api.types.infer_dtype(cells, skipna=True)
    if shape not in (("string", "empty") if written else (*_SHAPES, "empty")):
        kind = str if written else (int, float)
        # A boolean is an int to Python, but no number of a dataset.
        right = cells.map(lambda v: isinstance(v, kind) and not isinstance(v, bool))
        what = "text" if written else "number"
        strange = ~right.to_numpy(dtype=bool) & ~missing
        _refuse(strange, cells, file, f"{column.name} is no {what}")
    if not column.numeric:
        return text_series(cells.where(~missing, "")).str.rstrip(" ")
    filled = cells.where(~missing, "" if written else np.nan)
    if written:
        return _numbers(text_series(filled), column, file)
    values = filled.astype("float64")
    _refuse(np.isinf(values.to_numpy()), cells, file, f"{column.name} is too large for 8 bytes")
    large = values.abs().ge(_EXACT).to_numpy(dtype=bool, copy=True)
    if large.any():
        changed = filled[large].map(lambda v: isinstance(v, int) and int(float(v)) != v)
        large[large] = changed.to_numpy(dtype=bool)
        _refuse(large, cells, file, f"{column.name} is a whole number that 8 bytes cannot hold")
    return values


def _numbers(texts: pd.Series[str], column: JsonColumn, file: str) -> pd.Series[float]:
    """What is written as text and means a number: decimals, and dates with a numeric target."""
    codes, distinct = pd.factorize(texts)
    told = [_moment(str(t), column) if t else np.nan for t in distinct]
    values = pd.Series(np.asarray(told, dtype="float64")[codes], index=texts.index)
    wrong = values.isna().to_numpy(dtype=bool) & (texts != "").to_numpy(dtype=bool)
    _refuse(wrong, texts, file, f"{column.name} is no whole {column.kind}")
    return values


def _moment(text: str, column: JsonColumn) -> float:
    """A decimal as a number; a date as SAS days; a datetime or time as SAS seconds."""
    if column.kind == "decimal":
        return number(text)
    try:
        if not _WHOLE[column.kind].fullmatch(text):
            return np.nan
        if column.kind == "date":
            return float((np.datetime64(text, "D") - _DAY).astype("int64"))
        if column.kind == "time":
            text = f"1960-01-01T{text}"
        return float((np.datetime64(text, "s") - _SECOND).astype("int64"))
    except ValueError:
        return np.nan


def _refuse(wrong: np.ndarray[Any, np.dtype[np.bool_]], cells: Any, file: str, reason: str) -> None:
    if wrong.any():
        at = int(wrong.argmax())
        raise JsonUnreadable(file, f"{reason}: {json.dumps(cells.iloc[at])[:60]}", at + 1)
