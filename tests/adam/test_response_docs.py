"""The example of docs/response.md, built on a small made-up SDTM of RECIST 1.1.

Days are study days of a treatment that starts on 1 January 2024 (day 1). Assessments are every 42
days; stable disease counts from day 35 on. The expected answers are worked out subject by subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from adam.plan import plan_adam
from adam.run import run_adam
from mappings.findings import SpecificationFault
from mappings.frames import is_numeric, text_series
from mappings.scope import Report
from mappings.study import read_study

PAGE = Path(__file__).parents[2] / "docs" / "response.md"

STUDY = """
study: {id: ONC, name: Onc, description: Made up, protocol: ONC}
created: 2024-09-01T00:00:00
standards: {sdtmig: "3.4", adamig: "1.3", terminology: 2025-03-28}
sdtm: {folder: sdtm}
"""
ADSL = """
target: ADSL
structure: ADSL
from: DM
keys: [USUBJID]
vars:
  SUBJID: {copy: USUBJID}
  SITEID: {const: "01"}
  AGE: {copy: AGE}
  AGEU: {const: YEARS}
  SEX: {const: F}
  RACE: {const: ASIAN}
  ARM: {const: A}
  TRT01P: {const: A}
  TRT01A: {const: A}
  TRTSDT: {date: RFXSTDTC}
  NACTDT: {lookup: CM, get: {date: CMSTDTC}, pick: first, label: New Therapy}
  DTHDT: {date: DTHDTC}
  LSTALVDT: {lookup: DS, get: {date: DSSTDTC}, pick: last}
"""


def day(number: int) -> str:
    """The date of a study day."""
    after = number - 1 if number > 0 else number
    return str((pd.Timestamp("2024-01-01") + pd.Timedelta(days=after)).date())


#: subject: (assessments (day, response), death, new therapy, last known alive)
History = tuple[list[tuple[int, str]], int | None, int | None, int]
HISTORIES: dict[str, History] = {
    # Partial from day 43, again 42 days later: confirmed. Progression on day 127.
    "1": ([(-7, "NE"), (43, "PR"), (85, "PR"), (127, "PD")], None, None, 150),
    # Stable on day 29 is too soon for best response; then only NE. Dies on day 100, the last
    # evaluable assessment 71 days before: no gap.
    "2": ([(29, "SD"), (57, "NE")], 100, None, 90),
    # Partial on day 43, new therapy on day 60, progression after it does not count.
    "3": ([(43, "PR"), (85, "PD")], None, 60, 120),
    # Never assessed.
    "4": ([], None, None, 20),
    # Stable on day 43; progression on day 150 comes 107 days later: a gap, censored on day 43.
    "5": ([(43, "SD"), (150, "PD")], None, None, 160),
    # Two of one day: the worse (PD) decides. The reader of images says something else.
    "6": ([(43, "SD"), (43, "PD")], None, None, 60),
    # Complete, one NE, complete 28 days later to the day: confirmed.
    "7": ([(43, "CR"), (57, "NE"), (71, "CR")], None, None, 80),
    # Non-target disease only.
    "8": ([(43, "NON-CR/NON-PD"), (85, "NON-CR/NON-PD")], None, None, 90),
}


def sdtm() -> dict[str, pd.DataFrame]:
    """The tabulations of these histories, with an independent assessor who disagrees with all."""
    names = {s: f"ONC-{s}" for s in HISTORIES}
    dm = [
        (names[s], "61", day(1), day(death) if death else "")
        for s, (_, death, _, _) in HISTORIES.items()
    ]
    rs = [
        (names[s], number, "OVRLRESP", value, "INVESTIGATOR", day(at))
        for s, (visits, *_) in HISTORIES.items()
        for number, (at, value) in enumerate(visits, 1)
    ]
    rs += [(n, 90, "OVRLRESP", "CR", "INDEPENDENT ASSESSOR", day(40)) for n in names.values()]
    cm = [(names[s], 1, day(new)) for s, (_, _, new, _) in HISTORIES.items() if new]
    ds = [(names[s], 1, day(alive)) for s, (*_, alive) in HISTORIES.items()]
    tu = [
        (n, 1, "TUMIDENT", "NON-TARGET" if s == "8" else "TARGET", "INVESTIGATOR", day(-7))
        for s, n in names.items()
    ]
    tables: dict[str, tuple[list[Any], list[str]]] = {
        "DM": (dm, ["USUBJID", "AGE", "RFXSTDTC", "DTHDTC"]),
        "RS": (rs, ["USUBJID", "RSSEQ", "RSTESTCD", "RSSTRESC", "RSEVAL", "RSDTC"]),
        "CM": (cm, ["USUBJID", "CMSEQ", "CMSTDTC"]),
        "DS": (ds, ["USUBJID", "DSSEQ", "DSSTDTC"]),
        "TU": (tu, ["USUBJID", "TUSEQ", "TUTESTCD", "TUSTRESC", "TUEVAL", "TUDTC"]),
    }
    return {name: frame(name, rows, columns) for name, (rows, columns) in tables.items()}


def frame(name: str, rows: list[Any], columns: list[str]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=columns)
    for column in columns:
        numeric = column.endswith("SEQ") or column == "AGE"
        made[column] = made[column].astype("float64" if numeric else "str")
    made["_form"] = text_series([name] * len(made))
    made["_row"] = range(1, len(made) + 1)
    return made


def example() -> tuple[str, str, str]:
    """Settings, ADRS and ADTTE of the page."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    [adrs] = [b for b in blocks if "target: ADRS" in b]
    [adtte] = [b for b in blocks if "target: ADTTE" in b]
    return blocks[0], adrs, adtte


