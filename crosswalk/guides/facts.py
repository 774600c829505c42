"""What reviewer's guides say of a build, as the build notes it in ``reports/guides.json``."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

NAME = "reports/guides.json"
"""Where the facts stand in a build."""

FORMAT = "crosswalk-guides"
FORMAT_VERSION = 1
NONE = -1
"""The number of subjects of a dataset that is not by subject."""

_D = TypeVar("_D")


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard that a document names; `level` is SDTM or ADaM."""

    level: str
    name: str
    type: str
    version: str
    publishing_set: str = ""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """An external dictionary and the variables coded by it, as DATASET.VARIABLE."""

    name: str
    version: str
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A variable, qualifier or terms with what is said of it."""

    name: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A PARAMCD of an analysis dataset."""

    code: str
    label: str
    records: int
    subjects: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as built.

    `sources` are raw forms and datasets that it is made from, `methods` the derivations of its
    variables (`detail` names the slice), `extended` the sponsor's terms in published codelists
    (`detail` is the codelist), `own` the variables that its standard does not have.
    """

    level: str
    name: str
    label: str
    class_name: str
    structure: str
    keys: tuple[str, ...]
    records: int
    subjects: int
    variables: tuple[Named, ...]
    comment: str = ""
    parent: str = ""
    sources: tuple[str, ...] = ()
    methods: tuple[Named, ...] = ()
    extended: tuple[Named, ...] = ()
    own: tuple[Named, ...] = ()
    qualifiers: tuple[Named, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @property
    def file(self) -> str:
        """The name of its transport file."""
        return f"{self.name.lower()}.xpt"


@dataclass(frozen=True, slots=True)
class Count:
    """How many subjects or records are of one kind."""

    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Form:
    """A raw form: rows read, mapped and set aside; fields not submitted with the reason."""

    name: str
    file: str
    read: int
    mapped: int
    aside: tuple[Count, ...]
    datasets: tuple[str, ...]
    not_submitted: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """A population flag of ADSL: who has it, and how it is made."""

    name: str
    label: str
    method: str
    subjects: int


@dataclass(frozen=True, slots=True)
class Imputed:
    """A date with its imputation flag, and the records by flag."""

    dataset: str
    variable: str
    flag: str
    method: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a display."""

    text: str
    reason: str
    purpose: str
    datasets: tuple[str, ...]
    documentation: str = ""


@dataclass(frozen=True, slots=True)
class Display:
    """A table or figure of the report with its results."""

    name: str
    text: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """A small dataset in full: TA, TE, TV, TI or TS."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file that define.xml of `level` points at, relative to its folder."""

    level: str
    key: str
    href: str
    title: str


@dataclass(frozen=True, slots=True)
class Said:
    """Paragraphs of the sponsor for one section of one guide (or one dataset in it)."""

    guide: str
    section: str
    dataset: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about a build that its two guides say, findings apart.

    `levels` are those that the build made: SDTM, ADaM or both. `arms` count the subjects of DM by
    ACTARM, or by ARMNRS where they have none. `functions` are the derivations in derive.py with
    the variables that they make.
    """

    study: str
    name: str
    description: str
    protocol: str
    created: str
    cutoff: str
    encoding: str
    fictitious: bool
    tool_version: str
    levels: tuple[str, ...]
    standards: tuple[Standard, ...]
    dictionaries: tuple[Dictionary, ...]
    datasets: tuple[Dataset, ...]
    forms: tuple[Form, ...]
    arms: tuple[Count, ...]
    populations: tuple[Flag, ...]
    imputed: tuple[Imputed, ...]
    displays: tuple[Display, ...]
    trial: tuple[Records, ...]
    documents: tuple[Document, ...]
    programs: tuple[str, ...]
    functions: tuple[Named, ...]
    given_sdtm: tuple[str, ...]
    said: tuple[Said, ...]

    def of(self, level: str) -> tuple[Dataset, ...]:
        """The datasets of SDTM or of ADaM, in the order of define.xml."""
        return tuple(d for d in self.datasets if d.level == level)

    def dataset(self, name: str) -> Dataset | None:
        """The dataset called `name`."""
        return next((d for d in self.datasets if d.name == name), None)

    def records(self, name: str) -> Records | None:
        """The trial design dataset called `name`, where it has records."""
        return next((t for t in self.trial if t.name == name and t.rows), None)

    def summary(self, code: str) -> str:
        """TSVAL of a trial summary parameter, "" where it has none."""
        ts = self.records("TS")
        if ts is None:
            return ""
        names = {n: i for i, n in enumerate(ts.columns)}
        values = [r[names["TSVAL"]] for r in ts.rows if r[names["TSPARMCD"]] == code]
        return values[0] if values else ""

    def sponsor(self, guide: str, section: str, dataset: str = "") -> tuple[str, ...]:
        """What the sponsor says in a section."""
        for said in self.said:
            if (said.guide, said.section, said.dataset) == (guide, section, dataset):
                return said.paragraphs
        return ()


class FactsUnreadable(ValueError):
    """It is not what a build writes."""


def facts_json(facts: Facts) -> str:
    """The facts as JSON."""
    content = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(facts)}
    return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


def read_facts(data: bytes) -> Facts:
    """The facts from JSON; raises FactsUnreadable."""
    try:
        content = json.loads(data)
        if (content.pop("format"), content.pop("format_version")) != (FORMAT, FORMAT_VERSION):
            raise FactsUnreadable("it is of another version of Crosswalk")
        return _made(Facts, content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, FactsUnreadable):
            raise
        raise FactsUnreadable("it is not what a build writes") from None


def _made(kind: type[_D], data: Mapping[str, Any]) -> _D:
    hints = get_type_hints(kind)
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    if set(data) != known:
        raise KeyError(kind.__name__)
    return kind(**{name: _value(hints[name], data[name]) for name in known})


def _value(hint: Any, value: Any) -> Any:
    if is_dataclass(hint) and isinstance(hint, type):
        return _made(hint, value)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return tuple(_value(inner, v) for v in value)
    if isinstance(hint, types.UnionType) or not isinstance(value, hint):
        raise TypeError(hint)
    return value
