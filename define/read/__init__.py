"""Read the define.xml of anybody: version 2.0 or 2.1, with or without analysis results.

`read_document` keeps the whole document and writes it again; `read_define` makes metadata of it,
and tells beside them every element and attribute that the metadata have no place for.
"""

from __future__ import annotations

from define.read.account import Other
from define.read.document import DefineUnreadable, Document, read_document
from define.read.metadata import ReadDefine, metadata_of, read, read_define, read_metadata

__all__ = [
    "DefineUnreadable",
    "Document",
    "Other",
    "ReadDefine",
    "metadata_of",
    "read",
    "read_define",
    "read_document",
    "read_metadata",
]
