"""`lookup`: a value of the same subject (or key) from another form, dataset or table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mappings.conditions import Condition
from mappings.frames import blank_number, blank_text, is_numeric, present
from mappings.names import Names, Source
from mappings.rules import Rule, VerbClass, parse_rule
from mappings.scope import Scope


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
        inner = Scope(self.source.name, frame, scope.data, scope.report, variable=scope.variable)
        mask = self.where.mask(inner)
        inner = inner.rows(mask)
        value = self.get.run(inner) if self.get is not None else inner[self.column]
        data: dict[str, pd.Series[Any]] = {f"k{i}": inner[t] for i, t in enumerate(self.theirs)}
        data["value"] = value
        data["order"] = inner[self.order] if self.order else value
        table = pd.DataFrame(data)
        return table[present(table["value"])]


@dataclass(frozen=True)
class Lookup:
    """The value that the key of the row has on the other side; missing when there is none.

    Several rows with different values need `pick`; without it they are a finding.
    """

    places: tuple[Place, ...]
    ours: tuple[str, ...]
    pick: str

    @property
    def origin(self) -> str:
        if self.pick or len(self.places) > 1:
            return "Derived"
        place = self.places[0]
        if place.source.kind == "form":
            return place.get.verb.origin if place.get is not None else "Collected"
        return "Assigned" if place.source.kind == "table" else "Derived"

    @property
    def reads(self) -> tuple[str, ...]:
        return self.ours

    @property
    def uses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(p.source.name for p in self.places))

    def run(self, scope: Scope) -> pd.Series[Any]:
        parts = [p.values(scope) for p in self.places]
        table = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        keys = [f"k{i}" for i in range(len(self.ours))]
        own = pd.DataFrame({k: scope[c] for k, c in zip(keys, self.ours, strict=True)})
        if self.pick:
            table = table.sort_values("order", kind="stable")
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
        numeric = is_numeric(table["value"]) if len(table) else self._numeric(parts)
        if not len(table):
            return blank_number(scope.index) if numeric else blank_text(scope.index)
        found = own.merge(table[[*keys, "value"]], how="left", on=keys)["value"]
        if numeric:
            return pd.Series(found.to_numpy(dtype="float64"), index=scope.index)
        filled = found.astype("str").fillna("").to_numpy()
        return pd.Series(filled, index=scope.index, dtype="str")

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
        which = {"first": "The earliest ", "last": "The latest ", "": ""}[self.pick]
        if self.places[0].order:
            which = {"first": "The first ", "last": "The last ", "": ""}[self.pick]
        ending = f", in the order of {self.places[0].order}" if self.places[0].order else ""
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
        else:
            if "get" not in data:
                names.fault("schema.dependencies", "'lookup' also needs 'get'")
                return Lookup((Place(Source("", ()), Condition(), None, "", "", ()),), ours, "")
            places = [place({**data, "in": listed}, names, theirs)]
        return Lookup(tuple(places), ours, str(data.get("pick", "")))

    return parse
