"""Lists of entries that a specification names as `file#section`, or as a CSV file.

`rows.tests` of a module and `tables` of study.yaml are read here, so that both say the same of a
file that cannot be used. Faults inside a file are told at their place in it; only what the name
itself gets wrong is told where the name stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from mappings.findings import Finding, SpecificationFault, SpecPlace
from mappings.load import Document, did_you_mean, load_yaml, spec_fault
from mappings.raw import FormSettings
from mappings.readers.delimited import OTHER_ENCODING, parse, read_text


@dataclass(frozen=True)
class Catalogue:
    """Entries as texts, where each stands, and the file that they come from ("": inline)."""

    entries: list[dict[str, str]]
    places: tuple[SpecPlace, ...]
    file: str = ""


def file_of(named: str) -> str:
    """The file in `file#section`."""
    return named.partition("#")[0]


def is_csv(named: str) -> bool:
    """Whether the name is that of a CSV file, which has no sections."""
    return PurePosixPath(file_of(named)).suffix.lower() == ".csv"


def read_catalogue(
    folder: Path, named: str, place: SpecPlace, rule: str, encoding: str = "utf-8"
) -> Catalogue:
    """The entries of a section of a YAML file, or the rows of a CSV file.

    `place` is where `named` stands. Raises SpecificationFault with every fault of the file, all
    of them under `rule`, but for those of YAML itself.
    """
    file, hash_, section = named.partition("#")
    if PurePosixPath(file).is_absolute() or PureWindowsPath(file).is_absolute():
        message = f"'{file}' is an absolute path, which means nothing on another machine"
        advice = "Name the file from the study folder on."
        raise SpecificationFault([spec_fault(rule, message, place, advice)])
    if not (folder / file).exists():
        message = f"the catalogue {file}: the file does not exist"
        raise SpecificationFault([spec_fault(rule, message, place)])
    if is_csv(named):
        if hash_:
            message = f"{file} is a CSV file, which has no section '{section}'"
            advice = f"Write {file} alone."
            raise SpecificationFault([spec_fault(rule, message, place, advice)])
        return _csv(folder, file, rule, encoding)
    return _section(load_yaml(folder / file, file), section, place, rule)


def _section(document: Document, section: str, place: SpecPlace, rule: str) -> Catalogue:
    file, loaded = document.file, document.data
    if not isinstance(loaded, dict) or section not in loaded:
        known = list(loaded) if isinstance(loaded, dict) else []
        message = f"the catalogue {file} has no section '{section}'"
        advice = did_you_mean(section, known)
        if not section:
            message = f"'{file}' names no section of the catalogue"
            advice = f"Write {file}#SECTION. {advice}".strip()
        raise SpecificationFault([spec_fault(rule, message, place, advice)])
    given = loaded[section]
    if not isinstance(given, list) or not given:
        message = f"the section '{section}' is not a list of entries"
        at = document.place((section,))
        raise SpecificationFault([spec_fault(rule, message, at, "An entry is {NAME: value, ...}.")])
    faults = [
        spec_fault(rule, "this entry is not a block of names and texts", document.place(steps))
        for steps in (
            *((section, i) for i, entry in enumerate(given) if not isinstance(entry, dict)),
            *(
                (section, i, name)
                for i, entry in enumerate(given)
                if isinstance(entry, dict)
                for name, value in entry.items()
                if isinstance(value, dict | list)
            ),
        )
    ]
    if faults:
        raise SpecificationFault(faults)
    places = tuple(document.place((section, i)) for i in range(len(given)))
    return Catalogue([texts(entry) for entry in given], places, file)


def texts(entry: Mapping[str, object]) -> dict[str, str]:
    """An entry with every value as text; nothing is the empty text."""
    return {name: str(value or "") for name, value in entry.items()}


def _csv(folder: Path, file: str, rule: str, encoding: str) -> Catalogue:
    """Every cell as its text; faults of the file at the line where they stand."""
    settings = FormSettings(name=file, file=file, encoding=encoding)
    try:
        table = parse(read_text(folder / file, settings), settings)
    except SpecificationFault as fault:
        raise SpecificationFault([_told(f, file, rule) for f in fault.findings]) from None
    places = tuple(SpecPlace(file, line, 1) for line in table.lines.tolist())
    if not places:
        message, advice = "the table has no row below its header", "Add its rows."
        raise SpecificationFault([spec_fault(rule, message, SpecPlace(file, 1, 1), advice)])
    rows = {str(name): table.cells[name].tolist() for name in table.cells}
    entries = [{name: cells[i] for name, cells in rows.items()} for i in range(len(places))]
    return Catalogue(entries, places, file)


def _told(fault: Finding, file: str, rule: str) -> Finding:
    """The fault of a raw file as one of a file of the specification."""
    row = fault.raw.row if fault.raw else 0
    place = SpecPlace(file, row, 1) if row else SpecPlace(file)
    advice = fault.advice
    if advice == OTHER_ENCODING:
        advice = "Save it as UTF-8, or name its 'encoding' beside 'file'."
    return replace(fault, rule=rule, advice=advice, raw=None, spec=place)
