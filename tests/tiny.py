"""A study small enough to be checked by eye: three subjects, a few rows of each form.

Subject 001 is screened on 2 January 2024, infused on the 10th at 09:00, and seen until the 31st
(with two unscheduled visits); 002 is infused on 20 January and dies on 1 March; 003 is screened
only. Tests change single files (`FILES | {...}`) and look at what comes out.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from adam.datasets import AdamResult
from adam.run import run_adam
from crosswalk.plan import Plan, make_plan
from mappings.built import BuiltDataset
from mappings.export import read_export
from mappings.findings import Finding
from mappings.scope import Report
from sdtm.domains import SdtmResult, run_sdtm
from sdtm.merged import merged
from sdtm.numbering import Earlier

STUDY = r"""
study: {id: TINY, name: Tiny, description: A tiny study, protocol: TINY}
created: 2024-09-01T00:00:00
cutoff: 2024-06-30
response: {criteria: irrecist}
standards: {sdtmig: "3.4", adamig: "1.3", terminology: 2025-03-28}
raw:
  subject:
    pattern: '(?P<site>\d{2})-(?P<subject>\d{3})'
    usubjid: [$STUDYID, "-", $SITEID, "-", $SUBJID]
  defaults: {reader: csv, subject: SUBJECT, event: EVENT, repeat: REPEAT, id: [RECID], active: null}
  forms:
    dm: {file: raw/dm.csv}
    ex: {file: raw/ex.csv}
    sv: {file: raw/sv.csv}
    ae: {file: raw/ae.csv}
    lb: {file: raw/lb.csv}
    rs: {file: raw/rs.csv}
visits:
  - {event: SCR, visit: SCREENING, number: 1, day: -7}
  - {event: D1, visit: DAY 1, number: 2, day: 1}
  - {event: D14, visit: DAY 14, number: 3, day: 14}
  - {event: UNS, visit: UNSCHEDULED, number: 99, unscheduled: true}
epochs: {SCRN: SCREENING, TRT: TREATMENT, FUP: FOLLOW-UP}
tables:
  elements:
    - {code: SCRN, element: Screening}
    - {code: TRT, element: Treatment}
    - {code: FUP, element: Follow-up}
ts:
  - {parameter: TITLE, value: A tiny study}
  - {parameter: SENDTC, null: UNK}
"""

DM = """
target: DM
from: dm
keys: [USUBJID]
vars:
  SUBJID: {copy: SUBJID}
  SITEID: {copy: SITEID}
  RFSTDTC: {lookup: EX, get: EXSTDTC, pick: first}
  RFENDTC: {date: OFF, format: YYYY-MM-DD}
  RFXSTDTC: {lookup: EX, get: EXSTDTC, pick: first}
  RFXENDTC: {lookup: EX, get: EXENDTC, pick: last}
  RFICDTC: {date: CONSENT, format: YYYY-MM-DD}
  RFPENDTC: {date: OFF, format: YYYY-MM-DD}
  DTHDTC: {date: DEATH, format: YYYY-MM-DD}
  DTHFL: {const: "Y", when: {DEATH: {is: present}}}
  AGE: {num: AGE}
  AGEU: {const: YEARS, when: {DM.AGE: {is: present}}}
  SEX: {map: SEX, ct: C66731}
  RACE: {const: ASIAN}
  ARMCD: {const: A, when: {OFF: {is: present}}}
  ARM: {const: Dose A, when: {OFF: {is: present}}}
  ACTARMCD: {const: A, when: {OFF: {is: present}}}
  ACTARM: {const: Dose A, when: {OFF: {is: present}}}
  ARMNRS: {const: SCREEN FAILURE, when: {OFF: {is: missing}}}
  ACTARMUD: {const: ""}
  COUNTRY: {const: CHN}
supp:
  BLOOD: {copy: BLOOD, label: Blood Group}
"""

EX = """
target: EX
from: ex
keys: [USUBJID, EXSTDTC, EXTRT]
timing: {visit: true, epoch: EXSTDTC}
vars:
  EXTRT: {const: CELLS}
  EXDOSE: {num: DOSE}
  EXDOSU: {const: mg}
  EXSTDTC: {date: DATE, format: YYYY-MM-DD, time: TIME}
  EXENDTC: {date: DATE, format: YYYY-MM-DD, time: TIME}
  EXSTDY: {day: EXSTDTC}
