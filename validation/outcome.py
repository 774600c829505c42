"""What became of a check: passed, failed, ended in an exception, or not run at all.

The four are never mixed: a check that could not be made has proved nothing, so it counts
neither as passed nor as failed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mappings.findings import Finding


class Status(StrEnum):
    """The fate of one check."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check on one dataset. `failing` counts the records (or facts) that broke it.

    `reason` says why it was not run, or holds the text of the exception.
    """

    check: str
    dataset: str
    status: Status
    text: str = ""
    variables: tuple[str, ...] = ()
    failing: int = 0
    reason: str = ""
    source: str = ""
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class Checked:
    """Outcomes of a run, in the order of the checks, and the findings they left."""

    outcomes: tuple[Outcome, ...] = ()
    findings: tuple[Finding, ...] = ()
    name: str = ""
    _counts: dict[Status, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        counts = dict.fromkeys(Status, 0)
        for outcome in self.outcomes:
            counts[outcome.status] += 1
        object.__setattr__(self, "_counts", counts)

    @property
    def passed(self) -> int:
        return self._counts[Status.PASSED]

    @property
    def failed(self) -> int:
        return self._counts[Status.FAILED]

    @property
    def errored(self) -> int:
        return self._counts[Status.ERRORED]

    @property
    def not_run(self) -> int:
        return self._counts[Status.NOT_RUN]

    @property
    def errors(self) -> tuple[Outcome, ...]:
        """The checks that ended in an exception: faults of ours or of a suite, never passes."""
        return tuple(o for o in self.outcomes if o.status is Status.ERRORED)


def one_line(error: BaseException | str, limit: int = 300) -> str:
    """The text of an exception on one line, cut to `limit` characters."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 3] + "..."
