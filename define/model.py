"""The frozen metadata model of what was really built.

Everything said about a dataset (label, type, length, order, origin, codelist, method) stands
here once. The XPT header, define.xml, the expectation suites and the reports are all written
from it, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Standard:
    """A def:Standard: an implementation guide (type IG) or terminology package (type CT)."""

    name: str
    type: str
    version: str
    publishing_set: str = ""
    status: str = "Final"
    comment: Comment | None = None

    @property
    def oid(self) -> str:
        """The OID of the standard, made of its name, set and version."""
        parts = ["STD", self.name.replace("/", "-"), self.publishing_set, self.version]
        return ".".join(p for p in parts if p)


@dataclass(frozen=True, slots=True)
class Term:
    """A codelist term; `extended` marks a sponsor's term in a published codelist."""

    value: str
    decode: str = ""
    ccode: str = ""
    extended: bool = False


@dataclass(frozen=True, slots=True)
class Codelist:
    """A codelist as used by this study: only terms that are possible in this use.

    `key` is unique within the document and makes the OID. A published list names its C-code
    and standard (the key of a Standard of type CT); a sponsor's list leaves both empty.
    `dictionary` makes it an external one (MedDRA, CTCAE), then it has no terms; its names
    are those of the define.xml enumeration where that has the dictionary.
    """

    key: str
    name: str
    datatype: str = "text"
    ccode: str = ""
    standard: Standard | None = None
    terms: tuple[Term, ...] = ()
    dictionary: str = ""
    dictionary_version: str = ""
    comment: str = ""
    dictionary_href: str = ""

    @property
    def oid(self) -> str:
        """The OID of the codelist."""
        return f"CL.{self.key}"


