"""study.yaml of a first proposal, as text with a remark on every proposal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from crosswalk.init.export import Export, Form
from crosswalk.init.fields import fields_of
from crosswalk.init.subjects import Numbers
from crosswalk.init.text import Value, flow, remark
from mappings.forms import OWN
from mappings.raw import FormSettings
from mappings.study import UNSAID
from sdtm.terminology import VERSION

RAW = "raw"
_CREATED = "missing: set the date and time that outputs carry; nothing reads a clock"


def render(export: Export, idle: Sequence[Form], name: str, numbers: Numbers, sited: bool) -> str:
    """The file; `idle` are the forms that no module takes."""
    study, why = _study_id(export.forms, name)
    parts = ["$STUDYID", "-", *(["$SITEID", "-"] if sited else []), "$SUBJID"]
    given: dict[str, Value] = {"sdtmig": "3.4", "adamig": "1.3", "terminology": VERSION}
    lines = [
        *head(study, why, given),
        "raw:",
        "  subject:",
        f"    pattern: {_single(numbers.pattern)}  {remark(f'proposed: {numbers.why}')}",
        f"    usubjid: {flow(parts)}",
    ]
    if not sited:
        lines.append(f"    {remark('missing: nothing in the export was recognised as the site')}")
    common = _common([_settings(f.settings) for f in export.forms])
    if common:
        lines += ["  defaults:", *(f"    {k}: {flow(v)}" for k, v in common.items())]
    lines.append("  forms:")
    for form in export.forms:
        own = {k: v for k, v in _settings(form.settings).items() if k not in common}
        lines.append(f"    {flow(form.name)}: {flow(own)}  {remark(f'proposed: it {form.why}')}")
        if not form.settings.id:
            lines.append(f"    {remark('missing: no column that identifies a row')}")
    lines += _visits(export.forms)
    if idle:
        lines.append(remark("Not recognised: forms that no module takes, with their fields"))
    for form in idle:
        fields = ", ".join(f.name + (f" ({f.label})" if f.label else "") for f in fields_of(form))
        title = f" '{form.title}'" if form.title else ""
        lines.append(remark(f"  {form.name}{title}: {fields}"))
    if export.unread:
        lines.append(remark("Not recognised: files"))
    lines += [remark(f"  {file}: {reason}") for file, reason in export.unread]
    return "\n".join(lines) + "\n"


def head(study: str, why: str, standards: Mapping[str, Value]) -> list[str]:
    """The lines that begin every proposed study.yaml; `why` says where its name comes from."""
    return [
        "# First proposal of 'crosswalk init': check every line that says 'proposed'.",
        "study:",
        f"  id: {flow(study)}  {remark(f'proposed: {why}')}",
        f"  name: {flow(study)}",
        f"  description: {flow(study)}  {remark('missing: one sentence about the study')}",
        f"  protocol: {flow(study)}  {remark('missing: number of the protocol')}",
        f"created: {UNSAID}  {remark(_CREATED)}",
        f"standards: {flow(standards)}",
    ]


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _study_id(forms: Sequence[Form], name: str) -> tuple[str, str]:
    for form in forms:
        if form.settings.reader == "rave" and len(values := form.values("project")) == 1:
            text, why = values[0], "the column 'project' of the export"
            break
    else:
        text, why = name, "the name of the study folder"
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._").upper()
    return clean or "STUDY", why


def _settings(given: FormSettings) -> dict[str, Value]:
    """What the form says in study.yaml, without what holds when nothing is said."""
    own: dict[str, Value] = {"reader": given.reader}
    for key in ("file", "dictionary", "codelists"):
        if text := getattr(given, key):
            own[key] = f"{RAW}/{text}"
    takes = OWN[given.reader]
    usual = {"encoding": "utf-8", "delimiter": ","}
    keys = ("encoding", "delimiter", "values", "header", "items")
    own |= {k: v for k in keys if (v := getattr(given, k)) and k in takes and v != usual.get(k)}
    for key in ("form", "group"):
        if (names := getattr(given, key)) and key in takes:
            own[key] = names[0] if len(names) == 1 else list(names)
    for key in ("subject", "site", "event", "repeat"):
        if text := getattr(given, key):
            own[key] = text
    if given.id:
        own["id"] = list(given.id)
    if given.active_column:
        own["active"] = {
            "column": given.active_column,
            "is": given.active_value,
            "reason": given.active_reason,
        }
    return own


def _common(forms: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """The settings that all forms share, which stand once."""
    if len(forms) < 2:
        return {}
    first = forms[0]
    return {k: v for k, v in first.items() if all(f.get(k) == v for f in forms)}


def _visits(forms: Sequence[Form]) -> list[str]:
    """The events of the export in their order there, one visit for each."""
    found: dict[str, dict[str, Value]] = {}
    for form in forms:
        event = form.settings.event
        if not event:
            continue
        extra = [c for c in _BESIDE if c in form.table.columns]
        columns = list(dict.fromkeys([event, *extra]))
        events = form.table.cells[columns].drop_duplicates(event)
        texts = [events[c].str.strip().tolist() for c in columns]
        for cells in zip(*texts, strict=True):
            if cells[0]:
                found.setdefault(str(cells[0]), dict(zip(columns, map(str, cells), strict=True)))
    if not found:
        return []
    order = sorted(found, key=lambda e: _place(found[e]))
    why = "proposed: every event of the export, in its order; take out what is no visit"
    lines = [f"visits:  {remark(why)}"]
    for number, event in enumerate(order, 1):
        row = found[event]
        title = str(row.get("FolderName") or row.get("EventName") or event)
        entry: dict[str, Value] = {"event": event, "visit": title.upper(), "number": str(number)}
        day = str(row.get("TargetDays") or "")
        if re.fullmatch(r"-?[1-9]\d*", day):
            entry["day"] = day
        if re.search("unsch", title, re.IGNORECASE):
            entry["unscheduled"] = "true"
        lines.append(f"  - {_visit(entry)}")
    return lines


_BESIDE = ("FolderName", "FolderSeq", "TargetDays", "EventName")


def _place(row: Mapping[str, Value]) -> float:
    """FolderSeq where there is one; the others keep the order in which they came."""
    place = pd.to_numeric(str(row.get("FolderSeq") or ""), errors="coerce")
    return 0.0 if pd.isna(place) else float(place)


def _visit(entry: Mapping[str, Value]) -> str:
    """A visit; `unscheduled` is a word of the language and not a text."""
    told = {k: v for k, v in entry.items() if k != "unscheduled"}
    end = ", unscheduled: true}" if "unscheduled" in entry else "}"
    return flow(told)[:-1] + end
