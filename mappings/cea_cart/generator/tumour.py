"""Lesions and the responses entered by the investigator."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.cea_cart.generator.person import Person, Visit, draw
from mappings.cea_cart.generator.plans import Scan, Size
from mappings.cea_cart.generator.rave import Record

_PLACES = {
    "COLORECTAL": (
        ("LIVER", "Segment VI", 38), ("LIVER", "Segment IV", 26), ("LUNG", "Right lower lobe", 19),
        ("LYMPH NODE", "Retroperitoneal", 21),
    ),
    "GASTRIC": (
        ("LIVER", "Segment V", 33), ("LYMPH NODE", "Left gastric", 24),
        ("LIVER", "Segment VII", 18),        ("OVARY", "Left", 42),
    ),
    "PANCREATIC": (
        ("PANCREAS", "Body", 41), ("LIVER", "Segment VIII", 22), ("LIVER", "Segment III", 17),
        ("LYMPH NODE", "Coeliac", 18),
    ),
    "LUNG": (
        ("LUNG", "Right upper lobe", 46), ("ADRENAL GLAND", "Left", 27),
        ("LYMPH NODE", "Subcarinal", 22), ("LIVER", "Segment II", 16),
    ),
}  # fmt: skip
_NON_TARGETS = {
    "COLORECTAL": (("PERITONEUM", "Omentum, thickening"), ("LUNG", "Small nodules, both sides")),
    "GASTRIC": (("PERITONEUM", "Diffuse nodules"), ("BONE", "Second lumbar vertebra")),
    "PANCREATIC": (("PERITONEUM", "Ascites with nodules"), ("LIVER", "Small foci")),
    "LUNG": (("PLEURA", "Right effusion"), ("BONE", "Sixth left rib")),
}


def targets_of(person: Person) -> tuple[tuple[str, str, int], ...]:
    """Organ, place and baseline millimetres of the target lesions."""
    if person.plan.targets:
        return person.plan.targets
    rng = draw(person.plan.identity, "targets")
    places: tuple[tuple[str, str, int], ...] = _PLACES[person.plan.tumour]
    if person.plan.sex == "M":
        places = tuple(p for p in places if p[0] != "OVARY")
    chosen = places[: rng.randint(2, 3)]
    return tuple((organ, place, mm + rng.randint(-2, 9)) for organ, place, mm in chosen)


def sizes_of(person: Person, scan: Scan) -> tuple[Size, ...]:
    """The lesions one by one, the rounding put on the largest."""
    if isinstance(scan.size, tuple):
        return scan.size
    rng = draw(person.subject, f"sizes {scan.day}")
    base = [mm for _, _, mm in targets_of(person)]
    total = int(sum(base) * scan.size + 0.5)
    each = [int(mm * scan.size * (0.94 + 0.12 * rng.random()) + 0.5) for mm in base]
    each[base.index(max(base))] += total - sum(each)
    return tuple(each)


def ratio_at(person: Person, day: int) -> float:
    """Burden over baseline on a day, straight lines between assessments, 0 in irCR."""
    base = sum(mm for _, _, mm in targets_of(person))
    points = [(-99, 1.0), (1, 1.0)]
    for scan in person.plan.scans:
        total = 0.0
        for size in (*sizes_of(person, scan), *scan.new):
            total += sum(size) if isinstance(size, tuple) else _mm(size)
        if "N" not in (scan.size if isinstance(scan.size, tuple) else ()):
            points.append((scan.day, 0.0 if scan.resp == "CR" else total / base))
    before = max((p for p in points if p[0] <= day), default=points[0])
    after = min((p for p in points if p[0] > day), default=None)
    if after is None:
        return before[1]
    share = (day - before[0]) / (after[0] - before[0])
    return before[1] + share * (after[1] - before[1])


def _mm(size: int | str) -> int:
    return size if isinstance(size, int) else {"S": 5}.get(size, 0)


def assessments(person: Person) -> Iterator[Record]:
    """The records of tl, ntl, nl and rsp."""
    if not person.infused and person.plan.criterion not in ("INCL07", ""):
        return
    baseline = Scan("SCR", 0, tuple(mm for _, _, mm in targets_of(person)), "")
    nadir = float("inf")
    before = 0.0
    for scan in (baseline, *person.plan.scans):
        repeat = _repeat(person, scan)
        visit = person.visit(scan.visit, repeat)
        yield from _lesions(person, scan, visit)
        sizes = sizes_of(person, scan)
        total = sum(sum(s) if isinstance(s, tuple) else _mm(s) for s in (*sizes, *scan.new))
        if scan is baseline:
            before = nadir = float(total)
            continue
        missing = "N" in sizes
        target = _burden_response(
            person, sizes, scan, total=total, before=before, nadir=nadir, missing=missing
        )
        if not missing:
            nadir = min(nadir, total)
        yield _record("rsp", person, visit).put(
            RSDAT=visit.when,
            TRGRESP=scan.inv or target,
            NTRGRESP={"PRES": "NN", "ABS": "CR", "UNEQ": "PD", "NE": "NE"}[scan.nt]
            if person.plan.non_targets
            else "NA",
            NEWL="Y" if scan.new else "N",
            OVRLRESP=scan.inv or scan.resp,
            RSREAS="Lesion not covered by the scan" if missing else "",
        )


def _burden_response(
    person: Person,
    sizes: tuple[Size, ...],
    scan: Scan,
    *,
    total: float,
    before: float,
    nadir: float,
    missing: bool,
) -> str:
    gone = all(
        s == "A" or (organ == "LYMPH NODE" and isinstance(s, int) and s < 10)
        for s, (organ, _, _) in zip(sizes, targets_of(person), strict=True)
    )
    if total * 10 >= nadir * 12 and total - nadir >= 5:
        return "PD"
    if missing:
        return "NE"
    if gone and not scan.new:
        return "CR"
    return "PR" if total * 10 <= before * 7 else "SD"


def _repeat(person: Person, scan: Scan) -> int:
    if scan.visit != "UNS":
        return 0
    return [s for s in person.plan.scans if s.visit == "UNS"].index(scan) + 1


def _record(form: str, person: Person, visit: Visit, position: int = 0) -> Record:
    return Record(form, person.subject, visit.oid, visit.when, visit.repeat, position)


def _lesions(person: Person, scan: Scan, visit: Visit) -> Iterator[Record]:
    method = "MRI" if draw(person.subject, "method").random() < 0.2 else "CT"
    line = 0
    for n, (size, (organ, place, _)) in enumerate(
        zip(sizes_of(person, scan), targets_of(person), strict=True), 1
    ):
        parts = size if isinstance(size, tuple) else (size,)
        for k, part in enumerate(parts, 1):
            line += 1
            state = {"S": "SMALL", "A": "ABS", "N": "NE"}.get(str(part), "MEAS")
            yield _record("tl", person, visit, line).put(
                TLNO=n,
                TLFRAG=k if len(parts) > 1 else "",
                TLLOC=organ,
                TLSITE=place,
                TLNODE="Y" if organ == "LYMPH NODE" else "N",
                TLMETH=method,
                TLSCDAT=visit.when,
                TLDIAM=part if state == "MEAS" else "",
                TLSTATE=state,
                TLREAS="Lesion not covered by the scan" if state == "NE" else "",
            )
    for n in range(1, person.plan.non_targets + 1):
        organ, place = _NON_TARGETS[person.plan.tumour][n - 1]
        state = scan.nt if n == 1 or scan.nt == "ABS" else "PRES"
        yield _record("ntl", person, visit, n).put(
            NTNO=n, NTLOC=organ, NTSITE=place, NTMETH=method, NTSCDAT=visit.when, NTSTATE=state
        )
    for n, new in enumerate(scan.new, 1):
        measured = isinstance(new, int)
        yield _record("nl", person, visit, n).put(
            NLNO=n,
            NLLOC="LIVER" if n == 1 else "LUNG",
            NLSITE="Segment II" if n == 1 else "Left lower lobe",
            NLNODE="N",
            NLMEAS="Y" if measured else "N",
            NLMETH=method,
            NLSCDAT=visit.when,
            NLDIAM=new if measured else "",
            NLSTATE="MEAS" if measured else "PRES",
        )
