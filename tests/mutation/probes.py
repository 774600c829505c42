"""Records that the reference study does not have, so that every branch of its mapping is taken.

Each is a copy of the fullest row of a form or dataset in which one cell (or the cells of one
block of a condition) has a value that a rule of the mapping asks about. One more has no empty
cell. They are made from the mapping itself and go to no dataset but those of this test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mappings.frames import is_numeric
from mappings.load import Document
from mappings.names import Terminologies
from tests.mutation.mutants import CONDITIONS, _at, _nodes, _source

FIRST_ROW = 900_000
Cells = dict[str, str]
Words = Mapping[str, tuple[str, ...]]


def probes(
    documents: Iterable[Document],
    frames: Mapping[str, pd.DataFrame],
    terminology: Terminologies,
    words: Words,
    subjects: Sequence[str] = (),
) -> dict[str, pd.DataFrame]:
    """The frames with the records added, by name; frames without any are left out.

    `words` has, for each document, what fills ``{column}`` in the names of its rules. With
    `subjects` the records go round among them, so that each decides something for somebody.
    """
    asked: dict[str, list[Cells]] = {}
    for document in documents:
        for source, cells in _asked(document, terminology):
            for word in words.get(document.file, ("",)):
                filled = {k.replace("{column}", word): v for k, v in cells.items()}
                known = frames.get(source.removeprefix("ALL."))
                if known is not None and set(filled) <= set(known.columns):
                    asked.setdefault(source.removeprefix("ALL."), []).append(filled)
    return {
        name: _with_rows(frames[name], rows, [*subjects[number:], *subjects[:number]])
        for number, (name, rows) in enumerate(sorted(asked.items()))
    }


def told_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, in which no column says the same as another (arms planned and actual).

    A column that has the values of an earlier one, wherever both have any, gets others. Each flag
    is another one for some subjects, who have all others as they were.
    """
    made = frame.copy()
    names = [str(n) for n in frame.columns if not str(n).startswith("_") and n != "USUBJID"]
    for number, name in enumerate(names):
        own = frame[name]
        twins = sum(_same(frame[earlier], own) for earlier in names[:number])
        if twins and is_numeric(own):
            made[name] = own + twins
        elif twins:
            made[name] = own.where(own.eq(""), own + f" {twins}")
    flags = [n for n in names if n.endswith("FL") and frame[n].isin(["Y", "N", ""]).all()]
    turn = np.arange(len(frame)) % max(len(flags), 1)
    for number, name in enumerate(flags):
        other = frame[name].eq("Y").map({True: "N", False: "Y"}).astype("str")
        made[name] = made[name].where(turn != number, other)
    return made


