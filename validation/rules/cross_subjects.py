"""Rules of subjects across SDTM and ADaM: who is there, was treated, and died."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.adam_dates import after_cutoff, data_cutoff
from validation.rules.adam_tools import GUIDE, number, on_days, sas_days
from validation.rules.cross import death_dates
from validation.rules.dm import given_doses
from validation.rules.model import Data, Hit, named, rule
from validation.rules.tools import days, differs, equals, present, text


@rule(
    "adsl.in_dm",
    "every subject of ADSL is in DM",
    source=f"{GUIDE} section 3.2; AD0053",
    target=named("ADSL"),
    needs=("*.USUBJID", "DM.USUBJID"),
    advice="Make ADSL from DM.",
)
def _adsl_in_dm(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("USUBJID",), ~frame["USUBJID"].isin(data["DM"]["USUBJID"]).to_numpy())


@rule(
    "cross.subject_lost",
    "every subject of DM who was assigned an arm or treated is in ADSL",
    source=f"{GUIDE} section 2.3.1",
    target=named("DM"),
    needs=("*.USUBJID", "*.ARM", "ADSL.USUBJID"),
    advice="Make ADSL from all of DM, and tell populations apart by flags.",
)
def _subject_lost(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    assigned = present(frame, "ARM")
    for column in ("ARMNRS", "RFXSTDTC"):
        if column in frame:
            wanted = column == "RFXSTDTC"
            assigned = (
                assigned | present(frame, column) if wanted else assigned & ~present(frame, column)
            )
    lost = ~frame["USUBJID"].isin(data["ADSL"]["USUBJID"]).to_numpy(dtype=bool)
    yield Hit(name, ("USUBJID",), lost & assigned)


def _doses(data: Data) -> pd.DataFrame:
    """The given doses before the data cut-off, with the first and last day of each."""
    doses = given_doses(data)
    doses = doses[~after_cutoff(data, text(doses, "EXSTDTC")).to_numpy(dtype=bool)]
    start = sas_days(days(doses["EXSTDTC"]))
    end = sas_days(days(doses["EXENDTC"])) if "EXENDTC" in doses else start
    return doses.assign(_first=start, _last=end)


_EXPOSED = ("*.USUBJID", "EX.USUBJID", "EX.EXSTDTC")


@rule(
    "cross.exposure",
    "TRTSDT and TRTEDT are the first and the last day of a dose in EX",
    source=f"{GUIDE} section 3.2; AD0061",
    target=named("ADSL"),
    needs=(*_EXPOSED, "*.TRTSDT"),
    advice="Derive the dates from EX, or flag and explain what was imputed.",
)
def _exposure(data: Data, name: str) -> Iterator[Hit]:
    frame, doses = data[name], _doses(data)
    for column, day, which in (("TRTSDT", "_first", "min"), ("TRTEDT", "_last", "max")):
        if column not in frame:
            continue
        grouped = doses.groupby("USUBJID")[day]
        # A dose without a complete date leaves the first and last open.
        known = grouped.agg(which).where(grouped.count() == grouped.size())
        wanted = frame["USUBJID"].map(known).to_numpy(dtype=float)
        given = number(frame, column)
        imputed = present(frame, f"{column}F") if f"{column}F" in frame else np.isnan(given) & False
        none = ~frame["USUBJID"].isin(doses["USUBJID"]).to_numpy(dtype=bool)
        lost = ~np.isnan(wanted) & np.isnan(given)
        mask = (differs(given, wanted) & ~imputed) | lost | (none & ~np.isnan(given))
        shown = [str(d) for d in np.datetime_as_string(on_days(wanted))]
        words = [f": EX says {'nothing' if w == 'NaT' else w}" for w in np.array(shown)[mask]]
        yield Hit(name, (column,), mask, words)


@rule(
    "cross.safety",
    "the safety population is who was given a dose in EX",
    source=f"{GUIDE} section 3.2",
    target=named("ADSL"),
    needs=(*_EXPOSED, "*.SAFFL"),
    severity=Severity.WARNING,
    advice="Compare SAFFL with EX, or explain the other definition of the protocol.",
)
def _safety(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    dosed = frame["USUBJID"].isin(_doses(data)["USUBJID"]).to_numpy(dtype=bool)
    yield Hit(name, ("SAFFL",), equals(frame, "SAFFL", "Y") != dosed)


def _alive_at_cutoff(data: Data, frame: pd.DataFrame, dates: pd.Series) -> Mask:
    """Who was alive on the cut-off and died in a month or year that has days after it."""
    last = data_cutoff(data)
    if not last or "LSTALVDT" not in frame:
        return np.zeros(len(frame), dtype=bool)
    alive = on_days(number(frame, "LSTALVDT"), seconds=False)
    partial = dates.isin([last[:4], last[:7], ""]).to_numpy(dtype=bool)
    return np.asarray(partial & (alive >= days(pd.Series([last], dtype="str"))[0]))


_DEATHS = (
    ("AE", "AEOUT", "FATAL"),
    ("AE", "AESDTH", "Y"),
    ("DS", "DSDECOD", "DEATH"),
    ("DM", "DTHFL", "Y"),
    ("SS", "SSSTRESC", "DEAD"),
)


@rule(
    "cross.death",
    "ADSL knows who died: from DM, AE, DS, SS and DD, as far as before the data cut-off",
    source=f"{GUIDE} section 3.2",
    target=named("ADSL"),
    needs=("*.USUBJID", "*.DTHDT"),
    advice="Compare DTHFL and DTHDT with the death form and the fatal events.",
)
def _death(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    dead: set[str] = set(data["DD"]["USUBJID"]) if data.has("DD", "USUBJID") else set()
    for domain, variable, value in _DEATHS:
        if data.has(domain, "USUBJID", variable):
            home = data[domain]
            dead.update(home.loc[equals(home, variable, value), "USUBJID"])
    dates = death_dates(data, frame)
    later = after_cutoff(data, dates).to_numpy(dtype=bool) | _alive_at_cutoff(data, frame, dates)
    flagged = equals(frame, "DTHFL", "Y") if "DTHFL" in frame else present(frame, "DTHDT")
    signs = frame["USUBJID"].isin(dead).to_numpy(dtype=bool)
    dated = present(frame, "DTHDT")
    yield Hit(name, ("DTHDT",), np.where(signs, ~later & ~(dated & flagged), dated | flagged))
