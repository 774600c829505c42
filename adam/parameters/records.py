"""Parameters that sum a subject's records up: the highest value, its time, a total, an area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from adam.kinetics import area_under_curve
from adam.occds import sorted_index
from adam.parameters.model import Ground, Making
from adam.verbs.shared import bare, number_column, order_columns, order_text, short
from mappings.conditions import Condition
from mappings.digits import exact
from mappings.frames import text_series
from mappings.names import Names
from mappings.scope import Scope

_TAKEN = {"first": "first", "last": "last", "min": "lowest", "max": "highest"}
_TOGETHER = {"sum": "sum", "mean": "mean", "count": "number"}


@dataclass(frozen=True)
class Records:
    """The records of a dataset that a parameter is made of."""

    dataset: str
    where: Condition

    @classmethod
    def parse(cls, part: Mapping[str, Any], at: Names) -> tuple[Records, Names]:
        """The records that `from` and `where` name, and the names of their columns."""
        other = at.other(part["from"], "from")
        over = replace(at.over(other), target=other.name)
        if not other.columns:
            return cls(other.name, Condition()), over
        return cls(other.name, over.condition(part.get("where"), "where")), over

    def of(self, ground: Ground) -> pd.DataFrame:
        """Those records, with the lineage to the dataset they stand in."""
        frame = ground.data[self.dataset]
        scope = Scope(self.dataset, frame, ground.data, ground.report)
        return frame[self.where.mask(scope)]

    def sentence(self) -> str:
        """Which records they are."""
        text = f"the records of {self.dataset}"
        return f"{text} where {self.where.sentence()}" if self.where.clauses else text


@dataclass(frozen=True)
class RecordValue:
    """One record per subject: a value of one of its records, or of all of them together.

    `take` is first or last (by `order`), min or max (of the variable `of`; of equal values the
    first by `order`), or sum, mean or count of `of`. `get` is the variable whose value is AVAL.
    Records without a value of `of` take no part; a subject without any has no record.
    """

    records: Records
    take: str
    of: str
    order: tuple[str, ...]
    get: str

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> RecordValue:
        """From the parameter's entry in `params`."""
        part = data["record"]
        at = making.names.at("record")
        records, names = Records.parse(part, at)
        take = str(part["take"])
        if take in ("first", "last") and "order" not in part:
            at.fault("record.order", f"'take: {take}' needs an 'order'", "", "take")
        if take in _TOGETHER:
            for key in ("order", "get"):
                if key in part:
                    message = f"'{key}' does nothing beside 'take: {take}'"
                    at.fault("rule.key", message, "", key)
        if not names.source.columns:
            return cls(records, take, "", (), "")
        of = number_column(names, part.get("of", "AVAL"), *(("of",) if "of" in part else ()))
        get = number_column(names, part["get"], "get") if "get" in part else of
        return cls(records, take, short(of), _order(names, part), short(get))

    @property
    def uses(self) -> tuple[str, ...]:
        """The dataset of its records."""
        return (self.records.dataset,)

    def rows(self, ground: Ground) -> pd.DataFrame:
        """One record per subject with a record that takes part."""
        frame = self.records.of(ground)
        frame = frame[frame[self.of].notna()]
        if self.take in _TOGETHER:
            by = frame.sort_values(["USUBJID", self.of], kind="stable").groupby("USUBJID")
            values = exact(by[self.of].agg(self.take).astype("float64"))
            return made_of(ground, values.rename("AVAL").reset_index())
        order = self.order
        if self.take in ("min", "max"):
            order = ((self.of if self.take == "min" else f"-{self.of}"), *order)
        ordered = sorted_index(frame, order, last=self.take == "last")
        chosen = frame.loc[ordered].drop_duplicates("USUBJID").sort_values("USUBJID")
        return one_record(self.records.dataset, chosen, self.get)

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        if self.take in _TOGETHER:
            return f"the {_TOGETHER[self.take]} of {self.of} over {self.records.sentence()}"
        text = f"{self.get} of the record with the {_TAKEN[self.take]} {self.of}"
        if self.take in ("first", "last"):
            text = f"{self.get} of the {self.take} record by {order_text(self.order)}"
        elif self.order:
            text += f" (of equal ones the first by {order_text(self.order)})"
        return f"{text} of {self.records.sentence()}"


@dataclass(frozen=True)
class Area:
    """One record per subject: the area under a value over time, `adam.kinetics`."""

    records: Records
    of: str
    time: str
    to: float
    method: str

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> Area:
        """From the parameter's entry in `params`."""
        part = data["auc"]
        records, names = Records.parse(part, making.names.at("auc"))
        to, method = float(part["to"]), str(part.get("method", "linear"))
        if not names.source.columns:
            return cls(records, "", "", to, method)
        of = number_column(names, part.get("of", "AVAL"), *(("of",) if "of" in part else ()))
        time = number_column(names, part["time"], "time")
        return cls(records, short(of), short(time), to, method)

    @property
    def uses(self) -> tuple[str, ...]:
        """The dataset of its records."""
        return (self.records.dataset,)

    def rows(self, ground: Ground) -> pd.DataFrame:
        """One record per subject whose area up to the end is known."""
        frame = self.records.of(ground)
        return made_of(
            ground, area_under_curve(frame, self.of, self.time, self.to, method=self.method)
        )

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        rule = "linear" if self.method == "linear" else "linear up, logarithmic down"
        return (
            f"area under {self.of} over {self.time} from 0 to {self.to:g} by the {rule} "
            "trapezoidal rule; the last value at or before 0 stands at 0, the value at the end is "
            "interpolated; missing when there is no value at or after it; of "
            f"{self.records.sentence()}"
        )


def _order(names: Names, part: Mapping[str, Any]) -> tuple[str, ...]:
    found = order_columns(names, part)
    return tuple(
        ("-" if one.startswith("-") else "") + short(name)
        for one, name in zip(found, bare(found), strict=True)
    )


def one_record(dataset: str, chosen: pd.DataFrame, get: str) -> pd.DataFrame:
    """Records made of one record each, which SRC-- names and whose date they carry."""
    number = next((n for n in ("ASEQ", f"{dataset}SEQ") if n in chosen.columns), "")
    made = {
        "USUBJID": chosen["USUBJID"],
        "AVAL": chosen[get].astype("float64"),
        "SRCDOM": text_series([dataset] * len(chosen), chosen.index),
        "SRCVAR": text_series([get] * len(chosen), chosen.index),
        "SRCSEQ": chosen[number] if number else np.nan,
        "_form": chosen["_form"],
        "_row": chosen["_row"],
    }
    if "ADT" in chosen.columns:
        made["ADT"] = chosen["ADT"]
    return pd.DataFrame(made, index=chosen.index).reset_index(drop=True)


def made_of(ground: Ground, values: pd.DataFrame) -> pd.DataFrame:
    """Records made of several records each: USUBJID and AVAL with the lineage to ADSL's row."""
    rows = ground.adsl.drop_duplicates("USUBJID").set_index("USUBJID")["_row"]
    values = values[values["USUBJID"].isin(rows.index)].reset_index(drop=True)
    return values.assign(
        SRCDOM=text_series([""] * len(values)),
        SRCVAR=text_series([""] * len(values)),
        SRCSEQ=np.nan,
        _form=text_series(["ADSL"] * len(values)),
        _row=values["USUBJID"].map(rows).astype("int64"),
    )
