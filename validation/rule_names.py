"""The names that a finding may have: which rule an entry of ``findings.yaml`` may speak of.

Rules of records and datasets are declared objects (`validation.rules`) and know their own names.
What else may be found is told where it is found, all over the packages; ``rule_names.txt`` lists
those names, and a test compares it with the source.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from validation.failing import SHORT
from validation.rules.catalogue import RULES

_CORE = re.compile(r"CORE-\d{6}")


@cache
def rule_names() -> frozenset[str]:
    """Every name of a finding that Crosswalk can make, but those of CDISC's engine."""
    listed = Path(__file__).with_name("rule_names.txt").read_text(encoding="ascii").split()
    suites = (f"expect.{short}" for short in SHORT.values())
    return frozenset((*listed, *suites, *(rule.id for rule in RULES)))


def known_rule(name: str) -> bool:
    """Whether a finding may have this name; of CDISC's engine only its form is known."""
    return name in rule_names() or _CORE.fullmatch(name) is not None
