"""Opening a raw file that is not plain text: is it there, and is it what it should be?"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mappings.raw import file_fault

GZIP = b"\x1f\x8b"
LARGEST = 1 << 30
"""Most bytes that a compressed file may unpack to."""
_PIECE = 1 << 20

SAS = bytes(12) + b"\xc2\xea\x81\x60"
XPT = b"HEADER RECORD***"
_KNOWN = {
    b"PK\x03\x04": "a zip archive (or an Excel file)",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"PAR1": "a Parquet file",
    XPT: "a SAS transport file (XPT)",
    SAS: "a SAS data set (SAS7BDAT)",
    b"<?xml": "an XML file",
    b"%PDF": "a PDF",
    GZIP: "a file compressed by gzip (unpack it)",
}


@contextmanager
def _opened(path: Path, file: str) -> Iterator[BinaryIO]:
    """The file as bytes.

    Raises SpecificationFault when it is missing or cannot be read.
    """
    try:
        with path.open("rb") as source:
            yield source
    except FileNotFoundError:
        advice = "Put the export there, or mend 'file' in study.yaml."
        raise file_fault(file, "the file does not exist", advice) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = f"the compressed file is cut off or damaged ({error})"
        raise file_fault(file, message, "Copy or export it again.") from None
    except OSError as error:
        raise file_fault(file, f"cannot be read: {error.strerror}", "") from None


def unpacked(path: Path, file: str, *, head: bool = False) -> bytes:
    """The file's bytes (or its first line), out of gzip where it is compressed.

    Raises SpecificationFault when it is missing, cannot be read, cut off, or unpacks to too much.
    """
    with _opened(path, file) as source:
        packed = source.read(len(GZIP)) == GZIP
        source.seek(0)
        if not packed:
            return source.readline() if head else source.read()
        with gzip.open(source, "rb") as inner:
            if head:
                return inner.readline(_PIECE)
            # Counted first, so that a file that blows up never fills the memory.
            size = 0
            while piece := inner.read(_PIECE):
                size += len(piece)
                if size > LARGEST:
                    message = f"the file unpacks to more than {LARGEST >> 20:,} MiB"
                    raise file_fault(file, message, "Unpack it yourself, or export it in parts.")
            inner.seek(0)
            return inner.read()


def first_bytes(path: Path, file: str, count: int = 80) -> bytes:
    """The beginning of a file.

    Raises SpecificationFault when it is missing, empty or cannot be read.
    """
    with _opened(path, file) as source:
        data = source.read(count)
    if not data:
        raise file_fault(file, "the file is empty", "Export it again.")
    return data


def check_begins(path: Path, file: str, begins: bytes, what: str) -> None:
    """Refuse a file that does not begin as `what` does, and say what it looks like.

    Raises SpecificationFault, as `first_bytes` does.
    """
    data = first_bytes(path, file)
    if data.startswith(begins):
        return
    looks = [name for mark, name in _KNOWN.items() if data.startswith(mark)]
    said = f"it looks like {looks[0]}" if looks else "its first bytes are others"
    raise file_fault(file, f"this is not {what}: {said}", "Mend 'reader' or 'file' in study.yaml.")
