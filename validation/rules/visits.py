"""Rules of visits: what was planned (TV), what took place (SV), what the records say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.model import Data, Hit, Target, named, rule
from validation.rules.shapes import empty, filled, has, implies, maybe, of
from validation.rules.tools import among, equals, floats, present, text
from validation.rules.trial import inside

_GUIDE = "SDTMIG 3.4 sections 4.4.5, 5.5 and 7.3.1"


def _with_visits(data: Data) -> list[str]:
    return [n for n in data.sdtm if n != "TV" and data.has(n, "USUBJID", "VISITNUM")]


VISITS = Target("SDTM datasets with VISITNUM", _with_visits)


def _unplanned(data: Data, name: str) -> Mask:
    """Records of a visit that was not planned, by its name or by what SV says of it."""
    frame = data[name]
    result = np.zeros(len(frame), dtype=bool)
    if not data.has("SV", "USUBJID", "VISITNUM", "SVPRESP"):
        # Without SVPRESP a number between those of planned visits tells as much.
        with np.errstate(invalid="ignore"):
            result |= np.mod(floats(frame, "VISITNUM"), 1) > 0
    if "VISIT" in frame:
        result |= data.column(name, "VISIT").like("(?i)^(?:UNSCHEDULED|UNPLANNED)")
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
    core="000036 000039 000249 000269 000270",
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
    core="000040",
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
    core="000168",
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
    "a subject has a planned visit once",
    source=_GUIDE,
    target=named("SV"),
    needs=("*.USUBJID", "*.VISITNUM"),
    severity=Severity.WARNING,
    advice="Put the days of one visit into SVSTDTC and SVENDTC of one record.",
    core="000204",
)
def _once(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    again = frame.duplicated(["USUBJID", "VISITNUM"]).to_numpy() & present(frame, "VISITNUM")
    if data.has("TV", "VISITNUM"):
        planned = among(frame, ["VISITNUM"], data["TV"])
    else:
        planned = ~_unplanned(data, name)
    yield Hit(name, ("VISITNUM",), again & planned)


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
    numbers, days = floats(frame, "VISITNUM"), floats(frame, "SVSTDY")
    fixed = pd.DataFrame({n: floats(plan, n) for n in ("VISITNUM", "VISITDY")}).dropna()
    fixed = fixed.drop_duplicates("VISITNUM").sort_values("VISITDY")
    around = np.concatenate([[-np.inf], fixed["VISITDY"].to_numpy(), [np.inf]])
    low = dict(zip(fixed["VISITNUM"], around[:-2], strict=True))
    high = dict(zip(fixed["VISITNUM"], around[2:], strict=True))
    visits = pd.Series(numbers)
    first, last = (visits.map(edge).to_numpy(dtype=float) for edge in (low, high))
    with np.errstate(invalid="ignore"):
        outside = (days < first) | (days > last)
    outside &= ~np.isnan(numbers)
    words = [f": day {d:g}, not {a:g} to {b:g}" for d, a, b in _bounds(days, first, last, outside)]
    yield Hit(name, ("SVSTDTC",) if "SVSTDTC" in frame else ("SVSTDY",), outside, words)


def _bounds(
    days: np.ndarray, first: np.ndarray, last: np.ndarray, mask: Mask
) -> list[tuple[float, float, float]]:
    return list(zip(days[mask], first[mask], last[mask], strict=True))


PRESPECIFIED = implies(
    "visit.presp",
    "SVPRESP is Y or empty",
    on=of("SV"),
    then=[has("SVPRESP", "Y"), empty("SVPRESP")],
    source=_GUIDE,
    advice="Write Y for a planned visit, and nothing for any other.",
    core="000037",
)
OCCURRED = implies(
    "visit.occurred",
    "whether a visit took place is answered only for a planned one",
    on=of("SV"),
    given=[filled("SVOCCUR")],
    then=[maybe(has("SVPRESP", "Y"))],
    source=_GUIDE,
    advice="Set SVPRESP to Y, or leave SVOCCUR empty.",
    core="000038",
)
UNPLANNED_DAY = implies(
    "visit.unplanned_day",
    "a visit that was not planned has no planned day",
    on=of("SV"),
    given=[empty("SVPRESP")],
    then=[empty("VISITDY")],
    source=_GUIDE,
    advice="Leave VISITDY empty.",
    core="000035",
)


@rule(
    "visit.day_of_no_visit",
    "a planned day is of a visit in TV",
    source=_GUIDE,
    target=Target(
        "SDTM datasets with VISITNUM and VISITDY",
        lambda data: [n for n in data.sdtm if n != "TV" and data.has(n, "VISITNUM", "VISITDY")],
    ),
    needs=("TV.VISITNUM",),
    advice="Leave VISITDY empty for a visit that TV does not have.",
    core="000140",
)
def _day_of_no_visit(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    lost = present(frame, "VISITDY") & ~among(frame, ["VISITNUM"], data["TV"])
    yield Hit(name, ("VISITDY", "VISITNUM"), lost)


@rule(
    "visit.element",
    "the place of a visit in the arm is that of an element which holds its start",
    source=_GUIDE,
    target=named("SV"),
    needs=(
        *("*.USUBJID", "*.TAETORD", "*.SVSTDTC"),
        *("SE.USUBJID", "SE.TAETORD", "SE.SESTDTC", "SE.SEENDTC"),
    ),
    advice="Derive TAETORD again from the date and the elements of the subject.",
    core="000784",
)
def _element(data: Data, name: str) -> Iterator[Hit]:
    frame, elements = data[name], data["SE"]
    when = data.column(name, "SVSTDTC").days
    said, there = text(frame, "TAETORD"), text(elements, "TAETORD")
    wrong = np.zeros(len(frame), dtype=bool)
    for place in [p for p in said.unique() if p]:
        mine = (said == place).to_numpy() & ~np.isnat(when)
        held = inside(frame["USUBJID"][mine], when[mine], elements[(there == place).to_numpy()])
        wrong[mine] = ~held
    yield Hit(name, ("TAETORD", "SVSTDTC"), wrong)


@rule(
    "visit.arm_in_ta",
    "an arm of a planned visit is an arm of the trial",
    source="SDTMIG 3.4 section 7.3.1",
    target=named("TV"),
    needs=("*.ARMCD", "TA.ARMCD"),
    advice="Compare the arms of TV with those of TA; a visit of all arms has none.",
    core="000155 000156",
)
def _arm_in_ta(data: Data, name: str) -> Iterator[Hit]:
    for variable in [v for v in ("ARMCD", "ARM") if data.has(name, v) and data.has("TA", v)]:
        frame = data[name]
        yield Hit(
            name, (variable,), present(frame, variable) & ~among(frame, [variable], data["TA"])
        )