"""

SE = """
target: SE
keys: [USUBJID, SESTDTC, ETCD]
vars:
  ELEMENT: {lookup: elements, by: {SE.ETCD: code}, get: element}
blocks:
  - from: dm
    vars:
      ETCD: {const: SCRN}
      SESTDTC: {date: CONSENT, format: YYYY-MM-DD}
      SEENDTC: {lookup: EX, get: EXSTDTC, pick: first}
  - from: ex
    vars:
      ETCD: {const: TRT}
      SESTDTC: {date: DATE, format: YYYY-MM-DD, time: TIME}
      SEENDTC: {date: FUP, format: YYYY-MM-DD}
  - from: ex
    vars:
      ETCD: {const: FUP}
      SESTDTC: {date: FUP, format: YYYY-MM-DD}
      SEENDTC: {lookup: dm, get: {date: OFF, format: YYYY-MM-DD}}
"""

SV = """
target: SV
from: sv
keys: [USUBJID, VISITNUM]
timing: {visit: true}
vars:
  SVSTDTC: {date: DATE, format: YYYY-MM-DD}
  SVENDTC: {date: DATE, format: YYYY-MM-DD}
  SVSTDY: {day: SVSTDTC}
"""

AE = """
target: AE
from: ae
keys: [USUBJID, AESTDTC, AEDECOD]
timing: {epoch: AESTDTC}
vars:
  AETERM: {copy: TERM}
  AEDECOD: {copy: CODE}
  AESER: {map: SERIOUS, ct: C66742}
  AEREL: {const: RELATED}
  AESTDTC: {date: START, format: YYYY-MM-DD}
  AEENDTC: {date: END, format: YYYY-MM-DD}
  AESTDY: {day: AESTDTC}
  AEENDY: {day: AEENDTC}
supp:
  AENOTE: {copy: NOTE, label: Note of the Site}
  AECRS: {copy: CRS, label: Cytokine Release Syndrome}
"""

LB = """
target: LB
from: lb
keys: [USUBJID, LBTESTCD, LBDTC]
timing:
  visit: true
  epoch: LBDTC
  baseline: {flag: LBLOBXFL, date: LBDTC, result: LBORRES}
standard:
  result: LBORRES
  unit: LBORRESU
  low: LBORNRLO
  high: LBORNRHI
  units: {ALB: g/L, GLUC: mmol/L}
vars:
  LBTESTCD: {copy: TEST}
  LBORRES: {copy: VALUE}
  LBORRESU: {map: UNIT, ct: C71620}
  LBORNRLO: {copy: LOW}
  LBORNRHI: {copy: HIGH}
  LBDTC: {date: DATE, format: YYYY-MM-DD, time: TIME}
  LBDY: {day: LBDTC}
"""

RS = """
target: RS
from: rs
keys: [USUBJID, RSTESTCD, RSDTC]
timing: {visit: true, epoch: RSDTC}
vars:
  RSTESTCD: {const: OVRLRESP}
  RSORRES: {copy: RESPONSE}
  RSSTRESC: {copy: RESPONSE}
  RSEVAL: {const: INVESTIGATOR}
  RSDTC: {date: DATE, format: YYYY-MM-DD}
  RSDY: {day: RSDTC}
"""

ADSL = """
target: ADSL
structure: ADSL
from: DM
keys: [USUBJID]
vars:
  SUBJID: {copy: SUBJID}
  SITEID: {copy: SITEID}
  AGE: {copy: AGE}
  AGEU: {copy: AGEU}
  SEX: {copy: SEX}
  RACE: {copy: RACE}
  ARM: {copy: ARM}
  TRT01P: {copy: ARM}
  TRT01A: {copy: ACTARM}
  RFXSTDTC: {copy: RFXSTDTC}
  TRTSDT: {date: RFXSTDTC}
  TRTSDTM: {date: RFXSTDTC}
  TRTEDT: {date: RFXENDTC}
  NACTDT: {date: ARMCD, label: Date of New Therapy}
  DTHDT: {date: DTHDTC}
  LSTALVDT: {lookup: SV, get: {date: SVSTDTC, cut: true}, pick: last}
  SAFFL: {const: "Y", when: {ADSL.TRTSDT: {is: present}}, else: "N"}
