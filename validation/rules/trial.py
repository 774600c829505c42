"""Rules of the trial design against what happened to the subjects: arms, elements, criteria."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.dm import given_doses
from validation.rules.model import Data, Hit, Target, named, rule
from validation.rules.tools import (
    among,
    days,
    equals,
    floats,
    latest_days,
    of_subject,
    present,
    text,
    unlike,
)

_ARMS = "SDTMIG 3.4 sections 5.2 and 7.2.1"
_ELEMENTS = "SDTMIG 3.4 sections 5.3 and 7.2"
_CRITERIA = "SDTMIG 3.4 sections 6.3 (IE) and 7.4.1"
# Epochs in which no study treatment is given.
_REST = ("SCREENING", "BASELINE", "RUN-IN", "WASHOUT", "FOLLOW-UP", "REST", "OBSERVATION")
UNPLANNED = "UNPLAN"
"""ETCD of an element that the trial did not plan."""


def _known(
    frame: pd.DataFrame, names: tuple[str, ...], other: pd.DataFrame, theirs: tuple[str, ...]
) -> Mask:
    """True where the values of `names` stand together in `other` under the names `theirs`."""
    renamed = other[list(theirs)].set_axis(list(names), axis=1)
    return among(frame, list(names), renamed)


@rule(
    "trial.arm_in_ta",
    "an arm of a subject, code and name, is an arm of the trial",
    source=f"{_ARMS}; CG0118",
    target=named("DM"),
    needs=("*.ARMCD", "*.ARM", "TA.ARMCD", "TA.ARM"),
    advice="Compare the arms of DM with those of TA; who has no arm has no code and no name.",
    core="000047 000208 000209 000210",
)
def _arm_in_ta(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for pair in (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")):
        if data.has(name, *pair):
            said = present(frame, pair[0]) | present(frame, pair[1])
            yield Hit(name, pair, said & ~_known(frame, pair, data["TA"], ("ARMCD", "ARM")))


@rule(
    "trial.arm_used",
    "a planned arm has subjects",
    source=_ARMS,
    target=named("TA"),
    needs=("*.ARMCD", "DM.ARMCD"),
    severity=Severity.WARNING,
    advice="Compare the codes with DM, or explain that nobody was assigned to the arm yet.",
)
def _arm_used(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    first = ~frame.duplicated("ARMCD").to_numpy()
    yield Hit(name, ("ARMCD",), first & ~among(frame, ["ARMCD"], data["DM"]))


@rule(
    "trial.arm_order",
    "an arm has each of its elements at a place of its own",
    source="SDTMIG 3.4 section 7.2.1",
    target=named("TA"),
    needs=("*.ARMCD", "*.TAETORD"),
    advice="Number the elements of each arm 1, 2, 3 and so on.",
    core="000144 000534",
)
def _arm_order(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    twice = frame.duplicated(["ARMCD", "TAETORD"], keep=False).to_numpy()
    place = floats(frame, "TAETORD")
    yield Hit(name, ("TAETORD",), twice | ~(place == np.floor(place)))


@rule(
    "trial.arm_reason",
    "ARMNRS says why an arm is missing, and agrees with the arms that are there",
    source="SDTMIG 3.4 section 5.2",
    target=named("DM"),
    needs=("*.ARMCD", "*.ACTARMCD", "*.ARMNRS"),
    advice="Give the reason exactly where ARMCD or ACTARMCD is empty.",
    core="000045 000046 000121 000223 000224",
)
def _arm_reason(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    planned, actual = present(frame, "ARMCD"), present(frame, "ACTARMCD")
    wrong = (~planned | ~actual) != present(frame, "ARMNRS")
    wrong |= equals(frame, "ARMNRS", "SCREEN FAILURE", "NOT ASSIGNED") & (planned | actual)
    wrong |= equals(frame, "ARMNRS", "ASSIGNED, NOT TREATED") & (~planned | actual)
    unplanned = equals(frame, "ARMNRS", "UNPLANNED TREATMENT")
    if "ACTARMUD" in frame:
        wrong |= unplanned & ~present(frame, "ACTARMUD")
    for variable in [v for v in ("ARM", "ACTARM") if v in frame]:
        wrong |= ~present(frame, variable) & ~present(frame, "ARMNRS")
    yield Hit(name, ("ARMNRS", "ARMCD", "ACTARMCD"), wrong | (unplanned & actual))


@rule(
    "trial.arm_treated",
    "a subject has an actual arm exactly when treated",
    source="SDTMIG 3.4 section 5.2",
    target=named("DM"),
    needs=("*.ACTARMCD", "EX.USUBJID", "EX.EXSTDTC"),
    advice="Compare the doses in EX with ACTARMCD; for treatment beside the plan see ACTARMUD.",
)
def _arm_treated(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    treated = frame["USUBJID"].isin(given_doses(data)["USUBJID"]).to_numpy()
    actual = present(frame, "ACTARMCD")
    if "ARMNRS" in frame:
        actual |= equals(frame, "ARMNRS", "UNPLANNED TREATMENT")
    yield Hit(name, ("ACTARMCD",), treated != actual)


@rule(
    "trial.element_in_te",
    "an element, code and name, is described in TE; an unplanned one in SEUPDES",
    source=_ELEMENTS,
    target=named("TA", "SE"),
    needs=("*.ETCD", "TE.ETCD", "TE.ELEMENT"),
    advice="Compare ETCD and ELEMENT with those of TE.",
    core="000173 000256",
)
def _element_in_te(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    names = tuple(v for v in ("ETCD", "ELEMENT") if v in frame)
    beside = equals(frame, "ETCD", UNPLANNED) if name == "SE" else np.zeros(len(frame), dtype=bool)
    yield Hit(name, names, ~beside & ~_known(frame, names, data["TE"], names))
    if beside.any():
        told = present(frame, "SEUPDES") if "SEUPDES" in frame else ~beside
        yield Hit(name, ("ETCD",), beside & ~told)


@rule(
    "trial.element_used",
    "an element of TE belongs to an arm",
    source="SDTMIG 3.4 section 7.2",
    target=named("TE"),
    needs=("*.ETCD", "TA.ETCD"),
    severity=Severity.WARNING,
    advice="Add it to the arms that it is part of, or take it out.",
)
def _element_used(data: Data, name: str) -> Iterator[Hit]:
    yield Hit(name, ("ETCD",), ~among(data[name], ["ETCD"], data["TA"]))


def _arm_of(data: Data, subjects: pd.Series) -> pd.Series:
    """The assigned arm of each subject, else the actual one, "" without either."""
    arm = of_subject(data["DM"], "ARMCD", subjects).fillna("").astype("str")
    if "ACTARMCD" in data["DM"]:
        actual = of_subject(data["DM"], "ACTARMCD", subjects).fillna("").astype("str")
        arm = arm.where(arm != "", actual)
    return arm


@rule(
    "trial.element_planned",
    "an element of a subject stands in TA at that place of the subject's arm",
    source=_ELEMENTS,
    target=named("SE"),
    needs=(
        *("*.USUBJID", "*.ETCD", "*.TAETORD", "DM.USUBJID", "DM.ARMCD"),
        *("TA.ARMCD", "TA.ETCD", "TA.TAETORD"),
    ),
    advice="Correct ETCD or TAETORD; TAETORD is empty only for an element beside the plan.",
)
def _element_planned(data: Data, name: str) -> Iterator[Hit]:
    frame, plan = data[name], data["TA"]
    placed = present(frame, "TAETORD")
    own = frame.assign(ARMCD=_arm_of(data, frame["USUBJID"]))
    armed = present(own, "ARMCD")
    # Who has no arm can have been in any of them only as far as they are the same.
    anywhere = among(own, ["ETCD", "TAETORD"], plan)
    there = np.where(armed, among(own, ["ARMCD", "ETCD", "TAETORD"], plan), anywhere)
    unplaced = ~placed & armed & among(own, ["ARMCD", "ETCD"], plan)
    arms = [f": the arm is {a or 'none'}" for a in own["ARMCD"][(placed & ~there) | unplaced]]
    yield Hit(name, ("ETCD", "TAETORD"), (placed & ~there) | unplaced, arms)


@rule(
    "trial.element_order",
    "the elements of a subject start in the order that is planned",
    source=_ELEMENTS,
    target=named("SE"),
    needs=("*.USUBJID", "*.TAETORD", "*.SESTDTC"),
    advice="Compare the dates of the elements with their order in TA.",
)
def _element_order(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    placed = frame[present(frame, "TAETORD")].sort_values(["USUBJID", "TAETORD"], kind="stable")
    same = placed["USUBJID"].eq(placed["USUBJID"].shift()).to_numpy()
    start = text(placed, "SESTDTC")
    before = start.shift().fillna("")
    both = np.minimum(start.str.len().to_numpy(), before.str.len().to_numpy())
    turned = np.zeros(len(placed), dtype=bool)
    for length in np.unique(both[both > 0]):
        earlier = (start.str.slice(0, length) < before.str.slice(0, length)).to_numpy(dtype=bool)
        turned |= (both == length) & earlier
    again = placed.duplicated(["USUBJID", "TAETORD"]).to_numpy()
    wrong = frame.index.isin(placed.index[(same & turned) | again])
    yield Hit(name, ("SESTDTC", "TAETORD"), np.asarray(wrong, dtype=bool))


@rule(
    "trial.element_gap",
    "an element starts when the one before it ends",
    source=_ELEMENTS,
    target=named("SE"),
    needs=("*.USUBJID", "*.SESTDTC", "*.SEENDTC"),
    advice="Derive the end of an element from the start of the next one.",
    core="000352 000527",
)
def _element_gap(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    by = ["USUBJID", "SESTDTC", "SEENDTC"]
    ordered = frame.assign(SEENDTC=text(frame, "SEENDTC").replace("", "~")).sort_values(by)
    ordered = frame.loc[ordered.index]
    same = ordered["USUBJID"].eq(ordered["USUBJID"].shift()).to_numpy()
    end = text(ordered, "SEENDTC").shift().fillna("")
    apart = same & unlike(text(ordered, "SESTDTC"), end)
    bad = ordered.index[apart]
    wrong = frame.index.isin(bad)
    said = dict(zip(bad, end[apart], strict=True))
    words = [f": the one before ends {said[i] or '(no date)'}" for i in frame.index[wrong]]
    yield Hit(name, ("SESTDTC", "SEENDTC"), np.asarray(wrong, dtype=bool), words)


@rule(
    "trial.element_epoch",
    "the epoch of a subject's element is the one that TA plans for it",
    source=_ELEMENTS,
    target=named("SE"),
    needs=("*.ETCD", "*.TAETORD", "*.EPOCH", "TA.ETCD", "TA.TAETORD", "TA.EPOCH"),
    advice="Compare EPOCH of SE and TA for this element.",
)
def _element_epoch(data: Data, name: str) -> Iterator[Hit]:
    frame, plan = data[name], data["TA"]
    planned = present(frame, "TAETORD") & among(frame, ["ETCD", "TAETORD"], plan)
    yield Hit(name, ("EPOCH",), planned & ~among(frame, ["ETCD", "TAETORD", "EPOCH"], plan))


@rule(
    "trial.subject_elements",
    "every subject has elements, and RFSTDTC lies within them",
    source=_ELEMENTS,
    target=named("DM"),
    needs=("*.USUBJID", "SE.USUBJID", "SE.SESTDTC", "SE.SEENDTC"),
    advice="Find out why SE lacks the subject or the time.",
)
def _subject_elements(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    yield Hit(name, ("USUBJID",), ~frame["USUBJID"].isin(data["SE"]["USUBJID"]).to_numpy())
    if "RFSTDTC" in frame:
        start = days(frame["RFSTDTC"])
        lost = ~np.isnat(start) & ~inside(frame["USUBJID"], start, data["SE"])
        yield Hit(name, ("RFSTDTC",), lost)


def inside(subjects: pd.Series, when: np.ndarray, elements: pd.DataFrame) -> Mask:
    """True where a day lies within one of the subject's `elements`, both ends included.

    A partial end is as late as it can be, an element without one goes on; one without a
    complete start holds nothing.
    """
    end = text(elements, "SEENDTC")
    people = pd.Index(elements["USUBJID"].unique())
    spans = pd.DataFrame(
        {
            "subject": people.get_indexer(elements["USUBJID"]),
            "start": days(elements["SESTDTC"]).astype("int64"),
            "end": latest_days(end).astype("int64"),
            "open": (end == "").to_numpy(),
        }
    )
    # Not a time is the smallest number: such a start holds nothing, such an end neither.
    spans = spans[spans["start"] != np.iinfo("int64").min]
    codes, distinct = pd.factorize(subjects)
    asked = pd.DataFrame(
        {"subject": people.get_indexer(distinct)[codes], "day": when.astype("int64")}
    )
    pairs = asked.drop_duplicates().merge(spans, on="subject")
    held = (pairs["start"] <= pairs["day"]) & ((pairs["day"] <= pairs["end"]) | pairs["open"])
    found = pairs.loc[held, ["subject", "day"]].drop_duplicates()
    whole = asked.merge(found.assign(held=True), on=["subject", "day"], how="left")
    return np.asarray(whole["held"].notna().to_numpy(), dtype=bool)


@rule(
    "trial.dose_in_treatment",
    "a dose is given within an element of treatment",
    source=_ELEMENTS,
    target=named("EX"),
    needs=("*.USUBJID", "*.EXSTDTC", "SE.USUBJID", "SE.SESTDTC", "SE.SEENDTC", "SE.EPOCH"),
    advice="Compare the dates of the dose with those of the subject's elements.",
)
def _dose_in_treatment(data: Data, name: str) -> Iterator[Hit]:
    frame, elements = data[name], data["SE"]
    treatment = elements[~text(elements, "EPOCH").str.endswith(_REST).to_numpy(dtype=bool)]
    when = days(frame["EXSTDTC"])
    given = frame.index.isin(given_doses(data).index)
    yield Hit(
        name, ("EXSTDTC",), given & ~np.isnat(when) & ~inside(frame["USUBJID"], when, treatment)
    )


def _dated(data: Data) -> list[str]:
    return [
        n for n in data.sdtm if n != "SE" and data.has(n, "USUBJID", "EPOCH") and _date(data, n)
    ]


def _date(data: Data, name: str) -> str:
    prefix = data.prefix(name)
    names = (f"{prefix}STDTC", f"{prefix}DTC")
    return next((n for n in names if n in data[name]), "")


@rule(
    "trial.epoch",
    "EPOCH is that of an element which holds the date, and is there when one does",
    source="SDTMIG 3.4 sections 4.4 and 5.3",
    target=Target("SDTM datasets with EPOCH and a date", _dated),
    needs=("SE.USUBJID", "SE.SESTDTC", "SE.SEENDTC", "SE.EPOCH"),
    advice="Derive EPOCH again from the date and the elements of the subject.",
    core="000097",
)
def _epoch(data: Data, name: str) -> Iterator[Hit]:
    frame, elements, date = data[name], data["SE"], _date(data, name)
    when, said = data.column(name, date).days, data.column(name, "EPOCH")
    known = ~np.isnat(when)
    wrong = np.zeros(len(frame), dtype=bool)
    for epoch in [str(word) for word in said.words]:
        mine = said.one_of(epoch) & known
        part = elements if epoch == "" else elements[equals(elements, "EPOCH", epoch)]
        held = inside(frame["USUBJID"][mine], when[mine], part)
        wrong[mine] = held if epoch == "" else ~held
    yield Hit(name, ("EPOCH", date), wrong)


@rule(
    "trial.criterion_in_ti",
    "a criterion, its text and its category are those of TI",
    source=_CRITERIA,
    target=named("IE"),
    needs=("*.IETESTCD", "TI.IETESTCD"),
    advice="Compare the criterion with TI; a changed text is a record of TI with its own TIVERS.",
    core="000227 000228",
)
def _criterion_in_ti(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    names = [n for n in ("IETESTCD", "IETEST", "IECAT") if n in frame and n in data["TI"]]
    yield Hit(name, tuple(names), ~among(frame, names, data["TI"]))


@rule(
    "trial.criterion_once",
    "TI has a criterion once in each version of the protocol",
    source="SDTMIG 3.4 section 7.4.1",
    target=named("TI"),
    needs=("*.IETESTCD",),
    advice="Keep one, or give the versions their TIVERS.",
)
def _criterion_once(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    keys = [k for k in ("IETESTCD", "TIVERS") if k in frame]
    yield Hit(name, ("IETESTCD",), frame.duplicated(keys, keep=False).to_numpy())


@rule(
    "trial.criterion_result",
    "IE holds criteria that were not met: N for an inclusion, Y for an exclusion criterion",
    source=_CRITERIA,
    target=named("IE"),
    needs=("*.IECAT", "*.IEORRES"),
    advice="Leave criteria that were met out of IE.",
    core="000001 000011",
)
def _criterion_result(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for variable in [v for v in ("IEORRES", "IESTRESC") if v in frame]:
        wrong = equals(frame, "IECAT", "INCLUSION") & ~equals(frame, variable, "N")
        wrong |= equals(frame, "IECAT", "EXCLUSION") & ~equals(frame, variable, "Y")
        yield Hit(name, (variable, "IECAT"), wrong)


SAME_RESULT = rule(
    "trial.criterion_same",
    "the standard result of a criterion is the result",
    source=_CRITERIA,
    target=named("IE"),
    needs=("*.IEORRES", "*.IESTRESC"),
    advice="Copy IEORRES to IESTRESC.",
    core="000025",
)(
    lambda data, name: [
        Hit(
            name,
            ("IESTRESC", "IEORRES"),
            (text(data[name], "IEORRES") != text(data[name], "IESTRESC")).to_numpy(dtype=bool),
        )
    ]
)


@rule(
    "trial.unplanned_element",
    "an element beside the plan has no name and no place; only such a one is described",
    source=_ELEMENTS,
    target=named("SE"),
    needs=("*.ETCD",),
    advice="Leave ELEMENT and TAETORD empty with UNPLAN, and SEUPDES empty without.",
    core="000009 000020 000095",
)
def _unplanned_element(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    beside = equals(frame, "ETCD", UNPLANNED)
    for variable in [v for v in ("ELEMENT", "TAETORD") if v in frame]:
        yield Hit(name, (variable, "ETCD"), beside & present(frame, variable))
    if "SEUPDES" in frame:
        yield Hit(name, ("SEUPDES", "ETCD"), ~beside & present(frame, "SEUPDES"))


@rule(
    "trial.element_end",
    "an element has a rule by which it ends, or a planned length",
    source="SDTMIG 3.4 section 7.2.2",
    target=named("TE"),
    needs=("*.ETCD",),
    advice="Fill TEENRL or TEDUR.",
    core="000027",
)
def _element_end(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    told = np.zeros(len(frame), dtype=bool)
    there = [v for v in ("TEENRL", "TEDUR") if v in frame]
    for variable in there:
        told |= present(frame, variable)
    yield Hit(name, tuple(there) or ("ETCD",), ~told)


@rule(
    "trial.element_rules",
    "an element of TE is described once, and no two by the same rules and name",
    source="SDTMIG 3.4 section 7.2.2",
    target=named("TE"),
    needs=("*.ETCD",),
    advice="Keep one record for each element.",
    core="000580",
)
def _element_rules(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    wrong = frame.duplicated(["ETCD"], keep=False).to_numpy()
    rules = [v for v in ("ELEMENT", "TESTRL", "TEENRL", "TEDUR") if v in frame]
    if len(rules) > 2:
        wrong = wrong | frame.duplicated(rules, keep=False).to_numpy()
    yield Hit(name, ("ETCD",), wrong)


@rule(
    "trial.epoch_in_ta",
    "an epoch is one that TA plans",
    source="SDTMIG 3.4 section 7.2.1",
    target=Target(
        "SDTM datasets with EPOCH", lambda d: [n for n in d.sdtm if n != "TA" and "EPOCH" in d[n]]
    ),
    needs=("TA.EPOCH",),
    advice="Compare EPOCH with those of TA.",
    core="000271",
)
def _epoch_in_ta(data: Data, name: str) -> Iterator[Hit]:
    epoch = data.column(name, "EPOCH")
    planned = [str(w) for w in data.column("TA", "EPOCH").words]
    yield Hit(name, ("EPOCH",), ~epoch.one_of(*planned, ""))
