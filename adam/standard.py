"""ADaMIG 1.3, OCCDS 1.1 and BDS-TTE as data: structures, their variables and indexed names.

The guides name families of variables by a pattern (``TRTxxP``, ``AyHI``, ``ANLzzFL``, ``--DECOD``,
``*DT``). `Structure.variable` resolves a real name to its pattern and makes its label from it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import as_file, files

from sdtm import standard as sdtm_standard
from sdtm.standard import UnknownName, unknown
from sdtm.terminology import VERSION, Terminology, load_published

IG_NAME = "ADaMIG"
IG_VERSION = "1.3"

CLASS_ORDER = (
    "SUBJECT LEVEL ANALYSIS DATASET",
    "BASIC DATA STRUCTURE",
    "OCCURRENCE DATA STRUCTURE",
    "ADAM OTHER",
)
"""Define-XML's classes in the order in which define.xml lists datasets."""

_REPORTED = {"--TERM", "CMTRT"}

_TOKENS = {"xx": r"(?P<xx>\d\d)", "zz": r"(?P<zz>\d\d)", "y": r"(?P<y>\d\d?)", "w": r"(?P<w>\d)"}


@dataclass(frozen=True, slots=True)
class AdamVariable:
    """A variable of a structure.

    `core` is Req, Cond, Perm or ``Not used``. `values` are the only values allowed where the
    guide lists them instead of a codelist (``Y`` or ``Y``, ``N``). `pattern` is the guide's name
    (``TRTxxP``), `name` the real one. `label` is blank where the guide leaves it to the sponsor.
    `order` is the place in the structure's table. `source` is SDTM for a variable that an SDTM
    dataset has under the same name, else the structure that defines it.
    """

    name: str
    label: str
    numeric: bool
    core: str
    codelists: tuple[str, ...]
    order: int
    pattern: str
    values: tuple[str, ...] = ()
    group: str = ""
    source: str = ""

    @property
    def is_pattern(self) -> bool:
        """Whether the name stands for a family of names."""
        return _regex(self.pattern) is not None


@cache
def _regex(pattern: str) -> re.Pattern[str] | None:
    """What names the pattern stands for; None when it is a name itself."""
    if pattern.startswith("--"):
        return re.compile(rf"(?P<domain>[A-Z][A-Z0-9]){re.escape(pattern[2:])}")
    if pattern.startswith("*"):
        return re.compile(rf"[A-Z][A-Z0-9]*{re.escape(pattern[1:])}")
    parts = re.split(r"(xx|zz|y|w)", pattern)
    if len(parts) == 1:
        return None
    return re.compile("".join(_TOKENS.get(p, re.escape(p)) for p in parts))


def _label(label: str, indices: dict[str, str]) -> str:
    """The pattern's label with the indices of the real name; blank if the sponsor's to write."""
    if "{" in label or "..." in label:
        return ""
    return re.sub(r"\b(xx|zz|y|w)\b", lambda m: indices.get(m.group(), m.group()), label)


@dataclass(frozen=True)
class Structure:
    """An ADaM structure with the class and subclass define.xml wants.

    `variables` are its own, in the guide's order. Names it lacks are sought in `parents` (ADSL
    among them, whose variables any dataset may carry), then among SDTM's, which any dataset may
    keep under their names, then among the guide's suffixes for names of the sponsor's (``*DT``).
    """

    name: str
    label: str
    class_name: str
    structure: str
    variables: tuple[AdamVariable, ...]
    subclass: str = ""
    standard: str = IG_NAME
    version: str = IG_VERSION
    parents: tuple[Structure, ...] = field(default=(), repr=False)

    @cached_property
    def _exact(self) -> dict[str, AdamVariable]:
        return {v.name: v for v in self.variables}

    @cached_property
    def _families(self) -> tuple[tuple[re.Pattern[str], AdamVariable], ...]:
        found = ((_regex(v.pattern), v) for v in self.variables)
        made = [(regex, v) for regex, v in found if regex is not None]
        return tuple(sorted(made, key=lambda pair: _breadth(pair[1].pattern)))

    @property
    def required(self) -> tuple[str, ...]:
        """Names (or patterns) of the Required variables, in order."""
        return tuple(v.name for v in self.variables if v.core == "Req")

    def lacking(self, names: Iterable[str]) -> tuple[str, ...]:
        """The Required variables (or patterns) that none of `names` is, in order.

        The reported term of OCCDS is --TERM or --TRT, whichever the source has.
        """
        found = [v for v in map(self._own, names) if v is not None]
        have = {v.pattern for v in found}
        if have & _REPORTED:
            have |= _REPORTED
        return tuple(name for name in self.required if name not in have)

    def __iter__(self) -> Iterator[AdamVariable]:
        return iter(self.variables)

    def find(self, name: str) -> AdamVariable | None:
        """The variable with this real name, or None where the standard knows none."""
        chain = (self, *self.parents)
        for structure in chain:
            if found := structure._own(name):
                return found
        if found := _from_sdtm(name):
            return found
        return _suffixed(name)

    def _own(self, name: str) -> AdamVariable | None:
        exact = self._exact.get(name)
        if exact is not None and not exact.is_pattern:
            return exact
        for regex, variable in self._families:
            if (hit := regex.fullmatch(name)) and not variable.pattern.startswith("*"):
                return _resolved(variable, name, hit.groupdict())
        return None

    def variable(self, name: str) -> AdamVariable:
        """As `find`; UnknownName says which names come near."""
        found = self.find(name)
        if found is None:
            known = [v.name for s in (self, *self.parents) for v in s.variables]
            raise unknown("variable", name, known, self.name)
        return found

    def arranged(self, names: Iterable[str]) -> tuple[str, ...]:
        """`names` in the guide's order: own variables, then the parents', then all others."""
        chain = (self, *self.parents)
        place: dict[str, tuple[int, int, str]] = {}
        for name in (given := list(names)):
            found = self.find(name)
            at = next((i for i, s in enumerate(chain) if found and found.source == s.name), 99)
            # Of one family (TRxxSDT) the names go by their numbers.
            family = (
                name if found and found.is_pattern and not found.pattern.startswith("*") else ""
            )
            place[name] = (at, found.order if found else 0, family)
        return tuple(sorted(given, key=lambda n: place[n]))


