"""An earlier data cut named as an input: its package is read so that records keep their --SEQ."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from crosswalk.manifest import TABULATIONS, sha256, whole_manifest
from crosswalk.publish import MANIFEST, previous
from define.xpt_read import XptUnreadable, read_xpt
from mappings.frames import blank_number, blank_text, is_numeric
from mappings.modules import Module
from mappings.study import Study
from sdtm.domains import SdtmPlan
from sdtm.numbering import Earlier, keys_of
from sdtm.standard import domain
from sdtm.target import sequence
from validation.change import Earlier as EarlierReport
from validation.change import read_earlier

REPORT = "reports/findings.json"


class BaselineRefused(Exception):
    """The earlier cut cannot be used: said in words, nothing was written."""


@dataclass(frozen=True)
class Baseline:
    """An earlier package: the SHA-256 of its manifest, its domains by name, what it reported."""

    sha256: str = ""
    domains: Mapping[str, Earlier] = field(default_factory=dict)
    report: EarlierReport | None = None


def read_baseline(folder: Path, plan: SdtmPlan, out: Path) -> Baseline:
    """Read from the package in `folder` what the study's domains need of it.

    Every file that is read must be the one that the package's manifest names. Raises
    BaselineRefused: no package, of another study, changed, unreadable, without a key variable,
    or kept where a build to `out` would remove it.
    """
    shown = folder.as_posix()
    if folder.resolve() == previous(out).resolve():
        raise BaselineRefused(
            f"{shown} cannot be the baseline of a build to {out.as_posix()}, which would remove"
            " it; copy it to another place or name another output folder"
        )
    try:
        data = (folder / MANIFEST).read_bytes()
        digest = sha256(folder / MANIFEST)
    except OSError:
        raise BaselineRefused(
            f"{shown} is no package of Crosswalk (there is no {MANIFEST} that can be read); name"
            " the folder that an earlier build wrote"
        ) from None
    manifest = whole_manifest(data)
    if manifest is None:
        raise BaselineRefused(f"{shown}/{MANIFEST} is not the manifest of a package of Crosswalk")
    if manifest["study"] != plan.study.id:
        raise BaselineRefused(
            f"{shown} is a package of the study {manifest['study']}, not of {plan.study.id};"
            " name an earlier package of the same study"
        )
    modules = [m for m in plan.modules if sequence(domain(m.target))]
    found = {m.target: _earlier(folder, manifest, m, plan.study) for m in modules}
    domains = {n: e for n, e in found.items() if e is not None}
    return Baseline(digest, domains, _report(folder, manifest))


def _report(folder: Path, manifest: Mapping[str, Any]) -> EarlierReport:
    """What the package reported; without findings where it has no report."""
    name = f"the {manifest.get('status', '')} package of {manifest.get('created', '')}"
    if REPORT not in manifest["outputs"]:
        return EarlierReport(name)
    path = folder / REPORT
    try:
        data = path.read_bytes()
    except OSError:
        raise BaselineRefused(
            f"{path.as_posix()}, which the package's manifest names, cannot be read; name the"
            " package as it was"
        ) from None
    if hashlib.sha256(data).hexdigest() != manifest["outputs"][REPORT]:
        raise BaselineRefused(
            f"{path.as_posix()} is not the file that its package was published with (its"
            " SHA-256 is not the manifest's); name the package as it was"
        )
    return read_earlier(data, name) or EarlierReport(name)


def _earlier(
    folder: Path, manifest: Mapping[str, Any], module: Module, study: Study
) -> Earlier | None:
    """A domain of the package; None when it neither has it nor tells of numbers given in it."""
    code, about = module.target, domain(module.target)
    needed = (*keys_of(module, about), sequence(about))
    numeric = {n: about.allowed(n).numeric for n in needed}
    name = f"m5/datasets/{study.id.lower()}/{TABULATIONS}/{code.lower()}.xpt"
    told = manifest.get("sequence", {}).get(code)
    highest = dict(told["highest"]) if told else {}
    if name not in manifest["outputs"]:
        none = pd.RangeIndex(0)
        blank = {n: blank_number(none) if numeric[n] else blank_text(none) for n in needed}
        return Earlier(pd.DataFrame(blank), highest) if told else None
    path = folder / name
    try:
        if sha256(path) != manifest["outputs"][name]:
            raise BaselineRefused(
                f"{path.as_posix()} is not the file that its package was published with (its"
                " SHA-256 is not the manifest's); name the package as it was"
            )
        frame = read_xpt(path, study.encoding)[0]
    except OSError:
        raise BaselineRefused(
            f"{path.as_posix()}, which the package's manifest names, cannot be read; name the"
            " package as it was"
        ) from None
    except XptUnreadable as error:
        raise BaselineRefused(f"{path.as_posix()} cannot be read: {error.reason}") from error
    for variable in needed:
        if variable not in frame.columns or is_numeric(frame[variable]) != numeric[variable]:
            kind = "numeric" if numeric[variable] else "text"
            raise BaselineRefused(
                f"{path.as_posix()} has no {kind} variable {variable}, by which records of {code}"
                " are found again; give the module keys that the earlier cut has, or build"
                " without --baseline"
            )
    return Earlier(frame[[*needed]], highest)
