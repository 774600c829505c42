"""A small report, its hostile texts, and the page as a reader sees it: for tests of reports."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from mappings.findings import Finding, RawPlace, Severity, SpecPlace
from validation.explanations import Explanation
from validation.outcome import Checked, Outcome, Status
from validation.report import Report, make_report

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/findings.schema.json").read_text())
EVIL = "<script>alert(1)</script>\u202eevil\x00\t=1+1"


def finding(**facts: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "date.impossible",
        "severity": Severity.ERROR,
        "message": "30 FEB is no day",
        "advice": "Ask the site.",
        "dataset": "AE",
        "variable": "AESTDTC",
        "scope": "S-01-001 AESEQ=1",
        "value": "30 FEB 2023",
        "raw": RawPlace("raw/edc/ae.csv", 12, "AESTDAT_RAW"),
        "spec": SpecPlace("sdtm/ae.yaml", 14, 3),
    }
    return Finding(**(given | facts))


def outcome(check: str, status: Status, dataset: str = "AE", reason: str = "") -> Outcome:
    return Outcome(check, dataset, status, f"{check} holds", (), 0, reason, "SDTMIG 3.4")


EXPLAINED = Explanation("num.unreadable", "The lab does not correct.", "A. Author", "2024-05-31")


def report(**facts: Any) -> Report:
    given: dict[str, Any] = {
        "findings": [
            finding(),
            finding(rule="num.unreadable", severity=Severity.WARNING, dataset="LB"),
            finding(rule="text.fullwidth", severity=Severity.NOTICE, spec=None, raw=None),
        ],
        "explanations": [EXPLAINED],
        "suites": [Checked((outcome("expect.length", Status.PASSED),), (), "AE")],
        "rules": Checked(
            (
                outcome("sdtm.orphan", Status.PASSED),
                outcome("sdtm.orphan", Status.NOT_RUN, "LB", "there is no dataset DM"),
            )
        ),
        "description": "A FICTITIOUS study",
    } | facts
    return make_report("S", **given)


class Text(HTMLParser):
    """The page as a reader without script sees it, and its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._silent = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())
