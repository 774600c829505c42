"""What is written is read back by pyreadstat; what cannot be held is refused, with its row."""

from __future__ import annotations

import pickle
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import define.xpt
from define.model import Dataset, Variable
from define.xport.ibm import LARGEST, SMALLEST
from define.xport.text import TextCells
from define.xpt import Column, XptRefusal, write_dataset, write_xpt

CREATED = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
TEXT = Column("T", "Text", False, 10)
NUMBER = Column("N", "Number", True, 8)

ascii_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10)
any_text = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\xa0\u3000"), max_size=10
).filter(lambda s: len(s.encode()) <= 40)
storable = st.one_of(
    st.just(float("nan")),
    st.sampled_from([0.0, -0.0, 2.0**53, -(2.0**53) + 1, SMALLEST, -SMALLEST, LARGEST, 0.1, 1 / 3]),
    st.floats(min_value=SMALLEST, max_value=LARGEST),
    st.floats(min_value=-LARGEST, max_value=-SMALLEST),
    st.integers(-(2**53), 2**53).map(float),
)
in_a_folder = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def write(path: Path, frame: pd.DataFrame, columns: list[Column], **rest: object) -> None:
    write_xpt(path, frame, columns, name="X", label="A label", created=CREATED, **rest)  # type: ignore[arg-type]


def read(path: Path) -> pd.DataFrame:
    frame, _ = pyreadstat.read_xport(str(path))
    return frame


def refusal(path: Path, values: object, column: Column, **rest: object) -> XptRefusal:
    frame = pd.DataFrame({column.name: values})
    with pytest.raises(XptRefusal) as caught:
        write(path / "x.xpt", frame, [column], **rest)
    assert not (path / "x.xpt").exists()
    assert (caught.value.dataset, caught.value.variable) == ("X", column.name)
    return caught.value


@in_a_folder
@given(data=st.data())
def test_frames_come_back(tmp_path: Path, data: st.DataObject) -> None:
    encoding, cells, width = data.draw(
        st.sampled_from([("ascii", ascii_text, 10), ("utf-8", any_text, 40)])
    )
    rows = data.draw(st.integers(0, 30))
    columns: list[Column] = []
    frame = pd.DataFrame(index=range(rows))
    for i in range(data.draw(st.integers(1, 6))):
        numeric = i == 0 or data.draw(st.booleans())
        values = data.draw(st.lists(storable if numeric else cells, min_size=rows, max_size=rows))
        columns.append(Column(f"V{i}", f"Label {i}", numeric, 8 if numeric else width))
        frame[f"V{i}"] = pd.Series(values, dtype="float64" if numeric else "str")
    write(tmp_path / "x.xpt", frame, columns, encoding=encoding)
    back, meta = pyreadstat.read_xport(str(tmp_path / "x.xpt"))
    assert meta.column_names == [c.name for c in columns]
    assert meta.column_labels == [c.label for c in columns]
    assert (meta.table_name, meta.file_label) == ("X", "A label")
    assert len(back) == rows
    for column in columns:
        if column.numeric:
            np.testing.assert_array_equal(
                back[column.name].to_numpy(dtype=float), frame[column.name].to_numpy()
            )
        else:
            want = [v.rstrip(" ") for v in frame[column.name]]
            assert [v or "" for v in back[column.name].fillna("")] == want


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_blocks_of_rows_do_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    rows = 1001
    text = pa.chunked_array(
        [
            pa.array([f"t{i}" if i % 7 else None for i in range(a, a + 143)])
            for a in range(0, rows, 143)
        ]
    )
    frame = pd.DataFrame(
        {
            "T": pd.Series(text.to_pandas(), dtype="str"),
            "A": pd.Series(text, dtype=pd.ArrowDtype(pa.string())),
            "C": pd.Categorical([f"c{i % 5}" if i % 3 else None for i in range(rows)]),
            "O": pd.Series([None if i % 4 else "o" * (i % 11) for i in range(rows)], dtype=object),
            "N": np.where(np.arange(rows) % 5 == 0, np.nan, np.arange(rows) / 7),
            "I": pd.Series(range(rows), dtype="Int64").mask(np.arange(rows) % 2 == 0),
        }
    )
    columns = [Column(c, "", c in "NI", 8 if c in "NI" else 10) for c in "TACONI"]
    special = {"N": ["A" if i % 10 == 0 else "" for i in range(rows)]}
    write(tmp_path / "whole", frame, columns, special=special)
    monkeypatch.setattr(define.xpt, "_BLOCK_ROWS", (1, size))
    write(tmp_path / "parts", frame, columns, special=special)
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "parts").read_bytes()
    back = read(tmp_path / "parts")
    for column in "TACO":
        want = frame[column].astype(object).where(frame[column].notna(), "")
        assert back[column].fillna("").tolist() == want.tolist()
    np.testing.assert_array_equal(back["N"], frame["N"])
    np.testing.assert_array_equal(back["I"], frame["I"].to_numpy(float, na_value=np.nan))


