"""`crosswalk package --verify`: every file of a package against its manifest, once more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crosswalk.manifest import sha256
from crosswalk.package.refused import PackageRefused
from crosswalk.package.source import PACKAGE, manifest_of
from crosswalk.publish import MANIFEST
from crosswalk.verify import altered
from mappings.findings import Finding


@dataclass(frozen=True)
class Verified:
    """What became of it. `digest` is the SHA-256 of the manifest itself, to be kept elsewhere."""

    folder: Path
    study: str
    status: str
    profile: str
    files: int
    digest: str
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        return 1 if self.findings else 0


def verify(folder: Path) -> Verified:
    """Recheck a package (or a build); raises PackageRefused where there is no manifest."""
    manifest = manifest_of(folder)
    try:
        found = altered(folder, manifest["outputs"])
    except OSError as error:
        raise PackageRefused(f"{folder.as_posix()} cannot be read: {error}") from None
    about = manifest.get(PACKAGE)
    profile = str(about.get("profile", "")) if isinstance(about, dict) else ""
    return Verified(
        folder,
        manifest["study"],
        str(manifest.get("status", "")),
        profile,
        len(manifest["outputs"]),
        sha256(folder / MANIFEST),
        tuple(found),
    )
