"""Rules from level to level: an analysis value against the record that it says it comes from.

Records are found again by the lineage they carry, by subject, or by SRCDOM and SRCSEQ; nothing
of what derived the values is used here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.adam_dates import after_cutoff
from validation.rules.adam_tools import (
    DESCRIBED,
    GUIDE,
    having,
    is_number,
    number,
    on_days,
    sas_days,
    shape,
    variables,
)
from validation.rules.model import Data, Hit, Target, is_adam, rule
from validation.rules.tools import days, differs, equals, of_subject, present, text

Positions = npt.NDArray[np.int64]
_LINEAGE = ("*._form", "*._row", "*.USUBJID")
_QUALIFIER = re.compile(r"(SUPP\w+)\.QVAL where QNAM is (\w+)")


def by_lineage(data: Data, frame: pd.DataFrame, source: str) -> Positions:
    """The place in `source` of the record that each record was made of, -1 where it was another.

    Records made of something else find theirs in ADSL and DM by subject, as merged variables do.
    """
    home = data[source]
    found = np.full(len(frame), -1, dtype=np.int64)
    mine = equals(frame, "_form", source)
    rows = frame["_row"].to_numpy(dtype=np.int64, na_value=0)
    if "_form" in home and len(home) and equals(home, "_form", source).all():
        # Finished datasets number their rows themselves.
        place = pd.Series(np.arange(len(home)), index=home["_row"].to_numpy())
        place = place[~place.index.duplicated()]
        found[mine] = pd.Series(rows[mine]).map(place).fillna(-1).to_numpy(dtype=np.int64)
    else:
        inside = mine & (rows >= 1) & (rows <= len(home))
        found[inside] = rows[inside] - 1
    if source in ("ADSL", "DM"):
        found[~mine] = _by_subject(home, frame["USUBJID"])[~mine]
    return found


def _by_subject(home: pd.DataFrame, subjects: pd.Series) -> Positions:
    place = pd.Series(np.arange(len(home)), index=home["USUBJID"].to_numpy())
    place = place[~place.index.duplicated()]
    return subjects.map(place).fillna(-1).to_numpy(dtype=np.int64)


def _at(home: pd.DataFrame, column: str, places: Positions) -> pd.Series:
    """The values of `column` at `places`, as they are; a missing one where there is no place."""
    values = home[column].reset_index(drop=True)
    taken = values.reindex(np.where(places < 0, len(home), places))
    taken = taken.reset_index(drop=True)
    return taken if pd.api.types.is_numeric_dtype(values) else taken.fillna("").astype("str")


def _unlike(data: Data, frame: pd.DataFrame, column: str, wanted: pd.Series, known: Mask) -> Mask:
    """Where the variable is not `wanted`; what is after the data cut-off may be left out."""
    if is_number(frame, column) and pd.api.types.is_numeric_dtype(wanted):
        own, other = number(frame, column), wanted.to_numpy(dtype=float)
        return np.asarray(known & (differs(own, other) | (np.isnan(own) != np.isnan(other))))
    given = text(wanted.to_frame("given"), "given").reset_index(drop=True)
    own_text = text(frame, column).reset_index(drop=True)
    unlike = known & (own_text != given).to_numpy(dtype=bool)
    if unlike.any() and (column.endswith("DTC") or column == "DTHFL"):
        date = death_dates(data, frame) if column == "DTHFL" else given
        unlike &= present(frame, column) | ~after_cutoff(data, date).to_numpy(dtype=bool)
    return unlike


def death_dates(data: Data, frame: pd.DataFrame) -> pd.Series:
    """The collected date of death of each record's subject, "" for none."""
    if not data.has("DM", "USUBJID", "DTHDTC"):
        return pd.Series("", frame.index, dtype="str")
    return of_subject(data["DM"], "DTHDTC", frame["USUBJID"]).fillna("").astype("str")


def _told(source: str, wanted: pd.Series, mask: Mask) -> list[str]:
    words = text(wanted.to_frame("given"), "given").to_numpy()[mask]
    return [f": {source} says {w or 'nothing'}" for w in words]


