"""Version 8: longer names, labels and text; read back by pyreadstat and by ourselves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from define.model import Dataset, Variable
from define.xport.ibm import LARGEST, SMALLEST
from define.xpt import Column, XptRefusal, write_dataset, write_xpt
from define.xpt_read import XptUnreadable, read_head, read_transport

CREATED = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
LONG = "AnalysisValueOfTheFirstVisit_2024"[:32]
COLUMNS = (
    Column(LONG, "x" * 256, True, 8, "8.2"),
    Column("Text_of_many_bytes", "Short", False, 32767, "$200."),
    Column("C", "\u4e2d" * 20, False, 3),
)


def write(path: Path, frame: pd.DataFrame, columns: object = COLUMNS, **rest: object) -> None:
    told = {"name": "A_dataset_with_a_long_name", "label": "A label", "created": CREATED}
    write_xpt(path, frame, columns, version=8, encoding="utf-8", **told | rest)  # type: ignore[arg-type]


def frame_of(rows: int) -> pd.DataFrame:
    texts = ["", "a" * 32767, "\u4e2d" * 10_922]
    return pd.DataFrame(
        {
            LONG: pd.Series([1.5, np.nan, -0.1] * rows, dtype="float64").head(rows),
            "Text_of_many_bytes": pd.Series(texts * rows, dtype="str").head(rows),
            "C": pd.Series(["", "\u4e2d", "abc"] * rows, dtype="str").head(rows),
        }
    )


@pytest.mark.parametrize("rows", [0, 1, 3, 200])
def test_everything_comes_back(tmp_path: Path, rows: int) -> None:
    frame = frame_of(rows)
    special = {LONG: ["B" if pd.isna(v) else "" for v in frame[LONG]]}
    write(tmp_path / "x.xpt", frame, special=special)
    read = read_transport(tmp_path / "x.xpt")
    pd.testing.assert_frame_equal(read.frame, frame)
    assert (read.columns, read.name, read.label) == (
        COLUMNS,
        "A_dataset_with_a_long_name",
        "A label",
    )
    assert read.version == 8
    assert {k: v.tolist() for k, v in read.special.items()} == ({} if rows < 2 else special)
    assert read_head(tmp_path / "x.xpt") == (COLUMNS, read.name, "A label")


def test_pyreadstat_reads_it(tmp_path: Path) -> None:
    write(tmp_path / "x.xpt", frame_of(4))
    back, meta = pyreadstat.read_xport(str(tmp_path / "x.xpt"))
    assert meta.column_names == [c.name for c in COLUMNS]
    assert meta.column_labels == [c.label for c in COLUMNS]
    assert (meta.table_name, meta.file_label) == ("A_dataset_with_a_long_name", "A label")
    want = frame_of(4)
    np.testing.assert_array_equal(back[LONG], want[LONG])
    assert back["Text_of_many_bytes"].tolist() == want["Text_of_many_bytes"].tolist()
    assert back["C"].tolist() == want["C"].tolist()


def test_files_of_pyreadstat_are_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"A_long_name": ["x", "y" * 300], "b": [1.5, np.nan]})
    labels: list[str | None] = ["a" * 200, "\u4e2d" * 30]
    path = tmp_path / "x.xpt"
    pyreadstat.write_xport(
        frame, str(path), "f", labels, table_name="Long_table_name", file_format_version=8
    )
    read = read_transport(path)
    assert read.frame["A_long_name"].tolist() == ["x", "y" * 300]
    np.testing.assert_array_equal(read.frame["b"], frame["b"])
    assert [c.label for c in read.columns] == labels
    assert (read.name, read.label, read.version) == ("Long_table_name", "f", 8)


def test_text_over_200_bytes_in_version_5_is_read_though_never_written(tmp_path: Path) -> None:
    path = tmp_path / "x.xpt"
    frame = pd.DataFrame({"T": ["y" * 300, "x"]})
    pyreadstat.write_xport(frame, str(path), table_name="X", file_format_version=5)
    read = read_transport(path)
    assert (read.frame["T"].tolist(), read.columns[0].length) == (["y" * 300, "x"], 300)
    with pytest.raises(XptRefusal, match="not between 1 and 200"):
        write_xpt(path, read.frame, read.columns, name="X", label="", created=CREATED)


def test_a_last_row_of_blanks_is_kept(tmp_path: Path) -> None:
    frame = pd.DataFrame({"C": pd.Series(["a", "", ""], dtype="str")})
    write(tmp_path / "x.xpt", frame, [COLUMNS[2]])
    assert read_transport(tmp_path / "x.xpt").frame["C"].tolist() == ["a", "", ""]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(
        st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,31}", fullmatch=True),
        min_size=1,
        max_size=5,
        unique_by=str.upper,
    ),
    data=st.data(),
)
def test_frames_come_back(tmp_path: Path, names: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.integers(0, 12))
    plain = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs"]), max_size=60)
    doubles = st.floats(SMALLEST, LARGEST) | st.sampled_from([0.0, -SMALLEST, np.nan])
    frame, columns = pd.DataFrame(index=range(rows)), []
    for name in names:
        numeric = data.draw(st.booleans())
        label = data.draw(plain.filter(lambda s: len(s.encode()) <= 256))
        columns.append(Column(name, label, numeric, 8 if numeric else 240))
        values = data.draw(st.lists(doubles if numeric else plain, min_size=rows, max_size=rows))
        frame[name] = pd.Series(values, dtype="float64" if numeric else "str")
    write(tmp_path / "x.xpt", frame, columns)
    read = read_transport(tmp_path / "x.xpt")
    assert read.columns == tuple(columns)
    pd.testing.assert_frame_equal(read.frame, frame, check_index_type=False)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (Column("x" * 33, "", True, 8), "33 bytes, over 32"),
        (Column("A b", "", True, 8), "not a SAS name of letters"),
        (Column("A", "x" * 257, True, 8), "257 bytes, over 256"),
        (Column("A", "\u4e2d" * 86, True, 8), "258 bytes, over 256"),
        (Column("A", "", False, 32768), "between 1 and 32767"),
        (Column("A", "", True, 8, "LONGFORMAT9."), "over 8"),
        (Column("c", "", True, 8), "used twice"),
    ],
)
def test_refused(tmp_path: Path, column: Column, reason: str) -> None:
    with pytest.raises(XptRefusal) as caught:
        write(tmp_path / "x.xpt", frame_of(1), [COLUMNS[2], column])
    assert reason in str(caught.value)
    assert not (tmp_path / "x.xpt").exists()


def test_infinity_and_unknown_versions_are_refused(tmp_path: Path) -> None:
    column = Column("N", "", True, 8)
    with pytest.raises(XptRefusal, match="infinity"):
        write(tmp_path / "x.xpt", pd.DataFrame({"N": [np.inf]}), [column])
    with pytest.raises(XptRefusal, match="there is no version 6; there are 5 and 8"):
        write_xpt(
            tmp_path / "x.xpt",
            pd.DataFrame({"N": [1.0]}),
            [column],
            name="X",
            label="",
            created=CREATED,
            version=6,
        )


def test_cut_anywhere_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x.xpt"
    write(path, frame_of(3)[[LONG, "C"]], [COLUMNS[0], COLUMNS[2]])
    whole = path.read_bytes()
    for size in range(0, len(whole), 40):
        path.write_bytes(whole[:size])
        with pytest.raises(XptUnreadable, match=r"x\.xpt: "):
            read_transport(path)
    path.write_bytes(whole + b" " * 80)
    with pytest.raises(XptUnreadable, match="does not hold the 3 rows it says"):
        read_transport(path)


def test_long_formats_and_labels_of_a_variable_that_is_not_there(tmp_path: Path) -> None:
    """Formats over 8 bytes are read (part LABELV9), as SAS writes them; we write none."""
    path = tmp_path / "x.xpt"
    write(path, frame_of(1)[[LONG, "C"]], [COLUMNS[0], COLUMNS[2]])
    whole = path.read_bytes()
    at = whole.index(b"HEADER RECORD*******LABELV8")
    end = whole.index(b"HEADER RECORD*******OBSV8")
    name, label = LONG.encode(), b"A label told here"
    head = whole[at : at + 80].replace(b"LABELV8", b"LABELV9").replace(b"!2 ", b"!1 ")
    for number, good in ((1, True), (9, False)):
        sizes = b"".join(n.to_bytes(2, "big") for n in (number, len(name), 12, 0, len(label)))
        body = sizes + name + b"MYLONGFORMAT" + label
        path.write_bytes(whole[:at] + head + body.ljust(-(-len(body) // 80) * 80) + whole[end:])
        if good:
            (column, _), _, _ = read_head(path)
            assert (column.label, column.format) == ("A label told here", "MYLONGFORMAT.")
        else:
            with pytest.raises(XptUnreadable, match="long label is of a variable"):
                read_head(path)


def test_write_dataset(tmp_path: Path) -> None:
    variable = Variable("LongerThanEight", "Text", "text", False, 300, 1)
    dataset = Dataset("LONGER_NAME", "Label", "BASIC", "One per row", (variable,), 1)
    frame = pd.DataFrame({"LongerThanEight": ["x" * 300]})
    write_dataset(tmp_path / "x.xpt", frame, dataset, CREATED, version=8)
    assert read_transport(tmp_path / "x.xpt").frame.equals(frame)
    with pytest.raises(XptRefusal, match="not a SAS name of capitals"):
        write_dataset(tmp_path / "y.xpt", frame, dataset, CREATED)
