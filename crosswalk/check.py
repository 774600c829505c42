"""Judge anybody's package as it lies on disk: files, datasets, define.xml, rules, CDISC CORE.

A package is a folder with a manifest, or any folder of datasets (XPT, Dataset-JSON, CSV of SDTM),
or one that has such folders below it. Its study, when it is named, gives the explanations and,
where it still builds the very same files, the raw row of a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from crosswalk.build import Package, make_package
from crosswalk.home import write_home
from crosswalk.homes import STANDARDS, Home, homes_in
from crosswalk.manifest import sha256, whole_manifest
from crosswalk.plan import make_plan
from crosswalk.publish import MANIFEST
from crosswalk.verify import altered
from crosswalk.version import version
from define.model import Metadata
from define.reconcile import check_against, check_metadata, check_published
from define.reconcile.document import check_files_named
from define.reconcile.files import check_files, check_heads
from define.schema_check import schema_check
from define.xport.columns import codec_name
from mappings.findings import Finding, Severity
from mappings.frames import as_text, is_numeric
from validation.core import CoreNotRun, CoreRun, Engine, core_run, not_run, run_engine
from validation.locate import Lineage
from validation.outcome import Checked, Outcome, Status
from validation.report import DatasetRow, Report, make_report, write_reports
from validation.rules import run_rules
from validation.run import run_suites
from validation.study_checks import StudyCheck

_NO_DEFINE = "there is no define.xml that can be read"
_OURS = ("package.", "file.", "define.", "expect.", "rule.")
_DOCUMENT = {
    "define.xsd": "define.xml follows its schema",
    "define.reference": "every reference in define.xml leads to one definition",
    "define.document": "define.xml contradicts itself nowhere",
    "define.metadata": "define.xml says what a submission asks of every dataset and variable",
    "define.data": "define.xml and the data say the same",
}
_OF_REFERENCES = ("define.reference", "define.duplicate", "define.unused")


class CheckRefused(Exception):
    """There is nothing here that can be checked; said in words."""


@dataclass(frozen=True)
class Verdict:
    """The report on a package, and the suites that were made for it, by dataset."""

    report: Report
    suites: Mapping[str, dict[str, Any]]


@dataclass
class _Found:
    outcomes: list[Outcome] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def judge(self, check: str, text: str, dataset: str, found: list[Finding]) -> None:
        """One check with what it found; a finding that it was NOT CHECKED is not a failure."""
        undone = any(f.severity is Severity.WARNING and "NOT CHECKED" in f.message for f in found)
        failing = [f for f in found if f.severity is not Severity.NOTICE]
        status = Status.NOT_RUN if undone else Status.FAILED if failing else Status.PASSED
        reason = found[0].message if undone else ""
        self.outcomes.append(
            Outcome(check, dataset, status, text, failing=len(failing), reason=reason)
        )
        self.findings += found

    def checked(self) -> Checked:
        return Checked(tuple(self.outcomes), tuple(self.findings))

    def leave(self, check: str, text: str, dataset: str, reason: str) -> None:
        """A check that cannot be made."""
        self.outcomes.append(Outcome(check, dataset, Status.NOT_RUN, text, reason=reason))


def check(
    package: Path,
    engine: Engine | None = None,
    study: Path | None = None,
    *,
    define: Path | None = None,
    standard: str = "",
    encoding: str = "utf-8",
) -> Verdict:
    """Everything that is found in `package`, parted by the explanations of `study`.

    `define` is the define.xml of datasets that lie in one folder, `standard` (sdtm, adam) says
    what they are where neither it nor their names do, `encoding` how XPT and CSV hold text.
    Raises CheckRefused where there is no package, or one of another study, and
    SpecificationFault for faults of the study.
    """
    shown = package.as_posix()
    manifest = _manifest(package / MANIFEST)
    outputs = manifest["outputs"] if manifest is not None else None
    homes: list[Home] = []
    if package.is_dir():
        homes = homes_in(package, outputs, define=define, standard=standard, encoding=encoding)
    if not homes:
        raise CheckRefused(
            f"{shown} is no package (no {MANIFEST}) and has no datasets (XPT, Dataset-JSON); name"
            " the folder that a build wrote, or one with datasets and their define.xml"
        )
    if define is not None and len(homes) > 1:
        names = ", ".join(h.name for h in homes)
        raise CheckRefused(f"--define is of one folder, and {shown} has {len(homes)}: {names}")
    plan = make_plan(study) if study is not None else None
    if plan is not None and manifest is not None and manifest["study"] != plan.study.id:
        raise CheckRefused(
            f"{shown} is a package of the study {manifest['study']}, not of {plan.study.id}"
        )
    found = _Found()
    if outputs is not None:
        text = f"{len(outputs)} files are those of the manifest"
        found.judge("package.files", text, "", _files(package, outputs))
    looks = [check_home(home, encoding) for home in homes]
    found.outcomes += [o for looked in looks for o in looked.outcomes]
    found.findings += [f for looked in looks for f in looked.findings]
    suites, checked = _suites(homes, plan.checks if plan is not None else ())
    rules = _rules(homes)
    core = _core(engine, homes, study) if engine is not None else None
    report = make_report(
        manifest["study"] if manifest is not None else package.resolve().name,
        [],
        plan.explanations if plan is not None else (),
        suites=checked,
        rules=Checked(
            (*found.outcomes, *rules.outcomes), (*found.findings, *rules.findings), "rules"
        ),
        datasets=[row for home in homes for row in _datasets(home)],
        tool_version=version(),
        facts=[(h.name, _about(h)) for h in homes],
        core=core,
        asked=_asked([o.check for o in rules.outcomes]),
    )
    return Verdict(report, suites)


def check_options(package: Path, standard: str, encoding: str, out: Path | None) -> None:
    """Refuse options that mean nothing, before anything is read. Raises CheckRefused."""
    if standard and standard not in STANDARDS:
        raise CheckRefused(f"there is no standard '{standard}'; there are {', '.join(STANDARDS)}")
    try:
        codec_name(encoding)
    except ValueError as error:
        raise CheckRefused(f"--encoding: {error}") from None
    if out is None:
        return
    if out.exists() and not out.is_dir():
        raise CheckRefused(f"{out.as_posix()} is a file; name a folder for the report")
    if package.resolve() in (out.resolve(), *out.resolve().parents):
        raise CheckRefused(
            f"{out.as_posix()} lies in the package, which would not be what was published;"
            " name a folder elsewhere"
        )


def write_verdict(out: Path, verdict: Verdict) -> None:
    """Write the report and the suites to `out`. Raises CheckRefused when that is not possible."""
    try:
        write_reports(out, verdict.report, verdict.suites)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CheckRefused(f"{out.as_posix()} cannot be written: {reason}") from None


def _asked(rules: Iterable[str]) -> Any:
    known = frozenset(rules)
    return lambda rule: rule in known or rule.startswith(_OURS)


def _about(home: Home) -> str:
    guides = [f"{n} {v}" for n, v in home.known.guides.items()]
    told = ", ".join(guides) or ("ADaM" if home.analysis else "SDTM")
    return told if home.described else f"{told}, {_NO_DEFINE}"


def _datasets(home: Home) -> list[DatasetRow]:
    return [
        DatasetRow(
            name,
            home.heads[name].label,
            home.name,
            len(frame),
            len(home.heads[name].columns),
            int(frame["USUBJID"].nunique()) if "USUBJID" in frame else None,
        )
        for name, frame in home.frames.items()
    ]


def _manifest(path: Path) -> Mapping[str, Any] | None:
    if not path.is_file():
        return None
    try:
        manifest = whole_manifest(path.read_bytes())
    except OSError as error:
        raise CheckRefused(f"{path.as_posix()} cannot be read: {error.strerror}") from None
    if manifest is None:
        raise CheckRefused(f"{path.as_posix()} is not the manifest of a package of Crosswalk")
    return manifest


def _files(package: Path, outputs: Mapping[str, str]) -> list[Finding]:
    try:
        return altered(package, outputs)
    except OSError as error:
        raise CheckRefused(f"{error.filename} cannot be read: {error.strerror}") from None


def check_home(home: Home, encoding: str = "utf-8") -> Checked:
    """The files of a folder and its define.xml, each check with its outcome.

    No suite and no rule is run.
    """
    found = _Found()
    text = f"{home.files} {'file' if home.files == 1 else 'files'} of datasets can be read"
    found.judge("package.dataset", text, home.name, list(home.unread))
    # A CSV has no header that could hold labels and lengths.
    held = {n: h for n, h in home.heads.items() if ".csv" not in h.file.lower()}
    heads = list(check_files(held))
    found.judge(
        "file.attributes", "names, labels and lengths fit a transport file", home.name, heads
    )
    if home.root is None:
        found.findings += home.faults
        for check, text in _DOCUMENT.items():
            found.leave(check, text, home.name, _NO_DEFINE)
        return found.checked()
    document = schema_check(home.xml)
    beside = home.define.parent if home.define is not None else home.path
    document += check_files_named(home.root, beside)
    parts = {
        "define.xsd": [f for f in document if f.rule == "define.xsd"],
        "define.reference": [f for f in document if f.rule in _OF_REFERENCES],
    }
    parts["define.document"] = [f for f in document if not any(f in p for p in parts.values())]
    parts["define.metadata"] = [*check_metadata(home.metadata), *check_published(home.metadata)]
    unread = {f.dataset for f in home.unread}
    parts["define.data"] = [
        f
        for f in (
            *check_heads(home.metadata, home.heads),
            *check_against(home.metadata, home.frames, encoding),
        )
        if f.dataset not in unread
    ]
    for check, text in _DOCUMENT.items():
        found.judge(check, text, home.name, parts[check])
    return found.checked()


def _suites(
    homes: Sequence[Home], checks: Sequence[StudyCheck]
) -> tuple[dict[str, dict[str, Any]], list[Checked]]:
    """Suites of the datasets that are there; what define.xml describes beside them is said."""
    suites: dict[str, dict[str, Any]] = {}
    results: list[Checked] = []
    for home in homes:
        there = tuple(d for d in home.metadata.datasets if d.name in home.frames)
        described = replace(home.metadata, datasets=there)
        made, checked = run_suites([described], home.frames, checks=checks)
        suites |= made
        results += checked
    return suites, results


def _rules(homes: Sequence[Home]) -> Checked:
    """All rules on all folders together: the rules across levels need both."""
    frames: dict[str, pd.DataFrame] = {}
    documents: list[Metadata] = []
    for home in homes:
        frames |= {n: f for n, f in _fitted(home).items() if n not in frames}
        documents.append(home.metadata)
    return run_rules(frames, metadata=documents)


def _fitted(home: Home) -> dict[str, pd.DataFrame]:
    """The frames with columns of the described types; that they are of others is a finding.

    A rule compares text with text and numbers with numbers, and could not look at these at all.
    """
    fitted = dict(home.frames)
    for dataset in home.metadata.datasets:
        frame = fitted.get(dataset.name)
        if frame is None:
            continue
        odd = [
            v
            for v in dataset.variables
            if v.name in frame.columns and is_numeric(frame[v.name]) != v.numeric
        ]
        changed = {
            v.name: pd.to_numeric(frame[v.name].replace("", None), errors="coerce").astype(
                "float64"
            )
            if v.numeric
            else as_text(frame[v.name])
            for v in odd
        }
        fitted[dataset.name] = frame.assign(**changed) if changed else frame
    return fitted


def _core(engine: Engine, homes: Sequence[Home], study: Path | None) -> CoreRun:
    home = next((h for h in homes if not h.analysis), None)
    if home is None:
        return not_run("there are no SDTM datasets, and it has no published rules for ADaM")
    guide = home.known.guides.get("SDTMIG", "")
    if not guide:
        return not_run("define.xml does not say which SDTMIG the datasets follow")
    terms = home.known.terminology.get("SDTM", "")
    try:
        answer = run_engine(
            engine,
            home.path,
            standard="sdtmig",
            version=guide,
            terminology=[f"sdtmct-{terms}"] if terms else [],
            define=home.define or home.path / "define.xml",
        )
    except CoreNotRun as reason:
        return not_run(str(reason))
    frames = {n: f.drop(columns=["_form", "_row"]) for n, f in home.frames.items()}
    lineage = Lineage()
    if study is not None and answer.issues:
        built = make_package(study)
        same = _same(built, home)
        frames.update({n: f for n, f in built.frames().items() if n in same})
        lineage = built.lineage
    return core_run(answer, frames, keys=home.known.keys, lineage=lineage)


def _same(built: Package, home: Home) -> set[str]:
    """The datasets that the study builds as they lie in the folder, byte by byte."""
    same: set[str] = set()
    for metadata, xml in zip(built.documents, built.definitions, strict=True):
        if metadata.purpose != "Tabulation":
            continue
        with TemporaryDirectory(prefix="crosswalk-check-") as name:
            write_home(Path(name), metadata, xml, built.frames(), built.study)
            same |= {
                path.stem.upper()
                for path in Path(name).glob("*.xpt")
                if (home.path / path.name).is_file()
                and sha256(path) == sha256(home.path / path.name)
            }
    return same
