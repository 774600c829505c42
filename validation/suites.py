"""Great Expectations suites made from the metadata of one dataset.

A suite is a plain dict that plain Great Expectations loads
(``ExpectationSuite(**json.load(file))``). It holds no id, no time and no version, so the
same dataset always gives the same bytes. Missing text is "" in the XPT files, therefore
value sets and patterns let "" pass where a value may be missing, and a mandatory text has a
least length of one beside its not-null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from define.model import Dataset, Variable
from validation import iso8601
from validation.expectations import (
    ORDER,
    Expectation,
    Suite,
    expectation,
    filled,
    not_before,
    presence,
    where,
)
from validation.study_checks import StudyCheck, study_expectations

_FLAGS = (("DT", "DT"), ("TM", "DTM"))
# Of dates the earlier and the later; ``--`` is the domain. Study days stand for the dates of SDTM:
# they are there where a date is complete, and numbers can be compared without reading a text.
_ORDERED = (
    ("--STDY", "--ENDY"),
    *((f"{a}S{b}", f"{a}E{b}") for a in ("TRT", "APHASE", "TRTP") for b in ("DT", "DTM")),
    *(("ASTDT", "AENDT"), ("ASTDTM", "AENDTM"), ("STARTDT", "ADT")),
)
_PERIOD = re.compile(r"((?:AP|TR)\d\d)SDTM?")
# Where the first is there, the second is.
_COMPANIONS = (
    *(("AGE", "AGEU"), ("AAGE", "AAGEU"), ("--DOSE", "--DOSU"), ("CHG", "BASE"), ("PCHG", "BASE")),
    *((f"{a}{flag}F", f"{a}{of}") for a in ("AST", "AEN", "A") for flag, of in _FLAGS),
)

# SAS dates count days, date-times seconds, from 1960-01-01: these are the years 1900 to 2099.
_RANGES = {"DATE": (-21914, 51499), "DATETIME": (-1893369600, 4449599999), "TIME": (0, 86399)}


def suite(dataset: Dataset, checks: Sequence[StudyCheck] = ()) -> Suite:
    """The suite of `dataset`: columns, mandatory values, lengths, codes, dates, ranges, keys,
    the order of dates, values that need another one, and the study's own `checks`.

    Raises SpecificationFault for checks that the variables cannot have.
    """
    variables = sorted(dataset.variables, key=lambda v: v.order)
    columns = [v.name for v in variables]
    expectations = [
        expectation(
            "expect_table_columns_to_match_ordered_list",
            {"column_list": columns},
            "The columns and their order are those of define.xml",
        )
    ]
    for variable in variables:
        expectations.extend(_of_variable(dataset, variable))
    expectations.extend(_of_keys(dataset))
    expectations.extend(_of_dates(dataset))
    expectations.extend(_of_companions(dataset))
    expectations.extend(study_expectations(dataset, checks))
    return {
        "name": dataset.name,
        "expectations": expectations,
        "meta": {
            "crosswalk": {
                "dataset": dataset.name,
                "keys": list(dataset.keys),
                "label": dataset.label,
            }
        },
    }


def suite_json(content: Suite) -> str:
    """The suite as readable JSON: keys sorted, ASCII, ending in a line feed."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def load_suite(text: str) -> Suite:
    """A suite read back from JSON, perhaps edited by hand. ValueError says what is wrong."""
    content = json.loads(text)
    if not isinstance(content, dict) or not isinstance(content.get("expectations"), list):
        message = 'a suite is an object with a list "expectations"'
        raise ValueError(message)
    return content


def _of_variable(dataset: Dataset, variable: Variable) -> Iterator[Expectation]:
    name = variable.name
    if variable.mandatory:
        yield expectation(
            "expect_column_values_to_not_be_null", {"column": name}, f"{name} is never missing"
        )
    if not variable.numeric:
        limits: dict[str, Any] = {"column": name, "max_value": variable.length}
        if variable.mandatory:
            limits["min_value"] = 1
        yield expectation(
            "expect_column_value_lengths_to_be_between",
            limits,
            f"{name} is at most {variable.length} bytes long, as define.xml says",
        )
    yield from _of_codelist(variable)
    if not variable.numeric and variable.datatype in iso8601.BY_DATATYPE:
        pattern = iso8601.BY_DATATYPE[variable.datatype]
        yield expectation(
            "expect_column_values_to_match_regex",
            {"column": name, "regex": iso8601.whole(pattern, empty=not variable.mandatory)},
            f"{name} is ISO 8601 ({variable.datatype})",
        )
    if variable.numeric:
        yield from _of_range(dataset, variable)


