"""What the ADaM modules of a study are when they are compiled, and what comes of them.

`adam.plan` compiles them, `adam.run` makes the datasets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adam.analyses import AnalysisDisplay
from adam.parameters.model import Parameter
from adam.target import AdamTarget
from mappings.built import BuiltDataset
from mappings.modules import Module
from mappings.rules import Rule
from mappings.run import SetAside
from mappings.study import Study
from sdtm.terminology import PublishedCodelist, Terminology


@dataclass(frozen=True)
class AdamModule:
    """A compiled module: records from others, parameters, and the rules over all."""

    module: Module
    target: AdamTarget
    adsl: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    then: tuple[Rule, ...]
    start: str
    analysed: str


@dataclass(frozen=True)
class AdamPlan:
    """The compiled modules in the order in which they run."""

    study: Study
    modules: tuple[AdamModule, ...]
    terminology: BothTerminologies
    analyses: tuple[AnalysisDisplay, ...] = ()
    variables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The variables of each dataset to come."""


@dataclass(frozen=True)
class AdamResult:
    """The finished datasets, in the order of define.xml, and the rows set aside."""

    datasets: tuple[BuiltDataset, ...]
    set_aside: tuple[SetAside, ...]


@dataclass(frozen=True)
class BothTerminologies:
    """ADaM's own codelists, then SDTM's."""

    adam: Terminology
    sdtm: Terminology

    def codelist(self, name: str) -> PublishedCodelist:
        """The codelist by C-code or submission name."""
        return (self.adam if name in self.adam else self.sdtm).codelist(name)
