"""Medidata Rave clinical views as CSV: a header row, quoted cells, and a last line ``EOF``."""

from __future__ import annotations

from pathlib import Path

from mappings.raw import FormSettings, RawTable, file_fault
from mappings.readers.delimited import parse, read_text

END = "EOF"


def read_rave(path: Path, settings: FormSettings) -> RawTable:
    """A clinical view; without its last line ``EOF`` the download was cut off.

    Raises SpecificationFault, as `read_delimited` does and when the end is missing.
    """
    text = read_text(path, settings)
    body = text.rstrip("\n")
    head, _, last = body.rpartition("\n")
    if last.strip() != END:
        raise file_fault(
            settings.file,
            "the last line is not EOF: the export is cut off",
            "Download the clinical view again.",
            body.count("\n") + 1,
        )
    return parse(head + "\n", settings)
