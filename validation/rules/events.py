"""Rules of adverse events and disposition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mappings.findings import Severity
from validation.rules.model import Data, Hit, Target, named, rule
from validation.rules.shapes import (
    empty,
    has,
    holding,
    implies,
    like,
    maybe,
    of,
)
from validation.rules.tools import of_subject, present, unlike

_AE, _DS = "SDTMIG 3.4 section 6.2.1", "SDTMIG 3.4 section 6.2.4"
CRITERIA = ("AESCAN", "AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESOD", "AESMIE")
"""The criteria by which an event is serious."""
_ANSWERS = ("AESER", *CRITERIA, "AECONTRT")


@rule(
    "ae.answers",
    "whether an event is serious, why, and was treated, is Y, N or empty",
    source=_AE,
    target=Target("AE", lambda d: [n for n in of("AE")(d) if any(v in d[n] for v in _ANSWERS)]),
    advice="Map the answer to Y or N.",
    core="000087 000123 000124 000125 000126 000127 000128 000129 000130 000131",
)
def _answers(data: Data, name: str) -> Iterator[Hit]:
    for variable in _ANSWERS:
        if variable in data[name]:
            yield Hit(name, (variable,), ~data.column(name, variable).one_of("Y", "N", ""))


@rule(
    "ae.serious",
    "an event that meets a criterion of seriousness is serious",
    source=_AE,
    target=Target(
        "AE with a criterion",
        lambda d: [n for n in of("AE")(d) if any(v in d[n] for v in CRITERIA)],
    ),
    needs=("*.AESER",),
    advice="Ask the site whether the event is serious.",
    core="000022",
)
def _serious(data: Data, name: str) -> Iterator[Hit]:
    met = np.zeros(len(data[name]), dtype=bool)
    there = [v for v in CRITERIA if v in data[name]]
    for variable in there:
        met |= data.column(name, variable).one_of("Y")
    yield Hit(name, ("AESER", *there), met & ~data.column(name, "AESER").one_of("Y"))


@rule(
    "ae.criterion",
    "a serious event meets a criterion of seriousness",
    source=_AE,
    # Fewer criteria than these were not asked one by one.
    target=holding(of("AE"), ["AESER", "AESDTH", "AESHOSP", "AESLIFE"]),
    advice="Ask the site why the event is serious.",
    core="000266",
)
def _criterion(data: Data, name: str) -> Iterator[Hit]:
    met = np.zeros(len(data[name]), dtype=bool)
    for variable in [v for v in CRITERIA if v in data[name]]:
        met |= data.column(name, variable).one_of("Y")
    # A study that leaves the criteria of every event empty did not collect them.
    asked = any(data.column(name, v).filled.any() for v in CRITERIA if v in data[name])
    if asked:
        yield Hit(name, ("AESER",), data.column(name, "AESER").one_of("Y") & ~met)


FATAL = implies(
    "ae.fatal",
    "an event that results in death has the outcome FATAL",
    on=of("AE"),
    given=[has("AESDTH", "Y")],
    then=[has("AEOUT", "FATAL")],
    source=_AE,
    advice="Ask the site for the outcome.",
)
DEATH = implies(
    "ae.death",
    "an event with the outcome FATAL results in death",
    on=of("AE"),
    given=[has("AEOUT", "FATAL")],
    then=[has("AESDTH", "Y")],
    source=_AE,
    advice="Set AESDTH to Y, or ask the site for the outcome.",
)
GRADE_5 = implies(
    "ae.grade_5",
    "an event of grade 5 has the outcome FATAL",
    on=of("AE"),
    given=[has("AETOXGR", "5")],
    then=[has("AEOUT", "FATAL")],
    source="CTCAE 5.0",
    advice="Ask the site for the grade or the outcome.",
)
FATAL_GRADE = implies(
    "ae.fatal_grade",
    "an event with the outcome FATAL that is graded has grade 5",
    on=of("AE"),
    given=[has("AEOUT", "FATAL"), like("AETOXGR", r"^[1-5]$")],
    then=[has("AETOXGR", "5")],
    source="CTCAE 5.0",
    advice="Ask the site for the grade or the outcome.",
)
ONGOING = implies(
    "ae.ongoing",
    "an event that goes on has no end",
    on=of("AE"),
    given=[has("AEENRTPT", "ONGOING")],
    then=[maybe(empty("AEENDTC"))],
    source="SDTMIG 3.4 section 4.4.7",
    advice="Ask the site whether the event ended.",
)
RESOLVED = implies(
    "ae.resolved",
    "an event that goes on is not recovered",
    on=of("AE"),
    given=[has("AEENRTPT", "ONGOING")],
    then=[has("AEOUT", "NOT RECOVERED/NOT RESOLVED", "RECOVERING/RESOLVING", "UNKNOWN", "")],
    severity=Severity.WARNING,
    source=_AE,
    advice="Ask the site whether the event ended.",
)
COMPLETED = implies(
    "ds.completed",
    "a disposition with the text COMPLETED has the code COMPLETED",
    on=of("DS"),
    given=[like("DSTERM", "(?i)^COMPLETED$")],
    then=[has("DSDECOD", "COMPLETED")],
    source=_DS,
    advice="Map the text to COMPLETED.",
    core="000033",
)


@rule(
    "ds.death_date",
    "the disposition DEATH has the date of death of DM",
    source=_DS,
    target=holding(of("DS"), ["USUBJID", "DSDECOD", "DSSTDTC"]),
    needs=("DM.USUBJID", "DM.DTHDTC"),
    advice="Compare the death form with the end of the study.",
    core="000034",
)
def _death_date(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    death = of_subject(data["DM"], "DTHDTC", frame["USUBJID"]).fillna("").astype("str")
    own = frame["DSSTDTC"].fillna("").astype("str")
    wrong = data.column(name, "DSDECOD").one_of("DEATH") & unlike(own, death)
    yield Hit(name, ("DSSTDTC",), wrong, [f": DM says {d or 'nothing'}" for d in death[wrong]])


@rule(
    "ds.once",
    "a subject has one disposition event in an epoch, or one for each DSSCAT",
    source=_DS,
    target=holding(of("DS"), ["USUBJID", "DSCAT", "EPOCH"]),
    advice="Keep one, or tell treatment and study participation apart by DSSCAT.",
    core="000212 000213 000214 000374",
)
def _once(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    places = np.flatnonzero(
        data.column(name, "DSCAT").one_of("DISPOSITION EVENT") & data.column(name, "EPOCH").filled
    )
    keys = [k for k in ("USUBJID", "EPOCH", "DSSCAT") if k in frame]
    wrong = np.zeros(len(frame), dtype=bool)
    wrong[places] = frame.iloc[places].duplicated(keys, keep=False).to_numpy()
    yield Hit(name, tuple(k for k in ("EPOCH", "DSSCAT") if k in frame), wrong)


@rule(
    "ds.consent",
    "the first informed consent in DS is RFICDTC of DM",
    source=f"SDTMIG 3.4 section 5.2; {_DS}",
    target=named("DM"),
    needs=("*.USUBJID", "*.RFICDTC", "DS.USUBJID", "DS.DSSTDTC"),
    advice="Compare the dates of consent.",
    core="000363 000370",
)
def _consent(data: Data, name: str) -> Iterator[Hit]:
    frame, events = data[name], data["DS"]
    said = np.zeros(len(events), dtype=bool)
    if "DSDECOD" in events:
        said |= data.column("DS", "DSDECOD").one_of("INFORMED CONSENT OBTAINED")
    if "DSTERM" in events:
        term = data.column("DS", "DSTERM")
        said |= term.like("(?i)INFORMED CONSENT") & ~term.like("(?i)WITHDR|REVOK")
    part = events[said & present(events, "DSSTDTC")]
    first = part["DSSTDTC"].groupby(part["USUBJID"]).min()
    wanted = frame["USUBJID"].map(first)
    known = wanted.notna().to_numpy(dtype=bool)
    own = frame["RFICDTC"].fillna("").astype("str")
    wrong = known & unlike(own, wanted.astype("str").where(known, ""))
    yield Hit(name, ("RFICDTC",), wrong, [f": DS says {d}" for d in wanted[wrong]])


@rule(
    "ds.treated",
    "a subject with an actual arm has records in DS",
    source=_DS,
    target=named("DM"),
    needs=("*.USUBJID", "*.ACTARMCD", "DS.USUBJID"),
    advice="Submit the disposition of the subject, at least the consent.",
    core="000296",
)
def _treated(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    lost = ~frame["USUBJID"].isin(data["DS"]["USUBJID"]).to_numpy(dtype=bool)
    yield Hit(name, ("ACTARMCD",), present(frame, "ACTARMCD") & lost)


CATEGORY = implies(
    "ds.category",
    "a disposition says whether it is an event or a milestone of the protocol",
    on=of("DS"),
    then=[has("DSCAT", "DISPOSITION EVENT", "PROTOCOL MILESTONE", "OTHER EVENT", "")],
    source=_DS,
    advice="Fill DSCAT from the codelist.",
)
