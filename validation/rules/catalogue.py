"""Every rule there is, in the order in which reports show them."""

from __future__ import annotations

from types import ModuleType

from validation.rules import adam, dm, oncology, sdtm
from validation.rules.model import Rule


def _of(module: ModuleType) -> list[Rule]:
    return [thing for thing in vars(module).values() if isinstance(thing, Rule)]


RULES: tuple[Rule, ...] = tuple(r for m in (sdtm, dm, oncology, adam) for r in _of(m))
