"""A small study that breaks no rule: two treated subjects, one of them dead, one screened only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from sdtm.standard import domain

S1, S2, S3 = "S-01-001", "S-01-002", "S-02-001"
NAN = float("nan")


def frame(**columns: Sequence[object]) -> pd.DataFrame:
    made = pd.DataFrame(columns)
    for name in made.columns:
        if not pd.api.types.is_numeric_dtype(made[name]):
            made[name] = made[name].astype("str")
    return made.assign(_form="form", _row=range(2, len(made) + 2))


def whole(name: str, made: pd.DataFrame, reference: dict[str, str]) -> pd.DataFrame:
    """The dataset with its study days and every variable that SDTMIG expects, in its order."""
    about = domain(name)
    for variable in about.variables:
        # A study day is made of its date, below.
        if variable.core != "Perm" and variable.name not in made and variable.name[-2:] != "DY":
            made[variable.name] = NAN if variable.numeric else ""
    for date in [c for c in made if str(c).endswith("DTC") and f"{str(c)[:-3]}DY" in about]:
        day = f"{str(date)[:-3]}DY"
        if day not in made and name != "DM" and "USUBJID" in made:
            first = pd.to_datetime(made["USUBJID"].map(reference).str.slice(0, 10), errors="coerce")
            own = made[date].where(made[date].str.len() >= 10, "").str.slice(0, 10)
            apart = (pd.to_datetime(own, errors="coerce") - first).dt.days.to_numpy(dtype=float)
            made[day] = np.where(apart >= 0, apart + 1, apart)
    texts = [c for c in made if made[c].dtype == object]
    made = made.astype(dict.fromkeys(texts, "str"))
    return made[
        [*about.arranged([str(c) for c in made if not str(c).startswith("_")]), "_form", "_row"]
    ]


def ts() -> pd.DataFrame:
    from validation.rules.summary import ALWAYS, EXPECTED, INTERVENTIONAL  # noqa: PLC0415

    codes = sorted({*ALWAYS, *EXPECTED, *INTERVENTIONAL})
    values = {
        "ACTSUB": "2",
        "AGEMAX": "",
        "AGEMIN": "P18Y",
        "DCUTDTC": "2024-06-30",
        "FCNTRY": "CHN",
        "LENGTH": "P24M",
        "NARMS": "2",
        "NCOHORT": "2",
        "PLANSUB": "40",
        "RANDOM": "N",
        "SENDTC": "2024-06",
        "SEXPOP": "F",
        "SSTDTC": "2023-12-27",
        "STYPE": "INTERVENTIONAL",
    }
    return frame(
        STUDYID=["S"] * len(codes),
        DOMAIN=["TS"] * len(codes),
        TSSEQ=[1.0] * len(codes),
        TSPARMCD=codes,
        TSPARM=[f"Name of {c}" for c in codes],
        TSVAL=[values.get(c, "x") for c in codes],
        TSVALNF=["" if c != "AGEMAX" else "PINF" for c in codes],
    )


def design() -> dict[str, pd.DataFrame]:
    """Two arms of three elements, four planned visits, two criteria."""
    arms, elements = ["DL1", "DL2"], ["SCRN", "TRT", "FUP"]
    return {
        "TA": frame(
            STUDYID=["S"] * 6,
            DOMAIN=["TA"] * 6,
            ARMCD=[a for a in arms for _ in elements],
            ARM=[a for a in ("Dose level 1", "Dose level 2") for _ in elements],
            TAETORD=[1.0, 2.0, 3.0] * 2,
            ETCD=elements * 2,
            ELEMENT=["Screening", "Treatment", "Follow-up"] * 2,
            EPOCH=["SCREENING", "TREATMENT", "FOLLOW-UP"] * 2,
        ),
        "TE": frame(
            STUDYID=["S"] * 3,
            DOMAIN=["TE"] * 3,
            ETCD=elements,
            ELEMENT=["Screening", "Treatment", "Follow-up"],
            TESTRL=["Consent", "First dose", "Day 28"],
            TEENRL=["First dose", "Day 28", "End of study"],
        ),
        "TV": frame(
            STUDYID=["S"] * 4,
            DOMAIN=["TV"] * 4,
            VISITNUM=[1.0, 2.0, 7.0, 9.0],
            VISIT=["SCREENING", "DAY 1", "DAY 28", "END"],
            VISITDY=[-7.0, 1.0, 28.0, NAN],
            TVSTRL=["Before", "Dose", "Day 28", "End"],
        ),
        "TI": frame(
            STUDYID=["S"] * 2,
            DOMAIN=["TI"] * 2,
            IETESTCD=["INCL01", "EXCL01"],
            IETEST=["Of age", "Infection"],
            IECAT=["INCLUSION", "EXCLUSION"],
        ),
        "IE": frame(
            STUDYID=["S"] * 2,
            DOMAIN=["IE"] * 2,
            USUBJID=[S3] * 2,
            IESEQ=[1.0, 2.0],
            IETESTCD=["INCL01", "EXCL01"],
            IETEST=["Of age", "Infection"],
            IECAT=["INCLUSION", "EXCLUSION"],
            IEORRES=["N", "Y"],
            IESTRESC=["N", "Y"],
        ),
        "SE": frame(
            STUDYID=["S"] * 7,
            DOMAIN=["SE"] * 7,
            USUBJID=[S1] * 3 + [S2] * 3 + [S3],
            SESEQ=[1.0, 2.0, 3.0] * 2 + [1.0],
            ETCD=[*elements, *elements, "SCRN"],
            ELEMENT=["Screening", "Treatment", "Follow-up"] * 2 + ["Screening"],
            TAETORD=[1.0, 2.0, 3.0] * 2 + [1.0],
            EPOCH=["SCREENING", "TREATMENT", "FOLLOW-UP"] * 2 + ["SCREENING"],
            SESTDTC=[
                *("2023-12-27", "2024-01-10T09:00", "2024-02-20"),
                *("2024-01-02", "2024-01-20", "2024-02-20", "2024-01-25"),
            ],
            SEENDTC=[
                *("2024-01-10", "2024-02-20", "2024-03"),
                *("2024-01-20T10:00", "2024-02-20", "", "2024-01-30"),
            ],
            SEUPDES=[""] * 7,
        ),
        "SV": frame(
            STUDYID=["S"] * 7,
            DOMAIN=["SV"] * 7,
            USUBJID=[S1] * 4 + [S2] * 3,
            VISITNUM=[1.0, 2.0, 2.1, 7.0, 1.0, 7.0, 9.0],
            VISIT=["SCREENING", "DAY 1", "UNSCHEDULED 2.1", "DAY 28", "SCREENING", "DAY 28", "END"],
            VISITDY=[-7.0, 1.0, NAN, 28.0, -7.0, 28.0, NAN],
            SVPRESP=["Y", "Y", "", "Y", "Y", "Y", "Y"],
            SVOCCUR=["Y", "Y", "", "Y", "Y", "Y", "N"],
            SVSTDTC=[
                *("2024-01-02", "2024-01-10", "2024-01-15", "2024-02-07"),
                *("2024-01-08", "2024-02-17", ""),
            ],
            SVSTDY=[-8.0, 1.0, 6.0, 29.0, -12.0, 29.0, NAN],
        ),
    }


def good() -> dict[str, pd.DataFrame]:
    """The datasets by name; a fresh copy each time."""
    return {name: made.copy() for name, made in _good().items()}


@cache
def _good() -> dict[str, pd.DataFrame]:
    made = records()
    reference = dict(zip(made["DM"]["USUBJID"], made["DM"]["RFSTDTC"], strict=True))
    return {name: whole(name, frame, reference) for name, frame in made.items()}


def records() -> dict[str, pd.DataFrame]:
    """What the datasets hold, without the variables that say nothing."""
    return {
        **design(),
        "DM": frame(
            STUDYID=["S"] * 3,
            DOMAIN=["DM"] * 3,
            USUBJID=[S1, S2, S3],
            SUBJID=["001", "002", "003"],
            SITEID=["01", "01", "02"],
            RFENDTC=["2024-03-10", "", ""],
            RFSTDTC=["2024-01-10T09:00", "2024-01-20T10:00", ""],
            RFXSTDTC=["2024-01-10T09:00", "2024-01-20T10:00", ""],
            RFXENDTC=["2024-02-14", "2024-01-20T10:30", ""],
            DTHDTC=["2024-03-10", "", ""],
            DTHFL=["Y", "", ""],
            RFICDTC=["2023-12-27", "2024-01-02", "2023-11-25"],
            RFPENDTC=["2024-03-10", "2024-06-12", "2024-01-30"],
            SEX=["F", "F", "M"],
            AGE=[44.0, 81.0, 17.0],
            AGEU=["YEARS"] * 3,
            COUNTRY=["CHN"] * 3,
            ARMCD=["DL1", "DL2", ""],
            ARM=["Dose level 1", "Dose level 2", ""],
            ACTARMCD=["DL1", "DL2", ""],
            ACTARM=["Dose level 1", "Dose level 2", ""],
            ARMNRS=["", "", "SCREEN FAILURE"],
        ),
        "EX": frame(
            STUDYID=["S"] * 4,
            DOMAIN=["EX"] * 4,
            USUBJID=[S1, S1, S2, S3],
            EXSEQ=[1.0, 2.0, 1.0, 1.0],
            EXTRT=["CELLS"] * 4,
            EXDOSU=["10^6/kg"] * 4,
            EXDOSE=[1.0, 1.0, 3.0, 0.0],
            EXSTDTC=["2024-01-10T09:00", "2024-02-14", "2024-01-20T10:00", "2024-01-30"],
            EXENDTC=["2024-01-10T09:20", "2024-02-14", "2024-01-20T10:30", "2024-01-30"],
            EXSTDY=[1.0, 36.0, 1.0, NAN],
        ),
        "AE": frame(
            STUDYID=["S"] * 4,
            DOMAIN=["AE"] * 4,
            USUBJID=[S1, S1, S2, S2],
            AESEQ=[1.0, 2.0, 1.0, 2.0],
            AETERM=["cold", "sepsis", "fever", "pain"],
            AEDECOD=["Cold", "Sepsis", "Fever", "Pain"],
            AESER=["N", "Y", "N", "N"],
            AEOUT=["RECOVERED/RESOLVED", "FATAL", "RECOVERED/RESOLVED", ""],
            AESDTH=["N", "Y", "N", ""],
            AETOXGR=["2", "5", "1", "3"],
            AESTDTC=["2024-01-09", "2024-03-01", "2024-01", "2024---15"],
            AESTDY=[-1.0, 52.0, NAN, NAN],
            EPOCH=["SCREENING", "FOLLOW-UP", "", ""],
        ),
        "SUPPAE": frame(
            STUDYID=["S"] * 2,
            RDOMAIN=["AE"] * 2,
            USUBJID=[S1, S2],
            IDVAR=["AESEQ"] * 2,
            IDVARVAL=["2", "1"],
            QNAM=["ASTCTGR"] * 2,
            QLABEL=["ASTCT Grade"] * 2,
            QVAL=["4", "1"],
            QORIG=["CRF"] * 2,
        ),
        "SUPPDM": frame(
            STUDYID=["S"],
            RDOMAIN=["DM"],
            USUBJID=[S1],
            IDVAR=[""],
            IDVARVAL=[""],
            QNAM=["PRVSUBJ"],
            QLABEL=["Number before"],
            QVAL=["009"],
            QORIG=["CRF"],
        ),
        "RELREC": frame(
            STUDYID=["S"] * 4,
            RDOMAIN=["AE", "EX", "TU", "TR"],
            USUBJID=[S1, S1, "", ""],
            IDVAR=["AESEQ", "EXSEQ", "TULNKID", "TRLNKID"],
            IDVARVAL=["1", "1", "", ""],
            RELID=["1", "1", "2", "2"],
            RELTYPE=["", "", "ONE", "MANY"],
        ),
        "CO": frame(
            STUDYID=["S"] * 3,
            DOMAIN=["CO"] * 3,
            RDOMAIN=["AE", "LB", ""],
            USUBJID=[S1, S1, S2],
            COSEQ=[1.0, 2.0, 1.0],
            IDVAR=["AESEQ", "VISITNUM", ""],
            IDVARVAL=["2", "1", ""],
            COVAL=["Seen at home", "Not fasting", "Speaks through an interpreter"],
        ),
        "DS": frame(
            STUDYID=["S"] * 4,
            DOMAIN=["DS"] * 4,
            USUBJID=[S1, S1, S2, S3],
            DSSEQ=[1.0, 2.0, 1.0, 1.0],
            DSTERM=["Died", *["Informed consent obtained"] * 3],
            DSDECOD=["DEATH", *["INFORMED CONSENT OBTAINED"] * 3],
            DSCAT=["DISPOSITION EVENT", *["PROTOCOL MILESTONE"] * 3],
            DSSTDTC=["2024-03-10", "2023-12-27", "2024-01-02", "2023-11-25"],
        ),
        "LB": frame(
            STUDYID=["S"] * 4,
            DOMAIN=["LB"] * 4,
            USUBJID=[S1] * 4,
            LBSEQ=[1.0, 2.0, 3.0, 4.0],
            LBTESTCD=["CEA", "CEA", "CRP", "CRP"],
            LBTEST=["Carcinoembryonic Antigen"] * 2 + ["C Reactive Protein"] * 2,
            LBORRES=["5.10", "<0.50", "12", ""],
            LBSTRESC=["5.1", "<0.5", "120", ""],
            LBSTRESN=[5.1, NAN, 120.0, NAN],
            LBSTAT=["", "", "", "NOT DONE"],
            LBREASND=["", "", "", "BROKEN"],
            LBLOBXFL=["Y", "", "Y", ""],
            VISITNUM=[1.0, 2.0, 1.0, 2.0],
            VISIT=["SCREENING", "DAY 1", "SCREENING", "DAY 1"],
            LBDTC=["2024-01-02", "2024-01-10", "2024-01-02", "2024-01-10"],
        ),
        "TU": frame(
            STUDYID=["S"] * 2,
            DOMAIN=["TU"] * 2,
            USUBJID=[S1, S2],
            TUSEQ=[1.0, 1.0],
            TULNKID=["T01", "T01"],
            TUTESTCD=["TUMIDENT"] * 2,
            TUTEST=["Tumor Identification"] * 2,
            TUORRES=["TARGET"] * 2,
            TUSTRESC=["TARGET"] * 2,
            TUDTC=["2024-01-03", "2024-01-08"],
            VISITNUM=[1.0, 1.0],
        ),
        "TR": frame(
            STUDYID=["S"] * 3,
            DOMAIN=["TR"] * 3,
            USUBJID=[S1, S1, S2],
            TRSEQ=[1.0, 2.0, 1.0],
            TRLNKID=["T01", "T01", "T01"],
            TRTESTCD=["LDIAM"] * 3,
            TRTEST=["Longest Diameter"] * 3,
            TRGRPID=["TARGET"] * 3,
            TRORRES=["31", "20", "11"],
            TRSTRESC=["31", "20", "11"],
            TRSTRESU=["mm"] * 3,
            TRSTRESN=[31.0, 20.0, 11.0],
            VISITNUM=[1.0, 7.0, 1.0],
            TRDTC=["2024-01-03", "2024-02-07", "2024-01-08"],
        ),
        "RS": frame(
            STUDYID=["S"] * 2,
            DOMAIN=["RS"] * 2,
            USUBJID=[S1, S2],
            RSSEQ=[1.0, 1.0],
            RSTESTCD=["OVRLRESP"] * 2,
            RSTEST=["Overall Response"] * 2,
            RSCAT=["irRECIST 1.1"] * 2,
            RSORRES=["irPR", "NE"],
            RSSTRESC=["irPR", "NE"],
            VISITNUM=[7.0, 7.0],
            RSDTC=["2024-02-07", "2024-02-17"],
        ),
        "TS": ts(),
    }
