"""The response computed from the lesions of TU and TR, as a parameter of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from adam.lesions import NEW, NON_TARGET, PROGRESSION, TARGET, differences, respond
from adam.parameters.model import Ground, Making
from adam.parameters.responses import check_assessments
from mappings.findings import Severity, SpecPlace
from mappings.frames import take_table, text_series
from mappings.iso8601 import complete_day, iso_of_day

STATES = {
    "TOO SMALL TO MEASURE": "TOO SMALL TO MEASURE",
    "ABSENT": "ABSENT",
    "UNEQUIVOCAL PROGRESSION": PROGRESSION,
    "UNEQUIVOCAL": PROGRESSION,
}


@dataclass(frozen=True)
class LesionResponse:
    """One record per assessment after the start, compared with another parameter's."""

    compare: str
    start: str
    place: SpecPlace
    uses: tuple[str, ...] = ("TU", "TR")

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> LesionResponse:
        """From the parameter's entry in `params`."""
        if not making.start:
            advice = "Give the module 'criteria' with 'start' and 'stop'."
            making.fault("param.start", "has no start", advice)
        lacking = [n for n in ("TU", "TR") if n not in making.sources]
        if lacking:
            message = f"is computed from TU and TR, and there is no {' and no '.join(lacking)}"
            making.fault("param.lesions", message, "", "response")
        check_assessments(data, making, "compare")
        return cls(str(data.get("compare", "")), making.start, making.place)

    def rows(self, ground: Ground) -> pd.DataFrame:
        """The overall response of every assessment, in AVALC."""
        base = ground.base
        if self.compare:
            base = base.loc[base["PARAMCD"] == self.compare]
        return _from_lesions(ground, self.place, self.start, base, self.compare)

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        return "the response computed from TU and TR by the criteria, for each assessment"


def _from_lesions(
    ground: Ground, place: SpecPlace, start: str, base: pd.DataFrame, compare: str
) -> pd.DataFrame:
    tu, tr = ground.data["TU"], ground.data["TR"]
    adsl = ground.adsl.drop_duplicates("USUBJID").set_index("USUBJID")
    lesions = _lesions(tu, tr)
    computed = respond(lesions, _measures(tr), adsl[start], ground.criteria)
    computed = computed[computed["ADT"] <= ground.cutoff].reset_index(drop=True)
    if compare:
        reported = base.loc[base["ADT"].notna(), ["USUBJID", "ADT", "AVALC"]]
        _report_differences(ground, place, computed, reported, tr)
    count = len(computed)
    return pd.DataFrame(
        {
            "USUBJID": text_series(computed["USUBJID"]),
            "ADT": computed["ADT"].astype("float64"),
            "AVALC": text_series(computed["OVRLRESP"]),
            "SRCDOM": text_series(["TR"] * count),
            "SRCVAR": text_series(["TRSTRESN"] * count),
            "SRCSEQ": np.full(count, np.nan),
            "_form": text_series(["TR"] * count),
            "_row": np.zeros(count, dtype=np.int64),
        }
    ).assign(**_visits(computed, tr))


def _visits(computed: pd.DataFrame, tr: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """VISIT and VISITNUM of each assessment, from its scans."""
    if "VISITNUM" not in tr.columns:
        return {}
    scans = tr[["USUBJID", "VISITNUM", "VISIT"]].assign(ADT=complete_day(tr["TRDTC"]))
    scans = scans.sort_values("VISITNUM", kind="stable").drop_duplicates(["USUBJID", "ADT"])
    found = computed[["USUBJID", "ADT"]].merge(scans, how="left", on=["USUBJID", "ADT"])
    return {
        "VISITNUM": pd.Series(found["VISITNUM"].to_numpy(dtype="float64")),
        "VISIT": text_series(found["VISIT"]),
    }


def _lesions(tu: pd.DataFrame, tr: pd.DataFrame) -> pd.DataFrame:
    found = tu[tu["TUTESTCD"].isin(["TUMIDENT", "TUSPLIT"])].drop_duplicates(["USUBJID", "TULNKID"])
    keys = pd.MultiIndex.from_frame(found[["USUBJID", "TULNKID"]])
    nodes = tr[tr["TRTESTCD"] == "LPERP"]
    node = keys.isin(pd.MultiIndex.from_frame(nodes[["USUBJID", "TRLNKID"]]))
    sized = tr[tr["TRTESTCD"].isin(["LPERP", "LDIAM"])]
    measurable = keys.isin(pd.MultiIndex.from_frame(sized[["USUBJID", "TRLNKID"]]))
    kind = found["TUSTRESC"].where(found["TUSTRESC"].isin([TARGET, NON_TARGET]), NEW)
    return pd.DataFrame(
        {
            "USUBJID": found["USUBJID"].to_numpy(),
            "LNKID": found["TULNKID"].str.partition(".")[0].to_numpy(),
            "KIND": kind.to_numpy(),
            "NODE": np.where(node, "Y", "N"),
            "MEASURABLE": np.where(measurable, "Y", "N"),
        }
    ).drop_duplicates(["USUBJID", "LNKID"])


def _measures(tr: pd.DataFrame) -> pd.DataFrame:
    """Scans as `adam.lesions.respond` reads them; fragments share their lesion's number."""
    state = take_table(tr["TRORRES"], STATES)
    state = state.where(tr["TRSTAT"] != "NOT DONE", "NOT EVALUABLE")
    words = tr["TRORRES"].isin(list(STATES)).to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "USUBJID": tr["USUBJID"],
            "LNKID": tr["TRLNKID"].str.partition(".")[0],
            "ADT": complete_day(tr["TRDTC"]),
            "DIAM": tr["TRSTRESN"].where(~words),
            "STATE": state,
        }
    )


def _report_differences(
    ground: Ground,
    place: SpecPlace,
    computed: pd.DataFrame,
    reported: pd.DataFrame,
    tr: pd.DataFrame,
) -> None:
    apart = differences(computed, reported)
    if not len(apart):
        return
    days = complete_day(tr["TRDTC"])
    dates = iso_of_day(apart["ADT"]).tolist()
    for subject, day, iso, said, made in zip(
        apart["USUBJID"].tolist(),
        apart["ADT"].tolist(),
        dates,
        apart["AVALC"].tolist(),
        apart["OVRLRESP"].tolist(),
        strict=True,
    ):
        rows = tr[(tr["USUBJID"] == subject) & (days == day)]
        shown = ", ".join((rows["TRLNKID"] + " " + rows["TRORRES"]).tolist())
        ground.report.value(
            "response.differs",
            f"on {iso} the investigator says {said}, the lesions say {made or 'nothing'} ({shown})",
            dataset=ground.target,
            variable="AVALC",
            value=f"{subject} {iso}",
            spec=place,
            severity=Severity.ERROR,
            advice="Ask the site; the endpoints use the investigator's response.",
        )
