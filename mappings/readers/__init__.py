"""Readers of raw exports: each gives a `mappings.raw.RawTable` of text cells, or a clear fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mappings.raw import FormSettings, RawTable
from mappings.readers.delimited import read_delimited, read_header
from mappings.readers.rave import read_rave

Reader = Callable[[Path, FormSettings], RawTable]

READERS: dict[str, Reader] = {"rave": read_rave, "csv": read_delimited}


def read_table(study_folder: Path, settings: FormSettings) -> RawTable:
    """Read one form's file by the reader that study.yaml names.

    Raises SpecificationFault when the file is missing or not what it says it is.
    """
    return READERS[settings.reader](study_folder / settings.file, settings)


def read_columns(study_folder: Path, settings: FormSettings) -> tuple[str, ...]:
    """The columns of one form, from its header alone."""
    return read_header(study_folder / settings.file, settings)
