"""`calc`: one operation on two numbers, such as the change from baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from adam.verbs.shared import number_column, numbers
from mappings.digits import as_collected, exact
from mappings.names import Names
from mappings.scope import Scope
from mappings.text import number

Number = Callable[[Any, Any], Any]

OPERATIONS: dict[str, Number] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
_HALF = 1e-9


def rounded(values: pd.Series[float], digits: int) -> pd.Series[float]:
    """Rounded to `digits` decimals, halves away from zero, as SAS does.

    A number a billionth below a half counts as one, since 1.005 has no exact binary form.
    """
    scale = 10.0**digits
    up = np.floor(values.abs() * scale + 0.5 + _HALF) / scale
    return pd.Series(up * np.sign(values), index=values.index)


@dataclass(frozen=True)
class Calc:
    """Left and right put together; missing when one of them is, or the divisor is 0."""

    left: str | float
    operation: str
    right: str | float
    digits: int | None
    percent: bool
    uses = ()
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Calc:
        given = [names.text(part) for part in data["calc"]]

        def operand(position: int) -> str | float:
            value = number(given[position])
            if not np.isnan(value):
                return value
            return number_column(names, given[position], "calc", position)

        if given[1] not in OPERATIONS:
            message = f"'{given[1]}' is no operation; the second part is one of + - * /"
            names.fault("calc.operation", message, 'Example: [AVAL, "-", BASE].', "calc", 1)
        left, right = operand(0), operand(2)
        if isinstance(left, float) and isinstance(right, float):
            names.fault("calc.constant", "'calc' needs at least one variable", "", "calc")
        if right == 0 and given[1] == "/":
            names.fault("calc.zero", "a division by 0 is always missing", "", "calc", 2)
        digits = int(data["digits"]) if "digits" in data else None
        return cls(left, given[1], right, digits, data.get("percent") == "true")

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(n for n in (self.left, self.right) if isinstance(n, str))

    def run(self, scope: Scope) -> pd.Series[Any]:
        def values(operand: str | float) -> pd.Series[float]:
            if isinstance(operand, str):
                return numbers(scope, operand)
            return pd.Series(operand, index=scope.index, dtype="float64")

        left, right = values(self.left), values(self.right)
        made = OPERATIONS[self.operation](left, right)
        made = made.where(np.isfinite(made))
        if self.operation in "+-":
            made = as_collected(made, left, right)
        if self.percent:
            made = made * 100
        return exact(made) if self.digits is None else rounded(made, self.digits)

    def sentence(self) -> str:
        parts = [p if isinstance(p, str) else f"{p:.15g}" for p in (self.left, self.right)]
        text = f"{parts[0]} {self.operation} {parts[1]}"
        if self.percent:
            text = f"100 * ({text})"
        if self.digits is not None:
            text += f", rounded to {self.digits} decimals"
        return text