def made(
    folder: Path, data: Mapping[str, pd.DataFrame], *edits: tuple[str, str]
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """ADaM of the example as on the page, or with texts replaced, and the errors in the data."""
    settings, adrs, adtte = example()
    files = {"study.yaml": STUDY + settings, "adam/adsl.yaml": ADSL}
    files |= {"adam/adrs.yaml": adrs, "adam/adtte.yaml": adtte}
    (folder / "sdtm").mkdir()
    for old, new in edits:
        files = {name: text.replace(old, new) for name, text in files.items()}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    study, faults = read_study(folder)
    assert faults == []
    assert study is not None
    plan = plan_adam(study, {n: tuple(f.columns) for n, f in data.items()})
    report = Report({})
    result = run_adam(plan, dict(data), report)
    errors = [f.message for f in report.findings if f.severity == "error"]
    return {d.name: d.frame for d in result.datasets}, errors


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    datasets, errors = made(tmp_path_factory.mktemp("onc"), sdtm())
    assert errors == []
    return datasets


def values(frame: pd.DataFrame, code: str, name: str = "AVALC") -> dict[str, Any]:
    rows = frame[frame["PARAMCD"] == code]
    found = rows[name]
    if name == "ADT":
        found = found - 23376.0 + 1  # 2024-01-01 as SAS day is 23376
    if is_numeric(found):
        found = found.round(4)
    return dict(zip(rows["USUBJID"].str[-1], found, strict=True))


def test_only_the_investigator_counts(built: dict[str, pd.DataFrame]) -> None:
    rows = built["ADRS"].query("PARAMCD == 'OVR'")
    assert len(rows) == sum(len(visits) for visits, *_ in HISTORIES.values())


def test_which_assessments_count(built: dict[str, pd.DataFrame]) -> None:
    rows = built["ADRS"].query("PARAMCD == 'OVR' and ANL01FL == 'Y'")
    found = rows.groupby("USUBJID")["ADY"].apply(list).to_dict()
    assert found == {
        "ONC-1": [43, 85, 127],
        "ONC-2": [29],
        "ONC-3": [43],
        "ONC-5": [43, 150],
        "ONC-6": [43],
        "ONC-7": [43, 71],
        "ONC-8": [43, 85],
    }


def test_response_parameters(built: dict[str, pd.DataFrame]) -> None:
    adrs = built["ADRS"]
    expected = {
        #         1     2     3     4     5     6     7     8
        "PD": ["Y", "N", "N", "N", "Y", "Y", "N", "N"],
        "RSP": ["Y", "N", "Y", "N", "N", "N", "Y", "N"],
        "CRSP": ["Y", "N", "N", "N", "N", "N", "Y", "N"],
        "CB": ["Y", "N", "Y", "N", "Y", "N", "Y", "Y"],
        "CCB": ["Y", "N", "Y", "N", "Y", "N", "Y", "Y"],
        "BOR": ["PR", "NE", "PR", "NE", "SD", "PD", "CR", "NON-CR/NON-PD"],
        # 3 has one partial response, on day 43: stable. 7: one NE between is not too many.
        "CBOR": ["PR", "NE", "SD", "NE", "SD", "PD", "CR", "NON-CR/NON-PD"],
        "LSTA": ["PD", "SD", "PR", "", "PD", "PD", "CR", "NON-CR/NON-PD"],
        "DEATH": ["N", "Y", "N", "N", "N", "N", "N", "N"],
        "MDIS": ["Y", "Y", "Y", "Y", "Y", "Y", "Y", "N"],
    }
    for code, answers in expected.items():
        assert values(adrs, code) == dict(zip("12345678", answers, strict=True)), code


def test_dates_and_sources(built: dict[str, pd.DataFrame]) -> None:
    adrs = built["ADRS"]
    assert values(adrs, "RSP", "ADT")["1"] == 43
    assert values(adrs, "LSTA", "ADT")["7"] == 71
    assert values(adrs, "DEATH", "ADT")["2"] == 100
    assert values(adrs, "MDIS", "SRCDOM")["1"] == "TU"
    assert values(adrs, "PD", "SRCSEQ")["1"] == 4


def test_times(built: dict[str, pd.DataFrame]) -> None:
    adtte = built["ADTTE"]
    # Months are days / 30.4375: 127 days are 4.1725, 100 are 3.2854, 43 are 1.4127.
    assert values(adtte, "PFS", "AVAL") == {
        "1": 4.1725,
        "2": 3.2854,
        "3": 1.4127,
        "4": 0.0329,
        "5": 1.4127,
        "6": 1.4127,
        "7": 2.3326,
        "8": 2.7926,
    }
    assert values(adtte, "PFS", "CNSR") == dict(
        zip("12345678", [0, 0, 2, 1, 3, 0, 1, 1], strict=True)
    )
    assert values(adtte, "PFS", "EVNTDESC") == {
        "1": "Disease progression",
        "2": "Death",
        "3": "New anticancer therapy",
        "4": "No evaluable assessment",
        "5": "Event after missed assessments",
        "6": "Disease progression",
        "7": "Without progression",
        "8": "Without progression",
    }
    assert values(adtte, "DOR", "CNSR") == {"1": 0, "7": 1}
    # From day 43 to day 127, both included: 85 days, 2.7926 months.
    assert values(adtte, "DOR", "AVAL") == {"1": 2.7926, "7": 0.9528}
    assert values(adtte, "TTR", "AVAL") == {"1": 43, "7": 43}
    assert values(adtte, "OS", "CNSR") == dict(zip("12345678", [1, 0, *[1] * 6], strict=True))


def test_other_criteria_for_one_parameter(tmp_path: Path) -> None:
    """BOR by iRECIST of data that are RECIST: their values are unknown to it, and said so."""
    bor = "number: 7, response: best, of: OVR"
    edits = [(bor, bor.replace("of: OVR", "of: IOVR, settings: {criteria: irecist}"))]
    edits.append(("params:\n  PD", "params:\n  IOVR: {label: I, response: last, of: OVR}\n  PD"))
    datasets, errors = made(tmp_path, sdtm(), *edits)
    assert "'PR' is no response of iRECIST: not evaluable here" in errors
    assert set(values(datasets["ADRS"], "BOR").values()) == {"NE"}


def test_settings_of_one_parameter(tmp_path: Path) -> None:
    """Without an NE between, the complete response of subject 7 is not confirmed: stable."""
    cbor = "number: 8, response: best, of: OVR, confirmed: true"
    edit = (cbor, f"{cbor}, settings: {{confirm_max_not_evaluable: 0}}")
    datasets, _ = made(tmp_path, sdtm(), edit)
    assert values(datasets["ADRS"], "CBOR")["7"] == "SD"
    assert values(datasets["ADRS"], "CRSP")["7"] == "Y"


def test_a_response_without_a_date_is_said(tmp_path: Path) -> None:
    data = sdtm()
    rs = data["RS"]
    data["RS"] = rs.assign(RSDTC=rs["RSDTC"].mask(rs["RSSTRESC"].eq("PR"), "2024-02"))
    datasets, errors = made(tmp_path, data)
    assert errors == ["the response PR has no complete date and counts nowhere"] * 3
    assert values(datasets["ADRS"], "RSP")["1"] == "N"


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (("recist-1.1", "recist"), "there are no response criteria 'recist'"),
        (("stable_first_day", "stable_day"), "there is no response setting 'stable_day'"),
        (
            ("{criteria: recist-1.1, stable", "{stable"),
            "these response settings are of no criteria",
        ),
        (
            ("response: {criteria: recist-1.1, stable_first_day: 35, benefit_first_day: 35}", ""),
            "no response criteria are named",
        ),
        (("response: last", "response: last, confirmed: true"), "which nothing confirms"),
        (("response: first, of: OVR}", "response: first, of: OVR, responses: [PPR]}"), "'PPR'"),
        (("of: OVR, confirmed", "of: OVL, confirmed"), "which no rule for PARAMCD gives"),
        (("cnsr: 3", "cnsr: 0"), "CNSR 0 for a censoring"),
        (("days: 98", "days: 0"), "a gap of 0 days"),
        (("upto: TRTSDT", "upto: TRTSD"), "no variable 'TRTSD' in ADSL"),
        (("date: TUDTC", "date: TUDT"), "no variable 'TUDT' in TU"),
    ],
)
def test_a_misuse_is_a_fault_with_its_place(
    tmp_path: Path, edit: tuple[str, str], fault: str
) -> None:
    with pytest.raises(SpecificationFault) as caught:
        made(tmp_path, sdtm(), edit)
    said = [f for f in caught.value.findings if fault in f.message]
    assert said, caught.value
    assert all(f.spec is not None and f.spec.line > 0 for f in said)
