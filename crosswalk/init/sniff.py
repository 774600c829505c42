"""What the files of an export are, by their content; a file's name never decides."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from mappings.findings import SpecificationFault
from mappings.readers.files import GZIP, SAS, XPT, unpacked

RAVE_LEADING = ("userid", "projectid", "project")
VIEDOC_KEYS = {"SiteSeq", "SubjectSeq", "SubjectId"}
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Found:
    """A file: its name in the export, what it is (blank: not known) and why we think so.

    `header` is the row of column names of text files, `encoding` theirs.
    """

    file: str
    kind: str
    why: str
    header: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    rows: str = "both"


def sniff(path: Path, file: str) -> Found:
    """Look at a file.

    Raises OSError when it cannot be read.
    """
    data = path.read_bytes()
    if data.startswith(XPT):
        return Found(file, "xpt", "begins as a SAS transport file")
    if data.startswith(SAS):
        return Found(file, "sas", "begins as a SAS data set")
    if data.startswith(b"PAR1"):
        return Found(file, "parquet", "begins as Parquet")
    if data.startswith(GZIP):
        try:
            data = unpacked(path, file)
        except SpecificationFault as fault:
            return Found(file, "", fault.findings[0].message)
    if data.startswith(b"PK\x03\x04"):
        excel = b"xl/workbook" in data or b"[Content_Types].xml" in data[:2000]
        return Found(file, "excel" if excel else "", "is a zip archive: unpack it first")
    if b"http://www.cdisc.org/ns/odm/v1.3" in data[:4000]:
        return Found(file, "odm", "is CDISC ODM 1.3")
    return _text(data, file)


def _text(data: bytes, file: str) -> Found:
    encoding = _encoding(data)
    if not encoding or b"\x00" in data:
        return Found(file, "", "is no text in UTF-8 or GB18030")
    text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    delimiter = max(DELIMITERS, key=lines[0].count)
    heads = [_cells(line, delimiter) for line in lines[:2]]
    if len(heads[0]) < 2 or lines[0].lstrip()[:1] in ("{", "["):
        return Found(file, "", "has no header row of several columns")
    first, second = heads[0], heads[-1]

    def found(kind: str, why: str, header: tuple[str, ...] = first, rows: str = "both") -> Found:
        told = why if encoding == "utf-8" else f"{why}; no UTF-8, but GB18030 fits"
        return Found(file, kind, told, header, encoding, delimiter, rows)

    if tuple(c.lower() for c in first[:3]) == RAVE_LEADING:
        if lines[-1].strip() == "EOF":
            return found("rave", "has the leading columns of Rave and ends with EOF")
        return found("", "has the leading columns of Rave, but the last line is not EOF: cut off")
    if set(second) >= VIEDOC_KEYS:
        return found("viedoc", "has the columns of Viedoc in its second row", second)
    if set(first) >= VIEDOC_KEYS:
        return found("viedoc", "has the columns of Viedoc", first, "name")
    for header, rows in ((second, "both"), (first, "name")):
        if {"ID", "Label", "DataType", "FormatName"} <= set(header):
            return found("viedoc items", "is the Items file of Viedoc", header, rows)
        if {"FormatName", "CodeValue", "CodeText"} <= set(header):
            return found("viedoc codelists", "is the CodeLists file of Viedoc", header, rows)
    if {"Variable / Field Name", "Form Name"} <= set(first) or {"field_name", "form_name"} <= set(
        first
    ):
        return found("redcap dictionary", "is a data dictionary of REDCap")
    if any(c.endswith("_complete") for c in first) or "Complete?" in first:
        return found("redcap", "has the status columns of REDCap")
    return found("csv", "is text with a header row")


def _encoding(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return ""


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(next(csv.reader(io.StringIO(line), delimiter=delimiter), []))
