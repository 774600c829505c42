"""The header of a transport file, byte by byte, as SAS technical note TS-140 lays it out."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime

from define.xport.columns import (
    MAX_LABEL,
    MAX_NAME,
    Column,
    XptRefusal,
    check_name,
    header_text,
    parse_format,
)

RECORD = 80
NAMESTR = struct.Struct(">hhhh8s40s8shhhxx8shhl52x")
"""One variable's description, 140 bytes: type, hash, length, number, name, label, format's
name, width, decimals and justification, informat's name, width and decimals, position."""

LIBRARY = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
DESCRIPTOR = b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
VARIABLES = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000%04d" + b"0" * 20 + b"  "
OBSERVATIONS = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "

_SYSTEM = b"6.06    bsd4.2  "
"""Release and system that TS-140's own example names: no SAS wrote this file, so no newer
release is claimed."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def stamp(created: datetime) -> bytes:
    """`created` as ``ddMMMyy:hh:mm:ss``, 16 bytes: the clock time as given, no zone applied."""
    month = _MONTHS[created.month - 1]
    return (
        f"{created.day:02d}{month}{created.year % 100:02d}"
        f":{created.hour:02d}:{created.minute:02d}:{created.second:02d}"
    ).encode("ascii")


def padding(size: int) -> bytes:
    """The blanks that fill the last record of `size` bytes."""
    return b" " * (-size % RECORD)


def header(
    name: str, label: str, columns: Sequence[Column], created: datetime, encoding: str
) -> bytes:
    """Everything before the first observation; XptRefusal when name or label do not fit.

    The columns are checked before (`check_columns`).
    """
    try:
        check_name(name)
        member_label = header_text(label, MAX_LABEL, encoding)
    except ValueError as error:
        raise XptRefusal(name, "", 0, str(error)) from error
    when = stamp(created)
    member = name.encode("ascii").ljust(MAX_NAME)
    descriptions = b"".join(_descriptions(columns, encoding))
    return b"".join(
        (
            LIBRARY,
            b"SAS     SAS     SASLIB  " + _SYSTEM + b" " * 24 + when,
            when.ljust(RECORD),
            MEMBER,
            DESCRIPTOR,
            b"SAS     " + member + b"SASDATA " + _SYSTEM + b" " * 24 + when,
            when + b" " * 16 + member_label + b" " * 8,
            VARIABLES % len(columns),
            descriptions,
            padding(len(descriptions)),
            OBSERVATIONS,
        )
    )


def _descriptions(columns: Sequence[Column], encoding: str) -> list[bytes]:
    packed = []
    position = 0
    for number, column in enumerate(columns, start=1):
        format = parse_format(column.format)
        packed.append(
            NAMESTR.pack(
                1 if column.numeric else 2,
                0,
                column.length,
                number,
                column.name.encode("ascii").ljust(MAX_NAME),
                header_text(column.label, MAX_LABEL, encoding),
                format.name.encode("ascii").ljust(MAX_NAME),
                format.width,
                format.decimals,
                0,
                b" " * MAX_NAME,
                0,
                0,
                position,
            )
        )
        position += column.length
    return packed
