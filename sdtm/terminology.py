"""CDISC controlled terminology: published codelists, and matching collected text to them.

The shipped files cover the codelists of the shipped domains. A study may name the complete file
as NCI EVS publishes it (tab separated ``.txt`` or ``.csv``, also gzipped) instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from sdtm.standard import UnknownName, unknown

VERSION = "2025-03-28"

_CODE = "Code"
_LIST = "Codelist Code"
_EXTENSIBLE = "Codelist Extensible (Yes/No)"
_NAME = "Codelist Name"
_VALUE = "CDISC Submission Value"
_SYNONYMS = "CDISC Synonym(s)"
_PREFERRED = "NCI Preferred Term"
_COLUMNS = (_CODE, _LIST, _EXTENSIBLE, _NAME, _VALUE, _SYNONYMS, _PREFERRED)


_DATED = "Standard and Date"
#: Lists that tell what an unnamed file is of.
_MARKS = {"C66738": "SDTM", "C81223": "ADaM"}
_STANDARDS = ("SDTM", "ADaM", "CDASH", "SEND", "Define-XML", "Protocol", "Glossary")


BESIDES = {"C74457": ("MULTIPLE",)}
"""RACE: SDTMIG 5.2 (DM) writes MULTIPLE, with each race as a qualifier in SUPPDM."""


class TerminologyError(ValueError):
    """A file that is not controlled terminology as NCI EVS publishes it.

    `reason` says why, `line` is the line of the file that shows it, 0 for the file as a whole.
    """

    def __init__(self, path: Path, reason: str, line: int = 0) -> None:
        self.reason = reason
        self.line = line
        super().__init__(f"{path}:{line}: {reason}" if line else f"{path}: {reason}")


class How(StrEnum):
    """The way a text matched a term; anything but EXACT is worth a notice."""

    EXACT = "exact"
    CASE = "case"
    SYNONYM = "synonym"
    PREFERRED = "preferred term"


@dataclass(frozen=True, slots=True)
class Match:
    """The submission value found for a text, and how."""

    value: str
    how: How


@dataclass(frozen=True, slots=True)
class PublishedTerm:
    """A term: submission value, NCI C-code, CDISC synonyms and NCI preferred term."""

    value: str
    code: str
    synonyms: tuple[str, ...] = ()
    preferred: str = ""


def _only(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Key to value where all of a key's values agree; keys that do not decide are left out."""
    found: dict[str, str] = {}
    torn: set[str] = set()
    for key, value in values:
        if found.setdefault(key, value) != value:
            torn.add(key)
    return {k: v for k, v in found.items() if k not in torn}


@dataclass(frozen=True)
class PublishedCodelist:
    """A codelist: `code` its C-code, `name` its title, `submission` its short name (``NY``).

    An extensible one may take sponsor's terms beside the published.
    """

    code: str
    name: str
    submission: str
    extensible: bool
    terms: tuple[PublishedTerm, ...]
    besides: tuple[str, ...] = ()
    """Values that SDTMIG itself uses beside the terms, also of a list that is not extensible."""

    @cached_property
    def _terms(self) -> dict[str, PublishedTerm]:
        return {t.value: t for t in self.terms}

    @cached_property
    def _synonyms(self) -> dict[str, str]:
        return _only((s, t.value) for t in self.terms for s in t.synonyms)

    @cached_property
    def _folded(self) -> dict[str, str]:
        return _only((t.value.casefold(), t.value) for t in self.terms)

    @cached_property
    def _folded_synonyms(self) -> dict[str, str]:
        return _only((s.casefold(), t.value) for t in self.terms for s in t.synonyms)

    @cached_property
    def _preferred(self) -> dict[str, str]:
        """By NCI preferred term, but for those that are a value or a synonym of some term."""
        values = {t.value.casefold() for t in self.terms}
        taken = values | {s.casefold() for t in self.terms for s in t.synonyms}
        pairs = ((t.preferred.casefold(), t.value) for t in self.terms)
        return _only((p, value) for p, value in pairs if p and p not in taken)

    @property
    def values(self) -> tuple[str, ...]:
        """The submission values, in published order."""
        return tuple(t.value for t in self.terms)

    def __contains__(self, value: object) -> bool:
        return value in self._terms

    def __iter__(self) -> Iterator[PublishedTerm]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def term(self, value: str) -> PublishedTerm:
        """The term with exactly this submission value; UnknownName says what comes near."""
        found = self._terms.get(value)
        if found is None:
            raise unknown("term", value, self._terms, f"{self.submission} ({self.code})")
        return found

    def find(self, text: str) -> Match | None:
        """The term that `text` means, or None when there is none or more than one.

        In order: the submission value; the submission value but for upper and lower case; a
        synonym; a synonym but for case; the NCI preferred term, whatever its case. A text that
        is one term's value but for case and exactly another's synonym (``G/L``) means either, so
        it matches neither.
        """
        text = text.strip()
        if text in self._terms or text in self.besides:
            return Match(text, How.EXACT)
        synonym = self._synonyms.get(text)
        cased = self._folded.get(text.casefold())
        if cased is not None:
            return None if synonym not in (None, cased) else Match(cased, How.CASE)
        if synonym is None:
            synonym = self._folded_synonyms.get(text.casefold())
        if synonym is not None:
            return Match(synonym, How.SYNONYM)
        preferred = self._preferred.get(text.casefold())
        return None if preferred is None else Match(preferred, How.PREFERRED)

    def match(self, values: Iterable[str]) -> dict[str, Match]:
        """Trimmed text to its Match, see `find`; text that matches nothing is left out."""
        found = {text: self.find(text) for text in dict.fromkeys(v.strip() for v in values)}
        return {text: hit for text, hit in found.items() if hit is not None}


