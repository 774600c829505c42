"""A transport file taken apart into parts of whole categories or whole subjects, byte by byte.

Rows are copied as they lie in the file, a block at a time: the parts together hold the same bytes
as the whole, and memory does not grow with the dataset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from define.xport.header import padding
from define.xport.version import RECORD
from define.xpt_read import Layout, read_head, read_layout

__all__ = ["CannotSplit", "Part", "Parts", "plan_parts", "write_parts"]

_BLOCK_BYTES = 1 << 22
_NAME_AT, _NAME_BYTES = 5 * RECORD + 8, 8
_MOST_PARTS = 99
_DIGITS = 2

Bytes = npt.NDArray[np.uint8]


class CannotSplit(ValueError):
    """No parts of whole subjects are small enough; the text says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the name of its dataset, what it holds in words, its rows and bytes."""

    name: str
    holds: str
    rows: int
    size: int

    @property
    def file(self) -> str:
        """The name of its transport file."""
        return f"{self.name.lower()}.xpt"


@dataclass(frozen=True, slots=True)
class Parts:
    """How a file is taken apart: by a variable, and which of its values go where."""

    path: Path
    dataset: str
    variable: str
    parts: tuple[Part, ...]
    place: Mapping[bytes, int]


def plan_parts(path: Path, limit: int, encoding: str = "utf-8") -> Parts:
    """Parts of at most `limit` bytes each of the transport file at `path`.

    By category (--CAT, PARCAT1) where that makes each part small enough, else by runs of subjects
    in the order of the file. Raises CannotSplit, and XptUnreadable as the reader does.
    """
    layout = read_layout(path, encoding)
    _, dataset, _ = read_head(path, encoding)
    by_name = {c.name: at for c, at in zip(layout.columns, layout.starts, strict=True)}
    lengths = {c.name: c.length for c in layout.columns}
    for variable in (f"{dataset[:2]}CAT", "PARCAT1"):
        if variable not in by_name:
            continue
        counts = _counts(path, layout, by_name[variable], lengths[variable])
        sizes = [_size(layout, rows) for rows in counts.values()]
        if 1 < len(counts) <= _MOST_PARTS and max(sizes) <= limit:
            groups = [[value] for value in counts]
            return _parts(path, layout, dataset, variable, counts, groups, encoding)
    if "USUBJID" not in by_name:
        raise CannotSplit(f"{path.name} has no USUBJID that it could be split by")
    counts = _counts(path, layout, by_name["USUBJID"], lengths["USUBJID"])
    groups = _runs(path.name, layout, counts, limit, encoding)
    return _parts(path, layout, dataset, "USUBJID", counts, groups, encoding)


def write_parts(parts: Parts, folder: Path) -> list[Path]:
    """Write the parts into `folder` (made when absent); raises OSError."""
    layout = read_layout(parts.path)
    at, length = _field(layout, parts.variable)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / part.file for part in parts.parts]
    with parts.path.open("rb") as source:
        head = source.read(layout.body)
    files = [path.open("wb") for path in paths]
    try:
        for file, part in zip(files, parts.parts, strict=True):
            name = part.name.encode("ascii").ljust(_NAME_BYTES)
            file.write(head[:_NAME_AT] + name + head[_NAME_AT + _NAME_BYTES :])
        for block in _blocks(parts.path, layout):
            places = _places(block[:, at : at + length], parts.place)
            for number, file in enumerate(files):
                file.write(block[places == number].tobytes())
        for file, part in zip(files, parts.parts, strict=True):
            file.write(padding(part.rows * layout.width))
    finally:
        for file in files:
            file.close()
    return paths


def _field(layout: Layout, variable: str) -> tuple[int, int]:
    number = [c.name for c in layout.columns].index(variable)
    return layout.starts[number], layout.columns[number].length


def _size(layout: Layout, rows: int) -> int:
    """Bytes of a file with so many rows."""
    body = rows * layout.width
    return layout.body + body + len(padding(body))


def _blocks(path: Path, layout: Layout) -> Iterator[Bytes]:
    data: Bytes = np.memmap(path, dtype=np.uint8, mode="r", offset=0)
    body = data[layout.body : layout.body + layout.rows * layout.width]
    rows = body.reshape(layout.rows, layout.width)
    size = max(1, _BLOCK_BYTES // layout.width)
    for start in range(0, layout.rows, size):
        yield np.array(rows[start : start + size])


def _values(cells: Bytes) -> npt.NDArray[np.bytes_]:
    return np.ascontiguousarray(cells).view(f"S{cells.shape[1]}").ravel()


def _counts(path: Path, layout: Layout, at: int, length: int) -> dict[bytes, int]:
    """Rows by value, in the order in which the values first stand in the file."""
    found: dict[bytes, int] = {}
    for block in _blocks(path, layout):
        values, first, counts = np.unique(
            _values(block[:, at : at + length]), return_index=True, return_counts=True
        )
        for place in np.argsort(first, kind="stable"):
            value = bytes(values[place])
            found[value] = found.get(value, 0) + int(counts[place])
    return found


def _places(cells: Bytes, place: Mapping[bytes, int]) -> npt.NDArray[np.intp]:
    values, inverse = np.unique(_values(cells), return_inverse=True)
    return np.array([place[bytes(v)] for v in values], dtype=np.intp)[inverse]


def _runs(
    file: str, layout: Layout, counts: Mapping[bytes, int], limit: int, encoding: str
) -> list[list[bytes]]:
    """Values one after the other, as many as fit into each part."""
    groups: list[list[bytes]] = []
    filled = 0
    for value, rows in counts.items():
        if _size(layout, rows) > limit:
            subject = _text(value, encoding)
            raise CannotSplit(f"{file}: the records of {subject} alone are over {limit:,} bytes")
        if not groups or _size(layout, filled + rows) > limit:
            groups.append([])
            filled = 0
        groups[-1].append(value)
        filled += rows
    if len(groups) > _MOST_PARTS:
        raise CannotSplit(f"{file} would need {len(groups)} parts; there are names for 99")
    return groups


def _parts(
    path: Path,
    layout: Layout,
    dataset: str,
    variable: str,
    counts: Mapping[bytes, int],
    groups: Sequence[Sequence[bytes]],
    encoding: str,
) -> Parts:
    parts = []
    for number, values in enumerate(groups, 1):
        rows = sum(counts[v] for v in values)
        # A part of SDTM keeps the two letters of its domain in front: LB01, SUPPLB01.
        name = f"{dataset[: _NAME_BYTES - _DIGITS]}{number:02}"
        first, last = (_text(v, encoding) for v in (values[0], values[-1]))
        holds = f"{variable} from {first} to {last}" if len(values) > 1 else f"{variable} {first}"
        parts.append(Part(name, holds, rows, _size(layout, rows)))
    place = {value: number for number, values in enumerate(groups) for value in values}
    return Parts(path, dataset, variable, tuple(parts), place)


def _text(value: bytes, encoding: str) -> str:
    return value.decode(encoding, "replace").strip() or "(empty)"
