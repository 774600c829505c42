"""What the columns of an export mean by the EDC system's own conventions.

System columns say where and when a row was entered, not what was collected. Twin columns hold
one field in several forms (typed, as entered, coded, in parts). Both are conventions of the
reader and not of a study.
"""

from __future__ import annotations

from collections.abc import Iterable

from mappings.readers.odm_metadata import KEYS
from mappings.readers.redcap import SYSTEM

_RAVE = (
    "userid projectid project studyid environmentName subjectId StudySiteId Subject siteid Site "
    "SiteNumber SiteGroup instanceId InstanceName InstanceRepeatNumber folderid Folder FolderName "
    "FolderSeq TargetDays DataPageId DataPageName PageRepeatNumber RecordDate RecordId "
    "recordposition RecordActive SaveTs MinCreated MaxUpdated"
)
_VIEDOC = (
    "SiteSeq SiteName SiteCode SubjectSeq SubjectId EventSeq EventId EventName EventDate "
    "ActivityId ActivityName FormSeq SubjectFormSeq OriginSubjectFormSeq SourceSubjectFormSeq "
    "DesignVersion"
)
# Attributes of vendors that hold facts of their own (dates, sex) are not among these.
_ODM_STATUS = "SubjectStatus EventStatus FormStatus FormVersion UniqueEventName StudySubjectID"
_NAMES = {
    "rave": _RAVE,
    "viedoc": _VIEDOC,
    "redcap": " ".join(SYSTEM),
    "odm": " ".join((*KEYS, _ODM_STATUS)),
}
# Letter case varies between exports of one system.
_SYSTEM = {reader: frozenset(names.casefold().split()) for reader, names in _NAMES.items()}
_STATUS = {"redcap": "_complete"}
# Not _INT: Rave fills in missing parts of a date there, so it is no other form of what was
# collected. Nor _UN, _LO and _HI, which hold facts of their own.
_TWINS = {"rave": ("_RAW", "_STD", "_YYYY", "_MM", "_DD"), "viedoc": ("CD",)}


def system_columns(reader: str, columns: Iterable[str]) -> frozenset[str]:
    """Those of `columns` that the EDC system itself puts on every form."""
    known = _SYSTEM.get(reader, frozenset())
    status = _STATUS.get(reader, "\n")
    return frozenset(c for c in columns if c.casefold() in known or c.endswith(status))


def fields(reader: str, columns: Iterable[str]) -> dict[str, str]:
    """The field of each column: twins share one, any other column is a field of its own."""
    listed = list(columns)
    found = {c.casefold(): c for c in listed}
    result: dict[str, str] = {}
    for column in listed:
        result[column] = column
        for suffix in _TWINS.get(reader, ()):
            stem = column.casefold().removesuffix(suffix.casefold())
            if stem != column.casefold() and stem in found:
                result[column] = found[stem]
    return result
