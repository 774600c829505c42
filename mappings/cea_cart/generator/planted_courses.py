"""Planted cases of whole courses: visits, persons, tumours, deaths, censoring."""

from __future__ import annotations

from mappings.cea_cart.generator.events import event
from mappings.cea_cart.generator.export import Export
from mappings.cea_cart.generator.ledger import MISSING, Ledger
from mappings.cea_cart.generator.planted_records import AE, TL

RSP, NL, NTL = "raw/edc/rsp.csv", "raw/edc/nl.csv", "raw/edc/ntl.csv"
ACT, DTH, EOS, IC = "raw/edc/act.csv", "raw/edc/dth.csv", "raw/edc/eos.csv", "raw/edc/ic.csv"
INF, SV, SFU, MF = "raw/edc/inf.csv", "raw/edc/sv.csv", "raw/edc/sfu.csv", "raw/edc/mf.csv"


def plant_visits(export: Export, ledger: Ledger) -> None:
    """Unscheduled and missed visits (02-020)."""
    when = export.persons["02-020"].on(66).isoformat()
    ledger.case("Unscheduled visit", "02-020", SV, "Subject=02-020; Folder=UNS").count(
        "SV", f"SVSTDTC={when}", 1, "Day 66 has the unscheduled visit only."
    ).value(
        "RS",
        f"RSTESTCD=OVRLRESP; RSDTC={when}",
        {"RSORRES": "irSD"},
        "The assessment made then, 1.03 of baseline.",
    )
    case = ledger.case("Missed visits", "02-020", SV, "Subject=02-020; Folder=W8 and D10")
    for visit, reason in (
        ("WEEK 8", "Roads closed by a flood"),
        ("DAY 10", "Subject did not come"),
    ):
        case.value(
            "SV",
            f"VISIT={visit}",
            {"SVOCCUR": "N", "SVSTDTC": MISSING, "SVREASOC": reason},
            "VISOCC No with a reason, no date.",
        )
    case.count("RS", "VISIT=WEEK 8", 0, "No assessment at a visit that was missed.")


def plant_persons(export: Export, ledger: Ledger) -> None:
    """Rescreened, screen failure, product not made, second infusions."""
    case = ledger.case("Rescreened person", "02-008", IC, "Subject=02-010; PRVSUBJ=02-008")
    case.count("DM", "", 1, "One person, one record, USUBJID of the first screening.")
    case.value("DM", "", {"SUBJID": "02-010", "SITEID": "02"}, "SUBJID of the last screening.")
    case.value("SUPPDM", "QNAM=PRVSUBJ", {"QVAL": "02-008"}, "The earlier number as entered.")
    case.value(
        "ADSL",
        "",
        {"SCRNFL": "N", "ENRLFL": "Y", "SAFFL": "Y"},
        "The second screening succeeded and the cells were given.",
    )
    progressed = export.persons["02-010"].on(180).isoformat()
    case.value(
        "ADTTE",
        "PARAMCD=PFS",
        {"CNSR": "0", "ADT": progressed, "AVAL": "180"},
        "M6 on Day 180: 1.35 of baseline; first irPD and last scan.",
    )
    case.subject = "02-010"
    case.count("DM", "", 0, "The second number is never a USUBJID.")
    for subject in ("01-002", "02-005", "01-016", "02-017", "01-022"):
        ledger.case("Screen failure", subject, IC, f"Subject={subject}; ELIGYN=N").value(
            "DM",
            "",
            {"ARMNRS": "SCREEN FAILURE", "ARMCD": MISSING, "RFXSTDTC": MISSING},
            "Not eligible: no arm.",
        ).count("DS", "DSDECOD=SCREEN FAILURE", 1, "End of study because of screen failure.").value(
            "ADSL", "", {"SCRNFL": "Y", "ENRLFL": "N", "SAFFL": "N"}, "Screen failure."
        ).count("ADTTE", "", 0, "Never infused: no time to event.")
    ledger.case("Eligible, product not made", "02-012", MF, "Subject=02-012").value(
        "DM",
        "",
        {"ARMNRS": "ASSIGNED, NOT TREATED", "ARMCD": "DL2", "ACTARMCD": MISSING},
        "Assigned to dose level 2, no cells given.",
    ).value(
        "ADSL",
        "",
        {"SCRNFL": "N", "ENRLFL": "Y", "SAFFL": "N", "FASFL": "N"},
        "Eligible and assigned, not infused.",
    ).count("EX", "", 0, "No infusion.").count("PR", "", 1, "Leukapheresis was done.")
    for subject, day in (("01-005", 98), ("02-011", 33), ("01-018", 120), ("02-021", 100)):
        person = export.persons[subject]
        assert person.visit("R1").day == day
        ledger.case("Second infusion", subject, INF, f"Subject={subject}; Folder=R1").count(
            "EX", "", 2, "One record an infusion."
        ).value(
            "SV",
            "VISIT=REINFUSION DAY 1",
            {"SVSTDTC": person.on(day).isoformat()},
            f"Given on Day {day} of the first infusion.",
        ).value(
            "EX",
            "VISIT=REINFUSION DAY 1",
            {"EPOCH": "TREATMENT"},
            "A re-infusion is in epoch TREATMENT again.",
        )