@dataclass(frozen=True, slots=True)
class PageRef:
    """A def:DocumentRef: the `key` of one of `Metadata.documents` and where to look in it.

    `pages` are physical PDF pages, counted from 1; `destinations` are named destinations.
    Without either the whole document is meant.
    """

    document: str
    pages: tuple[int, ...] = ()
    destinations: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """def:Origin: type Collected/Derived/Assigned/Protocol/Predecessor/Not Available.

    `source` is Subject, Investigator, Vendor or Sponsor, and empty for a predecessor, whose
    `description` holds ``DATASET.VARIABLE``. What the investigator or the subject filled in
    names its pages of the annotated CRF in `documents`.
    """

    type: str
    source: str = ""
    description: str = ""
    documents: tuple[PageRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """MethodDef: how a derived value was made, in a sentence a reviewer can redo.

    `code` is the same as an expression of the language `context` (FormalExpression).
    """

    key: str
    name: str
    text: str
    type: str = "Computation"
    documents: tuple[PageRef, ...] = ()
    context: str = ""
    code: str = ""

    @property
    def oid(self) -> str:
        """The OID of the method."""
        return f"MT.{self.key}"


@dataclass(frozen=True, slots=True)
class Comment:
    """def:CommentDef."""

    key: str
    text: str
    documents: tuple[PageRef, ...] = ()

    @property
    def oid(self) -> str:
        """The OID of the comment."""
        return f"COM.{self.key}"


@dataclass(frozen=True, slots=True)
class Check:
    """A RangeCheck: a variable of a dataset, a comparator (EQ NE IN NOTIN LT LE GT GE), values."""

    dataset: str
    variable: str
    comparator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhereClause:
    """def:WhereClauseDef: the records of a dataset for which all checks hold.

    `comment` says how the datasets come together when it asks another one.
    """

    key: str
    checks: tuple[Check, ...]
    comment: Comment | None = None

    @property
    def oid(self) -> str:
        """The OID of the where clause."""
        return f"WC.{self.key}"


@dataclass(frozen=True, slots=True)
class Value:
    """One entry of a value list: what a variable holds in the records of a where clause.

    `item` is described as a variable is; its name is that of the slice (the test, the
    parameter), its `numeric` that of the variable, while its `datatype` may be narrower.
    `also` are further where clauses: it holds for the records of any of them.
    """

    where: WhereClause
    item: Variable
    also: tuple[WhereClause, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of one dataset.

    `datatype` is the define.xml type (text, integer, float, date, datetime, partialDate,
    partialDatetime, time, durationDatetime...). `numeric` tells the XPT type. `length` is in
    bytes, measured from the data; it is 8 for numeric variables in XPT, and the number of
    digits in define.xml's Length is `digits`. `other_origins` are for a variable that comes
    from more than one place. `has_no_data` says that every value is missing. `values` describe
    it by slices of the records (def:ValueListDef); where they tell origin and method, the
    variable has none itself.
    """

    name: str
    label: str
    datatype: str
    numeric: bool
    length: int
    order: int
    digits: int = 0
    significant_digits: int = 0
    format: str = ""
    role: str = ""
    mandatory: bool = False
    key_sequence: int = 0
    codelist: Codelist | None = None
    origin: Origin | None = None
    method: Method | None = None
    comment: Comment | None = None
    non_standard: bool = False
    has_no_data: bool = False
    other_origins: tuple[Origin, ...] = ()
    values: tuple[Value, ...] = ()

    @property
    def origins(self) -> tuple[Origin, ...]:
        """All origins, the chief one first."""
        return ((self.origin,) if self.origin else ()) + self.other_origins

    @property
    def parts(self) -> tuple[Variable, ...]:
        """The variable itself and the entries of its value list."""
        return (self, *(v.item for v in self.values))


@dataclass(frozen=True, slots=True)
class AnalysisDataset:
    """The part of a dataset that an analysis uses: its records and the analysed variables."""

    dataset: str
    variables: tuple[str, ...] = ()
    where: WhereClause | None = None


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """arm:AnalysisResult: one result of a display and what it was made of.

    `reason` and `purpose` are terms of ARM 1.0. `join` says how several datasets come together.
    `parameter` is the dataset whose PARAMCD chooses what is analysed, "" when none does.
    `documents` belong to the documentation, `programs` to the code.
    """

    key: str
    description: str
    reason: str
    purpose: str
    datasets: tuple[AnalysisDataset, ...]
    documentation: str = ""
    parameter: str = ""
    join: Comment | None = None
    context: str = ""
    code: str = ""
    documents: tuple[PageRef, ...] = ()
    programs: tuple[PageRef, ...] = ()

    @property
    def oid(self) -> str:
        """The OID of the result."""
        return f"AR.{self.key}"


@dataclass(frozen=True, slots=True)
class ResultDisplay:
    """arm:ResultDisplay: a table or figure with its results."""

    key: str
    name: str
    description: str
    results: tuple[AnalysisResult, ...]
    documents: tuple[PageRef, ...] = ()

    @property
    def oid(self) -> str:
        """The OID of the display."""
        return f"RD.{self.key}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset as built.

    `domain` is the Domain attribute of a tabulation dataset (the parent's for SUPP--);
    `domain_description` is the parent domain's label (Alias DomainDescription), looked up
    among the datasets of the document when it is empty. No `standard` means non-standard.
    A dataset without records gets def:HasNoData and no file.
    """

    name: str
    label: str
    class_name: str
    structure: str
    variables: tuple[Variable, ...]
    records: int
    domain: str = ""
    subclass: str = ""
    repeating: bool = True
    reference_data: bool = False
    standard: Standard | None = None
    comment: Comment | None = None
    domain_description: str = ""

    @property
    def file(self) -> str:
        """The name of the transport file."""
        return f"{self.name.lower()}.xpt"

    @property
    def keys(self) -> tuple[str, ...]:
        """Key variables in the order of their KeySequence."""
        keyed = [v for v in self.variables if v.key_sequence]
        return tuple(v.name for v in sorted(keyed, key=lambda v: v.key_sequence))


@dataclass(frozen=True, slots=True)
class Metadata:
    """One define.xml document: the SDTM folder or the ADaM folder.

    `created` is an ISO 8601 date-time given by the study or SOURCE_DATE_EPOCH, never a clock.
    `purpose` is Tabulation or Analysis. `documents` are (key, href, title); the key ``acrf``
    is the annotated CRF, all others are supplemental documents. `comments` are those about
    the document as a whole. `languages` are those of its texts, the first that of labels in the
    files; the model has English, and `chinese` what the study says for it (`define.languages`).
    """

    study_id: str
    study_name: str
    study_description: str
    protocol_name: str
    purpose: str
    created: str
    standards: tuple[Standard, ...]
    datasets: tuple[Dataset, ...]
    comments: tuple[Comment, ...] = ()
    tool_version: str = ""
    documents: tuple[tuple[str, str, str], ...] = field(default=())
    displays: tuple[ResultDisplay, ...] = ()
    languages: tuple[str, ...] = ("en",)
    chinese: Mapping[str, str] = field(default_factory=dict)

    def dataset(self, name: str) -> Dataset:
        """The dataset called `name`; KeyError lists what exists."""
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        known = ", ".join(d.name for d in self.datasets)
        raise KeyError(f"no dataset {name}; there are {known}")
