"""Two small documents, tabulation and analysis, with the data that belong to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
import pytest

from define.model import (
    Codelist,
    Comment,
    Dataset,
    Metadata,
    Method,
    Origin,
    PageRef,
    Standard,
    Term,
    Variable,
)


@dataclass(frozen=True)
class Package:
    """A document and its data."""

    metadata: Metadata
    frames: dict[str, pd.DataFrame]


SDTMIG = Standard("SDTMIG", "IG", "3.4")
SDTM_CT = Standard("CDISC/NCI", "CT", "2025-03-28", "SDTM")
ADAMIG = Standard("ADaMIG", "IG", "1.3")
OCCDS = Standard("ADaM-OCCDSIG", "IG", "1.1")
ADAM_CT = Standard("CDISC/NCI", "CT", "2025-03-28", "ADaM")

SEX = Codelist(
    "SEX",
    "Sex",
    ccode="C66731",
    standard=SDTM_CT,
    terms=(Term("F", "Female", "C16576"), Term("M", "Male", "C20197")),
)
NY = Codelist(
    "NY",
    "No Yes Response",
    ccode="C66742",
    standard=SDTM_CT,
    terms=(Term("N", "No", "C49487"), Term("Y", "Yes", "C49488")),
)
Y = Codelist(
    "Y",
    "No Yes Response (Yes only)",
    ccode="C66742",
    standard=SDTM_CT,
    terms=(Term("Y", "Yes", "C49488"),),
)
REL = Codelist("AEREL", "Relation to Infusion", terms=(Term("NOT RELATED"), Term("RELATED")))
OUT = Codelist(
    "OUT",
    "Outcome of Event",
    ccode="C66768",
    standard=SDTM_CT,
    terms=(
        Term("RECOVERED/RESOLVED", ccode="C49498"),
        Term("RESOLVED <UNDER & OVER>", extended=True),
    ),
)
MEDDRA = Codelist(
    "MEDDRA",
    "Adverse Event Dictionary",
    dictionary="MedDRA",
    dictionary_version="27.1",
    dictionary_href="https://www.meddra.org/",
)
PARAMCD = Codelist(
    "PARAMCD.ADTTE",
    "Parameter Code (ADTTE)",
    terms=(Term("OS", "Overall Survival (days)"), Term("PFS", "Progression-Free Survival (days)")),
)
CNSR = Codelist(
    "CNSR.ADTTE",
    "Censor (ADTTE)",
    datatype="integer",
    terms=(Term("0", "Event"), Term("1", "Censored")),
)

CRF = Origin("Collected", "Investigator", documents=(PageRef("acrf", (7, 5)),))
ASSIGNED = Origin("Assigned", "Sponsor")
DERIVED = Origin("Derived", "Sponsor")


def from_(source: str) -> Origin:
    return Origin("Predecessor", description=source)


def method(key: str, text: str) -> Method:
    return Method(key, f"Algorithm for {key}", text)


SEQ = method("AESEQ", "Count the records of a subject in the order of the keys, from 1.")
EMERGENT = Method(
    "TRTEMFL",
    "Algorithm for TRTEMFL",
    "Y when the event starts on or after the first infusion & before new therapy.",
    documents=(PageRef("sap", destinations=("Section2.1",), title="Plan, section 2.1"),),
)
AVAL = method("ADTTE.AVAL", "ADT - STARTDT + 1, in days.")
CENSORED = method("ADTTE.CNSR", "0 when the subject had the event, 1 when censored.")
FIRST = method("TRTSDT", "Date of the first record of EX of the subject, as a number.")


def text(name: str, label: str, length: int, origin: Origin, **more: object) -> Variable:
    return Variable(name, label, "text", False, length, 0, origin=origin, **more)  # type: ignore[arg-type]


def whole(name: str, label: str, digits: int, origin: Origin, **more: object) -> Variable:
    return Variable(name, label, "integer", True, 8, 0, digits=digits, origin=origin, **more)  # type: ignore[arg-type]


def in_order(*variables: Variable) -> tuple[Variable, ...]:
    return tuple(replace(v, order=i) for i, v in enumerate(variables, start=1))


ID = {"role": "Identifier", "mandatory": True}


def identifiers(origin: str = "") -> tuple[Variable, Variable]:
    more = {} if origin else ID
    study = from_(f"{origin}.STUDYID") if origin else Origin("Protocol", "Sponsor")
    subject = from_(f"{origin}.USUBJID") if origin else DERIVED
    how = None if origin else method("USUBJID", "STUDYID, SITEID and SUBJID with a dash between.")
    return (
        text("STUDYID", "Study Identifier", 9, study, key_sequence=1, **more),
        text(
            "USUBJID", "Unique Subject Identifier", 16, subject, key_sequence=2, method=how, **more
        ),
    )


def domain(name: str) -> Variable:
    return text("DOMAIN", "Domain Abbreviation", len(name), ASSIGNED, **ID)


def dm() -> Dataset:
    study, subject = identifiers()
    return Dataset(
        "DM",
        "Demographics",
        "SPECIAL PURPOSE",
        "One record per subject",
        in_order(
            study,
            domain("DM"),
            subject,
            Variable(
                "BRTHDTC",
                "Date/Time of Birth",
                "partialDate",
                False,
                7,
                0,
                role="Record Qualifier",
                origin=CRF,
            ),
            whole("AGE", "Age", 2, CRF, role="Record Qualifier"),
            text("SEX", "Sex", 1, CRF, role="Record Qualifier", codelist=SEX, mandatory=True),
            text(
                "ETHNIC",
                "Ethnicity",
                1,
                CRF,
                role="Record Qualifier",
                has_no_data=True,
            ),
        ),
        records=2,
        domain="DM",
        repeating=False,
        standard=SDTMIG,
        comment=Comment("DM", "Screen failures are kept."),
    )


def ae() -> Dataset:
    study, subject = identifiers()
    return Dataset(
        "AE",
        "Adverse Events",
        "EVENTS",
        "One record per adverse event per subject",
        in_order(
            study,
            domain("AE"),
            subject,
            whole("AESEQ", "Sequence Number", 1, DERIVED, key_sequence=3, method=SEQ, **ID),
            text("AETERM", "Reported Term for the Adverse Event", 24, CRF, role="Topic"),
            text(
                "AEDECOD",
                "Dictionary-Derived Term",
                8,
                ASSIGNED,
                role="Synonym Qualifier",
                codelist=MEDDRA,
            ),
            text("AEREL", "Causality", 11, CRF, role="Record Qualifier", codelist=REL),
            text(
                "AEOUT", "Outcome of Adverse Event", 23, CRF, role="Record Qualifier", codelist=OUT
            ),
            Variable(
                "AESTDTC",
                "Start Date/Time of Adverse Event",
                "partialDatetime",
                False,
                16,
                0,
                role="Timing",
                origin=CRF,
            ),
        ),
        records=3,
        domain="AE",
        standard=SDTMIG,
    )


def suppae() -> Dataset:
    study, subject = identifiers()
    return Dataset(
        "SUPPAE",
        "Supplemental Qualifiers for AE",
        "RELATIONSHIP",
        "One record per supplemental qualifier per related parent record",
        in_order(
            study,
            text("RDOMAIN", "Related Domain Abbreviation", 2, ASSIGNED, **ID),
            subject,
            text("IDVAR", "Identifying Variable", 5, ASSIGNED, role="Identifier", key_sequence=3),
            text(
                "IDVARVAL",
                "Identifying Variable Value",
                1,
                ASSIGNED,
                role="Identifier",
                key_sequence=4,
            ),
            text("QNAM", "Qualifier Variable Name", 7, ASSIGNED, role="Topic", key_sequence=5),
            text("QVAL", "Data Value", 7, CRF, role="Result Qualifier", mandatory=True),
        ),
        records=1,
        standard=SDTMIG,
    )


def adsl() -> Dataset:
    study, subject = identifiers("DM")
    return Dataset(
        "ADSL",
        "Subject-Level Analysis Dataset",
        "SUBJECT LEVEL ANALYSIS DATASET",
        "One record per subject",
        in_order(
            study,
            subject,
            text("SEX", "Sex", 1, from_("DM.SEX"), codelist=SEX),
            text("SAFFL", "Safety Population Flag", 1, DERIVED, codelist=NY, method=FIRST),
            whole(
                "TRTSDT",
                "Date of First Exposure to Treatment",
                5,
                DERIVED,
                method=FIRST,
                format="DATE9.",
            ),
        ),
        records=2,
        repeating=False,
        standard=ADAMIG,
    )


def adae() -> Dataset:
    study, subject = identifiers("AE")
    return Dataset(
        "ADAE",
        "Adverse Events Analysis Dataset",
        "OCCURRENCE DATA STRUCTURE",
        "One record per adverse event per subject",
        in_order(
            study,
            subject,
            whole("AESEQ", "Sequence Number", 1, from_("AE.AESEQ"), key_sequence=3),
            text("AEDECOD", "Dictionary-Derived Term", 8, from_("AE.AEDECOD"), codelist=MEDDRA),
            text(
                "TRTEMFL",
                "Treatment Emergent Analysis Flag",
                1,
                DERIVED,
                codelist=Y,
                method=EMERGENT,
            ),
        ),
        records=3,
        subclass="ADVERSE EVENT",
        standard=OCCDS,
    )


def adtte() -> Dataset:
    study, subject = identifiers("ADSL")
    return Dataset(
        "ADTTE",
        "Time-to-Event Analysis Dataset",
        "BASIC DATA STRUCTURE",
        "One record per subject per parameter",
        in_order(
            study,
            subject,
            text("PARAMCD", "Parameter Code", 3, ASSIGNED, codelist=PARAMCD, key_sequence=3),
            Variable(
                "AVAL",
                "Analysis Value",
                "float",
                True,
                8,
                0,
                digits=5,
                significant_digits=1,
                origin=DERIVED,
                method=AVAL,
                format="8.1",
            ),
            whole("CNSR", "Censor", 1, DERIVED, codelist=CNSR, method=CENSORED),
        ),
        records=2,
        subclass="TIME-TO-EVENT",
        standard=ADAMIG,
    )


def metadata(purpose: str, datasets: tuple[Dataset, ...], **more: object) -> Metadata:
    tabulation = purpose == "Tabulation"
    return Metadata(
        study_id="CEACART01",
        study_name="CEACART01",
        study_description="FICTITIOUS study of CEA-targeted CAR-T cells",
        protocol_name="CEACART01",
        purpose=purpose,
        created="2025-01-01T00:00:00",
        standards=(SDTMIG, SDTM_CT) if tabulation else (ADAMIG, OCCDS, ADAM_CT, SDTM_CT),
        datasets=datasets,
        tool_version="0.1.0",
        documents=(
            (("acrf", "acrf.pdf", "Annotated Case Report Form"),)
            if tabulation
            else (("sap", "sap.pdf", "Statistical Analysis Plan"),)
        ),
        **more,  # type: ignore[arg-type]
    )


def frame(**columns: list[object]) -> pd.DataFrame:
    made = pd.DataFrame(columns)
    for name in made.columns:
        numeric = all(isinstance(v, int | float) for v in made[name])
        made[name] = made[name].astype("float64" if numeric else "str")
    made["_form"] = pd.Series(["raw.csv"] * len(made), dtype="str")
    made["_row"] = range(1, len(made) + 1)
    return made


SUBJECTS: list[object] = ["CEACART01-01-001", "CEACART01-01-002"]
EVENTS: list[object] = [SUBJECTS[0], SUBJECTS[0], SUBJECTS[1]]
STUDY = "CEACART01"


@pytest.fixture
def sdtm() -> Package:
    """DM, AE and SUPPAE."""
    frames = {
        "DM": frame(
            STUDYID=[STUDY] * 2,
            DOMAIN=["DM"] * 2,
            USUBJID=SUBJECTS,
            BRTHDTC=["1960-07", ""],
            AGE=[64, float("nan")],
            SEX=["F", "M"],
            ETHNIC=["", ""],
        ),
        "AE": frame(
            STUDYID=[STUDY] * 3,
            DOMAIN=["AE"] * 3,
            USUBJID=EVENTS,
            AESEQ=[1, 2, 1],
            AETERM=["Fever", "Cytokine release", "Fever with chills & pain"],
            AEDECOD=["Pyrexia", "", "Pyrexia"],
            AEREL=["RELATED", "NOT RELATED", ""],
            AEOUT=["RECOVERED/RESOLVED", "RESOLVED <UNDER & OVER>", ""],
            AESTDTC=["2024-05", "2024-05-02T10:30", ""],
        ),
        "SUPPAE": frame(
            STUDYID=[STUDY],
            RDOMAIN=["AE"],
            USUBJID=SUBJECTS[:1],
            IDVAR=["AESEQ"],
            IDVARVAL=["1"],
            QNAM=["ASTCTGR"],
            QVAL=["GRADE 1"],
        ),
    }
    document = metadata("Tabulation", (suppae(), dm(), ae()))
    return Package(document, frames)


@pytest.fixture
def adam() -> Package:
    """ADSL, ADAE and ADTTE."""
    frames = {
        "ADSL": frame(
            STUDYID=[STUDY] * 2,
            USUBJID=SUBJECTS,
            SEX=["F", "M"],
            SAFFL=["Y", "N"],
            TRTSDT=[23498, float("nan")],
        ),
        "ADAE": frame(
            STUDYID=[STUDY] * 3,
            USUBJID=EVENTS,
            AESEQ=[1, 2, 1],
            AEDECOD=["Pyrexia", "", "Pyrexia"],
            TRTEMFL=["Y", "", "Y"],
        ),
        "ADTTE": frame(
            STUDYID=[STUDY] * 2,
            USUBJID=SUBJECTS[:1] * 2,
            PARAMCD=["OS", "PFS"],
            AVAL=[184, 30.5],
            CNSR=[1, 0],
        ),
    }
    about = (Comment("ABOUT", "Cut-off 2024-12-31."), Comment("MORE", "See the guide."))
    document = metadata("Analysis", (adtte(), adae(), adsl()), comments=about)
    return Package(document, frames)
