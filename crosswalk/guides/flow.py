"""The flow of the data as a drawing: forms, datasets and analyses in columns, and what feeds what.

Only places are computed here; `html` and `pdf` draw them. Boxes of a column are put near those
that they come from, so that lines cross little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crosswalk.guides.facts import Facts

WIDTH = 500.0
_ROW, _GAP, _HEAD = 17.0, 3.0, 22.0
_ROUNDS = 4
_SUPP = "SUPP"


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its text, in points from the upper left corner; `kind` is its column."""

    x: float
    y: float
    width: float
    height: float
    text: str
    kind: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line from the right of a box to the left of another."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Flow:
    """The drawing: `heads` are the titles of the columns with their left edge."""

    width: float
    height: float
    heads: tuple[tuple[float, str], ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def data_flow(facts: Facts, level: str) -> Flow:
    """Raw forms to SDTM to ADaM for the guide of SDTM; SDTM to ADaM to results for ADaM's."""
    sdtm = _sdtm(facts)
    adam = {d.name: tuple(s for s in d.sources if s != d.name) for d in facts.of("ADaM")}
    columns: list[tuple[str, Mapping[str, Sequence[str]]]]
    if level == "SDTM":
        forms = {f.name: () for f in facts.forms}
        columns = [("Raw forms", forms), ("SDTM", sdtm)]
        if adam:
            columns.append(("ADaM", adam))
    else:
        given = {name: () for name in (sdtm or facts.given_sdtm) if not name.startswith(_SUPP)}
        columns = [("SDTM", given), ("ADaM", adam)]
        if facts.displays:
            shown = {
                d.name: tuple(dict.fromkeys(n for r in d.results for n in r.datasets))
                for d in facts.displays
            }
            columns.append(("Results", shown))
    return _placed(columns)


def _sdtm(facts: Facts) -> dict[str, tuple[str, ...]]:
    """The datasets of SDTM that come from forms; qualifiers stand with their parent."""
    return {
        d.name: tuple(s for s in d.sources if facts.dataset(s) is None)
        for d in facts.of("SDTM")
        if not d.parent and any(facts.dataset(s) is None and s != "study.yaml" for s in d.sources)
    }


def _placed(columns: Sequence[tuple[str, Mapping[str, Sequence[str]]]]) -> Flow:
    order = [list(nodes) for _, nodes in columns]
    known = {name for names in order for name in names}
    sources = {n: [s for s in on if s in known] for _, nodes in columns for n, on in nodes.items()}
    for _ in range(_ROUNDS):
        for left, right in pairwise(order):
            place = {name: i for i, name in enumerate(left)}
            _sort(right, {n: [place[s] for s in sources[n] if s in place] for n in right})
        for left, right in zip(order[-2::-1], order[:0:-1], strict=False):
            place = {name: i for i, name in enumerate(right)}
            fed = {n: [place[t] for t in right if n in sources[t]] for n in left}
            _sort(left, fed)
    most = max(len(names) for names in order)
    height = _HEAD + most * (_ROW + _GAP)
    step = WIDTH / (len(order) + (len(order) - 1) * 0.75)
    boxes: dict[str, Box] = {}
    heads = []
    for number, names in enumerate(order):
        x = number * step * 1.75
        heads.append((x, columns[number][0]))
        above = _HEAD + (most - len(names)) * (_ROW + _GAP) / 2
        for i, name in enumerate(names):
            y = above + i * (_ROW + _GAP)
            boxes[name] = Box(_r(x), _r(y), _r(step), _ROW, name, number)
    lines = [
        _line(boxes[source], boxes[name])
        for names in order
        for name in names
        for source in sources[name]
    ]
    return Flow(WIDTH, height, tuple(heads), tuple(boxes.values()), tuple(lines))


def _sort(names: list[str], near: Mapping[str, Sequence[int]]) -> None:
    """By the mean place of what each is tied to; what is tied to nothing stays where it is."""
    mean = {n: sum(p) / len(p) if p else float(i) for i, (n, p) in enumerate(near.items())}
    names.sort(key=lambda n: mean[n])


def _line(left: Box, right: Box) -> Line:
    # A dataset of the same column feeds another one from below the first's left edge.
    x1 = left.x + left.width if left.kind < right.kind else left.x
    return Line(_r(x1), _r(left.y + left.height / 2), right.x, _r(right.y + right.height / 2))


def _r(number: float) -> float:
    return round(number, 2)
