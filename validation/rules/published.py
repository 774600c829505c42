"""CDISC's published rules as data: which there are, and what became of those we do not have."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class PublishedRule:
    """A rule of SDTMIG 3.4 in CORE: its id and the references that it cites.

    `standing` is empty where rules of ours name it; else ``delegated`` (to CORE) or ``not
    covered``, with the reason.
    """

    id: str
    references: str
    datasets: str
    standing: str
    reason: str


@dataclass(frozen=True, slots=True)
class DraftRule:
    """A draft of a rule of ADaMIG 1.3, which CORE does not publish: rules of ours, or why none."""

    id: str
    ours: tuple[str, ...]
    reason: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files("validation.rules").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def published() -> tuple[PublishedRule, ...]:
    """Rules of CORE for SDTMIG 3.4 that are not retired, by id."""
    return tuple(
        PublishedRule(r["rule"], r["references"], r["datasets"], r["standing"], r["reason"])
        for r in _rows("core-sdtmig-3.4.csv")
    )


@cache
def drafts() -> tuple[DraftRule, ...]:
    """Drafts of CORE for ADaMIG 1.3, by id."""
    return tuple(
        DraftRule(r["rule"], tuple(r["ours"].split()), r["reason"])
        for r in _rows("core-adamig-1.3-drafts.csv")
    )