def plant_reactions(export: Export, ledger: Ledger) -> None:
    """CRS and ICANS with two grades, their treatment, dose-limiting toxicity."""
    person = export.persons["02-013"]
    lines = {
        r.values["AETERM_PT"]: r for r in export.records if r.form == "ae" and r.subject == "02-013"
    }
    crs = lines["Cytokine release syndrome"]
    name = "Immune effector cell-associated neurotoxicity syndrome"
    icans = lines[name]
    ledger.case(
        "CRS of grade 3, dose-limiting",
        "02-013",
        AE,
        f"Subject=02-013; recordposition={crs.position}",
    ).value(
        "AE",
        "AEDECOD=Cytokine release syndrome",
        {"AETOXGR": "3", "AESER": "Y", "AESHOSP": "Y", "AESPID": str(crs.position)},
        "CTCAE grade in AETOXGR.",
    ).count("SUPPAE", "QNAM=ASTCTGR; QVAL=3", 1, "ASTCT grade 3 of the CRS.").value(
        "ADSL", "", {"DLTEVLFL": "Y"}, "Infused and had a DLT."
    ).count("CM", "CMTRT=Tocilizumab", 2, "Grade 3: given twice.")
    ledger.case(
        "ICANS with two different grades",
        "02-013",
        AE,
        f"Subject=02-013; recordposition={icans.position}",
    ).value(
        "AE",
        f"AEDECOD={name}",
        {"AETOXGR": "3", "AEBODSYS": "Nervous system disorders"},
        "CTCAE grade 3 as Nervous system disorders - Other, specify.",
    ).count("SUPPAE", "QNAM=ASTCTGR; QVAL=2", 1, "ASTCT grade 2 of the ICANS.")
    assert crs.when >= person.on(2)
    ledger.case("Fatal event before the first scan", "02-016", DTH, "Subject=02-016").time(
        "PFS", 0, 19, "Death from any cause on Day 19, no assessment before."
    ).time("OS", 0, 19, "Death on Day 19.").value(
        "ADSL",
        "",
        {"FASFL": "Y", "DLTEVLFL": "Y", "DTHDT": person_day(export, "02-016", 19)},
        "FAS: measurable disease and death; DLT evaluable: had a DLT though not followed 28 days.",
    ).value(
        "AE",
        "AEDECOD=Sepsis",
        {"AETOXGR": "5", "AESDTH": "Y", "AEOUT": "FATAL"},
        "The fatal event.",
    )


def person_day(export: Export, subject: str, day: int) -> str:
    """ISO date of a study day."""
    return export.persons[subject].on(day).isoformat()


