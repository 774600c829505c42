"""`copy`: the value of a column as it is, without blanks at its ends, or in capitals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mappings.frames import is_numeric, map_distinct
from mappings.names import Names
from mappings.scope import Scope

CASES: dict[str, Callable[[str], str]] = {"": str, "upper": str.upper, "lower": str.lower}


@dataclass(frozen=True)
class Copy:
    """The value of `column`; text loses blanks at its ends, numbers stay numbers.

    `case` is ``upper`` or ``lower`` where the standard or the sponsor wants one of them.
    """

    column: str
    case: str = ""
    origin = "Collected"
    uses = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Copy:
        return cls(names.column(data["copy"], "copy"), str(data.get("case", "")))

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def run(self, scope: Scope) -> pd.Series[Any]:
        values = scope[self.column]
        if is_numeric(values):
            return values.astype("float64")
        change = CASES[self.case]
        return map_distinct(values, lambda texts: [change(t.strip()) for t in texts])

    def sentence(self) -> str:
        how = {"": "", "upper": " in capital letters", "lower": " in small letters"}[self.case]
        return f"Equal to {self.column}{how}"
