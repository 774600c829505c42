"""From a failing record to words: its scope, its value, the raw row and the mapping line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.findings import Finding, RawPlace, Severity, SpecPlace

Mask = npt.NDArray[np.bool_]
_EPOCH = np.datetime64("1960-01-01")
# Keys that every record of a study shares, or that the subject already says.
_SILENT = ("STUDYID", "DOMAIN", "RDOMAIN", "USUBJID")


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where built values come from, as far as the caller knows.

    `files` maps the `_form` of a row to the raw file's name, `columns` a (dataset, variable,
    form) to the raw columns, `places` a (dataset, variable) to the line of the mapping.
    `sources` has, for each dataset that others are `derived` from, `_form` and `_row` of its
    records in their order: the `_row` of a derived record is a number in there, from 1.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    places: Mapping[tuple[str, str], SpecPlace] = field(default_factory=dict)
    sources: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    derived: frozenset[str] = frozenset()

    def place(self, dataset: str, variable: str) -> SpecPlace | None:
        """The mapping line of the variable, or of the dataset when only that is known."""
        found = self.places.get((dataset, variable))
        return found if found is not None else self.places.get((dataset, ""))


def shown(values: pd.Series, name: str = "") -> list[str]:
    """Cells as a reader writes them: 3 not 3.0, "" for missing, SAS dates as ISO 8601."""
    if not pd.api.types.is_numeric_dtype(values):
        return [str(v) for v in values.fillna("")]
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    if name.endswith("DTM") or (name.endswith("DT") and len(name) > 2):
        unit = "s" if name.endswith("DTM") else "D"
        texts = _iso(numbers, unit)
        if texts is not None:
            return texts
    return [
        "" if np.isnan(v) else str(int(v)) if v.is_integer() else repr(v)
        for v in map(float, numbers)
    ]


def _iso(numbers: npt.NDArray[np.float64], unit: str) -> list[str] | None:
    known = ~np.isnan(numbers)
    if np.any(np.abs(numbers[known]) > (1e10 if unit == "s" else 1e6)):
        return None
    whole = np.where(known, numbers, 0).astype("int64").astype(f"timedelta64[{unit}]")
    texts = (_EPOCH + whole).astype(str)
    return [str(t) if k else "" for t, k in zip(texts, known, strict=True)]


def sequence_variable(columns: Sequence[str], dataset: str) -> str:
    """The --SEQ variable of the dataset: its own prefix first, then the only one there is."""
    own = f"{dataset[:2]}SEQ"
    if own in columns:
        return own
    others = [c for c in columns if c.endswith("SEQ") and c != "SRCSEQ"]
    return others[0] if len(others) == 1 else ""


def scopes(frame: pd.DataFrame, dataset: str, keys: Sequence[str] = ()) -> list[str]:
    """One text a record: the subject, then its --SEQ, else its keys; never a row number."""
    columns = [str(c) for c in frame.columns]
    sequence = sequence_variable(columns, dataset)
    names = [sequence] if sequence and not frame[sequence].isna().any() else []
    if not names:
        names = [k for k in keys if k in columns and k not in _SILENT]
    parts: list[list[str]] = []
    if "USUBJID" in columns:
        parts.append(shown(frame["USUBJID"]))
    parts += [[f"{name}={text}" for text in shown(frame[name], name)] for name in names]
    if not parts:
        return [""] * len(frame)
    return [" ".join(p for p in row if p) for row in zip(*parts, strict=True)]


def raw_places(
    frame: pd.DataFrame, dataset: str, variable: str, lineage: Lineage
) -> list[RawPlace | None]:
    """The raw row of each record, from its `_form` and `_row`; None where there is none.

    Of a derived record it is the raw row of the record that it is derived from, over as many
    datasets as there are between; where that has none, the record itself.
    """
    if "_form" not in frame.columns or "_row" not in frame.columns:
        return [None] * len(frame)
    start = pd.DataFrame(
        {
            "of": dataset,
            "form": frame["_form"].fillna("").astype("str").to_numpy(),
            "row": frame["_row"].fillna(0).astype("int64").to_numpy(),
        }
    )
    found = _followed(start, lineage) if dataset in lineage.derived else start
    kinds = found[["of", "form"]].drop_duplicates().to_numpy().tolist()
    files = {form: lineage.files.get(form, form) for _, form in kinds}
    columns = {(of, form): lineage.columns.get((of, variable, form), "") for of, form in kinds}
    return [
        RawPlace(files[form], row, columns[of, form]) if form else None
        for of, form, row in zip(
            found["of"].tolist(), found["form"].tolist(), found["row"].tolist(), strict=True
        )
    ]


def _followed(start: pd.DataFrame, lineage: Lineage) -> pd.DataFrame:
    """Each record of derived datasets led back to the row of a raw form, where there is one."""
    found, current = start.copy(), start.copy()
    # A dataset is derived from another one at each step, so there are no more steps than those.
    for _ in range(len(lineage.sources) + 1):
        moved = np.zeros(len(current), dtype=bool)
        for name in pd.unique(current["form"]).tolist():
            source = lineage.sources.get(name)
            if source is None:
                continue
            rows = current["row"].to_numpy()
            here = (current["form"] == name).to_numpy(dtype=bool)
            here = here & current["of"].isin(lineage.derived).to_numpy(dtype=bool)
            here = here & (rows >= 1) & (rows <= len(source)) & ~moved
            at = source.iloc[rows[here] - 1]
            current.loc[here, "of"] = name
            current.loc[here, "form"] = at["_form"].fillna("").astype("str").to_numpy()
            current.loc[here, "row"] = at["_row"].fillna(0).astype("int64").to_numpy()
            moved |= here
        raw = moved & current["form"].isin(list(lineage.files)).to_numpy(dtype=bool)
        found[raw] = current[raw]
        if not moved.any():
            break
    return found


def record_findings(
    frame: pd.DataFrame,
    mask: Mask,
    *,
    rule: str,
    severity: Severity,
    message: str,
    advice: str,
    dataset: str,
    variables: Sequence[str],
    keys: Sequence[str] = (),
    lineage: Lineage,
    details: Sequence[str] | None = None,
    own_scopes: Sequence[str] | None = None,
) -> list[Finding]:
    """One Finding for each record of `frame` where `mask` is true.

    `variables` names the variables at fault; the first is the Finding's own, the value shows
    them all. `details` (as long as the failing records) is added to the message of each,
    `own_scopes` (as long) takes the place of subject and record.
    """
    failing = frame[mask]
    variable = variables[0] if variables else ""
    spec = lineage.place(dataset, variable)
    columns = [shown(failing[v], v) for v in variables if v in failing.columns]
    values = [", ".join(row) for row in zip(*columns, strict=True)] if columns else []
    values = values or [""] * len(failing)
    more = details if details is not None else [""] * len(failing)
    return [
        Finding(
            rule,
            severity,
            f"{message}{detail}",
            advice,
            dataset,
            variable,
            scope,
            value,
            raw,
            spec,
        )
        for scope, value, raw, detail in zip(
            own_scopes if own_scopes is not None else scopes(failing, dataset, keys),
            values,
            raw_places(failing, dataset, variable, lineage),
            more,
            strict=True,
        )
    ]
