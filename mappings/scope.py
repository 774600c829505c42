"""What a rule sees when it runs, and how it reports a value that it cannot use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.findings import Finding, RawPlace, Severity, SpecPlace
from mappings.frames import Mask

Lines = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LookedUp:
    """Rows (`_row`) of a raw form that gave a lookup its value, and those passed over for them."""

    target: str
    variable: str
    form: str
    used: Lines = field(repr=False)
    passed_over: Lines = field(repr=False)


@dataclass
class Report:
    """Collects the findings of a run and the raw rows that were looked up.

    `files` has the file of each raw form.
    """

    files: Mapping[str, str]
    encoding: str = "ascii"
    findings: list[Finding] = field(default_factory=list)
    looked_up: list[LookedUp] = field(default_factory=list)

    def rows(
        self,
        rule: str,
        frame: pd.DataFrame,
        mask: Mask,
        message: str,
        advice: str,
        *,
        dataset: str,
        variable: str,
        values: pd.Series[str] | None = None,
        column: str | pd.Series[str] = "",
        severity: Severity = Severity.ERROR,
        spec: SpecPlace | None = None,
        wording: Callable[[str], str] | None = None,
        messages: pd.Series[str] | None = None,
    ) -> None:
        """One finding per row of `frame` where `mask` is true.

        `frame` carries the lineage columns; `wording` makes the message from the value,
        or `messages` has that of each row; `column` is the raw column at fault, or that of each.
        """
        if not mask.any():
            return
        part = frame.loc[mask]
        count = len(part)
        shown = values[mask].tolist() if values is not None else [""] * count
        subjects = _texts(part, "USUBJID", count)
        identities = _texts(part, "_id", count)
        forms = _texts(part, "_form", count)
        lines = part["_row"].tolist()
        columns = [column] * count if isinstance(column, str) else column[mask].tolist()
        if messages is not None:
            said = messages[mask].tolist()
        else:
            said = [wording(value) if wording else message for value in shown]
        for value, words, subject, identity, form, line, name in zip(
            shown, said, subjects, identities, forms, lines, columns, strict=True
        ):
            file = self.files.get(form, form)
            place = RawPlace(file, int(line), name) if form in self.files else None
            record = f"{form} {identity}".strip() if form in self.files else f"{form} row {line}"
            self.findings.append(
                Finding(
                    rule,
                    severity,
                    words,
                    advice,
                    dataset=dataset,
                    variable=variable,
                    scope=f"{subject} {record}".strip(),
                    value=value,
                    raw=place,
                    spec=spec,
                )
            )

    def value(
        self,
        rule: str,
        message: str,
        *,
        dataset: str,
        variable: str,
        value: str,
        spec: SpecPlace | None = None,
        severity: Severity = Severity.NOTICE,
        advice: str = "",
    ) -> None:
        """One finding about a distinct value, whatever rows it stands in."""
        self.findings.append(
            Finding(
                rule,
                severity,
                message,
                advice,
                dataset=dataset,
                variable=variable,
                scope=value,
                value=value,
                spec=spec,
            )
        )


def _texts(frame: pd.DataFrame, name: str, count: int) -> list[str]:
    return frame[name].tolist() if name in frame.columns else [""] * count


@dataclass
class Scope:
    """Columns by name: those of the source, and ``TARGET.NAME`` for variables already made.

    `data` holds the other forms, datasets and tables that a lookup may use. `mask` narrows the
    scope to some rows.
    """

    target: str
    frame: pd.DataFrame
    data: Mapping[str, pd.DataFrame]
    report: Report
    made: dict[str, pd.Series[Any]] = field(default_factory=dict)
    mask: Mask | None = None
    variable: str = ""
    spec: SpecPlace | None = None

    def __getitem__(self, name: str) -> pd.Series[Any]:
        prefix = f"{self.target}."
        series = self.made[name[len(prefix) :]] if name.startswith(prefix) else self.frame[name]
        return series if self.mask is None else series[self.mask]

    def __len__(self) -> int:
        return len(self.frame) if self.mask is None else int(self.mask.sum())

    @property
    def index(self) -> pd.Index:
        return self.frame.index if self.mask is None else self.frame.index[self.mask]

    @property
    def lineage(self) -> pd.DataFrame:
        """The source rows of this scope, for reports."""
        return self.frame if self.mask is None else self.frame.loc[self.mask]

    def rows(self, mask: Mask) -> Scope:
        """The scope narrowed to the rows (of this scope) where `mask` is true."""
        if self.mask is None:
            whole = mask
        else:
            whole = np.zeros(len(self.frame), dtype=bool)
            whole[np.flatnonzero(self.mask)[mask]] = True
        return Scope(
            self.target,
            self.frame,
            self.data,
            self.report,
            self.made,
            whole,
            self.variable,
            self.spec,
        )

    def fault(
        self,
        rule: str,
        mask: Mask,
        wording: Callable[[str], str] | pd.Series[str],
        advice: str,
        *,
        values: pd.Series[str],
        columns: Sequence[str] = (),
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Report the rows where `mask` is true; `columns` are the raw columns at fault.

        `wording` makes the message from the value, or is the message of each row.
        """
        self.report.rows(
            rule,
            self.lineage,
            mask,
            "",
            advice,
            dataset=self.target,
            variable=self.variable,
            values=values,
            column=", ".join(columns),
            severity=severity,
            spec=self.spec,
            wording=wording if callable(wording) else None,
            messages=None if callable(wording) else wording,
        )
