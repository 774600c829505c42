"""`join`: texts and columns put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mappings.frames import as_text, map_distinct
from mappings.names import Names
from mappings.scope import Scope
from mappings.text import plain


@dataclass(frozen=True)
class Join:
    """Parts put together; ``$NAME`` is a column. Missing when one of the columns is."""

    parts: tuple[str, ...]
    sep: str
    pad: int
    uses = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Join:
        parts = []
        for i, part in enumerate(data["join"]):
            text = names.text(part)
            if text.startswith("$"):
                text = "$" + names.column(text[1:], "join", i)
            parts.append(text)
        return cls(tuple(parts), names.text(data.get("sep", "")), int(data.get("pad", 0)))

    @property
    def origin(self) -> str:
        return "Assigned"

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(p[1:] for p in self.parts if p.startswith("$"))

    def run(self, scope: Scope) -> pd.Series[Any]:
        result: pd.Series[Any] | None = None
        complete = np.ones(len(scope), dtype=bool)
        for part in self.parts:
            if part.startswith("$"):
                column = map_distinct(as_text(scope[part[1:]]), self._padded)
                complete &= column.ne("").to_numpy(dtype=bool)
            else:
                column = pd.Series(part, index=scope.index, dtype="str")
            result = column if result is None else result + self.sep + column
        assert result is not None
        return result.where(complete, "")

    def _padded(self, texts: list[str]) -> list[str]:
        shown = [plain(t) for t in texts]
        whole = [t.isascii() and t.isdigit() for t in shown]
        return [t.zfill(self.pad) if w else t for t, w in zip(shown, whole, strict=True)]

    def sentence(self) -> str:
        shown = [p[1:] if p.startswith("$") else f'"{p}"' for p in self.parts]
        return f"{', '.join(shown)} put together"
