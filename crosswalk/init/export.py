"""From the files of an export to forms: reader and columns of subject, site, visit and record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import pandas as pd

from crosswalk.init.names import column_for
from crosswalk.init.sniff import Found, sniff
from mappings.findings import SpecificationFault
from mappings.raw import FormSettings, RawTable, file_fault
from mappings.readers import read_tables
from mappings.readers.odm_metadata import read_metadata
from mappings.readers.redcap import EVENT, INSTANCE, LABEL
from mappings.readers.redcap_dictionary import read_dictionary
from mappings.readers.redcap_labels import looks_labelled, names_of_labels

GROUP = "redcap_data_access_group"
ACTIVE = ("RecordActive", "1", "Deleted in the EDC system")


@dataclass
class Form:
    """A form that could be read: its settings, cells, title, and why it is read so."""

    settings: FormSettings
    table: RawTable
    why: str
    title: str = ""

    @property
    def name(self) -> str:
        return self.settings.name

    def values(self, column: str) -> list[str]:
        """The different values of a column, without the empty ones, sorted."""
        cells = self.table.cells[column].str.strip()
        return sorted(str(v) for v in pd.unique(cells) if v)


@dataclass
class Export:
    """The forms of an export, and the files that were not recognised, each with the reason."""

    forms: list[Form] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)


def look(folder: Path) -> Export:
    """Every file below the folder, looked at and read where it is recognised.

    Raises OSError when a file cannot be read.
    """
    export = Export()
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    found = [sniff(p, p.relative_to(folder).as_posix()) for p in paths]
    names: set[str] = set()
    for each in found:
        if each.kind.startswith("viedoc ") or each.kind == "redcap dictionary":
            continue
        if not each.kind:
            export.unread.append((each.file, each.why))
            continue
        try:
            proposed = _settings(folder, each, found, names)
            forms = _read(folder, proposed, each)
        except SpecificationFault as fault:
            export.unread.append((each.file, f"{each.why}, but {fault.findings[0].message}"))
            continue
        if not forms:
            export.unread.append((each.file, f"{each.why}; no column of the subject recognised"))
        export.forms.extend(forms)
    used = {f for form in export.forms for f in form.settings.files}
    export.files = [f.file for f in found if f.file in used]
    told = {*used, *(f for f, _ in export.unread)}
    export.unread += [(f.file, f"{f.why}; no data beside it") for f in found if f.file not in told]
    return export


def _settings(
    folder: Path, found: Found, all_found: list[Found], names: set[str]
) -> list[FormSettings]:
    """The forms of one file; a subject that was not recognised leaves none."""
    basic = FormSettings(
        _name(PurePosixPath(found.file.removesuffix(".gz")).stem, names),
        found.file,
        found.kind,
        encoding=found.encoding,
        delimiter=found.delimiter,
    )
    if found.kind == "rave":
        column, value, reason = ACTIVE
        return [
            replace(
                basic,
                subject="Subject",
                site="SiteNumber",
                event="Folder",
                repeat="InstanceRepeatNumber",
                id=("RecordId",),
                active_column=column,
                active_value=value,
                active_reason=reason,
            )
        ]
    if found.kind == "viedoc":
        beside = {f.kind: f.file for f in all_found if f.kind.startswith("viedoc ")}
        return [
            replace(
                basic,
                dictionary=beside.get("viedoc items", ""),
                codelists=beside.get("viedoc codelists", ""),
                header="" if found.rows == "both" else "name",
                subject="SubjectId",
                site="SiteCode" if "SiteCode" in found.header else "",
                event="EventId" if "EventId" in found.header else "",
                repeat="EventSeq" if "EventSeq" in found.header else "",
            )
        ]
    if found.kind == "redcap":
        return _redcap(folder, basic, found, all_found, names)
    if found.kind == "odm":
        return _odm(folder, basic, names)
    columns = _columns(folder, basic)
    subject = column_for("subject", columns)
    if not subject:
        return []
    own = replace(basic, subject=subject, site=column_for("site", columns))
    return [replace(own, event=column_for("event", columns), repeat=column_for("repeat", columns))]


def _columns(folder: Path, settings: FormSettings) -> tuple[str, ...]:
    tables, faults = read_tables(folder, [settings])
    if faults:
        raise SpecificationFault(faults)
    return tables[settings.name].columns


def _redcap(
    folder: Path, basic: FormSettings, found: Found, all_found: list[Found], names: set[str]
) -> list[FormSettings]:
    columns = set(found.header)
    own = _located(basic, columns)
    for each in all_found:
        if each.kind != "redcap dictionary":
            continue
        dictionary = read_dictionary(folder, replace(own, dictionary=each.file))
        if looks_labelled(found.header, dictionary):
            columns = set(names_of_labels(found.header, dictionary, found.file))
            own = replace(_located(own, columns), header=LABEL)
        if dictionary.record not in columns:
            continue
        forms = [replace(own, dictionary=each.file, form=(f,)) for f in dictionary.forms]
        refused = read_tables(folder, [replace(f, values="raw") for f in forms])[1]
        values = "label" if refused else "raw"
        common = replace(own, dictionary=each.file, values=values, subject=dictionary.record)
        return [replace(common, name=_name(f, names), form=(f,)) for f in dictionary.forms]
    done = [c for c in found.header if c.endswith("_complete")]
    if len(done) == 1:
        # One form needs no dictionary to be taken apart; its cells may be codes or texts.
        form = done[0].removesuffix("_complete")
        return [replace(own, name=_name(form, names), values="raw", subject=found.header[0])]
    raise file_fault(found.file, "its data dictionary is not beside it", "")


def _located(basic: FormSettings, columns: set[str]) -> FormSettings:
    """The settings with REDCap's own columns of site, event and repeat, where there are."""
    return replace(
        basic,
        site=GROUP if GROUP in columns else "",
        event=EVENT if EVENT in columns else "",
        repeat=INSTANCE if INSTANCE in columns else "",
    )


