"""The folders of datasets in anybody's package, read as they are: no fault stops the reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
from lxml.etree import _Element

from define.dataset_json import JsonUnreadable, read_dataset_json
from define.described import described
from define.finished.heads import head_of, stem
from define.finished.rows import rows_of
from define.known import KnownDefine, known_of
from define.model import Metadata
from define.presumed import presumed
from define.read import DefineUnreadable, read, read_document
from define.reconcile.files import Head
from define.xport.columns import Column
from define.xpt_read import XptUnreadable, read_transport
from mappings.findings import Finding, Severity, SpecificationFault, SpecPlace
from mappings.frames import text_series
from mappings.sdtm_folder import SdtmFolder
from sdtm.terminology import sdtm_terminology

DEFINE = "define.xml"
STANDARDS = ("sdtm", "adam")
_MEND = "Write the file again from its source, or take it out of the package."
_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("xpt", (".xpt",)),
    ("dataset-json", (".json", ".ndjson")),
    ("csv", (".csv", ".csv.gz")),
)
_NO_DATASETS = ("manifest.json", "findings.json", "package-lock.json")
_ASIDE = {"reports", "suites", "programs", "split", "misc"}

Read: TypeAlias = tuple[Head, pd.DataFrame]


@dataclass(frozen=True)
class Home:
    """A folder of datasets: `name` is where it stands in the package.

    `metadata` are those of define.xml, else what the standard and the files tell; `xml` is empty
    where there is no define.xml, `root` None where it cannot be read. Frames carry `_form` (the
    file) and `_row` (the record's number). `unread` are faults of files of datasets, by name.
    """

    name: str
    path: Path
    analysis: bool
    heads: Mapping[str, Head]
    frames: Mapping[str, pd.DataFrame]
    metadata: Metadata
    known: KnownDefine
    xml: bytes = b""
    root: _Element | None = None
    define: Path | None = None
    unread: tuple[Finding, ...] = ()
    faults: tuple[Finding, ...] = ()

    @property
    def described(self) -> bool:
        """Whether its define.xml could be read."""
        return self.root is not None

    @property
    def files(self) -> int:
        return len(self.heads) + len(self.unread)


def homes_in(
    package: Path,
    outputs: Iterable[str] | None,
    *,
    define: Path | None = None,
    standard: str = "",
    encoding: str = "utf-8",
) -> list[Home]:
    """Every folder of datasets below `package`, in the order of their names.

    `outputs` are the files of its manifest, which names the folders even of files that are gone.
    `define` stands for the one in the folder, `standard` (sdtm or adam) for what the datasets
    seem to be.
    """
    folders = {p.parent for p in _datasets_below(package)}
    if outputs is not None:
        told = (n for n in outputs if n.endswith((".xpt", f"/{DEFINE}")))
        folders |= {(package / n).parent for n in told if not _ASIDE & {*Path(n).parts}}
    return [_home(folder, package, define, standard, encoding) for folder in sorted(folders)]


def _datasets_below(package: Path) -> list[Path]:
    """Files of datasets and define.xml, but for the parts of a package that hold none."""
    found = [p for p in package.iterdir() if _kind(p) or p.name == DEFINE]
    if found:
        return found
    below = (p for p in package.rglob("*") if not _ASIDE & {*p.relative_to(package).parts[:-1]})
    # A CSV below a folder is a report or a raw file as often as a dataset.
    return [p for p in below if _kind(p) in ("xpt", "dataset-json") or p.name == DEFINE]


def _kind(path: Path) -> str:
    name = path.name.lower()
    if name in _NO_DATASETS or name.endswith((".labels.json", ".schema.json")):
        return ""
    return next((k for k, endings in _ENDINGS if name.endswith(endings) and path.is_file()), "")


def _home(folder: Path, package: Path, define: Path | None, standard: str, encoding: str) -> Home:
    name = folder.relative_to(package).as_posix()
    heads: dict[str, Head] = {}
    frames: dict[str, pd.DataFrame] = {}
    unread: list[Finding] = []
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    kind = next((k for k, _ in _ENDINGS if any(_kind(p) == k for p in paths)), "")
    for path in (p for p in paths if kind and _kind(p) == kind):
        dataset = stem(path).upper()
        try:
            head, frame = _READERS[kind](path, encoding)
        except (XptUnreadable, JsonUnreadable, SpecificationFault, OSError, MemoryError) as error:
            unread.append(_unreadable(path, dataset, name, error))
            continue
        shown = path.relative_to(package).as_posix()
        heads[dataset] = head
        frames[dataset] = frame.assign(
            _form=text_series([shown] * len(frame), frame.index),
            _row=np.arange(1, len(frame) + 1, dtype="int64"),
        )
    return described_by(
        Home(
            name,
            folder,
            standard == "adam",
            heads,
            frames,
            Metadata("", "", "", "", "", "", (), ()),
            KnownDefine(),
            unread=tuple(unread),
        ),
        define if define is not None else folder / DEFINE,
        standard,
    )


def described_by(home: Home, place: Path, standard: str = "") -> Home:
    """The folder with the define.xml at `place`; without one, as its standard describes it."""
    xml, root, metadata, fault = _define(place, home.name)
    known = known_of(metadata) if metadata is not None else KnownDefine()
    analysis = _analysis(known, home.heads, standard)
    if metadata is not None:
        counts = {n: len(f) for n, f in home.frames.items()}
        columns = {n: h.columns for n, h in home.heads.items()}
        metadata = described(metadata, counts, columns)
    else:
        terms = sdtm_terminology()
        metadata = presumed(home.heads, home.frames, terms, analysis=analysis)
    return replace(
        home,
        analysis=analysis,
        metadata=metadata,
        known=known,
        xml=xml,
        root=root,
        define=place,
        faults=(fault,) if fault is not None else (),
    )


def _analysis(known: KnownDefine, heads: Mapping[str, Head], standard: str) -> bool:
    if standard:
        return standard == "adam"
    if known.purpose:
        return known.purpose == "Analysis"
    return "DM" not in heads and any(n.startswith("AD") and len(n) > 2 for n in heads)


def _define(
    path: Path, home: str
) -> tuple[bytes, _Element | None, Metadata | None, Finding | None]:
    try:
        xml = path.read_bytes()
        document = read_document(xml)
        metadata = read(document).metadata
    except FileNotFoundError:
        message = "There is no define.xml: what it would say of the datasets is NOT CHECKED"
        advice = "Put it beside the datasets, or name it with --define."
        fault = Finding("package.define", Severity.WARNING, message, advice, scope=home)
        return b"", None, None, fault
    except (OSError, DefineUnreadable) as error:
        reason = str(error) if isinstance(error, DefineUnreadable) else str(error.strerror)
        message = f"define.xml cannot be read: {reason}"
        advice = "Mend the file; nothing of it was checked."
        fault = Finding("package.define", Severity.ERROR, message, advice, scope=home)
        return b"", None, None, fault
    return xml, document.root, metadata, None


def _unreadable(path: Path, dataset: str, home: str, error: Exception) -> Finding:
    reason = str(getattr(error, "reason", "") or getattr(error, "strerror", "") or error)
    if isinstance(error, SpecificationFault):
        reason = "; ".join(f.message for f in error.findings)
    row = int(getattr(error, "row", 0) or 0)
    at = f" (record {row})" if row else ""
    advice = _MEND
    if reason.endswith(("is not utf-8", "is not ascii")) or "codec can't decode" in reason:
        advice = "Say with --encoding which encoding its text has, such as cp1252."
    message = f"{path.name} cannot be read: {reason}{at}"
    return Finding("package.dataset", Severity.ERROR, message, advice, dataset, scope=home)


def _xpt(path: Path, encoding: str) -> Read:
    read = read_transport(path, encoding)
    return Head(path.name, read.name, read.label, read.columns), read.frame


def _json(path: Path, _: str) -> Read:
    read = read_dataset_json(path)
    columns = tuple(
        Column(c.name, c.label, c.numeric, 0 if c.numeric else c.length, c.format)
        for c in read.columns
    )
    return Head(path.name, read.name, read.label, columns), read.frame


def _csv(path: Path, encoding: str) -> Read:
    source = SdtmFolder(path.parent.name, "csv", encoding, SpecPlace(path.parent.name))
    head = head_of(path, "csv", source, {})
    frame, found = rows_of(path, head, "csv", source)
    if wrong := [f for f in found if f.severity is Severity.ERROR]:
        raise SpecificationFault(wrong)
    columns = tuple(Column(i.name, i.label, i.numeric, 0) for i in head.items)
    return Head(path.name, head.name, head.label, columns), frame[list(head.columns)]


_READERS: Mapping[str, Callable[[Path, str], Read]] = {
    "xpt": _xpt,
    "dataset-json": _json,
    "csv": _csv,
}
