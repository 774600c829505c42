"""Rules of ADaM about flags, and about numbers that stand for texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from validation.rules.adam_tools import ANY, GUIDE, is_number, structure, variables
from validation.rules.model import Data, Hit, rule
from validation.rules.tools import ambiguous, present, text

_INDEXED = ((r"(.+CA)(\d)N", r"\1T\2"), (r"PBCHGC(\d)N", r"PBCHGCA\1"), (r"(MCRIT\d)MN", r"\1ML"))
# A number that has its text beside it, instead of the other way round.
_REVERSED = {
    "APERIOD": "APERIODC",
    "ASPER": "ASPERC",
    "SUBJTYP": "SUBJTYPC",
    "FLGREAS": "FLGREASC",
    "ACYCLE": "ACYCLEC",
    "COHORT": "COHORTC",
}
# Numbers whose label does not tell that they stand for a text, and texts that stand for a number.
_STANDING = {
    **{f"{n}N": n for n in ("STUDYID", "USUBJID", "SUBJID", "SITEID", "DVID", "FORM", "ROUTE")},
    **{f"{n}N": n for n in ("RACE", "SEX", "COUNTRY")},
    **{f"{n}C": n for n in ("SUBJTYP", "FLGREAS", "ACYCLE", "COHORT")},
    **{f"{n}FN": f"{n}FL" for n in ("BLQ", "ALQ")},
}
# Within one parameter only; a text may have another number in another parameter.
_OF_PARAMETER = re.compile(r"AVISIT|ATPT|(AVAL|BASE|CHG|PCHG|BCHG)CAT\d|SHIFT\d|PBCHGCA\d|CRIT.+")


def _pairs(data: Data, name: str) -> list[tuple[str, str]]:
    """(text, number) pairs of variables that say the same."""
    frame = data[name]
    found = []
    for column in variables(frame):
        if not is_number(frame, column):
            continue
        word = _word(column)
        if word in frame and not is_number(frame, word):
            found.append((word, column))
    return found


def _word(number: str) -> str:
    """The name of the text that goes with a number, "" where there can be none."""
    if number in _REVERSED:
        return _REVERSED[number]
    for pattern, made in _INDEXED:
        if hit := re.fullmatch(pattern, number):
            return hit.expand(made)
    if number.endswith("FN"):
        return f"{number[:-1]}L"
    return number[:-1] if number.endswith("N") else ""


@rule(
    "adam.flag_values",
    "a flag is Y, N or empty, and a numeric flag 1, 0 or empty",
    source=f"{GUIDE} section 3.1.4; AD0005 to AD0007",
    target=ANY,
    advice="Derive the flag as Y or empty, or as Y and N.",
)
def _flag_values(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in [c for c in variables(frame) if c.endswith(("FL", "FN"))]:
        allowed = ("Y", "N", "") if column.endswith("FL") else ("1", "0", "")
        yield Hit(name, (column,), ~text(frame, column).isin(allowed).to_numpy())


@rule(
    "adam.flag_pair",
    "a flag and its number say the same",
    source=f"{GUIDE} section 3.1.4; AD0010",
    target=ANY,
    advice="Derive the number from the flag.",
)
def _flag_pair(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for flag in [c for c in variables(frame) if c.endswith("FL")]:
        number = f"{flag[:-1]}N"
        if number in frame:
            wanted = text(frame, flag).map({"Y": "1", "N": "0", "": ""}).fillna("?")
            yield Hit(name, (number, flag), (text(frame, number) != wanted).to_numpy())


@rule(
    "adam.number_pair",
    "a text and the number that stands for it belong together one to one",
    source=f"{GUIDE} section 3.1.1; AD0867, AD0868, AD0872 to AD0894",
    target=ANY,
    advice="Give each text one number, and each number one text.",
)
def _number_pair(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for word, number in _pairs(data, name):
        if number.endswith("FN") or word == "PARAM":
            continue
        within = "PARAMCD" if _OF_PARAMETER.fullmatch(word) and "PARAMCD" in frame else ""
        mask, scopes, words = ambiguous(frame, word, number, within)
        yield Hit(name, (number, word), mask, words, scopes)


@rule(
    "adam.number_alone",
    "a text and the number that stands for it are filled on the same records",
    source=f"{GUIDE} section 3.1.1; AD0865, AD0866, AD0870, AD0871",
    target=ANY,
    advice="Fill both, or neither.",
)
def _number_alone(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for word, number in _pairs(data, name):
        yield Hit(name, (number, word), present(frame, word) != present(frame, number))


@rule(
    "adam.number_without_text",
    "a number that stands for a text has the text beside it",
    source=f"{GUIDE} section 3.1.1; AD0522 to AD0530, AD0869, AD0874",
    target=ANY,
    advice="Add the text variable.",
)
def _number_without_text(data: Data, name: str) -> Iterator[Hit]:
    known, frame = structure(data, name), data[name]
    for column in [c for c in variables(frame) if c in _STANDING]:
        if _STANDING[column] not in frame:
            yield Hit(name, (column,), scope=f"{column} needs {_STANDING[column]}", value=column)
    for column in [c for c in variables(frame) if known and c not in _STANDING]:
        found, word = (known.find(column) if known else None), _word(column)
        if found is None or not found.label.endswith("(N)") or word in frame:
            continue
        if known and known.find(word) is not None:
            yield Hit(name, (column,), scope=f"{column} needs {word}", value=column)


@rule(
    "adam.grade",
    "a toxicity grade is a whole number up to 5, and its number is that grade",
    source=f"{GUIDE} section 3.3, OCCDS 1.1; CTCAE 5.0",
    target=ANY,
    advice="Look at the grading: an adverse event has grade 1 to 5.",
)
def _grade(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for column in [c for c in variables(frame) if re.fullmatch(r"(A|B|AE)TOXGR[LH]?N?", c)]:
        # A grade below 0 is a usual way to write one of a low result.
        allowed = range(1, 6) if "AETERM" in frame else range(-4, 6)
        words = text(frame, column)
        yield Hit(name, (column,), ~words.isin(["", *map(str, allowed)]).to_numpy(dtype=bool))
        grade = column[:-1]
        if column.endswith("N") and grade in frame:
            both = present(frame, column) & present(frame, grade)
            yield Hit(name, (column, grade), both & (words != text(frame, grade)).to_numpy())
