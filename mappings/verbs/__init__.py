"""The verbs of the language, one module each; a rule has exactly one."""

from __future__ import annotations

from collections.abc import Mapping

from mappings.rules import VerbClass
from mappings.verbs.call import Call
from mappings.verbs.const import Const
from mappings.verbs.copy import Copy
from mappings.verbs.date import Date
from mappings.verbs.day import Day
from mappings.verbs.duration import parse_duration
from mappings.verbs.first import first_verb
from mappings.verbs.join import Join
from mappings.verbs.lookup import lookup_verb
from mappings.verbs.map import Map
from mappings.verbs.num import Num


def verbs(changed: Mapping[str, VerbClass] | None = None) -> dict[str, VerbClass]:
    """All verbs by name; `changed` replaces some (ADaM's dates are numbers)."""
    table: dict[str, VerbClass] = {}
    table.update(
        {
            "copy": Copy.parse,
            "const": Const.parse,
            "map": Map.parse,
            "date": Date.parse,
            "num": Num.parse,
            "day": Day.parse,
            "duration": parse_duration,
            "join": Join.parse,
            "lookup": lookup_verb(table),
            "first": first_verb(table),
            "call": Call.parse,
        }
    )
    table.update(changed or {})
    return table
