"""Who the persons are and what was done: every form but events, laboratory and lesions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from mappings.cea_cart.generator.person import CUTOFF, Person, Visit, draw
from mappings.cea_cart.generator.rave import MONTHS, Record

Storm = tuple[date, date, int]  # start, end and grade of a CRS
_DOSE = {"DL1": 1.0, "DL2": 3.0, "DL3": 10.0}
_HISTOLOGY = {
    "COLORECTAL": ("Adenocarcinoma", "Mucinous adenocarcinoma", "Adenocarcinoma"),
    "GASTRIC": ("Adenocarcinoma, tubular", "Signet ring cell carcinoma", "Adenocarcinoma"),
    "PANCREATIC": ("Ductal adenocarcinoma",) * 3,
    "LUNG": ("Adenocarcinoma",) * 3,
}
PRIOR = {
    "COLORECTAL": ("Oxaliplatin and capecitabine", "Fluorouracil, irinotecan and bevacizumab",
                   "Cetuximab and irinotecan"),
    "GASTRIC": ("Oxaliplatin and S-1", "Paclitaxel", "Nivolumab"),
    "PANCREATIC": ("Gemcitabine and nab-paclitaxel", "Fluorouracil, oxaliplatin and irinotecan"),
    "LUNG": ("Osimertinib", "Pemetrexed and carboplatin", "Docetaxel"),
}  # fmt: skip
_HISTORY = (
    "Hypertension", "Type 2 diabetes mellitus", "Hysterectomy", "Chronic gastritis",
    "Hyperlipidaemia", "Cholecystectomy", "Appendicectomy", "Peripheral sensory neuropathy",
    "Gallstones", "Fatty liver", "Hypothyroidism",
)  # fmt: skip


def record(form: str, person: Person, visit: Visit, position: int = 0) -> Record:
    """A record of a visit's folder."""
    return Record(form, person.subject, visit.oid, visit.when, visit.repeat, position)


def loose(form: str, person: Person, when: date, position: int = 0) -> Record:
    """A record at subject level."""
    return Record(form, person.subject, "", when, 0, position)


def screening(person: Person) -> Iterator[Record]:
    """Dm, ic, mh, ch and the prior lines of act."""
    plan, scr = person.plan, person.visit("SCR")
    rng = draw(plan.identity, "screening")
    born = date(plan.start.year - plan.age, 1, 1) + timedelta(days=rng.randint(0, 150))
    yield record("dm", person, scr).put(
        BRTHDAT=born, SEX=plan.sex, RACE="ASIAN", ETHNIC="NR" if rng.random() < 0.05 else "NHL"
    )
    decided = scr.when + timedelta(days=2 if plan.dose else 5)
    yield record("ic", person, scr).put(
        PRVSUBJ=plan.previous,
        ICDAT=person.consent,
        ELIGYN="Y" if plan.dose else "N",
        ELIGDAT=decided,
        IECRIT=plan.criterion,
        DOSELVL=plan.dose,
        ASGNDAT=decided + timedelta(days=1) if plan.dose else "",
    )
    diagnosed = person.consent - timedelta(days=rng.randint(260, 1500))
    yield record("ch", person, scr).put(
        DIAGDAT=diagnosed if rng.random() < 0.6 else f"UN {_month(diagnosed)}",
        PRIMSITE=plan.tumour,
        HISTTYP=_HISTOLOGY[plan.tumour][rng.randint(0, 2)],
        STAGE="IV" if rng.random() < 0.93 else "III",
        MEASDIS="N" if plan.criterion == "INCL05" else "Y",
    )
    terms = [t for t in _HISTORY if plan.sex == "F" or t != "Hysterectomy"]
    for n in range(1, rng.randint(1, 3) + 1):
        term = terms.pop(rng.randint(0, len(terms) - 1))
        done = term.endswith("ectomy")
        began = date(plan.start.year - rng.randint(2, 15), rng.randint(1, 12), rng.randint(1, 28))
        yield record("mh", person, scr, n).put(
            MHTERM=term,
            MHSTDAT=began if done else f"UN UNK {began.year}",
            MHENDAT=began if done else "",
            MHONG="N" if done else "Y",
        )
    lines = PRIOR[plan.tumour][: 2 + rng.randint(0, 1)]
    step = (person.consent - diagnosed).days // (len(lines) + 1)
    for n, drug in enumerate(lines, 1):
        began = diagnosed + timedelta(days=30 + (n - 1) * step)
        ended = min(began + timedelta(days=step - 25), person.consent - timedelta(days=30))
        yield loose("act", person, person.consent, n).put(
            ACTYPE="PRIOR",
            ACTRT=drug,
            ACSTDAT=began if n > 1 else f"UN {_month(began)}",
            ACENDAT=max(ended, began + timedelta(days=20)),
            ACONG="N",
        )


