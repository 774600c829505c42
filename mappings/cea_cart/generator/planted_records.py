"""Planted cases of records: dates, deleted lines, laboratory texts, persons."""

# ruff: noqa: RUF001 (Chinese text has full-width punctuation)
from __future__ import annotations

from dataclasses import replace

from mappings.cea_cart.generator.events import Days, event
from mappings.cea_cart.generator.export import Export
from mappings.cea_cart.generator.ledger import MISSING, Ledger
from mappings.cea_cart.generator.rave import Record

AE, CM, TL = "raw/edc/ae.csv", "raw/edc/cm.csv", "raw/edc/tl.csv"
MARKERS, KINETICS = "raw/vendor/markers.csv", "raw/vendor/car_kinetics.csv"
LONG_CHINESE = (
    "患者从卧位站起时血压降低（82/50 mmHg），伴头晕和短暂跌倒，无外伤，"
    "卧床休息并静脉输注生理盐水500 mL，"
    "约两小时后好转，次日早晨查房时再次出现同样的症状，程度较轻，未作特殊处理自行缓解，家属在场，心电图无异常"
)
LONG_ENGLISH = (
    "Low blood pressure (82/50 mmHg) when the subject stood up from bed, with dizziness and a "
    "short fall without injury, better about two hours after rest and 500 mL saline, and once "
    "more, milder, the next morning on the ward round, without treatment, normal ECG"
)


def _ae(
    export: Export, subject: str, key: str, days: Days, grade: int, rel: str, **more: object
) -> Record:
    line = export.append(event(export.persons[subject], key, days, grade, rel, **more))
    for r in export.records:
        # time stamps follow the record, so a line typed late stays late
        if r is line and isinstance(days[0], str):
            r.when = export.persons[subject].last_seen
    return line


def _at(line: Record) -> str:
    return f"Subject={line.subject}; recordposition={line.position}"


def plant_dates(export: Export, ledger: Ledger) -> None:
    """Partial, unknown and impossible dates; onset around the infusion; end before start."""
    line = _ae(export, "01-007", "dizzy", ("UN MAY 2021", "20 JUN 2021"), 1, "2")
    ledger.case("Partial date: month and year", "01-007", AE, _at(line)).value(
        "AE",
        f"AESPID={line.position}",
        {"AESTDTC": "2021-05", "AEENDTC": "2021-06-20"},
        "Day unknown: the parts 2021 and 5 make 2021-05; X_INT (1 May) is no source.",
    ).value(
        "ADAE",
        "AEDECOD=Dizziness",
        {"TRTEMFL": "Y"},
        "All of May 2021 is after the infusion of 2021-03-24.",
    )
    line = _ae(export, "01-007", "insomnia", ("UN UNK 2021", ""), 1, "1")
    ledger.case("Partial date: year only, ongoing", "01-007", AE, _at(line)).value(
        "AE",
        f"AESPID={line.position}",
        {"AESTDTC": "2021", "AEENDTC": MISSING},
        "Only the year is known.",
    ).value(
        "ADAE",
        "AEDECOD=Insomnia",
        {"TRTEMFL": "Y"},
        "2021 could be on or after the infusion of 2021-03-24, and it has no end before it.",
    )
    line = _ae(export, "01-007", "constip", ("UN UNK 2021", "10 MAR 2021"), 1, "1")
    ledger.case("Partial start, end before the infusion", "01-007", AE, _at(line)).value(
        "AE",
        f"AESPID={line.position}",
        {"AESTDTC": "2021", "AEENDTC": "2021-03-10"},
        "Only the year of the start is known.",
    ).value(
        "ADAE",
        "AEDECOD=Constipation",
        {"TRTEMFL": MISSING},
        "It ended on 2021-03-10, before the infusion of 2021-03-24.",
    ).nofinding("AE", "date.order", "The end lies inside the year of the start: no contradiction.")
    line = _ae(export, "02-018", "insomnia", ("UN-UNK-2024", ""), 2, "1")
    ledger.case("Unknown date UN-UNK-2024, ongoing event", "02-018", AE, _at(line)).value(
        "AE",
        f"AESPID={line.position}",
        {"AESTDTC": "2024", "AEENDTC": MISSING, "AEOUT": "NOT RECOVERED/NOT RESOLVED"},
        "Typed UN-UNK-2024: only the year stands in the parts. Ongoing: no end.",
    ).value(
        "ADAE",
        "AEDECOD=Insomnia",
        {"TRTEMFL": "Y"},
        "Infused 2022-12-14, no new therapy: every day of 2024 counts.",
    )
    line = _ae(export, "02-014", "dizzy", ("30 FEB 2023", "12 MAR 2023"), 1, "1")
    ledger.case("Impossible date: 30 February", "02-014", AE, _at(line)).value(
        "AE",
        f"AESPID={line.position}",
        {"AESTDTC": MISSING, "AEENDTC": "2023-03-12"},
        "There is no 30 February: the value is left missing, the record kept.",
    ).finding("AE", "date.impossible", "The one impossible date of this subject.").value(
        "ADAE",
        "AEDECOD=Dizziness",
        {"TRTEMFL": "Y"},
        "A missing start could be on or after the infusion; the end (2023-03-12) is after it.",
    )
    line = _ae(export, "02-014", "constip", ("05 AUG 2022", "01 AUG 2022"), 1, "1")
    ledger.case("End before start", "02-014", AE, _at(line)).value(
        "AE",
        f"AESPID={line.position}",
        {"AESTDTC": "2022-08-05", "AEENDTC": "2022-08-01"},
        "Both dates are kept as entered; only the site can say which is wrong.",
    ).finding("AE", "date.order", "The one contradiction of this subject.")


