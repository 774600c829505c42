"""The tumor burden: the sum of lesions that response criteria compare, at each assessment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from adam.lesions import baseline
from adam.parameters.computed import Lesions
from adam.parameters.model import Ground, Making
from mappings.frames import concat


@dataclass(frozen=True)
class Burden:
    """AVAL is the sum of the lesions in mm, at baseline and at every assessment after the start.

    Which lesions count is told by the criteria: the targets, and with `burden_includes_new` the
    new measurable ones. An assessment at which a lesion was not evaluable has no sum, and its
    record no AVAL.
    """

    lesions: Lesions
    uses: tuple[str, ...] = ("TU", "TR")

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> Burden:
        """From the parameter's entry in `params`."""
        return cls(Lesions.parse(data, making, str(data["burden"]), "burden", ("TU", "TR")))

    def rows(self, ground: Ground) -> pd.DataFrame:
        """One record per assessment, the one of the baseline first."""
        tables, key = self.lesions.tables(ground), self.lesions.key
        before = baseline(
            tables.lesions, tables.measures, tables.start, self.lesions.criteria, assessment=key
        )
        columns = list(dict.fromkeys(["USUBJID", "ADT", "BURDEN", key]))
        after = self.lesions.respond(ground, tables)
        made = concat([before[columns], after[columns]])
        return self.lesions.rows(ground, made, {"AVAL": made["BURDEN"].astype("float64")})

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        criteria = self.lesions.criteria
        new = " and the new measurable lesions" if criteria.burden_includes_new else ""
        return (
            f"the sum of the target lesions{new} in mm, from TU and TR by {criteria.name}"
            f"{self.lesions.sentence()}; the baseline is the last value of each on or before the "
            "start; missing where a lesion was not evaluable"
        )
