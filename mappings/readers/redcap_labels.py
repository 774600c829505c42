"""REDCap's export with labels in the header: which field each label is, by the data dictionary."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mappings.load import did_you_mean
from mappings.raw import file_fault
from mappings.readers.redcap_dictionary import Dictionary

SYSTEM = {
    "Event Name": "redcap_event_name",
    "Repeat Instrument": "redcap_repeat_instrument",
    "Repeat Instance": "redcap_repeat_instance",
    "Data Access Group": "redcap_data_access_group",
    "Survey Identifier": "redcap_survey_identifier",
}
STATUS = "Complete?"
STAMP = "Survey Timestamp"
_NAMES = "Export the data with field names (not labels) in the header."


def looks_labelled(header: Sequence[str], dictionary: Dictionary) -> bool:
    """Whether the header holds labels: that of the record id, and not its name."""
    plain = [_plain(h) for h in header]
    return dictionary.record not in header and _plain(dictionary.fields[0].label) in plain


def names_of_labels(header: Sequence[str], dictionary: Dictionary, file: str) -> list[str]:
    """The column names that an export with names would have in this header's place.

    An export of all fields is known by its order, so that a label may stand twice in it. In any
    other, each label must be of one field only.

    Raises SpecificationFault for a label that the dictionary does not have, or has twice.
    """
    known = [(column, _plain(label), form) for column, label, form in _columns(dictionary)]
    plain = [_plain(h) for h in header]
    own = [p for p in plain if p not in SYSTEM and p != STAMP]
    whole = own == [label for _, label, _ in known]
    byname: dict[str, list[tuple[str, str]]] = {}
    for column, label, form in known:
        byname.setdefault(label, []).append((column, form))
    names: list[str] = []
    stamps: list[int] = []
    form, place, fielded = dictionary.forms[0], 0, False
    for label in plain:
        if label in SYSTEM:
            names.append(SYSTEM[label])
            continue
        if label == STAMP:
            # It stands before the fields of its form.
            stamps.append(len(names))
            names.append("")
            continue
        if whole:
            column, _, form = known[place]
        elif label == STATUS:
            column = f"{form}_complete"
            if not fielded or column in names:
                message = f"it is not told whose status the column '{STATUS}' is"
                raise file_fault(file, message, _NAMES, 1)
        else:
            column, form = _only(label, byname, file)
            fielded = fielded or column != dictionary.record
        place += 1
        names.append(column)
        for at in stamps:
            names[at] = f"{form}_timestamp"
        stamps.clear()
    return names


def _only(label: str, known: dict[str, list[tuple[str, str]]], file: str) -> tuple[str, str]:
    found = known.get(label, [])
    if not found:
        message = f"the data dictionary has no field with the label '{label}'"
        hint = did_you_mean(label, [k for k in known if k])
        raise file_fault(file, message, f"{hint} {_NAMES}", 1)
    if len(found) > 1:
        columns = " and ".join(column for column, _ in found)
        raise file_fault(file, f"the label '{label}' is that of {columns}", _NAMES, 1)
    return found[0]


def _columns(dictionary: Dictionary) -> list[tuple[str, str, str]]:
    """Column, label in the header, and form; each form ends with its status."""
    found: list[tuple[str, str, str]] = []
    for form in dictionary.forms:
        for field in (f for f in dictionary.fields if f.form == form):
            found += [(column, text, form) for column, text in field.headings.items()]
        found.append((f"{form}_complete", STATUS, form))
    return found


def _plain(label: str) -> str:
    """A label without markup and with single blanks, as REDCap writes it into a header."""
    return " ".join(re.sub(r"<[^<>]*>", " ", label).split())
