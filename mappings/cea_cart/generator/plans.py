"""The 46 persons: who they are and what their tumours and lives do.

The response of every assessment is written by hand; the checks compute it again from the
lesions of the finished files. Days are study days of the first infusion (Day 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Size = int | str | tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scan:
    """One tumour assessment.

    `size` is the sum of the targets over their baseline sum, or the lesions one by one: mm,
    S too small, A absent, N not evaluable, a pair for a lesion that split. `new` are the new
    lesions present, mm or P (not measurable). `inv` is what the investigator wrote when it is
    not `resp`.
    """

    visit: str
    day: int
    size: float | tuple[Size, ...]
    resp: str
    nt: str = "PRES"
    new: tuple[int | str, ...] = ()
    inv: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One subject number. `fate` is death, complete, ongoing, ltfu, wbs, sf or nomake."""

    subject: str
    sex: str
    age: int
    tumour: str
    start: date  # first infusion; consent when never infused
    dose: str = ""
    fate: str = "sf"
    fate_day: int = 0
    scans: tuple[Scan, ...] = ()
    targets: tuple[tuple[str, str, int], ...] = ()  # organ, place, mm; empty: drawn
    non_targets: int = 1
    new_therapy: tuple[int, str] | None = None
    again: int = 0  # day of the second infusion
    criterion: str = ""
    previous: str = ""
    last_visit: str = ""  # when not the last scan

    @property
    def identity(self) -> str:
        """The number that stands for the person: the first one when rescreened."""
        return self.previous or self.subject


def _s(text: str) -> tuple[Scan, ...]:
    """Scans from ``VISIT@day ratio response`` parts separated by semicolons."""
    out = []
    for part in text.split(";"):
        where, ratio, resp = part.split()
        visit, _, day = where.partition("@")
        out.append(Scan(visit, int(day), float(ratio), resp))
    return tuple(out)


def _d(text: str) -> date:
    return date.fromisoformat(text)


CRC, GAS, PAN, LUN = "COLORECTAL", "GASTRIC", "PANCREATIC", "LUNG"
L, N, P = "LIVER", "LYMPH NODE", "LUNG"