def plant_onset(export: Export, ledger: Ledger) -> None:
    """Onset before the infusion, on its day and after new therapy (02-001, 2020-08-19)."""
    subject = "02-001"
    person = export.persons[subject]
    given = export.find("inf", subject, "D1").values["INFSTTIM"]
    first = person.on(1)
    day = first.isoformat()
    cases: tuple[tuple[str, str, int, str, str, str, str], ...] = (
        (
            "Onset two days before the infusion",
            "chills",
            -2,
            "",
            "Chills",
            MISSING,
            "Starts before the first infusion.",
        ),
        (
            "Onset on the infusion day, before it",
            "dizzy",
            1,
            "08:10",
            "Dizziness",
            MISSING,
            f"08:10 is before the start of the infusion at {given}: both times are known.",
        ),
        (
            "Onset on the infusion day, after it",
            "fever",
            1,
            "15:30",
            "Pyrexia",
            "Y",
            f"15:30 is after the start of the infusion at {given}.",
        ),
        (
            "Onset on the infusion day, no time",
            "constip",
            1,
            "",
            "Constipation",
            "Y",
            "Without a time the start could be after the infusion.",
        ),
        (
            "Onset after new anticancer therapy",
            "insomnia",
            80,
            "",
            "Insomnia",
            MISSING,
            "New therapy from Day 75: Day 80 is not before it.",
        ),
    )
    for title, key, at, time, decod, flag, why in cases:
        start = person.on(at)
        line = _ae(
            export,
            subject,
            key,
            (start, person.on(at + 3)),
            1,
            "1" if at < 1 else "2",
            AESTTIM=time,
        )
        shown = (day if at == 1 else start.isoformat()) + (f"T{time}" if time else "")
        case = ledger.case(title, subject, AE, _at(line))
        case.value("AE", f"AESPID={line.position}", {"AESTDTC": shown}, "Date and time as known.")
        case.value("ADAE", f"AEDECOD={decod}", {"TRTEMFL": flag}, why)


