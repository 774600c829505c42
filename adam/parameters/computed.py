"""The response computed from the lesions of TU and TR, as a parameter of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from adam.criteria import Criteria
from adam.lesions import NEW, NON_TARGET, TARGET, differences, respond
from adam.parameters.model import Ground, Making
from adam.parameters.responses import check_assessments, criteria_of
from adam.parameters.scans import CONDITIONS, SIZES, measures, nodes, whole
from mappings.conditions import Condition
from mappings.findings import Severity, SpecPlace
from mappings.frames import number_text, present, take_table, text_series
from mappings.iso8601 import complete_day, iso_of_day
from mappings.scope import Scope

#: What an assessment's scans have in common, by the word of `by`: variables of TR and of RS.
KEYS = {"day": ("", ""), "visit": ("VISITNUM", "VISITNUM"), "group": ("TRLNKGRP", "RSLNKGRP")}
#: The variables that are always read.
READ = {
    "TU": ("TULNKID", "TUTESTCD", "TUSTRESC"),
    "TR": ("TRLNKID", "TRTESTCD", "TRSTRESN", "TRDTC"),
}
PARTS = {"overall": "OVRLRESP", "target": "TRGRESP", "non-target": "NTRGRESP"}


@dataclass(frozen=True)
class Lesions:
    """The lesions of TU and their measurements in TR, as a parameter's entry chooses them."""

    by: str
    start: str
    subjects: Condition
    criteria: Criteria
    identified: Condition
    measured: Condition
    place: SpecPlace

    @classmethod
    def parse(
        cls, data: Mapping[str, Any], making: Making, by: str, key: str, needed: tuple[str, ...]
    ) -> Lesions:
        """From the entry in `params`; `key` is the one that says its kind."""
        if not making.start:
            making.fault("param.start", "has no start", "Give the module 'criteria' with 'start'.")
        lacking = [n for n in needed if n not in making.sources]
        if lacking:
            message = f"is computed from TU and TR, and there is no {' and no '.join(lacking)}"
            making.fault("param.lesions", message, "", key)
        conditions = [Condition(), Condition()]
        for i, name in enumerate(("TU", "TR")):
            if name in making.sources:
                at = making.names.at()
                source = at.other(name)
                over = replace(at.over(source), target=name)
                for variable in READ[name]:
                    over.column(variable, key)
                conditions[i] = over.condition(data.get(name.lower()), name.lower())
                if by != "day" and name == "TR":
                    over.column(KEYS[by][0], "by" if "by" in data else key)
        return cls(
            by,
            making.start,
            making.subjects,
            criteria_of(data, making),
            conditions[0],
            conditions[1],
            making.place,
        )

    @property
    def key(self) -> str:
        """What the scans of an assessment have in common."""
        return KEYS[self.by][0] or "ADT"

    def tables(self, ground: Ground) -> Tables:
        """The lesions and measurements as `adam.lesions` reads them."""
        tu = self._chosen(ground, "TU", self.identified)
        tr = self._chosen(ground, "TR", self.measured)
        lesions, key = identified(tu, tr, ground, self.place), self.key
        if key != "ADT":
            tr = tr[present(tr[key])]
        scans = measures(tr, lesions, key, ground.report, self.place)
        start = ground.adsl.drop_duplicates("USUBJID").set_index("USUBJID")[self.start]
        return Tables(lesions, scans, start, tr)

    def respond(self, ground: Ground, tables: Tables) -> pd.DataFrame:
        """`adam.lesions.respond` up to the data cut-off."""
        made = respond(
            tables.lesions, tables.measures, tables.start, self.criteria, assessment=self.key
        )
        return made[made["ADT"] <= ground.cutoff].reset_index(drop=True)

    def rows(self, ground: Ground, made: pd.DataFrame, values: dict[str, Any]) -> pd.DataFrame:
        """The records of these assessments, of the subjects that the module is of."""
        count = len(made)
        frame = pd.DataFrame(
            {
                "USUBJID": text_series(made["USUBJID"]),
                "ADT": made["ADT"].astype("float64"),
                **values,
                "SRCDOM": text_series(["TR"] * count),
                "SRCVAR": text_series(["TRSTRESN"] * count),
                "SRCSEQ": np.full(count, np.nan),
                "_form": text_series(["TR"] * count),
                "_row": np.zeros(count, dtype=np.int64),
            }
        ).assign(**_visits(made, self._chosen(ground, "TR", self.measured), self.key))
        chosen = frame["USUBJID"].isin(ground.subjects(self.subjects, self.start))
        return frame[chosen].reset_index(drop=True)

    def sentence(self) -> str:
        """Which records of TU and TR are read, for define.xml."""
        text = ""
        for name, where in (("TU", self.identified), ("TR", self.measured)):
            text += f", {name} where {where.sentence()}" if where.clauses else ""
        return f"{text}, for each {'visit' if self.by == 'visit' else 'assessment'}"

    def _chosen(self, ground: Ground, name: str, where: Condition) -> pd.DataFrame:
        frame = ground.data[name]
        return frame[where.mask(Scope(name, frame, ground.data, ground.report))]


