"""What the annotated CRF shows: forms, their fields, and what becomes of each field."""

from __future__ import annotations

from dataclasses import dataclass

ON_CRF = ("Investigator", "Subject")
"""Who fills in a CRF; what a vendor sends has no page there."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A raw column of a form and the variable that it gives its value to.

    `variable` of a SUPP-- is its QNAM. `tests` are the values of --TESTCD that the records may
    have, empty where there is none or any; `shown` says that they are worth saying. `value` is
    a constant that the variable gets, `when` the condition for it.
    """

    form: str
    column: str
    dataset: str
    variable: str
    type: str
    source: str
    tests: tuple[str, ...] = ()
    shown: bool = False
    value: str = ""
    when: str = ""

    @property
    def domain(self) -> str:
        """The domain whose colour it has: the parent's for SUPP--."""
        return self.dataset.removeprefix("SUPP") or self.dataset

    @property
    def text(self) -> str:
        """The annotation as it is written on the page."""
        if self.dataset.startswith("SUPP"):
            said = f'{self.dataset}.QVAL where QNAM = "{self.variable}"'
        else:
            said = f"{self.dataset}.{self.variable}"
        if self.value:
            said += f' = "{self.value}"'
        if self.shown:
            given = ", ".join(f'"{t}"' for t in self.tests)
            compared = f"= {given}" if len(self.tests) == 1 else f"in ({given})"
            said += f" where {self.domain}TESTCD {compared}"
        if self.when:
            said += f", if {self.when}"
        return said if self.type == "Collected" else f"{said} ({self.type})"


@dataclass(frozen=True, slots=True)
class Listed:
    """A column as the account of the raw data lists it.

    `remark` says why nothing of it is submitted, or what it is for where it has no annotation.
    """

    name: str
    field: str
    remark: str = ""
    submitted: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A field of a form: its columns, how it is asked, and what becomes of it.

    `options` are code and text of its codelist. `remarks` are shown where there is no
    annotation, each with whether something of the field is used.
    """

    name: str
    label: str = ""
    type: str = ""
    unit: str = ""
    options: tuple[tuple[str, str], ...] = ()
    annotations: tuple[Annotation, ...] = ()
    remarks: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class CrfForm:
    """A form; `fixed` are (dataset, variable, value) that all its records get.

    `domains` are those that it feeds, in the order in which they come on it, and `visits` the
    visits at which it was filled in.
    """

    name: str
    title: str
    source: str
    items: tuple[Item, ...]
    fixed: tuple[tuple[str, str, str], ...] = ()
    domains: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """An annotation and the pages of the PDF, counted from 1, on which it stands."""

    annotation: Annotation
    pages: tuple[int, ...]