def _breadth(pattern: str) -> tuple[int, int]:
    """Narrow patterns first: user-defined suffixes last, then by length of the fixed text."""
    fixed = re.sub(r"xx|zz|y|w|--|\*", "", pattern)
    return (pattern.startswith("*"), -len(fixed))


def _resolved(variable: AdamVariable, name: str, indices: dict[str, str]) -> AdamVariable:
    prefix = indices.get("domain")
    if prefix is None:
        return replace(variable, name=name, label=_label(variable.label, indices))
    original = _from_sdtm(name)
    if original is None:
        return replace(variable, name=name, label=variable.label.replace("XX", prefix))
    # A variable kept under its SDTM name keeps its SDTM label (ADaMIG, general rules).
    lists = original.codelists or variable.codelists
    return replace(variable, name=name, label=original.label, codelists=lists)


def _suffixed(name: str) -> AdamVariable | None:
    """A timing variable of the sponsor's, by its suffix (``NACTDT``); the guide gives no label."""
    for regex, variable in structures()["BDS"]._families:
        if variable.pattern.startswith("*") and regex.fullmatch(name):
            return _resolved(variable, name, {})
    return None


@cache
def _from_sdtm(name: str) -> AdamVariable | None:
    """The SDTM variable of this name: of DM, of the domain of its prefix, or of all (VISIT)."""
    for code in ("DM", name[:2], "LB"):
        try:
            found = sdtm_standard.domain(code).allowed(name)
        except UnknownName:
            continue
        return AdamVariable(
            name=name,
            label=found.label,
            numeric=found.numeric,
            core="Perm",
            codelists=found.codelists,
            order=found.order,
            pattern=name,
            group="SDTM",
            source="SDTM",
        )
    return None


def _rows(name: str) -> list[dict[str, str]]:
    text = files("adam").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _tables() -> dict[str, tuple[AdamVariable, ...]]:
    tables: dict[str, list[AdamVariable]] = {}
    for row in _rows("adamig-1.3-variables.csv"):
        table = tables.setdefault(row["structure"], [])
        table.append(
            AdamVariable(
                name=row["variable"],
                label=row["label"],
                numeric=row["type"] == "Num",
                core=row["core"],
                codelists=tuple(row["codelists"].split()),
                order=len(table) + 1,
                pattern=row["variable"],
                values=tuple(v for v in row["values"].split(";") if v),
                group=row["group"],
                source=row["structure"],
            )
        )
    return {name: tuple(table) for name, table in tables.items()}


@cache
def structures() -> dict[str, Structure]:
    """The structures by name: ADSL, BDS, TTE, OCCDS, ADAE."""
    tables = _tables()
    adsl = Structure(
        "ADSL",
        "Subject-Level Analysis Dataset",
        "SUBJECT LEVEL ANALYSIS DATASET",
        "One record per subject",
        tables["ADSL"],
    )
    bds = Structure(
        "BDS",
        "Basic Data Structure",
        "BASIC DATA STRUCTURE",
        "One record per subject per parameter per analysis timepoint",
        tables["BDS"],
        parents=(adsl,),
    )
    tte = Structure(
        "TTE",
        "Basic Data Structure for Time-to-Event",
        "BASIC DATA STRUCTURE",
        "One record per subject per parameter",
        tables["TTE"],
        subclass="TIME-TO-EVENT",
        parents=(bds, adsl),
    )
    occds = Structure(
        "OCCDS",
        "Occurrence Data Structure",
        "OCCURRENCE DATA STRUCTURE",
        "One record per subject per occurrence",
        tables["OCCDS"],
        standard="ADaM-OCCDSIG",
        version="1.1",
        parents=(adsl,),
    )
    adae_1_0 = replace(occds, name="ADAE", variables=tables["ADAE"], parents=())
    adae = replace(
        occds,
        name="OCCDS-AE",
        label="Occurrence Data Structure, Adverse Events",
        structure="One record per subject per adverse event",
        subclass="ADVERSE EVENT",
        variables=tables["OCCDS-AE"],
        parents=(adae_1_0, adsl),
    )
    return {"ADSL": adsl, "BDS": bds, "TTE": tte, "OCCDS": occds, "ADAE": adae}


def structure(name: str) -> Structure:
    """The structure called ADSL, BDS, TTE, OCCDS or ADAE; UnknownName lists them."""
    found = structures().get(name)
    if found is None:
        raise unknown("structure", name, structures())
    return found


@cache
def adam_terminology() -> Terminology:
    """The shipped ADaM terminology, read on first use."""
    with as_file(files("adam").joinpath("data", f"adamct-{VERSION}.csv")) as path:
        return load_published(path, name="ADaM")
