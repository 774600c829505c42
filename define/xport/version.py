"""What the two versions of the transport format can hold, and how their records are headed."""

from __future__ import annotations

import re
from dataclasses import dataclass

RECORD = 80
MAX_LABEL = 40
"""Bytes of a dataset's label in both versions, and of a variable's in its description."""

_ZEROS = b"0" * 30
_HEAD, _MARK = b"HEADER RECORD*******", b"HEADER RECORD!!!!!!!"


def head_record(word: bytes, numbers: bytes = _ZEROS) -> bytes:
    """The record that heads a part of the file; `numbers` are at most 30 bytes."""
    return _HEAD + word.ljust(8) + _MARK + numbers.ljust(30) + b"  "


@dataclass(frozen=True, slots=True)
class Version:
    """Limits in bytes, and the words that stand in the records that head each part.

    `name_limit` holds for datasets and variables. `other_case` says that small letters are a
    valid part of a name; two names that differ in nothing else are still one name to SAS.
    """

    number: int
    name_limit: int
    label_limit: int
    text_limit: int
    column_limit: int
    other_case: bool
    head_word: bytes
    member: bytes
    descriptor: bytes
    variables: bytes
    observations: bytes

    @property
    def name_pattern(self) -> re.Pattern[str]:
        """What a name is, whatever its length."""
        flags = re.ASCII | (re.IGNORECASE if self.other_case else 0)
        return re.compile(r"[A-Z_][A-Z0-9_]*", flags)

    @property
    def letters(self) -> str:
        """The letters of a name, in words."""
        return "letters" if self.other_case else "capitals"


V5 = Version(
    5, 8, MAX_LABEL, 200, 9999, False, b"LIBRARY", b"MEMBER", b"DSCRPTR", b"NAMESTR", b"OBS"
)
V8 = Version(8, 32, 256, 32767, 32767, True, b"LIBV8", b"MEMBV8", b"DSCPTV8", b"NAMSTV8", b"OBSV8")
VERSIONS = {v.number: v for v in (V5, V8)}
