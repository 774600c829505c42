"""Rules across records, datasets and levels.

Each is a small declared object with an id, a text, its source, a severity, the datasets it
speaks of and a vectorised check. None of them calls the code that derives the values.
"""

from __future__ import annotations

from validation.rules.catalogue import RULES
from validation.rules.model import Data, Hit, Rule, Target, named, rule
from validation.rules.run import run_rules

__all__ = ["RULES", "Data", "Hit", "Rule", "Target", "named", "rule", "run_rules"]
