"""Rules of tumours and responses: TU, TR, RS."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mappings.findings import Severity
from validation.rules.model import Data, Hit, named, rule
from validation.rules.tools import among, days, equals, of_subject, present

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
    negative = (frame["TRSTRESN"] < 0).fillna(False).to_numpy(dtype=bool)
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
