"""A small study that breaks no rule: two treated subjects, one of them dead, one screened only."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

S1, S2, S3 = "S-01-001", "S-01-002", "S-02-001"
# SAS day numbers: 2024-01-10 and 2024-03-10.
START, DEATH = 23385.0, 23445.0
NAN = float("nan")


def frame(**columns: Sequence[object]) -> pd.DataFrame:
    made = pd.DataFrame(columns)
    for name in made.columns:
        if not pd.api.types.is_numeric_dtype(made[name]):
            made[name] = made[name].astype("str")
    return made.assign(_form="form", _row=range(2, len(made) + 2))


def ts() -> pd.DataFrame:
    from validation.rules.dm import _ALWAYS, _INTERVENTIONAL  # noqa: PLC0415

    codes = sorted({*_ALWAYS, *_INTERVENTIONAL})
    values = {"SSTDTC": "2023-11-01", "STYPE": "INTERVENTIONAL"}
    return frame(
        STUDYID=["S"] * len(codes),
        DOMAIN=["TS"] * len(codes),
        TSSEQ=[1.0] * len(codes),
        TSPARMCD=codes,
        TSPARM=[f"Name of {c}" for c in codes],
        TSVAL=[values.get(c, "x") if c != "AGEMAX" else "" for c in codes],
        TSVALNF=["" if c != "AGEMAX" else "PINF" for c in codes],
    )


def good() -> dict[str, pd.DataFrame]:
    """The datasets by name; a fresh copy each time."""
    return {
        "DM": frame(
            STUDYID=["S"] * 3,
            DOMAIN=["DM"] * 3,
            USUBJID=[S1, S2, S3],
            RFSTDTC=["2024-01-10T09:00", "2024-01-20T10:00", ""],
            RFXSTDTC=["2024-01-10T09:00", "2024-01-20T10:00", ""],
            RFXENDTC=["2024-02-14", "2024-01-20T10:30", ""],
            DTHDTC=["2024-03-10", "", ""],
            DTHFL=["Y", "", ""],
            ARMCD=["DL1", "DL2", ""],
            ARM=["Dose level 1", "Dose level 2", ""],
        ),
        "EX": frame(
            STUDYID=["S"] * 4,
            DOMAIN=["EX"] * 4,
            USUBJID=[S1, S1, S2, S3],
            EXSEQ=[1.0, 2.0, 1.0, 1.0],
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
            AEOUT=["RECOVERED/RESOLVED", "FATAL", "RECOVERED/RESOLVED", ""],
            AESDTH=["N", "Y", "N", ""],
            AETOXGR=["2", "5", "1", "3"],
            AESTDTC=["2024-01-09", "2024-03-01", "2024-01", "2024---15"],
            AESTDY=[-1.0, 52.0, NAN, NAN],
        ),
        "SUPPAE": frame(
            STUDYID=["S"] * 3,
            RDOMAIN=["AE", "AE", "DM"],
            USUBJID=[S1, S2, S1],
            IDVAR=["AESEQ", "AESEQ", ""],
            IDVARVAL=["2", "1", ""],
            QNAM=["ASTCTGR", "ASTCTGR", "PRVSUBJ"],
        ),
        "RELREC": frame(
            STUDYID=["S"] * 4,
            RDOMAIN=["AE", "EX", "TU", "TR"],
            USUBJID=[S1, S1, "", ""],
            IDVAR=["AESEQ", "EXSEQ", "TULNKID", "TRLNKID"],
            IDVARVAL=["1", "1", "", ""],
            RELID=["1", "1", "2", "2"],
        ),
        "DS": frame(STUDYID=["S"], DOMAIN=["DS"], USUBJID=[S1], DSSEQ=[1.0], DSDECOD=["DEATH"]),
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
        ),
        "TR": frame(
            STUDYID=["S"] * 3,
            DOMAIN=["TR"] * 3,
            USUBJID=[S1, S1, S2],
            TRSEQ=[1.0, 2.0, 1.0],
            TRLNKID=["T01", "T01", "T01"],
            TRTESTCD=["LDIAM"] * 3,
            TRTEST=["Longest Diameter"] * 3,
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
            RSSTRESC=["irPR", "NE"],
            VISITNUM=[7.0, 7.0],
            RSDTC=["2024-02-07", "2024-02-17"],
        ),
        "TS": ts(),
        "ADSL": frame(
            STUDYID=["S"] * 3,
            USUBJID=[S1, S2, S3],
            SAFFL=["Y", "Y", "N"],
            SAFFN=[1.0, 1.0, 0.0],
            TRTSDT=[START, START + 10, NAN],
            TRTEDT=[START + 35, START + 10, NAN],
        ),
        "ADAE": frame(
            STUDYID=["S"] * 2,
            USUBJID=[S1, S2],
            SAFFL=["Y", "Y"],
            TRTEMFL=["", "Y"],
            ASTDT=[START - 1, START + 10],
            ASTDY=[-1.0, 1.0],
            AENDT=[START + 1, NAN],
            AENDY=[2.0, NAN],
        ),
        "ADLB": frame(
            STUDYID=["S"] * 3,
            USUBJID=[S1, S1, S2],
            PARAMCD=["CEA", "CEA", "CEA"],
            PARAM=["CEA (ug/L)"] * 3,
            PARAMN=[1.0] * 3,
            ADT=[START - 8, START, START + 10],
            ADY=[-8.0, 1.0, 1.0],
            AVAL=[5.0, 6.0, 8.0],
            AVALC=["5", "6", "8"],
            ABLFL=["Y", "", "Y"],
            BASE=[5.0, 5.0, 8.0],
            CHG=[NAN, 1.0, NAN],
            PCHG=[NAN, 20.0, NAN],
        ),
        "ADTTE": frame(
            STUDYID=["S"] * 3,
            USUBJID=[S1, S2, S1],
            PARAMCD=["OS", "OS", "OSM"],
            PARAM=[
                "Overall Survival (days)",
                "Overall Survival (days)",
                "Overall Survival (Months)",
            ],
            STARTDT=[START, START + 10, START],
            ADT=[DEATH, START + 99, DEATH],
            AVAL=[61.0, 90.0, 61 / 30.4375],
            CNSR=[0.0, 1.0, 0.0],
            EVNTDESC=["Death", "Last known alive", "Death"],
        ),
    }
