"""Rules of the trial summary (TS): what it must hold, and whether the data agree with it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.model import Data, Hit, named, rule
from validation.rules.tools import ambiguous, among, days, equals, floats, numbers, present, text

TS = named("TS")
_GUIDE = "SDTMIG 3.4 section 7.4.2"
ALWAYS = (
    *("ACTSUB", "ADAPT", "ADDON", "AGEMAX", "AGEMIN", "DCUTDESC", "DCUTDTC", "FCNTRY", "HLTSUBJI"),
    *("LENGTH", "NARMS", "OBJPRIM", "OUTMSPRI", "PLANSUB", "RANDOM", "REGID", "SENDTC", "SEXPOP"),
    *("SPONSOR", "SSTDTC", "STOPRULE", "STYPE", "TBLIND", "TCNTRL", "TITLE", "TPHASE", "TTYPE"),
)
"""Parameters that SDTMIG requires of every trial."""
INTERVENTIONAL = ("INDIC", "INTMODEL", "INTTYPE", "PCLAS", "TRT")
"""Those that it requires of an interventional trial beside them."""
EXPECTED = (
    *("EXTTIND", "NCOHORT", "OBJSEC", "ONGOSIND", "PDPSTIND", "PDSTIND", "PIPIND", "RDIND"),
    *("SDTIGVER", "SDTMVER", "THERAREA"),
)
"""Parameters that FDA's validator rules look for beside the required ones."""
_COUNTS = ("ACTSUB", "NARMS", "NCOHORT", "PLANSUB")
_DURATIONS = ("AGEMAX", "AGEMIN", "CRMDUR", "LENGTH", "SDMDUR", "TRGFUDUR", "PTRTDUR", "PLNTRDUR")
_DATES = ("CSRARDTC", "DCUTDTC", "SENDTC", "SSTDTC")
_DURATION = (
    r"^P(?=[\dT])(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$"
)
_YEAR_PARTS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}


def _lacking(frame: pd.DataFrame, wanted: set[str]) -> Iterator[Hit]:
    filled = present(frame, "TSVAL")
    if "TSVALNF" in frame:
        filled |= present(frame, "TSVALNF")
    for code in sorted(wanted - set(frame.loc[filled, "TSPARMCD"])):
        yield Hit("TS", ("TSVAL",), scope=code, value=code)


