"""Long text of several alphabets, seen from the outside: as another program reads the XPT files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from define.describe import describe_sdtm
from define.xpt import write_dataset

LONG = {
    "no blank, two and three bytes": "\u00e9" * 150 + "\u767d\u7ec6\u80de" * 60,
    "words of several lengths": " ".join(
        "\u53d1\u70ed" * (i % 5 + 1) + "x" * (i % 3) for i in range(60)
    ),
    "four bytes at the cut": "a" * 199 + "\U0001f600" + " end",
    "a blank just behind the cut": "b" * 200 + " " + "c" * 200 + " d",
}


@pytest.fixture(params=list(LONG.values()), ids=list(LONG))
def long(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


def written(built: Any, folder: Path) -> dict[str, pd.DataFrame]:
    """The datasets as pyreadstat finds them in the transport files."""
    document, _ = describe_sdtm(built.plan.sdtm, built.sdtm, "0")
    frames = {}
    for dataset in document.datasets:
        path = folder / dataset.file
        stamp = datetime.fromisoformat("2024-09-01")
        write_dataset(path, built[dataset.name], dataset, stamp, encoding="utf-8")
        frames[dataset.name] = pyreadstat.read_xport(str(path), encoding="utf-8")[0]
    return frames


def only(frame: pd.DataFrame, rows: Any = slice(None)) -> pd.Series:
    """The one record of these rows."""
    found = frame.loc[rows]
    assert len(found) == 1
    record: pd.Series = found.iloc[0]
    return record


def parts(row: pd.Series, name: str) -> list[str]:
    """The text of a variable and of those of its name with 1, 2 and so on."""
    names = [name, *(f"{name[:7]}{i}" for i in range(1, 10))]
    return [str(row[n]) for n in names if n in row.index and row[n]]


def whole(pieces: list[str], text: str) -> None:
    assert len(pieces) > 1
    assert all(0 < len(p.encode()) <= 200 for p in pieces)
    assert "\ufffd" not in "".join(pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    # A word is cut only where it is longer than a variable holds.
    words = text.split(" ")
    if max(len(w.encode()) for w in words) <= 200:
        assert " ".join(pieces) == text


def test_text_over_200_bytes_everywhere(
    build: Callable[..., Any], tmp_path: Path, long: str
) -> None:
    built = build(
        {
            "study.yaml": [
                ("cutoff: 2024-06-30", "cutoff: 2024-06-30\nencoding: utf-8"),
                ("value: A tiny study", f'value: "{long}"'),
            ],
            "raw/ae.csv": [("fever,Pyrexia", f"{long},Pyrexia"), ("given fluids", long)],
            "sdtm/co.yaml": """
                target: CO
                from: ae
                where: {NOTE: {is: present}}
                reason: No comment
                keys: [USUBJID, COVAL]
                vars:
                  RDOMAIN: {const: AE}
                  COVAL: {copy: NOTE}
                """,
        }
    )
    read = written(built, tmp_path)
    title = only(read["TS"], read["TS"]["TSPARMCD"] == "TITLE")
    whole(parts(title, "TSVAL"), long)
    whole(parts(only(read["CO"]), "COVAL"), long)
    event = only(read["AE"], read["AE"]["AEDECOD"] == "Pyrexia")
    extra = read["SUPPAE"]
    mine = extra[extra["IDVARVAL"] == f"{event['AESEQ']:.0f}"].set_index("QNAM")["QVAL"]
    term = [mine[n] for n in mine.index if n.startswith("AETERM") and n[6:].isdigit()]
    whole([event["AETERM"], *term], long)
    whole([mine[n] for n in mine.index if n.startswith("AENOTE")], long)
    for frame in read.values():
        for column in frame.select_dtypes(exclude="number"):
            assert frame[column].map(lambda t: len(str(t).encode())).max() <= 200
