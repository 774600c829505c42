"""The analysis data reviewer's guide: the sections of PHUSE's template, filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

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
from crosswalk.guides.document import Document, Figure, Section
from crosswalk.guides.facts import Dataset, Facts, Named
from crosswalk.guides.flow import data_flow

KEY, LEVEL = "adrg", "ADaM"
_TREATMENT = re.compile(
    r"TRT(?:\d\d)?[AP](?:N|G\d+N?)?|TRTSEQ[AP]N?|DOSE(?:\d\d)?[APU]?|TR\d\d[AP]G\dN?"
)
_WINDOW = re.compile(r"A(?:VISITN?|TPTN?|TPTREF|PHASEN?|PERIOD|BLFL|WRANGE|WTARGET|NL\d\dFL)|DTYPE")
_MANY = 60


def adrg(shared: Shared) -> Document:
    """The guide of the analysis datasets."""
    document = begin(shared, KEY, LEVEL, "Analysis Data Reviewer's Guide")
    first = introduction(document, shared, KEY, "analysis datasets (ADaM)")
    _sources(first, shared)
    _protocol(document, shared)
    _across(document, shared)
    _processing(document, shared)
    _described(document, shared)
    conformance(document, shared, KEY)
    _programs(document, shared)
    issue_details(document.append("Conformance Issue Details"), shared, LEVEL)
    document.numbered()
    return document


def _sources(chapter: Section, shared: Shared) -> None:
    facts = shared.facts
    section = chapter.add("Source Data Used for Analysis Dataset Creation", "sources")
    used = sorted({s for d in facts.of(LEVEL) for s in d.sources if not s.startswith("AD")})
    section.say(
        f"The analysis datasets are made from the SDTM datasets {', '.join(used)}, with their"
        " supplemental qualifiers merged in, and from nothing else."
    )
    if facts.given_sdtm and not facts.of("SDTM"):
        section.say("The SDTM datasets were finished before this build and are not part of it.")
    say_sponsor(section, shared, KEY)


def _protocol(document: Document, shared: Shared) -> None:
    facts = shared.facts
    chapter = protocol(document, shared, KEY)
    design = chapter.add("Protocol Design in Relation to ADaM Concepts", "design")
    if facts.displays:
        design.say("Results that define.xml describes, and the datasets behind them:")
        rows = [
            (display.name, result.text, result.purpose.capitalize(), ", ".join(result.datasets))
            for display in facts.displays
            for result in display.results
        ]
        design.table(("Display", "Result", "Purpose", "Datasets"), rows, (1.2, 4, 1.8, 1.4))
    if facts.cutoff:
        design.say(f"Nothing after the data cut-off of {facts.cutoff} is analysed.")
    say_sponsor(
        design,
        shared,
        KEY,
        needed="how periods, treatments and time points of the protocol appear in the analysis"
        " (guide: adrg: design in study.yaml).",
    )


def _across(document: Document, shared: Shared) -> None:
    facts = shared.facts
    chapter = document.add("Analysis Considerations Related to Multiple Analysis Datasets")
    _content(chapter.add("Comparison of SDTM and ADaM Content", "content"), shared)
    core = chapter.add("Core Variables", "core_variables")
    common = _core(facts)
    if common:
        core.say("Variables that every dataset takes from ADSL:")
        core.table(("Variable", "Label"), [(v.name, v.text) for v in common], (1, 4))
    else:
        core.say("No variable of ADSL but the keys stands in every dataset.")
    say_sponsor(core, shared, KEY)
    _treatments(chapter.add("Treatment Variables", "treatments"), shared)
    special = chapter.add("Subject Issues that Require Special Analysis Rules", "special_rules")
    say_sponsor(special, shared, KEY)
    if not facts.sponsor(KEY, "special_rules"):
        special.say(
            "No rule names a subject: all subjects are analysed by the same rules, those of"
            " define.xml."
        )
    windows = chapter.add(
        "Use of Visit Windowing, Unscheduled Visits, and Record Selection", "windows"
    )
    chosen = [
        (d.name, m.name, m.detail, m.text)
        for d in facts.of(LEVEL)
        for m in d.methods
        if _WINDOW.fullmatch(m.name)
    ]
    _methods(windows, chosen, "No analysis visit or record flag is derived.")
    say_sponsor(windows, shared, KEY)
    _imputation(chapter.add("Imputation and Derivation Methods", "imputation"), shared)


def _content(section: Section, shared: Shared) -> None:
    facts = shared.facts
    adsl, dm = facts.dataset("ADSL"), facts.dataset("DM")
    if adsl is not None and dm is not None:
        text = f"DM has {dm.subjects} subjects and ADSL {adsl.subjects}. "
        text += "Screen failures are part of both." if dm.subjects == adsl.subjects else ""
        section.say(text.strip())
    rows = [
        (d.name, count(d.subjects), ", ".join(f"{s} ({_subjects(facts, s)})" for s in d.sources))
        for d in facts.of(LEVEL)
    ]
    section.table(("Dataset", "Subjects", "Made from (subjects there)"), rows, (1, 1, 5), (1,))
    if facts.cutoff:
        section.say(
            f"SDTM has everything that was collected; ADaM leaves out what is after {facts.cutoff}."
        )
    if facts.populations:
        section.say("Populations, as flags of ADSL:")
        section.table(
            ("Flag", "Population", "Subjects", "Definition"),
            [(p.name, p.label, p.subjects, p.method) for p in facts.populations],
            (1.2, 2, 1, 4),
            (2,),
        )
    say_sponsor(section, shared, KEY)


def _subjects(facts: Facts, name: str) -> str:
    dataset = facts.dataset(name)
    return (count(dataset.subjects) if dataset else "") or "-"


def _core(facts: Facts) -> list[Named]:
    adsl = facts.dataset("ADSL")
    others = [d for d in facts.of(LEVEL) if d.name != "ADSL"]
    if adsl is None or not others:
        return []
    common = set.intersection(*({v.name for v in d.variables} for d in others))
    return [v for v in adsl.variables if v.name in common]


def _treatments(section: Section, shared: Shared) -> None:
    facts = shared.facts
    rows = []
    for dataset in facts.of(LEVEL):
        methods = {m.name: m.text for m in dataset.methods}
        rows += [
            (dataset.name, v.name, v.text, methods.get(v.name, "taken as it is"))
            for v in dataset.variables
            if _TREATMENT.fullmatch(v.name) and (dataset.name == "ADSL" or v.name in methods)
        ]
    section.table(("Dataset", "Variable", "Label", "Where from"), rows, (1, 1.2, 2.5, 3.5))
    if not rows:
        section.say("There is none.")
    say_sponsor(section, shared, KEY)


def _methods(section: Section, rows: Sequence[Sequence[str]], none: str) -> None:
    if not rows:
        section.say(none)
    section.table(("Dataset", "Variable", "Where", "Method"), rows, (1, 1.2, 1.8, 4.5))


def _imputation(section: Section, shared: Shared) -> None:
    facts = shared.facts
    if facts.imputed:
        section.say(
            "Dates that are completed where the collected ones are partial, always flagged:"
        )
        section.table(
            ("Dataset", "Date", "Flag", "Rule", "Imputed"),
            [
                (
                    i.dataset,
                    i.variable,
                    i.flag,
                    i.method,
                    _counts(f"{c.what}: {c.number}" for c in i.counts),
                )
                for i in facts.imputed
            ],
            (1, 1.2, 1.3, 4, 1),
        )
    else:
        section.say("No date is imputed.")
    section.say("Every other derivation stands in define.xml, and in section 5 of this guide.")
    say_sponsor(section, shared, KEY)


def _counts(texts: Iterable[str]) -> str:
    return ", ".join(texts) or "none"


def _processing(document: Document, shared: Shared) -> None:
    facts = shared.facts
    chapter = document.add("Analysis Data Creation and Processing Issues")
    split = chapter.add("Split Datasets", "split")
    split_text(split, shared, LEVEL)
    if not shared.split(LEVEL):
        split.say("No dataset is split.")
    say_sponsor(split, shared, KEY)
    depend = chapter.add("Data Dependencies", "dependencies")
    depend.say("Each line is a dataset that another one, or a result, is made from.")
    depend.blocks.append(Figure(data_flow(facts, LEVEL), "From SDTM to the results"))
    say_sponsor(depend, shared, KEY)
    between = chapter.add("Intermediate Datasets", "intermediate")
    between.say("None: what the rules need in between is not kept as a dataset.")
    say_sponsor(between, shared, KEY)
    names = chapter.add("Variable Conventions", "conventions")
    names.say(
        "Variables are called as the implementation guide says. Dates end in DT, datetimes in DTM"
        " and are numbers counted from 1 January 1960; flags end in FL, their numbers in FN; the"
        " flag of an imputed date ends in DTF, of an imputed time in TMF. Y means yes; where a flag"
        " of a population is not Y it is N."
    )
    own = [(d.name, v.name, v.text) for d in facts.of(LEVEL) for v in d.own]
    if own:
        names.say("Variables of the sponsor, which the implementation guide does not have:")
        names.table(("Dataset", "Variable", "Label"), own, (1, 1.3, 4))
    say_sponsor(names, shared, KEY)


def _described(document: Document, shared: Shared) -> None:
    facts = shared.facts
    chapter = document.add("Analysis Dataset Descriptions")
    overview = chapter.add("Overview", "overview")
    overview.table(
        ("Dataset", "Label", "Class", "Records", "Subjects", "Variables"),
        [
            (
                d.name,
                d.label,
                d.class_name.title(),
                f"{d.records:,}",
                count(d.subjects),
                len(d.variables),
            )
            for d in facts.of(LEVEL)
        ],
        (1, 2.6, 2.4, 1, 1.1, 1.1),
        (3, 4, 5),
    )
    say_sponsor(overview, shared, KEY)
    section = chapter.add("Analysis Datasets")
    for dataset in facts.of(LEVEL):
        _dataset(section, dataset, shared)


def _dataset(section: Section, dataset: Dataset, shared: Shared) -> None:
    part = section.add(f"{dataset.name}: {dataset.label}")
    part.say(keys(dataset))
    part.say(f"Made from {', '.join(dataset.sources)}.")
    if dataset.comment:
        part.say(dataset.comment)
    say_sponsor(part, shared, KEY, dataset=dataset.name)
    part.table(
        ("PARAMCD", "Parameter", "Records", "Subjects"),
        [(p.code, p.label, f"{p.records:,}", f"{p.subjects:,}") for p in dataset.parameters],
        (1, 4, 1, 1),
        (2, 3),
    )
    reasons = [
        f["explanation"]["reason"]
        for f in shared.findings("explained", LEVEL)
        if f["dataset"] == dataset.name
    ]
    if reasons:
        part.say("Findings that were explained (see the issues summary):")
        part.list(list(dict.fromkeys(reasons)))
    if dataset.methods:
        shown = dataset.methods[:_MANY]
        part.say("Derivations:")
        rows = [(m.name, m.detail, m.text) for m in shown]
        part.table(("Variable", "Where", "Method"), rows, (1.2, 1.8, 5))
        if len(dataset.methods) > _MANY:
            part.say(f"The other {len(dataset.methods) - _MANY} stand in define.xml.")


def _programs(document: Document, shared: Shared) -> None:
    facts = shared.facts
    chapter = document.add("Submission of Programs")
    adam = chapter.add("ADaM Programs", "programs")
    adam.say(
        f"The datasets are made by Crosswalk {facts.tool_version} from one text file each, in which"
        " every rule stands; settings of the study are in study.txt. The files lie in programs/."
    )
    by_file = {f"{d.name.lower()}.txt": d for d in facts.of(LEVEL)}
    rows = []
    for name in facts.programs:
        dataset = by_file.get(name)
        if dataset is not None:
            rows.append((name, dataset.file, ", ".join(dataset.sources)))
        elif name == "study.txt":
            rows.append((name, "all", "settings: visits, arms, criteria of response, analyses"))
        else:
            used = "; ".join(f"{f.name} ({f.text})" for f in facts.functions)
            rows.append((name, "functions", used or "not called by any rule"))
    adam.table(("File", "Makes", "From"), rows, (1.2, 1.2, 5))
    say_sponsor(adam, shared, KEY)
    outputs = chapter.add("Analysis Output Programs", "outputs")
    say_sponsor(
        outputs,
        shared,
        KEY,
        needed="the programs of tables and figures, which are not part of this build"
        " (guide: adrg: outputs in study.yaml).",
    )
    macros = chapter.add("Macro Programs", "macros")
    macros.say("None are used for the datasets.")
    say_sponsor(macros, shared, KEY)
