"""One command from a raw export to a package: plan, read, map, derive, describe, check, publish.

Read this page first: each line of `build` is a room of the house.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from adam.run import run_adam
from crosswalk.acrf import make_acrf
from crosswalk.baseline import Baseline, BaselineRefused, read_baseline
from crosswalk.core import judge
from crosswalk.guides.facts import NAME as GUIDE_FACTS
from crosswalk.guides.facts import facts_json
from crosswalk.guides.gather import guide_facts
from crosswalk.home import write_home
from crosswalk.manifest import TABULATIONS, write_manifest
from crosswalk.plan import Plan, make_plan
from crosswalk.progress import Step, silent
from crosswalk.publish import beside, check_place
from crosswalk.version import version
from define.acrf.pages import FILE as ACRF
from define.definexml import to_xml
from define.describe import creation_time, describe_adam, describe_sdtm
from define.finished import FinishedSdtm, read_finished
from define.languages import check_languages
from define.model import Metadata
from define.reconcile import reconcile
from define.schema_check import schema_check
from mappings.built import BuiltDataset
from mappings.export import read_export
from mappings.findings import Finding, SpecPlace
from mappings.raw import RawForm
from mappings.scope import Report as Collected
from mappings.study import Study, placeholders
from sdtm.domains import run_sdtm
from sdtm.merged import merged
from sdtm.numbering import Numbering
from validation.account import Account, take_account
from validation.account.report import write_account
from validation.change import Earlier
from validation.core import CoreRun, Engine
from validation.expectations import Suite
from validation.locate import Lineage
from validation.outcome import Checked
from validation.queries import Query, site_queries
from validation.report import dataset_rows, make_report, write_reports
from validation.rules import run_rules
from validation.run import run_suites
from validation.summary import Report

STEPS = 8
ANALYSIS = "analysis/adam/datasets"
PROGRAMS = "analysis/adam/programs"
_OF_TABULATIONS = (
    *("ts.", "trial.", "code.", "time.", "occur.", "topic.", "dose.", "result.", "baseline."),
    *("ae.", "ds.", "pc.", "sdtm.variable_", "sdtm.required_present", "sdtm.expected_present"),
    *("sdtm.label", "sdtm.foreign", "sdtm.timing_present", "relrec.", "co."),
)
"""Rules about the package of SDTM as a whole, which analysis data do not depend on."""


@dataclass(frozen=True)
class Package:
    """A built study in memory: datasets, their documents, and everything that was checked.

    A study that starts from finished SDTM has neither a document of SDTM nor an account of raw
    data: `datasets` and `documents` are of ADaM only, and `sources` has the SDTM.
    `baseline` is the SHA-256 of the manifest of the earlier cut whose --SEQ was kept, "" for
    none, and `numbering` what became of its records by domain.
    """

    plan: Plan
    datasets: Mapping[str, BuiltDataset]
    documents: tuple[Metadata, ...]
    definitions: tuple[bytes, ...]
    suites: Mapping[str, Suite]
    report: Report
    account: Account
    baseline: str = ""
    numbering: Mapping[str, Numbering] = field(default_factory=dict)
    sources: Mapping[str, BuiltDataset] = field(default_factory=dict)
    lineage: Lineage = field(default_factory=Lineage)
    queries: tuple[Query, ...] | None = None
    """What the sites are asked; None where there is no raw export."""
    acrf: bytes = b""
    """The annotated CRF, beside the document that points into it; empty where there is none."""

    @property
    def study(self) -> Study:
        return self.plan.study

    @property
    def status(self) -> str:
        """``final`` when nothing is unexplained, else ``draft``."""
        return self.report.status

    @property
    def exit_code(self) -> int:
        return 0 if self.status == "final" else 1

    def frames(self) -> dict[str, pd.DataFrame]:
        """Records by dataset name, with the lineage columns."""
        return _frames(self.datasets)


def default_out(study: Study) -> Path:
    """Where a package goes when nothing is said."""
    return Path("out") / study.id.lower()


def make_package(folder: Path, step: Step = silent) -> Package:
    """Build a study in memory.

    Raises SpecificationFault for faults of the specification and for files that cannot be read.
    """
    step("Reading the specification")
    return run_plan(make_plan(folder), step)


def run_plan(
    plan: Plan,
    step: Step = silent,
    baseline: Baseline | None = None,
    engine: Engine | None = None,
) -> Package:
    """Build a planned study in memory, after the numbers of an earlier cut if one is given.

    `engine` is CDISC CORE, if its judgement is wanted. Raises SpecificationFault for raw files
    that cannot be read.
    """
    study = plan.study
    earlier = baseline or Baseline()
    if plan.finished is None:
        given = _mapped(plan, earlier, step)
    else:
        given = _finished(plan, plan.finished, step)
    collected, documents, found = given.collected, list(given.documents), list(given.findings)
    datasets: dict[str, BuiltDataset] = {}
    if given.documents:
        datasets.update({d.name: d for d in given.datasets})
    step("Deriving ADaM")
    if plan.adam is not None:
        adam = run_adam(plan.adam, given.merged(), collected)
        document, more = describe_adam(plan.adam, adam, version())
        documents.append(document)
        found.extend(more)
        datasets.update({d.name: d for d in adam.datasets})
    step("Writing define.xml")
    found.extend(check_languages(documents, study.texts, study.encoding))
    definitions = tuple(to_xml(d) for d in documents)
    frames = _frames(datasets)
    findings = [*collected.findings, *found, *placeholders(study)]
    for metadata, xml in zip(documents, definitions, strict=True):
        own = {d.name: frames[d.name] for d in metadata.datasets}
        findings.extend(reconcile(metadata, own, study.encoding))
        findings.extend(schema_check(xml))
    step("Running the Great Expectations suites")
    lineage = _lineage(plan, datasets, collected.files)
    suites, checked = run_suites(documents, frames, lineage=lineage, checks=plan.checks)
    step("Running the rules")
    sources = {} if given.documents else {d.name: d for d in given.datasets}
    rules = run_rules(
        {**_frames(sources), **frames},
        metadata=documents,
        lineage=lineage,
        elsewhere=_OF_TABULATIONS if sources else (),
    )
    core = None
    if engine is not None:
        step("Running CDISC CORE")
        core = judge(engine, study, documents, definitions, frames, lineage)
    doubled = {n for n, built in datasets.items() if _told_when_doubled(built)}
    report = _report(
        plan, findings, documents, frames, checked, rules, core, doubled, earlier.report
    )
    return Package(
        plan,
        datasets,
        tuple(documents),
        definitions,
        suites,
        report,
        given.account,
        earlier.sha256,
        given.numbering,
        sources,
        lineage,
        tuple(site_queries(report, given.forms)) if given.documents else None,
        given.acrf,
    )


@dataclass(frozen=True)
class _Given:
    """The SDTM that ADaM is derived from, however it came; `documents` where it was built."""

    collected: Collected
    datasets: tuple[BuiltDataset, ...]
    findings: tuple[Finding, ...]
    account: Account
    documents: tuple[Metadata, ...] = ()
    numbering: Mapping[str, Numbering] = field(default_factory=dict)
    forms: Mapping[str, RawForm] = field(default_factory=dict)
    acrf: bytes = b""

    def merged(self) -> dict[str, pd.DataFrame]:
        """The datasets with their qualifiers; of files, rows keep where they stand there."""
        frames = merged(self.datasets)
        if not self.documents:
            for dataset in self.datasets:
                if dataset.name in frames:
                    frames[dataset.name]["_row"] = dataset.frame["_row"].to_numpy()
        return frames


def _mapped(plan: Plan, earlier: Baseline, step: Step) -> _Given:
    """SDTM mapped from the raw export."""
    step("Reading the raw export")
    forms = read_export(plan.study)
    collected = Collected({n: f.settings.file for n, f in forms.items()}, plan.study.encoding)
    for form in forms.values():
        collected.findings.extend(form.findings)
    step("Mapping to SDTM")
    sdtm = run_sdtm(plan.sdtm, forms, collected, earlier.domains)
    document, found = describe_sdtm(plan.sdtm, sdtm, version())
    account = take_account(
        plan.study,
        plan.sdtm.modules,
        forms,
        sdtm.datasets,
        sdtm.set_aside,
        collected.looked_up,
        document,
    )
    findings = (*account.findings, *found)
    data = b""
    acrf = make_acrf(plan, forms, account, document)
    if acrf is not None:
        document, data = acrf.metadata, acrf.data
        findings = (*findings, *acrf.findings)
    return _Given(
        collected, sdtm.datasets, findings, account, (document,), sdtm.numbering, forms, data
    )


def _finished(plan: Plan, finished: FinishedSdtm, step: Step) -> _Given:
    """SDTM that was finished elsewhere."""
    step("Reading the finished SDTM")
    files = {name: head.file for name, head in finished.heads.items()}
    datasets, found = read_finished(plan.study.folder, finished)
    step("Merging its supplemental qualifiers")
    collected = Collected(files, plan.study.encoding)
    return _Given(collected, tuple(datasets), tuple(found), Account((), (), (), {}, ()))


def _frames(datasets: Mapping[str, BuiltDataset]) -> dict[str, pd.DataFrame]:
    return {n: d.frame[[*d.variables, "_form", "_row"]] for n, d in datasets.items()}


def _told_when_doubled(built: BuiltDataset) -> bool:
    """Whether records of one key are told where it is built, not by what reads it afterwards."""
    unique = built.module.data.get("unique", built.keys) if built.module is not None else None
    return unique is not None and set(unique) <= set(built.keys)


def _lineage(plan: Plan, datasets: Mapping[str, BuiltDataset], files: Mapping[str, str]) -> Lineage:
    columns: dict[tuple[str, str, str], str] = {}
    places: dict[tuple[str, str], SpecPlace] = {}
    for name, built in datasets.items():
        if built.module is None:
            continue
        for block in built.module.blocks:
            settings = plan.study.forms.get(block.source.name)
            for rule in (*block.rules, *block.after):
                places.setdefault((name, rule.variable), rule.place)
                if settings is not None:
                    read = (n for n in rule.verb.reads if not n.startswith(f"{name}."))
                    shown = ", ".join(settings.collected(read))
                    columns.setdefault((name, rule.variable, settings.name), shown)
            if settings is not None:
                columns.setdefault((name, "USUBJID", settings.name), settings.subject)
    for module in plan.adam.modules if plan.adam else ():
        for rule in module.then:
            places.setdefault((module.module.target, rule.variable), rule.place)
    derived = [m.module.target for m in plan.adam.modules] if plan.adam else []
    return Lineage(
        files=files,
        columns=columns,
        places=places,
        sources={n: d.frame[["_form", "_row"]] for n, d in datasets.items() if derived},
        derived=frozenset(derived),
    )


def _report(
    plan: Plan,
    findings: list[Finding],
    documents: list[Metadata],
    frames: Mapping[str, pd.DataFrame],
    suites: list[Checked],
    rules: Checked,
    core: CoreRun | None,
    doubled: Collection[str],
    earlier: Earlier | None,
) -> Report:
    study = plan.study
    rows = [row for d in documents for row in dataset_rows(d, frames)]
    m5 = f"../m5/datasets/{study.id.lower()}"
    links: list[tuple[str, str]] = []
    if plan.finished is None:
        links.append(("Account of the raw data", "account.html"))
        links.append(("define.html of SDTM", f"{m5}/{TABULATIONS}/define.html"))
        if any(href == ACRF for d in documents for _, href, _ in d.documents):
            links.append(("Annotated CRF", f"{m5}/{TABULATIONS}/{ACRF}"))
    if plan.adam is not None:
        links.append(("define.html of ADaM", f"{m5}/{ANALYSIS}/define.html"))
    facts = [(name, value) for name, value in study.standards.items()]
    if study.cutoff:
        facts.append(("data cut-off", study.cutoff))
    if plan.finished is not None:
        given = f"{len(plan.finished.heads)} datasets in {plan.finished.source.folder}"
        facts.append(("SDTM", f"finished before: {given}; this package holds ADaM only"))
    return make_report(
        study.id,
        findings,
        plan.explanations,
        suites=suites,
        rules=rules,
        datasets=rows,
        title=study.name,
        description=study.description,
        tool_version=version(),
        links=links,
        facts=facts,
        core=core,
        doubled=doubled,
        earlier=earlier,
    )


def publish(package: Package, out: Path, step: Step = silent) -> None:
    """Write the package to `out`, which is replaced whole or stays as it was.

    Raises CannotPublish when the folder cannot be written, and XptRefusal as the last guard.
    """
    step("Writing the package")
    study = package.study
    created = creation_time(study)
    with beside(out) as folder:
        m5 = folder / "m5" / "datasets" / study.id.lower()
        homes = {"Tabulation": m5 / TABULATIONS, "Analysis": m5 / ANALYSIS}
        frames = package.frames()
        for metadata, xml in zip(package.documents, package.definitions, strict=True):
            write_home(homes[metadata.purpose], metadata, xml, frames, study)
        if package.acrf:
            (homes["Tabulation"] / ACRF).write_bytes(package.acrf)
        programs = _programs(study)
        for name, source in programs.items():
            place = m5 / PROGRAMS / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(source.read_bytes())
        facts = guide_facts(package, tuple(programs), version())
        reports = folder / "reports"
        reports.mkdir()
        (folder / GUIDE_FACTS).write_bytes(facts_json(facts).encode("ascii"))
        write_reports(reports, package.report, package.suites, package.queries)
        finished = package.plan.finished
        if finished is None:
            write_account(
                reports,
                package.account,
                study.id,
                fictitious=package.report.fictitious,
                tool_version=version(),
            )
        write_manifest(
            folder,
            study,
            sources=finished.files if finished is not None else (),
            status=package.status,
            tool=version(),
            created=created,
            baseline=package.baseline,
            numbering=package.numbering,
        )


def _programs(study: Study) -> dict[str, Path]:
    """What makes the analysis datasets, by its name in the package: rules, settings, functions."""
    if not study.adam:
        return {}
    files = [study.folder / d.file for d in (*study.adam, study.document)]
    files += [study.folder / "derive.py"] * (study.folder / "derive.py").is_file()
    return {f"{path.stem}.txt": path for path in files}


def build(
    folder: Path,
    out: Path | None = None,
    step: Step = silent,
    baseline: Path | None = None,
    engine: Engine | None = None,
) -> tuple[Package, Path]:
    """Build and publish; gives the package and where it went.

    `baseline` is the package of an earlier cut whose --SEQ is kept, `engine` CDISC CORE, if its
    judgement is wanted. Raises what `make_package`
    and `publish` raise, and BaselineRefused; whether `out` can be written and the baseline be
    used is looked at before the data are read.
    """
    step("Reading the specification")
    plan = make_plan(folder)
    place = out if out is not None else default_out(plan.study)
    check_place(place)
    if baseline is not None and plan.finished is not None:
        raise BaselineRefused(
            "a study that starts from finished SDTM has no --SEQ to keep; take --baseline out"
        )
    earlier = read_baseline(baseline, plan.sdtm, place) if baseline is not None else None
    package = run_plan(plan, step, earlier, engine)
    publish(package, place, step)
    return package, place