@pytest.mark.parametrize(
    "values",
    [
        ["a", ""],
        pd.Series(["a", None], dtype=object),
        pd.Series(["a", np.nan], dtype="str"),
        pd.Series(["a", None], dtype=pd.StringDtype("python")),
        pd.Series(["a", None], dtype="category"),
        pd.Series(["a", None], dtype=pd.ArrowDtype(pa.large_string())),
        pd.Series(["a", None], dtype=pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))),
        pd.Series(["b", "a", None], dtype="str").iloc[1:],
        pd.Series(["a", "x", ""], dtype="str").iloc[::2],
    ],
)
def test_every_kind_of_text(tmp_path: Path, values: object) -> None:
    frame = pd.DataFrame({"T": values, "N": 1.0})
    write(tmp_path / "x", frame, [TEXT, NUMBER])
    assert (tmp_path / "x").read_bytes()[1040:1058:] == b"a         \x41\x10\0\0\0\0\0\0"
    assert (tmp_path / "x").read_bytes()[1058:1068] == b" " * 10


@pytest.mark.parametrize(
    "values",
    [
        [1.0, None],
        [np.float32(1), None],
        pd.Series([1, None], dtype="Int64"),
        pd.Series([1, None], dtype="Float64"),
        pd.Series([True, None], dtype="boolean"),
        pd.Series([1, None], dtype=object),
        pd.Series([1, None], dtype=pd.ArrowDtype(pa.int32())),
        pd.Series([1, None], dtype=pd.ArrowDtype(pa.float64())),
        pd.Series([5.0, 1.0, np.nan]).iloc[1:],
    ],
)
def test_every_kind_of_number(tmp_path: Path, values: object) -> None:
    write(tmp_path / "x", pd.DataFrame({"N": values}), [NUMBER])
    assert (tmp_path / "x").read_bytes()[880:896] == b"\x41\x10" + bytes(6) + b"." + bytes(7)


@pytest.mark.parametrize(
    "values",
    [
        ["", ""],
        [None, None],
        [np.nan, np.nan],
        pd.Series(["", None], dtype="category"),
        pd.Series([pd.NaT, pd.NaT]),
        pd.Series([None, None], dtype=pd.ArrowDtype(pa.null())),
    ],
)
def test_all_missing_keeps_its_type(tmp_path: Path, values: object) -> None:
    frame = pd.DataFrame({"N": values, "T": values})
    write(tmp_path / "x", frame, [NUMBER, TEXT])
    back, meta = pyreadstat.read_xport(str(tmp_path / "x"))
    assert meta.readstat_variable_types == {"N": "double", "T": "string"}
    assert len(back) == 2
    assert (tmp_path / "x").read_bytes()[1040:1058] == b"." + bytes(7) + b" " * 10


