"""Parameters of a subject's records: the highest, its time, totals, areas; and their faults."""

from __future__ import annotations

import math
from typing import Any

import pytest

from mappings.findings import SpecificationFault

ADLB = """
target: ADLB
structure: BDS
from: LB
keys: [USUBJID, PARAMCD, ADT, SRCSEQ]
adsl: [TRTSDT]
vars:
  PARAMCD: {copy: LBTESTCD, origin: Assigned}
  PARAM: {map: LBTESTCD, to: {ALB: Albumin (g/L), GLUC: Glucose (mmol/L)}}
  ADT: {date: LBDTC}
  ADY: {day: ADLB.ADT}
  AVAL: {copy: LBSTRESN, origin: Derived, method: Equal to LB.LBSTRESN}
  SRCDOM: {const: LB}
  SRCVAR: {const: LBSTRESN}
  SRCSEQ: {copy: LBSEQ, origin: Derived, method: Equal to LB.LBSEQ}
"""
HEAD = """
target: ADLP
structure: BDS
keys: [USUBJID, PARAMCD]
adsl: [TRTSDT]
params:
"""


def files(*entries: str) -> dict[str, str]:
    """ADLB of the tiny study, and a dataset with these parameters of it."""
    params = "".join(f"  P{i}: {{label: Parameter {i}, {e}}}\n" for i, e in enumerate(entries, 1))
    return {"adam/adlb.yaml": ADLB, "adam/adlp.yaml": HEAD + params}


def values(build: Any, *entries: str) -> dict[tuple[str, str], float]:
    """AVAL by subject and parameter."""
    frame = build(files(*entries), adam=True)["ADLP"]
    pairs = zip(frame["USUBJID"].str[-3:], frame["PARAMCD"], strict=True)
    return dict(zip(pairs, frame["AVAL"].tolist(), strict=True))


def test_the_record_taken_is_named_as_source(build: Any) -> None:
    """The highest albumin, its study day, and the record that both come from."""
    made = build(
        files(
            "record: {from: ADLB, where: {PARAMCD: ALB}, take: max, order: [ADT]}",
            "record: {from: ADLB, where: {PARAMCD: ALB}, take: max, order: [ADT], get: ADY}",
        ),
        adam=True,
    )
    lab, frame = made["ADLB"], made["ADLP"]
    albumin = lab[(lab["PARAMCD"] == "ALB") & lab["AVAL"].notna()]
    for subject, part in frame.groupby("USUBJID"):
        own = albumin[albumin["USUBJID"] == subject].sort_values("ADT", kind="stable")
        best = own.loc[own["AVAL"].idxmax()]
        assert part["AVAL"].tolist() == [best["AVAL"], best["ADY"]]
        assert part["ADT"].tolist() == [best["ADT"]] * 2
        assert part["SRCVAR"].tolist() == ["AVAL", "ADY"]
        assert set(part["SRCDOM"]) == {"ADLB"}
        assert part["SRCSEQ"].tolist() == [best["ASEQ"]] * 2
    assert set(frame["USUBJID"]) == set(albumin["USUBJID"])


def test_first_last_lowest_and_what_all_come_to(build: Any) -> None:
    """Each way against the records themselves."""
    lab = build(files("record: {from: ADLB, take: sum}"), adam=True)["ADLB"]
    own = lab[(lab["PARAMCD"] == "ALB") & lab["AVAL"].notna() & lab["ADT"].notna()]
    own = own[own["USUBJID"] == "TINY-01-001"].sort_values(["ADT", "SRCSEQ"], kind="stable")
    where = "from: ADLB, where: {PARAMCD: ALB, ADT: {is: present}}"
    made = values(
        build,
        f"record: {{{where}, take: first, order: [ADT, SRCSEQ]}}",
        f"record: {{{where}, take: last, order: [ADT, SRCSEQ]}}",
        f"record: {{{where}, take: min}}",
        f"record: {{{where}, take: sum}}",
        f"record: {{{where}, take: mean}}",
        f"record: {{{where}, take: count}}",
    )
    found = own["AVAL"].tolist()
    expected = [found[0], found[-1], min(found), sum(found), sum(found) / len(found), len(found)]
    assert [made["001", f"P{i}"] for i in range(1, 7)] == pytest.approx(expected)


def test_a_subject_without_a_value_has_no_record(build: Any) -> None:
    """Missing is no zero, and no row."""
    assert values(build, "record: {from: ADLB, where: {PARAMCD: XYZ}, take: sum}") == {}


def test_an_area_has_no_single_source(build: Any) -> None:
    """The area over the study days; several records make it, so SRC-- is empty."""
    made = build(files("auc: {from: ADLB, where: {PARAMCD: ALB}, time: ADY, to: 1}"), adam=True)
    frame = made["ADLP"]
    assert len(frame)
    assert frame["SRCDOM"].tolist() == [""] * len(frame)
    assert frame["SRCSEQ"].isna().all()
    assert not any(math.isnan(v) for v in frame["AVAL"])


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "record: {from: ADLB, take: first}",
            "adam/adlp.yaml:6:55: 'take: first' needs an 'order'",
        ),
        (
            "record: {from: ADLB, take: sum, order: [ADT]}",
            "adam/adlp.yaml:6:67: 'order' does nothing beside 'take: sum'",
        ),
        (
            "record: {from: ADLB, take: max, of: AVALC}",
            (
                "adam/adlp.yaml:6:64: there is no variable 'AVALC' in ADLB. Did you mean 'AVAL'? "
                "The dataset ADRS has 'AVALC'; 'lookup' reads it."
            ),
        ),
        (
            "record: {from: ADLC, take: max}",
            "adam/adlp.yaml:6:43: there is no form, dataset or table 'ADLC'. Did you mean 'ADSL'?",
        ),
        (
            "auc: {from: ADLB, time: PARAM, to: 1}",
            (
                "adam/adlp.yaml:6:52: PARAM is text, and numbers are needed here. "
                "Name a numeric variable, or make one with {num: PARAM}."
            ),
        ),
        (
            "record: {from: ADLB, take: max}, unit: months",
            (
                "adam/adlp.yaml:6:67: the parameter P1 has 'unit', which does nothing beside "
                "'record'. It belongs to 'event'."
            ),
        ),
        (
            "response: best, of: OVR, by: visit",
            (
                "adam/adlp.yaml:6:57: the parameter P1 has 'by', which does nothing beside "
                "'response'. It belongs to 'response: lesions'."
            ),
        ),
        (
            "record: {from: ADLB, take: max}, auc: {from: ADLB, time: ADY, to: 1}",
            (
                "adam/adlp.yaml:6:3: the parameter P1 has 'record' and 'auc'. It needs exactly one "
                "of 'response', 'event', 'record', 'auc', 'exists', 'burden'."
            ),
        ),
    ],
)
def test_faults(build: Any, entry: str, expected: str) -> None:
    """Each at its own place, with what there is."""
    with pytest.raises(SpecificationFault) as caught:
        build(files(entry), adam=True)
    assert expected in [str(f) for f in caught.value.findings]
