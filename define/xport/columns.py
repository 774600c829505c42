"""What is said of a transport file's columns, and what version 5 refuses to hold."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_NAME = 8
MAX_LABEL = 40
MAX_TEXT = 200
MAX_COLUMNS = 9999
NUMBER_BYTES = 8

_NAME = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)
_FORMAT = re.compile(r"(\$?(?:[A-Z_](?:[A-Z0-9_]*[A-Z_])?)?)([0-9]{0,5})(?:\.([0-9]{0,2}))?")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a transport file.

    `length` is in bytes of the file's encoding: 1 to 200 for text, 8 for numbers. `format` is
    a SAS format such as ``DATE9.``, ``8.2`` or ``$20.``, or empty.
    """

    name: str
    label: str
    numeric: bool
    length: int
    format: str = ""


class XptRefusal(ValueError):
    """The data cannot be held by a version 5 transport file without being changed.

    `variable` is empty when the fault is the dataset's; `row` counts the frame's rows from 1
    and is 0 when the fault is not one row's.
    """

    def __init__(self, dataset: str, variable: str, row: int, reason: str) -> None:
        super().__init__(dataset, variable, row, reason)
        self.dataset = dataset
        self.variable = variable
        self.row = row
        self.reason = reason

    def __str__(self) -> str:
        place = f"{self.dataset}.{self.variable}" if self.variable else self.dataset
        row = f" row {self.row}" if self.row else ""
        return f"{place}{row}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Format:
    """A SAS format taken apart: ``DATETIME20.`` is the name DATETIME, width 20, decimals 0."""

    name: str = ""
    width: int = 0
    decimals: int = 0


def parse_format(text: str) -> Format:
    """`text` taken apart; ValueError says what is wrong with it. The last stop may be left out."""
    match = _FORMAT.fullmatch(text)
    if match is None or text in {".", "$"}:
        raise ValueError(f"format {text!r} is not a SAS format such as DATE9. or $20.")
    name, width, decimals = match[1], int(match[2] or 0), int(match[3] or 0)
    if len(name) > MAX_NAME:
        raise ValueError(f"format {text!r} has a name over {MAX_NAME} bytes")
    if width > 32767 or (decimals and decimals >= width):
        raise ValueError(f"format {text!r} has an impossible width")
    return Format(name, width, decimals)


def codec_name(encoding: str) -> str:
    """The codec's one name (``ascii``, ``utf-8``...); ValueError if ASCII is not part of it."""
    try:
        name = codecs.lookup(encoding).name
        plain = "A z\u007e".encode(name) == b"A z\x7e"
    except (LookupError, TypeError) as error:
        raise ValueError(f"encoding {encoding!r} is not known") from error
    if not plain:
        raise ValueError(f"encoding {encoding!r} does not hold ASCII as it is")
    return name


def header_text(text: str, limit: int, encoding: str) -> bytes:
    """`text` as bytes padded with blanks to `limit`; ValueError says why it cannot be."""
    if bad := CONTROL.search(text):
        raise ValueError(f"the control character U+{ord(bad[0]):04X} stands in {text!r}")
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError as error:
        point = ord(text[error.start])
        raise ValueError(f"U+{point:04X} in {text!r} is not {encoding}") from error
    if len(data) > limit:
        raise ValueError(f"{text!r} is {len(data)} bytes, over {limit}")
    return data.ljust(limit)


def check_name(name: str) -> None:
    """ValueError unless `name` is a version 5 name: capitals, digits and underscore, 8 at most."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"the name {name!r} is not a SAS name of capitals, digits and underscore"
            " that starts with no digit"
        )
    if len(name) > MAX_NAME:
        raise ValueError(f"the name {name!r} is {len(name)} bytes, over {MAX_NAME}")


def check_columns(dataset: str, columns: Sequence[Column], encoding: str) -> None:
    """XptRefusal for the first column that version 5 cannot describe."""
    if len(columns) > MAX_COLUMNS:
        raise XptRefusal(dataset, "", 0, f"{len(columns)} variables, over {MAX_COLUMNS}")
    seen: set[str] = set()
    for column in columns:
        try:
            _check_column(column, encoding)
            if column.name in seen:
                raise ValueError("the name is used twice")
        except ValueError as error:
            raise XptRefusal(dataset, column.name, 0, str(error)) from error
        seen.add(column.name)


def _check_column(column: Column, encoding: str) -> None:
    check_name(column.name)
    try:
        header_text(column.label, MAX_LABEL, encoding)
    except ValueError as error:
        raise ValueError(f"label: {error}") from error
    format = parse_format(column.format)
    if column.format and format.name.startswith("$") == column.numeric:
        kind = "a number" if column.numeric else "text"
        raise ValueError(f"format {column.format!r} does not fit {kind}")
    if column.numeric and column.length != NUMBER_BYTES:
        raise ValueError(f"length {column.length} of a number is not {NUMBER_BYTES}")
    if not 1 <= column.length <= MAX_TEXT:
        raise ValueError(f"length {column.length} is not between 1 and {MAX_TEXT}")
