"""`copy`: the value of a column as it is, without blanks at its ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mappings.frames import is_numeric, map_distinct
from mappings.names import Names
from mappings.scope import Scope


@dataclass(frozen=True)
class Copy:
    """The value of `column`; text loses blanks at its ends, numbers stay numbers."""

    column: str
    origin = "Collected"
    uses = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Copy:
        return cls(names.column(data["copy"], "copy"))

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def run(self, scope: Scope) -> pd.Series[Any]:
        values = scope[self.column]
        if is_numeric(values):
            return values.astype("float64")
        return map_distinct(values, lambda texts: [t.strip() for t in texts])

    def sentence(self) -> str:
        return f"Equal to {self.column}"
