"""Adverse events and medication of a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mappings.cea_cart.generator.clinical import clock, loose
from mappings.cea_cart.generator.person import CUTOFF, Person, draw
from mappings.cea_cart.generator.rave import Record
from mappings.cea_cart.generator.terms import TERMS

Days = tuple[date | str, date | str]
_CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE")
# key, first day, last day, grades, days it lasts, chance, relation
_USUAL = (
    ("lym", -4, -3, (3, 4), 28, 0.75, "1"),
    ("nausea", -5, -2, (1, 2), 5, 0.45, "1"),
    ("vomit", -4, -2, (1, 2), 3, 0.2, "1"),
    ("wbc", -2, 4, (2, 3), 16, 0.5, "2"),
    ("neut", 2, 7, (3, 4), 12, 0.55, "2"),
    ("plt", 3, 9, (1, 3), 14, 0.35, "2"),
    ("anaemia", 3, 14, (1, 3), 30, 0.4, "2"),
    ("fatigue", 2, 20, (1, 2), 25, 0.45, "3"),
    ("appetite", 2, 25, (1, 2), 21, 0.35, "2"),
    ("alt", 5, 14, (1, 2), 14, 0.3, "3"),
    ("ast", 5, 14, (1, 3), 14, 0.3, "3"),
    ("diarrhoea", 4, 20, (1, 2), 6, 0.3, "3"),
    ("kalium", 5, 20, (1, 2), 8, 0.2, "2"),
    ("albumin", 6, 30, (1, 2), 30, 0.25, "2"),
    ("rash", 6, 30, (1, 1), 10, 0.12, "2"),
    ("headache", 2, 12, (1, 2), 3, 0.2, "3"),
    ("abdpain", 15, 140, (1, 2, 2, 3), 20, 0.35, "1"),
    ("cough", 20, 170, (1, 1), 14, 0.2, "1"),
    ("uri", 30, 250, (1, 2), 9, 0.2, "1"),
    ("back", 30, 200, (1, 2), 30, 0.2, "1"),
    ("oedema", 40, 240, (1, 2), 40, 0.15, "1"),
    ("bili", 50, 220, (1, 2), 25, 0.15, "1"),
    ("obstr", 60, 240, (3, 3), 12, 0.08, "1"),
)
# event: test, limits under which the grade is 2, 3, 4
_LOW = {
    "neut": ("NEUT", (1.5, 1.0, 0.5)),
    "lym": ("LYM", (0.8, 0.5, 0.2)),
    "wbc": ("WBC", (3.0, 2.0, 1.0)),
    "plt": ("PLT", (75, 50, 25)),
    "anaemia": ("HGB", (100, 80)),
    "albumin": ("ALB", (30, 20)),
}
# event: test, multiples of the upper limit over which the grade is 2, 3, 4
_HIGH = {"alt": ("ALT", (3, 5, 20)), "ast": ("AST", (3, 5, 20))}


@dataclass(frozen=True, slots=True)
class Reaction:
    """What the infusion did: CRS and ICANS as CTCAE and ASTCT grades, 0 for none."""

    crs: int
    crs_astct: int
    icans: int = 0
    icans_astct: int = 0
    again: int = 0  # CRS grade after the second infusion


def reaction_of(person: Person) -> Reaction:
    """The person's reaction, written by hand for three, else drawn by dose level."""
    known = {
        "02-013": Reaction(3, 3, 3, 2),
        "02-016": Reaction(4, 4, 3, 3),
        "02-011": Reaction(2, 2, again=1),
    }
    if person.subject in known:
        return known[person.subject]
    rng = draw(person.subject, "reaction")
    table = {"DL1": (0, 0, 0, 1, 1), "DL2": (0, 1, 1, 1, 2), "DL3": (1, 1, 2, 2, 2)}
    grade = rng.choice(table.get(person.plan.dose, (0,)))
    icans = 1 if person.plan.dose == "DL3" and rng.random() < 0.15 else 0
    return Reaction(grade, grade, icans, icans, 1 if person.plan.again and grade else 0)


def event(
    person: Person,
    key: str,
    days: Days,
    grade: int,
    relation: str,
    **more: object,
) -> Record:
    """One line of ae, its position to be given.

    `days` are start and end; `more` are further fields, and `serious`, the criteria that are Yes.
    """
    start, end = days
    serious = more.pop("serious", ())
    assert isinstance(serious, tuple)
    term = TERMS[key]
    when = start if isinstance(start, date) else person.on(30)
    line = loose("ae", person, when)
    levels = {"LLT": term.english, "PT": term.pt, "HLT": term.hlt, "HLGT": term.hlgt}
    for level, text in (levels | {"SOC": term.soc}).items():
        line.values[f"AETERM_{level}"] = text
    fatal = "AESDTH" in serious
    line.put(
        AETERM=term.chinese,
        AETERM_EN=term.english,
        AESTDAT=start,
        AEENDAT=end,
        AEONG="N" if end else "Y",
        AETOXGR=grade,
        AESER="Y" if serious else "N",
        AEREL=relation,
        AEACN="9",
        AEOUT="5" if fatal else "1" if end else "3",
        AECRS="Y" if key == "crs" else "N",
        AEICANS="Y" if key == "icans" else "N",
        AEDLT="N",
    )
    for criterion in _CRITERIA if serious else ():
        line.put(**{criterion: "Y" if criterion in serious else "N"})
    return line.put(**more)