def plant_deaths(export: Export, ledger: Ledger) -> None:
    """Deaths with, without and after progression, partial; lost, withdrawn, ongoing."""
    ledger.case("Death without progression", "01-003", DTH, "Subject=01-003").time(
        "PFS", 0, 143, "Last scan irSD on Day 84; death on Day 143 is the event."
    ).time("OS", 0, 143, "Death on Day 143.").time(
        "DORREG", 0, 143, "As registered: from the first irSD (Day 29) to death.", start=29
    ).count("ADTTE", "PARAMCD=DOR", 0, "Never irCR or irPR.").best(
        "irSD", "irSD", "irSD on Day 29 and after."
    )
    ledger.case(
        "Death after progression; irPD as the last scan",
        "01-001",
        RSP,
        "Subject=01-001; Folder=W12",
    ).time(
        "PFS",
        0,
        86,
        "irPD on Day 86 (1.31 of baseline against a nadir of .96), no later scan: it "
        "counts; death came later.",
    ).time("OS", 0, 268, "Death on Day 268.").value(
        "ADRS",
        "PARAMCD=PD",
        {"AVALC": "Y", "ADT": person_day(export, "01-001", 86)},
        "The first irPD that counts.",
    )
    export.find("dth", "02-002").put(DTHDAT="UN MAR 2021")
    export.find("eos", "02-002", "EOS").put(EOSDAT="UN MAR 2021")
    ledger.case(
        "Partial death date", "02-002", DTH, "Subject=02-002; DTHDAT_RAW=UN MAR 2021"
    ).value("DM", "", {"DTHDTC": "2021-03", "DTHFL": "Y"}, "Day unknown.").value(
        "ADSL",
        "",
        {"DTHDT": "2021-03-13", "DTHDTF": "D"},
        "First possible 2021-03-01; last known alive 2021-03-12 (survival follow-up), the day "
        "after is 2021-03-13, which is later. Day imputed: D.",
    ).value(
        "ADTTE",
        "PARAMCD=OS",
        {"CNSR": "0", "ADT": "2021-03-13", "AVAL": "123"},
        "2020-11-11 to 2021-03-13 is 122 days, plus 1.",
    ).time("PFS", 0, 57, "irPD on Day 57, the last scan.")
    ledger.case(
        "irSD before Day 28 is no best response", "02-002", RSP, "Subject=02-002; Folder=D28"
    ).best("irPD", "irPD", "The only irSD is on Day 26 (< 28), then irPD on Day 57.").time(
        "DORREG", 0, 57, "As registered there is no minimum: from the irSD of Day 26.", start=26
    )
    last = export.persons["01-004"].visit("D14").day
    ledger.case("Lost to follow-up without any scan", "01-004", EOS, "Subject=01-004").time(
        "PFS", 1, 1, "No assessment after the infusion: censored at it."
    ).time("OS", 1, last, "Last known alive is the visit DAY 14; the later contacts failed.").value(
        "DS",
        "DSDECOD=LOST TO FOLLOW-UP",
        {"DSSTDTC": person_day(export, "01-004", 120)},
        "End of study page.",
    ).value(
        "ADSL",
        "",
        {"SAFFL": "Y", "FASFL": "N", "DLTEVLFL": "N"},
        "No later assessment nor death; not followed 28 days, no DLT.",
    )
    ledger.case("Consent withdrawn", "01-008", EOS, "Subject=01-008").time(
        "PFS", 1, 57, "Last evaluable assessment Day 57."
    ).time("OS", 1, 70, "Last known alive: the visit at which consent was withdrawn.").value(
        "DS",
        "DSDECOD=WITHDRAWAL BY SUBJECT",
        {"DSSTDTC": person_day(export, "01-008", 70)},
        "End of study page.",
    )
    ledger.case(
        "Ongoing at cut-off without progression", "02-023", RSP, "Subject=02-023; Folder=W12"
    ).time("PFS", 1, 84, "Last evaluable assessment Day 84.").count(
        "DS", "DSDECOD=COMPLETED", 0, "Still in the study."
    )