@pytest.mark.parametrize(
    ("values", "row", "reason"),
    [
        (["fits", "eleven bytes"], 2, "12 bytes, over the length 10"),
        (["tab\there"], 1, "U+0009 is a control character"),
        (["", "", "nul\x00"], 3, "U+0000 is a control character"),
        (["a", "del\x7f"], 2, "U+007F is a control character"),
        (["a", "caf\u00e9"], 2, "U+00E9 is not ASCII"),
        (["\u4e2d"], 1, "U+4E2D is not ASCII"),
        (["\x85"], 1, "U+0085 is a control character"),
        ([1.0, 2.0], 0, "text is expected, the frame holds float64"),
        (pd.Series([None, 5], dtype=object), 2, "the cell holds int"),
        (pd.Series([b"raw"], dtype=object), 1, "the cell holds bytes"),
        (pd.Categorical([1, 2]), 0, "text is expected"),
        (pd.to_datetime(["2024-01-01"]), 0, "text is expected"),
        (["a", ""], 2, "would read as padding"),
        (["a", "  "], 2, "would read as padding"),
    ],
)
def test_text_refused(tmp_path: Path, values: object, row: int, reason: str) -> None:
    column = TEXT
    frame = pd.DataFrame({"T": values})
    with pytest.raises(XptRefusal) as caught:
        write(tmp_path / "x", frame, [column])
    assert (caught.value.row, reason in caught.value.reason) == (row, True), str(caught.value)
    assert caught.value.variable == ("" if "padding" in reason else "T")
    assert not (tmp_path / "x").exists()


def test_row_of_a_refusal_counts_over_blocks(tmp_path: Path) -> None:
    values = [f"{i}" for i in range(100_000)]
    values[77_777] = "too long for ten"
    assert refusal(tmp_path, values, TEXT).row == 77_778
    values[77_777] = "\x01"
    assert refusal(tmp_path, pd.Series(values, dtype=object), TEXT).row == 77_778
    numbers = np.arange(100_000.0)
    numbers[77_777] = np.inf
    assert refusal(tmp_path, numbers, NUMBER).row == 77_778


def test_text_of_200_bytes(tmp_path: Path) -> None:
    column = Column("T", "", False, 200)
    write(tmp_path / "y", pd.DataFrame({"T": ["x" * 200]}), [column])
    assert read(tmp_path / "y")["T"].tolist() == ["x" * 200]
    assert "201 bytes" in refusal(tmp_path, ["x" * 201], column).reason


@pytest.mark.parametrize("value", [2.0**-261, 5e-324, -2.2e-308, 2.0**252, -1e76, 1.7e308])
def test_number_out_of_range(tmp_path: Path, value: float) -> None:
    caught = refusal(tmp_path, [1.0, value], NUMBER)
    assert caught.row == 2
    assert repr(value) in caught.reason


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity(tmp_path: Path, value: float) -> None:
    assert "infinity" in refusal(tmp_path, [value, 1.0], NUMBER).reason


@pytest.mark.parametrize(
    ("values", "row", "reason"),
    [
        ([1, 2**53 + 1], 2, "2**53"),
        (pd.Series([1, 2**53 + 1], dtype="Int64"), 2, "2**53"),
        (pd.Series([2**64 - 1], dtype="uint64"), 1, "2**53"),
        (pd.Series([None, 2**53 + 1], dtype=object), 2, "2**53"),
        (["1", "2"], 0, "the frame holds str"),
        (pd.Series([1, "2"], dtype=object), 2, "the cell holds str"),
        (pd.Series([1, ""], dtype=object), 2, "the cell holds str"),
        (pd.Series([None, Decimal("0.1")], dtype=object), 2, "the cell holds Decimal"),
        (pd.to_datetime(["2024-01-01"]), 0, "datetime64"),
        ([1 + 2j], 0, "complex"),
        (pd.Categorical([1, 2]), 0, "category"),
    ],
)
def test_number_refused(tmp_path: Path, values: object, row: int, reason: str) -> None:
    caught = refusal(tmp_path, values, NUMBER)
    assert (caught.row, reason in caught.reason) == (row, True), str(caught)


def test_exact_integers_beyond_2_to_the_53(tmp_path: Path) -> None:
    write(tmp_path / "x", pd.DataFrame({"N": [2**53 + 2, -(2**60)]}), [NUMBER])
    assert read(tmp_path / "x")["N"].tolist() == [2.0**53 + 2, -(2.0**60)]


