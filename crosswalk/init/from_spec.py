"""A first study folder from a specification: a workbook, or the define.xml of anybody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from crosswalk.defines import DefineRefused, load_define
from crosswalk.init import from_spec_adam, from_spec_sdtm
from crosswalk.init.first import CannotBegin, write_folder
from crosswalk.init.from_spec_rules import Proposed
from crosswalk.init.text import Value, flow, remark
from crosswalk.workbooks import read_workbook
from define.model import Metadata
from mappings.study import UNSAID
from sdtm.terminology import VERSION

_EXCEL = b"PK\x03\x04"
_GUIDES = {"SDTMIG": "3.4", "ADaMIG": "1.3"}


@dataclass(frozen=True)
class FirstSpec:
    """What was written: modules, variables with a rule and without, what was left out."""

    folder: Path
    modules: tuple[str, ...]
    proposed: int
    missing: int
    left: tuple[str, ...]


def study_from_spec(file: Path, folder: Path) -> FirstSpec:
    """Write study.yaml and a module for each dataset of the specification.

    Raises CannotBegin when the study folder is there already, or the file cannot be read, and
    SpecificationFault with every fault of a workbook. Then nothing is left behind.
    """
    if folder.exists():
        raise CannotBegin(f"{folder.as_posix()} is there already; name a new folder.")
    metadata, left = _read(file)
    analysis = metadata.purpose == "Analysis"
    propose = from_spec_adam.propose if analysis else from_spec_sdtm.propose
    proposed = propose(metadata)
    if not proposed.modules:
        raise CannotBegin(f"{file.as_posix()} describes no dataset that a module can make.")
    texts = {"study.yaml": _study(metadata, proposed, file.name, folder.resolve().name)}
    kind = "adam" if analysis else "sdtm"
    texts |= {f"{kind}/{n.lower()}.yaml": text for n, text in proposed.modules.items()}
    write_folder(folder, {**texts, **proposed.files})
    return FirstSpec(
        folder,
        tuple(proposed.modules),
        proposed.proposed,
        proposed.missing,
        (*left, *proposed.notes),
    )


def _read(file: Path) -> tuple[Metadata, tuple[str, ...]]:
    """The specification, and what of the file is not read."""
    try:
        with file.open("rb") as stream:
            excel = stream.read(4) == _EXCEL
    except OSError as error:
        raise CannotBegin(f"{file.as_posix()} cannot be read: {error.strerror}.") from None
    if excel or file.suffix.lower() == ".xlsx":
        told = read_workbook(file)
        return told.metadata, tuple(f"not read: {u}" for u in told.unread)
    try:
        define = load_define(file)
    except DefineRefused as error:
        raise CannotBegin(str(error)) from None
    count = sum(o.place != "the document" for o in define.others)
    left = f"{count} parts of the file have no place here; 'crosswalk define workbook' lists them."
    return define.metadata, (left,) if count else ()


def _study(metadata: Metadata, proposed: Proposed, file: str, name: str) -> str:
    text = metadata.study_name or name
    study = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._").upper() or "STUDY"
    standards: dict[str, Value] = {
        "sdtmig": _GUIDES["SDTMIG"],
        "adamig": _GUIDES["ADaMIG"],
        "terminology": VERSION,
    }
    told = ", ".join(
        " ".join(p for p in (s.name, s.publishing_set, s.version) if p) for s in metadata.standards
    )
    protocol = flow(metadata.protocol_name or study)
    described = flow(metadata.study_description or study)
    lines = [
        f"# First proposal of 'crosswalk init' from {remark(file)[2:]}:",
        "# check every line that says 'proposed' or 'missing'.",
        "study:",
        f"  id: {flow(study)}  {remark('proposed: the study name of the specification')}",
        f"  name: {flow(metadata.study_name or study)}",
        f"  description: {described}",
        f"  protocol: {protocol}",
        f"created: {UNSAID}  {remark('missing: the date that outputs carry')}",
        f"standards: {flow(standards)}  {remark(f'the specification names {told}')}",
        *proposed.source,
        *(remark(n) for n in proposed.notes),
    ]
    return "\n".join(lines) + "\n"


def spec_dict(first: FirstSpec) -> dict[str, object]:
    """For programs."""
    return {
        "folder": first.folder.as_posix(),
        "modules": list(first.modules),
        "rules_proposed": first.proposed,
        "rules_missing": first.missing,
        "left_out": list(first.left),
    }


def spec_text(first: FirstSpec) -> str:
    """For people."""
    place = first.folder.as_posix()
    lines = [
        f"Proposed in {place}: {', '.join(first.modules)}.",
        f"{first.proposed} rules are proposed, {first.missing} are to be written.",
        *first.left,
        "Check every line that says 'proposed' or 'missing'.",
        f"Next: crosswalk lint {place}; crosswalk build {place}",
    ]
    return "\n".join(lines)
