"""FDA's technical rejection criteria, as far as a folder of data can be judged by them.

1734 and 1736 are; 1735 and 1789 are about the study tagging file, which the publishing system of
the submission writes.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crosswalk.guides.facts import Facts
from crosswalk.package.planned import ADAM, SDTM, File, Planned
from define.xpt_read import XptUnreadable, read_xpt
from mappings.iso8601 import complete_day

PASSED, FAILED, NOT_EVALUATED = "passed", "failed", "not evaluated"
_TAGGING = "it needs the study tagging file, which the publishing system of the submission writes"
_ELSEWHERE = "the SDTM of the study is not in this package, which holds ADaM only"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion and what became of it; `reasons` say why it failed or was not evaluated."""

    id: str
    text: str
    status: str
    reasons: tuple[str, ...] = ()


def criteria(planned: Planned, facts: Facts) -> tuple[Criterion, ...]:
    """The criteria in the order in which FDA checks them."""
    whole = "SDTM" in facts.levels
    start = _start(planned, facts) if whole else []
    return (
        Criterion("1789", "A study tagging file names each file", NOT_EVALUATED, (_TAGGING,)),
        _judged("1734", "ts.xpt tells the study's start and its STUDYID", start, whole),
        Criterion(
            "1735", "Datasets and define.xml have the right tags", NOT_EVALUATED, (_TAGGING,)
        ),
        _judged(
            "1736",
            "dm.xpt and adsl.xpt are there, each with define.xml",
            _there(planned, facts),
            whole or "ADaM" in facts.levels,
        ),
    )


def _judged(id: str, text: str, faults: list[str], evaluated: bool) -> Criterion:
    if not evaluated:
        return Criterion(id, text, NOT_EVALUATED, (_ELSEWHERE,))
    return Criterion(id, text, FAILED if faults else PASSED, tuple(faults))


def _start(planned: Planned, facts: Facts) -> list[str]:
    """What is wrong with TS."""
    file = planned.file(f"{SDTM}/ts.xpt")
    if file is None:
        return ["there is no ts.xpt; give the study's 'ts' at least SSTDTC"]
    frame, fault = _frame(file, facts)
    if frame is None:
        return [fault]
    if not {"STUDYID", "TSPARMCD", "TSVAL"} <= set(frame):
        return ["ts.xpt lacks STUDYID, TSPARMCD or TSVAL"]
    faults = []
    studies = sorted(set(frame["STUDYID"]))
    if studies != [facts.study]:
        faults.append(f"STUDYID in ts.xpt is {', '.join(studies) or 'missing'}, not {facts.study}")
    values = frame.loc[frame["TSPARMCD"] == "SSTDTC", "TSVAL"].tolist()
    if not values:
        faults.append("ts.xpt has no SSTDTC, the date on which the study began")
    for value in values:
        if not _is_date(str(value)):
            shown = f"'{value}'" if value else "missing"
            faults.append(f"SSTDTC in ts.xpt is {shown}, not a date such as 2024-05-31")
    return faults


def _is_date(text: str) -> bool:
    return bool(complete_day(pd.Series([text], dtype="str")).notna().all())


def _there(planned: Planned, facts: Facts) -> list[str]:
    """Which of the files are missing, or of another study."""
    faults = []
    for level, home, name in (("SDTM", SDTM, "dm.xpt"), ("ADaM", ADAM, "adsl.xpt")):
        if level not in facts.levels:
            continue
        faults += [
            f"there is no {wanted} in {home}"
            for wanted in (name, "define.xml")
            if planned.file(f"{home}/{wanted}") is None
        ]
        file = planned.file(f"{home}/{name}")
        frame, fault = _frame(file, facts) if file is not None else (None, "")
        if fault:
            faults.append(fault)
        elif frame is not None and "STUDYID" in frame:
            studies = sorted(set(frame["STUDYID"]))
            if studies != [facts.study]:
                faults.append(f"STUDYID in {name} is {', '.join(studies)}, not {facts.study}")
    return faults


def _frame(file: File, facts: Facts) -> tuple[pd.DataFrame | None, str]:
    if file.source is None:
        return None, f"{file.base} is no dataset"
    try:
        return read_xpt(file.source, facts.encoding)[0], ""
    except (XptUnreadable, OSError) as error:
        return None, f"{file.base} cannot be read: {error}"
