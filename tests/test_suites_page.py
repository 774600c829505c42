"""The page on suites is true: its code runs a package's suite without Crosswalk; `docs gx` too."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from crosswalk.cli import app
from crosswalk.manifest import sha256
from define.model import Codelist, Dataset, Term, Variable
from define.xpt import write_dataset
from mappings.load import load_yaml
from mappings.schemas import check_schema
from validation.suites import suite, suite_json

PAGE = (Path(__file__).parents[1] / "docs/howto-suites.md").read_text(encoding="utf-8")
M5 = "m5/datasets/s/tabulations/sdtm"
YN = Codelist("NY", "No Yes Response", terms=(Term("N"), Term("Y")))
DATASET = Dataset(
    "AE",
    "Adverse Events",
    "EVENTS",
    "One record",
    (
        Variable("USUBJID", "Subject", "text", False, 7, 1, mandatory=True, key_sequence=1),
        Variable("AESEQ", "Number", "integer", True, 8, 2, mandatory=True, key_sequence=2),
        Variable("AESER", "Serious", "text", False, 1, 3, codelist=YN),
        Variable("AESTDY", "Start", "integer", True, 8, 4),
        Variable("AEENDY", "End", "integer", True, 8, 5),
        Variable("ASTDT", "Date", "integer", True, 8, 6, format="DATE9."),
    ),
    3,
    domain="AE",
)
FRAME = pd.DataFrame(
    {
        "USUBJID": pd.Series(["S-1", "S-1", "S-2"], dtype="str"),
        "AESEQ": [1.0, 2.0, 1.0],
        "AESER": pd.Series(["Y", "", "N"], dtype="str"),
        "AESTDY": [1.0, 3.0, float("nan")],
        "AEENDY": [2.0, float("nan"), 4.0],
        "ASTDT": [23376.0, float("nan"), 23377.0],
    }
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of one dataset with its suite and manifest."""
    folder = tmp_path / "package"
    for part in (M5, "reports/suites"):
        (folder / part).mkdir(parents=True)
    write_dataset(folder / M5 / "ae.xpt", FRAME, DATASET, datetime(2024, 1, 1, tzinfo=UTC))
    (folder / "reports/suites/ae.json").write_text(suite_json(suite(DATASET)), encoding="ascii")
    (folder / "reports/suites/cm.json").write_text(suite_json(suite(DATASET)), encoding="ascii")
    files = [p for p in folder.rglob("*") if p.is_file()]
    outputs = {p.relative_to(folder).as_posix(): sha256(p) for p in files}
    manifest = {"study": "S", "outputs": outputs}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="ascii")
    return folder


def test_the_code_of_the_page_runs_and_edits_a_suite_without_crosswalk(
    package: Path, tmp_path: Path
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    edited = json.loads((package / "reports/suites/ae.json").read_text(encoding="ascii"))
    for one in edited["expectations"]:
        if one["kwargs"].get("value_set") == ["", "N", "Y"]:
            one["kwargs"]["value_set"] = ["", "Y"]
    (tmp_path / "edited.json").write_text(json.dumps(edited), encoding="ascii")
    xpt = package / M5 / "ae.xpt"
    code += f"""
import sys
good = run({str(package / "reports/suites/ae.json")!r}, {str(xpt)!r})
bad = run({str(tmp_path / "edited.json")!r}, {str(xpt)!r})
ours = [m for m in sys.modules if m.split(".")[0] in ("crosswalk", "mappings", "validation")]
print("RESULT", good.success, len(good.results), failing(good), failing(bad), ours)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={"PATH": "", "HOME": str(tmp_path), "GX_ANALYTICS_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout.partition("RESULT ")[2].strip()
    assert told.startswith(f"True {len(suite(DATASET)['expectations'])} [] [("), done.stderr
    assert told.count("expect_column_values_to_be_in_set") == 1
    assert told.endswith("[]")


def test_the_expectations_of_the_page_are_the_language(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "expectations.yaml").write_text(text, encoding="utf-8")
    document = load_yaml(tmp_path / "expectations.yaml", "expectations.yaml")
    assert check_schema(document, "expectations") == []
    assert len(document.data) == 4


def docs(*words: object) -> Result:
    return CliRunner().invoke(app, ["docs", "gx", *map(str, words)])


def test_data_docs_are_built_outside_the_package(package: Path, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in package.rglob("*") if p.is_file()}
    out = tmp_path / "pages"
    done = docs(package, "-o", out, "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    assert (told["passed"], told["failed"], told["without records"]) == (["AE"], [], ["CM"])
    assert "AE" in (out / "index.html").read_text(encoding="utf-8")
    assert {p: p.read_bytes() for p in package.rglob("*") if p.is_file()} == before
    assert [p.name for p in tmp_path.iterdir() if "unfinished" in p.name] == []


def test_data_docs_are_refused_in_words(package: Path, tmp_path: Path) -> None:
    def said(*words: object) -> str:
        done = docs(*words)
        assert done.exit_code == 2, done.output
        return " ".join(done.output.split())

    assert "is inside the package" in said(package, "-o", package / "pages")
    assert "is there already" in said(package, "-o", tmp_path)
    assert "there is no manifest.json" in said(tmp_path, "-o", tmp_path / "p")
    assert "there is no suite" in said(package, "-o", tmp_path / "p", "--suites", tmp_path)
    (package / "reports/suites/ae.json").write_text("{}", encoding="ascii")
    told = said(package, "-o", tmp_path / "p")
    assert "is not the file that was published; edited suites belong in a folder" in told
    (tmp_path / "own").mkdir()
    (tmp_path / "own/ae.json").write_text("{", encoding="ascii")
    assert "is no suite: " in said(package, "-o", tmp_path / "p", "--suites", tmp_path / "own")
    assert not (tmp_path / "p").exists()
