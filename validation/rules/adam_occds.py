"""Rules of ADaM datasets of occurrences: treatment emergence and occurrence flags."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from adam.standard import structures
from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.adam_tools import (
    Numbers,
    groups,
    having,
    number,
    of_shape,
    sas_days,
    several,
    there,
    variables,
)
from validation.rules.model import Data, Hit, Target, rule
from validation.rules.tools import days, equals, latest_days, of_subject, present, text

_GUIDE = "OCCDS 1.1"
# The flags of the guide: what they are first of, and whether they ask for the worst record.
_FIRST = {
    "AOCCFL": ((), False),
    "AOCCSFL": (("S",), False),
    "AOCCPFL": (("S", "P"), False),
    "AOCCIFL": ((), True),
    "AOCCSIFL": (("S",), True),
    "AOCCPIFL": (("S", "P"), True),
}
_MEDDRA = tuple(
    f"AE{v}"
    for v in (
        *("LLT", "LLTCD", "PTCD", "HLT", "HLTCD", "HLGT", "HLGTCD"),
        *("BODSYS", "BDSYCD", "SOC", "SOCCD"),
    )
)
_GRADES = ("ATOXGRN", "AETOXGRN", "ASEVN", "AESEVN")


def _flags(data: Data, name: str) -> list[str]:
    return [c for c in variables(data[name]) if re.fullmatch(r"AOCC\w*FL", c)]


_FLAGGED = Target(
    "ADaM datasets with occurrence flags",
    lambda d: [n for n in d.adam if d.has(n, "USUBJID", "TRTEMFL") and _flags(d, n)],
)


def _group(frame: pd.DataFrame, kinds: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Subject, and system organ class (S) and preferred term (P) as `kinds` say."""
    prefix = next((str(c)[:2] for c in frame.columns if str(c)[2:] == "DECOD"), "AE")
    names = ["USUBJID"]
    if "S" in kinds:
        names += there(frame, f"{prefix}SOC", f"{prefix}BODSYS")[:1]
    if "P" in kinds:
        names.append(f"{prefix}DECOD")
    return groups(frame, *names)


