"""Rules of ADaM: subjects, parameters, changes from baseline, flags, time to event."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mappings.findings import Severity
from validation.rules.model import Data, Hit, Target, named, rule
from validation.rules.tools import (
    ambiguous,
    differs,
    equals,
    of_subject,
    present,
    text,
)

_GUIDE = "ADaMIG 1.3"
# Population flags are Y or N for every subject; other flags are Y or empty, or Y and N.
_POPULATION = (
    *("FASFL", "SAFFL", "ITTFL", "PPROTFL", "COMPLFL", "RANDFL"),
    *("ENRLFL", "SCRNFL", "DLTEVLFL", "EFFFL", "PKFL", "RESPFL"),
)


def _with(*variables: str, but: tuple[str, ...] = ()) -> Target:
    def pick(data: Data) -> list[str]:
        return [n for n in data.adam if n not in but and data.has(n, *variables)]

    return Target(f"ADaM datasets with {', '.join(variables)}", pick)


@rule(
    "adsl.one_record",
    "ADSL has one record a subject",
    source=f"{_GUIDE} section 2.3.1",
    target=named("ADSL"),
    needs=("*.USUBJID",),
    advice="Look for a join that repeats subjects.",
)
def _one_record(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    bad = frame.duplicated("USUBJID", keep=False).to_numpy() | ~present(frame, "USUBJID")
    yield Hit(name, ("USUBJID",), bad)


@rule(
    "adsl.in_dm",
    "every subject of ADSL is in DM",
    source=f"{_GUIDE} section 3.2",
    target=named("ADSL"),
    needs=("*.USUBJID", "DM.USUBJID"),
    advice="Make ADSL from DM.",
)
def _adsl_in_dm(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("USUBJID",), ~frame["USUBJID"].isin(data["DM"]["USUBJID"]).to_numpy())


@rule(
    "adam.subject_in_adsl",
    "every subject of an ADaM dataset is in ADSL",
    source=f"{_GUIDE} section 2.3.1",
    target=_with("USUBJID", but=("ADSL",)),
    needs=("ADSL.USUBJID",),
    advice="Find out why ADSL lacks the subject.",
)
def _subject_in_adsl(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("USUBJID",), ~frame["USUBJID"].isin(data["ADSL"]["USUBJID"]).to_numpy())


@rule(
    "adam.same_as_adsl",
    "a variable that ADSL has too holds the value of ADSL",
    source=f"{_GUIDE} section 3.1.1",
    target=_with("USUBJID", but=("ADSL",)),
    needs=("ADSL.USUBJID",),
    advice="Copy the variable from ADSL, or give it another name.",
)
def _same_as_adsl(data: Data, name: str) -> Iterator[Hit]:
    frame, subjects = data[name], data["ADSL"]
    known = frame["USUBJID"].isin(subjects["USUBJID"]).to_numpy()
    own = {"STUDYID", "USUBJID"}
    for column in [str(c) for c in frame.columns if c in subjects.columns]:
        if column in own or column.startswith("_"):
            continue
        wanted = of_subject(
            subjects.assign(**{column: text(subjects, column)}), column, frame["USUBJID"]
        )
        unlike = (text(frame, column) != wanted.fillna("").astype("str")).to_numpy()
        words = [f": ADSL says {w or 'nothing'}" for w in wanted[known & unlike]]
        yield Hit(name, (column,), known & unlike, words)


@rule(
    "bds.one_parameter",
    "PARAMCD, PARAM and PARAMN belong together one to one",
    source=f"{_GUIDE} section 3.3.4",
    target=_with("PARAMCD", "PARAM"),
    advice="Give each code one name, and each name one code.",
)
def _one_parameter(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for other in ("PARAM", "PARAMN"):
        if other in frame:
            mask, scopes, words = ambiguous(frame, "PARAMCD", other)
            yield Hit(name, ("PARAMCD", other), mask, words, scopes)


@rule(
    "bds.aval_avalc",
    "within a parameter AVAL and AVALC belong together one to one",
    source=f"{_GUIDE} section 3.3.4",
    target=_with("PARAMCD", "AVAL", "AVALC"),
    advice="Give each text one number, or leave AVALC empty where AVAL says it all.",
)
def _aval_avalc(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    mask, scopes, words = ambiguous(frame, "AVAL", "AVALC", "PARAMCD")
    yield Hit(name, ("AVAL", "AVALC"), mask, words, scopes)


@rule(
    "bds.change",
    "CHG is AVAL - BASE, and PCHG is CHG in percent of BASE",
    source=f"{_GUIDE} section 3.3.4",
    target=_with("AVAL", "BASE"),
    advice="Derive the change again.",
)
def _change(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    aval, base = (frame[v].to_numpy(dtype=float) for v in ("AVAL", "BASE"))
    if "CHG" in frame:
        yield Hit(name, ("CHG", "AVAL", "BASE"), differs(frame["CHG"], aval - base, 1e-6))
    if "PCHG" in frame:
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = np.where(base == 0, np.nan, 100 * (aval - base) / base)
        yield Hit(name, ("PCHG", "AVAL", "BASE"), differs(frame["PCHG"], percent, 1e-6))


@rule(
    "bds.one_baseline",
    "a subject has one baseline record a parameter, and its AVAL is BASE",
    source=f"{_GUIDE} section 3.3.4",
    target=_with("USUBJID", "PARAMCD", "ABLFL"),
    advice="Choose the baseline record by one rule.",
)
def _one_baseline(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    flagged = equals(frame, "ABLFL", "Y")
    keys = [k for k in ("USUBJID", "PARAMCD", "BASETYPE") if k in frame]
    twice = np.zeros(len(frame), dtype=bool)
    twice[flagged] = frame[flagged].duplicated(keys, keep=False).to_numpy()
    yield Hit(name, ("ABLFL",), twice)
    if data.has(name, "AVAL", "BASE"):
        unlike = differs(frame["AVAL"], frame["BASE"]) & flagged
        yield Hit(name, ("BASE", "AVAL"), unlike)


@rule(
    "adam.study_day",
    "ADY, ASTDY and AENDY count days from TRTSDT without a day 0",
    source=f"{_GUIDE} section 3.3.3",
    target=Target(
        "ADaM datasets with a study day and its date", lambda d: [n for n in d.adam if _days(d, n)]
    ),
    needs=("ADSL.USUBJID", "ADSL.TRTSDT", "*.USUBJID"),
    severity=Severity.WARNING,
    advice="Derive the day again, or explain the other reference date of this dataset.",
)
def _study_day(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    start = of_subject(data["ADSL"], "TRTSDT", frame["USUBJID"]).to_numpy(dtype=float)
    for day, date in _days(data, name):
        apart = np.floor(frame[date].to_numpy(dtype=float)) - start
        expected = np.where(apart >= 0, apart + 1, apart)
        given = frame[day].to_numpy(dtype=float)
        wrong = differs(given, expected) | (np.isnan(given) != np.isnan(expected))
        yield Hit(name, (day, date), wrong)


def _days(data: Data, name: str) -> list[tuple[str, str]]:
    pairs = [("ADY", "ADT"), ("ASTDY", "ASTDT"), ("AENDY", "AENDT")]
    return [pair for pair in pairs if data.has(name, *pair)]


@rule(
    "adam.start_after_end",
    "nothing ends before it starts",
    source=f"{_GUIDE} section 3.3.3",
    target=Target(
        "ADaM datasets with starts and ends", lambda d: [n for n in d.adam if _spans(d, n)]
    ),
    advice="Look at the imputation of the two dates: it must keep their order.",
)
def _start_after_end(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for start, end in _spans(data, name):
        turned = (frame[start] > frame[end]).fillna(False).to_numpy(dtype=bool)
        yield Hit(name, (end, start), turned)


def _spans(data: Data, name: str) -> list[tuple[str, str]]:
    pairs = [("ASTDT", "AENDT"), ("ASTDTM", "AENDTM"), ("TRTSDT", "TRTEDT"), ("TRTSDTM", "TRTEDTM")]
    return [pair for pair in pairs if data.has(name, *pair)]


@rule(
    "adam.flag_values",
    "a flag is Y, N or empty, and a numeric flag 1, 0 or empty",
    source=f"{_GUIDE} section 3.1.4",
    target=Target("ADaM datasets", lambda data: data.adam),
    advice="Derive the flag as Y or empty, or as Y and N.",
)
def _flag_values(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in [str(c) for c in frame.columns if str(c).endswith(("FL", "FN"))]:
        allowed = ("Y", "N", "") if column.endswith("FL") else ("1", "0", "")
        yield Hit(name, (column,), ~text(frame, column).isin(allowed).to_numpy())


@rule(
    "adam.flag_pair",
    "a flag and its number say the same",
    source=f"{_GUIDE} section 3.1.4",
    target=Target("ADaM datasets", lambda data: data.adam),
    advice="Derive the number from the flag.",
)
def _flag_pair(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for flag in [str(c) for c in frame.columns if str(c).endswith("FL")]:
        number = f"{flag[:-1]}N"
        if number in frame:
            wanted = text(frame, flag).map({"Y": "1", "N": "0", "": ""}).fillna("?")
            yield Hit(name, (number, flag), (text(frame, number) != wanted).to_numpy())


@rule(
    "adsl.population_flags",
    "a population flag of ADSL is Y or N for every subject",
    source=f"{_GUIDE} section 3.2.5",
    target=named("ADSL"),
    advice="Write N where the subject does not belong to the population.",
)
def _population_flags(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in _POPULATION:
        if column in frame:
            yield Hit(name, (column,), ~equals(frame, column, "Y", "N"))


_TTE = _with("CNSR", "STARTDT", "ADT")


@rule(
    "tte.aval",
    "AVAL of a time to event is ADT - STARTDT + 1 in days, or that in months",
    source="ADaM BDS for time-to-event analyses 1.0, section 4",
    target=_TTE,
    needs=("*.AVAL",),
    advice="Derive AVAL again from its two dates.",
)
def _time_to_event(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    length = (frame["ADT"] - frame["STARTDT"] + 1).to_numpy(dtype=float)
    names = [v for v in ("PARAM", "AVALU") if v in frame]
    months = np.zeros(len(frame), dtype=bool)
    for variable in names:
        words = text(frame, variable).str.lower()
        months |= words.str.contains("month").to_numpy(dtype=bool)
    given = frame["AVAL"].to_numpy(dtype=float)
    wrong = np.where(months, differs(given, length / 30.4375, 5e-3), differs(given, length))
    wrong = wrong | np.isnan(given) | np.isnan(length)
    words_of = [
        f": the dates give {'nothing' if np.isnan(v) else f'{v:g} days'}" for v in length[wrong]
    ]
    yield Hit(name, ("AVAL", "STARTDT", "ADT"), np.asarray(wrong, dtype=bool), words_of)


@rule(
    "tte.cnsr",
    "CNSR is 0 for an event or a whole number above 0 for a censoring",
    source="ADaM BDS for time-to-event analyses 1.0, section 4",
    target=_with("CNSR"),
    advice="Derive CNSR for every record.",
)
def _censoring(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    given = frame["CNSR"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        bad = np.isnan(given) | (given < 0) | (given != np.floor(given))
    yield Hit(name, ("CNSR",), bad)


@rule(
    "tte.described",
    "an event or censoring says what it was",
    source="ADaM BDS for time-to-event analyses 1.0, section 4",
    target=_with("CNSR", "EVNTDESC"),
    advice="Describe the event; a censoring may do so in CNSDTDSC.",
)
def _described(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    said = present(frame, "EVNTDESC")
    if "CNSDTDSC" in frame:
        said |= present(frame, "CNSDTDSC") & ~(frame["CNSR"] == 0).to_numpy()
    yield Hit(name, ("EVNTDESC",), ~said)


@rule(
    "tte.one_record",
    "a subject has one record a parameter of time to event",
    source="ADaM BDS for time-to-event analyses 1.0, section 3",
    target=_with("CNSR", "USUBJID", "PARAMCD"),
    advice="Keep the first event, or the last censoring when there is none.",
)
def _one_event(data: Data, name: str) -> Iterator[Hit]:
    twice = data[name].duplicated(["USUBJID", "PARAMCD"], keep=False).to_numpy()
    yield Hit(name, ("PARAMCD",), twice)
