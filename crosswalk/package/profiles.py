"""What each agency takes: kinds of files, names, lengths of paths, sizes.

Sources: FDA Study Data Technical Conformance Guide and technical rejection criteria; PMDA
Technical Conformance Guide on Electronic Study Data Submissions; CDE (NMPA) guideline of July 2020
on the submission of clinical trial data and its eCTD text; ICH eCTD 3.2.2 where these are silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crosswalk.package.refused import PackageRefused
from mappings.load import did_you_mean

GB = 1_000_000_000
_PAGES = frozenset(("xpt", "xml", "xsl", "pdf", "txt", "html"))


@dataclass(frozen=True)
class Profile:
    """The rules of one agency.

    `kinds` are the endings of files that it takes. `guides` are the names of the two reviewer's
    guides without their ending. `path_limit` counts characters from "m5" on, `name_limit` those
    of a file name with its ending. A dataset of more than `split_over` bytes gets parts of at most
    that many; without it, one of more than `ask_over` is told, because the agency wants to be
    asked. `technical_rejection` says that FDA's criteria are evaluated.
    """

    name: str
    agency: str
    kinds: frozenset[str] = _PAGES
    guides: Mapping[str, str] = field(default_factory=lambda: {"csdrg": "csdrg", "adrg": "adrg"})
    name_limit: int = 64
    path_limit: int = 150
    split_over: int | None = None
    ask_over: int | None = None
    ascii_programs: bool = True
    ascii_labels: bool = True
    ascii_values: bool = False
    chinese_wanted: bool = False
    analysis_names: bool = False
    results_wanted: bool = False
    technical_rejection: bool = False


FDA = Profile(
    "fda",
    "FDA",
    split_over=5 * GB,
    ascii_values=True,
    technical_rejection=True,
)
PMDA = Profile(
    "pmda",
    "PMDA",
    guides={"csdrg": "study-data-reviewers-guide", "adrg": "analysis-data-reviewers-guide"},
    path_limit=160,
    ask_over=5 * GB,
    results_wanted=True,
)
NMPA = Profile(
    "nmpa",
    "NMPA",
    kinds=frozenset(("xpt", "xml", "xsl", "pdf", "txt")),
    path_limit=230,
    split_over=4 * GB,
    ascii_programs=False,
    ascii_labels=False,
    chinese_wanted=True,
    analysis_names=True,
)
PROFILES: Mapping[str, Profile] = {p.name: p for p in (FDA, PMDA, NMPA)}


def profile_of(name: str) -> Profile:
    """The profile called `name`; PackageRefused lists what there is."""
    known = PROFILES.get(name.lower())
    if known is None:
        there = ", ".join(PROFILES)
        hint = did_you_mean(name.lower(), list(PROFILES))
        raise PackageRefused(f"there is no profile '{name}'; there are {there}. {hint}".rstrip())
    return known
