"""SUPP--: supplemental qualifiers declared with `supp`, and text that is over 200 bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from mappings.frames import concat, map_distinct, text_series
from mappings.text import MAX_BYTES, byte_length, pieces

COLUMNS = (
    "STUDYID",
    "RDOMAIN",
    "USUBJID",
    "IDVAR",
    "IDVARVAL",
    "QNAM",
    "QLABEL",
    "QVAL",
    "QORIG",
    "QEVAL",
)


@dataclass(frozen=True)
class Qualifier:
    """A supplemental qualifier: QNAM, QLABEL, QORIG, QEVAL and its value per record."""

    name: str
    label: str
    origin: str
    evaluator: str
    values: pd.Series[str]


def continued(
    frame: pd.DataFrame,
    variables: Mapping[str, str],
    encoding: str,
    origins: Mapping[str, str] | None = None,
    taken: Sequence[str] = (),
) -> tuple[pd.DataFrame, list[Qualifier]]:
    """Cut text over 200 bytes: the first piece stays, the others become qualifiers.

    `variables` are the text variables with their labels, `origins` their QORIG (CRF if it is
    not said), `taken` the QNAMs that are in use. SDTMIG 4.5.3.2: QNAM is the variable's name
    with a digit (cut to eight), at word boundaries.
    """
    names = {*taken, *variables}
    qualifiers: list[Qualifier] = []
    changed: dict[str, pd.Series[str]] = {}
    for name, label in variables.items():
        column = frame[name]
        long = [t for t in pd.unique(column) if byte_length(t, encoding) > MAX_BYTES]
        if not long:
            continue
        cut = {t: pieces(t, encoding) for t in long}
        changed[name] = map_distinct(column, partial(_piece, cut, 0))
        for i in range(1, max(len(p) for p in cut.values())):
            rest = map_distinct(column, partial(_piece, cut, i))
            origin = (origins or {}).get(name, "CRF")
            qualifiers.append(
                Qualifier(_free(name, i, names), _numbered(label, i), origin, "", rest)
            )
    return frame.assign(**changed), qualifiers


def whole_qualifiers(qualifiers: Sequence[Qualifier], encoding: str) -> list[Qualifier]:
    """Qualifiers whose values fit QVAL: text over 200 bytes goes on in further qualifiers."""
    names = {q.name for q in qualifiers}
    result: list[Qualifier] = []
    for qualifier in qualifiers:
        frame = pd.DataFrame({qualifier.name: qualifier.values})
        label = {qualifier.name: qualifier.label}
        origin = {qualifier.name: qualifier.origin}
        kept, more = continued(frame, label, encoding, origin, sorted(names))
        names.update(q.name for q in more)
        result.append(replace(qualifier, values=kept[qualifier.name]))
        result.extend(replace(q, evaluator=qualifier.evaluator) for q in more)
    return result


def _numbered(label: str, number: int) -> str:
    tail = f" {number}"
    return label.encode()[: 40 - len(tail)].decode(errors="ignore").rstrip() + tail


def _free(name: str, number: int, names: set[str]) -> str:
    """A QNAM of at most eight characters for a further piece, which no other one has."""
    made = f"{name[: 8 - len(str(number))]}{number}"
    while made in names:
        number += 1
        made = f"{name[: 8 - len(str(number))]}{number}"
    names.add(made)
    return made


def _piece(cut: Mapping[str, list[str]], number: int, texts: list[str]) -> list[str]:
    """Piece `number` of each text; what was not cut is its own first piece."""
    parts = [cut.get(t, [t]) for t in texts]
    return [p[number] if number < len(p) else "" for p in parts]


def supplemental(
    frame: pd.DataFrame, target: str, sequence: str, qualifiers: Sequence[Qualifier]
) -> pd.DataFrame:
    """The SUPP-- records of a finished domain: one per record and qualifier with a value."""
    parts: list[pd.DataFrame] = []
    for order, qualifier in enumerate(qualifiers):
        mask = qualifier.values.ne("").to_numpy(dtype=bool)
        rows = frame.loc[mask]
        if sequence:
            number = rows[sequence].map("{:.0f}".format).astype("str")
        else:
            number = text_series([""] * len(rows), rows.index)
        constants = {
            "RDOMAIN": target,
            "IDVAR": sequence,
            "QNAM": qualifier.name,
            "QLABEL": qualifier.label,
            "QORIG": qualifier.origin,
            "QEVAL": qualifier.evaluator,
        }
        part = pd.DataFrame(
            {
                "STUDYID": rows["STUDYID"],
                "USUBJID": rows["USUBJID"],
                "IDVARVAL": number,
                "QVAL": qualifier.values[mask],
                "_form": rows["_form"],
                "_row": rows["_row"],
            }
        )
        for name, value in constants.items():
            part[name] = text_series([value] * len(part), part.index)
        part["_order"] = rows[sequence] if sequence else 0.0
        part["_qualifier"] = float(order)
        parts.append(part)
    whole = concat([p for p in parts if len(p)])
    if not len(whole):
        return whole
    whole = whole.sort_values(["USUBJID", "_order", "_qualifier"], kind="stable")
    return whole.reset_index(drop=True)[[*COLUMNS, "_form", "_row"]]
