"""Where the verbs of ADaM are refused; what they refuse is told in docs/faults-adam.md."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.findings import SpecificationFault


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
