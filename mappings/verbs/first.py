"""`first`: the first of several rules that gives a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mappings.frames import as_text, blank_number, blank_text, is_numeric, present
from mappings.names import Names
from mappings.rules import Rule, VerbClass, parse_rule
from mappings.scope import Scope


@dataclass(frozen=True)
class First:
    """Tries each rule on the rows that still have no value.

    Where one gives text and another numbers, all become text.
    """

    rules: tuple[Rule, ...]

    @property
    def origin(self) -> str:
        origins = {r.origin or r.verb.origin for r in self.rules}
        return origins.pop() if len(origins) == 1 else "Derived"

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(n for r in self.rules for n in r.reads))

    @property
    def uses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(n for r in self.rules for n in r.verb.uses))

    def run(self, scope: Scope) -> pd.Series[Any]:
        result = self.rules[0].run(scope)
        for rule in self.rules[1:]:
            gaps = ~present(result)
            if not gaps.any():
                break
            part = rule.run(scope.rows(gaps))
            if not present(part).any():
                continue
            if is_numeric(part) != is_numeric(result):
                if gaps.all():
                    result = (blank_number if is_numeric(part) else blank_text)(scope.index)
                else:
                    part, result = as_text(part), as_text(result)
            result = result.copy()
            result[gaps] = part.array
        return result

    def sentence(self) -> str:
        return "The first that is there: " + "; ".join(
            f"({i}) {r.sentence().rstrip('.')}" for i, r in enumerate(self.rules, 1)
        )


def first_verb(table: Mapping[str, VerbClass]) -> VerbClass:
    """The parser of `first`, over the verbs in `table`."""

    def parse(data: Mapping[str, Any], names: Names) -> First:
        rules = [
            parse_rule("", part, names.at("first", i), table)
            for i, part in enumerate(data["first"])
        ]
        return First(tuple(rules))

    return parse
