"""Rules of tumours and responses: TU, TR, RS."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.rules.model import Data, Hit, named, rule
from validation.rules.shapes import FINDINGS, filled, has, implies, maybe, of, of_class
from validation.rules.tools import (
    among,
    coded,
    days,
    differs,
    equals,
    of_subject,
    present,
    text,
)

_GUIDE = "SDTMIG 3.4 section 6.3.12"


@rule(
    "tr.lesion_in_tu",
    "every measured lesion was identified in TU",
    source=_GUIDE,
    target=named("TR"),
    needs=("*.USUBJID", "*.TRLNKID", "TU.USUBJID", "TU.TULNKID"),
    advice="Correct the lesion's number, or add the lesion to the identification form.",
)
def _lesion_in_tu(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    known = data["TU"].rename(columns={"TULNKID": "TRLNKID"})
    lost = present(frame, "TRLNKID") & ~among(frame, ["USUBJID", "TRLNKID"], known)
    yield Hit(name, ("TRLNKID",), lost)


@rule(
    "tu.lesion_measured",
    "every identified lesion is followed in TR",
    source=_GUIDE,
    target=named("TU"),
    needs=("*.USUBJID", "*.TULNKID", "TR.USUBJID", "TR.TRLNKID"),
    severity=Severity.WARNING,
    advice="Find out why the lesion was identified and never assessed.",
)
def _lesion_measured(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    known = data["TR"].rename(columns={"TRLNKID": "TULNKID"})
    lost = present(frame, "TULNKID") & ~among(frame, ["USUBJID", "TULNKID"], known)
    yield Hit(name, ("TULNKID",), lost)


@rule(
    "tr.no_negative_size",
    "a diameter is never negative",
    source=_GUIDE,
    target=named("TR"),
    needs=("*.TRTESTCD", "*.TRSTRESN"),
    advice="Ask the site for the measurement.",
)
def _no_negative_size(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    sizes = equals(frame, "TRTESTCD", "LDIAM", "LPERP", "DIAMETER", "SUMDIAM", "SAXIS")
    with np.errstate(invalid="ignore"):
        negative = data.column(name, "TRSTRESN").numbers < 0
    yield Hit(name, ("TRSTRESN",), sizes & negative)


@rule(
    "rs.date",
    "a response has the date of its assessment",
    source=_GUIDE,
    target=named("RS"),
    needs=("*.RSDTC", "*.RSSTRESC"),
    advice="Ask the site for the date; without it the response cannot be used.",
)
def _response_date(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("RSDTC",), present(frame, "RSSTRESC") & ~present(frame, "RSDTC"))


@rule(
    "rs.after_death",
    "no response is assessed after death",
    source=_GUIDE,
    target=named("RS"),
    needs=("*.USUBJID", "*.RSDTC", "DM.USUBJID", "DM.DTHDTC"),
    advice="Ask the site which of the two dates is right.",
)
def _after_death(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    death = days(of_subject(data["DM"], "DTHDTC", frame["USUBJID"]))
    with np.errstate(invalid="ignore"):
        yield Hit(name, ("RSDTC",), days(frame["RSDTC"]) > death)


@rule(
    "rs.without_scan",
    "an evaluable overall response has lesions assessed at its visit",
    source=_GUIDE,
    target=named("RS"),
    needs=("*.USUBJID", "*.VISITNUM", "*.RSTESTCD", "*.RSSTRESC", "TR.USUBJID", "TR.VISITNUM"),
    severity=Severity.WARNING,
    advice="Ask the site for the lesions of this visit, or for the response NE.",
)
def _without_scan(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    overall = equals(frame, "RSTESTCD", "OVRLRESP") & present(frame, "RSSTRESC")
    overall &= ~equals(frame, "RSSTRESC", "NE", "NED") & present(frame, "VISITNUM")
    yield Hit(name, ("RSSTRESC",), overall & ~among(frame, ["USUBJID", "VISITNUM"], data["TR"]))


@rule(
    "rs.one_overall",
    "a subject has one overall response a visit by the same evaluator",
    source=_GUIDE,
    target=named("RS"),
    needs=("*.USUBJID", "*.VISITNUM", "*.RSTESTCD"),
    advice="Find out which of them the evaluator meant.",
)
def _one_overall(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    names = ("USUBJID", "VISITNUM", "RSTESTCD", "RSCAT", "RSEVAL", "RSEVALID", "RSDTC")
    keys = [n for n in names if n in frame]
    twice = frame.duplicated(keys, keep=False).to_numpy()
    overall = equals(frame, "RSTESTCD", "OVRLRESP") & present(frame, "VISITNUM")
    yield Hit(name, ("RSSTRESC",), overall & twice)


_SIZES = ("LDIAM", "LPERP", "DIAMETER", "LMAXSP", "SAXIS")
_WHO = ("EVAL", "EVALID")


def assessment(data: Data, name: str) -> list[str]:
    """The variables that tell one assessment of a subject: visit, else date; and by whom."""
    prefix = data.prefix(name)
    when = "VISITNUM" if "VISITNUM" in data[name] else f"{prefix}DTC"
    names = ["USUBJID", when, *(f"{prefix}{p}" for p in _WHO)]
    return [n for n in names if n in data[name]]


def common(data: Data, name: str, other: str) -> tuple[list[str], list[str]]:
    """What tells an assessment in both datasets, by the names of each."""
    pairs = [("USUBJID", "USUBJID"), ("VISITNUM", "VISITNUM")]
    if not (data.has(name, "VISITNUM") and data.has(other, "VISITNUM")):
        pairs[1] = (f"{data.prefix(name)}DTC", f"{data.prefix(other)}DTC")
    pairs += [(f"{data.prefix(name)}{p}", f"{data.prefix(other)}{p}") for p in _WHO]
    there = [(a, b) for a, b in pairs if a in data[name] and b in data[other]]
    return [a for a, _ in there], [b for _, b in there]


@rule(
    "tu.lesion_once",
    "a lesion is identified once by each evaluator",
    source=_GUIDE,
    target=named("TU"),
    needs=("*.USUBJID", "*.TULNKID", "*.TUTESTCD"),
    advice="Give each lesion a number of its own.",
)
def _lesion_once(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    keys = ["USUBJID", "TULNKID", "TUTESTCD", "TUEVAL", "TUEVALID"]
    there = [k for k in keys if k in frame]
    identified = equals(frame, "TUTESTCD", "TUMIDENT") & present(frame, "TULNKID")
    twice = frame.duplicated(there, keep=False).to_numpy()
    yield Hit(name, ("TULNKID",), identified & twice)


@rule(
    "tr.measured_once",
    "a lesion has one result of a test in an assessment",
    source=_GUIDE,
    target=named("TR"),
    needs=("*.USUBJID", "*.TRLNKID", "*.TRTESTCD"),
    advice="Find out which of them the evaluator meant.",
)
def _measured_once(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    more = ("TRLNKID", "TRTESTCD", "TRDTC", "TRMETHOD", "TRREPNUM")
    keys = [*assessment(data, name), *(k for k in more if k in frame)]
    twice = frame.duplicated(list(dict.fromkeys(keys)), keep=False).to_numpy()
    yield Hit(name, ("TRLNKID", "TRTESTCD"), twice & present(frame, "TRLNKID"))


@rule(
    "tr.kind",
    "a lesion stays what it was identified as: target, non-target or new",
    source=_GUIDE,
    target=named("TR"),
    needs=("*.USUBJID", "*.TRLNKID", "*.TRGRPID", "TU.USUBJID", "TU.TULNKID", "TU.TUSTRESC"),
    advice="Compare the group of the measurement with the identification of the lesion.",
)
def _kind(data: Data, name: str) -> Iterator[Hit]:
    frame, lesions = data[name], data["TU"]
    kinds = ("TARGET", "NON-TARGET", "NEW")
    known = lesions[equals(lesions, "TUSTRESC", *kinds)]
    pairs = ["USUBJID", "TRLNKID"]
    renamed = known.rename(columns={"TULNKID": "TRLNKID", "TUSTRESC": "TRGRPID"})
    told = equals(frame, "TRGRPID", *kinds) & among(frame, pairs, renamed)
    yield Hit(name, ("TRGRPID", "TRLNKID"), told & ~among(frame, [*pairs, "TRGRPID"], renamed))


@rule(
    "tr.identified_first",
    "a lesion is not measured before it is identified",
    source=_GUIDE,
    target=named("TR"),
    needs=("*.USUBJID", "*.TRLNKID", "*.TRDTC", "TU.USUBJID", "TU.TULNKID", "TU.TUDTC"),
    severity=Severity.WARNING,
    advice="Compare the dates of TU and TR.",
)
def _identified_first(data: Data, name: str) -> Iterator[Hit]:
    frame, lesions = data[name], data["TU"]
    own = pd.MultiIndex.from_arrays([text(frame, "USUBJID"), text(frame, "TRLNKID")])
    theirs = [text(lesions, "USUBJID"), text(lesions, "TULNKID")]
    first = pd.Series(data.column("TU", "TUDTC").days, lesions.index).groupby(theirs).min()
    start = first.reindex(own).to_numpy().astype("datetime64[D]")
    with np.errstate(invalid="ignore"):
        early = data.column(name, "TRDTC").days < start
    yield Hit(name, ("TRDTC", "TRLNKID"), early & present(frame, "TRLNKID"))


UNIT = implies(
    "tr.unit",
    "a size has a unit",
    on=of("TR"),
    given=[has("TRTESTCD", *_SIZES, "SUMDIAM", "SUMNLNLD"), filled("TRSTRESN")],
    then=[filled("TRSTRESU")],
    source=_GUIDE,
    advice="Fill TRSTRESU.",
)
EVALUATOR = implies(
    "rs.evaluator",
    "one of several evaluators is of a kind",
    on=of_class(FINDINGS),
    given=[filled("--EVALID")],
    then=[filled("--EVAL")],
    source="SDTM 2.0",
    advice="Fill --EVAL, such as INDEPENDENT ASSESSOR.",
)
CATEGORY = implies(
    "rs.category",
    "a response says by which criteria",
    on=of("RS"),
    given=[has("RSTESTCD", "OVRLRESP", "TRGRESP", "NTRGRESP", "BESTRESP")],
    then=[maybe(filled("RSCAT"))],
    source=_GUIDE,
    advice="Fill RSCAT, such as RECIST 1.1.",
)


@rule(
    "tr.target_size",
    "a target lesion has a size or a reason why it has none, in each assessment of targets",
    source=_GUIDE,
    target=named("TR"),
    needs=("*.USUBJID", "*.TRLNKID", "*.TRTESTCD", "*.TRGRPID", "*.TRSTRESC"),
    severity=Severity.WARNING,
    advice="Ask the site for the size; NOT DONE and the reason where it cannot be told.",
)
def _target_size(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    sizes = equals(frame, "TRTESTCD", *_SIZES) & equals(frame, "TRGRPID", "TARGET")
    told = present(frame, "TRSTRESC")
    for variable in [v for v in ("TRSTAT", "TRREASND") if v in frame]:
        told |= present(frame, variable)
    yield Hit(name, ("TRSTRESC", "TRLNKID"), sizes & ~told)


def coded_groups(frame: pd.DataFrame, names: list[str]) -> np.ndarray:
    """A number for each combination of the texts of `names`."""
    codes = pd.DataFrame({n: coded(frame, n)[0] for n in names})
    return codes.groupby(names, sort=False).ngroup().to_numpy()


@rule(
    "tr.sum",
    "a sum of diameters is the sum of the diameters of its assessment",
    source=_GUIDE,
    target=named("TR"),
    needs=("*.USUBJID", "*.TRTESTCD", "*.TRSTRESN", "*.TRLNKID"),
    advice="Add the diameters of the lesions again; a sum without one of them is not evaluable.",
)
def _sum(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    keys = assessment(data, name)
    if "TRGRPID" in frame:
        # Sums and sizes may be told apart by their own groups, or by none.
        sums = equals(frame, "TRTESTCD", "SUMDIAM", "SUMNLNLD")
        own = frame.loc[sums, "TRGRPID"]
        if own.isin(frame.loc[~sums, "TRGRPID"]).all():
            keys.append("TRGRPID")
    group = coded_groups(frame, keys)
    value = data.column(name, "TRSTRESN").numbers
    parts = {"SUMDIAM": _SIZES, "SUMNLNLD": ("LDIAM", "DIAMETER", "LMAXSP")}
    wrong = np.zeros(len(frame), dtype=bool)
    words: dict[int, str] = {}
    for test, sizes in parts.items():
        lesion = equals(frame, "TRTESTCD", *sizes) & present(frame, "TRLNKID")
        if "TRGRPID" in frame and "TRGRPID" not in keys:
            lesion &= ~equals(frame, "TRGRPID", "NON-TARGET", "NEW")
        total = np.bincount(group[lesion], np.nan_to_num(value[lesion]), group.max(initial=-1) + 1)
        known = np.bincount(group[lesion], minlength=len(total)) > 0
        lost = np.bincount(group[lesion & np.isnan(value)], minlength=len(total)) > 0
        own = equals(frame, "TRTESTCD", test) & (known & ~lost)[group]
        bad = own & (differs(value, total[group], 0.0001) | np.isnan(value))
        wrong |= bad
        words |= {int(i): f": the parts are {total[group[i]]:g}" for i in np.flatnonzero(bad)}
    yield Hit(name, ("TRSTRESN", "TRTESTCD"), wrong, [words[int(i)] for i in np.flatnonzero(wrong)])