def grades_of(labs: list[Record], person: Person) -> dict[str, int]:
    """The worst CTCAE 5.0 grade of Day 1 to 28 by event, from the laboratory pages."""
    until = person.on(29)
    pages = [r for r in labs if person.plan.start <= r.when < until]
    out = {}
    for key, (test, limits) in _LOW.items():
        now = [(float(r.values[test]), float(r.values[f"{test}_LO"])) for r in pages
               if r.values.get(test)]  # fmt: skip
        worst, low = min(now, default=(0.0, 0.0))
        out[key] = sum(worst < limit for limit in limits) + 1 if worst < low else 0
    for key, (test, times) in _HIGH.items():
        now = [(float(r.values[test]), float(r.values[f"{test}_HI"])) for r in pages
               if r.values.get(test)]  # fmt: skip
        worst, high = max(now, default=(0.0, 0.0))
        out[key] = sum(worst > limit * high for limit in times) + 1 if worst > high else 0
    return out


def events(person: Person, grades: dict[str, int]) -> list[Record]:
    """The lines of ae by start date, with their positions; `grades` as by `grades_of`."""
    if not person.infused:
        return []
    rng = draw(person.subject, "events")
    lines = list(_reactions(person, reaction_of(person)))
    for key, first, last, usual, length, chance, relation in _USUAL:
        hit, day, grade = rng.random() < chance, rng.randint(first, last), rng.choice(usual)
        took = max(2, int(length * (0.5 + rng.random())))
        day = day or 1
        grade = grades.get(key, grade)
        hit = grade > 0 and (hit or (key in grades and grade > 3))
        start = person.on(day)
        if not hit or start >= min(person.last_seen, CUTOFF):
            continue
        stop = start + timedelta(days=took)
        end: date | str = stop if stop < min(person.end, CUTOFF) else ""
        serious = ("AESHOSP",) if key == "obstr" else ()
        cause = "1" if day < 1 else relation
        lines.append(event(person, key, (start, end), grade, cause, serious=serious))
    if person.subject == "01-003":
        days = (person.on(131), person.on(143))
        lines.append(event(person, "pneumonia", days, 5, "1", serious=("AESDTH", "AESHOSP")))
    if person.subject == "02-016":
        days = (person.on(15), person.on(19))
        worst = ("AESDTH", "AESLIFE", "AESHOSP")
        lines.append(event(person, "sepsis", days, 5, "2", serious=worst, AEDLT="Y"))
    lines.sort(key=lambda r: (r.when, r.values["AETERM_PT"]))
    for n, line in enumerate(lines, 1):
        line.position = n
    return lines


def _reactions(person: Person, what: Reaction) -> Iterator[Record]:
    rng = draw(person.subject, "reactions")
    if what.crs:
        day = rng.randint(2, 4)
        stop = person.on(day + rng.randint(3, 4) + what.crs)
        serious = {3: ("AESHOSP",), 4: ("AESLIFE", "AESHOSP")}.get(what.crs, ())
        line = event(person, "crs", (person.on(day), stop), what.crs, "4", serious=serious)
        line.put(AEDLT="Y" if what.crs > 2 else "N")
        time = clock(60 * rng.randint(9, 21) + 5 * rng.randint(0, 11))
        yield line.put(AESTTIM=time, ASTCTGR=what.crs_astct)
    if what.icans:
        day = rng.randint(6, 7)
        serious = ("AESHOSP",) if what.icans > 2 else ()
        days = (person.on(day), person.on(day + 2 + what.icans))
        line = event(person, "icans", days, what.icans, "4", serious=serious)
        yield line.put(AESTTIM=clock(60 * rng.randint(8, 20)), ASTCTGR=what.icans_astct)
    if what.again:
        day = person.plan.again + rng.randint(1, 3)
        line = event(person, "crs", (person.on(day), person.on(day + 4)), what.again, "4")
        yield line.put(AESTTIM=clock(60 * rng.randint(9, 21)), ASTCTGR=what.again)


