"""What an earlier package reported is compared with, if it is the file that was published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crosswalk.baseline import REPORT, BaselineRefused, read_baseline
from crosswalk.manifest import sha256
from mappings.findings import Finding, Severity
from sdtm.domains import SdtmPlan
from validation.exports import findings_json
from validation.report import DatasetRow, make_report


@pytest.fixture(scope="module")
def plan(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> SdtmPlan:
    made: SdtmPlan = tiny.plan(tmp_path_factory.mktemp("plan")).sdtm
    return made


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A package with nothing but its report."""
    found = [Finding("date.impossible", Severity.ERROR, "m", dataset="AE", scope="S")]
    report = make_report("TINY", found, datasets=[DatasetRow("AE", "x", "SDTM", 3, 4)])
    (tmp_path / "reports").mkdir()
    (tmp_path / REPORT).write_text(findings_json(report), encoding="ascii")
    _manifest(tmp_path, {REPORT: sha256(tmp_path / REPORT)})
    return tmp_path


def _manifest(folder: Path, outputs: dict[str, str]) -> None:
    content = {"study": "TINY", "status": "draft", "created": "2024-01-01", "outputs": outputs}
    (folder / "manifest.json").write_text(json.dumps(content), encoding="ascii")


def test_its_findings_and_records_are_read(plan: SdtmPlan, earlier: Path, tmp_path: Path) -> None:
    told = read_baseline(earlier, plan, tmp_path / "out").report
    assert told is not None
    assert told.name == "the draft package of 2024-01-01"
    assert [f.fingerprint for f in told.findings or ()] == [("date.impossible", "AE", "", "S")]
    assert told.records == {"AE": 3}


def test_a_package_without_a_report_is_said_to_have_none(
    plan: SdtmPlan, earlier: Path, tmp_path: Path
) -> None:
    _manifest(earlier, {})
    told = read_baseline(earlier, plan, tmp_path / "out").report
    assert told is not None
    assert told.findings is None


def test_a_report_that_is_not_the_published_one_is_refused(
    plan: SdtmPlan, earlier: Path, tmp_path: Path
) -> None:
    (earlier / REPORT).write_text("{}", encoding="ascii")
    with pytest.raises(BaselineRefused, match=r"findings\.json is not the file that its package"):
        read_baseline(earlier, plan, tmp_path / "out")
    (earlier / REPORT).unlink()
    with pytest.raises(BaselineRefused, match="cannot be read"):
        read_baseline(earlier, plan, tmp_path / "out")
