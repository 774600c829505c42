"""A small study of analysis datasets that breaks no rule of ADaM, with what define.xml says.

S1 is treated twice and dies, S2 is treated once, S3 is screened only. 23385 is 2024-01-10.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from adam.standard import structures
from define.model import Dataset, Metadata, Origin, Variable

S1, S2, S3 = "S-01-001", "S-01-002", "S-02-001"
DAY = 23385.0
NAN = float("nan")


def frame(**columns: Sequence[object]) -> pd.DataFrame:
    made = pd.DataFrame(columns)
    for name in made.columns:
        if not pd.api.types.is_numeric_dtype(made[name]):
            made[name] = made[name].astype("str")
    return made.assign(_form="form", _row=range(2, len(made) + 2))


def made_of(source: str, rows: Sequence[int], **columns: Sequence[object]) -> pd.DataFrame:
    """An analysis dataset whose records were made of these rows of a dataset."""
    return frame(**columns).assign(_form=source, _row=list(rows))


def tabulations() -> dict[str, pd.DataFrame]:
    return {
        "DM": frame(
            STUDYID=["S"] * 3,
            DOMAIN=["DM"] * 3,
            USUBJID=[S1, S2, S3],
            AGE=[44.0, 81.0, 17.0],
            SEX=["F", "F", "M"],
            ARM=["Dose 1", "Dose 2", ""],
            ARMNRS=["", "", "SCREEN FAILURE"],
            RFICDTC=["2023-12-27", "2024-01-02", "2023-11-25"],
            RFXSTDTC=["2024-01-10T09:00", "2024-01-20T10:00", ""],
            RFXENDTC=["2024-02-14", "2024-01-20T10:30", ""],
            DTHDTC=["2024-03", "", ""],
            DTHFL=["Y", "", ""],
        ),
        "EX": frame(
            STUDYID=["S"] * 3,
            DOMAIN=["EX"] * 3,
            USUBJID=[S1, S1, S2],
            EXSEQ=[1.0, 2.0, 1.0],
            EXDOSE=[1.0, 1.0, 3.0],
            EXSTDTC=["2024-01-10T09:00", "2024-02-14", "2024-01-20T10:00"],
            EXENDTC=["2024-01-10T09:20", "2024-02-14", "2024-01-20T10:30"],
        ),
        "AE": frame(
            STUDYID=["S"] * 4,
            DOMAIN=["AE"] * 4,
            USUBJID=[S1, S1, S2, S2],
            AESEQ=[1.0, 2.0, 1.0, 2.0],
            AETERM=["cold", "sepsis", "fever", "pain"],
            AEOUT=["RECOVERED/RESOLVED", "FATAL", "RECOVERED/RESOLVED", ""],
            AESTDTC=["2024-01-09", "2024-03-01", "2024-01", "2024---15"],
            AEENDTC=["2024-01-11T10:00", "", "2024-01-22", ""],
        ),
        "SUPPAE": frame(
            STUDYID=["S"] * 2,
            RDOMAIN=["AE"] * 2,
            USUBJID=[S1, S2],
            IDVAR=["AESEQ"] * 2,
            IDVARVAL=["2", "1"],
            QNAM=["ASTCTGR"] * 2,
            QVAL=["Grade 4", "Grade 1"],
        ),
        "LB": frame(
            STUDYID=["S"] * 5,
            DOMAIN=["LB"] * 5,
            USUBJID=[S1, S1, S1, S2, S2],
            LBSEQ=[1.0, 2.0, 3.0, 1.0, 2.0],
            LBSTRESN=[5.0, 6.0, 10.0, 8.0, NAN],
            LBSTRESC=["5", "6", "10", "8", "<1"],
            VISITNUM=[1.0, 2.0, 7.0, 2.0, 7.0],
            LBDTC=["2024-01-02", "2024-01-10T11:00", "2024-02-07", "2024-01-20", "2024-02-17"],
        ),
        "RS": frame(
            STUDYID=["S"] * 3,
            DOMAIN=["RS"] * 3,
            USUBJID=[S1, S1, S2],
            RSSEQ=[1.0, 2.0, 1.0],
            RSSTRESC=["irPR", "irPD", "irPR"],
            RSDTC=["2024-02-07", "2024-03-04", "2024-02-17"],
        ),
        "DS": frame(STUDYID=["S"], DOMAIN=["DS"], USUBJID=[S1], DSSEQ=[1.0], DSDECOD=["DEATH"]),
        "DD": frame(STUDYID=["S"], DOMAIN=["DD"], USUBJID=[S1], DDSEQ=[1.0]),
        "TS": frame(
            STUDYID=["S"], DOMAIN=["TS"], TSSEQ=[1.0], TSPARMCD=["DCUTDTC"], TSVAL=["2024-06-30"]
        ),
    }


def adsl() -> pd.DataFrame:
    return made_of(
        "DM",
        (1, 2, 3),
        STUDYID=["S"] * 3,
        USUBJID=[S1, S2, S3],
        SUBJID=["001", "002", "001"],
        SITEID=["01", "01", "02"],
        AGE=[44.0, 81.0, 17.0],
        AGEU=["YEARS"] * 3,
        AGEGR1=["<65", ">=65", "<65"],
        AGEGR1N=[1.0, 2.0, 1.0],
        SEX=["F", "F", "M"],
        RACE=["ASIAN"] * 3,
        ARM=["Dose 1", "Dose 2", ""],
        TRT01P=["Dose 1", "Dose 2", ""],
        TRT01PN=[1.0, 2.0, NAN],
        TRT01A=["Dose 1", "Dose 2", ""],
        DOSE01A=[1.0, 3.0, NAN],
        DOSE01U=["mg", "mg", ""],
        RFICDT=[DAY - 14, DAY - 8, DAY - 46],
        RANDDT=[DAY - 5, DAY - 1, NAN],
        TRTSDT=[DAY, DAY + 10, NAN],
        TRTSDTM=[DAY * 86400 + 32400, (DAY + 10) * 86400 + 36000, NAN],
        TRTSTM=[32400.0, 36000.0, NAN],
        TRTEDT=[DAY + 35, DAY + 10, NAN],
        TRTDURD=[36.0, 1.0, NAN],
        AP01SDT=[DAY, DAY + 10, NAN],
        AP01EDT=[DAY + 34, NAN, NAN],
        AP02SDT=[DAY + 35, NAN, NAN],
        EOSSTT=["DISCONTINUED", "ONGOING", "DISCONTINUED"],
        EOSDT=[DAY + 60, NAN, NAN],
        DCSREAS=["DEATH", "", "SCREEN FAILURE"],
        LSTALVDT=[DAY + 54, DAY + 99, DAY - 40],
        DTHFL=["Y", "", ""],
        DTHDT=[DAY + 55, NAN, NAN],
        DTHDTF=["D", "", ""],
        DTHCAUS=["Sepsis", "", ""],
        SCRNFL=["N", "N", "Y"],
        RANDFL=["Y", "Y", "N"],
        SAFFL=["Y", "Y", "N"],
        SAFFN=[1.0, 1.0, 0.0],
    )


def adae() -> pd.DataFrame:
    coded = {f"AE{v}": ["A", "B", "C", "D"] for v in ("LLT", "HLT", "HLGT", "DECOD")}
    classes = {f"AE{v}": ["I", "I", "J", "J"] for v in ("BODSYS", "SOC")}
    codes = {f"AE{v}CD": [1.0, 2.0, 3.0, 4.0] for v in ("LLT", "PT", "HLT", "HLGT")}
    codes |= {f"AE{v}CD": [1.0, 1.0, 2.0, 2.0] for v in ("BDSY", "SOC")}
    return made_of(
        "AE",
        (1, 2, 3, 4),
        STUDYID=["S"] * 4,
        USUBJID=[S1, S1, S2, S2],
        AESEQ=[1.0, 2.0, 1.0, 2.0],
        AETERM=["cold", "sepsis", "fever", "pain"],
        **coded,
        **classes,
        **codes,
        AESER=["N", "Y", "N", "N"],
        AESTDTC=["2024-01-09", "2024-03-01", "2024-01", "2024---15"],
        AEENDTC=["2024-01-11T10:00", "", "2024-01-22", ""],
        ASTDT=[DAY - 1, DAY + 51, DAY + 10, DAY + 36],
        ASTDTF=["", "", "D", "M"],
        AENDT=[DAY + 1, NAN, DAY + 12, NAN],
        AENDTM=[(DAY + 1) * 86400 + 36000, NAN, (DAY + 12) * 86400 + 86399, NAN],
        AENTMF=["", "", "H", ""],
        ASTDY=[-1.0, 52.0, 1.0, 27.0],
        AENDY=[2.0, NAN, 3.0, NAN],
        ADURN=[3.0, NAN, 3.0, NAN],
        ADURU=["DAYS", "", "DAYS", ""],
        AETOXGR=["2", "5", "1", "3"],
        ATOXGR=["2", "5", "1", "3"],
        ATOXGRN=[2.0, 5.0, 1.0, 3.0],
        ASTCTGR=["", "Grade 4", "Grade 1", ""],
        SMQ01NAM=["", "Infections", "", ""],
        SMQ01SC=["", "BROAD", "", ""],
        TRTEMFL=["", "Y", "Y", "Y"],
        AOCCFL=["", "Y", "Y", ""],
        AOCCPFL=["", "Y", "Y", "Y"],
        AOCCIFL=["", "Y", "", "Y"],
        TRTA=["Dose 1", "Dose 1", "Dose 2", "Dose 2"],
        TRTSDT=[DAY, DAY, DAY + 10, DAY + 10],
        SAFFL=["Y"] * 4,
    )


def adlb() -> pd.DataFrame:
    return made_of(
        "LB",
        (1, 2, 3, 4, 5),
        STUDYID=["S"] * 5,
        USUBJID=[S1, S1, S1, S2, S2],
        ASEQ=[1.0, 2.0, 3.0, 1.0, 2.0],
        TRTP=["Dose 1"] * 3 + ["Dose 2"] * 2,
        PARAMCD=["CEA"] * 5,
        PARAM=["CEA (ug/L)"] * 5,
        PARAMN=[1.0] * 5,
        PARCAT1=["TUMOR MARKER"] * 5,
        VISITNUM=[1.0, 2.0, 7.0, 2.0, 7.0],
        AVISIT=["Screening", "Day 1", "Day 28", "Day 1", "Day 28"],
        AVISITN=[1.0, 2.0, 7.0, 2.0, 7.0],
        ADT=[DAY - 8, DAY, DAY + 28, DAY + 10, DAY + 38],
        ADY=[-8.0, 1.0, 29.0, 1.0, 29.0],
        AWTARGET=[-7.0, 1.0, 28.0, 1.0, 28.0],
        AWTDIFF=[1.0, 0.0, 1.0, 0.0, 1.0],
        AWLO=[-28.0, 1.0, 25.0, 1.0, 25.0],
        AWHI=[-1.0, 1.0, 31.0, 1.0, 31.0],
        AWU=["DAYS"] * 5,
        AVAL=[5.0, 6.0, 10.0, 8.0, NAN],
        AVALC=["5", "6", "10", "8", "<1"],
        AVALCAT1=["<6", ">=6", ">=6", ">=6", ""],
        ABLFL=["Y", "", "", "Y", ""],
        BASETYPE=["LAST"] * 5,
        BASE=[5.0, 5.0, 5.0, 8.0, 8.0],
        CHG=[NAN, 1.0, 5.0, NAN, NAN],
        PCHG=[NAN, 20.0, 100.0, NAN, NAN],
        ANRLO=[1.0] * 5,
        ANRHI=[7.0] * 5,
        ANRIND=["NORMAL", "NORMAL", "HIGH", "HIGH", ""],
        CRIT1=["CEA doubled"] * 5,
        CRIT1FL=["N", "N", "Y", "N", "N"],
        ANL01FL=["Y"] * 5,
        SRCDOM=["LB"] * 5,
        SRCVAR=["LBSTRESN"] * 5,
        SRCSEQ=[1.0, 2.0, 3.0, 1.0, 2.0],
        SAFFL=["Y"] * 5,
    )


def adrs() -> pd.DataFrame:
    return made_of(
        "RS",
        (1, 2, 3, 1),
        STUDYID=["S"] * 4,
        USUBJID=[S1, S1, S2, S1],
        PARAMCD=["OVR"] * 3 + ["BOR"],
        PARAM=["Overall Response"] * 3 + ["Best Overall Response"],
        ADT=[DAY + 28, DAY + 54, DAY + 38, DAY + 28],
        AVAL=[2.0, 5.0, 2.0, 2.0],
        AVALC=["irPR", "irPD", "irPR", "irPR"],
        SRCDOM=["RS"] * 4,
        SRCVAR=["RSSTRESC"] * 4,
        SRCSEQ=[1.0, 2.0, 1.0, 1.0],
    )


def adtte() -> pd.DataFrame:
    return made_of(
        "ADSL",
        (1, 2, 1, 1),
        STUDYID=["S"] * 4,
        USUBJID=[S1, S2, S1, S1],
        PARAMCD=["OS", "OS", "PFS", "OSM"],
        PARAM=[
            *("Overall Survival (days)", "Overall Survival (days)"),
            *("Progression-Free Survival (days)", "Overall Survival (Months)"),
        ],
        STARTDT=[DAY, DAY + 10, DAY, DAY],
        ADT=[DAY + 55, DAY + 99, DAY + 54, DAY + 55],
        AVAL=[56.0, 90.0, 55.0, 56 / 30.4375],
        CNSR=[0.0, 1.0, 0.0, 0.0],
        EVNTDESC=["Death", "Censored", "Progression", "Death"],
        CNSDTDSC=["", "Last known alive", "", ""],
        SRCDOM=["ADSL", "ADSL", "RS", "ADSL"],
        SRCVAR=["DTHDT", "LSTALVDT", "RSDTC", "DTHDT"],
        SRCSEQ=[NAN, NAN, 2.0, NAN],
    )


def good() -> dict[str, pd.DataFrame]:
    """The datasets by name; a fresh copy each time."""
    analysis = {"ADSL": adsl(), "ADAE": adae(), "ADLB": adlb(), "ADRS": adrs(), "ADTTE": adtte()}
    return tabulations() | analysis


PREDECESSORS = {
    "ADSL": {"AGE": "DM.AGE", "SEX": "DM.SEX", "ARM": "DM.ARM"},
    "ADAE": {
        "AETERM": "AE.AETERM",
        "AESTDTC": "AE.AESTDTC",
        "ASTCTGR": "SUPPAE.QVAL where QNAM is ASTCTGR",
        "SAFFL": "ADSL.SAFFL",
        "TRTSDT": "ADSL.TRTSDT",
    },
    "ADLB": {"VISITNUM": "LB.VISITNUM"},
}
_CLASSES = {
    "ADSL": ("SUBJECT LEVEL ANALYSIS DATASET", "", "ADSL"),
    "ADAE": ("OCCURRENCE DATA STRUCTURE", "ADVERSE EVENT", "ADAE"),
    "ADLB": ("BASIC DATA STRUCTURE", "", "BDS"),
    "ADRS": ("BASIC DATA STRUCTURE", "", "BDS"),
    "ADTTE": ("BASIC DATA STRUCTURE", "TIME-TO-EVENT", "TTE"),
}
_FORMATS = {"DTM": "DATETIME20.", "TM": "TIME8.", "DT": "DATE9."}


def described(frames: dict[str, pd.DataFrame]) -> Metadata:
    """The document of the analysis datasets among `frames`, labels as the guide has them."""
    datasets = []
    for name, (class_name, subclass, shape) in _CLASSES.items():
        if name not in frames:
            continue
        made = frames[name]
        columns = [str(c) for c in made if not str(c).startswith("_")]
        variables = tuple(_variable(name, shape, made, c, i) for i, c in enumerate(columns, 1))
        about = Dataset(
            name, f"{name} dataset", class_name, "", variables, len(made), subclass=subclass
        )
        datasets.append(about)
    return Metadata("S", "S", "S", "S", "Analysis", "2024-09-01", (), tuple(datasets))


def _variable(name: str, shape: str, made: pd.DataFrame, column: str, order: int) -> Variable:
    found = structures()[shape].find(column)
    numeric = bool(pd.api.types.is_numeric_dtype(made[column]))
    suffix = next((s for s in ("DTM", "TM", "DT") if column.endswith(s)), "")
    home = PREDECESSORS.get(name, {}).get(column, "")
    return Variable(
        name=column,
        label=(found.label if found else "") or "A label",
        datatype="float" if numeric else "text",
        numeric=numeric,
        length=8 if numeric else 20,
        order=order,
        format=_FORMATS.get(suffix, "") if numeric else "",
        origin=Origin("Predecessor", "", home) if home else Origin("Derived", "Sponsor"),
    )
