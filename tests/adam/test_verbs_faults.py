"""What the verbs of ADaM refuse, with the place and the words that the user reads."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.findings import SpecificationFault

COLUMNS = (
    *("AESEQ", "AEDECOD", "AESTDTC", "AEENDTC", "RFXSTDTC", "TRTSDT", "TRTSTM", "OWN"),
    *("ASTDT", "AENDT", "ASTDTM", "ATOXGRN"),
)
AT = "adam/adxx.yaml:6"


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        # flag
        ("AOCCFL: {flag: first}", "3: vars.AOCCFL: 'flag' also needs 'order'"),
        (
            "AOCCFL: {flag: worst, order: [AESEQ]}",
            "18: vars.AOCCFL.flag: 'worst' is not one of first, last",
        ),
        (
            "AOCCFL: {flag: first, order: AESEQ}",
            "32: 'order' is a list here. Write: order: [AESEQ].",
        ),
        (
            "AOCCFL: {flag: first, order: [AESEK]}",
            "33: there is no variable 'AESEK' in AE. Did you mean 'AESEQ'?",
        ),
        (
            "AOCCFL: {flag: first, order: [-AESEK]}",
            "33: there is no variable 'AESEK' in AE. Did you mean 'AESEQ'?",
        ),
        (
            "AOCCFL: {flag: first, per: [AEDECO], order: [AESEQ]}",
            "31: there is no variable 'AEDECO' in AE. Did you mean 'AEDECOD'?",
        ),
        (
            "AESER: {flag: first, order: [AESEQ]}",
            "3: 'flag' makes a flag, and the name AESER does not end in FL",
        ),
        (
            "AOCCFL: {flag: first, order: [AESEQ], when: {OWN: a}, else: N}",
            "63: 'else' does nothing beside 'flag': the other records have no value",
        ),
        (
            "AOCCFL: {first: [{flag: first, order: [AESEQ]}, {const: Y}]}",
            "27: 'flag' stands in the variable's own rule, with 'when'",
        ),
        (
            "AOCCFL: {flag: first, order: [AESEQ], take: last}",
            "41: 'take' does nothing beside 'flag'. It belongs to 'group'.",
        ),
        # group
        (
            "BASE: {group: OWN, take: first, label: L}",
            "28: 'take: first' needs an 'order'",
        ),
        (
            "BASE: {group: OWN, upto: before, take: min, label: L}",
            "28: 'upto: before' needs an 'order'",
        ),
        (
            "BASE: {group: OWN, upto: here, order: [AESEQ], label: L}",
            "28: 'upto: here' needs 'take', since several records may answer",
        ),
        (
            "BASE: {group: OWN, take: max, order: [AESEQ], label: L}",
            "40: 'order' does nothing beside 'take: max'",
        ),
        (
            "BASE: {group: OWN, order: [AESEQ], label: L}",
            "29: 'order' does nothing without 'take' or 'upto'",
        ),
        (
            "BASE: {group: AEDECOD, take: mean, label: L}",
            "17: AEDECOD is text, and has no mean. Name a numeric variable.",
        ),
        (
            "BASE: {group: OWN, where: {AEDECO: x}, label: L}",
            "38: there is no variable 'AEDECO' in AE. Did you mean 'AEDECOD'?",
        ),
        (
            "BASE: {lookup: AE, get: {group: OWN}, pick: first, label: L}",
            "35: 'group' does nothing inside 'get'",
        ),
        # calc
        (
            "CHG: {calc: [AESEQ, minus, ATOXGRN], label: L}",
            (
                "23: 'minus' is no operation; the second part is one of + - * /. "
                'Example: [AVAL, "-", BASE].'
            ),
        ),
        (
            "CHG: {calc: [AESEQ, +, AEDECOD], label: L}",
            (
                "26: AEDECOD is text, and numbers are needed here. "
                "Name a numeric variable, or make one with {num: AEDECOD}."
            ),
        ),
        (
            "CHG: {calc: [AESEQ, +, AESEK], label: L}",
            "26: there is no variable 'AESEK' in AE. Did you mean 'AESEQ'?",
        ),
        ("CHG: {calc: [1, +, 2], label: L}", "15: 'calc' needs at least one variable"),
        ("CHG: {calc: [AESEQ, /, 0], label: L}", "26: a division by 0 is always missing"),
        ("CHG: {calc: [AESEQ, +], label: L}", "15: vars.CHG.calc: has 2 entries; give at least 3"),
        # span
        ("ADURN: {span: [ASTDT, AENDT]}", "3: vars.ADURN: 'span' also needs 'unit'"),
        (
            "ADURN: {span: [ASTDT, ASTDTM], unit: days}",
            "17: ASTDT is a date, ASTDTM is a date with its time. Name two of the same kind.",
        ),
        (
            "ADURN: {span: [TRTSTM, ASTDT], unit: days}",
            "18: TRTSTM is a time of day, and a date is needed here",
        ),
        (
            "ADURN: {span: [ASTDT, AENDT], unit: hours}",
            "39: dates have no hours. Name variables that end in DTM.",
        ),
        (
            "ADURN: {span: [ASTDTM, ASTDTM], unit: hours, inclusive: false}",
            "59: 'inclusive' does nothing beside dates with times",
        ),
        (
            "ADURN: {span: [ASTDT, AENDT], unit: fortnights}",
            (
                "39: vars.ADURN.unit: 'fortnights' is not one of minutes, hours, days, weeks, "
                "months, years"
            ),
        ),
        # day
        (
            "ASTDY: {day: ASTDT, since: TRTSD}",
            "30: there is no variable 'TRTSD' in AE. Did you mean 'TRTSDT'?",
        ),
        (
            "ASTDY: {day: TRTSTM}",
            "16: TRTSTM is a time of day, and a date is needed here",
        ),
        # window
        (
            "AVISIT: {window: ASTDY, table: visits}",
            "20: there is no variable 'ASTDY' in AE. Did you mean 'ASTDT'?",
        ),
        (
            "AVISIT: {window: ASTDT, table: windows, label: L}",
            "20: 'window' reads a study day, and ASTDT does not end in DY",
        ),
        ("AVISIT: {window: ASTDT}", "3: vars.AVISIT: 'window' also needs 'table'"),
        # emergent
        ("TRTEMFL: {emergent: [AESTDTC]}", "3: vars.TRTEMFL: 'emergent' also needs 'since'"),
        (
            "TRTEM: {emergent: [AESTDTC], since: RFXSTDTC, label: L}",
            "3: 'emergent' makes a flag, and the name TRTEM does not end in FL",
        ),
        (
            "TRTEMFL: {emergent: [AESTDTC], since: TRTSTM}",
            "41: TRTSTM is a time of day, and a date is needed here",
        ),
        (
            "TRTEMFL: {emergent: [AESTDTC], since: RFXSTDTC, until: TRTSDT}",
            "3: vars.TRTEMFL: 'until' also needs 'days'",
        ),
        (
            "TRTEMFL: {emergent: [AESTDTC], since: RFXSTDTC, until: TRTSDT, days: -1}",
            "72: 'days' is at least 0",
        ),
        # date
        (
            "ASTDTM: {date: AESTDTC, impute: first}",
            "35: what is imputed of the date needs a flag: 'dtf' is missing. Example: dtf: ASTDTF.",
        ),
        (
            "ASTDTM: {date: AESTDTC, impute: first, dtf: ASTDTF}",
            "35: what is imputed of the time needs a flag: 'tmf' is missing. Example: tmf: ASTTMF.",
        ),
        (
            "ASTDT: {date: AESTDTC, impute: first, dtf: ASTDTF, tmf: ASTTMF}",
            "59: 'tmf' does nothing: nothing of the time is imputed",
        ),
        (
            "ASTDTM: {date: AESTDTC, impute: first, highest: h, dtf: ASTDTF, tmf: ASTTMF}",
            "59: 'dtf' does nothing: nothing of the date is imputed",
        ),
        (
            "ASTDT: {date: AESTDTC, impute: first, dtf: ASTDTFL}",
            "46: the name of the imputation flag ASTDTFL does not end in DTF",
        ),
        (
            "ASTDT: {date: AESTDTC, impute: first, highest: h, dtf: ASTDTF}",
            "50: a date has no hour. It is one of Y, M and D.",
        ),
        (
            "ASTDT: {date: AESTDTC, impute: first, highest: Y, dtf: ASTDTF}",
            (
                "50: 'highest: Y' needs 'notbefore': a date of which nothing is known becomes the "
                "bound"
            ),
        ),
        (
            "ASTDT: {date: AESTDTC, impute: mid, highest: Y, dtf: ASTDTF}",
            (
                "48: 'highest: Y' needs 'impute: first' or 'impute: last': a date of which nothing "
                "is known becomes the bound"
            ),
        ),
        (
            "ASTDT: {date: AESTDTC, impute: first, dtf: ASTDTF, clock: last}",
            "61: 'clock' does nothing: a date has no time",
        ),
        (
            "ASTDT: {date: AESTDTC, impute: last, dtf: ASTDTF, after: TRTSDT}",
            "60: 'after' is of dates, with 'impute: first'",
        ),
        (
            "ASTDT: {date: AESTDTC, impute: first, dtf: ASTDTF, after: TRTSDT, notbefore: TRTSDT}",
            "80: 'notbefore' does nothing beside 'after'",
        ),
        (
            "ASTTM: {date: AESTDTC, impute: first, tmf: ASTTMF}",
            "34: a time of day is not imputed; impute the date-time and read that",
        ),
        ("ASTDT: {date: AESTDTC, dtf: ASTDTF}", "3: vars.ASTDT: 'dtf' also needs 'impute'"),
    ],
)
def test_fault(rules: Any, rule: str, fault: str) -> None:
    found = rules.faults(rule, COLUMNS)
    assert f"{AT}:{fault}" in found, found


@pytest.mark.parametrize("part", ["blocks", "params"])
def test_a_verb_that_looks_at_other_records_waits_until_all_are_made(build: Any, part: str) -> None:
    flag = "ANL03FL: {flag: first, order: [ADT], label: First Record}"
    if part == "params":
        change = [("  SRCSEQ: {copy: RSSEQ}", f"  SRCSEQ: {{copy: RSSEQ}}\n  {flag}")]
    else:
        blocks = "blocks:\n  - from: RS\n    vars:\n      PARAMCD: {const: OVR}\n"
        change = [
            ("from: RS\n", ""),
            ("  PARAMCD: {const: OVR}\n", f"  {flag}\n"),
            ("params:", f"{blocks}params:"),
        ]
    with pytest.raises(SpecificationFault) as caught:
        build({"adam/adrs.yaml": change}, adam=True)
    said = [str(f) for f in caught.value.findings if f.rule == "rule.across"]
    assert len(said) == 1
    assert said[0].endswith(
        "'flag' looks at other records, and not all of them are made yet. "
        f"The module has '{part}': let the rule stand under 'then'."
    )


def test_verbs_of_adam_are_refused_in_sdtm(build: Any) -> None:
    change = [("  AEDECOD: {copy: CODE}", "  AEDECOD: {group: CODE, take: first, order: [CODE]}")]
    with pytest.raises(SpecificationFault) as caught:
        build({"sdtm/ae.yaml": change})
    assert [str(f) for f in caught.value.findings] == [
        "sdtm/ae.yaml:7:13: 'group' is a verb of ADaM modules only"
    ]


def test_days_of_sdtm_are_counted_from_the_reference_date_only(build: Any) -> None:
    change = [("  AESTDY: {day: AESTDTC}", "  AESTDY: {day: AESTDTC, since: AEENDTC}")]
    with pytest.raises(SpecificationFault) as caught:
        build({"sdtm/ae.yaml": change})
    assert [str(f) for f in caught.value.findings] == [
        "sdtm/ae.yaml:12:33: 'since' belongs to days of ADaM; here days are counted from RFSTDTC"
    ]
