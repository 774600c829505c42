"""A column as its distinct texts: what is asked of a value is asked once, not once a record."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.locate import Mask
from validation.rules.tools import Days, days, latest_days, numbers, written

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """`codes` has the place of each record's text in `words`; "" is a missing one."""

    codes: npt.NDArray[np.intp]
    words: pd.Series
    _memo: dict[object, Mask] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, column: pd.Series) -> Column:
        """The column of a frame, of text or of numbers."""
        column = column.infer_objects()
        codes, distinct = pd.factorize(column, use_na_sentinel=False)
        if pd.api.types.is_numeric_dtype(column):
            words = pd.Series(written(distinct.to_numpy(dtype=float, na_value=np.nan)), dtype="str")
        else:
            words = pd.Series(distinct).fillna("").astype("str")
        return cls(np.asarray(codes), words)

    def where(self, mask: npt.ArrayLike) -> Mask:
        """What holds for each distinct text, for each record."""
        return np.asarray(np.asarray(mask, dtype=bool)[self.codes], dtype=bool)

    @cached_property
    def filled(self) -> Mask:
        """True where there is a text or a number."""
        return self.where(self.words != "")

    def one_of(self, *values: str) -> Mask:
        """True where the text is one of `values`."""
        if values not in self._memo:
            self._memo[values] = self.where(self.words.isin(values))
        return self._memo[values]

    def like(self, pattern: str) -> Mask:
        """True where the regular expression is found in the text."""
        key = ("like", pattern)
        if key not in self._memo:
            self._memo[key] = self.where(self.words.str.contains(pattern, regex=True))
        return self._memo[key]

    @cached_property
    def numbers(self) -> Numbers:
        """The number that each text writes out, NaN for any other text (``<5``, ``NAN``)."""
        return np.asarray(numbers(self.words)[self.codes], dtype=float)

    @cached_property
    def days(self) -> Days:
        """The calendar day of each ISO 8601 text, NaT where it is not known."""
        return np.asarray(days(self.words)[self.codes])

    @cached_property
    def latest(self) -> Days:
        """The last calendar day that each ISO 8601 text can mean, NaT without a year."""
        return np.asarray(latest_days(self.words)[self.codes])
