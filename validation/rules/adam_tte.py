"""Rules of ADaM datasets of times to event."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mappings.findings import Severity
from validation.rules.adam_tools import filled, having, number
from validation.rules.model import Data, Hit, rule
from validation.rules.tools import differs, equals, of_subject, present, text

_GUIDE = "ADaM BDS for time-to-event analyses 1.0"


@rule(
    "tte.aval",
    "AVAL of a time to event is ADT - STARTDT + 1 in days, or that in months",
    source=f"{_GUIDE}, section 4",
    target=having("CNSR", "STARTDT", "ADT"),
    needs=("*.AVAL",),
    advice="Derive AVAL again from its two dates.",
)
def _time_to_event(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    length = (frame["ADT"] - frame["STARTDT"] + 1).to_numpy(dtype=float)
    names = [v for v in ("PARAM", "AVALU") if v in frame]
    months = np.zeros(len(frame), dtype=bool)
    for variable in names:
        words = text(frame, variable).str.lower()
        months |= words.str.contains("month").to_numpy(dtype=bool)
    given = frame["AVAL"].to_numpy(dtype=float)
    wrong = np.where(months, differs(given, length / 30.4375, 5e-3), differs(given, length))
    wrong = wrong | np.isnan(given) | np.isnan(length)
    words_of = [
        f": the dates give {'nothing' if np.isnan(v) else f'{v:g} days'}" for v in length[wrong]
    ]
    yield Hit(name, ("AVAL", "STARTDT", "ADT"), np.asarray(wrong, dtype=bool), words_of)


@rule(
    "tte.order",
    "no time to event ends before its origin",
    source=f"{_GUIDE}, section 4",
    target=having("CNSR", "STARTDT", "ADT"),
    advice="A subject without time at risk is censored on the day of the origin.",
)
def _order(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    with np.errstate(invalid="ignore"):
        yield Hit(name, ("ADT", "STARTDT"), number(frame, "ADT") < number(frame, "STARTDT"))


@rule(
    "tte.cnsr",
    "CNSR is 0 for an event or a whole number above 0 for a censoring",
    source=f"{_GUIDE}, section 4; AD0169",
    target=having("CNSR"),
    advice="Derive CNSR for every record.",
)
def _censoring(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    given = frame["CNSR"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        bad = np.isnan(given) | (given < 0) | (given != np.floor(given))
    yield Hit(name, ("CNSR",), bad)


@rule(
    "tte.described",
    "an event or censoring says what it was",
    source=f"{_GUIDE}, section 4",
    target=having("CNSR", "EVNTDESC"),
    advice="Describe the event; a censoring may do so in CNSDTDSC.",
)
def _described(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    said = present(frame, "EVNTDESC")
    if "CNSDTDSC" in frame:
        said |= present(frame, "CNSDTDSC") & ~(frame["CNSR"] == 0).to_numpy()
    yield Hit(name, ("EVNTDESC",), ~said)


@rule(
    "tte.censor_described",
    "CNSDTDSC says of a censoring which date it took, and nothing of an event",
    source=f"{_GUIDE}, section 4",
    target=having("CNSR", "CNSDTDSC"),
    advice="Describe the censoring date where CNSR is above 0, and only there.",
)
def _censor_described(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    censored = number(frame, "CNSR") > 0
    yield Hit(name, ("CNSDTDSC", "CNSR"), present(frame, "CNSDTDSC") != censored)


@rule(
    "tte.event_or_censor",
    "what EVNTDESC describes is in one parameter either an event or a censoring",
    source=f"{_GUIDE}, section 4",
    target=having("CNSR", "EVNTDESC", "PARAMCD"),
    advice="Compare CNSR with the description of the record.",
)
def _event_or_censor(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    described = filled(frame, "EVNTDESC", "PARAMCD", "CNSR")
    said = text(frame, "PARAMCD") + "\0" + text(frame, "EVNTDESC")
    event = (frame["CNSR"] == 0).astype(float)[described]
    both = event.groupby(said[described]).agg(["min", "max"])
    mixed = both.index[(both["min"] != both["max"]).to_numpy()]
    yield Hit(name, ("CNSR", "EVNTDESC"), described & said.isin(mixed).to_numpy(dtype=bool))


@rule(
    "tte.one_record",
    "a subject has one record a parameter of time to event",
    source=f"{_GUIDE}, section 3",
    target=having("CNSR", "USUBJID", "PARAMCD"),
    advice="Keep the first event, or the last censoring when there is none.",
)
def _one_event(data: Data, name: str) -> Iterator[Hit]:
    twice = data[name].duplicated(["USUBJID", "PARAMCD"], keep=False).to_numpy()
    yield Hit(name, ("PARAMCD",), twice)


@rule(
    "tte.after_death",
    "no time to event ends after the death of the subject",
    source=f"{_GUIDE}, section 4",
    target=having("CNSR", "USUBJID", "ADT"),
    needs=("ADSL.USUBJID", "ADSL.DTHDT"),
    advice="Compare the date of the record with DTHDT of ADSL.",
)
def _after_death(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    death = of_subject(data["ADSL"], "DTHDT", frame["USUBJID"]).to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        yield Hit(name, ("ADT", "PARAMCD"), number(frame, "ADT") > death)


@rule(
    "tte.survival",
    "overall survival (PARAMCD OS) ends on DTHDT for who died, and is censored for who did not",
    source=f"{_GUIDE}, section 4",
    target=having("CNSR", "USUBJID", "PARAMCD", "ADT"),
    needs=("ADSL.USUBJID", "ADSL.DTHDT"),
    advice="Derive OS again from ADSL.",
)
def _survival(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    death = of_subject(data["ADSL"], "DTHDT", frame["USUBJID"]).to_numpy(dtype=float)
    event = (number(frame, "CNSR") == 0) & equals(frame, "PARAMCD", "OS")
    lost = (number(frame, "CNSR") > 0) & equals(frame, "PARAMCD", "OS") & ~np.isnan(death)
    unlike = event & (number(frame, "ADT") != death)
    yield Hit(name, ("ADT", "CNSR"), unlike | lost)


@rule(
    "tte.progression_survival",
    "progression-free survival (PFS) is not longer than overall survival (OS)",
    source=f"{_GUIDE}, section 4",
    target=having("CNSR", "USUBJID", "PARAMCD", "ADT"),
    severity=Severity.WARNING,
    advice="Look at the dates of both: who lives without progression lives.",
)
def _progression_survival(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    overall = frame[equals(frame, "PARAMCD", "OS")]
    last = of_subject(overall, "ADT", frame["USUBJID"]).to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        longer = number(frame, "ADT") > last
    yield Hit(name, ("ADT", "PARAMCD"), equals(frame, "PARAMCD", "PFS") & longer)
