"""Whether a subject has a record of some kind: a death, measurable disease at baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from adam.cutoff import UNCUT
from adam.parameters.model import Ground, Making
from adam.parameters.times import dated, sequence
from mappings.conditions import Condition
from mappings.frames import text_series
from mappings.scope import Scope


@dataclass(frozen=True)
class Exists:
    """Y with the first such record, else N; one record per chosen subject with a start."""

    dataset: str
    where: Condition
    date: str
    upto: str
    start: str
    subjects: Condition

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> Exists:
        """From the parameter's entry in `params`."""
        part = data["exists"]
        at = making.names.at("exists")
        other = at.other(part["from"], "from")
        over = replace(at.over(other), target=other.name)
        upto = making.adsl.column(part["upto"], "exists", "upto") if "upto" in part else ""
        if upto and "date" not in part:
            making.fault("param.exists", "has 'upto' and no 'date' to compare", "", "exists")
        known = bool(other.columns)
        return cls(
            other.name,
            over.condition(part.get("where"), "where") if known else Condition(),
            over.column(part["date"], "date") if known and "date" in part else "",
            upto,
            making.start,
            making.subjects,
        )

    @property
    def uses(self) -> tuple[str, ...]:
        """The dataset of the records."""
        return (self.dataset,)

    def rows(self, ground: Ground) -> pd.DataFrame:
        """One record per chosen subject; ADT and the source are those of the earliest record."""
        chosen = ground.subjects(self.subjects, self.start)
        frame = ground.data[self.dataset]
        frame = frame[self.where.mask(Scope(self.dataset, frame, ground.data, ground.report))]
        number = sequence(self.dataset, frame)
        day = dated(frame, self.date) if self.date else pd.Series(np.nan, index=frame.index)
        found = pd.DataFrame(
            {
                "USUBJID": frame["USUBJID"],
                "ADT": day.astype("float64"),
                "SRCSEQ": frame[number].astype("float64") if number else np.nan,
                "_row": frame["_row"],
            }
        )
        if self.upto:
            limit = ground.adsl.drop_duplicates("USUBJID").set_index("USUBJID")[self.upto]
            found = found[found["ADT"] <= found["USUBJID"].map(limit)]
        found = found.sort_values(["ADT", "SRCSEQ", "_row"], kind="stable")
        found = found.drop_duplicates("USUBJID").set_index("USUBJID").reindex(chosen.to_numpy())
        there = pd.Series(found["_row"].notna().to_numpy())
        home = self.dataset.removeprefix(UNCUT)
        texts = {"AVALC": ("Y", "N"), "SRCDOM": (home, ""), "SRCVAR": (self.date, "")}
        return pd.DataFrame(
            {
                "USUBJID": text_series(chosen.to_numpy()),
                "ADT": found["ADT"].to_numpy(dtype="float64"),
                **{n: text_series(np.where(there, y, other)) for n, (y, other) in texts.items()},
                "SRCSEQ": found["SRCSEQ"].to_numpy(dtype="float64"),
                "_form": text_series(np.where(there, self.dataset, "")),
                "_row": found["_row"].fillna(0).to_numpy(dtype=np.int64),
            }
        )

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        text = f"Y when {self.dataset} has a record"
        text += f" where {self.where.sentence()}" if self.where.clauses else ""
        text += f", {self.date} not after {self.upto}" if self.upto else ""
        return f"{text}; else N"
