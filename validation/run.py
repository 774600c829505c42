"""Run an expectation suite over one frame: one call, then our own listing of what fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd

from define.model import Metadata
from mappings.findings import Finding, Severity
from validation import gx
from validation.expectations import Expectation, Suite
from validation.failing import (
    byte_lengths,
    columns_of,
    condition_columns,
    failing_records,
    missing,
    short_name,
)
from validation.locate import Lineage, record_findings
from validation.outcome import Checked, Outcome, Status
from validation.study_checks import StudyCheck
from validation.suites import suite

LINEAGE_COLUMNS = ("_form", "_row")
_COLUMNS = "expect_table_columns_to_match_ordered_list"
_UNIQUE = "expect_compound_columns_to_be_unique"
_NOT_NULL = "expect_column_values_to_not_be_null"
_LENGTH = "expect_column_value_lengths_to_be_between"
_REGEX = "expect_column_values_to_match_regex"
_BETWEEN = "expect_column_values_to_be_between"
_T = TypeVar("_T")

_ADVICE = {
    "columns": "Make the columns and their order those of the specification, or edit the suite.",
    "not_null": "Find why the source is empty, or explain it; if it may be, it is not mandatory.",
    "length": "Shorten the text or give the variable a greater length.",
    "in_set": "Map the value to a term of the codelist, or extend the codelist if it may be.",
    "not_in_set": "Look at how the value was made.",
    "regex": "Look at the collected date; ISO 8601 is needed, cut off at the right where unknown.",
    "between": "Look at the collected value and at the rule that made this one.",
    "null": "Look at how the value was made.",
    "order": "Look at both dates: ask the site, or mend what made them.",
    "unique": "Find out whether the source holds a record twice or the keys are too few.",
}


def run_suite(
    content: Suite, frame: pd.DataFrame, *, dataset: str = "", lineage: Lineage | None = None
) -> Checked:
    """Validate `frame` by the suite `content`; `dataset` is the suite's own name unless given.

    The frame may carry `_form` and `_row`; they are set aside for the check and used to say
    which raw row a failing record came from. An expectation on a column that the frame lacks
    is NOT RUN and leaves a Finding; one that raises is ERRORED and leaves a Finding
    ``expect.exception``.
    """
    run = _Run(content, frame, dataset, lineage or Lineage())
    return run.result()


class _Run:
    def __init__(self, content: Suite, frame: pd.DataFrame, dataset: str, lineage: Lineage) -> None:
        about = content.get("meta", {}).get("crosswalk", {})
        self.dataset = dataset or str(about.get("dataset") or content.get("name") or "")
        self.keys = tuple(str(k) for k in about.get("keys", ()))
        self.frame = frame
        self.lineage = lineage
        self.expectations: list[Expectation] = list(content["expectations"])
        self.bare = frame.drop(columns=[c for c in LINEAGE_COLUMNS if c in frame.columns])
        self.columns = {str(c) for c in self.bare.columns}

    def result(self) -> Checked:
        absent = [self._absent(e) for e in self.expectations]
        unfit = ["" if gone else self._unfit(e) for e, gone in self._each(absent)]
        idle = [bool(gone or odd) for gone, odd in zip(absent, unfit, strict=True)]
        runnable = [e for e, left in self._each(idle) if not left]
        verdicts = iter(gx.validate(self._with_missing(runnable), runnable))
        outcomes: list[Outcome] = []
        findings: list[Finding] = []
        reasons = [
            f"there is no column {', '.join(gone)}" if gone else odd
            for gone, odd in zip(absent, unfit, strict=True)
        ]
        for expectation, reason in self._each(reasons):
            if reason:
                outcome = self.outcome(expectation, Status.NOT_RUN, reason=reason)
                found: list[Finding] = []
            else:
                outcome, found = self._judge(expectation, next(verdicts))
            outcomes.append(outcome)
            findings.extend(found)
        if not any(e["type"] == _COLUMNS for e in self.expectations):
            names = sorted({name for gone in absent for name in gone})
            findings.extend(self._no_column(name) for name in names)
        findings.extend(self._types(expectation for expectation, odd in self._each(unfit) if odd))
        return Checked(tuple(outcomes), tuple(findings), self.dataset)

    def _each(self, of: Sequence[_T]) -> Iterator[tuple[Expectation, _T]]:
        return zip(self.expectations, of, strict=True)

    def _unfit(self, expectation: Expectation) -> str:
        """Why the expectation means nothing to its column, "" where it can be asked."""
        kwargs = expectation.get("kwargs", {})
        name = kwargs.get("column")
        if not isinstance(name, str):
            return ""
        numeric = pd.api.types.is_numeric_dtype(self.bare[name])
        if _wants_text(expectation) and numeric:
            return f"{name} is a number in the data, text in the suite"
        if _wants_number(expectation) and not numeric:
            return f"{name} is text in the data, a number in the suite"
        return ""

    def _types(self, unfit: Iterable[Expectation]) -> list[Finding]:
        """One finding for each column of another type than the suite expects."""
        names = {str(e["kwargs"]["column"]): self._unfit(e) for e in unfit}
        advice = "Give the variable the type that its metadata say, or mend these."
        return [
            self._plain("expect.type", Severity.ERROR, names[name], advice, (name,))
            for name in sorted(names)
        ]

    def _absent(self, expectation: Expectation) -> list[str]:
        if expectation["type"] == _COLUMNS:
            return []
        kwargs = expectation.get("kwargs", {})
        names = (*columns_of(kwargs), *condition_columns(kwargs))
        return [name for name in names if name not in self.columns]

    def _with_missing(self, expectations: list[Expectation]) -> pd.DataFrame:
        """The frame with "" turned to missing where a not-null expectation must see it."""
        changed = {}
        for expectation in expectations:
            if expectation["type"] != _NOT_NULL:
                continue
            name = expectation["kwargs"]["column"]
            column = self.bare[name]
            gone = missing(column)
            if gone.any() and not column.isna().all():
                changed[name] = column.mask(gone)
        return self.bare.assign(**changed) if changed else self.bare

    def _judge(
        self, expectation: Expectation, verdict: gx.Verdict
    ) -> tuple[Outcome, list[Finding]]:
        if verdict.status is Status.ERRORED:
            outcome = self.outcome(expectation, Status.ERRORED, reason=verdict.reason)
            return outcome, [self._exception(expectation, verdict.reason)]
        if verdict.status is Status.PASSED and not self._too_many_bytes(expectation):
            return self.outcome(expectation, Status.PASSED), []
        found = self._failing(expectation)
        return self.outcome(expectation, Status.FAILED, failing=len(found)), found

    def _too_many_bytes(self, expectation: Expectation) -> bool:
        """Great Expectations counts characters; the file holds bytes."""
        kwargs = expectation["kwargs"]
        if expectation["type"] != _LENGTH or kwargs.get("max_value") is None:
            return False
        column = self.bare[kwargs["column"]]
        if len(column) == 0 or pd.api.types.is_numeric_dtype(column):
            return False
        return int(byte_lengths(column).max()) > int(kwargs["max_value"])

    def _failing(self, expectation: Expectation) -> list[Finding]:
        type_, kwargs = expectation["type"], expectation.get("kwargs", {})
        rule = f"expect.{short_name(type_)}"
        severity = _severity(expectation)
        message = f"expected: {_says(expectation)}"
        advice = _ADVICE.get(short_name(type_), "Look at the records and at the expectation.")
        if type_ == _COLUMNS:
            return self._columns(kwargs, rule, severity, advice)
        mask = failing_records(self.bare, type_, kwargs)
        variables = columns_of(kwargs)
        if type_ == _UNIQUE:
            # It is filed under the last key: all records share the first.
            variables = (*variables[-1:], *variables[:-1])
        if mask is None or not mask.any():
            # It failed all the same: said once, without the records.
            return [self._plain(rule, severity, message, advice, variables)]
        return record_findings(
            self.frame,
            mask,
            rule=rule,
            severity=severity,
            message=message,
            advice=advice,
            dataset=self.dataset,
            variables=variables,
            keys=self.keys,
            lineage=self.lineage,
        )

    def _columns(
        self, kwargs: Mapping[str, Any], rule: str, severity: Severity, advice: str
    ) -> list[Finding]:
        wanted = [str(c) for c in kwargs["column_list"]]
        have = [str(c) for c in self.bare.columns]
        lines = [(c, f"the column {c} is missing") for c in wanted if c not in self.columns]
        lines += [(c, f"the column {c} is not in define.xml") for c in have if c not in wanted]
        if not lines:
            first = next((w for w, h in zip(wanted, have, strict=False) if w != h), "")
            lines = [(first, f"the columns stand in another order from {first} on")]
        return [self._plain(rule, severity, text, advice, (name,)) for name, text in lines]

    def _plain(
        self, rule: str, severity: Severity, message: str, advice: str, variables: tuple[str, ...]
    ) -> Finding:
        variable = variables[0] if variables else ""
        spec = self.lineage.place(self.dataset, variable)
        return Finding(rule, severity, message, advice, self.dataset, variable, spec=spec)

    def _no_column(self, name: str) -> Finding:
        message = f"the suite expects a column {name} that the data do not have"
        advice = _ADVICE["columns"]
        return self._plain("expect.columns", Severity.ERROR, message, advice, (name,))

    def _exception(self, expectation: Expectation, reason: str) -> Finding:
        variables = columns_of(expectation.get("kwargs", {}))
        return Finding(
            "expect.exception",
            Severity.ERROR,
            f"{expectation['type']} could not be run: {reason}",
            "Correct the expectation or take it out; until then nothing is proved by it.",
            self.dataset,
            variables[0] if variables else "",
            scope=short_name(expectation["type"]),
        )

    def outcome(
        self, expectation: Expectation, status: Status, *, failing: int = 0, reason: str = ""
    ) -> Outcome:
        return Outcome(
            f"expect.{short_name(expectation['type'])}",
            self.dataset,
            status,
            _says(expectation),
            columns_of(expectation.get("kwargs", {})),
            failing,
            reason,
            severity=_severity(expectation).value,
        )


def _wants_text(expectation: Expectation) -> bool:
    if expectation["type"] in (_LENGTH, _REGEX):
        return True
    values = expectation["kwargs"].get("value_set") or ()
    return any(isinstance(v, str) for v in values)


def _wants_number(expectation: Expectation) -> bool:
    if expectation["type"] == _BETWEEN:
        kwargs = expectation["kwargs"]
        return any(isinstance(kwargs.get(k), int | float) for k in ("min_value", "max_value"))
    values = expectation["kwargs"].get("value_set") or ()
    return bool(values) and all(isinstance(v, int | float) for v in values)


def _about(expectation: Expectation) -> Mapping[str, Any]:
    about = (expectation.get("meta") or {}).get("crosswalk") or {}
    return about if isinstance(about, Mapping) else {}


def _says(expectation: Expectation) -> str:
    return str(_about(expectation).get("says") or expectation["type"].replace("_", " "))


def _severity(expectation: Expectation) -> Severity:
    try:
        return Severity(str(_about(expectation).get("severity", "error")))
    except ValueError:
        return Severity.ERROR


def run_suites(
    documents: Iterable[Metadata],
    frames: Mapping[str, pd.DataFrame],
    *,
    lineage: Lineage | None = None,
    checks: Sequence[StudyCheck] = (),
) -> tuple[dict[str, Suite], list[Checked]]:
    """Make and run the suite of every dataset of the defines, in their order.

    `checks` are the study's own. Raises SpecificationFault for those that no variable can have.
    Returns the suites by dataset name (to be written beside the report) and the results. A
    dataset without a frame leaves a Finding ``expect.dataset`` and its expectations NOT RUN.
    """
    suites: dict[str, Suite] = {}
    results: list[Checked] = []
    for document in documents:
        for described in document.datasets:
            name = described.name
            suites[name] = suite(described, checks)
            if name in frames:
                results.append(run_suite(suites[name], frames[name], lineage=lineage))
            else:
                results.append(_without_frame(suites[name], name))
    return suites, results


def _without_frame(content: Suite, name: str) -> Checked:
    run = _Run(content, pd.DataFrame(), name, Lineage())
    reason = f"there is no dataset {name}"
    outcomes = [
        run.outcome(expectation, Status.NOT_RUN, reason=reason) for expectation in run.expectations
    ]
    found = Finding(
        "expect.dataset",
        Severity.ERROR,
        f"define.xml describes a dataset {name} that was not built",
        "Build the dataset, or take it out of the metadata.",
        name,
    )
    return Checked(tuple(outcomes), (found,), name)
