"""A first study folder from an export: look, match, propose, write."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from crosswalk.init import finished, modules, study
from crosswalk.init.export import look
from crosswalk.init.match import match
from crosswalk.init.subjects import numbers
from mappings.findings import SpecificationFault


class CannotBegin(ValueError):
    """No study folder can be proposed; the message says why."""


@dataclass(frozen=True)
class First:
    """What was written: the folder, forms and domains, and what was not recognised."""

    folder: Path
    forms: tuple[str, ...]
    domains: tuple[str, ...]
    idle: tuple[str, ...]
    unread: tuple[str, ...]
    source: str = "forms"


def first_study(raw: Path, folder: Path) -> First:
    """Write study.yaml, the modules and a copy of the files that they read.

    A folder of finished SDTM gets modules of ADaM. Raises CannotBegin when the export is no
    folder, the study folder is there already, or no domain is recognised in the export, or when
    it cannot be read or written. Then nothing is left behind.
    """
    if not raw.is_dir():
        raise CannotBegin(f"{raw.as_posix()} is no folder; name the folder of the export.")
    if folder.exists():
        raise CannotBegin(f"{folder.as_posix()} is there already; name a new folder.")
    begun = _from_sdtm(raw, folder)
    if begun is not None:
        return begun
    try:
        export = look(raw)
    except OSError as error:
        raise CannotBegin(f"{raw.as_posix()} cannot be read: {error.strerror}") from None
    matched = [m for form in export.forms if (m := match(form)) is not None]
    if not matched:
        told = "; ".join(f"{file} {why}" for file, why in export.unread[:5])
        raise CannotBegin(f"No domain is recognised in {raw.as_posix()}. {told}".rstrip())
    split = numbers(export.forms)
    sited = split.holds_site or any(f.settings.site for f in export.forms)
    if split.holds_site:
        for form in export.forms:
            form.settings = replace(form.settings, site="")
    proposed = modules.propose(matched, export.forms, sites=sited)
    used = {b.form.name for m in proposed for b in m.blocks}
    idle = [f for f in export.forms if f.name not in used]
    texts = {"study.yaml": study.render(export, idle, folder.resolve().name, split, sited)}
    texts |= {f"sdtm/{m.code.lower()}.yaml": modules.render(m) for m in proposed}
    write_folder(folder, texts, {raw / file: f"{study.RAW}/{file}" for file in export.files})
    return First(
        folder,
        tuple(f.name for f in export.forms),
        tuple(m.code for m in proposed),
        tuple(f.name for f in idle),
        tuple(file for file, _ in export.unread),
    )


def _from_sdtm(raw: Path, folder: Path) -> First | None:
    """The same for a folder of finished SDTM, None when it is none."""
    try:
        found = finished.finished_in(raw)
        if found is None:
            return None
        texts = finished.texts(raw, found, folder.resolve().name)
    except SpecificationFault as fault:
        told = "; ".join(str(f) for f in fault.findings[:5])
        raise CannotBegin(f"{raw.as_posix()} holds SDTM that cannot be read: {told}") from None
    names = [Path(file).name for file in found.files]
    write_folder(folder, texts, {raw / name: f"{finished.FOLDER}/{name}" for name in names})
    made = tuple(Path(n).stem.upper() for n in texts if n.startswith("adam/"))
    return First(folder, tuple(found.heads), made, (), (), "datasets of finished SDTM")


def write_folder(
    folder: Path, texts: Mapping[str, str], copies: Mapping[Path, str] | None = None
) -> None:
    """Write the texts and copy the files into a new folder, or leave nothing behind."""
    try:
        folder.mkdir(parents=True)
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        for source, file in (copies or {}).items():
            place = folder / file
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        message = f"{folder.as_posix()} cannot be written: {error.strerror}"
        raise CannotBegin(message) from None


def first_dict(first: First) -> dict[str, object]:
    """For programs."""
    return {
        "folder": first.folder.as_posix(),
        "forms": list(first.forms),
        "domains": list(first.domains),
        "forms_not_mapped": list(first.idle),
        "files_not_read": list(first.unread),
    }


def first_text(first: First) -> str:
    """For people: what was proposed, what was not, and what to do next."""
    place = first.folder.as_posix()
    lines = [
        f"Proposed in {place}: {', '.join(first.domains)} from {len(first.forms)} {first.source}."
    ]
    if first.idle:
        lines.append(f"No module takes these forms: {', '.join(first.idle)}.")
    if first.unread:
        lines.append(f"Not read (study.yaml says why): {', '.join(first.unread)}.")
    lines.append("Check every line that says 'proposed' or 'missing'.")
    lines.append(f"Next: crosswalk lint {place}; crosswalk build {place}")
    return "\n".join(lines)
