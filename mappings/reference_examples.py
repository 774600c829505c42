"""The examples of the reference manual: rules, the rows that they run on, and what comes out.

They are run as tests, so what the manual shows is what happens. All are of an adverse event's
module whose source is the form `ae`, unless they stand in ADaM.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Example:
    """Rules as text; `rows` of the form, `others` of further forms; `gives` by variable.

    `tables` are those of study.yaml, `finds` the rule ids of the findings. `adam` rules read a
    dataset instead of a form.
    """

    verb: str
    title: str
    rules: str
    rows: tuple[Mapping[str, str], ...]
    gives: Mapping[str, tuple[str, ...]]
    finds: tuple[str, ...] = ()
    others: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    tables: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    adam: bool = False


def _rows(*columns: str, rows: tuple[tuple[str, ...], ...]) -> tuple[Mapping[str, str], ...]:
    return tuple(dict(zip(columns, row, strict=True)) for row in rows)


EXAMPLES = (
    Example(
        "copy",
        "Text without the blanks at its ends, in capitals when asked.",
        "AETERM: {copy: TERM}\nAEMODIFY: {copy: TERM, case: upper}",
        _rows("TERM", rows=((" Fever",), ("Nausea ",), ("",))),
        {"AETERM": ("Fever", "Nausea", ""), "AEMODIFY": ("FEVER", "NAUSEA", "")},
    ),
    Example(
        "const",
        "A fixed value, here only where a condition holds.",
        "AEENRTPT: {const: ONGOING, when: {ONG: Y}}\n"
        "AEPRESP: {const: Y, when: {ASKED: {is: present}}, else: N}",
        _rows("ONG", "ASKED", rows=(("Y", ""), ("N", "x"), ("", ""))),
        {"AEENRTPT": ("ONGOING", "", ""), "AEPRESP": ("N", "Y", "N")},
    ),
    Example(
        "map",
        "The table first, then the published codelist; what neither has is a finding, and the "
        "value stays missing.",
        "AEOUT: {map: OUT, ct: C66768, to: {5: FATAL, Not asked: null}}",
        _rows("OUT", rows=(("5",), ("UNKNOWN",), ("Not asked",), ("better",), ("",))),
        {"AEOUT": ("FATAL", "UNKNOWN", "", "", "")},
        ("map.unmapped",),
    ),
    Example(
        "date",
        "From the columns of year, month and day, cut at the first part that is unknown. A day "
        "that the calendar does not have is a finding.",
        "AESTDTC: {date: [YY, MM, DD], time: TIM}",
        _rows(
            "YY",
            "MM",
            "DD",
            "TIM",
            rows=(
                ("2024", "03", "15", "09:30"),
                ("2024", "03", "UN", ""),
                ("2024", "UNK", "15", ""),
                ("2024", "02", "30", ""),
            ),
        ),
        {"AESTDTC": ("2024-03-15T09:30", "2024-03", "2024---15", "")},
        ("date.impossible",),
    ),
    Example(
        "date",
        "From one column: the declared formats decide, never a guess.",
        "AEENDTC: {date: ENDED, format: [DD-MON-YYYY, YYYY-MM-DD]}",
        _rows("ENDED", rows=(("15-MAR-2024",), ("2024-03-15",), ("UN-MAR-2024",), ("03/15/2024",))),
        {"AEENDTC": ("2024-03-15", "2024-03-15", "2024-03", "")},
        ("date.unreadable",),
    ),
    Example(
        "date",
        "In ADaM: a number (days since 1960-01-01). A partial date is completed only when that is "
        "asked for, and then flagged.",
        "ADT: {date: AESTDTC, impute: first, dtf: ADTF}",
        _rows("AESTDTC", rows=(("2024-03-15",), ("2024-03",), ("2024",), ("",))),
        {"ADT": ("23450", "23436", "23376", ""), "ADTF": ("", "D", "M", "")},
        adam=True,
    ),
    Example(
        "date",
        "In ADaM, a date-time is in seconds. Here nothing above the hour may be unknown.",
        "ASTDTM: {date: AESTDTC, impute: first, highest: h, tmf: ASTTMF}",
        _rows(
            "AESTDTC",
            rows=(("2024-03-15T09:30",), ("2024-03-15T09",), ("2024-03-15",), ("2024-03",)),
        ),
        {
            "ASTDTM": ("2026114200", "2026112400", "2026080000", ""),
            "ASTTMF": ("", "M", "H", ""),
        },
        adam=True,
    ),
    Example(
        "num",
        "The number in a text. A decimal comma is a finding; nothing is guessed.",
        "AEPTCD: {num: DAYS}",
        _rows("DAYS", rows=(("3",), (" 2.50 ",), ("2,5",), ("two",), ("",))),
        {"AEPTCD": ("3", "2.5", "", "", "")},
        ("num.decimal_comma", "num.unreadable"),
    ),
    Example(
        "day",
        "The study day of a complete date; here the reference date is 2024-03-15. No day is 0.",
        "AESTDTC: {copy: DAT}\nAESTDY: {day: AESTDTC}",
        _rows("DAT", rows=(("2024-03-15",), ("2024-03-14",), ("2024-03-20T08:00",), ("2024-03",))),
        {"AESTDY": ("1", "-1", "6", "")},
    ),
    Example(
        "date",
        "An interval, where the end is known and another than the start.",
        "_END: {date: TO, format: YYYY-MM-DD}\n"
        "AESTDTC: {date: FROM, format: YYYY-MM-DD, end: _END}",
        _rows(
            "FROM",
            "TO",
            rows=(
                ("2024-01-01", "2024-01-03"),
                ("2024-01-01", "2024-01-01"),
                ("2024-01", ""),
                ("2024-01-05", "2024-01-03"),
            ),
        ),
        {"AESTDTC": ("2024-01-01/2024-01-03", "2024-01-01", "2024-01", "")},
        ("date.interval",),
    ),
    Example(
        "duration",
        "The collected number in the collected unit. A unit that is not known is a finding.",
        "AEDUR: {duration: [DUR, UNIT], to: {Tage: days}}",
        _rows(
            "DUR",
            "UNIT",
            rows=(("3", "Days"), ("1.5", "hr"), ("4", "Tage"), ("2", "m"), ("", "Days")),
        ),
        {"AEDUR": ("P3D", "PT1.5H", "P4D", "", "")},
        ("duration.unit",),
    ),
    Example(
        "duration",
        "In a unit that the form says, and one that lies before its reference.",
        "AEDUR: {duration: MIN, unit: minutes}\n"
        "AEEVLINT: {duration: WEEKS, unit: weeks, past: true}",
        _rows("MIN", "WEEKS", rows=(("90", "1"), ("", "2"))),
        {"AEDUR": ("PT90M", ""), "AEEVLINT": ("-P1W", "-P2W")},
    ),
    Example(
        "duration",
        "Each part in a column of its own; or between two dates.",
        "AEDUR: {duration: {years: YY, months: MM}}\nAEELTM: {duration: {from: A, to: B}}",
        _rows(
            "YY",
            "MM",
            "A",
            "B",
            rows=(
                ("1", "2", "2024-01-10T09:00", "2024-01-11T10:30"),
                ("", "6", "2024-01-10", "2024-01-13T08:00"),
                ("3", "", "2024-01-10", "2024-02"),
            ),
        ),
        {"AEDUR": ("P1Y2M", "P6M", "P3Y"), "AEELTM": ("P1DT1H30M", "P3D", "")},
    ),
    Example(
        "day",
        "In ADaM: the day of a numeric date, counted from TRTSDT or from another date.",
        "ASTDY: {day: ASTDT}\n"
        "ARELDY: {day: ASTDT, since: AP02SDT, label: Day since the second infusion}",
        _rows(
            "ASTDT",
            "TRTSDT",
            "AP02SDT",
            rows=(("23450", "23450", "23478"), ("23449", "23450", ""), ("23480", "23450", "23478")),
        ),
        {"ASTDY": ("1", "-1", "31"), "ARELDY": ("-28", "", "3")},
        adam=True,
    ),
    Example(
        "join",
        "Texts and columns put together; missing when a column is.",
        "AELNKID: {join: [AE, $NUM], pad: 3}\nAEGRPID: {join: [$SITE, $NUM], sep: /}",
        _rows("SITE", "NUM", rows=(("01", "7"), ("02", "12"), ("03", ""))),
        {"AELNKID": ("AE007", "AE012", ""), "AEGRPID": ("01/7", "02/12", "")},
    ),
    Example(
        "lookup",
        "A value of the same subject from another form. Several different answers need 'pick'.",
        "AESPID: {lookup: ex, get: EXID, order: DAT, pick: last}",
        _rows("USUBJID", rows=(("S1",), ("S2",), ("S3",))),
        {"AESPID": ("E2", "E3", "")},
        others={
            "ex": _rows(
                "USUBJID",
                "EXID",
                "DAT",
                rows=(
                    ("S1", "E1", "2024-01-10"),
                    ("S1", "E2", "2024-02-10"),
                    ("S2", "E3", "2024-01-20"),
                ),
            )
        },
    ),
    Example(
        "lookup",
        "By another key than the subject, of some rows only, and by a rule on the other side.",
        "AESTDTC: {lookup: inf, by: {BAG: BAGNO}, where: {GIVEN: Y}, "
        "get: {date: INFDAT, format: DD/MM/YYYY}}",
        _rows("BAG", rows=(("B1",), ("B2",), ("",))),
        {"AESTDTC": ("2024-05-01", "", "")},
        others={
            "inf": _rows(
                "BAGNO",
                "GIVEN",
                "INFDAT",
                rows=(("B1", "Y", "01/05/2024"), ("B2", "N", "02/05/2024")),
            )
        },
    ),
    Example(
        "lookup",
        "What the numbers of several rows come to.",
        "AEDOSE: {lookup: ex, get: {num: DOSE}, pick: sum, label: Total Dose}\n"
        "AEDOSES: {lookup: ex, get: DOSE, pick: count, label: Number of Doses}",
        _rows("USUBJID", rows=(("S1",), ("S2",), ("S3",))),
        {"AEDOSE": ("4", "2.5", ""), "AEDOSES": ("2", "1", "0")},
        others={
            "ex": _rows("USUBJID", "DOSE", rows=(("S1", "1"), ("S1", "3"), ("S2", "2.5"))),
        },
    ),
    Example(
        "first",
        "The first of several rules that gives a value.",
        "AEACN: {first: [{const: DRUG WITHDRAWN, when: {STOP: Y}}, {copy: ACTION}]}",
        _rows("STOP", "ACTION", rows=(("Y", "DOSE REDUCED"), ("", "DOSE REDUCED"), ("", ""))),
        {"AEACN": ("DRUG WITHDRAWN", "DOSE REDUCED", "")},
    ),
    Example(
        "call",
        "A function of the study's derive.py (below) that sees the columns in 'reads' only.",
        "AELOC: {call: nearer, reads: [LEFT, RIGHT], method: The side with the smaller distance}",
        _rows("LEFT", "RIGHT", rows=(("2", "5"), ("9", "5"))),
        {"AELOC": ("LEFT", "RIGHT")},
    ),
    Example(
        "flag",
        "The worst event of each subject, and of each subject and term; the earlier one of two "
        "alike.",
        "AOCCIFL: {flag: first, order: [-ATOXGRN, ASTDT], when: {TRTEMFL: Y}}\n"
        "AOCCPIFL: {flag: first, per: [AEDECOD], order: [-ATOXGRN, ASTDT], when: {TRTEMFL: Y}}",
        _rows(
            "USUBJID",
            "AEDECOD",
            "ATOXGRN",
            "ASTDT",
            "TRTEMFL",
            rows=(
                ("S1", "Pyrexia", "2", "23450", "Y"),
                ("S1", "Pyrexia", "3", "23460", "Y"),
                ("S1", "Headache", "3", "23455", "Y"),
                ("S1", "Headache", "4", "23440", ""),
                ("S2", "Pyrexia", "1", "", "Y"),
            ),
        ),
        {"AOCCIFL": ("", "", "Y", "", "Y"), "AOCCPIFL": ("", "Y", "Y", "", "Y")},
        adam=True,
    ),
    Example(
        "group",
        "A value of one record for all of the group; and what was lowest before each record.",
        "BASE: {group: AVAL, per: [PARAMCD], where: {ABLFL: Y}}\n"
        "NADIR: {group: AVAL, per: [PARAMCD], take: min, order: [ADT], upto: before, "
        "label: Lowest Value Before}",
        _rows(
            "USUBJID",
            "PARAMCD",
            "ADT",
            "AVAL",
            "ABLFL",
            rows=(
                ("S1", "SUMDIAM", "23440", "50", "Y"),
                ("S1", "SUMDIAM", "23500", "30", ""),
                ("S1", "SUMDIAM", "23556", "42", ""),
                ("S1", "CEA", "23440", "12", ""),
                ("S2", "SUMDIAM", "23500", "60", ""),
            ),
        ),
        {"BASE": ("50", "50", "50", "", ""), "NADIR": ("", "50", "30", "", "")},
        adam=True,
    ),
    Example(
        "calc",
        "Change and percent change from baseline.",
        'CHG: {calc: [AVAL, "-", BASE]}\nPCHG: {calc: [CHG, /, BASE], percent: true, digits: 1}',
        _rows("AVAL", "BASE", rows=(("30", "45"), ("4", "0"), ("", "45"))),
        {"CHG": ("-15", "4", ""), "PCHG": ("-33.3", "", "")},
        adam=True,
    ),
    Example(
        "span",
        "A duration in days, and the days between two dates without those that count twice. An "
        "end before the start is a finding.",
        "ADURN: {span: [ASTDT, AENDT], unit: days}\n"
        "AEGAP: {span: [TRTSDT, ASTDT], unit: weeks, inclusive: false, negative: keep}",
        _rows(
            "TRTSDT",
            "ASTDT",
            "AENDT",
            rows=(("23443", "23450", "23452"), ("23443", "23436", ""), ("23443", "23450", "23449")),
        ),
        {"ADURN": ("3", "", ""), "AEGAP": ("1", "-1", "1")},
        ("span.negative",),
        adam=True,
    ),
    Example(
        "window",
        "The analysis visit that a day belongs to; there is no day 0.",
        "AVISIT: {window: ADY, table: windows}",
        _rows("ADY", rows=(("-3",), ("1",), ("20",), ("90",), ("",))),
        {
            "AVISIT": ("Baseline", "Baseline", "Week 4", "Week 12", ""),
            "AVISITN": ("0", "0", "4", "12", ""),
            "AWTARGET": ("1", "1", "28", "84", ""),
            "AWTDIFF": ("3", "0", "8", "6", ""),
            "AWLO": ("", "", "2", "43", ""),
            "AWHI": ("1", "1", "42", "", ""),
            "AWU": ("DAYS", "DAYS", "DAYS", "DAYS", ""),
        },
        tables={
            "windows": _rows(
                "AVISIT",
                "AVISITN",
                "from",
                "to",
                "target",
                rows=(
                    ("Baseline", "0", "", "1", "1"),
                    ("Week 4", "4", "2", "42", "28"),
                    ("Week 12", "12", "43", "", "84"),
                ),
            )
        },
        adam=True,
    ),
    Example(
        "emergent",
        "A partial start counts as far as it leaves the time after the first treatment open, "
        "unless the event ended before.",
        "TRTEMFL: {emergent: [AESTDTC, AEENDTC], since: RFXSTDTC, before: NACTDT}",
        _rows(
            "AESTDTC",
            "AEENDTC",
            "RFXSTDTC",
            "NACTDT",
            rows=(
                ("2024-03-15T11:00", "", "2024-03-15T10:30", ""),
                ("2024-03-15T10:00", "", "2024-03-15T10:30", ""),
                ("2024-03", "", "2024-03-15T10:30", ""),
                ("2024-03", "2024-03-12", "2024-03-15T10:30", ""),
                ("2024-05-20", "", "2024-03-15T10:30", "23500"),
                ("2024-03-20", "", "", ""),
            ),
        ),
        {"TRTEMFL": ("Y", "", "Y", "", "", "")},
        adam=True,
    ),
    Example(
        "grade",
        "By the bounds of the unit, the limits of normal and, where BNRIND is not NORMAL, the "
        "baseline. What a missing limit or baseline leaves open has no grade.",
        "ATOXGRH: {grade: high, test: LBTESTCD, units: LBSTRESU, term: ATOXDSCH}",
        _rows(
            "LBTESTCD",
            "AVAL",
            "LBSTRESU",
            "ANRLO",
            "ANRHI",
            "BASE",
            "BNRIND",
            rows=(
                ("ALT", "130", "U/L", "5", "40", "30", "NORMAL"),
                ("ALT", "130", "U/L", "5", "40", "100", "HIGH"),
                ("ALT", "130", "U/L", "5", "40", "", ""),
                ("K", "5.8", "mmol/L", "3.5", "5.1", "4.2", "NORMAL"),
                ("K", "5.8", "mg/dL", "3.5", "5.1", "4.2", "NORMAL"),
            ),
        ),
        {
            "ATOXGRH": ("2", "0", "", "2", ""),
            "ATOXDSCH": (*["Alanine aminotransferase increased"] * 3, "Hyperkalemia", ""),
        },
        ("grade.unit",),
        adam=True,
    ),
)

CALLED = '''\
import pandas as pd

from mappings.registry import derivation


@derivation
def nearer(frame: pd.DataFrame) -> pd.Series:
    """The side whose distance is smaller."""
    left = frame["LEFT"].astype("float64") < frame["RIGHT"].astype("float64")
    return left.map({True: "LEFT", False: "RIGHT"}).astype("str")
'''
