"""Single expectations of Great Expectations, and what "missing" means in them.

Missing text is "" in the XPT files, which Great Expectations takes for a value; a missing number is
not equal to itself. That is said here once, for expectations and for the query texts of conditions.
"""

from __future__ import annotations

from typing import Any

from define.model import Variable

Suite = dict[str, Any]
Expectation = dict[str, Any]

ORDER = "expect_column_pair_values_a_to_be_greater_than_b"


def expectation(
    type_: str, kwargs: dict[str, Any], says: str, severity: str = "error"
) -> Expectation:
    """An expectation as its JSON has it; `says` is it in words."""
    return {
        "type": type_,
        "kwargs": kwargs,
        "meta": {"crosswalk": {"says": says, "severity": severity}},
    }


def where(condition: str) -> dict[str, str]:
    """The arguments that narrow an expectation to the records of a query text of pandas."""
    return {"row_condition": condition, "condition_parser": "pandas"} if condition else {}


def presence(variable: Variable, *, there: bool) -> tuple[str, dict[str, Any]]:
    """Type and arguments of: the value is there, or is missing."""
    column: dict[str, Any] = {"column": variable.name}
    if variable.numeric:
        return f"expect_column_values_to_{'not_' if there else ''}be_null", column
    type_ = f"expect_column_values_to_{'not_' if there else ''}be_in_set"
    return type_, column | {"value_set": [""]}


def not_before(later: str, earlier: str) -> dict[str, Any]:
    """The arguments of `ORDER`; records without one of the two pass."""
    rows = "either_value_is_missing"
    return {"column_A": later, "column_B": earlier, "or_equal": True, "ignore_row_if": rows}


def filled(variable: Variable, *, there: bool = True) -> str:
    """The query text for: the value is there, or is missing."""
    if variable.numeric:
        return f"{variable.name} {'==' if there else '!='} {variable.name}"
    return f"{variable.name} {'!=' if there else '=='} ''"
