"""From a published build to the package of one agency: planned, judged, and only then written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crosswalk.guides.make import Shared, guides_of
from crosswalk.manifest import sha256
from crosswalk.package.checks import check_files
from crosswalk.package.planned import HOMES, Planned, plan_files
from crosswalk.package.profiles import Profile
from crosswalk.package.refused import FINDINGS, PackageRefused
from crosswalk.package.rejection import FAILED, Criterion, criteria
from crosswalk.package.source import PACKAGE, Source, manifest_of, read_source
from crosswalk.publish import MANIFEST, beside
from define.pdf import FontRefusal, load_fonts
from define.xpt_parts import write_parts
from mappings.findings import Finding, Severity


@dataclass(frozen=True)
class Packaged:
    """A package as written: `findings` weigh, `notices` are for the sponsor to know."""

    folder: Path
    study: str
    profile: Profile
    status: str
    files: int
    parts: int
    digest: str
    criteria: tuple[Criterion, ...]
    findings: tuple[Finding, ...]
    notices: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        return 0 if self.status == "final" else 1


def default_out(build: Path, profile: Profile) -> Path:
    """Where a package goes when nothing is said: beside the build."""
    whole = build.resolve()
    return whole.with_name(f"{whole.name}-{profile.name}")


def package(
    build: Path,
    profile: Profile,
    out: Path | None = None,
    *,
    draft: bool = False,
    fonts: Sequence[Path] = (),
) -> Packaged:
    """Package the build for one agency; `fonts` are for what the guides' own face cannot draw.

    Without `draft` only a final build becomes a package, and only one in which nothing is found.
    Raises PackageRefused where nothing was written, and CannotPublish.
    """
    place = out if out is not None else default_out(build, profile)
    source = read_source(build)
    _check_place(place, build)
    if source.status != "final" and not draft:
        count = source.report["counts"]["unexplained"]
        raise PackageRefused(
            f"{build.as_posix()} is a draft: {count} findings are neither mended nor explained;"
            " nothing was written. Say --draft to package it all the same, marked as a draft",
            exit_code=FINDINGS,
        )
    judged = _judged(source, profile, fonts, source.status == "final")
    if judged.errors and not draft:
        raise PackageRefused(
            f"{profile.agency} would not take this package; nothing was written", judged.errors
        )
    if judged.errors and source.status == "final":
        # Its guides must say that it is a draft, too.
        judged = _judged(source, profile, fonts, False)
    planned, errors = judged.planned, judged.errors
    status = "final" if source.status == "final" and not errors else "draft"
    with beside(place) as folder:
        for file in planned.files:
            file.write(folder)
        for home, parts in planned.parts:
            write_parts(parts, folder / home)
        _write_manifest(folder, source, profile, status, judged)
    return Packaged(
        place,
        source.facts.study,
        profile,
        status,
        len(planned.names()),
        sum(len(p.parts) for _, p in planned.parts),
        sha256(place / MANIFEST),
        judged.criteria,
        errors,
        judged.notices,
    )


@dataclass(frozen=True)
class _Judged:
    """The files to be written, and what an agency would say of them."""

    planned: Planned
    criteria: tuple[Criterion, ...]
    found: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.found if f.severity is not Severity.NOTICE)

    @property
    def notices(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.found if f.severity is Severity.NOTICE)


def _judged(source: Source, profile: Profile, fonts: Sequence[Path], final: bool) -> _Judged:
    planned = plan_files(source, profile)
    names = tuple(planned.names())
    facts, report = source.facts, source.report
    shared = Shared(facts, report, profile.agency, planned.parts, names, final)
    _add_guides(planned, shared, profile, fonts)
    told = criteria(planned, facts) if profile.technical_rejection else ()
    found = (*planned.findings, *check_files(planned, profile, facts), *_rejected(told))
    return _Judged(planned, told, found)


def _check_place(out: Path, build: Path) -> None:
    """A package never takes the place of a build, nor lies in one."""
    here, there = out.resolve(), build.resolve()
    if here == there or there in here.parents or here in there.parents:
        raise PackageRefused(f"{out.as_posix()} is the build or lies in it; name another folder")
    if (out / MANIFEST).is_file() and PACKAGE not in manifest_of(out):
        raise PackageRefused(f"{out.as_posix()} holds a build, no package; name another folder")


def _add_guides(planned: Planned, shared: Shared, profile: Profile, fonts: Sequence[Path]) -> None:
    try:
        guides = guides_of(shared, [load_fonts(fonts) for _ in HOMES])
    except FontRefusal as error:
        raise PackageRefused(str(error)) from None
    except OSError as error:
        raise PackageRefused(f"{error.filename}: {error.strerror}") from None
    for guide in guides:
        name = profile.guides[guide.key]
        home = HOMES[guide.level]
        for ending, data in guide.files.items():
            if ending in profile.kinds:
                planned.add(home, f"{name}.{ending}", data)
        planned.findings.extend(guide.findings)


def _rejected(judged: Sequence[Criterion]) -> list[Finding]:
    return [
        Finding(
            f"rejection.{criterion.id}",
            Severity.ERROR,
            f"FDA's technical rejection criterion {criterion.id}: {reason}",
            "Mend it in the study, and build again.",
            scope=criterion.id,
        )
        for criterion in judged
        if criterion.status == FAILED
        for reason in criterion.reasons
    ]


def _write_manifest(
    folder: Path,
    source: Source,
    profile: Profile,
    status: str,
    judged: _Judged,
) -> None:
    planned = judged.planned
    outputs = {
        p.relative_to(folder).as_posix(): sha256(p)
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }
    content: dict[str, Any] = {
        "study": source.facts.study,
        "status": status,
        "created": source.manifest["created"],
        "tool": source.manifest["tool"],
        "standards": source.manifest["standards"],
        PACKAGE: {
            "profile": profile.name,
            "agency": profile.agency,
            "build": source.digest,
            "technical_rejection": [asdict(c) for c in judged.criteria],
            "split": {
                f"{home}/{part.file}": part.holds for home, p in planned.parts for part in p.parts
            },
            "left_out": planned.left_out,
        },
        "outputs": outputs,
    }
    text = json.dumps(content, indent=2, ensure_ascii=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
