from __future__ import annotations

from pathlib import Path

import pytest

from mappings.findings import SpecificationFault
from mappings.registry import study_functions

IMPORT = "from mappings.registry import derivation\n"


def write(folder: Path, text: str) -> Path:
    (folder / "derive.py").write_text(text)
    return folder


def fault(folder: Path, text: str) -> str:
    with pytest.raises(SpecificationFault) as caught:
        study_functions(write(folder, text))
    return str(caught.value)


def test_only_registered_functions(tmp_path: Path) -> None:
    assert study_functions(tmp_path) == {}
    text = f"{IMPORT}@derivation\ndef b(d): pass\n@derivation\ndef a(d): pass\ndef c(d): pass\n"
    assert list(study_functions(write(tmp_path, text))) == ["b", "a"]


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    study_functions(write(tmp_path, f"{IMPORT}\n@derivation\ndef a(d): return 1\n"))
    assert [p.name for p in tmp_path.iterdir()] == ["derive.py"]
    # a change that keeps size and time of the file is seen
    found = study_functions(write(tmp_path, f"{IMPORT}\n@derivation\ndef a(d): return 2\n"))
    assert found["a"](None) == 2  # type: ignore[arg-type]
    other = tmp_path / "other"
    other.mkdir()
    assert study_functions(write(other, "x = 1\n")) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\ny = 1 / 0\n", ("derive.py:2:1: cannot be imported: ZeroDivisionError: division by "
         "zero")),
        ("import nonesuch_module\n", ("derive.py:1:1: cannot be imported: ModuleNotFoundError: No "
         "module named 'nonesuch_module'")),
        ("def f():\n    raise KeyError('k')\n\n\nf()\n",
         "derive.py:2:1: cannot be imported: KeyError: 'k'"),
        ("import sys\nsys.exit(3)\n", "derive.py:2:1: cannot be imported: SystemExit: 3"),
        (f"{IMPORT}@derivation\ndef a(d): return d\n@derivation\ndef a(d): return d\n",
         "derive.py:4:1: two functions are called 'a'"),
    ],
)  # fmt: skip
def test_faults(tmp_path: Path, text: str, message: str) -> None:
    assert fault(tmp_path, text) == message


def test_a_syntax_fault_has_its_line(tmp_path: Path) -> None:
    assert fault(tmp_path, "x = 1\ndef (\n").startswith(
        "derive.py:2:1: cannot be imported: SyntaxError: "
    )


def test_a_fault_leaves_no_function_for_the_next_study(tmp_path: Path) -> None:
    fault(tmp_path, f"{IMPORT}@derivation\ndef a(d): return d\n1 / 0\n")
    text = f"{IMPORT}@derivation\ndef b(d): return d\n"
    assert list(study_functions(write(tmp_path, text))) == ["b"]
