"""What both guides have: how they begin, standards, conformance, and the sponsor's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosswalk.guides.document import Document, Link, Section
from crosswalk.guides.facts import NONE, Dataset, Facts
from define.xpt_parts import Parts

ACRONYMS: Mapping[str, str] = {
    "ADaM": "Analysis Data Model",
    "ADaMIG": "Analysis Data Model Implementation Guide",
    "ADRG": "Analysis Data Reviewer's Guide",
    "CRF": "Case Report Form",
    "cSDRG": "Clinical Study Data Reviewer's Guide",
    "CT": "Controlled Terminology",
    "CTCAE": "Common Terminology Criteria for Adverse Events",
    "EDC": "Electronic Data Capture",
    "MedDRA": "Medical Dictionary for Regulatory Activities",
    "SDTM": "Study Data Tabulation Model",
    "SDTMIG": "Study Data Tabulation Model Implementation Guide",
    "XPT": "SAS Transport File",
}
_CORE = "CORE-"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True)
class Shared:
    """What guides are written from: the facts of the build, its findings, and the package.

    `report` is findings.json. `parts` are the datasets that were split, by the folder of the
    parts; `files` the names of all files of the package. `final` is False for a draft.
    """

    facts: Facts
    report: Mapping[str, Any]
    agency: str
    parts: Sequence[tuple[str, Parts]]
    files: tuple[str, ...]
    final: bool

    def findings(self, state: str, level: str) -> list[Mapping[str, Any]]:
        """The findings of a state about datasets of a level, and those about none."""
        other = {d.name for d in self.facts.datasets if d.level != level}
        return [
            {**f, **{name: self._drawn(f[name]) for name in ("message", "scope")}}
            for f in self.report["findings"]
            if f["state"] == state
            and f["dataset"] not in other
            and not (level == "ADaM" and f["rule"].startswith(_CORE))
        ]

    def _drawn(self, text: str) -> str:
        """A quoted text; what an ASCII package cannot hold is shown by its codes."""
        if self.facts.encoding != "ascii":
            return text
        return _NOT_ASCII.sub(lambda m: f"[{' '.join(f'U+{ord(c):04X}' for c in m[0])}]", text)

    def split(self, level: str) -> list[tuple[str, Parts]]:
        """The split datasets of a level."""
        own = {d.name for d in self.facts.of(level)}
        return [(folder, parts) for folder, parts in self.parts if parts.dataset in own]


def begin(shared: Shared, key: str, level: str, title: str) -> Document:
    """An empty guide with its title."""
    facts = shared.facts
    about = [f"Study {facts.study}: {facts.description}"]
    if facts.protocol != facts.study:
        about.append(f"Protocol {facts.protocol}")
    if not shared.final:
        about.append("DRAFT: findings of this package are neither mended nor explained yet")
    about.append(
        f"Data of {facts.created[:10]}"
        + (f", data cut-off {facts.cutoff}" if facts.cutoff else "")
        + f"; made by Crosswalk {facts.tool_version}"
    )
    draft = "" if shared.final else " \u00b7 DRAFT"
    footer = f"{facts.name} \u00b7 {title}{draft}"
    return Document(key, level, title, tuple(about), footer, facts.created, not shared.final)


def say_sponsor(
    section: Section, shared: Shared, guide: str, *, dataset: str = "", needed: str = ""
) -> None:
    """The sponsor's own words; where there are none and they are `needed`, what is to be added."""
    key = "datasets" if dataset else section.key
    texts = shared.facts.sponsor(guide, key, dataset)
    for text in texts:
        section.say(text, kind="sponsor")
    if needed and not texts:
        section.say(f"The sponsor has to add: {needed}", kind="missing")


