"""Rules of DM against the domains that must agree with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.model import Data, Hit, named, rule
from validation.rules.tools import days, equals, of_subject, present, text, unlike

DM = named("DM")


@rule(
    "dm.one_record",
    "DM has one record a subject",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=("*.USUBJID",),
    advice="A person screened twice keeps one record: the last screening's.",
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


@rule(
    "dm.nothing_after_death",
    "nothing is observed in a subject after the day of death",
    source="SDTMIG 3.4 section 5.2",
    target=named("AE", "EX", "LB", "VS", "TR"),
    needs=("*.USUBJID", "DM.USUBJID", "DM.DTHDTC"),
    severity=Severity.WARNING,
    advice="Ask the site which of the two dates is right.",
)
def _nothing_after_death(data: Data, name: str) -> Iterator[Hit]:
    frame, prefix = data[name], data.prefix(name)
    death = days(of_subject(data["DM"], "DTHDTC", frame["USUBJID"]))
    for variable in (f"{prefix}DTC", f"{prefix}STDTC"):
        if variable in frame:
            with np.errstate(invalid="ignore"):
                yield Hit(name, (variable,), days(frame[variable]) > death)


def given_doses(data: Data) -> pd.DataFrame:
    """The records of EX whose dose was given."""
    exposure = data["EX"]
    given = np.ones(len(exposure), dtype=bool)
    if "EXDOSE" in exposure:
        # SDTMIG 3.4 section 6.1.2: the dose of a placebo is 0 and was given all the same.
        none = (exposure["EXDOSE"] == 0).fillna(False).to_numpy(dtype=bool)
        placebo = equals(exposure, "EXTRT", "PLACEBO") if "EXTRT" in exposure else ~given
        given &= ~none | placebo
    if "EXOCCUR" in exposure:
        given &= ~equals(exposure, "EXOCCUR", "N")
    return exposure[given]


def _extreme(data: Data, which: Literal["min", "max"]) -> pd.Series:
    """The first start (min) or last end (max) of a given dose by subject, as ISO text."""
    part = given_doses(data)
    moments = text(part, "EXSTDTC")
    if which == "max" and "EXENDTC" in part:
        ends = text(part, "EXENDTC")
        moments = ends.where(ends != "", moments)
    known = moments != ""
    # ISO 8601 texts sort as the moments do as long as they are cut off on the right only.
    grouped = moments[known].groupby(part.loc[known, "USUBJID"])
    return grouped.min() if which == "min" else grouped.max()


def _unlike(frame: pd.DataFrame, variable: str, expected: pd.Series) -> tuple[Mask, list[str]]:
    """Where two moments differ in what both of them say; and words for the failing records."""
    wanted = frame["USUBJID"].map(expected).fillna("").astype("str")
    different = unlike(text(frame, variable), wanted)
    return different, [f": exposure says {w or 'nothing'}" for w in wanted[different]]


def _exposure(data: Data, name: str, variable: str, which: Literal["min", "max"]) -> Iterator[Hit]:
    mask, words = _unlike(data[name], variable, _extreme(data, which))
    yield Hit(name, (variable,), mask, words)


_EXPOSED = ("*.USUBJID", "EX.USUBJID", "EX.EXSTDTC")


@rule(
    "dm.first_exposure",
    "RFXSTDTC is the start of the first dose in EX",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=(*_EXPOSED, "*.RFXSTDTC"),
    advice="Derive RFXSTDTC from EX, and leave it empty for who was not treated.",
)
def _first_exposure(data: Data, name: str) -> Iterator[Hit]:
    yield from _exposure(data, name, "RFXSTDTC", "min")


@rule(
    "dm.last_exposure",
    "RFXENDTC is the end of the last dose in EX",
    source="SDTMIG 3.4 section 5.2",
    target=DM,
    needs=(*_EXPOSED, "*.RFXENDTC"),
    advice="Derive RFXENDTC from EX, and leave it empty for who was not treated.",
)
def _last_exposure(data: Data, name: str) -> Iterator[Hit]:
    yield from _exposure(data, name, "RFXENDTC", "max")


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
    yield from _exposure(data, name, "RFSTDTC", "min")
