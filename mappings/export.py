"""The raw export of a study read as a whole: headers first, then every form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mappings.findings import Finding, SpecificationFault, SpecPlace
from mappings.forms import setting_place
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
    faults.extend(_unknown_columns(study, headers))
    if study.rescreened and study.rescreened[0] in headers:
        form, column = study.rescreened
        if column not in headers[form]:
            place = study.document.place(("raw", "subject", "rescreened", "previous"))
            message = f"there is no column '{column}' in {form}"
            hint = did_you_mean(column, list(headers[form]))
            faults.append(spec_fault("name.column", message, place, hint))
    return headers, faults


def _unknown_columns(study: Study, headers: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """Settings that name no column of their form; one fault for each place where one stands."""
    lacking: dict[tuple[SpecPlace, str], list[str]] = {}
    own: dict[tuple[SpecPlace, str], bool] = {}
    for form, columns in headers.items():
        for steps, name in _named_columns(study.forms[form]):
            if name not in columns:
                at = setting_place(study.document, form, *steps), name
                lacking.setdefault(at, []).append(form)
                own[at] = steps[0] in study.document.data["raw"]["forms"][form]
    faults: list[Finding] = []
    for (place, name), forms in lacking.items():
        files = list(dict.fromkeys(study.forms[f].file for f in forms))
        where = files[0] if len(files) == 1 else f"{len(files)} files, such as {files[0]}"
        # A file of many forms has columns of other forms, so the form must be named.
        if len(forms) > len(files) or any(study.forms[f].form for f in forms):
            named = f"{', '.join(forms[:5])}{', ...' if len(forms) > 5 else ''}"
            where += f" ({'form' if len(forms) == 1 else 'forms'} {named})"
        hint = did_you_mean(name, list(dict.fromkeys(c for f in forms for c in headers[f])))
        if not own[place, name] and len(forms) < len(headers):
            hint += " A form that lacks it gives a column of its own, or null."
        message = f"there is no column '{name}' in {where}"
        faults.append(spec_fault("name.column", message, place, hint))
    return faults


def _named_columns(settings: FormSettings) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The columns that the settings of a form name, each with where it stands in the form."""
    for key in ("subject", "site", "event", "repeat"):
        if name := getattr(settings, key):
            yield (key,), name
    if settings.active_column:
        yield ("active", "column"), settings.active_column
    for number, name in enumerate(settings.id):
        yield ("id", number), name


def read_export(study: Study) -> dict[str, RawForm]:
    """Every form with its rows and whose they are.

    Raises SpecificationFault with the faults of all files.
    """
    tables, faults = read_tables(study.folder, list(study.forms.values()))
    if faults:
        raise SpecificationFault(faults)
    sites, findings = sites_of_subjects(tables, study.forms, study.sites, study.subject)
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