def introduction(document: Document, shared: Shared, guide: str, covers: str) -> Section:
    """Purpose, acronyms, standards and dictionaries."""
    facts = shared.facts
    first = document.add("Introduction")
    purpose = first.add("Purpose")
    purpose.say(
        f"This guide goes with the {covers} of study {facts.study} and with ",
        Link("define.xml", "define.xml"),
        ". It says what a reviewer should know besides: where the data come from, what was decided,"
        " and which findings of conformance are left and why. Numbers, tables and the figure are"
        " taken from the build that made the datasets.",
    )
    purpose.say(
        f"The package is made for {shared.agency}. Text in the datasets is encoded in "
        f"{facts.encoding.upper()}."
    )
    if facts.fictitious:
        purpose.say("All data in this package are fictitious; there are no patients behind them.")
    acronyms = first.add("Acronyms", "acronyms")
    acronyms.table(("Acronym", "Meaning"), list(ACRONYMS.items()), (1, 4))
    say_sponsor(acronyms, shared, guide)
    standards = first.add("Study Data Standards and Dictionary Inventory", "standards")
    rows = [
        (f"{s.level}: {_kind(s.type)}", f"{s.name} {s.publishing_set}".strip(), s.version)
        for s in facts.standards
        if s.level == document.level
    ]
    rows += [
        (f"{document.level}: dictionary", d.name, d.version)
        for d in facts.dictionaries
        if any(_level(facts, name) == document.level for name in d.used)
    ]
    rows.append(("Data definition", "Define-XML", "2.1"))
    standards.table(("What for", "Standard or dictionary", "Version"), rows, (2, 3, 2))
    used = []
    for dictionary in facts.dictionaries:
        own = [n for n in dictionary.used if _level(facts, n) == document.level]
        if own:
            used.append(f"{dictionary.name} {dictionary.version}: {', '.join(own)}")
    if used:
        standards.say("Variables coded by an external dictionary:")
        standards.list(used)
    say_sponsor(standards, shared, guide)
    return first


def _kind(type: str) -> str:
    return {"IG": "implementation guide", "CT": "controlled terminology"}.get(type, type)


def _level(facts: Facts, variable: str) -> str:
    dataset = facts.dataset(variable.partition(".")[0])
    return dataset.level if dataset else ""


def protocol(document: Document, shared: Shared, guide: str) -> Section:
    """Number and title of the protocol; the caller goes on with the design."""
    facts = shared.facts
    chapter = document.add("Protocol Description")
    number = chapter.add("Protocol Number and Title", "protocol")
    rows = [("Protocol", facts.protocol), ("Study", facts.study)]
    rows.append(("Title", facts.summary("TITLE") or facts.description))
    rows += [
        (label, facts.summary(code))
        for code, label in (("REGID", "Registry"), ("SPONSOR", "Sponsor"))
        if facts.summary(code)
    ]
    number.table(("Item", "Value"), rows, (1, 4))
    say_sponsor(number, shared, guide)
    return chapter


def conformance(document: Document, shared: Shared, guide: str) -> Section:
    """What was checked, what was found, and why it may stay."""
    level = document.level
    chapter = document.add("Data Conformance Summary")
    _inputs(chapter.add("Conformance Inputs"), shared, level)
    issues = chapter.add("Issues Summary", "conformance")
    explained, open_ = (shared.findings(s, level) for s in ("explained", "unexplained"))
    if open_:
        issues.say(
            f"{len(open_)} findings are neither mended nor explained; this package is a draft."
        )
        issues.table(
            ("Dataset", "Rule", "Severity", "Count", "Finding"),
            [(*key, len(found), found[0]["message"]) for key, found in _grouped(open_).items()],
            (1, 2, 1, 0.8, 5),
            (3,),
        )
    if explained:
        text = "finding is" if len(explained) == 1 else "findings are"
        issues.say(f"{len(explained)} {text} left, each looked at and explained:")
        rows = []
        for (dataset, rule, severity), found in _grouped(explained).items():
            reasons = dict.fromkeys(f["explanation"]["reason"] for f in found)
            who = dict.fromkeys(
                f"{f['explanation']['author']}, {f['explanation']['date']}" for f in found
            )
            reason = f"{' '.join(reasons)} ({'; '.join(who)})"
            rows.append((dataset or "(package)", rule, severity, len(found), reason))
        columns = ("Dataset", "Rule", "Severity", "Count", "Explanation")
        issues.table(columns, rows, (1, 2.2, 1, 0.8, 5), (3,))
    if not explained and not open_:
        issues.say("No finding is left.")
    say_sponsor(issues, shared, guide)
    details = chapter.add("Additional Conformance Details")
    notices = _grouped(shared.findings("notice", level))
    if notices:
        details.say("Notices, which need no explanation:")
        details.table(
            ("Dataset", "Rule", "Count", "The first of them"),
            [(d or "(package)", r, len(f), f[0]["message"]) for (d, r, _), f in notices.items()],
            (1, 2, 0.8, 5),
            (2,),
        )
    else:
        details.say("There is nothing else to say.")
    return chapter


