"""What is written is read back by haven (R), where R and haven are on the machine."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from define.xport.ibm import LARGEST, SMALLEST
from define.xpt import Column, write_xpt
from define.xpt_read import read_transport

CREATED = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
READ = """
library(haven)
for (path in commandArgs(TRUE)) {
  frame <- read_xpt(path)
  text <- function(value) if (is.null(value)) "" else value
  for (name in names(frame)) {
    column <- frame[[name]]
    if (is.numeric(column)) {
      bits <- apply(matrix(rev(writeBin(as.numeric(column), raw())), nrow = 8), 2, paste0,
                    collapse = "")
      shown <- ifelse(is.na(column), ifelse(is.na(na_tag(column)), ".", na_tag(column)), rev(bits))
    } else {
      shown <- vapply(column, function(v) paste(charToRaw(v), collapse = ""), "")
    }
    label <- paste(charToRaw(text(attr(column, "label"))), collapse = "")
    cat(basename(path), name, label, paste0("[", shown, "]"), sep = "\\t")
    cat("\\n")
  }
}
"""
# One of every class of double that the format holds, and the neighbours of its ends.
CLASSES = [
    *(0.0, 1.0, -1.0, 0.1, 1 / 3, np.pi, 2.0**53, 2.0**53 - 1, -(2.0**53), 100.0, 0.5),
    *(SMALLEST, -SMALLEST, LARGEST, -LARGEST, float(np.nextafter(SMALLEST, 1)), np.nan),
    *(2.0**n for n in range(-260, 252, 17)),
    *(-(2.0**n) * 1.9999999999999998 for n in range(-260, 251, 13)),
]
numbers = st.sampled_from(CLASSES) | st.floats(SMALLEST, LARGEST) | st.floats(-LARGEST, -SMALLEST)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs"]), max_size=10)


@pytest.fixture(scope="module")
def haven() -> str:
    found = shutil.which("Rscript")
    if found is None:
        pytest.skip("Rscript is not on this machine")
    asked = [found, "-e", "library(haven)"]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("the R package haven is not on this machine")
    return found


def read(haven: str, folder: Path, paths: list[Path]) -> dict[tuple[str, str], list[str]]:
    script = folder / "read.R"
    script.write_text(READ)
    command = [haven, "--vanilla", str(script), *map(str, paths)]
    told = subprocess.run(command, capture_output=True, check=True, text=True, cwd=folder).stdout
    rows = [line.split("\t") for line in told.splitlines()]
    return {(file, name): [label, *cells] for file, name, label, *cells in rows}


def shown(value: object, mark: str) -> str:
    if isinstance(value, str):
        return f"[{value.encode().hex()}]"
    number = np.float64(value) + 0.0  # type: ignore[arg-type]
    if np.isnan(number):
        return f"[{mark.lower() or '.'}]"  # haven names them in small letters
    return f"[{number.tobytes()[::-1].hex()}]"


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_frames_come_back(tmp_path: Path, haven: str, data: st.DataObject) -> None:
    paths, expected = [], {}
    for at in range(6):
        version = data.draw(st.sampled_from([5, 8]))
        rows = data.draw(st.integers(1, 30))
        drawn = data.draw(st.lists(numbers, min_size=rows, max_size=rows))
        frame = pd.DataFrame(
            {
                # haven shows negative zero as it likes; the format has one zero.
                "NUMBER": [v + 0.0 for v in drawn] if at else CLASSES,
                "TEXT": data.draw(
                    st.lists(texts, min_size=len(drawn) if at else len(CLASSES), max_size=1000)
                )[: len(drawn) if at else len(CLASSES)],
            }
        )
        marks = ["ABZ_"[i % 4] if np.isnan(v) else "" for i, v in enumerate(frame["NUMBER"])]
        number, label = ("NUMBER", "a" * 40) if version == 5 else ("Number_" + "x" * 20, "b" * 200)
        frame = frame.rename(columns={"NUMBER": number})
        columns = [Column("TEXT", "Text", False, 40), Column(number, label, True, 8)]
        path = tmp_path / f"{at}.xpt"
        write_xpt(
            path,
            frame,
            columns,
            name="X",
            label="",
            created=CREATED,
            encoding="utf-8",
            special={number: marks},
            version=version,
        )
        paths.append(path)
        expected[path.name, "TEXT"] = ["Text", *(shown(v, "") for v in frame["TEXT"])]
        cells = [shown(v, m) for v, m in zip(frame[number], marks, strict=True)]
        expected[path.name, number] = [label, *cells]
    back = read(haven, tmp_path, paths)
    assert back == {k: [v[0].encode().hex(), *v[1:]] for k, v in expected.items()}


WRITE = """
library(haven)
frame <- data.frame(N = c(1.5, NA, -0.1, 0, 1e-70, 123456789), T = c("a", "", "b c", "d", "e", "f"))
attr(frame$N, "label") <- "A number"
write_xpt(frame, commandArgs(TRUE)[1], version = 5, name = "H")
"""


def test_a_file_of_haven_is_written_again_with_the_same_data(tmp_path: Path, haven: str) -> None:
    script, other, ours = tmp_path / "write.R", tmp_path / "h.xpt", tmp_path / "ours.xpt"
    script.write_text(WRITE)
    subprocess.run([haven, "--vanilla", str(script), str(other)], check=True, capture_output=True)
    read_back = read_transport(other)
    assert read_back.frame["N"].tolist()[2:] == [-0.1, 0.0, 1e-70, 123456789.0]
    write_xpt(
        ours,
        read_back.frame,
        read_back.columns,
        name=read_back.name,
        label=read_back.label,
        created=CREATED,
        special=read_back.special,
    )
    head = b"HEADER RECORD*******OBS     HEADER"
    parts = [p.read_bytes() for p in (other, ours)]
    assert parts[0][parts[0].index(head) :] == parts[1][parts[1].index(head) :]
