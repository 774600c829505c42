"""A few records for each rule of SDTM: as they are they break nothing, one change breaks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

S1, S2 = "S-01-001", "S-01-002"
NAN = float("nan")
Frames = dict[str, pd.DataFrame]
NOBODY = ("TA", "TE", "TI", "TS", "TV")


@dataclass(frozen=True)
class Case:
    """A rule, records that do not break it, and a change after which they do."""

    rule: str
    frames: dict[str, dict[str, Any]]
    change: Callable[[Frames], None]
    words: str

    def __str__(self) -> str:
        return f"{self.rule}-{self.words}"


def made(name: str, columns: dict[str, Any]) -> pd.DataFrame:
    """A dataset of columns; a single value is one record, identifiers come by themselves."""
    size = max((len(v) for v in columns.values() if isinstance(v, list)), default=1)
    whole: dict[str, Any] = {"STUDYID": "S"}
    if not name.startswith(("SUPP", "REL")):
        whole["DOMAIN"] = name[:2]
    if name not in NOBODY:
        whole["USUBJID"] = S1
    whole |= columns
    lists = {k: v if isinstance(v, list) else [v] * size for k, v in whole.items() if v is not None}
    frame = pd.DataFrame(lists)
    texts = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    numbers = [c for c in frame if c not in texts]
    return frame.astype(dict.fromkeys(texts, "str") | dict.fromkeys(numbers, "float64"))


def case(rule: str, place: str, value: Any, row: int = 0, **frames: dict[str, Any]) -> Case:
    """One cell gets `value`."""
    dataset, _, column = place.partition(".")

    def change(given: Frames) -> None:
        assert str(given[dataset].loc[row, column]) != str(value)
        given[dataset].loc[row, column] = value

    return Case(rule, frames, change, f"{place}={value!r}")


def without(rule: str, place: str, **frames: dict[str, Any]) -> Case:
    """A variable, or a dataset, is not there."""
    dataset, _, column = place.partition(".")

    def change(given: Frames) -> None:
        if column:
            given[dataset] = given[dataset].drop(columns=column)
        else:
            del given[dataset]

    return Case(rule, frames, change, f"without {place}")


def plus(rule: str, place: str, value: Any, **frames: dict[str, Any]) -> Case:
    """There is a variable more."""
    dataset, _, column = place.partition(".")

    def change(given: Frames) -> None:
        given[dataset][column] = value

    return Case(rule, frames, change, f"with {place}")


def called(rule: str, dataset: str, name: str, **frames: dict[str, Any]) -> Case:
    """A dataset has another name."""

    def change(given: Frames) -> None:
        given[name] = given.pop(dataset)

    return Case(rule, frames, change, f"{dataset} called {name}")


def renamed(rule: str, place: str, name: str, **frames: dict[str, Any]) -> Case:
    """A variable has another name."""
    dataset, _, column = place.partition(".")

    def change(given: Frames) -> None:
        given[dataset] = given[dataset].rename(columns={column: name})

    return Case(rule, frames, change, f"{place} called {name}")


def again(rule: str, dataset: str, **frames: dict[str, Any]) -> Case:
    """The first record is there twice."""

    def change(given: Frames) -> None:
        given[dataset] = pd.concat([given[dataset], given[dataset].iloc[:1]], ignore_index=True)

    return Case(rule, frames, change, f"{dataset} twice")


AE = {"AESEQ": 1.0, "AETERM": "cold", "AEDECOD": "Cold", "AESTDTC": "2024-01-09"}
CM = {"CMSEQ": 1.0, "CMTRT": "ASPIRIN", "CMSTDTC": "2024-01-09"}
MH = {"MHSEQ": 1.0, "MHTERM": "cold", "MHDECOD": "Cold"}
LB = {"LBSEQ": 1.0, "LBTESTCD": "CEA", "LBTEST": "CEA", "LBORRES": "5", "LBSTRESC": "5"}
PC = {"PCSEQ": 1.0, "PCTESTCD": "CAR", "PCORRES": "5", "PCSTRESC": "5", "PCSTRESN": 5.0}
TWO = {"LBSEQ": [1.0, 2.0], "LBTESTCD": "CEA", "LBTEST": "CEA", "LBORRES": "5", "LBSTRESC": "5"}
DM = {"SUBJID": "001", "RFSTDTC": "2024-01-10", "RFXSTDTC": "2024-01-10T09:00", "DTHFL": ""}
ARMS = {
    "ARMCD": ["A", ""],
    "ARM": ["Arm A", ""],
    "ACTARMCD": ["A", ""],
    "ACTARM": ["Arm A", ""],
    "ARMNRS": ["", "SCREEN FAILURE"],
}
TWO_SUBJECTS = {"USUBJID": [S1, S2], "SUBJID": ["001", "002"]}
SUPP = {"RDOMAIN": "AE", "IDVAR": "AESEQ", "IDVARVAL": "1", "QNAM": "GRADE2", "QLABEL": "Grade"}
RELREC = {
    "RDOMAIN": ["AE", "CM", "TU", "TR"],
    "USUBJID": [S1, S1, "", ""],
    "IDVAR": ["AESEQ", "CMSEQ", "TULNKID", "TRLNKID"],
    "IDVARVAL": ["1", "1", "", ""],
    "RELTYPE": ["", "", "ONE", "MANY"],
    "RELID": ["1", "1", "2", "2"],
}
CO = {
    "COSEQ": [1.0, 2.0],
    "RDOMAIN": ["AE", ""],
    "IDVAR": ["AESEQ", ""],
    "IDVARVAL": ["1", ""],
    "COVAL": "text",
    "CODTC": ["", "2024-01-09"],
}
TA = {
    "ARMCD": "A",
    "ARM": "Arm A",
    "TAETORD": [1.0, 2.0],
    "ETCD": ["SCRN", "TRT"],
    "ELEMENT": ["Screening", "Treatment"],
    "EPOCH": ["SCREENING", "TREATMENT"],
}
TE = {
    "ETCD": ["SCRN", "TRT"],
    "ELEMENT": ["Screening", "Treatment"],
    "TESTRL": ["Consent", "Dose"],
    "TEENRL": ["Dose", ""],
    "TEDUR": ["", "P28D"],
}
SE = {
    "SESEQ": [1.0, 2.0],
    "ETCD": ["SCRN", "UNPLAN"],
    "ELEMENT": ["Screening", ""],
    "TAETORD": [1.0, NAN],
    "SESTDTC": ["2024-01-01", "2024-01-10"],
    "SEENDTC": ["2024-01-10", "2024-01-20"],
    "SEUPDES": ["", "Other drug"],
}
SV = {
    "VISITNUM": [1.0, 1.1],
    "VISIT": ["SCREENING", "UNSCHEDULED 1.1"],
    "VISITDY": [-7.0, NAN],
    "SVPRESP": ["Y", ""],
    "SVOCCUR": ["Y", ""],
    "SVSTDTC": ["2024-01-02", "2024-01-12"],
}
TV = {"VISITNUM": [1.0, 2.0], "VISIT": ["SCREENING", "DAY 1"], "VISITDY": [-7.0, 1.0]}
TS = {
    "TSSEQ": 1.0,
    "TSPARMCD": ["TITLE", "AGE", "RANDOM"],
    "TSPARM": ["Title", "Age", "Randomized"],
    "TSVAL": ["Long", "P40Y", "N"],
    "TSVAL1": ["text", "", ""],
    "TSVALCD": ["", "", "C49487"],
    "TSVCDREF": ["", "", "CDISC CT"],
    "TSVCDVER": ["", "", "2025-03-28"],
}
DS = {
    "DSSEQ": [1.0, 2.0],
    "DSTERM": ["Informed consent obtained", "Died"],
    "DSDECOD": ["INFORMED CONSENT OBTAINED", "DEATH"],
    "DSCAT": ["PROTOCOL MILESTONE", "DISPOSITION EVENT"],
    "EPOCH": ["SCREENING", "FOLLOW-UP"],
    "DSSTDTC": ["2024-01-01", "2024-03-10"],
}
SERIOUS = {
    **AE,
    "AESER": ["Y", "N"],
    "AESDTH": ["Y", "N"],
    "AESHOSP": "N",
    "AESLIFE": "N",
    "AEOUT": ["FATAL", "RECOVERED/RESOLVED"],
    "AETOXGR": ["5", "2"],
}
TU = {
    "TUSEQ": [1.0, 2.0, 3.0],
    "TULNKID": ["T01", "T02", "NT01"],
    "TUTESTCD": "TUMIDENT",
    "TUSTRESC": ["TARGET", "TARGET", "NON-TARGET"],
    "TUDTC": "2024-01-03",
    "VISITNUM": 1.0,
}
TR = {
    "TRSEQ": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    "TRLNKID": ["T01", "T02", "", "T01", "T02", ""],
    "TRGRPID": "TARGET",
    "TRTESTCD": ["LDIAM", "LPERP", "SUMDIAM"] * 2,
    "TRSTRESC": ["30", "20", "50", "18", "12", "30"],
    "TRSTRESN": [30.0, 20.0, 50.0, 18.0, 12.0, 30.0],
    "TRSTRESU": "mm",
    "TRLOBXFL": ["Y", "Y", "Y", "", "", ""],
    "TREVAL": "INVESTIGATOR",
    "VISITNUM": [1.0, 1.0, 1.0, 2.0, 2.0, 2.0],
    "TRDTC": ["2024-01-03"] * 3 + ["2024-02-03"] * 3,
}
RS = {
    "RSSEQ": [1.0, 2.0, 3.0, 4.0],
    "RSTESTCD": ["TRGRESP", "NTRGRESP", "OVRLRESP", "BESTRESP"],
    "RSCAT": "RECIST 1.1",
    "RSSTRESC": ["PR", "NON-CR/NON-PD", "PR", "PR"],
    "RSEVAL": "INVESTIGATOR",
    "RSEVALID": "",
    "VISITNUM": [2.0, 2.0, 2.0, NAN],
    "RSDTC": "2024-02-03",
}
PRESP = {**MH, "MHPRESP": "Y", "MHOCCUR": "Y", "MHSTAT": "", "MHREASND": ""}
POINTS = {**AE, "AESTRTPT": "BEFORE", "AESTTPT": "2024-01-01", "AEENRTPT": "ONGOING"}
POINTS |= {"AEENTPT": "2024-06-01", "AEDTC": "2024-06-01"}
TIMED = {**PC, "PCTPT": "2 H", "PCTPTNUM": 2.0, "PCELTM": "PT2H", "PCTPTREF": "DOSE"}
TIMED |= {"PCRFTDTC": "2024-01-10T09:00", "VISITNUM": 1.0}
DOSE = {**CM, "CMDOSE": [1.0, NAN], "CMDOSTXT": ["", "one or two"], "CMDOSU": "mg", "CMDOSTOT": 1.0}
RANGE = {**LB, "LBORNRLO": "1", "LBORNRHI": "7", "LBSTNRLO": 1.0, "LBSTNRHI": 7.0}
RANGE |= {"LBSTRESN": 5.0, "LBNRIND": "NORMAL"}
FLAGGED = {**TWO, "LBLOBXFL": ["", "Y"], "LBDTC": ["2024-01-02", "2024-01-08"]}

STRUCTURE = [
    without("sdtm.dm_present", "DM", DM=DM, AE=AE),
    called("sdtm.foreign", "TE", "TT", TE=TE),
    called("sdtm.dataset_name", "AE", "XX", AE=AE),
    case("sdtm.supp_name", "SUPPAE.RDOMAIN", "CM", SUPPAE=SUPP),
    called("sdtm.split_parent", "LBCH", "XBCH", LBCH=LB | {"DOMAIN": "LB"}),
    called("sdtm.split_parent", "FACM", "FAMH", FACM={"FASEQ": 1.0}, CM=CM),
    without("sdtm.required_present", "CM.CMTRT", CM=CM),
    without("sdtm.expected_present", "TV.ARMCD", TV=TV | {"ARMCD": ""}),
    plus("sdtm.variable_allowed", "AE.AEFOO", "x", AE=AE),
    plus("sdtm.variable_allowed", "AE.AEOCCUR", "Y", AE=AE),
    plus("sdtm.variable_allowed", "LB.LBSTDTC", "", LB=LB),
    plus("sdtm.variable_allowed", "LB.LBUSCHFL", "", LB=LB),
    plus("sdtm.variable_allowed", "DM.SPECIES", "", DM=DM),
    plus("sdtm.variable_allowed", "CM.CMMETHOD", "", CM=CM),
    plus("sdtm.variable_allowed", "XP.QQTEST", "", XP={"XPSEQ": 1.0, "XPTESTCD": "A"}),
    plus("sdtm.variable_order", "CM.CMLNKID", "", CM=CM),
    renamed("sdtm.variable_name", "AE.AETERM", "AETERMINUS", AE=AE),
    plus("sdtm.variable_type", "AE.AESER", 1.0, AE=AE),
    without("sdtm.timing_present", "AE.AESTDTC", AE=AE),
    without("sdtm.about_whom", "AE.USUBJID", AE=AE),
    plus("sdtm.exvamt", "EX.EXVAMT", 5.0, EX={"EXSEQ": 1.0}, EC={"ECSEQ": 1.0}),
    without("sdtm.parameters_without_concentrations", "PC", PC=PC, PP={"PPSEQ": 1.0}),
]
CODES = [
    case("code.test", "LB.LBTESTCD", "1CEA", LB=LB),
    case("code.test", "LB.LBTESTCD", "CEACEACEA", LB=LB),
    case("code.test", "TI.IETESTCD", "INCL 1", TI={"IETESTCD": "INCL1"}),
    case("code.qualifier", "SUPPAE.QNAM", "grade", SUPPAE=SUPP),
    case("code.length", "SUPPAE.QLABEL", "x" * 41, SUPPAE=SUPP),
    case("code.length", "LB.LBTEST", "x" * 41, LB=LB),
    case("code.length", "TE.ETCD", "SCREENING", TE=TE),
    case("code.length", "DM.ARMCD", "A" * 21, DM=DM | {"ARMCD": "A"}),
    case("code.padding", "AE.AETERM", " cold", AE=AE),
    case("code.padding", "AE.AETERM", ".", AE=AE),
]
RELATIONS = [
    case("supp.complete", "SUPPAE.IDVARVAL", "", SUPPAE=SUPP),
    case("supp.complete", "SUPPAE.IDVAR", "", SUPPAE=SUPP),
    case(
        "supp.name_and_label",
        *("SUPPAE.QLABEL", "Other"),
        SUPPAE=SUPP | {"IDVARVAL": ["1", "2"]},
    ),
    case("supp.standard_variable", "SUPPAE.QNAM", "AESEV", SUPPAE=SUPP),
    case("supp.races", "DM.RACE", "MULTIPLE", DM=DM | {"RACE": "ASIAN"}),
    case(
        "supp.races",
        *("DM.RACE", "ASIAN"),
        DM=DM | {"RACE": "MULTIPLE"},
        SUPPDM={"QNAM": ["RACE1", "RACE2"]},
    ),
    case(
        "supp.other_serious",
        *("AE.AESMIE", "N"),
        AE=AE | {"AESMIE": "Y"},
        SUPPAE=SUPP | {"QNAM": "AESOSP"},
    ),
    case("relrec.record_or_dataset", "RELREC.RELTYPE", "ONE", RELREC=RELREC),
    case("relrec.record_or_dataset", "RELREC.IDVARVAL", "", RELREC=RELREC),
    case("relrec.record_or_dataset", "RELREC.RELTYPE", "", 2, RELREC=RELREC),
    case("relrec.pair", "RELREC.RELID", "3", RELREC=RELREC),
    renamed("relrec.link", "TU.TULNKID", "TUGRPID", TU=TU, TR=TR),
    case("co.about", "CO.IDVAR", "", CO=CO),
    case("co.about", "CO.CODTC", "2024-01-09", CO=CO),
]
TIMING = [
    case("time.format", "AE.AESTDTC", "09JAN2024", AE=AE),
    case("time.format", "AE.AESTDTC", "2024-13", AE=AE),
    case("time.duration", "CM.CMDUR", "3 days", CM=CM | {"CMDUR": "P3D"}),
    case("time.duration", "TE.TEDUR", "28D", 1, TE=TE),
    case("time.not_negative", "CM.CMDUR", "-P3D", CM=CM | {"CMDUR": "P3D"}),
    case("time.order", "AE.AEENDTC", "2024-01-08", AE=AE | {"AEENDTC": "2024-01"}),
    case("time.order", "DM.RFENDTC", "2024-01-09", DM=DM | {"RFENDTC": "2024-01-10"}),
    case("time.order", "LB.LBENDTC", "2024", LB=LB | {"LBDTC": "2025-01", "LBENDTC": "2025-01-02"}),
    case("time.no_day_0", "AE.AESTDY", 0.0, AE=AE | {"AESTDY": -1.0}),
    case("time.no_day_0", "AE.AESTDY", 1.5, AE=AE | {"AESTDY": -1.0}),
    without("time.day_present", "AE.AESTDY", AE=AE | {"AESTDY": -1.0}),
    without("time.date_present", "AE.AESTDTC", AE=AE | {"AESTDY": -1.0}),
    case("time.start_of_end", "AE.AESTDTC", "", AE=AE | {"AEENDTC": "2024-02"}),
    without("time.point_present", "AE.AEENTPT", AE=POINTS),
    without("time.point_present", "AE.AESTRTPT", AE=POINTS),
    case("time.start_value", "AE.AESTRTPT", "", AE=POINTS),
    case("time.start_point", "AE.AESTTPT", "", AE=POINTS),
    case("time.end_value", "AE.AEENRTPT", "", AE=POINTS),
    case("time.end_point", "AE.AEENTPT", "", AE=POINTS),
    case("time.point_words", "AE.AEENRTPT", "AFTER", AE=POINTS),
    case("time.point_words", "AE.AESTRTPT", "ONGOING", AE=POINTS),
    case("time.reference_period", "DM.RFSTDTC", "", DM=DM, CM=CM | {"CMSTRF": "BEFORE"}),
    without("time.timepoint_present", "PC.PCTPTNUM", PC=TIMED),
    without("time.timepoint_present", "PC.PCTPTREF", PC=TIMED),
    case("time.reference_of_eltm", "PC.PCTPTREF", "", PC=TIMED),
    case("time.reference_of_rftdtc", "PC.PCTPTREF", "", PC=TIMED),
    case(
        "time.reference_of_stint", "LB.LBTPTREF", "", LB=LB | {"LBSTINT": "PT1H", "LBTPTREF": "D"}
    ),
    case(
        "time.reference_of_enint", "LB.LBTPTREF", "", LB=LB | {"LBENINT": "PT1H", "LBTPTREF": "D"}
    ),
    case(
        "time.timepoint_once",
        *("LB.LBTPTNUM", 2.0),
        LB=TWO | {"LBTPT": "2 H", "LBTPTNUM": 1.0},
    ),
    case("time.elapsed_same", "PC.PCELTM", "PT3H", PC=TIMED | {"PCSEQ": [1.0, 2.0]}),
    case("time.sequence", "SE.SESEQ", 3.0, SE=SE),
    case("time.history", "MH.MHSTDTC", "2024-01-10", DM=DM, MH=MH | {"MHSTDTC": "2024-01-09"}),
    case(
        "time.deviation",
        *("DV.DVSTDTC", "2023-12-31"),
        DM=DM | {"RFICDTC": "2024-01-01"},
        DV={"DVSEQ": 1.0, "DVSTDTC": "2024-01-01"},
    ),
]
OCCURRENCE = [
    case("occur.presp", "MH.MHPRESP", "N", MH=PRESP),
    case("occur.asked", "MH.MHPRESP", "", MH=PRESP),
    case("occur.answered", "MH.MHOCCUR", "", MH=PRESP),
    case("occur.not_done", "MH.MHSTAT", "NOT DONE", MH=PRESP),
    without("occur.companions", "MH.MHPRESP", MH=PRESP),
    case("occur.no_period", "CM.CMSTRF", "BEFORE", CM=CM | {"CMOCCUR": "N", "CMSTRF": ""}),
    case("occur.no_period_end", "CM.CMENRF", "AFTER", CM=CM | {"CMOCCUR": "N", "CMENRF": ""}),
    case("topic.named", "CM.CMTRT", "Other", CM=CM),
    case("topic.named", "AE.AETERM", "MULTIPLE", AE=AE),
    case("topic.category", "LB.LBCAT", "", LB=LB | {"LBCAT": "A", "LBSCAT": "B"}),
    case("topic.criterion_category", "TI.IECAT", "", TI={"IECAT": "A", "IESCAT": "B"}),
    without("topic.category_present", "LB.LBCAT", LB=LB | {"LBCAT": "A", "LBSCAT": "B"}),
    case("topic.category_new", "LB.LBSCAT", "A", LB=LB | {"LBCAT": "A", "LBSCAT": "B"}),
    case("topic.category_new", "AE.AECAT", "Cold", AE=AE | {"AECAT": "A"}),
    case("topic.category_new", "AE.AECAT", "Adverse Events", AE=AE | {"AECAT": "A"}),
    case(
        "topic.dictionary",
        *("AE.AEPTCD", 2.0),
        AE=AE | {"AESEQ": [1.0, 2.0], "AEPTCD": 1.0},
    ),
    case("topic.code_of_term", "AE.AEDECOD", "", AE=AE | {"AEPTCD": 1.0}),
    case(
        "topic.code_of_class",
        *("AE.AEBDSYCD", NAN),
        AE=AE | {"AESEQ": [1.0, 2.0], "AEBODSYS": "Skin", "AEBDSYCD": 1.0},
    ),
    case("dose.number_or_text", "CM.CMDOSTXT", "one", CM=DOSE),
    case("dose.text", "CM.CMDOSTXT", "1.5", 1, CM=DOSE),
    case("dose.unit_of_dose", "CM.CMDOSU", "", CM=DOSE),
    case("dose.unit_of_dostxt", "CM.CMDOSU", "", 1, CM=DOSE),
    case("dose.unit_of_dostot", "CM.CMDOSU", "", CM=DOSE),
    case("dose.vehicle", "EX.EXTRTV", "", EX={"EXSEQ": 1.0, "EXVAMT": 5.0, "EXTRTV": "SALINE"}),
    case("dose.not_negative", "CM.CMDOSE", -1.0, CM=DOSE),
    case(
        "dose.collected",
        *("EC.ECOCCUR", "Y"),
        EC={"ECSEQ": 1.0, "ECTRT": "A", "ECDOSE": NAN, "ECOCCUR": "N"},
    ),
    case("dose.none_by_zero", "EC.ECDOSE", 0.0, EC={"ECSEQ": 1.0, "ECTRT": "A", "ECDOSE": 1.0}),
]
RESULTS = [
    case("result.missing", "LB.LBORRES", "", LB=LB),
    case("result.status", "LB.LBSTAT", "NOT DONE", LB=LB | {"LBSTAT": ""}),
    case("result.status_word", "LB.LBSTAT", "MISSED", LB=LB | {"LBSTAT": ""}),
    case("result.none_of_not_done", "LB.LBSTAT", "NOT DONE", LB=LB | {"LBSTAT": ""}),
    case("result.reason", "LB.LBREASND", "", LB=LB | {"LBSTAT": "NOT DONE", "LBREASND": "x"}),
    case("result.reason_only", "LB.LBREASND", "x", LB=LB | {"LBSTAT": "", "LBREASND": ""}),
    case("result.derived", "LB.LBSTRESC", "", LB=LB | {"LBDRVFL": "Y"}),
    case("result.unit_of_result", "LB.LBSTRESC", "", LB=LB | {"LBSTRESU": "ug/L"}),
    case("result.category", "LB.LBSTRESC", "", LB=LB | {"LBRESCAT": "HIGH"}),
    case("result.reference", "LB.LBSTREFC", "", LB=LB | {"LBORREF": "5", "LBSTREFC": "5"}),
    case("result.reference_derived", "LB.LBSTREFC", "", LB=LB | {"LBDRVFL": "Y", "LBSTREFC": "5"}),
    case("result.reference_number", "LB.LBSTREFN", NAN, LB=LB | {"LBSTREFC": "5", "LBSTREFN": 5.0}),
    case("result.grade", "LB.LBTOXGR", "", LB=LB | {"LBTOX": "High", "LBTOXGR": "1"}),
    without("result.grade_present", "LB.LBTOXGR", LB=LB | {"LBTOX": "High", "LBTOXGR": "1"}),
    case("result.grade_number", "LB.LBTOXGR", "GRADE 1", LB=LB | {"LBTOXGR": "1"}),
    case("result.usable", "LB.LBSPCUFL", "Y", LB=LB | {"LBSPCUFL": "N"}),
    case("result.range_of_words_ornrlo", "LB.LBORRES", "NEGATIVE", LB=RANGE),
    case("result.range_of_words_ornrhi", "LB.LBORRES", "NEGATIVE", LB=RANGE),
    case("result.range_of_words_stnrlo", "LB.LBORRES", "NEGATIVE", LB=RANGE),
    case("result.range_of_words_stnrhi", "LB.LBORRES", "NEGATIVE", LB=RANGE),
    case("result.units", "LB.LBSTRESU", "ng/L", LB=TWO | {"LBSTRESU": "ug/L"}),
    case("result.units", "LB.LBSTRESU", "", LB=TWO | {"LBSTRESU": "ug/L", "LBSTRESN": 5.0}),
    case("result.range", "LB.LBSTNRHI", 1.0, LB=RANGE),
    case("result.range", "LB.LBORNRLO", "10", LB=RANGE),
    case("result.indicator", "LB.LBSTRESN", 8.0, LB=RANGE),
    case("result.indicator", "LB.LBNRIND", "LOW", LB=RANGE),
    case("baseline.result", "LB.LBSTRESC", "", 1, LB=FLAGGED),
    case("baseline.collected", "LB.LBORRES", "", 1, LB=FLAGGED),
    case("baseline.once", "LB.LBLOBXFL", "Y", LB=FLAGGED),
    case("baseline.before_exposure", "LB.LBDTC", "2024-01-11", 1, DM=DM, LB=FLAGGED),
    case(
        "baseline.before_exposure",
        *("LB.LBDTC", "2024-01-10T09:01", 1),
        DM=DM,
        LB=FLAGGED | {"LBDTC": ["2024-01-02", "2024-01-10T09:00"]},
    ),
    case("baseline.last", "LB.LBDTC", "2024-01-09", DM=DM, LB=FLAGGED),
    without("result.location", "LB.LBLOC", LB=LB | {"LBLOC": "ARM", "LBLAT": "LEFT"}),
    case("result.repeat", "LB.LBREPNUM", 2.0, LB=TWO | {"LBREPNUM": [1.0, 2.0]}),
    case("pc.below_limit", "PC.PCSTRESN", 0.5, PC=PC | {"PCSTRESC": "BLQ", "PCSTRESN": NAN}),
    case("pc.limit", "PC.PCSTRESN", 0.5, PC=PC | {"PCLLOQ": 1.0}),
    case(
        "pc.reference",
        *("PC.PCRFTDTC", "2024-01-11"),
        PC=TIMED,
        EX={"EXSEQ": 1.0, "EXSTDTC": "2024-01-10T09:00"},
    ),
]
SUBJECTS = [
    case("dm.death_dd", "DM.DTHFL", "", DM=DM | {"DTHFL": "Y"}, DD={"DDSEQ": 1.0}),
    case("dm.subject_once", "DM.SUBJID", "002", DM=TWO_SUBJECTS),
    case("dm.age", "DM.AGEU", "", DM=DM | {"AGE": 40.0, "AGEU": "YEARS"}),
    case("dm.age", "DM.AGE", -1.0, DM=DM | {"AGE": 40.0, "AGEU": "YEARS"}),
    case("dm.arm_pair", "DM.ARM", "", DM=TWO_SUBJECTS | ARMS),
    case("dm.arm_pair", "DM.ACTARMCD", "", DM=TWO_SUBJECTS | ARMS),
    case(
        "dm.reference_end",
        *("DM.RFENDTC", ""),
        DM=TWO_SUBJECTS | ARMS | {"RFENDTC": ["2024-03-10", ""]},
    ),
    case("dm.no_reference", "DM.RFENDTC", "2024", 1, DM=TWO_SUBJECTS | ARMS | {"RFENDTC": ""}),
    case("dm.no_reference", "DM.RFSTDTC", "2024", 1, DM=TWO_SUBJECTS | ARMS | {"RFSTDTC": ""}),
    case("ae.answers", "AE.AESER", "U", AE=SERIOUS),
    case("ae.serious", "AE.AESER", "N", AE=SERIOUS),
    case("ae.criterion", "AE.AESDTH", "N", AE=SERIOUS),
    case("ae.fatal", "AE.AEOUT", "UNKNOWN", AE=SERIOUS),
    case("ae.death", "AE.AESDTH", "N", AE=SERIOUS),
    case("ae.grade_5", "AE.AEOUT", "UNKNOWN", AE=SERIOUS),
    case("ae.fatal_grade", "AE.AETOXGR", "4", AE=SERIOUS),
    case("ae.ongoing", "AE.AEENDTC", "2024", AE=POINTS | {"AEENDTC": ""}),
    case("ae.resolved", "AE.AEOUT", "FATAL", AE=POINTS | {"AEOUT": "UNKNOWN"}),
    case("ds.completed", "DS.DSDECOD", "OTHER", DS={"DSTERM": "Completed", "DSDECOD": "COMPLETED"}),
    case("ds.death_date", "DM.DTHDTC", "2024-03-11", DM=DM | {"DTHDTC": "2024-03-10"}, DS=DS),
    case("ds.once", "DS.DSCAT", "DISPOSITION EVENT", DS=DS | {"EPOCH": "FOLLOW-UP"}),
    case("ds.consent", "DM.RFICDTC", "2024-01-02", DM=DM | {"RFICDTC": "2024-01-01"}, DS=DS),
    case("ds.treated", "DS.USUBJID", S2, DM=DM | {"ACTARMCD": "A"}, DS={"DSSEQ": 1.0}),
    case("ds.category", "DS.DSCAT", "EVENT", DS=DS),
]
TRIAL = [
    case("ts.continued", "TS.TSVAL", "", TS=TS),
    case("ts.code_of_value", "TS.TSVALCD", "C49487", TS=TS | {"TSVCDREF": "CDISC CT"}),
    case("ts.reference", "TS.TSVCDREF", "", 2, TS=TS),
    case("ts.reference", "TS.TSVCDVER", "", 2, TS=TS),
    case("ts.one_age", "TS.TSPARMCD", "AGETXT", TS=TS),
    case("visit.presp", "SV.SVPRESP", "N", SV=SV),
    case("visit.occurred", "SV.SVOCCUR", "Y", 1, SV=SV),
    case("visit.unplanned_day", "SV.VISITDY", 3.0, 1, SV=SV),
    case("visit.day_of_no_visit", "SV.VISITDY", 3.0, 1, SV=SV, TV=TV),
    case("visit.element", "SV.TAETORD", 2.0, SV=SV | {"TAETORD": [1.0, NAN]}, SE=SE),
    case("visit.arm_in_ta", "TV.ARMCD", "B", TV=TV | {"ARMCD": ["A", ""]}, TA=TA),
    case("trial.criterion_same", "IE.IESTRESC", "N", IE={"IEORRES": "Y", "IESTRESC": "Y"}),
    case("trial.unplanned_element", "SE.ELEMENT", "Other", 1, SE=SE),
    case("trial.unplanned_element", "SE.TAETORD", 3.0, 1, SE=SE),
    case("trial.unplanned_element", "SE.SEUPDES", "Other", SE=SE),
    case("trial.element_end", "TE.TEDUR", "", 1, TE=TE),
    again("trial.element_rules", "TE", TE=TE),
    case("trial.epoch_in_ta", "AE.EPOCH", "TREAT", TA=TA, AE=AE | {"EPOCH": "TREATMENT"}),
]
ONCOLOGY = [
    case("tu.lesion_once", "TU.TULNKID", "T02", TU=TU),
    case("tr.measured_once", "TR.TRLNKID", "T02", TR=TR | {"TRTESTCD": "LDIAM"}),
    case("tr.kind", "TR.TRGRPID", "NON-TARGET", TR=TR, TU=TU),
    case("tr.identified_first", "TR.TRDTC", "2024-01-02", TR=TR, TU=TU),
    case("tr.unit", "TR.TRSTRESU", "", TR=TR),
    case("tr.target_size", "TR.TRSTRESC", "", TR=TR),
    case("tr.sum", "TR.TRSTRESN", 51.0, 2, TR=TR),
    case("tr.sum", "TR.TRSTRESN", 31.0, TR=TR),
    case("rs.evaluator", "RS.RSEVAL", "", RS=RS | {"RSEVALID": "RADIOLOGIST 1"}),
    case("rs.category", "RS.RSCAT", "", RS=RS),
    case("rs.overall", "RS.RSSTRESC", "SD", 2, RS=RS),
    case("rs.overall", "RS.RSSTRESC", "PD", 1, RS=RS),
    case("rs.new_lesion", "TU.TUSTRESC", "NEW", 2, RS=RS, TU=TU | {"VISITNUM": 2.0}),
    case("rs.complete", "RS.RSSTRESC", "CR", RS=RS, TR=TR),
    case("rs.partial", "TR.TRSTRESN", 28.0, 3, RS=RS, TR=TR),
    case("rs.progress", "RS.RSSTRESC", "PD", RS=RS, TR=TR),
    case("rs.not_evaluable", "TR.TRSTRESN", NAN, 3, RS=RS, TR=TR),
    case("rs.best", "RS.RSSTRESC", "CR", 3, RS=RS),
]
CASES = [
    *(*STRUCTURE, *CODES, *RELATIONS, *TIMING, *OCCURRENCE),
    *(*RESULTS, *SUBJECTS, *TRIAL, *ONCOLOGY),
]