class Terminology:
    """A package of controlled terminology (`name` SDTM or ADaM, `version` its date)."""

    def __init__(self, table: pa.Table, name: str, version: str) -> None:
        self.name = name
        self.version = version
        self._table = table
        heads = table.filter(pc.equal(table[_LIST], "")).select([_CODE, _NAME, _VALUE, _EXTENSIBLE])
        self._heads = {row[_CODE]: row for row in heads.to_pylist()}
        self._codes = {row[_VALUE]: code for code, row in self._heads.items()}
        lists = table[_LIST].combine_chunks().dictionary_encode()
        numbers = lists.indices.to_numpy()
        order = np.argsort(numbers, kind="stable")
        bounds = np.searchsorted(numbers[order], np.arange(len(lists.dictionary) + 1))
        self._rows = {
            code: order[bounds[i] : bounds[i + 1]]
            for i, code in enumerate(lists.dictionary.to_pylist())
        }
        self._made: dict[str, PublishedCodelist] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._heads or key in self._codes

    def dated(self, version: str) -> Terminology:
        """The same package, of a file that does not say its date."""
        return Terminology(self._table, self.name, version)

    @property
    def codelists(self) -> tuple[str, ...]:
        """C-codes of the codelists in the package."""
        return tuple(self._heads)

    def codelist(self, key: str) -> PublishedCodelist:
        """The codelist by C-code (``C66742``) or submission name (``NY``).

        UnknownName says which names come near.
        """
        code = key if key in self._heads else self._codes.get(key)
        if code is None:
            known = self._heads if re.fullmatch(r"C\d+", key) else self._codes
            raise unknown("codelist", key, known, f"{self.name} CT {self.version}")
        if code not in self._made:
            self._made[code] = self._build(code)
        return self._made[code]

    def _build(self, code: str) -> PublishedCodelist:
        head = self._heads[code]
        columns = [_CODE, _VALUE, _SYNONYMS, _PREFERRED]
        rows = self._table.select(columns).take(pa.array(self._rows.get(code, [])))
        terms = tuple(
            PublishedTerm(
                value=row[_VALUE],
                code=row[_CODE],
                synonyms=tuple(s.strip() for s in row[_SYNONYMS].split(";") if s.strip()),
                preferred=row[_PREFERRED],
            )
            for row in rows.to_pylist()
        )
        extensible = head[_EXTENSIBLE] == "Yes"
        besides = BESIDES.get(code, ())
        return PublishedCodelist(code, head[_NAME], head[_VALUE], extensible, terms, besides)

    def decodes(self, codes: str, names: str) -> dict[str, str]:
        """Short name to long name of a pair of lists (LBTESTCD, LBTEST), joined by C-code.

        Empty when the package lacks one of them.
        """
        if codes not in self or names not in self:
            return {}
        long = {t.code: t.value for t in self.codelist(names)}
        return {t.value: long[t.code] for t in self.codelist(codes) if t.code in long}


