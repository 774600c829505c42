"""Dates whose day and month may have changed places, by the subject's own time in the study.

The declared format decides what a date is. What the data show is said beside it: a date outside
the subject's time, which would lie inside with day and month changed, is worth a question.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from mappings.frames import blank_number, map_distinct, take_table
from mappings.iso8601 import complete_day, first_day, iso_of_day, last_day
from mappings.modules import Module
from mappings.scope import Report
from mappings.study import Study
from mappings.verbs.date import Date
from sdtm.standard import Domain

BEFORE_CONSENT = frozenset(("AE", "CM", "EC", "MH", "PR", "SU"))
"""Domains whose records may have begun long before the consent: only what is late is strange."""


def say_swapped(
    frame: pd.DataFrame,
    module: Module,
    about: Domain,
    study: Study,
    dm: pd.DataFrame | None,
    report: Report,
) -> None:
    """The warning `date.swapped` for each such date of one column with day and month as numbers.

    A subject's time reaches from DM.RFICDTC to the later of DM.RFPENDTC and the data cut-off; an
    end that is not known is open. DM itself is left out: its dates are the ends.
    """
    if dm is None or about.name == "DM" or "USUBJID" not in frame.columns:
        return
    low, high = _window(frame, dm, study)
    for variable in _dated(module, frame):
        day = complete_day(frame[variable])
        turned = complete_day(map_distinct(frame[variable], _turned))
        early = day < low if about.name not in BEFORE_CONSENT else day.ne(day)
        late = day > high
        inside = turned.ge(low.fillna(-np.inf)) & turned.le(high.fillna(np.inf))
        mask = ((early | late) & inside).to_numpy(dtype=bool)
        if not mask.any():
            continue
        other = iso_of_day(turned)
        ends = iso_of_day(low.where(early, high))
        side = take_table(early.astype("str"), {"True": "before", "False": "after"})
        words = take_table(early.astype("str"), {"True": "consent", "False": "end of the study"})
        report.rows(
            "date.swapped",
            frame,
            mask,
            "",
            "Ask the site, or look at 'format' of the rule; the date is kept as declared.",
            dataset=about.name,
            variable=variable,
            values=frame[variable],
            column=module.read_from(frame, variable),
            severity=Severity.WARNING,
            messages=frame[variable]
            + (" is " + side + " the subject's " + words + " (" + ends + "); with day and month")
            + (" changed it is " + other + ", which is not"),
        )


def _window(
    frame: pd.DataFrame, dm: pd.DataFrame, study: Study
) -> tuple[pd.Series[float], pd.Series[float]]:
    """First and last SAS day of each record's subject in the study; NaN where it is open."""
    persons = dm.drop_duplicates("USUBJID").set_index("USUBJID")

    def days(name: str, *, last: bool) -> pd.Series[float]:
        if name not in persons.columns:
            return blank_number(frame.index)
        read = last_day(persons[name]) if last else first_day(persons[name])
        return frame["USUBJID"].map(read).astype("float64")

    cutoff = first_day(pd.Series([study.cutoff], dtype="str")).iloc[0]
    end = days("RFPENDTC", last=True)
    return days("RFICDTC", last=False), end.clip(lower=cutoff).fillna(cutoff)


def _dated(module: Module, frame: pd.DataFrame) -> Iterator[str]:
    """Variables that a rule reads from one column whose format has day and month as numbers."""
    for name in module.variables:
        verbs = [rule.verb for _, rule in module.rules_of(name)]
        read = (v for v in verbs if isinstance(v, Date) and v.formats)
        if name in frame.columns and any("MM" in v.shape and "DD" in v.shape for v in read):
            yield name


def _turned(texts: list[str]) -> list[str]:
    """Each complete date with day and month changed, "" where they are equal or it is none."""
    dates = [t[:10] for t in texts]
    changed = [f"{d[:4]}-{d[8:10]}-{d[5:7]}" if len(d) == 10 else "" for d in dates]
    return ["" if c == d or "/" in t else c for c, d, t in zip(changed, dates, texts, strict=True)]
