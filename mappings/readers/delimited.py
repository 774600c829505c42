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

from mappings.findings import SpecificationFault
from mappings.raw import SHOWN, FormSettings, RawTable, file_fault, row_faults
from mappings.readers.checks import LONG, long_cell
from mappings.readers.files import unpacked

Lines = npt.NDArray[np.int64]
OTHER_ENCODING = "Declare the right 'encoding' for this form in study.yaml."
CELLS = (
    "A cell with the separator in it must be quoted; a last row that is too short means that the "
    "file is cut off."
)


def read_text(path: Path, settings: FormSettings, *, head: bool = False) -> str:
    """The file (or its first line) as text in its declared encoding; line ends as `\\n`.

    A file compressed by gzip is unpacked. Raises SpecificationFault when it is missing, empty, a
    zip, cut off, unpacks to too much, or is in another encoding.
    """
    file = settings.file
    data = unpacked(path, file, head=head)
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
    except UnicodeDecodeError:
        raise _other_encoding(data, codec, settings) from None
    if "\x00" in text:
        rows = [n for n, line in enumerate(text.split("\n"), 1) if "\x00" in line]
        message = f"a NUL character: this is not a text file{_also(rows)}"
        raise file_fault(file, message, "Export it again.", rows[0])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _other_encoding(data: bytes, codec: str, settings: FormSettings) -> SpecificationFault:
    """The first byte of each row that is no text in the declared encoding."""
    starts: list[int] = []

    def note(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        starts.append(error.start)
        return "\ufffd", error.end

    codecs.register_error("crosswalk.note", note)
    data.decode(codec, errors="crosswalk.note")
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
    rows = np.unique(np.searchsorted(ends, starts) + 1).tolist()
    message = f"byte {starts[0] + 1} is not {settings.encoding} text{_also(rows)}"
    return file_fault(settings.file, message, OTHER_ENCODING, rows[0])


def _also(rows: list[int]) -> str:
    """The other rows with the same fault, which mostly all rows have."""
    if len(rows) == 1:
        return ""
    more = f" and {len(rows) - 1 - SHOWN:,} more" if len(rows) > SHOWN + 1 else ""
    word = "row" if len(rows) == 2 else "rows"
    return f"; the same in {word} {', '.join(map(str, rows[1 : SHOWN + 1]))}{more}"


def read_header(path: Path, settings: FormSettings) -> tuple[str, ...]:
    """The names in the header row, checked; only the head of the file is read.

    Raises SpecificationFault, as `read_delimited` does.
    """
    text = read_text(path, settings, head=True)
    return header_of(text, settings)


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
    header = header_of(text, settings)
    header_end = text.find("\n")
    body = "" if header_end < 0 else text[header_end + 1 :]
    if not body.strip("\n"):
        empty = pd.DataFrame({name: pd.Series([], dtype="str") for name in header})
        return RawTable(header, empty, pd.Series([], dtype="int64"))  # type: ignore[arg-type]
    table = _table(body, header, delimiter)
    plain = body.count("\n") + (not body.endswith("\n"))
    if table is not None and table.num_rows == plain:
        lines = np.arange(first + 1, first + 1 + plain, dtype=np.int64)
    else:
        lines = _starts(body, settings, len(header), first)
    if table is None or table.num_rows != len(lines):
        message = "rows and lines do not agree: a quote may be open"
        raise file_fault(file, message, "Export it again.")
    cells = pd.DataFrame(
        {
            name: pd.Series(column.to_pandas(), dtype="str")
            for name, column in zip(header, table.columns, strict=True)
        }
    )
    return RawTable(header, cells, pd.Series(lines, dtype="int64"))


def _table(body: str, header: tuple[str, ...], delimiter: str) -> Any:
    """The cells, or None when pyarrow refuses some row (which is then named precisely)."""
    data = body.encode("utf-8")
    # A row that does not fit into a block is refused; the usual size is tried first.
    for size in (1 << 20, len(data) + 1):
        try:
            return pacsv.read_csv(
                pa.py_buffer(data),
                read_options=pacsv.ReadOptions(
                    column_names=list(header), use_threads=False, block_size=size
                ),
                parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error):
                return None
    return None


def header_of(text: str, settings: FormSettings) -> tuple[str, ...]:
    """The names in the first line of a text, checked.

    Raises SpecificationFault, as `read_delimited` does.
    """
    first = text.partition("\n")[0]
    header = next(csv.reader(io.StringIO(first), delimiter=settings.delimiter), [])
    check_header(header, settings.file)
    return tuple(header)


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


def _starts(body: str, settings: FormSettings, width: int, first: int) -> Lines:
    """Line number of each record, where cells hold line breaks or a row is at fault."""
    file, limit = settings.file, csv.field_size_limit(settings.cell_limit)
    reader = csv.reader(io.StringIO(body), delimiter=settings.delimiter, strict=True)
    ends = [1]
    widths: list[int] = []
    broken: csv.Error | None = None
    try:
        for record in reader:
            ends.append(reader.line_num + 1)
            widths.append(len(record))
    except csv.Error as error:
        broken = error
    finally:
        csv.field_size_limit(limit)
    numbers = [end + first for end in ends[:-1]]
    told = [
        (number, f"{cells} cells where the header has {width}: too {_much(cells, width)}")
        for number, cells in zip(numbers, widths, strict=True)
        if cells not in (width, 0)
    ]
    found = row_faults(file, told, CELLS).findings if told else []
    if broken is not None:
        at = reader.line_num + first
        if "field larger" in str(broken):
            message = long_cell(settings, f"more than {settings.cell_limit}")
            found += file_fault(file, message, LONG, at).findings
        else:
            message = f"the quoting is broken ({broken}): the file may be cut off"
            found += file_fault(file, message, "Export it again.", at).findings
    if found:
        raise SpecificationFault(found)
    return np.asarray([n for n, w in zip(numbers, widths, strict=True) if w], dtype=np.int64)


def _much(cells: int, width: int) -> str:
    return "many" if cells > width else "few"
