"""Rules of a dataset as a whole: which there are, their variables, names, labels and order."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from mappings.findings import Severity
from sdtm.standard import Domain, UnknownName, domain
from validation.rules.model import Data, Hit, Target, is_relationship, named, rule
from validation.rules.shapes import (
    EVENTS,
    FINDINGS,
    INTERVENTIONS,
    class_of,
    everywhere,
    of_class,
)

# Datasets of non-clinical studies or of another standard.
_FOREIGN = ("SJ", "TP", "TT")
_ANIMAL = (
    *("USCHFL", "RSTIND", "RSTMOD", "IMPLBL", "DTHREL", "EXCLFL", "REASEX", "RPDY", "RPSTDY"),
    *("RPENDY", "DETECT", "NOMDY", "NOMLBL", "RESLOC"),
)
_ANIMAL_WHOLE = (
    *("FETUSID", "RPHASE", "RPPLDY", "RPPLSTDY", "RPPLENDY", "AGETXT", "SPECIES", "STRAIN"),
    "SBSTRAIN",
)
_IDENTIFIED = ("USUBJID", "APID", "SPDEVID", "POOLID", "SPTOBID", "STOCONID", "RSUBJID")
# What SDTM lets stand in a dataset beside the variables of its own letters.
_COMMON = frozenset(
    (
        *("STUDYID", "DOMAIN", "USUBJID", "POOLID", "SPDEVID", "APID", "RSUBJID", "RDEVID", "SREL"),
        *("VISIT", "VISITNUM", "VISITDY", "ELEMENT", "TAETORD", "EPOCH", "NHOID", "FOCID"),
        *("MIDS", "RELMIDS", "MIDSDTC"),
    )
)
_PACKAGE = "the datasets of the package"


def published(data: Data, name: str) -> Domain | None:
    """What SDTMIG says of the dataset, None where it publishes no such domain."""
    code = name if name.startswith("SUPP") or is_relationship(name) else data.prefix(name)
    if name.startswith(("SQ", "AP")) and len(name) > 2:
        return None
    if name.startswith("SUPP") and len(name) > 6:
        code = name[:6]
    try:
        return domain(code)
    except UnknownName:
        return None


def columns(data: Data, name: str) -> list[str]:
    """The variables of the dataset, without those that trace its rows."""
    return [str(c) for c in data[name].columns if not str(c).startswith("_")]


def _in_guide(data: Data) -> list[str]:
    names = [n for n in sorted(data.frames) if n in data.sdtm or is_relationship(n)]
    return [n for n in names if published(data, n)]


IN_GUIDE = Target("SDTM datasets of the guide", _in_guide)


@rule(
    "sdtm.dm_present",
    "a package of SDTM has DM",
    source="SDTMIG 3.4 section 5.2; technical rejection 1736",
    target=Target(_PACKAGE, lambda data: data.sdtm[:1]),
    advice="Add dm.xpt to the package.",
    core="000581",
)
def _dm_present(data: Data, _name: str) -> Iterator[Hit]:
    if "DM" not in data:
        yield Hit("DM", (), scope="there is no dataset DM")


@rule(
    "sdtm.foreign",
    "a clinical package has no dataset of animals or reproductive stages",
    source="SDTM 2.0",
    target=Target("SDTM datasets", everywhere),
    advice="Take the dataset out.",
    core="000042 000043 000044",
)
def _foreign(_data: Data, name: str) -> Iterator[Hit]:
    if name in _FOREIGN:
        yield Hit(name, (), scope=name)


@rule(
    "sdtm.dataset_name",
    "a dataset is called by its domain, with at most two characters more",
    source="SDTMIG 3.4 sections 3.2 and 4.1.7",
    target=Target("SDTM datasets with DOMAIN", lambda d: [n for n in d.sdtm if "DOMAIN" in d[n]]),
    advice="Name the dataset by its DOMAIN, in at most 8 characters.",
    core="000598",
)
def _dataset_name(data: Data, name: str) -> Iterator[Hit]:
    codes = data.column(name, "DOMAIN").words
    wrong = [c for c in codes if c and not name.startswith(c[:2])]
    if (wrong and len(wrong) == len(codes)) or len(name) > 4:
        yield Hit(name, ("DOMAIN",), scope=name, value=", ".join(wrong))


@rule(
    "sdtm.supp_name",
    "supplemental qualifiers are called by their parent, in at most 8 characters",
    source="SDTMIG 3.4 sections 4.1.7 and 8.4",
    target=Target(
        "supplemental qualifiers", lambda d: [n for n in sorted(d.frames) if n.startswith("SUPP")]
    ),
    advice="Name the dataset SUPP and the two letters of RDOMAIN; QNAM's dataset has one parent.",
    needs=("*.RDOMAIN",),
    core="000293 000357 000538",
)
def _supp_name(data: Data, name: str) -> Iterator[Hit]:
    if len(name) > 8:
        yield Hit(name, (), scope=name)
    column = data.column(name, "RDOMAIN")
    yield Hit(name, ("RDOMAIN",), column.filled & ~column.one_of(name[4:6], name[4:]))


@rule(
    "sdtm.split_parent",
    "a part of a domain that was split begins with the letters of the domain",
    source="SDTMIG 3.4 section 4.1.7",
    target=Target(
        "datasets of three or four letters",
        lambda d: [n for n in d.sdtm if 2 < len(n) < 5 and not n.startswith(("AP", "POOL"))],
    ),
    severity=Severity.WARNING,
    advice="Name the part by its domain, or correct DOMAIN; FA of a domain ends with its letters.",
    core="000539 000540",
)
def _split_parent(data: Data, name: str) -> Iterator[Hit]:
    if name.startswith("FA"):
        present = {n[:2] for n in data.sdtm}
        if len(name) == 4 and name[2:] not in present:
            yield Hit(name, (), scope=f"there is no dataset {name[2:]}")
        return
    codes = set(data.column(name, "DOMAIN").words) if "DOMAIN" in data[name] else set()
    if name[:2] not in codes and name[:2] not in data:
        yield Hit(name, (), scope=f"there is no domain {name[:2]}")


@rule(
    "sdtm.required_present",
    "a dataset has every Required variable",
    source="SDTMIG 3.4 section 4.1.5 (core)",
    target=IN_GUIDE,
    advice="Add the variable.",
    core="000355",
)
def _required_present(data: Data, name: str) -> Iterator[Hit]:
    about = published(data, name)
    for variable in about.required if about else ():
        if variable not in data[name]:
            yield Hit(name, (variable,), scope=variable)


@rule(
    "sdtm.expected_present",
    "a dataset has every Expected variable, if only empty",
    source="SDTMIG 3.4 section 4.1.5 (core)",
    target=IN_GUIDE,
    severity=Severity.WARNING,
    advice="Add the variable; leave it empty where nothing was collected.",
    core="000334",
)
def _expected_present(data: Data, name: str) -> Iterator[Hit]:
    about = published(data, name)
    for variable in about.expected if about else ():
        if variable not in data[name]:
            yield Hit(name, (variable,), scope=variable)


@rule(
    "sdtm.variable_allowed",
    "a variable is one of SDTM that the class and the domain may have",
    source="SDTM 2.0; SDTMIG 3.4 section 4.1.3",
    target=Target("SDTM datasets", everywhere),
    advice="Submit what the model lacks as a supplemental qualifier.",
    core=(
        "000012 000013 000048 000049 000050 000051 000052 000054 000055 000056 000057 000058"
        " 000059 000060 000061 000064 000065 000066 000067 000068 000069 000070 000071 000074"
        " 000075 000111 000112 000113 000114 000207 000242 000243 000244 000245 000246 000247"
        " 000376 000550"
    ),
)
def _variable_allowed(data: Data, name: str) -> Iterator[Hit]:
    about, prefix = published(data, name), data.prefix(name)
    animal = {*_ANIMAL_WHOLE, *(f"{prefix}{part}" for part in _ANIMAL)}
    for variable in columns(data, name):
        if variable in animal:
            yield Hit(name, (variable,), scope=f"{variable} is not of clinical studies")
        elif about is not None and not _permitted(about, variable):
            reason = about.barred.get(variable, "SDTM has no such variable there")
            yield Hit(name, (variable,), scope=f"{variable}: {reason}")
        elif about is None and not _of_letters(data, name, variable, prefix):
            yield Hit(name, (variable,), scope=f"{variable} does not begin with {prefix}")


def _permitted(about: Domain, variable: str) -> bool:
    try:
        about.allowed(variable)
    except UnknownName:
        return False
    return True


def _of_letters(data: Data, name: str, variable: str, prefix: str) -> bool:
    general = class_of(data, name) in (EVENTS, FINDINGS, INTERVENTIONS) and len(name) == 2
    return not general or variable in _COMMON or variable.startswith(prefix)


@rule(
    "sdtm.variable_order",
    "the variables stand in the order of SDTM",
    source="SDTMIG 3.4 section 4.1.4",
    target=IN_GUIDE,
    advice="Write the variables in the order of the guide: identifiers, topic, qualifiers, timing.",
    core="000852",
)
def _variable_order(data: Data, name: str) -> Iterator[Hit]:
    about = published(data, name)
    if about is None:
        return
    known = [c for c in columns(data, name) if _permitted(about, c)]
    for found, wanted in zip(known, about.arranged(known), strict=True):
        if found != wanted:
            yield Hit(name, (found,), scope=f"{found} stands where {wanted} belongs", value=found)
            return


@rule(
    "sdtm.variable_name",
    "a variable has a name of at most 8 letters and digits",
    source="SDTMIG 3.4 section 4.1.5; XPT version 5",
    target=Target("SDTM datasets", lambda data: [n for n in sorted(data.frames) if n != "_"]),
    advice="Give the variable a name that a transport file can hold.",
    core="000182",
)
def _variable_name(data: Data, name: str) -> Iterator[Hit]:
    names = pd.Series(columns(data, name), dtype="str")
    for variable in names[~names.str.contains(r"^[A-Z_][A-Z0-9_]{0,7}$", regex=True)]:
        yield Hit(name, (str(variable),), scope=str(variable))


@rule(
    "sdtm.variable_type",
    "a variable is of text or of numbers as SDTMIG says",
    source="SDTMIG 3.4",
    target=IN_GUIDE,
    advice="Submit the variable with the type of the guide.",
)
def _variable_type(data: Data, name: str) -> Iterator[Hit]:
    frame, about = data[name], published(data, name)
    numeric = {c: pd.api.types.is_numeric_dtype(frame[c]) for c in columns(data, name)}
    # A source without types, such as CSV, holds nothing but text.
    if about is None or not any(numeric.values()):
        return
    kinds = {v.name: v.numeric for v in (about.model or about.variables)}
    for variable, is_number in numeric.items():
        if variable in kinds and kinds[variable] != is_number:
            if not data.column(name, variable).filled.any():
                continue
            said = "text" if is_number else "numbers"
            yield Hit(name, (variable,), scope=f"{variable} is of {said} in the guide")


@rule(
    "sdtm.label",
    "a variable has the label of the guide, of at most 40 characters",
    source="SDTMIG 3.4 section 4.1.5",
    target=Target(
        "SDTM datasets whose metadata are known",
        lambda d: [
            n for n in sorted(d.described) if n in d and (n in d.sdtm or is_relationship(n))
        ],
    ),
    severity=Severity.WARNING,
    advice="Take the label from the guide.",
    core="000019",
)
def _label(data: Data, name: str) -> Iterator[Hit]:
    about = published(data, name)
    known = {v.name: v.label for v in about.model or about.variables} if about else {}
    for variable in data.described[name].variables:
        wanted = known.get(variable.name, variable.label)
        if len(variable.label) > 40:
            yield Hit(name, (variable.name,), scope=variable.name, value=variable.label)
        elif variable.label.casefold() != wanted.casefold():
            text = f"{variable.name}, which is '{wanted}' in the guide"
            yield Hit(name, (variable.name,), scope=text, value=variable.label)


@rule(
    "sdtm.timing_present",
    "an observation has at least one variable of timing",
    source="SDTMIG 3.4 section 4.4",
    target=Target(
        "events, interventions and findings",
        of_class(EVENTS, INTERVENTIONS, FINDINGS, but=("IE", "SC")),
    ),
    advice="Add the date, visit or epoch of the observation.",
    core="000575",
)
def _timing_present(data: Data, name: str) -> Iterator[Hit]:
    about = published(data, name)
    prefix = data.prefix(name)
    roles = {v.name for v in about.model if v.role == "Timing"} if about else set()
    parts = ("DTC", "STDTC", "ENDTC", "DY", "STDY", "ENDY", "DUR", "TPT", "STRF", "ENRF")
    roles |= {f"{prefix}{p}" for p in (*parts, "STRTPT", "ENRTPT", "ELTM")}
    roles |= {"VISIT", "VISITNUM", "VISITDY", "EPOCH", "TAETORD"}
    if not roles & set(columns(data, name)):
        yield Hit(name, (), scope=name)


@rule(
    "sdtm.about_whom",
    "an observation says whose it is",
    source="SDTM 2.0",
    target=Target("events, interventions and findings", of_class(EVENTS, INTERVENTIONS, FINDINGS)),
    advice="Add USUBJID.",
    core="000107",
)
def _about_whom(data: Data, name: str) -> Iterator[Hit]:
    if not set(_IDENTIFIED) & set(columns(data, name)):
        yield Hit(name, ("USUBJID",), scope="there is no USUBJID")


@rule(
    "sdtm.exvamt",
    "EX has no amount of vehicle where EC has the doses as collected",
    source="SDTMIG 3.4 section 6.1.3",
    target=Target("EX beside EC", lambda d: ["EX"] if "EX" in d and "EC" in d else []),
    advice="Leave the amount to EC.",
    core="000291",
)
def _exvamt(data: Data, name: str) -> Iterator[Hit]:
    if data.has(name, "EXVAMT"):
        yield Hit(name, ("EXVAMT",), scope="EXVAMT")


@rule(
    "sdtm.parameters_without_concentrations",
    "pharmacokinetic parameters in PP are of concentrations in PC",
    source="SDTMIG 3.4 section 6.3.5.10",
    target=named("PP"),
    advice="Submit the concentrations too.",
    core="000183",
)
def _without_concentrations(data: Data, name: str) -> Iterator[Hit]:
    if "PC" not in data:
        yield Hit(name, (), scope="there is no dataset PC")
