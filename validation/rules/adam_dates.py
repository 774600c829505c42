"""Rules of ADaM about dates, study days, imputation and its flags."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.adam_tools import (
    ANY,
    DESCRIBED,
    GUIDE,
    complete,
    is_number,
    number,
    on_days,
    parts,
    variables,
    whole,
)
from validation.rules.model import Data, Hit, Target, rule
from validation.rules.tools import days, differs, interval, of_subject, present, text

_TIMING = f"{GUIDE} section 3.1.2"
_IMPUTED = f"{GUIDE} section 3.1.3"
_DATE = re.compile(r"[A-Z][A-Z0-9]*(?<!DTH)(?:DT|DTM|TM)")
_DAY = 86400.0
_FORMATS = {
    "DTM": re.compile(r"(DATETIME|E8601DT|B8601DT|NLDATM|DATEAMPM|MDYAMPM)\d*\.?\d*"),
    "DT": re.compile(
        r"(DATE|E8601DA|B8601DA|YYMMDD[A-Z]?|DDMMYY[A-Z]?|MMDDYY[A-Z]?|IS8601DA|NLDATE)\d*\.?"
    ),
    "TM": re.compile(r"(TIME|E8601TM|B8601TM|HHMM|TOD|TIMEAMPM|IS8601TM|NLTIME)\d*\.?\d*"),
}
# Dates of ADSL that the guide derives from a variable of DM.
_OF_DM = {"TRTS": "RFXSTDTC", "TRTE": "RFXENDTC", "DTH": "DTHDTC", "RFIC": "RFICDTC"}


def _suffix(name: str) -> str:
    """DT, DTM or TM: what the variable's name says it holds; "" for none of them."""
    if not _DATE.fullmatch(name):
        return ""
    return next(s for s in ("DTM", "DT", "TM") if name.endswith(s))


