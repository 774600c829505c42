"""The clinical study data reviewer's guide: the sections of PHUSE's template, filled in."""

from __future__ import annotations

from crosswalk.guides.common import (
    Shared,
    begin,
    conformance,
    count,
    introduction,
    issue_details,
    keys,
    protocol,
    say_sponsor,
    split_text,
)
from crosswalk.guides.document import Document, Figure, Link, Section
from crosswalk.guides.facts import Dataset, Facts
from crosswalk.guides.flow import data_flow

KEY, LEVEL = "csdrg", "SDTM"
_TRIAL = ("TA", "TE", "TV", "TI", "TS")
_DESIGN = (
    ("TPHASE", "Phase"),
    ("STYPE", "Type of study"),
    ("INTMODEL", "Intervention model"),
    ("TBLIND", "Blinding"),
    ("TCNTRL", "Control"),
    ("RANDOM", "Randomised"),
    ("INDIC", "Indication"),
    ("TDIGRP", "Subjects"),
    ("TRT", "Treatment"),
    ("NARMS", "Planned arms"),
    ("PLANSUB", "Planned subjects"),
    ("ACTSUB", "Enrolled subjects"),
    ("AGEMIN", "Lowest age"),
    ("AGEMAX", "Highest age"),
    ("LENGTH", "Length of participation"),
    ("SSTDTC", "Start of the study"),
    ("SENDTC", "End of the study"),
    ("OBJPRIM", "Primary objective"),
    ("OBJSEC", "Secondary objective"),
    ("OUTMSPRI", "Primary outcome"),
    ("OUTMSSEC", "Secondary outcome"),
)


def csdrg(shared: Shared) -> Document:
    """The guide of the tabulation datasets."""
    document = begin(shared, KEY, LEVEL, "Clinical Study Data Reviewer's Guide")
    introduction(document, shared, KEY, "tabulation datasets (SDTM)")
    _protocol(document, shared)
    _subject_data(document, shared)
    conformance(document, shared, KEY)
    _criteria(document.append("Inclusion and Exclusion Criteria"), shared.facts)
    issue_details(document.append("Conformance Issue Details"), shared, LEVEL)
    legacy = document.append("Legacy Data Conversion", "legacy")
    legacy.say("Not applicable: the datasets were made from the collected data in one step.")
    say_sponsor(legacy, shared, KEY)
    document.numbered()
    return document


def _protocol(document: Document, shared: Shared) -> None:
    facts = shared.facts
    chapter = protocol(document, shared, KEY)
    design = chapter.add("Protocol Design", "design")
    rows = [(label, facts.summary(code)) for code, label in _DESIGN if facts.summary(code)]
    design.table(("Parameter", "Value"), rows, (1, 3))
    _arms(design, facts)
    say_sponsor(
        design,
        shared,
        KEY,
        needed="a description of the design in words, or a diagram of it"
        " (guide: csdrg: design in study.yaml).",
    )
    trial = chapter.add("Trial Design Datasets", "trial_design")
    there = [d for d in facts.of(LEVEL) if d.name in _TRIAL]
    if not there:
        trial.say("There are none in this package.")
    trial.table(
        ("Dataset", "Label", "Records"),
        [(d.name, d.label, d.records) for d in there],
        (1, 3, 1),
        (2,),
    )
    say_sponsor(trial, shared, KEY)
    _trial(trial, facts)


def _arms(section: Section, facts: Facts) -> None:
    """The arms with their elements in order, as far as TA tells."""
    ta = facts.records("TA")
    if ta is None:
        return
    at = {name: i for i, name in enumerate(ta.columns)}
    arms: dict[tuple[str, str], list[str]] = {}
    for row in ta.rows:
        element = row[at["ELEMENT"]] if "ELEMENT" in at else row[at["ETCD"]]
        epoch = row[at["EPOCH"]] if "EPOCH" in at else ""
        said = f"{element} ({epoch})" if epoch else element
        arms.setdefault((row[at["ARMCD"]], row[at["ARM"]]), []).append(said)
    rows = [(code, arm, ", then ".join(elements)) for (code, arm), elements in arms.items()]
    section.table(("Arm", "Description", "Elements (epoch)"), rows, (0.8, 2, 4))


