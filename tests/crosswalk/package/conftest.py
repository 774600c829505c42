"""A final build of the tiny study, and how to change one so that its manifest still holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import crosswalk.build
import crosswalk.guides.make
import crosswalk.package.make
from crosswalk.build import make_package, publish
from crosswalk.guides.make import Guide
from crosswalk.manifest import sha256
from define.xpt import write_xpt
from define.xpt_read import read_transport
from validation.explanations import Explanation

HOME = "m5/datasets/tiny"
SDTM, ADAM = f"{HOME}/tabulations/sdtm", f"{HOME}/analysis/adam/datasets"
HOSTILE = "<script>alert(1)</script> & {{ 7 * 7 }}"
GUIDE = f"""
guide:
  csdrg:
    datasets:
      AE: 'Told of AE {HOSTILE}'
  adrg:
    special_rules: [First said., Then said.]
"""


@pytest.fixture(scope="session")
def built(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study, published as final: every finding has an explanation. Not to be changed."""
    files = dict(tiny.FILES)
    start = "  - {parameter: SSTDTC, value: 2024-01-02, reference: ISO 8601}\n  - {parameter: SEN"
    assert "  - {parameter: SEN" in files["study.yaml"]
    files["study.yaml"] = files["study.yaml"].replace("  - {parameter: SEN", start) + GUIDE
    folder = tmp_path_factory.mktemp("packaging")
    study = tiny.write(folder / "study", files)
    with pytest.MonkeyPatch.context() as patch:
        # What they find is not the matter here, and they take most of the time.
        patch.setattr(crosswalk.build, "run_suites", lambda *_, **__: ({}, []))
        package = make_package(study)
    report = package.report
    explained = tuple(
        (f, Explanation(f.rule, f"Kept: {f.rule}", "A. Author", "2024-09-01"))
        for f in report.unexplained
    )
    assert {f.rule for f, _ in explained} >= {"ts.required"}
    final = replace(package, report=replace(report, explained=explained, unexplained=()))
    publish(final, folder / "out")
    return folder / "out"


@pytest.fixture(scope="session")
def rehashed() -> Callable[[Path], None]:
    """Give the files of a build a manifest that fits them as they are now."""

    def rehash(build: Path) -> None:
        path = build / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        there = sorted(p for p in build.rglob("*") if p.is_file() and p != path)
        manifest["outputs"] = {p.relative_to(build).as_posix(): sha256(p) for p in there}
        path.write_text(json.dumps(manifest), encoding="utf-8")

    return rehash


@pytest.fixture
def build(built: Path, tmp_path: Path) -> Path:
    """A copy of the final build that may be changed."""
    return Path(shutil.copytree(built, tmp_path / "build"))


@pytest.fixture
def change(rehashed: Callable[[Path], None]) -> Callable[..., None]:
    """Change the records of a dataset of a build, which stays one as published."""

    def changed(build: Path, file: str, work: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        path = build / file
        read = read_transport(path)
        frame = work(read.frame).reset_index(drop=True)
        stamp = datetime(2024, 9, 1)  # noqa: DTZ001 - XPT has no zone
        write_xpt(path, frame, read.columns, name=read.name, label=read.label, created=stamp)
        rehashed(build)

    return changed


@pytest.fixture
def no_guides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guides of a few bytes, for tests of something else."""

    def made(*_: object) -> list[Guide]:
        files = {"pdf": b"%PDF-1.4 a guide", "html": b"<p>a guide"}
        return [Guide("csdrg", "SDTM", files, ()), Guide("adrg", "ADaM", files, ())]

    monkeypatch.setattr(crosswalk.package.make, "guides_of", made)


@pytest.fixture
def no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guides as pages only, for tests that read these: PDFs take their time."""
    monkeypatch.setattr(crosswalk.guides.make, "to_pdf", lambda *_: b"%PDF-1.4 a guide")
