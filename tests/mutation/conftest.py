"""The modules of the mutation test under the names by which they import each other."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def _load(name: str) -> None:
    known = f"tests.mutation.{name}"
    for parent in ("tests", "tests.mutation"):
        sys.modules.setdefault(parent, ModuleType(parent))
    spec = importlib.util.spec_from_file_location(known, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[known] = module
    spec.loader.exec_module(module)


for _name in ("golden", "mutants", "probes", "words", "built", "named", "bench"):
    _load(_name)
