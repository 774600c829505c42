"""`group`: a value over the records of the same group, such as baseline, nadir or a mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from adam.occds import order_keys, sorted_index
from adam.verbs.shared import (
    bare,
    check_across,
    holds_numbers,
    key_columns,
    key_text,
    numbers,
    order_columns,
    order_text,
    short,
    whole,
)
from mappings.conditions import Condition
from mappings.digits import exact
from mappings.frames import LINEAGE, blank_text, is_numeric, present
from mappings.names import Names
from mappings.scope import Scope

ORDERED = ("first", "last")
_WORDS = {"min": "lowest", "max": "highest", "mean": "mean", "sum": "sum"}


@dataclass(frozen=True)
class Group:
    """A value of the records of the group that answer (`where`), for each record of the group.

    `take` says which of several values. With `upto` only records ``before`` the receiving one
    in `order` answer, or also those ``here`` (alike in order, itself among them); a record that
    has no place in the order neither answers nor receives then. Records without a value never
    answer. A key may be missing: such records are a group of their own.
    """

    column: str
    per: tuple[str, ...]
    where: Condition
    take: str
    order: tuple[str, ...]
    upto: str
    uses = ()
    origin = "Derived"

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Group:
        check_across(names, "group")
        if "get" in names.steps:
            names.fault("verb.inside", "'group' does nothing inside 'get'", "", "group")
        take, upto = str(data.get("take", "")), str(data.get("upto", ""))
        column = names.column(data["group"], "group")
        if (take in ORDERED or upto) and "order" not in data:
            key = "take" if take in ORDERED else "upto"
            names.fault("group.order", f"'{key}: {data[key]}' needs an 'order'", "", key)
        if "order" in data and take not in ORDERED and not upto:
            message = f"'order' does nothing beside 'take: {take}'" if take else ""
            message = message or "'order' does nothing without 'take' or 'upto'"
            names.fault("rule.key", message, "", "order")
        if upto and not take:
            message = f"'upto: {upto}' needs 'take', since several records may answer"
            names.fault("group.take", message, "", "upto")
        if take in _WORDS and holds_numbers(short(column)) is False:
            message = f"{short(column)} is text, and has no {_WORDS[take]}"
            names.fault("verb.number", message, "Name a numeric variable.", "group")
        return cls(
            column,
            key_columns(names, data),
            names.condition(data.get("where"), "where"),
            take,
            order_columns(names, data),
            upto,
        )

    @property
    def reads(self) -> tuple[str, ...]:
        names = (*self.per, self.column, *self.where.reads, *bare(self.order))
        return tuple(dict.fromkeys(names))

    def run(self, scope: Scope) -> pd.Series[Any]:
        every = whole(scope)
        values = numbers(every, self.column) if self.take in _WORDS else every[self.column]
        keys = pd.DataFrame({n: every[n] for n in self.per})
        table = pd.DataFrame(
            {
                "group": keys.groupby(list(self.per), sort=False, dropna=False).ngroup(),
                "value": values,
            }
        )
        frame = pd.DataFrame({n: every[n] for n in bare(self.order)})
        frame = frame.assign(**{n: every.frame[n] for n in LINEAGE})
        answers = table[self.where.mask(every) & present(values)]
        asks = table if scope.mask is None else table[scope.mask]
        if self.upto:
            made = self._running(answers, asks, frame)
        else:
            made = self._overall(answers, asks, frame, scope)
        if self.take == "count":
            return made.fillna(0.0).astype("float64")
        if is_numeric(values):
            return made.astype("float64")
        return made.astype("str").fillna("")

    def _overall(
        self, answers: pd.DataFrame, asks: pd.DataFrame, frame: pd.DataFrame, scope: Scope
    ) -> pd.Series[Any]:
        """The value of each group, for every record that asks."""
        if self.take in ORDERED:
            order = sorted_index(frame.loc[answers.index], self.order, last=self.take == "last")
            taken = answers.loc[order].drop_duplicates("group")
        elif self.take:
            # Sorted by value, so that a sum does not depend on the order of the rows.
            by = answers.sort_values(["group", "value"], kind="stable").groupby("group")["value"]
            return asks["group"].map(exact(by.agg(self.take).astype("float64")))
        else:
            taken = answers.drop_duplicates(["group", "value"])
            several = taken.loc[taken["group"].duplicated(), "group"]
            scope.fault(
                "group.several",
                asks["group"].isin(several).to_numpy(dtype=bool),
                lambda _: f"records of the group give different values of {short(self.column)}",
                "Say which with 'take', or narrow 'where'.",
                values=scope[self.per[0]],
            )
            taken = taken[~taken["group"].isin(several)]
        return asks["group"].map(taken.set_index("group")["value"])

    def _running(
        self, answers: pd.DataFrame, asks: pd.DataFrame, frame: pd.DataFrame
    ) -> pd.Series[Any]:
        """The value of the group up to each record that asks."""
        made: pd.Series[Any] = pd.Series(np.nan, index=asks.index)
        if not is_numeric(answers["value"]):
            made = blank_text(asks.index)
        # Rows alike in all of the order have one place; one that lacks a part of it has none.
        keys = order_keys(frame, self.order)
        place = keys.groupby(list(keys.columns), sort=True).ngroup().astype("float64")
        place = place.where(keys.notna().all(axis=1))
        answers, asks = (
            part.assign(place=place.loc[part.index]).dropna(subset=["place"])
            for part in (answers, asks)
        )
        if not len(answers) or not len(asks):
            return made
        # Sorted to the end, so that neither a sum nor a tie depends on the order of the rows.
        ties = frame.loc[answers.index, list(LINEAGE)] if self.take in ORDERED else answers["value"]
        ties = pd.concat([answers["group"], answers["place"], ties], axis=1)
        answers = answers.loc[ties.sort_values(list(ties.columns), kind="stable").index]
        group = answers.groupby("group")["value"]
        if self.take in ("first", "last"):
            running = group.transform("first") if self.take == "first" else answers["value"]
        elif self.take in ("min", "max"):
            running = group.cummin() if self.take == "min" else group.cummax()
        else:
            count = group.cumcount() + 1.0
            total = group.cumsum() if self.take != "count" else count
            running = exact(total / count if self.take == "mean" else total)
        # Of records alike in the order the last has what all of them come to.
        known = answers.assign(value=running).drop_duplicates(["group", "place"], keep="last")
        found = pd.merge_asof(
            asks[["group", "place"]].reset_index(names="at").sort_values("place", kind="stable"),
            known.sort_values("place", kind="stable"),
            on="place",
            by="group",
            allow_exact_matches=self.upto == "here",
        )
        made.loc[found["at"]] = found["value"].to_numpy()
        return made

    def sentence(self) -> str:
        words = {
            "": "The",
            "first": "The first",
            "last": "The last",
            "count": "The number of values of",
            **{k: f"The {w}" for k, w in _WORDS.items()},
        }
        text = f"{words[self.take]} {self.column} of the records of the same {key_text(self.per)}"
        if self.where.clauses:
            text += f" where {self.where.sentence()}"
        if self.order:
            text += f", in the order of {order_text(self.order)}"
        if self.upto:
            text += {"before": ", before the record", "here": ", up to the record"}[self.upto]
        return text
