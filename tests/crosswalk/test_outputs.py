"""`outputs` of study.yaml: Dataset-JSON beside the transport files, the same data in it."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from typer.testing import CliRunner

from crosswalk.build import build
from crosswalk.cli import app
from define.dataset_json import read_dataset_json
from define.xpt_read import read_xpt


def load_tiny() -> ModuleType:
    path = Path(__file__).parents[1] / "tiny.py"
    spec = importlib.util.spec_from_file_location("tiny_of_outputs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tiny = load_tiny()


def study(folder: Path, outputs: str) -> Path:
    files = dict(tiny.FILES)
    files["study.yaml"] = tiny.text(files["study.yaml"]) + f"outputs: {outputs}\n"
    written: Path = tiny.write(folder, files)
    return written


def test_they_hold_what_the_transport_files_hold(tmp_path: Path) -> None:
    folder = study(tmp_path / "study", "[dataset-json, ndjson]")
    build(folder, tmp_path / "out")
    package = tmp_path / "out"
    transports = sorted(package.rglob("*.xpt"))
    assert transports
    outputs = json.loads((package / "manifest.json").read_text("utf-8"))["outputs"]
    for path in transports:
        frame, columns, name, label = read_xpt(path)
        for end in (".json", ".ndjson"):
            other = path.with_suffix(end)
            read = read_dataset_json(other)
            pd.testing.assert_frame_equal(read.frame, frame, check_exact=True)
            assert (read.name, read.label) == (name, label)
            told = [(c.name, c.label, c.numeric, c.format) for c in read.columns]
            assert told == [(c.name, c.label, c.numeric, c.format) for c in columns]
            digest = hashlib.sha256(other.read_bytes()).hexdigest()
            assert outputs[other.relative_to(package).as_posix()] == digest
    checked = CliRunner().invoke(app, ["check", str(package)])
    assert "package.extra" not in checked.output
    build(folder, tmp_path / "again")
    for path in package.rglob("*json"):
        again = tmp_path / "again" / path.relative_to(package)
        assert path.read_bytes() == again.read_bytes()
    same = CliRunner().invoke(app, ["compare", str(package), str(tmp_path / "again")])
    assert same.exit_code == 0, same.output


def test_without_the_key_there_is_none(tmp_path: Path) -> None:
    build(tiny.write(tmp_path / "study", tiny.FILES), tmp_path / "out")
    assert not list((tmp_path / "out" / "m5").rglob("*json"))


@pytest.mark.parametrize("outputs", ["[parquet]", "dataset-json", "[]", "[ndjson, ndjson]"])
def test_what_is_no_output_is_a_fault(tmp_path: Path, outputs: str) -> None:
    folder = study(tmp_path / "study", outputs)
    result = CliRunner().invoke(app, ["build", str(folder), "-o", str(tmp_path / "out")])
    assert result.exit_code == 2, result.output
    assert "outputs" in result.output
    assert not (tmp_path / "out").exists()
