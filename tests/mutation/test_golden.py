"""The reference study against its golden files, every dataset, column, reason and finding.

After an intended change look at what changed, then write the files anew:

    CROSSWALK_WRITE_GOLDEN=1 pytest tests/mutation/test_golden.py
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from crosswalk.build import Package
from define.describe import creation_time
from define.xpt import write_dataset
from tests.mutation import golden

WRITE = "CROSSWALK_WRITE_GOLDEN"
OTHERS = ("account", "documents", "findings", "xpt")


@pytest.fixture(scope="module")
def told(reference: Package, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """The lines of every golden file, as this build gives them."""
    files = {n: golden.lines(f) for n, f in _facts(reference).items()}
    files["findings"] = _findings(reference)
    files["xpt"] = _transport(reference, tmp_path_factory.mktemp("xpt"))
    if os.environ.get(WRITE):
        golden.write(files)
    return files


def _facts(package: Package) -> dict[str, golden.Facts]:
    facts: dict[str, golden.Facts] = {"documents": {}}
    for metadata in package.documents:
        facts["documents"].update(golden.document_facts(metadata))
        for dataset in metadata.datasets:
            built = package.datasets[dataset.name]
            facts[dataset.name.lower()] = golden.dataset_facts(built, dataset)
    facts["account"] = golden.account_facts(package.account)
    return facts


def _findings(package: Package) -> list[str]:
    report = package.report
    lines = [f"explained {golden.finding_line(f)}" for f, _ in report.explained]
    lines += [f"unexplained {golden.finding_line(f)}" for f in report.unexplained]
    lines += [golden.finding_line(f) for f in report.notices]
    return sorted(lines)


def _transport(package: Package, folder: Path) -> list[str]:
    stamp = datetime.fromisoformat(creation_time(package.study))
    frames, lines = package.frames(), []
    for metadata in package.documents:
        for dataset in metadata.datasets:
            path = folder / dataset.file
            encoding = package.study.encoding
            write_dataset(path, frames[dataset.name], dataset, stamp, encoding=encoding)
            lines.append(f"{dataset.file} {sha256(path.read_bytes()).hexdigest()}")
    return lines


def test_every_line_is_that_of_the_golden_file(told: Mapping[str, list[str]]) -> None:
    wrong = [
        f"{name}.txt: {line}"
        for name, lines in told.items()
        for line in golden.changed(golden.read(name), lines)
    ]
    assert not wrong, f"look at each line, then set {WRITE}=1:\n" + "\n".join(wrong[:60])


def test_each_dataset_has_a_golden_file_and_no_other_is_there(reference: Package) -> None:
    assert golden.names() == sorted([*(n.lower() for n in reference.datasets), *OTHERS])


def test_the_reviewed_build_had_no_unexplained_finding() -> None:
    assert [t for t in golden.read("findings") if t.startswith("unexplained")] == []


def test_a_changed_line_is_shown_with_both_sides() -> None:
    assert golden.changed(["A 1", "B 2"], ["A 1", "B 3"]) == ["- B 2", "+ B 3"]
    assert golden.changed(["A", "B"], ["B", "A"]) == ["the order of the lines"]
    assert golden.changed(["A"], ["A"]) == []
