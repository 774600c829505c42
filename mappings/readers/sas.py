"""SAS data sets (SAS7BDAT) and transport files (XPT), read by pyreadstat, every value as text.

A number becomes its shortest text; the variable's SAS format decides what is a date, a time or
both. A special missing value (.A to .Z) stays visible as such.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mappings.raw import FormSettings, RawItem, RawTable, file_fault
from mappings.readers.files import SAS, XPT, check_begins
from mappings.readers.typed import number, sas_date, sas_datetime, sas_time, spread

_XPT = "a SAS transport file (XPT)"
_DATES = (
    *("DATE", "YYMMDD", "MMDDYY", "DDMMYY", "E8601DA", "IS8601DA", "B8601DA", "JULIAN"),
    *("WORDDATE", "WORDDATX", "WEEKDATE", "WEEKDATX", "EURDFDE", "EURDFDD", "MINGUO", "NENGO"),
    *("MONYY", "MMYY", "YYMM", "YYMON", "YYQ", "YEAR"),
)
_DATETIMES = ("DATETIME", "E8601DT", "IS8601DT", "B8601DT", "DATEAMPM", "MDYAMPM", "EURDFDT")
_TIMES = ("TIME", "TIMEAMPM", "TOD", "HHMM", "HOUR", "MMSS", "E8601TM", "IS8601TM", "B8601TM")
_KINDS: dict[str, tuple[str, Callable[[float], str]]] = {
    **dict.fromkeys(_DATES, ("date", sas_date)),
    **dict.fromkeys(_DATETIMES, ("datetime", sas_datetime)),
    **dict.fromkeys(_TIMES, ("time", sas_time)),
}


def read_sas(path: Path, settings: FormSettings) -> RawTable:
    """A SAS7BDAT file. Its header tells the encoding, unless study.yaml declares another one.

    Raises SpecificationFault when it is missing, cut off or no SAS7BDAT file.
    """
    return _table(*_sas(path, settings, rows=True))


def sas_columns(path: Path, settings: FormSettings) -> tuple[str, ...]:
    """The names of the variables."""
    return tuple(_sas(path, settings, rows=False)[1].column_names)


def read_xpt(path: Path, settings: FormSettings) -> RawTable:
    """A transport file of one data set, in the declared encoding.

    Raises SpecificationFault when it is missing, cut off, no transport file, or holds several.
    """
    check_begins(path, settings.file, XPT, _XPT)
    data = path.read_bytes()
    if len(re.findall(rb"HEADER RECORD\*{7}MEMB(?:ER|V8) ", data)) > 1:
        message = "the transport file holds several data sets"
        raise file_fault(settings.file, message, "Write one file for each data set.")
    frame, meta = _xpt(path, settings, rows=True)
    body = _rows_of(data, settings, sum(meta.variable_storage_width.values()))
    return _table(_with_special(frame, meta, body), meta)


def xpt_columns(path: Path, settings: FormSettings) -> tuple[str, ...]:
    """The names of the variables."""
    return tuple(_xpt(path, settings, rows=False)[1].column_names)


def _sas(path: Path, settings: FormSettings, *, rows: bool) -> tuple[pd.DataFrame, Any]:
    check_begins(path, settings.file, SAS, "a SAS data set (SAS7BDAT)")
    encoding = settings.encoding if settings.encoding.lower() != "utf-8" else None
    return _read("read_sas7bdat", path, settings, encoding, rows=rows)


def _xpt(path: Path, settings: FormSettings, *, rows: bool) -> tuple[pd.DataFrame, Any]:
    check_begins(path, settings.file, XPT, _XPT)
    return _read("read_xport", path, settings, settings.encoding, rows=rows)


def _read(
    name: str, path: Path, settings: FormSettings, encoding: str | None, *, rows: bool
) -> tuple[pd.DataFrame, Any]:
    # Imported here: it is slow, and most exports are text.
    import pyreadstat  # noqa: PLC0415

    function = getattr(pyreadstat, name)
    try:
        frame, meta = function(
            str(path),
            encoding=encoding,
            metadataonly=not rows,
            disable_datetime_conversion=True,
            **({"user_missing": True} if name == "read_sas7bdat" else {}),
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
        said = str(error)
        if re.search(r"convert|encoding|character|codec", said, re.IGNORECASE):
            advice = "Declare the right 'encoding' for this form in study.yaml."
            raise file_fault(settings.file, f"text in another encoding ({said})", advice) from None
        message = f"the file is cut off or damaged ({said})"
        raise file_fault(settings.file, message, "Export it again.") from None
    return frame, meta


def _rows_of(data: bytes, settings: FormSettings, width: int) -> bytes:
    """The rows as they lie in a transport file.

    The file has no count of rows: what follows the last whole row must be blank.
    """
    start = re.search(rb"HEADER RECORD\*{7}OBS(?:V8)? +HEADER RECORD", data)
    body = data[start.start() + 80 :] if start else b"?"
    rest = body[len(body) - len(body) % width :] if width else b""
    if len(data) % 80 or rest.strip(b" "):
        message = "the file is cut off: its last row is not whole"
        raise file_fault(settings.file, message, "Export it again.")
    return body


def _with_special(frame: pd.DataFrame, meta: Any, body: bytes) -> pd.DataFrame:
    """The frame with the letter of each special missing value, which pyreadstat drops."""
    widths = meta.variable_storage_width
    count, width = len(frame), sum(widths.values())
    cells = np.frombuffer(body[: count * width], dtype=np.uint8).reshape(count, width)
    result = frame.copy()
    at = 0
    for name in meta.column_names:
        if meta.readstat_variable_types.get(name) != "string":
            letters = cells[:, at]
            special = frame[name].isna().to_numpy(dtype=bool) & (letters != ord("."))
            if special.any():
                column = frame[name].astype(object)
                column[special] = [chr(c) for c in letters[special].tolist()]
                result[name] = column
        at += widths[name]
    return result


def _table(frame: pd.DataFrame, meta: Any) -> RawTable:
    items: dict[str, RawItem] = {}
    cells: dict[str, pd.Series[str]] = {}
    labels = meta.column_names_to_labels
    for name in meta.column_names:
        column = frame[name]
        form = str(meta.original_variable_types.get(name) or "")
        text = meta.readstat_variable_types.get(name) == "string"
        kind, write = ("text", number) if text else _kind(form)
        cells[name] = spread(
            column,
            lambda values, write=write, text=text: [  # type: ignore[misc]
                str(v) if text else f".{v}" if isinstance(v, str) else write(float(v))
                for v in values
            ],
        )
        items[name] = RawItem(name, str(labels.get(name) or ""), kind)
    lines = pd.Series(np.arange(1, len(frame) + 1), dtype="int64")
    names = tuple(str(n) for n in meta.column_names)
    return RawTable(names, pd.DataFrame(cells, columns=list(names)), lines, items)


def _kind(form: str) -> tuple[str, Callable[[float], str]]:
    """What a number is, by its SAS format: the format's name ends before width and decimals."""
    plain = form.upper().rstrip("0123456789.")
    # YYMMDDD10 and the like name their separator in the last letter.
    for name in (plain, plain[:-1]):
        if name in _KINDS:
            return _KINDS[name]
    return "number", number
