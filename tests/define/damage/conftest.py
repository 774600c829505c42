"""A small package that is sound, built once; tests damage copies of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import crosswalk.build
from crosswalk.build import make_package, publish
from crosswalk.check import check_home
from crosswalk.homes import Home, described_by, homes_in
from define.reconcile import check_metadata, check_published
from define.reconcile.document import check_files_named
from define.schema_check import schema_check
from mappings.findings import Finding

ANALYSES = """
analyses:
  - display: Table 1
    title: Response
    results:
      - title: Responders
        reason: SPECIFIED IN PROTOCOL
        purpose: PRIMARY OUTCOME MEASURE
        data:
          - {dataset: ADRS, where: {PARAMCD: [PD, BOR], ADY: {ge: 1}}, variables: [AVALC]}
          - {dataset: ADSL, where: {SAFFL: "Y"}}
        join: By USUBJID
"""
LEVELS = {"sdtm": "tabulations/sdtm", "adam": "analysis/adam/datasets"}


@dataclass(frozen=True)
class Sound:
    """The package without its manifest: a damaged file is to be found by what it holds."""

    folder: Path

    def copy(self, level: str, place: Path) -> Path:
        """A copy of the folder of datasets of a level, which may be damaged."""
        shutil.copytree(self.folder / LEVELS[level], place)
        return place


@pytest.fixture(scope="session")
def sound(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Sound:
    place = tmp_path_factory.mktemp("sound")
    files = dict(tiny.FILES)
    files["study.yaml"] = files["study.yaml"].rstrip() + ANALYSES
    tiny.write(place / "study", files)
    with pytest.MonkeyPatch.context() as patch:
        # The datasets are what is wanted here; what suites find of them is tested elsewhere.
        patch.setattr(crosswalk.build, "run_suites", lambda *_, **__: ({}, []))
        publish(make_package(place / "study"), place / "out")
    return Sound(place / "out" / "m5" / "datasets" / "tiny")


@pytest.fixture(scope="session")
def read(sound: Sound) -> dict[str, Home]:
    """The datasets of both levels, read once for all that damages define.xml only."""
    return {n: homes_in(sound.folder / place, None)[0] for n, place in LEVELS.items()}


@pytest.fixture
def found_by(read: dict[str, Home]) -> Callable[..., list[Finding]]:
    """What the check finds in the sound datasets of a level with another define.xml.

    With `alone` the data are not looked at, which is quicker.
    """

    def look(level: str, xml: bytes, place: Path, *, alone: bool) -> list[Finding]:
        path = place / "define.xml"
        path.write_bytes(xml)
        home = replace(described_by(read[level], path), define=read[level].define)
        if not alone:
            return list(check_home(home).findings)
        assert home.root is not None
        return [
            *schema_check(xml),
            *check_files_named(home.root, home.path),
            *check_metadata(home.metadata),
            *check_published(home.metadata),
        ]

    return look


@pytest.fixture
def found_in() -> Callable[[Path], list[Finding]]:
    """What the check of files and define.xml finds in a folder of datasets."""

    def look(folder: Path) -> list[Finding]:
        (home,) = homes_in(folder, None)
        return list(check_home(home).findings)

    return look
