"""`map`: a coded value by a published codelist, by a table of the module, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mappings.frames import as_text, blank_text, map_distinct
from mappings.load import did_you_mean
from mappings.names import Names, PublishedList
from mappings.scope import Scope
from mappings.text import plain


@dataclass(frozen=True)
class Map:
    """Collected value to submitted value; total: what is not covered is a finding.

    The table is asked first, then the codelist (submission value, synonym, NCI preferred
    term). A match by anything but the exact value is reported as a notice, so that somebody
    looks at it.
    """

    column: str
    table: Mapping[str, str]
    codelist: PublishedList | None
    origin = "Collected"
    uses = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Map:
        codelist = names.codelist(data["ct"], "ct") if "ct" in data else None
        table: dict[str, str] = {}
        for key, value in (data.get("to") or {}).items():
            collected, submitted = plain(names.text(key)), names.text(value or "")
            if table.setdefault(collected, submitted) != submitted:
                message = f"'{collected}' is mapped to two values"
                names.fault("map.twice", message, "Blanks and width do not count.", "to", key)
        if "ct" not in data and "to" not in data:
            names.fault("map.empty", "'map' needs 'ct', 'to' or both")
        if codelist is not None and not codelist.extensible:
            known = list(codelist.values)
            for collected, value in (data.get("to") or {}).items():
                submitted = names.text(value or "")
                if submitted and submitted not in (*known, *codelist.besides):
                    names.fault(
                        "map.value",
                        f"'{submitted}' is not in the codelist {codelist.name}, "
                        "which cannot be extended",
                        did_you_mean(submitted, known),
                        "to",
                        collected,
                    )
        return cls(names.column(data["map"], "map"), table, codelist)

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def run(self, scope: Scope) -> pd.Series[Any]:
        values = as_text(scope[self.column])
        trimmed = {str(u): plain(str(u)) for u in pd.unique(values)}
        rest = [t for t in dict.fromkeys(trimmed.values()) if t and t not in self.table]
        matches = self.codelist.match(rest) if self.codelist is not None else {}
        answer: dict[str, str] = {}
        for original, text in trimmed.items():
            if text in self.table:
                answer[original] = self.table[text]
            elif text in matches:
                answer[original] = matches[text].value
        for text in rest:
            if text in matches and matches[text].how != "exact":
                scope.report.value(
                    "map.synonym",
                    f"'{text}' was recognised as {matches[text].value} by {matches[text].how}",
                    dataset=scope.target,
                    variable=scope.variable,
                    value=text,
                    spec=scope.spec,
                )
        unmapped = {t for t in rest if t not in matches}
        if unmapped:
            mask = values.isin([o for o, t in trimmed.items() if t in unmapped]).to_numpy()
            places = ["the table"] if self.table else []
            places += [self.codelist.name] if self.codelist is not None else []
            words = f" is not in {' or in '.join(places)}"
            scope.fault(
                "map.unmapped",
                np.asarray(mask, dtype=bool),
                "the value '" + values + "'" + self._decoded(scope) + words,
                "Add it to 'to', or ask the site.",
                values=values,
                columns=[self.column],
            )
        return map_distinct(values, lambda texts: [answer.get(t, "") for t in texts])

    def _decoded(self, scope: Scope) -> pd.Series[str]:
        """What the export says beside each code, where it has a column for that."""
        base = self.column.removesuffix("_STD").removesuffix("CD")
        if base == self.column or base not in scope.frame.columns:
            return blank_text(scope.index)
        text = map_distinct(as_text(scope[base]), lambda texts: [plain(t) for t in texts])
        return (" (" + text + ")").where(text.ne(""), "")

    def sentence(self) -> str:
        if self.codelist is not None:
            return f"{self.column} mapped to the codelist {self.codelist.name}"
        pairs = ", ".join(f'"{k}" is "{v}"' for k, v in self.table.items())
        return f"{self.column} mapped: {pairs}"
