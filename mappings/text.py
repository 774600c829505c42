"""Text as the package may hold it: width, encoding and length in bytes."""

from __future__ import annotations

import re
import unicodedata
from math import isfinite, nan

MAX_BYTES = 200

# Full-width forms U+FF01 to U+FF5E are the ASCII range moved up; U+3000 is the wide blank.
_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}


def narrow(text: str) -> str:
    """Full-width characters (as Chinese input methods give) as the ASCII ones they stand for."""
    return text if text.isascii() else text.translate(_WIDE)


def plain(text: str) -> str:
    """Text as every comparison sees it: full-width characters narrowed, no blanks at its ends."""
    return narrow(text).strip()


_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")


def number(text: str) -> float:
    """The finite number that text shows (full-width digits are read), NaN when it is none."""
    shown = plain(text)
    value = float(shown) if _NUMBER.fullmatch(shown) else nan
    return value + 0.0 if isfinite(value) else nan


def fits(text: str, encoding: str) -> bool:
    """Whether the text can be written in the encoding of the package."""
    if encoding == "ascii":
        return text.isascii()
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def byte_length(text: str, encoding: str) -> int:
    """Length in bytes in the encoding of the package."""
    return len(text) if encoding == "ascii" else len(text.encode(encoding))


def has_control(text: str) -> bool:
    """Whether a control character (line breaks included) is in the text."""
    return any(unicodedata.category(c) == "Cc" for c in text)


def pieces(text: str, encoding: str, size: int = MAX_BYTES) -> list[str]:
    """Cut text into pieces of at most `size` bytes, at word boundaries where there is one.

    SDTMIG 4.5.3.2: text over 200 bytes is continued in SUPP--. A character is never cut.
    The blank at a cut belongs to neither piece; blanks at the ends of the text do not count.
    """
    result: list[str] = []
    rest = text.strip(" ")
    while byte_length(rest, encoding) > size:
        end = 0
        used = 0
        for character in rest:
            used += byte_length(character, encoding)
            if used > size:
                break
            end += 1
        blank = rest.rfind(" ", 0, end + 1)
        cut = blank if blank > 0 else max(end, 1)
        result.append(rest[:cut].rstrip(" "))
        rest = rest[cut:].lstrip(" ")
    return [*result, rest] if rest or not result else result
