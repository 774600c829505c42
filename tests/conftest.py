"""What tests of every package share: the reference study, a copy of it, a built package."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import mappings
from crosswalk.build import Package, make_package

REFERENCE = Path(mappings.__file__).parent / "cea_cart"


@pytest.fixture(scope="session")
def reference_study() -> Path:
    """The folder of the reference study, as it came with the package under test."""
    return REFERENCE


@pytest.fixture
def study_copy(tmp_path: Path) -> Path:
    """A copy of the reference study that may be changed, in ``study`` below tmp_path."""
    place = tmp_path / "study"
    leave = shutil.ignore_patterns("generator", "__pycache__")
    shutil.copytree(REFERENCE, place, ignore=leave)
    return place


@pytest.fixture(scope="session")
def reference() -> Package:
    """The reference study built in memory; it takes a while, once per worker."""
    return make_package(REFERENCE)
