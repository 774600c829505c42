"""`lookup`: a value of the same subject (or key) from another form, dataset or table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mappings.conditions import Condition
from mappings.digits import exact
from mappings.findings import SpecificationFault
from mappings.frames import (
    LINEAGE,
    blank_number,
    blank_text,
    concat,
    is_numeric,
    map_distinct,
    map_distinct_numbers,
    number_text,
    present,
    sorted_positions,
)
from mappings.iso8601 import complete_day
from mappings.load import spec_fault
from mappings.names import Names, Source
from mappings.rules import Rule, VerbClass, parse_rule
from mappings.scope import LookedUp, Scope
from mappings.text import number, plain


@dataclass(frozen=True)
class Place:
    """One place that a lookup looks into: which rows, and what it takes of them."""

    source: Source
    where: Condition
    get: Rule | None
    column: str
    order: str
    theirs: tuple[str, ...]

    def values(self, scope: Scope) -> pd.DataFrame:
        """Keys, value and order of every usable row, in the order of the other side."""
        frame = scope.data[self.source.name]
        inner = Scope(scope.target, frame, scope.data, scope.report, variable=scope.variable)
        mask = self.where.mask(inner)
        inner = inner.rows(mask)
        value = self.get.run(inner) if self.get is not None else _stripped(inner[self.column])
        data: dict[str, pd.Series[Any]] = {f"k{i}": inner[t] for i, t in enumerate(self.theirs)}
        data["value"] = value
        data["order"] = inner[self.order] if self.order else value
        if self.source.kind == "form":
            data.update({name: inner[name] for name in LINEAGE})
        table = pd.DataFrame(data)
        return table[present(table["value"])]


def _stripped(values: pd.Series[Any]) -> pd.Series[Any]:
    if is_numeric(values):
        return values
    return map_distinct(values, lambda texts: [t.strip() for t in texts])


def _keyed(values: pd.Series[Any], *, numeric: bool) -> pd.Series[str]:
    """A key as both sides write it; text beside a number counts as the number it shows."""
    if is_numeric(values):
        return number_text(values)
    if numeric:
        shown = map_distinct_numbers(values, lambda texts: [number(t) for t in texts])
        return number_text(shown)
    return map_distinct(values, lambda texts: [plain(t) for t in texts])


def _days(values: pd.Series[Any]) -> pd.Series[float]:
    """The day of each date: a number is one, text must show year, month and day."""
    return values.astype("float64") if is_numeric(values) else complete_day(values)


AGGREGATES = {
    "min": "lowest",
    "max": "highest",
    "sum": "sum of",
    "mean": "mean of",
    "count": "number of values of",
}


@dataclass(frozen=True)
class Lookup:
    """The value that the key of the row has on the other side; missing when there is none.

    Several rows with different values need `pick`; without it they are a finding. What `pick`
    makes of several is a number, and a `count` of nothing is 0. `asof` is a date of the own row:
    only rows on or before that day, by their order, answer then.
    """

    places: tuple[Place, ...]
    ours: tuple[str, ...]
    pick: str
    asof: str = ""

    @property
    def origin(self) -> str:
        if self.pick or len(self.places) > 1:
            return "Derived"
        place = self.places[0]
        if place.source.kind == "form":
            return place.get.origin or place.get.verb.origin if place.get else "Collected"
        return "Assigned" if place.source.kind == "table" else "Derived"

    @property
    def reads(self) -> tuple[str, ...]:
        return (*self.ours, self.asof) if self.asof else self.ours

    @property
    def uses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(p.source.name for p in self.places))

    def run(self, scope: Scope) -> pd.Series[Any]:
        parts = [p.values(scope) for p in self.places]
        table = concat(parts)
        keys = [f"k{i}" for i in range(len(self.ours))]
        own = pd.DataFrame({k: scope[c] for k, c in zip(keys, self.ours, strict=True)})
        for key in keys:
            numeric = is_numeric(own[key]) or is_numeric(table[key])
            own[key] = _keyed(own[key], numeric=numeric)
            table[key] = _keyed(table[key], numeric=numeric)
        # A missing key is nobody's: it matches no other missing key.
        table = table[np.logical_and.reduce([present(table[k]) for k in keys])]
        every = table
        if self.asof:
            table = self._as_of(scope, table, own)
            own = own.assign(row=np.arange(len(own)))
            keys = ["row"]
        elif self.pick in AGGREGATES:
            table = self._aggregated(table, keys, scope)
        elif self.pick:
            table = table.iloc[sorted_positions(table["order"], last=self.pick == "last")]
        else:
            table = table.drop_duplicates([*keys, "value"])
            several = table[table.duplicated(keys, keep=False)]
            if len(several):
                marks = own.merge(
                    several[keys].drop_duplicates().assign(several=True), how="left", on=keys
                )
                mask = marks["several"].notna().to_numpy(dtype=bool)
                scope.fault(
                    "lookup.several",
                    mask,
                    lambda _: f"several records of {self.uses[0]} answer the lookup",
                    "Say 'pick: first' or 'pick: last', narrow 'where', or ask the site.",
                    values=own[keys[0]],
                )
                table = table.drop_duplicates(keys, keep=False)
        table = table.drop_duplicates(keys, keep="last" if self.pick == "last" else "first")
        self._note(scope, every, table, own[[k for k in own.columns if k != "row"]])
        if self.pick == "count":
            table = self._with_none(table, own, keys)
        numeric = is_numeric(table["value"]) if len(table) else self._numeric(parts)
        if not len(table):
            return blank_number(scope.index) if numeric else blank_text(scope.index)
        found = own.merge(table[[*keys, "value"]], how="left", on=keys)["value"]
        if numeric:
            return pd.Series(found.to_numpy(dtype="float64"), index=scope.index)
        filled = found.astype("str").fillna("").to_numpy()
        return pd.Series(filled, index=scope.index, dtype="str")

    def _aggregated(self, table: pd.DataFrame, keys: list[str], scope: Scope) -> pd.DataFrame:
        """One row per key with what its values come to."""
        if self.pick != "count" and not is_numeric(table["value"]) and len(table):
            place = scope.spec
            assert place is not None
            message = f"'pick: {self.pick}' needs numbers, and {self.uses[0]} gives text"
            hint = "Read them with a rule in 'get': {num: COLUMN}."
            raise SpecificationFault([spec_fault("lookup.number", message, place, hint)])
        # Sorted by value, so that a sum does not depend on the order of the rows.
        groups = table.sort_values([*keys, "value"], kind="stable").groupby(keys, sort=False)
        return exact(groups["value"].agg(self.pick).astype("float64")).rename("value").reset_index()

    def _with_none(self, table: pd.DataFrame, own: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        """The counts with 0 for a key that nothing answers."""
        asked = own[np.logical_and.reduce([present(own[k]) for k in keys])].drop_duplicates(keys)
        found = asked.merge(table[[*keys, "value"]], how="left", on=keys)
        return found.assign(value=found["value"].astype("float64").fillna(0.0))

    def _as_of(self, scope: Scope, table: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
        """The one row that answers each own row (`row` is its number), not after its date."""
        keys = list(own.columns)
        table = table.iloc[sorted_positions(table["order"], last=True)]
        asked = own.assign(row=np.arange(len(own)), day=_days(scope[self.asof]).to_numpy())
        given = table.assign(day=_days(table["order"]).to_numpy())
        asked = asked[asked["day"].notna()].sort_values("day", kind="stable")
        given = given[given["day"].notna()].sort_values("day", kind="stable")
        if self.pick == "last":
            return pd.merge_asof(asked, given, on="day", by=keys)
        earliest = given.drop_duplicates(keys).rename(columns={"day": "from"})
        found = asked.merge(earliest, how="inner", on=keys)
        return found[found["from"] <= found["day"]]

    def _note(
        self, scope: Scope, every: pd.DataFrame, taken: pd.DataFrame, own: pd.DataFrame
    ) -> None:
        """Tell the account which raw rows gave a value, and which another one was preferred to."""
        if "_form" not in every.columns:
            return
        keys = list(own.columns)
        found = pd.MultiIndex.from_frame(every[keys]).isin(pd.MultiIndex.from_frame(own))
        reached = every[found & every["_form"].ne("").to_numpy(dtype=bool)]
        used = np.ones(len(reached), dtype=bool)
        if self.pick and self.pick not in AGGREGATES:
            used = reached.index.isin(taken.index)
        for form in pd.unique(reached["_form"]):
            own_form = reached["_form"].eq(form).to_numpy(dtype=bool)
            lines = reached["_row"].to_numpy(dtype="int64")
            scope.report.looked_up.append(
                LookedUp(
                    scope.target,
                    scope.variable,
                    str(form),
                    lines[own_form & used],
                    lines[own_form & ~used],
                )
            )

    def _numeric(self, parts: list[pd.DataFrame]) -> bool:
        return all(is_numeric(p["value"]) for p in parts)

    def sentence(self) -> str:
        texts = []
        for place in self.places:
            got = place.column or (place.get.sentence().rstrip(".") if place.get else "")
            text = f"{place.source.name}.{got}" if place.column else f"{place.source.name}: {got}"
            if place.where.clauses:
                text += f" where {place.where.sentence()}"
            texts.append(text)
        if self.pick in AGGREGATES:
            return f"The {AGGREGATES[self.pick]} {' and '.join(texts)}"
        which = {"first": "The earliest ", "last": "The latest ", "": ""}[self.pick]
        if self.places[0].order:
            which = {"first": "The first ", "last": "The last ", "": ""}[self.pick]
        ending = f", in the order of {self.places[0].order}" if self.places[0].order else ""
        if self.asof:
            ending += f", not after {self.asof}"
        return f"{which}{' or '.join(texts)}{ending}"


def lookup_verb(table: Mapping[str, VerbClass]) -> VerbClass:
    """The parser of `lookup`, whose `get` may be a rule with any verb in `table`."""

    def place(data: Mapping[str, Any], names: Names, theirs: list[Any]) -> Place:
        source = names.other(data["in"], "lookup" if "lookup" in data else "in")
        over = names.over(source)
        if not source.columns:
            return Place(source, Condition(), None, "", "", ())
        get = data["get"]
        rule = parse_rule("", get, over.at("get"), table) if isinstance(get, Mapping) else None
        column = over.column(get, "get") if rule is None else ""
        order = over.column(data["order"], "order") if "order" in data else ""
        keys = tuple(over.column(t, "by") for t in theirs)
        return Place(source, over.condition(data.get("where"), "where"), rule, column, order, keys)

    def parse(data: Mapping[str, Any], names: Names) -> Lookup:
        by = data.get("by") or {"USUBJID": "USUBJID"}
        ours = tuple(names.column(o, "by", o) for o in by)
        theirs = list(by.values())
        listed = data["lookup"]
        if isinstance(listed, list):
            places = [place(part, names.at("lookup", i), theirs) for i, part in enumerate(listed)]
            if "pick" not in data:
                names.fault("lookup.pick", "a lookup in several places needs 'pick'")
            for key in ("get", "where", "order"):
                if key in data:
                    message = f"'{key}' does nothing beside a list of places"
                    names.fault("rule.key", message, "", key)
        else:
            if "get" not in data:
                names.fault("schema.dependencies", "'lookup' also needs 'get'")
                return Lookup((Place(Source("", ()), Condition(), None, "", "", ()),), ours, "")
            places = [place({**data, "in": listed}, names, theirs)]
            if "order" in data and data.get("pick") not in ("first", "last"):
                message = "'order' does nothing without 'pick: first' or 'pick: last'"
                names.fault("rule.key", message, "", "order")
        return Lookup(tuple(places), ours, str(data.get("pick", "")), as_of(data, names, places))

    def as_of(data: Mapping[str, Any], names: Names, places: list[Place]) -> str:
        if "asof" not in data:
            return ""
        name = names.column(data["asof"], "asof")
        if "pick" not in data:
            names.fault("lookup.pick", "'asof' needs 'pick'", "", "asof")
        elif data["pick"] in AGGREGATES:
            message = f"'asof' does nothing beside 'pick: {data['pick']}'"
            names.fault("rule.key", message, "", "asof")
        if name.endswith("DTM"):
            message = f"'{data['asof']}' is a date-time, and 'asof' compares days"
            names.fault("lookup.asof", message, "Name the date.", "asof")
        if any(p.get is not None and not p.order for p in places):
            message = "'asof' needs 'order': the date of the other side"
            names.fault("lookup.asof", message, "", "asof")
        if any((p.order or p.column).endswith("DTM") for p in places):
            message = "the order is a date-time, and 'asof' compares days"
            names.fault("lookup.asof", message, "Order by the date.", "asof")
        if any(p.source.kind != "dataset" for p in places):
            message = "'asof' is of finished datasets only"
            names.fault("lookup.asof", message, "", "asof")
        return name

    return parse
