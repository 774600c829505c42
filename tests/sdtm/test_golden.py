"""Transport files of the tiny study, byte for byte.

After an intended change look at what changed, then write the files anew:

    CROSSWALK_WRITE_GOLDEN=1 pytest tests/sdtm/test_golden.py
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from define.describe import creation_time, describe_adam, describe_sdtm
from define.xpt import write_dataset

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = ("TS", "DM", "SE", "SV", "EX", "AE", "LB", "RS", "SUPPAE", "SUPPDM")
ANALYSIS = ("ADSL", "ADAE", "ADRS", "ADTTE")


@pytest.fixture(scope="module")
def written(base: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    study = base.plan.study
    documents = (
        describe_sdtm(base.plan.sdtm, base.sdtm, "0")[0],
        describe_adam(base.plan.adam, base.adam, "0")[0],
    )
    stamp = datetime.fromisoformat(creation_time(study))
    for document in documents:
        for dataset in document.datasets:
            frame = base[dataset.name]
            path = folder / dataset.file
            write_dataset(path, frame, dataset, stamp, encoding=study.encoding)
    if os.environ.get("CROSSWALK_WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        for path in sorted(folder.glob("*.xpt")):
            (GOLDEN / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("name", [*NAMES, *ANALYSIS])
def test_the_bytes_are_those_of_the_golden_file(written: Path, name: str) -> None:
    file = f"{name.lower()}.xpt"
    assert (written / file).read_bytes() == (GOLDEN / file).read_bytes()


def test_there_is_a_golden_file_for_each_dataset_and_no_other(written: Path) -> None:
    expected = sorted(f"{n.lower()}.xpt" for n in (*NAMES, *ANALYSIS))
    assert sorted(p.name for p in written.iterdir()) == expected
    assert sorted(p.name for p in GOLDEN.glob("*.xpt")) == expected


@pytest.mark.parametrize("name", ["AE", "LB", "ADSL"])
def test_the_golden_file_holds_the_records(base: Any, name: str) -> None:
    frame, facts = pyreadstat.read_xport(str(GOLDEN / f"{name.lower()}.xpt"))
    assert facts.column_names == list(base[name].columns)
    for column in facts.column_names:
        shown, expected = frame[column].tolist(), base[name][column].tolist()
        if base[name][column].dtype == "str":
            assert [v or "" for v in shown] == expected
    assert len(frame) == len(base[name])
