"""ADaM modules as a whole: order, ADSL beside the records, parameters, faults at compile time."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.findings import SpecificationFault


def fault(build: Any, changes: dict[str, Any]) -> list[str]:
    with pytest.raises(SpecificationFault) as caught:
        build(changes, adam=True)
    return [str(f) for f in caught.value.findings]


def test_adsl_comes_first_and_the_others_by_name(base: Any) -> None:
    assert base.adam is not None
    assert [d.name for d in base.adam.datasets] == ["ADSL", "ADAE", "ADRS", "ADTTE"]


def test_modules_run_in_the_order_of_what_they_read(base: Any) -> None:
    order = [m.module.target for m in base.plan.adam.modules]
    assert order.index("ADSL") == 0
    assert set(order) == {"ADSL", "ADAE", "ADRS", "ADTTE"}


def test_every_subject_of_dm_is_in_adsl(base: Any) -> None:
    assert base["ADSL"]["USUBJID"].tolist() == base["DM"]["USUBJID"].tolist()
    assert base["ADSL"]["SAFFL"].tolist() == ["Y", "Y", "N"]


def test_variables_of_adsl_stand_beside_each_record(base: Any) -> None:
    adae = base["ADAE"]
    starts = base["ADSL"].set_index("USUBJID")["TRTSDT"].to_dict()
    assert adae["TRTSDT"].tolist() == [starts[s] for s in adae["USUBJID"]]
    assert set(adae["TRT01A"]) == {"Dose A"}


def test_rules_over_all_records_see_those_of_parameters(base: Any) -> None:
    adrs = base["ADRS"]
    assert adrs["TRTP"].tolist() == ["Dose A"] * 7
    first = adrs[adrs["USUBJID"] == "TINY-01-001"]
    assert dict(zip(first["PARAMCD"] + first["AVALC"], first["ADY"], strict=True)) == {
        "BORirPR": 14.0,
        "OVRirPR": 14.0,
        "OVRirPD": 22.0,
        "PDY": 22.0,
    }


def test_lineage_leads_to_the_record_of_sdtm(base: Any) -> None:
    frame = base.datasets["ADAE"].frame
    ae = base["AE"]
    assert set(frame["_form"]) == {"AE"}
    assert ae["AETERM"].iloc[[r - 1 for r in frame["_row"]]].tolist() == frame["AETERM"].tolist()


def test_without_responses_the_parameters_stay_and_have_their_types(build: Any) -> None:
    made = build({"raw/rs.csv": "SUBJECT,EVENT,REPEAT,RECID,RESPONSE,DATE\n"}, adam=True)
    adrs = made["ADRS"]
    assert adrs[["USUBJID", "PARAMCD", "AVALC"]].values.tolist() == [
        ["TINY-01-001", "BOR", "NE"],
        ["TINY-01-001", "PD", "N"],
        ["TINY-01-002", "BOR", "NE"],
        ["TINY-01-002", "PD", "N"],
    ]
    assert adrs["ANL01FL"].tolist() == [""] * 4
    assert adrs["SRCDOM"].dtype == "str"
    assert adrs["ADT"].isna().all()


def test_records_alike_in_their_keys_are_a_finding(build: Any) -> None:
    made = build({"adam/adae.yaml": [("AESEQ]", "AESER]")]}, adam=True)
    assert [(f.dataset, f.rule) for f in made.findings if f.dataset == "ADAE"] == [
        ("ADAE", "record.duplicate")
    ]
    assert len(made["ADAE"]) == 4


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("adae", "adsl: [TRT01A,", "adsl: [TRT01B, TRT01A,", "no variable 'TRT01B' in ADSL"),
        ("adae", "AESEQ]", "AESEK]", "the key 'AESEK' is no variable of this dataset"),
        ("adae", "  AESER: {copy: AESER}\n", "", "the Required variable AESER has no rule"),
        (
            "adrs",
            "of: OVR}\n  BOR",
            "of: OVRR}\n  BOR",
            "made of 'OVRR', which no rule for PARAMCD",
        ),
        ("adrs", "response: best, of: OVR", "response: best", "has no assessments to be made of"),
        ("adrs", "response: best", "response: lesions", "there is no TU and no TR"),
        (
            "adrs",
            "criteria: {start: TRTSDT, stop: NACTDT, analysed: ANL01FL}\n",
            "",
            "the parameter PD has no start",
        ),
        ("adrs", "analysed: ANL01FL", "analysed: ANL1FL", "there is no variable 'ANL1FL' in BDS"),
        ("adrs", "stop: NACTDT,", "stop: NACDT,", "there is no variable 'NACDT' in ADSL"),
        ("adrs", "  TRTP: {copy", "  TRTPX: {copy", "A variable of your own needs a 'label'."),
        ("adtte", "start: TRTSDT\n", "", "the parameter OS has no start"),
        ("adtte", "from: ADSL, date: LSTALVDT", "from: ADSX, date: LSTALVDT", "'ADSX'"),
        ("adtte", "date: LSTALVDT", "date: LSTALDT", "there is no variable 'LSTALDT' in ADSL"),
        ("adtte", "subjects: {SAFFL", "subjects: {SAFL", "there is no variable 'SAFL' in ADSL"),
        (
            "adsl",
            "structure: ADSL",
            "structure: ADSL\nlabel: A Label that is Longer than Forty Bytes Are",
            "has 43 bytes; at most 40 fit",
        ),
        ("adsl", "DTHDT: {date", "DTHXX: {date", "A variable of your own needs a 'label'."),
        (
            "adsl",
            ", label: Date of New Therapy",
            "",
            "the standard leaves the label of NACTDT to the sponsor. Give a 'label'.",
        ),
    ],
)
def test_a_fault_of_a_module_is_said_with_its_place(
    build: Any, file: str, old: str, new: str, said: str
) -> None:
    messages = fault(build, {f"adam/{file}.yaml": [(old, new)]})
    hit = [m for m in messages if said in m]
    assert hit, messages
    assert hit[0].startswith(f"adam/{file}.yaml:")


def test_without_adsl_there_is_no_adam(build: Any) -> None:
    changes: dict[str, Any] = {f"adam/{n}.yaml": None for n in ("adsl", "adrs", "adtte")}
    messages = fault(build, changes)
    assert any("no module for ADSL" in m for m in messages)


def test_a_cycle_of_modules_is_a_fault(build: Any) -> None:
    change = [("  DTHDT: {date: DTHDTC}", "  DTHDT: {lookup: ADAE, get: ASTDT, pick: last}")]
    messages = fault(build, {"adam/adsl.yaml": change})
    assert any("ADSL -> ADAE -> ADSL" in m or "ADAE -> ADSL -> ADAE" in m for m in messages)


def test_variables_that_are_required_of_occurrences_of_adverse_events(base: Any) -> None:
    about = next(m.target for m in base.plan.adam.modules if m.target.name == "ADAE")
    own = [n for n in about.required if n.startswith("AE") and not n.startswith("AEND")]
    assert own == ["AESEQ", "AETERM", "AEDECOD", "AESTDTC", "AEENDTC", "AESER", "AEREL"]
    assert {"ASTDT", "AENDT", "ASTDY", "AENDY", "TRTEMFL"} <= set(about.required)
