"""The tumor burden: the sum of lesions that response criteria compare, at each assessment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from adam.lesions import baseline
from adam.parameters.computed import Lesions
from adam.parameters.model import Ground, Making
from mappings.digits import exact
from mappings.findings import SpecPlace
from mappings.frames import concat, number_text
from mappings.iso8601 import complete_day
from mappings.scope import Report

TENTH = 0.05
"""Half of the last decimal of a diameter in mm: sums are told to a tenth."""


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
        columns = list(dict.fromkeys(["USUBJID", "ADT", "BURDEN", "TRGSUM", "NEW_SUM", key]))
        after = self.lesions.respond(ground, tables)
        before = before.assign(TRGSUM=before["BURDEN"], NEW_SUM=0.0)
        made = concat([before[columns], after[columns]])
        made = made.assign(
            BURDEN=exact(made["BURDEN"].astype("float64")),
            TRGSUM=exact(made["TRGSUM"].astype("float64")),
            WITHNEW=exact(made["TRGSUM"] + made["NEW_SUM"]),
        )
        _compare_sums(ground, tables.tr, made, key, self.lesions.place)
        return self.lesions.rows(ground, made, {"AVAL": made["BURDEN"]})

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        criteria = self.lesions.criteria
        new = " and the new measurable lesions" if criteria.burden_includes_new else ""
        return (
            f"the sum of the target lesions{new} in mm, from TU and TR by {criteria.name}"
            f"{self.lesions.sentence()}; the baseline is the last value of each on or before the "
            "start; missing where a lesion was not evaluable"
        )


def _compare_sums(
    ground: Ground, tr: pd.DataFrame, made: pd.DataFrame, key: str, place: SpecPlace
) -> None:
    """A finding for each collected sum (SUMDIAM of TR) that is not the one of its lesions.

    Sites add up the target lesions, or the new ones with them: the sum may be either. Several
    parameters of one module are made of the same lesions, and tell it once.
    """
    given = tr[tr["TRTESTCD"].eq("SUMDIAM") & tr["TRSTRESN"].notna()]
    day = complete_day(given["TRDTC"])
    asked = pd.DataFrame(
        {
            "USUBJID": given["USUBJID"],
            key: day if key == "ADT" else given[key],
            "COLLECTED": given["TRSTRESN"],
        }
    )
    asked = asked.assign(at=given.index)
    both = asked.merge(made, how="inner", on=["USUBJID", key]).drop_duplicates("at")
    both = both.set_index("at").reindex(given.index)
    # Where a lesion was not evaluable there is nothing to compare the collected sum with.
    wrong = both["TRGSUM"].notna()
    for sums in (both["TRGSUM"], both["WITHNEW"]):
        wrong &= (sums - both["COLLECTED"]).abs() > TENTH
    visit = given["VISIT"] if "VISIT" in given.columns else given["TRDTC"]
    collected, added = number_text(both["COLLECTED"]), number_text(both["TRGSUM"])
    told = "the sum of diameters at " + visit + " is " + collected + " mm, and the target lesions"
    own = Report(ground.report.files, ground.report.encoding)
    own.rows(
        "lesion.sum",
        given,
        wrong.to_numpy(dtype=bool),
        "",
        "Ask which is right, the sum or the measurements; AVAL is that of the measurements.",
        dataset=ground.target,
        variable="AVAL",
        values=collected,
        spec=place,
        messages=told + " add up to " + added + " mm",
    )
    known = {f.fingerprint for f in ground.report.findings}
    ground.report.findings += [f for f in own.findings if f.fingerprint not in known]