def _inputs(section: Section, shared: Shared, level: str) -> None:
    facts, report = shared.facts, shared.report
    own = {d.name for d in facts.of(level)}
    suites = [s for s in report["suites"] if s["dataset"] in own]
    rules = [
        r
        for r in report["rules"]
        if r["dataset"] in own
        or (not r["dataset"] and ("ADaM" in r["source"]) == (level == "ADaM"))
    ]
    rows = [
        (
            "Expectations of each dataset (Great Expectations)",
            sum(s["passed"] for s in suites),
            sum(s["failed"] for s in suites),
            sum(s["not_run"] + s["errored"] for s in suites),
        ),
        (
            "Rules within and across datasets (Crosswalk)",
            *(sum(r["status"] == s for r in rules) for s in ("passed", "failed")),
            sum(r["status"] in ("not run", "errored") for r in rules),
        ),
    ]
    core = report["core"]
    if core and level == "SDTM":
        name = f"Published rules (CDISC CORE {core['engine']}, {core['standard']})"
        rows.append((name, core["passed"], core["failed"], core["not_run"]))
    columns = ("Checks", "Passed", "Failed", "Not run")
    section.table(columns, rows, (5, 1, 1, 1), (1, 2, 3))
    section.say(
        "Besides, define.xml was checked against its schema and against the data: types, lengths,"
        " codelists, keys, labels, order of variables and number of records."
    )
    if level == "SDTM" and not core:
        section.say("CDISC's engine CORE was not run for this build.")
    undone = [r for r in rules if r["status"] in ("not run", "errored")]
    if undone:
        section.say("Not run:")
        section.list(
            [f"{r['dataset']} {r['check']}: {r['reason'] or r['text']}".strip() for r in undone]
        )


def _grouped(
    findings: Iterable[Mapping[str, Any]],
) -> dict[tuple[str, str, str], list[Mapping[str, Any]]]:
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for f in findings:
        groups.setdefault((f["dataset"], f["rule"], f["severity"]), []).append(f)
    return dict(sorted(groups.items()))


def issue_details(section: Section, shared: Shared, level: str) -> None:
    """Every finding that was explained, with its record."""
    rows = [
        (f["dataset"], f["rule"], f["scope"], f["message"])
        for f in shared.findings("explained", level)
    ]
    if not rows:
        section.say("No finding is left.")
    section.table(("Dataset", "Rule", "Record", "Finding"), rows, (1, 2, 2.5, 4))


def split_text(section: Section, shared: Shared, level: str) -> None:
    """Which datasets are split, and how; nothing when none is."""
    for folder, parts in shared.split(level):
        section.say(
            f"{parts.dataset} is too large for one file of {shared.agency}. It lies whole beside"
            f" the others, and in parts of whole {_unit(parts.variable)} in"
            f" {folder.rpartition('/')[2]}/. The parts together hold every record once:"
        )
        section.table(
            ("Part", "Records with", "Records", "Bytes"),
            [(p.file, p.holds, f"{p.rows:,}", f"{p.size:,}") for p in parts.parts],
            (1.5, 4, 1, 1.5),
            (2, 3),
        )


def _unit(variable: str) -> str:
    return "subjects" if variable == "USUBJID" else f"categories ({variable})"


def count(number: int) -> str:
    """A number of subjects; empty where the dataset is not by subject."""
    return "" if number == NONE else f"{number:,}"


def keys(dataset: Dataset) -> str:
    """Structure and keys in one sentence."""
    text = f"{dataset.structure}. " if dataset.structure else ""
    return f"{text}Keys: {', '.join(dataset.keys)}." if dataset.keys else text.strip()
