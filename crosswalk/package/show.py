"""What a person, or a program, reads of a package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crosswalk.package.make import Packaged
from crosswalk.package.refused import PackageRefused
from crosswalk.package.rejection import NOT_EVALUATED, PASSED
from crosswalk.package.verify import Verified
from mappings.findings import Finding


def finding_dict(finding: Finding) -> dict[str, Any]:
    """A finding of a package as data."""
    return {
        "severity": finding.severity.value,
        "rule": finding.rule,
        "scope": finding.scope,
        "message": finding.message,
        "advice": finding.advice,
    }


def packaged_dict(packaged: Packaged) -> dict[str, Any]:
    """The result of packaging as data."""
    return {
        "package": packaged.folder.as_posix(),
        "study": packaged.study,
        "profile": packaged.profile.name,
        "status": packaged.status,
        "files": packaged.files,
        "parts": packaged.parts,
        "manifest_sha256": packaged.digest,
        "technical_rejection": [
            {"id": c.id, "text": c.text, "status": c.status, "reasons": list(c.reasons)}
            for c in packaged.criteria
        ],
        "findings": [finding_dict(f) for f in packaged.findings],
        "notices": [finding_dict(f) for f in packaged.notices],
    }


def packaged_lines(packaged: Packaged) -> Iterator[str]:
    """The result of packaging as text."""
    for criterion in packaged.criteria:
        yield f"technical rejection {criterion.id}: {criterion.status}: {criterion.text}"
        if criterion.status != PASSED:
            for reason in criterion.reasons if criterion.status == NOT_EVALUATED else ():
                yield f"  {reason}"
    yield from finding_lines(packaged.findings)
    yield from finding_lines(packaged.notices)
    split = f", {packaged.parts} of them parts of split datasets" if packaged.parts else ""
    yield f"{packaged.files} files for {packaged.profile.agency}{split}."
    yield f"Manifest {packaged.digest}"
    yield f"Status {packaged.status}: {packaged.folder.as_posix()}"


def finding_lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    """Findings as text."""
    for finding in findings:
        yield f"{finding.severity}: {finding.rule}: {finding}"


def verified_dict(verified: Verified) -> dict[str, Any]:
    """What a second look found, as data."""
    return {
        "package": verified.folder.as_posix(),
        "study": verified.study,
        "profile": verified.profile,
        "status": verified.status,
        "files": verified.files,
        "manifest_sha256": verified.digest,
        "findings": [finding_dict(f) for f in verified.findings],
    }


def verified_lines(verified: Verified) -> Iterator[str]:
    """What a second look found, as text."""
    yield from finding_lines(verified.findings)
    yield f"Manifest {verified.digest}"
    if verified.findings:
        count = len(verified.findings)
        yield f"{count} {'file is' if count == 1 else 'files are'} not as published."
    else:
        yield f"{verified.files} files are those of the manifest; status {verified.status}."


def refused_dict(refused: PackageRefused) -> dict[str, Any]:
    """Why nothing was written, as data."""
    return {
        "status": "refused",
        "message": str(refused),
        "findings": [finding_dict(f) for f in refused.findings],
    }


def refused_lines(refused: PackageRefused) -> Iterator[str]:
    """Why nothing was written, as text."""
    yield from finding_lines(refused.findings)
    yield f"{refused}."