def _odm(folder: Path, basic: FormSettings, names: set[str]) -> list[FormSettings]:
    metadata, extensions = read_metadata(folder / basic.file, basic.file)
    clinic = "StudySubjectID" in extensions
    common = replace(
        basic,
        subject="StudySubjectID" if clinic else "SubjectKey",
        site="StudyOID" if clinic else "SiteOID",
        event="UniqueEventName" if "UniqueEventName" in extensions else "StudyEventOID",
        repeat="StudyEventRepeatKey",
    )
    forms = []
    versions: dict[str, list[str]] = {}
    for oid in metadata.forms:
        # OpenClinica gives each version of a form an OID of its own.
        stem = re.sub(r"_V\d+$", "", oid, flags=re.IGNORECASE) if clinic else oid
        versions.setdefault(stem, []).append(oid)
    for stem, oids in versions.items():
        one = replace(common, name=_name(stem, names), form=tuple(oids))
        groups = list(dict.fromkeys(g for o in oids for g in metadata.forms[o]))
        _, faults = read_tables(folder, [one])
        if faults and len(groups) > 1:
            forms += [replace(one, name=_name(f"{stem}_{g}", names), group=(g,)) for g in groups]
        elif faults and groups:
            forms.append(replace(one, group=(groups[0],)))
        else:
            forms.append(one)
    # Item names are readable; ItemOIDs are taken where two items of a form share a name.
    if clinic:
        named = [replace(f, items="name") for f in forms]
        if not read_tables(folder, named)[1]:
            return named
    return forms


def _read(folder: Path, proposed: Sequence[FormSettings], found: Found) -> list[Form]:
    tables, faults = read_tables(folder, proposed)
    if faults:
        raise SpecificationFault(faults)
    titles = read_metadata(folder / found.file, found.file)[0].titles if found.kind == "odm" else {}
    forms = []
    for settings in proposed:
        table = tables[settings.name]
        told = replace(
            settings,
            site=_used(settings.site, table),
            event=_used(settings.event, table),
            repeat=_used(settings.repeat, table),
            id=settings.id or _identity(settings, table),
        )
        forms.append(
            Form(
                told,
                table,
                found.why,
                titles.get(told.form[0], "") if titles else _title(told, table),
            )
        )
    return forms


def _used(column: str, table: RawTable) -> str:
    """The column, "" when the form has rows and all of its cells are empty."""
    if not column or not len(table.cells):
        return column
    return column if bool((table.cells[column].str.strip() != "").any()) else ""


def _identity(settings: FormSettings, table: RawTable) -> tuple[str, ...]:
    """The first set of columns that tells all rows apart, () when none does."""
    subject = settings.subject
    tries: dict[str, list[tuple[str, ...]]] = {
        "viedoc": [
            (subject, "EventId", "EventSeq", "ActivityId", "FormSeq", "SubjectFormSeq"),
        ],
        "redcap": [
            (subject,),
            (subject, settings.event),
            (subject, settings.repeat),
            (subject, settings.event, settings.repeat),
        ],
        "odm": [
            ("SubjectKey",),
            (
                *("SubjectKey", "StudyEventOID", "StudyEventRepeatKey"),
                *("FormRepeatKey", "ItemGroupRepeatKey"),
            ),
        ],
    }
    others: list[tuple[str, ...]] = [(column_for("id", table.columns),), (subject,)]
    for columns in tries.get(settings.reader, others):
        there = [c for c in columns if c in table.columns]
        if there == list(columns) and not table.cells[there].duplicated().any():
            return tuple(there)
    return ()


def _title(settings: FormSettings, table: RawTable) -> str:
    if settings.reader == "rave" and "DataPageName" in table.columns:
        pages = [p for p in pd.unique(table.cells["DataPageName"]) if p]
        return str(pages[0]) if len(pages) == 1 else ""
    return settings.form[0] if settings.form else ""


def _name(text: str, taken: set[str]) -> str:
    """A name for a form that no other has."""
    # Viedoc puts study, date and time of the export before the form.
    stem = re.sub(r"^.*_\d{8}_\d{6}_", "", text)
    stem = re.sub(r"^(F|FORM|FRM|RAW)[._]", "", stem, flags=re.IGNORECASE)
    stem = re.sub(r"[._-]raw$", "", stem, flags=re.IGNORECASE)
    stem = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_") or "form"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    taken.add(name)
    return name
