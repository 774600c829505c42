"""Rules of pointers: SUPP--, RELREC and CO against the records and datasets that they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from mappings.findings import Severity
from sdtm.standard import UnknownName, domain
from validation.locate import Mask
from validation.rules.model import Data, Hit, Target, named, rule
from validation.rules.tools import ambiguous, among, equals, present, text

_SUPP = "SDTMIG 3.4 section 8.4"
_RELREC = "SDTMIG 3.4 section 8.3"
_CO = "SDTMIG 3.4 section 5.1"


def _related(data: Data) -> list[str]:
    return [n for n in sorted(data.frames) if n.startswith(("SUPP", "SQ"))]


SUPPLEMENTAL = Target("supplemental qualifiers", _related)


@rule(
    "supp.pointer",
    "a supplemental qualifier points at a record of its parent",
    source=_SUPP,
    target=SUPPLEMENTAL,
    needs=("*.USUBJID", "*.RDOMAIN", "*.IDVAR", "*.IDVARVAL"),
    advice="Correct IDVAR and IDVARVAL, or take the qualifier out with its record.",
    core="000206 000457 000502 000712",
)
def _supp_pointer(data: Data, name: str) -> Iterator[Hit]:
    yield Hit(name, ("RDOMAIN", "IDVAR", "IDVARVAL"), _dangling(data, data[name]))


@rule(
    "relrec.pointer",
    "a relationship points at records that exist",
    source=_RELREC,
    target=named("RELREC"),
    needs=("*.USUBJID", "*.RDOMAIN", "*.IDVAR", "*.IDVARVAL"),
    advice="Correct IDVAR and IDVARVAL, or take the relationship out.",
    core="000206 000384 000502 000916",
)
def _relrec_pointer(data: Data, name: str) -> Iterator[Hit]:
    yield Hit(name, ("RDOMAIN", "IDVAR", "IDVARVAL"), _dangling(data, data[name]))


@rule(
    "co.pointer",
    "a comment on records of a dataset points at records that exist",
    source=_CO,
    target=named("CO"),
    needs=("*.USUBJID", "*.RDOMAIN", "*.IDVAR", "*.IDVARVAL"),
    advice="Correct IDVAR and IDVARVAL, or leave the three empty for a comment on the subject.",
    core="000017 000090 000206 000502 000953",
)
def _co_pointer(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    about = present(frame, "RDOMAIN")
    wrong = ~about & (present(frame, "IDVAR") | present(frame, "IDVARVAL"))
    wrong[about] = _dangling(data, frame[about])
    yield Hit(name, ("RDOMAIN", "IDVAR", "IDVARVAL"), wrong)


def _dangling(data: Data, frame: pd.DataFrame) -> Mask:
    """Records whose pointer leads nowhere; a pointer without USUBJID joins whole datasets."""
    bad = np.zeros(len(frame), dtype=bool)
    parents, variables = text(frame, "RDOMAIN"), text(frame, "IDVAR")
    targets = pd.DataFrame({"parent": parents, "variable": variables}).drop_duplicates()
    for parent, variable in zip(targets["parent"], targets["variable"], strict=True):
        places = np.flatnonzero((parents == parent) & (variables == variable))
        part = frame.iloc[places]
        subject_only = variable == ""
        wanted = ["USUBJID"] if subject_only else ["USUBJID", variable]
        records = _records(data, parent, wanted)
        if records is None:
            bad[places] = True
            continue
        pointer = pd.DataFrame({"USUBJID": text(part, "USUBJID")})
        if not subject_only:
            pointer[variable] = text(part, "IDVARVAL")
        found = among(pointer, wanted, records)
        whole = ~present(part, "USUBJID") & ~present(part, "IDVARVAL")
        bad[places] = ~found & ~whole
    return bad


@rule(
    "supp.unique",
    "a record has a qualifier only once",
    source=_SUPP,
    target=SUPPLEMENTAL,
    needs=("*.USUBJID", "*.RDOMAIN", "*.IDVAR", "*.IDVARVAL", "*.QNAM"),
    advice="Keep one of them, or give the second another QNAM.",
    core="000203",
)
def _supp_unique(data: Data, name: str) -> Iterator[Hit]:
    keys = ["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM"]
    yield Hit(name, ("QNAM",), data[name].duplicated(keys, keep=False).to_numpy())


def _records(data: Data, parent: str, wanted: Sequence[str]) -> pd.DataFrame | None:
    """The `wanted` variables of a domain, of all its parts where it was split; None without."""
    parts = [n for n in data.sdtm if n == parent or (data.prefix(n) == parent and len(n) > 2)]
    frames = [data[n][list(wanted)] for n in parts if data.has(n, *wanted)]
    if len(frames) < 2:
        return frames[0] if frames else None
    return pd.concat([f.assign(**{c: text(f, c) for c in wanted}) for f in frames])


@rule(
    "supp.complete",
    "a pointer has both a variable and a value; only a qualifier of DM has neither",
    source=_SUPP,
    target=SUPPLEMENTAL,
    needs=("*.RDOMAIN", "*.IDVAR", "*.IDVARVAL"),
    advice="Fill IDVAR and IDVARVAL.",
    core="000134 000135 000218",
)
def _supp_complete(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    variable, value = present(frame, "IDVAR"), present(frame, "IDVARVAL")
    wrong = (variable != value) | (~variable & ~equals(frame, "RDOMAIN", "DM"))
    yield Hit(name, ("IDVAR", "IDVARVAL", "RDOMAIN"), wrong)


@rule(
    "supp.name_and_label",
    "QNAM and QLABEL belong together one to one",
    source=f"{_SUPP}; FB0920",
    target=SUPPLEMENTAL,
    needs=("*.QNAM", "*.QLABEL"),
    advice="Give each qualifier one name and one label.",
    core="000302",
)
def _name_and_label(data: Data, name: str) -> Iterator[Hit]:
    mask, scopes, words = ambiguous(data[name], "QNAM", "QLABEL")
    yield Hit(name, ("QNAM", "QLABEL"), mask, words, scopes)


@rule(
    "supp.standard_variable",
    "a qualifier is no variable that the parent itself could have",
    source=_SUPP,
    target=SUPPLEMENTAL,
    needs=("*.QNAM", "*.RDOMAIN"),
    advice="Put the value into the variable of the parent dataset.",
    core="000783",
)
def _standard_variable(data: Data, name: str) -> Iterator[Hit]:
    names, parents = data.column(name, "QNAM"), data.column(name, "RDOMAIN")
    for parent in parents.words:
        try:
            about = domain(str(parent)) if parent else None
        except UnknownName:
            about = None
        if about is not None:
            own = [v.name for v in about.model or about.variables]
            yield Hit(name, ("QNAM",), parents.one_of(str(parent)) & names.one_of(*own))


@rule(
    "supp.races",
    "a subject of several races has RACE MULTIPLE, and each race in SUPPDM",
    source="SDTMIG 3.4 section 5.2",
    target=named("DM"),
    needs=("*.USUBJID", "*.RACE"),
    advice="Set RACE to MULTIPLE, with RACE1, RACE2 and so on as qualifiers.",
    core="000337 000845",
)
def _races(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    several = equals(frame, "RACE", "MULTIPLE")
    told = np.zeros(len(frame), dtype=bool)
    if data.has("SUPPDM", "USUBJID", "QNAM"):
        races = data.column("SUPPDM", "QNAM").like(r"^RACE[0-9]+$")
        told = frame["USUBJID"].isin(data["SUPPDM"].loc[races, "USUBJID"]).to_numpy(dtype=bool)
    yield Hit(name, ("RACE",), several != told)


@rule(
    "supp.other_serious",
    "another reason why an event is serious is told of an event with AESMIE Y",
    source="SDTMIG 3.4 section 6.2.1",
    target=Target(
        "SUPPAE with AESOSP", lambda d: ["SUPPAE"] if d.has("SUPPAE", "QNAM", "IDVARVAL") else []
    ),
    needs=("*.USUBJID", "AE.USUBJID", "AE.AESEQ", "AE.AESMIE"),
    advice="Set AESMIE to Y, or take the qualifier out.",
    core="000597",
)
def _other_serious(data: Data, name: str) -> Iterator[Hit]:
    frame, events = data[name], data["AE"]
    told = equals(frame, "QNAM", "AESOSP") & equals(frame, "IDVAR", "AESEQ")
    pointer = pd.DataFrame({"USUBJID": text(frame, "USUBJID"), "AESEQ": text(frame, "IDVARVAL")})
    serious = events[equals(events, "AESMIE", "Y")]
    yield Hit(name, ("QNAM", "IDVARVAL"), told & ~among(pointer, ["USUBJID", "AESEQ"], serious))


@rule(
    "relrec.record_or_dataset",
    "a relationship is of records, by --SEQ and without RELTYPE, or of datasets, with RELTYPE",
    source=_RELREC,
    target=named("RELREC"),
    needs=("*.USUBJID", "*.IDVAR", "*.IDVARVAL", "*.RELTYPE"),
    advice="Give records USUBJID and IDVARVAL, and datasets RELTYPE ONE or MANY.",
    core="000136 000202",
)
def _record_or_dataset(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    subject, value, kind = (present(frame, v) for v in ("USUBJID", "IDVARVAL", "RELTYPE"))
    number = text(frame, "IDVAR").str.endswith("SEQ").to_numpy(dtype=bool)
    wrong = (number & kind) | (number & ~subject & ~value)
    # The records of one subject, or two datasets: nothing between.
    wrong |= (subject != value) | (subject & kind) | (~subject & ~kind)
    wrong |= kind & ~equals(frame, "RELTYPE", "ONE", "MANY")
    yield Hit(name, ("RELTYPE", "IDVAR", "IDVARVAL"), wrong)


@rule(
    "relrec.pair",
    "a relationship joins at least two sides",
    source=_RELREC,
    target=named("RELREC"),
    needs=("*.USUBJID", "*.RELID"),
    advice="Add the other side, or take the relationship out.",
    core="000484",
)
def _pair(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    alone = ~frame.duplicated(["USUBJID", "RELID"], keep=False).to_numpy()
    yield Hit(name, ("RELID",), alone | ~present(frame, "RELID"))


@rule(
    "relrec.link",
    "a variable that links records to those of another dataset is there too",
    source="SDTM 2.0",
    target=Target(
        "datasets with --LNKID or --LNKGRP", lambda d: [n for n in d.sdtm if _links(d, n)]
    ),
    severity=Severity.WARNING,
    advice="Add the link to the other dataset, or take it out.",
    core="000358 000571",
)
def _link(data: Data, name: str) -> Iterator[Hit]:
    for part in _links(data, name):
        others = [n for n in data.sdtm if n != name and part in _links(data, n)]
        if not others:
            variable = f"{data.prefix(name)}{part}"
            yield Hit(name, (variable,), scope=f"no other dataset has --{part}")


def _links(data: Data, name: str) -> list[str]:
    return [p for p in ("LNKID", "LNKGRP") if f"{data.prefix(name)}{p}" in data[name]]


@rule(
    "co.about",
    "a comment on records says which variable shows them, and has no date of its own",
    source=_CO,
    target=named("CO"),
    needs=("*.RDOMAIN", "*.IDVAR"),
    advice="Fill IDVAR, and leave CODTC empty: the records have their own date.",
    core="000158 000187 000218",
)
def _about(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    about, variable = present(frame, "RDOMAIN"), present(frame, "IDVAR")
    yield Hit(name, ("IDVAR", "RDOMAIN"), about & ~variable & ~equals(frame, "RDOMAIN", "DM"))
    if "CODTC" in frame:
        yield Hit(name, ("CODTC", "IDVAR"), variable & present(frame, "CODTC"))
    if "IDVARVAL" in frame:
        yield Hit(name, ("IDVARVAL", "IDVAR"), variable != present(frame, "IDVARVAL"))
