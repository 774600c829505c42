"""`flag`: "Y" on the first or last record of each group, such as the worst grade of a subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from adam.occds import occurrence_flag
from adam.verbs.shared import (
    bare,
    check_across,
    check_flag_name,
    key_columns,
    key_text,
    order_columns,
    order_text,
    own_rule,
)
from mappings.frames import LINEAGE
from mappings.names import Names
from mappings.scope import Scope


@dataclass(frozen=True)
class Flag:
    """ "Y" on one record of each group among those for which `when` holds; "" on the others.

    `order` sorts the records of a group (``-NAME`` downwards, missing values last); records that
    are alike in it are told apart by their lineage.
    """

    take: str
    per: tuple[str, ...]
    order: tuple[str, ...]
    uses = ()
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Flag:
        check_flag_name(names, "flag")
        check_across(names, "flag")
        if not own_rule(names):
            message = "'flag' stands in the variable's own rule, with 'when'"
            names.fault("verb.inside", message, "", "flag")
        if "else" in data:
            message = "'else' does nothing beside 'flag': the other records have no value"
            names.fault("rule.key", message, "", "else")
        return cls(str(data["flag"]), key_columns(names, data), order_columns(names, data))

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.per, *bare(self.order))))

    def run(self, scope: Scope) -> pd.Series[Any]:
        columns = {name: scope[name] for name in self.reads}
        lineage = {n: scope.lineage[n] for n in LINEAGE if n not in columns}
        frame = pd.DataFrame({**columns, **lineage}, index=scope.index)
        return occurrence_flag(frame, self.per, self.order, last=self.take == "last")

    def sentence(self) -> str:
        return (
            f"Y on the {self.take} record per {key_text(self.per)}, "
            f"in the order of {order_text(self.order)}"
        )
