"""RELREC: relationships between datasets and between records, as study.yaml declares them.

A relationship of datasets has one record per dataset, no USUBJID, and RELTYPE (ONE or MANY); one
of records has USUBJID and the --SEQ of each record, and never RELTYPE (SDTMIG 8.2, 8.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mappings.built import BuiltDataset
from mappings.findings import Finding, SpecPlace
from mappings.frames import concat, text_series
from mappings.load import did_you_mean, spec_fault
from mappings.study import Study

COLUMNS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE", "RELID")


@dataclass(frozen=True)
class Relationship:
    """A declared relationship.

    `variables` maps each dataset to the variable whose equal values relate its records; `types`
    maps it to ONE or MANY for a relationship of datasets and is empty for one of records.
    """

    id: str
    variables: Mapping[str, str]
    types: Mapping[str, str]
    place: SpecPlace = field(default_factory=lambda: SpecPlace("study.yaml"))


def declared(study: Study) -> list[Relationship]:
    """The relationships of study.yaml."""
    found = []
    for i, data in enumerate(study.document.data.get("relationships", [])):
        place = study.document.place(("relationships", i))
        variables = {str(k): str(v) for k, v in data["by"].items()}
        types = {str(k): str(v) for k, v in (data.get("types") or {}).items()}
        found.append(Relationship(str(data["id"]), variables, types, place))
    return found


def check_relationships(study: Study, planned: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Faults of the declaration: unknown datasets and variables, types that do not fit."""
    faults: list[Finding] = []
    for relation in declared(study):
        for name, variable in relation.variables.items():
            if name not in planned:
                message = f"there is no dataset '{name}' to relate"
                hint = did_you_mean(name, list(planned))
                faults.append(spec_fault("name.source", message, relation.place, hint))
            elif variable not in planned[name]:
                message = f"there is no variable '{variable}' in {name}"
                hint = did_you_mean(variable, list(planned[name]))
                faults.append(spec_fault("name.column", message, relation.place, hint))
        if relation.types and set(relation.types) != set(relation.variables):
            message = f"the relationship {relation.id} needs a type for each of its datasets"
            faults.append(spec_fault("relrec.types", message, relation.place))
    return faults


def relationships(study: Study, merged: Mapping[str, pd.DataFrame]) -> BuiltDataset | None:
    """The RELREC dataset; None when nothing is related.

    `merged` are the datasets with their supplemental qualifiers as columns.
    """
    parts: list[pd.DataFrame] = []
    for relation in declared(study):
        if relation.types:
            parts.append(_of_datasets(study, relation))
        else:
            parts.append(_of_records(study, relation, merged))
    frame = concat([p for p in parts if len(p)])
    if not len(frame):
        return None
    frame = frame.sort_values(["USUBJID", "RELID", "RDOMAIN", "_order"], kind="stable")
    frame = frame.drop(columns="_order").reset_index(drop=True)
    return BuiltDataset("RELREC", frame, COLUMNS, COLUMNS)


def _of_datasets(study: Study, relation: Relationship) -> pd.DataFrame:
    names = list(relation.variables)
    count = len(names)
    return pd.DataFrame(
        {
            "STUDYID": text_series([study.id] * count),
            "RDOMAIN": text_series(names),
            "USUBJID": text_series([""] * count),
            "IDVAR": text_series([relation.variables[n] for n in names]),
            "IDVARVAL": text_series([""] * count),
            "RELTYPE": text_series([relation.types[n] for n in names]),
            "RELID": text_series([relation.id] * count),
            "_order": np.zeros(count),
            "_form": text_series(["study.yaml"] * count),
            "_row": np.full(count, relation.place.line, dtype=np.int64),
        }
    )


def _of_records(
    study: Study, relation: Relationship, merged: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Records of one subject with the same value are related; a value on one side only is not."""
    sides = []
    for name, variable in relation.variables.items():
        frame = merged[name]
        part = frame.loc[
            frame[variable].ne("").to_numpy(dtype=bool),
            ["USUBJID", variable, f"{name}SEQ", "_row"],
        ]
        part = part.rename(columns={variable: "value", f"{name}SEQ": "_order"})
        sides.append(part.assign(RDOMAIN=text_series([name] * len(part), part.index)))
    whole = concat(sides)
    if not len(whole):
        return whole
    whole["key"] = whole["USUBJID"] + "|" + whole["value"]
    shared = whole.groupby("key")["RDOMAIN"].nunique()
    whole = whole[whole["key"].isin(shared.index[shared == len(sides)])].reset_index(drop=True)
    count = len(whole)
    idvar = whole["RDOMAIN"] + "SEQ"
    return pd.DataFrame(
        {
            "STUDYID": text_series([study.id] * count),
            "RDOMAIN": whole["RDOMAIN"],
            "USUBJID": whole["USUBJID"],
            "IDVAR": idvar,
            "IDVARVAL": whole["_order"].map("{:.0f}".format).astype("str"),
            "RELTYPE": text_series([""] * count),
            "RELID": relation.id + whole["value"],
            "_order": whole["_order"].astype("float64"),
            "_form": whole["RDOMAIN"],
            "_row": whole["_row"].astype("int64"),
        }
    )
