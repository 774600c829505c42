"""What the columns of an export mean by the EDC system's own conventions.

System columns say where and when a row was entered, not what was collected. Twin columns hold
one field in several forms (typed, as entered, coded, in parts). Both are conventions of the
reader and not of a study.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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


# Medidata writes the same clinical views as SAS data sets: these columns give them away.
_RAVE_CORE = ("userid", "projectid", "subject", "recordid", "recordposition", "savets")
_SHORT = 8
"""Most letters of a name in a SAS transport file of version 5."""


def convention(reader: str, columns: Iterable[str]) -> str:
    """Whose conventions the columns follow: the reader's, or Rave's in a file of its views."""
    names = {c.casefold() for c in columns}
    views = all(c in names or c[:_SHORT] in names for c in _RAVE_CORE)
    return "rave" if reader not in _NAMES and views else reader


def system_columns(reader: str, columns: Iterable[str], form: Sequence[str] = ()) -> frozenset[str]:
    """Those of `columns` that the EDC system itself puts on every form.

    `form` is the form's name in the export: REDCap's status column is called after it.
    """
    listed = list(columns)
    own = convention(reader, listed)
    known = _SYSTEM.get(own, frozenset())
    cut = own != reader and all(len(c) <= _SHORT for c in listed)
    short = {n[:_SHORT] for n in known} if cut else set()
    # SAS numbers names that would become the same when they are cut: INSTANCE, INSTANC2.
    stems = {n[: _SHORT - 1] for n in known if len(n) > _SHORT} if cut else set()
    found = {
        c
        for c in listed
        if (name := c.casefold()) in known | short
        or (len(name) == _SHORT and name[-1].isdigit() and name[:-1] in stems)
    }
    if own in _STATUS:
        # A field of the study may end so as well; the status stands after all fields.
        status = [c for c in listed if c.endswith(_STATUS[own])][-1:]
        found |= {f + _STATUS[own] for f in form} & set(listed) if form else set(status)
    return frozenset(found)


def fields(reader: str, columns: Iterable[str]) -> dict[str, str]:
    """The field of each column: twins share one, any other column is a field of its own."""
    listed = list(columns)
    own = convention(reader, listed)
    found = {c.casefold(): c for c in listed}
    result: dict[str, str] = {}
    for column in listed:
        result[column] = column
        for suffix in _TWINS.get(own, ()):
            stem = column.casefold().removesuffix(suffix.casefold())
            if stem != column.casefold() and stem in found:
                result[column] = found[stem]
    return result