def _dates(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return [(c, _suffix(c)) for c in variables(frame) if _suffix(c)]


@rule(
    "adam.date_number",
    "a date is a whole number of days, a date-time of seconds, a time is within one day",
    source=f"{_TIMING}; AD0041, AD0060",
    target=ANY,
    advice="Derive the date as a SAS date: days since 1960-01-01, date-times in seconds.",
)
def _date_number(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column, kind in _dates(frame):
        if not is_number(frame, column):
            yield Hit(name, (column,), scope=f"{column} is text", value=column)
            continue
        given = number(frame, column)
        with np.errstate(invalid="ignore"):
            odd = ~whole(given) if kind == "DT" else np.zeros(len(given), dtype=bool)
            if kind == "TM":
                odd |= (given < 0) | (given >= _DAY)
            # Before 1850 or after 2150: seconds taken for days, or days for seconds.
            if kind == "DT":
                odd |= np.abs(given) > 70000
            if kind == "DTM":
                odd |= (np.abs(given) < 70000) | (np.abs(given) > 70000 * _DAY)
        yield Hit(name, (column,), odd)


@rule(
    "adam.date_format",
    "a date, date-time or time has a format that shows it as one",
    source=f"{_TIMING}; AD0041",
    target=DESCRIBED,
    advice="Give the variable a display format such as DATE9.",
)
def _date_format(data: Data, name: str) -> Iterator[Hit]:
    for variable in data.described[name].variables:
        kind = _suffix(variable.name)
        if kind and variable.numeric and not _FORMATS[kind].fullmatch(variable.format.upper()):
            scope = f"{variable.name} has {variable.format or 'no format'}"
            yield Hit(name, (variable.name,), scope=scope, value=variable.format)


@rule(
    "adam.date_and_time",
    "a date-time is its date and its time",
    source=_TIMING,
    target=ANY,
    advice="Derive the date and the time from the date-time.",
)
def _date_and_time(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for moment in [c for c, kind in _dates(frame) if kind == "DTM"]:
        stem, seconds = moment[:-3], number(frame, moment)
        known = ~np.isnan(seconds)
        for other, wanted in (
            (f"{stem}DT", np.floor(seconds / _DAY)),
            (f"{stem}TM", np.mod(seconds, _DAY)),
        ):
            if other in frame:
                lost = known & np.isnan(number(frame, other))
                yield Hit(name, (other, moment), lost | differs(number(frame, other), wanted))


@rule(
    "adam.study_day",
    "ADY, ASTDY and AENDY count days from TRTSDT without a day 0",
    source=f"{GUIDE} section 3.3.3",
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
        apart = np.floor(number(frame, date)) - start
        expected = np.where(apart >= 0, apart + 1, apart)
        given = number(frame, day)
        wrong = differs(given, expected) | (np.isnan(given) != np.isnan(expected))
        yield Hit(name, (day, date), wrong)


def _days(data: Data, name: str) -> list[tuple[str, str]]:
    pairs = [("ADY", "ADT"), ("ASTDY", "ASTDT"), ("AENDY", "AENDT")]
    return [pair for pair in pairs if data.has(name, *pair)]


@rule(
    "adam.no_day_0",
    "a relative day is a whole number and never 0",
    source=f"{_TIMING}; AD0046",
    target=ANY,
    advice="Day 1 is the reference date, the day before it is -1.",
)
def _no_day_0(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in [c for c in variables(frame) if c.endswith("DY") and is_number(frame, c)]:
        given = number(frame, column)
        yield Hit(name, (column,), (given == 0) | ~whole(given))


@rule(
    "adam.start_after_end",
    "nothing ends before it starts",
    source=f"{GUIDE} section 3.3.3",
    target=Target(
        "ADaM datasets with starts and ends", lambda d: [n for n in d.adam if _spans(d[n])]
    ),
    advice="Look at the imputation of the two dates: it must keep their order.",
)
def _start_after_end(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for start, end in _spans(frame):
        with np.errstate(invalid="ignore"):
            yield Hit(name, (end, start), number(frame, start) > number(frame, end))


def _spans(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Start and end: ASTDT and AENDT, and the pairs of one stem (TRTSDT, AP01SDTM, PHSDT)."""
    found = [(s, e) for s, e in (("ASTDT", "AENDT"), ("ASTDTM", "AENDTM")) if s in frame]
    starts = [c for c in variables(frame) if re.fullmatch(r".+SDTM?", c)]
    found += [(c, re.sub(r"S(DTM?)$", r"E\1", c)) for c in starts]
    return [(s, e) for s, e in found if e in frame]


@rule(
    "adsl.period_order",
    "periods, phases and treatments follow each other and do not overlap",
    source=f"{GUIDE} section 3.2",
    target=Target(
        "ADSL with several periods", lambda d: [n for n in d.adam if _follow(d[n]) and n == "ADSL"]
    ),
    advice="Look at the start and end of both periods.",
)
def _period_order(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for before, after in _follow(frame):
        with np.errstate(invalid="ignore"):
            yield Hit(name, (after, before), number(frame, before) > number(frame, after))


def _follow(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """(earlier date, later date): of period n its start and end, and the start of period n + 1."""
    found = []
    for column in variables(frame):
        hit = re.fullmatch(r"(AP|TR|PH)(\d\d?)SDT", column)
        if hit is None or int(hit[2]) < 2:
            continue
        last = str(int(hit[2]) - 1).zfill(len(hit[2]))
        found += [(f"{hit[1]}{last}{which}DT", column) for which in ("S", "E")]
    return [(b, a) for b, a in found if b in frame]


@rule(
    "adam.imputation_value",
    "an imputation flag of a date is D, M or Y, of a time S, M or H, and stands beside a date",
    source=f"{_IMPUTED}; terminology DATEFL and TIMEFL; AD0039",
    target=ANY,
    advice="Name the highest part that was imputed, only where a date was.",
)
def _imputation_value(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in [c for c in variables(frame) if c.endswith(("DTF", "TMF"))]:
        allowed = ("D", "M", "Y") if column.endswith("DTF") else ("S", "M", "H")
        flag, dates = text(frame, column), _flagged(frame, column)
        odd = ~flag.isin([*allowed, ""]).to_numpy(dtype=bool)
        if dates:
            odd |= (flag != "").to_numpy() & ~np.any([present(frame, d) for d in dates], axis=0)
        yield Hit(name, (column, *dates), odd)


def _flagged(frame: pd.DataFrame, flag: str) -> list[str]:
    """The variables that an imputation flag tells of."""
    stem, own = flag[:-3], flag[:-1]
    return [v for v in dict.fromkeys((own, f"{stem}DTM")) if v in frame]


def _collected(data: Data, name: str) -> list[tuple[str, str, pd.Series, bool]]:
    """(stem, variable, ISO 8601 text, own): what the dates of the dataset were collected as."""
    frame, found = data[name], []
    for column in variables(frame):
        hit = re.fullmatch(r"[A-Z][A-Z0-9](ST|EN|)DTC", column)
        if hit and name != "ADSL" and column[:2] != "RF":
            stem = f"A{hit[1]}"
            found.append((stem, column, text(frame, column), True))
    if name == "ADSL" and data.has("DM", "USUBJID"):
        for stem, column in _OF_DM.items():
            if column in data["DM"]:
                given = of_subject(data["DM"], column, frame["USUBJID"]).fillna("").astype("str")
                found.append((stem, column, given.where(~after_cutoff(data, given), ""), False))
    dated = [x for x in found if f"{x[0]}DT" in frame or f"{x[0]}DTM" in frame]
    return [(s, v, interval(words)[0], own) for s, v, words, own in dated]


def data_cutoff(data: Data) -> str:
    """The data cut-off that TS tells, "" for none."""
    if not data.has("TS", "TSPARMCD", "TSVAL"):
        return ""
    summary = data["TS"]
    cut = summary.loc[(summary["TSPARMCD"] == "DCUTDTC").to_numpy(), "TSVAL"]
    return str(cut.iloc[0]) if len(cut) else ""


def after_cutoff(data: Data, words: pd.Series) -> pd.Series:
    """True for dates after the data cut-off of TS, which an analysis may not know."""
    last = data_cutoff(data)
    return (words.str.slice(0, len(last)) > last) if last else pd.Series(False, words.index)


def _day_of(frame: pd.DataFrame, stem: str) -> tuple[str, pd.DataFrame, Mask]:
    """The date variable of a stem, its year, month and day as text, and where it is filled."""
    variable = f"{stem}DT" if f"{stem}DT" in frame else f"{stem}DTM"
    values = on_days(number(frame, variable), seconds=variable.endswith("DTM"))
    words = pd.Series(np.datetime_as_string(values), frame.index, dtype="str")
    return variable, parts(words.mask(words == "NaT", "")), ~np.isnat(values)


@rule(
    "adam.date_of_collected",
    "a date says what was collected: all known parts of --DTC, and every complete date",
    source=f"{_TIMING} and 3.1.3",
    target=Target(
        "ADaM datasets with a date and what was collected of it",
        lambda d: [n for n in d.adam if _collected(d, n)],
    ),
    advice="Impute only what is not known.",
)
def _date_of_collected(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for stem, column, words, own in _collected(data, name):
        variable, given, dated = _day_of(frame, stem)
        known = parts(words)
        wrong = complete(words) & ~dated & ~np.isnat(days(words))
        for part in ("Y", "M", "D"):
            there = dated & (known[part] != "").to_numpy()
            wrong |= there & (known[part] != given[part]).to_numpy()
        shown = (variable, column) if own else (variable,)
        yield Hit(name, shown, wrong, [f": {column} is {w}" for w in words[wrong]])


@rule(
    "adam.imputation_flag",
    "an imputation flag names the highest part that was not collected, and none where all was",
    source=f"{_IMPUTED}; terminology DATEFL and TIMEFL",
    target=Target(
        "ADaM datasets with a date and what was collected of it",
        lambda d: [n for n in d.adam if _collected(d, n)],
    ),
    advice="Set the flag with the imputation; an imputed date without a flag passes for collected.",
)
def _imputation_flag(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for stem, column, words, own in _collected(data, name):
        known = parts(words)
        _, _, dated = _day_of(frame, stem)
        dated &= own | (words != "").to_numpy()
        wanted = np.select([(known[p] == "").to_numpy() for p in ("Y", "M", "D")], list("YMD"), "")
        yield _flag_hit(frame, name, f"{stem}DTF", f"{stem}DT", column, own, dated, wanted, ())
        moments = f"{stem}DTM"
        if moments in frame:
            timed = present(frame, moments) & (own | (words != "").to_numpy())
            hours = np.select([(known[p] == "").to_numpy() for p in ("h", "m")], list("HM"), "")
            seconds = (known["s"] == "").to_numpy()
            # Seconds that nobody collects need no flag, and may have one.
            loose = seconds & (hours == "")
            yield _flag_hit(
                frame, name, f"{stem}TMF", moments, column, own, timed, hours, ("S",), loose
            )


def _flag_hit(
    frame: pd.DataFrame,
    name: str,
    flag: str,
    date: str,
    column: str,
    own: bool,
    dated: Mask,
    wanted: npt.NDArray[np.str_],
    also: tuple[str, ...],
    loose: Mask | None = None,
) -> Hit:
    there = flag in frame
    given = text(frame, flag) if there else pd.Series("", frame.index, dtype="str")
    wrong = dated & (given.to_numpy() != wanted)
    if loose is not None:
        wrong &= ~(loose & given.isin(also).to_numpy(dtype=bool))
    first = flag if there else (date if date in frame else f"{date}M")
    shown = (first, column) if own else (first,)
    return Hit(name, shown, wrong, [f": expected {flag} {w or 'empty'}" for w in wanted[wrong]])