def _of_codelist(variable: Variable) -> Iterator[Expectation]:
    codelist = variable.codelist
    if codelist is None or codelist.dictionary or not codelist.terms:
        return
    values: list[Any]
    if variable.numeric:
        values = sorted({_number(term.value) for term in codelist.terms})
    else:
        values = sorted({term.value for term in codelist.terms})
        if not variable.mandatory:
            values = ["", *(v for v in values if v)]
    yield expectation(
        "expect_column_values_to_be_in_set",
        {"column": variable.name, "value_set": values},
        f"{variable.name} is a term of the codelist {codelist.name}",
    )


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


def _of_range(dataset: Dataset, variable: Variable) -> Iterator[Expectation]:
    name = variable.name
    limits = _limits(dataset, variable)
    if limits is not None:
        low, high, says = limits
        kwargs: dict[str, Any] = {"column": name}
        if low is not None:
            kwargs["min_value"] = low
        if high is not None:
            kwargs["max_value"] = high
        yield expectation("expect_column_values_to_be_between", kwargs, f"{name} {says}")
    if _is_day(dataset, name):
        yield expectation(
            "expect_column_values_to_not_be_in_set",
            {"column": name, "value_set": [0]},
            f"{name} is never 0: the day before day 1 is day -1",
        )


def _limits(dataset: Dataset, variable: Variable) -> tuple[int | None, int | None, str] | None:
    name = variable.name
    kind = variable.format.rstrip("0123456789.").upper()
    if kind in _RANGES:
        low, high = _RANGES[kind]
        return low, high, "lies in the years 1900 to 2099" if kind != "TIME" else "is within a day"
    if name.endswith("SEQ") and len(name) in (5, 6):
        return 1, None, "counts from 1"
    if name in ("AGE", "AAGE"):
        return 0, 120, "is an age"
    if name == "CNSR":
        return 0, None, "is 0 for an event, above 0 for a censoring"
    if name.endswith("FN") and dataset.name.startswith("AD"):
        return 0, 1, "is the number of a flag"
    return None


def _is_day(dataset: Dataset, name: str) -> bool:
    prefix = dataset.domain or dataset.name
    days = {f"{prefix}{part}DY" for part in ("", "ST", "EN")} | {"ADY", "ASTDY", "AENDY"}
    days |= {"VISITDY", "DTHDY"}
    return name in days


def _of_keys(dataset: Dataset) -> Iterator[Expectation]:
    keys = list(dataset.keys)
    if not keys:
        return
    says = f"{', '.join(keys)}: never the same for two records"
    if len(keys) == 1:
        yield expectation("expect_column_values_to_be_unique", {"column": keys[0]}, says)
    else:
        yield expectation("expect_compound_columns_to_be_unique", {"column_list": keys}, says)


def _named(dataset: Dataset, name: str) -> str:
    return name.replace("--", dataset.domain or dataset.name)


def _of_dates(dataset: Dataset) -> Iterator[Expectation]:
    known = {v.name: v for v in dataset.variables}
    pairs = [(_named(dataset, a), _named(dataset, b)) for a, b in _ORDERED]
    starts = [m for m in map(_PERIOD.fullmatch, known) if m]
    pairs += [(m.string, f"{m[1]}E{m.string[len(m[1]) + 1 :]}") for m in starts]
    for first, last in pairs:
        if first in known and last in known and known[first].numeric and known[last].numeric:
            yield expectation(
                ORDER,
                not_before(last, first),
                f"{last} is not before {first}, where both are there",
            )


def _of_companions(dataset: Dataset) -> Iterator[Expectation]:
    known = {v.name: v for v in dataset.variables}
    for first, other in _COMPANIONS:
        one, needed = known.get(_named(dataset, first)), known.get(_named(dataset, other))
        if one is not None and needed is not None:
            type_, kwargs = presence(needed, there=True)
            says = f"{needed.name} is there wherever {one.name} is"
            yield expectation(type_, kwargs | where(filled(one)), says)