"""

ADAE = """
target: ADAE
structure: OCCDS
from: AE
keys: [USUBJID, AESEQ]
adsl: [TRT01A, RFXSTDTC, TRTSDT, SAFFL]
vars:
  AESEQ: {copy: AESEQ}
  AETERM: {copy: AETERM}
  AEDECOD: {copy: AEDECOD}
  AESER: {copy: AESER}
  AEREL: {copy: AEREL}
  AESTDTC: {copy: AESTDTC}
  AEENDTC: {copy: AEENDTC}
  CRSFL: {copy: AECRS, label: Cytokine Release Syndrome Flag}
  ASTDT: {date: AESTDTC, impute: first, dtf: ASTDTF, notbefore: TRTSDT}
  AENDT: {date: AEENDTC, impute: last, dtf: AENDTF}
  TRTEMFL: {emergent: [AESTDTC, AEENDTC], since: RFXSTDTC}
  ASTDY: {day: ADAE.ASTDT}
  AENDY: {day: ADAE.AENDT}
  TRTA: {copy: TRT01A, label: Actual Treatment}
"""

ADRS = """
target: ADRS
structure: BDS
from: RS
keys: [USUBJID, PARAMCD, ADT, SRCSEQ]
adsl: [TRT01P, TRTSDT, NACTDT]
criteria: {start: TRTSDT, stop: NACTDT, analysed: ANL01FL}
vars:
  PARAMCD: {const: OVR}
  PARAM: {const: Overall Response}
  PARAMN: {const: "1"}
  ADT: {date: RSDTC}
  AVALC: {copy: RSSTRESC}
  SRCDOM: {const: RS}
  SRCVAR: {const: RSSTRESC}
  SRCSEQ: {copy: RSSEQ}
params:
  PD: {label: Progression, number: 2, response: progression, of: OVR}
  BOR: {label: Best Overall Response, number: 3, response: best, of: OVR}
then:
  ADY: {day: ADT}
  TRTP: {copy: TRT01P}
"""

ADTTE = """
target: ADTTE
structure: TTE
keys: [USUBJID, PARAMCD]
adsl: [TRT01P, TRTSDT, NACTDT]
subjects: {SAFFL: "Y"}
start: TRTSDT
stop: NACTDT
params:
  OS:
    label: Overall Survival (days)
    stop: null
    event:
      - {from: ADSL, where: {DTHDT: {is: present}}, date: DTHDT, desc: Death}
    censor:
      - {from: ADSL, date: LSTALVDT, desc: Last known alive}
then:
  TRTP: {copy: TRT01P}
