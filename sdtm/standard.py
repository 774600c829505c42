"""SDTMIG 3.4 and SDTM 2.0 as data: the domains, their variables and the order they stand in.

The facts (names, labels, types, roles, cores, codelists) are the CSV files in ``sdtm/data``.
In every domain the guide's table is a part of the model's sequence (identifiers, topic and
qualifiers of the class, timing); so one order serves both, and a variable that the model permits
but the table does not list has its place as well.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files

from mappings.load import did_you_mean

IG_NAME = "SDTMIG"
IG_VERSION = "3.4"
MODEL_VERSION = "2.0"

CLASS_ORDER = (
    "TRIAL DESIGN",
    "SPECIAL PURPOSE",
    "INTERVENTIONS",
    "EVENTS",
    "FINDINGS",
    "FINDINGS ABOUT",
    "RELATIONSHIP",
)
"""Define-XML's classes in the order in which define.xml lists datasets."""

OBSERVATIONS = ("INTERVENTIONS", "EVENTS", "FINDINGS", "FINDINGS ABOUT")
"""The general observation classes: only these may take any variable of the model."""


class UnknownName(LookupError):
    """A domain, variable, structure, codelist or term that does not exist.

    The message lists what exists, or the nearest names when there are too many to list.
    """


def unknown(kind: str, name: str, known: Iterable[str], where: str = "") -> UnknownName:
    """The error that says `name` is no `kind`, and what there is instead."""
    place = f" in {where}" if where else ""
    hint = did_you_mean(name, list(dict.fromkeys(known)))
    return UnknownName(f"there is no {kind} '{name}'{place}. {hint}".rstrip())


@dataclass(frozen=True, slots=True)
class SdtmVariable:
    """A variable of a domain.

    `core` is Req, Exp or Perm. `codelists` holds the C-codes the guide names; the first that has
    the value applies. `order` is the place in the model's sequence for this domain: sort by it,
    it has gaps. `format` is what the guide describes instead of a codelist (``ISO 8601 datetime
    or interval``, ``MedDRA``), or blank. `in_guide` is False where only the model has it.
    """

    name: str
    label: str
    numeric: bool
    role: str
    core: str
    codelists: tuple[str, ...]
    order: int
    format: str = ""
    in_guide: bool = True


@dataclass(frozen=True)
class Domain:
    """A domain of SDTMIG 3.4: `class_name` and `structure` as define.xml wants them.

    `variables` are those of the guide's table in order. `model` holds every variable of the
    model's sequence that may be used here, the guide's among them; `barred` those that may not,
    with the reason. `keys` are the natural key that the guide gives as an example: a study says
    its own, and a key variable that it has no use for drops out.
    """

    name: str
    label: str
    class_name: str
    structure: str
    variables: tuple[SdtmVariable, ...]
    keys: tuple[str, ...]
    repeating: bool
    reference_data: bool
    barred: Mapping[str, str] = field(default_factory=dict, repr=False)
    model: tuple[SdtmVariable, ...] = field(default=(), repr=False)

    @cached_property
    def _by_name(self) -> dict[str, SdtmVariable]:
        return {v.name: v for v in self.model or self.variables}

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the Required variables, in order."""
        return tuple(v.name for v in self.variables if v.core == "Req")

    @property
    def expected(self) -> tuple[str, ...]:
        """Names of the Expected variables, in order."""
        return tuple(v.name for v in self.variables if v.core == "Exp")

    @property
    def endless(self) -> str:
        """The variable whose long text goes on in its name with 1, 2 and so on, "" if none."""
        return {"TS": "TSVAL", "CO": "COVAL"}.get(self.name, "")

    def begun(self, name: str) -> str:
        """The variable that `name` continues (TSVAL of TSVAL1), or `name` itself."""
        number = name.removeprefix(self.endless) if self.endless else ""
        return self.endless if name != number and number.isdecimal() else name

    def variable(self, name: str) -> SdtmVariable:
        """The variable of the guide's table; UnknownName says what comes near."""
        found = self._by_name.get(name)
        if found is None or not found.in_guide:
            raise unknown("variable", name, (v.name for v in self.variables), self.name)
        return found

    def allowed(self, name: str) -> SdtmVariable:
        """The variable of the guide's table, or of the model where the class permits it."""
        begun = self.begun(name)
        if begun != name:
            first = self._by_name[begun]
            label = f"{first.label} {name.removeprefix(begun)}"
            return replace(first, name=name, label=label, core="Perm")
        found = self._by_name.get(name)
        if found is None and name in self.barred:
            raise UnknownName(f"{name} may not be used in {self.name}: {self.barred[name]}")
        if found is None:
            raise unknown("variable", name, self._by_name, self.name)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[SdtmVariable]:
        return iter(self.variables)

    def arranged(self, names: Iterable[str]) -> tuple[str, ...]:
        """`names` in the standard order; names the standard lacks come last as they came."""
        last = len(self._by_name) + 1
        place = {n: v.order for n, v in self._by_name.items()}

        def key(name: str) -> tuple[int, int]:
            begun = self.begun(name)
            number = int(name.removeprefix(begun)) if begun != name else 0
            return place.get(begun, last), number

        return tuple(sorted(names, key=key))


