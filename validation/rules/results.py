"""Rules of findings: results, units, ranges, indicators, flags of the baseline."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.model import Data, Hit, Target, rule
from validation.rules.shapes import (
    EVENTS,
    FINDINGS,
    calls_for,
    empty,
    filled,
    has,
    holding,
    implies,
    lacks,
    like,
    maybe,
    of,
    of_class,
)
from validation.rules.tools import after, days, of_subject

_GUIDE = "SDTMIG 3.4 section 4.5.1"
_BASELINE = "SDTMIG 3.4 section 4.5.9"
_FINDINGS = of_class(FINDINGS)
# What tells results of one test apart, each with a baseline of its own.
_APART = (
    *("TESTCD", "CAT", "SCAT", "OBJ", "SPEC", "METHOD", "LOC", "LAT", "DIR", "PORTOT", "POS"),
    *("LNKID", "LNKGRP", "GRPID", "NSPCES", "BINDAG", "SBMRKS", "TSTCND", "EVAL", "EVALID"),
    *("TPT", "TPTREF", "REPNUM", "RUNID", "ANTREG", "LEAD"),
)

MISSING = implies(
    "result.missing",
    "a result is missing only where the test was not done, or the result is derived",
    on=_FINDINGS,
    given=[],
    then=[filled("--ORRES"), maybe(filled("--STAT")), maybe(has("--DRVFL", "Y"))],
    source=_GUIDE,
    advice="Set --STAT to NOT DONE with the reason, or leave the record out.",
    core="000200",
)
STATUS = implies(
    "result.status",
    "a result and --STAT exclude each other",
    on=_FINDINGS,
    given=[filled("--STAT")],
    then=[empty("--ORRES")],
    source=_GUIDE,
    advice="Keep either the result or NOT DONE.",
    core="000099",
)
STATUS_WORD = implies(
    "result.status_word",
    "--STAT is NOT DONE or empty",
    on=of_class(FINDINGS, EVENTS, "INTERVENTIONS"),
    then=[has("--STAT", "NOT DONE"), empty("--STAT")],
    source=_GUIDE,
    advice="Write NOT DONE.",
)
NOTHING_DONE = implies(
    "result.none_of_not_done",
    "a test that was not done has no standard result",
    on=_FINDINGS,
    given=[has("--STAT", "NOT DONE")],
    then=[empty("--STRESC")],
    source=_GUIDE,
    advice="Leave --STRESC and --STRESN empty.",
)
REASON = implies(
    "result.reason",
    "a test that was not done says why",
    on=_FINDINGS,
    given=[has("--STAT", "NOT DONE")],
    then=[maybe(filled("--REASND"))],
    severity=Severity.WARNING,
    source="FB4202",
    advice="Ask the site for the reason.",
    core="000774",
)
REASON_ONLY = implies(
    "result.reason_only",
    "a reason why something was not done stands beside NOT DONE",
    on=of_class(FINDINGS, EVENTS, "INTERVENTIONS", but=("AE", "DS", "DV", "EX", "IE")),
    given=[filled("--REASND")],
    then=[has("--STAT", "NOT DONE")],
    source=_GUIDE,
    advice="Set --STAT to NOT DONE, or take the reason out.",
    core="000225",
)
DERIVED = implies(
    "result.derived",
    "a derived result has a standard result",
    on=_FINDINGS,
    given=[has("--DRVFL", "Y")],
    then=[filled("--STRESC")],
    source=_GUIDE,
    advice="Fill --STRESC.",
    core="000021",
)
UNIT_OF = implies(
    "result.unit_of_result",
    "a standard unit is of a standard result",
    on=_FINDINGS,
    given=[filled("--STRESU")],
    then=[filled("--STRESC")],
    source=_GUIDE,
    advice="Fill --STRESC, or leave the unit out.",
    core="000133",
)
CATEGORY = implies(
    "result.category",
    "a category of a result is of a result",
    on=_FINDINGS,
    given=[filled("--RESCAT")],
    then=[filled("--STRESC")],
    source=_GUIDE,
    advice="Fill --STRESC, or leave the category out.",
    core="000101",
)
REFERENCE = implies(
    "result.reference",
    "a reference result as collected has one in standard form",
    on=_FINDINGS,
    given=[filled("--ORREF")],
    then=[filled("--STREFC")],
    source="SDTM 2.0",
    advice="Fill --STREFC.",
    core="000110",
)
REFERENCE_DERIVED = implies(
    "result.reference_derived",
    "a derived result has its reference in standard form, where references are submitted",
    on=_FINDINGS,
    given=[has("--DRVFL", "Y")],
    then=[filled("--STREFC")],
    severity=Severity.WARNING,
    source="SDTM 2.0",
    advice="Fill --STREFC.",
    core="000110",
)
REFERENCE_NUMBER = implies(
    "result.reference_number",
    "a reference result that is a number stands in --STREFN too",
    on=_FINDINGS,
    given=[like("--STREFC", r"^-?(?:\d+\.?\d*|\.\d+)$")],
    then=[filled("--STREFN")],
    source="SDTM 2.0",
    advice="Fill --STREFN.",
    core="000295",
)
GRADE = implies(
    "result.grade",
    "a toxicity has its grade",
    on=of_class(FINDINGS, EVENTS),
    given=[filled("--TOX")],
    then=[filled("--TOXGR")],
    source="SDTM 2.0",
    advice="Fill --TOXGR.",
    core="000102",
)
GRADE_PRESENT = calls_for(
    "result.grade_present",
    "a dataset with toxicities has their grades",
    ("--TOX", "--TOXGR"),
    on=of_class(FINDINGS, EVENTS),
    source="SDTM 2.0",
    advice="Add --TOXGR.",
    core="000023",
)
GRADE_NUMBER = implies(
    "result.grade_number",
    "a grade of a laboratory result is a number",
    on=of("LB"),
    then=[like("LBTOXGR", r"^-?[0-9]+$"), empty("LBTOXGR")],
    severity=Severity.WARNING,
    source="SDTMIG 3.4 section 6.3.5.6",
    advice="Write the grade without words.",
    core="000169",
)
USABLE = implies(
    "result.usable",
    "--SPCUFL is N or empty",
    on=_FINDINGS,
    then=[has("--SPCUFL", "N"), empty("--SPCUFL")],
    source="SDTM 2.0",
    advice="Write N where the specimen could not be used, and nothing elsewhere.",
    core="000116",
)
WORD_RANGE = tuple(
    implies(
        f"result.range_of_words_{limit.casefold()}",
        "a result in words has no range of numbers",
        on=of("LB"),
        given=[filled("LBORRES"), filled(f"LB{limit}"), lacks("LBORRES", "BLQ")],
        # A result beyond a limit of the assay, such as <5, is of a continuous measurement.
        then=[like("LBORRES", r"\d")],
        source="SDTMIG 3.4 section 6.3.5.6",
        advice="Put the normal result into LBSTNRC.",
        core=core,
    )
    for limit, core in (
        ("ORNRLO", "000290"),
        ("ORNRHI", "000289"),
        ("STNRLO", "000298"),
        ("STNRHI", "000299"),
    )
)


@rule(
    "result.units",
    "the results of a test have one standard unit",
    source=f"{_GUIDE}; FB3001",
    target=holding(_FINDINGS, ["--TESTCD", "--STRESU"]),
    advice="Convert the results of the test to one unit.",
    core="000699",
)
def _units(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    names = [f"{prefix}{p}" for p in ("TESTCD", "CAT", "SCAT", "SPEC", "METHOD")]
    unit = data.column(name, f"{prefix}STRESU")
    known = unit.filled.copy()
    if f"{prefix}STRESN" in data[name]:
        # A number without a unit differs from one with a unit, a word does not.
        known |= data.column(name, f"{prefix}STRESN").filled
    frame = _keys(data, name, names)
    frame["unit"] = unit.codes
    pairs = frame[known].drop_duplicates()
    several = pairs[pairs.duplicated([c for c in frame if c != "unit"], keep=False)]
    wrong = np.zeros(len(frame), dtype=bool)
    wrong[several.index.to_numpy()] = True
    yield Hit(name, (f"{prefix}STRESU", f"{prefix}TESTCD"), wrong)


def _keys(data: Data, name: str, names: list[str]) -> pd.DataFrame:
    there = [n for n in names if n in data[name]]
    return pd.DataFrame({n: data.column(name, n).codes for n in there})


def _limits(data: Data, name: str, part: str) -> tuple[str, str] | None:
    pair = tuple(f"{data.prefix(name)}{part}NR{end}" for end in ("LO", "HI"))
    return (pair[0], pair[1]) if data.has(name, *pair) else None


@rule(
    "result.range",
    "the upper limit of a range is greater than the lower one",
    source="FB3901; FB3902",
    target=Target(
        "findings with a range",
        lambda d: [n for n in _FINDINGS(d) if _limits(d, n, "OR") or _limits(d, n, "ST")],
    ),
    advice="Ask the laboratory for the range.",
    core="000672 000889",
)
def _range(data: Data, name: str) -> Iterator[Hit]:
    for part in ("OR", "ST"):
        limits = _limits(data, name, part)
        if limits:
            low, high = (data.column(name, v).numbers for v in limits)
            with np.errstate(invalid="ignore"):
                yield Hit(name, limits, high <= low)


@rule(
    "result.indicator",
    "the indicator of a result agrees with the limits of its range",
    source="SDTMIG 3.4 section 6.3.5.6",
    target=holding(_FINDINGS, ["--STRESN", "--NRIND", "--STNRLO", "--STNRHI"]),
    severity=Severity.WARNING,
    advice="Compare the result, the range and the indicator with the laboratory's report.",
)
def _indicator(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    value, low, high = (
        data.column(name, f"{prefix}{p}").numbers for p in ("STRESN", "STNRLO", "STNRHI")
    )
    said = data.column(name, f"{prefix}NRIND")
    with np.errstate(invalid="ignore"):
        wrong = said.one_of("NORMAL") & ((value < low) | (value > high))
        wrong |= said.one_of("LOW", "LOW LOW") & (value >= low)
        wrong |= said.one_of("HIGH", "HIGH HIGH") & (value <= high)
        wrong |= said.one_of("ABNORMAL") & (value >= low) & (value <= high)
    names = (f"{prefix}NRIND", f"{prefix}STRESN", f"{prefix}STNRLO", f"{prefix}STNRHI")
    yield Hit(name, names, wrong)


def flags(data: Data, name: str) -> list[str]:
    """The variables of a dataset that flag its baseline records."""
    prefix = data.prefix(name)
    return [v for v in (f"{prefix}LOBXFL", f"{prefix}BLFL") if v in data[name]]


def _flagged(*parts: str) -> Target:
    def pick(data: Data) -> list[str]:
        names = [n for n in _FINDINGS(data) if flags(data, n)]
        return [n for n in names if data.has(n, *(p.replace("--", data.prefix(n)) for p in parts))]

    return Target("findings with a baseline flag", pick)


@rule(
    "baseline.result",
    "a baseline record has a result",
    source=f"{_BASELINE}; FB2601; FB2602",
    target=_flagged("--STRESC"),
    advice="Flag the last record that has a result.",
    core="000105 000643",
)
def _baseline_result(data: Data, name: str) -> Iterator[Hit]:
    result = f"{data.prefix(name)}STRESC"
    for flag in flags(data, name):
        lacks_result = ~data.column(name, result).filled
        yield Hit(name, (flag, result), data.column(name, flag).one_of("Y") & lacks_result)


COLLECTED = implies(
    "baseline.collected",
    "the last result before exposure is collected, or derived",
    on=_FINDINGS,
    given=[has("--LOBXFL", "Y")],
    then=[filled("--ORRES"), maybe(has("--DRVFL", "Y"))],
    source=_BASELINE,
    advice="Flag the last record that has a result.",
    core="000083",
)


@rule(
    "baseline.once",
    "a subject has one baseline record for each test",
    source=f"{_BASELINE}; FB2603",
    target=_flagged("USUBJID", "--TESTCD"),
    advice="Keep the flag on the last of the records before the first dose.",
    core="000914",
)
def _baseline_once(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    for flag in flags(data, name):
        places = np.flatnonzero(data.column(name, flag).one_of("Y"))
        names = ["USUBJID", *(f"{prefix}{p}" for p in _APART)]
        part = _keys(data, name, names).iloc[places]
        wrong = np.zeros(len(data[name]), dtype=bool)
        wrong[places] = part.duplicated(keep=False).to_numpy()
        yield Hit(name, (flag,), wrong)


@rule(
    "baseline.before_exposure",
    "the last result before exposure is not after the first dose",
    source=_BASELINE,
    target=_flagged("USUBJID", "--LOBXFL", "--DTC"),
    needs=("DM.USUBJID", "DM.RFXSTDTC"),
    advice="Flag the last record before the first dose.",
)
def _before_exposure(data: Data, name: str) -> Iterator[Hit]:
    flag, date = (f"{data.prefix(name)}{p}" for p in ("LOBXFL", "DTC"))
    places = np.flatnonzero(data.column(name, flag).one_of("Y"))
    part = data[name].iloc[places]
    first = of_subject(data["DM"], "RFXSTDTC", part["USUBJID"]).fillna("").astype("str")
    wrong = np.zeros(len(data[name]), dtype=bool)
    wrong[places] = after(part[date].fillna("").astype("str"), first)
    yield Hit(name, (flag, date), wrong)


@rule(
    "baseline.last",
    "no later result before the first dose stands beside the one that is flagged as the last",
    source=_BASELINE,
    target=_flagged("USUBJID", "--TESTCD", "--LOBXFL", "--DTC", "--STRESC"),
    needs=("DM.USUBJID", "DM.RFXSTDTC"),
    severity=Severity.WARNING,
    advice="Move the flag to the last record that has a result.",
)
def _baseline_last(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    flag, date = f"{prefix}LOBXFL", f"{prefix}DTC"
    when = data.column(name, date).days
    dose = days(of_subject(data["DM"], "RFXSTDTC", data[name]["USUBJID"]))
    flagged = data.column(name, flag).one_of("Y") & ~np.isnat(when)
    with np.errstate(invalid="ignore"):
        before = data.column(name, f"{prefix}STRESC").filled & (when < dose)
    groups = _keys(data, name, ["USUBJID", *(f"{prefix}{p}" for p in _APART)])
    group = groups.groupby(list(groups.columns), sort=False).ngroup().to_numpy()
    number = when.astype("datetime64[D]").astype("int64")
    latest = np.full(len(group) + 1, np.iinfo("int64").min)
    np.maximum.at(latest, group[before], number[before])
    yield Hit(name, (flag, date), flagged & (number < latest[group]))


BELOW_LIMIT = implies(
    "pc.below_limit",
    "a concentration below the limit of quantification is no number",
    on=of("PC", "LB", "IS"),
    given=[like("--STRESC", r"^(?:<|BLQ|BQL|BLOQ)")],
    then=[maybe(empty("--STRESN"))],
    source="SDTMIG 3.4 section 6.3.5.9",
    advice="Leave --STRESN empty, and the limit in --LLOQ.",
)


@rule(
    "pc.limit",
    "a concentration that is a number is not below its limit of quantification",
    source="SDTMIG 3.4 section 6.3.5.9",
    target=holding(_FINDINGS, ["--STRESN", "--LLOQ"]),
    severity=Severity.WARNING,
    advice="Report the result as below the limit, or correct the limit.",
)
def _limit(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    names = (f"{prefix}STRESN", f"{prefix}LLOQ")
    value, limit = (data.column(name, n).numbers for n in names)
    with np.errstate(invalid="ignore"):
        yield Hit(name, names, _below(value, limit))


def _below(value: np.ndarray, limit: np.ndarray) -> Mask:
    return np.asarray((value < limit) & (value > 0), dtype=bool)


@rule(
    "pc.reference",
    "the reference of a planned time point is the start of a dose",
    source="SDTMIG 3.4 section 6.3.5.9",
    target=holding(of("PC"), ["USUBJID", "PCRFTDTC"]),
    needs=("EX.USUBJID", "EX.EXSTDTC"),
    severity=Severity.WARNING,
    advice="Compare PCRFTDTC with the doses of the subject.",
)
def _reference(data: Data, name: str) -> Iterator[Hit]:
    frame, doses = data[name], data["EX"]
    known = data.column(name, "PCRFTDTC").filled
    day = frame["PCRFTDTC"].fillna("").astype("str").str.slice(0, 10)
    asked = frame["USUBJID"].astype("str") + " " + day
    given = doses["USUBJID"].astype("str") + " " + doses["EXSTDTC"].astype("str").str.slice(0, 10)
    yield Hit(name, ("PCRFTDTC",), known & ~asked.isin(given).to_numpy())


LOCATION = calls_for(
    "result.location",
    "a side or a part of a location stands beside the location",
    ("--DIR", "--LOC"),
    ("--PORTOT", "--LOC"),
    ("--LAT", "--LOC"),
    on=of_class(FINDINGS, EVENTS, "INTERVENTIONS"),
    source="SDTM 2.0",
    advice="Add --LOC.",
    core="000096 000098",
)


@rule(
    "result.repeat",
    "repeated results of a test at one time are told apart by --REPNUM",
    source="SDTM 2.0",
    target=holding(_FINDINGS, ["USUBJID", "--TESTCD", "--REPNUM"]),
    advice="Number the repeats of the test 1, 2 and so on.",
    core="001034",
)
def _repeat(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    times = ("DTC", "ENDTC", "TPT", "TPTNUM", "TPTREF", "RFTDTC", "DY")
    apart = [p for p in (*_APART, *times) if p != "REPNUM"]
    names = ["USUBJID", "VISITNUM", *(f"{prefix}{p}" for p in dict.fromkeys(apart))]
    groups = _keys(data, name, names)
    several = groups.duplicated(keep=False).to_numpy()
    number = data.column(name, f"{prefix}REPNUM")
    same = groups.assign(number=number.codes).duplicated(keep=False).to_numpy()
    yield Hit(name, (f"{prefix}REPNUM",), several & (same | ~number.filled))
