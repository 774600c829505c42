"""The records of the reference study as text."""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from crosswalk.build import Package
from define.model import Variable

INDEPENDENT = Path(__file__).parents[1] / "independent"
Texts = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="session")
def independent() -> Callable[[str], ModuleType]:
    """A module of `tests/independent`, by name: tests are no package that could be imported."""

    def module(name: str) -> ModuleType:
        full = f"independent_{name}"
        if full not in sys.modules:
            place = INDEPENDENT / f"{name}.py"
            spec = importlib.util.spec_from_file_location(full, place)
            assert spec is not None
            assert spec.loader is not None
            made = importlib.util.module_from_spec(spec)
            # Its dataclasses look their module up by name.
            sys.modules[full] = made
            spec.loader.exec_module(made)
        return sys.modules[full]

    return module


@pytest.fixture(scope="session")
def texts(reference: Package) -> Texts:
    """A dataset's records as text, by name: dates of ADaM in ISO 8601, missing as ``""``."""
    made: dict[str, pd.DataFrame] = {}
    variables = {d.name: d.variables for m in reference.documents for d in m.datasets}

    def of(name: str) -> pd.DataFrame:
        if name not in made:
            frame = reference.datasets[name].frame
            made[name] = pd.DataFrame(
                {v.name: _text(frame[v.name], v) for v in variables[name]}, dtype="str"
            )
        return made[name]

    return of


def _text(values: pd.Series, variable: Variable) -> list[str]:
    if not variable.numeric:
        return [str(v) for v in values]
    return [_one(float(v), variable.format) for v in values]


def _one(value: float, form: str) -> str:
    if math.isnan(value):
        return ""
    origin = np.datetime64("1960-01-01T00:00:00")
    if form.startswith("DATETIME"):
        return str(origin + np.timedelta64(round(value), "s"))
    if form.startswith("DATE"):
        return str(origin + np.timedelta64(round(value * 86400), "s"))[:10]
    return str(int(value)) if value.is_integer() else repr(value)
