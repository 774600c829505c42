"""Endpoints of CEACART01, computed a second time, straight from the raw CSV files.

Written from the study description and the raw data dictionary alone. It shares no code, no
setting and no intermediate data with the engine: plain Python, standard library only.

    python tests/independent/endpoints.py RAW_FOLDER

`PROTOCOL` before a comment quotes the sentence a step implements, `READING` states how a sentence
that can be understood in more than one way was understood here.
"""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

STUDYID = "CEACART01"
CUTOFF = date(2024, 6, 30)
RESPONSE_WINDOW = 183  # PROTOCOL: best overall response irCR or irPR with ADY <= 183
SD_MINIMUM = 28  # PROTOCOL: irSD as best response needs ADY >= 28
CONFIRM_DAYS = 28  # PROTOCOL: Confirmed (again at least 28 days later ..
CONFIRM_MAX_NE = 1  # PROTOCOL: .. at most one NE between)
VOID_DAYS = 28  # PROTOCOL: next evaluable assessment at least 28 days later is not irPD: void
DLT_DAYS = 28  # PROTOCOL: followed 28 days; DLT on Day 1 to 28 after the first infusion
TOO_SMALL = Fraction(5)  # PROTOCOL: too small to measure = 5 mm
NODE_NORMAL = Fraction(10)  # PROTOCOL: nodes < 10 mm short axis
PR_FACTOR = Fraction(7, 10)  # PROTOCOL: burden down at least 30 % from baseline
PD_FACTOR = Fraction(12, 10)  # PROTOCOL: burden up at least 20 % ..
PD_MM = Fraction(5)  # PROTOCOL: .. and 5 mm from the lowest

# fmt: off
EDC_FORMS = (
    "dm", "ic", "mh", "ch", "act", "lk", "mf", "vs", "ecog", "ld", "inf", "ae", "cm", "lbh", "lbc",
    "tl", "ntl", "nl", "rsp", "sv", "eos", "dth", "sfu", "preg",
)
# fmt: on

CR, PR, SD, PD, NE = "CR", "PR", "SD", "PD", "NE"
EVALUABLE = (CR, PR, SD, PD)
NOT_PROGRESSED = (CR, PR, SD)

Row = dict[str, str]
AeKey = tuple[str, int]


# ------------------------------------------------------------------------------------- raw data


@dataclass
class Raw:
    """Every active record, by form."""

    forms: dict[str, list[Row]]
    markers: list[Row]
    kinetics: list[Row]


