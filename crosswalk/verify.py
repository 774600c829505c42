"""A published folder against its manifest: what is gone, changed, renamed or was never there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crosswalk.manifest import sha256
from crosswalk.publish import MANIFEST
from mappings.findings import Finding, Severity

_AGAIN = "Build it again, or find out who changed it."


def altered(folder: Path, outputs: Mapping[str, str]) -> list[Finding]:
    """Each file of `folder` that is not as `outputs` (SHA-256 by name) says, the manifest apart.

    A link is none of the files that were written, whatever it points at. Raises OSError where a
    file cannot be read.
    """

    def finding(rule: str, name: str, message: str) -> Finding:
        return Finding(rule, Severity.ERROR, f"{name} {message}", _AGAIN, scope=name)

    there = _files(folder)
    gone = sorted(set(outputs) - set(there))
    strange = sorted(set(there) - set(outputs) - {MANIFEST})
    renamed = _renamed(gone, {n: sha256(there[n]) for n in strange if gone}, outputs)
    found = []
    for name in sorted(outputs):
        if name in renamed:
            message = f"is in the manifest and now called {renamed[name]}"
            found.append(finding("package.renamed", name, message))
        elif name in gone:
            found.append(finding("package.missing", name, "is in the manifest and not there"))
        elif there[name].is_symlink():
            found.append(finding("package.changed", name, "is a link and was published as a file"))
        elif sha256(there[name]) != outputs[name]:
            found.append(finding("package.changed", name, "is not the file that was published"))
    extra = [n for n in strange if n not in renamed.values()]
    found += [finding("package.extra", n, "is there and not in the manifest") for n in extra]
    return found


def _files(folder: Path) -> dict[str, Path]:
    """Everything below the folder that is no folder, dangling links too."""
    paths = (p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
    return {p.relative_to(folder).as_posix(): p for p in paths}


def _renamed(
    gone: list[str], strange: Mapping[str, str], outputs: Mapping[str, str]
) -> dict[str, str]:
    """Files that are gone by their new names: same content, and no doubt which is which."""
    names: dict[str, str] = {}
    for name in gone:
        alike = [n for n, digest in strange.items() if digest == outputs[name]]
        others = [n for n in gone if outputs[n] == outputs[name]]
        if len(alike) == len(others) == 1:
            names[name] = alike[0]
    return names