"""

FILES: dict[str, str] = {
    "study.yaml": STUDY,
    "sdtm/dm.yaml": DM,
    "sdtm/ex.yaml": EX,
    "sdtm/se.yaml": SE,
    "sdtm/sv.yaml": SV,
    "sdtm/ae.yaml": AE,
    "sdtm/lb.yaml": LB,
    "sdtm/rs.yaml": RS,
    "adam/adsl.yaml": ADSL,
    "adam/adae.yaml": ADAE,
    "adam/adrs.yaml": ADRS,
    "adam/adtte.yaml": ADTTE,
    "raw/dm.csv": """
        SUBJECT,EVENT,REPEAT,RECID,AGE,SEX,CONSENT,OFF,DEATH,BLOOD
        01-001,SCR,1,1,61,Female,2024-01-02,2024-02-10,,A
        01-002,SCR,1,2,55,Male,2024-01-15,2024-03-01,2024-03-01,
        01-003,SCR,1,3,40,Male,2024-01-20,,,O
        """,
    "raw/ex.csv": """
        SUBJECT,EVENT,REPEAT,RECID,DOSE,DATE,TIME,FUP
        01-001,D1,1,11,3,2024-01-10,09:00,2024-01-24
        01-002,D1,1,12,5.5,2024-01-20,,2024-02-03
        """,
    "raw/sv.csv": """
        SUBJECT,EVENT,REPEAT,RECID,DATE
        01-001,SCR,1,21,2024-01-03
        01-001,D1,1,22,2024-01-10
        01-001,D14,1,23,2024-01-23
        01-001,UNS,1,24,2024-01-31
        01-001,UNS,2,25,2024-01-15
        01-002,SCR,1,26,2024-01-16
        01-002,D1,1,27,2024-01-20
        01-003,SCR,1,28,2024-01-20
        """,
    "raw/ae.csv": """
        SUBJECT,EVENT,REPEAT,RECID,TERM,CODE,SERIOUS,START,END,NOTE,CRS
        01-001,AE,1,31,fever,Pyrexia,Y,2024-01-11,2024-01-13,given fluids,Y
        01-001,AE,2,32,headache,Headache,N,2024-01-UN,,,N
        01-001,AE,3,33,tired,Fatigue,N,2024-01-05,2024-02-UN,,
        01-002,AE,1,34,cough,Cough,N,2024-02-10,2024-02-12,,
        """,
    "raw/lb.csv": """
        SUBJECT,EVENT,REPEAT,RECID,TEST,VALUE,UNIT,LOW,HIGH,DATE,TIME
        01-001,SCR,1,41,ALB,4.1,g/dL,3.5,5.0,2024-01-03,08:00
        01-001,D1,1,42,ALB,39,g/L,35,50,2024-01-10,08:30
        01-001,D1,1,43,GLUC,5.0,mmol/L,3.9,5.6,2024-01-10,09:30
        01-001,UNS,1,44,ALB,30,g/L,35,50,2024-01-31,10:00
        01-002,SCR,1,45,GLUC,90,mg/dL,70,100,2024-01-16,
        01-002,D1,1,46,GLUC,6.1,mmol/L,3.9,5.6,2024-01-20,
        """,
    "raw/rs.csv": """
        SUBJECT,EVENT,REPEAT,RECID,RESPONSE,DATE
        01-001,D14,1,51,irPR,2024-01-23
        01-001,UNS,1,52,irPD,2024-01-31
        01-002,D14,1,53,irSD,2024-02-20
        """,
}

CSV = tuple(name for name in FILES if name.endswith(".csv"))


@dataclass(frozen=True)
class Result:
    """What came out: datasets by name, the findings, and the plan behind them."""

    plan: Plan
    sdtm: SdtmResult
    adam: AdamResult | None
    findings: list[Finding]

    @property
    def datasets(self) -> dict[str, BuiltDataset]:
        given = [*self.sdtm.datasets, *(self.adam.datasets if self.adam else ())]
        return {d.name: d for d in given}

    def __getitem__(self, name: str) -> pd.DataFrame:
        built = self.datasets[name]
        return built.frame[list(built.variables)]

    def rules(self, *, notices: bool = False) -> list[str]:
        """The rule of each finding, in order."""
        return [f.rule for f in self.findings if notices or f.severity != "notice"]

    def of(self, rule: str) -> list[Finding]:
        return [f for f in self.findings if f.rule == rule]


def text(content: str) -> str:
    """A file's text as written above: without the margin."""
    return textwrap.dedent(content).lstrip("\n")


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """The study as files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(content), encoding="utf-8")
    return folder


def plan(folder: Path, files: Mapping[str, str] = FILES) -> Plan:
    """Write and compile."""
    return make_plan(write(folder, files))


def run(planned: Plan, earlier: Mapping[str, Earlier] | None = None) -> Result:
    """Read the raw files as they are now, map (after an earlier cut, if given) and derive."""
    forms = read_export(planned.study)
    report = Report({n: f.settings.file for n, f in forms.items()}, planned.study.encoding)
    for form in forms.values():
        report.findings.extend(form.findings)
    sdtm = run_sdtm(planned.sdtm, forms, report, earlier)
    adam = None
    if planned.adam is not None:
        adam = run_adam(planned.adam, merged(sdtm.datasets), report)
    return Result(planned, sdtm, adam, report.findings)


def build(folder: Path, files: Mapping[str, str] = FILES) -> Result:
    """Write, compile and run."""
    return run(plan(folder, files))