def _read_edc(path: Path) -> list[Row]:
    """Read one clinical view. UTF-8 with a byte-order mark, the last line is EOF."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.reader(handle))
    if not lines or lines[-1][:1] != ["EOF"]:
        raise ValueError(f"{path.name}: last line is not EOF, the file is not complete")
    header, *body = lines[:-1]
    rows = []
    for number, line in enumerate(body, start=2):
        if len(line) != len(header):
            raise ValueError(f"{path.name}: line {number} has {len(line)} of {len(header)} cells")
        row = dict(zip(header, line, strict=True))
        # Soft-deleted rows (RecordActive 0) never count.
        if row["RecordActive"].strip() != "0":
            rows.append(row)
    return rows


def _read_vendor(path: Path, encoding: str) -> list[Row]:
    with path.open(encoding=encoding, newline="") as handle:
        return list(csv.DictReader(handle))


def load(raw_folder: Path) -> Raw:
    """Read all files of the export."""
    return Raw(
        forms={form: _read_edc(raw_folder / "edc" / f"{form}.csv") for form in EDC_FORMS},
        markers=_read_vendor(raw_folder / "vendor" / "markers.csv", "gb18030"),
        kinetics=_read_vendor(raw_folder / "vendor" / "car_kinetics.csv", "utf-8"),
    )


# ------------------------------------------------------------------------------ dates and numbers


@dataclass(frozen=True)
class Partial:
    """A date as collected: the first and the last day it can be. None: nothing is known."""

    first: date | None
    last: date | None
    known: str  # "D" complete, "M" to the month, "Y" to the year, "" nothing

    @property
    def complete(self) -> date | None:
        return self.first if self.known == "D" else None


MISSING = Partial(None, None, "")


def partial(row: Row, name: str) -> Partial:
    """Take the date from its parts (X_INT, filled in by Rave, is never a source).

    FORMS (planted cases): an impossible date (30 FEB 2023) is missing.
    READING day known, month unknown: known to the year.
    """
    if row[name]:
        day = date.fromisoformat(row[name][:10])
        return Partial(day, day, "D")
    year, month, dom = (row[f"{name}_{part}"].strip() for part in ("YYYY", "MM", "DD"))
    if not year:
        return MISSING
    y = int(year)
    if not month:
        return Partial(date(y, 1, 1), date(y, 12, 31), "Y")
    m = int(month)
    first = date(y, m, 1)
    last = (date(y + m // 12, m % 12 + 1, 1)) - timedelta(days=1)
    if not dom:
        return Partial(first, last, "M")
    if 1 <= int(dom) <= last.day:
        day = date(y, m, int(dom))
        return Partial(day, day, "D")
    return MISSING


def complete(row: Row, name: str) -> date | None:
    return partial(row, name).complete


def code(row: Row, name: str) -> str:
    return row[f"{name}_STD"].strip()


def number(row: Row, name: str) -> Fraction | None:
    """Numeric value in mm or None.

    PROTOCOL: Full-width digits become ASCII; a decimal comma is a finding unless the form
    declares it. READING: a number with a decimal comma has no value until it is corrected.
    """
    typed = unicodedata.normalize("NFKC", row[f"{name}_RAW"] or row[name]).strip()
    try:
        value = Fraction(typed)
    except ValueError:
        return None
    return value * 10 if row[f"{name}_UN"].strip().lower() == "cm" else value


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def study_day(day: date, start: date) -> int:
    """There is no Day 0: the day of the first infusion is Day 1."""
    return (day - start).days + (1 if day >= start else 0)


# ---------------------------------------------------------------------------------------- results


@dataclass
class Assessment:
    """One tumour assessment after the first infusion."""

    subject: str
    folder: str
    visit: str
    instance: int
    day: str
    ady: int
    investigator: str | None  # overall response entered: CR PR SD PD NE
    used: bool  # after the first infusion, not after new therapy, not after the cut-off
    after_progression: bool = False  # later than an irPD that counts: no response counts
    void: bool = False  # an irPD that does not count
    lesions: str | None = None  # overall response computed from the lesions
    lesions_target: str | None = None
    lesions_nontarget: str | None = None
    lesions_new: str | None = None
    burden: str | None = None  # mm; None when not all of it was measured
    investigator_target: str | None = None
    investigator_nontarget: str | None = None
    investigator_new: str | None = None

    @property
    def date(self) -> date:
        return date.fromisoformat(self.day)

    @property
    def differs(self) -> bool:
        return self.investigator != self.lesions


@dataclass
class TimeToEvent:
    """One ADTTE record."""

    startdt: str
    adt: str
    aval: int
    event: bool
    reason: str


@dataclass
class Person:
    """All results of one person."""

    usubjid: str
    subjects: list[str]  # screening numbers, first to last
    trtsdt: str | None = None
    trtstm: str | None = None
    reinfdt: str | None = None
    newtrtdt: str | None = None
    scrnfl: str = "N"
    enrlfl: str = "N"
    saffl: str = "N"
    fasfl: str = "N"
    dltevlfl: str = "N"
    dlt: bool = False
    bor: str | None = None
    cbor: str | None = None
    pddt: str | None = None  # first irPD that counts
    pfs: TimeToEvent | None = None
    os: TimeToEvent | None = None
    dor_registered: TimeToEvent | None = None
    dor_usual: TimeToEvent | None = None
    ttr: TimeToEvent | None = None
    trtemfl: dict[AeKey, str] = field(default_factory=dict)  # (Subject, recordposition) -> Y, N
    ae_after_cutoff: list[AeKey] = field(default_factory=list)  # not in ADaM, no TRTEMFL
    dthdt: str | None = None  # None also when the death is after the cut-off
    dthdtf: str | None = None  # imputed: D day, M month and day, Y everything
    dthdt_all: str | None = None  # without the cut-off
    lstalvdt: str | None = None  # last known alive, evidence on or before the cut-off only
    lstalvdt_all: str | None = None  # last known alive, over all data
    lstalv_source: str | None = None  # the record behind lstalvdt_all
    assessments: list[Assessment] = field(default_factory=list)
    disagreements: list[Assessment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# ------------------------------------------------------------------------- one person's raw records


@dataclass
class Records:
    """One person's raw records, under all screening numbers."""

    subjects: list[str]
    raw: Raw

    def form(self, name: str) -> list[Row]:
        return [row for row in self.raw.forms[name] if row["Subject"] in self.subjects]

    def last_screening(self, name: str) -> list[Row]:
        return [row for row in self.raw.forms[name] if row["Subject"] == self.subjects[-1]]

    def samples(self) -> list[Row]:
        return [
            row
            for row in [*self.raw.markers, *self.raw.kinetics]
            if row["SUBJECT"] in self.subjects
        ]


def persons(raw: Raw) -> list[list[str]]:
    """Group screening numbers to persons.

    PROTOCOL: USUBJID = STUDYID-SITEID-SUBJID of the first screening; a rescreened person has one
    DM record (SUBJID of the last screening). FORMS: the second one's ic page names the first in
    PRVSUBJ.
    """
    numbers = sorted({row["Subject"] for form in raw.forms.values() for row in form})
    earlier = {
        row["Subject"]: row["PRVSUBJ"].strip() for row in raw.forms["ic"] if row["PRVSUBJ"].strip()
    }
    later = {old: new for new, old in earlier.items()}
    groups = []
    for subject in numbers:
        if subject in earlier:
            continue
        chain = [subject]
        while chain[-1] in later:
            chain.append(later[chain[-1]])
        groups.append(chain)
    if sorted(number for group in groups for number in group) != numbers:
        raise ValueError("PRVSUBJ does not lead every screening number to a first screening")
    return groups


# ---------------------------------------------------------------------------------- known alive


def _always(row: Row) -> bool:
    return bool(row)


def _blank(name: str) -> Callable[[Row], bool]:
    return lambda row: not row[name].strip()


def _coded(name: str, *codes: str) -> Callable[[Row], bool]:
    return lambda row: code(row, name) in codes


