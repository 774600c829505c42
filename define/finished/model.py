"""What lies in a folder of finished SDTM, before the rows of observations are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def parents_of(head: Head, rdomain: str, datasets: Iterable[str]) -> list[str]:
    """The datasets that qualifiers of `rdomain` in the file `head` belong to.

    A domain may be split into datasets of four letters (QSCO of QS, SDTMIG 4.1.7): RDOMAIN is that
    of the domain, and --SEQ is unique in all of them. SUPPQSCO speaks of its own part only.
    """
    known = list(datasets)
    if rdomain in known:
        return [rdomain]
    parts = sorted(n for n in known if rdomain and n.startswith(rdomain) and len(n) == len("QSCO"))
    own = [n for n in parts if head.name in (f"SUPP{n}", f"SQ{n}")]
    return own or parts


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
