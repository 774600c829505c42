"""What a module may make of an ADaM dataset, as the language asks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adam.standard import Structure, structure
from adam.tte import COLUMNS as TTE_COLUMNS
from mappings.modules import made_by

VALUES_OF_PARAMETERS = {"record": "AVAL", "auc": "AVAL", "burden": "AVAL"}
"""Where parameters of a kind have their value; those of the others have it in AVALC."""

DICTIONARY = frozenset(
    ("BODSYS", "BDSYCD", "LLT", "LLTCD", "PTCD", "HLT", "HLTCD", "HLGT", "HLGTCD", "SOC", "SOCCD")
)
DOMAIN_LENGTH = 2


LABEL_BYTES = 40


def dataset_label(about: AdamTarget) -> str:
    """The label of the dataset: the module's own, else that of its structure."""
    given = str(about.data.get("label") or "")
    if given:
        return given
    label = about.structure.label
    return label if len(label.encode()) <= LABEL_BYTES else f"{about.name} Analysis Dataset"


def structure_of(data: Mapping[str, Any]) -> Structure:
    """The ADaM structure of a module: occurrences of AE have one of their own."""
    name = str(data["structure"])
    return structure("ADAE" if name == "OCCDS" and data.get("from") == "AE" else name)


def parameter_columns(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The variables that the parameters of a module make."""
    if not data.get("params"):
        return ()
    if data["structure"] == "TTE":
        return ("PARAMCD", "PARAM", "PARAMN", *TTE_COLUMNS)
    kinds = {key for entry in data["params"].values() for key in entry}
    numeric = {VALUES_OF_PARAMETERS[key] for key in VALUES_OF_PARAMETERS if key in kinds}
    values = sorted(numeric) if kinds.isdisjoint(("response", "exists")) else [*numeric, "AVALC"]
    visit = ("VISITNUM", "VISIT") if "burden" in kinds else ()
    columns = ("PARAMCD", "PARAM", "PARAMN", *visit, "ADT", *values, "SRCDOM", "SRCVAR", "SRCSEQ")
    analysed = (data.get("criteria") or {}).get("analysed")
    return (*columns, str(analysed)) if analysed else columns


@dataclass(frozen=True)
class AdamTarget:
    """A dataset of an ADaM structure with what the module's own settings make."""

    name: str
    structure: Structure
    data: Mapping[str, Any]
    extensible = True

    @property
    def required(self) -> tuple[str, ...]:
        source = str(self.data.get("from", ""))
        names: list[str] = []
        for name in self.structure.required:
            if name.startswith("--"):
                # The dictionary's codes and hierarchy: only where the dictionary is at hand.
                if len(source) == DOMAIN_LENGTH and name[2:] not in DICTIONARY:
                    names.append(source + name[2:])
            elif "xx" not in name:
                names.append(name)
        return tuple(names)

    @property
    def automatic(self) -> tuple[str, ...]:
        taken = tuple(str(n) for n in self.data.get("adsl", []))
        return tuple(dict.fromkeys(("STUDYID", "USUBJID", *taken)))

    @property
    def sequence(self) -> tuple[str, ...]:
        """ASEQ, where a subject has several records that no rule numbers (ADaMIG: BDS, TTE)."""
        own = {*made_by(self.data), *self.data.get("then", {})}
        several = self.data["structure"] in ("BDS", "TTE")
        return ("ASEQ",) if several and "ASEQ" not in own else ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The variables that parameters make, beside those of rules."""
        return parameter_columns(self.data)

    def known(self, variable: str) -> bool:
        return self.structure.find(variable) is not None

    def numeric(self, variable: str) -> bool | None:
        found = self.structure.find(variable)
        return None if found is None else found.numeric

    def suggestions(self) -> tuple[str, ...]:
        chain = (self.structure, *self.structure.parents)
        return tuple(v.name for s in chain for v in s.variables)


def target(data: Mapping[str, Any]) -> AdamTarget:
    """The target of a loaded ADaM module."""
    return AdamTarget(str(data["target"]), structure_of(data), data)
