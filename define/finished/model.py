"""What lies in a folder of finished SDTM, before the rows of observations are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from define.finished.declared import Item
from mappings.findings import Finding
from mappings.sdtm_folder import SdtmFolder

_SUPPLEMENTAL = ("SUPP", "SQ")
POINTER = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "QVAL")


@dataclass(frozen=True)
class Head:
    """A dataset before its rows are read. `file` is relative to the study folder."""

    name: str
    label: str
    file: str
    items: tuple[Item, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(i.name for i in self.items)

    @property
    def supplemental(self) -> bool:
        """Whether it holds qualifiers of other datasets, and not observations."""
        return self.name.startswith(_SUPPLEMENTAL) and set(POINTER) <= set(self.columns)


@dataclass(frozen=True)
class FinishedSdtm:
    """What lies in the folder: every dataset by name, its qualifiers, and the files beside.

    `planned` has the variables of each dataset, qualifiers (QNAM) among them.
    """

    source: SdtmFolder
    format: str
    heads: Mapping[str, Head]
    planned: Mapping[str, tuple[str, ...]]
    beside: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that was read, relative to the study folder."""
        return tuple(sorted({*(h.file for h in self.heads.values()), *self.beside}))
