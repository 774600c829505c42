"""The bench on which rules of ADaM are tried."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _load() -> ModuleType:
    """`bench.py` as a module: tests are no package that could be imported."""
    name = "adam_bench"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("bench.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def rules(tmp_path: Path) -> Any:
    """Rules over AE: `values`, `faults`, `run`."""
    return _load().Bench(tmp_path)


@pytest.fixture
def bds(tmp_path: Path) -> Any:
    """As `rules`, of a basic data structure."""
    return _load().Bench(tmp_path, "BDS")


@pytest.fixture(scope="session")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """As `rules`, for properties that are tried many times."""
    return _load().Bench(tmp_path_factory.mktemp("bench"), "BDS")


@pytest.fixture(scope="session")
def table() -> Any:
    """A frame of AE from columns of cells."""
    return _load().table