# Form, date, and when the date shows that the person was alive.
# Not evidence and so not listed: dm.BRTHDAT (birth date), ic.ELIGDAT and ASGNDAT (decisions made
# without the subject), mf.MFSTDAT and MFRELDAT (the laboratory's dates), dth.DTHDAT, and every
# timestamp of the system (standard columns, X_INT).
# Complete dates only: the first day a partial date can be is never evidence.
EVIDENCE: tuple[tuple[str, str, Callable[[Row], bool]], ...] = (
    ("ic", "ICDAT", _always),
    ("mh", "MHSTDAT", _always),
    ("mh", "MHENDAT", _always),
    ("ch", "DIAGDAT", _always),
    ("act", "ACSTDAT", _always),
    ("act", "ACENDAT", _always),
    ("ecog", "ECOGDAT", _always),
    ("ld", "LDSTDAT", _always),
    ("ld", "LDENDAT", _always),
    ("inf", "INFDAT", _always),
    ("cm", "CMSTDAT", _always),
    ("cm", "CMENDAT", _always),
    ("tl", "TLSCDAT", _always),
    ("ntl", "NTSCDAT", _always),
    ("nl", "NLSCDAT", _always),
    ("rsp", "RSDAT", _always),
    ("preg", "PREGDAT", _always),
    # READING: a page or panel "not done" shows nobody alive, even when it has a date.
    ("lk", "LKDAT", _coded("LKSTAT", "DONE")),
    ("vs", "VSDAT", _blank("VSND")),
    ("lbh", "LBDAT", _blank("LBND")),
    ("lbc", "LBDAT", _blank("LBND")),
    # READING: a visit is evidence when it took place.
    ("sv", "VISDAT", _coded("VISOCC", "Y")),
    # READING: the onset of an adverse event and its end are evidence; the end of a fatal one
    # (outcome Fatal) is the death date itself and is not.
    ("ae", "AESTDAT", _always),
    ("ae", "AEENDAT", lambda row: code(row, "AEOUT") != "5"),
    # READING: a survival contact with status Alive is evidence on the day of contact, however it
    # was made; Dead or Unknown is not. SFULADAT is evidence whatever the status.
    ("sfu", "SFUDAT", _coded("SFUSTAT", "ALIVE")),
    ("sfu", "SFULADAT", _always),
    # READING: the end of study is evidence when the person was there to end it: completed,
    # withdrew, failed screening. With Death it is the death date, with Lost to follow-up and Other
    # an administrative date.
    ("eos", "EOSDAT", _coded("EOSREAS", "COMP", "WBS", "SF")),
)


def alive_dates(records: Records) -> Iterator[tuple[date, str]]:
    """Yield every complete date on which the person was demonstrably alive, with its source."""
    for form, name, shows in EVIDENCE:
        for row in records.form(form):
            day = complete(row, name)
            if day is not None and shows(row):
                yield day, f"{form}.{name} {row['Folder']} {row['recordposition']}"
    # Vendor samples are evidence unless not done.
    for row in records.samples():
        if row["COLLDATE"].strip() and not row["STATUS"].strip():
            yield date.fromisoformat(row["COLLDATE"].strip()), f"sample {row['SAMPLEID']}"


# ------------------------------------------------------------------------------------------ death


@dataclass
class Survival:
    """Death and life."""

    death: date | None
    flag: str | None
    alive: date | None  # over all data
    alive_by_cutoff: date | None
    source: str | None


def survival(records: Records, notes: list[str]) -> Survival:
    """Work out the death date and the last date known alive."""
    pages = records.form("dth")
    if len(pages) > 1:
        notes.append("more than one death page")
    reported = partial(pages[0], "DTHDAT") if pages else MISSING
    # READING: a death is what the death page says. A person said to be dead elsewhere without
    # that page (survival contact Dead, end of study Death, fatal event) has died, date unknown.
    elsewhere = [
        *(
            f"sfu line {r['recordposition']}"
            for r in records.form("sfu")
            if code(r, "SFUSTAT") == "DEAD"
        ),
        *("eos" for r in records.form("eos") if code(r, "EOSREAS") == "DTH"),
        *(f"ae line {r['recordposition']}" for r in records.form("ae") if code(r, "AEOUT") == "5"),
    ]
    if elsewhere and not pages:
        notes.append(f"death without a death page: {', '.join(elsewhere)}")
    dead = bool(pages) or bool(elsewhere)

    # A date after the death cannot show life; such a date is an error in the data.
    evidence = sorted(alive_dates(records))
    limit = reported.last
    late = [item for item in evidence if limit is not None and item[0] > limit]
    if late:
        notes.append(f"dated after the death: {'; '.join(f'{d} {s}' for d, s in late)}")
    usable = [item for item in evidence if item not in late]
    alive, source = usable[-1] if usable else (None, None)
    by_cutoff = max((day for day, _ in usable if day <= CUTOFF), default=None)

    # PROTOCOL: Partial death date: the later of its first possible date and the day after last
    # known alive, with DTHDTF.
    # READING: last known alive of this sentence is over all data, the cut-off does not move it.
    death, flag = reported.complete, None
    if dead and death is None:
        options = [reported.first, alive + timedelta(days=1) if alive else None]
        death = max((day for day in options if day is not None), default=None)
        flag = {"M": "D", "Y": "M", "": "Y"}[reported.known]
        if death is not None and reported.last is not None and death > reported.last:
            notes.append(f"imputed death date {death} is outside the date reported")
    return Survival(death, flag, alive, by_cutoff, source)


# --------------------------------------------------------------------------- lesions to response


AssessmentKey = tuple[str, str, int]  # Subject, Folder, InstanceRepeatNumber


def _key(row: Row) -> AssessmentKey:
    return row["Subject"], row["Folder"], int(row["InstanceRepeatNumber"] or 0)


