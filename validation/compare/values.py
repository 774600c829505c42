"""Where the values of one variable differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.frames import is_numeric
from validation.compare.model import Tolerance
from validation.locate import shown

Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """A variable of one dataset: its values and the special missing values beside them."""

    values: pd.Series[Any]
    special: pd.Series[str] | None = None

    def take(self, places: npt.NDArray[np.intp]) -> Column:
        """The rows at `places`, in that order."""
        special = None if self.special is None else self.special.iloc[places]
        return Column(self.values.iloc[places], special)

    def shown(self, name: str) -> list[str]:
        """The values as a reader writes them: ``.A`` for a special missing value."""
        texts = shown(self.values, name)
        if self.special is None:
            return texts
        marks = self.special.tolist()
        return [f".{mark}" if mark else text for text, mark in zip(texts, marks, strict=True)]


def differing(a: Column, b: Column, tolerance: Tolerance) -> tuple[Mask, float]:
    """Where two aligned columns of one type differ, and the largest distance of their numbers.

    A missing value equals a missing one of the same kind only. The distance is nan where no two
    numbers differ.
    """
    if not is_numeric(a.values):
        one, other = a.values.array, b.values.array
        return np.asarray(one != other, dtype=bool), float("nan")
    one = a.values.to_numpy(dtype="float64")
    other = b.values.to_numpy(dtype="float64")
    differs: Mask = one != other
    places = np.flatnonzero(differs)
    x, y = one[places], other[places]
    gone_x, gone_y = np.isnan(x), np.isnan(y)
    distance = np.abs(x - y)
    allowed = np.maximum(tolerance.absolute, tolerance.relative * np.maximum(np.abs(x), np.abs(y)))
    same = (gone_x & gone_y) | (distance <= allowed)
    differs[places[same]] = False
    left = distance[~same]
    left = left[~np.isnan(left)]
    if a.special is not None or b.special is not None:
        differs |= _marks(a, len(one)) != _marks(b, len(one))
    return differs, float(left.max()) if left.size else float("nan")


def _marks(column: Column, rows: int) -> npt.NDArray[np.object_]:
    if column.special is None:
        return np.full(rows, "", dtype=object)
    return column.special.to_numpy(dtype=object)
