"""What tests of every package share: the reference study, a copy, a package, the tiny study."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

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


@pytest.fixture(scope="session")
def tiny() -> ModuleType:
    """`tests/tiny.py` as a module: tests are no package that could be imported."""
    if "tiny" not in sys.modules:
        place = Path(__file__).with_name("tiny.py")
        spec = importlib.util.spec_from_file_location("tiny", place)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["tiny"] = module
        spec.loader.exec_module(module)
    return sys.modules["tiny"]


@pytest.fixture(scope="session")
def base(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The tiny study as it is, built once; not to be changed."""
    return tiny.build(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def build(tiny: ModuleType, tmp_path: Path) -> Callable[..., Any]:
    """Build the tiny study with files replaced (path to whole text) or edited (path to pairs)."""

    def made(changes: dict[str, Any], *, adam: bool = False) -> Any:
        files = dict(tiny.FILES)
        if not adam:
            files = {n: t for n, t in files.items() if not n.startswith("adam/")}
        for name, change in changes.items():
            if change is None:
                files.pop(name)
            elif isinstance(change, str):
                files[name] = change
            else:
                for old, new in change:
                    assert old in files[name], (name, old)
                    files[name] = files[name].replace(old, new)
        return tiny.build(tmp_path, files)

    return made