_SHOWN = {
    "TE": ("ETCD", "ELEMENT", "TESTRL", "TEENRL", "TEDUR"),
    "TV": ("VISITNUM", "VISIT", "VISITDY", "ARMCD", "TVSTRL"),
    "TS": ("TSPARMCD", "TSPARM", "TSVAL", "TSVALNF"),
}


def _trial(section: Section, facts: Facts) -> None:
    for name in ("TA", "TE", "TV", "TI", "TS"):
        records = facts.records(name)
        dataset = facts.dataset(name)
        if records is None or dataset is None:
            continue
        part = section.add(f"{name}: {dataset.label}")
        if name == "TA":
            part.say("Arms and their elements in order stand in the section on the design.")
        elif name == "TI":
            part.say("The criteria stand in Appendix I.")
        else:
            at = {c: i for i, c in enumerate(records.columns)}
            shown = [c for c in _SHOWN[name] if c in at and any(row[at[c]] for row in records.rows)]
            part.table(shown, [[row[at[c]] for c in shown] for row in records.rows])


def _subject_data(document: Document, shared: Shared) -> None:
    facts = shared.facts
    chapter = document.add("Subject Data Description")
    overview = chapter.add("Overview", "overview")
    overview.table(("Question", "Answer"), _questions(facts), (2, 3))
    overview.say("Subjects in DM by actual arm, or by the reason why there is none:")
    overview.table(("Arm", "Subjects"), [(a.what, a.number) for a in facts.arms], (4, 1), (1,))
    split_text(overview, shared, LEVEL)
    say_sponsor(overview, shared, KEY)
    flow = chapter.add("Traceability Flow Diagram", "flow")
    flow.say(
        "Each line is a form or dataset that another one is made from. define.xml tells the same of"
        " each variable, by its origin."
    )
    caption = "From the collected forms to the datasets"
    flow.blocks.append(Figure(data_flow(facts, LEVEL), caption))
    say_sponsor(flow, shared, KEY)
    _crf(chapter.add("Annotated CRFs", "annotated_crf"), shared)
    _domains(chapter.add("SDTM Subject Domains", "domains"), shared)


def _questions(facts: Facts) -> list[tuple[str, str]]:
    ongoing = facts.summary("ONGOSIND")
    failures = next((a.number for a in facts.arms if a.what == "SCREEN FAILURE"), 0)
    empty = [d.name for d in facts.of(LEVEL) if not d.records]
    fields = sum(len(f.not_submitted) for f in facts.forms)
    aside = sum(c.number for f in facts.forms for c in f.aside)
    said = {"Y": "Yes", "N": "No"}.get(ongoing, "TS does not say (ONGOSIND)")
    cut = f" The data were cut off on {facts.cutoff}." if facts.cutoff else ""
    return [
        ("Are the data of a study that is still going on?", f"{said}.{cut}"),
        (
            "Are the analysis datasets made from these datasets?",
            "Yes, from nothing else." if facts.of("ADaM") else "This package has none.",
        ),
        (
            "Are screen failures among the subjects?",
            f"Yes, {failures}." if failures else "No subject is called one.",
        ),
        (
            "Were datasets planned that have no records?",
            f"Yes: {', '.join(empty)}." if empty else "No.",
        ),
        (
            "Was anything collected that is not submitted?",
            f"Yes: {fields} fields and {aside} records, see the section on the CRF."
            if fields or aside
            else "No.",
        ),
    ]


