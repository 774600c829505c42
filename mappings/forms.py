"""Settings of the raw forms in study.yaml: merged with the defaults, and checked by reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from mappings.findings import Finding, SpecPlace
from mappings.load import Document, did_you_mean, spec_fault
from mappings.raw import FormSettings

OWN: Mapping[str, tuple[str, ...]] = {
    "rave": ("encoding", "delimiter"),
    "csv": ("encoding", "delimiter"),
    "viedoc": ("encoding", "delimiter", "header", "dictionary", "codelists"),
    "redcap": ("encoding", "delimiter", "header", "dictionary", "form", "values"),
    "odm": ("form", "group", "items", "dictionary"),
    "excel": ("sheet",),
    "sas": ("encoding",),
    "xpt": ("encoding",),
    "parquet": (),
}
"""The settings that mean something to some readers only, by reader."""

HEADERS: Mapping[str, tuple[str, ...]] = {"viedoc": ("both", "name"), "redcap": ("name", "label")}
"""What 'header' may be, by reader; the first one when it is not given."""

_SOME = {key for keys in OWN.values() for key in keys}
_NEEDED = {"redcap": ("values",), "odm": ("form",)}


def read_forms(main: Document, faults: list[Finding]) -> dict[str, FormSettings]:
    """The settings of every form; a setting that its reader would pass over is a fault."""
    raw = main.data["raw"]
    forms: dict[str, FormSettings] = {}
    found: list[Finding] = []
    for name, own in raw["forms"].items():
        merged: dict[str, Any] = {**raw.get("defaults", {}), **own}
        told = _faults(main, name, own, merged)
        found.extend(told)
        if not any(f.rule == "schema.required" for f in told):
            forms[name] = _settings(name, merged)
    found.extend(_idle_defaults(main, raw))
    # What stands in the defaults is at fault once, however many forms take it from there.
    faults.extend(dict.fromkeys(found))
    return forms


def setting_place(main: Document, form: str, *steps: str | int) -> SpecPlace:
    """Where a setting of the form stands: at the form itself, else in the defaults."""
    own = main.data["raw"]["forms"][form]
    home = ("forms", form) if steps[0] in own else ("defaults",)
    return main.place(("raw", *home, *steps))


def _idle_defaults(main: Document, raw: Mapping[str, Any]) -> list[Finding]:
    """Settings in the defaults that the reader of no form would look at."""
    given = raw.get("defaults", {})
    readers = [str({**given, **own}.get("reader", "")) for own in raw["forms"].values()]
    taken = {key for reader in readers for key in OWN.get(reader, _SOME)}
    known = [*dict.fromkeys(r for r in readers if r in OWN)]
    return [
        spec_fault(
            "raw.setting",
            f"'{key}' means nothing to the readers of the forms ({', '.join(known)})",
            main.place(("raw", "defaults", key), key=True),
            f"It is a setting of {_and([r for r in OWN if key in OWN[r]])}; take it out.",
        )
        for key in given
        if key in _SOME - taken
    ]


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _faults(
    main: Document, name: str, own: Mapping[str, Any], merged: Mapping[str, Any]
) -> list[Finding]:
    at = main.place(("raw", "forms", name), key=True)
    lacking = [k for k in ("file", "reader", "subject") if k not in merged]
    if lacking:
        message = f"the form '{name}' has no '{lacking[0]}', and 'defaults' has none"
        return [spec_fault("schema.required", message, at)]
    found: list[Finding] = []
    reader = str(merged["reader"])
    for key in _NEEDED.get(reader, ()):
        if key not in merged:
            message = f"the form '{name}' has no '{key}', which the reader '{reader}' needs"
            found.append(spec_fault("schema.required", message, at))
    for key in own:
        if own[key] is not None and key in _SOME and key not in OWN[reader]:
            place = main.place(("raw", "forms", name, key), key=True)
            message = f"'{key}' means nothing to the reader '{reader}'"
            found.append(
                spec_fault("raw.setting", message, place, did_you_mean(key, [*OWN[reader]]))
            )
    header = str(merged.get("header") or "")
    if header and reader in HEADERS and header not in HEADERS[reader]:
        message = f"'header: {header}' means nothing to the reader '{reader}'"
        advice = f"It may be {' or '.join(HEADERS[reader])}."
        found.append(
            spec_fault("raw.setting", message, setting_place(main, name, "header"), advice)
        )
    for key in ("file", "dictionary", "codelists"):
        file = str(merged.get(key, ""))
        if PurePosixPath(file).is_absolute() or PureWindowsPath(file).is_absolute():
            place = setting_place(main, name, key)
            message = f"'{file}' is an absolute path, which means nothing on another machine"
            advice = "Name the file from the study folder on."
            found.append(spec_fault("raw.path", message, place, advice))
    return found


def _settings(name: str, merged: Mapping[str, Any]) -> FormSettings:
    active = merged.get("active") or {}
    takes = OWN[str(merged["reader"])]

    def text(key: str, default: str = "") -> str:
        return str(merged.get(key) or default) if key not in _SOME or key in takes else default

    def texts(key: str) -> tuple[str, ...]:
        given = merged.get(key) or () if key not in _SOME or key in takes else ()
        return tuple(str(g) for g in (given if isinstance(given, list | tuple) else [given]))

    return FormSettings(
        name=name,
        file=str(merged["file"]),
        reader=str(merged["reader"]),
        encoding=text("encoding", "utf-8"),
        delimiter=text("delimiter", ","),
        subject=str(merged["subject"]),
        event=text("event"),
        repeat=text("repeat"),
        id=texts("id"),
        active_column=str(active.get("column", "")),
        active_value=str(active.get("is", "")),
        active_reason=str(active.get("reason", "")),
        source=text("source", "Investigator"),
        site=text("site"),
        form=texts("form"),
        group=texts("group"),
        dictionary=text("dictionary"),
        codelists=text("codelists"),
        values=text("values"),
        header=text("header"),
        sheet=text("sheet"),
        items=text("items"),
        cell_limit=int(merged.get("cell_limit") or 100_000),
    )
