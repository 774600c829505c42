"""The data dictionary of the raw export: forms, fields, code lists, visits.

FORMS.md is written from here, and the writer lays out the columns from here, so the page
and the files cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

STANDARD = [
    "userid",
    "projectid",
    "project",
    "studyid",
    "environmentName",
    "subjectId",
    "StudySiteId",
    "Subject",
    "siteid",
    "Site",
    "SiteNumber",
    "SiteGroup",
    "instanceId",
    "InstanceName",
    "InstanceRepeatNumber",
    "folderid",
    "Folder",
    "FolderName",
    "FolderSeq",
    "TargetDays",
    "DataPageId",
    "DataPageName",
    "PageRepeatNumber",
    "RecordDate",
    "RecordId",
    "recordposition",
    "RecordActive",
    "SaveTs",
    "MinCreated",
    "MaxUpdated",
]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is text, coded, number, unit (a number with its unit), date, time or lab.

    `codes` is the name of the code list of a coded field or the unit of a unit field.
    """

    name: str
    kind: str
    label: str
    codes: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns of the export, in order."""
        n = self.name
        tails = {
            "text": [""],
            "time": [""],
            "coded": ["", "_STD"],
            "number": ["", "_RAW"],
            "unit": ["", "_RAW", "_UN"],
            "date": ["", "_RAW", "_INT", "_YYYY", "_MM", "_DD"],
            "lab": ["", "_RAW", "_UN", "_LO", "_HI"],
        }[self.kind]
        return [n + tail for tail in tails]


@dataclass(frozen=True, slots=True)
class Form:
    """One form: OID in lower case is the file name; `folder` says where its pages stand."""

    oid: str
    name: str
    log: bool
    folder: str
    fields: tuple[Field, ...]
    note: str = ""

    @property
    def columns(self) -> list[str]:
        """All columns of the file, the standard ones first."""
        return STANDARD + [c for f in self.fields for c in f.columns]


def _f(*specs: str) -> tuple[Field, ...]:
    """Fields from lines ``NAME kind[:codes] label``."""
    made = []
    for spec in specs:
        name, kind, label = spec.split(" ", 2)
        kind, _, codes = kind.partition(":")
        made.append(Field(name, kind, label, codes.replace("~", " ")))
    return tuple(made)


CODES: dict[str, dict[str, str]] = {
    "NY": {"Y": "Yes", "N": "No"},
    "SEX": {"F": "Female", "M": "Male"},
    "RACE": {"ASIAN": "Asian"},
    "ETHNIC": {"NHL": "Not Hispanic or Latino", "NR": "Not reported"},
    "DOSELVL": {
        "DL1": "Dose level 1: 1 x 10^6 CAR-T cells/kg",
        "DL2": "Dose level 2: 3 x 10^6 CAR-T cells/kg",
        "DL3": "Dose level 3: 10 x 10^6 CAR-T cells/kg",
    },
    "IECRIT": {
        "INCL03": "CEA-positive tumour tissue and serum CEA above normal",
        "INCL05": "At least one measurable lesion by RECIST 1.1",
        "INCL07": "ECOG performance status 0 to 2",
        "INCL09": "Adequate bone marrow, liver and kidney function",
        "EXCL02": "Active hepatitis B, hepatitis C or HIV infection",
        "EXCL06": "Active central nervous system metastasis",
    },
    "PRIMSITE": {
        "COLORECTAL": "Colorectal",
        "GASTRIC": "Gastric",
        "PANCREATIC": "Pancreatic",
        "LUNG": "Lung",
    },
    "STAGE": {"III": "Stage III", "IV": "Stage IV"},
    "ACTYPE": {"PRIOR": "Prior anticancer therapy", "NEW": "New anticancer therapy"},
    "DONE": {"DONE": "Done", "ND": "Not done"},
    "CMCAT": {
        "CONMED": "Concomitant medication",
        "BRIDGE": "Bridging therapy",
        "CRSTRT": "Treatment of CRS or ICANS",
    },
    "FREQ": {
        "ONCE": "Once",
        "QD": "Once a day",
        "BID": "Twice a day",
        "TID": "Three times a day",
        "Q3W": "Every 3 weeks",
        "PRN": "As needed",
    },
    "ROUTE": {"PO": "Oral", "IV": "Intravenous", "SC": "Subcutaneous"},
    "ECOG": {
        "0": "0 - Fully active",
        "1": "1 - Restricted in strenuous activity",
        "2": "2 - Ambulatory, unable to work",
        "3": "3 - Limited self-care",
        "4": "4 - Completely disabled",
    },
    "LDTRT": {"FLU": "Fludarabine", "CY": "Cyclophosphamide"},
    "TOXGR": {
        "1": "Grade 1",
        "2": "Grade 2",
        "3": "Grade 3",
        "4": "Grade 4",
        "5": "Grade 5",
    },
    "REL": {
        "4": "Definitely related",
        "3": "Probably related",
        "2": "Possibly related",
        "1": "Not related",
    },
    "ACN": {
        "0": "Dose not changed",
        "1": "Infusion interrupted",
        "2": "Infusion stopped",
        "9": "Not applicable",
    },
    "OUT": {
        "1": "Recovered/Resolved",
        "2": "Recovering/Resolving",
        "3": "Not recovered/Not resolved",
        "4": "Recovered/Resolved with sequelae",
        "5": "Fatal",
        "9": "Unknown",
    },
    "LOC": {
        "LIVER": "Liver",
        "LUNG": "Lung",
        "LYMPH NODE": "Lymph node",
        "PERITONEUM": "Peritoneum",
        "PANCREAS": "Pancreas",
        "STOMACH": "Stomach",
        "COLON": "Colon",
        "RECTUM": "Rectum",
        "ADRENAL GLAND": "Adrenal gland",
        "OVARY": "Ovary",
        "BONE": "Bone",
        "PLEURA": "Pleura",
    },
    "METHOD": {"CT": "CT scan", "MRI": "MRI"},
    "TLSTATE": {
        "MEAS": "Measured",
        "SMALL": "Too small to measure",
        "ABS": "Absent",
        "NE": "Not evaluable",
    },
    "NTSTATE": {
        "PRES": "Present",
        "ABS": "Absent",
        "UNEQ": "Unequivocal progression",
        "NE": "Not evaluable",
    },
    "NLSTATE": {
        "MEAS": "Measured",
        "SMALL": "Too small to measure",
        "PRES": "Present, not measurable",
        "ABS": "Absent",
        "NE": "Not evaluable",
    },
    "RESP": {"CR": "irCR", "PR": "irPR", "SD": "irSD", "PD": "irPD", "NE": "NE"},
    "NTRESP": {
        "CR": "irCR",
        "NN": "NON-CR/NON-PD",
        "PD": "irPD",
        "NE": "NE",
        "NA": "Not applicable, no non-target lesion",
    },
    "EOSREAS": {
        "COMP": "Completed",
        "DTH": "Death",
        "LTFU": "Lost to follow-up",
        "WBS": "Withdrawal by subject",
        "SF": "Screen failure",
        "OTH": "Other",
    },
    "DTHCAUS": {
        "PD": "Disease progression",
        "AE": "Adverse event",
        "OTH": "Other",
        "UNK": "Unknown",
    },
    "SFUSTAT": {"ALIVE": "Alive", "DEAD": "Dead", "UNK": "Unknown, could not be reached"},
    "PREGRES": {"NEG": "Negative", "POS": "Positive"},
    "SFUHOW": {"TEL": "Telephone", "VIS": "Visit", "REC": "Medical record"},
}

_MEDDRA = tuple(
    field
    for level in ("LLT", "PT", "HLT", "HLGT", "SOC")
    for field in (
        Field(f"AETERM_{level}", "text", f"MedDRA 27.0 {level} text"),
        Field(f"AETERM_{level}_CODE", "text", f"MedDRA {level} code (always empty: licensed)"),
    )
)

FORMS: tuple[Form, ...] = (
    Form(
        "dm",
        "Demographics",
        False,
        "SCR",
        _f(
            "BRTHDAT date Date of birth",
            "SEX coded:SEX Sex",
            "RACE coded:RACE Race",
            "ETHNIC coded:ETHNIC Ethnicity",
        ),
    ),
    Form(
        "ic",
        "Informed Consent and Eligibility",
        False,
        "SCR",
        _f(
            "PRVSUBJ text Earlier subject number, when rescreened",
            "ICDAT date Date of informed consent",
            "ELIGYN coded:NY Eligible",
            "ELIGDAT date Date of eligibility decision",
            "IECRIT coded:IECRIT Criterion not met (code = criterion number), when not eligible",
            "DOSELVL coded:DOSELVL Assigned dose level, when eligible",
            "ASGNDAT date Date of assignment, when eligible",
        ),
    ),
    Form(
        "mh",
        "Medical History",
        True,
        "SCR",
        _f(
            "MHTERM text Condition (English)",
            "MHSTDAT date Start date",
            "MHENDAT date End date",
            "MHONG coded:NY Ongoing",
        ),
    ),
    Form(
        "ch",
        "Cancer History",
        False,
        "SCR",
        _f(
            "DIAGDAT date Date of first diagnosis",
            "PRIMSITE coded:PRIMSITE Primary site",
            "HISTTYP text Histology",
            "STAGE coded:STAGE Stage at screening",
            "MEASDIS coded:NY Measurable disease at screening",
        ),
    ),
    Form(
        "act",
        "Anticancer Therapy",
        True,
        "",
        _f(
            "ACTYPE coded:ACTYPE Prior or new",
            "ACTRT text Therapy",
            "ACSTDAT date Start date",
            "ACENDAT date End date",
            "ACONG coded:NY Ongoing",
        ),
        "New = started after the first CAR-T infusion.",
    ),
    Form(
        "lk",
        "Leukapheresis",
        False,
        "",
        _f(
            "LKDAT date Date of leukapheresis",
            "LKSTAT coded:DONE Leukapheresis done",
            "LKREAS text Reason not done",
        ),
    ),
    Form(
        "mf",
        "Manufacturing",
        False,
        "",
        _f(
            "MFSTDAT date Start of manufacturing",
            "MFREL coded:NY Product released",
            "MFRELDAT date Date of release",
            "LOTNO text Lot number",
            "MFREAS text Reason product not made",
        ),
        "A second infusion is from the same lot (cryopreserved), so no second page.",
    ),
    Form(
        "vs",
        "Vital Signs",
        False,
        "visit",
        _f(
            "VSDAT date Date",
            "VSTIM time Time",
            "VSND text Reason not done (the whole page)",
            "TEMP unit:C Body temperature",
            "SYSBP unit:mmHg Systolic blood pressure",
            "DIABP unit:mmHg Diastolic blood pressure",
            "PULSE unit:beats/min Pulse rate",
            "RESP unit:breaths/min Respiratory rate",
            "OXYSAT unit:% Oxygen saturation",
            "WEIGHT unit:kg Body weight (SCR, D1, D28, later visits)",
            "HEIGHT unit:cm Height (SCR only)",
        ),
        "On DAY 1 taken before the infusion.",
    ),
    Form(
        "ecog",
        "ECOG Performance Status",
        False,
        "visit",
        _f("ECOGDAT date Date", "ECOG coded:ECOG ECOG performance status"),
    ),
    Form(
        "ld",
        "Lymphodepletion",
        True,
        "LD",
        _f(
            "LDTRT coded:LDTRT Drug",
            "LDDOSE unit:mg/m2 Dose each day",
            "LDSTDAT date First day",
            "LDENDAT date Last day",
        ),
        "One line a drug, given once a day, intravenously; not given again for a re-infusion.",
    ),
    Form(
        "inf",
        "CAR-T Infusion",
        False,
        "D1, R1",
        _f(
            "INFNO number Infusion number, 1 or 2",
            "INFDAT date Date of infusion",
            "INFSTTIM time Start time",
            "INFENTIM time End time",
            "INFDOSE unit:10^6/kg Dose given (10^6 CAR-T cells/kg)",
            "INFTOTAL unit:10^6 Total CAR-T cells given",
            "LOTNO text Lot number",
            "VIAB unit:% Viability",
            "INFWT unit:kg Body weight the dose was made for",
            "INFROUTE coded:ROUTE Route",
            "INFINTR coded:NY Infusion interrupted",
        ),
    ),
    Form(
        "ae",
        "Adverse Events",
        True,
        "",
        (
            *_f(
                "AETERM text Adverse event, verbatim (Chinese)",
                "AETERM_EN text Adverse event, English translation",
            ),
            *_MEDDRA,
            *_f(
                "AESTDAT date Start date",
                "AESTTIM time Start time (collected on the day of an infusion and for CRS, ICANS)",
                "AEENDAT date End date",
                "AEONG coded:NY Ongoing",
                "AETOXGR coded:TOXGR CTCAE 5.0 grade, worst",
                "AESER coded:NY Serious",
                "AESDTH coded:NY Results in death",
                "AESLIFE coded:NY Life threatening",
                "AESHOSP coded:NY Hospitalisation or prolonged hospitalisation",
                "AESDISAB coded:NY Disability or incapacity",
                "AESCONG coded:NY Congenital anomaly",
                "AESMIE coded:NY Other medically important event",
                "AEREL coded:REL Relation to the CAR-T infusion",
                "AEACN coded:ACN Action taken with the CAR-T infusion",
                "AEOUT coded:OUT Outcome",
                "AECRS coded:NY Cytokine release syndrome",
                "AEICANS coded:NY ICANS",
                "ASTCTGR coded:TOXGR ASTCT grade (CRS and ICANS only)",
                "AEDLT coded:NY Dose-limiting toxicity",
            ),
        ),
        "The six criteria AESDTH..AESMIE are blank when AESER is No.",
    ),
    Form(
        "cm",
        "Concomitant Medication",
        True,
        "",
        _f(
            "CMCAT coded:CMCAT Category",
            "CMTRT text Medication, generic name (English)",
            "CMINDC text Indication",
            "CMDOSE unit:(varies) Dose",
            "CMFREQ coded:FREQ Frequency",
            "CMROUTE coded:ROUTE Route",
            "CMSTDAT date Start date",
            "CMENDAT date End date",
            "CMONG coded:NY Ongoing",
            "CMAENO number Line number of the adverse event treated",
        ),
        "Bridging therapy and tocilizumab, dexamethasone are here; lymphodepletion is in ld.",
    ),
    Form(
        "lbh",
        "Haematology",
        False,
        "visit",
        _f(
            "LBDAT date Collection date",
            "LBTIM time Collection time",
            "LBND text Reason not done (the whole panel)",
            "WBC lab:10^9/L Leukocytes",
            "NEUT lab:10^9/L Neutrophils",
            "LYM lab:10^9/L Lymphocytes",
            "HGB lab:g/L Haemoglobin",
            "PLT lab:10^9/L Platelets",
        ),
    ),
    Form(
        "lbc",
        "Chemistry",
        False,
        "visit",
        _f(
            "LBDAT date Collection date",
            "LBTIM time Collection time",
            "LBND text Reason not done (the whole panel)",
            "ALT lab:U/L Alanine aminotransferase",
            "AST lab:U/L Aspartate aminotransferase",
            "BILI lab:umol/L Total bilirubin",
            "CREAT lab:umol/L Creatinine",
            "ALB lab:g/L Albumin",
        ),
    ),
    Form(
        "tl",
        "Target Lesions",
        True,
        "assessment",
        _f(
            "TLNO number Lesion number 1..5 (link id T01..T05)",
            "TLFRAG text Fragment number of a lesion that split, else blank",
            "TLLOC coded:LOC Organ",
            "TLSITE text Place in the organ",
            "TLNODE coded:NY Lymph node",
            "TLMETH coded:METHOD Method",
            "TLSCDAT date Scan date",
            "TLDIAM unit:mm Longest diameter; short axis when a lymph node",
            "TLSTATE coded:TLSTATE State",
            "TLREAS text Reason not evaluable",
        ),
        "TLDIAM only when Measured. Too small to measure counts 5 mm, Absent 0 mm. A node is never "
        "Absent: it has its short axis. A split lesion has one line a fragment (TLFRAG 1, 2) with "
        "the same TLNO; the diameters add up.",
    ),
    Form(
        "ntl",
        "Non-Target Lesions",
        True,
        "assessment",
        _f(
            "NTNO number Lesion number (link id NT01..)",
            "NTLOC coded:LOC Organ",
            "NTSITE text Place in the organ",
            "NTMETH coded:METHOD Method",
            "NTSCDAT date Scan date",
            "NTSTATE coded:NTSTATE State",
        ),
    ),
    Form(
        "nl",
        "New Lesions",
        True,
        "assessment",
        _f(
            "NLNO number Lesion number (link id NEW01..)",
            "NLLOC coded:LOC Organ",
            "NLSITE text Place in the organ",
            "NLNODE coded:NY Lymph node",
            "NLMEAS coded:NY Measurable",
            "NLMETH coded:METHOD Method",
            "NLSCDAT date Scan date",
            "NLDIAM unit:mm Diameter, when measurable",
            "NLSTATE coded:NLSTATE State",
        ),
        "A new lesion is entered again, with the same number, at every later assessment.",
    ),
    Form(
        "rsp",
        "Overall Response",
        False,
        "assessment",
        _f(
            "RSDAT date Date of the assessment (= date of its scans)",
            "TRGRESP coded:RESP Response of the total measured burden",
            "NTRGRESP coded:NTRESP Response of the non-target lesions",
            "NEWL coded:NY New lesion at this assessment or before, still there",
            "OVRLRESP coded:RESP Overall response, investigator",
            "RSREAS text Reason not evaluable",
        ),
        "No page at SCREENING.",
    ),
    Form(
        "sv",
        "Date of Visit",
        False,
        "visit",
        _f(
            "VISDAT date Date of the visit",
            "VISOCC coded:NY Visit took place",
            "VISREAS text Reason it did not, or reason of an unscheduled visit",
        ),
        "The page of a missed visit has VISOCC No and no date; the other pages of it do not exist.",
    ),
    Form(
        "eos",
        "End of Study",
        False,
        "EOS",
        _f(
            "EOSDAT date Date of end of study",
            "EOSCOMP coded:NY Completed 24 months or followed to death",
            "EOSREAS coded:EOSREAS Reason",
            "EOSSPEC text Specification",
        ),
        "Screen failures have the page too; a subject still in the study has none.",
    ),
    Form(
        "dth",
        "Death",
        False,
        "",
        _f(
            "DTHDAT date Date of death",
            "DTHCAUS coded:DTHCAUS Cause",
            "DTHSPEC text Specification",
        ),
    ),
    Form(
        "sfu",
        "Survival Follow-up",
        True,
        "SFU",
        _f(
            "SFUDAT date Date of contact",
            "SFUHOW coded:SFUHOW How",
            "SFUSTAT coded:SFUSTAT Survival status",
            "SFULADAT date Last date known alive, when the contact failed or the subject is dead",
            "SFUNEWT coded:NY New anticancer therapy since the last contact",
        ),
    ),
    Form(
        "preg",
        "Pregnancy Report",
        False,
        "",
        _f("PREGDAT date Date of the report", "PREGRES coded:PREGRES Result"),
        "EMPTY FORM: header and EOF only (planted).",
    ),
)

BY_OID = {form.oid: form for form in FORMS}

VISITS: tuple[tuple[str, str, str, str], ...] = (
    # Folder OID, FolderName, FolderSeq, TargetDays (study day; blank when none)
    ("SCR", "SCREENING", "1.0", "-14"),
    ("BL", "BASELINE", "2.0", "-6"),
    ("LD", "LYMPHODEPLETION", "3.0", "-5"),
    ("D1", "DAY 1", "4.0", "1"),
    ("D4", "DAY 4", "5.0", "4"),
    ("D7", "DAY 7", "6.0", "7"),
    ("D10", "DAY 10", "7.0", "10"),
    ("D14", "DAY 14", "8.0", "14"),
    ("D21", "DAY 21", "9.0", "21"),
    ("D28", "DAY 28", "10.0", "28"),
    ("W8", "WEEK 8", "11.0", "56"),
    ("W12", "WEEK 12", "12.0", "84"),
    ("M6", "MONTH 6", "13.0", "183"),
    ("M9", "MONTH 9", "14.0", "274"),
    ("M12", "MONTH 12", "15.0", "365"),
    ("M18", "MONTH 18", "16.0", "548"),
    ("M24", "MONTH 24", "17.0", "730"),
    ("EOS", "END OF STUDY", "18.0", ""),
    ("SFU", "SURVIVAL FOLLOW-UP", "19.0", ""),
    ("UNS", "UNSCHEDULED", "20.0", ""),
    ("R1", "REINFUSION DAY 1", "21.0", ""),
    ("R4", "REINFUSION DAY 4", "22.0", ""),
    ("R7", "REINFUSION DAY 7", "23.0", ""),
    ("R10", "REINFUSION DAY 10", "24.0", ""),
    ("R14", "REINFUSION DAY 14", "25.0", ""),
    ("R21", "REINFUSION DAY 21", "26.0", ""),
    ("R28", "REINFUSION DAY 28", "27.0", ""),
)

MARKER_COLUMNS = [
    "STUDYID",
    "SITE",
    "SUBJECT",
    "SAMPLEID",
    "VISIT",
    "COLLDATE",
    "COLLTIME",
    "TESTCODE",
    "TESTNAME",
    "RESULT",
    "UNIT",
    "LOW",
    "HIGH",
    "STATUS",
    "REASON",
]
KINETIC_COLUMNS = [
    "STUDYID",
    "SITE",
    "SUBJECT",
    "SAMPLEID",
    "VISIT",
    "TIMEPOINT",
    "COLLDATE",
    "COLLTIME",
    "METHOD",
    "ANALYTE",
    "SPECIMEN",
    "RESULT",
    "UNIT",
    "LLOQ",
    "STATUS",
    "REASON",
]
