from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from define.model import Codelist, Dataset, Term, Variable


def _share(name: str) -> None:
    """A module beside this file under the name by which tests import it: they are no package."""
    for parent in ("tests", "tests.validation"):
        sys.modules.setdefault(parent, ModuleType(parent))
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"tests.validation.{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"tests.validation.{name}"] = module
    spec.loader.exec_module(module)


_share("reports")

YN = Codelist("NY", "No Yes Response", terms=(Term("N", "No"), Term("Y", "Yes")), ccode="C66742")


def variable(name: str, order: int, **facts: Any) -> Variable:
    given: dict[str, Any] = {"datatype": "text", "numeric": False, "length": 20} | facts
    if given["numeric"]:
        given |= {"length": 8}
    return Variable(name=name, label=name.title(), order=order, **given)


def dataset_of(name: str, *variables: Variable, records: int = 0) -> Dataset:
    return Dataset(name, f"{name} label", "EVENTS", "One record", variables, records, domain=name)


@pytest.fixture
def ae() -> Dataset:
    return dataset_of(
        "AE",
        variable("STUDYID", 1, mandatory=True, key_sequence=1),
        variable("USUBJID", 2, mandatory=True, key_sequence=2),
        variable("AESEQ", 3, numeric=True, datatype="integer", mandatory=True, key_sequence=3),
        variable("AETERM", 4, mandatory=True, length=12),
        variable("AESER", 5, codelist=YN, length=1),
        variable("AESTDTC", 6, datatype="partialDatetime"),
        variable("AESTDY", 7, numeric=True, datatype="integer"),
    )


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "STUDYID": ["S"] * 3,
            "USUBJID": ["S-01-001", "S-01-001", "S-01-002"],
            "AESEQ": [1.0, 2.0, 1.0],
            "AETERM": ["HEADACHE", "FEVER", "NAUSEA"],
            "AESER": ["Y", "", "N"],
            "AESTDTC": ["2024-01", "", "2024-02-03T10:15"],
            "AESTDY": [float("nan"), float("nan"), -1.0],
            "_form": pd.Series(["ae", "ae", "ae"], dtype="str"),
            "_row": [2, 3, 9],
        }
    )


@pytest.fixture
def change(frame: pd.DataFrame) -> Callable[[str, int, Any], pd.DataFrame]:
    def changed(column: str, row: int, value: Any) -> pd.DataFrame:
        other = frame.copy()
        other.loc[row, column] = value
        return other

    return changed
