"""The terminology of one study: the files that its study.yaml names, or the shipped packages."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path, PurePath

from mappings.findings import Finding, SpecPlace
from mappings.load import spec_fault
from mappings.study import Study
from sdtm.terminology import Terminology, TerminologyError, load_published

#: Standards whose terminology a study may name, and the key of `standards` that has its date.
DATES = {"SDTM": "terminology", "ADaM": "adam_terminology"}
#: Lists that the package itself asks for; the whole of SDTM terminology has them.
NEEDED = ("TSPARMCD", "TSPARM", "UNIT", "PKUNIT", "VSRESU", "NY", "ND")


@lru_cache(maxsize=8)
def _loaded(path: Path, _changed: float) -> Terminology:
    """A file read once as long as it is not changed."""
    return load_published(path)


def _load(path: Path) -> Terminology:
    return _loaded(path, path.stat().st_mtime_ns if path.exists() else 0)


def study_terminology(
    study: Study, standard: str, shipped: Callable[[], Terminology]
) -> tuple[Terminology, list[Finding]]:
    """The study's terminology of ``SDTM`` or ``ADaM``, and the faults of its files and dates.

    With a fault the shipped package is given, so that the rest can still be looked at.
    """
    named, faults = _named(study)
    found = named.get(standard)
    wanted = study.standards.get(DATES[standard], study.standards["terminology"])
    key = DATES[standard] if DATES[standard] in study.standards else "terminology"
    place = study.document.place(("standards", key))
    if found is None:
        package = shipped()
        if not faults and package.version != wanted:
            message = f"the shipped {standard} terminology is of {package.version}, not {wanted}"
            advice = f"Name the {standard} file of {wanted} with 'terminology'"
            other = f", or say 'adam_terminology: {package.version}'" if standard == "ADaM" else ""
            faults.append(spec_fault("terminology.version", message, place, f"{advice}{other}."))
        return package, faults
    file, package = found
    if package.version and package.version != wanted:
        message = f"'{key}' is {wanted}, but {file} says {package.version}"
        faults.append(spec_fault("terminology.version", message, place, "Mend the one or other."))
    if standard == "SDTM":
        lacking = [n for n in NEEDED if n not in package]
        if lacking:
            message = f"{file} is not all of SDTM terminology: no codelist {', '.join(lacking)}"
            advice = "Give the file as it was published."
            faults.append(spec_fault("terminology.file", message, _place(study, file), advice))
            return shipped(), faults
    return package if package.version else package.dated(wanted), faults


def _named(study: Study) -> tuple[dict[str, tuple[str, Terminology]], list[Finding]]:
    """The files of study.yaml by standard."""
    found: dict[str, tuple[str, Terminology]] = {}
    faults: list[Finding] = []
    for file, place in study.terminology:
        if PurePath(file).is_absolute():
            message = f"'{file}' is an absolute path"
            advice = "Give a path relative to the study folder, as other machines have it too."
            faults.append(spec_fault("terminology.file", message, place, advice))
            continue
        try:
            package = _load(study.folder / file)
        except TerminologyError as error:
            shown = f"{file}:{error.line}" if error.line else file
            advice = "Give the file as NCI EVS publishes it, tab separated (.txt) or .csv."
            message = f"{shown}: {error.reason}"
            faults.append(spec_fault("terminology.file", message, place, advice))
            continue
        if package.name not in DATES:
            said = (
                f"holds terminology of {package.name}" if package.name else "does not say of what"
            )
            message = f"{file} {said}; a study has that of SDTM and of ADaM"
            faults.append(spec_fault("terminology.file", message, place, "Take it out."))
        elif package.name in found:
            message = f"{file} and {found[package.name][0]} are both of {package.name}"
            faults.append(spec_fault("terminology.file", message, place, "Keep one of them."))
        else:
            found[package.name] = file, package
    return found, faults


def _place(study: Study, file: str) -> SpecPlace:
    return next(place for named, place in study.terminology if named == file)
