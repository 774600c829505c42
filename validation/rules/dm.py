"""Rules of DM against the domains that must agree with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.model import Data, Hit, Target, named, rule
from validation.rules.tools import days, equals, floats, of_subject, present, text, unlike

DM = named("DM")


@rule(
    "dm.one_record",
    "DM has one record a subject",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=("*.USUBJID",),
    advice="A person screened twice keeps one record: the last screening's.",
    core="000351",
)
def _one_record(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    bad = frame.duplicated("USUBJID", keep=False).to_numpy() | ~present(frame, "USUBJID")
    yield Hit(name, ("USUBJID",), bad)


@rule(
    "dm.death_flag",
    "DTHFL is Y exactly where there is a date of death",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=("*.DTHFL", "*.DTHDTC"),
    advice="Compare the death form with DTHFL; an unknown date keeps at least its year.",
    core="000006 000007",
)
def _death_flag(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    flagged = equals(frame, "DTHFL", "Y")
    odd = present(frame, "DTHFL") & ~flagged
    yield Hit(name, ("DTHFL", "DTHDTC"), (flagged != present(frame, "DTHDTC")) | odd)


def _not_dead(data: Data, frame: pd.DataFrame, dead: Mask) -> Mask:
    flag = of_subject(data["DM"], "DTHFL", frame["USUBJID"]).fillna("").astype("str")
    return dead & (flag != "Y").to_numpy()


@rule(
    "dm.death_ae",
    "a subject with a fatal adverse event is dead in DM",
    source="SDTMIG 3.4 section 5.2",
    target=named("AE"),
    needs=("*.USUBJID", "DM.USUBJID", "DM.DTHFL"),
    advice="Ask the site: either the outcome is not fatal or the death form is missing.",
    core="000253 000254",
)
def _death_ae(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    signs = {"AEOUT": "FATAL", "AESDTH": "Y", "AETOXGR": "5"}
    there = [v for v in signs if v in frame]
    fatal = np.zeros(len(frame), dtype=bool)
    for variable in there:
        fatal |= equals(frame, variable, signs[variable])
    yield Hit(name, tuple(there), _not_dead(data, frame, fatal))


@rule(
    "dm.death_ds",
    "a subject whose disposition is DEATH is dead in DM",
    source="SDTMIG 3.4 section 5.2",
    target=named("DS"),
    needs=("*.USUBJID", "*.DSDECOD", "DM.USUBJID", "DM.DTHFL"),
    advice="Ask the site for the death form, or correct the disposition.",
    core="000252",
)
def _death_ds(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("DSDECOD",), _not_dead(data, frame, equals(frame, "DSDECOD", "DEATH")))


@rule(
    "dm.death_without_ds",
    "a subject dead in DM has a disposition DEATH",
    source="SDTMIG 3.4 section 6.2.4",
    target=DM,
    needs=("*.USUBJID", "*.DTHFL", "DS.USUBJID", "DS.DSDECOD"),
    severity=Severity.WARNING,
    advice="Add the disposition event from the death form.",
)
def _death_without_ds(data: Data, name: str) -> Iterator[Hit]:
    disposition = data["DS"]
    dead = disposition.loc[equals(disposition, "DSDECOD", "DEATH"), "USUBJID"]
    frame = data[name]
    lost = equals(frame, "DTHFL", "Y") & ~frame["USUBJID"].isin(dead).to_numpy()
    yield Hit(name, ("DTHFL",), lost)


def _observed(data: Data) -> list[str]:
    """What is seen in or done to the subject: neither details of death nor what is known of it."""
    beside = ("CO", "DD", "DM", "DS", "RS", "SE", "SS")
    names = [n for n in data.sdtm if data.prefix(n) not in beside and "USUBJID" in data[n]]
    return [n for n in names if any(data.has(n, f"{data.prefix(n)}{p}") for p in ("STDTC", "DTC"))]


@rule(
    "dm.nothing_after_death",
    "nothing is observed in a subject after the day of death",
    source="SDTMIG 3.4 section 5.2",
    target=Target("SDTM datasets with a date", _observed),
    needs=("*.USUBJID", "DM.USUBJID", "DM.DTHDTC"),
    severity=Severity.WARNING,
    advice="Ask the site which of the two dates is right.",
)
def _nothing_after_death(data: Data, name: str) -> Iterator[Hit]:
    frame, prefix = data[name], data.prefix(name)
    death = days(of_subject(data["DM"], "DTHDTC", frame["USUBJID"]))
    # --DTC of an event or a dose is when it was noted down.
    variable = next((v for v in (f"{prefix}STDTC", f"{prefix}DTC") if v in frame), "")
    if variable:
        with np.errstate(invalid="ignore"):
            yield Hit(name, (variable,), data.column(name, variable).days > death)


def given_doses(data: Data) -> pd.DataFrame:
    """The records of EX whose dose was given."""
    exposure = data["EX"]
    given = np.ones(len(exposure), dtype=bool)
    if "EXDOSE" in exposure:
        # SDTMIG 3.4 section 6.1.2: the dose of a placebo is 0 and was given all the same.
        none = floats(exposure, "EXDOSE") == 0
        placebo = equals(exposure, "EXTRT", "PLACEBO") if "EXTRT" in exposure else ~given
        given &= ~none | placebo
    if "EXOCCUR" in exposure:
        given &= ~equals(exposure, "EXOCCUR", "N")
    return exposure[given]


def _extreme(data: Data, which: Literal["min", "max"], variable: str) -> pd.Series:
    """The first or last known moment of given doses by subject, as ISO text."""
    part = given_doses(data)
    moments = text(part, variable)
    if variable == "EXENDTC":
        starts = text(part, "EXSTDTC")
        moments = moments.where(moments != "", starts)
    known = moments != ""
    # ISO 8601 texts sort as the moments do as long as they are cut off on the right only.
    grouped = moments[known].groupby(part.loc[known, "USUBJID"])
    return grouped.min() if which == "min" else grouped.max()


def _exposure(data: Data, name: str, variable: str, expected: pd.Series) -> Iterator[Hit]:
    """Where a moment differs from the expected one in what both of them say."""
    frame = data[name]
    wanted = frame["USUBJID"].map(expected).fillna("").astype("str")
    different = unlike(text(frame, variable), wanted)
    words = [f": exposure says {w or 'nothing'}" for w in wanted[different]]
    yield Hit(name, (variable,), different, words)


_EXPOSED = ("*.USUBJID", "EX.USUBJID", "EX.EXSTDTC")


@rule(
    "dm.first_exposure",
    "RFXSTDTC is the start of the first dose in EX",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=(*_EXPOSED, "*.RFXSTDTC"),
    advice="Derive RFXSTDTC from EX, and leave it empty for who was not treated.",
    core="000239",
)
def _first_exposure(data: Data, name: str) -> Iterator[Hit]:
    yield from _exposure(data, name, "RFXSTDTC", _extreme(data, "min", "EXSTDTC"))


@rule(
    "dm.last_exposure",
    "RFXENDTC is the end of the last dose in EX",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=(*_EXPOSED, "*.RFXENDTC"),
    advice="Derive RFXENDTC from EX, and leave it empty for who was not treated.",
    core="000238",
)
def _last_exposure(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    last = _extreme(data, "max", "EXENDTC" if "EXENDTC" in data["EX"] else "EXSTDTC")
    if "EXENDTC" in data["EX"]:
        # The last end that is known is an answer too where a later dose has none.
        doses = given_doses(data)
        ended = doses[present(doses, "EXENDTC")]
        known = frame["USUBJID"].map(ended["EXENDTC"].groupby(ended["USUBJID"]).max())
        same = (known == frame["RFXENDTC"]).to_numpy(dtype=bool)
        last = last.drop(frame.loc[same, "USUBJID"], errors="ignore")
        own = frame.loc[same].set_index("USUBJID")["RFXENDTC"]
        last = pd.concat([last, own[~own.index.duplicated()]])
    yield from _exposure(data, name, "RFXENDTC", last)


@rule(
    "dm.reference_start",
    "RFSTDTC is the start of the first dose in EX",
    source="SDTMIG 3.4 section 5.2 (a choice of the study)",
    target=DM,
    needs=(*_EXPOSED, "*.RFSTDTC"),
    severity=Severity.WARNING,
    advice="Derive RFSTDTC from EX, or explain the other reference date of this study.",
)
def _reference_start(data: Data, name: str) -> Iterator[Hit]:
    yield from _exposure(data, name, "RFSTDTC", _extreme(data, "min", "EXSTDTC"))


@rule(
    "dm.death_dd",
    "a subject with details of death is dead in DM",
    source="SDTMIG 3.4 section 6.3.3; FB0602",
    target=named("DD"),
    needs=("*.USUBJID", "DM.USUBJID", "DM.DTHFL"),
    advice="Ask the site for the death form, or take the details out.",
    core="000108",
)
def _death_dd(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("USUBJID",), _not_dead(data, frame, np.ones(len(frame), dtype=bool)))


@rule(
    "dm.subject_once",
    "SUBJID is of one subject",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=("*.SUBJID",),
    advice="Give each subject a number that no other subject of the study has.",
    core="000186",
)
def _subject_once(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    keys = [k for k in ("STUDYID", "SUBJID") if k in frame]
    yield Hit(name, ("SUBJID",), frame.duplicated(keys, keep=False).to_numpy())


@rule(
    "dm.age",
    "an age has a unit and is not negative; a unit is of an age",
    source="SDTMIG 3.4 section 5.2; FB4001",
    target=DM,
    needs=("*.AGE", "*.AGEU"),
    advice="Derive the age from the dates of birth and consent, with AGEU.",
    core="000122 000189 000190 000310",
)
def _age(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    age = data.column(name, "AGE")
    text_age = present(frame, "AGETXT") if "AGETXT" in frame else np.zeros(len(frame), dtype=bool)
    with np.errstate(invalid="ignore"):
        wrong = ((age.filled | text_age) != present(frame, "AGEU")) | (age.numbers < 0)
    yield Hit(name, ("AGE", "AGEU"), wrong)


@rule(
    "dm.arm_pair",
    "an arm has both a code and a name",
    source="SDTMIG 3.4 section 5.2",
    target=Target(
        "DM",
        lambda d: (
            ["DM"] if d.has("DM", "ARMCD", "ARM") or d.has("DM", "ACTARMCD", "ACTARM") else []
        ),
    ),
    advice="Take both from TA, or leave both empty.",
    core="000119 000120",
)
def _arm_pair(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for pair in (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")):
        if data.has(name, *pair):
            yield Hit(name, pair, present(frame, pair[0]) != present(frame, pair[1]))


def _done(data: Data, frame: pd.DataFrame) -> Mask:
    """Who is done with the study, as far as DS tells; without DS everybody."""
    if not data.has("DS", "USUBJID", "DSCAT"):
        return np.ones(len(frame), dtype=bool)
    events = data["DS"]
    ended = events.loc[equals(events, "DSCAT", "DISPOSITION EVENT"), "USUBJID"]
    return np.asarray(frame["USUBJID"].isin(ended).to_numpy(), dtype=bool)


@rule(
    "dm.reference_end",
    "a subject in an arm who is done with the study has the end of a reference period",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=("*.USUBJID", "*.ARM", "*.RFENDTC"),
    advice="Derive RFENDTC; it is empty for who is still in the study or has no arm.",
    core="000191",
)
def _reference_end(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    asked = present(frame, "ARM") & _done(data, frame)
    if "ARMNRS" in frame:
        asked &= ~present(frame, "ARMNRS")
    yield Hit(name, ("RFENDTC",), asked & ~present(frame, "RFENDTC"))


@rule(
    "dm.no_reference",
    "who has no arm, or was not treated, has no reference period",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=("*.ARMNRS",),
    advice="Leave RFSTDTC and RFENDTC empty.",
    core="000192 000758",
)
def _no_reference(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    reason = present(frame, "ARMNRS") & ~equals(frame, "ARMNRS", "UNPLANNED TREATMENT")
    if "RFENDTC" in frame:
        yield Hit(name, ("RFENDTC", "ARMNRS"), reason & present(frame, "RFENDTC"))
    if "RFSTDTC" in frame and _from_treatment(frame):
        yield Hit(name, ("RFSTDTC", "ARMNRS"), reason & present(frame, "RFSTDTC"))


def _from_treatment(frame: pd.DataFrame) -> bool:
    """Whether the reference period starts with treatment, as far as the data tell."""
    if "RFXSTDTC" not in frame:
        return True
    both = present(frame, "RFXSTDTC") & present(frame, "RFSTDTC")
    first, reference = (frame.loc[both, v].str.slice(0, 10) for v in ("RFXSTDTC", "RFSTDTC"))
    return bool((first == reference).all())