def _month(when: date) -> str:
    return f"{MONTHS[when.month - 1]} {when.year}"


def treatment(person: Person) -> Iterator[Record]:
    """Lk, mf, ld, inf and the new lines of act."""
    plan = person.plan
    if not plan.dose:
        return
    rng = draw(plan.subject, "treatment")
    scr = person.visit("SCR").when
    lot = f"CEA{plan.start.year % 100}{plan.subject[:2]}{plan.subject[3:]}"
    drawn = scr + timedelta(days=4)
    yield loose("lk", person, drawn).put(LKDAT=drawn, LKSTAT="DONE")
    made = loose("mf", person, drawn + timedelta(days=1))
    if plan.fate == "nomake":
        yield made.put(
            MFSTDAT=drawn + timedelta(days=1), MFREL="N", MFREAS="Insufficient T-cell expansion"
        )
        return
    yield made.put(
        MFSTDAT=drawn + timedelta(days=1),
        MFREL="Y",
        MFRELDAT=person.on(-6) if rng.random() < 0.5 else person.on(-7),
        LOTNO=lot,
    )
    ld = person.visit("LD")
    for n, (drug, daily) in enumerate((("FLU", 30), ("CY", rng.choice((300, 500)))), 1):
        yield record("ld", person, ld, n).put(
            LDTRT=drug, LDDOSE=daily, LDSTDAT=ld.when, LDENDAT=person.on(-3)
        )
    for n, oid in enumerate(("D1", "R1")[: 2 if plan.again else 1], 1):
        visit = person.visit(oid)
        dose = _DOSE[plan.dose] * (0.96 + 0.08 * rng.random())
        weight = person.weight - (1.4 if n == 2 else 0.0)
        shown = f"{dose:.2f}"
        start = 600 + 5 * rng.randint(0, 30)
        yield record("inf", person, visit).put(
            INFNO=n,
            INFDAT=visit.when,
            INFSTTIM=clock(start),
            INFENTIM=clock(start + rng.randint(18, 35)),
            INFDOSE=shown,
            INFTOTAL=f"{float(shown) * weight:.1f}",
            LOTNO=lot,
            VIAB=f"{82 + 14 * rng.random():.1f}",
            INFWT=f"{weight:.1f}",
            INFROUTE="IV",
            INFINTR="Y" if rng.random() < 0.05 else "N",
        )
    if plan.new_therapy:
        day, drug = plan.new_therapy
        stop = person.on(day + 60)
        yield loose("act", person, person.on(day)).put(
            ACTYPE="NEW",
            ACTRT=drug,
            ACSTDAT=person.on(day),
            ACENDAT=stop if stop < person.end else "",
            ACONG="N" if stop < person.end else "Y",
        )


