"""The header of a transport file, byte by byte, as SAS technical note TS-140 lays it out."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime

from define.xport.columns import Column, XptRefusal, check_name, header_text, parse_format
from define.xport.version import MAX_LABEL, RECORD, V5, Version, head_record

NAMESTR = struct.Struct(">hhhh8s40s8shhhxx8shhl32sH18x")
"""One variable's description, 140 bytes: type, hash, length, number, name, label, format's
name, width, decimals and justification, informat's name, width and decimals, position; of
version 8 also the whole name and the length of the whole label, zeros in version 5."""

MEMBER_NUMBERS = b"000000000000000001600000000140"
"""A dataset is described in 160 bytes, each of its variables in 140."""

LONG_LABEL = struct.Struct(">HHH")
"""A variable's number, the lengths of its name and its label; these two follow."""

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
    name: str,
    label: str,
    columns: Sequence[Column],
    created: datetime,
    encoding: str,
    rows: int = 0,
    version: Version = V5,
) -> bytes:
    """Everything before the first observation; XptRefusal when name or label do not fit.

    The columns are checked before (`check_columns`). `rows` is told in version 8 only.
    """
    try:
        check_name(name, version)
        member_label = header_text(label, MAX_LABEL, encoding)
    except ValueError as error:
        raise XptRefusal(name, "", 0, str(error)) from error
    when = stamp(created)
    member = b"SAS     " + name.encode("ascii").ljust(version.name_limit) + b"SASDATA " + _SYSTEM
    descriptions = b"".join(_descriptions(columns, encoding, version))
    return b"".join(
        (
            head_record(version.head_word),
            b"SAS     SAS     SASLIB  " + _SYSTEM + b" " * 24 + when,
            when.ljust(RECORD),
            head_record(version.member, MEMBER_NUMBERS),
            head_record(version.descriptor),
            member.ljust(RECORD - len(when)) + when,
            when + b" " * 16 + member_label + b" " * 8,
            head_record(version.variables, b"0000%06d" % len(columns) + b"0" * 20),
            descriptions,
            padding(len(descriptions)),
            _long_labels(columns, encoding),
            head_record(version.observations, b"%15d" % rows)
            if version is not V5
            else head_record(version.observations),
        )
    )


def _descriptions(columns: Sequence[Column], encoding: str, version: Version) -> list[bytes]:
    packed = []
    position = 0
    for number, column in enumerate(columns, start=1):
        format = parse_format(column.format)
        name = column.name.encode("ascii")
        label = column.label.encode(encoding)
        # A reader that knows only the first 40 bytes must not find half a character.
        shown = label[:MAX_LABEL].decode(encoding, "ignore").encode(encoding)
        packed.append(
            NAMESTR.pack(
                1 if column.numeric else 2,
                0,
                column.length,
                number,
                name[:8].ljust(8),
                shown.ljust(MAX_LABEL),
                format.name.encode("ascii").ljust(8),
                format.width,
                format.decimals,
                0,
                b" " * 8,
                0,
                0,
                position,
                b"" if version is V5 else name.ljust(version.name_limit),
                0 if version is V5 else len(label),
            )
        )
        position += column.length
    return packed


def _long_labels(columns: Sequence[Column], encoding: str) -> bytes:
    """The part that holds labels over 40 bytes, which only version 8 has; empty without any."""
    parts = []
    for number, column in enumerate(columns, start=1):
        name, label = column.name.encode("ascii"), column.label.encode(encoding)
        if len(label) > MAX_LABEL:
            parts.append(LONG_LABEL.pack(number, len(name), len(label)) + name + label)
    if not parts:
        return b""
    body = b"".join(parts)
    return head_record(b"LABELV8", b"%d" % len(parts)) + body + padding(len(body))
