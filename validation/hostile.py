"""Make hostile text harmless: control and bidirectional characters, spreadsheet formulas.

Values come from raw exports and may hold anything. The page escapes HTML by itself; what no
escaping shows (a character that turns the reading direction, a NUL, a zero-width space) is
made visible here.
"""

from __future__ import annotations

import re

# Listed, not taken from unicodedata, whose tables change with the version of Python.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff\ufffe\uffff]"
)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
# Full-width forms too: East Asian versions of Excel take them for the plain ones.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def _named(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"\u27e8U+{code:04X}\u27e9"


def visible(text: str) -> str:
    """The text with every control, format or bidirectional character shown as a sign.

    A tab becomes U+2409 and a line feed U+240A (the signs of those characters), anything
    else its code in brackets, such as U+202E.
    """
    return _HIDDEN.sub(_named, text)


def csv_cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    shown = visible(text)
    return f"'{shown}" if _is_formula(shown) else shown


def written_cell(text: str) -> str:
    """The same for a text that is read back: lines and tabs stay what they are."""
    shown = "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.split("\n"))
    return f"'{shown}" if _is_formula(shown) else shown


def read_cell(text: str) -> str:
    """A text that `written_cell` wrote, without the apostrophe in front."""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    return text.lstrip().startswith(_FORMULA) and not _NUMBER.fullmatch(text)


def shortened(text: str, limit: int = 240) -> str:
    """The text, cut for the page with a word on how much is left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\u2026 ({len(text) - limit} more characters)"
