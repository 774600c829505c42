"""Modules of SDTM from a specification: every variable that it has, the rule where it is told."""

from __future__ import annotations

from crosswalk.init.from_spec_rules import FIRST, Proposed, about, told, values
from crosswalk.init.text import Value, flow, remark
from define.model import Dataset, Metadata, Variable
from define.wheres import where_text
from sdtm.standard import Domain, UnknownName, domain
from sdtm.target import by_subject, sequence

FORM = "to_come"
_MADE = ("RELREC", "TS", "SUPPQUAL")
"""What the build makes of study.yaml and of the other datasets."""

_VISIT = ("VISITNUM", "VISIT", "VISITDY")


def propose(metadata: Metadata) -> Proposed:
    """A module for each domain of the SDTMIG; qualifiers stand in that of their parent."""
    made = Proposed()
    made.files[f"raw/{FORM}.csv"] = "SUBJECT\n"
    made.source += [
        "raw:",
        "  subject:",
        f"    pattern: '(?P<subject>.+)'  {remark('missing: what a subject number looks like')}",
        '    usubjid: [$STUDYID, "-", $SUBJID]',
        "  forms:",
        f"    {FORM}: {{file: raw/{FORM}.csv, reader: csv, subject: SUBJECT}}  "
        + remark("missing: the forms of the export; this one has no rows"),
    ]
    qualifiers = {d.name[4:]: d for d in metadata.datasets if d.name.startswith("SUPP")}
    for dataset in metadata.datasets:
        if dataset.name.startswith("SUPP"):
            continue
        try:
            standard = domain(dataset.name)
        except UnknownName:
            made.notes.append(f"no module: {dataset.name} is no domain of SDTMIG 3.4")
            continue
        if dataset.name in _MADE:
            made.notes.append(_made(dataset))
            continue
        supp = qualifiers.pop(dataset.name, None)
        made.modules[dataset.name] = _module(made, dataset, standard, supp)
    for parent, dataset in qualifiers.items():
        made.notes.append(f"no module: {dataset.name}: there is no module of {parent}")
    return made


def _made(dataset: Dataset) -> str:
    """TS and RELREC are made, not mapped: what the specification has of them is told."""
    if dataset.name != "TS":
        return f"no module: {dataset.name} is made from 'relationships' and shared link variables"
    names = [
        value
        for v in dataset.variables
        for entry in v.values
        for check in entry.where.checks
        if check.variable == "TSPARMCD"
        for value in check.values
    ]
    listed = ", ".join(dict.fromkeys(names)) or "not listed in the specification"
    return f"missing: 'ts' with the trial summary parameters: {listed}"


def _module(made: Proposed, dataset: Dataset, standard: Domain, supp: Dataset | None) -> str:
    code = dataset.name
    automatic = {"STUDYID", "DOMAIN", sequence(standard)}
    if by_subject(standard):
        automatic.add("USUBJID")
    names = [v.name for v in dataset.variables]
    rules: list[str] = []
    below: list[str] = []
    written: set[str] = set()
    for variable in dataset.variables:
        name = variable.name
        if name in automatic:
            continue
        if name not in standard:
            below.append(remark(f"not proposed: {name} is no variable of {code}: {told(variable)}"))
            continue
        written.add(name)
        rule, why = _rule(variable, code, names)
        facts = told(variable, standard.allowed(name).label)
        rules.append(made.line("  ", name, rule, why, facts))
        where = [
            " or ".join(where_text(w, code) for w in (v.where, *v.also)) for v in variable.values
        ]
        rules += values(variable, dataset, where, "  ")
    for name in standard.required:
        if name not in written | automatic:
            rules.append(
                made.line("  ", name, {"const": ""}, "", "required, not in the specification")
            )
            written.add(name)
    keys = [k for k in dataset.keys if k in {*written, "USUBJID"}] or ["USUBJID"]
    if not by_subject(standard):
        keys = [k for k in keys if k != "USUBJID"] or sorted(written)[:1]
    lines = [
        FIRST,
        f"target: {code}",
        f"from: {FORM}  {remark(f'missing: the form; {dataset.structure}')}",
        f"keys: {flow(keys)}  {remark('proposed: the keys of the specification')}",
    ]
    if dataset.comment:
        lines.append(f"comment: {flow(' '.join(dataset.comment.text.split()))}")
    lines += ["vars:", *rules]
    if supp is not None:
        lines += _qualifiers(made, supp)
    return "\n".join([*lines, *below]) + "\n"


def _rule(variable: Variable, code: str, names: list[str]) -> tuple[dict[str, Value], str]:
    """The rule and why, "" where the specification does not tell one."""
    origin = variable.origin.type if variable.origin else ""
    terms = variable.codelist.terms if variable.codelist else ()
    for part in ("", "ST", "EN"):
        day, date = f"{code}{part}DY", f"{code}{part}DTC"
        if variable.name == day and origin == "Derived" and date in names:
            given = {k: v for k, v in about(variable).items() if k == "comment"}
            return {"day": date, **given}, f"Derived, and {date} is there"
    if origin == "Assigned" and len(terms) == 1:
        return {
            "const": terms[0].value,
            **about(variable),
        }, "Assigned, and its codelist has one term"
    return {"const": "", **about(variable)}, ""


def _qualifiers(made: Proposed, supp: Dataset) -> list[str]:
    """The qualifiers that the value level of QVAL tells."""
    found: dict[str, Variable] = {}
    for variable in supp.variables:
        if variable.name == "QVAL":
            for value in variable.values:
                for check in value.where.checks:
                    if check.variable == "QNAM":
                        found |= dict.fromkeys(check.values, value.item)
    lines = ["supp:"] if found else []
    for name, item in found.items():
        label = item.label or name
        rule: dict[str, Value] = {"const": "", "label": label, **about(item)}
        lines.append(made.line("  ", name, rule, "", told(item, label)))
    return lines or [remark(f"missing: the qualifiers of {supp.name}, which has no value level")]