def plant_lines(export: Export, ledger: Ledger) -> None:
    """Deleted lines, an empty form, terms in two languages, a long term."""
    start = export.persons["02-014"].on(40)
    line = _ae(export, "02-014", "colitis", (start, ""), 3, "2", serious=("AESHOSP",))
    line.active = False
    ledger.case("Deleted line of a log form", "02-014", AE, _at(line) + "; RecordActive=0").count(
        "AE", f"AESPID={line.position}", 0, "RecordActive 0: the site deleted the line."
    ).count("AE", "AEDECOD=Colitis", 0, "RecordActive 0: the site deleted the line.")
    model = export.find("cm", "02-014", "", 1)
    drug = export.append(replace(model, values=dict(model.values), active=False))
    drug.put(CMTRT="Ibuprofen", CMINDC="Pain", CMDOSE="200", CMFREQ="PRN", CMAENO="")
    ledger.case("Deleted medication", "02-014", CM, _at(drug) + "; RecordActive=0").count(
        "CM", f"CMSPID={drug.position}", 0, "RecordActive 0: the site deleted the line."
    ).count("CM", "CMTRT=Ibuprofen", 0, "RecordActive 0: the site deleted the line.")
    model = export.find("tl", "02-006", "W8", 2)
    lesion = export.append(replace(model, values=dict(model.values), active=False))
    lesion.put(TLDIAM=80)
    ledger.case(
        "Deleted target lesion line", "02-006", TL, f"{_at(lesion)}; Folder=W8; RecordActive=0"
    ).count(
        "TR", "VISIT=WEEK 8; TRLNKID=T02; TRTESTCD=LDIAM", 1, "Only the active line is a result."
    ).value(
        "ADRS",
        "PARAMCD=COVR; AVISIT=WEEK 8",
        {"AVALC": "irPR"},
        "Burden .62 of baseline; the deleted 80 mm would make it progression.",
    )
    ledger.case("Empty form", "", "raw/edc/preg.csv", "no records").finding(
        "", "form.empty", "The form has a header and EOF, no record."
    )
    day = export.persons["01-001"].on(9)
    line = _ae(export, "01-001", "fever", (day, export.persons["01-001"].on(11)), 1, "2")
    ledger.case("Chinese verbatim with an English coded term", "01-001", AE, _at(line)).value(
        "AE",
        f"AESPID={line.position}",
        {
            "AETERM": "Fever",
            "AELLT": "Fever",
            "AEDECOD": "Pyrexia",
            "AEBODSYS": "General disorders and administration site conditions",
            "AEPTCD": MISSING,
        },
        "AETERM is the translation, the Chinese is not submitted; codes are licensed and empty.",
    )
    start = export.persons["01-010"].on(63)
    line = _ae(export, "01-010", "hypotension", (start, start.replace(day=start.day + 1)), 2, "1")
    line.put(AETERM=LONG_CHINESE, AETERM_EN=LONG_ENGLISH)
    line.values["AETERM_LLT"] = "Orthostatic hypotension"
    line.values["AETERM_PT"] = "Orthostatic hypotension"
    cut = LONG_ENGLISH.rindex(" ", 0, 201)
    ledger.case("Term over 200 bytes", "01-010", AE, _at(line)).value(
        "AE",
        f"AESPID={line.position}",
        {"AETERM": LONG_ENGLISH[:cut]},
        "The first 200 bytes, cut between two words; version 5 of XPT holds no more.",
    ).value(
        "SUPPAE",
        "QNAM=AETERM1",
        {"QVAL": LONG_ENGLISH[cut + 1 :]},
        "The rest of the term goes to SUPPAE.",
    )


