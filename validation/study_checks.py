"""The study's own expectations (``expectations.yaml``), compiled into those of the suites.

Names are looked up before data are read; what a variable holds, text or numbers, is known once
the dataset is described. Conditions become the query texts that plain Great Expectations reads,
made of names and quoted values only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from define.model import Dataset, Variable
from mappings.conditions import Condition, Test, parse_condition
from mappings.findings import Finding, SpecificationFault, SpecPlace
from mappings.load import Document, Steps, did_you_mean, spec_fault
from mappings.text import number
from validation.expectations import (
    ORDER,
    Expectation,
    expectation,
    filled,
    not_before,
    presence,
    where,
)

TESTS = ("is", "in", "notin", "ge", "gt", "le", "lt", "matches", "notbefore", "unique")
_RANGE = ("ge", "gt", "le", "lt")
_OPERATORS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}


@dataclass(frozen=True)
class StudyCheck:
    """One entry: what is expected of a dataset, as the study says it."""

    dataset: str
    variable: str
    says: str
    severity: str
    when: Condition
    tests: Mapping[str, Any]
    document: Document
    number: int

    def place(self, *steps: str | int) -> SpecPlace:
        return self.document.place((self.number, *steps))


def read_checks(
    document: Document,
    variables: Mapping[str, Sequence[str]],
    unsure: AbstractSet[str] = frozenset(),
) -> tuple[list[StudyCheck], list[Finding]]:
    """The entries and every fault; `variables` are those of each dataset to come.

    Of the datasets `unsure`, whose modules are at fault themselves, no name is judged.
    """
    checks: list[StudyCheck] = []
    faults: list[Finding] = []
    for i, item in enumerate(document.data or ()):
        check = StudyCheck(
            str(item["dataset"]),
            str(item.get("variable", "")),
            str(item["says"]).strip(),
            str(item.get("severity", "error")),
            parse_condition(item.get("when")),
            {name: item[name] for name in TESTS if name in item},
            document,
            i,
        )
        found = [*_shape(check), *(() if check.dataset in unsure else _names(check, variables))]
        faults.extend(found)
        if not found:
            checks.append(check)
    return checks, faults


def _fault(check: StudyCheck, rule: str, message: str, steps: Steps, advice: str = "") -> Finding:
    return spec_fault(f"expectation.{rule}", message, check.place(*steps), advice)


def _shape(check: StudyCheck) -> list[Finding]:
    """Faults of the entry itself: no test or several, a range of nothing, a bad pattern."""
    given = list(check.tests)
    ranges = [t for t in given if t in _RANGE]
    kinds = [*(t for t in given if t not in _RANGE), *(["a range"] if ranges else [])]
    faults: list[Finding] = []
    if len(kinds) != 1:
        what = f"{' and '.join(kinds)} together" if kinds else "no test"
        advice = f"Give one of {', '.join(TESTS)}; an entry of its own for each."
        faults.append(_fault(check, "test", what, (), advice))
    if {"ge", "gt"} <= set(ranges) or {"le", "lt"} <= set(ranges):
        faults.append(_fault(check, "test", "two limits on one side", (ranges[-1],), "Keep one."))
    if "unique" in given and check.variable:
        advice = "Put it among 'unique'."
        message = "'variable' does nothing beside 'unique'"
        faults.append(_fault(check, "test", message, ("variable",), advice))
    if "unique" not in given and not check.variable:
        faults.append(_fault(check, "test", "'variable' is missing", ()))
    if "matches" in given:
        wrong = _pattern_fault(str(check.tests["matches"]))
        if wrong:
            message = f"not a regular expression: {wrong}"
            advice = "Look-ahead and back references are not part of it."
            faults.append(_fault(check, "pattern", message, ("matches",), advice))
    if any(v.startswith("$") for t in _tests(check) for v in t.values):
        message = "'when' of an expectation compares with values only"
        advice = "Compare with values, or make a flag in the dataset and ask for that."
        faults.append(_fault(check, "when", message, ("when",), advice))
    return faults


def _pattern_fault(pattern: str) -> str:
    """Why it cannot be used by both Python and RE2; "" when it can."""
    try:
        re.compile(pattern)
        pc.match_substring_regex(pa.array([""]), pattern=pattern)
    except (re.error, pa.ArrowInvalid) as error:
        return str(error).partition("\n")[0]
    return ""


def _tests(check: StudyCheck) -> list[Test]:
    return [test for clause in check.when.clauses for test in clause]


def _names(check: StudyCheck, variables: Mapping[str, Sequence[str]]) -> list[Finding]:
    if check.dataset not in variables:
        message = f"there is no dataset '{check.dataset}'"
        advice = did_you_mean(check.dataset, sorted(variables))
        return [_fault(check, "dataset", message, ("dataset",), advice)]
    known = list(variables[check.dataset])
    asked: list[tuple[Steps, str]] = []
    if check.variable:
        asked.append((("variable",), check.variable))
    if "notbefore" in check.tests:
        asked.append((("notbefore",), str(check.tests["notbefore"])))
    asked += [(("unique", i), str(v)) for i, v in enumerate(check.tests.get("unique", ()))]
    asked += [(("when",), name) for name in check.when.reads]
    return [
        _fault(
            check,
            "variable",
            f"there is no variable '{name}' in {check.dataset}",
            steps,
            did_you_mean(name, known),
        )
        for steps, name in asked
        if name not in known
    ]


def study_expectations(dataset: Dataset, checks: Sequence[StudyCheck]) -> list[Expectation]:
    """The study's expectations of a described dataset, in the order of the file.

    Raises SpecificationFault, with all of them, for tests that the variables cannot have: a range
    of text, a number that is none, a qualifier of SUPP--.
    """
    made: list[Expectation] = []
    faults: list[Finding] = []
    by_name = {v.name: v for v in dataset.variables}
    for check in checks:
        if check.dataset != dataset.name:
            continue
        try:
            made.append(_expectation(check, by_name))
        except SpecificationFault as fault:
            faults.extend(fault.findings)
    if faults:
        raise SpecificationFault(faults)
    return made


def _stop(check: StudyCheck, message: str, steps: Steps, advice: str = "") -> SpecificationFault:
    return SpecificationFault([_fault(check, "value", message, steps, advice)])


def _variable(check: StudyCheck, name: str, known: Mapping[str, Variable]) -> Variable:
    if name not in known:
        message = f"{name} is no variable of the finished {check.dataset}"
        raise _stop(check, message, (), "A qualifier is in SUPP--; expect it there.")
    return known[name]


def _expectation(check: StudyCheck, known: Mapping[str, Variable]) -> Expectation:
    kwargs: dict[str, Any] = {**where(_query(check, known) if check.when.clauses else "")}
    says = f"{check.says} ({check.place()})"
    if "unique" in check.tests:
        names = [_variable(check, str(v), known).name for v in check.tests["unique"]]
        if len(names) == 1:
            type_, kwargs = "expect_column_values_to_be_unique", kwargs | {"column": names[0]}
        else:
            type_ = "expect_compound_columns_to_be_unique"
            kwargs |= {"column_list": names}
        return expectation(type_, kwargs, says, check.severity)
    variable = _variable(check, check.variable, known)
    type_, more = _test(check, variable, known)
    return expectation(type_, more | kwargs, says, check.severity)


def _test(
    check: StudyCheck, variable: Variable, known: Mapping[str, Variable]
) -> tuple[str, dict[str, Any]]:
    ((name, value), *_) = check.tests.items()
    column = {"column": variable.name}
    if name == "is":
        return presence(variable, there=value == "present")
    if name in ("in", "notin"):
        values = [_value(check, variable, str(v), (name, i)) for i, v in enumerate(value)]
        if name == "notin":
            return "expect_column_values_to_not_be_in_set", column | {"value_set": values}
        if not variable.numeric and "" not in values:
            values = ["", *values]
        return "expect_column_values_to_be_in_set", column | {"value_set": values}
    if name == "notbefore":
        other = _variable(check, str(value), known)
        if other.numeric != variable.numeric:
            message = f"{variable.name} and {other.name} are of different types"
            raise _stop(check, message, ("notbefore",))
        return ORDER, not_before(variable.name, other.name)
    if name == "matches":
        if variable.numeric:
            raise _stop(check, f"{variable.name} is a number, not text", ("matches",))
        regex = f"^(?:{value})?$"
        return "expect_column_values_to_match_regex", column | {"regex": regex}
    if not variable.numeric:
        message = f"{variable.name} is text, and a range is of numbers"
        raise _stop(check, message, (name,), "Use 'matches', 'in' or 'notbefore'.")
    limits: dict[str, Any] = {}
    for key, limit in check.tests.items():
        side = "min" if key in ("ge", "gt") else "max"
        limits[f"{side}_value"] = _whole(float(str(limit)))
        if key in ("gt", "lt"):
            limits[f"strict_{side}"] = True
    return "expect_column_values_to_be_between", column | limits


def _value(check: StudyCheck, variable: Variable, text: str, steps: Steps) -> str | float:
    if not variable.numeric:
        return text
    shown = number(text)
    if math.isnan(shown):
        raise _stop(check, f"{variable.name} is a number, but '{text}' is not", steps)
    return _whole(float(shown))


def _whole(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _query(check: StudyCheck, known: Mapping[str, Variable]) -> str:
    """The condition as the query text of pandas: names, comparators, quoted values."""
    clauses = [
        " and ".join(_comparison(check, test, known) for test in clause)
        for clause in check.when.clauses
    ]
    return clauses[0] if len(clauses) == 1 else " or ".join(f"({c})" for c in clauses)


def _comparison(check: StudyCheck, test: Test, known: Mapping[str, Variable]) -> str:
    variable = _variable(check, test.column, known)
    name = variable.name
    if test.comparator in ("present", "missing"):
        return filled(variable, there=test.comparator == "present")
    values = [_value(check, variable, v, ("when",)) for v in test.values]
    if test.comparator in _OPERATORS:
        return f"{name} {_OPERATORS[test.comparator]} {values[0]!r}"
    equal = test.comparator in ("eq", "in")
    if len(values) == 1:
        return f"{name} {'==' if equal else '!='} {values[0]!r}"
    return f"{name} {'in' if equal else 'not in'} {values!r}"
