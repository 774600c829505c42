"""Opening a raw file that is not plain text: is it there, and is it what it should be?"""

from __future__ import annotations

from pathlib import Path

from mappings.raw import file_fault

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
}


def first_bytes(path: Path, file: str, count: int = 80) -> bytes:
    """The beginning of a file.

    Raises SpecificationFault when it is missing, empty or cannot be read.
    """
    try:
        with path.open("rb") as source:
            data = source.read(count)
    except FileNotFoundError:
        advice = "Put the export there, or mend 'file' in study.yaml."
        raise file_fault(file, "the file does not exist", advice) from None
    except OSError as error:
        raise file_fault(file, f"cannot be read: {error.strerror}", "") from None
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
