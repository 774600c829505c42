"""Rules of ADaM datasets of parameters: values, baseline, change, categories, windows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.adam_tools import (
    GUIDE,
    Numbers,
    answered,
    filled,
    groups,
    having,
    is_number,
    number,
    same_text,
    several,
    there,
    variables,
)
from validation.rules.model import Data, Hit, Target, rule
from validation.rules.tools import ambiguous, differs, equals, numbers, of_subject, present, text

_VALUES = f"{GUIDE} section 3.3.4"
_OF_BASELINE = (
    *(("BASE", "AVAL"), ("BASEC", "AVALC"), ("BNRIND", "ANRIND")),
    *((f"BTOXGR{x}", f"ATOXGR{x}") for x in ("", "N", "L", "LN", "H", "HN")),
    *((f"BASECAT{y}", f"AVALCAT{y}") for y in range(1, 10)),
)
_ONE = ("USUBJID", "PARAMCD", "BASETYPE")


@rule(
    "bds.parameter",
    "every record has PARAM and a PARAMCD of at most 8 letters, digits and underscores",
    source=f"{_VALUES}; AD0143 to AD0145, AD0196, AD0197",
    target=having("PARAMCD"),
    advice="Give the parameter a name and a code that can name a variable.",
)
def _parameter(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    codes = text(frame, "PARAMCD")
    odd = ~codes.str.fullmatch(r"[A-Z][A-Z0-9_]{0,7}").to_numpy(dtype=bool)
    yield Hit(name, ("PARAMCD",), odd)
    if "PARAM" in frame:
        yield Hit(name, ("PARAM", "PARAMCD"), ~present(frame, "PARAM"))


@rule(
    "bds.one_parameter",
    "PARAMCD, PARAM and PARAMN belong together one to one",
    source=_VALUES,
    target=having("PARAMCD", "PARAM"),
    advice="Give each code one name, and each name one code.",
)
def _one_parameter(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for other in there(frame, "PARAM", "PARAMN"):
        mask, scopes, words = ambiguous(frame, "PARAMCD", other)
        yield Hit(name, ("PARAMCD", other), mask, words, scopes)


@rule(
    "bds.parameter_category",
    "a parameter belongs to one category",
    source=_VALUES,
    target=Target(
        "ADaM datasets with PARCATy",
        lambda d: [n for n in d.adam if d.has(n, "PARAMCD") and _categories(d[n])],
    ),
    advice="Give each parameter one PARCATy.",
)
def _parameter_category(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    codes = groups(frame, "PARAMCD")
    for column in _categories(frame):
        first = answered(codes, np.ones(len(frame), dtype=bool), text(frame, column), "")
        yield Hit(name, (column, "PARAMCD"), ~same_text(frame, column, first))


def _categories(frame: pd.DataFrame) -> list[str]:
    return [c for c in variables(frame) if re.fullmatch(r"PARCAT\d", c)]


@rule(
    "bds.aval_avalc",
    "within a parameter AVAL and AVALC belong together one to one",
    source=_VALUES,
    target=having("PARAMCD", "AVAL", "AVALC"),
    advice="Give each text one number, or leave AVALC empty where AVAL says it all.",
)
def _aval_avalc(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    mask, scopes, words = ambiguous(frame, "AVAL", "AVALC", "PARAMCD")
    yield Hit(name, ("AVAL", "AVALC"), mask, words, scopes)


@rule(
    "bds.number_in_text",
    "an AVALC that writes out a number writes out AVAL",
    source=_VALUES,
    target=having("PARAMCD", "AVAL", "AVALC"),
    advice="Derive AVALC from AVAL, or leave it empty.",
)
def _number_in_text(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("AVALC", "AVAL"), differs(numbers(text(frame, "AVALC")), frame["AVAL"], 1e-6))


@rule(
    "bds.one_baseline",
    "a subject has one baseline record a parameter, and its AVAL is BASE",
    source=_VALUES,
    target=having("USUBJID", "PARAMCD", "ABLFL"),
    advice="Choose the baseline record by one rule.",
)
def _one_baseline(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    flagged = equals(frame, "ABLFL", "Y")
    yield Hit(name, ("ABLFL",), several(groups(frame, *_ONE), flagged))
    if data.has(name, "AVAL", "BASE"):
        unlike = differs(frame["AVAL"], frame["BASE"]) & flagged
        yield Hit(name, ("BASE", "AVAL"), unlike)


def _after_baseline(frame: pd.DataFrame) -> Mask:
    """The records dated after the baseline record of their subject and parameter."""
    if "ADT" not in frame:
        return np.zeros(len(frame), dtype=bool)
    flagged = equals(frame, "ABLFL", "Y")
    day = answered(groups(frame, *_ONE), flagged, frame["ADT"], np.nan).to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        return np.asarray(number(frame, "ADT") > day)


@rule(
    "bds.baseline_value",
    "a baseline variable holds the value of the baseline record, also on all later records",
    source=_VALUES,
    target=having("USUBJID", "PARAMCD", "ABLFL"),
    advice="Copy the value from the record with ABLFL Y of the subject, parameter and BASETYPE.",
)
def _baseline_value(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    codes, flagged = groups(frame, *_ONE), equals(frame, "ABLFL", "Y")
    for base, value in _OF_BASELINE:
        if base not in frame or value not in frame:
            continue
        absent = np.nan if is_number(frame, value) else ""
        wanted = answered(codes, flagged, frame[value], absent)
        wanted.index = frame.index
        unlike = ~same_text(frame, base, wanted)
        # Some leave it empty on records before the baseline; that is no wrong value.
        given = present(frame, base) | _after_baseline(frame) | flagged
        yield Hit(name, (base, value), unlike & given)


@rule(
    "bds.baseline_late",
    "the baseline record is not after the day of the first treatment",
    source=_VALUES,
    target=having("USUBJID", "PARAMCD", "ABLFL", "ADT"),
    needs=("ADSL.USUBJID", "ADSL.TRTSDT"),
    severity=Severity.WARNING,
    advice="Look at the baseline record, or explain the later one (of a second period).",
)
def _baseline_late(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    start = of_subject(data["ADSL"], "TRTSDT", frame["USUBJID"]).to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        late = number(frame, "ADT") > start
    yield Hit(name, ("ABLFL", "ADT"), equals(frame, "ABLFL", "Y") & late)


def _changes(frame: pd.DataFrame) -> list[tuple[str, Numbers]]:
    """The variables of change that there are, each with what AVAL and BASE come to."""
    aval, base = number(frame, "AVAL"), number(frame, "BASE")
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "CHG": aval - base,
            "PCHG": np.where(base == 0, np.nan, 100 * (aval - base) / base),
            "R2BASE": np.where(base == 0, np.nan, aval / base),
            "BCHG": base - aval,
        }
    return [(v, values) for v, values in found.items() if v in frame]


@rule(
    "bds.change",
    "CHG is AVAL - BASE, PCHG is CHG in percent of BASE, R2BASE is AVAL / BASE",
    source=_VALUES,
    target=having("AVAL", "BASE"),
    advice="Derive the change again; without a baseline there is none.",
)
def _change(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for variable, wanted in _changes(frame):
        extra = present(frame, variable) & np.isnan(wanted)
        yield Hit(name, (variable, "AVAL", "BASE"), differs(frame[variable], wanted, 1e-6) | extra)


@rule(
    "bds.change_missing",
    "after the baseline, a record with AVAL and BASE has its change",
    source=_VALUES,
    target=having("USUBJID", "PARAMCD", "ABLFL", "AVAL", "BASE", "ADT"),
    severity=Severity.WARNING,
    advice="Derive the change of the record, or explain why it has none.",
)
def _change_missing(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    later = _after_baseline(frame)
    for variable, wanted in _changes(frame):
        # A variable that a parameter does not use at all is not missing there.
        used = pd.Series(present(frame, variable)).groupby(groups(frame, "PARAMCD"))
        lost = later & ~np.isnan(wanted) & ~present(frame, variable)
        yield Hit(
            name,
            (variable, "AVAL", "BASE"),
            lost & used.transform("any").to_numpy(dtype=bool),
        )


@rule(
    "bds.basetype",
    "a parameter that has BASETYPE has it on every record",
    source=_VALUES,
    target=having("PARAMCD", "BASETYPE"),
    advice="Fill BASETYPE on all records of the parameter.",
)
def _basetype(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    has = present(frame, "BASETYPE")
    used = pd.Series(has).groupby(groups(frame, "PARAMCD")).transform("any").to_numpy(dtype=bool)
    yield Hit(name, ("BASETYPE", "PARAMCD"), used & ~has)


@rule(
    "bds.range",
    "ANRIND says where AVAL lies between ANRLO and ANRHI, and the lower limit is the lower one",
    source=f"{GUIDE} section 3.3",
    target=having("AVAL", "ANRIND"),
    severity=Severity.WARNING,
    advice="Compare value, limits and unit; an indicator of the laboratory may be explained.",
)
def _range(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    none = np.full(len(frame), np.nan)
    low, high = (number(frame, v) if v in frame else none for v in ("ANRLO", "ANRHI"))
    aval, said = number(frame, "AVAL"), text(frame, "ANRIND").str.slice(0, 3)
    with np.errstate(invalid="ignore"):
        wrong = (said == "LOW").to_numpy() & (aval >= low)
        wrong |= (said == "HIG").to_numpy() & (aval <= high)
        wrong |= (said == "NOR").to_numpy() & ((aval < low) | (aval > high))
        turned = low > high
    yield Hit(name, ("ANRIND", "AVAL", *there(frame, "ANRLO", "ANRHI")), wrong)
    if turned.any():
        yield Hit(name, ("ANRLO", "ANRHI"), turned)


@rule(
    "bds.criterion",
    "a criterion that was judged is named, in one wording a parameter",
    source=f"{_VALUES}; CRITy and CRITyFL",
    target=Target(
        "ADaM datasets with CRITy",
        lambda d: [n for n in d.adam if d.has(n, "PARAMCD") and _criteria(d[n])],
    ),
    advice="Fill CRITy wherever CRITyFL is filled, with the same words for all of the parameter.",
)
def _criterion(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for criterion, judged in _criteria(frame):
        yield Hit(name, (criterion, judged), present(frame, judged) & ~present(frame, criterion))
        named = present(frame, criterion)
        first = answered(groups(frame, "PARAMCD"), named, text(frame, criterion), "")
        yield Hit(name, (criterion,), named & ~same_text(frame, criterion, first))


def _criteria(frame: pd.DataFrame) -> list[tuple[str, str]]:
    found = [(f"{p}{y}", f"{p}{y}{s}") for y in range(1, 10) for p, s in _JUDGED]
    return [(c, j) for c, j in found if c in frame and j in frame]


_JUDGED = (("CRIT", "FL"), ("MCRIT", "ML"))
_CATEGORIES = (
    *(("AVALCAT", "AVAL"), ("BASECAT", "BASE"), ("CHGCAT", "CHG"), ("PCHGCAT", "PCHG")),
    ("AGEGR", "AGE"),
)


@rule(
    "adam.category",
    "categories of a number are ranges of it: they do not overlap",
    source=f"{GUIDE} sections 3.2 and 3.3.4",
    target=Target(
        "ADaM datasets with categories of a number",
        lambda d: [n for n in d.adam if _ranges(d[n])],
    ),
    advice="Compare the category of the record with the number.",
)
def _category(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for category, value in _ranges(frame):
        both = filled(frame, category, value)
        # A category may also be one of the text (AVALC): then it is none of the number.
        made = groups(frame, "PARAMCD", category)
        values = pd.Series(np.where(both, number(frame, value), np.nan))
        low, high = (values.groupby(made).transform(k).to_numpy() for k in ("min", "max"))
        whole = pd.DataFrame({"p": groups(frame, "PARAMCD"), "low": low, "high": high, "c": made})
        one = whole[both].drop_duplicates("c").sort_values(["p", "low", "high"], kind="stable")
        before = one.groupby("p")["high"].cummax().groupby(one["p"]).shift()
        overlapping = one.loc[(one["low"] <= before).to_numpy(), "c"]
        ahead = one.loc[(before.shift(-1) >= one["low"].shift(-1)).to_numpy(), "c"]
        mask = both & np.isin(made, [*overlapping, *ahead])
        mask &= ~pd.DataFrame({"c": made, "v": values}).duplicated().to_numpy()
        ends = (values.to_numpy() == low) | (values.to_numpy() == high)
        yield Hit(name, (category, value), mask & ends)


def _ranges(frame: pd.DataFrame) -> list[tuple[str, str]]:
    found = []
    for column in variables(frame):
        hit = re.fullmatch(r"([A-Z]+)\d", column)
        value = dict(_CATEGORIES).get(hit[1], "") if hit else ""
        if value in frame and is_number(frame, value):
            found.append((column, value))
    return found


@rule(
    "bds.window",
    "a record lies in its window, and AWTDIFF is its distance from the target",
    source=f"{GUIDE} section 3.3; visit windowing",
    target=having("ADY", "AWTARGET"),
    advice="Find the window again: a target, its limits and the difference belong together.",
)
def _window(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    day = number(frame, "ADY")
    with np.errstate(invalid="ignore"):
        if "AWLO" in frame:
            yield Hit(name, ("ADY", "AWLO"), day < number(frame, "AWLO"))
        if "AWHI" in frame:
            yield Hit(name, ("ADY", "AWHI"), day > number(frame, "AWHI"))
        if "AWTDIFF" in frame:
            target = number(frame, "AWTARGET")
            apart = np.abs(day - target)
            across = (day > 0) != (target > 0)
            given = np.abs(number(frame, "AWTDIFF"))
            # Over the first dose there is no day 0; both ways of counting it are in use.
            wrong = differs(given, apart) & ~(across & ~differs(given, apart - 1))
            yield Hit(name, ("AWTDIFF", "ADY", "AWTARGET"), wrong)