def plant_therapy(export: Export, ledger: Ledger) -> None:
    """New anticancer therapy before progression and on the day of a scan."""
    ledger.case(
        "New therapy before progression", "01-006", ACT, "Subject=01-006; ACTYPE_STD=NEW"
    ).time(
        "PFS",
        1,
        58,
        "New therapy from Day 71: the last evaluable assessment before is Day 58; "
        "irPD on Day 185 does not count.",
    ).time("OS", 0, 350, "New therapy does not matter for survival.").best(
        "irSD", "irSD", "Assessments up to Day 71 count."
    )
    ledger.case(
        "New therapy on the day of a scan", "02-003", ACT, "Subject=02-003; ACTYPE_STD=NEW"
    ).time(
        "PFS",
        0,
        85,
        "Scan and first day of the new therapy are both Day 85: the scan counts "
        "(1.27 of baseline against .91).",
    )
    day = export.persons["02-003"].day
    alive = [
        r
        for r in export.records
        if r.form == "sfu" and r.subject == "02-003" and r.values["SFUSTAT_STD"] == "ALIVE"
    ]
    ledger.case(
        "Lost in survival follow-up", "02-003", SFU, "Subject=02-003; SFUSTAT_STD=UNK"
    ).time("OS", 1, day(max(r.when for r in alive)), "The last contact that reached the subject.")


