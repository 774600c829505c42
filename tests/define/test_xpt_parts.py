"""Parts of a transport file hold the rows of the whole, each once, and none is too large."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from define import xpt_parts
from define.xport.columns import Column
from define.xpt import write_xpt
from define.xpt_parts import CannotSplit, plan_parts, write_parts
from define.xpt_read import read_transport

STAMP = datetime(2024, 9, 1)  # noqa: DTZ001 - XPT has no zone
COLUMNS = (
    Column("USUBJID", "Unique Subject Identifier", False, 6, ""),
    Column("LBCAT", "Category for Lab Test", False, 10, ""),
    Column("LBSTRESN", "Numeric Result", True, 8, ""),
)


def written(path: Path, frame: pd.DataFrame, name: str = "LB", columns: object = COLUMNS) -> Path:
    write_xpt(path, frame, columns, name=name, label="Laboratory", created=STAMP)  # type: ignore[arg-type]
    return path


def rows(subjects: list[str], categories: list[str]) -> pd.DataFrame:
    numbers = [float(i) for i in range(len(subjects))]
    frame = pd.DataFrame({"USUBJID": subjects, "LBCAT": categories, "LBSTRESN": numbers})
    return frame.astype({"USUBJID": "str", "LBCAT": "str"})


def size(path: Path) -> int:
    return path.stat().st_size


def test_by_category_where_that_is_enough(tmp_path: Path) -> None:
    frame = rows(["S1", "S2"] * 30, (["CHEMISTRY"] * 2 + ["URINE"] * 2) * 15)
    path = written(tmp_path / "lb.xpt", frame)
    parts = plan_parts(path, size(path) - 80)
    assert [(p.name, p.holds, p.rows) for p in parts.parts] == [
        ("LB01", "LBCAT CHEMISTRY", 30),
        ("LB02", "LBCAT URINE", 30),
    ]
    first, second = (read_transport(p) for p in write_parts(parts, tmp_path / "split"))
    assert (first.name, first.label, first.columns) == ("LB01", "Laboratory", COLUMNS)
    assert set(second.frame["LBCAT"]) == {"URINE"}
    assert first.frame["LBSTRESN"].is_monotonic_increasing


def test_by_subjects_where_a_category_is_too_large(tmp_path: Path) -> None:
    frame = rows(["S1"] * 20 + ["S2"] * 20 + ["S3"] * 20, ["CHEMISTRY"] * 59 + [""])
    path = written(tmp_path / "lb.xpt", frame)
    parts = plan_parts(path, size(path) - 400)
    assert [p.holds for p in parts.parts] == ["USUBJID from S1 to S2", "USUBJID S3"]


def test_names_of_eight_letters(tmp_path: Path) -> None:
    frame = rows(["S1"] * 40 + ["S2"] * 40, ["X"] * 80)
    path = written(tmp_path / "suppaexx.xpt", frame, "SUPPAEXX")
    parts = plan_parts(path, size(path) - 80)
    assert [p.file for p in parts.parts] == ["suppae01.xpt", "suppae02.xpt"]


def test_what_cannot_be_split(tmp_path: Path) -> None:
    one = written(tmp_path / "lb.xpt", rows(["S1"] * 90, ["X"] * 90))
    with pytest.raises(CannotSplit, match=r"lb\.xpt: the records of S1 alone are over 1,\d\d\d"):
        plan_parts(one, 1900)
    frame = rows(["S1"] * 90, ["X"] * 90)[["LBSTRESN"]]
    none = written(tmp_path / "ts.xpt", frame, "TS", COLUMNS[2:])
    with pytest.raises(CannotSplit, match="has no USUBJID that it could be split by"):
        plan_parts(none, size(none) - 80)
    many = [f"S{i}" for i in range(100) for _ in range(4)]
    path = written(tmp_path / "big.xpt", rows(many, ["X"] * 400))
    with pytest.raises(CannotSplit, match="would need 100 parts; there are names for 99"):
        plan_parts(path, 1400)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.lists(
        st.tuples(st.sampled_from(["S1", "S2", "S3", "S4"]), st.sampled_from(["", "A", "B b"])),
        min_size=20,
        max_size=120,
    ),
    cut=st.integers(1, 30),
    block=st.sampled_from([1, 100, 1000]),
)
def test_every_row_once_and_no_part_too_large(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    data: list[tuple[str, str]],
    cut: int,
    block: int,
) -> None:
    monkeypatch.setattr(xpt_parts, "_BLOCK_BYTES", block)
    path = written(tmp_path / "lb.xpt", rows([s for s, _ in data], [c for _, c in data]))
    limit = size(path) - 80 * cut
    try:
        parts = plan_parts(path, limit)
    except CannotSplit:
        counts = pd.Series([s for s, _ in data]).value_counts()
        alone = written(
            tmp_path / "one.xpt", rows(["S1"] * int(counts.max()), ["X"] * counts.max())
        )
        assert size(alone) > limit
        return
    paths = write_parts(parts, tmp_path / "split")
    assert [size(p) for p in paths] == [p.size for p in parts.parts]
    assert all(p.size <= limit for p in parts.parts)
    frames = [read_transport(p).frame for p in paths]
    again = pd.concat(frames).sort_values("LBSTRESN", ignore_index=True)
    pd.testing.assert_frame_equal(again, read_transport(path).frame)
    for variable in {parts.variable}:
        shared = [set(f[variable]) for f in frames]
        assert sum(map(len, shared)) == len(set.union(*shared))
