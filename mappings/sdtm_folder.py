"""`sdtm:` of study.yaml: a study that starts from finished SDTM instead of a raw export."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from mappings.findings import Finding, SpecPlace
from mappings.load import Document, spec_fault

FORMATS = ("xpt", "dataset-json", "csv")

_RAW_ONLY = ("raw", "epochs", "ts", "not_submitted", "relationships")


@dataclass(frozen=True)
class SdtmFolder:
    """Where finished SDTM lies; `folder` is relative to the study, `format` may be empty.

    `place` is where study.yaml names the folder.
    """

    folder: str
    format: str
    encoding: str
    place: SpecPlace


def read_sdtm_folder(
    main: Document, modules: list[Document], faults: list[Finding]
) -> SdtmFolder | None:
    """The folder of finished SDTM, None when the study starts from a raw export.

    Keys and modules that mean something to a raw export only are faults beside it.
    """
    given = main.data.get("sdtm")
    if given is None:
        return None
    place = main.place(("sdtm", "folder"))
    folder = str(given["folder"])
    if PurePosixPath(folder).is_absolute() or PureWindowsPath(folder).is_absolute():
        message = f"'{folder}' is an absolute path, which means nothing on another machine"
        advice = "Name the folder from the study folder on."
        faults.append(spec_fault("sdtm.path", message, place, advice))
    for key in (k for k in _RAW_ONLY if k in main.data):
        message = f"'{key}' means nothing to a study that starts from finished SDTM"
        advice = "Take it out, or take 'sdtm' out and map the raw export."
        faults.append(spec_fault("sdtm.key", message, main.place((key,), key=True), advice))
    for module in modules:
        message = "a module of SDTM in a study that starts from finished SDTM"
        advice = "Take the module out, or 'sdtm' out of study.yaml."
        at = module.place(("target",), key=True)
        faults.append(spec_fault("sdtm.module", message, at, advice))
    return SdtmFolder(
        folder,
        str(given.get("format") or ""),
        str(given.get("encoding") or "utf-8"),
        place,
    )