def plant_responses(export: Export, ledger: Ledger) -> None:
    """irRECIST: new lesions, unconfirmed and confirmed irPD, NE, nodes, small lesions, splits."""
    del export
    ledger.case("New lesion without irPD", "01-010", NL, "Subject=01-010; Folder=W8; NLNO=1").value(
        "ADRS", "PARAMCD=OVR; AVISIT=WEEK 8", {"AVALC": "irSD"}, "As entered."
    ).value(
        "ADRS",
        "PARAMCD=COVR; AVISIT=WEEK 8",
        {"AVALC": "irSD"},
        "Targets 73 + new 12 = 85 mm, nadir 75: up 13 %, less than 20 %.",
    ).time("PFS", 0, 184, "Targets 90 + new 30 = 120 against the nadir 75: up 60 %.").count(
        "TU", "TULNKID=NEW01", 1, "Identified once."
    ).value("TR", "TRLNKID=NEW01; VISIT=WEEK 8; TRTESTCD=LDIAM", {"TRSTRESN": "12"}, "As measured.")
    ledger.case(
        "Pseudoprogression: irPD, then irPR", "01-009", RSP, "Subject=01-009; Folder=D28"
    ).time(
        "PFS",
        0,
        364,
        "irPD of Day 28 is void: Day 58 (30 days later) is irPR. irPD on Day 364 (47 "
        "against 31 mm) is the last scan and counts.",
    ).time("DOR", 0, 364, "From irPR on Day 58.", start=58).time(
        "DORREG", 0, 364, "The irPD of Day 28 is no response: from irPR on Day 58.", start=58
    ).best("irPR", "irPR", "irPR on Day 58, again on Day 87.")
    ledger.case("irPD void by a later irSD", "01-015", RSP, "Subject=01-015; Folder=D28").time(
        "PFS",
        0,
        184,
        "irPD of Day 27 is void: irSD on Day 57, 30 days later; irPD on Day 184 counts.",
    ).time("DORREG", 0, 184, "From irSD on Day 57.", start=57).best(
        "irSD", "irSD", "Never irPR; the irPD at first was void."
    )
    ledger.case("irPD confirmed", "02-001", RSP, "Subject=02-001; Folder=D28 and W8").time(
        "PFS", 0, 28, "irPD on Day 28, again on Day 59, 31 days later: counts from Day 28."
    ).best("irPD", "irPD", "Nothing else.").count(
        "ADTTE", "PARAMCD=DORREG", 0, "Never irCR, irPR or irSD."
    )
    ledger.case(
        "Second irPD sooner than 28 days, then nothing",
        "02-009",
        RSP,
        "Subject=02-009; Folder=D28 and UNS",
    ).time("PFS", 0, 29, "irPD on Day 29; the next one is 16 days later and the last: it counts.")
    ledger.case(
        "A non-irPD sooner than 28 days does not void", "02-013", RSP, "Subject=02-013; Folder=UNS"
    ).time(
        "PFS",
        0,
        27,
        "irPD on Day 27; irSD on Day 44 is only 17 days later; the next evaluable one "
        "at least 28 days later (Day 58) is irPD: counts from Day 27.",
    ).best("irPD", "irPD", "After an irPD that counts no response counts.").count(
        "ADTTE", "PARAMCD=DORREG", 0, "irSD of Day 44 comes after an irPD that counts."
    )
    ledger.case("irPD at the only scan", "02-015", RSP, "Subject=02-015; Folder=D28").time(
        "PFS", 0, 28, "No later assessment: it counts."
    )
    ledger.case("NE between two irPR", "01-011", RSP, "Subject=01-011; Folder=W12").best(
        "irPR", "irPR", "irPR on Day 56 and Day 180 with one NE (Day 85) between."
    ).time("PFS", 0, 362, "irPD on Day 362, the last scan.").time(
        "DOR", 0, 362, "From irPR on Day 56.", start=56
    ).value(
        "ADRS",
        "PARAMCD=COVR; AVISIT=WEEK 12",
        {"AVALC": "NE"},
        "One target lesion was not evaluable.",
    )
    ledger.case(
        "Node shrinks under 10 mm: irCR", "02-004", TL, "Subject=02-004; Folder=W12; TLNO=2"
    ).value(
        "TR", "TRLNKID=T02; VISIT=WEEK 12; TRTESTCD=LPERP", {"TRSTRESN": "9"}, "Short axis."
    ).value(
        "ADRS",
        "PARAMCD=COVR; AVISIT=WEEK 12",
        {"AVALC": "irCR"},
        "Others gone, the node under 10 mm, non-target absent, nothing new.",
    ).value("ADRS", "PARAMCD=OVR; AVISIT=WEEK 12", {"AVALC": "irCR"}, "As entered.").best(
        "irCR", "irCR", "Day 86, again on Day 180."
    ).time("PFS", 1, 731, "No irPD up to MONTH 24.").time(
        "DOR", 1, 731, "From irPR on Day 57, no irPD.", start=57
    ).value("DS", "DSDECOD=COMPLETED", {"DSSCAT": "STUDY PARTICIPATION"}, "Followed 24 months.")
    ledger.case(
        "Lesion too small to measure", "01-012", TL, "Subject=01-012; Folder=W8; TLNO=3"
    ).value(
        "TR",
        "TRLNKID=T03; VISIT=WEEK 8; TRTESTCD=LDIAM",
        {"TRSTRESN": "5"},
        "Too small to measure counts 5 mm.",
    ).value(
        "ADRS",
        "PARAMCD=COVR; AVISIT=WEEK 8",
        {"AVALC": "irPR"},
        "15 + 10 + 5 = 30 against 55 mm: down 45 %.",
    )
    split = ledger.case("Lesion that splits", "01-013", TL, "Subject=01-013; Folder=W12; TLNO=1")
    split.count("TU", "TUTESTCD=TUSPLIT", 2, "Lesion T01 in two parts from WEEK 12 on.")
    split.value("TR", "TRLNKID=T01.1; VISIT=WEEK 12; TRTESTCD=LDIAM", {"TRSTRESN": "15"}, "Part 1.")
    split.value("TR", "TRLNKID=T01.2; VISIT=WEEK 12; TRTESTCD=LDIAM", {"TRSTRESN": "12"}, "Part 2.")
    split.value(
        "ADRS",
        "PARAMCD=COVR; AVISIT=WEEK 12",
        {"AVALC": "irPR"},
        "15 + 12 + 20 = 47 against 69 mm: down 32 %.",
    )
    ledger.case(
        "Investigator disagrees with the lesions", "01-014", RSP, "Subject=01-014; Folder=W8"
    ).value(
        "ADRS", "PARAMCD=OVR; AVISIT=WEEK 8", {"AVALC": "irPR"}, "As entered: endpoints use this."
    ).value(
        "ADRS",
        "PARAMCD=COVR; AVISIT=WEEK 8",
        {"AVALC": "irSD"},
        "53 against 70 mm: down 24 %, less than 30 %.",
    ).finding("ADRS", "response.differs", "The one visit where the two differ.").best(
        "irPR", "irSD", "The investigator's irPR of Day 57 is not met again (irSD on Day 87)."
    ).time("DOR", 0, 182, "From the investigator's irPR on Day 57.", start=57).time(
        "PFS", 0, 182, "irPD on Day 182: 77 against 53 mm."
    )
    ledger.case(
        "Unequivocal non-target progression", "02-007", NTL, "Subject=02-007; Folder=W12"
    ).time("PFS", 0, 85, "Burden 1.06 of baseline, but the non-targets progress.").value(
        "ADRS", "PARAMCD=COVR; AVISIT=WEEK 12", {"AVALC": "irPD"}, "It is irPD by the setting."
    )
    ledger.case("First response after month 6", "02-021", RSP, "Subject=02-021; Folder=M9").best(
        "irSD", "irSD", "irPR on Day 274 is after Day 183; irSD before."
    ).time("DOR", 1, 274, "From irPR on Day 274, which is also the last assessment.", start=274)
    ledger.case("DOR as registered and usual DOR", "02-006", RSP, "Subject=02-006").time(
        "DORREG", 0, 275, "From irSD on Day 29 to irPD on Day 275.", start=29
    ).time("DOR", 0, 275, "From irPR on Day 57 to irPD on Day 275.", start=57)


