"""Rules of dates, days, durations, reference points and time points."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.iso8601 import DURATION, INTERVAL, whole
from validation.locate import Mask
from validation.rules.model import Data, Hit, Target, rule
from validation.rules.shapes import (
    EVENTS,
    FINDINGS,
    INTERVENTIONS,
    calls_for,
    everywhere,
    filled,
    holding,
    implies,
    maybe,
    of,
    of_class,
    one_to_one,
)
from validation.rules.tools import after, days, interval, of_subject

_DATES = "SDTMIG 3.4 section 4.4.1"
_DAYS = "SDTMIG 3.4 section 4.4.4"
_POINTS = "SDTMIG 3.4 section 4.4.7"
_TIMES = "SDTMIG 3.4 section 4.4.10"
_GENERAL = of_class(EVENTS, INTERVENTIONS, FINDINGS)


def dates(data: Data, name: str) -> list[str]:
    """The variables of a dataset that hold ISO 8601 dates."""
    return [str(c) for c in data[name].columns if str(c).endswith("DTC")]


def _with_dates(data: Data) -> list[str]:
    return [n for n in data.sdtm if dates(data, n)]


@rule(
    "time.format",
    "a date is written as ISO 8601, as far as it is known",
    source=_DATES,
    target=Target("SDTM datasets with dates", _with_dates),
    advice="Write 2024-05-31, 2024-05 or 2024---31.",
)
def _format(data: Data, name: str) -> Iterator[Hit]:
    pattern = whole(INTERVAL, empty=True)
    for variable in dates(data, name):
        yield Hit(name, (variable,), ~data.column(name, variable).like(pattern))


@rule(
    "time.duration",
    "a duration is written as ISO 8601",
    source="SDTMIG 3.4 section 4.4.3",
    target=Target(
        "SDTM datasets with durations", lambda d: [n for n in d.sdtm if _durations(d, n)]
    ),
    advice="Write P3D, PT2H30M or -PT15M.",
)
def _duration(data: Data, name: str) -> Iterator[Hit]:
    for variable in _durations(data, name):
        # A signed part before P is how a planned time before its reference is written.
        yield Hit(name, (variable,), ~data.column(name, variable).like(whole(DURATION, empty=True)))


def _durations(data: Data, name: str) -> list[str]:
    prefix = data.prefix(name)
    names = [f"{prefix}{p}" for p in ("DUR", "ELTM", "EVLINT", "STINT", "ENINT", "TDSTOFF")]
    return [n for n in (*names, "TEDUR") if n in data[name]]


@rule(
    "time.not_negative",
    "a duration as collected is not negative",
    source="FB4005",
    target=holding(everywhere, ["--DUR"]),
    advice="Compare the duration with the start and the end.",
    core="000305",
)
def _not_negative(data: Data, name: str) -> Iterator[Hit]:
    variable = f"{data.prefix(name)}DUR"
    yield Hit(name, (variable,), data.column(name, variable).like(r"^\s*-"))


def later(data: Data, name: str, first: str, last: str) -> Mask:
    """Where the first date is later than the last, as far as both are known."""
    one, other = data.column(name, first), data.column(name, last)
    pairs = pd.DataFrame({"a": one.codes, "b": other.codes})
    codes, distinct = pd.factorize(pairs["a"] * (len(other.words) + 1) + pairs["b"])
    a = one.words.iloc[(np.asarray(distinct) // (len(other.words) + 1))].reset_index(drop=True)
    b = other.words.iloc[(np.asarray(distinct) % (len(other.words) + 1))].reset_index(drop=True)
    return np.asarray(after(interval(a)[0], interval(b)[1])[codes], dtype=bool)


def _spans(data: Data, name: str) -> list[tuple[str, str]]:
    prefix = data.prefix(name)
    spans = [(f"{prefix}STDTC", f"{prefix}ENDTC"), (f"{prefix}STDY", f"{prefix}ENDY")]
    spans += [(f"{prefix}DTC", f"{prefix}ENDTC"), (f"{prefix}DY", f"{prefix}ENDY")]
    if name == "DM":
        spans = [("RFSTDTC", "RFENDTC"), ("RFXSTDTC", "RFXENDTC"), ("RFCSTDTC", "RFCENDTC")]
        spans += [("RFICDTC", "RFPENDTC"), ("RFXSTDTC", "RFPENDTC"), ("BRTHDTC", "RFICDTC")]
    elif f"{prefix}STDTC" in data[name]:
        # --DTC of an event or intervention is when it was noted down, which has no order.
        spans = spans[:2]
    return [span for span in spans if data.has(name, *span)]


@rule(
    "time.order",
    "nothing ends before it starts",
    source=f"{_DATES}; FB3209; FB3404; FB3408; FB3413",
    target=Target(
        "SDTM datasets with a start and an end", lambda d: [n for n in d.sdtm if _spans(d, n)]
    ),
    advice="Ask the site which of the two dates is right.",
    core="000707 000711 000714 000718 000760 000866",
)
def _order(data: Data, name: str) -> Iterator[Hit]:
    for first, last in _spans(data, name):
        if first.endswith("DTC"):
            yield Hit(name, (last, first), later(data, name, first, last))
            continue
        with np.errstate(invalid="ignore"):
            wrong = data.column(name, first).numbers > data.column(name, last).numbers
        # The dates of the same record say it already.
        dated = (f"{first.removesuffix('DY')}DTC", f"{last.removesuffix('DY')}DTC")
        if data.has(name, *dated):
            wrong &= ~later(data, name, *dated)
        yield Hit(name, (last, first), wrong)


@rule(
    "time.no_day_0",
    "there is no study day 0, and a study day is a whole number",
    source=_DAYS,
    target=Target(
        "SDTM datasets with study days", lambda d: [n for n in d.sdtm if _day_names(d, n)]
    ),
    advice="Derive the day again: the day before day 1 is -1.",
    core="000529",
)
def _no_day_0(data: Data, name: str) -> Iterator[Hit]:
    for variable in _day_names(data, name):
        day = data.column(name, variable).numbers
        with np.errstate(invalid="ignore"):
            yield Hit(name, (variable,), (day == 0) | (np.isfinite(day) & (day != np.floor(day))))


def _day_names(data: Data, name: str) -> list[str]:
    prefix = data.prefix(name)
    return [v for v in (f"{prefix}{p}DY" for p in ("", "ST", "EN")) if v in data[name]]


_OBSERVED = (EVENTS, INTERVENTIONS, FINDINGS, "SPECIAL PURPOSE")
DAY_PRESENT = calls_for(
    "time.day_present",
    "a dataset with a date has its study day",
    ("--DTC", "--DY"),
    ("--STDTC", "--STDY"),
    ("--ENDTC", "--ENDY"),
    on=of_class(*_OBSERVED, but=("CO", "DM")),
    severity=Severity.WARNING,
    source="FB1601; FB3201; FB3202; FB3203",
    advice="Derive the study day from the date and DM.RFSTDTC.",
    core="000321 000328 000776 000793",
)
DATE_PRESENT = calls_for(
    "time.date_present",
    "a dataset with a study day has its date",
    ("--DY", "--DTC"),
    ("--STDY", "--STDTC"),
    ("--ENDY", "--ENDTC"),
    on=of_class(*_OBSERVED),
    source="FB3204; FB3205; FB3206",
    advice="Submit the date that the day was derived from.",
    core="000700 000708 000862 000864",
)
START = implies(
    "time.start_of_end",
    "what has an end has a start, a date or relative to a reference",
    on=of_class(EVENTS, INTERVENTIONS),
    given=[filled("--ENDTC")],
    then=[maybe(filled(v)) for v in ("--STDTC", "--STRF", "--STRTPT")],
    severity=Severity.WARNING,
    source="FB4301",
    advice="Ask the site for the start, if only the year.",
    core="000892",
)
_BOTH = "a value relative to a reference point has that point, and the point a value"
POINT_PRESENT = calls_for(
    "time.point_present",
    "a variable relative to a reference point stands beside that point",
    ("--STRTPT", "--STTPT"),
    ("--STTPT", "--STRTPT"),
    ("--ENRTPT", "--ENTPT"),
    ("--ENTPT", "--ENRTPT"),
    on=everywhere,
    source=_POINTS,
    advice="Submit both, or neither.",
    core="000084 000171 000258 000261",
)
RELATIVE = tuple(
    implies(
        id,
        _BOTH,
        on=everywhere,
        given=[filled(given)],
        then=[filled(then)],
        source=_POINTS,
        advice="Fill both, or neither.",
        core=core,
    )
    for id, given, then, core in (
        ("time.start_value", "--STTPT", "--STRTPT", "000085"),
        ("time.start_point", "--STRTPT", "--STTPT", ""),
        ("time.end_value", "--ENTPT", "--ENRTPT", "000106"),
        ("time.end_point", "--ENRTPT", "--ENTPT", ""),
    )
)
_WORDS = {
    "ST": ("BEFORE", "COINCIDENT", "UNKNOWN"),
    "EN": ("BEFORE", "COINCIDENT", "ONGOING", "UNKNOWN"),
}


def _relative(data: Data) -> list[str]:
    return [n for n in data.sdtm if any(_pair(data, n, part) for part in _WORDS)]


def _pair(data: Data, name: str, part: str) -> tuple[str, str] | None:
    prefix = data.prefix(name)
    pair = (f"{prefix}{part}RTPT", f"{prefix}{part}TPT")
    return pair if data.has(name, *pair) else None


@rule(
    "time.point_words",
    "a start or end is AFTER a reference point only where data were collected later than the point",
    source=_POINTS,
    target=Target("SDTM datasets with a reference point", _relative),
    advice="Write BEFORE, COINCIDENT or UNKNOWN; of an end also ONGOING.",
    core="000324 000572 000710 000763",
)
def _point_words(data: Data, name: str) -> Iterator[Hit]:
    collected = f"{data.prefix(name)}DTC"
    for part, words in _WORDS.items():
        pair = _pair(data, name, part)
        if pair is None:
            continue
        value, point = data.column(name, pair[0]), data.column(name, pair[1])
        wrong = value.filled & ~value.one_of(*words, "AFTER")
        if collected in data[name]:
            noted = data.column(name, collected).days
            with np.errstate(invalid="ignore"):
                same = (point.days == noted) & ~value.one_of(*words)
                before = (point.days < noted) & ~value.one_of(*words, "AFTER")
            wrong |= (same | before) & (value.filled | point.filled)
        yield Hit(name, pair, wrong)


def _against_reference(data: Data, name: str) -> list[tuple[str, str]]:
    prefix = data.prefix(name)
    pairs = [(f"{prefix}STRF", "RFSTDTC"), (f"{prefix}ENRF", "RFENDTC")]
    return [(v, r) for v, r in pairs if v in data[name]]


@rule(
    "time.reference_period",
    "a time relative to the reference period is of a subject who has one",
    source=_POINTS,
    target=Target(
        "SDTM datasets with --STRF or --ENRF",
        lambda d: [n for n in d.sdtm if "USUBJID" in d[n] and _against_reference(d, n)],
    ),
    needs=("DM.USUBJID",),
    advice="Leave --STRF and --ENRF empty, or derive the dates of the reference period in DM.",
    core="000177 000262",
)
def _reference_period(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for variable, reference in _against_reference(data, name):
        if reference in data["DM"]:
            known = of_subject(data["DM"], reference, frame["USUBJID"]).fillna("").astype("str")
            yield Hit(
                name, (variable,), data.column(name, variable).filled & (known == "").to_numpy()
            )


TIME_POINTS = calls_for(
    "time.timepoint_present",
    "the variables of a planned time point stand beside each other",
    ("--TPT", "--TPTNUM"),
    ("--TPTNUM", "--TPT"),
    ("--RFTDTC", "--TPTREF"),
    ("--ELTM", "--TPTREF"),
    ("--TPTREF", "--ELTM|--TPTNUM|--TPT"),
    on=everywhere,
    source=_TIMES,
    advice="Add the variable that is named.",
    core="000026 000029 000080 000165 000166 000167",
)
REFERENCES = tuple(
    implies(
        f"time.reference_of_{part.casefold()}",
        "what is planned relative to a time point says which",
        on=everywhere,
        given=[filled(f"--{part}")],
        then=[maybe(filled("--TPTREF"))],
        source=_TIMES,
        advice="Fill --TPTREF.",
        core=core,
    )
    for part, core in (
        ("ELTM", "000028 000865"),
        ("RFTDTC", "000248"),
        ("STINT", "000616"),
        ("ENINT", "000642"),
    )
)


@rule(
    "time.timepoint_once",
    "a planned time point and its number belong together, where nothing else tells them apart",
    source=f"{_TIMES}; FB0922",
    target=holding(everywhere, ["--TPT", "--TPTNUM"]),
    advice="Give each time point of a visit and a reference one name and one number.",
    core="000141",
)
def _timepoint_once(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    given = (f"{prefix}TPT", f"{prefix}TPTNUM")
    # SDTM wants it only where neither visit nor reference parts the time points.
    if "VISITNUM" not in data[name] and f"{prefix}TPTREF" not in data[name]:
        pairs = one_to_one("time.pair", "", given, on=everywhere, source="", advice="")
        yield from pairs.check(data, name)


@rule(
    "time.elapsed_same",
    "a planned time point lies the same time after its reference in every record",
    source=_TIMES,
    target=holding(everywhere, ["--TPTNUM", "--ELTM"]),
    advice="Compare --ELTM of the records of this time point.",
    core="000142",
)
def _elapsed_same(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    known = np.ones(len(data[name]), dtype=bool)
    for part in ("TPT", "TPTNUM", "ELTM"):
        variable = f"{prefix}{part}"
        if variable in data[name]:
            known &= data.column(name, variable).filled
    names = ("DOMAIN", "VISITNUM", f"{prefix}TPTREF", f"{prefix}TPTNUM")
    groups = pd.DataFrame({n: data.column(name, n).codes for n in names if n in data[name]})
    groups["value"] = data.column(name, f"{prefix}ELTM").codes
    pairs = groups[known].drop_duplicates()
    keys = [c for c in groups if c != "value"]
    several = pairs[pairs.duplicated(keys, keep=False)]
    # Each of the different values is shown by its first record.
    wrong = np.zeros(len(groups), dtype=bool)
    wrong[several.index.to_numpy()] = True
    yield Hit(name, (f"{prefix}ELTM", f"{prefix}TPTNUM"), wrong)


@rule(
    "time.sequence",
    "the elements of a subject are numbered in the order of their dates",
    source="SDTMIG 3.4 section 5.3",
    target=Target(
        "SE or SM with --SEQ, --STDTC",
        holding(of("SE", "SM"), ["USUBJID", "--SEQ", "--STDTC"]).pick,
    ),
    advice="Number the records of each subject anew, by date.",
    core="000535",
)
def _sequence(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    variable = f"{prefix}STDTC"
    frame = pd.DataFrame(
        {
            "subject": data.column(name, "USUBJID").codes,
            "number": data.column(name, f"{prefix}SEQ").numbers,
            "date": data[name][variable].fillna("").astype("str").to_numpy(),
        }
    ).sort_values(["subject", "number"], kind="stable")
    same = frame["subject"].eq(frame["subject"].shift()).to_numpy()
    turned = after(frame["date"].shift().fillna("").astype("str"), frame["date"].astype("str"))
    wrong = np.zeros(len(frame), dtype=bool)
    wrong[frame.index.to_numpy()[same & turned]] = True
    yield Hit(name, (f"{prefix}SEQ", variable), wrong)


@rule(
    "time.history",
    "medical history starts before the reference period",
    source="SDTMIG 3.4 section 6.2.6",
    target=holding(of("MH"), ["USUBJID", "MHSTDTC"]),
    needs=("DM.USUBJID", "DM.RFSTDTC"),
    severity=Severity.WARNING,
    advice="Find out whether it is an adverse event, or correct the date.",
    core="000236 000250",
)
def _history(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    start = days(of_subject(data["DM"], "RFSTDTC", frame["USUBJID"]))
    for variable in ("MHSTDTC", "MHENDTC"):
        if variable in frame:
            with np.errstate(invalid="ignore"):
                yield Hit(name, (variable,), data.column(name, variable).days >= start)


@rule(
    "time.deviation",
    "a deviation is not before consent",
    source="SDTMIG 3.4 section 6.2.5",
    target=holding(of("DV"), ["USUBJID", "DVSTDTC"]),
    needs=("DM.USUBJID", "DM.RFICDTC"),
    advice="Ask the site which of the two dates is right.",
    core="000086",
)
def _deviation(data: Data, name: str) -> Iterator[Hit]:
    consent = days(of_subject(data["DM"], "RFICDTC", data[name]["USUBJID"]))
    with np.errstate(invalid="ignore"):
        yield Hit(name, ("DVSTDTC",), data.column(name, "DVSTDTC").days < consent)
