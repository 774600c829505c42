"""Named functions for `call`: registered by decorator, found by name, checked before the run."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from mappings.findings import SpecificationFault, SpecPlace
from mappings.load import spec_fault
from mappings.names import Function

_collected: list[Function] = []


def derivation(function: Function) -> Function:
    """Register a function for `call` under its own name.

    It gets a frame with the columns that the rule declares in `reads` and returns one value per
    row: text (missing is "") or numbers (missing is NaN).
    """
    _collected.append(function)
    return function


def study_functions(folder: Path) -> dict[str, Function]:
    """The functions registered in the study's derive.py; empty when there is none.

    Raises SpecificationFault when the file cannot be imported or gives two functions one name.
    """
    path = folder / "derive.py"
    if not path.exists():
        return {}
    _collected.clear()
    module = ModuleType("study_derive")
    module.__file__ = str(path)
    try:
        # Compiled from its text, because Python's import leaves a cache in the study's folder
        # and takes it for the file when a change keeps size and time.
        code = SourceFileLoader("study_derive", str(path)).source_to_code(
            path.read_bytes(), str(path)
        )
        exec(code, module.__dict__)
    except (Exception, SystemExit) as error:
        line = getattr(error, "lineno", None) or _line(error, path)
        place = SpecPlace("derive.py", line or 1, 1)
        message = f"cannot be imported: {type(error).__name__}: {error}"
        raise SpecificationFault([spec_fault("derive.import", message, place)]) from error
    found: dict[str, Function] = {}
    for function in _collected:
        name = function.__name__
        if name in found:
            place = SpecPlace("derive.py", function.__code__.co_firstlineno, 1)
            message = f"two functions are called '{name}'"
            raise SpecificationFault([spec_fault("derive.twice", message, place)])
        found[name] = function
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
