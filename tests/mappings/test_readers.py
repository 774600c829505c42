from __future__ import annotations

import gzip
import hashlib
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

import mappings.readers.files
from mappings.findings import SpecificationFault
from mappings.raw import FormSettings, RawTable
from mappings.readers import columns_of, read_tables


def settings(**changes: Any) -> FormSettings:
    given: dict[str, Any] = {"name": "ae", "file": "ae.csv", "reader": "csv", "subject": "S"}
    return FormSettings(**(given | changes))


def read(folder: Path, data: str | bytes, **changes: Any) -> RawTable:
    (folder / "ae.csv").write_bytes(data.encode() if isinstance(data, str) else data)
    return table_of(folder, settings(**changes))


def table_of(folder: Path, form: FormSettings) -> RawTable:
    tables, faults = read_tables(folder, [form])
    if faults:
        raise SpecificationFault(faults)
    return tables[form.name]


def cells(table: RawTable) -> list[list[str]]:
    assert all(str(t) == "str" for t in table.cells.dtypes)
    rows: list[list[str]] = table.cells.to_numpy().tolist()
    return rows


def fault(folder: Path, data: str | bytes, **changes: Any) -> str:
    with pytest.raises(SpecificationFault) as caught:
        read(folder, data, **changes)
    assert [f.rule for f in caught.value.findings] == ["raw.file"]
    return str(caught.value)


def test_every_cell_stays_the_text_it_is(tmp_path: Path) -> None:
    row = ["NA", "012", "NO", "null", "1e3", "2024-01-01", "", " x ", "True", "1,5", 'say "a"', "-"]
    quoted = ",".join('"' + c.replace('"', '""') + '"' for c in row)
    header = ",".join(f"C{i}" for i in range(len(row)))
    table = read(tmp_path, f"{header}\n{quoted}\n")
    assert cells(table) == [row]
    assert table.lines.tolist() == [2]
    assert table.columns == tuple(f"C{i}" for i in range(len(row)))
    assert cells(read(tmp_path, "A,B,C\nNA,,012\n")) == [["NA", "", "012"]]


def test_line_numbers_count_quoted_line_breaks_and_blank_lines(tmp_path: Path) -> None:
    table = read(tmp_path, 'A,B\n1,"x\ny\n\nz"\n2,b\n\n3,"c,d"\n')
    assert cells(table) == [["1", "x\ny\n\nz"], ["2", "b"], ["3", "c,d"]]
    assert table.lines.tolist() == [2, 6, 8]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(tmp_path: Path, end: str, last: bool) -> None:
    text = end.join(["A,B", "1,2", "3,4"]) + (end if last else "")
    table = read(tmp_path, text)
    assert cells(table) == [["1", "2"], ["3", "4"]]
    assert table.lines.tolist() == [2, 3]


