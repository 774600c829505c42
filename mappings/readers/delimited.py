"""Plain delimited text, read strictly: declared encoding, no type inference, no lost cell.

The parse is pyarrow's. What it forgives or says in its own words is checked here first, so
that a cut-off file, a row with too many cells or a doubled column is named by line.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from mappings.raw import FormSettings, RawTable, file_fault

Lines = npt.NDArray[np.int64]


def read_text(path: Path, settings: FormSettings, *, head: bool = False) -> str:
    """The file (or its first line) as text in its declared encoding; line ends as `\\n`.

    Raises SpecificationFault when it is missing, empty, a zip, or in another encoding.
    """
    file = settings.file
    try:
        with path.open("rb") as stream:
            data = stream.readline() if head else stream.read()
    except FileNotFoundError:
        raise file_fault(
            file, "the file does not exist", "Put the export there, or mend 'file' in study.yaml."
        ) from None
    except OSError as error:
        raise file_fault(file, f"cannot be read: {error.strerror}", "") from None
    if not data.strip():
        raise file_fault(
            file,
            "the file is empty",
            "Export it again: even a form without records has a header row.",
        )
    if data.startswith(b"PK\x03\x04"):
        raise file_fault(file, "this is a zip archive, not a text file", "Unpack it first.")
    try:
        codec = codecs.lookup(settings.encoding).name
        text = data.decode("utf-8-sig" if codec == "utf-8" else codec)
    except LookupError:
        raise file_fault(
            file, f"there is no encoding '{settings.encoding}'", "Mend 'encoding' in study.yaml."
        ) from None
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise file_fault(
            file,
            f"byte {error.start + 1} is not {settings.encoding} text",
            "Declare the right 'encoding' for this form in study.yaml.",
            row,
        ) from None
    if "\x00" in text:
        row = text[: text.index("\x00")].count("\n") + 1
        raise file_fault(file, "a NUL character: this is not a text file", "Export it again.", row)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_header(path: Path, settings: FormSettings) -> tuple[str, ...]:
    """The names in the header row, checked; only the head of the file is read.

    Raises SpecificationFault, as `read_delimited` does.
    """
    text = read_text(path, settings, head=True)
    return tuple(_header(text, settings))


def read_delimited(path: Path, settings: FormSettings) -> RawTable:
    """A file with one header row; every cell stays the text that it is."""
    return parse(read_text(path, settings), settings)


def parse(text: str, settings: FormSettings, first: int = 1) -> RawTable:
    """Cells of delimited text with a header row, and the line on which each row starts.

    `first` is the line of the header row in the file.

    Raises SpecificationFault for a header without names or with a name twice, a row with more
    or fewer cells than the header, and a quote that is never closed.
    """
    file = settings.file
    delimiter = settings.delimiter
    header = _header(text, settings)
    header_end = text.find("\n")
    body = "" if header_end < 0 else text[header_end + 1 :]
    if not body.strip("\n"):
        empty = pd.DataFrame({name: pd.Series([], dtype="str") for name in header})
        return RawTable(tuple(header), empty, pd.Series([], dtype="int64"))  # type: ignore[arg-type]
    table = _table(body, header, delimiter)
    plain = body.count("\n") + (not body.endswith("\n"))
    if table is not None and table.num_rows == plain:
        lines = np.arange(first + 1, first + 1 + plain, dtype=np.int64)
    else:
        lines = _starts(body, delimiter, len(header), file, first)
    if table is None or table.num_rows != len(lines):
        message = "rows and lines do not agree: a quote may be open"
        raise file_fault(file, message, "Export it again.")
    cells = pd.DataFrame(
        {
            name: pd.Series(column.to_pandas(), dtype="str")
            for name, column in zip(header, table.columns, strict=True)
        }
    )
    return RawTable(tuple(header), cells, pd.Series(lines, dtype="int64"))


def _table(body: str, header: list[str], delimiter: str) -> Any:
    """The cells, or None when pyarrow refuses some row (which is then named precisely)."""
    try:
        return pacsv.read_csv(
            pa.py_buffer(body.encode("utf-8")),
            read_options=pacsv.ReadOptions(column_names=header, use_threads=False),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None


def _header(text: str, settings: FormSettings) -> list[str]:
    first = text.partition("\n")[0]
    header = next(csv.reader(io.StringIO(first), delimiter=settings.delimiter), [])
    check_header(header, settings.file)
    return header


def check_header(header: list[str], file: str) -> None:
    """Refuse a header row with a column without a name or with a name twice.

    Raises SpecificationFault.
    """
    if not header or any(not name.strip() for name in header):
        raise file_fault(file, "the header row has a column without a name", "Export it again.", 1)
    counts = Counter(name.casefold() for name in header)
    twice = [name for name in header if counts[name.casefold()] > 1]
    if twice:
        raise file_fault(
            file,
            f"the column '{twice[0]}' stands {counts[twice[0].casefold()]} times in the header",
            "Names of columns must differ (capitals do not count); export it again.",
            1,
        )


def _starts(body: str, delimiter: str, width: int, file: str, first: int) -> Lines:
    """Line number of each record, where cells hold line breaks or a row is at fault."""
    reader = csv.reader(io.StringIO(body), delimiter=delimiter, strict=True)
    ends = [1]
    widths: list[int] = []
    try:
        for record in reader:
            ends.append(reader.line_num + 1)
            widths.append(len(record))
    except csv.Error as error:
        raise file_fault(
            file,
            f"the quoting is broken ({error}): the file may be cut off",
            "Export it again.",
            reader.line_num + first,
        ) from None
    numbers = [end + first for end in ends[:-1]]
    for number, cells in zip(numbers, widths, strict=True):
        if cells not in (width, 0):
            word = "many" if cells > width else "few"
            raise file_fault(
                file,
                f"{cells} cells where the header has {width}: too {word}",
                "A cell with the separator in it must be quoted; a last row that is too short "
                "means that the file is cut off.",
                number,
            )
    return np.asarray([n for n, w in zip(numbers, widths, strict=True) if w], dtype=np.int64)
