"""The site of each subject, where the collected subject number does not hold it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mappings.findings import Finding, RawPlace, Severity
from mappings.raw import FormSettings, RawTable, SubjectRule


def sites_of_subjects(
    tables: Mapping[str, RawTable],
    forms: Mapping[str, FormSettings],
    codes: Mapping[str, str],
    rule: SubjectRule | None = None,
) -> tuple[dict[str, str], dict[str, list[Finding]]]:
    """Collected subject number to SITEID, from the forms that have a column `site`.

    `codes` turns a collected site into SITEID; without it the collected text is the SITEID.
    A subject at two sites, a site that `codes` does not have, and one that is not the site in the
    number (where the pattern of `rule` holds it), are findings (by form).
    """
    sites: dict[str, str] = {}
    found: dict[str, list[Finding]] = {name: [] for name in tables}
    for name, table in tables.items():
        settings = forms[name]
        if not settings.site:
            continue
        pairs = pd.DataFrame(
            {
                "subject": table.cells[settings.subject].str.strip(),
                "site": table.cells[settings.site].str.strip(),
                "row": table.lines,
            }
        )
        pairs = pairs[pairs["site"] != ""].drop_duplicates(["subject", "site"])
        for subject, site, row in zip(
            pairs["subject"].tolist(), pairs["site"].tolist(), pairs["row"].tolist(), strict=True
        ):
            place = RawPlace(settings.file, int(row), settings.site)
            if codes and site not in codes:
                message = f"'{site}' is not one of the 'sites' of study.yaml"
                advice = "Add it to 'sites' when it is a site of the study; else ask the site."
                found[name].append(_finding(message, advice, subject, site, place))
                continue
            code = codes.get(site, site)
            held = rule.site_in(subject) if rule else ""
            if held and held != code:
                message = (
                    f"the number of the subject {subject} says site {held}, and this is {code}"
                )
                advice = (
                    "The number counts; ask the site, or correct 'sites' of study.yaml, or take "
                    "'site' out of the form."
                )
                found[name].append(_finding(message, advice, subject, site, place))
                continue
            if sites.setdefault(subject, code) != code:
                message = f"the subject {subject} is at site {code} here, at {sites[subject]} above"
                advice = "Ask the sites; the first one is kept."
                found[name].append(_finding(message, advice, subject, site, place))
    return sites, found


def _finding(message: str, advice: str, subject: str, value: str, place: RawPlace) -> Finding:
    return Finding(
        "subject.site",
        Severity.ERROR,
        message,
        advice,
        scope=f"{subject} {value}",
        value=value,
        raw=place,
    )
