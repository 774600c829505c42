"""The metadata of an ODM file: forms, item groups, items and codelists, and its dialect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from mappings.raw import RawItem, file_fault
from mappings.readers.safe_xml import local, stream

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
UNIT = ".unit"
UNIT_LIST = "BasicDefinitions.MeasurementUnit"
"""What the units are called as a list of codes: their OIDs, with their symbols."""
KEYS = (
    *("StudyOID", "SiteOID", "SubjectKey", "StudyEventOID", "StudyEventRepeatKey"),
    *("FormOID", "FormRepeatKey", "ItemGroupRepeatKey"),
)
"""The columns that every ODM form has before its items."""

DIALECTS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "http://www.openclinica.org/": {
        "SubjectData": {
            "studysubjectid": "StudySubjectID",
            "uniqueidentifier": "UniqueIdentifier",
            "secondaryid": "SecondaryID",
            "status": "SubjectStatus",
            "dateofbirth": "DateOfBirth",
            "yearofbirth": "YearOfBirth",
            "sex": "Sex",
        },
        "StudyEventData": {
            "startdate": "EventStartDate",
            "enddate": "EventEndDate",
            "status": "EventStatus",
            "studyeventlocation": "EventLocation",
            "subjectageatevent": "EventAge",
        },
        "FormData": {
            "status": "FormStatus",
            "version": "FormVersion",
            "interviewdate": "InterviewDate",
            "interviewername": "InterviewerName",
        },
        "ItemGroupData": {},
    },
    "https://projectredcap.org": {
        "SubjectData": {},
        "StudyEventData": {"uniqueeventname": "UniqueEventName"},
        "FormData": {},
        "ItemGroupData": {},
    },
    "http://www.mdsol.com/": {
        "SubjectData": {"subjectname": "SubjectName", "status": "SubjectStatus"},
        "StudyEventData": {"studyeventdate": "EventDate"},
        "FormData": {},
        "ItemGroupData": {},
    },
}
"""Start of the extension's namespace; element; attribute in small letters; column.

Letter case differs between releases (StudySubjectID, StudySubjectId).
"""

NOT_DATA = frozenset(
    {
        "recordidfield",
        "itemgroupname",
        "formname",
        "studyeventname",
        "formlayoutoid",
        "subjectkeytype",
    }
)
"""Extension attributes that repeat the metadata."""


@dataclass
class Metadata:
    """What the Study elements of one or more files define; the first definition holds."""

    forms: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    items: dict[str, RawItem] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    codelists: dict[str, dict[str, str]] = field(default_factory=dict)
    repeating: set[str] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)

    def may_repeat(self, groups: Iterable[str]) -> list[str]:
        """Those of the groups that repeat; a file that says so of all its groups tells nothing."""
        if self.repeating >= self.groups.keys():
            return []
        return [g for g in groups if g in self.repeating]

    def versions(self, wanted: tuple[str, ...]) -> list[str]:
        """The FormOIDs that the setting 'form' means."""
        return [f for f in self.forms if any(fnmatchcase(f, w) for w in wanted)]


def dialect_columns(root: Any) -> tuple[str, ...]:
    """The columns that the extensions declared at the root bring."""
    return tuple(
        column
        for start, elements in DIALECTS.items()
        if any(str(uri).startswith(start) for uri in root.nsmap.values())
        for attributes in elements.values()
        for column in attributes.values()
    )


def check_root(root: Any, file: str) -> None:
    """Refuse what is not an ODM 1.3 snapshot.

    Raises SpecificationFault.
    """
    if root.tag != f"{{{NAMESPACE}}}ODM":
        name = str(root.tag).partition("}")[0].lstrip("{") or "no namespace"
        raise file_fault(file, f"this is ODM of another version ({name})", "Export ODM 1.3.")
    if root.get("FileType") == "Transactional":
        message = "a transactional ODM file tells changes, not how the data stand"
        raise file_fault(file, message, "Export a snapshot (FileType Snapshot).")


def read_metadata(path: Path, file: str) -> tuple[Metadata, tuple[str, ...]]:
    """Everything before the first clinical data, and the columns of the file's dialect.

    Raises SpecificationFault, as `stream` does, and for a file that is not ODM 1.3.
    """
    metadata = Metadata()
    extensions: tuple[str, ...] = ()
    events = stream(path, file, ("ODM", "Study", "ClinicalData"))
    try:
        for number, (event, element) in enumerate(events):
            if not number:
                check_root(element, file)
                extensions = dialect_columns(element)
            name = local(element)
            if event == "start" and name == "ClinicalData":
                break
            if event == "end" and name == "Study":
                _study(element, metadata)
                element.clear()
    finally:
        events.close()
    return metadata, extensions


def _study(study: Any, metadata: Metadata) -> None:
    for element in study.iter():
        name = local(element)
        oid = element.get("OID", "")
        if name == "FormDef":
            metadata.titles.setdefault(oid, element.get("Name", ""))
            own = metadata.forms.setdefault(oid, [])
            own.extend(o for o in _references(element, "ItemGroupRef") if o not in own)
        elif name == "ItemGroupDef":
            own = metadata.groups.setdefault(oid, [])
            if element.get("Repeating") == "Yes":
                metadata.repeating.add(oid)
            own.extend(o for o in _references(element, "ItemRef") if o not in own)
        elif name == "ItemDef":
            metadata.names.setdefault(oid, element.get("Name", ""))
            metadata.items.setdefault(oid, _item(element, oid))
        elif name == "CodeList":
            metadata.codelists.setdefault(oid, dict(_choices(element)))
        elif name == "MeasurementUnit":
            symbol = next(iter(_texts(element)), element.get("Name", oid))
            metadata.codelists.setdefault(UNIT_LIST, {}).setdefault(oid, symbol)


def _references(element: Any, kind: str) -> list[str]:
    name = kind.removesuffix("Ref") + "OID"
    return [child.get(name, "") for child in element if local(child) == kind]


def _item(element: Any, oid: str) -> RawItem:
    lists = _references(element, "CodeListRef")
    units = _references(element, "MeasurementUnitRef")
    question = [t for q in element if local(q) == "Question" for t in _texts(q)]
    label = question[0] if question else element.get("Name", "")
    return RawItem(
        oid,
        label,
        element.get("DataType", ""),
        lists[0] if lists else "",
        "|".join(units),
    )


def _choices(element: Any) -> Iterator[tuple[str, str]]:
    for child in element:
        if local(child) in ("CodeListItem", "EnumeratedItem"):
            code = child.get("CodedValue", "")
            yield code, next(iter(_texts(child)), code)


def _texts(element: Any) -> list[str]:
    """The translated texts below an element, without the margins of the file."""
    texts = (t.text or "" for t in element.iter() if local(t) == "TranslatedText")
    return [" ".join(t.split()) for t in texts if t.strip()]
