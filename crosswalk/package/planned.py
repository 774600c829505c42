"""The files of a package before any is written: where each goes and what it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from crosswalk.package.profiles import Profile
from crosswalk.package.source import Source
from define.xpt_parts import CannotSplit, Parts, plan_parts
from mappings.findings import Finding, Severity

SDTM, ADAM = "tabulations/sdtm", "analysis/adam/datasets"
PROGRAMS = "analysis/adam/programs"
SPLIT = "split"
HOMES = {"SDTM": SDTM, "ADaM": ADAM}


@dataclass(frozen=True)
class File:
    """A file of the package: its name from m5 on, and the file that it is, or its bytes."""

    name: str
    source: Path | None = None
    data: bytes = b""

    @property
    def size(self) -> int:
        return self.source.stat().st_size if self.source is not None else len(self.data)

    @property
    def ending(self) -> str:
        """What stands after the last point, in the letters as they are."""
        return PurePosixPath(self.name).suffix[1:]

    @property
    def base(self) -> str:
        """The name without its folders."""
        return self.name.rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.name.rpartition("/")[0]

    def write(self, below: Path) -> None:
        """Copy or write it below a folder."""
        path = below / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.source is None:
            path.write_bytes(self.data)
            return
        with self.source.open("rb") as old, path.open("wb") as new:
            while piece := old.read(1 << 20):
                new.write(piece)


@dataclass
class Planned:
    """The files, the datasets that get parts (by the folder of these), and what was left out."""

    study: str
    files: list[File] = field(default_factory=list)
    parts: list[tuple[str, Parts]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def home(self) -> str:
        """The folder of the study, from m5 on."""
        return f"m5/datasets/{self.study}"

    def file(self, name: str) -> File | None:
        """The file of this name below the study's folder."""
        return next((f for f in self.files if f.name == f"{self.home}/{name}"), None)

    def names(self) -> list[str]:
        """The names of all files, parts too."""
        parts = [f"{folder}/{p.file}" for folder, parts in self.parts for p in parts.parts]
        return sorted([*(f.name for f in self.files), *parts])

    def add(self, home: str, name: str, data: bytes) -> None:
        """A file that is made."""
        self.files.append(File(f"{self.home}/{home}/{name}", data=data))


def study_folder(study: str) -> str:
    """The name of a study's folder: small letters, digits, hyphens and underscores."""
    return re.sub(r"[^a-z0-9_-]", "-", study.lower())


def plan_files(source: Source, profile: Profile) -> Planned:
    """The files that the build gives, as the profile takes them."""
    planned = Planned(study_folder(source.facts.study))
    for name, path in source.files().items():
        file = File(f"{planned.home}/{name}", path)
        if file.ending in profile.kinds:
            planned.files.append(file)
        else:
            planned.left_out.append(name)
    if planned.left_out:
        kinds = ", ".join(sorted(profile.kinds))
        planned.findings.append(
            Finding(
                "package.left_out",
                Severity.NOTICE,
                f"left out, because {profile.agency} takes {kinds}: {', '.join(planned.left_out)}",
            )
        )
    _large(planned, profile, _datasets(planned), source.facts.encoding)
    return planned


def _datasets(planned: Planned) -> list[File]:
    homes = tuple(f"{planned.home}/{home}" for home in HOMES.values())
    return [f for f in planned.files if f.ending == "xpt" and f.folder in homes]


def _large(planned: Planned, profile: Profile, files: Iterable[File], encoding: str) -> None:
    for file in files:
        size = file.size
        if profile.ask_over is not None and size > profile.ask_over:
            message = f"{file.name} has {size:,} bytes; agree with {profile.agency} beforehand"
            planned.findings.append(Finding("package.size", Severity.NOTICE, message))
        limit = profile.split_over
        if limit is None or size <= limit or file.source is None:
            continue
        try:
            parts = plan_parts(file.source, limit, encoding)
        except CannotSplit as reason:
            planned.findings.append(
                Finding(
                    "package.split",
                    Severity.ERROR,
                    f"{file.name} has {size:,} bytes, more than {limit:,}, and cannot be split:"
                    f" {reason}",
                    f"Ask {profile.agency} how it wants the dataset.",
                )
            )
            continue
        planned.parts.append((f"{file.folder}/{SPLIT}", parts))