def plant_laboratory(export: Export, ledger: Ledger) -> None:
    """Results that are no plain numbers, units, not done, duplicates."""
    for subject, visit, unit in (("02-004", "MONTH 12", "ug/L"), ("01-017", "MONTH 9", "ng/mL")):
        row = export.marker(subject, visit, "CEA")
        row["RESULT"] = "<0.50"
        ledger.case(
            f"Result <0.50 in {unit}", subject, MARKERS, f"SAMPLEID={row['SAMPLEID']}"
        ).value(
            "LB",
            f"LBTESTCD=CEA; VISIT={visit}",
            {"LBORRES": "<0.50", "LBSTRESC": "<0.50", "LBSTRESN": MISSING, "LBSTRESU": "ug/L"},
            "Below the limit is no number; ng/mL and ug/L are the same size.",
        )
    row = export.marker("02-009", "DAY 28", "CEA")
    share = 10600 / float(row["RESULT"])
    for other in export.markers:
        if (other["SUBJECT"], other["TESTCODE"]) == ("02-009", "CEA"):
            other["RESULT"] = f"{float(other['RESULT']) * share:.0f}"
            assert other is row or float(other["RESULT"]) < 10000
    row["RESULT"] = ">10000"
    ledger.case("Result >10000", "02-009", MARKERS, f"SAMPLEID={row['SAMPLEID']}").value(
        "LB",
        "LBTESTCD=CEA; VISIT=DAY 28",
        {"LBORRES": ">10000", "LBSTRESC": ">10000", "LBSTRESN": MISSING},
        "Above the limit is no number.",
    )
    row = export.marker("01-007", "DAY 7", "CRP")
    row["RESULT"] = "12,5"
    ledger.case("Decimal comma", "01-007", MARKERS, f"SAMPLEID={row['SAMPLEID']}").value(
        "LB",
        "LBTESTCD=CRP; VISIT=DAY 7",
        {"LBORRES": "12,5", "LBSTRESN": MISSING},
        "A decimal comma is not read unless the file declares it.",
    ).finding("LB", "num.decimal_comma", "The one decimal comma of this subject.")
    row = export.marker("01-007", "DAY 10", "IL6")
    row["RESULT"] = "３５．２"
    ledger.case("Full-width digits", "01-007", MARKERS, f"SAMPLEID={row['SAMPLEID']}").value(
        "LB",
        "LBTESTCD=INTLK6; VISIT=DAY 10",
        {"LBORRES": "35.2", "LBSTRESC": "35.2", "LBSTRESN": "35.2", "LBSTRESU": "ng/L"},
        "Full-width digits and full stop become ASCII; pg/mL and ng/L are the same size.",
    ).finding("LB", "text.fullwidth", "The one full-width text of this subject.")
    for subject, visit, test, code, raw, shown, unit, high in (
        ("01-001", "DAY 7", "CEA", "CEA", "382.4", "382.4", "ug/L", "5"),
        ("02-001", "DAY 7", "CEA", "CEA", "214.6", "214.6", "ug/L", "5"),
        ("01-001", "DAY 7", "IL6", "INTLK6", "18.4", "18.4", "ng/L", "7"),
        ("02-001", "DAY 7", "IL6", "INTLK6", "26.3", "26.3", "ng/L", "7"),
        ("01-001", "DAY 7", "CRP", "CRP", "11.2", "11.2", "mg/L", "8"),
        ("02-001", "DAY 7", "CRP", "CRP", "2.31", "23.1", "mg/L", "8"),
    ):
        row = export.marker(subject, visit, test)
        row["RESULT"] = raw
        title = f"Unit {row['UNIT']} of {test}"
        ledger.case(title, subject, MARKERS, f"SAMPLEID={row['SAMPLEID']}").value(
            "LB",
            f"LBTESTCD={code}; VISIT={visit}",
            {"LBSTRESN": shown, "LBSTRESU": unit, "LBSTNRHI": high},
            "1 ng/mL = 1 ug/L, 1 pg/mL = 1 ng/L, 1 mg/dL = 10 mg/L; the limits go with it.",
        )
    row = export.marker("02-015", "DAY 14", "CRP")
    row.update(RESULT="1.24", UNIT="")
    ledger.case("Missing unit", "02-015", MARKERS, f"SAMPLEID={row['SAMPLEID']}").value(
        "LB",
        "LBTESTCD=CRP; VISIT=DAY 14",
        {"LBORRES": "1.24", "LBORRESU": MISSING, "LBSTRESC": MISSING, "LBSTRESN": MISSING},
        "Without a unit 1.24 could be mg/L or mg/dL: nothing is standardised.",
    ).finding("LB", "unit.missing", "The one missing unit of this subject.")
    row = export.marker("02-015", "DAY 28", "CEA")
    again = {**row, "SAMPLEID": str(100001 + len(export.markers))}
    again["RESULT"] = f"{float(row['RESULT']) + 3.4:.1f}"
    export.markers.insert(export.markers.index(row) + 1, again)
    key = f"SAMPLEID={row['SAMPLEID']} and {again['SAMPLEID']}"
    ledger.case("Duplicate on one day", "02-015", MARKERS, key).count(
        "LB", "LBTESTCD=CEA; VISIT=DAY 28", 2, "Both are kept: nobody said which one is right."
    ).finding("LB", "record.duplicate", "One record has the key of another, date and time too.")


