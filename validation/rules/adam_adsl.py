"""Rules of ADSL: one record a subject, populations, treatment, disposition and death."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.rules.adam_tools import (
    GUIDE,
    filled,
    having,
    number,
    shape,
    structure,
    there,
    variables,
)
from validation.rules.model import Data, Hit, Target, named, rule
from validation.rules.tools import differs, equals, of_subject, present, text

ADSL = named("ADSL")
_SECTION = f"{GUIDE} section 3.2"
# Population flags of sponsors; those of the guide are known by their values Y and N.
_POPULATIONS = ("SCRNFL", "DLTEVLFL", "EFFFL", "PKFL", "RESPFL", "EVLFL", "IMMFL", "BIOFL")
_TREATED = ("FASFL", "SAFFL", "ITTFL", "PPROTFL", "RANDFL", "ENRLFL", "COMPLFL")


@rule(
    "adsl.one_record",
    "ADSL has one record a subject",
    source=f"{GUIDE} section 2.3.1; AD0054",
    target=ADSL,
    needs=("*.USUBJID",),
    advice="Look for a join that repeats subjects.",
)
def _one_record(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    bad = frame.duplicated("USUBJID", keep=False).to_numpy() | ~present(frame, "USUBJID")
    yield Hit(name, ("USUBJID",), bad)


@rule(
    "adam.subject_in_adsl",
    "every subject of an ADaM dataset is in ADSL",
    source=f"{GUIDE} section 2.3.1",
    target=having("USUBJID", but=("ADSL",)),
    needs=("ADSL.USUBJID",),
    advice="Find out why ADSL lacks the subject.",
)
def _subject_in_adsl(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("USUBJID",), ~frame["USUBJID"].isin(data["ADSL"]["USUBJID"]).to_numpy())


@rule(
    "adam.same_as_adsl",
    "a variable that ADSL has too holds the value of ADSL",
    source=f"{GUIDE} section 3.1.1",
    target=having("USUBJID", but=("ADSL",)),
    needs=("ADSL.USUBJID",),
    advice="Copy the variable from ADSL, or give it another name.",
)
def _same_as_adsl(data: Data, name: str) -> Iterator[Hit]:
    frame, subjects = data[name], data["ADSL"]
    known = frame["USUBJID"].isin(subjects["USUBJID"]).to_numpy()
    own = {"STUDYID", "USUBJID"}
    for column in [c for c in variables(frame) if c in subjects.columns and c not in own]:
        wanted = of_subject(
            subjects.assign(**{column: text(subjects, column)}), column, frame["USUBJID"]
        )
        unlike = (text(frame, column) != wanted.fillna("").astype("str")).to_numpy()
        words = [f": ADSL says {w or 'nothing'}" for w in wanted[known & unlike]]
        yield Hit(name, (column,), known & unlike, words)


@rule(
    "adsl.population_flags",
    "a population flag of ADSL is Y or N for every subject",
    source=f"{_SECTION}; AD0019 to AD0032",
    target=ADSL,
    advice="Write N where the subject does not belong to the population.",
)
def _population_flags(data: Data, name: str) -> Iterator[Hit]:
    frame, known = data[name], structure(data, name)
    for column in [c for c in variables(frame) if c.endswith(("FL", "FN"))]:
        found = known.find(f"{column[:-1]}L") if known else None
        if f"{column[:-1]}L" in _POPULATIONS or (found and found.values == ("Y", "N")):
            allowed = ["Y", "N"] if column.endswith("FL") else ["1", "0"]
            yield Hit(name, (column,), ~text(frame, column).isin(allowed).to_numpy(dtype=bool))


@rule(
    "adsl.screen_failure",
    "a screen failure belongs to no population that was enrolled or treated",
    source=_SECTION,
    target=ADSL,
    needs=("*.SCRNFL",),
    advice="Compare the flags with the arm of the subject.",
)
def _screen_failure(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    failed = equals(frame, "SCRNFL", "Y")
    for column in there(frame, *_TREATED):
        yield Hit(name, (column, "SCRNFL"), failed & equals(frame, column, "Y"))


@rule(
    "adsl.randomized",
    "RANDFL is Y exactly where there is a date of randomization",
    source=_SECTION,
    target=ADSL,
    needs=("*.RANDFL", "*.RANDDT"),
    severity=Severity.WARNING,
    advice="Compare the flag with the milestone RANDOMIZED in DS.",
)
def _randomized(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("RANDFL", "RANDDT"), equals(frame, "RANDFL", "Y") != present(frame, "RANDDT"))


@rule(
    "adsl.treatment",
    "who is in the safety population has a planned and an actual treatment",
    source=f"{_SECTION}; AD0072",
    target=ADSL,
    needs=("*.SAFFL", "*.TRT01P"),
    advice="Fill the treatment of the first period.",
)
def _treatment(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in there(frame, "TRT01P", "TRT01A"):
        yield Hit(name, (column, "SAFFL"), equals(frame, "SAFFL", "Y") & ~present(frame, column))


@rule(
    "adsl.duration",
    "a duration of treatment is its last day - its first day + 1, in days",
    source=_SECTION,
    target=Target(
        "ADSL with a duration of treatment",
        lambda d: [n for n in d.adam if n == "ADSL" and _durations(d[n])],
    ),
    advice="Derive the duration again, or explain days without treatment that do not count.",
)
def _duration(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for length, start, end in _durations(frame):
        wanted = number(frame, end) - number(frame, start) + 1
        extra = present(frame, length) & np.isnan(wanted)
        yield Hit(name, (length, start, end), differs(frame[length], wanted) | extra)


def _durations(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    names = [c for c in variables(frame) if re.fullmatch(r"(TRT|TR\d\d)DURD", c)]
    found = [(c, f"{c[:-4]}SDT", f"{c[:-4]}EDT") for c in names]
    return [(c, s, e) for c, s, e in found if s in frame and e in frame]


@rule(
    "adsl.disposition",
    "a reason for discontinuation stands with DISCONTINUED only, an end date not with ONGOING",
    source=f"{_SECTION}; terminology SBJTSTAT",
    target=Target(
        "ADSL with a status at the end",
        lambda d: [n for n in d.adam if n == "ADSL" and _ends(d[n])],
    ),
    advice="Compare status, reason and date with the disposition events of DS.",
)
def _disposition(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for status, reason, date in _ends(frame):
        if reason in frame:
            said = present(frame, reason) & ~equals(frame, status, "DISCONTINUED")
            yield Hit(name, (reason, status), said)
        if date in frame:
            going = equals(frame, status, "ONGOING") & present(frame, date)
            yield Hit(name, (date, status), going)


def _ends(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    found = [("EOSSTT", "DCSREAS", "EOSDT"), ("EOTSTT", "DCTREAS", "TRTEDT")]
    return [(s, r, d) for s, r, d in found if s in frame]


@rule(
    "adsl.death",
    "who has a date or cause of death is dead, and who is dead has a date",
    source=_SECTION,
    target=ADSL,
    needs=("*.DTHFL", "*.DTHDT"),
    advice="Compare DTHFL, DTHDT and DTHCAUS; impute a date that is only partly known.",
)
def _death(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    dead = equals(frame, "DTHFL", "Y")
    yield Hit(name, ("DTHFL", "DTHDT"), dead != present(frame, "DTHDT"))
    for column in there(frame, "DTHCAUS", "DTHCAUSN", "DTHADY", "LDDTHELD"):
        yield Hit(name, (column, "DTHFL"), present(frame, column) & ~dead)


@rule(
    "adsl.after_death",
    "nothing in ADSL is after the death of the subject",
    source=_SECTION,
    target=ADSL,
    needs=("*.DTHDT",),
    advice="Compare the date with DTHDT and its imputation.",
)
def _after_death(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    death = number(frame, "DTHDT")
    names = ("LSTALVDT", "TRTSDT", "TRTEDT", "RFICDT", "ENRLDT", "RANDDT", "NACTDT")
    for column in there(frame, *names):
        with np.errstate(invalid="ignore"):
            yield Hit(name, (column, "DTHDT"), number(frame, column) > death)


@rule(
    "adsl.before_consent",
    "a subject is enrolled, randomized and treated after the informed consent",
    source=_SECTION,
    target=ADSL,
    needs=("*.RFICDT",),
    severity=Severity.WARNING,
    advice="Ask the site for the date of the consent.",
)
def _before_consent(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in there(frame, "ENRLDT", "RANDDT", "TRTSDT"):
        with np.errstate(invalid="ignore"):
            yield Hit(name, (column, "RFICDT"), number(frame, column) < number(frame, "RFICDT"))


@rule(
    "adam.treatment",
    "TRTP and TRTA are treatments that ADSL gives the subject",
    source=f"{GUIDE} section 3.3.2",
    target=Target(
        "ADaM datasets with TRTP or TRTA",
        lambda d: [n for n in d.adam if shape(d, n) != "ADSL" and there(d[n], "TRTP", "TRTA")],
    ),
    needs=("ADSL.USUBJID", "*.USUBJID"),
    advice="Take the treatment from TRTxxP or TRTxxA of ADSL.",
)
def _record_treatment(data: Data, name: str) -> Iterator[Hit]:
    frame, subjects = data[name], data["ADSL"]
    for column in there(frame, "TRTP", "TRTA"):
        kind = column[-1]
        given = [c for c in variables(subjects) if re.fullmatch(rf"TRT(\d\d|SEQ){kind}", c)]
        if not given:
            continue
        known = ~present(frame, column)
        for treatment in given:
            wanted = of_subject(subjects, treatment, frame["USUBJID"]).fillna("").astype("str")
            known |= (text(frame, column) == wanted).to_numpy()
        yield Hit(name, (column,), ~known)


@rule(
    "adam.whole_record",
    "no two records of an ADaM dataset are alike in every variable",
    source=f"{GUIDE} section 3.3",
    target=having("USUBJID", but=("ADSL",)),
    advice="Look for a join that repeats records.",
)
def _whole_record(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    names = [c for c in variables(frame) if c != "ASEQ"]
    twice = frame.duplicated(names, keep=False).to_numpy(dtype=bool)
    yield Hit(name, ("USUBJID",), twice & filled(frame, "USUBJID"))
