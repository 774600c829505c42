# ruff: noqa: RUF001 (full-width characters are what is tested)
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mappings.findings import RawPlace, Severity

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench

HEAD = "target: AE\nfrom: ae\nkeys: [USUBJID]\n"


def test_full_width_becomes_ascii_with_a_notice(bench: Bench) -> None:
    values, findings = bench.rule("{copy: A}", {"A": ["ＡＢＣ　１", "abc"]})
    assert values == ["ABC 1", "abc"]
    assert [(f.rule, f.severity, f.message, f.raw) for f in findings] == [
        (
            "text.fullwidth",
            Severity.NOTICE,
            "full-width characters in 'ＡＢＣ　１' became 'ABC 1'",
            RawPlace("raw/ae.csv", 2, "A"),
        )
    ]


def test_what_the_encoding_cannot_hold(bench: Bench) -> None:
    values, findings = bench.rule("{copy: A}", {"A": ["头痛", "ok", "Ａ头"]})
    assert values == ["", "ok", ""]
    assert [(f.rule, f.value, f.raw) for f in findings] == [
        ("text.not_ascii", "头痛", RawPlace("raw/ae.csv", 2, "A")),
        ("text.not_ascii", "Ａ头", RawPlace("raw/ae.csv", 4, "A")),
    ]
    assert str(findings[0]) == (
        "raw/ae.csv, row 2, column A: '头痛' cannot stand in a package in ascii. "
        "Map a translation, or declare another 'encoding' in study.yaml."
    )


def test_another_encoding(bench: Bench) -> None:
    bench.encoding = "utf-8"
    values, findings = bench.rule("{copy: A}", {"A": ["头痛", "Ａ"]})
    assert values == ["头痛", "A"]
    assert [f.rule for f in findings] == ["text.fullwidth"]


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_control_characters(bench: Bench, encoding: str) -> None:
    bench.encoding = encoding
    values, findings = bench.rule("{copy: A}", {"A": ["a\nb", "a\tb", "ab\n"]})
    assert values == ["", "", "ab"]
    assert [(f.rule, f.message) for f in findings] == [
        ("text.control", "a line break or another control character in 'a\\nb'"),
        ("text.control", "a line break or another control character in 'a\\tb'"),
    ]


def test_qualifiers_are_text(bench: Bench) -> None:
    text = f"{HEAD}supp:\n  QN: {{num: A, label: Number}}\n"
    result = bench.run(text, {"ae": bench.form({"A": ["1.50", "x"]})})
    assert result.frame["supp:QN"].tolist() == ["1.5", ""]
    assert [(f.rule, f.variable) for f in result.findings] == [("num.unreadable", "QN")]


def test_rows_set_aside_are_counted_with_their_reason(bench: Bench) -> None:
    text = f"{HEAD}where: {{A: keep}}\nreason: Not wanted\nvars:\n  X: {{copy: A}}\n"
    result = bench.run(text, {"ae": bench.form({"A": ["keep", "drop", "keep", ""]})})
    assert result.frame["_row"].tolist() == [2, 4]
    assert [(s.target, s.source, s.reason, s.rows) for s in result.set_aside] == [
        ("AE", "ae", "Not wanted", 2)
    ]
    everything = bench.run(text, {"ae": bench.form({"A": ["keep"]})})
    assert everything.set_aside == ()


def test_findings_of_narrowed_rows_name_the_right_line(bench: Bench) -> None:
    text = (
        f"{HEAD}where: {{A: {{ne: drop}}}}\nreason: r\nvars:\n"
        "  X: {first: [{num: N, when: {A: a}}, {num: M, when: {A: b}}]}\n"
    )
    cells = {"A": ["drop", "a", "b", "a"], "N": ["x"] * 4, "M": ["y"] * 4}
    result = bench.run(text, {"ae": bench.form(cells)})
    assert sorted(str(f.raw) for f in result.findings) == [
        "raw/ae.csv, row 3, column N",
        "raw/ae.csv, row 4, column M",
        "raw/ae.csv, row 5, column N",
    ]


def test_types_do_not_depend_on_there_being_rows(bench: Bench) -> None:
    text = (
        f"{HEAD}vars:\n  AEN: {{num: A}}\n  AET: {{copy: A}}\n"
        "  AED: {date: [A]  , format: YYYY}\n  AEL: {lookup: ae, get: {num: A}, pick: last}\n"
        "  AES: {copy: A}\n"
    )
    kinds = {"AES": True}
    for cells in (["2024"], []):
        result = bench.run(text, {"ae": bench.form({"A": cells})}, kinds, reference=0)
        types = {n: str(result.frame[n].dtype) for n in ("AEN", "AET", "AED", "AEL", "AES")}
        assert types == {
            "AEN": "float64", "AET": "str", "AED": "str", "AEL": "float64", "AES": "float64",
        }  # fmt: skip
        assert result.frame["_form"].dtype == "str"


def test_late_rules_keep_the_order_of_the_records(bench: Bench) -> None:
    text = """target: AE
keys: [USUBJID]
blocks:
  - from: one
    vars: {AEDTC: {copy: D}, AEDY: {day: AEDTC}}
  - from: two
    vars: {AEDTC: {copy: D}}
"""
    data = {
        "one": bench.form({"D": ["1960-01-01", "1960-01-02"]}, "one"),
        "two": bench.form({"D": ["1960-01-05"]}, "two"),
    }
    result = bench.run(text, data, reference=0)
    assert result.values("AEDTC") == ["1960-01-01", "1960-01-02", "1960-01-05"]
    assert result.values("AEDY") == [1, 2, None]
    assert result.frame["_form"].tolist() == ["one", "one", "two"]