def _rows(name: str) -> list[dict[str, str]]:
    text = files("sdtm").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _grouped(name: str, key: str) -> dict[str, list[dict[str, str]]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for row in _rows(name):
        groups.setdefault(row[key], []).append(row)
    return groups


@cache
def _model() -> dict[str, list[dict[str, str]]]:
    return _grouped("sdtm-2.0-variables.csv", "table")


@cache
def _guide() -> dict[str, list[dict[str, str]]]:
    return _grouped("sdtmig-3.4-variables.csv", "dataset")


@cache
def _datasets() -> dict[str, dict[str, str]]:
    return {row["dataset"]: row for row in _rows("sdtmig-3.4-datasets.csv")}


def _sequence(code: str, class_name: str) -> list[dict[str, str]]:
    """The model's rows for a domain, in the model's order, names still with ``--``."""
    if class_name not in OBSERVATIONS:
        return _model()[code]
    general = _model()["GENERAL OBSERVATIONS"]
    own = list(_model()["FINDINGS" if class_name == "FINDINGS ABOUT" else class_name])
    if class_name == "FINDINGS ABOUT":
        after_test = [row["variable"] for row in own].index("--TEST") + 1
        own[after_test:after_test] = _model()["FINDINGS ABOUT"]
    identifiers = [row for row in general if row["role"] == "Identifier"]
    timing = [row for row in general if row["role"] == "Timing"]
    return identifiers + own + timing


def _variable(row: dict[str, str], guide: dict[str, str] | None, order: int) -> SdtmVariable:
    facts = guide or row
    return SdtmVariable(
        name=row["variable"],
        label=facts["label"],
        numeric=facts["type"] == "Num",
        role=facts["role"],
        core=facts.get("core", "Perm"),
        codelists=tuple(facts.get("codelists", "").split()),
        order=order,
        format=facts.get("format", ""),
        in_guide=guide is not None,
    )


def _bar(row: dict[str, str], code: str, class_name: str) -> str:
    """Why the model keeps a variable out of a domain, blank if it does not."""
    only, never = row["only"].split(), row["never"].split()
    if "human" in never:
        return "not in human clinical trials"
    if "FINDINGS" in never and class_name.startswith("FINDINGS"):
        return "not in the Findings class"
    if code in never:
        return "the model leaves it out there"
    return f"only in {', '.join(only)}" if only and code not in only else ""


def codes() -> tuple[str, ...]:
    """The domain codes that are shipped, in define.xml's order (SUPPQUAL stands for SUPP--)."""
    return tuple(_datasets())


@cache
def domain(code: str) -> Domain:
    """The domain with this code, or the SUPP-- of a domain (``SUPPAE``).

    UnknownName lists the domains there are.
    """
    if code.startswith("SUPP") and code != "SUPPQUAL" and code[4:] in _datasets():
        return supp(code[4:])
    facts = _datasets().get(code)
    if facts is None:
        raise unknown("domain", code, codes())
    guide = {row["variable"]: row for row in _guide()[code]}
    model: list[SdtmVariable] = []
    barred: dict[str, str] = {}
    for order, row in enumerate(_sequence(code, facts["class"]), start=1):
        named = row | {"variable": row["variable"].replace("--", code)}
        listed = guide.get(named["variable"])
        reason = "" if listed else _bar(row, code, facts["class"])
        if reason:
            barred[named["variable"]] = reason
        else:
            model.append(_variable(named, listed, order))
    return Domain(
        name=code,
        label=facts["label"],
        class_name=facts["class"],
        structure=facts["structure"],
        variables=tuple(v for v in model if v.in_guide),
        keys=tuple(facts["keys"].split()),
        repeating=facts["repeating"] == "Yes",
        reference_data=facts["reference"] == "Yes",
        barred=barred,
        model=tuple(model),
    )


@cache
def supp(parent: str) -> Domain:
    """The supplemental qualifiers of the domain `parent`; UnknownName if there is no such."""
    if parent not in _datasets():
        raise unknown("domain", parent, codes())
    name = f"SUPP{parent}"
    return replace(domain("SUPPQUAL"), name=name, label=f"Supplemental Qualifiers for {parent}")


def dataset_order(names: Iterable[str]) -> tuple[str, ...]:
    """Dataset names in define.xml's order: by class, then by name; unknown names come last."""

    def key(name: str) -> tuple[int, str]:
        try:
            return (CLASS_ORDER.index(domain(name).class_name), name)
        except UnknownName:
            return (len(CLASS_ORDER), name)

    return tuple(sorted(names, key=key))