def load_published(path: Path, *, name: str = "", version: str = "") -> Terminology:
    """The file as NCI EVS publishes it: tab separated ``.txt`` or ``.csv``, may be ``.gz``.

    The standard (`name`) and the date (`version`) that are not given are those that the file
    says: in its last column, in its name, by lists that only one standard has; "" when it does
    not. TerminologyError when it cannot be read, or is not such a table.
    """
    table = _read(path)
    table = table.rename_columns([n.lstrip("\ufeff").strip() for n in table.column_names])
    missing = [c for c in _COLUMNS if c not in table.column_names]
    if missing:
        reason = f"not an NCI EVS table, no column {', '.join(missing)}"
        raise TerminologyError(path, reason, 1)
    _check_rows(path, table)
    said = _last_cell(table)
    if not name:
        name = _standard_in(said) or _standard_in(path.name) or _standard_of(table)
    return Terminology(table, name, version or _date_in(said) or _date_in(path.name))


def _read(path: Path) -> pa.Table:
    tabbed = path.name.removesuffix(".gz").endswith((".txt", ".tsv"))
    shape: dict[str, Any] = {
        "delimiter": "\t" if tabbed else ",",
        "quote_char": False if tabbed else '"',
        "newlines_in_values": not tabbed,
    }
    parse = csv.ParseOptions(**shape)
    lenient = csv.ParseOptions(**shape, invalid_row_handler=lambda _: "skip")
    try:
        header = csv.open_csv(path, parse_options=lenient).schema.names
        convert = csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
        )
        # One thread, because only then a message names the row.
        one = csv.ReadOptions(use_threads=False)
        return csv.read_csv(path, one, parse_options=parse, convert_options=convert)
    except FileNotFoundError:
        raise TerminologyError(path, "there is no such file") from None
    except OSError as error:
        reason = str(error.strerror or error).splitlines()[0]
        raise TerminologyError(path, f"cannot be read: {reason}") from error
    except pa.ArrowInvalid as error:
        told = str(error).splitlines()[0]
        row = re.search(r"Row #(\d+): (.*)", told)
        line, told = (int(row[1]), row[2]) if row else (0, told)
        reason = f"cannot be read as terminology: {told[:120]}"
        raise TerminologyError(path, reason, line) from error


def _check_rows(path: Path, table: pa.Table) -> None:
    """Refuse rows that would be lost or mixed up: TerminologyError at the first of them."""
    heads = pc.equal(table[_LIST], "")
    codes = table.filter(heads)[_CODE]
    if not len(codes):
        raise TerminologyError(path, "no codelist in it: every row has a Codelist Code", 1)
    lacking = pc.invert(pc.is_in(table[_LIST], value_set=pa.array(["", *codes.to_pylist()])))
    answers = pc.is_in(table[_EXTENSIBLE], value_set=pa.array(["Yes", "No"]))
    for wrong, reason in (
        (pc.equal(table[_CODE], ""), "a row without a Code"),
        (pc.equal(table[_VALUE], ""), "a row without a CDISC Submission Value"),
        (lacking, "a term of a codelist that has no row of its own"),
        (pc.and_not(heads, answers), f"a codelist without Yes or No in '{_EXTENSIBLE}'"),
    ):
        found = np.flatnonzero(wrong.to_numpy())
        if len(found):
            raise TerminologyError(path, reason, int(found[0]) + 2)
    twice = np.flatnonzero(pd.Index(codes.to_numpy()).duplicated())
    if len(twice):
        line = int(np.flatnonzero(heads.to_numpy())[twice[0]]) + 2
        raise TerminologyError(path, f"the codelist {codes[int(twice[0])]} stands twice", line)


def _last_cell(table: pa.Table) -> str:
    """What the column ``Standard and Date`` says, for instance ``SDTM CT 2025-03-28``."""
    if _DATED in table.column_names:
        return str(table[_DATED][0])
    return str(table.column(table.num_columns - 1)[0])


def _date_in(text: str) -> str:
    found = re.search(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", text)
    return found.group() if found else ""


def _standard_in(text: str) -> str:
    found = re.search(rf"(?<![A-Za-z])({'|'.join(_STANDARDS)})(?![A-Za-z])", text, re.IGNORECASE)
    names = {s.casefold(): s for s in _STANDARDS}
    return names[found[1].casefold()] if found else ""


def _standard_of(table: pa.Table) -> str:
    codes = set(table.filter(pc.equal(table[_LIST], ""))[_CODE].to_pylist())
    return next((name for code, name in _MARKS.items() if code in codes), "")


@cache
def sdtm_terminology() -> Terminology:
    """The shipped SDTM terminology, read on first use."""
    with as_file(files("sdtm").joinpath("data", f"sdtmct-{VERSION}.csv.gz")) as path:
        return load_published(path, name="SDTM")


__all__ = [
    "VERSION",
    "How",
    "Match",
    "PublishedCodelist",
    "PublishedTerm",
    "Terminology",
    "TerminologyError",
    "UnknownName",
    "load_published",
    "sdtm_terminology",
]
