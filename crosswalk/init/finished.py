"""A first study folder from finished SDTM: study.yaml and a first ADSL, ADAE, ADRS, ADTTE."""

from __future__ import annotations

from pathlib import Path

from crosswalk.init.analysis import Given, criteria, propose, render
from crosswalk.init.study import head
from crosswalk.init.text import Value, flow, remark
from define.finished import ENDINGS, FinishedSdtm, look, read_finished
from mappings.findings import SpecificationFault, SpecPlace
from mappings.sdtm_folder import SdtmFolder
from sdtm.terminology import VERSION

FOLDER = "sdtm"
_IDENTIFIERS = {"STUDYID", "DOMAIN", "USUBJID"}


def finished_in(raw: Path) -> FinishedSdtm | None:
    """The finished SDTM that the folder holds, None when it holds none (no DM of SDTM's form).

    Raises SpecificationFault when it does, and a file of it cannot be read.
    """
    for form, endings in ENDINGS.items():
        if not any((raw / f"{stem}{end}").is_file() for stem in ("dm", "DM") for end in endings):
            continue
        place = SpecPlace(raw.as_posix())
        given = raw.resolve()
        found, faults = look(given.parent, SdtmFolder(given.name, form, "utf-8", place))
        if "DM" not in found.heads or not set(found.heads["DM"].columns) >= _IDENTIFIERS:
            continue
        if faults:
            raise SpecificationFault(faults)
        return found
    return None


def texts(raw: Path, found: FinishedSdtm, name: str) -> dict[str, str]:
    """The files of the study by name; `name` is that of the study folder.

    Raises SpecificationFault when a file cannot be read to its end.
    """
    datasets, _ = read_finished(raw.resolve().parent, found)
    given = Given(found.planned, {d.name: d.frame for d in datasets})
    proposed = propose(given)
    files = {"study.yaml": _study(given, found, name, [a.name for a in proposed])}
    files |= {f"adam/{a.name.lower()}.yaml": render(a, given) for a in proposed}
    return files


def _study(given: Given, found: FinishedSdtm, name: str, proposed: list[str]) -> str:
    ids = given.values("DM", "STUDYID")
    study, why = (ids[0], "STUDYID of DM") if len(ids) == 1 else (name, "the study folder's name")
    standards: dict[str, Value] = {"sdtmig": "3.4", "adamig": "1.3", "terminology": VERSION}
    formats: dict[str, Value] = {"folder": FOLDER, "format": found.format}
    lines = [
        *head(study, why, standards),
        f"sdtm: {flow(formats)}  {remark(f'proposed: {len(found.heads)} datasets')}",
    ]
    if "ADRS" in proposed:
        preset, told = criteria(given)
        lines.append(
            f"response: {{criteria: {preset}}}  {remark(told)}" if preset else remark(told)
        )
    used = {"DM", "EX", "DS", "AE", "RS", "DD"}
    idle = [n for n in sorted(given.planned) if n not in used]
    if idle:
        lines.append(remark(f"No module is proposed for what only these hold: {', '.join(idle)}"))
    return "\n".join(lines) + "\n"
