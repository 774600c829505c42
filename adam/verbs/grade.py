"""`grade`: the laboratory grade of a result by CTCAE 5.0, in one direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from adam.ctcae import VERSION, Results, graded, units_of
from adam.verbs.shared import number_column, numbers, own_rule, put_beside
from mappings.names import Names
from mappings.scope import Scope

_NUMBERS = ("AVAL", "ANRLO", "ANRHI", "BASE")


@dataclass(frozen=True)
class Grade:
    """The grade of AVAL, from its limits (ANRLO, ANRHI) and its baseline (BASE, BNRIND).

    `test` holds the LBTESTCD, `unit` the unit of AVAL. A value in a unit for which the criteria
    have no bounds is the finding ``grade.unit``. `term` names the variable that takes the term
    graded for; "" for none.
    """

    direction: str
    test: str
    unit: str
    columns: Mapping[str, str]
    indicator: str
    term: str
    uses = ()
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Grade:
        if "term" in data and not own_rule(names):
            message = "'term' stands in the variable's own rule, or the term would be lost"
            names.fault("verb.inside", message, "", "term")
        test = names.column(data["test"], "test") if "test" in data else names.column("PARAMCD")
        return cls(
            str(data["grade"]),
            test,
            names.column(data["units"], "units"),
            {name: number_column(names, name) for name in _NUMBERS},
            names.column("BNRIND"),
            str(data.get("term", "")),
        )

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.test, self.unit, *self.columns.values(), self.indicator)

    def run(self, scope: Scope) -> pd.Series[Any]:
        value, low, high, base = (numbers(scope, self.columns[n]) for n in _NUMBERS)
        tests, units = scope[self.test], scope[self.unit]
        results = Results(tests, value, units, low, high, base, scope[self.indicator])
        made = graded(results, self.direction)
        scope.fault(
            "grade.unit",
            made.unit.to_numpy(dtype=bool),
            lambda unit: f"{VERSION} has no bounds in the unit '{unit}'",
            f"There are bounds in {', '.join(units_of(tests[made.unit].unique().tolist()))}.",
            values=units,
        )
        if self.term:
            put_beside(scope, self.term, made.term)
        return made.grade

    @property
    def beside(self) -> dict[str, str]:
        """How the variable is made that stands beside the grade."""
        if not self.term:
            return {}
        return {self.term: f"The term of {VERSION} that a {self.direction} value is graded for"}

    def sentence(self) -> str:
        return (
            f"Grade by {VERSION} of a {self.direction} value: AVAL against ANRLO and ANRHI, "
            "against the bounds of its unit, and against BASE where BNRIND is not NORMAL; "
            "0 within all bounds. Where signs decide between two grades of one value, the worse"
        )