PLANS: tuple[Plan, ...] = (
    Plan(
        "01-001", "M", 61, CRC, _d("2020-07-08"), "DL1", "death", 268,
        _s("D28@28 .96 SD;W8@57 1.05 SD;W12@86 1.31 PD"),
    ),
    Plan("01-002", "F", 47, CRC, _d("2020-07-02"), criterion="INCL03"),
    Plan(
        "02-001", "F", 58, CRC, _d("2020-08-19"), "DL1", "death", 231,
        _s("D28@28 1.28 PD;W8@59 1.55 PD"),
        new_therapy=(75, "Trifluridine and tipiracil"),
    ),
    Plan(
        "01-003", "M", 66, GAS, _d("2020-09-16"), "DL1", "death", 143,
        _s("D28@29 .93 SD;W8@56 .88 SD;W12@84 .90 SD"),
    ),
    Plan("01-004", "F", 49, PAN, _d("2020-10-21"), "DL1", "ltfu", 120, last_visit="D14"),
    Plan(
        "02-002", "M", 63, CRC, _d("2020-11-11"), "DL1", "death", 0,
        _s("D28@26 1.02 SD;W8@57 1.33 PD"),
    ),
    Plan(
        "01-005", "F", 54, CRC, _d("2020-12-02"), "DL1", "death", 420,
        _s("D28@28 .95 SD;W8@57 .90 SD;W12@85 .93 SD;M6@182 .80 SD;M9@276 1.18 PD"),
        again=98,
    ),
    Plan(
        "01-006", "M", 57, LUN, _d("2020-12-30"), "DL1", "death", 350,
        _s("D28@30 .97 SD;W8@58 .94 SD;W12@87 .98 SD;M6@185 1.42 PD"),
        new_therapy=(71, "Anlotinib"),
    ),
    Plan(
        "02-003", "F", 60, CRC, _d("2021-01-20"), "DL1", "ltfu", 410,
        _s("D28@28 .91 SD;W8@56 .95 SD;W12@85 1.27 PD"),
        new_therapy=(85, "Regorafenib"),
    ),
    Plan(
        "02-004", "F", 45, CRC, _d("2021-02-24"), "DL1", "complete", 731,
        (
            Scan("D28", 28, (20, 14, 10), "SD"),
            Scan("W8", 57, (12, 11, "S"), "PR"),
            Scan("W12", 86, ("A", 9, "A"), "CR", nt="ABS"),
            Scan("M6", 180, ("A", 8, "A"), "CR", nt="ABS"),
            Scan("M9", 272, ("A", 8, "A"), "CR", nt="ABS"),
            Scan("M12", 366, ("A", 7, "A"), "CR", nt="ABS"),
            Scan("M18", 545, ("A", 7, "A"), "CR", nt="ABS"),
            Scan("M24", 731, ("A", 7, "A"), "CR", nt="ABS"),
        ),
        targets=((L, "Segment VI", 28), (N, "Retroperitoneal", 19), (P, "Right lower lobe", 14)),
    ),
    Plan(
        "01-007", "M", 69, CRC, _d("2021-03-24"), "DL1", "death", 500,
        _s("D28@28 .92 SD;W8@58 .85 SD;W12@86 .84 SD;M6@181 .88 SD;M9@270 1.20 PD"),
    ),
    Plan("02-005", "M", 53, GAS, _d("2021-03-15"), criterion="EXCL02"),
    Plan(
        "01-008", "F", 52, PAN, _d("2021-05-12"), "DL1", "wbs", 70,
        _s("D28@28 .98 SD;W8@57 1.04 SD"),
    ),
    Plan(
        "02-006", "M", 62, CRC, _d("2021-06-09"), "DL1", "death", 610,
        _s("D28@29 .82 SD;W8@57 .62 PR;W12@86 .55 PR;M6@179 .60 PR;M9@275 .95 PD"),
    ),
    Plan(
        "01-009", "F", 56, CRC, _d("2021-07-07"), "DL1", "complete", 731,
        (
            Scan("D28", 28, (38, 28), "PD"),
            Scan("W8", 58, (20, 14), "PR"),
            Scan("W12", 87, (19, 13), "PR"),
            Scan("M6", 180, (18, 13), "PR"),
            Scan("M9", 273, (19, 14), "PR"),
            Scan("M12", 364, (27, 20), "PD"),
        ),
        targets=((L, "Segment V", 30), (L, "Segment VIII", 22)),
    ),
    Plan(
        "02-007", "F", 67, GAS, _d("2021-08-11"), "DL1", "death", 240,
        (
            Scan("D28", 28, 0.99, "SD"),
            Scan("W8", 57, 1.05, "SD"),
            Scan("W12", 85, 1.06, "PD", nt="UNEQ"),
        ),
        non_targets=2,
    ),
    Plan(
        "01-010", "M", 59, CRC, _d("2021-09-08"), "DL2", "death", 390,
        (
            Scan("D28", 28, (34, 25, 16), "SD"),
            Scan("W8", 57, (33, 24, 16), "SD", new=(12,)),
            Scan("W12", 86, (32, 24, 15), "SD", new=(14,)),
            Scan("M6", 184, (40, 30, 20), "PD", new=(30,)),
        ),
        targets=((L, "Segment IV", 40), (L, "Segment VII", 30), (N, "Portal", 20)),
    ),
    Plan("02-008", "M", 65, CRC, _d("2021-08-30"), criterion="INCL09"),
    Plan(
        "01-011", "F", 64, CRC, _d("2021-10-13"), "DL2", "complete", 731,
        (
            Scan("D28", 28, (31, 20), "SD"),
            Scan("W8", 56, (22, 14), "PR"),
            Scan("W12", 85, (21, "N"), "NE"),
            Scan("M6", 180, (20, 14), "PR"),
            Scan("M9", 271, (21, 15), "PR"),
            Scan("M12", 362, (33, 21), "PD"),
        ),
        targets=((L, "Segment II", 36), (P, "Left upper lobe", 24)),
    ),
    Plan(
        "02-009", "M", 55, PAN, _d("2021-11-03"), "DL2", "death", 98,
        _s("D28@29 1.35 PD;UNS@45 1.60 PD"),
    ),
    Plan(
        "02-010", "M", 65, CRC, _d("2021-11-24"), "DL2", "death", 333,
        _s("D28@28 .95 SD;W8@58 .97 SD;W12@87 1.02 SD;M6@180 1.35 PD"),
        previous="02-008",
    ),
    Plan(
        "01-012", "F", 41, GAS, _d("2021-12-22"), "DL2", "death", 480,
        (
            Scan("D28", 28, (20, 13, 8), "SD"),
            Scan("W8", 57, (15, 10, "S"), "PR"),
            Scan("W12", 85, (14, 10, "S"), "PR"),
            Scan("M6", 181, (13, 9, "S"), "PR"),
            Scan("M9", 276, (20, 12, 8), "PD"),
        ),
        targets=((L, "Segment III", 26), (N, "Left gastric", 17), (L, "Segment VI", 12)),
    ),
    Plan(
        "02-011", "M", 50, CRC, _d("2022-01-19"), "DL2", "death", 560,
        _s("D28@28 1.05 SD;W8@61 .92 SD;W12@88 .75 SD;M6@181 .66 PR;M9@270 .64 PR;M12@366 .88 PD"),
        again=33,
    ),
    Plan(
        "01-013", "F", 60, LUN, _d("2022-02-23"), "DL2", "death", 520,
        (
            Scan("D28", 28, (40, 24), "SD"),
            Scan("W8", 57, (36, 22), "SD"),
            Scan("W12", 86, ((15, 12), 20), "PR"),
            Scan("M6", 182, ((14, 10), 18), "PR"),
            Scan("M9", 277, ((20, 16), 26), "PD"),
        ),
        targets=((P, "Right upper lobe", 44), (L, "Segment V", 25)),
    ),
    Plan(
        "01-014", "M", 58, CRC, _d("2022-03-23"), "DL2", "complete", 731,
        (
            Scan("D28", 28, (37, 25), "SD"),
            Scan("W8", 57, (32, 21), "SD", inv="PR"),
            Scan("W12", 87, (33, 23), "SD"),
            Scan("M6", 182, (46, 31), "PD"),
        ),
        targets=((L, "Segment VII", 42), (P, "Right middle lobe", 28)),
        new_therapy=(196, "Fruquintinib"),
    ),
    Plan("02-012", "F", 56, CRC, _d("2022-03-07"), "DL2", "nomake"),
    Plan(
        "02-013", "F", 62, CRC, _d("2022-04-27"), "DL2", "death", 200,
        _s("D28@27 1.30 PD;UNS@44 1.10 SD;W8@58 1.35 PD"),
    ),
    Plan(
        "01-015", "M", 48, CRC, _d("2022-05-18"), "DL2", "death", 410,
        _s("D28@27 1.25 PD;W8@57 1.12 SD;W12@86 1.14 SD;M6@184 1.60 PD"),
    ),
    Plan(
        "02-014", "F", 70, CRC, _d("2022-06-08"), "DL2", "death", 365,
        _s("D28@28 .96 SD;W8@56 .93 SD;W12@85 .99 SD;M6@187 1.30 PD"),
    ),
    Plan("01-016", "M", 74, PAN, _d("2022-06-02"), criterion="INCL07"),
    Plan(
        "02-015", "M", 53, GAS, _d("2022-07-13"), "DL2", "death", 160,
        _s("D28@28 1.40 PD"),
        new_therapy=(40, "Paclitaxel and ramucirumab"),
    ),
    Plan(
        "01-017", "F", 38, CRC, _d("2022-08-10"), "DL2", "ongoing", 0,
        (
            Scan("D28", 28, (12, 8), "PR"),
            Scan("W8", 57, ("S", "A"), "PR"),
            Scan("W12", 85, ("A", "A"), "CR"),
            Scan("M6", 179, ("A", "A"), "CR"),
            Scan("M9", 274, ("A", "A"), "CR"),
            Scan("M12", 363, ("A", "A"), "CR"),
            Scan("M18", 549, ("A", "A"), "CR"),
        ),
        targets=((L, "Segment IV", 18), (L, "Segment VI", 15)),
        non_targets=0,
    ),
    Plan("02-016", "M", 64, CRC, _d("2022-09-14"), "DL3", "death", 19, last_visit="D14"),
    Plan(
        "01-018", "M", 46, CRC, _d("2022-10-12"), "DL3", "ongoing", 0,
        _s("D28@28 .90 SD;W8@58 .84 SD;W12@86 .86 SD;M6@184 .78 SD;M9@273 .80 SD;M12@366 1.12 PD"),
        again=120,
    ),
    Plan("02-017", "F", 62, LUN, _d("2022-10-10"), criterion="EXCL06"),
    Plan(
        "01-019", "F", 55, CRC, _d("2022-11-16"), "DL3", "ongoing", 0,
        _s(
            "D28@28 .80 SD;W8@57 .64 PR;W12@87 .50 PR;M6@180 .45 PR;M9@272 .45 PR;"
            "M12@368 .47 PR;M18@546 .49 PR"
        ),
    ),
    Plan(
        "02-018", "M", 44, LUN, _d("2022-12-14"), "DL3", "ongoing", 0,
        _s("D28@29 .95 SD;W8@58 .92 SD;W12@86 .90 SD;M6@186 .94 SD;M9@275 .97 SD;M12@366 1.25 PD"),
    ),
    Plan(
        "01-020", "F", 51, CRC, _d("2023-01-11"), "DL3", "death", 450,
        _s("D28@28 .97 SD;W8@56 .95 SD;W12@84 .98 SD;M6@182 1.0 SD;M9@272 1.28 PD"),
        new_therapy=(290, "Fruquintinib"),
    ),
    Plan(
        "02-019", "F", 68, CRC, _d("2023-03-08"), "DL3", "death", 485,
        _s("D28@28 1.0 SD;W8@57 1.06 SD;W12@85 .98 SD;M6@183 1.25 PD"),
    ),
    Plan(
        "01-021", "M", 60, PAN, _d("2023-04-12"), "DL3", "death", 330,
        _s("D28@28 .86 SD;W8@57 .64 PR;W12@86 .66 PR;M6@182 .92 PD"),
    ),
    Plan(
        "02-020", "F", 57, GAS, _d("2023-05-17"), "DL3", "ongoing", 0,
        _s("D28@28 1.0 SD;UNS@66 1.03 SD;W12@86 .96 SD;M6@184 1.05 SD;M9@274 1.31 PD"),
    ),
    Plan("01-022", "F", 28, GAS, _d("2023-05-22"), criterion="INCL05"),
    Plan(
        "02-021", "M", 47, CRC, _d("2023-08-02"), "DL3", "ongoing", 0,
        _s("D28@29 .93 SD;W8@57 .90 SD;W12@85 .92 SD;M6@185 .88 SD;M9@274 .66 PR"),
        again=100,
    ),
    Plan(
        "01-023", "F", 63, CRC, _d("2023-10-05"), "DL3", "ongoing", 0,
        _s("D28@28 1.02 SD;W8@57 1.0 SD;W12@85 .98 SD;M6@183 1.05 SD;M9@272 1.35 PD"),
    ),
    Plan(
        "02-022", "M", 59, CRC, _d("2023-11-15"), "DL3", "ongoing", 0,
        _s("D28@28 .90 SD;W8@57 .85 SD;W12@86 .86 SD;M6@183 .85 SD"),
    ),
    Plan(
        "01-024", "F", 50, CRC, _d("2023-12-13"), "DL3", "ongoing", 0,
        _s("D28@28 .78 SD;W8@57 .63 PR;W12@86 .60 PR;M6@180 .58 PR"),
    ),
    Plan(
        "02-023", "M", 66, CRC, _d("2024-01-17"), "DL3", "ongoing", 0,
        _s("D28@29 1.0 SD;W8@57 .97 SD;W12@84 .98 SD"),
    ),
)  # fmt: skip

BY_SUBJECT = {plan.subject: plan for plan in PLANS}
