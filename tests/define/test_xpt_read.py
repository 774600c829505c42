"""The reader against the writer, against pyreadstat's writer, and on files that are not whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import define.xpt_read
from define.xpt import Column, write_xpt
from define.xpt_read import XptUnreadable, read_chunks, read_transport, read_xpt

CREATED = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
COLUMNS = (
    Column("T", "Text", False, 12, "$12."),
    Column("N", "Number", True, 8, "8.2"),
    Column("D", "Date", True, 8, "DATE9."),
    Column("E", "Empty", False, 1),
)
FRAME = pd.DataFrame(
    {
        "T": pd.Series([" a b", "", "twelve bytes", "\u4e2d\u6587"], dtype="str"),
        "N": [1.5, np.nan, -0.1, 0.0],
        "D": [23000.0, np.nan, np.nan, np.nan],
        "E": pd.Series([""] * 4, dtype="str"),
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "x.xpt"
    write_xpt(
        target,
        FRAME,
        COLUMNS,
        name="X",
        label="A label",
        created=CREATED,
        encoding="utf-8",
        special={"D": ["", "A", "_", ""]},
    )
    return target


def test_everything_comes_back(path: Path, tmp_path: Path) -> None:
    read = read_transport(path)
    pd.testing.assert_frame_equal(read.frame, FRAME)
    assert read.columns == COLUMNS
    assert (read.name, read.label, read.created) == ("X", "A label", "03FEB24:04:05:06")
    assert {k: v.tolist() for k, v in read.special.items()} == {"D": ["", "A", "_", ""]}
    again = tmp_path / "again.xpt"
    write_xpt(
        again,
        read.frame,
        read.columns,
        name=read.name,
        label=read.label,
        created=CREATED,
        encoding="utf-8",
        special=read.special,
    )
    assert again.read_bytes() == path.read_bytes()
    frame, columns, name, label = read_xpt(path)
    assert (len(frame), columns, name, label) == (4, COLUMNS, "X", "A label")


@pytest.mark.parametrize("size", [1, 3])
def test_blocks_of_rows_do_not_show(path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(define.xpt_read, "_BLOCK_ROWS", (1, size))
    read = read_transport(path)
    pd.testing.assert_frame_equal(read.frame, FRAME)
    assert read.special["D"].tolist() == ["", "A", "_", ""]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=9),
            st.floats(
                allow_nan=False, min_value=-1e70, max_value=1e70, allow_subnormal=False
            ).filter(lambda x: x == 0 or abs(x) > 1e-70),
        ),
        max_size=20,
    )
)
def test_files_of_pyreadstat(tmp_path: Path, rows: list[tuple[str, float]]) -> None:
    frame = pd.DataFrame(
        {"T": pd.Series([r[0] for r in rows], dtype="str"), "N": [float(r[1]) for r in rows]}
    )
    other = str(tmp_path / "peer.xpt")
    pyreadstat.write_xport(frame, other, table_name="P", file_format_version=5)
    back, columns, name, _ = read_xpt(other)
    assert (name, [c.name for c in columns]) == ("P", ["T", "N"])
    assert back["T"].tolist() == [r[0].rstrip(" ") for r in rows]
    np.testing.assert_array_equal(back["N"], frame["N"])


@pytest.mark.parametrize("rows", [1, 3, 4, 5])
def test_chunks_are_the_whole(path: Path, rows: int) -> None:
    whole = read_transport(path)
    chunks = list(read_chunks(path, rows=rows))
    assert [len(c.frame) for c in chunks] == [min(rows, 4 - at) for at in range(0, 4, rows)]
    frame = pd.concat([c.frame for c in chunks], ignore_index=True)
    pd.testing.assert_frame_equal(frame, whole.frame)
    assert {c.columns for c in chunks} == {whole.columns}
    marks = [m for c in chunks for m in c.special.get("D", pd.Series([""] * len(c.frame)))]
    assert marks == whole.special["D"].tolist()


def test_chunks_of_no_rows_and_of_a_file_that_is_wrong_further_on(
    tmp_path: Path, path: Path
) -> None:
    empty = tmp_path / "empty.xpt"
    write_xpt(empty, FRAME.iloc[:0], COLUMNS, name="X", label="", created=CREATED)
    (only,) = read_chunks(empty)
    assert (len(only.frame), only.columns) == (0, COLUMNS)
    chunks = read_chunks(path, "ascii", rows=2)
    assert len(next(chunks).frame) == 2
    with pytest.raises(XptUnreadable, match=r"x\.xpt: T row 4 is not ascii"):
        next(chunks)


def data_part(path: Path) -> bytes:
    """The records after the head of the observations."""
    content = path.read_bytes()
    at = content.index(b"HEADER RECORD*******OBS     HEADER")
    return content[at:]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=9),
            st.floats(
                allow_nan=False, min_value=-1e70, max_value=1e70, allow_subnormal=False
            ).filter(lambda x: x == 0 or abs(x) > 1e-70)
            | st.just(float("nan")),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_a_file_of_others_is_written_again_with_the_same_data(
    tmp_path: Path, rows: list[tuple[str, float]]
) -> None:
    frame = pd.DataFrame(
        {
            "T": pd.Series([r[0] for r in rows], dtype="str"),
            # pyreadstat keeps the sign of zero, which the format has no use for.
            "N": [r[1] + 0.0 for r in rows],
        }
    )
    other, ours = tmp_path / "peer.xpt", tmp_path / "ours.xpt"
    pyreadstat.write_xport(frame, str(other), table_name="P", file_format_version=5)
    read = read_transport(other)
    write_xpt(
        ours,
        read.frame,
        read.columns,
        name=read.name,
        label=read.label,
        created=CREATED,
        special=read.special,
    )
    assert data_part(ours) == data_part(other)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    word = "caf\u00e9" if encoding == "latin-1" else "\u4e2d\u6587"
    frame = pd.DataFrame({"T": pd.Series([word, "", "a", word], dtype="str")})
    column = Column("T", word, False, 12)
    target = tmp_path / "x.xpt"
    write_xpt(target, frame, [column], name="X", label=word, created=CREATED, encoding=encoding)
    back, columns, _, label = read_xpt(target, encoding)
    pd.testing.assert_frame_equal(back, frame)
    assert (columns, label) == ((column,), word)
    if encoding != "utf-8":
        with pytest.raises(XptUnreadable):
            read_xpt(target)


def test_wrong_encoding_names_the_cell(path: Path) -> None:
    with pytest.raises(XptUnreadable, match=r"x\.xpt: T row 4 is not ascii"):
        read_xpt(path, "ascii")


@pytest.mark.parametrize("width", [1, 8, 39, 40, 79, 80, 200])
@pytest.mark.parametrize("rows", [0, 1, 2, 7, 80])
def test_rows_of_text_only_are_counted(tmp_path: Path, width: int, rows: int) -> None:
    frame = pd.DataFrame(
        {
            "T": pd.Series(
                ["x" if i % 3 == 0 or i == rows - 1 else "" for i in range(rows)], dtype="str"
            )
        }
    )
    target = tmp_path / "x.xpt"
    write_xpt(target, frame, [Column("T", "", False, width)], name="X", label="", created=CREATED)
    pd.testing.assert_frame_equal(read_xpt(target)[0], frame)


def test_no_variables(tmp_path: Path) -> None:
    write_xpt(tmp_path / "x", pd.DataFrame(), [], name="X", label="", created=CREATED)
    frame, columns, _, _ = read_xpt(tmp_path / "x")
    assert (frame.shape, columns) == ((0, 0), ())


def test_9999_variables(tmp_path: Path) -> None:
    columns = tuple(
        Column(f"V{i}", f"L{i}", i % 2 == 0, 8 if i % 2 == 0 else 3) for i in range(9999)
    )
    frame = pd.DataFrame({c.name: [1.0, 2.0] if c.numeric else ["a", "bcd"] for c in columns})
    target = tmp_path / "x"
    write_xpt(target, frame, columns, name="X", label="", created=CREATED)
    back, read, _, _ = read_xpt(target)
    assert read == columns
    assert back.iloc[1].tolist() == frame.iloc[1].tolist()
    _, meta = pyreadstat.read_xport(str(target), metadataonly=True)
    assert meta.column_names == [c.name for c in columns]


def test_short_numbers(tmp_path: Path, path: Path) -> None:
    """SAS may store a number in 2 to 8 bytes; the rest is zeros."""
    data = bytearray(path.read_bytes()[: 640 + 640 + 80])
    target = tmp_path / "short.xpt"
    write_xpt(target, FRAME[["N"]].head(1), [COLUMNS[1]], name="X", label="", created=CREATED)
    data = bytearray(target.read_bytes())
    data[640 + 4 : 640 + 6] = (3).to_bytes(2, "big")
    data[880:] = b"\x41\x18\0\xc1\x10\0.\0\0A\0\0".ljust(80)
    target.write_bytes(data)
    read = read_transport(target)
    assert read.columns[0].length == 3
    np.testing.assert_array_equal(read.frame["N"], [1.5, -1.0, np.nan, np.nan])
    assert read.special["N"].tolist() == ["", "", "", "A"]


def test_cut_anywhere_is_noticed(path: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    # 640 header, 4 descriptions in 560, one record of observations' header, 4 rows of 29 bytes.
    body = 640 + 560 + 80
    assert len(whole) == body + 160
    target = tmp_path / "cut.xpt"
    for size in [0, 79, 640, 719, 720, 800, 1200, 1279, body + 79, body + 81, body + 80]:
        target.write_bytes(whole[:size])
        with pytest.raises(XptUnreadable, match=r"cut\.xpt: "):
            read_xpt(target)


@pytest.mark.parametrize(
    ("at", "new", "reason"),
    [
        (20, b"LIBV8   ", "version 5 or 8"),
        (0, b"PK\x03\x04", "no transport file"),
        (3 * 80 + 74, b"0136", "140 bytes"),
        (7 * 80 + 54, b"0003", "observations is missing"),
        (7 * 80 + 54, b"00x4", "invalid literal"),
        (640, b"\x00\x03", "nothing that is known"),
        (640 + 140 + 8, b"T ", "same name"),
        (640 + 560 + 80 + 80, b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!", "more than one"),
    ],
)
def test_other_files(path: Path, at: int, new: bytes, reason: str) -> None:
    data = bytearray(path.read_bytes())
    data[at : at + len(new)] = new
    path.write_bytes(data)
    with pytest.raises(XptUnreadable, match=reason):
        read_xpt(path)
