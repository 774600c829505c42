"""The raw export of a study read as a whole: headers first, then every form."""

from __future__ import annotations

from dataclasses import replace

from mappings.findings import Finding, SpecificationFault
from mappings.load import did_you_mean, spec_fault
from mappings.raw import FormSettings, RawForm, RawTable, make_form
from mappings.readers import columns_of, read_tables
from mappings.sites import sites_of_subjects
from mappings.study import Study


def read_headers(study: Study) -> tuple[dict[str, tuple[str, ...]], list[Finding]]:
    """The columns of every form, without reading its data, and the faults of all forms.

    A form whose header cannot be read has no columns; settings that name no column are faults.
    """
    headers, faults = columns_of(study.folder, list(study.forms.values()))
    for name, columns in headers.items():
        faults.extend(_unknown_columns(study, study.forms[name], columns))
    if study.rescreened and study.rescreened[0] in headers:
        form, column = study.rescreened
        if column not in headers[form]:
            place = study.document.place(("raw", "subject", "rescreened", "previous"))
            message = f"there is no column '{column}' in {form}"
            hint = did_you_mean(column, list(headers[form]))
            faults.append(spec_fault("name.column", message, place, hint))
    return headers, faults


def _unknown_columns(
    study: Study, settings: FormSettings, columns: tuple[str, ...]
) -> list[Finding]:
    named = [settings.subject, settings.site, settings.event, settings.repeat]
    named += [settings.active_column]
    place = study.document.place(("raw", "forms", settings.name), key=True)
    return [
        spec_fault(
            "name.column",
            f"there is no column '{name}' in {settings.file}",
            place,
            did_you_mean(name, list(columns)),
        )
        for name in (*named, *settings.id)
        if name and name not in columns
    ]


def read_export(study: Study) -> dict[str, RawForm]:
    """Every form with its rows and whose they are.

    Raises SpecificationFault with the faults of all files.
    """
    tables, faults = read_tables(study.folder, list(study.forms.values()))
    if faults:
        raise SpecificationFault(faults)
    sites, findings = sites_of_subjects(tables, study.forms, study.sites)
    first = _first_numbers(study, tables)
    rule = replace(study.subject, first_number=first, sites=sites)
    forms: dict[str, RawForm] = {}
    for name, table in tables.items():
        told = replace(table, findings=(*table.findings, *findings[name]))
        forms[name] = make_form(told, study.forms[name], rule)
    return forms


def _first_numbers(study: Study, tables: dict[str, RawTable]) -> dict[str, str]:
    """Collected subject number to that of the person's first screening, where they differ."""
    if study.rescreened is None:
        return {}
    form, column = study.rescreened
    cells = tables[form].cells
    later = cells[cells[column].str.strip() != ""]
    subjects = later[study.forms[form].subject].str.strip().tolist()
    previous = dict(zip(subjects, later[column].str.strip().tolist(), strict=True))
    first: dict[str, str] = {}
    for number, earlier in previous.items():
        seen, origin = {number}, earlier
        while origin in previous and origin not in seen:
            seen.add(origin)
            origin = previous[origin]
        first[number] = origin
    return first