@rule(
    "cross.predecessor",
    "a predecessor holds, record by record, the value of the variable that it names",
    source=f"{GUIDE} section 4.2; Define-XML 2.1, origin Predecessor",
    target=DESCRIBED,
    needs=_LINEAGE,
    advice="Copy the variable, or say with 'origin' and 'method' how it was derived.",
)
def _predecessor(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    places = cache(partial(by_lineage, data, frame))
    for variable in data.described[name].variables:
        origins = variable.origins
        if variable.name not in frame or any(o.type != "Predecessor" for o in origins):
            continue
        for origin in origins:
            yield from _compared(data, name, variable.name, origin.description, places)


def _compared(
    data: Data, name: str, column: str, described: str, found: Callable[[str], Positions]
) -> Iterator[Hit]:
    frame = data[name]
    if hit := _QUALIFIER.fullmatch(described):
        parent = hit[1][4:]
        if hit[1] in data and parent in data:
            places = found(parent)
            wanted = _qualifier(data, parent, hit[1], hit[2]).iloc[places]
            mask = _unlike(data, frame, column, wanted.reset_index(drop=True), places >= 0)
            yield Hit(name, (column,), mask, _told(described, wanted, mask))
        return
    source, _, original = described.partition(".")
    if not data.has(source, original):
        # A dataset of another package cannot be compared; a variable that is not there can.
        if source in data:
            yield Hit(name, (column,), scope=f"{column} from {described}", value=described)
        return
    places = found(source)
    wanted = _at(data[source], original, places)
    mask = _unlike(data, frame, column, wanted, places >= 0) & _used(frame, column)
    yield Hit(name, (column,), mask, _told(described, wanted, mask))


def _used(frame: pd.DataFrame, column: str) -> Mask:
    """The records whose parameter has the variable at all: derived ones may do without a visit."""
    filled = pd.Series(present(frame, column))
    if "PARAMCD" not in frame:
        return np.ones(len(frame), dtype=bool)
    by = text(frame, "PARAMCD").reset_index(drop=True)
    return np.asarray(filled.groupby(by).transform("any").to_numpy(dtype=bool))


def _qualifier(data: Data, parent: str, supp: str, name: str) -> pd.Series:
    """The value of a qualifier for each record of its parent, "" without one."""
    home, rows = data[parent], data[supp]
    rows = rows[equals(rows, "QNAM", name)]
    result = pd.Series("", index=range(len(home)), dtype="str")
    for variable in pd.unique(text(rows, "IDVAR")):
        part = rows[(text(rows, "IDVAR") == variable).to_numpy()]
        keys = part["USUBJID"].astype("str")
        own = home["USUBJID"].astype("str").reset_index(drop=True)
        if variable and variable in home:
            keys = keys + "\0" + text(part, "IDVARVAL")
            own = own + "\0" + text(home, str(variable)).reset_index(drop=True)
        values = pd.Series(text(part, "QVAL").to_numpy(), index=keys.to_numpy())
        values = values[~values.index.duplicated()]
        result = result.where(result != "", own.map(values).fillna("").astype("str"))
    return result


@rule(
    "cross.sdtm_value",
    "a variable kept under its SDTM name holds what SDTM holds for that record",
    source=f"{GUIDE} section 3.1.1; AD0204",
    target=Target(
        "ADSL and ADaM datasets of occurrences",
        lambda d: [n for n in d.adam if n == "ADSL" or _domain(d, n)],
    ),
    needs=("*.USUBJID",),
    advice="Copy the variable from SDTM, or give what was changed a name of its own.",
)
def _sdtm_value(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    domain = "DM" if name == "ADSL" else _domain(data, name)
    if domain not in data:
        return
    home = data[domain]
    places = (
        _by_subject(home, frame["USUBJID"])
        if domain == "DM"
        else _by_number(home, frame, f"{domain}SEQ", f"{domain}SEQ")
    )
    for column in [c for c in variables(frame) if c in home and c != "USUBJID"]:
        wanted = _at(home, column, places)
        mask = _unlike(data, frame, column, wanted, places >= 0)
        yield Hit(name, (column,), mask, _told(f"{domain}.{column}", wanted, mask))


def _domain(data: Data, name: str) -> str:
    """The SDTM domain whose records a dataset of occurrences holds, "" for none."""
    if shape(data, name) not in ("OCCDS", "ADAE"):
        return ""
    found = [c[:2] for c in variables(data[name]) if re.fullmatch(r"[A-Z][A-Z0-9]SEQ", c)]
    return found[0] if len(found) == 1 else ""


def _by_number(home: pd.DataFrame, frame: pd.DataFrame, theirs: str, own: str) -> Positions:
    """The place in `home` of the record with this subject and sequence number, -1 without."""
    keys = home["USUBJID"].astype("str") + "\0" + text(home, theirs)
    place = pd.Series(np.arange(len(home)), index=keys.to_numpy())
    place = place[~place.index.duplicated()]
    wanted = frame["USUBJID"].astype("str") + "\0" + text(frame, own)
    return wanted.map(place).fillna(-1).to_numpy(dtype=np.int64)


@rule(
    "cross.occurrence",
    "every record of occurrences is a record of its SDTM domain",
    source="OCCDS 1.1, --SEQ",
    target=Target(
        "ADaM datasets of occurrences with --SEQ", lambda d: [n for n in d.adam if _domain(d, n)]
    ),
    needs=("*.USUBJID",),
    advice="Keep the --SEQ of the SDTM record.",
)
def _occurrence(data: Data, name: str) -> Iterator[Hit]:
    domain, frame = _domain(data, name), data[name]
    sequence = f"{domain}SEQ"
    if data.has(domain, "USUBJID", sequence):
        yield Hit(name, (sequence,), _by_number(data[domain], frame, sequence, sequence) < 0)


def _sources(data: Data, name: str) -> Iterator[tuple[str, str, Mask, Positions]]:
    """(dataset, variable, records, places): the sources that SRCDOM and SRCVAR name together.

    A record of a dataset with one record a subject needs no SRCSEQ; any other without it is
    made of several records, and has no place.
    """
    frame = data[name]
    domains = text(frame, "SRCDOM")
    named_variable = text(frame, "SRCVAR") if "SRCVAR" in frame else domains.mask(domains != "", "")
    pairs = pd.DataFrame({"d": domains, "v": named_variable}).drop_duplicates()
    for domain, variable in pairs.to_numpy():
        if domain not in data or "USUBJID" not in data[domain]:
            continue
        among = (domains == domain).to_numpy() & (named_variable == variable).to_numpy()
        home = data[domain]
        places = np.full(len(frame), -1, dtype=np.int64)
        sequence = "ASEQ" if is_adam(domain) else f"{data.prefix(domain)}SEQ"
        if sequence in home and "SRCSEQ" in frame:
            places = _by_number(home, frame, sequence, "SRCSEQ")
        elif not home["USUBJID"].duplicated().any():
            places = _by_subject(home, frame["USUBJID"])
        yield domain, variable, among, np.where(among, places, -1)


_TRACED = having("USUBJID", "SRCDOM")


@rule(
    "source.named",
    "SRCDOM names a dataset of the package and SRCVAR a variable of it, both or neither",
    source=f"{GUIDE} section 3.3, datapoint traceability",
    target=_TRACED,
    advice="Name the dataset and variable that the analysis value comes from.",
)
def _named_source(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    domains = text(frame, "SRCDOM")
    yield Hit(name, ("SRCDOM",), (domains != "").to_numpy() & ~domains.isin([*data.frames]))
    if "SRCSEQ" in frame:
        yield Hit(name, ("SRCDOM", "SRCSEQ"), present(frame, "SRCSEQ") & (domains == "").to_numpy())
    if "SRCVAR" not in frame:
        return
    odd = present(frame, "SRCVAR") != (domains != "").to_numpy()
    names = text(frame, "SRCVAR")
    for domain in [d for d in pd.unique(domains) if d in data]:
        there = names.isin([*variables(data[domain]), ""]).to_numpy(dtype=bool)
        odd |= (domains == domain).to_numpy() & ~there
    yield Hit(name, ("SRCVAR", "SRCDOM"), odd)


@rule(
    "source.record",
    "SRCSEQ is the number of a record of the subject in SRCDOM",
    source=f"{GUIDE} section 3.3, datapoint traceability",
    target=having("USUBJID", "SRCDOM", "SRCSEQ"),
    advice="Copy --SEQ (or ASEQ) of the record; leave it empty where several records were used.",
)
def _source_record(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for _, _, among, places in _sources(data, name):
        yield Hit(name, ("SRCSEQ", "SRCDOM"), among & present(frame, "SRCSEQ") & (places < 0))


@rule(
    "source.missing",
    "a value that is not derived from several records says of which record it is",
    source=f"{GUIDE} section 3.3, datapoint traceability",
    target=having("USUBJID", "PARAMCD", "SRCDOM", "SRCSEQ"),
    advice="Copy --SEQ of the record to SRCSEQ.",
)
def _source_missing(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    given = present(frame, "SRCSEQ")
    # Where all other records of parameter and source have it, the value is of one record.
    by = [text(frame, "PARAMCD"), text(frame, "SRCDOM")]
    numbers = pd.Series(given).groupby([b.reset_index(drop=True) for b in by])
    share = numbers.transform("mean").to_numpy(dtype=float)
    yield Hit(name, ("SRCSEQ", "SRCDOM"), ~given & (share > 0.5) & present(frame, "SRCDOM"))


@rule(
    "source.value",
    "AVAL is the value of SRCVAR, or in all of the parameter the same multiple of it",
    source=f"{GUIDE} section 3.3, datapoint traceability",
    target=having("USUBJID", "PARAMCD", "SRCDOM", "SRCVAR", "AVAL"),
    severity=Severity.WARNING,
    advice="Compare the record with its source, or explain the computation between them.",
)
def _source_value(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    aval, codes = number(frame, "AVAL"), text(frame, "PARAMCD").reset_index(drop=True)
    for domain, variable, _, places in _sources(data, name):
        if not data.has(domain, variable) or variable.endswith(("DT", "DTM", "DTC", "SEQ")):
            continue
        taken = _at(data[domain], variable, places)
        if not pd.api.types.is_numeric_dtype(taken):
            continue
        origin = taken.to_numpy(dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = pd.Series(np.where(origin == 0, np.nan, aval / origin))
        usual = factor.groupby(codes).transform("median").to_numpy(dtype=float)
        # Nothing but zeros: then any multiple of them is 0.
        wanted = origin * np.where(np.isnan(usual), 1.0, usual)
        lost = ~np.isnan(origin) & np.isnan(aval)
        mask = differs(aval, wanted, 1e-6) | lost
        yield Hit(name, ("AVAL", "SRCDOM", "SRCVAR"), mask, _told(variable, taken, mask))


@rule(
    "source.text",
    "within a parameter that repeats a source, one text of it is always one AVALC",
    source=f"{GUIDE} section 3.3, datapoint traceability",
    target=having("USUBJID", "PARAMCD", "SRCDOM", "SRCVAR", "AVALC"),
    severity=Severity.WARNING,
    advice="Compare the record with its source, or explain what else decides.",
)
def _source_text(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    codes, given = text(frame, "PARAMCD"), text(frame, "AVALC")
    # One record a subject is a choice among the source's (a best response), not its repetition.
    repeated = frame.groupby([codes, frame["USUBJID"]])["AVALC"].transform("size")
    repeats = (repeated.groupby(codes).transform("max") > 1).to_numpy()
    for domain, variable, _, places in _sources(data, name):
        if not data.has(domain, variable) or is_number(data[domain], variable):
            continue
        taken = _at(data[domain], variable, places)
        here = (places >= 0) & repeats & (taken != "").to_numpy()
        pairs = pd.DataFrame({"p": codes.to_numpy(), "s": taken, "a": given.to_numpy()})
        # The rarer of two answers is shown.
        size = pairs[here].groupby(["p", "s", "a"])["a"].transform("size")
        usual = size.groupby([pairs["p"][here], pairs["s"][here]]).transform("max")
        odd = np.zeros(len(frame), dtype=bool)
        tied = pairs[here].groupby(["p", "s"])["a"].transform("nunique") > 1
        odd[here] = (tied & ((size < usual) | (usual == 1))).to_numpy()
        yield Hit(name, ("AVALC", "SRCDOM", "SRCVAR"), odd, _told(variable, taken, odd))


@rule(
    "source.date",
    "ADT is the date of the source record",
    source=f"{GUIDE} section 3.3, datapoint traceability",
    target=having("USUBJID", "SRCDOM", "ADT"),
    advice="Take date and source from one record.",
)
def _source_date(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    given = number(frame, "ADT")
    for domain, variable, _, places in _sources(data, name):
        date = _date_variable(data, domain, variable)
        if not date:
            continue
        home, taken = data[domain], _at(data[domain], date, places)
        if is_number(home, date):
            seconds = date.endswith("DTM")
            wanted = sas_days(on_days(taken.to_numpy(dtype=float), seconds=seconds))
        else:
            wanted = sas_days(days(taken))
        known = (places >= 0) & ~np.isnan(wanted)
        mask = known & (differs(given, wanted) | np.isnan(given))
        yield Hit(name, ("ADT", "SRCDOM"), mask, _told(f"{domain}.{date}", taken, mask))


def _date_variable(data: Data, domain: str, variable: str) -> str:
    """The variable with the date of a source: SRCVAR if it is one, else that of the record."""
    prefix = data.prefix(domain)
    names: tuple[str, ...] = (
        ("ADT", "ADTM") if is_adam(domain) else (f"{prefix}DTC", f"{prefix}STDTC")
    )
    if variable.endswith(("DT", "DTM", "DTC")):
        names = (variable, *names)
    return next((n for n in names if data.has(domain, n)), "")
