"""Rules of ADaM about names, labels, types and the variables that a structure wants."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from adam.standard import structures
from mappings.findings import Severity
from validation.failing import byte_lengths
from validation.rules.adam_tools import (
    ANY,
    DESCRIBED,
    GUIDE,
    having,
    is_number,
    of_shape,
    shape,
    structure,
    variables,
)
from validation.rules.model import Data, Hit, Target, rule
from validation.rules.tools import present, text

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
_OCCURRENCE = ("ADSL", "OCCDS", "ADAE")
# Variable (a pattern) -> the variables that must stand beside it, each one of alternatives.
_COMPANIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("BASE", ("AVAL", "ABLFL")),
    ("BASEC", ("AVALC", "ABLFL")),
    ("BNRIND", ("ANRIND", "ABLFL")),
    ("BTOXGR([LH]?N?)", (r"ATOXGR\1", "ABLFL")),
    ("CHG|R2BASE", ("AVAL", "BASE")),
    ("PCHG", ("AVAL", "BASE")),
    ("BASETYPE", ("BASE|BASEC",)),
    ("AWTDIFF", ("AWTARGET",)),
    ("AWU", ("AWLO", "AWHI")),
    ("ARELTM", ("ARELTMU",)),
    ("ARELTMU", ("ARELTM",)),
    ("ADURN", ("ADURU",)),
    ("ADURU", ("ADURN",)),
    ("DOSEON|DOSCUMA", ("DOSEU",)),
    ("ADY", ("ADT|ADTM",)),
    ("ASTDY", ("ASTDT|ASTDTM",)),
    ("AENDY", ("AENDT|AENDTM",)),
    ("(.+)DTF", (r"\1DT|\1DTM",)),
    ("(.+)TMF", (r"\1TM|\1DTM",)),
    (r"(CRIT\d)", (r"\1FL",)),
    (r"(CRIT\d)FL", (r"\1",)),
    (r"(MCRIT\d)ML", (r"\1",)),
    (r"SMQ(\d\d)SC", (r"SMQ\1NAM",)),
    ("SRCVAR|SRCSEQ", ("SRCDOM",)),
    ("CNSR", ("AVAL",)),
)
_IN_ADSL = ((r"TRT(\d\d)A", (r"TRT\1P",)), (r"DOSE(\d\d)[AP]", (r"DOSE\1U",)))


@rule(
    "adam.identified",
    "every record names its study and subject",
    source=f"{GUIDE} section 3.1.1; AD0088, AD0089",
    target=ANY,
    needs=("*.STUDYID", "*.USUBJID"),
    advice="Find the record that was made of no subject.",
)
def _identified(data: Data, name: str) -> Iterator[Hit]:
    for variable in ("STUDYID", "USUBJID"):
        yield Hit(name, (variable,), ~present(data[name], variable))


@rule(
    "adam.name",
    "a name has at most 8 characters: a capital letter, then letters, digits, underscores",
    source=f"{GUIDE} section 3.1.1; AD0013, AD0014",
    target=ANY,
    advice="Give it another name.",
)
def _names(data: Data, name: str) -> Iterator[Hit]:
    for column in (name, *variables(data[name])):
        if not _NAME.fullmatch(column):
            yield Hit(name, (column,), scope=column, value=column)


@rule(
    "adam.label",
    "every variable and dataset has a label of at most 40 bytes",
    source=f"{GUIDE} section 3.1.1; AD0016",
    target=DESCRIBED,
    advice="Write or shorten the label.",
)
def _label(data: Data, name: str) -> Iterator[Hit]:
    about = data.described[name]
    labels = {name: about.label} | {v.name: v.label for v in about.variables}
    for thing, label in labels.items():
        if not 0 < len(label.encode()) <= 40:
            yield Hit(name, (thing,), scope=thing, value=label)


@rule(
    "adam.standard_label",
    "a variable that the guide names has the label of the guide",
    source=f"{GUIDE} section 3.1.1",
    target=DESCRIBED,
    advice="Take out the label of your own, or give the variable another name.",
)
def _standard_label(data: Data, name: str) -> Iterator[Hit]:
    known = structure(data, name)
    for variable in data.described[name].variables if known else ():
        found = known.find(variable.name) if known else None
        if found is not None and found.label and found.label != variable.label:
            scope = f"{variable.name}: the guide says {found.label}"
            yield Hit(name, (variable.name,), scope=scope, value=variable.label)


@rule(
    "adam.type",
    "a variable that the guide names is a number or a text, as the guide says",
    source=f"{GUIDE} section 3.1.1; AD0060",
    target=ANY,
    advice="Derive the variable with the other type, or give it another name.",
)
def _type(data: Data, name: str) -> Iterator[Hit]:
    known, frame = structure(data, name), data[name]
    for column in variables(frame) if known else ():
        found = known.find(column) if known else None
        if found is not None and found.numeric != is_number(frame, column):
            wanted = "a number" if found.numeric else "text"
            yield Hit(name, (column,), scope=f"{column} has to be {wanted}", value=column)


@rule(
    "adam.required",
    "a dataset has the Required variables of its structure",
    source=f"{GUIDE} sections 3.2 and 3.3, OCCDS 1.1; AD0047 to AD0052, AD0194, AD0195, AD0373",
    target=of_shape("ADSL", "BDS", "TTE", "OCCDS", "ADAE"),
    advice="Add the variable.",
)
def _required(data: Data, name: str) -> Iterator[Hit]:
    # What OCCDS wants of adverse events beyond all occurrences is asked by occds.dictionary.
    kind = shape(data, name).replace("ADAE", "OCCDS")
    lacking = structures()[kind].lacking(variables(data[name]))
    for variable in (*lacking, *(["CNSR"] if _without_censor(data, name) else [])):
        yield Hit(name, (variable,), scope=variable, value=variable)


def _without_censor(data: Data, name: str) -> bool:
    return shape(data, name) == "TTE" and "CNSR" not in data[name]


@rule(
    "adam.value_of_shape",
    "a dataset of parameters has AVAL or AVALC; one of subjects or occurrences has neither",
    source=f"{GUIDE} section 3.3.4; AD0198, AD0252, AD0254",
    target=of_shape("ADSL", "BDS", "TTE", "OCCDS", "ADAE"),
    advice="Use one structure a dataset.",
)
def _value_of_shape(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    if shape(data, name) in _OCCURRENCE:
        for variable in ("PARAMCD", "PARAM", "AVAL", "AVALC"):
            if variable in frame:
                yield Hit(name, (variable,), scope=variable, value=variable)
    elif "AVAL" not in frame and "AVALC" not in frame:
        yield Hit(name, ("AVAL",), scope="AVAL", value="AVAL")


@rule(
    "adam.companion",
    "a variable stands beside those without which it says nothing",
    source=f"{GUIDE} sections 3.1 to 3.3; AD0064, AD0080, AD0111, AD0160 to AD0167, AD0364",
    target=ANY,
    advice="Add the variable, or take out the one that needs it.",
)
def _companion(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    table = (*_COMPANIONS, *(_IN_ADSL if name == "ADSL" else ()))
    for column in variables(frame):
        for pattern, wanted in table:
            hit = re.fullmatch(pattern, column)
            for need in wanted if hit else ():
                choices = (hit.expand(need) if hit else need).split("|")
                if not any(c in frame for c in choices):
                    scope = f"{column} needs {' or '.join(choices)}"
                    yield Hit(name, (column,), scope=scope, value=column)


@rule(
    "adam.text_length",
    "a text has at most 200 bytes",
    source=f"{GUIDE} section 3.1.1; AD0017; SAS XPORT version 5",
    target=ANY,
    advice="Cut the text where it is made.",
)
def _text_length(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in variables(frame):
        if not is_number(frame, column):
            yield Hit(name, (column,), np.asarray(byte_lengths(frame[column]) > 200))


@rule(
    "adam.listed_value",
    "a variable for which the guide lists values has one of them, or is empty",
    source=f"{GUIDE} sections 3.2 and 3.3; AD0005, AD0176, AD0178, AD0211, AD0269, AD0363",
    target=ANY,
    advice="Derive the variable with the values of the guide, or give it another name.",
)
def _listed_value(data: Data, name: str) -> Iterator[Hit]:
    known, frame = structure(data, name), data[name]
    for column in variables(frame) if known else ():
        found = known.find(column) if known else None
        if found is not None and found.values:
            odd = ~text(frame, column).isin(["", *found.values]).to_numpy(dtype=bool)
            words = [f": the guide has {' and '.join(found.values)}"] * int(odd.sum())
            yield Hit(name, (column,), odd, words)


@rule(
    "adam.aseq",
    "ASEQ tells the records of a subject apart, in whole numbers from 1",
    source=f"{GUIDE} section 3.3.1",
    target=having("USUBJID", "ASEQ"),
    advice="Number the records again.",
)
def _aseq(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    given = pd.to_numeric(frame["ASEQ"], errors="coerce").to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        odd = np.isnan(given) | (given < 1) | (given != np.floor(given))
    yield Hit(name, ("ASEQ",), odd | frame.duplicated(["USUBJID", "ASEQ"], keep=False).to_numpy())


@rule(
    "adam.analysis_flag",
    "the number in the name of an analysis flag stands in its label",
    source=f"{GUIDE} section 3.3; AD0895",
    target=DESCRIBED,
    severity=Severity.WARNING,
    advice="Write the number of ANLzzFL into its label.",
)
def _analysis_flag(data: Data, name: str) -> Iterator[Hit]:
    for variable in data.described[name].variables:
        hit = re.fullmatch(r"ANL(\d\d)F[LN]", variable.name)
        if hit and hit[1] not in variable.label:
            yield Hit(name, (variable.name,), scope=variable.name, value=variable.label)


@rule(
    "adam.adsl",
    "a package with analysis datasets has ADSL",
    source=f"{GUIDE} section 2.3.1; technical rejection 1736",
    target=Target("ADaM datasets", lambda data: data.adam[:1]),
    advice="Write adam/adsl.yaml.",
)
def _adsl(data: Data, name: str) -> Iterator[Hit]:
    if "ADSL" not in data:
        yield Hit(name, (), scope="there is no ADSL", value="ADSL")


@rule(
    "adam.same_attributes",
    "a variable has the same label and type in all ADaM datasets",
    source=f"{GUIDE} section 3.1.1",
    target=DESCRIBED,
    advice="Say the label once, in ADSL or in the guide's words; or give one of them another name.",
)
def _same_attributes(data: Data, name: str) -> Iterator[Hit]:
    own = {v.name: v for v in data.described[name].variables}
    # ADSL goes first: where two disagree, the other one is wrong.
    for other in sorted(DESCRIBED.pick(data), key=lambda n: (n != "ADSL", n)):
        if other == name:
            return
        for variable in data.described[other].variables:
            mine = own.get(variable.name)
            if mine and (mine.label, mine.numeric) != (variable.label, variable.numeric):
                scope = f"{mine.name}: {other} has {variable.label}"
                yield Hit(name, (mine.name,), scope=scope, value=mine.label)
