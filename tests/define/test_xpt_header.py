"""The bytes of a transport file, worked out by hand from the layout in TS-140."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from define.xpt import Column, XptRefusal, write_xpt

CREATED = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
COLUMNS = [Column("SEX", "Sex", False, 2, "$2."), Column("AGE", "Age in years", True, 8, "8.1")]
FRAME = pd.DataFrame({"SEX": ["F", ""], "AGE": [37.5, float("nan")]})


def test_every_byte_of_a_small_file(tmp_path: Path) -> None:
    path = tmp_path / "dm.xpt"
    write_xpt(path, FRAME, COLUMNS, name="DM", label="Demographics", created=CREATED)
    zeros = "0" * 30 + "  "
    system = "6.06    bsd4.2  " + " " * 24
    when = "03FEB24:04:05:06"
    records = [
        "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + zeros,
        "SAS     SAS     SASLIB  " + system + when,
        when + " " * 64,
        "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  ",
        "HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + zeros,
        "SAS     DM      SASDATA " + system + when,
        when + " " * 16 + "Demographics".ljust(40) + " " * 8,
        "HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000200000000000000000000  ",
    ]
    assert {len(r) for r in records} == {80}
    sex = (
        b"\x00\x02\x00\x00\x00\x02\x00\x01"
        b"SEX     "
        + b"Sex".ljust(40)
        + b"$       \x00\x02\x00\x00\x00\x00\x00\x00"
        + b"        \x00\x00\x00\x00"
        + b"\x00\x00\x00\x00"
        + bytes(52)
    )
    age = (
        b"\x00\x01\x00\x00\x00\x08\x00\x02"
        b"AGE     "
        + b"Age in years".ljust(40)
        + b"        \x00\x08\x00\x01\x00\x00\x00\x00"
        + b"        \x00\x00\x00\x00"
        + b"\x00\x00\x00\x02"
        + bytes(52)
    )
    assert len(sex) == len(age) == 140
    observations = "HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + zeros
    # 37.5 is hexadecimal 25.8: exponent 64 + 2, fraction 258.
    rows = b"F \x42\x25\x80\x00\x00\x00\x00\x00" + b"  .\x00\x00\x00\x00\x00\x00\x00"
    expected = (
        "".join(records).encode() + (sex + age).ljust(320) + observations.encode() + rows.ljust(80)
    )
    assert path.read_bytes() == expected


@pytest.mark.parametrize("rows", [0, 1, 8])
def test_size_is_whole_records(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "dm.xpt"
    frame = pd.DataFrame({"SEX": ["F"] * rows, "AGE": [1.0] * rows})
    write_xpt(path, frame, COLUMNS, name="DM", label="", created=CREATED)
    head = 9 * 80 + 320
    assert path.stat().st_size == head + {0: 0, 1: 80, 8: 80}[rows]


def test_empty_frame(tmp_path: Path) -> None:
    path = tmp_path / "dm.xpt"
    write_xpt(path, pd.DataFrame(), [], name="DM", label="", created=CREATED)
    assert path.stat().st_size == 9 * 80


def test_same_frame_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_xpt(tmp_path / name, FRAME, COLUMNS, name="DM", label="", created=CREATED)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    ("name", "label", "reason"),
    [
        ("TOOLONGNAME", "", "over 8"),
        ("dm", "", "capitals"),
        ("1DM", "", "digit"),
        ("", "", "not a SAS name"),
        ("DM", "x" * 41, "41 bytes, over 40"),
        ("DM", "caf\u00e9", "U+00E9"),
        ("DM", "two\nlines", "U+000A"),
    ],
)
def test_dataset_refused(tmp_path: Path, name: str, label: str, reason: str) -> None:
    with pytest.raises(XptRefusal) as caught:
        write_xpt(tmp_path / "x", FRAME, COLUMNS, name=name, label=label, created=CREATED)
    assert reason in str(caught.value)
    assert (caught.value.variable, caught.value.row) == ("", 0)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (Column("LONGNAME9", "", False, 2), "over 8"),
        (Column("A B", "", False, 2), "not a SAS name"),
        (Column("9A", "", False, 2), "digit"),
        (Column("a", "", False, 2), "capitals"),
        (Column("A\n", "", False, 2), "not a SAS name"),
        (Column("\u0391", "", False, 2), "not a SAS name"),
        (Column("A", "x" * 41, False, 2), "41 bytes, over 40"),
        (Column("A", "\u00b5g", False, 2), "U+00B5"),
        (Column("A", "tab\t", False, 2), "U+0009"),
        (Column("A", "", False, 0), "between 1 and 200"),
        (Column("A", "", False, 201), "between 1 and 200"),
        (Column("A", "", True, 4), "not 8"),
        (Column("A", "", False, 2, "DATE9."), "does not fit text"),
        (Column("A", "", True, 8, "$8."), "does not fit a number"),
        (Column("A", "", True, 8, "9DATE"), "not a SAS format"),
        (Column("A", "", True, 8, "LONGFORMAT9."), "over 8"),
        (Column("A", "", True, 8, "8.9"), "impossible width"),
        (Column("SEX", "", False, 2), "used twice"),
    ],
)
def test_column_refused(tmp_path: Path, column: Column, reason: str) -> None:
    with pytest.raises(XptRefusal) as caught:
        write_xpt(tmp_path / "x", FRAME, [COLUMNS[0], column], name="DM", label="", created=CREATED)
    assert reason in caught.value.reason
    assert caught.value.dataset == "DM"
    assert caught.value.variable == column.name
    assert not (tmp_path / "x").exists()


def test_formats_are_taken_apart(tmp_path: Path) -> None:
    formats = ["DATE9.", "DATETIME20.", "8.", "BEST12.", "E8601DA10.", "TIME8", ""]
    columns = [Column(f"V{i}", "", True, 8, f) for i, f in enumerate(formats)]
    frame = pd.DataFrame({c.name: [1.0] for c in columns})
    write_xpt(tmp_path / "x", frame, columns, name="X", label="", created=CREATED)
    data = (tmp_path / "x").read_bytes()[640:]
    found = [
        (data[i + 56 : i + 64].decode().rstrip(), data[i + 65]) for i in range(0, 7 * 140, 140)
    ]
    assert found == [
        ("DATE", 9),
        ("DATETIME", 20),
        ("", 8),
        ("BEST", 12),
        ("E8601DA", 10),
        ("TIME", 8),
        ("", 0),
    ]


def test_too_many_variables(tmp_path: Path) -> None:
    columns = [Column(f"V{i}", "", True, 8) for i in range(10_000)]
    with pytest.raises(XptRefusal, match="10000 variables, over 9999"):
        write_xpt(tmp_path / "x", FRAME, columns, name="X", label="", created=CREATED)