def _same(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    if is_numeric(one) != is_numeric(other):
        return False
    if is_numeric(one):
        both = one.notna() & other.notna()
    else:
        both = one.ne("") & other.ne("") & one.str.len().gt(1)
    return bool(both.any() and one[both].eq(other[both]).all())


def _asked(document: Document, terminology: Terminologies) -> Iterator[tuple[str, Cells]]:
    """Every (source, cells) that a rule or condition of the document tells apart."""
    for steps, value in _nodes(document.data, ()):
        last = steps[-1]
        source = _source(document, steps)
        if last in ("from", "lookup", "in") and not isinstance(value, dict | list):
            yield str(value), {}
        if last == "map":
            rule = _at(document.data, steps[:-1])
            texts = [str(k) for k in rule.get("to", {})]
            if "ct" in rule:
                values = sorted(terminology.codelist(rule["ct"]).values)
                texts += [values[0], values[-1]]
            yield from ((source, {str(value): text}) for text in ["", *texts])
        elif last in ("copy", "num") and not isinstance(value, dict | list):
            yield source, {str(value): ""}
        elif last in CONDITIONS and isinstance(value, dict | list):
            for clause in value if isinstance(value, list) else [value]:
                yield from ((source, cells) for cells in _of_clause(clause))


def _of_clause(clause: Mapping[str, Any]) -> Iterator[Cells]:
    """Cells for which all tests hold, for which each fails alone, and each other value."""
    holds = {str(column): _holding(test) for column, test in clause.items()}
    whole = {column: texts[0] for column, texts in holds.items()}
    yield whole
    for column, texts in holds.items():
        for text in [*texts[1:], "", "X"]:
            yield {**whole, column: text}


def _holding(test: Any) -> list[str]:
    if isinstance(test, list):
        return [str(t) for t in test]
    if not isinstance(test, dict):
        return [str(test if test is not None else "")]
    found: list[str] = []
    for operator, value in test.items():
        texts = [str(v) for v in value] if isinstance(value, list) else [str(value)]
        if operator == "is":
            found.append("1" if value == "present" else "")
        elif operator in ("ne", "notin"):
            found += ["OTHER", *texts]
        else:
            found += [*texts, *(str(int(t) + d) for t in texts if t.isdigit() for d in (1, -1))]
    return found


def _with_rows(frame: pd.DataFrame, rows: list[Cells], subjects: list[str]) -> pd.DataFrame:
    """The frame with a row for each of the different cells, and one without an empty cell."""
    names = [str(c) for c in frame.columns]
    empty = {n: frame[n].isna() if is_numeric(frame[n]) else frame[n].eq("") for n in names}
    fullest = int(pd.DataFrame(empty).sum(axis="columns").to_numpy().argmin())
    template: dict[str, Any] = {n: frame[n].iloc[fullest] for n in names}
    full = {
        n: str(1000 + i)
        for i, n in enumerate(names)
        if empty[n].iloc[fullest] and not n.startswith("_")
    }
    apart = {n: t for i, n in enumerate(names) if (t := _apart(n, template[n], i))}
    different = list({tuple(sorted(c.items())): c for c in [full, apart, *rows]}.values())
    columns: dict[str, pd.Series[Any]] = {}
    for name in names:
        cells = [c.get(name) for c in different]
        if name == "_row":
            values: list[Any] = [FIRST_ROW + i for i in range(len(different))]
        elif name == "_id":
            values = [f"probe {i}" for i in range(len(different))]
        elif name == "recordposition":
            values = [c if c is not None else str(900 + i) for i, c in enumerate(cells)]
        elif name == "USUBJID" and subjects:
            values = [subjects[i % len(subjects)] for i in range(len(different))]
        elif is_numeric(frame[name]):
            values = [template[name] if c is None else _number(c) for c in cells]
        else:
            values = [
                _dated(name, template[name], i) if c is None else c for i, c in enumerate(cells)
            ]
        columns[name] = pd.concat(
            [frame[name], pd.Series(values, dtype=frame[name].dtype)], ignore_index=True
        )
    return pd.DataFrame(columns)


def _apart(name: str, value: Any, number: int) -> str:
    """A date (or part of one) that no other column of the row has, "" for other columns."""
    text = str(value)
    if name.startswith("_") or not text:
        return ""
    if re.match(r"\d{4}-\d\d-\d\d", text):
        return f"2024-{3 + number // 28 % 2:02d}-{number % 28 + 1:02d}{text[10:]}"
    if name.endswith("_YYYY"):
        return str(2030 + number)
    if name.endswith("_MM"):
        return str(number % 12 + 1)
    return str(number % 28 + 1) if name.endswith("_DD") else ""


def _dated(name: str, value: Any, row: int) -> Any:
    """The cell of the template; of a date, the day of this row, so that no two are one record."""
    text = str(value)
    if not text or name.startswith("_"):
        return value
    if re.match(r"\d{4}-\d\d-\d\d", text):
        return f"2024-{5 + row // 28 % 2:02d}-{row % 28 + 1:02d}{text[10:]}"
    if name.endswith("_MM"):
        return str(row // 28 % 12 + 1)
    return str(row % 28 + 1) if name.endswith("_DD") else value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
