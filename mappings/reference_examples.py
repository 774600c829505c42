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

    `finds` are the rule ids of the findings. `adam` rules read a dataset instead of a form.
    """

    verb: str
    title: str
    rules: str
    rows: tuple[Mapping[str, str], ...]
    gives: Mapping[str, tuple[str, ...]]
    finds: tuple[str, ...] = ()
    others: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
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
        "ADT: {date: AESTDTC, impute: first, flag: ADTF}",
        _rows("AESTDTC", rows=(("2024-03-15",), ("2024-03",), ("2024",), ("",))),
        {"ADT": ("23450", "23436", "23376", ""), "ADTF": ("", "D", "M", "")},
        adam=True,
    ),
    Example(
        "num",
        "The number in a text. A decimal comma is a finding; nothing is guessed.",
        "AEDUR: {num: DAYS}",
        _rows("DAYS", rows=(("3",), (" 2.50 ",), ("2,5",), ("two",), ("",))),
        {"AEDUR": ("3", "2.5", "", "", "")},
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