@dataclass(frozen=True)
class Tables:
    """Lesions, measurements and starts as `adam.lesions` reads them, and the rows of TR."""

    lesions: pd.DataFrame
    measures: pd.DataFrame
    start: pd.Series[float]
    tr: pd.DataFrame


@dataclass(frozen=True)
class LesionResponse:
    """One record per assessment after the start, compared with another parameter's."""

    lesions: Lesions
    compare: str
    part: str

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> LesionResponse:
        """From the parameter's entry in `params`."""
        by = str(data.get("by", "day"))
        needed = ("TU", "TR", *(("RS",) if by == "group" and "compare" in data else ()))
        lesions = Lesions.parse(data, making, by, "response", needed)
        check_assessments(data, making, "compare")
        if "compare" in data:
            wanted = {"day": "ADT", "visit": "VISITNUM", "group": "SRCSEQ"}[by]
            if wanted not in making.made:
                message = f"is compared by {by}, which needs a rule for {wanted}"
                making.fault("param.lesions", message, "", "compare")
        return cls(lesions, str(data.get("compare", "")), str(data.get("part", "overall")))

    @property
    def criteria(self) -> Criteria:
        """The criteria that it is computed by."""
        return self.lesions.criteria

    @property
    def uses(self) -> tuple[str, ...]:
        """TU and TR, and RS where its link groups are compared."""
        grouped = self.lesions.by == "group" and self.compare
        return ("TU", "TR", "RS") if grouped else ("TU", "TR")

    def rows(self, ground: Ground) -> pd.DataFrame:
        """The response of every assessment, in AVALC, with the visit of its scans."""
        tables = self.lesions.tables(ground)
        computed = self.lesions.respond(ground, tables)
        computed["RESPONSE"] = computed[PARTS[self.part]]
        if self.compare:
            key = self.lesions.key
            reported = self._reported(ground, key)
            _report_differences(ground, self, computed, reported, tables.tr)
        computed = computed[computed["RESPONSE"].ne("")].reset_index(drop=True)
        return self.lesions.rows(ground, computed, {"AVALC": text_series(computed["RESPONSE"])})

    def _reported(self, ground: Ground, key: str) -> pd.DataFrame:
        """The assessments to compare with: USUBJID, AVALC and the key, after the start."""
        base = ground.base.loc[ground.base["PARAMCD"] == self.compare]
        start = ground.adsl.drop_duplicates("USUBJID").set_index("USUBJID")[self.lesions.start]
        base = base.loc[base["ADT"] > base["USUBJID"].map(start).astype("float64")]
        if key == "TRLNKGRP":
            groups = ground.data["RS"][["USUBJID", "RSSEQ", "RSLNKGRP"]]
            groups = groups.rename(columns={"RSSEQ": "SRCSEQ", "RSLNKGRP": key})
            base = base.merge(groups, how="left", on=["USUBJID", "SRCSEQ"])
            base[key] = text_series(base[key])
        return base[list(dict.fromkeys(["USUBJID", key, "ADT", "AVALC"]))]

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        part = "" if self.part == "overall" else f"{self.part} "
        return f"the {part}response computed from TU and TR by {self.criteria.name}" + (
            self.lesions.sentence()
        )


def _visits(computed: pd.DataFrame, tr: pd.DataFrame, key: str) -> dict[str, pd.Series[Any]]:
    """VISIT and VISITNUM of each assessment, from its scans."""
    if "VISITNUM" not in tr.columns:
        return {}
    scans = tr.assign(ADT=complete_day(tr["TRDTC"]))
    scans = scans[list(dict.fromkeys(["USUBJID", "VISITNUM", "VISIT", key]))]
    scans = scans.sort_values("VISITNUM", kind="stable").drop_duplicates(["USUBJID", key])
    found = computed[["USUBJID", key]].merge(scans, how="left", on=["USUBJID", key])
    return {
        "VISITNUM": pd.Series(found["VISITNUM"].to_numpy(dtype="float64")),
        "VISIT": text_series(found["VISIT"]),
    }


def _kinds(result: pd.Series[str]) -> pd.Series[str]:
    """TARGET, NON-TARGET or NEW by what the identification says; "" for no lesion of these."""
    kind = take_table(result, {"NON-MEASURABLE": NON_TARGET})
    for word in (NON_TARGET, TARGET, NEW):
        kind = kind.mask(result.str.startswith(word), word)
    return kind


