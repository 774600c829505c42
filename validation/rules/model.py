"""A rule as a declared object, and the data that rules look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from define.model import Dataset
from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.columns import Column


@dataclass(frozen=True, slots=True)
class Data:
    """The datasets of a study by name; keys and description of those whose metadata are known."""

    frames: Mapping[str, pd.DataFrame]
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    described: Mapping[str, Dataset] = field(default_factory=dict)
    _prefixes: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _columns: dict[tuple[str, str], Column] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def __contains__(self, name: object) -> bool:
        return name in self.frames

    def has(self, dataset: str, *variables: str) -> bool:
        """Whether the dataset is there with all these variables."""
        return dataset in self.frames and all(v in self.frames[dataset] for v in variables)

    def column(self, dataset: str, variable: str) -> Column:
        """The variable's values, made distinct once for all rules."""
        key = (dataset, variable)
        if key not in self._columns:
            self._columns[key] = Column.of(self.frames[dataset][variable])
        return self._columns[key]

    def prefix(self, name: str) -> str:
        """What stands for ``--``: two letters of the name, of which there are variables.

        Else those of DOMAIN. APLB has variables of LB, LBCH is a part of LB.
        """
        if name not in self._prefixes:
            frame = self.frames.get(name)
            self._prefixes[name] = name[:2] if frame is None else _prefix(name, frame)
        return self._prefixes[name]

    @property
    def sdtm(self) -> list[str]:
        """Names of general SDTM datasets: not SUPP--, not RELREC, not ADaM."""
        return [n for n in sorted(self.frames) if not is_adam(n) and not is_relationship(n)]

    @property
    def adam(self) -> list[str]:
        """Names of ADaM datasets."""
        return [n for n in sorted(self.frames) if is_adam(n)]


def _prefix(name: str, frame: pd.DataFrame) -> str:
    domain = str(frame["DOMAIN"].iloc[0] or "") if "DOMAIN" in frame and len(frame) else ""
    codes = [name[:2], domain[:2]]
    if name.startswith("AP") and len(name) == 4:
        codes.insert(0, name[2:4])
    columns = [str(column) for column in frame.columns]
    for code in codes:
        if code and any(c.startswith(code) and len(c) > len(code) for c in columns):
            return code
    return name[:2]


def is_adam(name: str) -> bool:
    """ADaM datasets begin with AD and have more than two letters."""
    return name.startswith("AD") and len(name) > 2


def is_relationship(name: str) -> bool:
    """SUPP--, SQ-- and the RELREC family hold pointers, not observations."""
    return name.startswith(("SUPP", "SQ", "REL")) and len(name) > 2


@dataclass(frozen=True, slots=True)
class Hit:
    """Records of `dataset` that break the rule, with the variables at fault.

    `details`, one for each failing record, is added to the rule's text; `scopes` takes the
    place of subject and record where the fault is one of a value, shown by one record. A fact
    about the dataset as a whole has no mask; then `scope` and `value` say what it is about.
    """

    dataset: str
    variables: tuple[str, ...]
    mask: Mask | None = None
    details: Sequence[str] | None = None
    scopes: Sequence[str] | None = None
    scope: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Which datasets a rule speaks of, in words and as a function."""

    text: str
    pick: Callable[[Data], list[str]]


def named(*names: str) -> Target:
    """These datasets, whether or not they are there: an absent one is 'not run'."""
    return Target(", ".join(names), lambda _: list(names))


Check = Callable[[Data, str], Iterable[Hit]]


def core_ids(numbers: str) -> tuple[str, ...]:
    """``000001 000002`` as the ids of CORE."""
    return tuple(f"CORE-{number}" for number in numbers.split())


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `needs` lists DATASET.VARIABLE; ``*`` is the dataset looked at, ``--`` its prefix.

    Without what it needs, a rule is not run; that is said, and never counted as passed. `core`
    holds the ids of CDISC's published rules that it answers.
    """

    id: str
    text: str
    source: str
    severity: Severity
    target: Target
    check: Check
    needs: tuple[str, ...] = ()
    advice: str = ""
    core: tuple[str, ...] = ()

    @property
    def sources(self) -> str:
        """The source, and the rules of CDISC's engine CORE that say the same."""
        return "; ".join((self.source, *self.core))

    def lacking(self, data: Data, name: str) -> str:
        """Why the rule cannot look at `name`, or "" when it can."""
        if name not in data:
            return f"there is no dataset {name}"
        prefix = data.prefix(name)
        for need in self.needs:
            dataset, _, variable = need.partition(".")
            dataset = name if dataset == "*" else dataset
            if dataset not in data:
                return f"there is no dataset {dataset}"
            variable = variable.replace("--", prefix)
            if variable and variable not in data[dataset]:
                return f"{dataset} has no variable {variable}"
        return ""


def rule(
    id: str,
    text: str,
    *,
    source: str,
    target: Target,
    needs: Sequence[str] = (),
    severity: Severity = Severity.ERROR,
    advice: str = "",
    core: str = "",
) -> Callable[[Check], Rule]:
    """Declare the function below as the check of a rule; `core` is ``000001 000002``."""

    def declare(check: Check) -> Rule:
        known = core_ids(core)
        return Rule(id, text, source, severity, target, check, tuple(needs), advice, known)

    return declare
