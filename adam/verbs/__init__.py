"""The verbs of ADaM modules: those that mean another thing there, and those that SDTM lacks."""

from __future__ import annotations

from functools import partial

from adam.verbs.calc import Calc
from adam.verbs.date import AdamDate
from adam.verbs.day import AdamDay
from adam.verbs.emergent import Emergent
from adam.verbs.flag import Flag
from adam.verbs.grade import Grade
from adam.verbs.group import Group
from adam.verbs.shared import part_of
from adam.verbs.span import Span
from adam.verbs.window import Tables, Window
from mappings.findings import SpecPlace
from mappings.rules import VerbClass


def _nowhere(_name: str, _row: int) -> SpecPlace:
    return SpecPlace("study.yaml")


NO_TABLES = Tables({}, _nowhere)


def adam_verbs(cutoff: float, tables: Tables = NO_TABLES) -> dict[str, VerbClass]:
    """The verbs of ADaM; `cutoff` is the data cut-off as SAS day, `tables` are the study's."""
    return {
        "date": partial(AdamDate.parse, cutoff=cutoff),
        "day": AdamDay.parse,
        "flag": Flag.parse,
        "group": Group.parse,
        "calc": Calc.parse,
        "span": Span.parse,
        "window": partial(Window.parse, tables=tables),
        "emergent": Emergent.parse,
        "grade": Grade.parse,
    }


__all__ = ["NO_TABLES", "Tables", "adam_verbs", "part_of"]
