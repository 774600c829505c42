"""Metadata of datasets that no define.xml describes: what their standard and their files tell.

It is what checks can be made from where nothing else is known; it is never written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from adam.standard import structures
from define.model import Codelist, Dataset, Metadata, Term, Variable
from define.reconcile.files import MAX_TEXT, Head
from define.xport.columns import Column
from sdtm.standard import Domain, SdtmVariable, UnknownName, domain
from sdtm.terminology import Terminology

_SUPP_KEYS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")


def presumed(
    heads: Mapping[str, Head],
    frames: Mapping[str, pd.DataFrame],
    terminology: Terminology,
    *,
    analysis: bool,
) -> Metadata:
    """What the SDTMIG (or, for `analysis` data, the ADaMIG) says of datasets with these names.

    Labels, lengths and formats are those of the files, so nothing that only define.xml could
    say is known: no origin, no method, no codelist but the published ones that are closed.
    """
    purpose = "Analysis" if analysis else "Tabulation"
    made = _analysis if analysis else _tabulation
    datasets = tuple(made(name, heads[name], frames[name], terminology) for name in sorted(frames))
    return Metadata("", "", "", "", purpose, "", (), datasets)


def domain_of(name: str, frame: pd.DataFrame) -> Domain | None:
    """The domain of the guide that a dataset is of: by its name, or by DOMAIN where it is split."""
    told = frame["DOMAIN"].iloc[0] if "DOMAIN" in frame and len(frame) else ""
    for code in (name, str(told)):
        try:
            return domain(code)
        except UnknownName:
            continue
    return None


def _tabulation(name: str, head: Head, frame: pd.DataFrame, terminology: Terminology) -> Dataset:
    about = domain_of(name, frame)
    known = _known(about, (c.name for c in head.columns)) if about else {}
    names = {c.name for c in head.columns}
    prefix = about.name if about else name[:2]
    keys: tuple[str, ...] = ()
    if name.startswith(("SUPP", "SQ")):
        keys = _SUPP_KEYS
    elif {"USUBJID", f"{prefix}SEQ"} <= names:
        keys = ("STUDYID", "USUBJID", f"{prefix}SEQ")
    elif prefix == "DM":
        keys = ("STUDYID", "USUBJID")
    elif prefix == "TS":
        keys = ("STUDYID", "TSPARMCD", "TSSEQ")
    keys = tuple(k for k in keys if k in names)
    variables = [
        _variable(column, place, known.get(column.name), keys, terminology)
        for place, column in enumerate(head.columns, 1)
    ]
    return Dataset(
        name,
        head.label,
        about.class_name if about else "",
        about.structure if about else "",
        tuple(variables),
        len(frame),
        prefix,
        repeating=about.repeating if about else True,
        reference_data=about.reference_data if about else False,
    )


def _known(about: Domain, names: Iterable[str]) -> dict[str, SdtmVariable]:
    known = {}
    for name in names:
        try:
            known[name] = about.allowed(name)
        except UnknownName:
            continue
    return known


def _variable(
    column: Column,
    place: int,
    about: SdtmVariable | None,
    keys: tuple[str, ...],
    terminology: Terminology,
) -> Variable:
    numeric = about.numeric if about else column.numeric
    return Variable(
        column.name,
        column.label,
        "float" if numeric else "text",
        numeric,
        8 if numeric else column.length or MAX_TEXT,
        place,
        format=column.format,
        role=about.role if about else "",
        mandatory=about is not None and about.core == "Req",
        key_sequence=keys.index(column.name) + 1 if column.name in keys else 0,
        codelist=_closed(about, terminology) if about and not numeric else None,
    )


def _closed(about: SdtmVariable, terminology: Terminology) -> Codelist | None:
    """The published list whose terms alone the variable may hold, if there is one such."""
    if len(about.codelists) != 1 or about.codelists[0] not in terminology:
        return None
    published = terminology.codelist(about.codelists[0])
    if published.extensible:
        return None
    terms = tuple(Term(v) for v in (*published.values, *published.besides))
    return Codelist(published.submission, published.name, terms=terms)


def _analysis(name: str, head: Head, frame: pd.DataFrame, _: Terminology) -> Dataset:
    names = {c.name for c in head.columns}
    shape = structures()[_shape(name, names)] if _shape(name, names) else None
    keys = ("STUDYID", "USUBJID") if name == "ADSL" else ()
    variables = tuple(
        Variable(
            c.name,
            c.label,
            "float" if c.numeric else "text",
            c.numeric,
            8 if c.numeric else c.length or MAX_TEXT,
            place,
            format=c.format,
            mandatory=c.name in ("STUDYID", "USUBJID"),
            key_sequence=keys.index(c.name) + 1 if c.name in keys else 0,
        )
        for place, c in enumerate(head.columns, 1)
    )
    return Dataset(
        name,
        head.label,
        shape.class_name if shape else "ADAM OTHER",
        shape.structure if shape else "",
        variables,
        len(frame),
        subclass=shape.subclass if shape else "",
    )


def _shape(name: str, names: set[str]) -> str:
    """The structure that the variables are of, "" for none."""
    if name == "ADSL":
        return "ADSL"
    if "PARAMCD" in names:
        return "TTE" if "CNSR" in names else "BDS"
    return "OCCDS" if any(n[2:] in ("TERM", "TRT", "DECOD") for n in names) else ""
