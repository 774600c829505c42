"""`num`: a number from the text of a column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mappings.frames import is_numeric, map_distinct_numbers
from mappings.names import Names
from mappings.scope import Scope
from mappings.text import number, plain

DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")


def numbers_of(scope: Scope, values: pd.Series[str], columns: list[str]) -> pd.Series[float]:
    """Numbers of a text column; what is not a number is a finding and stays missing."""
    result = map_distinct_numbers(values, lambda texts: [number(t) for t in texts])
    given = values.str.strip().ne("").to_numpy(dtype=bool)
    bad = result.isna().to_numpy(dtype=bool) & given
    comma = bad & values.isin(
        [t for t in pd.unique(values[bad]) if DECIMAL_COMMA.fullmatch(plain(t))]
    ).to_numpy(dtype=bool)
    scope.fault(
        "num.decimal_comma",
        comma,
        lambda value: f"'{value}' has a decimal comma: the number is not guessed",
        "Ask the site.",
        values=values,
        columns=columns,
    )
    scope.fault(
        "num.unreadable",
        bad & ~comma,
        lambda value: f"'{value}' is not a number",
        "Ask the site, or keep it as text.",
        values=values,
        columns=columns,
    )
    return result


@dataclass(frozen=True)
class Num:
    """The number in `column`; a decimal comma or other text is a finding, never a guess."""

    column: str
    origin = "Collected"
    uses = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Num:
        return cls(names.column(data["num"], "num"))

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def run(self, scope: Scope) -> pd.Series[Any]:
        values = scope[self.column]
        if is_numeric(values):
            return values.astype("float64")
        return numbers_of(scope, values, [self.column])

    def sentence(self) -> str:
        return f"The number in {self.column}"
