"""How many pages a PDF of somebody else's has: enough of the format to find its page tree.

Cross-reference tables and streams, objects in streams and later changes at the end of the file
(ISO 32000-1, 7.5) are followed, and nothing else is read.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

_LARGEST = 1 << 28
"""Bytes that one stream may unpack to."""
_OBJECT = re.compile(rb"\s*(\d+)\s+(\d+)\s+obj\b")
_SECTION = re.compile(rb"\s*(\d+)\s+(\d+)\s+(?=\d{10})")
_STREAM = re.compile(rb"stream\r?\n")


class NotPdf(ValueError):
    """The bytes are no PDF that can be read: said in words."""


def count_pages(data: bytes) -> int:
    """The number of pages. Raises NotPdf."""
    start = data.find(b"%PDF-", 0, 1024)
    if start < 0:
        raise NotPdf("is not a PDF")
    try:
        return _File(data[start:]).pages()
    except (ValueError, LookupError, zlib.error, RecursionError) as error:
        if isinstance(error, NotPdf):
            raise
        raise NotPdf("is a PDF whose pages cannot be found; it may be cut off") from None


@dataclass
class _File:
    data: bytes
    offsets: dict[int, int] = field(default_factory=dict)
    packed: dict[int, tuple[int, int]] = field(default_factory=dict)
    trailer: bytes = b""

    def pages(self) -> int:
        self._read_references()
        if re.search(rb"/Encrypt\b", self.trailer):
            raise NotPdf("is encrypted; agencies take no protected files")
        root = self._object(self._reference(self.trailer, b"Root"))
        tree = self._object(self._reference(root, b"Pages"))
        return _number(tree, b"Count")

    def _read_references(self) -> None:
        """All cross-references, the newest first; an older one never replaces a newer."""
        found = self.data.rfind(b"startxref")
        if found < 0:
            raise NotPdf("is a PDF that is cut off: its end is missing")
        waiting = [int(self.data[found + 9 :].split(None, 1)[0])]
        seen: set[int] = set()
        while waiting:
            place = waiting.pop(0)
            if place in seen or not 0 <= place < len(self.data):
                continue
            seen.add(place)
            at = re.compile(rb"\s*xref\b").match(self.data, place)
            about = self._table(at.end()) if at else self._stream(place)
            self.trailer = self.trailer or about
            others = (re.search(rb"/" + k + rb"\s+(\d+)", about) for k in (b"XRefStm", b"Prev"))
            waiting.extend(int(other[1]) for other in others if other is not None)

    def _table(self, place: int) -> bytes:
        while (head := _SECTION.match(self.data, place)) is not None:
            first, count = int(head[1]), int(head[2])
            lines = self.data[head.end() : head.end() + 20 * count]
            for number in range(count):
                offset, _, kind = lines[20 * number : 20 * number + 18].split()[:3]
                if kind == b"n" and first + number not in self.packed:
                    self.offsets.setdefault(first + number, int(offset))
            place = head.end() + 20 * count
        start = self.data.index(b"trailer", place)
        return self.data[start : self.data.index(b"startxref", start)]

    def _stream(self, place: int) -> bytes:
        about, content = self._unpacked(place)
        widths = [int(w) for w in _list(about, b"W")]
        size = _number(about, b"Size")
        index = [int(i) for i in _list(about, b"Index")] or [0, size]
        step, at = sum(widths), 0
        for first, count in zip(index[::2], index[1::2], strict=True):
            for number in range(first, first + count):
                row, at = content[at : at + step], at + step
                kind = int.from_bytes(row[: widths[0]]) if widths[0] else 1
                one = int.from_bytes(row[widths[0] : widths[0] + widths[1]])
                if number in self.offsets or number in self.packed:
                    continue
                if kind == 1:
                    self.offsets[number] = one
                elif kind == 2:
                    self.packed[number] = (one, int.from_bytes(row[widths[0] + widths[1] :]))
        return about

    def _object(self, number: int) -> bytes:
        if number in self.offsets:
            head = _OBJECT.match(self.data, self.offsets[number])
            if head is None or int(head[1]) != number:
                raise NotPdf("is a PDF whose cross-references point to the wrong places")
            return self.data[head.end() : self.data.index(b"endobj", head.end())]
        home, place = self.packed[number]
        about, content = self._unpacked(self.offsets[home])
        first = _number(about, b"First")
        pairs = [int(n) for n in content[:first].split()]
        starts = [first + o for o in pairs[1::2]] + [len(content)]
        return content[starts[place] : starts[place + 1]]

    def _unpacked(self, place: int) -> tuple[bytes, bytes]:
        """The dictionary and the content of the stream that starts at an offset."""
        begin = _STREAM.search(self.data, place)
        if begin is None or _OBJECT.match(self.data, place) is None:
            raise NotPdf("is a PDF whose cross-references point to the wrong places")
        about = self.data[place : begin.start()]
        content = self.data[begin.end() :]
        if b"FlateDecode" in about:
            content = zlib.decompressobj().decompress(content, _LARGEST)
        else:
            content = content[: _number(about, b"Length")]
        if re.search(rb"/Predictor\s+1\d", about):
            content = _unpredicted(content, _number(about, b"Columns"))
        return about, content

    def _reference(self, about: bytes, key: bytes) -> int:
        found = re.search(rb"/" + key + rb"\s+(\d+)\s+\d+\s+R\b", about)
        if found is None:
            raise NotPdf("is a PDF without a page tree")
        return int(found[1])


def _number(about: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb"\s+(\d+)", about)
    if found is None:
        raise NotPdf("is a PDF whose pages cannot be found; it may be cut off")
    return int(found[1])


def _list(about: bytes, key: bytes) -> list[bytes]:
    found = re.search(rb"/" + key + rb"\s*\[([^\]]*)\]", about)
    return found[1].split() if found is not None else []


def _unpredicted(content: bytes, columns: int) -> bytes:
    """PNG rows (ISO 32000-1, 7.4.4.4); cross-reference streams use None, Sub and Up."""
    rows: list[bytes] = []
    last = bytes(columns)
    for start in range(0, len(content) - columns, columns + 1):
        kind, row = content[start], bytearray(content[start + 1 : start + 1 + columns])
        if kind == 2:
            row = bytearray((a + b) & 255 for a, b in zip(row, last, strict=True))
        elif kind == 1:
            for n in range(1, columns):
                row[n] = (row[n] + row[n - 1]) & 255
        elif kind:
            raise NotPdf("is a PDF whose cross-references are packed in an unusual way")
        last = bytes(row)
        rows.append(last)
    return b"".join(rows)