_USED: dict[str, tuple[str, tuple[str, str, str, str], int]] = {
    "neut": ("Filgrastim", ("300", "ug", "QD", "SC"), 4),
    "nausea": ("Ondansetron", ("8", "mg", "BID", "PO"), 3),
    "kalium": ("Potassium chloride", ("1", "g", "TID", "PO"), 6),
    "abdpain": ("Tramadol", ("100", "mg", "PRN", "PO"), 12),
    "alt": ("Glycyrrhizic acid", ("150", "mg", "QD", "IV"), 7),
    "diarrhoea": ("Loperamide", ("2", "mg", "PRN", "PO"), 3),
    "pneumonia": ("Piperacillin and tazobactam", ("4.5", "g", "TID", "IV"), 11),
    "sepsis": ("Meropenem", ("1", "g", "TID", "IV"), 4),
    "obstr": ("Parenteral nutrition", ("1500", "mL", "QD", "IV"), 7),
}


def medication(person: Person, lines: list[Record], history: set[str]) -> list[Record]:
    """The lines of cm: usual drugs, bridging, what was given for `lines` of ae and `history`."""
    if not person.infused:
        return []
    rng = draw(person.subject, "medication")
    out = []
    if rng.random() < 0.3:
        apheresis = person.visit("SCR").when + timedelta(days=4)
        drug = "Capecitabine" if person.plan.tumour in ("COLORECTAL", "GASTRIC") else "Gemcitabine"
        days: Days = (apheresis + timedelta(days=1), person.on(-8))
        kind = ("BRIDGE", drug, "Bridging of the cancer")
        out.append(_drug(person, kind, ("1000", "mg", "BID", "PO"), days))
    if "Hypertension" in history:
        kind = ("CONMED", "Amlodipine", "Hypertension")
        since = f"UN UNK {person.consent.year - 2}"
        out.append(_drug(person, kind, ("5", "mg", "QD", "PO"), (since, "")))
    kind = ("CONMED", "Levetiracetam", "Prevention of seizures")
    days = (person.on(1), _cap(person, person.on(28)))
    out.append(_drug(person, kind, ("500", "mg", "BID", "PO"), days))
    kind = ("CONMED", "Sulfamethoxazole and trimethoprim", "Prevention of pneumocystis")
    days = (person.on(-5), _cap(person, person.on(90)))
    out.append(_drug(person, kind, ("960", "mg", "QD", "PO"), days))
    for line in lines:
        out += _against(person, line)
    out.sort(key=lambda r: (r.when, r.values["CMTRT"]))
    for n, line in enumerate(out, 1):
        line.position = n
    return out


def _against(person: Person, line: Record) -> Iterator[Record]:
    """What was given for one adverse event."""
    key = {TERMS[k].pt: k for k in TERMS}[line.values["AETERM_PT"]]
    ae, cause = line.position, line.values["AETERM_EN"]
    grade = int(line.values["AETOXGR_STD"])

    def given(first: int, last: int) -> tuple[date, date | str]:
        return line.when + timedelta(days=first), _cap(person, line.when + timedelta(days=last))

    if key == "crs":
        kind = ("CRSTRT", "Paracetamol", cause)
        yield _drug(person, kind, ("500", "mg", "PRN", "PO"), given(0, 3), ae)
        for n in range(1, grade):
            kind = ("CRSTRT", "Tocilizumab", cause)
            dose = (f"{8 * person.weight:.0f}", "mg", "ONCE", "IV")
            yield _drug(person, kind, dose, given(n, n), ae)
    if (key == "crs" and grade > 2) or (key == "icans" and grade > 1):
        kind = ("CRSTRT", "Dexamethasone", cause)
        yield _drug(person, kind, ("10", "mg", "BID", "IV"), given(1, 4), ae)
    if key in _USED and grade > 1:
        name, dose, days = _USED[key]
        yield _drug(person, ("CONMED", name, cause), dose, given(0, days), ae)


def _cap(person: Person, when: date) -> date | str:
    return when if when < min(person.end, CUTOFF) else ""


def _drug(
    person: Person,
    kind: tuple[str, str, str],
    dose: tuple[str, str, str, str],
    days: Days,
    ae: int = 0,
) -> Record:
    """A line of cm: category, drug, indication; dose, unit, frequency, route; start, end."""
    start, end = days
    line = loose("cm", person, start if isinstance(start, date) else person.consent)
    names = ("CMCAT", "CMTRT", "CMINDC", "CMDOSE", "unit", "CMFREQ", "CMROUTE")
    cells = dict(zip(names, (*kind, *dose), strict=True))
    line.values["CMDOSE_UN"] = cells.pop("unit")
    line.put(**cells)
    return line.put(CMSTDAT=start, CMENDAT=end, CMONG="N" if end else "Y", CMAENO=ae or "")