def _crf(section: Section, shared: Shared) -> None:
    facts = shared.facts
    crf = next((d for d in facts.documents if d.level == LEVEL and d.key == "acrf"), None)
    if crf is not None:
        section.say("The annotated CRF is ", Link(crf.href, crf.href), ".")
    elif any(name.endswith("/acrf.pdf") for name in shared.files):
        section.say("The annotated CRF is ", Link("acrf.pdf", "acrf.pdf"), ".")
    else:
        section.say("The sponsor has to add: the annotated CRF (acrf.pdf).", kind="missing")
    say_sponsor(section, shared, KEY)
    section.say("Forms, their records, and the datasets that these went to:")
    section.table(
        ("Form", "Records", "Mapped", "Set aside", "Datasets"),
        [
            (f.name, f.read, f.mapped, sum(c.number for c in f.aside), ", ".join(f.datasets))
            for f in facts.forms
        ],
        (1.5, 1, 1, 1, 4),
        (1, 2, 3),
    )
    aside = [(f.name, c.number, c.what) for f in facts.forms for c in f.aside]
    if aside:
        section.say("Records set aside, and why:")
        section.table(("Form", "Records", "Reason"), aside, (1, 1, 5), (1,))
    fields: dict[str, list[str]] = {}
    for form in facts.forms:
        for field in form.not_submitted:
            fields.setdefault(field.text, []).append(f"{form.name}.{field.name}")
    if fields:
        section.say("Fields not submitted, and why:")
        rows = [(reason, ", ".join(names)) for reason, names in fields.items()]
        section.table(("Reason", "Fields (form.field)"), rows, (3, 4))


def _domains(section: Section, shared: Shared) -> None:
    facts = shared.facts
    every = [d for d in facts.of(LEVEL) if d.name not in _TRIAL]
    supp = {d.parent: d for d in every if d.parent}
    section.table(
        ("Dataset", "Label", "Class", "Records", "Subjects", "Made from"),
        [
            (d.name, d.label, d.class_name.title(), f"{d.records:,}", count(d.subjects), _from(d))
            for d in every
        ],
        (1.25, 2.6, 1.6, 1, 1, 2.2),
        (3, 4),
    )
    say_sponsor(section, shared, KEY)
    for dataset in every:
        if not dataset.parent:
            _domain(section, dataset, supp.get(dataset.name), shared)


def _from(dataset: Dataset) -> str:
    return ", ".join(dataset.sources)


def _domain(section: Section, dataset: Dataset, supp: Dataset | None, shared: Shared) -> None:
    part = section.add(f"{dataset.name}: {dataset.label}")
    part.say(keys(dataset))
    if dataset.comment:
        part.say(dataset.comment)
    say_sponsor(part, shared, KEY, dataset=dataset.name)
    if supp is not None:
        say_sponsor(part, shared, KEY, dataset=supp.name)
        part.say(f"Qualifiers in {supp.name}:")
        part.list([f"{q.name}: {q.text}" for q in supp.qualifiers])
    if dataset.own:
        part.say("Variables that the implementation guide does not have:")
        part.list([f"{v.name}: {v.text}" for v in dataset.own])
    if dataset.extended:
        part.say("Terms of the sponsor in published codelists:")
        part.list([f"{e.name}: {e.text}" for e in dataset.extended])
    reasons = [
        f["explanation"]["reason"]
        for f in shared.findings("explained", LEVEL)
        if f["dataset"] == dataset.name
    ]
    if reasons:
        part.say("Findings that were explained (see the issues summary):")
        part.list(list(dict.fromkeys(reasons)))


def _criteria(section: Section, facts: Facts) -> None:
    ti = facts.records("TI")
    if ti is None:
        section.say("There is no TI dataset in this package.")
        return
    at = {name: i for i, name in enumerate(ti.columns)}
    shown = [n for n in ("IETESTCD", "IECAT", "IETEST", "TIVERS") if n in at]
    shown = [n for n in shown if any(row[at[n]] for row in ti.rows)]
    widths = {"IETESTCD": 1.0, "IECAT": 1.0, "IETEST": 5.0, "TIVERS": 0.8}
    rows = [[row[at[n]] for n in shown] for row in ti.rows]
    section.table(shown, rows, [widths[n] for n in shown])
