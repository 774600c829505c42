"""What a module may make of a domain, and settings that name nothing."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.findings import SpecificationFault
from sdtm.standard import UnknownName, domain
from sdtm.target import by_subject, sequence, standard_results, target, timing_variables
from sdtm.target import test_name as named_by_ct


def test_the_tool_makes_identifiers_and_what_the_settings_ask_for() -> None:
    plain = target("AE", {})
    assert plain.automatic == ("STUDYID", "DOMAIN", "USUBJID", "AESEQ")
    data = {
        "timing": {"visit": "true", "epoch": "LBDTC", "baseline": {"flag": "LBLOBXFL"}},
        "standard": {"low": "LBORNRLO"},
    }
    made = target("LB", data).automatic
    assert made == (
        *("STUDYID", "DOMAIN", "USUBJID", "LBSEQ", "LBTEST"),
        *("LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI", "LBNRIND"),
        *("VISITNUM", "VISIT", "VISITDY", "EPOCH", "LBLOBXFL"),
    )


def test_dm_and_ts() -> None:
    assert sequence(domain("DM")) == ""
    assert target("DM", {}).automatic == ("STUDYID", "DOMAIN", "USUBJID")
    assert by_subject(domain("DM"))
    assert not by_subject(domain("TS"))
    assert target("TS", {}).automatic == ("STUDYID", "DOMAIN", "TSSEQ")


def test_limits_only_where_they_are_named() -> None:
    assert standard_results({}, "LB") == ()
    assert standard_results({"standard": {"units": {}}}, "TR") == (
        "TRSTRESC",
        "TRSTRESN",
        "TRSTRESU",
    )
    assert timing_variables({"timing": {"visit": "false"}}) == ()


def test_the_name_of_a_test_is_made_unless_the_module_makes_it() -> None:
    assert named_by_ct({}, domain("LB"))
    assert not named_by_ct({"vars": {"LBTEST": {"const": "x"}}}, domain("LB"))
    assert not named_by_ct({}, domain("AE"))


def test_an_unknown_domain_says_what_there_is() -> None:
    with pytest.raises(UnknownName, match="there is no domain 'AX'"):
        target("AX", {})


@pytest.mark.parametrize(
    ("module", "old", "new", "said"),
    [
        ("ae", "epoch: AESTDTC", "epoch: AESTDT", "there is no variable 'AESTDT' in this module"),
        ("lb", "date: LBDTC, result", "date: LBDT, result", "there is no variable 'LBDT'"),
        ("lb", "flag: LBLOBXFL", "flag: LBLOBFL", "there is no variable 'LBLOBFL' in LB"),
        ("lb", "unit: LBORRESU", "unit: LBORESU", "Did you mean 'LBORRESU'?"),
        ("lb", "low: LBORNRLO", "low: LBLOW", "there is no variable 'LBLOW' in this module"),
        ("ae", "timing:", "unique: [AETERM, AESTART]\ntiming:", "no variable 'AESTART'"),
        ("ae", "AESTDTC, AEDECOD]", "AESEQ, AEDECOD]", "the key 'AESEQ' is made after the records"),
        ("lb", "LBDTC]", "LBLOBXFL]", "the key 'LBLOBXFL' is made after the records are sorted"),
        ("ae", "{copy: NOTE,", "{day: AESTDTC,", "a supplemental qualifier cannot be a study day"),
        ("ae", "AENOTE: {", "AETERM: {", "AETERM is a variable of AE and cannot be a qualifier"),
        (
            "ae",
            "AEDECOD]",
            "AEKEY]\nwork: {AEKEY: {copy: CODE}}",
            "the key 'AEKEY' is a working variable",
        ),
    ],
)
def test_a_setting_that_names_no_variable_is_a_fault_of_the_specification(
    build: Any, module: str, old: str, new: str, said: str
) -> None:
    with pytest.raises(SpecificationFault) as caught:
        build({f"sdtm/{module}.yaml": [(old, new)]})
    [fault] = caught.value.findings
    assert said in str(fault)
    assert fault.spec is not None
    assert fault.spec.file == f"sdtm/{module}.yaml"
    assert fault.spec.line > 1
