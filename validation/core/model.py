"""What a report keeps of a run of CORE."""

from __future__ import annotations

from dataclasses import dataclass, field

from validation.outcome import Checked, Status

PREFIXES = ("CORE-", "core.")
"""How the ids of the engine's own rules begin, and those of what is found about the engine."""
NOT_RUN = "core.not_run"


@dataclass(frozen=True, slots=True)
class CoreRun:
    """The engine's answers: an outcome for each rule and dataset, and the findings.

    `engine` is its version, `standard` and `terminology` what it judged by; all are empty, and
    `reason` says why, when it was asked and gave no answer. `stopped` are the rules that ended in
    an exception: nobody knows what they would have found.
    """

    engine: str = ""
    standard: str = ""
    terminology: tuple[str, ...] = ()
    checked: Checked = field(default_factory=Checked)
    reason: str = ""
    stopped: frozenset[str] = frozenset()

    @property
    def answered(self) -> bool:
        """Whether there is an answer at all."""
        return not self.reason

    def rules(self, status: Status) -> int:
        """How many of the engine's rules ended so, in one dataset at least."""
        return len({o.check for o in self.checked.outcomes if o.status is status})

    def asked(self, rule: str) -> bool:
        """Whether a finding of this rule would have been seen, had there been one."""
        if rule == NOT_RUN:
            return True
        return self.answered and rule not in self.stopped