@rule(
    "ts.required",
    "the trial summary holds every required parameter",
    source=f"{_GUIDE} and appendix C1; CG0287; FB1111; technical rejection 1734",
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL"),
    advice="Add the parameter, with TSVALNF where it does not apply.",
)
def _required(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    kind = set(frame.loc[equals(frame, "TSPARMCD", "STYPE"), "TSVAL"])
    more = set(INTERVENTIONAL) if "INTERVENTIONAL" in kind else set()
    yield from _lacking(frame, set(ALWAYS) | more)


@rule(
    "ts.expected",
    "the trial summary holds the parameters that FDA looks for beside the required ones",
    source="FDA Study Data Technical Conformance Guide, trial summary; FDA validator rules",
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL"),
    severity=Severity.WARNING,
    advice="Add the parameter, with TSVALNF where it does not apply.",
)
def _expected(data: Data, name: str) -> Iterator[Hit]:
    yield from _lacking(data[name], set(EXPECTED))


@rule(
    "ts.null",
    "a parameter has a value, or the reason why it has none, and not both",
    source=_GUIDE,
    target=TS,
    needs=("*.TSVAL", "*.TSVALNF"),
    advice="Fill either TSVAL or TSVALNF.",
    core="000041",
)
def _null(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("TSVAL", "TSVALNF"), present(frame, "TSVAL") == present(frame, "TSVALNF"))


@rule(
    "ts.format",
    "counts are whole numbers, durations and dates ISO 8601",
    source=f"{_GUIDE} and appendix C1",
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL"),
    advice="Write 40, P18Y or 2024-05-31.",
    core="000294",
)
def _format(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    value = text(frame, "TSVAL")
    counts = equals(frame, "TSPARMCD", *_COUNTS) & ~value.str.contains(r"^\d+$", regex=True)
    lengths = equals(frame, "TSPARMCD", *_DURATIONS) & ~value.str.contains(_DURATION, regex=True)
    partial = value.str.contains(r"^\d{4}(?:-\d\d)?$", regex=True).to_numpy(dtype=bool)
    dates = equals(frame, "TSPARMCD", *_DATES) & np.isnat(days(value)) & ~partial
    wrong = (np.asarray(counts) | np.asarray(lengths) | dates) & present(frame, "TSVAL")
    yield Hit(name, ("TSVAL",), wrong, _named(frame, wrong))


def _named(frame: pd.DataFrame, mask: Mask) -> list[str]:
    return [f": {c} is '{v}'" for c, v in frame.loc[mask, ["TSPARMCD", "TSVAL"]].to_numpy()]


@rule(
    "ts.study_start",
    "the study start date is a complete ISO 8601 date",
    source="technical rejection 1734",
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL"),
    advice="Write SSTDTC as 2024-05-31.",
    core="000505",
)
def _study_start(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    start = equals(frame, "TSPARMCD", "SSTDTC") & present(frame, "TSVAL")
    yield Hit(name, ("TSVAL",), start & np.isnat(days(frame["TSVAL"])))


def _value(frame: pd.DataFrame, code: str) -> tuple[Mask, str]:
    """The records of a parameter that have a value, and the first value ("" without)."""
    mask = equals(frame, "TSPARMCD", code) & present(frame, "TSVAL")
    values = text(frame[mask], "TSVAL")
    return mask, str(values.iloc[0]) if len(values) else ""


def _enrolled(data: Data) -> pd.DataFrame:
    """The subjects of DM that an arm was given to."""
    return data["DM"][present(data["DM"], "ARMCD")]


@rule(
    "ts.actual_subjects",
    "ACTSUB is the number of subjects enrolled: at least those in an arm, at most those in DM",
    source=_GUIDE,
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL", "DM.ARMCD"),
    advice="Count the subjects again.",
)
def _actual_subjects(data: Data, name: str) -> Iterator[Hit]:
    mask, value = _value(data[name], "ACTSUB")
    low, high = len(_enrolled(data)), len(data["DM"])
    count = numbers(pd.Series([value], dtype="str"))[0]
    if mask.any() and not low <= count <= high:
        yield Hit(name, ("TSVAL",), mask, [f": {value}, with {low} in an arm and {high} in DM"])


@rule(
    "ts.arms",
    "NARMS is the number of arms in TA",
    source=_GUIDE,
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL", "TA.ARMCD"),
    advice="Correct NARMS, or the arms of TA.",
)
def _arms(data: Data, name: str) -> Iterator[Hit]:
    mask, value = _value(data[name], "NARMS")
    arms = data["TA"]["ARMCD"].nunique()
    if mask.any() and value != str(arms):
        yield Hit(name, ("TSVAL",), mask, [f": {value}, with {arms} in TA"])


@rule(
    "ts.sex",
    "the subjects are of the sex that SEXPOP says",
    source=_GUIDE,
    target=named("DM"),
    needs=("*.SEX", "*.ARMCD", "TS.TSPARMCD", "TS.TSVAL"),
    advice="Compare the subject's sex with the population of the protocol.",
)
def _sex(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    _, value = _value(data["TS"], "SEXPOP")
    if value in ("M", "F"):
        other = present(frame, "SEX") & ~equals(frame, "SEX", value)
        yield Hit(name, ("SEX",), other & present(frame, "ARMCD"))


@rule(
    "ts.age",
    "the subjects in an arm are of the age that AGEMIN and AGEMAX allow",
    source=_GUIDE,
    target=named("DM"),
    needs=("*.AGE", "*.AGEU", "*.ARMCD", "TS.TSPARMCD", "TS.TSVAL"),
    severity=Severity.WARNING,
    advice="Ask the site for the date of birth, or explain the exception.",
)
def _age(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    age = floats(frame, "AGE")
    youngest, oldest = (_years(_value(data["TS"], code)[1]) for code in ("AGEMIN", "AGEMAX"))
    with np.errstate(invalid="ignore"):
        # A maximum of 75 years is reached, not passed, all through the year of age 75.
        outside = (age < np.floor(youngest)) | (age > np.floor(oldest))
    outside &= equals(frame, "AGEU", "YEARS") & present(frame, "ARMCD")
    yield Hit(name, ("AGE",), outside, [f": {a:g} years" for a in age[outside]])


def _years(duration: str) -> float:
    """The years of an ISO 8601 duration of one part, NaN for any other text."""
    count, unit = duration[1:-1], duration[-1:]
    known = duration.startswith("P") and count.isdecimal() and unit in _YEAR_PARTS
    return int(count) * _YEAR_PARTS[unit] if known else np.nan


@rule(
    "ts.start_of_consent",
    "the study starts with the first informed consent of an enrolled subject",
    source=f"{_GUIDE}; terminology of SSTDTC",
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL", "DM.RFICDTC", "DM.ARMCD"),
    severity=Severity.WARNING,
    advice="Correct SSTDTC, or explain the other start.",
)
def _start_of_consent(data: Data, name: str) -> Iterator[Hit]:
    mask, value = _value(data[name], "SSTDTC")
    consents = text(_enrolled(data), "RFICDTC")
    first = min((c[:10] for c in consents if c), default="")
    if mask.any() and first and value != first:
        yield Hit(name, ("TSVAL",), mask, [f": {value}, with a first consent on {first}"])


@rule(
    "ts.end_of_participation",
    "the study does not end before the participation of a subject",
    source=f"{_GUIDE}; terminology of SENDTC",
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL", "DM.RFPENDTC"),
    advice="Correct SENDTC; a study that goes on has none, and TSVALNF.",
)
def _end_of_participation(data: Data, name: str) -> Iterator[Hit]:
    mask, value = _value(data[name], "SENDTC")
    last = max((c[:10] for c in text(data["DM"], "RFPENDTC")), default="")
    if mask.any() and value < last[: len(value)]:
        yield Hit(name, ("TSVAL",), mask, [f": {value}, with a subject until {last}"])


@rule(
    "ts.country",
    "the subjects are of a country that FCNTRY plans",
    source=_GUIDE,
    target=named("DM"),
    needs=("*.COUNTRY", "TS.TSPARMCD", "TS.TSVAL"),
    severity=Severity.WARNING,
    advice="Add the country to the trial summary, or correct it in DM.",
)
def _country(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    mask, _ = _value(data["TS"], "FCNTRY")
    planned = data["TS"].loc[mask, ["TSVAL"]].set_axis(["COUNTRY"], axis=1)
    if mask.any():
        yield Hit(
            name, ("COUNTRY",), present(frame, "COUNTRY") & ~among(frame, ["COUNTRY"], planned)
        )


@rule(
    "ts.randomized",
    "subjects are randomized exactly in a randomized trial",
    source=f"{_GUIDE} and 6.2 (DS)",
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL", "DS.DSDECOD"),
    advice="Compare RANDOM with the milestone RANDOMIZED in DS.",
)
def _randomized(data: Data, name: str) -> Iterator[Hit]:
    mask, value = _value(data[name], "RANDOM")
    done = bool(equals(data["DS"], "DSDECOD", "RANDOMIZED").any())
    if value in ("Y", "N") and done != (value == "Y"):
        yield Hit(name, ("TSVAL",), mask)


@rule(
    "ts.continued",
    "a text that goes on begins in TSVAL",
    source=_GUIDE,
    target=TS,
    needs=("*.TSVAL", "*.TSVAL1"),
    advice="Move the beginning of the text to TSVAL.",
    core="000151",
)
def _continued(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("TSVAL1", "TSVAL"), present(frame, "TSVAL1") & ~present(frame, "TSVAL"))


@rule(
    "ts.code_of_value",
    "a value and its code belong together one to one, within their terminology",
    source=_GUIDE,
    target=TS,
    needs=("*.TSVAL", "*.TSVALCD"),
    advice="Compare TSVAL and TSVALCD with the terminology that TSVCDREF names.",
    core="000152",
)
def _code_of_value(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    within = "TSVCDREF" if "TSVCDREF" in frame else ""
    mask, scopes, words = ambiguous(frame, "TSVALCD", "TSVAL", within)
    yield Hit(name, ("TSVALCD", "TSVAL"), mask, words, scopes)


@rule(
    "ts.reference",
    "a code says of which terminology it is, and a terminology its version",
    source=_GUIDE,
    target=TS,
    needs=("*.TSVALCD", "*.TSVCDREF"),
    advice="Fill TSVCDREF and TSVCDVER; ISO standards without versions need none.",
)
def _reference(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    coded = present(frame, "TSVALCD")
    yield Hit(name, ("TSVCDREF", "TSVALCD"), coded & ~present(frame, "TSVCDREF"))
    if "TSVCDVER" in frame:
        cdisc = equals(frame, "TSVCDREF", "CDISC CT", "CDISC")
        yield Hit(name, ("TSVCDVER", "TSVCDREF"), coded & cdisc & ~present(frame, "TSVCDVER"))


@rule(
    "ts.one_age",
    "the planned age is a number or a text, not both",
    source="FB1116",
    target=TS,
    needs=("*.TSPARMCD", "*.TSVAL"),
    advice="Keep AGE or AGETXT.",
    core="000736",
)
def _one_age(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    told = {c: equals(frame, "TSPARMCD", c) & present(frame, "TSVAL") for c in ("AGE", "AGETXT")}
    if all(mask.any() for mask in told.values()):
        yield Hit(name, ("TSVAL",), told["AGE"] | told["AGETXT"])
