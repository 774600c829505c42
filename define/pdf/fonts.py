"""Fonts of the PDFs: always embedded, and asked first whether they can draw a character.

The built-in face (Bitstream Vera, which ReportLab ships) draws Latin text. A study names in
`fonts` the files for what it lacks, such as Chinese. What no font can draw is never a box: it
is written as its code point, and `Fonts.cannot_draw` lists it for a finding.
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from mappings.findings import Finding, Severity, SpecPlace
from mappings.load import spec_fault

REGULAR, BOLD, ITALIC = "Crosswalk-Regular", "Crosswalk-Bold", "Crosswalk-Italic"
_BUILT_IN = {REGULAR: "Vera.ttf", BOLD: "VeraBd.ttf", ITALIC: "VeraIt.ttf"}
_SHOWN = 20
"""How many characters a finding lists."""


# What ReportLab's parser raises on bytes that are no font, or half of one.
_UNREADABLE = (TTFError, struct.error, LookupError, ValueError, TypeError, ArithmeticError)


class FontRefusal(ValueError):
    """A font file that cannot be embedded: said in words."""


@dataclass
class Fonts:
    """The faces of one PDF, in the order in which they are asked for a character.

    `added` are the registered names of the study's own fonts. `undrawn` gathers what no face
    could draw, and where it was met first.
    """

    added: tuple[str, ...] = ()
    undrawn: dict[str, str] = field(default_factory=dict)

    def runs(self, text: str, face: str = REGULAR, where: str = "") -> list[tuple[str, str]]:
        """`text` as (face, part) with faces that can draw it; `where` is for `undrawn`.

        A run of characters that none can draw becomes their code points, ``[U+764C U+75C7]``.
        """
        found: list[tuple[str, str]] = []
        for character in text:
            name = self._face(character, face)
            if not name:
                self.undrawn.setdefault(character, where)
            if found and found[-1][0] == name:
                found[-1] = (name, found[-1][1] + character)
            else:
                found.append((name, character))
        return [(name or face, part if name else _codes(part)) for name, part in found]

    def plain(self, text: str, face: str = REGULAR) -> str:
        """`text` with code points for what `face` alone cannot draw; for headers and drawings."""
        return "".join(
            part if name == face else _codes(part)
            for name, part in Fonts(undrawn=self.undrawn).runs(text, face)
        )

    def can_draw(self, character: str, face: str = REGULAR) -> bool:
        """Whether one of the faces has the character."""
        return bool(self._face(character, face))

    def _face(self, character: str, face: str) -> str:
        if character in "\n\t":
            return face
        if not _drawable(character):
            return ""
        return next((n for n in (face, *self.added) if ord(character) in _glyphs(n)), "")


def load_fonts(files: Iterable[Path] = ()) -> Fonts:
    """The built-in face and the fonts of `files`, to which it falls back in their order.

    Raises FontRefusal for a file that is no TrueType font or may not be embedded, and OSError.
    """
    _built_in()
    return Fonts(tuple(_register(path.read_bytes(), path.name) for path in files))


def study_fonts(
    folder: Path, named: Iterable[tuple[str, SpecPlace]]
) -> tuple[Fonts, list[Finding]]:
    """The fonts that a study names, and a fault for each that cannot be used."""
    faults: list[Finding] = []
    usable: list[Path] = []
    for file, place in named:
        try:
            load_fonts([folder / file])
        except OSError:
            message = f"there is no file '{file}' that could be read"
            faults.append(spec_fault("fonts.file", message, place, "Mend the name."))
        except FontRefusal as error:
            advice = "Name a TrueType font (.ttf)."
            faults.append(spec_fault("fonts.file", str(error), place, advice))
        else:
            usable.append(folder / file)
    return load_fonts(usable), faults


def font_findings(document: str, fonts: Fonts) -> list[Finding]:
    """One warning for the characters of `document` that no font can draw."""
    if not fonts.undrawn:
        return []
    missing = sorted(fonts.undrawn)
    listed = ", ".join(f"U+{ord(c):04X}" for c in missing[:_SHOWN])
    if len(missing) > _SHOWN:
        listed += f" and {len(missing) - _SHOWN} more"
    place = next(iter(fonts.undrawn.values()))
    what = "a character" if len(missing) == 1 else f"{len(missing)} characters"
    return [
        Finding(
            "pdf.font",
            Severity.WARNING,
            f"{document} has {what} that no font can draw, and shows the code: {listed}"
            + (f" (the first in {place})" if place else ""),
            "Name in study.yaml, under 'fonts', a TrueType font that has them. Control characters"
            " and writing from right to left cannot be drawn by any: take them out of the text.",
            scope=document,
            value=listed,
        )
    ]


def _drawable(character: str) -> bool:
    """Whether a face could draw it at all: nothing invisible, nothing from right to left.

    There is no shaping here, so Hebrew and Arabic would come out in the wrong order.
    """
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return False
    return unicodedata.bidirectional(character) not in ("R", "AL")


def _codes(text: str) -> str:
    return f"[{' '.join(f'U+{ord(c):04X}' for c in text)}]"


@cache
def _built_in() -> None:
    for name, file in _BUILT_IN.items():
        # By its full path, because ReportLab would look in the current folder first.
        data = (Path(reportlab.__file__).parent / "fonts" / file).read_bytes()
        pdfmetrics.registerFont(TTFont(name, BytesIO(data)))


@cache
def _register(data: bytes, shown: str) -> str:
    # Two fonts may have one file name, so the content makes the name.
    name = f"Crosswalk-{hashlib.sha256(data).hexdigest()[:12]}"
    if _forbidden(data):
        raise FontRefusal(f"the licence bits of {shown} forbid to embed a part of it in a PDF")
    try:
        font = TTFont(name, BytesIO(data))
    except _UNREADABLE as error:
        raise FontRefusal(_why(data, shown, error)) from None
    # ReportLab takes fonts for one that call themselves alike, as the cuts of one font do.
    font.face.name += f"-{name[-8:]}".encode("ascii")
    pdfmetrics.registerFont(font)
    return name


def _why(data: bytes, shown: str, error: Exception) -> str:
    if data[:4] == b"OTTO" or "postscript outlines" in str(error):
        return f"{shown} is an OpenType font with PostScript outlines; only TrueType is embedded"
    return f"{shown} is not a TrueType font"


def _forbidden(data: bytes) -> bool:
    """Whether fsType of the table OS/2 forbids embedding, or embedding of chosen glyphs.

    ReportLab asks it of large fonts only.
    """
    start = int.from_bytes(data[12:16]) if data[:4] == b"ttcf" else 0
    tables = data[start + 4 : start + 6]
    for number in range(int.from_bytes(tables)):
        entry = data[start + 12 + 16 * number : start + 28 + 16 * number]
        if entry[:4] == b"OS/2":
            at = int.from_bytes(entry[8:12]) + 8
            kind = int.from_bytes(data[at : at + 2])
            return kind & 0x000F == 0x0002 or bool(kind & 0x0300)
    return False


@cache
def _glyphs(name: str) -> frozenset[int]:
    """The code points that a registered face has a glyph for; glyph 0 is the box."""
    face = pdfmetrics.getFont(name).face
    return frozenset(code for code, glyph in face.charToGlyph.items() if glyph)
