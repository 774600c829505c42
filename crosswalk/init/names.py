"""The table of names and labels by which columns are recognised (``data/names.csv``).

`variable` is an SDTM variable; ``X@time`` the time of its date; ``=CODE`` a test of a wide form;
``# ...`` what a reader must decide. Domain ``-`` has the columns of subject, site and visit. A
name that starts with ``-`` begins in the export with the name of its own form (INFDOSE of `inf`).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

DOMAINS = ("DM", "EX", "CM", "AE", "DS", "MH", "VS", "LB")
"""The domains that are proposed."""

FORM_WORDS = {
    "DM": r"^dm$|demog|enrol",
    "EX": r"^(ex|ec)$|exposure|infusion|dosing|drug.?admin",
    "CM": r"^cm$|con(comitant)?.?med",
    "AE": r"^ae$|adver",
    "DS": r"^ds$|^eos$|end.?of.?study|disposition|completion",
    "MH": r"^mh$|medical.?hist",
    "VS": r"^vs$|vital|^bp$|blood.?pressure",
    "LB": r"^lb|lab|chemistry|h(a)?ematology",
}
"""By which a form's name or title tells its domain; case does not matter."""


@dataclass(frozen=True)
class Known:
    """A row of the table."""

    domain: str
    variable: str
    names: tuple[str, ...]
    label: str


def normal(name: str) -> str:
    """A name without capitals' and separators' differences: ``ae_term`` is AETERM."""
    return re.sub(r"[^A-Z0-9]", "", name.upper())


def bare(label: str) -> str:
    """A label without what follows it in brackets, question mark, colon and capitals."""
    return " ".join(re.sub(r"[(\[].*?[)\]]|[?:*]", " ", label.lower()).split())


@cache
def table(domain: str) -> tuple[Known, ...]:
    """The rows of a domain, in the order of the file."""
    text = files("crosswalk.init").joinpath("data", "names.csv").read_text(encoding="utf-8")
    return tuple(
        Known(row["domain"], row["variable"], tuple(row["names"].split()), row["label"])
        for row in csv.DictReader(text.splitlines())
        if row["domain"] == domain
    )


def column_for(role: str, columns: tuple[str, ...]) -> str:
    """The column for subject, site, event, repeat or id by its name, "" when there is none."""
    wanted = next(k.names for k in table("-") if k.variable == role)
    by_name = {normal(c): c for c in reversed(columns)}
    return next((by_name[n] for n in wanted if n in by_name), "")


def speaks_of(domain: str, *titles: str) -> bool:
    """Whether a form's name or title tells that it belongs to the domain."""
    return any(re.search(FORM_WORDS[domain], t.strip().lower()) for t in titles if t)
