"""Named functions for `call`: registered by decorator, found by name, checked before the run."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from mappings.findings import SpecificationFault, SpecPlace
from mappings.load import spec_fault
from mappings.names import Function

_collected: dict[str, Function] = {}


def derivation(function: Function) -> Function:
    """Register a function for `call` under its own name.

    It gets a frame with the columns that the rule declares in `reads` and returns one value per
    row: text (missing is "") or numbers (missing is NaN).
    """
    _collected[function.__name__] = function
    return function


def study_functions(folder: Path) -> dict[str, Function]:
    """The functions registered in the study's derive.py; empty when there is none.

    Raises SpecificationFault when the file cannot be imported.
    """
    path = folder / "derive.py"
    if not path.exists():
        return {}
    _collected.clear()
    spec = importlib.util.spec_from_file_location("study_derive", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        line = getattr(error, "lineno", None) or _line(error, path)
        place = SpecPlace("derive.py", line or 1, 1)
        message = f"cannot be imported: {type(error).__name__}: {error}"
        raise SpecificationFault([spec_fault("derive.import", message, place)]) from error
    found = dict(_collected)
    _collected.clear()
    return found


def _line(error: BaseException, path: Path) -> int:
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
