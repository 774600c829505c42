"""A dataset from a file, whatever its format: XPT, Dataset-JSON, SAS7BDAT or CSV.

What a format cannot say (CSV knows neither types nor labels) is left open, not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from define.dataset_json import JsonUnreadable, read_dataset_json
from define.xpt_read import XptUnreadable, read_transport
from mappings.findings import SpecificationFault
from mappings.frames import text_series
from mappings.raw import FormSettings
from mappings.readers.delimited import read_delimited

ENDINGS = (".xpt", ".json", ".ndjson", ".sas7bdat", ".csv", ".csv.gz")
"""Of two files of one dataset in a folder, the one whose ending stands first here is taken."""
NO_DATASETS = (".labels.json", "manifest.json")


class TableUnreadable(ValueError):
    """The file cannot be read as the dataset that its name says; the text says why."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a file says of a variable; None where its format has no room to say it."""

    numeric: bool | None = None
    length: int | None = None
    label: str | None = None
    format: str | None = None


@dataclass(frozen=True)
class Table:
    """A dataset: text ``str`` ("" missing), numbers float64 (NaN missing).

    `special` has the special missing value (``A`` to ``Z``, ``_``) of each row of a variable.
    `keys` are those that the file itself tells.
    """

    file: str
    name: str
    label: str | None
    frame: pd.DataFrame
    about: Mapping[str, Attributes]
    keys: tuple[str, ...] = ()
    special: Mapping[str, pd.Series[str]] = field(default_factory=dict)


def ending(path: Path) -> str:
    """The one of ENDINGS that the file has, empty for none."""
    name = path.name.lower()
    if name.endswith(NO_DATASETS):
        return ""
    return next((e for e in reversed(ENDINGS) if name.endswith(e)), "")


def stem(path: Path) -> str:
    """The name of the file without its ending, in capitals."""
    return path.name[: len(path.name) - len(ending(path))].upper()


def read_table(path: Path, encoding: str = "utf-8") -> Table:
    """The dataset in the file; `encoding` is of XPT and CSV. Raises TableUnreadable."""
    kind = ending(path)
    try:
        if kind == ".xpt":
            return _xpt(path, encoding)
        if kind in {".json", ".ndjson"}:
            return _json(path)
        if kind == ".sas7bdat":
            return _sas(path)
        if kind:
            return _csv(path, encoding)
    except (XptUnreadable, JsonUnreadable) as error:
        raise TableUnreadable(f"{path}: {error.reason}") from None
    except SpecificationFault as fault:
        raise TableUnreadable(f"{path}: {fault.findings[0].message}") from None
    except OSError as error:
        raise TableUnreadable(f"{path}: {error.strerror or error}") from None
    known = ", ".join(ENDINGS)
    raise TableUnreadable(f"{path}: it is none of the formats that are compared ({known})")


def _xpt(path: Path, encoding: str) -> Table:
    read = read_transport(path, encoding)
    about = {c.name: Attributes(c.numeric, c.length, c.label, c.format) for c in read.columns}
    return Table(str(path), read.name, read.label, read.frame, about, special=read.special)


def _json(path: Path) -> Table:
    read = read_dataset_json(path)
    about = {
        c.name: Attributes(c.numeric, c.length or None, c.label, c.format) for c in read.columns
    }
    return Table(str(path), read.name, read.label, read.frame, about, read.keys)


def _sas(path: Path) -> Table:
    try:
        frame, meta = pyreadstat.read_sas7bdat(
            str(path), disable_datetime_conversion=True, user_missing=True
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise TableUnreadable(f"{path}: it cannot be read as SAS7BDAT: {error}") from None
    about: dict[str, Attributes] = {}
    held: dict[str, pd.Series[Any]] = {}
    special: dict[str, pd.Series[str]] = {}
    labels = dict(zip(meta.column_names, meta.column_labels, strict=True))
    for name in meta.column_names:
        numeric = meta.readstat_variable_types[name] != "string"
        column = frame[name]
        if not numeric:
            held[name] = text_series(column).str.rstrip(" ")
        else:
            held[name] = pd.to_numeric(column, errors="coerce").astype("float64")
            if column.dtype == object:
                marks = column.where(column.map(lambda v: isinstance(v, str)), "")
                special[name] = text_series(marks)
        length = None if numeric else meta.variable_storage_width[name]
        format = str(meta.original_variable_types.get(name) or "")
        about[name] = Attributes(numeric, length, labels[name] or "", _formatted(format))
    index = pd.RangeIndex(len(frame))
    whole = pd.DataFrame(held, index=index) if held else pd.DataFrame(index=index)
    label, name = str(meta.file_label or ""), str(meta.table_name or stem(path))
    return Table(str(path), name, label, whole, about, special=special)


def _formatted(text: str) -> str:
    """A format with its full stop, as a transport file tells it."""
    return text if not text or "." in text else f"{text}."


def _csv(path: Path, encoding: str) -> Table:
    settings = FormSettings(stem(path), str(path), reader="csv", encoding=encoding)
    read = read_delimited(path, settings)
    cells = {name: read.cells[name].str.rstrip(" ") for name in read.columns}
    frame = pd.DataFrame(cells).reset_index(drop=True)
    about = {name: Attributes() for name in read.columns}
    return Table(str(path), stem(path), None, frame, about)


def numbers_of(series: pd.Series[Any]) -> pd.Series[float] | None:
    """Text as numbers, where every value that is there is one; else None."""
    codes, distinct = pd.factorize(series)
    texts = pd.Series([str(d).strip() for d in distinct], dtype="str")
    numbers = pd.to_numeric(texts.where(texts != ""), errors="coerce").to_numpy(dtype="float64")
    if (np.isnan(numbers) & (texts != "").to_numpy()).any() or np.isinf(numbers).any():
        return None
    return pd.Series(numbers[codes], index=series.index, dtype="float64")