def plant_not_done(export: Export, ledger: Ledger) -> None:
    """Results not done, with the reason; kinetics below the limit before the infusion."""
    row = export.marker("01-012", "DAY 21", "IL6")
    row.update(RESULT="", UNIT="", LOW="", HIGH="", STATUS="NOT DONE", REASON="Specimen haemolysed")
    ledger.case("Marker not done", "01-012", MARKERS, f"SAMPLEID={row['SAMPLEID']}").value(
        "LB",
        "LBTESTCD=INTLK6; VISIT=DAY 21",
        {
            "LBSTAT": "NOT DONE",
            "LBREASND": "Specimen haemolysed",
            "LBORRES": MISSING,
            "LBSTRESN": MISSING,
        },
        "STATUS and REASON of the vendor.",
    ).nofinding("LB", "unit.missing", "A test that was not done needs no unit.")
    row = export.kinetic("02-013", "DAY 21", "qPCR")
    row.update(RESULT="", STATUS="NOT DONE", REASON="Sample lost in transport")
    ledger.case("Kinetics not done", "02-013", KINETICS, f"SAMPLEID={row['SAMPLEID']}").value(
        "PC",
        "PCTESTCD=CARQPCR; VISIT=DAY 21",
        {"PCSTAT": "NOT DONE", "PCREASND": "Sample lost in transport", "PCORRES": MISSING},
        "STATUS and REASON of the vendor.",
    )
    page = export.find("lbh", "01-010", "D4")
    page.values = {k: v for k, v in page.values.items() if k.startswith("LBDAT")}
    page.put(LBND="Sample clotted")
    ledger.case(
        "Whole haematology panel not done", "01-010", "raw/edc/lbh.csv", "Subject=01-010; Folder=D4"
    ).value(
        "LB",
        "VISIT=DAY 4; LBSTAT=NOT DONE",
        {"LBREASND": "Sample clotted", "LBORRES": MISSING},
        "The page has a reason and no results.",
    )
    for method, code, limit in (("qPCR", "CARQPCR", "50"), ("FLOW", "CARFLOW", "0.01")):
        row = export.kinetic("01-001", "DAY 1", method, "PRE-DOSE")
        row["RESULT"] = "BLQ"
        key = f"SAMPLEID={row['SAMPLEID']}"
        ledger.case(
            f"Below the limit before the infusion, {method}", "01-001", KINETICS, key
        ).value(
            "PC",
            f"PCTESTCD={code}; VISIT=DAY 1; PCORRES=BLQ",
            {"PCSTRESC": "BLQ", "PCSTRESN": MISSING, "PCLLOQ": limit},
            "BLQ is no number; the limit stands in PCLLOQ.",
        ).count(
            "PC",
            f"PCTESTCD={code}; VISIT=DAY 1; PCORRES=BLQ",
            1,
            "The sample 2 h after the infusion has a number.",
        )
