"""How the collected subject number is taken apart: a pattern that fits every number."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from crosswalk.init.export import Form


@dataclass(frozen=True)
class Numbers:
    """The pattern of the subject numbers, whether it holds the site, and why."""

    pattern: str
    holds_site: bool
    why: str


def numbers(forms: list[Form]) -> Numbers:
    """The pattern for the numbers of all forms."""
    pairs = pd.concat([_pairs(f) for f in forms]).drop_duplicates()
    pairs = pairs[pairs["subject"] != ""]
    found = sorted(str(n) for n in pd.unique(pairs["subject"]))
    if not found:
        return Numbers("(?P<subject>.+)", False, "no form has a subject number")
    sited = pairs[pairs["site"] != ""]
    split = re.compile(r"([-_./ ]+)")
    rows = [split.split(n) for n in found]
    if len({(len(r), *r[1::2]) for r in rows}) != 1:
        return Numbers("(?P<subject>.+)", False, "the numbers have no common shape")
    shapes = [_shape([r[i] for r in rows]) for i in range(len(rows[0]))]
    both = list(zip(sited["subject"].tolist(), sited["site"].tolist(), strict=True))
    for i in range(0, len(shapes) - 2, 2):
        if both and all(split.split(n)[i] == s for n, s in both):
            head, tail = "".join(shapes[:i]), "".join(shapes[i + 2 :])
            pattern = f"{head}(?P<site>{shapes[i]}){shapes[i + 1]}(?P<subject>{tail})"
            return Numbers(pattern, True, f"fits all {len(found)} numbers; site as collected")
    why = f"fits all {len(found)} numbers"
    if len(shapes) > 1 and not both:
        why += "; if a part of it is the site, make that the group (?P<site>...)"
    return Numbers(f"(?P<subject>{''.join(shapes)})", False, why)


def _pairs(form: Form) -> pd.DataFrame:
    cells = form.table.cells
    subject = cells[form.settings.subject].str.strip()
    site = cells[form.settings.site].str.strip() if form.settings.site else subject.str[:0]
    return pd.DataFrame({"subject": subject, "site": site})


def _shape(parts: list[str]) -> str:
    lengths = {len(p) for p in parts}
    # One digit each says little: the tenth subject comes.
    count = f"{{{lengths.pop()}}}" if len(lengths) == 1 and lengths != {1} else "+"
    if all(re.fullmatch(r"[0-9]+", p) for p in parts):
        return rf"\d{count}"
    if all(re.fullmatch(r"[A-Za-z]+", p) for p in parts):
        return "[A-Za-z]+"
    if all(re.fullmatch(r"[A-Za-z0-9]+", p) for p in parts):
        return "[A-Za-z0-9]+"
    return re.escape(parts[0]).replace(r"\-", "-") if len(set(parts)) == 1 else ".+"
