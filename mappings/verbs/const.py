"""`const`: a fixed value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mappings.names import Names
from mappings.scope import Scope


@dataclass(frozen=True)
class Const:
    """The same text in every row (where `when` holds)."""

    value: str
    origin = "Assigned"
    uses = ()
    reads = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Const:
        return cls(names.text(data["const"]))

    def run(self, scope: Scope) -> pd.Series[Any]:
        return pd.Series(self.value, index=scope.index, dtype="str")

    def sentence(self) -> str:
        return f'Set to "{self.value}"'