@rule(
    "occds.emergent",
    "no event is treatment-emergent that started or ended before the first treatment",
    source=f"{_GUIDE}, TRTEMFL",
    target=having("USUBJID", "TRTEMFL"),
    needs=("ADSL.USUBJID", "ADSL.TRTSDT"),
    advice="Compare start and end with TRTSDT; who was not treated has no such event.",
)
def _emergent(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    start = of_subject(data["ADSL"], "TRTSDT", frame["USUBJID"]).to_numpy(dtype=float)
    emergent = equals(frame, "TRTEMFL", "Y")
    untreated = np.isnan(start) & _untreated(data, frame)
    yield Hit(name, ("TRTEMFL",), emergent & untreated)
    for variable, date in _bounds(frame):
        with np.errstate(invalid="ignore"):
            yield Hit(name, ("TRTEMFL", variable), emergent & (date < start))


def _untreated(data: Data, frame: pd.DataFrame) -> Mask:
    """Subjects whom EX does not know; without EX, nobody."""
    if not data.has("EX", "USUBJID"):
        return np.zeros(len(frame), dtype=bool)
    return ~frame["USUBJID"].isin(data["EX"]["USUBJID"]).to_numpy(dtype=bool)


def _bounds(frame: pd.DataFrame) -> list[tuple[str, Numbers]]:
    """The last days on which an event can have started and ended, as far as collected."""
    names = [c for c in variables(frame) if re.fullmatch(r"[A-Z]{2}(ST|EN)DTC", c)]
    found = [(c, sas_days(latest_days(text(frame, c)))) for c in names if not c.startswith("RF")]
    return found or [("ASTDT", number(frame, v)) for v in there(frame, "ASTDT")]


@rule(
    "occds.emergent_missing",
    "an event that started after the day of first treatment and before any end of it is emergent",
    source=f"{_GUIDE}, TRTEMFL",
    target=having("USUBJID", "TRTEMFL"),
    needs=("ADSL.USUBJID", "ADSL.TRTSDT"),
    severity=Severity.WARNING,
    advice="Compare the start with first and last treatment, or explain the narrower definition.",
)
def _emergent_missing(data: Data, name: str) -> Iterator[Hit]:
    frame, subjects = data[name], data["ADSL"]
    first, last = (
        of_subject(subjects, v, frame["USUBJID"]).to_numpy(dtype=float)
        if v in subjects
        else np.full(len(frame), np.nan)
        for v in ("TRTSDT", "TRTEDT")
    )
    lost = ~equals(frame, "TRTEMFL", "Y")
    for column in [c for c in variables(frame) if re.fullmatch(r"[A-Z]{2}STDTC", c)]:
        begun = sas_days(days(text(frame, column)))
        # Events after the last dose are emergent for a time that the protocol sets.
        with np.errstate(invalid="ignore"):
            yield Hit(name, ("TRTEMFL", column), lost & (begun > first) & (begun <= last))


@rule(
    "occds.first_once",
    "an occurrence flag stands once a group, on a treatment-emergent event",
    source=f"{_GUIDE}, AOCCxxFL",
    target=_FLAGGED,
    advice="Derive the flag again: one record of the subject (and class or term).",
)
def _first_once(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    emergent = equals(frame, "TRTEMFL", "Y")
    for flag in _flags(data, name):
        flagged = equals(frame, flag, "Y")
        kinds, _ = _FIRST.get(flag, ((), False))
        # Flags of the sponsor's own (AOCC01FL) are at most one a subject and event term.
        own = () if flag in _FIRST else ("P",)
        twice = several(_group(frame, kinds or own), flagged)
        yield Hit(name, (flag,), twice | (flagged & ~emergent))


@rule(
    "occds.first_missing",
    "every subject, class or term with a treatment-emergent event has its occurrence flag",
    source=f"{_GUIDE}, AOCCxxFL",
    target=_FLAGGED,
    advice="Derive the flag again: each group has one first event, and one worst.",
)
def _first_missing(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for flag in [f for f in _flags(data, name) if f in _FIRST]:
        kinds, worst = _FIRST[flag]
        asked = equals(frame, "TRTEMFL", "Y")
        for grade in there(frame, *_GRADES)[:1] if worst else ():
            asked = asked & present(frame, grade)
        codes = _group(frame, kinds)
        lost = asked & ~np.isin(codes, codes[equals(frame, flag, "Y")])
        first = ~pd.DataFrame({"c": codes, "l": lost}).duplicated().to_numpy()
        yield Hit(name, (flag,), lost & first)


@rule(
    "occds.first_is_first",
    "the flagged event is the earliest of its group, or of the highest grade",
    source=f"{_GUIDE}, AOCCxxFL",
    target=_FLAGGED,
    advice="Order the events by grade and start before the first is taken.",
)
def _first_is_first(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    emergent = equals(frame, "TRTEMFL", "Y")
    for flag in [f for f in _flags(data, name) if f in _FIRST]:
        kinds, worst = _FIRST[flag]
        by = there(frame, *_GRADES)[:1] if worst else there(frame, "ASTDTM", "ASTDT")[:1]
        codes, flagged = _group(frame, kinds), equals(frame, flag, "Y")
        for variable in by:
            values = number(frame, variable) * (-1 if worst else 1)
            least = pd.Series(np.where(emergent, values, np.nan)).groupby(codes)
            with np.errstate(invalid="ignore"):
                late = flagged & (values > least.transform("min").to_numpy())
            yield Hit(name, (flag, variable), late)


@rule(
    "occds.duration",
    "ADURN is the time from ASTDT to AENDT, both days counted, and has a unit",
    source=f"{_GUIDE}, ADURN and ADURU; AD0268",
    target=having("ADURN", "ADURU"),
    advice="Derive the duration again; ADURU says in what it counts.",
)
def _duration(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    unit = text(frame, "ADURU").str.upper()
    yield Hit(name, ("ADURU", "ADURN"), present(frame, "ADURN") != (unit != "").to_numpy())
    if data.has(name, "ASTDT", "AENDT"):
        length = number(frame, "AENDT") - number(frame, "ASTDT") + 1
        given = number(frame, "ADURN")
        in_days = unit.isin(["DAYS", "DAY"]).to_numpy(dtype=bool)
        with np.errstate(invalid="ignore"):
            wrong = in_days & (given != length) & ~np.isnan(given)
        yield Hit(name, ("ADURN", "ASTDT", "AENDT"), wrong)


@rule(
    "occds.dictionary",
    "a dataset of adverse events has the codes of MedDRA beside its terms",
    source=f"{_GUIDE}, subclass ADVERSE EVENT; AD0625 to AD0633",
    target=of_shape("ADAE"),
    severity=Severity.WARNING,
    advice="Add the codes, or explain that the dictionary is licensed and not delivered.",
)
def _dictionary(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    lacking = structures()["ADAE"].lacking(variables(frame))
    for variable in [v.replace("--", "AE") for v in lacking]:
        if variable in _MEDDRA:
            yield Hit(name, (variable,), scope=variable, value=variable)


@rule(
    "occds.core_variables",
    "a dataset of adverse events has the number, term, class, seriousness and emergence of each",
    source=f"{_GUIDE}, subclass ADVERSE EVENT; AD0261, AD0262, AD0278, AD0621, AD0623",
    target=of_shape("ADAE"),
    severity=Severity.WARNING,
    advice="Add the variable; an analysis of adverse events needs it.",
)
def _core_variables(data: Data, name: str) -> Iterator[Hit]:
    for variable in ("AESEQ", "AEDECOD", "AEBODSYS", "AESER", "TRTEMFL"):
        if variable not in data[name]:
            yield Hit(name, (variable,), scope=variable, value=variable)


@rule(
    "occds.query",
    "a standardized query that has a scope has a name",
    source=f"{_GUIDE}, SMQzzNAM and SMQzzSC",
    target=Target("ADaM datasets with SMQzzSC", lambda d: [n for n in d.adam if _queries(d[n])]),
    advice="Fill name and scope on the same records.",
)
def _query(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for scope, query in _queries(frame):
        yield Hit(name, (query, scope), present(frame, query) != present(frame, scope))


def _queries(frame: pd.DataFrame) -> list[tuple[str, str]]:
    found = [(c, f"{c[:5]}NAM") for c in variables(frame) if re.fullmatch(r"SMQ\d\dSC", c)]
    return [(s, q) for s, q in found if q in frame]