def plant_cutoff(export: Export, ledger: Ledger) -> None:
    """A scan, an adverse event and a death after the cut-off of 2024-06-30."""
    person = export.persons["01-023"]
    scan = person.on(272).isoformat()
    ledger.case("Scan after the cut-off", "01-023", RSP, "Subject=01-023; Folder=M9").value(
        "RS", f"RSTESTCD=OVRLRESP; RSDTC={scan}", {"RSORRES": "irPD"}, "SDTM keeps everything."
    ).count("ADRS", f"PARAMCD=OVR; ADT={scan}", 0, "ADaM has nothing after 2024-06-30.").time(
        "PFS", 1, 183, "Last evaluable assessment before the cut-off: Day 183."
    )
    start = person.on(273)
    line = export.append(event(person, "constip", (start, ""), 1, "1"))
    ledger.case(
        "Adverse event after the cut-off",
        "01-023",
        AE,
        f"Subject=01-023; recordposition={line.position}",
    ).count(
        "AE", f"AESPID={line.position}; AESTDTC={start.isoformat()}", 1, "SDTM keeps everything."
    ).count("ADAE", "AEDECOD=Constipation", 0, "ADaM has nothing after 2024-06-30.")
    ledger.case("Death after the cut-off", "02-019", DTH, "Subject=02-019").value(
        "DM", "", {"DTHDTC": "2024-07-04", "DTHFL": "Y"}, "SDTM keeps everything."
    ).value(
        "ADTTE",
        "PARAMCD=OS",
        {"CNSR": "1", "ADT": "2024-06-30", "AVAL": "481"},
        "Known alive on 2024-07-02: the earlier is the cut-off. 2023-03-08 to 2024-06-30 is 480 "
        "days, plus 1.",
    ).value("ADSL", "", {"DTHDT": MISSING}, "ADaM has nothing after 2024-06-30.")
