"""Rules of SDTM across records and datasets: subjects, sequence, timing, pointers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sdtm.standard import UnknownName, domain
from validation.rules.model import Data, Hit, Target, rule
from validation.rules.tools import (
    ambiguous,
    days,
    differs,
    equals,
    interval,
    of_subject,
    present,
    text,
)


def _with(variable: str, *, but: tuple[str, ...] = ()) -> Target:
    def pick(data: Data) -> list[str]:
        return [
            n
            for n in data.sdtm
            if n not in but and variable.replace("--", data.prefix(n)) in data[n]
        ]

    return Target(f"SDTM datasets with {variable}", pick)


def _related(data: Data) -> list[str]:
    return [n for n in sorted(data.frames) if n.startswith(("SUPP", "SQ"))]


def _associated(name: str) -> bool:
    """Datasets of persons associated with subjects, such as APMH."""
    return name.startswith("AP") and len(name) == 4


SUPPLEMENTAL = Target("supplemental qualifiers", _related)


def _with_days(data: Data) -> list[str]:
    return [n for n in data.sdtm if "USUBJID" in data[n] and _day_pairs(data, n)]


def _day_pairs(data: Data, name: str) -> list[tuple[str, str]]:
    prefix = data.prefix(name)
    pairs = [(f"{prefix}{part}DY", f"{prefix}{part}DTC") for part in ("", "ST", "EN")]
    return [(dy, dtc) for dy, dtc in pairs if data.has(name, dy, dtc)]


def _in_guide(data: Data) -> list[str]:
    return [n for n in sorted(data.frames) if n in data.sdtm or n.startswith("SUPP")]


IN_GUIDE = Target("SDTM datasets of the guide", _in_guide)


@rule(
    "sdtm.required",
    "a Required variable is never missing",
    source="SDTMIG 3.4 section 4.1.5 (core); CG0013",
    target=IN_GUIDE,
    advice="Map it, or explain why it was not collected.",
    core="000356",
)
def _required(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    try:
        required = [v for v in domain(name).required if v in frame]
    except UnknownName:
        return
    for variable in required:
        yield Hit(name, (variable,), ~present(frame, variable))


@rule(
    "sdtm.orphan",
    "every subject has a record in DM",
    source="SDTMIG 3.4 section 5.2",
    target=_with("USUBJID", but=("DM",)),
    needs=("DM.USUBJID",),
    advice="Correct the subject's number, or find out why DM does not hold the subject.",
    core="000201",
)
def _orphan(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    if _associated(name):
        return
    lost = present(frame, "USUBJID") & ~frame["USUBJID"].isin(data["DM"]["USUBJID"]).to_numpy()
    yield Hit(name, ("USUBJID",), lost)


@rule(
    "sdtm.orphan_supp",
    "every subject of supplemental qualifiers has a record in DM",
    source="SDTMIG 3.4 section 8.4",
    target=SUPPLEMENTAL,
    needs=("DM.USUBJID", "*.USUBJID"),
    advice="Correct the subject's number, or find out why DM does not hold the subject.",
)
def _orphan_supp(data: Data, name: str) -> Iterator[Hit]:
    yield from _orphan.check(data, name)


@rule(
    "sdtm.seq_unique",
    "--SEQ tells the records of a subject apart",
    source="SDTMIG 3.4 section 4.1.5",
    target=_with("--SEQ"),
    advice="Number the records of each subject anew.",
    core="000154",
)
def _seq_unique(data: Data, name: str) -> Iterator[Hit]:
    frame, sequence = data[name], f"{data.prefix(name)}SEQ"
    group = next((v for v in ("USUBJID", "POOLID", "TSPARMCD") if v in frame), "")
    keys = [group, sequence] if group else [sequence]
    twice = frame.duplicated(keys, keep=False).to_numpy() | ~present(frame, sequence)
    yield Hit(name, (sequence,), twice)


@rule(
    "sdtm.study_day",
    "--DY counts days from RFSTDTC without a day 0, and only for complete dates",
    source="SDTMIG 3.4 section 4.4.4",
    target=Target("SDTM datasets with a --DY and its --DTC", _with_days),
    needs=("DM.USUBJID", "DM.RFSTDTC"),
    advice="Derive the day again from the date and DM.RFSTDTC.",
    core="000138 000139 000354 000529 000552 000553 000853",
)
def _study_day(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    reference = days(of_subject(data["DM"], "RFSTDTC", frame["USUBJID"]))
    for day, date in _day_pairs(data, name):
        apart = (data.column(name, date).days - reference) / np.timedelta64(1, "D")
        expected = np.where(apart >= 0, apart + 1, apart)
        given = data.column(name, day).numbers
        wrong = differs(given, expected) | (np.isnan(given) != np.isnan(expected))
        words = [
            f": {d or 'no date'} is day {'' if np.isnan(e) else int(e)}".removesuffix(" is day ")
            for d, e in zip(text(frame, date)[wrong], expected[wrong], strict=True)
        ]
        yield Hit(name, (day,), wrong, words)


@rule(
    "sdtm.date_real",
    "a complete date is a day of the calendar",
    source="SDTMIG 3.4 section 4.4.1",
    target=Target("SDTM datasets", lambda data: data.sdtm),
    advice="Ask the site; until then only the parts that can be are kept.",
)
def _date_real(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in frame.columns:
        if str(column).endswith("DTC"):
            dates = data.column(name, str(column))
            wrong = np.zeros(len(dates.words), dtype=bool)
            for end in interval(dates.words):
                whole = end.str.contains(r"^\d{4}-\d\d-\d\d", regex=True).to_numpy(dtype=bool)
                wrong |= whole & np.isnat(days(end))
            yield Hit(name, (str(column),), dates.where(wrong))


@rule(
    "sdtm.domain",
    "DOMAIN is the name of the dataset",
    source="SDTMIG 3.4 section 3.2",
    target=_with("DOMAIN"),
    advice="Set DOMAIN to the dataset's two letters.",
    core="000180",
)
def _domain(data: Data, name: str) -> Iterator[Hit]:
    # A dataset of associated persons (APMH) has all of its four letters in DOMAIN.
    own = (name[:2], name) if _associated(name) else (name[:2],)
    yield Hit(name, ("DOMAIN",), ~data.column(name, "DOMAIN").one_of(*own))


@rule(
    "sdtm.study",
    "STUDYID is the same in every dataset",
    source="SDTMIG 3.4 section 4.1.2",
    target=Target(
        "datasets with STUDYID", lambda d: [n for n in sorted(d.frames) if "STUDYID" in d[n]]
    ),
    needs=("DM.STUDYID",),
    advice="Take STUDYID from the study, not from the source.",
    core="000172",
)
def _study(data: Data, name: str) -> Iterator[Hit]:
    one = data["DM"]["STUDYID"].mode()
    if len(one):
        yield Hit(name, ("STUDYID",), ~equals(data[name], "STUDYID", str(one.iloc[0])))


def _pairs(data: Data, name: str) -> list[tuple[str, str]]:
    prefix = data.prefix(name)
    pairs = [
        (f"{prefix}TESTCD", f"{prefix}TEST"),
        (f"{prefix}PARMCD", f"{prefix}PARM"),
        ("ARMCD", "ARM"),
        ("ACTARMCD", "ACTARM"),
        ("ETCD", "ELEMENT"),
    ]
    return [pair for pair in pairs if data.has(name, *pair)]


@rule(
    "sdtm.code_and_name",
    "a code and its name belong together one to one",
    source="SDTMIG 3.4 section 4.2.1",
    target=Target("SDTM datasets with codes", lambda d: [n for n in d.sdtm if _pairs(d, n)]),
    advice="Give each code one name, and each name one code.",
    core="000132 000179 000303 000318 000791",
)
def _code_and_name(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for code, label in _pairs(data, name):
        mask, scopes, words = ambiguous(frame, code, label)
        yield Hit(name, (code, label), mask, words, scopes)


@rule(
    "sdtm.visit",
    "a VISITNUM and its VISIT belong together one to one",
    source="SDTMIG 3.4 section 4.4.5",
    target=_with("VISITNUM"),
    needs=("*.VISIT",),
    advice="Correct the visit's number or its name.",
    core="000361",
)
def _visit(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    # Unscheduled visits may share a name, never a number.
    named_visit = ~data.column(name, "VISIT").like("(?i)^UNSCHEDULED")
    mask, scopes, words = ambiguous(frame[named_visit], "VISITNUM", "VISIT")
    whole = np.zeros(len(frame), dtype=bool)
    whole[np.flatnonzero(named_visit)[mask]] = True
    yield Hit(name, ("VISITNUM", "VISIT"), whole, words, scopes)
    numbered = data.column(name, "VISITNUM")
    pairs = pd.DataFrame({"VISITNUM": numbered.codes, "VISIT": data.column(name, "VISIT").codes})
    first = ~pairs.duplicated().to_numpy() & numbered.filled
    shared = pairs[first].duplicated("VISITNUM", keep=False).to_numpy()
    twice = np.zeros(len(frame), dtype=bool)
    twice[np.flatnonzero(first)[shared]] = True
    yield Hit(name, ("VISITNUM", "VISIT"), twice & ~named_visit)


@rule(
    "sdtm.baseline_flag",
    "--LOBXFL and --BLFL are Y or empty",
    source="SDTMIG 3.4 section 4.5.9",
    target=Target(
        "SDTM datasets with a baseline flag", lambda d: [n for n in d.sdtm if _flags(d, n)]
    ),
    advice="Set Y on the baseline record and leave the others empty.",
    core="000170",
)
def _baseline_flag(data: Data, name: str) -> Iterator[Hit]:
    for flag in _flags(data, name):
        yield Hit(name, (flag,), ~equals(data[name], flag, "Y") & present(data[name], flag))


def _flags(data: Data, name: str) -> list[str]:
    prefix = data.prefix(name)
    return [v for v in (f"{prefix}LOBXFL", f"{prefix}BLFL") if v in data[name]]


@rule(
    "sdtm.not_done",
    "a test not done has no result, and a reason only where it was not done",
    source="SDTMIG 3.4 section 4.5.1.2",
    target=_with("--STAT"),
    advice="Keep either the result or NOT DONE.",
)
def _not_done(data: Data, name: str) -> Iterator[Hit]:
    frame, prefix = data[name], data.prefix(name)
    status, result, reason = (f"{prefix}{part}" for part in ("STAT", "ORRES", "REASND"))
    done = ~equals(frame, status, "NOT DONE")
    if result in frame:
        yield Hit(name, (status, result), ~done & present(frame, result))
    if reason in frame:
        yield Hit(name, (reason, status), done & present(frame, reason))


@rule(
    "sdtm.standard_result",
    "--STRESC holds a result wherever --ORRES does, and --STRESN is its number",
    source="SDTMIG 3.4 section 4.5.1.1",
    target=_with("--ORRES"),
    needs=("*.--STRESC",),
    advice="Look at the finding of the result's number or unit, and mend or explain it.",
    core="000021 000542 000732 000863",
)
def _standard_result(data: Data, name: str) -> Iterator[Hit]:
    frame, prefix = data[name], data.prefix(name)
    collected, standard, number = (f"{prefix}{part}" for part in ("ORRES", "STRESC", "STRESN"))
    lost = data.column(name, collected).filled & ~data.column(name, standard).filled
    yield Hit(name, (standard, collected), lost)
    if number in frame:
        said = data.column(name, standard).numbers
        held = data.column(name, number).numbers
        wrong = differs(said, held) | (np.isnan(said) != np.isnan(held))
        yield Hit(name, (number, standard), wrong)