def test_special_missing_values(tmp_path: Path) -> None:
    frame = pd.DataFrame({"N": [1.0, np.nan, np.nan, np.nan, np.nan]})
    codes = ["", "A", ".Z", "_", "."]
    write(tmp_path / "x", frame, [NUMBER], special={"N": codes})
    data = (tmp_path / "x").read_bytes()[880:]
    assert [data[i : i + 8] for i in range(8, 40, 8)] == [
        c + bytes(7) for c in (b"A", b"Z", b"_", b".")
    ]
    assert read(tmp_path / "x")["N"].isna().tolist() == [False, True, True, True, True]


@pytest.mark.parametrize(
    ("codes", "row", "reason"),
    [
        (["A", ""], 1, "beside a number"),
        (["", "AA"], 2, "'AA' is no special missing value"),
        (["", "a"], 2, "'a' is no special"),
        ([""], 0, "1 special missing values for 2 rows"),
    ],
)
def test_special_refused(tmp_path: Path, codes: list[str], row: int, reason: str) -> None:
    caught = refusal(tmp_path, [1.0, np.nan], NUMBER, special={"N": codes})
    assert (caught.row, reason in caught.reason) == (row, True)


def test_special_needs_a_numeric_variable(tmp_path: Path) -> None:
    assert "numeric" in refusal(tmp_path, ["a"], TEXT, special={"T": ["A"]}).reason


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "shift_jis", "latin-1"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    word = "caf\u00e9" if encoding == "latin-1" else "\u4e2d\u6587"
    data = word.encode(encoding)
    column = Column("T", word, False, len(data))
    frame = pd.DataFrame({"T": [word, "", word, "a"]})
    write(tmp_path / "x", frame, [column], encoding=encoding)
    cells = (tmp_path / "x").read_bytes()[880:]
    assert cells == (data + b" " * len(data) + data + b"a".ljust(len(data))).ljust(80)
    short = Column("T", "", False, len(data) - 1)
    caught = refusal(tmp_path, ["a", word], short, encoding=encoding)
    assert (caught.row, f"{len(data)} bytes" in caught.reason) == (2, True)
    caught = refusal(
        tmp_path,
        ["a", "b", "\U0001f600" if encoding != "gb18030" else "\x80"],
        TEXT,
        encoding=encoding,
    )
    assert caught.row == 3


def test_utf8_counts_bytes_and_refuses_c1_controls(tmp_path: Path) -> None:
    column = Column("T", "", False, 6)
    write(
        tmp_path / "y", pd.DataFrame({"T": ["\u4e2d\u6587", "\u00e9"]}), [column], encoding="UTF8"
    )
    assert read(tmp_path / "y")["T"].tolist() == ["\u4e2d\u6587", "\u00e9"]
    caught = refusal(tmp_path, ["a", "\u4e2d\u6587\u4e2d"], column, encoding="utf-8")
    assert (caught.row, "9 bytes" in caught.reason) == (2, True)
    caught = refusal(tmp_path, ["a", "\u00e9\u0085"], column, encoding="utf-8")
    assert (caught.row, "U+0085" in caught.reason) == (2, True)


@pytest.mark.parametrize("encoding", ["utf-16", "cp037", "no-such-thing"])
def test_encoding_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(XptRefusal, match="encoding"):
        write(tmp_path / "x", pd.DataFrame({"T": ["a"]}), [TEXT], encoding=encoding)


def test_only_what_is_described_is_written(tmp_path: Path) -> None:
    frame = pd.DataFrame({"_form": ["ae"], "_row": [2], "T": ["a"]})
    write(tmp_path / "x", frame, [TEXT])
    assert read(tmp_path / "x").columns.tolist() == ["T"]
    with pytest.raises(XptRefusal, match=r"X\.U: the frame's column is not described"):
        write(tmp_path / "x", frame.assign(U=1), [TEXT])
    with pytest.raises(XptRefusal, match=r"X\.N: the frame has no such column"):
        write(tmp_path / "x", frame, [TEXT, NUMBER])
    twice = pd.concat([frame, frame[["T"]]], axis=1)
    with pytest.raises(XptRefusal, match=r"X\.T: the frame has two such columns"):
        write(tmp_path / "x", twice, [TEXT])
    with pytest.raises(XptRefusal, match="no variables"):
        write(tmp_path / "x", frame[["_row"]], [])


