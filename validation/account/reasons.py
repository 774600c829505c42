"""The reasons of study.yaml's `not_submitted`, and whether each of them is needed.

``{form: {COLUMN: reason}}``; in COLUMN a ``*`` stands for any characters, COLUMN ``"*"`` for the
whole form and its rows, and form ``"*"`` for every form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mappings.findings import Finding, Severity
from mappings.load import did_you_mean, spec_fault
from mappings.study import Study

ANY = "*"


def matches(pattern: str, name: str) -> bool:
    """Whether a name is meant by `pattern`, in which ``*`` stands for any characters."""
    parts = (re.escape(part) for part in pattern.split(ANY))
    return re.fullmatch(".*".join(parts), name, re.DOTALL) is not None


def check_not_submitted(study: Study, headers: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Faults of the specification: forms and columns that are not there."""
    faults: list[Finding] = []
    for form, entries in study.not_submitted.items():
        if form != ANY and form not in study.forms:
            place = study.document.place(("not_submitted", form), key=True)
            hint = did_you_mean(form, list(study.forms))
            faults.append(spec_fault("name.form", f"there is no form '{form}'", place, hint))
            continue
        if form != ANY and form not in headers:
            continue
        every = [c for f, cs in headers.items() if form in (ANY, f) for c in cs]
        for column in entries:
            if not any(matches(str(column), c) for c in every):
                where = "any form" if form == ANY else form
                place = study.document.place(("not_submitted", form, column), key=True)
                hint = did_you_mean(str(column), list(dict.fromkeys(every)))
                message = f"there is no column '{column}' in {where}"
                faults.append(spec_fault("name.column", message, place, hint))
    return faults


@dataclass
class Reasons:
    """Finds the reason of a column and remembers which reasons were of use."""

    study: Study
    used: set[tuple[str, str]] = field(default_factory=set)

    def of(self, form: str, *names: str) -> str:
        """The reason for a column of a form: its own name first, then its field's, then patterns.

        `names` are the column and, when it differs, its field.
        """
        for home in (form, ANY):
            entries = self.study.not_submitted.get(home, {})
            for name in names:
                if name in entries:
                    return self._take(home, name)
            for pattern in entries:
                if pattern != ANY and ANY in pattern and matches(pattern, names[0]):
                    return self._take(home, pattern)
        return self.of_rest(form)

    def of_rest(self, form: str) -> str:
        """The reason for a whole form: rows and columns that nothing takes."""
        for home in (form, ANY):
            if ANY in self.study.not_submitted.get(home, {}):
                return self._take(home, ANY)
        return ""

    def _take(self, home: str, name: str) -> str:
        self.used.add((home, name))
        return str(self.study.not_submitted[home][name])

    def needless(self) -> list[Finding]:
        """A finding for each reason that no row or column needs."""
        return [
            Finding(
                "account.reason",
                Severity.WARNING,
                f"'{column}' of '{form}' is given a reason, but nothing of it is left out",
                "Take the reason out, or the rule that maps it.",
                scope=f"{form} {column}",
                spec=self.study.document.place(("not_submitted", form, column), key=True),
            )
            for form, entries in self.study.not_submitted.items()
            for column in entries
            if (form, column) not in self.used
        ]
