"""Great Expectations, kept quiet: no analytics, no network, no progress bars, one call.

The library takes seconds to import, so it is imported only when a suite is run.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from validation.outcome import Status, one_line


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Great Expectations said of one expectation; `reason` is an exception's text."""

    status: Status
    reason: str = ""


@contextmanager
def quiet() -> Iterator[Any]:
    """The library with analytics off, nothing printed and nothing logged."""
    # Not by its level: some of its modules set their own. Nothing of it reaches the root.
    logger = logging.getLogger("great_expectations")
    silent = logging.NullHandler()
    before = logger.propagate
    logger.propagate = False
    logger.addHandler(silent)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield _library()
    finally:
        logger.removeHandler(silent)
        logger.propagate = before


def _library() -> Any:
    # Read by the library at import: must be set before it, whatever the user's shell says.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations  # noqa: PLC0415

    return great_expectations


def context(library: Any) -> Any:
    """A context in memory that shows no progress and sends nothing."""
    made = library.get_context(mode="ephemeral")
    made.variables.analytics_enabled = False
    made.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return made


@cache
def _frames() -> Any:
    """Where frames become batches: made once, because that takes longer than ten checks."""
    asset = context(_library()).data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


@contextmanager
def _batch(library: Any, frame: pd.DataFrame) -> Iterator[Any]:
    definition = _frames()
    try:
        yield definition.get_batch(batch_parameters={"dataframe": frame})
    finally:
        # The library keeps the last frame that it looked at.
        nothing = definition.get_batch(batch_parameters={"dataframe": pd.DataFrame()})
        nothing.validate(library.ExpectationSuite(name="none"))


def validate(frame: pd.DataFrame, expectations: Sequence[dict[str, Any]]) -> list[Verdict]:
    """The verdict on each expectation, in their order, from ONE validate call.

    An expectation that cannot be made into one (unknown type, bad arguments) or that raises
    while it runs is ERRORED with the exception's text; nothing is raised for it.
    """
    if not expectations:
        return []
    with quiet() as library:
        verdicts: list[Verdict | None] = [None] * len(expectations)
        made = []
        for number, expectation in enumerate(expectations):
            try:
                made.append(_expectation(library, expectation, number))
            except Exception as error:
                verdicts[number] = Verdict(Status.ERRORED, one_line(error))
        try:
            for number, verdict in _run(library, frame, made):
                verdicts[number] = verdict
        except Exception as error:
            missing = Verdict(Status.ERRORED, one_line(error))
            return [missing if v is None else v for v in verdicts]
    lost = Verdict(Status.ERRORED, "Great Expectations gave no result")
    return [lost if v is None else v for v in verdicts]


def _expectation(library: Any, expectation: dict[str, Any], number: int) -> Any:
    # The number rides in the notes' place of meta: results come back in another order.
    single = library.ExpectationSuite(
        name="one",
        expectations=[
            {
                "type": expectation["type"],
                "kwargs": dict(expectation.get("kwargs", {})),
                "meta": {"number": number},
            }
        ],
    )
    return single.expectations[0]


def _run(library: Any, frame: pd.DataFrame, made: Sequence[Any]) -> Iterator[tuple[int, Verdict]]:
    if not made:
        return
    whole = library.ExpectationSuite(name="all", expectations=list(made))
    with _batch(library, frame) as batch:
        result = batch.validate(whole, result_format={"result_format": "BOOLEAN_ONLY"})
    for item in result.results:
        number = int(item.expectation_config.meta["number"])
        texts = _exceptions(item.exception_info)
        if texts:
            yield number, Verdict(Status.ERRORED, one_line("; ".join(texts)))
        else:
            yield number, Verdict(Status.PASSED if item.success else Status.FAILED)


def _exceptions(info: Any) -> list[str]:
    """The texts of exceptions: `exception_info` is one of them, or a dict of them by metric."""
    if not info:
        return []
    if "raised_exception" in info:
        raised = bool(info["raised_exception"])
        return [str(info.get("exception_message") or "unknown exception")] if raised else []
    return sorted({text for part in info.values() for text in _exceptions(part)})