@pytest.mark.parametrize("rows", [0, 1, 100])
def test_many_variables(tmp_path: Path, rows: int) -> None:
    names = [f"V{i}" for i in range(500)]
    columns = [Column(n, n, i % 2 == 0, 8) for i, n in enumerate(names)]
    frame = pd.DataFrame({c.name: [1.5 if c.numeric else c.name] * rows for c in columns})
    write(tmp_path / "x", frame, columns)
    back, meta = pyreadstat.read_xport(str(tmp_path / "x"))
    assert meta.column_names == names
    assert len(back) == rows
    if rows:
        assert back.iloc[-1].tolist() == frame.iloc[-1].tolist()


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    with pytest.raises(OSError, match="No space"):
        write(full, pd.DataFrame({"T": ["a"] * 10_000}), [TEXT])
    assert full.exists()


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for rows in (10, 1_000_000):
        frame = pd.DataFrame({"T": ["a"] * rows})
        resource.setrlimit(resource.RLIMIT_FSIZE, (800, hard))
        try:
            with pytest.raises(OSError, match="too large"):
                write(tmp_path / "x", frame, [TEXT])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert not (tmp_path / "x").exists()


def test_memory_is_bounded_by_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes that numpy and Arrow hold while writing do not grow with the rows."""
    arrow: list[int] = []
    block = TextCells.block

    def watched(cells: TextCells, start: int, stop: int) -> object:
        result = block(cells, start, stop)
        arrow.append(pa.total_allocated_bytes())
        return result

    monkeypatch.setattr(TextCells, "block", watched)
    peaks = []
    for rows in (100_000, 800_000):
        frame = pd.DataFrame({"T": pd.Series(["a", ""] * (rows // 2), dtype="str"), "N": 1.0})
        before = pa.total_allocated_bytes()
        arrow.clear()
        tracemalloc.start()
        try:
            write(tmp_path / "x", frame, [Column("T", "", False, 200), NUMBER])
            peaks.append(tracemalloc.get_traced_memory()[1] + max(arrow) - before)
        finally:
            tracemalloc.stop()
    assert (tmp_path / "x").stat().st_size > 160_000_000
    assert max(peaks) < 40_000_000
    assert peaks[1] < peaks[0] * 1.2


def test_refusal_travels_between_processes() -> None:
    refused = XptRefusal("AE", "AETERM", 3, "too long")
    again = pickle.loads(pickle.dumps(refused))
    assert (str(again), again.row) == ("AE.AETERM row 3: too long", 3)
    assert str(XptRefusal("AE", "", 0, "bad label")) == "AE: bad label"


def test_write_dataset(tmp_path: Path) -> None:
    variables = (
        Variable("AGE", "Age", "integer", True, 3, 2, format="3."),
        Variable("SEX", "Sex", "text", False, 1, 1),
    )
    dataset = Dataset("DM", "Demographics", "SPECIAL PURPOSE", "One per subject", variables, 2)
    frame = pd.DataFrame({"AGE": [30.0, 40.0], "SEX": ["F", "M"], "_row": [1, 2]})
    write_dataset(tmp_path / "dm.xpt", frame, dataset, CREATED)
    back, meta = pyreadstat.read_xport(str(tmp_path / "dm.xpt"))
    assert back.columns.tolist() == ["SEX", "AGE"]
    assert meta.file_label == "Demographics"
    assert meta.variable_storage_width == {"SEX": 1, "AGE": 8}
    with pytest.raises(XptRefusal, match="2 records said, the frame has 1"):
        write_dataset(tmp_path / "dm.xpt", frame.head(1), dataset, CREATED)
