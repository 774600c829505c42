"""manifest.json names every file that went in and came out, with its SHA-256."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from crosswalk.build import Package, make_package, publish
from crosswalk.version import version


def manifest(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return loaded


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def out(tiny_study: Path, tmp_path: Path) -> Path:
    place = tmp_path / "out"
    publish(make_package(tiny_study), place)
    return place


def test_every_output(out: Path) -> None:
    files = {
        p.relative_to(out).as_posix(): sha256(p)
        for p in out.rglob("*")
        if p.is_file() and p.name != "manifest.json"
    }
    assert manifest(out)["outputs"] == files
    assert list(files) != []


def test_every_input(out: Path, tiny_study: Path) -> None:
    files = {
        p.relative_to(tiny_study).as_posix(): sha256(p)
        for p in tiny_study.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert manifest(out)["inputs"] == files
    assert set(files) == {"study.yaml", "sdtm/dm.yaml", "raw/dm.csv", "derive.py"}


def test_head(out: Path) -> None:
    content = manifest(out)
    assert list(content) == [
        "study",
        "status",
        "created",
        "tool",
        "standards",
        "inputs",
        "outputs",
    ]
    assert content["study"] == "TINY01"
    assert content["status"] == "final"
    assert content["created"] == "2024-09-02T08:00:00"
    assert content["tool"] == {"name": "Crosswalk", "version": version()}
    assert content["standards"]["sdtmig"] == "3.4"


def test_no_place_of_this_machine(out: Path, tmp_path: Path) -> None:
    for path in out.rglob("*"):
        if path.is_file():
            assert str(tmp_path).encode() not in path.read_bytes(), path


def test_source_date_epoch(
    tiny_study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    publish(make_package(tiny_study), tmp_path / "out")
    assert manifest(tmp_path / "out")["created"] == "1970-01-02T00:00:00"


def test_inputs_of_the_reference_study(
    reference: Package, tmp_path: Path, reference_study: Path
) -> None:
    """All of the study but its generator, which no build needs."""
    publish(reference, tmp_path / "out")
    leave = shutil.ignore_patterns("generator", "__pycache__")
    shutil.copytree(reference_study, tmp_path / "copy", ignore=leave)
    files = {
        p.relative_to(tmp_path / "copy").as_posix(): sha256(p)
        for p in (tmp_path / "copy").rglob("*")
        if p.is_file()
    }
    assert manifest(tmp_path / "out")["inputs"] == files
