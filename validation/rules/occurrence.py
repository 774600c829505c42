"""Rules of events and interventions: what was asked, what occurred, topic, class and dose."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mappings.findings import Severity
from sdtm.standard import UnknownName, domain
from validation.rules.model import Data, Hit, Target, rule
from validation.rules.shapes import (
    EVENTS,
    INTERVENTIONS,
    calls_for,
    empty,
    everywhere,
    filled,
    has,
    holding,
    implies,
    lacks,
    maybe,
    of,
    of_class,
    one_to_one,
    unlike,
)

_ASKED = of_class(EVENTS, INTERVENTIONS, but=("AE", "DS", "DV", "EX"))
_NOT_DONE = of_class(EVENTS, INTERVENTIONS, but=("DS", "DV", "EX"))
_GUIDE = "SDTMIG 3.4 section 4.2.7"
_DOSE = "SDTMIG 3.4 section 6.1.3"
_DOSES = of_class(INTERVENTIONS)

PRESP = implies(
    "occur.presp",
    "--PRESP is Y or empty",
    on=_NOT_DONE,
    then=[has("--PRESP", "Y"), empty("--PRESP")],
    source=_GUIDE,
    advice="Write Y where the CRF asked for the term, and nothing elsewhere.",
    core="000260",
)
ASKED = implies(
    "occur.asked",
    "whether a term occurred is answered only where the CRF asked for it",
    on=_ASKED,
    given=[filled("--OCCUR")],
    then=[maybe(has("--PRESP", "Y"))],
    source=_GUIDE,
    advice="Set --PRESP to Y, or leave --OCCUR empty.",
    core="000014 000016",
)
ANSWERED = implies(
    "occur.answered",
    "a term that the CRF asked for has an answer, or was not done",
    on=_NOT_DONE,
    given=[has("--PRESP", "Y")],
    then=[filled("--OCCUR"), maybe(has("--STAT", "NOT DONE"))],
    source=_GUIDE,
    advice="Fill --OCCUR, or set --STAT to NOT DONE.",
    core="000018 000117 000118",
)
NOT_DONE = implies(
    "occur.not_done",
    "a term whose occurrence was not asked after all has no answer",
    on=_ASKED,
    given=[has("--STAT", "NOT DONE")],
    then=[empty("--OCCUR")],
    source=_GUIDE,
    advice="Keep either the answer or NOT DONE.",
    core="000014",
)
COMPANIONS = calls_for(
    "occur.companions",
    "--OCCUR, --STAT and --REASND stand beside --PRESP",
    ("--OCCUR", "--PRESP"),
    ("--STAT", "--PRESP"),
    ("--REASND", "--PRESP"),
    on=of_class(EVENTS, INTERVENTIONS, but=("AE", "DS", "DV", "EX")),
    source=_GUIDE,
    advice="Add --PRESP, or take the variable out.",
    core="000015 000030 000081",
)
NO_PERIOD = implies(
    "occur.no_period",
    "what did not occur has no time relative to the reference period",
    on=of_class(EVENTS, INTERVENTIONS),
    given=[has("--OCCUR", "N")],
    then=[empty("--STRF")],
    source="SDTMIG 3.4 section 4.4.7",
    advice="Leave --STRF empty.",
    core="000240",
)
NO_PERIOD_END = implies(
    "occur.no_period_end",
    "what did not occur has no end relative to the reference period",
    on=of_class(EVENTS, INTERVENTIONS),
    given=[has("--OCCUR", "N")],
    then=[empty("--ENRF")],
    source="SDTMIG 3.4 section 4.4.7",
    advice="Leave --ENRF empty.",
    core="000241",
)


def _topics(data: Data) -> list[str]:
    return [n for n in data.sdtm if _topic(data, n)]


def _topic(data: Data, name: str) -> str:
    names = (f"{data.prefix(name)}{part}" for part in ("TESTCD", "TRT", "TERM"))
    return next((n for n in names if n in data[name]), "")


@rule(
    "topic.named",
    "a topic says what it is, not OTHER or MULTIPLE",
    source="SDTMIG 3.4 sections 4.2.7 and 4.2.8",
    target=Target("datasets with --TESTCD, --TRT or --TERM", _topics),
    advice="Submit the text that was specified, and one record for each of several.",
    core="000159 000160 000161 000162 000163 000164",
)
def _named_topic(data: Data, name: str) -> Iterator[Hit]:
    topic = _topic(data, name)
    yield Hit(name, (topic,), data.column(name, topic).like("(?i)^(?:OTHER|MULTIPLE)$"))


CATEGORY = implies(
    "topic.category",
    "a subcategory has a category",
    on=everywhere,
    given=[filled("--SCAT")],
    then=[filled("--CAT")],
    source="SDTMIG 3.4 section 4.2.6",
    advice="Fill --CAT, or make the subcategory the category.",
    core="000103",
)
CRITERION_CATEGORY = implies(
    "topic.criterion_category",
    "a subcategory of a criterion has a category",
    on=of("TI"),
    given=[filled("IESCAT")],
    then=[filled("IECAT")],
    source="SDTMIG 3.4 section 7.4.1",
    advice="Fill IECAT.",
    core="000785",
)
CATEGORY_PRESENT = calls_for(
    "topic.category_present",
    "a dataset with subcategories has categories",
    ("--SCAT", "--CAT"),
    ("IESCAT", "IECAT"),
    on=everywhere,
    source="SDTMIG 3.4 section 4.2.6",
    advice="Add --CAT, or make the subcategory the category.",
    core="000104 000786",
)
_PAIRS = (
    ("SCAT", "CAT"),
    ("CAT", "DECOD"),
    ("SCAT", "DECOD"),
    ("CAT", "BODSYS"),
    ("SCAT", "BODSYS"),
)


@rule(
    "topic.category_new",
    "a category says something new: not the topic, the class or the domain again",
    source="SDTMIG 3.4 section 4.2.6",
    target=Target(
        "datasets with --CAT or --SCAT",
        lambda d: [
            n for n in d.sdtm if any(d.has(n, f"{d.prefix(n)}{part}") for part in ("CAT", "SCAT"))
        ],
    ),
    advice="Leave the category out where it repeats what another variable says.",
    core="000195 000196 000197 000198 000219 000237 000272",
)
def _category_new(data: Data, name: str) -> Iterator[Hit]:
    prefix = data.prefix(name)
    for one, other in _PAIRS:
        pair = (f"{prefix}{one}", f"{prefix}{other}")
        if data.has(name, *pair):
            first = data[name][pair[0]].fillna("").astype("str")
            second = data[name][pair[1]].fillna("").astype("str")
            same = (first == second).to_numpy(dtype=bool) & data.column(name, pair[0]).filled
            yield Hit(name, pair, same)
    try:
        label = domain(prefix).label.upper()
    except UnknownName:
        return
    for part in ("CAT", "SCAT"):
        variable = f"{prefix}{part}"
        if variable in data[name]:
            column = data.column(name, variable)
            yield Hit(
                name, (variable,), column.where(column.words.str.upper().isin([label, prefix]))
            )


DICTIONARY = one_to_one(
    "topic.dictionary",
    "a term or class of a dictionary and its code belong together one to one",
    ("--DECOD", "--PTCD"),
    ("--BODSYS", "--BDSYCD"),
    on=of_class(EVENTS),
    source="SDTM 2.0; FB0909; FB0910",
    advice="Code the terms again with one version of the dictionary.",
    core="000184 000268",
)
CODE_OF_TERM = implies(
    "topic.code_of_term",
    "the code of a preferred term stands beside its term",
    on=of_class(EVENTS),
    given=[filled("--PTCD")],
    then=[filled("--DECOD")],
    source="SDTM 2.0",
    advice="Fill --DECOD from the dictionary.",
    core="000267",
)


@rule(
    "topic.code_of_class",
    "a body system or organ class has its code",
    source="SDTM 2.0",
    target=holding(of_class(EVENTS), ["--BODSYS", "--BDSYCD"]),
    severity=Severity.WARNING,
    advice="Take the codes from the dictionary, or explain why there are none.",
    core="000024",
)
def _code_of_class(data: Data, name: str) -> Iterator[Hit]:
    classes, codes = (f"{data.prefix(name)}{part}" for part in ("BODSYS", "BDSYCD"))
    lost = data.column(name, classes).filled & ~data.column(name, codes).filled
    if lost.any() and not data.column(name, codes).filled.any():
        yield Hit(name, (codes,), scope=f"no record has {codes}")
    else:
        yield Hit(name, (codes, classes), lost)


DOSE_OR_TEXT = implies(
    "dose.number_or_text",
    "a dose is a number or a text, not both",
    on=_DOSES,
    given=[filled("--DOSE")],
    then=[empty("--DOSTXT")],
    source=_DOSE,
    advice="Keep the number.",
    core="000092",
)
DOSE_TEXT = implies(
    "dose.text",
    "a dose that is a number stands in --DOSE",
    on=_DOSES,
    given=[filled("--DOSTXT")],
    then=[unlike("--DOSTXT", r"^\d*\.?\d*$")],
    source=_DOSE,
    advice="Move the number to --DOSE.",
    core="000094",
)
UNITS = tuple(
    implies(
        f"dose.unit_of_{part.casefold()}",
        f"a dose in --{part} has a unit",
        on=_DOSES,
        given=[filled(f"--{part}")],
        then=[maybe(filled("--DOSU"))],
        source=_DOSE,
        advice="Fill --DOSU.",
        core="000093",
    )
    for part in ("DOSE", "DOSTXT", "DOSTOT")
)
VEHICLE = implies(
    "dose.vehicle",
    "an amount of vehicle is of a vehicle",
    on=_DOSES,
    given=[filled("--VAMT")],
    then=[maybe(filled("--TRTV"))],
    source=_DOSE,
    advice="Fill --TRTV.",
    core="000100",
)
_AMOUNTS = ("DOSE", "DOSTOT", "VAMT")


@rule(
    "dose.not_negative",
    "a dose or an amount is not negative",
    source="FB4002; FB4003; FB4004",
    target=Target(
        "interventions with a dose",
        lambda d: [n for n in _DOSES(d) if any(d.has(n, f"{d.prefix(n)}{p}") for p in _AMOUNTS)],
    ),
    advice="Ask the site for the dose.",
    core="000308 000517 000518",
)
def _not_negative(data: Data, name: str) -> Iterator[Hit]:
    for part in _AMOUNTS:
        variable = f"{data.prefix(name)}{part}"
        if variable in data[name]:
            with np.errstate(invalid="ignore"):
                yield Hit(name, (variable,), data.column(name, variable).numbers < 0)


COLLECTED_DOSE = implies(
    "dose.collected",
    "a dose as collected that occurred has a dose or its text",
    on=of("EC"),
    given=[maybe(lacks("ECOCCUR", "N")), maybe(empty("ECSTAT"))],
    then=[filled("ECDOSE"), maybe(filled("ECDOSTXT"))],
    source=_DOSE,
    advice="Fill ECDOSE, or set ECOCCUR to N.",
    core="000217",
)


@rule(
    "dose.none_by_zero",
    "a dose of 0 as collected is no way to say that none was given",
    source=_DOSE,
    target=Target("EC with ECDOSE", lambda d: [n for n in of("EC")(d) if "ECDOSE" in d[n]]),
    advice="Set ECOCCUR to N and leave ECDOSE empty.",
    core="000004 000137",
)
def _none_by_zero(data: Data, name: str) -> Iterator[Hit]:
    with np.errstate(invalid="ignore"):
        none = data.column(name, "ECDOSE").numbers <= 0
    for variable in ("ECDOSTXT", "ECSTAT"):
        if variable in data[name]:
            none &= ~data.column(name, variable).filled
    if data.has(name, "ECTRT"):
        none &= ~data.column(name, "ECTRT").like("(?i)placebo")
    yield Hit(name, ("ECDOSE",), none)
