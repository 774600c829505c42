"""Judge a package as it lies on disk: its files, its datasets, each define.xml, and CDISC CORE.

A package is a folder with a manifest, or any folder of XPT files. Its study, when it is named,
gives the explanations and, where it still builds the very same files, the raw row of a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from crosswalk.build import Package, make_package
from crosswalk.home import write_home
from crosswalk.manifest import sha256, whole_manifest
from crosswalk.plan import make_plan
from crosswalk.publish import MANIFEST
from crosswalk.verify import altered
from crosswalk.version import version
from define.known import DefineUnreadable, KnownDefine, read_define
from define.schema_check import schema_check
from define.xpt_read import XptUnreadable, read_xpt
from mappings.findings import Finding, Severity
from validation.core import CoreNotRun, CoreRun, Engine, core_run, not_run, run_engine
from validation.locate import Lineage
from validation.outcome import Checked, Outcome, Status
from validation.report import DatasetRow, Report, make_report

_OWN = ("package.", "define.xsd", "define.reference", "define.duplicate", "define.unused")
_AGAIN = "Build it again, or find out who changed it."


class CheckRefused(Exception):
    """There is nothing here that can be checked; said in words."""


@dataclass
class _Found:
    outcomes: list[Outcome] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def judge(self, check: str, text: str, dataset: str, found: list[Finding]) -> None:
        """One check with what it found; a finding that it was NOT CHECKED is not a failure."""
        undone = any(f.severity is Severity.WARNING and "NOT CHECKED" in f.message for f in found)
        status = Status.NOT_RUN if undone else Status.FAILED if found else Status.PASSED
        reason = found[0].message if undone else ""
        self.outcomes.append(
            Outcome(check, dataset, status, text, failing=len(found), reason=reason)
        )
        self.findings += found


@dataclass(frozen=True)
class _Home:
    """A folder of datasets: `name` is where it stands in the package."""

    name: str
    path: Path
    known: KnownDefine | None
    frames: Mapping[str, pd.DataFrame]

    @property
    def tabulation(self) -> bool:
        """Whether it is SDTM: by its define.xml, else because it has DM."""
        return self.known.purpose == "Tabulation" if self.known else "DM" in self.frames


def check(package: Path, engine: Engine | None = None, study: Path | None = None) -> Report:
    """Everything that is found in `package`, parted by the explanations of `study`.

    Raises CheckRefused where there is no package, or one of another study, and
    SpecificationFault for faults of the study.
    """
    shown = package.as_posix()
    manifest = _manifest(package / MANIFEST)
    outputs = manifest["outputs"] if manifest is not None else None
    folders = _folders(package, outputs)
    if not folders:
        raise CheckRefused(
            f"{shown} is no package (no {MANIFEST}) and has no XPT file; name the folder that a"
            " build wrote, or one with datasets and their define.xml"
        )
    plan = make_plan(study) if study is not None else None
    if plan is not None and manifest is not None and manifest["study"] != plan.study.id:
        raise CheckRefused(
            f"{shown} is a package of the study {manifest['study']}, not of {plan.study.id}"
        )
    found = _Found()
    if outputs is not None:
        text = f"{len(outputs)} files are those of the manifest"
        found.judge("package.files", text, "", altered(package, outputs))
    homes = [_home(folder, package, found) for folder in folders]
    core = _core(engine, homes, study) if engine is not None else None
    return make_report(
        manifest["study"] if manifest is not None else package.resolve().name,
        [],
        plan.explanations if plan is not None else (),
        rules=Checked(tuple(found.outcomes), tuple(found.findings)),
        datasets=[
            DatasetRow(name, "", home.name, len(frame), len(frame.columns))
            for home in homes
            for name, frame in home.frames.items()
        ],
        tool_version=version(),
        core=core,
        asked=lambda rule: rule.startswith(_OWN),
    )


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


def _folders(package: Path, outputs: Mapping[str, str] | None) -> list[Path]:
    """The folders of datasets: those that the manifest names, else the folder itself."""
    if outputs is None:
        return [package] if any(package.glob("*.xpt")) else []
    homes = {(package / name).parent for name in outputs if name.endswith((".xpt", "/define.xml"))}
    return sorted(homes)


def _home(folder: Path, package: Path, found: _Found) -> _Home:
    name = folder.relative_to(package).as_posix()
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Finding] = []
    for path in sorted(folder.glob("*.xpt")):
        dataset = path.stem.upper()
        try:
            frames[dataset] = read_xpt(path)[0]
        except (XptUnreadable, OSError) as error:
            reason = error.reason if isinstance(error, XptUnreadable) else str(error.strerror)
            message = f"{path.name} cannot be read: {reason}"
            faults.append(
                Finding("package.dataset", Severity.ERROR, message, _AGAIN, dataset, scope=name)
            )
    count = len(frames) + len(faults)
    found.judge("package.dataset", f"{count} XPT files can be read", name, faults)
    return _Home(name, folder, _define(folder, name, found), frames)


def _define(folder: Path, name: str, found: _Found) -> KnownDefine | None:
    text = "define.xml follows its schema"
    try:
        xml = (folder / "define.xml").read_bytes()
        known = read_define(xml)
    except (OSError, DefineUnreadable) as error:
        reason = str(error) if isinstance(error, DefineUnreadable) else "it is not there"
        message = f"define.xml cannot be read: {reason}"
        fault = Finding("package.define", Severity.ERROR, message, _AGAIN, scope=name)
        found.judge("define.xsd", text, name, [fault])
        return None
    found.judge("define.xsd", text, name, schema_check(xml))
    return known


def _core(engine: Engine, homes: list[_Home], study: Path | None) -> CoreRun:
    home = next((h for h in homes if h.tabulation), None)
    if home is None:
        return not_run("there are no SDTM datasets, and it has no published rules for ADaM")
    known = home.known or KnownDefine()
    guide = known.guides.get("SDTMIG", "")
    if not guide:
        return not_run("define.xml does not say which SDTMIG the datasets follow")
    terms = known.terminology.get("SDTM", "")
    try:
        answer = run_engine(
            engine,
            home.path,
            standard="sdtmig",
            version=guide,
            terminology=[f"sdtmct-{terms}"] if terms else [],
            define=home.path / "define.xml",
        )
    except CoreNotRun as reason:
        return not_run(str(reason))
    frames, lineage = dict(home.frames), Lineage()
    if study is not None and answer.issues:
        built = make_package(study)
        same = _same(built, home)
        frames.update({n: f for n, f in built.frames().items() if n in same})
        lineage = built.lineage
    return core_run(answer, frames, keys=known.keys, lineage=lineage)


def _same(built: Package, home: _Home) -> set[str]:
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
