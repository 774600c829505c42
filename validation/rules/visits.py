"""Rules of visits: what was planned (TV), what took place (SV), what the records say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.model import Data, Hit, Target, named, rule
from validation.rules.tools import among, equals, present, text

_GUIDE = "SDTMIG 3.4 sections 4.4.5, 5.5 and 7.3.1"


def _with_visits(data: Data) -> list[str]:
    return [n for n in data.sdtm if n != "TV" and data.has(n, "USUBJID", "VISITNUM")]


VISITS = Target("SDTM datasets with VISITNUM", _with_visits)


def _unplanned(data: Data, name: str) -> Mask:
    """Records of a visit that was not planned, by its name or by what SV says of it."""
    frame = data[name]
    result = np.zeros(len(frame), dtype=bool)
    if "VISIT" in frame:
        named_so = text(frame, "VISIT").str.upper().str.startswith(("UNSCHEDULED", "UNPLANNED"))
        result |= named_so.to_numpy(dtype=bool)
    if data.has("SV", "USUBJID", "VISITNUM", "SVPRESP"):
        visits, keys = data["SV"], ["USUBJID", "VISITNUM"]
        planned = equals(visits, "SVPRESP", "Y")
        if name == "SV":
            return result | ~planned
        loose = among(frame, keys, visits[~planned])
        result |= loose & ~among(frame, keys, visits[planned])
    return result


@rule(
    "visit.in_tv",
    "a planned visit, its number, name and day, is in TV",
    source=_GUIDE,
    target=VISITS,
    needs=("TV.VISITNUM",),
    advice="Compare the visit with TV; a visit that was not planned is named so.",
)
def _in_tv(data: Data, name: str) -> Iterator[Hit]:
    frame, plan = data[name], data["TV"]
    names = [n for n in ("VISITNUM", "VISIT", "VISITDY") if n in frame and n in plan]
    planned = present(frame, "VISITNUM") & ~_unplanned(data, name)
    yield Hit(name, tuple(names), planned & ~among(frame, names, plan))


@rule(
    "visit.unplanned",
    "a visit that was not planned has a number that no planned one has",
    source=_GUIDE,
    target=VISITS,
    needs=("TV.VISITNUM",),
    advice="Number it after the planned visit before it, such as 4.1.",
)
def _number_of_its_own(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    loose = present(frame, "VISITNUM") & _unplanned(data, name)
    yield Hit(name, ("VISITNUM",), loose & among(frame, ["VISITNUM"], data["TV"]))


@rule(
    "visit.in_sv",
    "a visit with records took place according to SV",
    source=_GUIDE,
    target=Target(
        "SDTM datasets with VISITNUM beside SV",
        lambda data: [n for n in _with_visits(data) if n != "SV"],
    ),
    needs=("SV.USUBJID", "SV.VISITNUM"),
    severity=Severity.WARNING,
    advice="Ask the site for the date of the visit, or correct the visit of the record.",
)
def _in_sv(data: Data, name: str) -> Iterator[Hit]:
    frame, visits = data[name], data["SV"]
    if "SVOCCUR" in visits:
        visits = visits[~equals(visits, "SVOCCUR", "N")]
    done = present(frame, "VISITNUM")
    if f"{data.prefix(name)}STAT" in frame:
        done &= ~equals(frame, f"{data.prefix(name)}STAT", "NOT DONE")
    yield Hit(name, ("VISITNUM",), done & ~among(frame, ["USUBJID", "VISITNUM"], visits))


@rule(
    "visit.once",
    "a subject has a visit once",
    source=_GUIDE,
    target=named("SV"),
    needs=("*.USUBJID", "*.VISITNUM"),
    severity=Severity.WARNING,
    advice="Put the days of one visit into SVSTDTC and SVENDTC of one record.",
)
def _once(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    again = frame.duplicated(["USUBJID", "VISITNUM"]).to_numpy()
    yield Hit(name, ("VISITNUM",), again & present(frame, "VISITNUM"))


@rule(
    "visit.window",
    "a planned visit takes place between the planned days of the visits around it",
    source=_GUIDE,
    target=named("SV"),
    needs=("*.VISITNUM", "*.SVSTDY", "TV.VISITNUM", "TV.VISITDY"),
    severity=Severity.WARNING,
    advice="Ask the site for the visit and its date.",
)
def _window(data: Data, name: str) -> Iterator[Hit]:
    frame, plan = data[name], data["TV"]
    numbers, days = frame["VISITNUM"].to_numpy(dtype=float), frame["SVSTDY"].to_numpy(dtype=float)
    fixed = plan[present(plan, "VISITDY")].drop_duplicates("VISITNUM").sort_values("VISITDY")
    planned = fixed["VISITDY"].to_numpy(dtype=float)
    around = np.concatenate([[-np.inf], planned, [np.inf]])
    low = dict(zip(fixed["VISITNUM"], around[:-2], strict=True))
    high = dict(zip(fixed["VISITNUM"], around[2:], strict=True))
    first, last = (frame["VISITNUM"].map(edge).to_numpy(dtype=float) for edge in (low, high))
    with np.errstate(invalid="ignore"):
        outside = (days < first) | (days > last)
    outside &= ~np.isnan(numbers)
    words = [f": day {d:g}, not {a:g} to {b:g}" for d, a, b in _bounds(days, first, last, outside)]
    yield Hit(name, ("SVSTDTC",) if "SVSTDTC" in frame else ("SVSTDY",), outside, words)


def _bounds(
    days: np.ndarray, first: np.ndarray, last: np.ndarray, mask: Mask
) -> list[tuple[float, float, float]]:
    return list(zip(days[mask], first[mask], last[mask], strict=True))
