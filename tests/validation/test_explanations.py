from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.findings import Finding, Severity, SpecPlace
from mappings.load import load_yaml
from validation.explanations import Explanation, explain, read_explanations

GOOD = """\
- rule: date.impossible
  dataset: AE
  variable: AESTDTC
  scope: CEACART01-01-007 AESEQ=3
  reason: The site confirms 30 February; the query is closed.
  author: A. Author
  date: 2024-05-31
- rule: num.decimal_comma
  dataset: LB
  count: 3
  reason: The lab does not correct old results.
  author: A. Author
  date: 2024-05-31
"""


def read(tmp_path: Path, text: str) -> tuple[list[Explanation], list[Finding]]:
    file = tmp_path / "findings.yaml"
    file.write_text(text, encoding="utf-8")
    document = load_yaml(file)
    return read_explanations(document.data, document.place)


def test_entries_are_read_with_their_place(tmp_path: Path) -> None:
    entries, faults = read(tmp_path, GOOD)
    assert faults == []
    assert [e.count for e in entries] == [None, 3]
    assert str(entries[1].place) == "findings.yaml:8:3"


def never(steps: tuple[str | int, ...] = (), *, key: bool = False) -> SpecPlace:
    pytest.fail(f"asked for the place of {steps}, {key}")


def test_no_entries_at_all() -> None:
    assert read_explanations(None, never) == ([], [])
    assert read_explanations([], never) == ([], [])


@pytest.mark.parametrize(
    ("old", "new", "says", "at"),
    [
        ("  reason: The lab", "  raeson: The lab", "Did you mean 'reason'", "11:3"),
        ("  reason: The lab does not correct old results.\n", "", "'reason' is missing", "8:3"),
        ("  count: 3", "  count: many", "'many' is not a count", "10:10"),
        ("  count: 3", "  count: 0", "'0' is not a count", "10:10"),
        ("  count: 3", "  count:", "not empty", "10"),
        ("  count: 3", "  count: [3]", "must be a text", "10"),
        (
            "  author: A. Author\n  date: 2024-05-31\n- ",
            "  author: A\n  date: May 2024\n- ",
            "not a date",
            "7:9",
        ),
        (
            "  author: A. Author\n  date: 2024-05-31\n- ",
            "  author: A\n  date: 2023-02-29\n- ",
            "'2023-02-29' is not a date",
            "7:9",
        ),
        (
            "- rule: num.decimal_comma",
            "- rule: NOTHING",
            "no rule 'NOTHING'. Write",
            "8:9",
        ),
        ("- rule: num.decimal", "- rule: num.decimel", "Did you mean 'num.decimal_comma'?", "8:9"),
        ("- rule: num.decimal_comma", "- rule: CORE-24", "there is no rule 'CORE-24'", "8:9"),
        (
            "- rule: num.decimal_comma",
            "- rule: num.decimal_comma\n- just words\n- rule: num.decimal_comma",
            "must have",
            "9",
        ),
    ],
)
def test_a_malformed_entry_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, says: str, at: str
) -> None:
    assert old in GOOD
    _, faults = read(tmp_path, GOOD.replace(old, new))
    texts = [str(f) for f in faults]
    assert any(says in t and t.startswith(f"findings.yaml:{at}") for t in texts), texts
    assert {f.rule for f in faults} == {"explain.entry"}
    assert all(f.severity is Severity.ERROR for f in faults)


def test_something_else_than_a_list(tmp_path: Path) -> None:
    entries, faults = read(tmp_path, "rule: date.impossible\n")
    assert entries == []
    assert "list of entries" in faults[0].message


def test_the_same_entry_twice(tmp_path: Path) -> None:
    _, faults = read(tmp_path, GOOD + GOOD.split("- rule: num", maxsplit=1)[0])
    assert "repeats the one at findings.yaml:1:3" in faults[0].message


def finding(rule: str = "date.impossible", scope: str = "S1", **more: Any) -> Finding:
    return Finding(
        rule, more.pop("severity", Severity.ERROR), "m", dataset="AE", scope=scope, **more
    )


def entry(rule: str = "date.impossible", **more: Any) -> Explanation:
    return Explanation(rule, "because", "A. Author", "2024-05-31", **more)


def test_every_named_part_must_match() -> None:
    found = finding(variable="AESTDTC")
    assert entry().matches(found)
    assert entry(dataset="AE", variable="AESTDTC", scope="S1").matches(found)
    for wrong in ({"dataset": "CM"}, {"variable": "AEENDTC"}, {"scope": "S2"}):
        assert not entry(**wrong).matches(found)
    assert not entry("date.order").matches(found)


def test_the_narrowest_entry_wins() -> None:
    wide, narrow = entry(dataset="AE"), entry(dataset="AE", scope="S1")
    explained, unexplained = explain([finding(), finding(scope="S2")], [wide, narrow])
    assert [e for _, e in explained] == [narrow, wide]
    assert unexplained == []


def test_taking_an_explanation_away_leaves_the_finding() -> None:
    assert explain([finding()], [entry()])[1] == []
    assert explain([finding()], [])[1] == [finding()]


def test_an_entry_that_matches_nothing_is_a_finding() -> None:
    explained, unexplained = explain([], [entry(scope="S9")])
    assert explained == []
    assert [(f.rule, f.severity) for f in unexplained] == [("explain.unused", Severity.WARNING)]


def test_more_findings_than_explained_explain_none() -> None:
    found = [finding(scope=f"S{i}") for i in range(4)]
    explained, unexplained = explain(found, [entry(count=3)])
    assert explained == []
    assert sorted(f.rule for f in unexplained) == ["date.impossible"] * 4 + ["explain.exceeded"]
    assert explain(found, [entry(count=4)])[1] == []


def test_notices_need_none_but_may_have_one() -> None:
    notice = finding(severity=Severity.NOTICE)
    assert explain([notice], []) == ([], [])
    assert explain([notice], [entry()])[0] == [(notice, entry())]


@given(st.lists(st.sampled_from(["S1", "S2", "S3"]), max_size=8), st.booleans())
def test_no_error_ever_vanishes(scopes: list[str], limited: bool) -> None:
    entries = [entry(scope="S1", count=1 if limited else None), entry(scope="S2")]
    explained, unexplained = explain([finding(scope=s) for s in scopes], entries)
    kept = [f.scope for f, _ in explained]
    kept += [f.scope for f in unexplained if f.rule == "date.impossible"]
    assert sorted(kept) == sorted(scopes)
