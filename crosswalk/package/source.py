"""The build that is packaged: whole, unchanged, and of a version that says what guides need."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk.guides.facts import NAME as FACTS
from crosswalk.guides.facts import Facts, FactsUnreadable, read_facts
from crosswalk.manifest import sha256, whole_manifest
from crosswalk.package.refused import PackageRefused
from crosswalk.publish import MANIFEST
from crosswalk.verify import altered

FINDINGS = "reports/findings.json"
PACKAGE = "package"
"""The key that tells the manifest of a package from that of a build."""


@dataclass(frozen=True)
class Source:
    """A published build; `digest` is the SHA-256 of its manifest, `report` its findings.json."""

    folder: Path
    manifest: Mapping[str, Any]
    digest: str
    facts: Facts
    report: Mapping[str, Any]

    @property
    def status(self) -> str:
        """``final`` or ``draft``, as the build ended."""
        return str(self.manifest["status"])

    @property
    def home(self) -> str:
        """The folder of the study in the build."""
        return f"m5/datasets/{self.facts.study.lower()}/"

    def files(self) -> dict[str, Path]:
        """The files of the study by their name below `home`."""
        names = [n for n in self.manifest["outputs"] if n.startswith(self.home)]
        return {n.removeprefix(self.home): self.folder / n for n in sorted(names)}


def manifest_of(folder: Path) -> Mapping[str, Any]:
    """The manifest of a build or package; PackageRefused where there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        raise PackageRefused(
            f"{folder.as_posix()} is no build of Crosswalk (there is no {MANIFEST});"
            " name the folder that 'crosswalk build' wrote"
        )
    try:
        manifest = whole_manifest(path.read_bytes())
    except OSError as error:
        raise PackageRefused(f"{path.as_posix()} cannot be read: {error.strerror}") from None
    if manifest is None:
        raise PackageRefused(f"{path.as_posix()} is not a manifest of Crosswalk")
    return manifest


def read_source(folder: Path) -> Source:
    """The build in `folder`, every file of it as it was published.

    Raises PackageRefused: with findings where files were changed since, without where it is no
    build that can be packaged.
    """
    shown = folder.as_posix()
    manifest = manifest_of(folder)
    if PACKAGE in manifest:
        raise PackageRefused(
            f"{shown} is a package already; name the build, or say --verify to check it again"
        )
    try:
        changed = altered(folder, manifest["outputs"])
    except OSError as error:
        raise PackageRefused(f"{shown} cannot be read: {error}") from None
    if changed:
        raise PackageRefused(f"{shown} is not as it was published; nothing was written", changed)
    try:
        facts = read_facts((folder / FACTS).read_bytes())
        report = json.loads((folder / FINDINGS).read_bytes())
        status = report["status"]
    except FactsUnreadable as error:
        raise PackageRefused(f"{shown}/{FACTS}: {error}; build it again") from None
    except (OSError, ValueError, KeyError, TypeError):
        message = f"{shown} was built by a version of Crosswalk that noted nothing for guides"
        raise PackageRefused(f"{message}; build it again") from None
    if status != manifest.get("status"):
        raise PackageRefused(
            f"{shown}: {MANIFEST} says '{manifest.get('status')}' and its findings '{status}';"
            " build it again"
        )
    return Source(folder, manifest, sha256(folder / MANIFEST), facts, report)