def identified(
    tu: pd.DataFrame, tr: pd.DataFrame, ground: Ground, place: SpecPlace
) -> pd.DataFrame:
    """The lesions of TU: USUBJID, LNKID, KIND, NODE, MEASURABLE; what is lost is said."""
    found = tu[tu["TUTESTCD"].isin(["TUMIDENT", "TUSPLIT", "LESIDENT"])]
    kind = _kinds(found["TUSTRESC"])
    ground.report.rows(
        "lesion.kind",
        found,
        kind.eq("").to_numpy(dtype=bool),
        "",
        "A lesion is TARGET, NON-TARGET or NEW; leave others out with a condition 'tu'.",
        dataset="TU",
        variable="TUSTRESC",
        values=found["TUSTRESC"],
        spec=place,
        wording=lambda value: f"'{value}' is no kind of lesion: not in the computed response",
    )
    unnamed = "it has no number that links TU and TR: not in the response"
    for frame, name, number, tests in (
        (found, "TU", "TULNKID", ()),
        (tr, "TR", "TRLNKID", (*SIZES, *CONDITIONS)),
    ):
        lost = frame[number].eq("")
        ground.report.rows(
            "lesion.unknown",
            frame,
            (lost & frame[f"{name}TESTCD"].isin(tests) if tests else lost).to_numpy(dtype=bool),
            unnamed,
            f"Give {number} in the rule of {name}.",
            dataset=name,
            variable=number,
            spec=place,
        )
    found, kind = found[found["TULNKID"].ne("")], kind[found["TULNKID"].ne("")]
    known = pd.MultiIndex.from_frame(found[["USUBJID", "TULNKID"]])
    stray = ~pd.MultiIndex.from_frame(tr[["USUBJID", "TRLNKID"]]).isin(known)
    ground.report.rows(
        "lesion.unknown",
        tr,
        np.asarray(stray & tr["TRLNKID"].ne("").to_numpy(dtype=bool), dtype=bool),
        "",
        "Identify the lesion in TU, or mend TRLNKID.",
        dataset="TR",
        variable="TRLNKID",
        values=tr["TRLNKID"],
        spec=place,
        wording=lambda value: f"no lesion {value} is identified in TU: not in the response",
    )
    found = found.assign(KIND=kind).loc[kind.ne("")]
    found = found.drop_duplicates(["USUBJID", "TULNKID"])
    keys = pd.MultiIndex.from_frame(found[["USUBJID", "TULNKID"]])
    node = nodes(found, tr)
    sized = tr[tr["TRTESTCD"].isin(SIZES)]
    measurable = keys.isin(pd.MultiIndex.from_frame(sized[["USUBJID", "TRLNKID"]]))
    return pd.DataFrame(
        {
            "USUBJID": found["USUBJID"].to_numpy(),
            "LNKID": whole(found["TULNKID"]).to_numpy(),
            "KIND": found["KIND"].to_numpy(),
            "NODE": np.where(node, "Y", "N"),
            "MEASURABLE": np.where(measurable, "Y", "N"),
        }
    ).drop_duplicates(["USUBJID", "LNKID"])


def _report_differences(
    ground: Ground,
    parameter: LesionResponse,
    computed: pd.DataFrame,
    reported: pd.DataFrame,
    tr: pd.DataFrame,
) -> None:
    key, said_by = parameter.lesions.key, parameter.compare
    made = computed.assign(OVRLRESP=computed["RESPONSE"])
    apart = differences(made, reported, parameter.criteria, on=("USUBJID", key))
    if not len(apart):
        return
    tr = tr[tr["TRLNKID"].ne("")]
    said = tr["TRORRES" if "TRORRES" in tr else "TRSTRESC"]
    scans = pd.DataFrame(
        {
            "USUBJID": tr["USUBJID"],
            key: complete_day(tr["TRDTC"]) if key == "ADT" else tr[key],
            "LESION": tr["TRLNKID"] + " " + said.where(said.ne(""), "not done"),
        }
    )
    shown = scans.groupby(["USUBJID", key])["LESION"].agg(", ".join).rename("SHOWN").reset_index()
    apart = apart.merge(shown, how="left", on=["USUBJID", key])
    facts = made[list(dict.fromkeys(["USUBJID", key, "BURDEN", "BASE", "NADIR", "LACKING"]))]
    apart = apart.merge(facts, how="left", on=["USUBJID", key])
    apart["SHOWN"] = text_series(apart["SHOWN"]) + _because(apart)
    dates = iso_of_day(apart["ADT"]).tolist()
    for subject, iso, said, says, lesions in zip(
        apart["USUBJID"].tolist(),
        dates,
        apart["AVALC"].tolist(),
        apart["OVRLRESP"].tolist(),
        apart["SHOWN"].tolist(),
        strict=True,
    ):
        ground.report.value(
            "response.differs",
            f"on {iso} {said_by} says {said or 'nothing'}, "
            f"the lesions say {says or 'nothing'} ({lesions})",
            dataset=ground.target,
            variable="AVALC",
            value=f"{subject} {iso}",
            spec=parameter.lesions.place,
            severity=Severity.ERROR,
            advice=f"Ask who assessed it; what is made of {said_by} uses its response.",
        )


def _because(apart: pd.DataFrame) -> pd.Series[str]:
    """The sums behind each computed response, and the lesions that were expected and not seen."""
    text = text_series([""] * len(apart), apart.index)
    for name, words in (("BURDEN", "sum "), ("BASE", "baseline "), ("NADIR", "lowest before ")):
        there = apart[name].notna()
        text = text.mask(there, text + "; " + words + number_text(apart[name].round(2)) + " mm")
    lacking = text_series(apart["LACKING"])
    return text.mask(lacking.ne(""), text + "; not evaluable: " + lacking)
