"""What `date` refuses beside `impute`: flags that would be lost, settings that would do nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adam.verbs.shared import own_rule
from mappings.names import Names

PARTS = {"Y": "year", "M": "month", "D": "day", "h": "hour", "m": "minute", "s": "second"}
_OF_TIME = ("h", "m", "s")
_BOUND = {"first": "notbefore", "last": "notafter", "mid": ""}


def check_imputation(data: Mapping[str, Any], names: Names, part: str) -> None:
    """Faults of an imputation; `part` is what the variable holds (DT, DTM or TM)."""
    if not own_rule(names):
        message = "'impute' stands in the variable's own rule, or its flag would be lost"
        _refuse(names, "impute", message)
    if part == "TM":
        message = "a time of day is not imputed; impute the date-time and read that"
        _refuse(names, "impute", message)
        return
    _check_flags(data, names, part)
    _check_highest(data, names, part)
    for key in ("clock", "seconds"):
        if key in data and part == "DT":
            _refuse(names, key, f"'{key}' does nothing: a date has no time")
    if "after" in data:
        for key in ("notbefore", "notafter"):
            if key in data:
                _refuse(names, key, f"'{key}' does nothing beside 'after'")
        if part == "DTM" or data["impute"] != "first":
            _refuse(names, "after", "'after' is of dates, with 'impute: first'")


def _refuse(names: Names, key: str, message: str, advice: str = "") -> None:
    names.fault("date.impute", message, advice, key)


def _check_flags(data: Mapping[str, Any], names: Names, part: str) -> None:
    of_time = str(data.get("highest", "M")) in _OF_TIME
    for key, held, needed in (("dtf", "date", not of_time), ("tmf", "time", part == "DTM")):
        ending = key.upper()
        if needed and key not in data:
            message = f"what is imputed of the {held} needs a flag: '{key}' is missing"
            _refuse(names, "impute", message, f"Example: {key}: AST{ending}.")
        elif not needed and key in data:
            _refuse(names, key, f"'{key}' does nothing: nothing of the {held} is imputed")
        elif key in data and not str(data[key]).endswith(ending):
            message = f"the name of the imputation flag {data[key]} does not end in {ending}"
            _refuse(names, key, message)


def _check_highest(data: Mapping[str, Any], names: Names, part: str) -> None:
    highest = str(data.get("highest", "M"))
    if highest in _OF_TIME and part == "DT":
        _refuse(names, "highest", f"a date has no {PARTS[highest]}", "It is one of Y, M and D.")
    bound = _BOUND[str(data["impute"])]
    if highest == "Y" and bound not in data and "after" not in data:
        needed = f"needs '{bound}'" if bound else "needs 'impute: first' or 'impute: last'"
        message = f"'highest: Y' {needed}: a date of which nothing is known becomes the bound"
        _refuse(names, "highest", message)
    if "after" in data and highest == "D":
        _refuse(names, "highest", "'highest: D' does nothing beside 'after'", "It is M or Y.")