def clock(minutes: int) -> str:
    """Minutes after midnight as HH:MM."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def bedside(person: Person, storms: list[Storm]) -> Iterator[Record]:
    """Vs and ecog at every visit, with fever and low pressure during the CRS of `storms`."""
    rng = draw(person.subject, "bedside")
    weight, state = person.weight, rng.choice((0, 1, 1))
    for visit in person.visits:
        if visit.missed:
            continue
        hot = max((grade for a, b, grade in storms if a <= visit.when < b), default=0)
        fever = 38.4 + 0.4 * hot
        weight += rng.randint(-6, 5) / 10
        full = visit.oid not in ("BL", "LD", "D4", "D7", "D10", "D14", "D21") and (
            not visit.oid.startswith("R") or visit.oid == "R28"
        )
        shown = person.weight if visit.oid in ("SCR", "D1") else weight
        yield record("vs", person, visit).put(
            VSDAT=visit.when,
            VSTIM=clock(450 + 5 * rng.randint(0, 18)),
            TEMP=f"{fever - 0.3 * rng.random() if hot else 36.2 + 0.8 * rng.random():.1f}",
            SYSBP=rng.randint(80, 89)
            if hot > 1
            else rng.randint(100, 118)
            if hot
            else rng.randint(106, 142),
            DIABP=rng.randint(46, 56)
            if hot > 1
            else rng.randint(60, 72)
            if hot
            else rng.randint(64, 88),
            PULSE=rng.randint(100, 122) if hot else rng.randint(64, 92),
            RESP=rng.randint(20, 24) if hot else rng.randint(15, 20),
            OXYSAT=rng.randint(89, 92)
            if hot > 1
            else rng.randint(95, 97)
            if hot
            else rng.randint(96, 99),
            WEIGHT=f"{shown:.1f}" if full else "",
            HEIGHT=person.height if visit.oid == "SCR" else "",
        )
        if (full and visit.oid != "D1") or visit.oid == "BL":
            scan = next((s for s in person.plan.scans if s.visit == visit.oid), None)
            if scan and scan.resp == "PD":
                state = min(state + 1, 2)
            if person.plan.criterion == "INCL07":
                state = 3
            yield record("ecog", person, visit).put(ECOGDAT=visit.when, ECOG=state)


def follow_up(person: Person) -> Iterator[Record]:
    """Sv, sfu, eos and dth."""
    plan = person.plan
    for visit in person.visits:
        yield record("sv", person, visit).put(
            VISDAT="" if visit.missed else visit.when,
            VISOCC="N" if visit.missed else "Y",
            VISREAS=visit.reason,
        )
    if plan.fate in ("sf", "nomake"):
        ended = person.last_seen + timedelta(days=6 if plan.fate == "sf" else 40)
        yield _end(person, ended, "SF" if plan.fate == "sf" else "OTH").put(
            EOSSPEC="" if plan.fate == "sf" else "Product could not be manufactured"
        )
        return
    yield from _contacts(person)
    if plan.fate == "ongoing":
        return
    when = person.on(plan.fate_day) if plan.fate_day else person.end
    why = {"death": "DTH", "complete": "COMP", "wbs": "WBS", "ltfu": "LTFU"}[plan.fate]
    yield _end(person, when, why)
    if plan.fate in ("complete", "wbs"):
        yield record("sv", person, Visit("EOS", when, plan.fate_day)).put(VISDAT=when, VISOCC="Y")
    if plan.fate == "death":
        cause = "AE" if plan.subject in ("01-003", "02-016") else "PD"
        spec = {"01-003": "Pneumonia", "02-016": "Sepsis"}.get(plan.subject, "")
        yield loose("dth", person, when).put(DTHDAT=when, DTHCAUS=cause, DTHSPEC=spec)


def _end(person: Person, when: date, why: str) -> Record:
    return record("eos", person, Visit("EOS", when, 0)).put(
        EOSDAT=when, EOSCOMP="Y" if why in ("COMP", "DTH") else "N", EOSREAS=why
    )


def _contacts(person: Person) -> Iterator[Record]:
    """The survival follow-up lines, about every 90 days after the last visit."""
    plan = person.plan
    rng = draw(plan.subject, "contacts")
    over = bool(plan.scans) and plan.scans[-1].resp == "PD"
    if plan.fate == "wbs" or not (over or plan.fate in ("death", "ltfu")):
        return
    stop = person.on(plan.fate_day) if plan.fate_day else person.end
    days: list[date] = []
    when = person.last_seen + timedelta(days=rng.randint(80, 96))
    limit = CUTOFF if plan.fate == "ongoing" else stop
    while when < limit - timedelta(days=12):
        days.append(when)
        when += timedelta(days=rng.randint(82, 97))
    if plan.fate == "ltfu":
        days = days[:-1] if plan.subject != "01-004" else []
    if plan.fate == "complete":
        days.append(stop)
    if plan.subject == "02-002":
        days = [date(2021, 3, 12)]
    if plan.subject == "02-019":
        days = [d for d in days if d < date(2024, 6, 1)] + [date(2024, 6, 12), date(2024, 7, 2)]
    line = 0
    known = person.last_seen
    for line, day in enumerate(days, 1):
        began = plan.new_therapy and person.on(plan.new_therapy[0])
        yield _contact(person, line, day, "ALIVE").put(
            SFUNEWT="Y" if began and known < began <= day else "N"
        )
        known = day
    if plan.fate == "ltfu":
        for day in (stop - timedelta(days=45), stop):
            line += 1
            yield _contact(person, line, day, "UNK").put(SFULADAT=known)
    elif plan.fate == "death" and days:
        told = stop + timedelta(days=4)
        if plan.subject == "02-002":
            told = date(2021, 4, 6)
        yield _contact(person, line + 1, told, "DEAD").put(SFULADAT=known)


def _contact(person: Person, line: int, when: date, status: str) -> Record:
    return Record("sfu", person.subject, "SFU", when, 0, line).put(
        SFUDAT=when, SFUHOW="TEL", SFUSTAT=status
    )
