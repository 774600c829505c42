"""What is said of a transport file's columns, and what its version refuses to hold."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from define.xport.version import V5, Version

MAX_FORMAT = 8
NUMBER_BYTES = 8

_FORMAT = re.compile(r"(\$?(?:[A-Z_](?:[A-Z0-9_]*[A-Z_])?)?)([0-9]{0,5})(?:\.([0-9]{0,2}))?")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a transport file.

    `length` is in bytes of the file's encoding: 1 to 200 for text (32767 in version 8), 8 for
    numbers. `format` is a SAS format such as ``DATE9.``, ``8.2`` or ``$20.``, or empty.
    """

    name: str
    label: str
    numeric: bool
    length: int
    format: str = ""


class XptRefusal(ValueError):
    """The data cannot be held by a transport file of this version without being changed.

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
    if len(name) > MAX_FORMAT:
        raise ValueError(f"format {text!r} has a name over {MAX_FORMAT} bytes")
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


def check_name(name: str, version: Version = V5) -> None:
    """ValueError unless `name` is one: letters, digits, underscore; in version 5 capitals only."""
    if not version.name_pattern.fullmatch(name):
        raise ValueError(
            f"the name {name!r} is not a SAS name of {version.letters}, digits and underscore"
            " that starts with no digit"
        )
    if len(name) > version.name_limit:
        raise ValueError(f"the name {name!r} is {len(name)} bytes, over {version.name_limit}")


def check_columns(
    dataset: str, columns: Sequence[Column], encoding: str, version: Version = V5
) -> None:
    """XptRefusal for the first column that the version cannot describe."""
    if len(columns) > version.column_limit:
        message = f"{len(columns)} variables, over {version.column_limit}"
        raise XptRefusal(dataset, "", 0, message)
    seen: set[str] = set()
    for column in columns:
        try:
            _check_column(column, encoding, version)
            # SAS does not tell names apart by their case.
            if column.name.upper() in seen:
                raise ValueError("the name is used twice")
        except ValueError as error:
            raise XptRefusal(dataset, column.name, 0, str(error)) from error
        seen.add(column.name.upper())


def _check_column(column: Column, encoding: str, version: Version) -> None:
    check_name(column.name, version)
    try:
        header_text(column.label, version.label_limit, encoding)
    except ValueError as error:
        raise ValueError(f"label: {error}") from error
    format = parse_format(column.format)
    if column.format and format.name.startswith("$") == column.numeric:
        kind = "a number" if column.numeric else "text"
        raise ValueError(f"format {column.format!r} does not fit {kind}")
    if column.numeric and column.length != NUMBER_BYTES:
        raise ValueError(f"length {column.length} of a number is not {NUMBER_BYTES}")
    if not 1 <= column.length <= version.text_limit:
        raise ValueError(f"length {column.length} is not between 1 and {version.text_limit}")