def _by_assessment(rows: Sequence[Row]) -> dict[AssessmentKey, list[Row]]:
    found: dict[AssessmentKey, list[Row]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return found


@dataclass
class Lesion:
    """One lesion at one assessment; size None: not evaluable."""

    size: Fraction | None
    node: bool
    measurable: bool = True
    present: bool | None = True  # None: not evaluable

    @property
    def gone(self) -> bool:
        """PROTOCOL: irCR = all gone, nodes < 10 mm short axis."""
        if self.present is False:
            return True
        return self.node and self.size is not None and self.size < NODE_NORMAL


def _size(row: Row, prefix: str) -> Fraction | None:
    """Measured: the diameter. Too small to measure: 5 mm. Absent: 0 mm. Not evaluable: None."""
    state = code(row, f"{prefix}STATE")
    if state == "MEAS":
        return number(row, f"{prefix}DIAM")
    return {"SMALL": TOO_SMALL, "ABS": Fraction(0)}.get(state)


def _lesions(rows: Sequence[Row], prefix: str) -> dict[int, Lesion]:
    """Lesions of an assessment by number.

    FORMS: a split lesion has one line for each fragment, the diameters add up.
    READING: a lesion with a fragment that is not evaluable is not evaluable; it is gone when all
    its fragments are.
    """
    found: dict[int, Lesion] = {}
    for row in rows:
        lesion_number = int(row[f"{prefix}NO"])
        state = code(row, f"{prefix}STATE")
        size = _size(row, prefix)
        unknown = state in ("NE", "") or (state == "MEAS" and size is None)
        present = None if unknown else state != "ABS"
        measurable = prefix == "TL" or code(row, "NLMEAS") == "Y"
        this = Lesion(size, code(row, f"{prefix}NODE") == "Y", measurable, present)
        if (before := found.get(lesion_number)) is not None:
            known = before.size is not None and this.size is not None
            this.size = (before.size or Fraction(0)) + (this.size or Fraction(0)) if known else None
            if before.present or this.present:
                this.present = True
            elif before.present is None or this.present is None:
                this.present = None
        found[lesion_number] = this
    return found


def _target_response(
    targets: Sequence[Lesion], burden: Fraction, whole: bool, baseline: Fraction, lowest: Fraction
) -> str:
    """Response of the total measured tumour burden (targets and new measurable lesions)."""
    # READING: gone comes first; nodes that stay under 10 mm cannot be an irPD by growing there.
    if whole and all(lesion.gone for lesion in targets):
        return CR
    # PROTOCOL: irPD = burden up at least 20 % and 5 mm from the lowest.
    # FORMS: an assessment with a target lesion that was not evaluable is NE unless what was
    # measured is irPD already. READING: the same for a new measurable lesion that was not
    # evaluable, and for a lesion without any line.
    if burden >= lowest * PD_FACTOR and burden - lowest >= PD_MM:
        return PD
    if not whole:
        return NE
    # PROTOCOL: irPR = burden down at least 30 % from baseline.
    return PR if burden <= baseline * PR_FACTOR else SD


def _nontarget_response(states: Sequence[str]) -> str:
    if not states:
        return "NA"
    if "UNEQ" in states:
        return PD
    if any(state in ("NE", "") for state in states):
        return NE
    return CR if all(state == "ABS" for state in states) else "NN"


def _overall(target: str, nontarget: str, all_new_gone: bool) -> str:
    # PROTOCOL: a new lesion alone is not irPD; unequivocal non-target progression is irPD.
    if PD in (target, nontarget):
        return PD
    if target == CR:
        # FORMS: the rule for an overall irCR needs non-targets and new lesions absent, too.
        # READING: if they are not (or not evaluable), a burden that is gone is an irPR.
        return CR if nontarget in (CR, "NA") and all_new_gone else PR
    # READING: as in RECIST 1.1 a non-target that is not evaluable does not change irPR and irSD.
    return target


def lesion_responses(records: Records, assessments: list[Assessment], notes: list[str]) -> None:
    """Compute the response of every assessment from its lesions, in order of date.

    READING: baseline is the assessment at SCREENING of the last screening. The lowest burden is
    that of baseline and every earlier assessment whose burden was measured whole; a new therapy, a
    second infusion or the investigator's opinion does not change it.
    """
    target_rows = _by_assessment(records.last_screening("tl"))
    nontarget_rows = _by_assessment(records.last_screening("ntl"))
    new_rows = _by_assessment(records.last_screening("nl"))
    screening = (records.subjects[-1], "SCR", 0)
    first_targets = _lesions(target_rows.get(screening, []), "TL")
    first_nontargets = sorted({int(r["NTNO"]) for r in nontarget_rows.get(screening, [])})
    sizes = [lesion.size for lesion in first_targets.values() if lesion.size is not None]
    if not first_targets or len(sizes) < len(first_targets):
        notes.append("no target lesion, or a target lesion without a size, at screening")
    baseline = sum(sizes, Fraction(0))
    lowest = baseline
    seen_new: dict[int, Lesion] = {}

    for item in assessments:
        key = (item.subject, item.folder, item.instance)
        targets = _lesions(target_rows.get(key, []), "TL")
        new = _lesions(new_rows.get(key, []), "NL")
        if extra := sorted(set(targets) - set(first_targets)):
            notes.append(f"{item.visit}: target lesion {extra} not of screening")
        counted = [targets.get(n, Lesion(None, False, present=None)) for n in first_targets]
        # FORMS: a new lesion is entered again, with the same number, at every later assessment.
        # READING: if it is not, it is not evaluable there.
        for n, lesion in seen_new.items():
            if n not in new:
                notes.append(f"{item.visit}: new lesion {n} has no line")
                new[n] = Lesion(None, lesion.node, lesion.measurable, None)
        counted += [lesion for lesion in new.values() if lesion.measurable]
        measured = [lesion.size for lesion in counted if lesion.size is not None]
        burden = sum(measured, Fraction(0))
        whole = bool(first_targets) and len(measured) == len(counted)
        target = _target_response(counted, burden, whole, baseline, lowest)

        states = {int(r["NTNO"]): code(r, "NTSTATE") for r in nontarget_rows.get(key, [])}
        if extra := sorted(set(states) - set(first_nontargets)):
            notes.append(f"{item.visit}: non-target lesion {extra} not of screening")
        nontarget = _nontarget_response([states.get(n, "NE") for n in first_nontargets])

        item.lesions_target = target
        item.lesions_nontarget = nontarget
        item.lesions_new = "Y" if any(not lesion.gone for lesion in new.values()) else "N"
        item.lesions = _overall(target, nontarget, item.lesions_new == "N")
        if whole:
            item.burden = f"{float(burden):g}"
            lowest = min(lowest, burden)
        seen_new |= new


# ------------------------------------------------------------------------------------- assessments


def collect_assessments(
    records: Records, start: date, new_therapy: date | None, notes: list[str]
) -> list[Assessment]:
    """All assessments after the first infusion, in order, with those used for the analysis marked.

    PROTOCOL: The overall response entered by the investigator is what the endpoints use.
    PROTOCOL: After new therapy nothing counts, a scan on its first day does.
    PROTOCOL: Data cut-off: ADaM nothing after it.
    READING: an assessment is after baseline when its date is later than the first infusion's.
    READING: a second infusion is study treatment, not new therapy: assessments after it count and
    the baseline stays.
    """
    lesion_dates: dict[AssessmentKey, set[date]] = {}
    for form, name in (("tl", "TLSCDAT"), ("ntl", "NTSCDAT"), ("nl", "NLSCDAT")):
        for row in records.last_screening(form):
            if (scan := complete(row, name)) is not None:
                lesion_dates.setdefault(_key(row), set()).add(scan)
    pages: dict[AssessmentKey, Row] = {}
    for row in records.last_screening("rsp"):
        if _key(row) in pages:
            notes.append(f"{row['FolderName']}: two response pages")
        pages[_key(row)] = row
    notes.extend(
        f"{key[1]}: lesions without a response page"
        for key in sorted(set(lesion_dates) - set(pages))
        if key[1] != "SCR"
    )

    found = []
    for key, page in sorted(pages.items()):
        visit = page["FolderName"]
        day = complete(page, "RSDAT")
        scans = lesion_dates.get(key, set())
        if scans and scans != {day}:
            # FORMS: all scans of one assessment are of one day, RSDAT.
            notes.append(f"{visit}: scans {sorted(map(str, scans))}, assessment {day}")
            day = day or max(scans)
        if day is None or day <= start:
            notes.append(f"{visit}: assessment on {day} is not after the first infusion")
            continue
        response = code(page, "OVRLRESP")
        if not response:
            notes.append(f"{visit}: no overall response entered")
        used = bool(response) and day <= CUTOFF and (new_therapy is None or day <= new_therapy)
        found.append(
            Assessment(
                subject=key[0],
                folder=key[1],
                visit=visit,
                instance=key[2],
                day=day.isoformat(),
                ady=study_day(day, start),
                investigator=response or None,
                used=used,
                investigator_target=code(page, "TRGRESP") or None,
                investigator_nontarget=code(page, "NTRGRESP") or None,
                investigator_new=code(page, "NEWL") or None,
            )
        )
    found.sort(key=lambda a: (a.day, a.folder, a.instance))
    if len({a.day for a in found}) < len(found):
        notes.append("two assessments on one day")
    return found


def first_counting_pd(used: Sequence[Assessment]) -> Assessment | None:
    """Mark void irPDs and return the first one that counts.

    PROTOCOL: An irPD counts from its first assessment unless the next evaluable assessment (NE
    skipped) at least 28 days later, before any new therapy, is not irPD: then it is void. No later
    evaluable assessment, death or cut-off first, or only a second irPD sooner than 28 days: it
    counts. A non-irPD sooner than 28 days does not void it.
    READING: evaluable assessments sooner than 28 days after the irPD decide nothing; the first
    evaluable one on day 28 after it or later decides.
    READING: "before any new therapy" takes in a scan on the first day of the new therapy.
    READING: every irPD is judged on its own, a second irPD on the assessments after itself.
    """
    counting = None
    for item in used:
        if item.investigator != PD:
            continue
        deciding = next(
            (
                later
                for later in used
                if later.investigator in EVALUABLE and (later.date - item.date).days >= VOID_DAYS
            ),
            None,
        )
        item.void = deciding is not None and deciding.investigator != PD
        if not item.void and counting is None:
            counting = item
    return counting


# ------------------------------------------------------------------------- best overall response


def _confirmed(counted: Sequence[Assessment], index: int, level: Sequence[str]) -> bool:
    """Whether the response at index comes again.

    PROTOCOL: Confirmed (again at least 28 days later, at most one NE between).
    READING: again = at least as good (an irPR is confirmed by irPR or irCR). Between the two stands
    nothing else than responses as good, and at most one NE; an irSD or a void irPD ends the row.
    """
    missing = 0
    for later in counted[index + 1 :]:
        if later.investigator in level:
            if (later.date - counted[index].date).days >= CONFIRM_DAYS:
                return True
        elif later.investigator == NE:
            missing += 1
            if missing > CONFIRM_MAX_NE:
                return False
        else:
            return False
    return False


def best_response(counted: Sequence[Assessment], confirmed: bool) -> str:
    """Best overall response of the assessments up to the first irPD that counts.

    READING: the window (ADY <= 183) holds for every category, so a progression first seen later
    leaves BOR at what was seen in the window. A response has to start in the window; it may be
    confirmed after it.
    READING: irSD sooner than Day 28 is NE as best response. An irCR or irPR on Day 28 or later
    that is not confirmed is at least irSD in the confirmed BOR.
    READING: irCR counts as at least irPR, so irCR then irPR is a confirmed irPR.
    READING: a void irPD is not a best response of irPD (it adds nothing).
    READING: an infused person without an assessment in the window is NE.
    """
    window = [(index, item) for index, item in enumerate(counted) if item.ady <= RESPONSE_WINDOW]
    for response, level in ((CR, (CR,)), (PR, (CR, PR))):
        for index, item in window:
            hit = item.investigator in level
            if hit and (not confirmed or _confirmed(counted, index, level)):
                return response
    for _, item in window:
        if item.investigator in NOT_PROGRESSED and item.ady >= SD_MINIMUM:
            return SD
    if any(item.investigator == PD and not item.void for _, item in window):
        return PD
    return NE


# ------------------------------------------------------------------------------------ time to event


def _tte(start: date, end: date, event: bool, reason: str) -> TimeToEvent:
    """PROTOCOL: AVAL of a time to event = ADT - STARTDT + 1 in days."""
    return TimeToEvent(start.isoformat(), end.isoformat(), (end - start).days + 1, event, reason)


def progression_free(
    start: date,
    used: Sequence[Assessment],
    progression: date | None,
    death: date | None,
    new_therapy: date | None,
) -> TimeToEvent:
    """Time from start to the first irPD that counts or death from any cause (PFS and DOR).

    PROTOCOL: Censoring: PFS at the last evaluable tumour assessment on or before the start of new
    anticancer therapy, at the first infusion if there is none after it; DOR likewise, at its own
    start. After new therapy nothing counts.
    READING: a death after the start of new therapy is no event. One on its first day is, as a scan
    on that day counts.
    READING: NE is not evaluable; a void irPD is. Missed assessments before an event do not matter,
    and 2 years is the planned follow-up, not a truncation.
    """
    if death is not None and new_therapy is not None and death > new_therapy:
        death = None
    if progression is not None and (death is None or progression <= death):
        return _tte(start, progression, True, "PROGRESSION")
    if death is not None:
        return _tte(start, death, True, "DEATH")
    evaluable = [a.date for a in used if a.investigator in EVALUABLE and a.date >= start]
    last = max(evaluable, default=None)
    if last is None:
        return _tte(start, start, False, "NO EVALUABLE ASSESSMENT")
    cut = new_therapy is not None and new_therapy <= CUTOFF
    return _tte(start, last, False, "NEW THERAPY" if cut else "LAST EVALUABLE ASSESSMENT")


# ---------------------------------------------------------------------------------- adverse events


def treatment_emergent(row: Row, start: date, start_time: str, new_therapy: date | None) -> bool:
    """Whether the event is treatment-emergent.

    PROTOCOL: starts on or after the first infusion (date and time when both are known) and before
    new anticancer therapy; a partial or missing start that could be on or after counts, unless the
    end is before the infusion.
    READING: times are compared on the day of the infusion when both are known; without the time of
    the event the start could be after, so it counts. The infusion's time is its start.
    READING: on the day the new therapy starts is not before it. A partial start counts when one of
    its possible days is on or after the infusion and before the new therapy.
    READING: the end matters for a partial or missing start only; a partial end is before the
    infusion when its last possible day is. An impossible start date is missing.
    """
    begin = partial(row, "AESTDAT")
    if begin.complete is not None:
        if new_therapy is not None and begin.complete >= new_therapy:
            return False
        clock = row["AESTTIM"].strip()
        if begin.complete == start and clock and start_time:
            return clock.zfill(5) >= start_time.zfill(5)
        return begin.complete >= start
    end = partial(row, "AEENDAT")
    if end.last is not None and end.last < start:
        return False
    earliest = max(start, begin.first or start)
    latest = begin.last or date.max
    if new_therapy is not None:
        latest = min(latest, new_therapy - timedelta(days=1))
    return earliest <= latest


def _is_dlt(row: Row, start: date) -> bool:
    """PROTOCOL: DLT = flagged by the investigator, Day 1 to 28 after the first infusion."""
    begin = partial(row, "AESTDAT")
    first = begin.first or start
    last = begin.last or start
    day28 = start + timedelta(days=DLT_DAYS - 1)
    return code(row, "AEDLT") == "Y" and first <= min(day28, CUTOFF) and last >= start


# ------------------------------------------------------------------------------------- one person


def _new_therapy(records: Records, start: date, notes: list[str]) -> date | None:
    """Start of the first new anticancer therapy.

    READING: what the therapy page calls new (ACTYPE New). A partial start is the first day it can
    be, not before the first infusion. Bridging therapy, lymphodepletion and a second infusion are
    not new therapy; an answer Yes in the survival follow-up has no date and adds none.
    """
    starts = []
    for row in records.form("act"):
        if code(row, "ACTYPE") != "NEW":
            continue
        begin = partial(row, "ACSTDAT")
        if begin.known != "D":
            notes.append(f"new therapy line {row['recordposition']}: start is not complete")
        if begin.first is None:
            continue
        if begin.complete is not None and begin.complete < start:
            notes.append(f"new therapy line {row['recordposition']}: before the infusion")
        starts.append(max(begin.first, start))
    asked = any(code(row, "SFUNEWT") == "Y" for row in records.form("sfu"))
    if asked and not starts:
        notes.append("survival follow-up says new therapy, no therapy page has it")
    return min(starts, default=None)


def _infusions(records: Records) -> list[tuple[date, str]]:
    return sorted(
        (day, row["INFSTTIM"].strip())
        for row in records.form("inf")
        if (day := complete(row, "INFDAT")) is not None and day <= CUTOFF
    )


def _eligibility(person: Person, records: Records) -> None:
    """PROTOCOL: SCRNFL (screen failure), ENRLFL (eligible and assigned a dose level).

    READING: of the last screening; an earlier screening that failed does not make a rescreened
    person a screen failure.
    """
    for row in records.last_screening("ic"):
        eligible = code(row, "ELIGYN")
        person.scrnfl = "Y" if eligible == "N" else "N"
        person.enrlfl = "Y" if eligible == "Y" and code(row, "DOSELVL") else "N"
        if not eligible:
            person.notes.append("eligibility is blank")
    reasons = {code(row, "EOSREAS") for row in records.last_screening("eos")}
    if ("SF" in reasons) != (person.scrnfl == "Y"):
        person.notes.append("eligibility and end of study differ on screen failure")


def _populations(
    person: Person, records: Records, start: date, known: Survival, death: date | None
) -> None:
    # PROTOCOL: SAFFL (infused).
    person.saffl = "Y"
    # PROTOCOL: FASFL (infused, measurable disease at baseline, at least one later assessment or
    # death).
    # READING: measurable disease is what the investigator states (ch.MEASDIS of the last
    # screening); an assessment that is NE is an assessment, as "evaluable" is said where meant;
    # one after new therapy is, too. Death and assessment on or before the cut-off.
    stated = any(code(row, "MEASDIS") == "Y" for row in records.last_screening("ch"))
    measured = any(
        row["Folder"] == "SCR" and code(row, "TLSTATE") == "MEAS"
        for row in records.last_screening("tl")
    )
    if stated != measured:
        person.notes.append(f"measurable disease: stated {stated}, target lesions {measured}")
    assessed = any(item.date <= CUTOFF for item in person.assessments)
    person.fasfl = "Y" if stated and (assessed or death is not None) else "N"
    # PROTOCOL: DLTEVLFL (infused and followed 28 days or had a DLT).
    # READING: followed 28 days = known alive on Day 28 or later, on or before the cut-off.
    person.dlt = any(_is_dlt(row, start) for row in records.form("ae"))
    day28 = start + timedelta(days=DLT_DAYS - 1)
    followed = known.alive_by_cutoff is not None and known.alive_by_cutoff >= day28
    person.dltevlfl = "Y" if followed or person.dlt else "N"


def compute_person(subjects: list[str], raw: Raw) -> Person:
    """Compute everything for one person."""
    records = Records(subjects, raw)
    # Subject is SS-NNN, so STUDYID-SITEID-number is STUDYID-Subject.
    person = Person(usubjid=f"{STUDYID}-{subjects[0]}", subjects=subjects)
    notes = person.notes
    _eligibility(person, records)

    known = survival(records, notes)
    person.lstalvdt = iso(known.alive_by_cutoff)
    person.lstalvdt_all = iso(known.alive)
    person.lstalv_source = known.source
    person.dthdt_all = iso(known.death)
    # ADaM has nothing after the cut-off.
    death = known.death if known.death is not None and known.death <= CUTOFF else None
    person.dthdt = iso(death)
    person.dthdtf = known.flag if death is not None else None

    infusions = _infusions(records)
    events = [(row, (row["Subject"], int(row["recordposition"]))) for row in records.form("ae")]
    # READING: an event whose first possible start is after the cut-off is not in ADaM.
    person.ae_after_cutoff = [
        key
        for row, key in events
        if (first_day := partial(row, "AESTDAT").first) is not None and first_day > CUTOFF
    ]
    events = [(row, key) for row, key in events if key not in person.ae_after_cutoff]
    if not infusions:
        person.trtemfl = {key: "N" for _, key in events}
        return person
    start, start_time = infusions[0]
    person.trtsdt, person.trtstm = iso(start), start_time
    if len(infusions) > 1:
        person.reinfdt = iso(infusions[1][0])
    new_therapy = _new_therapy(records, start, notes)
    person.newtrtdt = iso(new_therapy)

    person.assessments = collect_assessments(records, start, new_therapy, notes)
    lesion_responses(records, person.assessments, notes)
    # PROTOCOL: every visit where the two differ is a finding.
    person.disagreements = [item for item in person.assessments if item.differs]

    used = [item for item in person.assessments if item.used]
    progression = first_counting_pd(used)
    person.pddt = progression.day if progression else None
    # PROTOCOL: After an irPD that counts, no response counts.
    for item in used:
        item.after_progression = progression is not None and item.date > progression.date
    counted = [item for item in used if not item.after_progression]
    person.bor = best_response(counted, confirmed=False)
    person.cbor = best_response(counted, confirmed=True)

    _populations(person, records, start, known, death)

    pd_date = progression.date if progression else None
    # PROTOCOL: PFS: first infusion to first assessment of progression, or death from any cause.
    person.pfs = progression_free(start, used, pd_date, death, new_therapy)
    # PROTOCOL: DOR as registered: from the first assessment of irCR, irPR or irSD (no minimum) to
    # the first assessment of recurrence or progression, or death. The usual form (from first irCR
    # or irPR) is a second parameter.
    # READING: neither needs confirmation or the 183-day window; the start is before the first irPD
    # that counts. Recurrence is an irPD.
    for name, begins in (("dor_registered", NOT_PROGRESSED), ("dor_usual", (CR, PR))):
        first = next((item for item in counted if item.investigator in begins), None)
        if first is not None:
            value = progression_free(first.date, used, pd_date, death, new_therapy)
            setattr(person, name, value)
    # READING: time to response is that of responders, first infusion to the first irCR or irPR
    # before the first irPD that counts; no confirmation, no window.
    responses = [item for item in counted if item.investigator in (CR, PR)]
    if responses:
        person.ttr = _tte(start, responses[0].date, True, "RESPONSE")
    # PROTOCOL: OS: first infusion to death from any cause. OS at the last date known alive, over
    # all data; OS censors at the earlier of last known alive and cut-off.
    # READING: "over all data" is before the cut-off is applied: who is known alive later than the
    # cut-off is censored at the cut-off, not at the last contact before it. New therapy does not
    # matter. Who died after the cut-off was alive on it.
    if death is not None:
        person.os = _tte(start, death, True, "DEATH")
    elif known.death is not None:
        person.os = _tte(start, CUTOFF, False, "DIED AFTER CUT-OFF")
    else:
        alive = known.alive or start
        reason = "CUT-OFF" if alive >= CUTOFF else "LAST KNOWN ALIVE"
        person.os = _tte(start, min(alive, CUTOFF), False, reason)

    for row, key in events:
        emergent = treatment_emergent(row, start, start_time, new_therapy)
        person.trtemfl[key] = "Y" if emergent else "N"
    return person


def compute(raw: Raw) -> dict[str, Person]:
    """Compute everything for everybody, by USUBJID."""
    people = [compute_person(subjects, raw) for subjects in persons(raw)]
    return {person.usubjid: person for person in people}


# ------------------------------------------------------------------------------------------- table


def _cell(value: TimeToEvent | None) -> str:
    return "-" if value is None else f"{value.adt} {value.aval:4d} {'E' if value.event else 'c'}"


def _counts(values: Sequence[str | None]) -> str:
    return ", ".join(f"{v} {values.count(v)}" for v in sorted({str(v) for v in values}))


def report(people: dict[str, Person]) -> Iterator[str]:
    """Yield the lines of a table of everybody."""
    yield (
        "USUBJID          SEAFD BOR CBOR irPD       PFS               OS                "
        "DOR registered    DOR usual         DTHDT      F LSTALV     TEAE"
    )
    for p in people.values():
        flags = "".join(
            letter if flag == "Y" else "."
            for letter, flag in zip(
                "SEAFD", (p.scrnfl, p.enrlfl, p.saffl, p.fasfl, p.dltevlfl), strict=True
            )
        )
        emergent = sum(flag == "Y" for flag in p.trtemfl.values())
        yield (
            f"{p.usubjid:16} {flags} {p.bor or '-':3} {p.cbor or '-':4} {p.pddt or '-':10} "
            f"{_cell(p.pfs):17} {_cell(p.os):17} {_cell(p.dor_registered):17} "
            f"{_cell(p.dor_usual):17} {p.dthdt or '-':10} {p.dthdtf or '-'} {p.lstalvdt or '-':10} "
            f"{emergent}/{len(p.trtemfl)}"
        )
    yield ""
    infused = [p for p in people.values() if p.saffl == "Y"]
    yield f"persons {len(people)}, infused {len(infused)}"
    for name in ("scrnfl", "enrlfl", "saffl", "fasfl", "dltevlfl"):
        yield f"{name.upper()} {sum(getattr(p, name) == 'Y' for p in people.values())}"
    yield f"BOR {_counts([p.bor for p in infused])}"
    yield f"CBOR {_counts([p.cbor for p in infused])}"
    for name in ("pfs", "os", "dor_registered", "dor_usual", "ttr"):
        values: list[TimeToEvent] = [v for p in infused if (v := getattr(p, name)) is not None]
        yield f"{name}: {len(values)} persons, {sum(v.event for v in values)} events"
    yield ""
    for p in people.values():
        for item in p.disagreements:
            yield (
                f"{p.usubjid} {item.visit} {item.day}: investigator {item.investigator}, lesions "
                f"{item.lesions}{'' if item.used else ' (not used)'}"
            )
    yield ""
    for p in people.values():
        yield from (f"{p.usubjid} note: {note}" for note in p.notes)


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: endpoints.py RAW_FOLDER\n")
        return 2
    for line in report(compute(load(Path(arguments[0])))):
        sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