def test_encodings(tmp_path: Path) -> None:
    text = "编号,A\n一,中文\n"
    assert cells(read(tmp_path, text.encode("gb18030"), encoding="gb18030")) == [["一", "中文"]]
    table = read(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert table.columns == ("编号", "A")
    assert cells(table) == [["一", "中文"]]
    assert columns_of(tmp_path, [settings()]) == ({"ae": ("编号", "A")}, [])
    assert cells(read(tmp_path, "A;B\n1,5;2\n", delimiter=";")) == [["1,5", "2"]]


def test_a_header_alone_is_a_form_without_records(tmp_path: Path) -> None:
    for text in ("A,B\n", "A,B", "A,B\n\n\n"):
        table = read(tmp_path, text)
        assert table.columns == ("A", "B")
        assert cells(table) == []
        assert table.lines.tolist() == []
    rave = read(tmp_path, "A,B\nEOF\n", reader="rave")
    assert (rave.columns, cells(rave)) == (("A", "B"), [])


def test_rave(tmp_path: Path) -> None:
    table = read(tmp_path, b'\xef\xbb\xbfA,B\r\n1,"x\r\ny"\r\n2,z\r\nEOF\r\n', reader="rave")
    assert cells(table) == [["1", "x\ny"], ["2", "z"]]
    assert table.lines.tolist() == [2, 4]


MEND = "Export it again."
CELLS = (
    "A cell with the separator in it must be quoted; a last row that is too short means that the "
    "file is cut off."
)


@pytest.mark.parametrize(
    ("data", "changes", "message"),
    [
        (b"", {}, ("the file is empty. Export it again: even a form without records has a header "
         "row.")),
        (b"\n \n", {}, ("the file is empty. Export it again: even a form without records has a "
         "header row.")),
        (b"PK\x03\x04abc", {}, "this is a zip archive, not a text file. Unpack it first."),
        (b"A,B\n1,\xff\n", {}, ("row 2: byte 7 is not utf-8 text. Declare the right 'encoding' for "
         "this form in study.yaml.")),
        ("A,B\n1,é\n", {"encoding": "ascii"}, ("row 2: byte 7 is not ascii text. Declare the right "
         "'encoding' for this form in study.yaml.")),
        (b"A\n", {"encoding": "klingon"}, ("there is no encoding 'klingon'. Mend 'encoding' in "
         "study.yaml.")),
        (b"A,B\n1,\x00\n", {}, f"row 2: a NUL character: this is not a text file. {MEND}"),
        ("A,,C\n", {}, f"row 1: the header row has a column without a name. {MEND}"),
        ("A,b,B\n", {}, ("row 1: the column 'b' stands 2 times in the header. Names of columns "
         "must differ (capitals do not count); export it again.")),
        ("A,B\n1,2\n3,4,5\n", {}, f"row 3: 3 cells where the header has 2: too many. {CELLS}"),
        ("A,B\n1,2\n3\n", {}, f"row 3: 1 cells where the header has 2: too few. {CELLS}"),
        ('A,B\n1,"x\ny"\n3\n', {}, f"row 4: 1 cells where the header has 2: too few. {CELLS}"),
        ('A,B\n1,"open\n2,3\n', {}, ("row 3: the quoting is broken (unexpected end of data): the "
         f"file may be cut off. {MEND}")),
        ("A,B\n1,2\n", {"reader": "rave"}, ("row 2: the last line is not EOF: the export is cut "
         "off. Download the clinical view again.")),
    ],
)  # fmt: skip
def test_faults(tmp_path: Path, data: str | bytes, changes: dict[str, str], message: str) -> None:
    separator = ", " if message.startswith("row") else ": "
    assert fault(tmp_path, data, **changes) == f"ae.csv{separator}{message}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SpecificationFault) as caught:
        table_of(tmp_path, settings())
    assert str(caught.value) == (
        "ae.csv: the file does not exist. Put the export there, or mend 'file' in study.yaml."
    )
    (tmp_path / "ae.csv").mkdir()
    with pytest.raises(SpecificationFault, match=r"^ae\.csv: cannot be read: "):
        table_of(tmp_path, settings())


def rows_of(folder: Path, data: str | bytes, **changes: Any) -> list[str]:
    """All faults of one file, without its name."""
    (folder / "ae.csv").write_bytes(data.encode() if isinstance(data, str) else data)
    return [str(f).removeprefix("ae.csv, ") for f in read_tables(folder, [settings(**changes)])[1]]


def test_every_row_at_fault_is_told_and_the_advice_once(tmp_path: Path) -> None:
    assert rows_of(tmp_path, "A,B\n1,2\n3\n4,5\n6,7,8\n") == [
        f"row 3: 1 cells where the header has 2: too few. {CELLS}",
        "row 5: 3 cells where the header has 2: too many",
    ]
    assert rows_of(tmp_path, 'A,B\n1\n2,"x\n') == [
        f"row 2: 1 cells where the header has 2: too few. {CELLS}",
        "row 3: the quoting is broken (unexpected end of data): the file may be cut off. " + MEND,
    ]
    assert rows_of(tmp_path, b"A,B\n1,\xff\n2,3\n\xfe\xff,4\n") == [
        (
            "row 2: byte 7 is not utf-8 text; the same in row 4. Declare the right 'encoding' for "
            "this form in study.yaml."
        )
    ]
    assert rows_of(tmp_path, b"A,B\n1,\x00\n2,3\n4,\x00\n5,\x00\n") == [
        "row 2: a NUL character: this is not a text file; the same in rows 4, 5. " + MEND
    ]
    assert rows_of(tmp_path, "A,B\n1,2\n1,3\n4,5\n1,6\n", id=("A",)) == [
        (
            "row 3: the row id A '1' stands in row 2 and again here. Export it again, or mend the "
            "'id' of the form in study.yaml."
        ),
        "row 5: the row id A '1' stands in row 2 and again here",
    ]
    assert rows_of(tmp_path, "A,B\n12345,2\n3,4\n5,123456\n", cell_limit=4)[1:] == [
        "row 4: a cell of 6 characters in column B; the limit is 4"
    ]


def test_of_very_many_rows_at_fault_the_first_are_told(tmp_path: Path) -> None:
    said = rows_of(tmp_path, "A,B\n" + "1\n" * 1000)
    assert [s.partition(":")[0] for s in said] == [f"row {n}" for n in range(2, 23)]
    assert said[-1] == "row 22: 980 more rows are at fault in this way, from here on"
    (one,) = rows_of(tmp_path, b"A,B\n" + b"\xff,2\n" * 1000)
    assert "the same in rows 3, 4, 5," in one
    assert "22 and 979 more." in one


def test_a_row_larger_than_the_blocks_of_the_parser(tmp_path: Path) -> None:
    long = "x" * 90_000
    row = ",".join([long] * 30)
    header = ",".join(f"C{n}" for n in range(30))
    table = read(tmp_path, f"{header}\n{row}\n{row}\n")
    assert cells(table) == [[long] * 30] * 2


def test_a_long_cell_with_a_line_break_is_read_as_far_as_the_limit_allows(tmp_path: Path) -> None:
    text = 'A,B\n1,"' + "x" * 150_000 + '\ny"\n2,3\n'
    table = read(tmp_path, text, cell_limit=200_000)
    assert [len(c) for c in table.cells["B"]] == [150_002, 1]
    assert table.lines.tolist() == [2, 4]
    assert "a cell of more than 100000 characters; the limit is 100000" in fault(tmp_path, text)


@pytest.mark.parametrize("reader", ["csv", "rave"])
def test_a_file_compressed_by_gzip(tmp_path: Path, reader: str) -> None:
    text = 'A,B\n一,"x\ny"\n2,z\n' + ("EOF\n" if reader == "rave" else "")
    packed = gzip.compress(text.encode("gb18030"))
    plain = read(tmp_path, text, reader=reader)
    table = read(tmp_path, packed, reader=reader, encoding="gb18030")
    assert cells(table) == cells(plain) == [["一", "x\ny"], ["2", "z"]]
    assert table.lines.tolist() == [2, 4]
    assert columns_of(tmp_path, [settings(encoding="gb18030")])[0] == {"ae": ("A", "B")}


def test_a_compressed_file_that_is_cut_off_or_damaged(tmp_path: Path) -> None:
    noise = "".join(hashlib.sha256(bytes([n])).hexdigest() + ",1\n" for n in range(100))
    packed = gzip.compress(("A,B\n" + noise).encode())
    assert "cut off or damaged" in fault(tmp_path, packed[:-20])
    broken = bytearray(packed)
    broken[-6] ^= 1
    assert "cut off or damaged (CRC check failed" in fault(tmp_path, bytes(broken))
    assert "the file is empty" in fault(tmp_path, gzip.compress(b""))
    assert "too few" in fault(tmp_path, gzip.compress(b"A,B\n1\n"))


def test_a_compressed_file_that_blows_up_is_refused_without_being_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = gzip.compress(b"A,B\n" + b"1,2\n" * 10_000_000)
    assert len(packed) < 100_000
    monkeypatch.setattr(mappings.readers.files, "LARGEST", 30 << 20)
    tracemalloc.start()
    said = fault(tmp_path, packed)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said == (
        "ae.csv: the file unpacks to more than 30 MiB. Unpack it yourself, or export it in parts."
    )
    assert most < 10 << 20
    bomb = gzip.compress(b"x" * (40 << 20))
    assert columns_of(tmp_path, [settings()])[1] == []
    (tmp_path / "ae.csv").write_bytes(bomb)
    assert "unpacks to more than" in str(read_tables(tmp_path, [settings()])[1][0])


def test_the_faults_of_all_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("A,A\n")
    forms = [settings(), settings(name="b", file="b.csv"), settings(name="c", file="c.csv")]
    (tmp_path / "c.csv").write_text("A,B\n1,2\n")
    for read in (read_tables, columns_of):
        found, faults = read(tmp_path, forms)
        assert list(found) == ["c"]
        assert [str(f.raw) for f in faults] == ["ae.csv", "b.csv, row 1"]
