"""Parameters from the records of a study: responses, times to event, lesions."""

from __future__ import annotations

from typing import Any

NACT = [
    ("NACTDT: {date: ARMCD,", "NACTDT: {lookup: AE, where: {AETERM: cough}, get: {date: AESTDTC},")
]


def test_overall_survival(base: Any) -> None:
    rows = base["ADTTE"][
        ["USUBJID", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR"]
    ]
    assert rows.values.tolist() == [
        [
            *("TINY-01-001", 23385.0, 23406.0, 22.0, 1.0),
            *("Censored", "Last known alive", "ADSL", "LSTALVDT"),
        ],
        ["TINY-01-002", 23395.0, 23436.0, 42.0, 0.0, "Death", "", "ADSL", "DTHDT"],
    ]


def test_only_the_chosen_subjects_have_a_record(base: Any, build: Any) -> None:
    assert "TINY-01-003" not in base["ADTTE"]["USUBJID"].tolist()
    made = build(
        {"adam/adtte.yaml": [('subjects: {SAFFL: "Y"}', "subjects: {SUBJID: '002'}")]}, adam=True
    )
    assert made["ADTTE"]["USUBJID"].tolist() == ["TINY-01-002"]


def test_an_event_of_an_sdtm_dataset_by_its_iso_date(build: Any) -> None:
    event = "- {from: AE, where: {AESER: 'Y'}, date: AESTDTC, desc: Serious event}"
    event = f"{event}\n      - {{from: ADSL, where"
    made = build({"adam/adtte.yaml": [("- {from: ADSL, where", event)]}, adam=True)
    first = made["ADTTE"].iloc[0]
    assert first[["AVAL", "CNSR", "EVNTDESC", "SRCDOM", "SRCVAR", "SRCSEQ"]].tolist() == [
        2.0,
        0.0,
        "Serious event",
        "AE",
        "AESTDTC",
        3.0,
    ]


def test_an_event_on_some_day_is_no_event_but_a_finding(build: Any) -> None:
    event = "- {from: AE, where: {AESER: 'N'}, date: AEENDTC, desc: End of event}"
    event = f"{event}\n      - {{from: ADSL, where"
    made = build({"adam/adtte.yaml": [("- {from: ADSL, where", event)]}, adam=True)
    mild = made["AE"][made["AE"]["AESER"] == "N"]
    without = mild[mild["AEENDTC"].str.len() < len("2024-01-01")]
    assert len(without) == 2
    found = [f for f in made.findings if f.rule == "event.undated"]
    assert [f.message for f in found] == [
        "End of event has no complete AEENDTC and is no event"
    ] * len(without)
    assert {(f.dataset, f.variable) for f in found} == {("ADTTE", "ADT")}


def test_records_after_the_cutoff_have_their_source_named_without_prefix(build: Any) -> None:
    censor = "- {from: ALL.SV, date: SVSTDTC, desc: Last visit}\n      - {from: ADSL, date"
    made = build({"adam/adtte.yaml": [("- {from: ADSL, date", censor)]}, adam=True)
    first = made["ADTTE"].iloc[0]
    assert first[["CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ"]].tolist()[:3] == [
        "Last visit",
        "SV",
        "SVSTDTC",
    ]


def test_nothing_after_the_stop_counts_unless_the_parameter_takes_it_away(build: Any) -> None:
    # 002 starts new therapy on 10 February and dies on 1 March.
    changes = {"adam/adsl.yaml": NACT, "adam/adtte.yaml": [("    stop: null\n", "")]}
    made = build(changes, adam=True)["ADTTE"]
    assert made[["USUBJID", "CNSR", "EVNTDESC"]].values.tolist()[1] == [
        "TINY-01-002",
        1.0,
        "New anticancer therapy",
    ]


def test_with_stop_null_death_after_new_therapy_is_an_event(build: Any) -> None:
    made = build({"adam/adsl.yaml": NACT}, adam=True)["ADTTE"]
    assert made["CNSR"].tolist() == [1.0, 0.0]


def test_a_start_of_its_own_leaves_out_who_has_none(build: Any) -> None:
    start = "    start: {from: ADRS, where: {PARAMCD: OVR, AVALC: irPR}, date: ADT}\n    stop: null"
    made = build({"adam/adtte.yaml": [("    stop: null", start)]}, adam=True)["ADTTE"]
    assert made[["USUBJID", "STARTDT", "AVAL"]].values.tolist() == [["TINY-01-001", 23398.0, 9.0]]


def test_assessments_that_count_are_flagged(build: Any) -> None:
    late = "        01-001,UNS,2,54,irPR,2024-03-15\n        01-002"
    made = build({"raw/rs.csv": [("        01-002", late)], "adam/adsl.yaml": NACT}, adam=True)[
        "ADRS"
    ]
    ovr = made[made["PARAMCD"] == "OVR"]
    # An irPD 28 days or more before another response is void, so what follows it counts.
    assert ovr[["USUBJID", "AVALC", "ANL01FL"]].values.tolist() == [
        ["TINY-01-001", "irPR", "Y"],
        ["TINY-01-001", "irPD", "Y"],
        ["TINY-01-001", "irPR", "Y"],
        # After the start of new therapy on 10 February.
        ["TINY-01-002", "irSD", ""],
    ]
    assert made[made["PARAMCD"] == "PD"]["AVALC"].tolist() == ["N", "N"]
    assert made[made["PARAMCD"] == "BOR"]["AVALC"].tolist() == ["irPR", "NE"]


def test_a_parameter_names_the_record_it_comes_from(base: Any) -> None:
    adrs = base["ADRS"]
    pd_rows = adrs[adrs["PARAMCD"] == "PD"]
    assert pd_rows[["SRCDOM", "SRCVAR"]].values.tolist() == [["RS", "RSSTRESC"], ["", ""]]
    assert pd_rows["SRCSEQ"].fillna(0).tolist() == [2.0, 0.0]
    rs = base["RS"].query("USUBJID == 'TINY-01-001' and RSSEQ == 2").iloc[0]
    assert rs["RSSTRESC"] == "irPD"


TU = """
target: TU
from: tu
keys: [USUBJID, TULNKID]
vars:
  TULNKID: {copy: LESION}
  TUTESTCD: {const: TUMIDENT}
  TUORRES: {copy: KIND}
  TUSTRESC: {copy: KIND}
  TUDTC: {date: DATE, format: YYYY-MM-DD}
"""
TR = """
target: TR
from: tr
keys: [USUBJID, TRLNKID, TRTESTCD, TRDTC]
standard: {result: TRORRES, unit: TRORRESU, units: {LDIAM: mm}}
vars:
  TRLNKID: {copy: LESION}
  TRTESTCD: {const: LDIAM}
  TRORRES: {copy: SIZE}
  TRORRESU: {const: mm, when: {SIZE: {is: present}}}
  TRSTAT: {const: NOT DONE, when: {SIZE: {is: missing}}}
  TRDTC: {date: DATE, format: YYYY-MM-DD}
"""
LESIONS: dict[str, Any] = {
    "study.yaml": [
        (
            "    rs: {file: raw/rs.csv}",
            "    rs: {file: raw/rs.csv}\n    tu: {file: raw/tu.csv}\n    tr: {file: raw/tr.csv}",
        )
    ],
    "sdtm/tu.yaml": TU,
    "sdtm/tr.yaml": TR,
    "raw/tu.csv": """
        SUBJECT,EVENT,REPEAT,RECID,LESION,KIND,DATE
        01-001,SCR,1,61,T01,TARGET,2024-01-03
        """,
    "raw/tr.csv": """
        SUBJECT,EVENT,REPEAT,RECID,LESION,SIZE,DATE
        01-001,SCR,1,71,T01,40,2024-01-03
        01-001,D14,1,72,T01,24,2024-01-23
        01-001,UNS,1,73,T01,25,2024-01-31
        """,
    "adam/adrs.yaml": [
        (
            "params:\n",
            "params:\n  COVR: {label: Computed, number: 4, response: lesions, compare: OVR}\n",
        )
    ],
}


def test_the_response_computed_from_lesions_and_where_it_differs(build: Any) -> None:
    # 40 mm, then 24 (-40 %: partial response), then 25 (+1 mm, still -37.5 %).
    made = build(LESIONS, adam=True)
    computed = made["ADRS"].query("PARAMCD == 'COVR'")
    assert computed[["ADT", "AVALC", "SRCDOM"]].values.tolist() == [
        [23398.0, "irPR", "TR"],
        [23406.0, "irPR", "TR"],
    ]
    [finding] = [f for f in made.of("response.differs") if "2024-01-31" in f.scope]
    assert finding.message == (
        "on 2024-01-31 OVR says irPD, the lesions say irPR "
        "(T01 25; sum 25 mm; baseline 40 mm; lowest before 24 mm)"
    )
    assert finding.spec is not None
    assert finding.spec.file == "adam/adrs.yaml"


def test_a_response_that_the_criteria_do_not_know_is_a_finding(build: Any, base: Any) -> None:
    made = build({"raw/rs.csv": [("irPR,2024-01-23", "iCR,2024-01-23")]}, adam=True)
    found = [f for f in made.findings if f.rule == "response.unknown"]
    assert [(f.dataset, f.variable, f.value) for f in found] == [("ADRS", "AVALC", "iCR")]
    assert not [f for f in base.findings if f.rule == "response.unknown"]
